//! The built app: its files, and its page for every address that is no file.

use std::path::Path;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;
use tower_http::compression::Compression;
use tower_http::services::ServeDir;

use super::is_reserved;
use crate::error::ApiError;
use crate::state::AppState;

const INDEX: &str = "/index.html";
/// Ask again each time; a changed app must show at once.
pub(super) const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");
/// A name with a hash never stands for other contents.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Least length of what counts as a hash in a file's name.
const HASH_CHARS: usize = 8;

/// Answers everything that no route takes.
pub async fn serve(State(state): State<AppState>, request: Request) -> Response {
    let Some(parts) = decoded_parts(request.uri().path()) else {
        return ApiError::bad_request("bad_path", "The address is not valid.").into_response();
    };
    let first = parts.iter().map(String::as_str).find(|part| !part.is_empty()).unwrap_or_default();
    if is_reserved(first) {
        return ApiError::not_found("There is nothing at this address.").into_response();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let allow = [(header::ALLOW, HeaderValue::from_static("GET,HEAD"))];
        return (allow, ApiError::method_not_allowed()).into_response();
    }
    let (method, headers) = (request.method().clone(), request.headers().clone());
    if let Some(mut found) = file(state.dist(), &method, request.uri(), &headers).await {
        let name = parts.last().map(String::as_str).unwrap_or_default();
        set_caching(&mut found, if is_hashed(name) { FOR_EVER } else { REVALIDATE });
        return found;
    }
    match file(state.dist(), &method, &Uri::from_static(INDEX), &headers).await {
        Some(mut index) => {
            set_caching(&mut index, REVALIDATE);
            index
        }
        None => ApiError::not_found(format!(
            "There is no {}{INDEX}; build the app first.",
            state.dist().display()
        ))
        .into_response(),
    }
}

/// The file at `uri` in `folder`, compressed as the browser likes it, or `None` if there is none.
pub(super) async fn file(
    folder: &Path,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Option<Response> {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = method.clone();
    *request.uri_mut() = uri.clone();
    *request.headers_mut() = headers.clone();
    // It refuses `..` and whatever else leads out of the folder. A folder is no file: the app may have
    // a page of the same name.
    let files = ServeDir::new(folder)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    let response = match Compression::new(files).oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    };
    let status = response.status();
    if status == StatusCode::RANGE_NOT_SATISFIABLE || status == StatusCode::PRECONDITION_FAILED {
        let refusal = ApiError::new(status, "precondition", "The file is not as you expect it.");
        return Some(refusal.into_response());
    }
    let usable = status.is_success() || status == StatusCode::NOT_MODIFIED;
    usable.then(|| with_charset(response))
}

/// The parts of a path, decoded; `None` if a part is not text or contains what no name does.
fn decoded_parts(path: &str) -> Option<Vec<String>> {
    path.split('/')
        .map(|part| {
            let part = decode(part)?;
            let harmless = !part.contains(['\0', '/', '\\']) && part != "..";
            harmless.then_some(part)
        })
        .collect()
}

fn decode(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = char::from(rest.next()?).to_digit(16)?;
        let low = char::from(rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// Whether a file's name contains a hash of its contents, as the bundler writes it: a run of hexadecimal
/// digits between `-` or `_` and `.` or `_`, such as in `app-5f3a9c0d1e2b4a67_bg.wasm`.
fn is_hashed(name: &str) -> bool {
    let Some((_, after_dash)) = name.rsplit_once('-') else {
        return false;
    };
    let hash = after_dash.split(['.', '_']).next().unwrap_or_default();
    let is_hex = hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    hash.len() >= HASH_CHARS && is_hex && after_dash.len() > hash.len()
}

pub(super) fn set_caching(response: &mut Response, value: HeaderValue) {
    response.headers_mut().insert(header::CACHE_CONTROL, value);
}

/// The app's texts are UTF-8; browsers guess otherwise if they are not told.
fn with_charset(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let bare = declared.filter(|declared| declared.starts_with("text/") && !declared.contains(';'));
    if let Some(value) = bare.and_then(|bare| format!("{bare}; charset=utf-8").parse().ok()) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::{decoded_parts, is_hashed};

    #[test]
    fn a_hash_in_a_name_is_told_from_a_word() {
        for name in
            ["app-5f3a9c0d1e2b4a67_bg.wasm", "app-5f3a9c0d1e2b4a67.js", "style-00ff00ff.css"]
        {
            assert!(is_hashed(name), "{name}");
        }
        for name in
            ["index.html", "app-release.js", "app-deadbeef", "a-1234.css", "-.js", "favicon.ico"]
        {
            assert!(!is_hashed(name), "{name}");
        }
    }

    #[test]
    fn a_path_that_leads_upwards_or_hides_a_separator_is_not_taken() {
        for path in
            ["/..", "/a/%2e%2e/b", "/%2E./x", "/a%2fb", "/a%5cb", "/a%00", "/%ff", "/%4", "/%zz"]
        {
            assert_eq!(decoded_parts(path), None, "{path}");
        }
        assert_eq!(
            decoded_parts("/a%20b/..c"),
            Some(vec![String::new(), "a b".into(), "..c".into()])
        );
    }
}
