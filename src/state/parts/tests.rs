use super::tool::{code_of, figures};
use super::*;
use serde_json::json;

fn message(output: Value) -> Message {
    Message { output: output.as_array().cloned().unwrap_or_default(), ..Message::default() }
}

fn done(output: Value) -> Message {
    Message { done: true, ..message(output) }
}

fn call(id: &str, name: &str, status: &str) -> Value {
    json!({"type": "function_call", "call_id": id, "name": name, "arguments": "{}", "status": status})
}

fn gave(id: &str, text: &str) -> Value {
    json!({"type": "function_call_output", "call_id": id, "output": [{"type": "input_text", "text": text}]})
}

fn text(text: &str) -> Value {
    json!({"type": "message", "content": [{"text": text}]})
}

fn thought(seconds: u64) -> Value {
    json!({"type": "reasoning", "status": "completed", "duration": seconds, "content": [{"text": "hm"}]})
}

/// The only tool of a message.
fn tool(message: &Message) -> Tool {
    let tools: Vec<Tool> = parts(message)
        .into_iter()
        .filter_map(|part| if let Part::Tool(tool) = part { Some(*tool) } else { None })
        .collect();
    let [tool] = &tools[..] else { panic!("{tools:?}") };
    tool.clone()
}

/// A group as so many parts, a text as it is.
fn shape(message: &Message) -> Vec<String> {
    let one = |shown: &Shown| match shown {
        Shown::Text(text) => text.clone(),
        Shown::Group(group) => format!("{} in a group", group.len()),
        Shown::Alone(_) => "alone".to_owned(),
    };
    grouped(parts(message)).iter().map(one).collect()
}

#[test]
fn a_call_shows_its_code_and_what_it_gave() {
    let printed = json!({"status": "success", "stdout": "x\n![Figure 1](/api/v1/files/f1/content)\n", "stderr": null, "result": 7});
    let parts = parts(&message(json!([
        {"type": "message", "content": [{"text": "Look:"}]},
        {"type": "function_call", "call_id": "c", "name": "execute_code", "arguments": "{\"code\": \"print(1)\"}"},
        gave("c", &printed.to_string()),
    ])));
    let [Part::Text(_), Part::Tool(tool)] = &parts[..] else { panic!("{parts:?}") };
    assert_eq!((tool.code.as_deref(), tool.state), (Some("print(1)"), CallState::Done));
    let result = tool.result.as_ref().expect("a result");
    assert_eq!(result.figures, ["/api/v1/files/f1/content"]);
    assert_eq!(without_figures(&result.text), "x\n7");
}

#[test]
fn a_figure_that_the_answer_shows_is_not_shown_twice() {
    let link = "![Figure 1](/api/v1/files/f1/content)";
    let output =
        json!([call("c", "execute_code", "completed"), gave("c", &json!({"stdout": link}).to_string()), text(link)]);
    assert_eq!(tool(&message(output)).result.map(|result| result.figures.len()), Some(0));
}

#[test]
fn code_is_read_while_its_arguments_still_stream() {
    assert_eq!(code_of("{\"code\": \"a\\n"), "a\n");
    assert_eq!(code_of("{\"code\": \"a\\"), "a");
    assert_eq!(code_of("{\"code\": \"é\\u00"), "é");
    assert_eq!(code_of("{\"co"), "");
}

#[test]
fn code_that_the_server_never_ran_is_told_from_code_that_gave_nothing() {
    let item = |output: Value| json!([{"type": "open_webui:code_interpreter", "status": "completed", "code": "1", "output": output}]);
    assert_eq!(tool(&message(item(Value::Null))).state, CallState::NotRun);
    assert_eq!(tool(&message(item(json!({"stdout": ""})))).state, CallState::Done);
    let failed = tool(&message(item(json!({"stdout": "", "stderr": "NameError"}))));
    assert_eq!(failed.state, CallState::Failed);
}

