//! The async shell around the engine; still without a browser.

pub mod runtime;
