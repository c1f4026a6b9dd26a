//! Floor 0: Markdown as a tree, whole or as it grows. HTML in it is text, but for a short list; addresses are judged
//! here, so that no view can forget to (SECURITY.md 7).

mod address;
mod dollars;
mod edit;
mod node;
mod read;
mod stream;
mod table;
mod tag;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

pub use address::{ImageAddress, safe_link};
pub use edit::{count_code, with_code};
pub use node::{Alert, Alignment, Element, Kind, Node};
pub use stream::{Edits, Id, Stream};
pub use table::{csv, tabbed};
pub use tag::{Tag, tag};

/// Reads a whole text: CommonMark with tables, strikethrough, tasks, footnotes, GitHub's notes, and formulas between
/// `$`, `$$`, `\(` `\)` and `\[` `\]`.
pub fn parse(text: &str) -> Vec<Node> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    read::read(&text, &|_| None, &read::Definitions::new()).nodes
}
