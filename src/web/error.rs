//! What can go wrong in the browser, each as a sentence that says what happened and what to do.

use thiserror::Error;

/// An error of the web floor.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum WebError {
    /// No answer came at all.
    #[error("{what} cannot be reached ({why}). Check the address and the network, then try again.")]
    Unreachable {
        /// What was asked for: a host or a file.
        what: String,
        /// The browser's word for it.
        why: String,
    },
    /// The server refused.
    #[error("{what} was refused: {detail} (HTTP {status}).")]
    Refused {
        /// What was asked for.
        what: String,
        /// The HTTP status.
        status: u16,
        /// The server's words.
        detail: String,
    },
    /// A file of the Python distribution isn't there.
    #[error(
        "{file} is missing from the Python distribution ({url} answered {status}). Build the site again, or give its real place."
    )]
    Missing {
        /// The file's name.
        file: String,
        /// Where it was looked for.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// Nothing more came of a file.
    #[error("{file} stopped coming: nothing more of it arrived, three times. Check the network, then try again.")]
    Silent {
        /// The file's name.
        file: String,
    },
    /// A file isn't the one that was built in or locked.
    #[error(
        "{file} was refused: it is not the file that its checksum names, so it is damaged or has been changed. Install the Python distribution again."
    )]
    Checksum {
        /// The file's name.
        file: String,
    },
    /// What came could not be read.
    #[error("{what} could not be read: {why}.")]
    Unreadable {
        /// What it is.
        what: String,
        /// Why not.
        why: String,
    },
    /// The page isn't a secure context.
    #[error("This page can't check files because it was not loaded over https or from localhost. Open it over https.")]
    Insecure,
    /// The sandbox's frame said nothing.
    #[error(
        "The Python sandbox did not come up in 20 s. If this page has a Content-Security-Policy, it must allow what the sandbox needs: the sandbox script's hash, blob: and 'wasm-unsafe-eval' in script-src, and blob: in worker-src."
    )]
    FrameSilent,
    /// Python didn't start.
    #[error(
        "Python did not start in 90 s. If this page has a Content-Security-Policy, it must allow blob: and 'wasm-unsafe-eval' in script-src and blob: in worker-src. Otherwise close other tabs to free memory, and restart the kernel."
    )]
    BootSilent,
    /// The browser keeps no more for this page.
    #[error(
        "The browser has no room left for this page. Download what you want to keep, or delete files and try again."
    )]
    Full,
    /// The browser refused an operation.
    #[error("The browser refused to {what} ({why}).")]
    Browser {
        /// To do what.
        what: String,
        /// Its words.
        why: String,
    },
}
