//! pyoxide runs model-written Python in the browser, safely, beside a chat, and is the event client for an
//! Open WebUI server.
//!
//! The modules are floors: each uses only those above it in this list (`tests/tidy.rs` holds that). The
//! first group is pure, without DOM, clock, random or await, and is tested natively; the second is built
//! for the browser only.

pub mod file_name;
pub mod ids;
pub mod language;
pub mod protocol;

pub mod markdown;

pub mod ansi;

pub mod state;

pub mod cursor;
pub mod executor;

#[cfg(target_arch = "wasm32")]
pub mod web;

#[cfg(target_arch = "wasm32")]
pub mod view;

#[cfg(target_arch = "wasm32")]
pub mod entry;
