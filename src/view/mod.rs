//! Floor 4: what is drawn. Views read the state and dispatch what the person does; text enters the page as
//! text nodes and typed attributes only.

pub mod chat;
pub mod common;
