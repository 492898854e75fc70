//! The cookies, named as Clerk names them.

use axum::http::header::{self, HeaderMap, HeaderValue};

/// Holds the session token. Clerk's scripts write it.
pub const SESSION: &str = "__session";
/// Holds the long-lived secret that stands for the browser. Scripts never see it.
pub const CLIENT: &str = "__client";
/// Says since when somebody is signed in, in seconds, or 0. Scripts read it to notice what happened in
/// another tab.
const CLIENT_UAT: &str = "__client_uat";

/// A year, in seconds.
const MAX_AGE_SECONDS: u32 = 31_536_000;

/// The value of the cookie `name`, if the request carries it. The first one counts.
#[must_use]
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// Adds the cookie with the client's secret to an answer.
pub fn set_client(headers: &mut HeaderMap, secret: &str) {
    append(
        headers,
        &format!("{CLIENT}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={MAX_AGE_SECONDS}"),
    );
}

/// Adds the cookie that says since when somebody is signed in.
pub fn set_client_uat(headers: &mut HeaderMap, seconds: u64) {
    append(
        headers,
        &format!("{CLIENT_UAT}={seconds}; Path=/; SameSite=Lax; Max-Age={MAX_AGE_SECONDS}"),
    );
}

fn append(headers: &mut HeaderMap, cookie: &str) {
    // Never fails: secrets and times consist of letters and digits.
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.append(header::SET_COOKIE, value);
    }
}
