//! Authenticated data fetching for Yew: what SWR, TanStack Query and Clerk's React SDK give together, on one cache.

pub mod auth;
pub mod browser;
pub mod client;
pub mod components;
pub mod engine;
pub mod fetch;
pub mod hooks;
