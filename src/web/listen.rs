//! Event listeners that end when they are dropped.

use wasm_bindgen::JsCast;
use wasm_bindgen::convert::FromWasmAbi;
use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

/// A listener; taken off when dropped.
#[must_use = "a listener is taken off when it is dropped"]
#[derive(Debug)]
pub struct Listener {
    target: EventTarget,
    event: &'static str,
    function: js_sys::Function,
    /// Keeps the closure alive that `function` is.
    _closure: Box<dyn std::any::Any>,
}

/// Calls `hear` for each event of this name. `E` is the type that the browser gives events of this name.
pub fn listen<E: FromWasmAbi + JsCast + 'static>(
    target: &EventTarget,
    event: &'static str,
    hear: impl FnMut(E) + 'static,
) -> Listener {
    let closure = Closure::<dyn FnMut(E)>::new(hear);
    let function: js_sys::Function = closure.as_ref().unchecked_ref::<js_sys::Function>().clone();
    // It throws for no function and no name.
    let _ = target.add_event_listener_with_callback(event, &function);
    Listener { target: target.clone(), event, function, _closure: Box::new(closure) }
}

impl Listener {
    /// Lets it hear as long as the page lives.
    pub fn forget(self) {
        std::mem::forget(self);
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.event, &self.function);
    }
}
