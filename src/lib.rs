#![doc = include_str!("../README.md")]
// A panic in WebAssembly stops the page for good: bad input gets a typed error instead.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented,
        clippy::string_slice
    )
)]

pub mod auth;
#[allow(
    clippy::disallowed_methods,
    reason = "what the other layers take from `Runtime` is made here"
)]
pub mod browser;
pub mod client;
pub mod components;
pub mod engine;
pub mod fetch;
pub mod hooks;
mod json;
pub mod prelude;
