//! Markdown as elements: made from the tree, text as text nodes, never from markup.

use super::actions::CopyButton;
use super::stored_image::StoredImage;
use super::strings;
use crate::markdown::{Alignment, Block, ImageAddress, Inline, Item, parse};
use leptos::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Markdown that may still grow: blocks that didn't change keep their elements.
#[component]
pub(super) fn Markdown(#[prop(into)] text: Signal<String>) -> impl IntoView {
    let blocks = Memo::new(move |_| text.with(|text| parse(text)));
    let keyed = move || blocks.get().into_iter().map(|block| (fingerprint(&block), block)).enumerate();
    view! {
        <div class="markdown" dir="auto">
            <For each=keyed key=|(number, (print, _))| (*number, *print) let:entry>
                {block(entry.1.1)}
            </For>
        </div>
    }
}

fn fingerprint(block: &Block) -> u64 {
    let mut hasher = DefaultHasher::new();
    block.hash(&mut hasher);
    hasher.finish()
}

fn blocks(blocks: Vec<Block>) -> AnyView {
    blocks.into_iter().map(block).collect_view().into_any()
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Paragraph(content) => view! { <p>{inlines(content)}</p> }.into_any(),
        Block::Heading(level, content) => heading(level, content),
        Block::Code(language, code) => view! { <CodeBlock language=language code=code /> }.into_any(),
        Block::List { start: None, items } => view! { <ul>{list(items)}</ul> }.into_any(),
        Block::List { start: Some(start), items } => {
            view! { <ol start=start.to_string()>{list(items)}</ol> }.into_any()
        }
        Block::Quote(content) => view! { <blockquote>{blocks(content)}</blockquote> }.into_any(),
        Block::Table { alignments, head, rows } => table(alignments, head, rows),
        Block::Rule => view! { <hr /> }.into_any(),
    }
}

/// The page's own headings are h1 and h2: those of a message come below.
fn heading(level: u8, content: Vec<Inline>) -> AnyView {
    let content = inlines(content);
    match level {
        1 => view! { <h3 class="heading-1">{content}</h3> }.into_any(),
        2 => view! { <h4 class="heading-2">{content}</h4> }.into_any(),
        3 => view! { <h5 class="heading-3">{content}</h5> }.into_any(),
        _ => view! { <h6>{content}</h6> }.into_any(),
    }
}

fn list(items: Vec<Item>) -> AnyView {
    items
        .into_iter()
        .map(|item| {
            let task = item.task.map(|done| view! { <input type="checkbox" disabled checked=done /> });
            let tight = match item.blocks.as_slice() {
                [Block::Paragraph(_), rest @ ..] => rest.iter().all(|block| matches!(block, Block::List { .. })),
                _ => false,
            };
            let content = if tight {
                let mut all = item.blocks.into_iter();
                let first = match all.next() {
                    Some(Block::Paragraph(content)) => inlines(content),
                    _ => ().into_any(),
                };
                view! {
                    {first}
                    {blocks(all.collect())}
                }
                .into_any()
            } else {
                blocks(item.blocks)
            };
            view! { <li class:task=item.task.is_some()>{task} {content}</li> }
        })
        .collect_view()
        .into_any()
}

fn table(alignments: Vec<Alignment>, head: Vec<Vec<Inline>>, rows: Vec<Vec<Vec<Inline>>>) -> AnyView {
    let class = move |column: usize| match alignments.get(column) {
        Some(Alignment::Left) => "align-left",
        Some(Alignment::Center) => "align-center",
        Some(Alignment::Right) => "align-right",
        _ => "",
    };
    let head = head
        .into_iter()
        .enumerate()
        .map(|(at, cell)| view! { <th class=class(at)>{inlines(cell)}</th> })
        .collect_view();
    let rows = rows
        .into_iter()
        .map(|row| {
            let cells =
                row.into_iter().enumerate().map(|(at, cell)| view! { <td class=class(at)>{inlines(cell)}</td> });
            view! { <tr>{cells.collect_view()}</tr> }
        })
        .collect_view();
    view! {
        <div class="table-scroll" tabindex="0">
            <table>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn inlines(content: Vec<Inline>) -> AnyView {
    content.into_iter().map(inline).collect_view().into_any()
}

fn inline(inline: Inline) -> AnyView {
    match inline {
        Inline::Text(text) => text.into_any(),
        Inline::Code(code) => view! { <code>{code}</code> }.into_any(),
        Inline::Emphasis(content) => view! { <em>{inlines(content)}</em> }.into_any(),
        Inline::Strong(content) => view! { <strong>{inlines(content)}</strong> }.into_any(),
        Inline::Strikethrough(content) => view! { <del>{inlines(content)}</del> }.into_any(),
        Inline::Link(address, content) => link(address, inlines(content)),
        Inline::Image { address: ImageAddress::Stored(path), alt } => {
            view! { <StoredImage path=path alt=alt /> }.into_any()
        }
        Inline::Image { address: ImageAddress::Elsewhere(address), alt } if address.is_empty() => alt.into_any(),
        Inline::Image { address: ImageAddress::Elsewhere(address), alt } => {
            let words = if alt.is_empty() { address.clone() } else { alt };
            view! {
                <span class="image-elsewhere">
                    {strings::image_elsewhere()} " " {link(address, words.into_any())}
                </span>
            }
            .into_any()
        }
        Inline::Break => view! { <br /> }.into_any(),
    }
}

/// A link whose address the tree has found safe; its host is in the title.
fn link(address: String, content: AnyView) -> AnyView {
    view! {
        <a href=address.clone() title=address target="_blank" rel="noopener noreferrer nofollow">
            {content}
        </a>
    }
    .into_any()
}

/// A code block with its language and a button that copies it.
#[component]
pub(super) fn CodeBlock(language: String, code: String) -> impl IntoView {
    let text = code.clone();
    view! {
        <figure class="code-block">
            <figcaption>
                <span>{language}</span>
                <CopyButton name=strings::copy() text=move || text.clone() />
            </figcaption>
            <pre dir="ltr" tabindex="0">
                <code>{code}</code>
            </pre>
        </figure>
    }
}
