//! Debian packages: installed when we may (root, as on CI), named with the command when we may not.

use crate::{paths, process, term};
use anyhow::{Result, bail};
use std::process::Command;

/// Installs Debian packages if this is Debian and we are root; else an error with the command to type.
/// `missing` says what was looked for and why.
pub fn install(packages: &[&str], missing: &str) -> Result<()> {
    let command = format!("apt-get install {}", packages.join(" "));
    if paths::on_path("apt-get").is_none() {
        bail!("{missing}. On Debian it comes with `{command}`; on other systems install it by hand");
    }
    if !is_root() {
        bail!("{missing}. Type `sudo {command}`, then try again");
    }
    term::say("Installing", format!("{} ({command})", packages.join(", ")));
    let apt = |words: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    process::run(&mut apt(&["update", "-qq"]), "Reading Debian's package lists")?;
    let mut words = vec!["install", "-y", "-qq", "--no-install-recommends"];
    words.extend(packages);
    process::run(&mut apt(&words), "Installing Debian packages")
}

fn is_root() -> bool {
    process::output(Command::new("id").arg("-u"), "Asking who we are").is_ok_and(|id| id.trim() == "0")
}
