//! Terminal text to lines of styled spans: colours (SGR), carriage return, backspace and the few cursor
//! moves that progress bars use.
//!
//! It is fed in pieces, as output arrives, and says from which line on the picture changed, so that a view
//! redraws only these. Codes that do more than paint (titles, links, device queries) are left out; the text
//! of a link stays text. Never fails: unknown codes are skipped.

/// Columns that a cursor move may jump to; text itself may be longer. Bounds what `ESC[999999999C` costs.
const MAX_JUMP: usize = 2_000;
/// An escape code that has not ended after this many bytes is given up.
const MAX_CODE: usize = 4_096;

/// A colour of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// One of the 16 named colours, 0–15: the theme decides how it looks.
    Named(u8),
    /// An exact colour.
    Rgb(u8, u8, u8),
}

impl Color {
    /// A colour of the 256-colour palette.
    fn indexed(index: u8) -> Self {
        const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
        match index {
            0..=15 => Self::Named(index),
            16..=231 => {
                let cube = usize::from(index - 16);
                Self::Rgb(STEPS[cube / 36], STEPS[cube / 6 % 6], STEPS[cube % 6])
            }
            232.. => {
                let grey = 8 + 10 * (index - 232);
                Self::Rgb(grey, grey, grey)
            }
        }
    }
}

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Text colour; `None` is the page's.
    pub foreground: Option<Color>,
    /// Colour behind the text; `None` is the page's.
    pub background: Option<Color>,
    /// Bold.
    pub bold: bool,
    /// Faint.
    pub faint: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// Struck through.
    pub strike: bool,
    /// Text and background colour change places.
    pub inverse: bool,
}

impl Style {
    /// Whether this is text without any style.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// Text of one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Without newlines and control characters other than tab.
    pub text: String,
    /// How it looks.
    pub style: Style,
}

/// A line, as its spans from left to right.
pub type Line = Vec<Span>;

/// What a terminal shows: all lines so far and a cursor.
#[derive(Clone, Debug)]
pub struct Screen {
    lines: Vec<Line>,
    row: usize,
    column: usize,
    /// Characters of the line that the cursor is in; kept, because counting them anew for each piece is slow.
    width: usize,
    style: Style,
    /// The beginning of an escape code whose end has not come yet.
    pending: String,
}

impl Default for Screen {
    fn default() -> Self {
        Self { lines: vec![Line::new()], row: 0, column: 0, width: 0, style: Style::default(), pending: String::new() }
    }
}

/// The lines of a whole text.
pub fn parse(text: &str) -> Vec<Line> {
    let mut screen = Screen::default();
    screen.feed(text);
    screen.lines
}

