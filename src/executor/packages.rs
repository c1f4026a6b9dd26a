//! Which wheels an import needs, by the lock file of the Pyodide distribution.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// `pyodide-lock.json`; only what we use.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct LockFile {
    packages: BTreeMap<String, LockPackage>,
    #[serde(skip)]
    by_import: BTreeMap<String, String>,
}

/// One package of the lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct LockPackage {
    /// As on PyPI.
    pub name: String,
    /// The wheel (or zip) beside the lock file.
    pub file_name: String,
    /// Of the wheel, hex.
    pub sha256: String,
    /// Packages that it needs.
    #[serde(default)]
    pub depends: Vec<String>,
    /// Top-level modules that it brings.
    #[serde(default)]
    pub imports: Vec<String>,
}

impl LockFile {
    /// Reads the lock file's JSON.
    ///
    /// # Errors
    /// The text is no lock file.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let read: Self = serde_json::from_str(text)?;
        let packages: BTreeMap<_, _> =
            read.packages.into_iter().map(|(key, package)| (normal(&key), package)).collect();
        let by_import = packages
            .iter()
            .flat_map(|(key, package)| package.imports.iter().map(|name| (name.clone(), key.clone())))
            .collect();
        Ok(Self { packages, by_import })
    }

    /// The packages that bring these modules and all that they depend on, each once, sorted by name.
    /// Modules that no package brings are left out: the import itself will say so.
    pub fn for_imports<'a>(&self, modules: impl IntoIterator<Item = &'a str>) -> Vec<LockPackage> {
        self.closure(modules.into_iter().filter_map(|module| self.by_import.get(module)).cloned())
    }

    /// These packages and all that they depend on, each once, sorted by name; unknown names are left out.
    pub fn for_packages<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Vec<LockPackage> {
        self.closure(names.into_iter().map(normal))
    }

    fn closure(&self, keys: impl IntoIterator<Item = String>) -> Vec<LockPackage> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<String> = keys.into_iter().collect();
        while let Some(key) = open.pop() {
            if let Some(package) = self.packages.get(&key)
                && seen.insert(key)
            {
                open.extend(package.depends.iter().map(|name| normal(name)));
            }
        }
        seen.iter().filter_map(|key| self.packages.get(key)).cloned().collect()
    }
}

/// The top-level modules that a code imports, as far as its lines tell; Python itself looks more closely when it runs it.
pub fn imports(code: &str) -> impl Iterator<Item = &str> {
    code.lines().flat_map(|line| line.split(';')).flat_map(|statement| {
        let mut words = statement.trim_start().splitn(2, char::is_whitespace);
        let (word, rest) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let modules = match word {
            "import" => rest,
            "from" => rest.split_whitespace().next().unwrap_or_default(),
            _ => "",
        };
        let is_name = |c: char| c == '_' || c.is_alphanumeric();
        modules.split(',').filter_map(move |module| {
            let name = module.trim_start().split(|c| !is_name(c)).next()?;
            (!name.is_empty()).then_some(name)
        })
    })
}

/// A package name as PEP 503 compares it.
fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> LockFile {
        LockFile::parse(
            r#"{"info": {}, "packages": {
            "matplotlib": {"name": "matplotlib", "file_name": "m.whl", "sha256": "1", "depends": ["numpy", "Python_Dateutil"], "imports": ["matplotlib", "mpl_toolkits"]},
            "numpy": {"name": "numpy", "file_name": "n.whl", "sha256": "2", "depends": [], "imports": ["numpy"]},
            "python-dateutil": {"name": "python-dateutil", "file_name": "d.whl", "sha256": "3", "depends": ["matplotlib"], "imports": ["dateutil"]}
            }}"#,
        )
        .expect("a lock file")
    }

    fn names(packages: &[LockPackage]) -> Vec<&str> {
        packages.iter().map(|package| package.name.as_str()).collect()
    }

    #[test]
    fn an_import_brings_its_package_and_what_that_needs_even_in_a_circle() {
        assert_eq!(names(&lock().for_imports(["mpl_toolkits"])), ["matplotlib", "numpy", "python-dateutil"]);
        assert_eq!(names(&lock().for_imports(["numpy", "numpy"])), ["numpy"]);
    }

    #[test]
    fn what_is_not_in_the_lock_file_is_left_to_the_import() {
        assert_eq!(lock().for_imports(["nothing_of_this_name"]), []);
        assert_eq!(names(&lock().for_packages(["python.dateutil"])), ["matplotlib", "numpy", "python-dateutil"]);
    }

    #[test]
    fn the_imports_of_a_code_are_seen_in_its_lines() {
        let of = |code| imports(code).collect::<Vec<_>>();
        assert_eq!(of("import numpy as np, matplotlib.pyplot as plt"), ["numpy", "matplotlib"]);
        assert_eq!(of("try:\n    from scipy.stats import norm\nexcept ImportError: pass"), ["scipy"]);
        assert_eq!(of("x = 1; import os;import\tpandas  # numpy"), ["os", "pandas"]);
        assert_eq!(
            of("from . import here\nimportant = 1\n# import no\nprint('from a to b')\nimport"),
            Vec::<&str>::new()
        );
    }

    #[test]
    fn a_text_that_is_no_lock_file_is_refused() {
        assert!(LockFile::parse("{\"detail\": \"not found\"}").is_err());
    }
}
