//! A development server for the demo app: it serves the bundle, keeps users, sessions and notes in an
//! embedded database, signs session tokens the way Clerk does, and breaks on demand.
//!
//! It listens on loopback only. Its users and their passwords are public on purpose; everything else
//! (token checks, cross-site refusal, isolation of users) is meant to behave as a careful backend would,
//! because the library's tests take it for one.

pub mod auth;
pub mod body;
pub mod clerk;
pub mod clock;
pub mod config;
pub mod cookies;
pub mod error;
pub mod faults;
pub mod keys;
pub mod origin;
pub mod random;
pub mod request_log;
pub mod routes;
pub mod server;
pub mod state;
pub mod store;
pub mod tokens;

pub use clock::Clock;
pub use config::Config;
pub use routes::router;
pub use server::Server;
pub use state::AppState;
