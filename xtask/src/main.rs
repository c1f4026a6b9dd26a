//! The commands of this repository: `cargo xtask help` lists them.

mod args;
mod bench;
mod build;
mod csp;
mod frames;
mod hash;
mod paths;
mod pkg;
mod process;
mod serve;
mod setup;
mod snapshots;
mod stage;
mod term;
mod test;
mod tools;
mod vendor;

use anyhow::{Context, Result, bail};
use args::Args;
use setup::pyodide::{self, Distribution};
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask run      set up what is missing, build, serve on 127.0.0.1:8787, print the addresses
cargo xtask test     everything that CI runs; `test --quick` the native tests only
cargo xtask bench    figures beside their peers, from the same run

  run    [--port N] [--server ORIGIN]... [--dev]
  build  [--dev]                      fill dist/ and pkg/, serve nothing
  serve  [--port N] [--server ORIGIN]... [--plain] [--mount /PATH/=DIR]...
                                      serve dist/ as it is; --port 0 takes a free port
  test   [--quick] [SUITE]... [-- WORDS FOR THE RUNNER]
  bench  NAME [--json FILE] [--quick]
  setup                               install or check what a build needs, build nothing
  tools                               print a PATH with wasm-bindgen and wasm-opt for Trunk and wasm-pack
  stage                               Trunk's hook: lay pages and assets beside what Trunk built
  manifest                            print the manifest of the Pyodide distribution

  --server ORIGIN   a server that the chat page may talk to; without it, any https or local one
  --plain           serve like a host that knows nothing of us: no isolation, no policy header
  --dev             a debug build
  --quick           (test) the native tests only, (bench) fewer sizes and rounds, where a bench has them

Environment
  PYOXIDE_PYODIDE   folder of an unpacked Pyodide release, to be used in place of the pinned one
  PYOXIDE_CACHE     where downloads and tools are kept (~/.cache/pyoxide)
  CHROMIUM, CHROMEDRIVER   the browser and its driver for tests and benches
";

fn main() -> ExitCode {
    let result = match tools::called_as() {
        Some(tool) => tool(),
        None => command(env::args().skip(1).collect()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("\nerror: {}.", format!("{err:#}").trim_end_matches('.'));
            ExitCode::FAILURE
        }
    }
}

fn command(mut words: Vec<String>) -> Result<()> {
    if words.is_empty() || words.iter().any(|word| word == "--help" || word == "-h") {
        words = vec!["help".to_owned()];
    }
    let name = words.remove(0);
    let runner_words = after_dashes(&mut words);
    let args = Args::new(words);
    match name.as_str() {
        "run" => run(args),
        "build" => build_all(args).map(drop),
        "serve" => serve_dist(args),
        "test" => test::command(args, &runner_words),
        "bench" => bench::command(args),
        "setup" => setup_only(args),
        "tools" => args.end().and_then(|()| tools::print()),
        "stage" => args.end().and_then(|()| stage_for_trunk()),
        "manifest" => args.end().and_then(|()| print_manifest()),
        "help" => {
            print!("{HELP}\nSuites\n{}\nBenches\n{}", test::list(), bench::list());
            Ok(())
        }
        other => bail!("there is no `cargo xtask {other}`: `cargo xtask help` lists the commands"),
    }
}

/// Splits off the words after `--`.
fn after_dashes(words: &mut Vec<String>) -> Vec<String> {
    match words.iter().position(|word| word == "--") {
        Some(place) => words.drain(place..).skip(1).collect(),
        None => Vec::new(),
    }
}

fn run(mut args: Args) -> Result<()> {
    let options = serve_options(&mut args)?;
    // Taken before the build, which would be in vain if somebody else has the port.
    let listener = serve::listen(options.port)?;
    let distribution = build_all(args)?;
    let address = format!("http://{}", listener.local_addr()?);
    println!("\npyoxide is served at\n");
    let pages =
        [("start page", ""), ("chat", "chat.html"), ("notebook", "notebook.html"), ("example", "examples/plain/")];
    for (name, path) in pages {
        println!("  {name:<12} {address}/{path}");
    }
    println!("\nCtrl-C stops it.");
    serve::serve(listener, serve::site(options, &distribution.dir))
}

