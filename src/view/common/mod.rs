//! Parts that every page uses. They know outputs, notices and progress, and nothing of notebooks or chats.

pub mod ansi_view;
pub mod chart;
pub mod choice;
pub mod choose_files;
pub mod code_field;
pub mod copy;
pub mod display;
pub mod files;
pub mod focus;
pub mod formula;
pub mod html_frame;
pub mod icon;
pub mod language;
pub mod markdown_view;
pub mod output;
pub mod picture;
pub mod progress;
pub mod question;
pub mod side_panel;
mod strings;
pub mod theme;
pub mod toast;
pub mod traceback;
pub mod variables;
