//! The server's own account of what it was asked.

use std::fmt;

use serde_json::Value;

/// One request as the server saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// 0 if there was no answer, or not yet.
    pub status: u64,
    /// `bearer`, `cookie` or `none`.
    pub credential: String,
    /// Who asked, if the server could tell.
    pub user_id: Option<String>,
}

/// All requests since the start of the test or since they were forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests(pub Vec<Entry>);

impl Requests {
    /// Reads the body of `GET /__dev/requests`.
    #[must_use]
    pub fn of(body: &Value) -> Self {
        let text = |entry: &Value, name: &str| entry[name].as_str().map(str::to_owned);
        let log = body["log"].as_array().cloned().unwrap_or_default();
        let entry = |entry: &Value| Entry {
            method: text(entry, "method").unwrap_or_default(),
            path: text(entry, "path").unwrap_or_default(),
            status: entry["status"].as_u64().unwrap_or_default(),
            credential: text(entry, "credential").unwrap_or_default(),
            user_id: text(entry, "user_id"),
        };
        Self(log.iter().map(entry).collect())
    }

    /// Those of one method and path.
    #[must_use]
    pub fn of_path(&self, method: &str, path: &str) -> Self {
        self.only(|entry| entry.method == method && entry.path == path)
    }

    /// Those below `/api`.
    #[must_use]
    pub fn of_api(&self) -> Self {
        self.only(|entry| entry.path.starts_with("/api/"))
    }

    /// Those for a session token.
    #[must_use]
    pub fn of_tokens(&self) -> Self {
        self.only(|entry| {
            let session = entry.path.strip_prefix("/__clerk/v1/client/sessions/");
            session.is_some_and(|rest| rest.ends_with("/tokens"))
        })
    }

    /// Those that were answered with `status`.
    #[must_use]
    pub fn answered(&self, status: u64) -> Self {
        self.only(|entry| entry.status == status)
    }

    /// Those that `wanted` holds for.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&Entry) -> bool) -> Self {
        Self(self.0.iter().filter(|entry| wanted(entry)).cloned().collect())
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The credentials with which they came, one after another.
    #[must_use]
    pub fn credentials(&self) -> Vec<&str> {
        let each = self.0.iter();
        each.map(|entry| entry.credential.as_str()).collect()
    }

    /// The statuses with which they were answered, one after another.
    #[must_use]
    pub fn statuses(&self) -> Vec<u64> {
        self.0.iter().map(|entry| entry.status).collect()
    }
}

impl fmt::Display for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in &self.0 {
            let user = entry.user_id.as_deref().unwrap_or("-");
            writeln!(
                f,
                "{} {} {} {} {user}",
                entry.status, entry.method, entry.path, entry.credential
            )?;
        }
        Ok(())
    }
}
