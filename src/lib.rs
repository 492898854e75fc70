#![doc = include_str!("../README.md")]

pub mod auth;
pub mod browser;
pub mod client;
pub mod components;
pub mod engine;
pub mod fetch;
pub mod hooks;
pub mod prelude;
