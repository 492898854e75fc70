//! The publishable key: which Clerk instance an app belongs to.

use std::fmt;
use std::rc::Rc;

use crate::auth::claims::base64url;

/// Whether a key is for development or for the real users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// `pk_test_…`
    Test,
    /// `pk_live_…`
    Live,
}

/// A publishable key that has been understood. It is public: it names the instance and opens nothing.
///
/// ```
/// use yew_clerk::auth::clerk::{KeyKind, PublishableKey};
///
/// let key = PublishableKey::parse("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k")?;
/// assert_eq!((key.kind(), key.frontend_api()), (KeyKind::Live, "clerk.example.com"));
/// # Ok::<_, yew_clerk::auth::clerk::KeyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishableKey {
    text: Rc<str>,
    kind: KeyKind,
    frontend_api: Rc<str>,
}

impl PublishableKey {
    /// Reads a key as Clerk's dashboard shows it; spaces around it do not matter.
    ///
    /// # Errors
    /// When it is not one; the [`KeyError`] says what to do.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        if text.starts_with("sk_") {
            return Err(KeyError::Secret);
        }
        let test = text.strip_prefix("pk_test_").map(|rest| (KeyKind::Test, rest));
        let live = || text.strip_prefix("pk_live_").map(|rest| (KeyKind::Live, rest));
        let (kind, encoded) = test.or_else(live).ok_or(KeyError::NoPrefix)?;
        let decoded = decode(encoded).ok_or(KeyError::NotBase64)?;
        let host = decoded.strip_suffix('$').ok_or(KeyError::NotAHost)?;
        if !is_host(host) {
            return Err(KeyError::NotAHost);
        }
        Ok(Self { text: text.into(), kind, frontend_api: host.into() })
    }

    /// The key as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// For development or for the real users.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The host of Clerk's frontend API for this instance.
    #[must_use]
    pub fn frontend_api(&self) -> &str {
        &self.frontend_api
    }
}

/// Decodes either alphabet of base64, with or without padding.
fn decode(text: &str) -> Option<String> {
    let plain = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
    String::from_utf8(base64url(&plain)?).ok()
}

/// A host with a dot, and nothing that would make an address of a script mean something else.
fn is_host(host: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    host.contains('.') && host.chars().all(allowed)
}

/// Why a text is not a publishable key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// There is no text.
    Empty,
    /// It is a secret key, which must never be in a page.
    Secret,
    /// It begins with neither `pk_test_` nor `pk_live_`.
    NoPrefix,
    /// What follows is not base64.
    NotBase64,
    /// What is encoded is not a host followed by one `$`.
    NotAHost,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => {
                "the publishable key is empty; copy it from 'API keys' in Clerk's dashboard"
            }
            Self::Secret => {
                "this is a secret key, which anybody could read in a page; replace it in Clerk's dashboard, and use \
                 the publishable key (pk_…)"
            }
            Self::NoPrefix => {
                "a publishable key begins with pk_test_ or pk_live_; copy it from 'API keys' in Clerk's dashboard"
            }
            Self::NotBase64 | Self::NotAHost => {
                "the publishable key is damaged; copy all of it from 'API keys' in Clerk's dashboard"
            }
        })
    }
}

impl std::error::Error for KeyError {}
