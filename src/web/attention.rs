//! Whether the page is seen, and words to a person who doesn't see it: by the system, from the tab that was used last
//! (PROTOCOL.md 1.9), and only if they have allowed it.

use super::js;
use super::listen::{Listener, listen};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{BroadcastChannel, MessageEvent, Notification, NotificationOptions, NotificationPermission};

/// The channel by which tabs tell each other that they are used.
const CHANNEL: &str = "pyoxide:active-tab";

/// Watches the page as long as it is held.
pub struct Attention {
    last_used: Rc<Cell<bool>>,
    _channel: Option<BroadcastChannel>,
    _listeners: Vec<Listener>,
}

impl Attention {
    /// Watches the page; `on_visible` hears whether it is seen.
    pub fn watch(on_visible: impl Fn(bool) + 'static) -> Self {
        let last_used = Rc::new(Cell::new(js::document().has_focus().unwrap_or(false)));
        let channel = BroadcastChannel::new(CHANNEL).ok();
        let mut listeners = Vec::new();
        if let Some(channel) = &channel {
            let used = last_used.clone();
            listeners.push(listen(channel, "message", move |_: MessageEvent| used.set(false)));
        }
        let (used, tell) = (last_used.clone(), channel.clone());
        listeners.push(listen(&js::window(), "focus", move |_: web_sys::Event| {
            used.set(true);
            if let Some(channel) = &tell {
                // A closed channel belongs to a page that is going away.
                let _ = channel.post_message(&"active".into());
            }
        }));
        let seen = || js::get_text(&js::document(), "visibilityState").is_none_or(|state| state == "visible");
        listeners.push(listen(&js::document(), "visibilitychange", move |_: web_sys::Event| on_visible(seen())));
        Self { last_used, _channel: channel, _listeners: listeners }
    }

    /// Tells the person, if this tab was used last and they have allowed it.
    pub fn tell(&self, title: &str, text: &str) {
        if !self.last_used.get() || !is_allowed() {
            return;
        }
        let options = NotificationOptions::new();
        options.set_body(text);
        // Some browsers have the permission but not the constructor; the page shows a notice as well.
        if let Ok(notification) = Notification::new_with_options(title, &options) {
            let raise = Closure::once_into_js(|| {
                let _ = js::window().focus();
            });
            notification.set_onclick(raise.dyn_ref());
        }
    }
}

/// Whether the person has allowed it in this browser.
pub fn is_allowed() -> bool {
    js::get(&js::window(), "Notification").is_function()
        && Notification::permission() == NotificationPermission::Granted
}

/// Asks the person; whether they allow it.
pub async fn ask() -> bool {
    if !js::get(&js::window(), "Notification").is_function() {
        return false;
    }
    match Notification::request_permission() {
        Ok(asked) => JsFuture::from(asked).await.is_ok() && is_allowed(),
        Err(_) => false,
    }
}
