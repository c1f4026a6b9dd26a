//! Adapters and the sandbox on real elements, in a real browser, with a real Pyodide.
//!
//! The runner serves the package's folder, so the distribution is at `/target/pyodide/` (`cargo xtask test`
//! links it there).
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test has no users")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use pyoxide::executor::packages::LockPackage;
use pyoxide::protocol::execute::{
    ExecuteRequest, InputFile, KernelMessage, KernelRequest, KernelStatus, Output, ReplyStatus, StreamName,
};
use pyoxide::protocol::mime::raster_image;
use pyoxide::web::assets::Check;
use pyoxide::web::error::WebError;
use pyoxide::web::files::{By, Files};
use pyoxide::web::kernel::{Kernel, KernelOptions};
use pyoxide::web::{assets, blob, cache, crypto, js};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const PYODIDE: &str = "/target/pyodide/";

/// A kernel, and what it said so far.
struct Subject {
    kernel: Kernel,
    heard: Rc<RefCell<Vec<KernelMessage>>>,
    waiting: Rc<RefCell<Option<js_sys::Function>>>,
}

impl Subject {
    fn new(pyodide: &str) -> Self {
        let heard = Rc::new(RefCell::new(Vec::new()));
        let waiting = Rc::new(RefCell::new(None::<js_sys::Function>));
        let (into, wake) = (heard.clone(), waiting.clone());
        let options = KernelOptions { pyodide: pyodide.into(), ..KernelOptions::default() };
        let kernel = Kernel::new(options, Rc::default(), move |message| {
            into.borrow_mut().push(message);
            if let Some(resolve) = wake.borrow_mut().take() {
                resolve.call0(&JsValue::UNDEFINED).unwrap();
            }
        });
        Self { kernel, heard, waiting }
    }

    /// Waits until something that was said satisfies `found`.
    async fn until(&self, found: impl Fn(&KernelMessage) -> bool) {
        while !self.heard.borrow().iter().any(&found) {
            let more = js_sys::Promise::new(&mut |resolve, _| {
                self.waiting.borrow_mut().replace(resolve);
            });
            JsFuture::from(more).await.unwrap();
        }
    }

    /// Runs code to its reply; gives back all that belongs to it.
    async fn run(&self, id: &str, code: &str) -> Vec<KernelMessage> {
        self.execute(ExecuteRequest { id: id.into(), code: code.into(), ..Default::default() }).await
    }

    async fn execute(&self, request: ExecuteRequest) -> Vec<KernelMessage> {
        let id = request.id.clone();
        self.kernel.request(KernelRequest::Execute(request));
        self.until(|message| matches!(message, KernelMessage::Reply { parent, .. } if *parent == id)).await;
        self.heard.borrow().iter().filter(|message| message.parent() == Some(&id)).cloned().collect()
    }
}

fn stdout(messages: &[KernelMessage]) -> String {
    let text = |message: &KernelMessage| match message {
        KernelMessage::Output { output: Output::Stream { name: StreamName::Stdout, text }, .. } => Some(text.clone()),
        _ => None,
    };
    messages.iter().filter_map(text).collect()
}

fn status(messages: &[KernelMessage]) -> Option<ReplyStatus> {
    messages.iter().find_map(|message| match message {
        KernelMessage::Reply { reply, .. } => Some(reply.status),
        _ => None,
    })
}

fn frames() -> Vec<web_sys::Element> {
    let list = js::document().query_selector_all("iframe[title='Python sandbox']").unwrap();
    (0..list.length()).filter_map(|at| list.item(at)).map(JsCast::unchecked_into).collect()
}

#[wasm_bindgen_test]
async fn the_frame_of_a_running_kernel_is_opaque_and_a_plot_comes_out_of_it_as_a_png() {
    let subject = Subject::new(PYODIDE);
    let messages = subject.run("1", "print(6 * 7)").await;
    assert_eq!(stdout(&messages), "42\n");

    let frames = frames();
    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0].get_attribute("sandbox").as_deref(), Some("allow-scripts"));
    assert_eq!(frames[0].get_attribute("allow").as_deref(), Some("cross-origin-isolated"));
    assert_eq!(frames[0].get_attribute("src"), None);
    let document = frames[0].get_attribute("srcdoc").unwrap();
    let policy = "<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ";
    assert!(document.starts_with(policy));
    let head = &document[..document.find("<script>").unwrap()];
    assert!(head.contains("connect-src 'none'") && !head.contains("'unsafe-"), "{head}");
    let frame: &web_sys::HtmlIFrameElement = frames[0].unchecked_ref();
    assert!(frame.content_document().is_none(), "the page can't look into it, so it can't look out");

    let plot = "import numpy as np\nimport matplotlib.pyplot as plt\nplt.plot(np.sin(np.arange(9)))\nprint('after')";
    let messages = subject.run("2", plot).await;
    assert_eq!(status(&messages), Some(ReplyStatus::Ok), "{messages:?}");
    assert_eq!(stdout(&messages), "after\n");
    let figure = messages.iter().find_map(|message| match message {
        KernelMessage::Output { output: Output::DisplayData(display), .. } => raster_image(&display.data),
        _ => None,
    });
    let (media_type, _, bytes) = figure.expect("a figure");
    assert!(media_type == "image/png" && bytes.len() > 1_000);

    subject.kernel.request(KernelRequest::Dispose);
    assert_eq!(self::frames().len(), 0, "nothing is left in the page");
}

