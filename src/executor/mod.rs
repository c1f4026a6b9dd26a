//! Floor 2: kernels as sans-I/O state machines. A request goes in, Jupyter-shaped messages come out; what
//! has to happen in the world (start an engine, send it something) is asked for as a [`Step`] and done by
//! a driver in [`crate::web`].

pub mod network;
pub mod packages;
pub mod pyodide;

pub use crate::file_name;
use crate::ids::MsgId;
use crate::protocol::execute::{Answer, KernelMessage, KernelRequest, KernelStatus};

/// Milliseconds on the driver's clock, which only ever goes forward. The machines never read a clock.
pub type Millis = f64;

/// What a machine asks its driver to do, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<W> {
    /// Start a fresh engine; what it says comes back through [`Executor::receive`].
    Open,
    /// Take the engine away at once, whatever it is doing. Nothing that it says later counts.
    Close,
    /// Hand this to the engine.
    Send(W),
    /// Tell the kernel's users.
    Emit(KernelMessage),
    /// Tell whoever asked [`KernelRequest::Ask`]; exactly one for each.
    Answer(MsgId, Option<Answer>),
}

/// An engine that runs code: Pyodide in the page, a Jupyter server, an Open Terminal.
///
/// Each [`KernelRequest::Execute`] is answered by exactly one [`KernelMessage::Reply`] with its id,
/// whatever the engine does, as long as the driver calls [`Executor::tick`] when [`Executor::wake_at`] says.
pub trait Executor {
    /// What the engine's transport brings.
    type Incoming;
    /// What the engine's transport takes.
    type Outgoing;

    /// Takes a request of a user.
    fn request(&mut self, request: KernelRequest, now: Millis) -> Vec<Step<Self::Outgoing>>;

    /// Takes what the engine said.
    fn receive(&mut self, incoming: Self::Incoming, now: Millis) -> Vec<Step<Self::Outgoing>>;

    /// Acts on limits that have passed.
    fn tick(&mut self, now: Millis) -> Vec<Step<Self::Outgoing>>;

    /// When [`Executor::tick`] has to be called at the latest; `None` while nothing is due.
    fn wake_at(&self) -> Option<Millis>;

    /// The state to show.
    fn status(&self) -> KernelStatus;
}
