//! The frames of foreign code on real elements: what confines them, and what takes them away. Their pages are not
//! served here; how they behave is told by `tests/hostile`.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test has no users")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use leptos::prelude::*;
use pyoxide::state::client::{Client, Fresh, User};
use pyoxide::view::chat::embeds::Embeds;
use pyoxide::view::chat::{ChatStore, Port};
use pyoxide::web::execute::{ExecuteFrame, FrameMessage};
use pyoxide::web::files::Files;
use pyoxide::web::js;
use pyoxide::web::kernel::Kernel;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlDialogElement, HtmlElement};

wasm_bindgen_test_configure!(run_in_browser);

fn all(selector: &str) -> Vec<Element> {
    let list = js::document().query_selector_all(selector).unwrap();
    (0..list.length()).filter_map(|at| list.item(at)).map(JsCast::unchecked_into).collect()
}

fn confines(frame: &Element, page: &str) {
    assert_eq!(frame.get_attribute("sandbox").as_deref(), Some("allow-scripts"));
    assert_eq!(frame.get_attribute("allow").as_deref(), Some(""));
    assert_eq!(frame.get_attribute("referrerpolicy").as_deref(), Some("no-referrer"));
    assert_eq!(frame.get_attribute("srcdoc"), None);
    assert!(frame.get_attribute("src").unwrap().ends_with(page));
}

/// Time for what must not happen.
async fn a_moment() {
    gloo_timers::future::TimeoutFuture::new(100).await;
}

/// Waits for what must.
async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if holds() {
            return;
        }
        gloo_timers::future::TimeoutFuture::new(10).await;
    }
    panic!("not within 10 s: {what}");
}

fn opened() -> (ExecuteFrame, Rc<RefCell<Vec<FrameMessage>>>) {
    let heard = Rc::new(RefCell::new(Vec::new()));
    let into = heard.clone();
    let frame =
        ExecuteFrame::open("return 1", "https://chat.example.org", move |message| into.borrow_mut().push(message));
    (frame, heard)
}

#[wasm_bindgen_test]
async fn the_execute_frame_is_opaque_and_goes_when_it_is_dropped() {
    let (frame, heard) = opened();
    confines(frame.as_raw(), "/frames/execute.html");
    assert!(frame.as_raw().content_document().is_none() || !frame.as_raw().is_connected());
    assert_eq!(all("dialog.overlay iframe").len(), 1);
    drop(frame);
    a_moment().await;
    assert!(all("dialog.overlay").is_empty() && heard.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn the_box_says_whose_it_is_and_its_button_ends_the_run_once() {
    let (frame, heard) = opened();
    let dialog: HtmlDialogElement = all("dialog.overlay").remove(0).unchecked_into();
    assert!(!dialog.open());
    assert_eq!(dialog.get_attribute("aria-label").as_deref(), Some("Shown by https://chat.example.org"));
    frame.show(true);
    assert!(dialog.open());
    frame.show(false);
    assert!(!dialog.open());
    a_moment().await;
    assert!(heard.borrow().is_empty(), "hidden is not closed");
    frame.show(true);
    let close: HtmlElement = all("dialog.overlay button").remove(0).unchecked_into();
    assert_eq!(close.text_content().as_deref(), Some("Close"));
    close.click();
    close.click();
    a_moment().await;
    assert_eq!(*heard.borrow(), [FrameMessage::Done(Err("closed by the user".into()))]);
    assert!(all("dialog.overlay").is_empty());
}

#[wasm_bindgen_test]
async fn a_frame_that_loads_again_ends_its_run() {
    let (frame, heard) = opened();
    let loaded = js_sys::Promise::new(&mut |resolve, _| {
        frame.as_raw().add_event_listener_with_callback("load", &resolve).unwrap();
    });
    JsFuture::from(loaded).await.unwrap();
    frame.as_raw().set_src("about:blank");
    until("it is heard", || !heard.borrow().is_empty()).await;
    assert_eq!(*heard.borrow(), [FrameMessage::Done(Err("the code left its page".into()))]);
}

struct NoPort;

impl Port for NoPort {
    fn read(&self, _: &mut dyn FnMut(&Client)) {}
    fn user(&self, _: User) {}
    fn fresh(&self) -> Fresh {
        Fresh::default()
    }
    fn attach(&self, _: web_sys::File) {}
    fn files(&self, _: &pyoxide::ids::ChatId) -> Rc<Files> {
        Rc::default()
    }
    fn kernel(&self, _: &pyoxide::ids::ChatId) -> Option<Kernel> {
        None
    }
    fn save(&self, _: String, _: String) {}
    fn ask_to_notify(&self) -> Pin<Box<dyn Future<Output = bool>>> {
        Box::pin(async { false })
    }
    fn picture(&self, _: String) -> Pin<Box<dyn Future<Output = Result<Rc<dyn AsRef<str>>, String>>>> {
        Box::pin(async { Err(String::new()) })
    }
}

#[wasm_bindgen_test]
async fn embeds_keep_their_frames_and_addresses_wait_for_a_click() {
    let root: HtmlElement = js::document().create_element("div").unwrap().unchecked_into();
    js::document().body().unwrap().append_child(&root).unwrap();
    let embeds = RwSignal::new(vec!["<b>one</b>".to_owned(), "https://evil.test/x".to_owned()]);
    let mounted = mount_to(root.clone(), move || {
        provide_context(ChatStore::new(NoPort));
        view! { <Embeds embeds=Memo::new(move |_| embeds.get()) /> }
    });
    until("a frame", || !all("iframe.embed").is_empty()).await;
    let first = all("iframe.embed");
    assert_eq!(first.len(), 1, "an address is a card");
    confines(&first[0], "/frames/embed.html");
    assert_eq!(first[0].get_attribute("title").as_deref(), Some("Embed 1"));
    let button: HtmlElement = all(".embed-card button").remove(0).unchecked_into();
    assert_eq!(button.text_content().as_deref(), Some("Load evil.test"));

    embeds.update(|embeds| embeds.push("<b>three</b>".to_owned()));
    until("another one", || all("iframe.embed").len() > 1).await;
    let later = all("iframe.embed");
    assert!(later.len() == 2 && later[0] == first[0], "the first keeps its element");

    embeds.update(|embeds| embeds.resize(30, "<p>".to_owned()));
    until("more of them", || all("iframe.embed").len() > 2).await;
    a_moment().await;
    assert_eq!(all("iframe.embed").len(), 10);
    let first = all("iframe.embed").remove(0);
    embeds.update(|embeds| embeds[0] = "<b>changed</b>".to_owned());
    until("the next one", || !all(".embed-next iframe").is_empty()).await;
    assert_eq!(all(".embed-next iframe").len(), 1, "the next one loads unseen, though there is room for no other");
    assert!(all("iframe.embed").contains(&first), "the old one is seen until then");
    assert!(all("iframe").iter().all(|frame| frame.get_attribute("sandbox").as_deref() == Some("allow-scripts")));
    drop(mounted);
    until("no frame", || all("iframe").is_empty()).await;
    root.remove();
}
