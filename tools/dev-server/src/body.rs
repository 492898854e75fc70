//! Bodies and queries of requests, with every refusal in the common shape.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// Most bytes that a body may have.
pub const LIMIT_BYTES: usize = 64 * 1024;
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
/// How much of a body that is too large is still read. A client that is cut off while it sends sees a
/// broken connection instead of the answer.
const DRAIN_BYTES: usize = 16 * 1024 * 1024;

/// A JSON body. Refused with 413 (too large), 415 (not declared as JSON), 400 (not JSON) or 422 (JSON of
/// another shape; the error names the field).
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let bytes = read(body).await?;
        check_content_type(&parts.headers, JSON)?;
        parse(&bytes).map(Self)
    }
}

/// For endpoints that take `{}`: nothing, or a JSON object whatever is in it.
pub struct EmptyBody;

impl<S: Send + Sync> FromRequest<S> for EmptyBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let bytes = read(body).await?;
        if !bytes.is_empty() {
            check_content_type(&parts.headers, JSON)?;
            parse::<serde_json::Map<String, serde_json::Value>>(&bytes)?;
        }
        Ok(Self)
    }
}

/// The fields of a form, or of a query string. The first value of a name counts.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads what a browser writes for a form; nothing is no form. What cannot be decoded stays as it is.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// Reads a form's body, which may be absent.
    ///
    /// # Errors
    /// 413 if it is too large, 415 if there is one that is not declared as a form.
    pub async fn of_body(headers: &HeaderMap, body: Body) -> Result<Self, ApiError> {
        let bytes = read(body).await?;
        if !bytes.is_empty() {
            check_content_type(headers, FORM)?;
        }
        Ok(Self::parse(&bytes))
    }

    /// The value of a field, which may be empty; `None` if the field is not there at all.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The value of a field that has one.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }
}

/// A query string. Refused with 400.
pub struct QueryOf<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for QueryOf<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Query::from_request_parts(parts, state)
            .await
            .map(|Query(query)| Self(query))
            .map_err(|rejection| ApiError::bad_request("bad_query", rejection.body_text()))
    }
}

async fn read(mut body: Body) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    let mut total = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            ApiError::bad_request("bad_body", "The body ended before it was complete.")
        })?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        total = total.saturating_add(data.len());
        if total <= LIMIT_BYTES {
            bytes.extend_from_slice(&data);
        } else if total > DRAIN_BYTES {
            break;
        }
    }
    if total > LIMIT_BYTES {
        return Err(ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("A body may have {LIMIT_BYTES} bytes at most."),
        ));
    }
    Ok(bytes)
}

fn check_content_type(headers: &HeaderMap, wanted: &str) -> Result<(), ApiError> {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = declared.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        format!("The body must be declared as {wanted}."),
    ))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // In two steps, so that what is no JSON at all is told from JSON of another shape.
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| {
        ApiError::bad_request("bad_json", format!("The body is not JSON: {error}"))
    })?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let field = error.path().to_string();
        ApiError::invalid(field, error.into_inner().to_string())
    })
}
