use super::*;
use proptest::prelude::*;
use serde_json::json;

fn verdict(name: impl Into<Value>, args: Value) -> Verdict {
    judge(&mut Budget::default(), &name.into(), &args, None)
}

fn is_refused(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Refuse(why) if why.ends_with('.'))
}

#[test]
fn what_a_call_asks_for_is_told() {
    assert_eq!(verdict("title", json!(null)), Verdict::Title);
    assert_eq!(verdict("storage.get", json!({"key": "theme"})), Verdict::Storage("theme"));
    assert_eq!(verdict("notify", json!({"text": "<b>"})), Verdict::Notify("<b>".into()));
    assert_eq!(verdict("overlay", json!({"shown": true})), Verdict::Overlay(true));
    let url = "https://a.example:81/b?c#d".to_owned();
    let asked = Asked::Open { url: url.clone(), host: "a.example:81".into() };
    assert_eq!(verdict("open", json!({ "url": url })), Verdict::Ask(asked));
    let file = json!({"name": "../a.html", "type": "text/html"});
    let asked = Asked::Download { name: "a.html".into(), media_type: "text/html".into(), data: b"x".to_vec() };
    assert_eq!(judge(&mut Budget::default(), &"download".into(), &file, Some(b"x")), Verdict::Ask(asked));
}

#[test]
fn a_media_type_is_one_or_none() {
    for bad in [json!("text/html; charset=utf-8"), json!("a\nb/c"), json!("x"), json!(3), json!(null)] {
        let args = json!({"name": "a", "type": bad});
        match judge(&mut Budget::default(), &"download".into(), &args, Some(b"")) {
            Verdict::Ask(Asked::Download { media_type, .. }) => assert_eq!(media_type, BINARY, "{bad}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn only_plain_web_addresses_are_opened() {
    for bad in [
        "javascript:alert(1)",
        "data:text/html,x",
        "//a.b",
        "/x",
        "https:a.b",
        "https:///a.b",
        "https://",
        "https://user:pass@a.b/",
        "https://a.b\\@c.d/",
        "https://a.b/ c",
        "ht\ttps://a.b",
        "https://а.b/",
        "file:///etc/passwd",
        "blob:https://a.b/x",
    ] {
        assert!(is_refused(&verdict("open", json!({ "url": bad }))), "{bad}");
    }
    assert!(is_refused(&verdict("open", json!({ "url": format!("https://a.b/{}", "x".repeat(ADDRESS)) }))));
}

#[test]
fn a_run_has_a_budget() {
    let mut budget = Budget::default();
    let mut call = |name: &str, args: Value| judge(&mut budget, &name.into(), &args, Some(b"x"));
    for times in 1..=4 {
        assert_eq!(is_refused(&call("notify", json!({"text": "x"}))), times == 4);
        assert_eq!(is_refused(&call("download", json!({"name": "x"}))), times == 4);
    }
    for _ in 8..50 {
        assert_eq!(call("title", json!({})), Verdict::Title);
    }
    assert_eq!(call("title", json!({})), Verdict::End("too many capability calls".into()));
    assert!(matches!(call("title", json!({})), Verdict::End(_)));
}

#[test]
fn long_notices_and_big_files_are_refused() {
    assert!(!is_refused(&verdict("notify", json!({"text": "é".repeat(500)}))));
    assert!(is_refused(&verdict("notify", json!({"text": "é".repeat(501)}))));
    assert!(is_refused(&verdict("notify", json!({"text": " \n"}))));
    let big = vec![0; BYTES + 1];
    assert!(is_refused(&judge(&mut Budget::default(), &"download".into(), &json!({"name": "x"}), Some(&big))));
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just("https://a.b".into()),
    ];
    let keys = prop_oneof![Just("key"), Just("text"), Just("name"), Just("url"), Just("shown"), Just("__proto__")];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((keys.clone(), inner), 0..4).prop_map(|all| all
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v))
                .collect::<serde_json::Map<_, _>>()
                .into()),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_is_done_for_a_name_that_is_not_one(name in any_value(), args in any_value()) {
        let known = ["title", "storage.get", "notify", "download", "open", "overlay"];
        let verdict = verdict(name.clone(), args);
        let is_known = name.as_str().is_some_and(|name| known.contains(&name));
        prop_assert!(is_known || is_refused(&verdict), "{name}: {verdict:?}");
    }
}
