//! Where a session token may go.

use std::error::Error;
use std::fmt;
use std::rc::Rc;

use super::error::{FetchError, RefusedBecause, words};
use super::transport::{Target, Transport};

/// The origins that get the session token: the page's own, and those on this list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OriginPolicy {
    allowed: Rc<[Rc<str>]>,
}

impl OriginPolicy {
    /// Only the page's own origin. The default.
    #[must_use]
    pub fn same_origin() -> Self {
        Self::default()
    }

    /// The page's own origin and these, each written as the browser writes an origin:
    /// `https://api.example.com`, with the port if it is not the usual one.
    ///
    /// # Errors
    /// When one is not exactly an origin, contains a wildcard, or is not encrypted and not on this device.
    pub fn allowing(transport: &dyn Transport, origins: &[&str]) -> Result<Self, InvalidOrigin> {
        let mut allowed = Vec::new();
        for text in origins {
            allowed.push(checked(transport, text)?);
        }
        Ok(Self { allowed: allowed.into() })
    }

    /// The origins on the list.
    #[must_use]
    pub fn allowed(&self) -> &[Rc<str>] {
        &self.allowed
    }

    /// Whether a token may go to `target`.
    pub(super) fn check(&self, target: &Target) -> Result<(), FetchError> {
        let reason = match &*target.scheme {
            "https" => None,
            "http" if target.is_loopback() => None,
            "http" => Some(RefusedBecause::InsecureHttp),
            _ => Some(RefusedBecause::NotHttp),
        };
        let known = target.is_same_origin || self.allowed.contains(&target.origin);
        let reason = reason.or((!known).then_some(RefusedBecause::NotAllowed));
        reason.map_or(Ok(()), |reason| Err(refused(target, reason)))
    }
}

/// The error for a target that must not get a token.
pub(super) fn refused(target: &Target, reason: RefusedBecause) -> FetchError {
    let has_origin = matches!(&*target.scheme, "http" | "https");
    let origin =
        if has_origin { target.origin.clone() } else { [&target.scheme, ":"].concat().into() };
    FetchError::OriginRefused { origin, reason }
}

fn checked(transport: &dyn Transport, text: &str) -> Result<Rc<str>, InvalidOrigin> {
    let invalid = |reason| InvalidOrigin { origin: text.into(), reason };
    if text.contains('*') {
        return Err(invalid("wildcards are not supported; name each origin"));
    }
    let target = transport.resolve(text).map_err(|_| invalid("it is not an address"))?;
    match &*target.scheme {
        "https" => {}
        "http" if target.is_loopback() => {}
        _ => return Err(invalid("it is not encrypted; use https")),
    }
    // Exact, so that what stands in the source is what is compared: no path that looks as if it
    // counted, no user name, no second spelling.
    if *target.origin != *text {
        return Err(invalid(
            "write it as scheme://host[:port], in lower case and with nothing behind",
        ));
    }
    Ok(target.origin)
}

/// A text that cannot stand in an [`OriginPolicy`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidOrigin {
    /// The text.
    pub origin: Rc<str>,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl fmt::Display for InvalidOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        words(f, &["\"", &self.origin, "\" cannot be an allowed origin: ", self.reason])
    }
}

impl Error for InvalidOrigin {}
