//! What an embed is (PROTOCOL.md 6.1): HTML, or an address that may be worth loading once the person asks for it
//! (SECURITY.md 6).

use core::net::{Ipv4Addr, Ipv6Addr};

/// Bytes of HTML that are shown; more would stall the page.
const LONGEST: usize = 5_000_000;

/// An embed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Embed {
    /// HTML text, for an opaque frame.
    Html,
    /// HTML that is too long to be shown.
    TooLong,
    /// A page of another site.
    Address {
        /// An http or https address.
        url: String,
        /// Its host, with its port.
        host: String,
    },
    /// An address that no frame is opened for: it is on this page's site, on the person's own network, or not plain.
    Refused,
}

/// Tells what an embed is. `own` are the origins that are ours: the page's and the server's.
pub fn read(text: &str, own: &[&str]) -> Embed {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let schemes = ["https://", "http://", "//"];
    let Some(scheme) = schemes.into_iter().find(|scheme| lower.starts_with(scheme)) else {
        return if text.len() > LONGEST { Embed::TooLong } else { Embed::Html };
    };
    let rest = &text[scheme.len()..];
    // A page over https can't show one over http, so what names neither is https.
    let scheme = if scheme == "//" { "https://" } else { scheme };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let is_plain = text.len() <= 2_000 && !text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
    let is_ours = |own: &&str| own.split_once("://").is_some_and(|(_, own)| name(own) == name(&host));
    if !is_plain || !is_public(name(&host)) || own.iter().any(is_ours) {
        return Embed::Refused;
    }
    Embed::Address { url: format!("{scheme}{rest}"), host }
}

/// A host without its port and its closing dot.
fn name(host: &str) -> &str {
    let bare = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    bare.trim_end_matches('.')
}

/// Whether a name is one of the public network, in a form that every browser reads alike.
fn is_public(name: &str) -> bool {
    if let Some(address) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok_and(|address| is_public_v6(&address));
    }
    let labels: Vec<&str> = name.split('.').collect();
    let is_label =
        |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let (Some(last), true) = (labels.last(), labels.iter().all(is_label)) else { return false };
    if last.starts_with(|c: char| c.is_ascii_digit()) {
        // Browsers take such names for IPv4 addresses, in octal and with missing parts too.
        return name.parse::<Ipv4Addr>().is_ok_and(|address| is_public_v4(&address));
    }
    labels.len() > 1 && !["localhost", "local", "internal", "lan", "intranet", "corp", "home", "arpa"].contains(last)
}

fn is_public_v4(address: &Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_special = a == 0 || a >= 224 || (a, b) == (198, 18) || (a, b) == (198, 19);
    !(address.is_private() || address.is_loopback() || address.is_link_local() || is_shared || is_special)
}

/// Global unicast, and nothing that leads to an IPv4 address.
fn is_public_v6(address: &Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    first & 0xe000 == 0x2000 && first != 0x2002 && (first, second) != (0x2001, 0)
}

/// A library that embeds may ask for by what they say (PROTOCOL.md 6.3); handed in with the HTML, since they can't load it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Library {
    /// Chart.js, as `Chart`.
    Chart,
    /// Alpine.js, as `Alpine`; it starts once the HTML is there.
    Alpine,
}

impl Library {
    /// Its script in `vendor/`.
    pub fn file(self) -> &'static str {
        match self {
            Self::Chart => "embed/chart.js",
            Self::Alpine => "embed/alpine.js",
        }
    }
}

/// The attributes that Alpine.js reads, each after `x-`.
const DIRECTIVES: [&str; 18] = [
    "data",
    "init",
    "show",
    "bind",
    "on",
    "text",
    "html",
    "model",
    "modelable",
    "ref",
    "for",
    "if",
    "effect",
    "transition",
    "cloak",
    "ignore",
    "teleport",
    "id",
];

/// The libraries that HTML names.
pub fn libraries(html: &str) -> Vec<Library> {
    let names_chart = ["new Chart(", "Chart."].iter().any(|name| html.contains(name));
    let is_word = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
    let names_alpine = html.match_indices("x-").any(|(at, _)| {
        let bytes = html.as_bytes();
        let rest = &html[at + 2..];
        let word = rest.bytes().position(|c| !is_word(c)).map_or(rest, |end| &rest[..end]);
        (at == 0 || !is_word(bytes[at - 1])) && DIRECTIVES.contains(&word)
    });
    [names_chart.then_some(Library::Chart), names_alpine.then_some(Library::Alpine)].into_iter().flatten().collect()
}

