//! The pages of frames that have a policy of their own (SECURITY.md 5.2 and 6), where the hosting page's, which frames
//! without a source inherit, allows less. `www/frames/NAME.html` gets `NAME.js` inline, so that each is one file.

use crate::{csp, hash, paths};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;

/// Their folder, below `www/` and in what is served.
pub const FOLDER: &str = "frames";

/// The frames: name, source, policy. None may be framed into or submit, and none but `OPEN` may reach the network. In
/// the embeds' and in `execute` foreign scripts run; in `diagram` our libraries do, whose files the page hands in. `OPEN`
/// is used only where a page's owner names hosts, and narrowed to those by the page.
const FRAMES: [(&str, &str, &str); 4] = [
    (
        "execute",
        "execute",
        "default-src 'none'; script-src {script} 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; \
         connect-src 'none'; frame-src 'none'; form-action 'none'; base-uri 'none'",
    ),
    (
        "embed",
        "embed",
        "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src 'none'; \
         style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; connect-src 'none'; \
         frame-src 'none'; form-action 'none'; base-uri 'none'",
    ),
    (
        "diagram",
        "diagram",
        "default-src 'none'; script-src {script} blob:; worker-src blob:; style-src 'unsafe-inline'; img-src data:; \
         connect-src 'none'; frame-src 'none'; form-action 'none'; base-uri 'none'",
    ),
    (
        OPEN,
        "embed",
        "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob: https:; worker-src 'none'; \
         style-src 'unsafe-inline' https:; img-src data: blob: https:; font-src data: https:; \
         media-src data: blob: https:; connect-src https:; frame-src 'none'; form-action 'none'; base-uri 'none'",
    ),
];

/// The one that may reach hosts.
const OPEN: &str = "embed-hosts";

/// Whether a frame's page, by its file name, may reach no host at all.
pub fn is_cut_off(file: &str) -> bool {
    file.strip_suffix(".html") != Some(OPEN)
}

/// A header that their policies should come with: a policy has no word for what a browser connects to in advance, and
/// none for WebRTC. Measured in Chromium 156: without it a forbidden navigation opens a bare TCP connection, or begins a
/// TLS one that names the host; with it, nothing. Other browsers don't know it yet, and a `meta` can't say it.
pub const NO_CONNECTION: (&str, &str) = ("Connection-Allowlist", "()");

/// Where a page's script belongs.
const SCRIPT: &str = "<!-- script -->";

/// The finished pages, by their place.
pub fn pages() -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let folder = paths::www().join(FOLDER);
    let read = |name: String| {
        fs::read_to_string(folder.join(&name)).with_context(|| format!("www/{FOLDER}/{name} cannot be read"))
    };
    let page = |(name, source, policy): &(&str, &str, &str)| {
        let html = page(&read(format!("{source}.html"))?, &read(format!("{source}.js"))?, policy)
            .with_context(|| format!("www/{FOLDER}/{name}.html"))?;
        Ok((PathBuf::from(FOLDER).join(format!("{name}.html")), html.into_bytes()))
    };
    FRAMES.iter().map(page).collect()
}

fn page(html: &str, script: &str, policy: &str) -> Result<String> {
    if script.contains("</script") {
        bail!("its script would end early: it has `</script` in it");
    }
    if !html.contains(SCRIPT) {
        bail!("it has no `{SCRIPT}`");
    }
    let policy = policy.replace("{script}", &format!("'{}'", hash::integrity(script.as_bytes())));
    let html = csp::with_policy(html, &policy)?;
    Ok(html.replacen(SCRIPT, &format!("<script>{script}</script>"), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_has_its_policy_before_its_script() {
        for (path, html) in pages().unwrap() {
            let html = String::from_utf8(html).unwrap();
            let policy = csp::of_page(&html).unwrap();
            let reaches = if path.ends_with("embed-hosts.html") { "connect-src https:;" } else { "connect-src 'none'" };
            assert!(policy.starts_with("default-src 'none'; ") && policy.contains(reaches), "{policy}");
            assert!(html.find("Content-Security-Policy") < html.find("<script>"), "{}", path.display());
        }
    }

    #[test]
    fn a_script_is_named_by_its_hash_and_cannot_end_early() {
        let html = format!("{}{SCRIPT}", csp::PLACEHOLDER);
        let page = super::page(&html, "1", "script-src {script}").unwrap();
        assert_eq!(csp::of_page(&page), Some(format!("script-src '{}'", hash::integrity(b"1")).as_str()));
        assert!(page.ends_with("<script>1</script>"), "{page}");
        assert!(super::page(&html, "'</script>'", "").is_err() && super::page("", "1", "").is_err());
    }
}
