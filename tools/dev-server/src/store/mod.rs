//! The embedded database: one file in the data folder, one table for each kind of thing.
//!
//! Keys begin with the user's id wherever something belongs to a user, so that a query for one user
//! cannot reach another's. Every call here blocks; [`crate::AppState::store`] runs them off the event loop.

mod browsers;
mod counters;
mod migrations;
mod notes;
mod organizations;
mod profiles;
mod sessions;
mod tickets;
mod users;

use std::fmt;
use std::path::{Path, PathBuf};

use redb::{Database, DatabaseError, ReadTransaction, ReadableDatabase, WriteTransaction};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

pub use browsers::{Browser, BrowserRecord, OpenSession, SignInRecord};
pub use notes::{CreatedNote, Note, NotePage};
pub use organizations::{Membership, Organization};
pub use profiles::Profile;
pub use sessions::SessionRecord;
pub use users::User;

use crate::random;

const FILE: &str = "dev-server.redb";
/// The database is a few kilobytes; the default of a gigabyte would be absurd.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// The open database.
pub struct Store {
    db: Database,
}

/// Why the database did not do what was asked.
#[derive(Debug)]
pub enum StoreError {
    /// Another server has the data folder open.
    InUse(PathBuf),
    /// The data folder was written by a newer server.
    TooNew {
        /// The schema's version found in the file.
        found: u64,
        /// The newest version that this server knows.
        known: u64,
    },
    /// The data folder could not be made.
    Folder(PathBuf, std::io::Error),
    /// The database failed.
    Database(Box<redb::Error>),
    /// A record is not what was written there.
    Corrupt(serde_json::Error),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(folder) => write!(
                f,
                "the data folder {} is in use by another dev-server; stop it or give another --data",
                folder.display()
            ),
            Self::TooNew { found, known } => write!(
                f,
                "the data folder has schema version {found}, but this dev-server knows only up to {known}"
            ),
            Self::Folder(folder, error) => {
                write!(f, "cannot make the data folder {}: {error}", folder.display())
            }
            Self::Database(error) => write!(f, "the database failed: {error}"),
            Self::Corrupt(error) => write!(f, "a record in the database is damaged: {error}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error)
    }
}

macro_rules! from_redb {
    ($($error:ty),+) => {$(
        impl From<$error> for StoreError {
            fn from(error: $error) -> Self {
                Self::Database(Box::new(error.into()))
            }
        }
    )+};
}
from_redb!(
    redb::CommitError,
    redb::DatabaseError,
    redb::StorageError,
    redb::TableError,
    redb::TransactionError
);

impl Store {
    /// Opens the database in `folder`, making both when absent, and brings it to the current schema.
    ///
    /// # Errors
    /// If another server has it open, it is of a newer schema, or it cannot be read or written.
    pub fn open(folder: &Path, now_ms: u64) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)
            .map_err(|error| StoreError::Folder(folder.to_owned(), error))?;
        let opened = Database::builder().set_cache_size(CACHE_BYTES).create(folder.join(FILE));
        let db = opened.map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => StoreError::InUse(folder.to_owned()),
            other => other.into(),
        })?;
        let store = Self { db };
        migrations::run(&store, now_ms)?;
        Ok(store)
    }

    fn read(&self) -> Result<ReadTransaction, StoreError> {
        Ok(self.db.begin_read()?)
    }

    /// Runs `change` in a transaction of its own, which is undone if `change` fails.
    fn write<T>(
        &self,
        change: impl FnOnce(&WriteTransaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction = self.db.begin_write()?;
        let result = change(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}

fn encode(record: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    Ok(serde_json::to_vec(record)?)
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    Ok(serde_json::from_slice(bytes)?)
}

/// What stands in the database for a secret. Who can read the file cannot use it, and looking up a hash
/// leaks nothing by its time.
fn hash(secret: &str) -> String {
    random::hex(&Sha256::digest(secret))
}
