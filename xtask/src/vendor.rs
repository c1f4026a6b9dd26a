//! `vendor/`: what the pages take from npm, as one ES module each, with its licences.

use crate::hash::Stamp;
use crate::setup::npm;
use crate::{paths, process, term};
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules of ours that esbuild bundles with what they import: `www/js/vendor-src/<name>` → `vendor/<name>`.
const BUNDLES: &[&str] = &["codemirror.js"];

/// Ready-made modules and scripts: file in `node_modules`, name in `vendor/`, the packages inside of it.
const COPIES: &[(&str, &str, &[&str])] = &[
    ("socket.io-client/dist/socket.io.esm.min.js", "socket.io.js", &["socket.io-client"]),
    ("chart.js/dist/chart.umd.min.js", "chart.js", &["chart.js", "@kurkle/color"]),
    ("alpinejs/dist/cdn.min.js", "alpine.js", &["alpinejs", "@vue/reactivity", "@vue/shared"]),
];

/// Makes the modules when their sources have changed, and returns their folder.
pub fn build() -> Result<PathBuf> {
    let root = paths::root();
    let out = paths::work().join("vendor");
    let stamp = Stamp::new("vendor", &[&sources(&root)?]);
    if stamp.fresh() && out.is_dir() {
        return Ok(out);
    }
    fs::remove_dir_all(&out).ok();
    fs::create_dir_all(&out)?;
    let mut packages = BTreeSet::new();
    for name in BUNDLES {
        packages.extend(bundle(&root, name, &out)?);
    }
    for (from, to, inside) in COPIES {
        let source = root.join("node_modules").join(from);
        fs::copy(&source, out.join(to)).with_context(|| format!("{} cannot be copied", source.display()))?;
        packages.extend(inside.iter().map(|&package| package.to_owned()));
    }
    fs::write(out.join("LICENSES.txt"), licences(&root, &packages)?)?;
    stamp.set()?;
    Ok(out)
}

/// All that the result depends on, as one text.
fn sources(root: &Path) -> Result<String> {
    let dir = paths::www().join("js/vendor-src");
    let mut files = Vec::new();
    for entry in fs::read_dir(&dir).with_context(|| format!("{} cannot be read", dir.display()))? {
        files.push(entry?.path());
    }
    files.push(root.join("package-lock.json"));
    files.sort();
    let read = |file: &PathBuf| {
        let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        Ok(format!("{}\n{text}", file.display()))
    };
    Ok(files.iter().map(read).collect::<Result<Vec<_>>>()?.join("\n"))
}

/// Bundles one module and returns the npm packages that went into it.
fn bundle(root: &Path, name: &str, out: &Path) -> Result<BTreeSet<String>> {
    term::say("Bundling", format!("vendor/{name}"));
    let meta = paths::work().join(format!("{name}.meta.json"));
    let mut esbuild = npm::program("esbuild");
    esbuild.current_dir(root).arg(format!("www/js/vendor-src/{name}"));
    esbuild.args(["--bundle", "--format=esm", "--minify", "--target=es2022", "--log-level=warning"]);
    // CodeMirror's style elements would need 'unsafe-inline' in the CSP; ours are adopted style sheets.
    esbuild.arg("--alias:style-mod=./www/js/vendor-src/style-mod.js");
    esbuild.arg(format!("--metafile={}", meta.display()));
    esbuild.arg(format!("--outfile={}", out.join(name).display()));
    process::run(&mut esbuild, "Bundling vendor modules")?;
    let meta: Value = serde_json::from_str(&fs::read_to_string(meta)?)?;
    let inputs = meta["inputs"].as_object().context("esbuild wrote no list of inputs")?;
    Ok(inputs.keys().filter_map(|path| package_of(path.rsplit_once("node_modules/")?.1)).collect())
}

/// The package that a path below `node_modules/` belongs to.
fn package_of(path: &str) -> Option<String> {
    let mut parts = path.split('/');
    let first = parts.next()?;
    match first.starts_with('@') {
        true => Some(format!("{first}/{}", parts.next()?)),
        false => Some(first.to_owned()),
    }
}

fn licences(root: &Path, packages: &BTreeSet<String>) -> Result<String> {
    let mut all = String::from("The modules in this folder are built from these npm packages.\n");
    for package in packages {
        let dir = root.join("node_modules").join(package);
        let text = ["LICENSE", "LICENSE.md", "LICENCE", "license"]
            .iter()
            .find_map(|name| fs::read_to_string(dir.join(name)).ok())
            .or_else(|| fs::read_to_string(paths::www().join(format!("js/vendor-src/{package}.LICENSE"))).ok())
            .with_context(|| format!("the npm package {package} has no licence file"))?;
        all.push_str(&format!("\n---- {package} ----\n\n{}\n", text.trim()));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_told_from_paths() {
        assert_eq!(package_of("style-mod/src/style-mod.js").as_deref(), Some("style-mod"));
        assert_eq!(package_of("@lezer/common/dist/index.js").as_deref(), Some("@lezer/common"));
    }
}
