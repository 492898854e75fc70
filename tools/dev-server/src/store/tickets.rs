//! Tickets: each signs one user in, once.

use redb::{TableDefinition, WriteTransaction};

use super::{Store, StoreError, User, hash};

/// Hash of a ticket to the user's id.
const TICKETS: TableDefinition<&str, &str> = TableDefinition::new("tickets");

impl Store {
    /// Keeps a ticket for the user.
    ///
    /// # Errors
    /// If the database fails.
    pub fn issue_ticket(&self, ticket: &str, user_id: &str) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.open_table(TICKETS)?.insert(hash(ticket).as_str(), user_id)?;
            Ok(())
        })
    }

    /// Takes a ticket and gives its user; nobody for one that was used or never issued.
    ///
    /// # Errors
    /// If the database fails.
    pub fn redeem_ticket(&self, ticket: &str) -> Result<Option<User>, StoreError> {
        let user_id = self.write(|transaction| {
            let mut tickets = transaction.open_table(TICKETS)?;
            let user_id = tickets.remove(hash(ticket).as_str())?;
            Ok(user_id.map(|user_id| user_id.value().to_owned()))
        })?;
        user_id.map_or(Ok(None), |user_id| self.user(&user_id))
    }
}

/// Makes the table.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(TICKETS)?;
    Ok(())
}
