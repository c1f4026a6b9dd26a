//! The little HTML that a text may bring (PROTOCOL.md 3.7): a frame or a film elsewhere is a card that loads on a click,
//! a status is a line, a file can be had. Everything else stays text.

use super::piece::{Mounted, elsewhere, mount};
use super::sink::Page;
use crate::markdown::{ImageAddress, Tag, safe_link, tag};
use crate::protocol::chat::content_path;
use crate::view::chat::embeds::Embeds;
use crate::view::chat::strings;
use crate::web::js::element;
use leptos::prelude::*;
use web_sys::Element;

/// Shows HTML that is known, in place of its text. The view that it needs is to be held.
pub(super) fn show(page: &Page, place: &Element) -> Option<Mounted> {
    let text = place.text_content().unwrap_or_default();
    let host = element("div", "html-known");
    let view = match tag(&text)? {
        Tag::Frame(address) => {
            let embeds = page.owner.with(|| Memo::new(move |_| vec![address.clone()]));
            mount(page, &host, move || view! { <Embeds embeds=embeds /> })
        }
        Tag::Media(address) => match ImageAddress::read(&address) {
            ImageAddress::Stored(path) => {
                let store = page.store;
                let name = path.clone();
                mount(page, &host, move || {
                    view! {
                        <button type="button" on:click=move |_| store.save(path.clone(), strings::media().to_owned())>
                            {format!("{} {}", strings::download(), name)}
                        </button>
                    }
                })
            }
            _ => {
                let address = safe_link(&address)?;
                let _ = host.append_child(&elsewhere(strings::media_elsewhere(), address, address));
                Mounted::nothing()
            }
        },
        Tag::Status { title, is_done } => mount(page, &host, move || {
            view! {
                <p class="status-line" class:shimmer=!is_done dir="auto">
                    {title}
                </p>
            }
        }),
        Tag::File(id) => {
            let store = page.store;
            let path = content_path(&id.as_str().into());
            mount(page, &host, move || {
                view! {
                    <button type="button" on:click=move |_| store.save(path.clone(), strings::page_file().to_owned())>
                        {strings::save_page_file()}
                    </button>
                }
            })
        }
    };
    place.set_text_content(None);
    place.replace_with_with_node_1(&host).ok()?;
    Some(view)
}
