//! Hearing when elements become larger or smaller.

use wasm_bindgen::prelude::*;
use web_sys::{Element, ResizeObserver};

/// Watches elements until it is dropped.
#[must_use = "nothing is watched any more when it is dropped"]
#[derive(Debug)]
pub struct Watch {
    observer: Option<ResizeObserver>,
    /// Keeps the closure alive that the observer calls.
    _closure: Closure<dyn FnMut()>,
}

impl Watch {
    /// Calls `changed` when one of the elements has another size: after layout, before painting.
    pub fn new(elements: &[&Element], changed: impl FnMut() + 'static) -> Self {
        let closure = Closure::<dyn FnMut()>::new(changed);
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            elements.iter().for_each(|element| observer.observe(element));
        }
        Self { observer, _closure: closure }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
