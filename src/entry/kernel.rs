//! `Kernel` and `Run` for JavaScript: start a kernel, run code, stream what it puts out.

use super::values::{self, RunFile};
use crate::executor::network::Network;
use crate::file_name;
use crate::ids::MsgId;
use crate::protocol::execute::{
    ExecuteRequest, InputFile, KernelMessage, KernelRequest, KernelStatus, Limits, Output, StreamName,
};
use crate::protocol::mime::raster_image;
use crate::web::files::Files;
use crate::web::js;
use crate::web::kernel::{Kernel, KernelOptions, WeakKernel};
use crate::web::snapshot::{self, Kind};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");
/// Pages of WebAssembly memory in a MiB, and the most that there can be.
const PAGES: f64 = 16.0;
const MOST_PAGES: f64 = 65_536.0;

#[wasm_bindgen(module = "/www/js/outputs.js")]
extern "C" {
    #[derive(Clone)]
    type Outputs;
    #[wasm_bindgen(constructor)]
    fn new() -> Outputs;
    #[wasm_bindgen(method)]
    fn push(this: &Outputs, output: &JsValue);
    #[wasm_bindgen(method)]
    fn end(this: &Outputs);
}

/// A Python kernel in a sandbox of this page. One that nothing of the page holds goes when its runs have ended.
#[wasm_bindgen(js_name = Kernel)]
pub struct KernelHandle {
    kernel: Kernel,
    shared: Rc<Shared>,
}

impl std::fmt::Debug for KernelHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kernel").field("status", &self.kernel.status()).finish()
    }
}

/// What the kernel's messages reach.
struct Shared {
    kernel: OnceCell<WeakKernel>,
    runs: RefCell<BTreeMap<MsgId, OpenRun>>,
    last: Cell<u32>,
    waiting: RefCell<Vec<Waiting>>,
    trouble: RefCell<String>,
    options: JsValue,
}

struct OpenRun {
    /// JavaScript may have let go of its handle: what it asked for is answered all the same.
    _kernel: Kernel,
    outputs: Outputs,
    resolve: js_sys::Function,
    stdout: String,
    stderr: String,
    files: Vec<RunFile>,
}

/// Somebody who waits for the kernel to be ready (idle), or to have nothing running.
struct Waiting {
    _kernel: Kernel,
    until: fn(KernelStatus) -> bool,
    resolve: js_sys::Function,
    reject: js_sys::Function,
}

/// One run: what it puts out, and how it ended.
#[wasm_bindgen(js_name = Run, skip_typescript)]
#[derive(Debug)]
pub struct RunHandle {
    id: String,
    outputs: JsValue,
    reply: js_sys::Promise,
}

#[wasm_bindgen(js_class = Run)]
impl RunHandle {
    /// The run's id.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.id.clone()
    }

    /// Everything the run puts out, as an async iterable.
    #[wasm_bindgen(getter)]
    pub fn outputs(&self) -> JsValue {
        self.outputs.clone()
    }

    /// How the run ended.
    #[wasm_bindgen(getter)]
    pub fn reply(&self) -> js_sys::Promise {
        self.reply.clone()
    }
}

