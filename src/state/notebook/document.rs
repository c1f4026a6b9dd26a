//! The notebook as a Jupyter file (nbformat 4.5): what is kept in the browser, and what is downloaded.

use super::cell::Cell;
use crate::ids::CellId;
use crate::protocol::execute::{Display, StreamName};
use crate::protocol::mime::{MimeBundle, MimeData, is_json};
use crate::state::outputs::Body;
use crate::state::strings;
use base64::Engine as _;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Writes the notebook with its outputs, as Jupyter does: keys sorted, indented by 1, a newline at the end.
pub(super) fn write(cells: &[Cell]) -> String {
    let mut bytes = Vec::new();
    let style = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, style);
    // Values of ours always have string keys, and a Vec always takes what is written.
    let _ = notebook(cells, true).serialize(&mut serializer);
    bytes.push(b'\n');
    String::from_utf8(bytes).unwrap_or_default()
}

/// Writes the sources only. They are what cannot be computed again, and they always fit.
pub(super) fn write_sources(cells: &[Cell]) -> String {
    notebook(cells, false).to_string()
}

/// Reads ids and sources of a notebook that [`write_sources`] wrote.
///
/// # Errors
/// A sentence, if this is not a notebook or holds more than this page could keep: then the text must be kept
/// as it is.
pub(super) fn read(text: &str) -> Result<Vec<(CellId, String)>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| strings::no_notebook(&error))?;
    if value["nbformat"] != 4 {
        return Err(strings::unknown_format(&value["nbformat"]));
    }
    let cells = value["cells"].as_array().ok_or_else(strings::no_cells)?;
    cells
        .iter()
        .map(|cell| match &cell["cell_type"] {
            Value::String(kind) if kind == "code" => {
                Ok((cell["id"].as_str().unwrap_or_default().into(), joined(&cell["source"])))
            }
            kind => Err(strings::foreign_cell(kind)),
        })
        .collect()
}

fn notebook(cells: &[Cell], outputs: bool) -> Value {
    json!({
        "cells": cells.iter().map(|each| cell(each, outputs)).collect::<Vec<_>>(),
        "metadata": {
            "kernelspec": { "display_name": "Python (Pyodide)", "language": "python", "name": "python" },
            "language_info": { "file_extension": ".py", "mimetype": "text/x-python", "name": "python" },
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    })
}

fn cell(cell: &Cell, with_outputs: bool) -> Value {
    let items = if with_outputs { cell.outputs.items() } else { &[] };
    json!({
        "cell_type": "code",
        "execution_count": cell.count.filter(|_| with_outputs),
        "id": cell.id,
        "metadata": {},
        "outputs": items.iter().map(|item| output(&item.body, cell.count)).collect::<Vec<_>>(),
        "source": lines(&cell.source),
    })
}

fn output(body: &Body, count: Option<u32>) -> Value {
    match body {
        Body::Stream { name, text } => stream(*name, text),
        Body::Display(display) => json!({
            "data": bundle(&display.data),
            "metadata": metadata(display),
            "output_type": "display_data",
        }),
        Body::Result(display) => json!({
            "data": bundle(&display.data),
            "execution_count": count,
            "metadata": metadata(display),
            "output_type": "execute_result",
        }),
        Body::Error(error) => json!({
            "ename": error.ename,
            "evalue": error.evalue,
            "output_type": "error",
            "traceback": error.traceback,
        }),
        Body::Overflow { name, data, .. } => stream(*name, &String::from_utf8_lossy(data)),
    }
}

fn stream(name: StreamName, text: &str) -> Value {
    json!({ "name": name, "output_type": "stream", "text": lines(text) })
}

fn metadata(display: &Display) -> Value {
    if display.metadata.is_object() { display.metadata.clone() } else { json!({}) }
}

fn bundle(bundle: &MimeBundle) -> Value {
    let value = |media_type: &str, data: &MimeData| match data {
        MimeData::Bytes(bytes) => base64::engine::general_purpose::STANDARD.encode(bytes).into(),
        MimeData::Text(text) if is_json(media_type) => serde_json::from_str(text).unwrap_or_else(|_| lines(text)),
        MimeData::Text(text) => lines(text),
    };
    let entries = bundle.iter().map(|(media_type, data)| (media_type.clone(), value(media_type, data)));
    Value::Object(entries.collect::<Map<_, _>>())
}

/// Text as Jupyter writes it: its lines with their ends, so that a diff shows the lines that changed.
fn lines(text: &str) -> Value {
    text.split_inclusive('\n').collect::<Vec<_>>().into()
}

/// Text as Jupyter reads it: a string, or strings with nothing between them.
fn joined(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::execute::{ErrorInfo, Output};

    fn sample() -> Cell {
        let mut cell = Cell { id: "a1".into(), source: "print(1)\n1".into(), count: Some(3), ..Cell::default() };
        cell.outputs.push(Output::Stream { name: StreamName::Stdout, text: "1\n2\n".into() });
        let data = MimeBundle::from([
            ("application/json".to_owned(), MimeData::Text("{\"a\": [1]}".into())),
            ("image/png".to_owned(), MimeData::Bytes(b"\x89PNG".as_slice().into())),
            ("text/plain".to_owned(), MimeData::Text("a\nb".into())),
        ]);
        let display = Display { data, ..Display::default() };
        cell.outputs.push(Output::ExecuteResult(display));
        cell.outputs.push(Output::Error(ErrorInfo {
            ename: "E".into(),
            evalue: "v".into(),
            traceback: vec!["E: v".into()],
        }));
        cell
    }

    #[test]
    fn a_file_has_what_nbformat_asks_for() {
        let text = write(&[sample()]);
        assert!(text.starts_with("{\n \"cells\": [\n  {\n   \"cell_type\": \"code\",\n"));
        assert!(text.ends_with("}\n"));
        let value: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(value["nbformat_minor"], 5);
        let cell = &value["cells"][0];
        assert_eq!(cell["execution_count"], 3);
        assert_eq!(cell["source"], json!(["print(1)\n", "1"]));
        assert_eq!(
            cell["outputs"],
            json!([
                { "name": "stdout", "output_type": "stream", "text": ["1\n", "2\n"] },
                {
                    "data": { "application/json": { "a": [1] }, "image/png": "iVBORw==", "text/plain": ["a\n", "b"] },
                    "execution_count": 3, "metadata": {}, "output_type": "execute_result",
                },
                { "ename": "E", "evalue": "v", "output_type": "error", "traceback": ["E: v"] },
            ])
        );
    }

    #[test]
    fn sources_survive_a_round_trip() {
        let mut cell = sample();
        cell.source = "\nä\r\n\u{1F600}\n\n".into();
        let text = write_sources(&[cell.clone(), Cell { id: "b".into(), ..Cell::default() }]);
        let expected = vec![("a1".into(), cell.source), ("b".into(), String::new())];
        assert_eq!(read(&text), Ok(expected));
    }

    #[test]
    fn what_could_not_be_kept_whole_is_refused() {
        for text in ["", "[]", "{\"nbformat\":3}", "{\"nbformat\":4}"] {
            assert!(read(text).is_err(), "{text}");
        }
        let markdown = "{\"nbformat\":4,\"cells\":[{\"cell_type\":\"markdown\",\"source\":\"\"}]}";
        assert!(read(markdown).is_err());
    }
}