/// A whole text without its codes, as a person would read it.
pub fn plain(text: &str) -> String {
    let lines = parse(text);
    let line = |line: &Line| line.iter().map(|span| span.text.as_str()).collect::<String>();
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

impl Screen {
    /// All lines; at least one, which may be empty.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Takes a piece of text and returns the first line that may look different now.
    pub fn feed(&mut self, text: &str) -> usize {
        let joined;
        let mut rest = if self.pending.is_empty() {
            text
        } else {
            joined = std::mem::take(&mut self.pending) + text;
            joined.as_str()
        };
        let mut dirty = self.row;
        while !rest.is_empty() {
            let plain = rest.find(|c: char| c.is_control() && c != '\t').unwrap_or(rest.len());
            if plain > 0 {
                self.put(&rest[..plain]);
            }
            rest = &rest[plain..];
            let Some(control) = rest.chars().next() else { break };
            if control == '\u{1b}' {
                match code(rest) {
                    Code::Unfinished if rest.len() < MAX_CODE => {
                        self.pending = rest.to_owned();
                        break;
                    }
                    Code::Unfinished => rest = &rest[1..],
                    Code::Other(len) => rest = &rest[len..],
                    Code::Csi { len, parameters, last } => {
                        self.control(parameters, last);
                        rest = &rest[len..];
                    }
                }
            } else {
                match control {
                    '\n' => self.newline(),
                    '\r' => self.column = 0,
                    '\u{8}' => self.column = self.column.saturating_sub(1),
                    _ => {}
                }
                rest = &rest[control.len_utf8()..];
            }
            dirty = dirty.min(self.row);
        }
        dirty.min(self.lines.len() - 1)
    }

    fn newline(&mut self) {
        self.go(self.row + 1);
        self.column = 0;
    }

    /// Puts the cursor into a row, which is made if it is the one after the last.
    fn go(&mut self, row: usize) {
        if row >= self.lines.len() {
            self.lines.push(Line::new());
        }
        self.row = row.min(self.lines.len() - 1);
        self.width = self.lines[self.row].iter().map(|span| span.text.chars().count()).sum();
    }

    /// Writes text without control characters at the cursor, over what stands there.
    fn put(&mut self, text: &str) {
        let count = text.chars().count();
        if self.column > self.width {
            let gap = " ".repeat(self.column - self.width);
            push(&mut self.lines[self.row], &gap, Style::default());
            self.width = self.column;
        }
        let line = &mut self.lines[self.row];
        if self.column == self.width {
            push(line, text, self.style);
        } else {
            let old = std::mem::take(line);
            let mut at = 0;
            let mut written = false;
            for span in old {
                for character in span.text.chars() {
                    if at == self.column {
                        push(line, text, self.style);
                        written = true;
                    }
                    if at < self.column || at >= self.column + count {
                        push(line, character.encode_utf8(&mut [0; 4]), span.style);
                    }
                    at += 1;
                }
            }
            debug_assert!(written);
        }
        self.column += count;
        self.width = self.width.max(self.column);
    }

    /// Keeps the characters of the cursor's line that `keep` wants, blanks for the others up to the last kept.
    fn erase(&mut self, keep: impl Fn(usize) -> bool) {
        let old = std::mem::take(&mut self.lines[self.row]);
        let mut blanks = String::new();
        let mut at = 0;
        let line = &mut self.lines[self.row];
        for span in old {
            for character in span.text.chars() {
                if keep(at) {
                    push(line, &std::mem::take(&mut blanks), Style::default());
                    push(line, character.encode_utf8(&mut [0; 4]), span.style);
                } else {
                    blanks.push(' ');
                }
                at += 1;
            }
        }
        self.go(self.row);
    }

    /// Obeys a control sequence (`ESC [ parameters last`).
    fn control(&mut self, parameters: &str, last: char) {
        let number =
            |index: usize| parameters.split(';').nth(index).and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
        let count = number(0).max(1);
        match last {
            'm' => sgr(&mut self.style, parameters),
            'A' => self.go(self.row.saturating_sub(count)),
            'B' => self.go(self.row.saturating_add(count).min(self.lines.len() - 1)),
            'E' => {
                self.go(self.row.saturating_add(count).min(self.lines.len() - 1));
                self.column = 0;
            }
            'F' => {
                self.go(self.row.saturating_sub(count));
                self.column = 0;
            }
            'C' => self.column = self.column.max(self.column.saturating_add(count).min(MAX_JUMP)),
            'D' => self.column = self.column.saturating_sub(count),
            'G' => self.column = (count - 1).min(MAX_JUMP),
            'H' | 'f' => {
                self.go((count - 1).min(self.lines.len() - 1));
                self.column = number(1).saturating_sub(1).min(MAX_JUMP);
            }
            'J' if number(0) >= 2 => {
                self.lines.clear();
                self.go(0);
            }
            'J' if number(0) == 0 => {
                self.lines.truncate(self.row + 1);
                let column = self.column;
                self.erase(|at| at < column);
            }
            'K' => {
                let column = self.column;
                match number(0) {
                    0 => self.erase(|at| at < column),
                    1 => self.erase(|at| at > column),
                    _ => self.erase(|_| false),
                }
            }
            _ => {}
        }
    }
}

/// Adds text to a line, to its last span if that has the same style.
fn push(line: &mut Line, text: &str, style: Style) {
    match line.last_mut() {
        _ if text.is_empty() => {}
        Some(span) if span.style == style => span.text.push_str(text),
        _ => line.push(Span { text: text.to_owned(), style }),
    }
}

/// What begins at an escape character.
enum Code<'a> {
    /// A control sequence.
    Csi { len: usize, parameters: &'a str, last: char },
    /// Anything else, to be skipped; its length in bytes.
    Other(usize),
    /// Its end is not in the text.
    Unfinished,
}

/// Reads the escape code that `text` begins with.
fn code(text: &str) -> Code<'_> {
    let bytes = text.as_bytes();
    match bytes.get(1) {
        None => Code::Unfinished,
        Some(b'[') => match bytes[2..].iter().position(|byte| !(0x20..=0x3f).contains(byte)) {
            None => Code::Unfinished,
            Some(at) if (0x40..=0x7e).contains(&bytes[2 + at]) => {
                Code::Csi { len: at + 3, parameters: &text[2..2 + at], last: char::from(bytes[2 + at]) }
            }
            Some(at) => Code::Other(at + 2), // broken off by something else, which stays text
        },
        // OSC, DCS, SOS, PM, APC: strings that end with BEL or ESC \.
        Some(b']' | b'P' | b'X' | b'^' | b'_') => {
            let end = bytes.iter().enumerate().skip(2).find_map(|(at, byte)| match byte {
                0x07 => Some(at + 1),
                0x1b if bytes.get(at + 1) == Some(&b'\\') => Some(at + 2),
                _ => None,
            });
            end.map_or(Code::Unfinished, Code::Other)
        }
        Some(b' '..=b'/') => match bytes[1..].iter().position(|byte| !(0x20..=0x2f).contains(byte)) {
            None => Code::Unfinished,
            Some(at) => Code::Other(1 + at + usize::from(bytes[1 + at].is_ascii())),
        },
        Some(byte) => Code::Other(1 + usize::from(byte.is_ascii() && *byte >= 0x20)),
    }
}

