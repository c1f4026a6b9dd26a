//! Light or dark: as the system has it, or as the user chose. `www/js/theme.js` sets the choice before the page
//! is painted; here it is changed.

use super::icon::{Icon, icon};
use super::strings;
use crate::web::listen::{Listener, listen};
use crate::web::{js, storage};
use leptos::prelude::*;

/// Where the choice is kept. `www/js/theme.js` has the same name.
const KEY: &str = "pyoxide.theme";

/// What the user chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Choice {
    fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::System => strings::theme_system(),
            Self::Light => strings::theme_light(),
            Self::Dark => strings::theme_dark(),
        }
    }

    fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}

/// The theme of the page.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    choice: RwSignal<Choice>,
    /// Whether the page is dark now.
    pub dark: Signal<bool>,
}

impl Theme {
    /// The page's theme, which follows the system and the user. To be called once, by the page.
    pub fn provide() -> Self {
        let kept = storage::get(KEY).ok().flatten();
        let known = [Choice::Light, Choice::Dark];
        let choice = known.into_iter().find(|choice| Some(choice.name()) == kept.as_deref());
        let choice = RwSignal::new(choice.unwrap_or_default());
        let (system, listener) = system_is_dark();
        on_cleanup_drop(listener);
        let dark = Signal::derive(move || match choice.get() {
            Choice::System => system.get(),
            Choice::Light => false,
            Choice::Dark => true,
        });
        Effect::new(move |_| {
            let Some(root) = js::document().document_element() else { return };
            // They throw for bad names only.
            let _ = match choice.get() {
                Choice::System => root.remove_attribute("data-theme"),
                chosen => root.set_attribute("data-theme", chosen.name()),
            };
        });
        let theme = Self { choice, dark };
        provide_context(theme);
        theme
    }
}

fn system_is_dark() -> (RwSignal<bool>, Option<Listener>) {
    let query = js::window().match_media("(prefers-color-scheme: dark)").ok().flatten();
    let dark = RwSignal::new(query.as_ref().is_some_and(web_sys::MediaQueryList::matches));
    let listener = query.map(|query| {
        let same = query.clone();
        listen(&query, "change", move |_: web_sys::Event| dark.set(same.matches()))
    });
    (dark, listener)
}

/// Keeps something, a listener say, as long as the component lives.
pub fn on_cleanup_drop<T: 'static>(guard: T) {
    let kept = StoredValue::new_local(Some(guard));
    on_cleanup(move || kept.update_value(|guard| *guard = None));
}

/// A button that goes through the choices.
#[component]
pub fn ThemeButton() -> impl IntoView {
    let Theme { choice, .. } = expect_context();
    let label = move || strings::theme(&choice.get().label());
    let next = move |_| {
        let chosen = choice.get_untracked().next();
        choice.set(chosen);
        // Where nothing is kept, the choice holds until the page is closed.
        let _ = storage::set(KEY, (chosen != Choice::System).then(|| chosen.name()));
    };
    view! {
        <button type="button" class="quiet" aria-label=label title=label on:click=next>
            {icon(Icon::Theme)}
        </button>
    }
}
