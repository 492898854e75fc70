//! Sessions, and the browsers (clients) that hold them.

use redb::{ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, User, browsers, decode, encode, hash};
use crate::random;

/// Session id to record.
const SESSIONS: TableDefinition<&str, &[u8]> = TableDefinition::new("sessions");
/// Hash of a client's secret to the id of its session. The secret itself is not kept: who can read the
/// database cannot take over a browser's session, and looking up a hash leaks nothing by its time.
const CLIENTS: TableDefinition<&str, &str> = TableDefinition::new("clients");

/// A session, live or ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionRecord {
    /// The id, `sess_…`; it stands in tokens and is no secret.
    pub id: String,
    /// The user.
    pub user_id: String,
    /// The active organisation.
    pub org_id: Option<String>,
    /// When it began, in milliseconds since the Unix epoch.
    pub created_at_ms: u64,
    /// When it ended; `None` while it lives.
    pub ended_at_ms: Option<u64>,
    /// When a page last made itself known for it; `None` if never.
    #[serde(default)]
    pub touched_at_ms: Option<u64>,
}

impl SessionRecord {
    /// Whether the session has not ended.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.ended_at_ms.is_none()
    }
}

impl Store {
    /// Begins a session of `user` for the browser that will hold `secret`. If it held `replaced` until
    /// now, that session ends: nobody could sign out of it any more.
    ///
    /// # Errors
    /// If the database fails.
    pub fn begin_session(
        &self,
        user: &User,
        secret: &str,
        replaced: Option<&str>,
        now_ms: u64,
    ) -> Result<SessionRecord, StoreError> {
        self.write(|transaction| {
            if let Some(replaced) = replaced {
                end_client(transaction, replaced, now_ms)?;
                browsers::end(transaction, replaced, now_ms)?;
            }
            let session = begin(transaction, user, now_ms)?;
            let mut clients = transaction.open_table(CLIENTS)?;
            clients.insert(hash(secret).as_str(), session.id.as_str())?;
            Ok(session)
        })
    }

    /// The session with this id, live or ended.
    ///
    /// # Errors
    /// If the database fails.
    pub fn session(&self, id: &str) -> Result<Option<SessionRecord>, StoreError> {
        let sessions = self.read()?.open_table(SESSIONS)?;
        sessions.get(id)?.map(|bytes| decode(bytes.value())).transpose()
    }

    /// The live session of the browser that holds `secret`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn session_of_client(&self, secret: &str) -> Result<Option<SessionRecord>, StoreError> {
        let transaction = self.read()?;
        let clients = transaction.open_table(CLIENTS)?;
        let Some(id) = clients.get(hash(secret).as_str())? else {
            return Ok(None);
        };
        let sessions = transaction.open_table(SESSIONS)?;
        let session: Option<SessionRecord> =
            sessions.get(id.value())?.map(|bytes| decode(bytes.value())).transpose()?;
        Ok(session.filter(SessionRecord::is_live))
    }

    /// Ends the session of the browser that holds `secret`; nothing happens if it has none.
    ///
    /// # Errors
    /// If the database fails.
    pub fn end_session_of_client(&self, secret: &str, now_ms: u64) -> Result<(), StoreError> {
        self.write(|transaction| {
            end_client(transaction, secret, now_ms)?;
            browsers::end(transaction, secret, now_ms)
        })
    }

    /// Ends the session with this id; says whether it was live.
    ///
    /// # Errors
    /// If the database fails.
    pub fn end_session(&self, id: &str, now_ms: u64) -> Result<bool, StoreError> {
        self.write(|transaction| end(transaction, id, now_ms))
    }

    /// Ends every live session and says how many there were.
    ///
    /// # Errors
    /// If the database fails.
    pub fn end_all_sessions(&self, now_ms: u64) -> Result<usize, StoreError> {
        self.write(|transaction| {
            let mut ids = Vec::new();
            for entry in transaction.open_table(SESSIONS)?.iter()? {
                ids.push(entry?.0.value().to_owned());
            }
            let mut ended = 0;
            for id in ids {
                ended += usize::from(end(transaction, &id, now_ms)?);
            }
            Ok(ended)
        })
    }
}

/// Makes the tables.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(SESSIONS)?;
    transaction.open_table(CLIENTS)?;
    Ok(())
}

/// Writes a new session of `user`.
pub(super) fn begin(
    transaction: &WriteTransaction,
    user: &User,
    now_ms: u64,
) -> Result<SessionRecord, StoreError> {
    let session = SessionRecord {
        id: random::id("sess_"),
        user_id: user.id.clone(),
        org_id: user.org_id.clone(),
        created_at_ms: now_ms,
        ended_at_ms: None,
        touched_at_ms: None,
    };
    let mut sessions = transaction.open_table(SESSIONS)?;
    sessions.insert(session.id.as_str(), encode(&session)?.as_slice())?;
    Ok(session)
}

/// Sets the active organisation of a session that is live.
pub(super) fn touch(
    transaction: &WriteTransaction,
    id: &str,
    org_id: Option<String>,
    now_ms: u64,
) -> Result<(), StoreError> {
    change(transaction, id, |session| SessionRecord {
        org_id,
        touched_at_ms: Some(now_ms),
        ..session
    })
    .map(|_| ())
}

/// Ends the session of the browser that holds `secret`, and forgets that it held it.
pub(super) fn end_client(
    transaction: &WriteTransaction,
    secret: &str,
    now_ms: u64,
) -> Result<(), StoreError> {
    let removed = {
        let mut clients = transaction.open_table(CLIENTS)?;
        let id = clients.remove(hash(secret).as_str())?;
        id.map(|id| id.value().to_owned())
    };
    match removed {
        Some(id) => end(transaction, &id, now_ms).map(|_| ()),
        None => Ok(()),
    }
}

/// Marks a session as ended; says whether it was live.
pub(super) fn end(
    transaction: &WriteTransaction,
    id: &str,
    now_ms: u64,
) -> Result<bool, StoreError> {
    change(transaction, id, |session| SessionRecord { ended_at_ms: Some(now_ms), ..session })
}

/// Changes a session if it is live; says whether it was.
fn change(
    transaction: &WriteTransaction,
    id: &str,
    work: impl FnOnce(SessionRecord) -> SessionRecord,
) -> Result<bool, StoreError> {
    let mut sessions = transaction.open_table(SESSIONS)?;
    let found: Option<SessionRecord> =
        sessions.get(id)?.map(|bytes| decode(bytes.value())).transpose()?;
    match found {
        Some(session) if session.is_live() => {
            sessions.insert(id, encode(&work(session))?.as_slice())?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
