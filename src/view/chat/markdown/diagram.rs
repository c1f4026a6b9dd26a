//! Diagrams and charts: a picture, with its source below; the source and a sentence if there is none.

use super::later;
use super::piece::{Mounted, mount};
use super::sink::Page;
use crate::view::chat::strings;
use crate::view::common::theme::Theme;
use crate::web::diagram::{Kind, Svg, draw};
use crate::web::js::element;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::rc::Rc;
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
    mount(page, &host, move || view! { <Diagram kind=kind source=source figure=figure wanted=wanted /> })
}

#[component]
fn Diagram(kind: Kind, source: String, figure: Element, wanted: RwSignal<bool>) -> impl IntoView {
    let dark = use_context::<Theme>().map(|theme| theme.dark);
    let drawn = RwSignal::new_local(None::<Result<Rc<Drawing>, String>>);
    Effect::new(move |_| {
        if !wanted.get() {
            return;
        }
        let (source, is_dark) = (source.clone(), dark.is_some_and(|dark| dark.get()));
        spawn_local(async move {
            let result = draw(kind, &source, is_dark).await.and_then(|svg| Drawing::new(&svg).map(Rc::new));
            // The message may be gone by now.
            let _ = drawn.try_set(Some(result));
        });
    });
    Effect::new(move |_| {
        let is_drawn = drawn.with(|drawn| matches!(drawn, Some(Ok(_))));
        // It throws for names that are none.
        let _ = figure.class_list().toggle_with_force("is-drawn", is_drawn);
    });
    move || {
        drawn.with(|drawn| match drawn {
            None => view! { <p class="diagram-note" role="status">{strings::drawing()}</p> }.into_any(),
            Some(Ok(drawing)) => {
                let (source, width, height) = (drawing.url.as_str().to_owned(), drawing.width, drawing.height);
                view! { <img src=source width=width.to_string() height=height.to_string() alt=strings::diagram() /> }
                    .into_any()
            }
            Some(Err(why)) => view! { <p class="diagram-note" role="note">{why.clone()}</p> }.into_any(),
        })
    }
}

struct Drawing {
    url: crate::web::blob::ObjectUrl,
    width: u32,
    height: u32,
}

impl Drawing {
    fn new(svg: &Svg) -> Result<Self, String> {
        let url = svg.url().map_err(|error| error.to_string())?;
        Ok(Self { url, width: svg.width, height: svg.height })
    }
}
