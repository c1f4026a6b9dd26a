//! One living embed: its frame, and the messages that count from it (PROTOCOL.md 6.4).

use super::super::strings;
use super::{ALIVE, OnPrompt};
use crate::view::common::theme::on_cleanup_drop;
use crate::web::focus::FocusWatch;
use crate::web::js;
use crate::web::listen::listen;
use leptos::attr::custom::custom_attribute;
use leptos::html::Iframe;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, HtmlElement, HtmlIFrameElement, MessageEvent};

/// The page that HTML becomes, beside this module's own file.
const PAGE: &str = "frames/embed.html";
/// Bounds of a frame's height in CSS px: beyond them it scrolls.
const HEIGHT: (f64, f64) = (40.0, 4_000.0);
/// The shortest time between two heights, in ms.
const HEIGHT_PAUSE: f64 = 100.0;
/// Messages a second that are read, and with how many the frame goes.
const MESSAGES: (u32, u32) = (200, 2_000);
/// Wishes for the composer that count while nobody is in the frame, and the shortest time between any two, in ms.
const PROMPTS: (u32, f64) = (3, 1_000.0);
/// Characters of such a wish.
const LONGEST_PROMPT: u32 = 100_000;

/// What a frame shows.
#[derive(Clone)]
pub(super) enum Source {
    /// HTML from anywhere.
    Html(String),
    /// A page of another site.
    Address(String),
}

/// What a frame did so far.
#[derive(Default)]
struct Past {
    loads: u32,
    /// The second that is counted, and its messages.
    second: f64,
    messages: u32,
    /// When the height was set, and the height that waits to be.
    height_at: f64,
    height: Option<f64>,
    /// Whether the embed tells its height itself.
    own_height: bool,
    prompts: u32,
    prompt_at: f64,
}

/// A living embed. `on_gone` hears why it has to go.
#[component]
pub(super) fn Frame(
    title: String,
    source: Source,
    on_gone: Callback<&'static str>,
    on_prompt: Option<OnPrompt>,
) -> impl IntoView {
    let element = NodeRef::<Iframe>::new();
    let past = StoredValue::new(Past::default());
    ALIVE.set(ALIVE.get() + 1);
    on_cleanup(|| ALIVE.set(ALIVE.get() - 1));

    let hear = move |event: MessageEvent| {
        let Some(frame) = element.get_untracked().filter(|frame| is_from(frame, &event)) else { return };
        match past.try_update_value(Past::count) {
            Some(count) if count <= MESSAGES.0 => answer(&frame, &event.data(), past, on_prompt),
            Some(count) if count > MESSAGES.1 => on_gone.run(strings::embed_floods()),
            _ => {}
        }
    };
    on_cleanup_drop(Some(listen(&js::window(), "message", hear)));

    let watch = StoredValue::new_local(None);
    element.on_load(move |frame| {
        watch.set_value(Some(FocusWatch::new(&frame, move || on_gone.run(strings::embed_took_focus()))));
    });
    on_cleanup(move || watch.update_value(|watch| *watch = None));

    let html = match &source {
        Source::Html(html) => Some(html.clone()),
        Source::Address(url) => {
            on_cleanup_drop(Some(listen(&js::document(), "securitypolicyviolation", refused(url, on_gone))));
            None
        }
    };
    let on_load = move |_: Event| {
        let (Some(html), Some(frame)) = (&html, element.get_untracked()) else { return };
        past.update_value(|past| past.loads += 1);
        match past.with_value(|past| past.loads) {
            1 => post(&frame, &[("html", html.as_str().into())]),
            // Having become the HTML, it has loaded again.
            2 => {}
            _ => on_gone.run(strings::embed_left()),
        }
    };
    let address = match source {
        Source::Html(_) => js::beside_module(PAGE),
        Source::Address(url) => url,
    };
    view! {
        <iframe
            node_ref=element
            class="embed"
            title=title
            sandbox="allow-scripts"
            allow=""
            referrerpolicy="no-referrer"
            on:load=on_load
            src=address
        ></iframe>
    }
    // Without cookies, as an isolated page must have it; known to some browsers.
    .add_any_attr(custom_attribute("credentialless", ""))
    .add_any_attr(custom_attribute("loading", "lazy"))
}

impl Past {
    /// Counts a message; the count of this second.
    fn count(&mut self) -> u32 {
        let now = js::now();
        if now - self.second > 1_000.0 {
            (self.second, self.messages) = (now, 0);
        }
        self.messages += 1;
        self.messages
    }

