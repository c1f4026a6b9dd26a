//! What can go wrong in the browser, each as a sentence that says what happened and what to do.

use super::strings;
use thiserror::Error;

/// An error of the web floor.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum WebError {
    /// No answer came at all.
    #[error("{}", strings::unreachable(what, why))]
    Unreachable {
        /// What was asked for: a host or a file.
        what: String,
        /// The browser's word for it.
        why: String,
    },
    /// The server refused.
    #[error("{}", strings::refused(what, detail, status))]
    Refused {
        /// What was asked for.
        what: String,
        /// The HTTP status.
        status: u16,
        /// The server's words.
        detail: String,
    },
    /// A file of the Python distribution isn't there.
    #[error("{}", strings::missing(file, url, status))]
    Missing {
        /// The file's name.
        file: String,
        /// Where it was looked for.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// Nothing more came of a file.
    #[error("{}", strings::silent(file))]
    Silent {
        /// The file's name.
        file: String,
    },
    /// A file isn't the one that was built in or locked.
    #[error("{}", strings::wrong_checksum(file))]
    Checksum {
        /// The file's name.
        file: String,
    },
    /// What came could not be read.
    #[error("{}", strings::unreadable(what, why))]
    Unreadable {
        /// What it is.
        what: String,
        /// Why not.
        why: String,
    },
    /// The page isn't a secure context.
    #[error("{}", strings::insecure())]
    Insecure,
    /// The sandbox's frame said nothing.
    #[error("{}", strings::frame_silent())]
    FrameSilent,
    /// Python didn't start.
    #[error("{}", strings::boot_silent())]
    BootSilent,
    /// The browser keeps no more for this page.
    #[error("{}", strings::no_room())]
    Full,
    /// The browser refused an operation.
    #[error("{}", strings::browser_refused(what, why))]
    Browser {
        /// To do what.
        what: String,
        /// Its words.
        why: String,
    },
}
