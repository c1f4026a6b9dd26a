//! Floor 3: the browser, one file per API. Typed, cancelled by drop, and without decisions: those are made
//! by the machines below.

pub mod assets;
pub mod attention;
pub mod blob;
pub mod cache;
pub mod client;
pub mod clipboard;
pub mod clock;
pub mod codemirror;
pub mod crypto;
pub mod diagram;
pub mod error;
pub mod execute;
pub mod external;
pub mod fetch;
pub mod files;
pub mod focus;
mod frame;
pub mod highlight;
pub mod js;
pub mod kept;
pub mod kernel;
pub mod listen;
pub mod math;
pub mod network;
pub mod offline;
pub mod page_script;
pub mod sandbox;
pub mod screen;
pub mod snapshot;
pub mod start;
pub mod storage;
pub mod transport;
pub mod upload;
pub mod vendor;
mod wait;
pub mod watch;
