//! A number for each user: the simplest thing that can change elsewhere.

use redb::{ReadableTable, TableDefinition, WriteTransaction};

use super::{Store, StoreError};

/// User id to count.
const COUNTERS: TableDefinition<&str, u64> = TableDefinition::new("counters");

impl Store {
    /// The user's count; 0 at first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn count(&self, user_id: &str) -> Result<u64, StoreError> {
        let counters = self.read()?.open_table(COUNTERS)?;
        Ok(counters.get(user_id)?.map_or(0, |count| count.value()))
    }

    /// Adds one to the user's count and returns it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn increment(&self, user_id: &str) -> Result<u64, StoreError> {
        self.write(|transaction| {
            let mut counters = transaction.open_table(COUNTERS)?;
            let before = counters.get(user_id)?.map_or(0, |count| count.value());
            let after = before.saturating_add(1);
            counters.insert(user_id, after)?;
            Ok(after)
        })
    }
}

/// Makes the table.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(COUNTERS)?;
    Ok(())
}
