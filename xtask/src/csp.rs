//! The content security policy of the pages, in one place (SECURITY.md 2.2).
//!
//! `stage` writes it into each page as a meta element, so that it holds on any static host;
//! `serve` sends what it finds there as a header too.

use anyhow::{Context, Result, bail};
use network::Network;

// The product's own reading of the list: what it lets code reach, the policy must let through, and nothing else.
#[allow(dead_code, reason = "the rest of it is for the product")]
#[path = "../../src/executor/network.rs"]
mod network;

/// Where the chat page may connect to when nothing narrower was asked for.
const ANY_SERVER: &str = "https: wss: http://localhost:* ws://localhost:* http://127.0.0.1:* ws://127.0.0.1:*";

/// The one page that talks to servers of other origins.
const CHAT: &str = "chat.html";

const OPEN: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"";
const CLOSE: &str = "\">";

/// The placeholder that a page carries in its source.
pub const PLACEHOLDER: &str = "<!-- csp -->";

/// The policy of a page. `frames` are the hashes of the frames' scripts, quoted: the frames inherit the
/// page's policy, so the page must allow them. `network` are further places to connect to, each after a space.
pub fn policy(page: &str, frames: &str, network: &str) -> String {
    // The chat page's frames have pages of ours (`frames.rs`); naming nothing else keeps them from going elsewhere.
    let (connect, frame) = match page {
        CHAT => (format!("'self' {ANY_SERVER}{network}"), "'self'"),
        _ => (format!("'self'{network}"), "'none'"),
    };
    [
        "default-src 'none'",
        &format!("script-src 'self' {frames} 'wasm-unsafe-eval' blob:"),
        "worker-src 'self' blob:",
        "style-src 'self'",
        &format!("connect-src {connect}"),
        "img-src 'self' blob: data:",
        "media-src blob:",
        "font-src 'self'",
        "manifest-src 'self'",
        &format!("frame-src {frame}"),
        "base-uri 'none'",
        "form-action 'none'",
        "object-src 'none'",
    ]
    .join("; ")
}

/// Puts a page's policy where its source has the placeholder.
pub fn into_page(page: &str, source: &str, frames: &str) -> Result<String> {
    let network = network(source).with_context(|| format!("www/{page}"))?;
    with_policy(source, &policy(page, frames, &network)).with_context(|| format!("www/{page}"))
}

/// The hosts that the page's owner lets Python reach (`data-network`, `src/executor/network.rs`), as sources of a policy.
fn network(source: &str) -> Result<String> {
    let Some((_, rest)) = source.split_once(" data-network=\"") else {
        if source.contains("data-network") {
            bail!("write `data-network` as ` data-network=\"…\"`, so that the page's policy can name its hosts");
        }
        return Ok(String::new());
    };
    let list = rest.split('"').next().unwrap_or_default();
    Ok(Network::parse(list, None).context("`data-network`")?.hosts().map(|host| format!(" {host}")).collect())
}

/// Puts a policy where a source has the placeholder.
pub fn with_policy(source: &str, policy: &str) -> Result<String> {
    if !source.contains(PLACEHOLDER) {
        bail!("it has no `{PLACEHOLDER}` in its head: it would be served without its policy");
    }
    Ok(source.replacen(PLACEHOLDER, &format!("{OPEN}{policy}{CLOSE}"), 1))
}

/// The policy that a staged page carries.
pub fn of_page(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once(OPEN)?;
    rest.split_once(CLOSE).map(|(policy, _)| policy)
}

/// The same page, allowed to connect to these servers only.
pub fn narrowed(page: &str, html: &str, servers: &[String]) -> String {
    if page != CHAT || servers.is_empty() {
        return html.to_owned();
    }
    let sources = servers.iter().flat_map(|server| [server.clone(), server.replacen("http", "ws", 1)]);
    let only = std::iter::once("'self'".to_owned()).chain(sources).collect::<Vec<_>>().join(" ");
    html.replacen(&format!("'self' {ANY_SERVER}"), &only, 1)
}

/// Accepts `http(s)://host[:port]` and nothing else, since it becomes part of a policy.
pub fn check_origin(origin: &str) -> Result<String> {
    let trimmed = origin.trim_end_matches('/');
    let host = trimmed.strip_prefix("https://").or_else(|| trimmed.strip_prefix("http://"));
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-:[]*".contains(c);
    match host {
        Some(host) if !host.is_empty() && host.chars().all(allowed) => Ok(trimmed.to_owned()),
        _ => bail!("`{origin}` is not an origin: write it like https://chat.example.org or http://127.0.0.1:8080"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "'sha256-AAAA'";

    #[test]
    fn only_the_chat_page_may_connect_elsewhere() {
        assert!(policy("notebook.html", HASH, "").contains("connect-src 'self';"));
        assert!(policy(CHAT, HASH, "").contains("connect-src 'self' https: wss:"));
    }

    #[test]
    fn a_page_may_connect_to_the_hosts_that_it_lets_python_reach() {
        let page = |hosts: &str| format!("<head>{PLACEHOLDER}</head><div id=\"app\" data-network=\"{hosts}\">");
        let html = into_page("notebook.html", &page("api.test https://*.b.test:81, pypi"), HASH).expect("a page");
        let wanted =
            "connect-src 'self' https://api.test https://*.b.test:81 https://pypi.org https://files.pythonhosted.org;";
        assert!(html.contains(wanted), "{html}");
        assert!(into_page("notebook.html", &page("a.test; script-src *"), HASH).is_err());
    }

    #[test]
    fn only_the_chat_page_has_frames_with_pages_and_only_ours() {
        assert!(policy(CHAT, HASH, "").contains("frame-src 'self';"));
        assert!(policy("notebook.html", HASH, "").contains("frame-src 'none';"));
    }

    #[test]
    fn no_page_allows_inline_script_or_eval() {
        for page in ["index.html", CHAT] {
            let policy = policy(page, HASH, "");
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
            assert!(
                policy.contains(&format!("script-src 'self' {HASH} ")) && policy.starts_with("default-src 'none'"),
                "{policy}"
            );
        }
    }

    #[test]
    fn a_staged_page_says_its_policy() {
        let html = into_page(CHAT, "<head><!-- csp --></head>", HASH).unwrap();
        assert_eq!(of_page(&html), Some(policy(CHAT, HASH, "").as_str()));
        assert!(into_page(CHAT, "<head></head>", HASH).is_err());
    }

    #[test]
    fn named_servers_replace_all_others() {
        let html = into_page(CHAT, PLACEHOLDER, HASH).unwrap();
        let html = narrowed(CHAT, &html, &["https://a.example".into(), "http://127.0.0.1:81".into()]);
        let connect = "connect-src 'self' https://a.example wss://a.example http://127.0.0.1:81 ws://127.0.0.1:81;";
        assert!(html.contains(connect), "{html}");
    }

    #[test]
    fn an_origin_cannot_smuggle_a_directive() {
        assert_eq!(check_origin("https://a.example/").unwrap(), "https://a.example");
        for bad in ["a.example", "https://", "https://a; script-src *", "https://a/b", "javascript:x", "https://a\""] {
            assert!(check_origin(bad).is_err(), "{bad}");
        }
    }
}
