//! What went wrong at Clerk, by the fields that clerk-js sets. Its classes have no names to go by.

use std::fmt;
use std::rc::Rc;

use super::key::KeyError;
use crate::auth::source::TokenError;

/// An error of clerk-js or of this binding.
///
/// ```
/// use yew_clerk::auth::clerk::ClerkError;
///
/// let error = ClerkError::new("form_password_incorrect", "Password is incorrect.").with_status(422);
/// assert!(!error.is_retryable());
/// assert_eq!(error.to_string(), "Password is incorrect.");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClerkError {
    /// What happened, for a program: `form_password_incorrect`, `clerk_offline` and so on. Of the first detail if
    /// there is one.
    pub code: Rc<str>,
    /// What happened, for a person.
    pub message: Rc<str>,
    /// The HTTP status of Clerk's answer, if there was one.
    pub status: Option<u16>,
    /// Each thing that Clerk objects to, with the field of the form.
    pub errors: Rc<[ErrorDetail]>,
}

/// One thing that Clerk objects to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorDetail {
    /// What, for a program.
    pub code: Rc<str>,
    /// What, for a person.
    pub message: Rc<str>,
    /// The same at length.
    pub long_message: Option<Rc<str>>,
    /// More about it.
    pub meta: Option<ErrorMeta>,
}

/// More about an [`ErrorDetail`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorMeta {
    /// The name of the field that it is about, as the API calls it.
    pub param_name: Option<Rc<str>>,
}

/// The fields of an error of clerk-js, each of which may be missing.
#[derive(Clone, Debug, Default)]
pub struct ErrorFields {
    /// What happened, for a program.
    pub code: Option<Rc<str>>,
    /// What happened, for a person.
    pub message: Option<Rc<str>>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The details.
    pub errors: Option<Vec<ErrorDetail>>,
}

impl ErrorFields {
    /// The error that these fields describe.
    #[must_use]
    pub fn error(self) -> ClerkError {
        let errors: Rc<[ErrorDetail]> = self.errors.unwrap_or_default().into();
        let first = errors.first();
        let code = first.map(|first| first.code.clone()).or(self.code);
        let told = first.and_then(|first| {
            let long = first.long_message.clone().filter(|text| !text.is_empty());
            long.or_else(|| Some(first.message.clone()).filter(|text| !text.is_empty()))
        });
        let message = told.or(self.message).unwrap_or_else(|| Rc::from("Clerk gave no reason"));
        let code = code.filter(|code| !code.is_empty()).unwrap_or_else(|| Rc::from("unknown"));
        ClerkError { code, message, status: self.status, errors }
    }
}

impl ClerkError {
    /// An error without details.
    pub fn new(code: impl Into<Rc<str>>, message: impl Into<Rc<str>>) -> Self {
        let (code, message) = (code.into(), message.into());
        Self { code, message, status: None, errors: Rc::default() }
    }

    /// The same error with the status of an answer.
    #[must_use]
    pub const fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Clerk's ready-made forms are not there.
    #[must_use]
    pub fn no_ui() -> Self {
        let text = "Clerk's ready-made forms are not loaded: set `ui` in `ClerkOptions`, or see whether the page's \
                    Content-Security-Policy lets their script in";
        Self::new(NO_UI, text)
    }

    /// Something was asked of Clerk before it was there.
    #[must_use]
    pub fn not_loaded() -> Self {
        Self::new("clerk_not_loaded", "Clerk has not loaded yet; try again in a moment")
    }

    /// The field of the form that the first detail is about, as the API calls it: `identifier`, `password`, …
    #[must_use]
    pub fn param(&self) -> Option<&str> {
        self.errors.first()?.meta.as_ref()?.param_name.as_deref()
    }

    /// Whether the device is offline.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        &*self.code == "clerk_offline"
    }

    /// Whether it may work later: the network, a busy server, a script that did not load. Not what the user has
    /// typed, nor a refusal.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        if matches!(&*self.code, NO_UI | BAD_KEY) {
            return false;
        }
        self.status.is_none_or(|status| matches!(status, 401 | 408 | 425 | 429 | 500..))
    }

    /// The same as a reason for having no token. That nobody is signed in is never concluded from an error: only
    /// `is_signed_out`, Clerk's own word on the session, says so.
    #[must_use]
    pub fn to_token_error(&self, is_signed_out: bool) -> TokenError {
        if is_signed_out {
            return TokenError::SignedOut;
        }
        if self.is_offline() {
            return TokenError::Offline;
        }
        TokenError::Unavailable { message: self.message.clone(), retryable: self.is_retryable() }
    }
}

const NO_UI: &str = "clerk_ui_missing";
const BAD_KEY: &str = "publishable_key_invalid";

impl From<KeyError> for ClerkError {
    fn from(error: KeyError) -> Self {
        Self::new(BAD_KEY, error.to_string())
    }
}

impl fmt::Display for ClerkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ClerkError {}
