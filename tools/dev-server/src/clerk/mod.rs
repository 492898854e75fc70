//! What is Clerk's own: publishable keys, how a browser is known, and the form of its tokens.

pub mod instance;
pub mod tokens;

use axum::http::{HeaderMap, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::body::Fields;
use crate::cookies;

/// Where Clerk's frontend API is served.
pub const PROXY_URL: &str = "/__clerk";
/// The code that every e-mail would contain, as in Clerk's test mode. No e-mail is sent.
pub const EMAIL_CODE: &str = "424242";
/// The query parameter with the secret of a browser that uses a development key.
pub const DEV_BROWSER: &str = "__clerk_db_jwt";

/// The publishable key of a production instance: browsers are known by their cookie.
#[must_use]
pub fn live_key() -> String {
    publishable_key("pk_live_", "clerk.yew-clerk.example")
}

/// The publishable key of a development instance: browsers are known by a query parameter. Its host has
/// the ending by which Clerk's scripts know such an instance.
#[must_use]
pub fn test_key() -> String {
    publishable_key("pk_test_", "yew-clerk.clerk.accounts.dev")
}

fn publishable_key(prefix: &str, host: &str) -> String {
    format!("{prefix}{}", STANDARD.encode(format!("{host}$")))
}

/// The secret by which a browser is known, and by which way it came.
#[derive(Clone)]
pub enum BrowserKey {
    /// In the query. Scripts hold it, so no foreign page can send it.
    Query(String),
    /// In a cookie, which a browser sends along for foreign pages too.
    Cookie(String),
}

impl BrowserKey {
    /// Reads a request. The query comes first: whoever names a browser there means that one.
    #[must_use]
    pub fn of(headers: &HeaderMap, uri: &Uri) -> Option<Self> {
        let query = Fields::parse(uri.query().unwrap_or_default().as_bytes());
        if let Some(secret) = query.filled(DEV_BROWSER) {
            return Some(Self::Query(secret.to_owned()));
        }
        let secret = cookies::read(headers, cookies::CLIENT).filter(|secret| !secret.is_empty())?;
        Some(Self::Cookie(secret.to_owned()))
    }

    /// The secret itself.
    #[must_use]
    pub fn secret(&self) -> &str {
        match self {
            Self::Query(secret) | Self::Cookie(secret) => secret,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{STANDARD, live_key, test_key};
    use base64::Engine;

    #[test]
    fn a_publishable_key_names_a_host_and_ends_in_a_dollar() {
        for (key, prefix) in [(live_key(), "pk_live_"), (test_key(), "pk_test_")] {
            let host = STANDARD.decode(key.strip_prefix(prefix).unwrap()).unwrap();
            let host = String::from_utf8(host).unwrap();
            assert!(host.ends_with('$') && host.contains('.'), "{host}");
        }
    }
}