fn build_all(mut args: Args) -> Result<Distribution> {
    let mode = if args.flag("--dev") { build::Mode::Dev } else { build::Mode::Release };
    args.end()?;
    let distribution = setup::all()?;
    fill(mode, &distribution)?;
    Ok(distribution)
}

/// What the tests look at is what people get: the release build.
fn build_for_tests() -> Result<Distribution> {
    build_all(Args::new([]))
}

/// Builds and fills `dist/` and `pkg/`.
fn fill(mode: build::Mode, distribution: &Distribution) -> Result<()> {
    let built = build::build(mode, distribution)?;
    let vendor = vendor::build()?;
    let stage = |snapshots: Option<&Path>| {
        let parts = stage::Parts { built: Some(&built), vendor: &vendor, pyodide: &distribution.dir, snapshots };
        stage::stage(&paths::dist(), &parts)
    };
    let made = snapshots::made(distribution)?;
    stage(made.as_deref())?;
    if made.is_none()
        && let Some(made) = snapshots::make(distribution)?
    {
        stage(Some(&made))?;
    }
    pkg::fill(&paths::pkg(), &built, &vendor)
}

fn serve_options(args: &mut Args) -> Result<serve::Options> {
    let servers = args.values("--server")?;
    let mounts = args.values("--mount")?;
    Ok(serve::Options {
        port: args.value("--port")?.unwrap_or(serve::PORT),
        servers: servers.iter().map(|server| csp::check_origin(server)).collect::<Result<_>>()?,
        plain: args.flag("--plain"),
        mounts: mounts.iter().map(|mount| parse_mount(mount)).collect::<Result<_>>()?,
    })
}

fn parse_mount(text: &str) -> Result<serve::Mount> {
    let parts = text.split_once('=').filter(|(prefix, _)| prefix.starts_with('/') && prefix.ends_with('/'));
    let Some((prefix, dir)) = parts else {
        bail!("`--mount {text}` makes no sense: write it like --mount /bench/=tests/bench");
    };
    if !Path::new(dir).is_dir() {
        bail!("`--mount {text}` names a folder that is not there");
    }
    Ok(serve::Mount { prefix: prefix.to_owned(), dir: PathBuf::from(dir), pages: false })
}

fn serve_dist(mut args: Args) -> Result<()> {
    let options = serve_options(&mut args)?;
    args.end()?;
    if !paths::dist().join("index.html").is_file() {
        bail!("dist/ is not built yet: type `cargo xtask build`, or `cargo xtask run` for both");
    }
    let listener = serve::listen(options.port)?;
    let distribution = pyodide::ensure()?;
    // Scripts read this line: it is the first and only one.
    println!("http://{}/", listener.local_addr()?);
    serve::serve(listener, serve::site(options, &distribution.dir))
}

fn setup_only(args: Args) -> Result<()> {
    args.end()?;
    let distribution = setup::all()?;
    term::say("Ready", format!("Pyodide is in {}", distribution.dir.display()));
    Ok(())
}

fn stage_for_trunk() -> Result<()> {
    let staging = env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let staging =
        staging.context("TRUNK_STAGING_DIR is not set: `stage` is Trunk's hook, people type `cargo xtask build`")?;
    if env::var_os("PYOXIDE_PYODIDE").is_some_and(nonempty)
        && !env::var_os("PYOXIDE_PYODIDE_MANIFEST").is_some_and(nonempty)
    {
        bail!(
            "PYOXIDE_PYODIDE is set, but Trunk's build knows nothing of it: \
             type `export PYOXIDE_PYODIDE_MANIFEST=\"$(cargo xtask manifest)\"` first"
        );
    }
    setup::npm::ensure()?;
    let distribution = pyodide::ensure()?;
    let vendor = vendor::build()?;
    let snapshots = snapshots::made(&distribution)?;
    let parts =
        stage::Parts { built: None, vendor: &vendor, pyodide: &distribution.dir, snapshots: snapshots.as_deref() };
    stage::stage(&staging, &parts)
}

fn nonempty(value: OsString) -> bool {
    !value.is_empty()
}

fn print_manifest() -> Result<()> {
    let distribution = pyodide::ensure()?;
    println!("{}", setup::manifest::compute(&distribution.dir)?);
    Ok(())
}
