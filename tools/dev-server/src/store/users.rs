//! Who can sign in. The users are made with the database; their passwords are public on purpose.

use redb::{ReadOnlyTable, ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Store, StoreError, decode, encode};

/// User id to record.
const USERS: TableDefinition<&str, &[u8]> = TableDefinition::new("users");
/// User name to user id.
const USERNAMES: TableDefinition<&str, &str> = TableDefinition::new("usernames");

/// A user.
#[derive(Clone, Serialize, Deserialize)]
pub struct User {
    /// The id, `user_…`.
    pub id: String,
    /// The name to sign in with.
    pub username: String,
    /// The name to show.
    pub name: String,
    /// The password, in clear: it is shown on the sign-in page.
    pub password: String,
    /// The organisation that is active after sign-in.
    pub org_id: Option<String>,
    /// The e-mail address, which serves as a name to sign in with as well.
    #[serde(default)]
    pub email: String,
}

impl Store {
    /// The user with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub fn user(&self, id: &str) -> Result<Option<User>, StoreError> {
        record(&self.read()?.open_table(USERS)?, id)
    }

    /// All users, by user name.
    ///
    /// # Errors
    /// If the database fails.
    pub fn users(&self) -> Result<Vec<User>, StoreError> {
        let transaction = self.read()?;
        let users = transaction.open_table(USERS)?;
        let mut all = Vec::new();
        for entry in transaction.open_table(USERNAMES)?.iter()? {
            all.extend(record(&users, entry?.1.value())?);
        }
        Ok(all)
    }

    /// The user with this user name or e-mail address; upper and lower case are the same.
    ///
    /// # Errors
    /// If the database fails.
    pub fn user_called(&self, identifier: &str) -> Result<Option<User>, StoreError> {
        let wanted = identifier.trim().to_lowercase();
        let users = self.users()?;
        Ok(users.into_iter().find(|user| user.username == wanted || user.email == wanted))
    }
}

impl User {
    /// Whether this is the user's password. Takes as long for any wrong one, so that time tells nothing.
    #[must_use]
    pub fn has_password(&self, password: &str) -> bool {
        // Hashes have one length, which the comparison needs to be constant in time.
        Sha256::digest(&self.password).ct_eq(&Sha256::digest(password)).into()
    }
}

fn record(
    table: &ReadOnlyTable<&'static str, &'static [u8]>,
    id: &str,
) -> Result<Option<User>, StoreError> {
    table.get(id)?.map(|bytes| decode(bytes.value())).transpose()
}

/// Makes the tables and the users.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let mut users = transaction.open_table(USERS)?;
    let mut usernames = transaction.open_table(USERNAMES)?;
    for (username, name, password, org_id) in FIRST_USERS {
        let id = format!("user_{username}");
        let user = User {
            id: id.clone(),
            username: username.to_owned(),
            name: name.to_owned(),
            password: password.to_owned(),
            org_id: org_id.map(str::to_owned),
            email: String::new(),
        };
        users.insert(id.as_str(), encode(&user)?.as_slice())?;
        usernames.insert(username, id.as_str())?;
    }
    Ok(())
}

/// Gives every user an e-mail address.
pub(super) fn add_emails(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let mut users = transaction.open_table(USERS)?;
    let mut found: Vec<User> = Vec::new();
    for entry in users.iter()? {
        found.push(decode(entry?.1.value())?);
    }
    for user in found {
        let email = format!("{}@example.com", user.username);
        let user = User { email, ..user };
        users.insert(user.id.as_str(), encode(&user)?.as_slice())?;
    }
    Ok(())
}

/// User name, full name, password, organisation.
const FIRST_USERS: [(&str, &str, &str, Option<&str>); 3] = [
    ("ada", "Ada Lovelace", "analytical-engine", Some("org_engines")),
    ("grace", "Grace Hopper", "nanoseconds", Some("org_compilers")),
    ("linus", "Linus Torvalds", "just-for-fun", None),
];
