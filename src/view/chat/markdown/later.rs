//! Work that nobody waits for: long texts in slices, and what colours and draws. The page breathes in between.

use crate::web::js;
use crate::web::listen::listen;
use crate::web::watch::Near;
use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use web_sys::Element;

/// How near to what is in view, in px, colours and drawings come.
const MARGIN: u32 = 800;
/// Ms that the page is kept busy at a time.
const SLICE: f64 = 8.0;

type Step = Box<dyn FnMut() -> bool>;
type Job = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    static STEPS: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
    static IS_STEPPING: Cell<bool> = const { Cell::new(false) };
    static JOBS: RefCell<VecDeque<Job>> = const { RefCell::new(VecDeque::new()) };
    static IS_WORKING: Cell<bool> = const { Cell::new(false) };
}

/// Calls `step` until it is done, which is when it says false; what came last goes first.
pub(super) fn slices(step: Step) {
    STEPS.with_borrow_mut(|steps| steps.push(step));
    if IS_STEPPING.replace(true) {
        return;
    }
    spawn_local(async {
        loop {
            let start = js::now();
            while js::now() - start < SLICE {
                // Taken out, for it may ask for slices itself.
                let Some(mut step) = STEPS.with_borrow_mut(Vec::pop) else {
                    return IS_STEPPING.set(false);
                };
                if step() {
                    STEPS.with_borrow_mut(|steps| steps.push(step));
                }
            }
            TimeoutFuture::new(0).await;
        }
    });
}

/// Does a job once those before it are done. A job that takes long yields by itself.
pub(super) fn job(job: impl Future<Output = ()> + 'static) {
    JOBS.with_borrow_mut(|jobs| jobs.push_back(Box::pin(job)));
    if IS_WORKING.replace(true) {
        return;
    }
    spawn_local(async {
        // Not in the task that shows the text.
        TimeoutFuture::new(0).await;
        let mut breath = Breath::new();
        while let Some(job) = JOBS.with_borrow_mut(VecDeque::pop_front) {
            job.await;
            breath.take().await;
        }
        IS_WORKING.set(false);
    });
}

/// Does something once an element is nearly in view. What is scrolled past unseen costs nothing.
pub(super) fn near(element: &Element, then: impl FnOnce() + 'static) {
    thread_local! {
        static NEAR: Near = {
            let near = Near::new(MARGIN);
            let printed = near.clone();
            // As long as the page is there.
            listen(&js::window(), "beforeprint", move |_: web_sys::Event| printed.all()).forget();
            near
        };
    }
    match element.closest(".chapter").ok().flatten() {
        Some(chapter) => NEAR.with(|near| near.wait(element, &chapter, then)),
        None => then(),
    }
}

/// Lets the page breathe when it was busy for long enough.
pub(super) struct Breath(f64);

impl Breath {
    pub(super) fn new() -> Self {
        Self(js::now())
    }

    pub(super) async fn take(&mut self) {
        if js::now() - self.0 > SLICE / 2.0 {
            TimeoutFuture::new(0).await;
            self.0 = js::now();
        }
    }
}
