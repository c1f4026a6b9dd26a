//! The marks of sources in a text, `[1]` or `[1, 2]`: buttons that open them (PROTOCOL.md 2.2). A number that no source
//! has yet stays text until there is one.

use super::piece::button;
use crate::view::chat::panel::OpenCitation;
use crate::view::chat::strings;
use crate::web::js::attributes;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::Text;

/// Digits of a number; more are none.
const DIGITS: usize = 3;

/// Finds marks in texts that are closed.
pub(super) struct Marks {
    open: OpenCitation,
    /// Texts with marks that no source has yet.
    waiting: Rc<RefCell<Vec<Text>>>,
}

impl Marks {
    pub(super) fn new(open: OpenCitation, owner: &Owner) -> Self {
        let waiting = Rc::new(RefCell::new(Vec::<Text>::new()));
        let kept = waiting.clone();
        owner.with(|| {
            Effect::new(move |_| {
                open.sources.with(|_| ());
                let texts = kept.take();
                kept.borrow_mut().extend(texts.into_iter().filter(|text| !replace(text, open)));
            });
        });
        Self { open, waiting }
    }

    /// Makes the marks of a text into buttons.
    pub(super) fn find(&self, text: &Text) {
        if !marks(&text.data()).is_empty() && !replace(text, self.open) {
            self.waiting.borrow_mut().push(text.clone());
        }
    }

    pub(super) fn clear(&self) {
        self.waiting.borrow_mut().clear();
    }
}

/// Makes the marks of a text into buttons, from the last to the first. False if there is none of them yet.
fn replace(text: &Text, open: OpenCitation) -> bool {
    let count = open.sources.with_untracked(Vec::len);
    let data = text.data();
    let known = marks(&data).into_iter().filter(|mark| mark.numbers.iter().all(|number| (1..=count).contains(number)));
    let known: Vec<Mark> = known.collect();
    for mark in known.iter().rev() {
        let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or_default();
        let (from, length) = (units(&data[..mark.from]), units(&data[mark.from..mark.to]));
        let (Some(place), Ok(rest)) = (text.parent_node(), text.split_text(from)) else { continue };
        // They throw for places that are none.
        let _ = rest.delete_data(0, length);
        for number in &mark.numbers {
            let name = open.sources.with_untracked(|all| all.get(number - 1).map(|source| source.name.clone()));
            let words = format!("{} {number}: {}", strings::source(), name.unwrap_or_default());
            let chip = button("cite", &number.to_string());
            attributes(
                &chip,
                &[
                    ("class", "citation"),
                    ("data-number", &number.to_string()),
                    ("aria-label", &words),
                    ("title", &words),
                ],
            );
            let _ = place.insert_before(&chip, Some(&rest));
        }
    }
    !known.is_empty()
}

/// A mark: where it stands, in bytes, and the numbers in it.
#[derive(Debug, PartialEq)]
struct Mark {
    from: usize,
    to: usize,
    numbers: Vec<usize>,
}

fn marks(text: &str) -> Vec<Mark> {
    let mut found = Vec::new();
    for (from, _) in text.match_indices('[') {
        let Some(length) = text[from..].find(']') else { break };
        let numbers = text[from + 1..from + length].split(',').map(str::trim);
        let number = |word: &str| {
            // What follows names a place in the source (PROTOCOL.md 2.2).
            let word = word.split_once('#').map_or(word, |(number, _)| number);
            let is_number = (1..=DIGITS).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
            word.parse().ok().filter(|_| is_number)
        };
        if let Some(numbers) = numbers.map(number).collect::<Option<Vec<usize>>>() {
            found.push(Mark { from, to: from + length + 1, numbers });
        }
    }
    found
}
