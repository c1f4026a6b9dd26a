//! A diagram or a chart, drawn from its source: a picture, or a sentence that says why there is none.

use super::strings;
use super::theme::Theme;
use crate::web::blob::ObjectUrl;
use crate::web::diagram::{Kind, Svg, draw};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::rc::Rc;

struct Drawing {
    url: ObjectUrl,
    width: u32,
    height: u32,
}

impl Drawing {
    fn new(svg: &Svg) -> Result<Self, String> {
        let url = svg.url().map_err(|error| error.to_string())?;
        Ok(Self { url, width: svg.width, height: svg.height })
    }
}

/// Draws once it is wanted, and anew when the page turns dark or light.
#[component]
pub fn DrawingView(
    /// What the source is written for.
    kind: Kind,
    /// The source, from anywhere.
    source: String,
    /// What those hear who don't see it.
    name: String,
    /// Whether it is needed yet.
    #[prop(into)]
    wanted: Signal<bool>,
    /// Hears whether there is a picture.
    on_drawn: Callback<bool>,
) -> impl IntoView {
    let dark = use_context::<Theme>().map(|theme| theme.dark);
    let drawn = RwSignal::new_local(None::<Result<Rc<Drawing>, String>>);
    Effect::new(move |_| {
        if !wanted.get() {
            return;
        }
        let (source, is_dark) = (source.clone(), dark.is_some_and(|dark| dark.get()));
        spawn_local(async move {
            let result = draw(kind, &source, is_dark).await.and_then(|svg| Drawing::new(&svg).map(Rc::new));
            // What shows it may be gone by now.
            let _ = drawn.try_set(Some(result));
        });
    });
    Effect::new(move |_| {
        if let Some(is_drawn) = drawn.with(|drawn| drawn.as_ref().map(Result::is_ok)) {
            on_drawn.run(is_drawn);
        }
    });
    move || {
        drawn.with(|drawn| match drawn {
            None => view! { <p class="diagram-note" role="status">{strings::drawing()}</p> }.into_any(),
            Some(Ok(drawing)) => {
                let (source, width, height) = (drawing.url.as_str().to_owned(), drawing.width, drawing.height);
                view! { <img src=source width=width.to_string() height=height.to_string() alt=name.clone() /> }
                    .into_any()
            }
            Some(Err(why)) => view! { <p class="diagram-note" role="note">{why.clone()}</p> }.into_any(),
        })
    }
}
