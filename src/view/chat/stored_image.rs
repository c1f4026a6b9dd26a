//! A picture that the server keeps: fetched with the session's token, shown from memory, large on a click.

use super::store::Picture;
use super::{store, strings};
use crate::file_name;
use crate::view::common::picture::PictureView;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The picture, or a sentence that says why it can't be shown.
#[component]
pub(super) fn StoredImage(path: String, alt: String) -> impl IntoView {
    let store = store::chat();
    let state = RwSignal::new_local(None::<Result<Picture, String>>);
    spawn_local(async move {
        let picture = store.picture(path).await;
        // The message may be gone by now.
        let _ = state.try_set(Some(picture));
    });
    move || {
        let alt = alt.clone();
        state.with(|state| match state {
            None => view! { <span class="image-waiting" role="status">{strings::loading_image()}</span> }.into_any(),
            Some(Ok(picture)) => {
                // It lasts as long as it is shown.
                let picture = StoredValue::new_local(picture.clone());
                let source = picture.with_value(|picture| (**picture).as_ref().to_owned());
                view! { <PictureView source=source file=file_name::clean(&alt) name=alt class="stored-image" /> }
                    .into_any()
            }
            Some(Err(why)) => view! { <span class="message-error">{format!("{alt}: {why}")}</span> }.into_any(),
        })
    }
}
