//! Mounts the chat page: address bar in, driver and view tied together.

use super::event_client::{EventClient, Options, build};
use super::language::speak_in;
use crate::ids::ChatId;
use crate::state::client::{Client, Fresh, User};
use crate::view::chat::embeds::EmbedRules;
use crate::view::chat::{ChatPage, ChatStore, Port};
use crate::web::blob::ObjectUrl;
use crate::web::client::Driver;
use crate::web::files::Files;
use crate::web::kernel::Kernel;
use crate::web::{attention, blob, js};
use leptos::prelude::*;
use std::cell::OnceCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, Url, UrlSearchParams};

/// Shows the chat page in an element of the page. Without options the address bar tells what to show
/// (`?server=…&chat=…`, `?replay=…&speed=full`, with the token in the fragment), and the element's attribute
/// `data-execute` what becomes of code that the server sends: `deny`, `ask`, `sandbox` or `page`. `data-embed-hosts` are
/// hosts that embeds may reach, separated by spaces; `data-embed-downloads` lets them hand out files.
/// `data-network` are hosts that Python may reach, `pypi` for the index of packages; `data-package-index` is another one.
/// The page speaks the language of `options.language`, of the host's page around the element, or of the person.
///
/// # Errors
/// The options can't be followed; the sentence says why.
#[wasm_bindgen(js_name = mountChat, unchecked_return_type = "EventClient")]
pub async fn mount_chat(
    root: HtmlElement,
    #[wasm_bindgen(unchecked_optional_param_type = "EventClientOptions")] options: JsValue,
) -> Result<EventClient, JsError> {
    let own_address = !options.is_object();
    let mut options = if own_address { address_options() } else { Options::read(&options) };
    if options.execute.is_none() {
        options.execute = root.get_attribute("data-execute");
    }
    let hosts = options.embed_hosts.clone().or_else(|| root.get_attribute("data-embed-hosts")).unwrap_or_default();
    let downloads = options.embed_downloads || root.has_attribute("data-embed-downloads");
    options.network = options.network.or_else(|| root.get_attribute("data-network"));
    options.package_index = options.package_index.or_else(|| root.get_attribute("data-package-index"));
    let embeds = EmbedRules::read(&hosts, downloads).map_err(|why| JsError::new(&why))?;
    // The host's choice; else the language of the host's page around the element.
    let near = root.closest("[lang]").ok().flatten().filter(|_| !own_address);
    speak_in(&root, &[options.language.clone(), near.and_then(|near| near.get_attribute("lang"))]);
    // The driver tells the store what changed, and the store asks the driver: the store is made last.
    let store = Rc::new(OnceCell::<ChatStore>::new());
    let on_address = move |chat| {
        if own_address {
            show_address(chat);
        }
    };
    let told = store.clone();
    let on_change = move |change| {
        if let Some(store) = told.get() {
            store.changed(change);
        }
    };
    let parts = build(options, on_change, on_address).await.map_err(|why| JsError::new(&why))?;
    let port = PagePort(parts.driver.clone());
    let mounted = mount_to(root, move || {
        let made = ChatStore::new(port);
        // It is set here only.
        let _ = store.set(made);
        view! { <ChatPage store=made embeds=embeds /> }
    });
    mounted.forget();
    Ok(EventClient::new(parts))
}

struct PagePort(Driver);

struct Shown(ObjectUrl);

impl AsRef<str> for Shown {
    fn as_ref(&self) -> &str {
        self.0.as_str()
    }
}

impl Port for PagePort {
    fn read(&self, read: &mut dyn FnMut(&Client)) {
        read(&self.0.client());
    }

    fn user(&self, user: User) {
        self.0.user(user);
    }

    fn fresh(&self) -> Fresh {
        self.0.fresh()
    }

    fn attach(&self, file: web_sys::File) {
        let driver = self.0.clone();
        spawn_local(async move {
            // A file that can't be read any more is as good as an empty one, which is refused in words.
            let bytes = blob::bytes(&file).await.unwrap_or_default();
            driver.attach(file.name(), file.type_(), bytes);
        });
    }

    fn files(&self, chat: &ChatId) -> Rc<Files> {
        self.0.files(chat)
    }

    fn kernel(&self, chat: &ChatId) -> Option<Kernel> {
        self.0.kernel(chat)
    }

    fn picture(&self, path: String) -> Pin<Box<dyn Future<Output = Result<Rc<dyn AsRef<str>>, String>>>> {
        let driver = self.0.clone();
        Box::pin(async move {
            let shown: Rc<dyn AsRef<str>> = Rc::new(Shown(driver.stored_image(&path).await?));
            Ok(shown)
        })
    }

    fn save(&self, path: String, name: String) {
        let driver = self.0.clone();
        spawn_local(async move {
            if let Err(why) = driver.save_stored(&path, &name).await {
                driver.user(User::NotSaved(name, why));
            }
        });
    }

    fn ask_to_notify(&self) -> Pin<Box<dyn Future<Output = bool>>> {
        Box::pin(attention::ask())
    }
}

/// What the address bar says. The token leaves it and the history at once.
fn address_options() -> Options {
    let Ok(url) = js::window().location().href().and_then(|href| Url::new(&href)) else { return Options::default() };
    let query = url.search_params();
    let fragment = UrlSearchParams::new_with_str(url.hash().trim_start_matches('#')).ok();
    let token = fragment.and_then(|fragment| fragment.get("token"));
    if token.is_some() {
        url.set_hash("");
        replace_address(&url.href());
    }
    Options {
        server: query.get("server"),
        chat: query.get("chat"),
        replay: query.get("replay"),
        real_time: query.get("speed").is_none_or(|speed| speed != "full"),
        token,
        ..Options::default()
    }
}

fn show_address(chat: Option<ChatId>) {
    let Ok(url) = js::window().location().href().and_then(|href| Url::new(&href)) else { return };
    if url.search_params().has("replay") {
        return;
    }
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