/// Applies "select graphic rendition" to a style.
fn sgr(style: &mut Style, parameters: &str) {
    // `38:2::r:g:b` is the same as `38;2;r;g;b`, but with an (empty) colour space.
    let parameters = parameters.replace("2::", "2:").replace(':', ";");
    let mut codes = parameters.split(';').map(|text| text.parse::<u16>().unwrap_or(0));
    while let Some(code) = codes.next() {
        let small = (code % 10) as u8;
        match code {
            0 => *style = Style::default(),
            1 => style.bold = true,
            2 => style.faint = true,
            3 => style.italic = true,
            4 | 21 => style.underline = true,
            7 => style.inverse = true,
            9 => style.strike = true,
            22 => (style.bold, style.faint) = (false, false),
            23 => style.italic = false,
            24 => style.underline = false,
            27 => style.inverse = false,
            29 => style.strike = false,
            30..=37 => style.foreground = Some(Color::Named(small)),
            38 => style.foreground = extended(&mut codes).or(style.foreground),
            39 => style.foreground = None,
            40..=47 => style.background = Some(Color::Named(small)),
            48 => style.background = extended(&mut codes).or(style.background),
            49 => style.background = None,
            90..=97 => style.foreground = Some(Color::Named(8 + small)),
            100..=107 => style.background = Some(Color::Named(8 + small)),
            _ => {}
        }
    }
}