#[wasm_bindgen(js_class = Kernel)]
impl KernelHandle {
    /// Starts a kernel and resolves when it takes code.
    ///
    /// # Errors
    /// A sentence that says why it can't be started.
    #[wasm_bindgen(unchecked_return_type = "Kernel")]
    pub async fn start(
        #[wasm_bindgen(unchecked_optional_param_type = "KernelStartOptions")] options: JsValue,
    ) -> Result<Self, JsError> {
        let engine = js::get_text(&options, "engine").unwrap_or_else(|| "pyodide".into());
        if engine != "pyodide" {
            return Err(JsError::new(&format!("There is no engine {engine:?} in this version; take \"pyodide\".")));
        }
        let mut settings = KernelOptions::default();
        if let Some(base) = js::get_text(&options, "pyodide") {
            let page = js::document().base_uri().ok().flatten().unwrap_or_default();
            let url = web_sys::Url::new_with_base(&base, &page)
                .map_err(|_| JsError::new(&format!("{base:?} is no address of a Python distribution.")))?;
            settings.pyodide = format!("{}/", url.href().trim_end_matches('/'));
        }
        let hosts = js::get_text(&options, "network").unwrap_or_default();
        let network = Network::parse(&hosts, js::get_text(&options, "packageIndex"));
        settings.network = network.map_err(|error| JsError::new(&error.to_string()))?;
        let shared = Rc::new(Shared {
            kernel: OnceCell::new(),
            runs: RefCell::default(),
            last: Cell::default(),
            waiting: RefCell::default(),
            trouble: RefCell::default(),
            options,
        });
        if let Some(megabytes) = js::get(&shared.options, "memory").as_f64().filter(|megabytes| *megabytes >= 1.0) {
            settings.max_pages = (megabytes * PAGES).min(MOST_PAGES) as u32;
        }
        let sink = shared.clone();
        let name = js::get_text(&shared.options, "files").filter(|name| !name.is_empty());
        let files = name.map_or_else(Rc::default, |name| Files::kept_as(format!("kernel {name}")));
        let kernel = Kernel::new(settings, files, move |message| sink.hear(message));
        // Set once, here.
        let _ = shared.kernel.set(kernel.downgrade());
        let handle = Self { kernel, shared };
        let ready = handle.until(|status| status == KernelStatus::Idle);
        handle.kernel.request(KernelRequest::Start { likely: String::new() });
        JsFuture::from(ready).await.map_err(|thrown| JsError::new(&js::message(&thrown)))?;
        Ok(handle)
    }

    /// Makes a memory snapshot of this build, for those who build a site: `{ record, parts }`, to be put beside this module.
    ///
    /// # Errors
    /// A sentence: there is no such snapshot, or it can't be made of this distribution.
    #[wasm_bindgen(js_name = makeSnapshot, unchecked_return_type = "MadeSnapshot")]
    pub async fn make_snapshot(
        #[wasm_bindgen(unchecked_param_type = "\"plain\" | \"figures\"")] kind: String,
    ) -> Result<js_sys::Object, JsError> {
        let kind = Kind::ALL.into_iter().find(|known| known.name() == kind);
        let kind =
            kind.ok_or_else(|| JsError::new("There is no snapshot of this name; take \"plain\" or \"figures\"."))?;
        let made = snapshot::make_alone(&KernelOptions::default(), kind).await;
        let made = made.map_err(|error| JsError::new(&error.to_string()))?;
        let record = serde_json::to_value(&made.record).unwrap_or_default();
        let parts = js_sys::Object::new();
        for (name, _, blob) in &made.parts {
            js::set(&parts, name, blob);
        }
        Ok(js::object(&[("record", js::from_json(&record)), ("parts", parts.into())]))
    }

    /// Runs code after all that was asked before. Returns at once.
    #[wasm_bindgen(unchecked_return_type = "Run")]
    pub fn execute(
        &self,
        code: String,
        #[wasm_bindgen(unchecked_optional_param_type = "ExecuteOptions")] options: JsValue,
    ) -> RunHandle {
        let number = self.shared.last.get() + 1;
        self.shared.last.set(number);
        let id = MsgId(number.to_string());
        let outputs = Outputs::new();
        let shared = self.shared.clone();
        let (run_id, run_outputs) = (id.clone(), outputs.clone());
        let reply = js_sys::Promise::new(&mut |resolve, _| {
            let run = OpenRun {
                _kernel: self.kernel.clone(),
                outputs: run_outputs.clone(),
                resolve,
                stdout: String::new(),
                stderr: String::new(),
                files: Vec::new(),
            };
            shared.runs.borrow_mut().insert(run_id.clone(), run);
        });
        self.kernel.request(KernelRequest::Execute(ExecuteRequest {
            id: id.clone(),
            code,
            files: files(&js::get(&options, "files")),
            timeout_ms: js::get(&options, "timeoutMs").as_f64(),
            limits: limits(&js::get(&options, "limits")),
        }));
        RunHandle { id: id.0, outputs: outputs.into(), reply }
    }

