//! Trunk and wasm-pack, for those who have them: they build and test the same sources.

use super::report::Report;
use super::suites::for_browser;
use crate::setup::chromium;
use crate::{build, paths, process, tools};
use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Not dist/: what is served from there at this moment stays as it is.
const DIST: &str = "target/trunk";

/// How long `trunk serve` may build before it answers.
const PATIENCE: Duration = Duration::from_secs(600);

/// Proves the commands that README names.
pub fn run(report: &mut Report) -> Result<()> {
    // The browser tests load vendor modules and frames from dist/.
    let distribution = crate::build_for_tests()?;
    let browser = chromium::ensure()?;
    tools::TRUNK.ensure()?;
    tools::WASM_PACK.ensure()?;
    let path = tools::path()?;
    let command = |line: &str| {
        let mut words = line.split(' ');
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).env("PATH", &path).current_dir(paths::root());
        build::with_manifest(&mut command, &distribution);
        command
    };
    report.check("trunk build --release", &mut command(&format!("trunk build --release --dist {DIST}")))?;
    report.holds("Trunk's dist has the pages, each with its policy and no inline script", dist_is_whole())?;
    let port = free_port()?;
    let mut serving = Serving::start(&mut command(&format!("trunk serve --port {port} --dist {DIST}")))?;
    let headers = serving.headers(port, "/notebook.html");
    report.holds("trunk serve sends the isolation headers", headers.and_then(|text| has_isolation(&text)))?;
    let pyodide = serving.headers(port, "/pyodide/pyodide.mjs");
    report.holds("trunk serve hands out Pyodide", pyodide.and_then(|text| has(&text, "200 OK")))?;
    drop(serving);
    report.check("wasm-pack build --target web", &mut command("wasm-pack build --target web"))?;
    report.holds("wasm-pack's pkg/ has the package", pkg_is_whole())?;
    let mut test = command("wasm-pack test --headless --chrome");
    for_browser(&mut test, &browser, &distribution)?;
    report.browser_tests("wasm-pack test --headless --chrome", &mut test)
}

fn dist_is_whole() -> Result<()> {
    for page in ["index.html", "chat.html", "notebook.html"] {
        let html =
            std::fs::read_to_string(paths::root().join(DIST).join(page)).with_context(|| format!("no {page}"))?;
        if crate::csp::of_page(&html).is_none() {
            bail!("{page} has no policy");
        }
        let scripts = html.split("<script").skip(1).filter_map(|rest| rest.split('>').next());
        if let Some(inline) = scripts.into_iter().find(|tag| !tag.contains("src=")) {
            bail!("{page} has an inline script, which its policy forbids: <script{inline}>");
        }
    }
    for file in ["pyoxide.js", "pyoxide_bg.wasm", "sw.js", "vendor/socket.io.js", "pyodide/pyodide.mjs"] {
        if !paths::root().join(DIST).join(file).is_file() {
            bail!("no {file}");
        }
    }
    Ok(())
}

fn pkg_is_whole() -> Result<()> {
    for file in ["pyoxide.js", "pyoxide_bg.wasm", "pyoxide.d.ts", "package.json"] {
        if !paths::pkg().join(file).is_file() {
            bail!("no pkg/{file}");
        }
    }
    Ok(())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn has(text: &str, part: &str) -> Result<()> {
    if !text.to_ascii_lowercase().contains(&part.to_ascii_lowercase()) {
        bail!("no `{part}` in\n{text}");
    }
    Ok(())
}

fn has_isolation(text: &str) -> Result<()> {
    has(text, "200 OK")?;
    has(text, "cross-origin-opener-policy: same-origin")?;
    has(text, "cross-origin-embedder-policy: require-corp")
}

/// `trunk serve`, stopped when it goes out of scope.
struct Serving(Child);

impl Serving {
    fn start(command: &mut Command) -> Result<Self> {
        let child = command.stdin(Stdio::null()).spawn();
        Ok(Self(child.with_context(|| format!("`{}` could not be started", process::typed(command)))?))
    }

    /// The head of the answer to a request, once the server is up.
    fn headers(&mut self, port: u16, path: &str) -> Result<String> {
        let begun = Instant::now();
        loop {
            if let Some(text) = head(port, path) {
                return Ok(text);
            }
            if let Some(status) = self.0.try_wait()? {
                bail!("the server ended with {status}");
            }
            if begun.elapsed() > PATIENCE {
                bail!("the server did not answer in {} s", PATIENCE.as_secs());
            }
            std::thread::sleep(Duration::from_millis(250));
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn head(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    write!(stream, "HEAD {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    (!text.is_empty()).then_some(text)
}
