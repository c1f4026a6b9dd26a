//! sha256 of files and texts, and stamps: "these inputs were handled already".

use crate::paths;
use anyhow::{Context, Result};
use base64::Engine;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs::File;
use std::path::{Path, PathBuf};

/// sha256 of bytes, in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}

/// sha256 of bytes, as CSP and integrity attributes write it: `sha256-…`.
pub fn integrity(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(digest))
}

/// sha256 of a file, in lower-case hexadecimal.
pub fn file(path: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    let mut input = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    std::io::copy(&mut input, &mut hasher)?;
    Ok(to_hex(&hasher.finalize()))
}

/// Remembers by content that a step is done, so that the next start skips it.
pub struct Stamp {
    path: PathBuf,
    key: String,
}

impl Stamp {
    /// A stamp called `name` in the build folder; `inputs` are all that the step's result depends on.
    pub fn new(name: &str, inputs: &[&str]) -> Self {
        Self::at(paths::work().join(format!("{name}.stamp")), inputs)
    }

    /// The same at a place of its own.
    pub fn at(path: PathBuf, inputs: &[&str]) -> Self {
        Self { path, key: hex(inputs.join("\n").as_bytes()) }
    }

    /// Whether the step was done with exactly these inputs.
    pub fn fresh(&self) -> bool {
        std::fs::read_to_string(&self.path).is_ok_and(|old| old == self.key)
    }

    /// Says that it is done.
    pub fn set(&self) -> Result<()> {
        if let Some(dir) = self.path.parent() {
            std::fs::create_dir_all(dir)?;
        }
        std::fs::write(&self.path, &self.key).with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

fn to_hex(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_text_has_its_known_hash() {
        assert!(hex(b"").starts_with("e3b0c44298fc1c14"));
        assert_eq!(integrity(b""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn a_stamp_holds_for_its_inputs_only() {
        let path = std::env::temp_dir().join(format!("pyoxide-stamp-{}", std::process::id()));
        let stamp = Stamp::at(path.clone(), &["a", "b"]);
        assert!(!stamp.fresh());
        stamp.set().unwrap();
        assert!(stamp.fresh());
        assert!(!Stamp::at(path.clone(), &["a", "c"]).fresh());
        std::fs::remove_file(path).unwrap();
    }
}
