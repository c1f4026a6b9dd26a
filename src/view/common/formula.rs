//! Texts in LaTeX: words, and formulas that are drawn; their source stands there until then, and if they can't be.

use crate::state::latex::{Part, parts};
use crate::web;
use leptos::html::Span;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A text in LaTeX.
#[component]
pub fn LatexView(
    /// As it was given.
    text: String,
) -> impl IntoView {
    let part = |part: Part| match part {
        Part::Text(words) => view! { <span>{words}</span> }.into_any(),
        Part::Formula { tex, display } => view! { <Formula tex=tex display=display /> }.into_any(),
    };
    view! { <div class="output-latex">{parts(&text).into_iter().map(part).collect_view()}</div> }
}

#[component]
fn Formula(tex: String, display: bool) -> impl IntoView {
    let place = NodeRef::<Span>::new();
    let failed = RwSignal::new(None::<String>);
    let source = tex.clone();
    Effect::new(move |_| {
        let Some(place) = place.get() else { return };
        let tex = tex.clone();
        spawn_local(async move {
            if let Err(why) = web::math::render(&tex, display, &place).await {
                // The output may be gone by now.
                let _ = failed.try_set(Some(why));
            } else {
                // The name is HTML's, so that it can't fail.
                let _ = place.set_attribute("data-drawn", "");
            }
        });
    });
    view! {
        <span class="math" class:math-display=display class:math-failed=move || failed.with(Option::is_some)>
            <span dir="ltr" node_ref=place>{source}</span>
            {move || failed.get().map(|why| view! { <span class="math-note" role="note">{why}</span> })}
        </span>
    }
}
