//! Opens the frames of foreign code by themselves, for `tests/hostile`: no page calls these, and no types tell of them.

use super::values::plain;
use crate::state::capability::{Budget, Verdict, judge};
use crate::state::client::{Client, Fresh, User};
use crate::view::chat::embeds::{Embeds, OnPrompt};
use crate::view::chat::{ChatStore, Port};
use crate::web::execute::{ExecuteFrame, FrameMessage};
use crate::web::js;
use leptos::prelude::*;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

/// Runs code in a frame; `settle` hears `{"ok": value}` or `{"error": text}`. Whatever needs the person is refused.
#[doc(hidden)]
#[wasm_bindgen(js_name = executeForTests, skip_typescript)]
pub fn execute_for_tests(code: &str, label: &str, settle: js_sys::Function) {
    let frame = Rc::new(RefCell::new(None::<ExecuteFrame>));
    let (handle, budget) = (frame.clone(), RefCell::new(Budget::default()));
    let hear = move |message| {
        let ended = match message {
            FrameMessage::Done(Ok(value)) => json!({ "ok": value }),
            FrameMessage::Done(Err(why)) => json!({ "error": why }),
            FrameMessage::Capability { id, name, args, data } => {
                let verdict = judge(&mut budget.borrow_mut(), &name, &args, data.as_deref());
                let frame = handle.borrow();
                let Some(frame) = frame.as_ref() else { return };
                match verdict {
                    Verdict::End(why) => json!({ "error": why }),
                    verdict => return frame.answer(id, answer(frame, verdict)),
                }
            }
        };
        // Taken out first, since what it drops is listening.
        let gone = handle.borrow_mut().take();
        drop(gone);
        // What the test throws is the test's.
        let _ = settle.call1(&JsValue::NULL, &plain(&ended));
    };
    let opened = ExecuteFrame::open(code, label, hear);
    frame.replace(Some(opened));
}

fn answer(frame: &ExecuteFrame, verdict: Verdict) -> Result<Value, String> {
    match verdict {
        Verdict::Title => Ok(js::document().title().into()),
        Verdict::Overlay(shown) => {
            frame.show(shown);
            Ok(Value::Null)
        }
        Verdict::Storage(_) | Verdict::Notify(_) => Ok(Value::Null),
        Verdict::Refuse(why) | Verdict::End(why) => Err(why),
        Verdict::Ask(_) => Err("The person refused.".to_owned()),
    }
}

/// Shows embeds in an element; the function that comes back takes another list of them. `wish` hears
/// what they want in the composer.
#[doc(hidden)]
#[wasm_bindgen(js_name = embedsForTests, skip_typescript)]
pub fn embeds_for_tests(root: HtmlElement, texts: Vec<String>, wish: js_sys::Function) -> js_sys::Function {
    let embeds = RwSignal::new(texts);
    let wish = StoredValue::new_local(wish);
    mount_to(root, move || {
        provide_context(ChatStore::new(NoPort));
        let on_prompt: OnPrompt = Callback::new(move |(text, submit): (String, bool)| {
            // As above.
            let _ = wish.with_value(|wish| wish.call2(&JsValue::NULL, &text.into(), &submit.into()));
        });
        view! { <Embeds embeds=Memo::new(move |_| embeds.get()) on_prompt=on_prompt /> }
    })
    .forget();
    Closure::<dyn Fn(Vec<String>)>::new(move |texts| embeds.set(texts)).into_js_value().unchecked_into()
}

/// A chat without a server.
struct NoPort;

impl Port for NoPort {
    fn read(&self, _: &mut dyn FnMut(&Client)) {}
    fn user(&self, _: User) {}
    fn fresh(&self) -> Fresh {
        Fresh::default()
    }

    fn attach(&self, _: web_sys::File) {}

    fn save(&self, _: String, _: String) {}

    fn ask_to_notify(&self) -> Pin<Box<dyn Future<Output = bool>>> {
        Box::pin(async { false })
    }
    fn picture(&self, _: String) -> Pin<Box<dyn Future<Output = Result<Rc<dyn AsRef<str>>, String>>>> {
        Box::pin(async { Err("There is no server.".to_owned()) })
    }
}
