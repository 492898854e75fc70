//! Every address of the server.

pub mod clerk;
pub mod dev;
pub mod dev_clerk;
pub mod foo;
pub mod jwks;
pub mod notes;
pub mod profile;
pub mod spa;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{self, HeaderValue};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;

use crate::error::{self, ApiError};
use crate::state::AppState;
use crate::{faults, request_log};

/// First parts of paths that belong to programs. The app's pages never live below them, so a wrong
/// address there is an error and not the app.
const RESERVED: [&str; 4] = ["api", "__dev", "__clerk", ".well-known"];

/// Where answers are for one user.
const PRIVATE: [&str; 3] = ["/api", "/__dev", "/__clerk/v1"];

/// The whole server as one service.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/.well-known/jwks.json", get(jwks::jwks))
        .route("/api/public", get(foo::public))
        .route("/api/foo", get(foo::read).post(foo::increment))
        .route("/api/profile", get(profile::read).patch(profile::update))
        .route("/api/notes", get(notes::list).post(notes::create))
        .route("/api/notes/{id}", get(notes::read).patch(notes::update).delete(notes::delete))
        .nest("/__dev", dev::router(state.clone()))
        .nest("/__clerk", clerk::router())
        .fallback(spa::serve)
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(from_fn_with_state(state.clone(), faults::inject))
        .layer(from_fn(clerk_errors))
        .layer(from_fn(harden))
        .layer(from_fn_with_state(state.clone(), request_log::record))
        .with_state(state)
}

/// Whether `path` is `prefix` or lies below it.
#[must_use]
pub fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether the first part of a path, already decoded, belongs to programs.
fn is_reserved(first: &str) -> bool {
    RESERVED.contains(&first)
}

/// Middleware: where Clerk's scripts ask, errors are in Clerk's shape.
async fn clerk_errors(request: Request, next: Next) -> Response {
    if is_below(request.uri().path(), "/__clerk/v1") {
        return error::in_clerks_shape(request, next).await;
    }
    next.run(request).await
}

/// Middleware: what every answer needs so that a browser does not outsmart the server.
async fn harden(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let private = PRIVATE.iter().any(|prefix| is_below(path, prefix));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if private {
        // One user's data must not come out of the HTTP cache for the next.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
