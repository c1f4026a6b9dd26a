//! `vendor/`: what the pages take from npm, as ES modules, with its licences. What a message may need lies in folders of
//! its own, in as many files as can be needed one by one.

use crate::hash::Stamp;
use crate::setup::npm;
use crate::{paths, process, term};
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A module of ours that esbuild bundles with what it imports.
struct Bundle {
    /// Its source in `www/js/vendor-src/`, and its name where it goes.
    name: &'static str,
    /// Its folder below `vendor/`.
    folder: &'static str,
    /// More words for esbuild.
    words: &'static [&'static str],
}

const SPLIT: &[&str] = &["--format=esm", "--splitting", "--chunk-names=[name]-[hash]"];

const BUNDLES: &[Bundle] = &[
    // CodeMirror's style elements would need 'unsafe-inline' in the CSP; ours are adopted style sheets.
    Bundle {
        name: "codemirror.js",
        folder: "",
        words: &["--format=esm", "--alias:style-mod=./www/js/vendor-src/style-mod.js"],
    },
    Bundle { name: "highlight.js", folder: "highlight", words: SPLIT },
    Bundle { name: "math.js", folder: "math", words: &["--format=esm"] },
    Bundle { name: "mermaid.js", folder: "diagram", words: SPLIT },
    // The script of a worker, too. The original package would need 'unsafe-eval'.
    Bundle { name: "vega.js", folder: "chart", words: &["--format=iife", "--alias:d3-dsv=./www/js/vendor-src/dsv.js"] },
    Bundle { name: "plotly.js", folder: "chart", words: &["--format=esm"] },
];

/// Ready-made modules and scripts: file in `node_modules`, name in `vendor/`, the packages inside of it.
const COPIES: &[(&str, &str, &[&str])] = &[
    ("socket.io-client/dist/socket.io.esm.min.js", "socket.io.js", &["socket.io-client"]),
    ("chart.js/dist/chart.umd.min.js", "embed/chart.js", &["chart.js", "@kurkle/color"]),
    ("alpinejs/dist/cdn.min.js", "embed/alpine.js", &["alpinejs", "@vue/reactivity", "@vue/shared"]),
];

/// Makes the modules when their sources have changed, and returns their folder.
pub fn build() -> Result<PathBuf> {
    let root = paths::root();
    let out = paths::work().join("vendor");
    let stamp = Stamp::new("vendor", &[&sources(&root)?, &format!("{COPIES:?}")]);
    if stamp.fresh() && out.is_dir() {
        return Ok(out);
    }
    fs::remove_dir_all(&out).ok();
    fs::create_dir_all(&out)?;
    let mut packages = BTreeSet::new();
    for one in BUNDLES {
        packages.extend(bundle(&root, one, &out)?);
    }
    math_styles(&root.join("node_modules/katex/dist"), &out.join("math"))?;
    for (from, to, inside) in COPIES {
        let (source, target) = (root.join("node_modules").join(from), out.join(to));
        target.parent().map(fs::create_dir_all).transpose()?;
        fs::copy(&source, target).with_context(|| format!("{} cannot be copied", source.display()))?;
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
fn bundle(root: &Path, Bundle { name, folder, words }: &Bundle, out: &Path) -> Result<BTreeSet<String>> {
    term::say("Bundling", Path::new("vendor").join(folder).join(name).to_string_lossy());
    let meta = paths::work().join(format!("{name}.meta.json"));
    let mut esbuild = npm::program("esbuild");
    esbuild.current_dir(root).arg(format!("www/js/vendor-src/{name}"));
    esbuild.args(["--bundle", "--minify", "--target=es2022", "--log-level=warning"]).args(*words);
    esbuild.arg(format!("--metafile={}", meta.display()));
    esbuild.arg(format!("--outdir={}", out.join(folder).display()));
    process::run(&mut esbuild, "Bundling vendor modules")?;
    let meta: Value = serde_json::from_str(&fs::read_to_string(meta)?)?;
    let inputs = meta["inputs"].as_object().context("esbuild wrote no list of inputs")?;
    Ok(inputs.keys().filter_map(|path| package_of(path.rsplit_once("node_modules/")?.1)).collect())
}

/// KaTeX's style sheet and fonts, in the one format that every browser has which runs the crate.
fn math_styles(from: &Path, to: &Path) -> Result<()> {
    let source = from.join("katex.min.css");
    let css = fs::read_to_string(&source).with_context(|| format!("{} cannot be read", source.display()))?;
    fs::write(to.join("math.css"), only_woff2(&css))?;
    fs::create_dir_all(to.join("fonts"))?;
    let fonts = from.join("fonts");
    for entry in fs::read_dir(&fonts).with_context(|| format!("{} cannot be read", fonts.display()))? {
        let font = entry?.path();
        if let (Some("woff2"), Some(name)) = (font.extension().and_then(|ext| ext.to_str()), font.file_name()) {
            fs::copy(&font, to.join("fonts").join(name))?;
        }
    }
    Ok(())
}

/// A style sheet whose fonts have one source each.
fn only_woff2(css: &str) -> String {
    let mut parts = css.split(",url(");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // The other formats end where the next one begins, or with the declaration.
        all.push_str(part.find([';', '}']).map_or("", |end| &part[end..]));
    }
    all
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
        // A package without a licence file has its words beside our sources.
        let own = || fs::read_to_string(paths::www().join(format!("js/vendor-src/{package}.LICENSE"))).ok();
        let text =
            licence(&dir)?.or_else(own).with_context(|| format!("the npm package {package} has no licence file"))?;
        all.push_str(&format!("\n---- {package} ----\n\n{}\n", text.trim()));
    }
    Ok(all)
}

/// A package's licence, however the file is named.
fn licence(package: &Path) -> Result<Option<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(package).with_context(|| format!("{} cannot be read", package.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if ["licence", "license"].iter().any(|start| name.starts_with(start)) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    files.first().map(|file| fs::read_to_string(file).map_err(Into::into)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_told_from_paths() {
        assert_eq!(package_of("style-mod/src/style-mod.js").as_deref(), Some("style-mod"));
        assert_eq!(package_of("@lezer/common/dist/index.js").as_deref(), Some("@lezer/common"));
    }

    #[test]
    fn fonts_keep_their_first_source_only() {
        let css = "a{src:url(f.woff2) format(\"woff2\"),url(f.woff) format(\"woff\"),url(f.ttf) format(\"x\")}b{c:d}";
        assert_eq!(only_woff2(css), "a{src:url(f.woff2) format(\"woff2\")}b{c:d}");
    }
}
