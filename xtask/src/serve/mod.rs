//! A small static server for the built pages, on the loopback address only.

mod http;
mod site;

pub use site::{Mount, Site};

use crate::paths;
use anyhow::{Result, bail};
use std::io::{BufReader, ErrorKind};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The port that people know.
pub const PORT: u16 = 8787;

/// How long a kept-alive connection may say nothing.
const SILENCE: Duration = Duration::from_secs(60);

/// What to serve, and how.
pub struct Options {
    /// The port; 0 takes a free one.
    pub port: u16,
    /// Servers that the chat page may talk to; all of them when empty.
    pub servers: Vec<String>,
    /// Act like a host that knows nothing of us: no isolation, no policy header.
    pub plain: bool,
    /// More folders to serve.
    pub mounts: Vec<Mount>,
}

/// The folders that are always served: the pages, Pyodide, the package and its examples.
pub fn site(options: Options, distribution: &Path) -> Site {
    let root = paths::root();
    let mount = |prefix: &str, dir: PathBuf, pages: bool| Mount { prefix: prefix.to_owned(), dir, pages };
    let mut mounts = options.mounts;
    mounts.push(mount("/pyodide/", distribution.to_path_buf(), false));
    mounts.push(mount("/pkg/", paths::pkg(), false));
    mounts.push(mount("/examples/", root.join("examples"), false));
    mounts.push(mount("/", paths::dist(), true));
    Site { mounts, servers: options.servers, plain: options.plain }
}

/// Takes the port.
pub fn listen(port: u16) -> Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(listener) => Ok(listener),
        Err(err) if err.kind() == ErrorKind::AddrInUse => bail!(
            "port {port} of 127.0.0.1 is taken by another program (another `cargo xtask run`, perhaps): \
             stop it, or choose another port with --port {}",
            port.wrapping_add(1)
        ),
        Err(err) => bail!("port {port} of 127.0.0.1 cannot be opened: {err}"),
    }
}

/// Answers requests until the process is stopped.
pub fn serve(listener: TcpListener, site: Site) -> Result<()> {
    let site = Arc::new(site);
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        let site = Arc::clone(&site);
        std::thread::spawn(move || {
            // A browser that goes away in the middle of an answer is no news.
            connection(&stream, &site).ok();
        });
    }
    Ok(())
}

/// Answers the requests of one connection, one after the other.
fn connection(stream: &TcpStream, site: &Site) -> std::io::Result<()> {
    stream.set_read_timeout(Some(SILENCE))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = http::read(&mut reader)? {
        let keep = request.keep_alive;
        let reply = site.answer(&request);
        http::write(stream, reply, request.method == "HEAD", keep)?;
        if !keep {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn a_taken_port_is_named_with_a_way_out() {
        let held = listen(0).unwrap();
        let port = held.local_addr().unwrap().port();
        let text = listen(port).unwrap_err().to_string();
        assert!(text.contains(&port.to_string()) && text.contains("--port"), "{text}");
    }

    #[test]
    fn two_requests_are_answered_on_one_connection() {
        let dir = std::env::temp_dir().join(format!("pyoxide-serve-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("a.txt"), "hello").unwrap();
        let listener = listen(0).unwrap();
        let mut stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mounts = vec![Mount { prefix: "/".into(), dir: dir.clone(), pages: true }];
        std::thread::spawn(|| serve(listener, Site { mounts, servers: vec![], plain: false }));
        stream.write_all(b"HEAD /a.txt HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        stream.write_all(b"GET /a.txt HTTP/1.1\r\nconnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 2, "{text}");
        assert_eq!(text.matches("hello").count(), 1, "{text}");
        std::fs::remove_dir_all(dir).unwrap();
    }
}