    /// Whether another wish counts. A person who is in the frame may have as many as they press buttons.
    fn may_prompt(&mut self, is_in_use: bool) -> bool {
        let now = js::now();
        let is_early = self.prompts > 0 && now - self.prompt_at < PROMPTS.1;
        if is_early || (self.prompts >= PROMPTS.0 && !is_in_use) {
            return false;
        }
        (self.prompts, self.prompt_at) = (self.prompts + 1, now);
        true
    }
}

/// By the very window, since any frame can claim to be this one, those inside of it too.
fn is_from(frame: &HtmlIFrameElement, event: &MessageEvent) -> bool {
    let window = frame.content_window().map(JsValue::from);
    window.is_some() && window == event.source().map(JsValue::from)
}

fn answer(frame: &HtmlIFrameElement, data: &JsValue, past: StoredValue<Past>, on_prompt: Option<OnPrompt>) {
    let text =
        || js::get(data, "text").dyn_into::<js_sys::JsString>().ok().filter(|text| text.length() <= LONGEST_PROMPT);
    let prompt = |text: String, submit: bool| {
        let active = js::document().active_element().map(JsValue::from);
        let is_in_use = active.as_ref() == Some(frame.as_ref());
        if let Some(on_prompt) = on_prompt
            && past.try_update_value(|past| past.may_prompt(is_in_use)) == Some(true)
        {
            on_prompt.run((text, submit));
        }
    };
    match js::get_text(data, "type").as_deref() {
        Some("iframe:height") => {
            past.update_value(|past| past.own_height = true);
            resize(frame, data, past);
        }
        Some("pyoxide:height") if !past.with_value(|past| past.own_height) => resize(frame, data, past),
        Some("pong") => post(frame, &[("type", "pong:ack".into())]),
        Some("payload") => post(
            frame,
            &[("type", "payload".into()), ("requestId", js::get(data, "requestId")), ("payload", JsValue::NULL)],
        ),
        Some("input:prompt") => text().into_iter().for_each(|text| prompt(text.into(), false)),
        Some("input:prompt:submit") => {
            text()
                .map(String::from)
                .filter(|text| !text.trim().is_empty())
                .into_iter()
                .for_each(|text| prompt(text, true));
        }
        Some("action:submit") => prompt(String::new(), true),
        _ => {}
    }
}

fn post(frame: &HtmlIFrameElement, message: &[(&str, JsValue)]) {
    if let Some(window) = frame.content_window() {
        // It throws for what can't be copied only.
        let _ = window.post_message(&js::object(message), "*");
    }
}

/// Takes a height: at once, or, when the last one is too fresh, the latest after a pause.
fn resize(frame: &HtmlIFrameElement, data: &JsValue, past: StoredValue<Past>) {
    let Some(height) = js::get(data, "height").as_f64().filter(|height| height.is_finite()) else { return };
    let frame = frame.clone();
    let apply = move || {
        // Nothing waits when the component is gone.
        let height = past.try_update_value(|past| {
            past.height_at = js::now();
            past.height.take()
        });
        if let Some(Some(height)) = height {
            let element: &HtmlElement = frame.unchecked_ref();
            // It throws only for a read-only style.
            let _ = element.style().set_property("height", &format!("{}px", height.clamp(HEIGHT.0, HEIGHT.1)));
        }
    };
    let (waits, rest) = past
        .try_update_value(|past| (past.height.replace(height).is_some(), past.height_at + HEIGHT_PAUSE - js::now()))
        .unwrap_or((true, 0.0));
    if !waits && rest <= 0.0 {
        apply();
    } else if !waits {
        set_timeout(apply, Duration::from_secs_f64(rest / 1_000.0));
    }
}

/// Hears that the page's policy lets no frame go to an address.
fn refused(url: &str, on_gone: Callback<&'static str>) -> impl Fn(Event) + 'static {
    let address = web_sys::Url::new(url).map(|url| (url.href(), url.origin())).unwrap_or_default();
    move |event| {
        let is_frame = js::get_text(&event, "effectiveDirective").as_deref() == Some("frame-src");
        let blocked = js::get_text(&event, "blockedURI").unwrap_or_default();
        if is_frame && (blocked == address.0 || blocked == address.1) {
            on_gone.run(strings::embed_forbidden());
        }
    }
}
