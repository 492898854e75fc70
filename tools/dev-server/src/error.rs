//! The one shape in which every refusal and failure reaches a client, and the other that Clerk has.

use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::store::StoreError;

/// An answer that is not a success: a status and `{"error":{"code","message","field"?}}`.
#[derive(Debug, Clone)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    field: Option<String>,
    session_id: Option<String>,
}

#[derive(Serialize)]
struct Shape<'a> {
    error: Inner<'a>,
}

#[derive(Serialize)]
struct Inner<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

impl ApiError {
    /// An error with `status`, a `code` for programs and a `message` for people.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), field: None, session_id: None }
    }

    /// 422 `invalid`: the value of `field` breaks a rule, which `message` names.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        let error = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message);
        Self { field: Some(field.into()), ..error }
    }

    /// The same error, about the value of `field`.
    #[must_use]
    pub fn about(self, field: &str) -> Self {
        Self { field: Some(field.to_owned()), ..self }
    }

    /// The same error, with the session that is the reason. Only Clerk's shape shows it.
    #[must_use]
    pub fn because_of_session(self, id: &str) -> Self {
        Self { session_id: Some(id.to_owned()), ..self }
    }

    /// 404 `not_found`.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 404 `resource_not_found`: Clerk's name for it.
    pub fn resource_not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "resource_not_found", message)
    }

    /// 400 with the given code.
    pub fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 403 `cross_site`.
    #[must_use]
    pub fn cross_site() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "cross_site",
            "A page of another origin may not change anything here.",
        )
    }

    /// 405 `method_not_allowed`.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "This address does not take that method.",
        )
    }

    /// 500 `internal`. The details go to the log, not to the client.
    pub fn internal(details: &dyn std::fmt::Display) -> Self {
        tracing::error!(%details, "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "The server failed; its log says why.",
        )
    }
}

/// Middleware: errors in the shape in which Clerk's scripts read them, whoever made them. An error that
/// a fault asked for must not look different from a real one.
pub async fn in_clerks_shape(request: Request, next: Next) -> Response {
    let (mut parts, body) = next.run(request).await.into_parts();
    let Some(error) = parts.extensions.get::<ApiError>() else {
        return Response::from_parts(parts, body);
    };
    let shape = json!({ "errors": [{
        "code": error.code,
        "message": error.message,
        "long_message": error.message,
        "meta": { "param_name": error.field, "session_id": error.session_id },
    }]});
    // Counted anew from the new body.
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(shape.to_string()))
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let inner = Inner { code: self.code, message: &self.message, field: self.field.as_deref() };
        let mut response = (self.status, Json(Shape { error: inner })).into_response();
        response.extensions_mut().insert(self.clone());
        if self.status == StatusCode::UNAUTHORIZED {
            // The codes are plain words, so quoting them is safe.
            let challenge = format!("Bearer error=\"{}\"", self.code);
            if let Ok(value) = HeaderValue::from_str(&challenge) {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
            }
        }
        response
    }
}
