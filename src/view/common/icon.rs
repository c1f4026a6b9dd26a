//! Small line drawings for buttons. They say nothing to assistive technology: the button's name does.

use leptos::prelude::*;

/// A drawing on a grid of 16 × 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A triangle: run.
    Play,
    /// Two triangles: run all.
    PlayAll,
    /// A square: stop.
    Stop,
    /// A turning arrow: restart.
    Restart,
    /// An arrow into a tray: download.
    Download,
    /// An arrow up.
    Up,
    /// An arrow down.
    Down,
    /// A plus: add.
    Add,
    /// A bin: delete.
    Delete,
    /// A cross: close.
    Close,
    /// A hook: done.
    Check,
    /// A sun and its shadow: light and dark.
    Theme,
    /// A keyboard.
    Keyboard,
    /// Two sheets: copy.
    Copy,
    /// A pencil: edit.
    Edit,
    /// Two arrows to the right: go on.
    Continue,
    /// A way that parts: branch.
    Branch,
    /// A star: favourite.
    Star,
    /// A folder: files.
    Folder,
    /// Rows and columns: variables.
    Table,
    /// An arrow out of a tray: upload.
    Upload,
    /// A paper clip: attach.
    Attach,
    /// A magnifying glass: explore.
    Explore,
}

impl Icon {
    /// Its lines, and whether it is filled.
    fn path(self) -> (&'static str, bool) {
        match self {
            Self::Play => ("M5 3.2v9.6L12.6 8z", true),
            Self::PlayAll => ("M2.5 3.4v9.2L8.6 8zM8.4 3.4v9.2L14.5 8z", true),
            Self::Stop => ("M4 4h8v8H4z", true),
            Self::Restart => ("M13 8a5 5 0 1 1-1.6-3.7M13 2v3.2H9.8", false),
            Self::Download => ("M8 2.5v7.2M4.8 6.8 8 10l3.2-3.2M2.8 13.2h10.4", false),
            Self::Up => ("M8 13V3.4M3.8 7.2 8 3l4.2 4.2", false),
            Self::Down => ("M8 3v9.6M3.8 8.8 8 13l4.2-4.2", false),
            Self::Add => ("M8 3v10M3 8h10", false),
            Self::Delete => ("M2.8 4.4h10.4M6.2 4.2V2.8h3.6v1.4M4.2 4.6l.6 8.8h6.4l.6-8.8M6.8 7v4M9.2 7v4", false),
            Self::Close => ("m4 4 8 8M12 4l-8 8", false),
            Self::Check => ("m3 8.6 3.2 3.2L13 4.6", false),
            Self::Theme => ("M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11", false),
            Self::Keyboard => ("M2 4.5h12v7H2zM4.4 6.8h.2M6.8 6.8h.2M9.2 6.8h.2M11.6 6.8h.2M5 9.4h6", false),
            Self::Copy => ("M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3", false),
            Self::Edit => ("M3 13l.6-2.8 7-7 2.2 2.2-7 7zM9.2 4.6l2.2 2.2", false),
            Self::Continue => ("m3 3.5 4.5 4.5L3 12.5M8.5 3.5 13 8l-4.5 4.5", false),
            Self::Branch => ("M4.5 2.5v11M4.5 10.5c0-4 7-2 7-6V3M9 5.2l2.5-2.7L14 5.2", false),
            Self::Star => ("m8 2.2 1.8 3.7 4 .6-2.9 2.8.7 4L8 11.4l-3.6 1.9.7-4L2.2 6.5l4-.6z", false),
            Self::Folder => ("M1.8 12.8V3.4h4.4l1.5 1.8h6.5v7.6z", false),
            Self::Table => ("M2 3h12v10H2zM2 6.4h12M2 9.7h12M6 6.4V13", false),
            Self::Upload => ("M8 10V2.8M4.8 5.8 8 2.5l3.2 3.3M2.8 13.2h10.4", false),
            Self::Explore => ("M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.2 3.2", false),
            Self::Attach => {
                ("m12.8 7.4-5 5a3 3 0 0 1-4.3-4.3l5.2-5.2a2 2 0 0 1 2.9 2.9L6.4 11a1 1 0 0 1-1.4-1.4l4.6-4.6", false)
            }
        }
    }
}

/// Draws an icon.
pub fn icon(icon: Icon) -> impl IntoView {
    let (path, filled) = icon.path();
    view! {
        <svg class="icon" class:filled=filled viewBox="0 0 16 16" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
}
