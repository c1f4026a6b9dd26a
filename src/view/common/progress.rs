//! How far a long step is, in words, bytes and a bar.

use super::strings;
use crate::protocol::execute::Progress;
use gloo_timers::callback::Interval;
use leptos::prelude::*;

/// A number of bytes as people read it.
pub fn bytes(count: f64) -> String {
    if count >= 999_500.0 {
        format!("{:.1} MB", count / 1e6)
    } else if count >= 1e3 {
        format!("{:.0} kB", count / 1e3)
    } else {
        strings::bytes(count as u64)
    }
}

/// What is said about the bytes of a step; nothing if it has none.
pub fn amount(progress: &Progress) -> String {
    match (progress.done, progress.total) {
        (done, total) if total >= 1e6 => strings::of(&format!("{:.1}", done / 1e6), &bytes(total)),
        (done, total) if total > 0.0 => strings::of(&format!("{:.0}", done / 1e3), &bytes(total)),
        (done, _) if done > 0.0 => bytes(done),
        _ => String::new(),
    }
}

/// The seconds since it came onto the page, from the second on.
#[component]
pub fn Elapsed() -> impl IntoView {
    let seconds = RwSignal::new(0_u32);
    let ticking = Interval::new(1_000, move || seconds.update(|seconds| *seconds += 1));
    let ticking = StoredValue::new_local(Some(ticking));
    on_cleanup(move || ticking.update_value(|ticking| *ticking = None));
    let text = move || match seconds.get() {
        0 | 1 => String::new(),
        seconds => strings::elapsed(seconds),
    };
    view! { <span class="elapsed">{text}</span> }
}

/// A step that goes on; nothing is shown while there is none.
#[component]
pub fn ProgressView(
    /// The step.
    #[prop(into)]
    progress: Signal<Option<Progress>>,
) -> impl IntoView {
    let text =
        Memo::new(move |_| progress.with(|step| step.as_ref().map(|step| step.text.clone()).unwrap_or_default()));
    let said = Memo::new(move |_| progress.with(|step| step.as_ref().map(amount).unwrap_or_default()));
    let unknown = Memo::new(move |_| progress.with(|step| step.as_ref().is_some_and(|step| step.total <= 0.0)));
    // Without a value the bar shows that something goes on, without how far.
    let value = move || {
        progress.with(|step| {
            let step = step.as_ref().filter(|step| step.total > 0.0)?;
            Some(format!("{:.3}", (step.done / step.total).clamp(0.0, 1.0)))
        })
    };
    view! {
        <Show when=move || progress.with(Option::is_some)>
            <div class="progress">
                <span class="progress-text">
                    {text}
                    // Counted anew for each step.
                    {move || (unknown.get() && text.with(|_| true)).then(|| view! { <Elapsed /> })}
                </span>
                <span class="progress-amount">{said}</span>
                <progress max="1" value=value aria-label=text aria-valuetext=said></progress>
            </div>
        </Show>
    }
}