#[wasm_bindgen_test]
async fn code_stops_when_asked_and_a_dead_interpreter_is_replaced() {
    let subject = Subject::new(PYODIDE);
    let started = |id: &'static str| move |message: &KernelMessage| matches!(message, KernelMessage::Output { parent, .. } if parent.as_str() == id);
    let request = |id: &str, code: &str| {
        KernelRequest::Execute(ExecuteRequest { id: id.into(), code: code.into(), ..Default::default() })
    };
    subject.kernel.request(request("1", "x = 5\nprint('on')\nwhile True: pass"));
    subject.until(started("1")).await;
    subject.kernel.request(KernelRequest::Interrupt);
    let messages = subject.run("2", "print(x)").await;
    assert_eq!(stdout(&messages), "5\n", "the page of the tests is isolated: variables stay");

    let file = InputFile { name: "a.txt".into(), data: b"hello".as_slice().into() };
    let code = "print(open('/mnt/uploads/a.txt').read())".to_owned();
    let read = ExecuteRequest { id: "3".into(), code, files: vec![file], ..Default::default() };
    assert_eq!(stdout(&subject.execute(read).await), "hello\n");

    let messages = subject.run("4", "import os\nos._exit(1)").await;
    assert_eq!(status(&messages), Some(ReplyStatus::Error));
    assert_eq!(subject.kernel.status(), KernelStatus::Dead);
    let messages = subject.run("5", "print('again')").await;
    assert_eq!(stdout(&messages), "again\n");
}

#[wasm_bindgen_test]
async fn a_file_that_is_not_there_is_named_in_a_sentence() {
    let nowhere = LockPackage { file_name: "six.whl".into(), sha256: "1".repeat(64), ..Default::default() };
    let missing = assets::wheels("/target/no-such-folder/", &[nowhere], |_, _| {}).await.unwrap_err();
    assert!(matches!(missing, WebError::Missing { status: 404, .. }), "{missing:?}");
    assert!(missing.to_string().starts_with("six.whl is missing from the Python distribution"), "{missing}");
}

#[wasm_bindgen_test]
async fn a_file_that_is_not_what_its_checksum_says_is_refused_and_not_kept() {
    let core = assets::core(PYODIDE, Check::Now, |_, _| {}).await.unwrap();
    let six = core.lock.for_packages(["six"]);
    let wrong = LockPackage { sha256: "0".repeat(64), ..six[0].clone() };
    let refused = assets::wheels(PYODIDE, std::slice::from_ref(&wrong), |_, _| {}).await;
    assert_eq!(refused.unwrap_err(), WebError::Checksum { file: wrong.file_name.clone() });
    assert!(!cache::has(&wrong.sha256).await);

    let right = assets::wheels(PYODIDE, &six, |_, _| {}).await.unwrap();
    assert_eq!(right[0].0, six[0].file_name);
    assert!(assets::kept(&six).await && cache::has(&six[0].sha256).await);
}

#[wasm_bindgen_test]
async fn kept_bytes_come_back_by_their_checksum() {
    let abc = blob::blob(b"abc", "text/plain").unwrap();
    let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(crypto::sha256_hex(&abc).await.unwrap(), sum);
    cache::put(sum, &abc).await.unwrap();
    let kept = cache::get(sum).await.unwrap();
    assert_eq!(blob::bytes(&kept).await.unwrap(), b"abc");
    cache::remove(sum).await;
    assert!(cache::get(sum).await.is_none());
}

#[wasm_bindgen_test]
fn random_ids_have_the_shape_of_a_uuid_and_differ() {
    let (one, other) = (crypto::uuid(), crypto::uuid());
    assert_ne!(one, other);
    let lengths: Vec<usize> = one.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert_eq!(one.as_bytes()[14], b'4');
}

