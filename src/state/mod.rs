//! Floor 1: what a chat and a notebook are and how they change, as sans-I/O machines.

pub mod answer;
pub mod artifacts;
pub mod capability;
pub mod chat;
pub mod client;
pub mod details;
pub mod direct;
pub mod embed;
pub mod extras;
pub mod files;
pub mod fold;
pub mod inert_html;
pub mod latex;
pub mod notebook;
pub mod outputs;
pub mod parts;
mod strings;
pub mod usage;
