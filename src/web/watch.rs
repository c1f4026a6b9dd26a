//! Hearing when elements become larger or smaller, and when they come into view.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
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

type Then = Box<dyn FnOnce()>;

/// Waits for elements to come near to what is in view: each once. They wait in places, which hold many of them; those in a
/// place that is far are not watched, for a browser looks at all that is watched in every frame.
#[derive(Clone)]
pub struct Near(Rc<Inner>);

struct Inner {
    observer: Option<IntersectionObserver>,
    places: RefCell<HashMap<u32, Place>>,
    /// The numbers of places, by their own element and by those that wait in them.
    numbers: js_sys::WeakMap,
    last: Cell<u32>,
    /// Keeps the closure alive that the observer calls.
    _closure: Closure<dyn FnMut(js_sys::Array)>,
}

struct Place {
    element: Element,
    is_near: bool,
    waiting: Vec<(Element, Then)>,
}

/// Places from which those that are gone are forgotten.
const MANY: usize = 64;

impl Near {
    /// Waits within `px` around what the page and its scrollers show.
    pub fn new(px: u32) -> Self {
        Self(Rc::new_cyclic(|weak: &Weak<Inner>| {
            let weak = weak.clone();
            let closure = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
                if let Some(inner) = weak.upgrade() {
                    inner.hear(&entries);
                }
            });
            let options = IntersectionObserverInit::new();
            let margin = format!("{px}px 0px");
            options.set_root_margin(&margin);
            // Browsers that don't know it wait until the element is in view.
            super::js::set(options.unchecked_ref(), "scrollMargin", &margin.into());
            let observer = IntersectionObserver::new_with_options(closure.as_ref().unchecked_ref(), &options).ok();
            let (places, numbers) = (RefCell::default(), js_sys::WeakMap::new());
            Inner { observer, places, numbers, last: Cell::default(), _closure: closure }
        }))
    }

    /// Calls `near` once when the element, which is in `place`, is near; never, if it goes before.
    pub fn wait(&self, element: &Element, place: &Element, near: impl FnOnce() + 'static) {
        self.0.wait(element, place, Box::new(near));
    }

    /// Waits no longer: all is near now, as it is on paper.
    pub fn all(&self) {
        let places = std::mem::take(&mut *self.0.places.borrow_mut());
        for place in places.into_values() {
            if let Some(observer) = &self.0.observer {
                observer.unobserve(&place.element);
                place.waiting.iter().for_each(|(element, _)| observer.unobserve(element));
            }
            place.waiting.into_iter().filter(|(element, _)| element.is_connected()).for_each(|(_, near)| near());
        }
    }
}

impl Inner {
    fn wait(&self, element: &Element, place: &Element, near: Then) {
        let Some(observer) = &self.observer else { return near() };
        let mut places = self.places.borrow_mut();
        let number = self.number(place).unwrap_or_else(|| {
            if places.len() >= MANY && places.len().is_power_of_two() {
                places.retain(|_, place| place.element.is_connected());
            }
            let number = self.last.get() + 1;
            self.last.set(number);
            self.numbers.set(place, &number.into());
            number
        });
        self.numbers.set(element, &number.into());
        let place = places.entry(number).or_insert_with(|| {
            observer.observe(place);
            Place { element: place.clone(), is_near: false, waiting: Vec::new() }
        });
        if place.is_near {
            observer.observe(element);
        }
        place.waiting.push((element.clone(), near));
    }

    fn number(&self, element: &Element) -> Option<u32> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was written from this type")]
        self.numbers.get(element).as_f64().map(|number| number as u32)
    }

    fn hear(&self, entries: &js_sys::Array) {
        for entry in entries.iter().filter_map(|entry| entry.dyn_into::<IntersectionObserverEntry>().ok()) {
            let then = self.seen(&entry.target(), entry.is_intersecting());
            then.into_iter().for_each(|near| near());
        }
    }

    /// What is to be done, now that an element is near or is not.
    fn seen(&self, target: &Element, is_near: bool) -> Option<Then> {
        let observer = self.observer.as_ref()?;
        let number = self.number(target)?;
        let mut places = self.places.borrow_mut();
        let place = places.get_mut(&number)?;
        if target.is_same_node(Some(&place.element)) {
            place.is_near = is_near;
            for (element, _) in &place.waiting {
                if is_near { observer.observe(element) } else { observer.unobserve(element) }
            }
            return None;
        }
        let at = place.waiting.iter().position(|(element, _)| element.is_same_node(Some(target)));
        let at = at.filter(|_| is_near)?;
        observer.unobserve(target);
        let (_, near) = place.waiting.swap_remove(at);
        if place.waiting.is_empty() {
            observer.unobserve(&place.element);
            places.remove(&number);
        }
        Some(near)
    }
}

impl Drop for InView {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
