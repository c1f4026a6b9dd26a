//! The variables of a kernel: what the code has named, told anew whenever the kernel comes to rest.

use super::progress::bytes;
use super::strings;
use crate::protocol::execute::{Answer, Question, Variable, Variables};
use crate::web::kernel::Kernel;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The pane.
#[component]
pub fn VariablesPane(
    /// The kernel that has them, if one is there.
    kernel: Callback<(), Option<Kernel>>,
    /// Whether nothing runs in it.
    is_idle: Memo<bool>,
) -> impl IntoView {
    // What was told last stays while code runs.
    let told = RwSignal::new(None::<Variables>);
    Effect::new(move |_| {
        if is_idle.get()
            && let Some(kernel) = kernel.run(())
        {
            spawn_local(async move {
                if let Some(Answer::Variables(all)) = kernel.ask(Question::Variables).await {
                    // It is gone when the pane was closed meanwhile.
                    let _ = told.try_set(Some(all));
                }
            });
        }
    });
    let table = move || {
        told.get().map(|Variables { variables, more }| {
            if variables.is_empty() {
                return view! { <p class="variables-note">{strings::no_variables()}</p> }.into_any();
            }
            let more = (more > 0).then(|| view! { <p class="variables-note">{strings::more_variables(&more)}</p> });
            view! {
                <div class="variables" role="region" aria-label=strings::variables() tabindex="0">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">{strings::variable_name()}</th>
                                <th scope="col">{strings::variable_type()}</th>
                                <th scope="col">{strings::variable_shape()}</th>
                                <th scope="col" class="number">{strings::variable_size()}</th>
                            </tr>
                        </thead>
                        {variables.into_iter().map(rows).collect_view()}
                    </table>
                </div>
                {more}
            }
            .into_any()
        })
    };
    view! {
        <div class="panel-body" aria-busy=move || (!is_idle.get()).to_string()>
            <Show when=move || told.with(Option::is_none)>
                <p class="variables-note">{strings::variables_later()}</p>
            </Show>
            {table}
        </div>
    }
}

/// A variable; its value below it, for there is no room beside.
fn rows(Variable { name, kind, shape, size, value }: Variable) -> impl IntoView {
    let value = (!value.is_empty()).then(|| {
        view! {
            <tr>
                <td colspan="4">
                    <span class="visually-hidden">{strings::variable_value()}</span>
                    {value}
                </td>
            </tr>
        }
    });
    view! {
        <tbody>
            <tr>
                <th scope="rowgroup">{name}</th>
                <td>{kind}</td>
                <td>{shape}</td>
                <td class="number">{size.map(bytes)}</td>
            </tr>
            {value}
        </tbody>
    }
}
