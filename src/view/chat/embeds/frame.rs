//! One living embed: its frame, and the messages that count from it (PROTOCOL.md 6.4).

use super::super::{store, strings};
use super::rules::{Downloads, EmbedRules};
use super::{ALIVE, Surroundings};
use crate::state::embed::{self, Library};
use crate::view::common::theme::on_cleanup_drop;
use crate::web::focus::FocusWatch;
use crate::web::listen::listen;
use crate::web::{fetch, js};
use leptos::attr::custom::custom_attribute;
use leptos::html::Iframe;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, HtmlElement, HtmlIFrameElement, MessageEvent};

/// The page that HTML becomes, beside this module's own file.
const PAGE: &str = "frames/embed.html";
/// The same where the site's owner lets embeds reach hosts: a wide policy, which the page narrows to those.
const OPEN_PAGE: &str = "frames/embed-hosts.html";
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
    /// Who waits to hear that it has loaded and has its height.
    on_ready: Option<Callback<()>>,
    /// The second that is counted, and its messages.
    second: f64,
    messages: u32,
    /// When the height was set, and the height that waits to be.
    height_at: f64,
    height: Option<f64>,
    /// Whether it was ever set.
    is_high: bool,
    /// Whether the embed tells its height itself.
    own_height: bool,
    prompts: u32,
    prompt_at: f64,
}

/// A living embed. `on_gone` hears why it has to go, `on_ready` that it can be looked at.
#[component]
pub(super) fn Frame(
    title: Signal<String>,
    source: Source,
    /// The frames of this place that are alive.
    here: StoredValue<u32>,
    surroundings: Surroundings,
    on_gone: Callback<&'static str>,
    on_ready: Callback<()>,
) -> impl IntoView {
    let element = NodeRef::<Iframe>::new();
    let past = StoredValue::new(Past::default());
    ALIVE.set(ALIVE.get() + 1);
    here.update_value(|here| *here += 1);
    on_cleanup(move || {
        ALIVE.set(ALIVE.get() - 1);
        // The place may go with it.
        let _ = here.try_update_value(|here| *here -= 1);
    });
    let rules = use_context::<EmbedRules>().unwrap_or_default();
    let may_save = rules.downloads || use_context::<Downloads>().is_some_and(|downloads| downloads.0.is_on());
    let fills = surroundings.fills;

    let heard = surroundings.clone();
    let hear = move |event: MessageEvent| {
        let Some(frame) = element.get_untracked().filter(|frame| is_from(frame, &event)) else { return };
        match past.try_update_value(Past::count) {
            Some(count) if count <= MESSAGES.0 => answer(&frame, &event.data(), past, &heard),
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

    let (html, address) = match source {
        Source::Html(html) => {
            let page = if rules.hosts.is_some() { OPEN_PAGE } else { PAGE };
            (Some(html), js::beside_module(page))
        }
        Source::Address(url) => {
            on_cleanup_drop(Some(listen(&js::document(), "securitypolicyviolation", refused(&url, on_gone))));
            (None, url)
        }
    };
    let of_server = store::chat().peek(|client| client.config.ui.iframe_csp.clone());
    let policies = rules.hosts.as_deref().map(embed::policy).into_iter().chain(of_server).collect::<Vec<_>>();
    let on_load = move |_: Event| {
        past.update_value(|past| past.loads += 1);
        let (loads, Some(frame)) = (past.with_value(|past| past.loads), element.get_untracked()) else { return };
        match (&html, loads) {
            (Some(html), 1) => {
                spawn_local(begin(frame, html.clone(), surroundings.args.clone(), policies.clone(), on_gone));
            }
            // Having become the HTML, it has loaded again; its height may be on its way.
            (Some(_), 2) if !fills && !past.with_value(|past| past.is_high) => {
                past.update_value(|past| past.on_ready = Some(on_ready));
            }
            (Some(_), 2) | (None, _) => on_ready.run(()),
            (Some(_), _) => on_gone.run(strings::embed_left()),
        }
    };
    view! {
        <iframe
            node_ref=element
            class="embed"
            class:embed-fills=fills
            title=title
            sandbox=if may_save { "allow-scripts allow-downloads" } else { "allow-scripts" }
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

/// Hands a frame what it becomes, with the libraries that it names: it can't load them itself.
async fn begin(
    frame: HtmlIFrameElement,
    html: String,
    args: Option<String>,
    policies: Vec<String>,
    on_gone: Callback<&'static str>,
) {
    let libraries = js_sys::Array::new();
    for library in embed::libraries(&html) {
        match fetch::text(&js::beside_module(&format!("vendor/{}", library.file()))).await {
            Ok(text) => libraries.push(&text.into()),
            Err(_) => {
                let why = match library {
                    Library::Chart => strings::embed_without_chart(),
                    Library::Alpine => strings::embed_without_alpine(),
                };
                // It may be gone by now.
                on_gone.try_run(why);
                return;
            }
        };
    }
    let policies: js_sys::Array = policies.iter().map(JsValue::from).collect();
    let args = args.map_or(JsValue::UNDEFINED, JsValue::from);
    post(
        &frame,
        &[("html", html.into()), ("args", args), ("libraries", libraries.into()), ("policies", policies.into())],
    );
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

fn answer(frame: &HtmlIFrameElement, data: &JsValue, past: StoredValue<Past>, surroundings: &Surroundings) {
    let text =
        || js::get(data, "text").dyn_into::<js_sys::JsString>().ok().filter(|text| text.length() <= LONGEST_PROMPT);
    let prompt = |text: String, submit: bool| {
        let active = js::document().active_element().map(JsValue::from);
        let is_in_use = active.as_ref() == Some(frame.as_ref());
        if let Some(on_prompt) = surroundings.on_prompt
            && past.try_update_value(|past| past.may_prompt(is_in_use)) == Some(true)
        {
            on_prompt.run((text, submit));
        }
    };
    match js::get_text(data, "type").as_deref() {
        Some("iframe:height" | "pyoxide:height") if surroundings.fills => {}
        Some("iframe:height") => {
            past.update_value(|past| past.own_height = true);
            resize(frame, data, past);
        }
        Some("pyoxide:height") if !past.with_value(|past| past.own_height) => resize(frame, data, past),
        Some("pong") => post(frame, &[("type", "pong:ack".into())]),
        Some("payload") => post(
            frame,
            &[
                ("type", "payload".into()),
                ("requestId", js::get(data, "requestId")),
                ("payload", js::from_json(&surroundings.payload)),
            ],
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
        let taken = past.try_update_value(|past| {
            (past.height_at, past.is_high) = (js::now(), true);
            past.height.take().map(|height| (height, past.on_ready.take()))
        });
        if let Some(Some((height, on_ready))) = taken {
            let element: &HtmlElement = frame.unchecked_ref();
            // It throws only for a read-only style.
            let _ = element.style().set_property("height", &format!("{}px", height.clamp(HEIGHT.0, HEIGHT.1)));
            on_ready.into_iter().for_each(|on_ready| on_ready.run(()));
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
