//! Which file answers which path, and with which headers.

use super::http::{Body, Reply, Request};
use crate::{csp, frames, hash};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A folder under a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The path, from `/` to `/`.
    pub prefix: String,
    /// The folder.
    pub dir: PathBuf,
    /// Whether these are our own pages, which carry a policy.
    pub pages: bool,
}

/// All that is served.
pub struct Site {
    /// The first that fits answers.
    pub mounts: Vec<Mount>,
    /// Servers that the chat page may talk to; all of them when empty.
    pub servers: Vec<String>,
    /// Send neither isolation nor policy headers.
    pub plain: bool,
}

const TYPES: &[(&str, &str)] = &[
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("webmanifest", "application/manifest+json"),
    ("ipynb", "application/json"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("ico", "image/vnd.microsoft.icon"),
    ("woff2", "font/woff2"),
    ("txt", "text/plain; charset=utf-8"),
    ("md", "text/plain; charset=utf-8"),
    ("py", "text/plain; charset=utf-8"),
    ("ts", "text/plain; charset=utf-8"),
    ("zip", "application/zip"),
];

const ISOLATION: &[(&str, &str)] = &[
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
];

impl Site {
    /// The answer to a request.
    pub fn answer(&self, request: &Request) -> Reply {
        let mut reply = self.find(request);
        reply.headers.push(("Cache-Control", "no-cache".to_owned()));
        if !self.plain {
            reply.headers.extend(ISOLATION.iter().map(|(name, value)| (*name, (*value).to_owned())));
            reply.headers.push(("X-Content-Type-Options", "nosniff".to_owned()));
        }
        reply
    }

    fn find(&self, request: &Request) -> Reply {
        if request.method != "GET" && request.method != "HEAD" {
            let mut reply = Reply::text("405 Method Not Allowed", "This server only hands out files.\n");
            reply.headers.push(("Allow", "GET, HEAD".to_owned()));
            return reply;
        }
        let path = request.target.split(['?', '#']).next().unwrap_or_default();
        let Some(path) = decode(path) else {
            return Reply::text("400 Bad Request", "This path cannot be read.\n");
        };
        let Some((mount, file)) = self.locate(&path) else {
            return Reply::text("404 Not Found", format!("There is no {path} here.\n"));
        };
        if file.is_dir() {
            let mut reply = Reply::text("301 Moved Permanently", "It is a folder.\n");
            reply
                .headers
                .push(("Location", format!("{}/", request.target.split(['?', '#']).next().unwrap_or_default())));
            return reply;
        }
        self.file(mount, &file, request)
            .unwrap_or_else(|err| Reply::text("500 Internal Server Error", format!("{path} cannot be read: {err}\n")))
    }

    /// The file of a path, never outside the mount's folder.
    fn locate(&self, path: &str) -> Option<(&Mount, PathBuf)> {
        if path.split('/').any(|part| part == ".." || part.contains(['\\', '\0'])) {
            return None;
        }
        let mount = self.mounts.iter().find(|mount| path.starts_with(&mount.prefix))?;
        let below = &path[mount.prefix.len()..];
        let below =
            if below.is_empty() || below.ends_with('/') { format!("{below}index.html") } else { below.to_owned() };
        let root = mount.dir.canonicalize().ok()?;
        // Resolved, so that a link cannot lead out of the folder either.
        let file = root.join(below.trim_start_matches('/')).canonicalize().ok()?;
        file.starts_with(&root).then_some((mount, file))
    }

    fn file(&self, mount: &Mount, path: &Path, request: &Request) -> std::io::Result<Reply> {
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let kind = TYPES.iter().find(|(ext, _)| *ext == extension).map_or("application/octet-stream", |(_, kind)| kind);
        let headers = vec![("Content-Type", kind.to_owned())];
        let (tag, reply) = if mount.pages && extension == "html" {
            self.page(path, headers)?
        } else {
            let meta = fs::metadata(path)?;
            let age = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
            let body = Body::File(File::open(path)?, meta.len());
            (format!("{:x}-{:x}", meta.len(), age.as_nanos()), Reply { status: "200 OK", headers, body })
        };
        let tag = format!("\"{tag}\"");
        let known = request.if_none_match.as_ref().is_some_and(|known| known.contains(&tag));
        let mut reply = match known {
            true => Reply { status: "304 Not Modified", headers: vec![], body: Body::Bytes(vec![]) },
            false => reply,
        };
        reply.headers.push(("ETag", tag));
        Ok(reply)
    }

    /// One of our pages, and what tells it from other versions of it: its policy goes into a header too.
    fn page(&self, path: &Path, mut headers: Vec<(&'static str, String)>) -> std::io::Result<(String, Reply)> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let html = csp::narrowed(&name, &fs::read_to_string(path)?, &self.servers);
        if let Some(policy) = csp::of_page(&html).filter(|_| !self.plain) {
            headers.push(("Content-Security-Policy", policy.to_owned()));
            if path.parent().is_some_and(|folder| folder.ends_with(frames::FOLDER)) && frames::is_cut_off(&name) {
                let (name, value) = frames::NO_CONNECTION;
                headers.push((name, value.to_owned()));
            }
        }
        let tag = hash::hex(format!("{headers:?}{html}").as_bytes());
        Ok((tag, Reply { status: "200 OK", headers, body: Body::Bytes(html.into_bytes()) }))
    }
}

/// Undoes percent encoding; None when what comes out is no UTF-8 path.
fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let code = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(code, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok().filter(|path| path.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(target: &str) -> Request {
        Request { method: "GET".into(), target: target.into(), if_none_match: None, keep_alive: true }
    }

    fn header<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
        reply.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// A folder with a page, a script below it, and a secret beside it.
    fn with_site(name: &str, plain: bool, check: impl FnOnce(&Site, &Path)) {
        let base = std::env::temp_dir().join(format!("pyoxide-{name}-{}", std::process::id()));
        let dir = base.join("dist");
        fs::create_dir_all(dir.join("js")).unwrap();
        let page = csp::into_page("chat.html", "<head><!-- csp --></head>", "sha256-A").unwrap();
        fs::write(dir.join("chat.html"), page).unwrap();
        for (path, html) in crate::frames::pages().unwrap() {
            fs::create_dir_all(dir.join(&path).parent().unwrap()).unwrap();
            fs::write(dir.join(path), html).unwrap();
        }
        fs::write(dir.join("js/a.mjs"), "1").unwrap();
        fs::write(base.join("secret"), "s").unwrap();
        let mounts = vec![Mount { prefix: "/".into(), dir, pages: true }];
        check(&Site { mounts, servers: vec!["https://a.example".into()], plain }, &base);
        fs::remove_dir_all(base).unwrap();
    }

    #[test]
    fn a_page_has_isolation_and_its_narrowed_policy() {
        with_site("page", false, |site, _| {
            let reply = site.answer(&get("/chat.html?server=x#y"));
            assert_eq!(header(&reply, "Cross-Origin-Embedder-Policy"), Some("require-corp"));
            let policy = header(&reply, "Content-Security-Policy").unwrap();
            assert!(policy.contains("connect-src 'self' https://a.example wss://a.example;"), "{policy}");
        });
    }

    #[test]
    fn a_frame_has_what_an_isolated_page_asks_of_it_and_its_own_policy() {
        with_site("frame", false, |site, _| {
            let reply = site.answer(&get("/frames/execute.html"));
            assert_eq!(header(&reply, "Cross-Origin-Embedder-Policy"), Some("require-corp"));
            assert_eq!(header(&reply, "Cross-Origin-Resource-Policy"), Some("cross-origin"));
            let policy = header(&reply, "Content-Security-Policy").unwrap();
            assert!(policy.contains("'unsafe-eval'") && policy.contains("frame-src 'none'"), "{policy}");
            assert_eq!(header(&reply, "Connection-Allowlist"), Some("()"));
            for open in ["/chat.html", "/frames/embed-hosts.html"] {
                assert_eq!(header(&site.answer(&get(open)), "Connection-Allowlist"), None, "{open}");
            }
        });
    }

    #[test]
    fn a_plain_site_sends_neither() {
        with_site("plain", true, |site, _| {
            let reply = site.answer(&get("/chat.html"));
            assert_eq!(header(&reply, "Content-Security-Policy"), None);
            assert_eq!(header(&reply, "Cross-Origin-Opener-Policy"), None);
        });
    }

    #[test]
    fn nothing_outside_the_folder_is_handed_out() {
        with_site("outside", false, |site, base| {
            std::os::unix::fs::symlink(base.join("secret"), base.join("dist/link")).unwrap();
            for target in
                ["/../secret", "/%2e%2e/secret", "/js/..%2f..%2fsecret", "/link", "//etc/passwd", "/%", "/%ff", "x"]
            {
                let status = site.answer(&get(target)).status;
                assert!(status.starts_with("40"), "{target}: {status}");
            }
        });
    }

    #[test]
    fn a_file_that_the_browser_has_is_not_sent_again() {
        with_site("etag", false, |site, _| {
            for (path, kind) in
                [("/js/a.mjs", "text/javascript; charset=utf-8"), ("/chat.html", "text/html; charset=utf-8")]
            {
                let first = site.answer(&get(path));
                assert_eq!(header(&first, "Content-Type"), Some(kind));
                let tag = header(&first, "ETag").map(str::to_owned);
                let again = site.answer(&Request { if_none_match: tag, ..get(path) });
                assert_eq!(again.status, "304 Not Modified", "{path}");
                let other = site.answer(&Request { if_none_match: Some("\"0\"".into()), ..get(path) });
                assert_eq!(other.status, "200 OK", "{path}");
            }
        });
    }

    #[test]
    fn folders_lead_to_their_slash_and_posts_are_refused() {
        with_site("folder", false, |site, _| {
            assert_eq!(header(&site.answer(&get("/js")), "Location"), Some("/js/"));
            let post = Request { method: "POST".into(), ..get("/") };
            assert_eq!(site.answer(&post).status, "405 Method Not Allowed");
        });
    }
}
