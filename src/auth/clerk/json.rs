//! Data of Clerk's or for Clerk that this binding hands on as it is.

use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::ClerkError;
use crate::engine::key::write_text;

/// JSON that is read when somebody wants it, and is a text until then: the claims of a session, a user's metadata, and
/// the properties of Clerk's ready-made forms. Clones share the text. Default: `{}`.
///
/// ```
/// use serde_json::json;
/// use yew_clerk::auth::clerk::ClerkJson;
///
/// #[derive(serde::Deserialize)]
/// struct Metadata { team: String }
///
/// let metadata = ClerkJson::from(json!({ "team": "red", "since": 2024 }));
/// assert_eq!(metadata.read::<Metadata>()?.team, "red");
/// # Ok::<_, yew_clerk::auth::clerk::ClerkError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClerkJson(Rc<str>);

impl ClerkJson {
    /// Any value that serde can write.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, ClerkError> {
        match serde_json::to_string(value) {
            Ok(text) => Ok(Self(text.into())),
            Err(_) => Err(ClerkError::new(BAD_JSON, "the value cannot be written as JSON")),
        }
    }

    /// A text that is JSON already. It is not looked at until it is used, where an error says if it is none.
    pub fn from_text(text: impl Into<Rc<str>>) -> Self {
        Self(text.into())
    }

    /// An object of texts.
    pub(super) fn object(fields: &[(&str, &str)]) -> Self {
        let fields: Vec<_> =
            fields.iter().map(|(name, value)| (*name, Self::text(value))).collect();
        Self::of_fields(&fields)
    }

    /// An object of anything.
    pub(super) fn of_fields(fields: &[(&str, Self)]) -> Self {
        let mut text = String::from("{");
        for (name, value) in fields {
            separate(&mut text);
            write_text(name, &mut text);
            text.push(':');
            text.push_str(&value.0);
        }
        text.push('}');
        Self(text.into())
    }

    /// A text as JSON.
    pub(super) fn text(value: &str) -> Self {
        let mut text = String::new();
        write_text(value, &mut text);
        Self(text.into())
    }

    /// A list of texts.
    pub(super) fn texts(values: &[impl AsRef<str>]) -> Self {
        let mut text = String::from("[");
        for value in values {
            separate(&mut text);
            write_text(value.as_ref(), &mut text);
        }
        text.push(']');
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the text describes.
    ///
    /// # Errors
    /// When it is no JSON, or not that of a `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ClerkError> {
        crate::json::from_str(&self.0).map_err(|error| ClerkError::new(BAD_JSON, error.to_string()))
    }
}

/// A comma before all items but the first.
fn separate(text: &mut String) {
    if text.len() > 1 {
        text.push(',');
    }
}

const BAD_JSON: &str = "json_unexpected";

impl Default for ClerkJson {
    fn default() -> Self {
        Self("{}".into())
    }
}

impl From<serde_json::Value> for ClerkJson {
    fn from(value: serde_json::Value) -> Self {
        Self(value.to_string().into())
    }
}
