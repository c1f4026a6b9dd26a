//! Floor 0: what is on the wire. Types and serde only; no behaviour beyond reading and writing them.

pub mod chart;
pub mod chat;
pub mod execute;
pub mod mime;
pub mod rest;
mod strings;
pub mod trace;
pub mod worker;
