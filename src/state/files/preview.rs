//! How a file is looked at without opening it.

use csv_core::ReadRecordResult;
use std::borrow::Cow;

/// Bytes of a text that are shown, and cells of a table.
pub const MOST_TEXT: usize = 64 * 1024;
const MOST_ROWS: usize = 100;
const MOST_COLUMNS: usize = 40;

/// How a file of this name is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As an image of this media type. SVG is an image, too, so that nothing in it runs.
    Image(&'static str),
    /// As a table whose cells stand apart by this character.
    Table(u8),
    /// As text, if it is one.
    Text,
}

impl Kind {
    /// By the end of its name.
    pub fn of(name: &str) -> Self {
        let end = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default();
        match end.as_str() {
            "png" => Self::Image("image/png"),
            "jpg" | "jpeg" => Self::Image("image/jpeg"),
            "gif" => Self::Image("image/gif"),
            "webp" => Self::Image("image/webp"),
            "svg" => Self::Image("image/svg+xml"),
            "csv" => Self::Table(b','),
            "tsv" => Self::Table(b'\t'),
            _ => Self::Text,
        }
    }
}

/// The beginning of a file as text; `None` if it is none.
pub fn text(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let is_cut = bytes.len() > MOST_TEXT;
    let bytes = &bytes[..bytes.len().min(MOST_TEXT)];
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.into()),
        // Cut in the middle of a character.
        Err(error) if is_cut && error.error_len().is_none() => {
            Some(String::from_utf8_lossy(&bytes[..error.valid_up_to()]))
        }
        // Old tables are often written in one byte a character.
        Err(_) if !bytes.contains(&0) => Some(bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into()),
        Err(_) => None,
    }
    .filter(|text| !text.contains('\0'))
}

/// The first rows of a table, of at most 40 columns.
pub fn table(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let (mut rows, mut reader) = (Vec::new(), csv_core::ReaderBuilder::new().delimiter(delimiter).build());
    let (mut rest, mut cells, mut ends) = (text.as_bytes(), vec![0; text.len() + 1], vec![0; text.len() + 1]);
    while rows.len() < MOST_ROWS {
        // There is room for every row, and for an empty one after the last.
        let (result, read, _, count) = reader.read_record(rest, &mut cells, &mut ends);
        rest = &rest[read..];
        match result {
            ReadRecordResult::Record => {
                let begins = std::iter::once(0).chain(ends.iter().copied());
                let row = begins.zip(ends[..count].iter().copied()).take(MOST_COLUMNS);
                rows.push(row.map(|(from, to)| String::from_utf8_lossy(&cells[from..to]).into_owned()).collect());
            }
            ReadRecordResult::InputEmpty => (),
            _ => break,
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_name_tells_how_a_file_is_shown() {
        assert_eq!(Kind::of("a.PNG"), Kind::Image("image/png"));
        assert_eq!(Kind::of("a.tar.csv"), Kind::Table(b','));
        assert_eq!(Kind::of("notes"), Kind::Text);
    }

    #[test]
    fn text_is_shown_up_to_the_last_whole_character_and_bytes_are_not() {
        assert_eq!(text("äöü".as_bytes()).as_deref(), Some("äöü"));
        let cut = format!("x{}", "é".repeat(MOST_TEXT));
        assert!(text(cut.as_bytes()).is_some_and(|text| text.ends_with('é') && text.len() == MOST_TEXT - 1));
        assert_eq!(text(b"caf\xe9").as_deref(), Some("café"));
        assert_eq!(text(b"\x89PNG\0\0"), None);
        assert_eq!(text(b"a\0b"), None);
    }

    #[test]
    fn cells_keep_their_quotes_lines_and_gaps() {
        let rows = table("a,\"b, \"\"c\"\"\"\n\"two\nlines\",,x\n", b',');
        assert_eq!(rows, [vec!["a", "b, \"c\""], vec!["two\nlines", "", "x"]]);
        assert_eq!(table(&"x\n".repeat(1_000), b',').len(), MOST_ROWS);
    }
}
