//! What each suite runs.

use super::report::Report;
use super::{conformance, relay};
use crate::setup::pyodide::{self, Distribution};
use crate::setup::{self, chromium, target, wheel};
use crate::{build, hash, paths, process, term, tools};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TOOLS_MANIFEST: [&str; 2] = ["--manifest-path", "xtask/Cargo.toml"];

fn cargo(words: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(words).current_dir(paths::root());
    command
}

/// The pure floors, natively: seconds on a warm tree.
pub fn quick(report: &mut Report) -> Result<()> {
    format(report)?;
    floors(report)
}

/// Everything that needs no browser.
pub fn native(report: &mut Report) -> Result<()> {
    target::ensure()?;
    format(report)?;
    let deny = ["--", "-D", "warnings"];
    report.check("clippy, native", cargo(&["clippy", "--all-targets"]).args(deny))?;
    let web = &["clippy", "--all-targets", "--target", target::TARGET];
    report.check("clippy, web", cargo(web).args(deny))?;
    let tools = &mut cargo(&["clippy", "--all-targets"]);
    report.check("clippy, tools", tools.args(TOOLS_MANIFEST).args(deny))?;
    floors(report)?;
    report.tests("the tools", cargo(&["test"]).args(TOOLS_MANIFEST))
}

fn format(report: &mut Report) -> Result<()> {
    report.check("format", &mut cargo(&["fmt", "--check"]))?;
    report.check("format of the tools", cargo(&["fmt", "--check"]).args(TOOLS_MANIFEST))
}

fn floors(report: &mut Report) -> Result<()> {
    let words = report.words.clone();
    report.tests("the pure floors", cargo(&["test", "--lib", "--test", "tidy", "--no-fail-fast"]).args(words))
}

/// Recorded traffic through the pure client.
pub fn traces(report: &mut Report) -> Result<()> {
    report.tests("recorded traffic", conformance::tell(&mut cargo(&["test", "--test", "traces"])))
}

/// `tests/web*.rs` by wasm-bindgen's runner, which is this program.
pub fn browser(report: &mut Report) -> Result<()> {
    let distribution = crate::build_for_tests()?;
    let browser = chromium::ensure()?;
    let mut cargo = cargo(&["test", "--no-fail-fast", "--target", target::TARGET, "--test", "web*"]);
    for_browser(&mut cargo, &browser, &distribution)?;
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", tools::folder()?.join(tools::RUNNER));
    cargo.args(&report.words);
    report.browser_tests("the web floors in Chromium", &mut cargo)
}

/// What a browser test needs around it: the driver, its options, and Pyodide below the package root,
/// where the runner's own server finds it as `/target/pyodide/`.
pub fn for_browser(command: &mut Command, browser: &chromium::Chromium, distribution: &Distribution) -> Result<()> {
    share(&distribution.dir, &paths::root().join("target/pyodide"))?;
    build::with_manifest(command, distribution);
    command.env("CHROMEDRIVER", &browser.driver);
    command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", webdriver(&browser.browser)?);
    // The whole binary's time, Pyodide's start on a busy machine included.
    command.env("WASM_BINDGEN_TEST_TIMEOUT", "300").env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
    Ok(())
}

/// The repository's webdriver.json, with the browser that was found, and its way to the runner's server.
fn webdriver(browser: &Path) -> Result<PathBuf> {
    let text = fs::read_to_string(paths::root().join("webdriver.json")).context("webdriver.json cannot be read")?;
    let mut options: Value = serde_json::from_str(&text).context("webdriver.json is not JSON")?;
    options["goog:chromeOptions"]["binary"] = browser.display().to_string().into();
    let Some(arguments) = options["goog:chromeOptions"]["args"].as_array_mut() else {
        bail!("webdriver.json has no arguments for Chromium");
    };
    arguments.push(format!("--proxy-server=http://127.0.0.1:{}", relay::start()?).into());
    arguments.push("--proxy-bypass-list=<-loopback>".into()); // or what is on this machine goes past it
    let file = paths::work().join("webdriver.json");
    fs::create_dir_all(paths::work())?;
    fs::write(&file, options.to_string())?;
    Ok(file)
}