/// The colour after 38 or 48: `5;index` or `2;r;g;b`.
fn extended(codes: &mut impl Iterator<Item = u16>) -> Option<Color> {
    let mut byte = || codes.next().map(|code| code.min(255) as u8);
    match byte()? {
        5 => byte().map(Color::indexed),
        2 => Some(Color::Rgb(byte()?, byte()?, byte()?)),
        _ => None,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Feeds pieces and compares what stands on the screen.
    fn check(pieces: &[&str], expected: &str) {
        let mut screen = Screen::default();
        for piece in pieces {
            screen.feed(piece);
        }
        let line = |line: &Line| line.iter().map(|span| span.text.as_str()).collect::<String>();
        assert_eq!(screen.lines().iter().map(line).collect::<Vec<_>>().join("\n"), expected);
    }

    fn styles(text: &str) -> Vec<(String, Style)> {
        parse(text).remove(0).into_iter().map(|span| (span.text, span.style)).collect()
    }

    #[test]
    fn text_stays_text() {
        check(&["a\nb\n"], "a\nb\n");
        check(&["ä", "\tö", "\r\nü"], "ä\tö\nü");
        check(&["a\u{7}b\0c"], "abc");
    }

    #[test]
    fn a_carriage_return_writes_over_the_line() {
        check(&["10 %\r", "20 %\r", "100 %\n"], "100 %\n");
        check(&["long line\rshort"], "shortline");
        check(&["long line\r\u{1b}[Kshort"], "short");
        check(&["äöü\rab"], "abü");
    }

    #[test]
    fn backspace_goes_back_without_erasing() {
        check(&["12\u{8}3"], "13");
        check(&["\u{8}\u{8}x"], "x");
        check(&["spin |\u{8}/\u{8}-"], "spin -");
    }

    #[test]
    fn nested_progress_bars_redraw_their_lines() {
        check(&["outer 1\ninner 1", "\u{1b}[A\router 2", "\n\rinner 2"], "outer 2\ninner 2");
        check(&["a\nb\nc", "\u{1b}[2A\u{1b}[Jx"], "ax");
        check(&["old\nold\u{1b}[2J\u{1b}[Hnew"], "new");
    }

    #[test]
    fn a_code_may_come_in_two_pieces() {
        check(&["a\u{1b}", "[3", "1mb"], "ab");
        check(&["a\u{1b}]8;;https://exam", "ple.org\u{7}link\u{1b}]8;;\u{1b}\\b"], "alinkb");
    }

    #[test]
    fn what_only_a_device_understands_is_left_out() {
        check(&["\u{1b}]0;title\u{7}a\u{1b}(Bb\u{1b}[?25lc\u{1b}cd\u{1b}7e\u{1b}[6n"], "abcde");
        check(&["\u{1b}[31", "ä"], "ä");
    }

    #[test]
    fn colours_are_typed() {
        let red = Style { foreground: Some(Color::Named(1)), bold: true, ..Style::default() };
        assert_eq!(
            styles("\u{1b}[1;31mred\u{1b}[0m plain"),
            [("red".into(), red), (" plain".into(), Style::default())]
        );
        let foreground = |text: &str| styles(text)[0].1.foreground;
        assert_eq!(foreground("\u{1b}[94mx"), Some(Color::Named(12)));
        assert_eq!(foreground("\u{1b}[38;5;196mx"), Some(Color::Rgb(255, 0, 0)));
        assert_eq!(foreground("\u{1b}[38;5;244mx"), Some(Color::Rgb(128, 128, 128)));
        assert_eq!(foreground("\u{1b}[38;2;1;2;3mx"), Some(Color::Rgb(1, 2, 3)));
        assert_eq!(foreground("\u{1b}[38:2::1:2:3mx"), Some(Color::Rgb(1, 2, 3)));
        assert_eq!(foreground("\u{1b}[31m\u{1b}[mx"), None);
    }

    #[test]
    fn feed_names_the_first_line_that_changed() {
        let mut screen = Screen::default();
        assert_eq!(screen.feed("a\nb\nc"), 0);
        assert_eq!(screen.feed("d"), 2);
        assert_eq!(screen.feed("\u{1b}[A\rx\n"), 1);
    }

    #[test]
    fn a_far_jump_costs_little() {
        let mut screen = Screen::default();
        screen.feed("\u{1b}[999999999Cx\u{1b}[999999999;999999999Hy\u{1b}[999999999By");
        assert_eq!(screen.lines().len(), 1);
        assert!(screen.lines()[0].iter().map(|span| span.text.len()).sum::<usize>() <= MAX_JUMP + 4);
    }

    #[test]
    fn an_endless_code_is_given_up() {
        let mut screen = Screen::default();
        for _ in 0..100 {
            screen.feed(&format!("\u{1b}]{}", "x".repeat(100)));
        }
        assert!(screen.pending.len() < MAX_CODE);
    }

    proptest! {
        /// Whatever comes, in whatever pieces, nothing panics, and plain text survives whole.
        #[test]
        fn any_text_in_any_pieces(pieces in prop::collection::vec("(\u{1b}(\\[[0-9;:?]{0,4}[A-Km]?|\\]|.)?|[a-zä\r\n\u{8}\t]{0,6}){0,8}", 0..8)) {
            let mut screen = Screen::default();
            for piece in &pieces {
                let rows = screen.lines().len();
                let dirty = screen.feed(piece);
                prop_assert!(dirty < screen.lines().len());
                prop_assert!(dirty <= rows);
            }
            for span in screen.lines().iter().flatten() {
                prop_assert!(!span.text.is_empty());
                prop_assert!(!span.text.chars().any(|c| c.is_control() && c != '\t'));
            }
        }

        #[test]
        fn plain_text_survives_whole(text in "[a-zäöü \n]{0,200}") {
            prop_assert_eq!(plain(&text), text);
        }
    }
}
