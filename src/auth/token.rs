//! The secret itself, wrapped so that it cannot be printed by accident.

use std::fmt;
use std::rc::Rc;

use super::claims::{self, Claims, ClaimsError};
use super::defaults::TOKEN_SIZE_LIMIT;

/// A bearer token. Opaque: it has no `Display`, and its `Debug` shows no part of the text.
///
/// ```
/// use yew_clerk::auth::Token;
///
/// assert_eq!(format!("{:?}", Token::new("secret")), "Token(…)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: Rc<str>,
}

impl Token {
    /// Wraps the text of a token.
    pub fn new(text: impl Into<Rc<str>>) -> Self {
        Self { text: text.into() }
    }

    /// The text. Send it to the server it is meant for; do not log, store or show it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// What the token says about itself. Not verified: only the server can do that.
    ///
    /// # Errors
    /// When the text is not a JSON web token.
    pub fn claims(&self) -> Result<Claims, ClaimsError> {
        Claims::parse(&self.text)
    }

    /// Whether the text claims to be a JSON web token: three parts with dots between.
    pub(crate) fn looks_like_jwt(&self) -> bool {
        claims::payload(&self.text).is_some()
    }

    /// Whether the text can stand in a header: not empty, not too long, visible ASCII only.
    pub(crate) fn fits_header(&self) -> bool {
        let size = self.text.len();
        (1..=TOKEN_SIZE_LIMIT).contains(&size)
            && self.text.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl From<String> for Token {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Token {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// What makes a request an authenticated one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A token for the `Authorization` header.
    Bearer(Token),
    /// The session's cookie, which the browser adds by itself on the page's own origin.
    Cookie,
}
