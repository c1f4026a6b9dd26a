//! Floor 5: what JavaScript may call. Handles are opaque, and nothing is borrowed while JavaScript runs.

pub mod chat_page;
pub mod event_client;
pub mod kernel;
mod language;
pub mod notebook_page;
pub mod values;
