//! The notebook page: it shows what the store says and sends what the user wants to the dispatcher. It decides
//! nothing.

mod cell;
mod editor;
mod help;
mod page;
mod side;
mod status;
pub mod store;
mod strings;
mod toolbar;

pub use page::notebook_page;
