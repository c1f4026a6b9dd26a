//! HTML that code put out, in a frame of its own that can do nothing but show it (SECURITY.md 6): opaque
//! origin, no network, and no script but ours, whose hash the frame's policy names.

use super::strings;
use super::theme::{Theme, on_cleanup_drop};
use crate::state::inert_html;
use crate::web::listen::listen;
use crate::web::{crypto, js};
use leptos::html::{Div, Iframe};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlIFrameElement, MessageEvent};

/// The frame's script.
const SCRIPT: &str = include_str!("../../../www/sandbox/html_frame.js");

/// Bounds of a frame's height in CSS px: beyond them it scrolls.
const HEIGHT: (f64, f64) = (20.0, 4_000.0);
/// The shortest time between two heights that count, in ms.
const HEIGHT_PAUSE: f64 = 100.0;
/// Bytes of HTML that are shown; more would stall the page.
const LONGEST: usize = 2_000_000;
/// Frames alive at a time; each costs memory.
const MOST: u32 = 40;

/// The frame's document. The policy is its first element; the HTML stands in a template, where it is inert.
fn document(hash: &str, dark: bool, html: &str) -> String {
    let theme = if dark { "dark" } else { "light" };
    format!(
        "<!doctype html><html lang=\"en\" data-theme=\"{theme}\"><meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; script-src 'sha256-{hash}'; img-src data: blob:; media-src data: blob:; \
         font-src data:; base-uri 'none'; form-action 'none'\"><title>Output</title><script>{SCRIPT}</script>\
         <template>{html}</template>"
    )
}

thread_local! {
    static ALIVE: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// Shows HTML in a frame. Where that can't be, `fallback` is shown: the same value as text.
#[component]
pub fn HtmlFrame(
    /// The HTML, from anywhere.
    html: String,
    /// The value in another representation.
    fallback: ViewFn,
) -> impl IntoView {
    if html.len() > LONGEST || ALIVE.get() >= MOST {
        return view! {
            <p class="output-note">
                {if html.len() > LONGEST {
                    strings::html_too_long()
                } else {
                    strings::html_too_many()
                }}
            </p>
            {fallback.run()}
        }
        .into_any();
    }
    ALIVE.set(ALIVE.get() + 1);
    on_cleanup(|| ALIVE.set(ALIVE.get() - 1));
    let dark = use_context::<Theme>().map(|theme| theme.dark);
    let hash = LocalResource::new(|| async { crypto::sha256_base64(SCRIPT).await });
    let html = StoredValue::new(html);
    let live = move || match hash.get()? {
        Ok(hash) => {
            let dark = dark.is_some_and(|dark| dark.get_untracked());
            let document = html.with_value(|html| document(&hash, dark, &inert_html::quiet(html)));
            Some(view! { <Frame document=document fallback=fallback.clone() /> }.into_any())
        }
        // Outside of secure contexts there are no hashes.
        Err(_) => Some(fallback.run()),
    };
    view! { <div class="html-output">{live}</div> }.into_any()
}

#[component]
fn Frame(document: String, fallback: ViewFn) -> impl IntoView {
    let element = NodeRef::<Iframe>::new();
    let notes = NodeRef::<Div>::new();
    let (scripts, empty) = (RwSignal::new(false), RwSignal::new(false));
    let last = StoredValue::new(f64::MIN);
    let hear = move |event: MessageEvent| {
        let Some(frame) = element.get_untracked() else { return };
        // By the very window, since any frame can claim to be this one.
        let ours = frame
            .content_window()
            .is_some_and(|window| event.source().is_some_and(|source| JsValue::from(source) == JsValue::from(window)));
        if !ours || js::get_text(&event.data(), "type").as_deref() != Some("pyoxide:html") {
            return;
        }
        let height = js::get(&event.data(), "height").as_f64().filter(|height| height.is_finite());
        let now = js::now();
        if let Some(height) = height
            && now - last.get_value() >= HEIGHT_PAUSE
        {
            last.set_value(now);
            set_height(&frame, height.clamp(HEIGHT.0, HEIGHT.1));
            scripts.set(js::get(&event.data(), "scripts").as_f64().is_some_and(|count| count > 0.0));
            empty.set(height < 1.0);
        }
    };
    on_cleanup_drop(Some(listen(&js::window(), "message", hear)));
    if let Some(theme) = use_context::<Theme>() {
        Effect::new(move |before: Option<bool>| {
            let dark = theme.dark.get();
            if before.is_some_and(|before| before != dark)
                && let Some(window) = element.get_untracked().and_then(|frame| frame.content_window())
            {
                let message = js::object(&[("theme", if dark { "dark" } else { "light" }.into())]);
                // It throws for messages that can't be copied.
                let _ = window.post_message(&JsValue::from(message), "*");
            }
            dark
        });
    }
    view! {
        <iframe
            node_ref=element
            title=strings::html_output()
            sandbox="allow-scripts"
            allow=""
            referrerpolicy="no-referrer"
            class:empty=move || empty.get()
            srcdoc=document
        ></iframe>
        <div node_ref=notes>
            <Show when=move || scripts.get()>
                <p class="output-note">
                    {strings::html_no_scripts()}
                </p>
            </Show>
            {move || empty.get().then(|| fallback.run())}
        </div>
    }
}

fn set_height(frame: &HtmlIFrameElement, height: f64) {
    let element: &web_sys::HtmlElement = frame.unchecked_ref();
    // It throws only for a read-only style.
    let _ = element.style().set_property("height", &format!("{height}px"));
}
