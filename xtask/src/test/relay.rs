//! Between Chromium and the server of wasm-bindgen's test runner.
//!
//! That server (tiny_http) can leave one of several connections that come at once without a thread as long as the others
//! are kept open, which is five minutes. Here each request has a connection of its own, which ends with its answer.

use anyhow::Result;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

/// A proxy for HTTP on this machine as long as this program runs; its port.
pub fn start() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for browser in listener.incoming().flatten() {
            // A request that fails is the browser's to tell.
            thread::spawn(move || relay(&browser).ok());
        }
    });
    Ok(port)
}

/// The lines of a head without those about the connection, which ends.
fn head(reader: &mut impl BufRead) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        match name.trim() {
            "" => break,
            "connection" | "proxy-connection" | "keep-alive" => {}
            _ => lines.push(line),
        }
    }
    lines.push("Connection: close\r\n\r\n".into());
    Ok(lines)
}

fn relay(mut browser: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(browser);
    let mut asked = head(&mut reader)?;
    let refused = || io::Error::from(io::ErrorKind::Unsupported);
    let (method, rest) = asked[0].split_once(" http://").ok_or_else(refused)?;
    let (host, path) = rest.split_once('/').ok_or_else(refused)?;
    let mut server = TcpStream::connect(host)?;
    asked[0] = format!("{method} /{path}");
    let length =
        asked.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    server.write_all(asked.concat().as_bytes())?;
    io::copy(&mut reader.take(length.unwrap_or(0)), &mut server)?;
    let mut answer = BufReader::new(server);
    browser.write_all(head(&mut answer)?.concat().as_bytes())?;
    io::copy(&mut answer, &mut browser)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_and_its_answer_go_through_and_end_their_connections() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let host = server.local_addr().unwrap().to_string();
        let asked = thread::spawn(move || {
            let (stream, _) = server.accept().unwrap();
            let mut reader = BufReader::new(&stream);
            let mut asked = head(&mut reader).unwrap().concat();
            let mut body = [0; 2];
            reader.read_exact(&mut body).unwrap();
            asked.push_str(&String::from_utf8_lossy(&body));
            (&stream).write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nKeep-Alive: 9\r\n\r\nyes").unwrap();
            asked
        });
        let mut browser = TcpStream::connect((Ipv4Addr::LOCALHOST, start().unwrap())).unwrap();
        let request = format!(
            "POST http://{host}/a?b=//c HTTP/1.1\r\nProxy-Connection: keep-alive\r\nContent-Length: 2\r\n\r\nhi"
        );
        browser.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        browser.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nyes");
        let asked = asked.join().unwrap();
        assert_eq!(asked, "POST /a?b=//c HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
    }
}
