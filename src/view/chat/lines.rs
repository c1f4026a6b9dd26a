//! Lines of code that tracebacks lead to: whoever shows code that was run says so here.

use super::store::ChatStore;
use super::strings;
use crate::state::client::{RunPlace, User};
use crate::view::common::traceback::Place;
use leptos::prelude::*;

/// Who shows the code of which place.
#[derive(Clone, Copy)]
pub(super) struct Lines(StoredValue<Vec<(RunPlace, Callback<u32>)>>);

impl Lines {
    /// For all who are below.
    pub(super) fn provide() {
        provide_context(Self(StoredValue::new(Vec::new())));
    }

    /// Those of this page.
    pub(super) fn here() -> Self {
        expect_context()
    }

    /// `show` brings a line of this place's code into view, as long as the view that says so is there.
    pub(super) fn shown_by(self, place: RunPlace, show: Callback<u32>) {
        self.0.update_value(|all| all.push((place, show)));
        // A view that is made anew comes before the one that it stands for goes.
        on_cleanup(move || {
            self.0.try_update_value(|all| {
                all.iter().position(|(known, _)| *known == place).map(|at| all.remove(at));
            });
        });
    }

    /// Brings into view what a traceback of this place names.
    pub(super) fn go_to(self, store: ChatStore, by: RunPlace, (number, line): Place) {
        let named = store.peek(|client| client.runs.named(by, number));
        let show = named.and_then(|place| {
            self.0.with_value(|all| all.iter().rev().find(|(known, _)| *known == place).map(|(_, show)| *show))
        });
        match show {
            Some(show) => show.run(line),
            None => store.user(User::Warn(strings::line_elsewhere().to_owned())),
        }
    }
}
