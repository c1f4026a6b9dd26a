//! Diagrams and charts of messages: a picture, with its source below; the source and a sentence if there is none.

use super::later;
use super::piece::{Mounted, mount};
use super::sink::Page;
use crate::protocol::chart::Kind;
use crate::view::common::chart::ChartView;
use crate::web::js::element;
use leptos::prelude::*;
use web_sys::Element;

/// Puts the picture above the source.
pub(super) fn show(page: &Page, figure: &Element, kind: Kind, source: String) -> Mounted {
    let host = element("div", "diagram");
    let pre = figure.query_selector(":scope > pre").ok().flatten();
    // The block is ours: the source is a child of it.
    let _ = figure.insert_before(&host, pre.as_ref().map(AsRef::as_ref));
    let figure = figure.clone();
    let wanted = page.owner.with(|| RwSignal::new(false));
    later::near(&host, move || {
        // The text may be gone by now.
        let _ = wanted.try_set(true);
    });
    mount(page, &host, move || {
        let figure = StoredValue::new_local(figure);
        let on_drawn = move |is_drawn| {
            // It throws for names that are none.
            let _ = figure.with_value(|figure| figure.class_list().toggle_with_force("is-drawn", is_drawn));
        };
        view! {
            <ChartView
                kind=kind
                source=source.into()
                longest=kind.longest()
                wanted=wanted.into()
                on_drawn=Callback::new(on_drawn)
                fallback=ViewFn::from(|| ())
            />
        }
    })
}