#[test]
fn only_links_to_stored_files_are_figures() {
    assert_eq!(figures("![x](https://evil/a.png)\n![x](/api/v1/files/../x/content)"), Vec::<String>::new());
}

#[test]
fn what_stands_between_texts_is_one_group_and_a_blank_message_parts_nothing() {
    let output = json!([
        thought(3), text("\n"), call("a", "add", "completed"), gave("a", "1"),
        {"type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "owls"}},
        text("So."), call("b", "add", "completed"), gave("b", "2"),
        {"type": "open_webui:context_compaction", "summary": "short"}, thought(1),
    ]);
    assert_eq!(shape(&done(output)), ["3 in a group", "So.", "1 in a group", "alone", "1 in a group"]);
}

#[test]
fn a_group_only_grows_while_an_answer_streams() {
    let whole = json!([thought(3), call("a", "add", "completed"), gave("a", "1"), text("So."), thought(1)]);
    let whole = whole.as_array().cloned().unwrap_or_default();
    let mut before: Vec<String> = Vec::new();
    for length in 1..=whole.len() {
        let now = shape(&Message { output: whole[..length].to_vec(), ..Message::default() });
        assert!(now.len() >= before.len() && now.iter().zip(&before).rev().skip(1).all(|(one, other)| one == other));
        before = now;
    }
}

#[test]
fn a_group_says_what_was_done_and_how_often() {
    let run =
        json!({"type": "open_webui:code_interpreter", "status": "completed", "code": "1", "output": {"stdout": "1"}});
    let failed =
        json!({"type": "open_webui:code_interpreter", "status": "completed", "code": "1", "output": {"stderr": "E"}});
    let output = json!([thought(3), run, thought(1), failed, call("a", "search", "completed"), gave("a", "x"),
        {"type": "file_search_call", "status": "completed", "queries": ["q"]}]);
    let shown = grouped(parts(&done(output)));
    let [Shown::Group(group)] = &shown[..] else { panic!("{shown:?}") };
    let search = Did::Called("search".into(), 1, false);
    assert_eq!(
        digest(group),
        [Did::Thought(Some(4)), Did::Python(2, true), search, Did::Provider(Provider::FileSearch, 1)]
    );
    assert_eq!(current(group), None);
}

#[test]
fn what_waits_for_the_person_comes_before_what_runs() {
    let shown =
        grouped(parts(&message(json!([thought(1), call("a", "add", "pending"), call("b", "add", "in_progress")]))));
    let [Shown::Group(group)] = &shown[..] else { panic!("{shown:?}") };
    assert!(matches!(current(group), Some(Part::Tool(call)) if call.pending.is_some()));
    assert!(matches!(current(&group[2..]), Some(Part::Tool(call)) if call.state == CallState::Running));
}

#[test]
fn a_call_says_how_it_stands() {
    let state = |status: &str, result: Option<&str>, is_done: bool| {
        let mut output = vec![call("c", "add", status)];
        output.extend(result.map(|text| gave("c", text)));
        tool(&Message { output, done: is_done, ..Message::default() }).state
    };
    assert_eq!(state("in_progress", None, false), CallState::Running);
    // Its arguments are complete; the result comes later.
    assert_eq!(state("completed", None, false), CallState::Running);
    assert_eq!(state("completed", Some("3"), false), CallState::Done);
    assert_eq!(state("completed", None, true), CallState::Stopped);
    assert_eq!(state("incomplete", None, false), CallState::Stopped);
    assert_eq!(state("failed", Some("no"), false), CallState::Failed);
    assert_eq!(state("rejected", Some("no"), false), CallState::Rejected);
    assert_eq!(state("queued", None, false), CallState::Waiting);
}

#[test]
fn an_id_that_comes_again_in_a_later_round_keeps_each_result_with_its_call() {
    let output = json!([
        call("c", "add", "completed"),
        gave("c", "one"),
        text("and"),
        call("c", "add", "completed"),
        gave("c", "two")
    ]);
    let parts = parts(&done(output));
    let texts: Vec<&str> = parts
        .iter()
        .filter_map(|part| if let Part::Tool(tool) = part { Some(tool.result.as_ref()?.text.as_str()) } else { None })
        .collect();
    assert_eq!(texts, ["one", "two"]);
}

#[test]
fn a_question_of_the_model_is_a_card_and_no_call_while_it_waits() {
    let questions =
        json!({"questions": [{"id": "q", "question": "Which?", "options": [{"label": "A"}, {"label": "B"}]}]});
    let ask = |status: &str| json!([thought(1), {"type": "function_call", "call_id": "c", "name": "ask_user", "arguments": questions.to_string(), "status": status}]);
    assert_eq!(shape(&message(ask("pending"))), ["1 in a group", "alone"]);
    assert_eq!(shape(&message(ask("in_progress"))), ["1 in a group"]);
    assert_eq!(shape(&done(ask("in_progress"))), ["2 in a group"]);
}

#[test]
fn pictures_of_a_result_are_shown_if_they_are_stored_or_small_pictures() {
    let pictures = |addresses: &[&str]| {
        let images: Vec<Value> =
            addresses.iter().map(|address| json!({"type": "input_image", "image_url": address})).collect();
        let item = json!({"type": "function_call_output", "call_id": "c", "output": images});
        let result = tool(&done(json!([call("c", "look", "completed"), item]))).result.expect("a result");
        (result.figures.len(), result.unshown)
    };
    assert_eq!(pictures(&["data:image/png;base64,iVBORw0KGgo=", "/api/v1/files/f1/content"]), (2, 0));
    assert_eq!(
        pictures(&["https://evil.test/b.png", "data:image/svg+xml;base64,PHN2Zz4=", "data:text/html,x"]),
        (0, 3)
    );
    let large = format!("data:image/png;base64,{}", "A".repeat(7_000_000));
    assert_eq!(pictures(&[&large]), (0, 1));
}

#[test]
fn short_flat_arguments_are_a_list_and_others_are_json() {
    assert_eq!(
        arguments(r#"{"a": 1, "q": "owls", "all": true}"#),
        Arguments::Flat(vec![("a".into(), "1".into()), ("q".into(), "owls".into()), ("all".into(), "true".into())])
    );
    assert_eq!(arguments(r#"{"a": [1]}"#), Arguments::Json("{\n  \"a\": [\n    1\n  ]\n}".into()));
    assert!(matches!(arguments(r#"{"a": "two\nlines"}"#), Arguments::Json(_)));
    assert_eq!(arguments("{\"a\": "), Arguments::Text("{\"a\": ".into()));
    assert_eq!(pretty("42"), None);
}

#[test]
fn a_file_of_the_terminal_is_a_row() {
    let result = json!({"type": "file", "source": "open_terminal", "path": "/home/ada/plot.png"}).to_string();
    let file = tool(&done(json!([call("c", "display_file", "completed"), gave("c", &result)]))).file;
    assert_eq!(file, Some(TerminalFile { name: "plot.png".into(), path: "/home/ada/plot.png".into() }));
    let other = tool(&done(json!([call("c", "add", "completed"), gave("c", &result)]))).file;
    assert_eq!(other, None);
}

#[test]
fn a_provider_says_what_it_looked_for_and_read() {
    let search = json!({"type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "owls",
        "sources": [{"url": "https://owls.test/"}, {"url": "javascript:alert(1)"}]}});
    let click = json!({"type": "computer_call", "status": "in_progress", "action": {"type": "click", "x": 1, "y": 2}});
    let parts = parts(&message(json!([search, click])));
    let [Part::Provider(search), Part::Provider(click)] = &parts[..] else { panic!("{parts:?}") };
    assert_eq!((search.lines[0].as_str(), search.links.len()), ("owls", 1));
    assert_eq!((click.lines[0].as_str(), click.state), ("click, x 1, y 2", CallState::Running));
}
