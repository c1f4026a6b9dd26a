//! As much of HTTP/1.1 as a static server needs.

use std::fs::File;
use std::io::{self, BufRead, BufWriter, Read, Write};

/// More than any browser sends us; longer requests are refused.
const MAX_HEAD: u64 = 64 * 1024;

/// A request without its body, which we never read.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// GET, HEAD …
    pub method: String,
    /// The target as it was sent, query included.
    pub target: String,
    /// The validator that the browser holds.
    pub if_none_match: Option<String>,
    /// Whether another request may follow on this connection.
    pub keep_alive: bool,
}

/// What an answer carries.
pub enum Body {
    /// A text or a page.
    Bytes(Vec<u8>),
    /// A file and its length, sent without being read into memory whole.
    File(File, u64),
}

/// An answer.
pub struct Reply {
    /// Status code and phrase.
    pub status: &'static str,
    /// Header names and values, without length and connection.
    pub headers: Vec<(&'static str, String)>,
    /// Its body, not sent for HEAD.
    pub body: Body,
}

impl Reply {
    /// A short answer in words.
    pub fn text(status: &'static str, text: impl Into<String>) -> Self {
        let headers = vec![("Content-Type", "text/plain; charset=utf-8".to_owned())];
        Self { status, headers, body: Body::Bytes(text.into().into_bytes()) }
    }
}

/// Reads the next request; None when the browser has closed the connection.
pub fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut head = reader.take(MAX_HEAD);
    let mut line = String::new();
    if head.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (Some(method), Some(target), Some(version)) = (words.next(), words.next(), words.next()) else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not an HTTP request"));
    };
    let mut request = Request {
        method: method.to_owned(),
        target: target.to_owned(),
        if_none_match: None,
        keep_alive: version != "HTTP/1.0",
    };
    loop {
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Ok(Some(request));
        }
        if let Some((name, value)) = line.split_once(':') {
            header(&mut request, &name.to_ascii_lowercase(), value.trim());
        }
    }
}

fn header(request: &mut Request, name: &str, value: &str) {
    match name {
        "if-none-match" => request.if_none_match = Some(value.to_owned()),
        "connection" if value.eq_ignore_ascii_case("close") => request.keep_alive = false,
        // A body that nobody reads would be taken for the next request.
        "transfer-encoding" => request.keep_alive = false,
        "content-length" if value != "0" => request.keep_alive = false,
        _ => {}
    }
}

/// Sends an answer.
pub fn write(out: impl Write, reply: Reply, head_only: bool, keep_alive: bool) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(64 * 1024, out);
    let length = match &reply.body {
        Body::Bytes(bytes) => bytes.len() as u64,
        Body::File(_, length) => *length,
    };
    write!(out, "HTTP/1.1 {}\r\n", reply.status)?;
    for (name, value) in &reply.headers {
        write!(out, "{name}: {value}\r\n")?;
    }
    let connection = if keep_alive { "keep-alive" } else { "close" };
    write!(out, "Content-Length: {length}\r\nConnection: {connection}\r\n\r\n")?;
    if !head_only {
        match reply.body {
            Body::Bytes(bytes) => out.write_all(&bytes)?,
            Body::File(file, length) => send(file, length, &mut out)?,
        }
    }
    out.flush()
}

/// Sends exactly `length` bytes, or breaks the connection: the browser must not take half a file for a whole one.
fn send(file: File, length: u64, out: &mut impl Write) -> io::Result<()> {
    let sent = io::copy(&mut file.take(length), out)?;
    if sent < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Option<Request> {
        read(&mut text.as_bytes()).unwrap()
    }

    #[test]
    fn a_request_is_read_up_to_its_empty_line() {
        let got = request("GET /a?b HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"1\"\r\n\r\nrest").unwrap();
        assert_eq!((got.method.as_str(), got.target.as_str()), ("GET", "/a?b"));
        assert_eq!(got.if_none_match.as_deref(), Some("\"1\""));
        assert!(got.keep_alive);
        assert_eq!(request(""), None);
    }

    #[test]
    fn a_request_with_a_body_ends_the_connection() {
        assert!(!request("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody").unwrap().keep_alive);
        assert!(!request("GET / HTTP/1.0\r\n\r\n").unwrap().keep_alive);
    }

    #[test]
    fn nonsense_and_half_requests_are_errors() {
        assert!(read(&mut "nonsense\r\n\r\n".as_bytes()).is_err());
        assert!(read(&mut "GET / HTTP/1.1\r\nHost: x\r\n".as_bytes()).is_err());
    }

    #[test]
    fn head_sends_the_length_without_the_body() {
        let mut out = Vec::new();
        write(&mut out, Reply::text("200 OK", "hello"), true, true).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("Content-Length: 5\r\n") && text.ends_with("\r\n\r\n"), "{text}");
    }
}
