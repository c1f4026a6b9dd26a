//! A diagram or a chart: its picture, and for a chart the way to explore it; a sentence and what else there is of it where
//! it can't be drawn.

use super::icon::{Icon, icon};
use super::strings;
use super::theme::Theme;
use crate::protocol::chart::Kind;
use crate::web::blob::ObjectUrl;
use crate::web::diagram::{Explored, Svg, draw};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::rc::Rc;
use std::sync::Arc;

/// Shows a diagram.
#[component]
pub fn ChartView(
    /// What it is written for.
    kind: Kind,
    /// Its source.
    source: Arc<str>,
    /// The longest source that is drawn, in bytes.
    longest: usize,
    /// Whether it is to be drawn by now.
    wanted: Signal<bool>,
    /// Hears whether there is a picture.
    #[prop(optional)]
    on_drawn: Option<Callback<bool>>,
    /// What is shown beside the sentence that says why there is none.
    fallback: ViewFn,
) -> impl IntoView {
    let theme = use_context::<Theme>();
    let dark = Signal::derive(move || theme.is_some_and(|theme| theme.dark.get()));
    let drawn = RwSignal::new_local(None::<Result<Rc<Drawing>, String>>);
    let text = source.clone();
    Effect::new(move |_| {
        if !wanted.get() {
            return;
        }
        let (source, dark) = (text.clone(), dark.get());
        spawn_local(async move {
            let result = draw(kind, &source, longest, dark).await.and_then(|svg| Drawing::new(svg).map(Rc::new));
            // What shows it may be gone by now.
            let _ = drawn.try_set(Some(result));
        });
    });
    Effect::new(move |_| {
        let is_drawn = drawn.with(|drawn| matches!(drawn, Some(Ok(_))));
        if let Some(on_drawn) = on_drawn {
            on_drawn.run(is_drawn);
        }
    });
    let exploring = RwSignal::new(Exploring::No);
    let failed = RwSignal::new(None::<String>);
    let picture = move || {
        drawn.with(|drawn| match drawn {
            None => view! { <p class="diagram-note" role="status">{strings::drawing()}</p> }.into_any(),
            Some(Ok(drawing)) => drawing.view(kind, exploring),
            Some(Err(why)) => view! {
                <p class="diagram-note" role="note">
                    {why.clone()}
                </p>
                {fallback.run()}
            }
            .into_any(),
        })
    };
    let is_drawn = Memo::new(move |_| kind.is_chart() && drawn.with(|drawn| matches!(drawn, Some(Ok(_)))));
    view! {
        {picture}
        <Show when=move || is_drawn.get()>
            <Explore kind=kind source=source.clone() dark=dark drawn=drawn exploring=exploring failed=failed />
        </Show>
    }
}

/// Whether a chart is explored; its picture is there until it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exploring {
    No,
    Soon,
    Yes,
}

type Drawn = RwSignal<Option<Result<Rc<Drawing>, String>>, LocalStorage>;

#[component]
fn Explore(
    kind: Kind,
    source: Arc<str>,
    dark: Signal<bool>,
    drawn: Drawn,
    exploring: RwSignal<Exploring>,
    failed: RwSignal<Option<String>>,
) -> impl IntoView {
    let place = NodeRef::<Div>::new();
    let live = StoredValue::new_local(None::<Explored>);
    let is_wanted = Memo::new(move |_| exploring.get() != Exploring::No);
    // A chart that has been asked for anew, in other colours, is the one that counts.
    let turn = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let (dark, is_wanted) = (dark.get(), is_wanted.get());
        live.set_value(None);
        turn.update_value(|turn| *turn += 1);
        let (now, Some(place)) = (turn.get_value(), place.get_untracked().filter(|_| is_wanted)) else { return };
        exploring.set(Exploring::Soon);
        failed.set(None);
        let name = drawn.with_untracked(|drawn| match drawn {
            Some(Ok(drawing)) => drawing.svg.name.clone(),
            _ => String::new(),
        });
        let source = source.clone();
        spawn_local(async move {
            let opened = Explored::open(&place, &strings::live_chart(&name), (kind, &source), dark).await;
            if turn.try_get_value() != Some(now) {
                return;
            }
            match opened {
                Ok(explored) => {
                    live.set_value(Some(explored));
                    exploring.set(Exploring::Yes);
                }
                Err(why) => {
                    exploring.set(Exploring::No);
                    failed.set(Some(why));
                }
            }
        });
    });
    on_cleanup(move || {
        // It may be gone with what shows the picture.
        let _ = exploring.try_set(Exploring::No);
    });
    let toggle = move |_| {
        exploring
            .update(|exploring| *exploring = if *exploring == Exploring::No { Exploring::Soon } else { Exploring::No });
    };
    view! {
        <div node_ref=place class="chart-live" class:coming=move || exploring.get() != Exploring::Yes></div>
        {move || failed.get().map(|why| view! { <p class="diagram-note" role="status">{why}</p> })}
        <button type="button" class="quiet chart-explore" on:click=toggle>
            {icon(Icon::Explore)}
            {move || if is_wanted.get() { strings::show_picture() } else { strings::explore() }}
        </button>
    }
}

struct Drawing {
    url: ObjectUrl,
    svg: Svg,
}

impl Drawing {
    fn new(svg: Svg) -> Result<Self, String> {
        let url = svg.url().map_err(|error| error.to_string())?;
        Ok(Self { url, svg })
    }

    fn view(&self, kind: Kind, exploring: RwSignal<Exploring>) -> AnyView {
        let alt = match self.svg.name.as_str() {
            "" if kind.is_chart() => strings::chart().to_owned(),
            "" => strings::diagram().to_owned(),
            name => name.to_owned(),
        };
        view! {
            <img
                src=self.url.as_str().to_owned()
                width=self.svg.width.to_string()
                height=self.svg.height.to_string()
                alt=alt
                class:explored=move || exploring.get() == Exploring::Yes
            />
        }
        .into_any()
    }
}
