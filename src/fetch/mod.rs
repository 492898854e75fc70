//! Requests, with or without a session token, and everything that can go wrong with them.
//!
//! ```no_run
//! use serde::{Deserialize, Serialize};
//! use yew_clerk::fetch;
//!
//! #[derive(Deserialize)]
//! struct Todo { title: String }
//!
//! #[derive(Serialize)]
//! struct NewNote { text: String }
//!
//! # async fn example(api: fetch::Fetch) -> Result<(), fetch::FetchError> {
//! // To the page's own origin, with its cookies: nothing to set up.
//! let todos: Vec<Todo> = fetch::get("/api/todos").json().await?;
//!
//! // With a handle that always sends the session token.
//! let note = NewNote { text: "milk".to_owned() };
//! let created: Todo = api.post("/api/notes").json_body(&note).json().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Every answer that is not 2xx is an error, as a query function wants it. Dropping the future of a
//! request aborts the request.

mod builder;
mod client;
mod decode;
mod error;
mod exchange;
mod guard;
mod headers;
mod log;
mod origin;
mod query;
mod request;
mod response;
mod retry_after;
mod scope;
mod scrub;
mod transport;

pub use builder::{DEFAULT_TIMEOUT, RequestBuilder};
pub use client::{Fetch, ambient, delete, get, head, patch, post, put, request, set_ambient};
pub use error::{
    DecodeError, FetchError, InvalidUrl, MissingProvider, NetworkError, RefusedBecause, StatusError,
};
pub use log::{CredentialKind, RequestEvent, RequestOutcome, subscribe_requests};
pub use origin::{InvalidOrigin, OriginPolicy};
pub use request::{Body, Cache, Credentials, Method, Mode, Redirect, Request};
pub(crate) use response::Loaded;
pub use response::Response;
pub use retry_after::retry_after;
pub use transport::{RawResponse, ResponseReader, Target, Transport, TransportError};
