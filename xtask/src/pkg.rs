//! `pkg/`: the npm package, an ES module with its types and frames, importable as it lies.

use crate::build::NAME;
use crate::{frames, paths, snapshots, stage};
use anyhow::{Context, Result};
use serde_json::json;
use std::fs;
use std::path::Path;

/// Fills the folder with the built crate, its types and the vendor modules.
pub fn fill(pkg: &Path, built: &Path, vendor: &Path) -> Result<()> {
    fs::remove_dir_all(pkg).ok();
    copy(built, pkg)?;
    copy(vendor, &pkg.join("vendor"))?;
    fs::create_dir_all(pkg.join(frames::FOLDER))?;
    for (path, html) in frames::pages()? {
        fs::write(pkg.join(path), html)?;
    }
    // A page that takes the package alone has no snapshots to hand out.
    fs::write(pkg.join(snapshots::LIST), "{}")?;
    let manifest = fs::read_to_string(paths::root().join("Cargo.toml")).context("Cargo.toml cannot be read")?;
    fs::write(pkg.join("package.json"), package_json(&manifest)?)?;
    fs::write(pkg.join(".gitignore"), "*\n")?;
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for path in stage::walk(from)? {
        let target = to.join(&path);
        if let Some(dir) = target.parent() {
            fs::create_dir_all(dir)?;
        }
        fs::copy(from.join(&path), &target).with_context(|| format!("{} cannot be written", target.display()))?;
    }
    Ok(())
}

fn package_json(manifest: &str) -> Result<String> {
    let field = |name: &str| {
        let line = manifest.lines().find_map(|line| line.strip_prefix(&format!("{name} = \""))?.strip_suffix('"'));
        line.with_context(|| format!("Cargo.toml has no line `{name} = \"…\"`"))
    };
    let package = json!({
        "name": NAME,
        "version": field("version")?,
        "description": field("description")?,
        "license": field("license")?,
        "type": "module",
        "main": format!("{NAME}.js"),
        "types": format!("{NAME}.d.ts"),
        "files": [format!("{NAME}*"), "snippets/", "vendor/", "frames/", snapshots::LIST],
        "sideEffects": ["./snippets/*"],
    });
    Ok(serde_json::to_string_pretty(&package)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_says_what_cargo_toml_says() {
        let manifest = "[package]\nversion = \"1.2.3\"\ndescription = \"d\"\nlicense = \"MIT\"\n";
        let package = package_json(manifest).unwrap();
        assert!(
            package.contains("\"version\": \"1.2.3\"") && package.contains("\"main\": \"pyoxide.js\""),
            "{package}"
        );
        assert!(package_json("").unwrap_err().to_string().contains("version"));
    }
}
