//! The harness of the end-to-end tests.
//!
//! Each test gets a [`World`]: a dev server with an empty database, and a Chromium that shows the
//! release bundle from it. [`test()`] starts both, runs the test's body, and looks at the end whether
//! the browser's console stayed clean. If anything fails, the report has the page's text, the
//! console, the server's request log and a screenshot.

#![allow(clippy::missing_panics_doc)]

pub mod api;
pub mod environment;
pub mod foreign;
pub mod page;
pub mod process;
pub mod report;
pub mod requests;
pub mod scripts;
pub mod server;
pub mod slots;
pub mod wait;
pub mod webdriver;
pub mod world;

pub use foreign::ForeignOrigin;
pub use page::Page;
pub use requests::{Entry, Requests};
pub use wait::{until, within};
pub use world::{Setup, World, test};
