//! Bringing a database to the current schema, one numbered step after the other.

use redb::{ReadableTable, TableDefinition, WriteTransaction};

use super::{
    Store, StoreError, browsers, counters, notes, organizations, profiles, sessions, tickets, users,
};

/// Facts about the database itself.
const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
const VERSION: &str = "schema_version";

/// Up to version 2: hash of a browser's secret to the id of the one session that it held, by a sign-in that was not
/// Clerk's.
const CLIENTS: TableDefinition<&str, &str> = TableDefinition::new("clients");

type Step = fn(&WriteTransaction, u64) -> Result<(), StoreError>;

/// Step N (counted from 1) leads from version N - 1 to N. Steps that were released are never changed.
const STEPS: [Step; 3] = [tables_and_users, what_clerk_knows, clerks_sign_in_only];

/// Runs the steps that this database has not seen yet, all or none of them.
pub(super) fn run(store: &Store, now_ms: u64) -> Result<(), StoreError> {
    let known = STEPS.len() as u64;
    store.write(|transaction| {
        let found = transaction.open_table(META)?.get(VERSION)?.map_or(0, |guard| guard.value());
        if found > known {
            return Err(StoreError::TooNew { found, known });
        }
        for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
            step(transaction, now_ms)?;
        }
        transaction.open_table(META)?.insert(VERSION, known)?;
        Ok(())
    })
}

/// Version 1: every table, so that reading one that nobody has written to is no error; and the users.
fn tables_and_users(transaction: &WriteTransaction, now_ms: u64) -> Result<(), StoreError> {
    users::create(transaction)?;
    sessions::create(transaction)?;
    transaction.open_table(CLIENTS)?;
    counters::create(transaction)?;
    notes::create(transaction)?;
    profiles::create(transaction, now_ms)
}

/// Version 2: what Clerk knows of users beyond their names, and of their browsers.
fn what_clerk_knows(transaction: &WriteTransaction, now_ms: u64) -> Result<(), StoreError> {
    users::add_emails(transaction)?;
    organizations::create(transaction, now_ms)?;
    browsers::create(transaction)?;
    tickets::create(transaction)
}

/// Version 3: only Clerk's sign-in. Sessions of the other one end, because nobody could sign out of them any more.
fn clerks_sign_in_only(transaction: &WriteTransaction, now_ms: u64) -> Result<(), StoreError> {
    for entry in transaction.open_table(CLIENTS)?.iter()? {
        sessions::end(transaction, entry?.1.value(), now_ms)?;
    }
    transaction.delete_table(CLIENTS)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{CLIENTS, META, Store, StoreError, VERSION, sessions};

    #[test]
    fn a_database_of_a_newer_schema_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), 1).unwrap();
        store
            .write(|transaction| {
                transaction.open_table(META)?.insert(VERSION, 99)?;
                Ok(())
            })
            .unwrap();
        drop(store);
        for _ in 0..2 {
            let refused = Store::open(folder.path(), 2).err();
            assert!(
                matches!(refused, Some(StoreError::TooNew { found: 99, known: 3 })),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn a_database_of_the_first_schema_is_brought_to_the_present_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(crate::store::FILE);
        let first = Store { db: redb::Database::create(file).unwrap() };
        first
            .write(|transaction| {
                super::tables_and_users(transaction, 1)?;
                transaction.open_table(META)?.insert(VERSION, 1)?;
                Ok(())
            })
            .unwrap();
        let ada = first.user("user_ada").unwrap().unwrap();
        assert_eq!(ada.email, "");
        drop(first);
        let store = Store::open(folder.path(), 3).unwrap();
        let ada = store.user_called("ada@example.com").unwrap().unwrap();
        assert_eq!(ada.id, "user_ada");
        assert_eq!(store.memberships("user_ada").unwrap().len(), 2);
    }

    #[test]
    fn sessions_of_the_sign_in_that_is_gone_end_and_clerks_stay() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(crate::store::FILE);
        let second = Store { db: redb::Database::create(file).unwrap() };
        second
            .write(|transaction| {
                super::tables_and_users(transaction, 1)?;
                super::what_clerk_knows(transaction, 1)?;
                transaction.open_table(META)?.insert(VERSION, 2)?;
                Ok(())
            })
            .unwrap();
        let ada = second.user("user_ada").unwrap().unwrap();
        let other = second
            .write(|transaction| {
                let session = sessions::begin(transaction, &ada, 2)?;
                transaction.open_table(CLIENTS)?.insert("hash", session.id.as_str())?;
                Ok(session)
            })
            .unwrap();
        let clerks = second.open_session(None, "secret", &ada, 2).unwrap();
        drop(second);
        let store = Store::open(folder.path(), 3).unwrap();
        assert_eq!(store.session(&other.id).unwrap().unwrap().ended_at_ms, Some(3));
        let is_left = store.write(|transaction| Ok(transaction.delete_table(CLIENTS)?)).unwrap();
        assert!(!is_left, "the table is gone");
        assert_eq!(store.browser("secret").unwrap().unwrap().sessions[0].session.id, clerks.id);
    }

    #[test]
    fn opening_again_does_not_reset_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        Store::open(folder.path(), 1).unwrap().set_bio("user_ada", "changed", 2).unwrap();
        let profile = Store::open(folder.path(), 3).unwrap().profile("user_ada").unwrap();
        assert_eq!((profile.bio.as_str(), profile.updated_at_ms), ("changed", 2));
    }
}
