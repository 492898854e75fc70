//! What users say about themselves.

use redb::{TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, decode, encode};

/// User id to record.
const PROFILES: TableDefinition<&str, &[u8]> = TableDefinition::new("profiles");

/// The part of a profile that its user can change.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Profile {
    /// A few words.
    pub bio: String,
    /// When it was last changed, in milliseconds since the Unix epoch.
    pub updated_at_ms: u64,
}

impl Store {
    /// The user's profile; empty if there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub fn profile(&self, user_id: &str) -> Result<Profile, StoreError> {
        let profiles = self.read()?.open_table(PROFILES)?;
        profiles.get(user_id)?.map_or_else(|| Ok(Profile::default()), |bytes| decode(bytes.value()))
    }

    /// Replaces the user's bio.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_bio(&self, user_id: &str, bio: &str, now_ms: u64) -> Result<Profile, StoreError> {
        let profile = Profile { bio: bio.to_owned(), updated_at_ms: now_ms };
        self.write(|transaction| {
            transaction.open_table(PROFILES)?.insert(user_id, encode(&profile)?.as_slice())?;
            Ok(())
        })?;
        Ok(profile)
    }
}

/// Makes the table and the first users' profiles.
pub(super) fn create(transaction: &WriteTransaction, now_ms: u64) -> Result<(), StoreError> {
    let mut profiles = transaction.open_table(PROFILES)?;
    for (user_id, bio) in FIRST_BIOS {
        let profile = Profile { bio: bio.to_owned(), updated_at_ms: now_ms };
        profiles.insert(user_id, encode(&profile)?.as_slice())?;
    }
    Ok(())
}

const FIRST_BIOS: [(&str, &str); 3] = [
    ("user_ada", "Wrote a program for a machine that nobody had built yet."),
    ("user_grace", "Hands out wires as long as light gets in a nanosecond."),
    ("user_linus", "Does it just for fun."),
];
