//! Sessions. Which browser holds which ones is written beside them.

use redb::{ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, User, decode, encode};
use crate::random;

/// Session id to record.
const SESSIONS: TableDefinition<&str, &[u8]> = TableDefinition::new("sessions");

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
    /// The session with this id, live or ended.
    ///
    /// # Errors
    /// If the database fails.
    pub fn session(&self, id: &str) -> Result<Option<SessionRecord>, StoreError> {
        let sessions = self.read()?.open_table(SESSIONS)?;
        sessions.get(id)?.map(|bytes| decode(bytes.value())).transpose()
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

/// Makes the table.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(SESSIONS)?;
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