#[wasm_bindgen_test]
fn anything_thrown_can_be_told() {
    for thrown in
        [JsValue::NULL, JsValue::UNDEFINED, 3.into(), js_sys::Object::new().into(), js_sys::Symbol::iterator().into()]
    {
        assert!(!js::message(&thrown).is_empty());
    }
    assert_eq!(js::message(&js_sys::Error::new("no")), "no");
    assert_eq!(js::get(&JsValue::NULL, "x"), JsValue::UNDEFINED);
}

#[wasm_bindgen_test]
fn files_of_a_sandbox_are_kept_where_files_belong_and_within_bounds() {
    let (files, blob) = (Rc::new(Files::default()), || web_sys::Blob::new().unwrap());
    for path in ["/mnt/uploads/a.csv", "/home/pyodide/results/b c.txt"] {
        files.take(path.into(), Some(blob()), 0);
    }
    let hostile =
        ["/etc/passwd", "/mnt/uploads", "/mnt/uploads/", "/mnt/uploads/../x", "/mnt/uploads//x", "/lib/x.py", "x\0"];
    for path in hostile.map(str::to_owned).into_iter().chain([format!("/mnt/uploads/{}", "x".repeat(5_000))]) {
        files.take(path, Some(blob()), 0);
    }
    let paths: Vec<String> = files.all().into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["/home/pyodide/results/b c.txt", "/mnt/uploads/a.csv"]);
    files.take("/mnt/uploads/a.csv".into(), None, 0);
    (0..2_000).for_each(|n| files.take(format!("/mnt/uploads/{n}"), Some(blob()), 0));
    assert_eq!(files.all().len(), 1_000);
}

/// A task of the browser's later.
async fn a_moment() {
    gloo_timers::future::TimeoutFuture::new(0).await;
}

#[wasm_bindgen_test]
async fn files_come_back_under_their_name_and_under_no_other() {
    let name = crypto::random_name();
    let text = |words: &str| blob::blob(words.as_bytes(), "text/plain").unwrap();
    let first = Files::kept_as(name.clone());
    first.ready().await;
    assert!(first.put("/mnt/uploads/größe & co?.csv".into(), text("1,2")).unwrap().is_none());
    assert_eq!(first.put("/mnt/uploads/größe & co?.csv".into(), text("3,4")).unwrap().map(|old| old.size()), Some(3.0));
    first.take("/home/pyodide/made.txt".into(), Some(text("made")), first.number());
    first.rename("/home/pyodide/made.txt", "/home/pyodide/called.txt".into()).unwrap();
    assert!(first.rename("/home/pyodide/called.txt", "/mnt/uploads/größe & co?.csv".into()).is_err());
    while !first.are_kept() {
        a_moment().await;
    }
    let second = Files::kept_as(name);
    second.take("/home/pyodide/called.txt".into(), Some(text("newer")), 0);
    second.ready().await;
    let mut all = Vec::new();
    for (path, data) in second.all() {
        all.push((path, String::from_utf8(blob::bytes(&data).await.unwrap()).unwrap()));
    }
    let expected = [("/home/pyodide/called.txt", "newer"), ("/mnt/uploads/größe & co?.csv", "3,4")];
    assert_eq!(
        all,
        expected.map(|(path, text)| (path.to_owned(), text.to_owned())),
        "what was brought meanwhile is newer"
    );
    let other = Files::kept_as(crypto::random_name());
    other.ready().await;
    assert!(other.all().is_empty() && other.problem().is_none());
}

#[wasm_bindgen_test]
fn each_change_of_a_file_is_told_with_who_made_it_until_nobody_hears() {
    let (files, heard) = (Rc::new(Files::default()), Rc::new(RefCell::new(Vec::new())));
    let into = heard.clone();
    let hearing = files.hear(move |path, data, by| into.borrow_mut().push((path.to_owned(), data.is_some(), by)));
    let blob = || web_sys::Blob::new().unwrap();
    files.take("/home/pyodide/a".into(), Some(blob()), 0);
    files.take("/home/pyodide/a/b".into(), Some(blob()), 0);
    files.take("/home/pyodide/never".into(), None, 0);
    assert!(files.put("/home/pyodide/a/b/c".into(), blob()).is_err(), "a file is in the way");
    assert!(files.remove("/home/pyodide/a/b").is_some());
    files.take("/home/pyodide/a/b".into(), Some(blob()), 0);
    assert!(files.get("/home/pyodide/a/b").is_none(), "the run didn't know that it was deleted");
    drop(hearing);
    files.take("/home/pyodide/unheard".into(), Some(blob()), 0);
    let expected =
        [("a", true, By::Code), ("a", false, By::Code), ("a/b", true, By::Code), ("a/b", false, By::Page(1))];
    let expected = expected.map(|(name, is_there, by)| (format!("/home/pyodide/{name}"), is_there, by));
    assert_eq!(*heard.borrow(), expected);
}
