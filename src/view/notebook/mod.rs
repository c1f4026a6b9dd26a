//! The notebook page: it shows what the store says and sends what the user wants to the dispatcher. It decides
//! nothing.

mod cell;
mod editor;
mod files;
mod help;
mod page;
mod status;
pub mod store;
mod toolbar;

pub use page::notebook_page;
