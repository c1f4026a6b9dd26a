//! Waiting for one of several things, for all, or for what comes later.

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// What comes later, once, for one who waits. Clones are handles to the same.
pub(super) struct Later<T>(Rc<Place<T>>);

struct Place<T> {
    value: RefCell<Option<T>>,
    waker: RefCell<Option<Waker>>,
}

impl<T> Default for Later<T> {
    fn default() -> Self {
        Self(Rc::new(Place { value: RefCell::new(None), waker: RefCell::new(None) }))
    }
}

impl<T> Clone for Later<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Later<T> {
    /// Here it is.
    pub(super) fn set(&self, value: T) {
        self.0.value.replace(Some(value));
        if let Some(waker) = self.0.waker.take() {
            waker.wake();
        }
    }

    /// Waits for it.
    pub(super) async fn take(&self) -> T {
        poll_fn(|context| match self.0.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                self.0.waker.replace(Some(context.waker().clone()));
                Poll::Pending
            }
        })
        .await
    }
}

/// What comes first; the other is given up.
pub(super) async fn first<T>(one: impl Future<Output = T>, other: impl Future<Output = T>) -> T {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(move |context| match one.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(value),
        Poll::Pending => other.as_mut().poll(context),
    })
    .await
}

/// Waits for both, which go on side by side.
pub async fn both<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let (mut a, mut b) = (None, None);
    poll_fn(move |context| {
        if a.is_none()
            && let Poll::Ready(value) = one.as_mut().poll(context)
        {
            a = Some(value);
        }
        if b.is_none()
            && let Poll::Ready(value) = other.as_mut().poll(context)
        {
            b = Some(value);
        }
        match (a.take(), b.take()) {
            (Some(a), Some(b)) => Poll::Ready((a, b)),
            (first, second) => {
                (a, b) = (first, second);
                Poll::Pending
            }
        }
    })
    .await
}

/// Waits for both, which go on side by side; the first error gives up the other.
pub(super) async fn try_both<A, B, E>(
    one: impl Future<Output = Result<A, E>>,
    other: impl Future<Output = Result<B, E>>,
) -> Result<(A, B), E> {
    let failed = RefCell::new(None);
    let mut both = pin!(both(value(one, &failed), value(other, &failed)));
    poll_fn(|context| match both.as_mut().poll(context) {
        Poll::Ready(values) => Poll::Ready(Ok(values)),
        Poll::Pending => failed.take().map_or(Poll::Pending, |error| Poll::Ready(Err(error))),
    })
    .await
}

/// What comes; an error is left in `failed`, and then nothing comes.
async fn value<T, E>(job: impl Future<Output = Result<T, E>>, failed: &RefCell<Option<E>>) -> T {
    match job.await {
        Ok(value) => value,
        Err(error) => {
            failed.replace(Some(error));
            pending().await
        }
    }
}

/// Waits for all of them, which go on side by side.
pub(super) async fn join_all<F: Future>(jobs: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut jobs: Vec<_> = jobs.into_iter().map(|job| (Box::pin(job), None)).collect();
    poll_fn(|context| {
        let mut open = false;
        for (job, result) in &mut jobs {
            if result.is_none() {
                match job.as_mut().poll(context) {
                    Poll::Ready(value) => *result = Some(value),
                    Poll::Pending => open = true,
                }
            }
        }
        if open { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    jobs.into_iter().filter_map(|(_, result)| result).collect()
}