    /// Stops the running code; resolves when it has stopped. Code that doesn't obey for 1.5 s loses its engine,
    /// and with it all variables.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn interrupt(&self) -> js_sys::Promise {
        let stopped = self.until(|status| !matches!(status, KernelStatus::Busy));
        self.kernel.request(KernelRequest::Interrupt);
        future_to_promise(async move {
            // The promise is rejected only if the kernel dies, and then the code has stopped as well.
            let _ = JsFuture::from(stopped).await;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Replaces the engine; resolves when the fresh one takes code. Variables are gone, open runs end with an error.
    ///
    /// It is rejected with a sentence that says why it can't be started again.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn restart(&self) -> js_sys::Promise {
        self.kernel.request(KernelRequest::Restart);
        let ready = self.until(|status| status == KernelStatus::Idle);
        future_to_promise(async move {
            let ready = JsFuture::from(ready).await;
            ready.map(|_| JsValue::UNDEFINED).map_err(|thrown| JsError::new(&js::message(&thrown)).into())
        })
    }

    /// Ends the kernel and takes its frame away; open runs end with an error.
    pub fn dispose(&self) {
        self.kernel.request(KernelRequest::Dispose);
    }

    /// What fits at a place of the code; `null` while code runs.
    #[wasm_bindgen(unchecked_return_type = "Promise<Completions | null>")]
    pub fn complete(&self, code: String, place: u32) -> js_sys::Promise {
        self.kernel.complete(code, place)
    }

    /// What is to be known of what stands at a place of the code; `null` if nothing is, or while code runs.
    #[wasm_bindgen(unchecked_return_type = "Promise<Documentation | null>")]
    pub fn inspect(&self, code: String, place: u32) -> js_sys::Promise {
        self.kernel.inspect(code, place)
    }

    /// What the code has named; `null` while code runs.
    #[wasm_bindgen(unchecked_return_type = "Promise<Variables | null>")]
    pub fn variables(&self) -> js_sys::Promise {
        self.kernel.variables()
    }

    /// The kernel's state.
    #[wasm_bindgen(getter, unchecked_return_type = "KernelStatus")]
    pub fn status(&self) -> JsValue {
        values::plain(&self.kernel.status())
    }

    fn until(&self, until: fn(KernelStatus) -> bool) -> js_sys::Promise {
        let status = self.kernel.status();
        js_sys::Promise::new(&mut |resolve, reject| {
            if until(status) {
                settle(&resolve, &JsValue::UNDEFINED);
            } else {
                let _kernel = self.kernel.clone();
                self.shared.waiting.borrow_mut().push(Waiting { _kernel, until, resolve, reject });
            }
        })
    }
}

impl Shared {
    fn hear(&self, message: KernelMessage) {
        match message {
            KernelMessage::Status(status) => {
                self.status(status);
                self.call("onStatus", &values::plain(&status));
            }
            KernelMessage::Progress(progress) => {
                self.trouble.replace(progress.text.clone());
                self.call("onProgress", &values::plain(&progress));
            }
            KernelMessage::Started { .. } => {}
            KernelMessage::Output { parent, output } => {
                self.with_run(&parent, |run| match &output {
                    Output::Stream { name: StreamName::Stdout, text } => run.stdout.push_str(text),
                    Output::Stream { name: StreamName::Stderr, text } => run.stderr.push_str(text),
                    Output::DisplayData(display) | Output::ExecuteResult(display) => {
                        if let Some((media_type, extension, data)) = raster_image(&display.data) {
                            let name = format!("figure-{}.{extension}", run.files.len() + 1);
                            run.files.push(RunFile { name, media_type, data });
                        }
                    }
                    Output::Error(_) => {}
                });
                self.push(&parent, &values::output(&output));
            }
            KernelMessage::UpdateDisplay { parent, display, .. } => {
                self.push(&parent, &values::display("update_display_data", &display));
            }
            KernelMessage::ClearOutput { parent, wait } => {
                self.push(&parent, &js::object(&[("type", "clear_output".into()), ("wait", wait.into())]).into());
            }
            KernelMessage::Overflow { parent, name, data, .. } => self.with_run(&parent, |run| {
                let name = format!("{}-rest.txt", name.as_str());
                run.files.push(RunFile { name, media_type: "text/plain", data });
            }),
            KernelMessage::InputRequest { parent, prompt, password } => self.ask(parent, &prompt, password),
            KernelMessage::Reply { parent, reply } => {
                let run = self.runs.borrow_mut().remove(&parent);
                if let Some(run) = run {
                    run.outputs.end();
                    settle(&run.resolve, &values::reply(&reply, &run.stdout, &run.stderr, &run.files));
                }
            }
        }
    }

