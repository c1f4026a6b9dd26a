//! The keys of a cell that has the focus itself, as Jupyter has them: there letters are commands.

use super::message::{Part, Then, Way};
use crate::state::strings;

/// How long the second key of a sequence may take, in ms.
const SEQUENCE: f64 = 1_000.0;

/// A key that was pressed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Key {
    /// Its name in the DOM's words: `a`, `A`, `Enter`, `ArrowUp`.
    pub name: String,
    /// With Shift.
    pub shift: bool,
    /// With Ctrl.
    pub ctrl: bool,
    /// With Cmd.
    pub meta: bool,
    /// With Alt.
    pub alt: bool,
}

/// What a key asks for, on the cell that has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyCommand {
    /// Write in it.
    Edit,
    /// Go to a neighbour.
    Go(Way),
    /// Run it.
    Run(Then),
    /// Insert a cell beside it, with the focus in this part of the new one.
    Add(Way, Part),
    /// Move it.
    Move(Way),
    /// Delete it.
    Delete,
    /// Bring back the cell that was deleted last.
    Undelete,
    /// Stop the running code.
    Interrupt,
    /// Take a fresh kernel.
    Restart,
    /// Show the list of keys.
    Help,
}

/// Remembers the first key of a sequence.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    first: Option<(String, f64)>,
}

impl Keys {
    /// What a key asks for, if anything; `now` is in ms.
    pub fn press(&mut self, key: &Key, now: f64) -> Option<KeyCommand> {
        let before = self.first.take().filter(|(_, at)| now - at <= SEQUENCE);
        let Key { name, shift, ctrl, meta, alt } = key;
        match name.as_str() {
            "Enter" => {
                return Some(match (shift, *ctrl || *meta, alt) {
                    (false, false, false) => KeyCommand::Edit,
                    (true, ..) => KeyCommand::Run(Then::Next),
                    (_, true, _) => KeyCommand::Run(Then::Stay),
                    (_, _, true) => KeyCommand::Run(Then::Insert),
                });
            }
            "ArrowUp" if *ctrl && *shift => return Some(KeyCommand::Move(Way::Up)),
            "ArrowDown" if *ctrl && *shift => return Some(KeyCommand::Move(Way::Down)),
            _ if *ctrl || *meta || *alt || *shift => return None,
            _ => {}
        }
        match name.as_str() {
            "ArrowUp" | "k" => Some(KeyCommand::Go(Way::Up)),
            "ArrowDown" | "j" => Some(KeyCommand::Go(Way::Down)),
            "a" => Some(KeyCommand::Add(Way::Up, Part::Cell)),
            "b" => Some(KeyCommand::Add(Way::Down, Part::Cell)),
            "z" => Some(KeyCommand::Undelete),
            "h" => Some(KeyCommand::Help),
            "d" | "i" | "0" => {
                if before.is_some_and(|(first, _)| first == *name) {
                    return Some(match name.as_str() {
                        "d" => KeyCommand::Delete,
                        "i" => KeyCommand::Interrupt,
                        _ => KeyCommand::Restart,
                    });
                }
                self.first = Some((name.clone(), now));
                None
            }
            _ => None,
        }
    }
}

/// Keys, and what they do.
type Rows = Vec<(&'static str, &'static str)>;

/// The keys as a person reads them: where they count, which, and what they do.
pub fn shortcuts() -> [(&'static str, Rows); 3] {
    let anywhere = vec![
        ("Shift+Enter", strings::key_run_next()),
        ("Ctrl+Enter", strings::key_run_stay()),
        ("Alt+Enter", strings::key_run_insert()),
    ];
    let in_code = vec![
        ("Escape", strings::key_leave()),
        ("Tab", strings::key_tab()),
        ("Shift+Tab", strings::key_inspect()),
        ("Ctrl+Space", strings::key_complete()),
        ("Ctrl+/", strings::key_comment()),
        ("Ctrl+F", strings::key_search()),
        (strings::up_down(), strings::key_edge()),
    ];
    let on_cell = vec![
        ("Enter", strings::key_write()),
        (strings::up_or_k(), strings::key_go()),
        ("A, B", strings::key_add()),
        ("D D", strings::key_delete()),
        ("Z", strings::key_undelete()),
        (strings::with_up_down(), strings::key_move()),
        ("I I", strings::key_interrupt()),
        ("0 0", strings::key_restart()),
        ("H", strings::key_help()),
    ];
    [(strings::keys_anywhere(), anywhere), (strings::keys_in_code(), in_code), (strings::keys_on_cell(), on_cell)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keys: &[(&str, f64)], expected: Option<KeyCommand>) {
        let mut machine = Keys::default();
        let press = |(name, at): &(&str, f64)| machine.press(&Key { name: (*name).into(), ..Key::default() }, *at);
        assert_eq!(keys.iter().map(press).last().flatten(), expected, "{keys:?}");
    }

    #[test]
    fn letters_are_commands() {
        check(&[("a", 0.0)], Some(KeyCommand::Add(Way::Up, Part::Cell)));
        check(&[("j", 0.0)], Some(KeyCommand::Go(Way::Down)));
        check(&[("q", 0.0)], None);
        check(&[("Tab", 0.0)], None);
    }

    #[test]
    fn a_sequence_is_two_equal_keys_within_a_second() {
        check(&[("d", 0.0)], None);
        check(&[("d", 0.0), ("d", 900.0)], Some(KeyCommand::Delete));
        check(&[("d", 0.0), ("d", 1_100.0)], None);
        check(&[("d", 0.0), ("x", 100.0), ("d", 200.0)], None);
        check(&[("i", 0.0), ("d", 100.0)], None);
        check(&[("d", 0.0), ("d", 10.0), ("d", 20.0)], None);
    }

    #[test]
    fn modified_letters_are_the_browsers() {
        let mut keys = Keys::default();
        for key in [
            Key { name: "a".into(), ctrl: true, ..Key::default() },
            Key { name: "Z".into(), shift: true, ..Key::default() },
            Key { name: "ArrowUp".into(), alt: true, ..Key::default() },
        ] {
            assert_eq!(keys.press(&key, 0.0), None, "{key:?}");
        }
        let key = Key { name: "Enter".into(), meta: true, ..Key::default() };
        assert_eq!(keys.press(&key, 0.0), Some(KeyCommand::Run(Then::Stay)));
    }
}
