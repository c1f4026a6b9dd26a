//! A source in the panel: its texts, how well they fit, where they come from, the page that shows it.

use super::embeds::{OneFrame, Surroundings};
use super::{prompt, store, strings};
use crate::ids::MessageId;
use crate::state::embed;
use crate::state::extras::{Citation, Document};
use crate::view::common::html_frame::HtmlFrame;
use leptos::prelude::*;

/// The source of a message.
#[component]
pub(super) fn CitationPane(message: MessageId, citation: Citation) -> impl IntoView {
    let Citation { name, link, documents, embed, payload } = citation;
    let link = link.map(|url| {
        view! {
            <p class="panel-link">
                <a href=url.clone() title=url.clone() target="_blank" rel="noopener noreferrer nofollow" dir="auto">
                    {url.clone()}
                </a>
            </p>
        }
    });
    let page = embed.map(|url| {
        let chat = store::chat().peek(|client| client.chat.id.clone());
        let chat = chat.map(|id| id.to_string()).unwrap_or_default();
        let source = payload["source"]["id"].as_str().or(payload["id"].as_str()).unwrap_or_default().to_owned();
        let about = [("chat_id", chat.as_str()), ("message_id", message.as_str()), ("source_id", source.as_str())];
        let url = embed::with_query(&url, &about);
        let surroundings = Surroundings { on_prompt: Some(prompt::callback()), payload, ..Surroundings::default() };
        view! { <OneFrame title=Signal::stored(name) text=Signal::stored(url) surroundings=surroundings /> }
    });
    let is_empty = documents.is_empty() && page.is_none();
    view! {
        <div class="panel-body">
            {link} {page}
            <ol class="documents" aria-label=strings::documents()>
                {documents.into_iter().map(one_document).collect_view()}
            </ol>
            {is_empty.then(|| view! { <p class="message-note">{strings::no_documents()}</p> })}
        </div>
    }
}

fn one_document(document: Document) -> impl IntoView {
    let Document { text, html, relevance, page, parameters } = document;
    let facts = [
        relevance.map(|percent| format!("{} {percent}%", strings::relevance())),
        page.map(|page| format!("{} {page}", strings::page())),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    let facts = (!facts.is_empty()).then(|| view! { <p class="document-facts">{facts.join(" · ")}</p> });
    let parameters = parameters.map(|json| {
        view! {
            <details>
                <summary>{strings::parameters()}</summary>
                <pre dir="ltr" tabindex="0">
                    {json}
                </pre>
            </details>
        }
    });
    let plain = text.clone();
    let as_text = move || view! { <blockquote dir="auto">{plain.clone()}</blockquote> };
    let shown = if html {
        // In a frame without scripts.
        view! { <HtmlFrame html=text fallback=ViewFn::from(as_text) /> }.into_any()
    } else {
        as_text().into_any()
    };
    view! { <li>{facts} {shown} {parameters}</li> }
}