/// Hosts that a site's owner lets embeds reach, as sources of a policy; none where none are named.
///
/// # Errors
/// One of them is no `https://host`, with a port or a `*.` in front if need be; it is in the error.
pub fn hosts(names: &str) -> Result<Option<String>, String> {
    let names: Vec<&str> = names.split([' ', ',', '\n', '\t']).filter(|name| !name.is_empty()).collect();
    let is_host = |name: &str| {
        let host = name.strip_prefix("https://").unwrap_or_default();
        let bare = host.strip_prefix("*.").unwrap_or(host);
        bare.contains('.') && bare.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c))
    };
    match names.iter().find(|name| !is_host(name)) {
        Some(bad) => Err((*bad).to_owned()),
        None => Ok((!names.is_empty()).then(|| names.join(" "))),
    }
}

/// The policy of an embed that may reach these hosts; all else stays as it is without them.
pub fn policy(hosts: &str) -> String {
    format!(
        "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob: {hosts}; worker-src 'none'; style-src \
         'unsafe-inline' {hosts}; img-src data: blob: {hosts}; font-src data: {hosts}; media-src data: blob: {hosts}; \
         connect-src {hosts}; frame-src 'none'; form-action 'none'; base-uri 'none'"
    )
}

/// An address with these after its query.
pub fn with_query(url: &str, about: &[(&str, &str)]) -> String {
    let (front, fragment) = url.split_once('#').map_or((url, None), |(front, fragment)| (front, Some(fragment)));
    let mut url = front.to_owned();
    for (name, value) in about {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(name);
        url.push('=');
        for byte in value.bytes() {
            match byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                true => url.push(char::from(byte)),
                false => url.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    fragment.into_iter().for_each(|fragment| url.push_str(&format!("#{fragment}")));
    url
}

/// Whose place each of the next embeds takes among those that are shown: a place keeps its order, so that no frame
/// is ever moved, which would begin it anew. The same text keeps its place; where texts changed between two that
/// stay, each takes the place of one that goes, as far as there are any.
pub fn places(shown: &[String], next: &[String]) -> Vec<Option<usize>> {
    // The longest sequence that both have: lengths[i][j] is that of what follows from i and j.
    let mut lengths = vec![vec![0_usize; next.len() + 1]; shown.len() + 1];
    for i in (0..shown.len()).rev() {
        for j in (0..next.len()).rev() {
            lengths[i][j] = match shown[i] == next[j] {
                true => lengths[i + 1][j + 1] + 1,
                false => lengths[i + 1][j].max(lengths[i][j + 1]),
            };
        }
    }
    let mut places = vec![None; next.len()];
    let (mut i, mut j, mut gap) = (0, 0, (0, 0));
    let fill = |(from, to): (usize, usize), (i, j): (usize, usize), places: &mut Vec<Option<usize>>| {
        (from..i).zip(to..j).for_each(|(old, new)| places[new] = Some(old));
    };
    while i < shown.len() && j < next.len() {
        if shown[i] == next[j] {
            fill(gap, (i, j), &mut places);
            places[j] = Some(i);
            (i, j) = (i + 1, j + 1);
            gap = (i, j);
        } else if lengths[i + 1][j] >= lengths[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    fill(gap, (shown.len(), next.len()), &mut places);
    places
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    const OWN: [&str; 2] = ["https://app.test", "http://chat.example.org:8080"];

    #[test]
    fn an_address_begins_at_once_and_all_else_is_html() {
        let address = |url: &str, host: &str| Embed::Address { url: url.into(), host: host.into() };
        assert_eq!(read("https://a.test/x?y#z", &OWN), address("https://a.test/x?y#z", "a.test"));
        assert_eq!(read("HTTP://A.test:81", &OWN), address("http://A.test:81", "a.test:81"));
        assert_eq!(read("//a.test/x", &OWN), address("https://a.test/x", "a.test"));
        for html in ["", " https://a.test", "<b>//a.test", "javascript:alert(1)", "data:text/html,x", "/x", "é"] {
            assert_eq!(read(html, &OWN), Embed::Html, "{html}");
        }
        assert_eq!(read(&"x".repeat(LONGEST + 1), &OWN), Embed::TooLong);
    }

    #[test]
    fn nothing_of_ours_and_nothing_of_the_persons_network_is_loaded() {
        for bad in [
            "https://app.test/chat",
            "http://APP.test.:81/",
            "//chat.example.org/api",
            "http://localhost:8080",
            "https://x.localhost/",
            "https://127.0.0.1:11434/api",
            "https://127.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://017700000001/",
            "http://10.1.2.3/",
            "http://172.16.0.1",
            "http://192.168.0.1",
            "http://169.254.169.254/latest",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
            "http://[::1]/",
            "http://[fe80::1]/",
            "http://[fd00::1]:80/",
            "http://[::ffff:127.0.0.1]/",
            "http://router/",
            "http://nas.local/",
            "https://user:pass@a.test/",
            "https://a.test\\@app.test/",
            "https://a.test/\n",
            "https://１２７.0.0.1/",
            "https://%31%32%37.0.0.1/",
            "https://",
            "https:///a.test",
        ] {
            assert_eq!(read(bad, &OWN), Embed::Refused, "{bad}");
        }
        assert!(matches!(read("https://8.8.8.8/", &OWN), Embed::Address { .. }));
        assert!(matches!(read("https://[2606:4700::1111]/", &OWN), Embed::Address { .. }));
    }

    #[test]
    fn libraries_are_handed_in_where_they_are_named() {
        assert_eq!(libraries("<script>new Chart(c, {})</script>"), [Library::Chart]);
        assert_eq!(libraries("<div x-data=\"{}\"><b x-text=\"1\">"), [Library::Alpine]);
        assert_eq!(libraries("x-id Chart.defaults"), [Library::Chart, Library::Alpine]);
        for none in ["", "<p>chart</p>", "max-data x-database tax-on", "x-", "é x-dat", "<x-data-y>"] {
            assert_eq!(libraries(none), [], "{none}");
        }
    }

    #[test]
    fn only_plain_https_hosts_enter_a_policy() {
        assert_eq!(hosts(" "), Ok(None));
        assert_eq!(hosts("https://a.test, https://*.b.test:81"), Ok(Some("https://a.test https://*.b.test:81".into())));
        for bad in [
            "*",
            "https://*",
            "https:",
            "http://a.test",
            "'unsafe-eval'",
            "https://a.test;",
            "data:",
            "https://localhost",
        ] {
            assert_eq!(hosts(bad), Err(bad.into()), "{bad}");
        }
        assert!(policy("https://a.test").contains("connect-src https://a.test; frame-src 'none'"));
    }

    #[test]
    fn a_query_is_written_so_that_nothing_leaves_it() {
        let about = [("chat_id", "c 1&x=#é"), ("n", "1")];
        assert_eq!(with_query("https://a.test/x#y", &about), "https://a.test/x?chat_id=c%201%26x%3D%23%C3%A9&n=1#y");
        assert_eq!(with_query("//a.test?q", &[("n", "1")]), "//a.test?q&n=1");
    }

    #[test]
    fn what_stays_keeps_its_place_and_what_changed_takes_one() {
        let list = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        let places = |shown: &str, next: &str| places(&list(shown), &list(next));
        assert_eq!(places("ab", "abc"), [Some(0), Some(1), None]);
        assert_eq!(places("ab", "xyzab"), [None, None, None, Some(0), Some(1)]);
        assert_eq!(places("abc", "axc"), [Some(0), Some(1), Some(2)]);
        assert_eq!(places("abc", "c"), [Some(2)]);
        assert_eq!(places("a", "b"), [Some(0)]);
        assert_eq!(places("aa", "aaa").iter().flatten().collect::<Vec<_>>(), [&0, &1]);
        // An exchange keeps one of the two; the other takes what is left, never an order that would move it.
        let swapped = places("ab", "ba");
        assert_eq!(swapped.iter().flatten().count(), 1);
        assert_eq!(places("", "ab"), [None, None]);
        assert_eq!(places("ab", ""), []);
    }
}
