//! What is in a file: a picture, the first rows of a table, the beginning of a text.

use super::super::progress::bytes;
use super::super::strings;
use crate::state::files::preview::{Kind, MOST_TEXT, table, text};
use crate::web::blob::{self, ObjectUrl};
use crate::web::error::WebError;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::Blob;

/// What was found in it.
enum Inside {
    Image(ObjectUrl),
    Table(Vec<Vec<String>>),
    Text(String),
    Bytes,
}

async fn look(name: &str, data: &Blob) -> Result<Inside, WebError> {
    let kind = Kind::of(name);
    if let Kind::Image(media_type) = kind {
        return Ok(Inside::Image(ObjectUrl::of(&blob::beginning(data, f64::INFINITY, media_type)?)?));
    }
    // One byte more tells that there is more.
    let beginning = blob::bytes(&blob::beginning(data, MOST_TEXT as f64 + 1.0, "")?).await?;
    Ok(match (text(&beginning), kind) {
        (Some(text), Kind::Table(delimiter)) => Inside::Table(table(&text, delimiter)),
        (Some(text), _) => Inside::Text(text.into_owned()),
        (None, _) => Inside::Bytes,
    })
}

#[component]
pub(super) fn Preview(name: String, data: Blob) -> impl IntoView {
    let inside = RwSignal::new_local(None);
    let size = data.size();
    let alt = name.clone();
    spawn_local(async move {
        let found = look(&name, &data).await;
        // The row may be gone.
        let _ = inside.try_set(Some(found));
    });
    let is_cut = size > MOST_TEXT as f64;
    let cut =
        move || is_cut.then(|| view! { <p class="work-file-note">{strings::beginning(&bytes(MOST_TEXT as f64))}</p> });
    view! {
        <div class="work-file-preview">
            {move || {
                inside
                    .with(|inside| match inside.as_ref()? {
                        Ok(Inside::Image(url)) => {
                            Some(view! { <img src=url.as_str().to_owned() alt=alt.clone() /> }.into_any())
                        }
                        Ok(Inside::Table(rows)) if !rows.is_empty() => Some((cells(rows), cut()).into_any()),
                        Ok(Inside::Text(text)) if !text.is_empty() => {
                            Some((view! { <pre tabindex="0" dir="auto">{text.clone()}</pre> }, cut()).into_any())
                        }
                        Ok(Inside::Bytes) => Some(note(strings::no_preview().to_owned())),
                        Ok(_) => Some(note(strings::empty_file().to_owned())),
                        Err(error) => Some(note(error.to_string())),
                    })
            }}
        </div>
    }
}

fn note(words: String) -> AnyView {
    view! { <p class="work-file-note">{words}</p> }.into_any()
}

/// The first row is taken for the names of the columns.
fn cells(rows: &[Vec<String>]) -> AnyView {
    let mut rows = rows.iter();
    let head = rows.next().into_iter().flatten();
    let head: Vec<_> = head.map(|cell| view! { <th scope="col">{cell.clone()}</th> }).collect();
    let body: Vec<_> = rows
        .map(|row| {
            let cells: Vec<_> = row.iter().map(|cell| view! { <td>{cell.clone()}</td> }).collect();
            view! { <tr>{cells}</tr> }
        })
        .collect();
    view! {
        <div class="work-file-table" tabindex="0">
            <table>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
    .into_any()
}
