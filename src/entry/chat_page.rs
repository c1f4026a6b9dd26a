//! Mounts the chat page: address bar in, driver and view tied together.

use crate::ids::ChatId;
use crate::state::client::{Client, Credentials, User};
use crate::view::chat::{ChatPage, ChatStore, Port};
use crate::web::blob::ObjectUrl;
use crate::web::client::Driver;
use crate::web::js;
use crate::web::kernel::KernelOptions;
use leptos::prelude::*;
use std::cell::OnceCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, Url, UrlSearchParams};

/// Shows the chat page in an element of the page: `?server=…&chat=…`, with the token in the fragment.
#[wasm_bindgen(js_name = mountChat)]
pub fn mount_chat(root: HtmlElement) {
    let (server, chat, token) = take_address();
    // Made in this order, because the driver tells the store what changed and the store asks the driver.
    let driver = Rc::new(OnceCell::<Driver>::new());
    let port = PagePort(driver.clone());
    let mounted = mount_to(root, move || {
        let store = ChatStore::new(port);
        let mut client = Client::new(chat);
        client.session.server = server.unwrap_or_default();
        let made = Driver::new(client, KernelOptions::default(), move |change| store.changed(change), show_address);
        // It is set here only.
        let _ = driver.set(made);
        if let (Some(driver), Some(token)) = (driver.get(), token) {
            let server = driver.client().session.server.clone();
            driver.user(User::SignIn(server, Credentials::Token(token)));
        }
        view! { <ChatPage store=store /> }
    });
    mounted.forget();
}

struct PagePort(Rc<OnceCell<Driver>>);

struct Shown(ObjectUrl);

impl AsRef<str> for Shown {
    fn as_ref(&self) -> &str {
        self.0.as_str()
    }
}

impl Port for PagePort {
    fn read(&self, read: &mut dyn FnMut(&Client)) {
        if let Some(driver) = self.0.get() {
            read(&driver.client());
        }
    }

    fn user(&self, user: User) {
        if let Some(driver) = self.0.get() {
            driver.user(user);
        }
    }

    fn send(&self, text: String) {
        if let Some(driver) = self.0.get() {
            driver.send(text);
        }
    }

    fn picture(&self, path: String) -> Pin<Box<dyn Future<Output = Result<Rc<dyn AsRef<str>>, String>>>> {
        let driver = self.0.get().cloned();
        Box::pin(async move {
            let driver = driver.ok_or("The page is not ready.")?;
            let shown: Rc<dyn AsRef<str>> = Rc::new(Shown(driver.stored_image(&path).await?));
            Ok(shown)
        })
    }
}

/// Server, chat and token of the address. The token leaves the address bar and the history at once.
fn take_address() -> (Option<String>, Option<ChatId>, Option<String>) {
    let Ok(url) = js::window().location().href().and_then(|href| Url::new(&href)) else { return (None, None, None) };
    let query = url.search_params();
    let fragment = UrlSearchParams::new_with_str(url.hash().trim_start_matches('#')).ok();
    let token = fragment.and_then(|fragment| fragment.get("token"));
    if token.is_some() {
        url.set_hash("");
        replace_address(&url.href());
    }
    (query.get("server"), query.get("chat").map(ChatId::from), token)
}

fn show_address(chat: Option<ChatId>) {
    let Ok(url) = js::window().location().href().and_then(|href| Url::new(&href)) else { return };
    match chat {
        Some(chat) => url.search_params().set("chat", chat.as_str()),
        None => url.search_params().delete("chat"),
    }
    replace_address(&url.href());
}

fn replace_address(href: &str) {
    if let Ok(history) = js::window().history() {
        // It throws when it is called hundreds of times a second; then the address is an old one.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(href));
    }
}
