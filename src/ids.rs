//! Newtypes for the ids that travel through the program, so that one can't be passed for another.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    )*};
}

ids! {
    /// A chat of the server (PROTOCOL.md 5.4); `temporary:…` for one that isn't stored.
    ChatId,
    /// A message of a chat; the client makes it (a uuid) for the messages it sends.
    MessageId,
    /// One call of the server that waits for an answer; made by this client, unique in its life.
    CallId,
    /// One `execute_request`; every output and the reply carry it as their parent.
    MsgId,
    /// A cell of a notebook.
    CellId,
    /// A display that a later `update_display_data` may replace.
    DisplayId,
    /// A file stored by the server (PROTOCOL.md 5.3).
    FileId,
}
