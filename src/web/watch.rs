//! Hearing when elements become larger or smaller, and when they come into view.

use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit, ResizeObserver};

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

/// Watches whether an element is in view, until it is dropped.
#[must_use = "nothing is watched any more when it is dropped"]
#[derive(Debug)]
pub struct InView {
    observer: Option<IntersectionObserver>,
    /// Keeps the closure alive that the observer calls.
    _closure: Closure<dyn FnMut(js_sys::Array)>,
}

impl InView {
    /// Calls `changed` when `element` comes within `near` px below the end of what `scroller` shows, and when it leaves.
    pub fn new(scroller: &Element, element: &Element, near: u32, mut changed: impl FnMut(bool) + 'static) -> Self {
        let closure = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            if let Ok(entry) = entries.pop().dyn_into::<IntersectionObserverEntry>() {
                changed(entry.is_intersecting());
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root(Some(scroller));
        options.set_root_margin(&format!("0px 0px {near}px 0px"));
        let observer = IntersectionObserver::new_with_options(closure.as_ref().unchecked_ref(), &options).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        Self { observer, _closure: closure }
    }
}

type Waiting = Rc<RefCell<Vec<(Element, Box<dyn FnOnce()>)>>>;

/// Waits for elements to come near to what is in view: each once.
#[derive(Clone)]
pub struct Near {
    observer: Option<IntersectionObserver>,
    waiting: Waiting,
    /// Keeps the closure alive that the observer calls.
    _closure: Rc<Closure<dyn FnMut(js_sys::Array, IntersectionObserver)>>,
}

/// Elements from which those that are gone are forgotten.
const MANY: usize = 256;

impl Near {
    /// Waits within `px` around what the page and its scrollers show.
    pub fn new(px: u32) -> Self {
        let waiting = Waiting::default();
        let all = waiting.clone();
        let closure = Closure::<dyn FnMut(js_sys::Array, IntersectionObserver)>::new(
            move |entries: js_sys::Array, observer: IntersectionObserver| {
                for entry in entries.iter().filter_map(|entry| entry.dyn_into::<IntersectionObserverEntry>().ok()) {
                    let target = entry.target();
                    let place = all.borrow().iter().position(|(element, _)| element.is_same_node(Some(&target)));
                    if let Some(place) = place.filter(|_| entry.is_intersecting()) {
                        observer.unobserve(&target);
                        let (_, near) = all.borrow_mut().swap_remove(place);
                        near();
                    }
                }
            },
        );
        let options = IntersectionObserverInit::new();
        let margin = format!("{px}px 0px");
        options.set_root_margin(&margin);
        // Browsers that don't know it wait until the element is in view.
        super::js::set(options.unchecked_ref(), "scrollMargin", &margin.into());
        let observer = IntersectionObserver::new_with_options(closure.as_ref().unchecked_ref(), &options).ok();
        Self { observer, waiting, _closure: Rc::new(closure) }
    }

    /// Calls `near` once when the element is near; never, if it goes before.
    pub fn wait(&self, element: &Element, near: impl FnOnce() + 'static) {
        let Some(observer) = &self.observer else { return near() };
        let mut waiting = self.waiting.borrow_mut();
        if waiting.len() >= MANY && waiting.len().is_power_of_two() {
            waiting.retain(|(element, _)| element.is_connected());
        }
        waiting.push((element.clone(), Box::new(near)));
        observer.observe(element);
    }
}

impl Drop for InView {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
