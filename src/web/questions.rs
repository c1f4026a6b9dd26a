//! Questions as JavaScript asks them: places are counted in UTF-16 units, answers are plain objects or `null`.

use super::js;
use super::kernel::Kernel;
use crate::cursor::{characters, units};
use crate::protocol::execute::{Answer, Completions, Question};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

impl Kernel {
    /// What fits at a place of the code: [`Completions`].
    pub fn complete(&self, code: String, place: u32) -> js_sys::Promise {
        let question = Question::Complete { cursor: characters(&code, place as usize), code: code.clone() };
        self.promise(question, move |answer| match answer {
            Answer::Completions(found) => {
                let [start, end] = [found.start, found.end].map(|at| units(&code, at));
                plain(&Completions { start, end, ..found })
            }
            _ => JsValue::NULL,
        })
    }

    /// What is to be known of what stands at a place of the code: [`crate::protocol::execute::Documentation`].
    pub fn inspect(&self, code: String, place: u32) -> js_sys::Promise {
        let question = Question::Inspect { cursor: characters(&code, place as usize), code };
        self.promise(question, |answer| match answer {
            Answer::Documentation(found) => plain(&found),
            _ => JsValue::NULL,
        })
    }

    /// What the code has named: [`crate::protocol::execute::Variables`].
    pub fn variables(&self) -> js_sys::Promise {
        self.promise(Question::Variables, |answer| match answer {
            Answer::Variables(found) => plain(&found),
            _ => JsValue::NULL,
        })
    }

    fn promise(&self, question: Question, read: impl FnOnce(Answer) -> JsValue + 'static) -> js_sys::Promise {
        let kernel = self.clone();
        future_to_promise(async move { Ok(kernel.ask(question).await.map_or(JsValue::NULL, read)) })
    }
}

fn plain(value: &impl Serialize) -> JsValue {
    serde_json::to_value(value).map_or(JsValue::NULL, |value| js::from_json(&value))
}
