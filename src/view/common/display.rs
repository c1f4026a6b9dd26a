//! A displayed value in the best of its representations that can be shown safely: charts as pictures of them, images,
//! sounds and films by their bytes, HTML in a frame, Markdown and formulas as elements, all else as text.

use super::ansi_view::{Terminal, TerminalView};
use super::chart::ChartView;
use super::formula::LatexView;
use super::html_frame::HtmlFrame;
use super::markdown_view::MarkdownView;
use super::picture::PictureView;
use super::strings;
use crate::protocol::chart::{self, LONGEST_OUTPUT};
use crate::protocol::execute::Display;
use crate::protocol::mime::{MimeBundle, MimeData, playable, raster_image};
use crate::web::blob::ObjectUrl;
use crate::web::error::WebError;
use leptos::prelude::*;

/// Text representations in the order of preference, behind images and HTML.
const TEXTS: [&str; 2] = ["text/plain", "application/json"];

/// Shows a value.
#[component]
pub fn DisplayView(
    /// The value.
    display: Display,
) -> impl IntoView {
    let Display { data, metadata, .. } = display;
    if let Some((kind, source)) = chart::chart(&data) {
        let rest = Display { data: chart::without_chart(&data), metadata, ..Display::default() };
        let fallback = ViewFn::from(move || view! { <DisplayView display=rest.clone() /> });
        let wanted = Signal::stored(true);
        return view! {
            <div class="output-chart">
                <ChartView kind=kind source=source longest=LONGEST_OUTPUT wanted=wanted fallback=fallback />
            </div>
        }
        .into_any();
    }
    if let Some((media_type, extension, bytes)) = raster_image(&data) {
        let size = |name: &str| metadata[media_type][name].as_f64().filter(|size| *size >= 1.0);
        return image(&bytes, [media_type, extension], &alternative(&data), ["width", "height"].map(size));
    }
    if let Some(svg) = text_of(&data, "image/svg+xml") {
        return image(svg.as_bytes(), ["image/svg+xml", "svg"], &alternative(&data), [None; 2]);
    }
    if let Some((media_type, is_film, bytes)) = playable(&data) {
        return player(&bytes, media_type, is_film, alternative(&data));
    }
    let plain = text(&data);
    if let Some(html) = text_of(&data, "text/html") {
        let fallback = move || view! { <TerminalView terminal=Terminal::of(&plain) class="output-text" /> };
        return view! { <HtmlFrame html=html.to_owned() fallback=ViewFn::from(fallback) /> }.into_any();
    }
    if let Some(markdown) = text_of(&data, "text/markdown") {
        return view! { <MarkdownView text=markdown.to_owned() /> }.into_any();
    }
    if let Some(latex) = text_of(&data, "text/latex") {
        return view! { <LatexView text=latex.to_owned() /> }.into_any();
    }
    view! { <TerminalView terminal=Terminal::of(&plain) class="output-text" /> }.into_any()
}

fn text_of<'a>(data: &'a MimeBundle, media_type: &str) -> Option<&'a str> {
    data.get(media_type).and_then(MimeData::text)
}

/// The value as text, or a sentence that says what it is.
fn text(data: &MimeBundle) -> String {
    if let Some(text) = TEXTS.iter().find_map(|media_type| text_of(data, media_type)) {
        return text.to_owned();
    }
    if let Some((_, text)) = data.iter().find_map(|(media_type, value)| Some((media_type, value.text()?))) {
        return text.to_owned();
    }
    match data.iter().next() {
        Some((media_type, value)) => strings::unknown_value(&media_type, &super::progress::bytes(value.len() as f64)),
        None => String::new(),
    }
}

/// What an image is called for those who don't see it: Python's text for the value, without its brackets.
fn alternative(data: &MimeBundle) -> String {
    let plain = text_of(data, "text/plain").unwrap_or_default();
    let name = plain.trim().trim_matches(['<', '>']);
    if name.is_empty() || name.chars().count() > 200 { strings::image().to_owned() } else { name.to_owned() }
}

/// A `blob:` address of these bytes, as long as what shows them is there.
fn address(bytes: &[u8], media_type: &str) -> Result<String, WebError> {
    let url = ObjectUrl::new(bytes, media_type)?;
    let address = url.as_str().to_owned();
    let kept = StoredValue::new_local(Some(url));
    on_cleanup(move || kept.update_value(|url| *url = None));
    Ok(address)
}

/// A sound or a film with the browser's own controls; it begins when the person wants it to.
fn player(bytes: &[u8], media_type: &str, is_film: bool, name: String) -> AnyView {
    match address(bytes, media_type) {
        Ok(address) if is_film => {
            view! { <video class="output-media" controls preload="metadata" src=address aria-label=name></video> }
                .into_any()
        }
        Ok(address) => {
            view! { <audio class="output-media" controls preload="metadata" src=address aria-label=name></audio> }
                .into_any()
        }
        Err(error) => view! { <p class="output-note">{error.to_string()}</p> }.into_any(),
    }
}

/// An image by a `blob:` address. An SVG is an image, too, so that nothing in it runs or loads.
fn image(
    bytes: &[u8],
    [media_type, extension]: [&str; 2],
    alternative: &str,
    [width, height]: [Option<f64>; 2],
) -> AnyView {
    match address(bytes, media_type) {
        Ok(address) => {
            let (name, file) = (alternative.to_owned(), format!("figure.{extension}"));
            view! { <PictureView source=address name=name file=file class="output-image" width=width height=height /> }
                .into_any()
        }
        Err(error) => view! { <p class="output-note">{error.to_string()}</p> }.into_any(),
    }
}
