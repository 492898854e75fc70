//! Browsers as Clerk sees them (its name for one is "client"): each may hold several sessions.

use redb::{ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::sessions::{self, SessionRecord};
use super::{Membership, Store, StoreError, User, decode, encode, hash, organizations};
use crate::random;

/// Hash of a browser's secret to record. The secret itself is not kept.
const BROWSERS: TableDefinition<&str, &[u8]> = TableDefinition::new("browsers");
/// Most sessions that are remembered for a browser. Ended ones are among them, so that a request for one
/// is told from a request for another browser's.
const MAX_SESSIONS: usize = 50;

/// A browser that has been given a secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BrowserRecord {
    /// The id, `client_…`; no secret.
    pub id: String,
    /// Its sessions, live or ended, the newest last.
    pub session_ids: Vec<String>,
    /// The session that its pages used last.
    pub last_active_session_id: Option<String>,
    /// The sign-in that has begun and is not complete.
    pub sign_in: Option<SignInRecord>,
    /// When it was first seen, in milliseconds since the Unix epoch.
    pub created_at_ms: u64,
    /// When it last changed. Always increases with a change, because pages compare it.
    pub updated_at_ms: u64,
    /// When a session last began or ended on the browser's own account.
    pub sessions_changed_at_ms: u64,
}

/// A sign-in that waits for the proof of who signs in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignInRecord {
    /// The id, `sia_…`.
    pub id: String,
    /// The user who is to prove it.
    pub user_id: String,
    /// The user's e-mail address.
    pub email: String,
    /// What was typed to name the user.
    pub identifier: String,
    /// Whether a code was sent.
    pub code_sent: bool,
}

/// A browser with all that is known of its live sessions.
#[derive(Clone)]
pub struct Browser {
    /// The record.
    pub record: BrowserRecord,
    /// The live sessions, the newest last.
    pub sessions: Vec<OpenSession>,
}

/// A live session with its user.
#[derive(Clone)]
pub struct OpenSession {
    /// The session.
    pub session: SessionRecord,
    /// The user.
    pub user: User,
    /// The user's memberships.
    pub memberships: Vec<Membership>,
}

impl OpenSession {
    /// The membership of the organisation that is active in the session.
    #[must_use]
    pub fn active_membership(&self) -> Option<&Membership> {
        self.membership(self.session.org_id.as_deref()?)
    }

    /// The membership of an organisation.
    #[must_use]
    pub fn membership(&self, org_id: &str) -> Option<&Membership> {
        self.memberships.iter().find(|membership| membership.organization.id == org_id)
    }
}

impl Browser {
    /// The live session with this id.
    #[must_use]
    pub fn session(&self, id: &str) -> Option<&OpenSession> {
        self.sessions.iter().find(|open| open.session.id == id)
    }

    /// The session that is active: the one used last, or the newest if that has ended.
    #[must_use]
    pub fn active(&self) -> Option<&OpenSession> {
        let last = self.record.last_active_session_id.as_deref();
        last.and_then(|id| self.session(id)).or_else(|| self.sessions.last())
    }
}

impl Store {
    /// The browser that holds `secret`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn browser(&self, secret: &str) -> Result<Option<Browser>, StoreError> {
        let transaction = self.read()?;
        let found = transaction.open_table(BROWSERS)?.get(hash(secret).as_str())?;
        let Some(bytes) = found else {
            return Ok(None);
        };
        let record: BrowserRecord = decode(bytes.value())?;
        let mut sessions = Vec::new();
        for id in &record.session_ids {
            let session = self.session(id)?.filter(SessionRecord::is_live);
            let Some(session) = session else {
                continue;
            };
            if let Some(user) = self.user(&session.user_id)? {
                let memberships = organizations::memberships(&transaction, &user.id)?;
                sessions.push(OpenSession { session, user, memberships });
            }
        }
        Ok(Some(Browser { record, sessions }))
    }

    /// Makes sure that there is a browser with `secret`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn meet_browser(&self, secret: &str, now_ms: u64) -> Result<(), StoreError> {
        self.write(|transaction| change_or_make(transaction, secret, now_ms, |_| {}))
    }

    /// Replaces the browser's sign-in that has begun.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_sign_in(
        &self,
        secret: &str,
        sign_in: SignInRecord,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            change_or_make(transaction, secret, now_ms, |browser| browser.sign_in = Some(sign_in))
        })
    }

    /// Begins a session of `user` in the browser that held `secret` and holds `renewed` from now on.
    ///
    /// # Errors
    /// If the database fails.
    pub fn open_session(
        &self,
        secret: Option<&str>,
        renewed: &str,
        user: &User,
        now_ms: u64,
    ) -> Result<SessionRecord, StoreError> {
        self.write(|transaction| {
            if let Some(secret) = secret {
                rename(transaction, secret, renewed)?;
            }
            let session = sessions::begin(transaction, user, now_ms)?;
            let mut forgotten = Vec::new();
            change_or_make(transaction, renewed, now_ms, |browser| {
                browser.session_ids.push(session.id.clone());
                let surplus = browser.session_ids.len().saturating_sub(MAX_SESSIONS);
                forgotten.extend(browser.session_ids.drain(..surplus));
                browser.last_active_session_id = Some(session.id.clone());
                browser.sessions_changed_at_ms = browser.updated_at_ms;
                browser.sign_in = None;
            })?;
            for id in forgotten {
                sessions::end(transaction, &id, now_ms)?;
            }
            Ok(session)
        })
    }

    /// Makes a session the browser's active one and sets the organisation that is active in it. Nothing
    /// happens to a session that has ended meanwhile.
    ///
    /// # Errors
    /// If the database fails.
    pub fn touch_session(
        &self,
        secret: &str,
        session_id: &str,
        org_id: Option<String>,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            sessions::touch(transaction, session_id, org_id, now_ms)?;
            change(transaction, secret, now_ms, |browser| {
                browser.last_active_session_id = Some(session_id.to_owned());
            })
        })
    }

    /// Ends sessions of the browser, by their ids.
    ///
    /// # Errors
    /// If the database fails.
    pub fn end_sessions_of_browser(
        &self,
        secret: &str,
        session_ids: &[String],
        now_ms: u64,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            for id in session_ids {
                sessions::end(transaction, id, now_ms)?;
            }
            change(transaction, secret, now_ms, |browser| {
                browser.sessions_changed_at_ms = browser.updated_at_ms;
            })
        })
    }
}