    fn status(&self, status: KernelStatus) {
        let waiting = std::mem::take(&mut *self.waiting.borrow_mut());
        for waiter in waiting {
            if (waiter.until)(status) {
                settle(&waiter.resolve, &JsValue::UNDEFINED);
            } else if status == KernelStatus::Dead {
                // A kernel that can't start says why before it is dead.
                let why = js_sys::Error::new(&self.trouble.borrow());
                settle(&waiter.reject, &why);
            } else {
                self.waiting.borrow_mut().push(waiter);
            }
        }
    }

    fn with_run(&self, id: &MsgId, act: impl FnOnce(&mut OpenRun)) {
        if let Some(run) = self.runs.borrow_mut().get_mut(id) {
            act(run);
        }
    }

    fn push(&self, id: &MsgId, output: &JsValue) {
        let outputs = self.runs.borrow().get(id).map(|run| run.outputs.clone());
        if let Some(outputs) = outputs {
            outputs.push(output);
        }
    }

    fn callback(&self, name: &str) -> Option<js_sys::Function> {
        js::get(&self.options, name).dyn_into().ok()
    }

    fn call(&self, name: &str, argument: &JsValue) {
        if let Some(function) = self.callback(name) {
            // What the page's own callback throws is the page's: it must not stop the kernel.
            let _ = function.call1(&JsValue::UNDEFINED, argument);
        }
    }

    fn ask(&self, parent: MsgId, prompt: &str, password: bool) {
        let Some(kernel) = self.kernel.get().and_then(WeakKernel::upgrade) else { return };
        let asked = self.callback("onInput").map(|function| {
            let request = js::object(&[("prompt", prompt.into()), ("password", password.into())]);
            function.call1(&JsValue::UNDEFINED, &request)
        });
        spawn_local(async move {
            let line = match asked {
                Some(Ok(answer)) => JsFuture::from(js_sys::Promise::resolve(&answer)).await.ok(),
                _ => None,
            };
            kernel.request(KernelRequest::InputReply { parent, line: line.and_then(|line| line.as_string()) });
        });
    }
}

fn settle(function: &js_sys::Function, value: &JsValue) {
    // The functions of a promise don't throw.
    let _ = function.call1(&JsValue::UNDEFINED, value);
}

/// The limits of a run; what isn't set is as by default.
fn limits(given: &JsValue) -> Limits {
    let default = Limits::default();
    let of = |name: &str, default: u32| {
        js::get(given, name).as_f64().filter(|limit| *limit >= 0.0).map_or(default, |limit| limit as u32)
    };
    Limits {
        output: of("output", default.output),
        result: of("result", default.result),
        figures: of("figures", default.figures),
    }
}

fn files(list: &JsValue) -> Vec<InputFile> {
    let items = list.dyn_ref::<js_sys::Array>().map(js_sys::Array::to_vec).unwrap_or_default();
    let named: Vec<(String, Vec<u8>)> = items
        .iter()
        .map(|item| {
            let data = js::get(item, "data");
            let bytes = match data.as_string() {
                Some(text) => text.into_bytes(),
                None => js_sys::Uint8Array::new(&data).to_vec(),
            };
            (js::get_text(item, "name").unwrap_or_default(), bytes)
        })
        .collect();
    let names = file_name::clean_all(named.iter().map(|(name, _)| name.as_str()));
    names.into_iter().zip(named).map(|(name, (_, data))| InputFile { name, data: data.into() }).collect()
}
