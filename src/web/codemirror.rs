//! The code editor: `vendor/codemirror.js`, whose source is `www/js/vendor-src/codemirror.js`.

use super::error::WebError;
use super::kernel::Kernel;
use super::wait::first;
use super::{js, strings, vendor};
use gloo_timers::future::TimeoutFuture;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

#[wasm_bindgen]
extern "C" {
    type Module;
    #[wasm_bindgen(method, catch, js_name = createEditor)]
    fn create_editor(this: &Module, parent: &HtmlElement, options: &js_sys::Object) -> Result<JsEditor, JsValue>;

    type JsEditor;
    #[wasm_bindgen(method, js_name = setDoc)]
    fn set_doc(this: &JsEditor, text: &str);
    #[wasm_bindgen(method, js_name = setLabel)]
    fn set_label(this: &JsEditor, text: &str);
    #[wasm_bindgen(method)]
    fn focus(this: &JsEditor);
    #[wasm_bindgen(method, js_name = goToLine)]
    fn go_to_line(this: &JsEditor, number: u32);
    #[wasm_bindgen(method)]
    fn destroy(this: &JsEditor);
}

/// How long somebody waits for the editor's code, in ms.
const SOON: u32 = 4_000;

/// The editor's code, loaded.
#[derive(Clone, Debug)]
pub struct CodeMirror(JsValue);

/// Where the user wants to go from an editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Up, from the first line.
    Up,
    /// Down, from the last line.
    Down,
    /// Out of it, by Escape.
    Out,
}

/// Which of the keys that run code was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKey {
    /// Shift+Enter.
    Next,
    /// Ctrl+Enter, or Cmd+Enter.
    Stay,
    /// Alt+Enter.
    Insert,
}

/// How an editor is set up.
pub struct EditorOptions<'a> {
    /// The text to begin with.
    pub doc: &'a str,
    /// What assistive technology calls it.
    pub label: &'a str,
    /// Shown while it is empty.
    pub placeholder: &'a str,
    /// Hears the whole text after each change by the user.
    pub on_change: Box<dyn FnMut(String)>,
    /// Hears the keys that run code.
    pub on_run: Box<dyn FnMut(RunKey)>,
    /// Hears that the user wants to go elsewhere.
    pub on_leave: Box<dyn FnMut(Leave)>,
    /// Hears that the editor got the focus.
    pub on_focus: Box<dyn FnMut()>,
    /// Who knows what fits, and what there is to be known.
    pub asked: Asked,
}

/// Gives the kernel that an editor asks, as long as there is one.
pub type Asked = Rc<dyn Fn() -> Option<Kernel>>;

/// An editor in the page; taken away when dropped.
pub struct Editor {
    editor: JsEditor,
    _on_change: Closure<dyn FnMut(String)>,
    _on_run: Closure<dyn FnMut(String)>,
    _on_leave: Closure<dyn FnMut(String)>,
    _on_focus: Closure<dyn FnMut()>,
    _asks: [Closure<Question>; 2],
}

type Question = dyn FnMut(String, u32) -> js_sys::Promise;

/// A question to the kernel; `null` where there is none.
fn question(asked: Asked, ask: fn(&Kernel, String, u32) -> js_sys::Promise) -> Closure<Question> {
    Closure::new(move |code, place| match asked() {
        Some(kernel) => ask(&kernel, code, place),
        None => js_sys::Promise::resolve(&JsValue::NULL),
    })
}

/// The editor's code, for one who waits for it: none if it doesn't come soon.
pub async fn load_soon() -> Option<CodeMirror> {
    first(async { load().await.ok() }, async {
        TimeoutFuture::new(SOON).await;
        None
    })
    .await
}

/// Loads the editor's code.
///
/// # Errors
/// It can't be had: a plain text field has to do.
pub async fn load() -> Result<CodeMirror, WebError> {
    vendor::import("codemirror.js").await.map(CodeMirror)
}

impl CodeMirror {
    /// Makes an editor in `parent`.
    ///
    /// # Errors
    /// The browser lacks something that the editor needs.
    pub fn create(&self, parent: &HtmlElement, options: EditorOptions<'_>) -> Result<Editor, WebError> {
        let EditorOptions { doc, label, placeholder, mut on_run, mut on_leave, .. } = options;
        let on_change = Closure::new(options.on_change);
        let on_run = Closure::<dyn FnMut(String)>::new(move |then: String| {
            on_run(match then.as_str() {
                "next" => RunKey::Next,
                "insert" => RunKey::Insert,
                _ => RunKey::Stay,
            });
        });
        let on_leave = Closure::<dyn FnMut(String)>::new(move |way: String| {
            on_leave(match way.as_str() {
                "up" => Leave::Up,
                "down" => Leave::Down,
                _ => Leave::Out,
            });
        });
        let on_focus = Closure::new(options.on_focus);
        let complete = question(options.asked.clone(), Kernel::complete);
        let inspect = question(options.asked, Kernel::inspect);
        let phrases: Vec<_> = strings::of_editor().iter().map(|(its, ours)| (*its, JsValue::from(*ours))).collect();
        let given = js::object(&[
            ("doc", doc.into()),
            ("label", label.into()),
            ("placeholder", placeholder.into()),
            ("phrases", js::object(&phrases).into()),
            ("onChange", on_change.as_ref().clone()),
            ("onRun", on_run.as_ref().clone()),
            ("onLeave", on_leave.as_ref().clone()),
            ("onFocus", on_focus.as_ref().clone()),
            ("complete", complete.as_ref().clone()),
            ("inspect", inspect.as_ref().clone()),
        ]);
        let editor = self
            .0
            .unchecked_ref::<Module>()
            .create_editor(parent, &given)
            .map_err(|thrown| WebError::Browser { what: strings::make_editor().into(), why: js::message(&thrown) })?;
        let _asks = [complete, inspect];
        Ok(Editor { editor, _on_change: on_change, _on_run: on_run, _on_leave: on_leave, _on_focus: on_focus, _asks })
    }
}

impl Editor {
    /// Puts other text in place of all that is there; not told back.
    pub fn set_doc(&self, text: &str) {
        self.editor.set_doc(text);
    }

    /// Sets what assistive technology calls it.
    pub fn set_label(&self, text: &str) {
        self.editor.set_label(text);
    }

    /// Puts the cursor into it.
    pub fn focus(&self) {
        self.editor.focus();
    }

    /// Selects a line, counted from 1, and shows it.
    pub fn go_to_line(&self, number: u32) {
        self.editor.go_to_line(number);
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.editor.destroy();
    }
}