/// Hard links, since the runner's server refuses links that lead out of the package; copies where that fails.
fn share(from: &Path, to: &Path) -> Result<()> {
    let lock = hash::file(&from.join("pyodide-lock.json"))?;
    let stamp = hash::Stamp::new("shared-pyodide", &[&lock, &from.display().to_string()]);
    if stamp.fresh() && to.is_dir() {
        return Ok(());
    }
    fs::remove_dir_all(to).ok();
    fs::create_dir_all(to).with_context(|| format!("{} cannot be made", to.display()))?;
    for path in crate::stage::walk(from)? {
        let (source, target) = (from.join(&path), to.join(&path));
        if fs::hard_link(&source, &target).is_err() {
            fs::copy(&source, &target).with_context(|| format!("{} cannot be copied", source.display()))?;
        }
    }
    stamp.set()
}

/// The frame and worker scripts by themselves.
pub fn sandbox(report: &mut Report) -> Result<()> {
    let mut node = sandbox_in_node()?;
    node.env_remove("FIREFOX").args(&report.words);
    report.tests("the sandbox in Chromium", &mut node)
}

/// The same in the other browser. A machine that can't have it goes without.
pub fn firefox(report: &mut Report) -> Result<()> {
    match setup::firefox::ensure()? {
        Ok(browser) => {
            let mut node = sandbox_in_node()?;
            node.env("FIREFOX", browser).args(&report.words);
            report.tests("the sandbox in Firefox", &mut node)
        }
        Err(why) => {
            term::say("Skipping", format!("the sandbox in Firefox. {why}"));
            Ok(())
        }
    }
}

fn sandbox_in_node() -> Result<Command> {
    setup::npm::ensure()?;
    let distribution = pyodide::ensure()?;
    let mut node = script("tests/sandbox/run.mjs")?;
    for_scripts(&mut node, &distribution)?;
    Ok(node)
}

/// The pages, a real server, a scripted model.
pub fn e2e(report: &mut Report) -> Result<()> {
    let distribution = crate::build_for_tests()?;
    wheel::ensure()?; // the server of the tests is installed from it
    let mut node = script("tests/e2e/run.mjs")?;
    for_scripts(conformance::tell(&mut node), &distribution)?;
    node.args(&report.words);
    report.tests("the pages in Chromium", &mut node)
}

/// What hostile servers and models send, at the frames of the built pages.
pub fn hostile(report: &mut Report) -> Result<()> {
    let pure = &mut cargo(&["test", "--test", "hostile"]);
    report.tests("the hostile corpus on the pure client", conformance::tell(pure))?;
    let distribution = crate::build_for_tests()?;
    let mut node = script("tests/hostile/run.mjs")?;
    for_scripts(&mut node, &distribution)?;
    node.args(&report.words);
    report.tests("the hostile corpus in Chromium", &mut node)
}

/// A script of the repository, run by node.
pub fn script(path: &str) -> Result<Command> {
    if !paths::root().join(path).is_file() {
        bail!("{path} is not there");
    }
    let version = process::output(Command::new("node").arg("--version"), "Asking node for its version")?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|n| n.parse::<u32>().ok());
    if major.is_none_or(|major| major < 20) {
        bail!("the browser scripts need node 20 or newer, and this is {}", version.trim());
    }
    let mut node = Command::new("node");
    node.arg(path).current_dir(paths::root());
    Ok(node)
}

/// Tells a script where everything is.
pub fn for_scripts(command: &mut Command, distribution: &Distribution) -> Result<()> {
    let browser = chromium::ensure()?;
    command.env("PYOXIDE_DIST", paths::dist());
    command.env("PYOXIDE_PYODIDE_DIR", &distribution.dir);
    command.env("PYOXIDE_CACHE", paths::cache());
    command.env("PYOXIDE_XTASK", env::current_exe().context("the path of this program is unknown")?);
    command.env("CHROMIUM", &browser.browser).env("CHROMEDRIVER", &browser.driver);
    Ok(())
}
