//! Floor 4: what is drawn. Views read the state and dispatch what the person does; text enters the page as
//! text nodes and typed attributes only.
#![allow(unreachable_pub, reason = "the component macro makes the types of a component's properties public")]

pub mod chat;
pub mod common;
pub mod notebook;