/// Changes the record of the browser with `secret`. Nothing happens if there is none: a sign-in at the
/// same time may have replaced the secret, which must not come to life again.
fn change(
    transaction: &WriteTransaction,
    secret: &str,
    now_ms: u64,
    work: impl FnOnce(&mut BrowserRecord),
) -> Result<(), StoreError> {
    let known = transaction.open_table(BROWSERS)?.get(hash(secret).as_str())?.is_some();
    if known { change_or_make(transaction, secret, now_ms, work) } else { Ok(()) }
}

/// Changes the record of the browser with `secret`, or of a new one.
fn change_or_make(
    transaction: &WriteTransaction,
    secret: &str,
    now_ms: u64,
    work: impl FnOnce(&mut BrowserRecord),
) -> Result<(), StoreError> {
    let key = hash(secret);
    let mut browsers = transaction.open_table(BROWSERS)?;
    let found = browsers.get(key.as_str())?.map(|bytes| decode(bytes.value())).transpose()?;
    let mut browser = found.unwrap_or_else(|| BrowserRecord {
        id: random::id("client_"),
        session_ids: Vec::new(),
        last_active_session_id: None,
        sign_in: None,
        created_at_ms: now_ms,
        updated_at_ms: 0,
        sessions_changed_at_ms: now_ms,
    });
    browser.updated_at_ms = now_ms.max(browser.updated_at_ms + 1);
    work(&mut browser);
    browsers.insert(key.as_str(), encode(&browser)?.as_slice())?;
    Ok(())
}

fn rename(transaction: &WriteTransaction, from: &str, to: &str) -> Result<(), StoreError> {
    let mut browsers = transaction.open_table(BROWSERS)?;
    let removed = browsers.remove(hash(from).as_str())?.map(|bytes| bytes.value().to_vec());
    if let Some(bytes) = removed {
        browsers.insert(hash(to).as_str(), bytes.as_slice())?;
    }
    Ok(())
}

/// Makes the table.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(BROWSERS)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{MAX_SESSIONS, Store};

    #[test]
    fn a_secret_that_a_sign_in_has_replaced_does_not_come_to_life_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), 1).unwrap();
        let ada = store.user("user_ada").unwrap().unwrap();
        let session = store.open_session(None, "old", &ada, 2).unwrap();
        let grace = store.user("user_grace").unwrap().unwrap();
        store.open_session(Some("old"), "new", &grace, 3).unwrap();
        // What was on its way meanwhile arrives late, with the old secret.
        store.touch_session("old", &session.id, None, 4).unwrap();
        store.end_sessions_of_browser("old", std::slice::from_ref(&session.id), 5).unwrap();
        assert!(store.browser("old").unwrap().is_none());
        let sessions = store.browser("new").unwrap().unwrap().sessions;
        assert_eq!(sessions.len(), 1, "and yet it has signed out");
    }

    #[test]
    fn a_session_that_is_forgotten_for_newer_ones_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), 1).unwrap();
        let ada = store.user("user_ada").unwrap().unwrap();
        let first = store.open_session(None, "secret", &ada, 2).unwrap();
        for _ in 0..MAX_SESSIONS {
            store.open_session(Some("secret"), "secret", &ada, 3).unwrap();
        }
        assert!(!store.session(&first.id).unwrap().unwrap().is_live());
        assert_eq!(store.browser("secret").unwrap().unwrap().sessions.len(), MAX_SESSIONS);
    }
}
