//! Organisations, and who belongs to them in which role.

use redb::{ReadTransaction, ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, decode, encode};

/// Organisation id to record.
const ORGANIZATIONS: TableDefinition<&str, &[u8]> = TableDefinition::new("organizations");
/// User id and organisation id to record.
const MEMBERSHIPS: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("memberships");

/// An organisation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Organization {
    /// The id, `org_…`.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// The name in addresses.
    pub slug: String,
    /// When it was made, in milliseconds since the Unix epoch.
    pub created_at_ms: u64,
}

/// What a user is and may do in an organisation.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct MembershipRecord {
    role: String,
    permissions: Vec<String>,
}

/// A user's place in an organisation.
#[derive(Debug, Clone)]
pub struct Membership {
    /// The organisation.
    pub organization: Organization,
    /// The role, such as `org:admin`.
    pub role: String,
    /// What the role allows, such as `org:notes:read`.
    pub permissions: Vec<String>,
}

impl Store {
    /// All organisations, by id.
    ///
    /// # Errors
    /// If the database fails.
    pub fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        let table = self.read()?.open_table(ORGANIZATIONS)?;
        table.iter()?.map(|entry| decode(entry?.1.value())).collect()
    }

    /// The user's memberships, by organisation id.
    ///
    /// # Errors
    /// If the database fails.
    pub fn memberships(&self, user_id: &str) -> Result<Vec<Membership>, StoreError> {
        memberships(&self.read()?, user_id)
    }
}

impl Store {
    /// Makes a user a member of `count` more organisations, `org_crowd_1` and so on.
    ///
    /// # Errors
    /// If the database fails.
    pub fn join_crowd(&self, user_id: &str, count: u32, now_ms: u64) -> Result<(), StoreError> {
        self.write(|transaction| {
            for number in 1..=count {
                let (id, slug) = (format!("org_crowd_{number}"), format!("crowd-{number}"));
                found(transaction, (&id, &format!("Crowd {number}"), &slug), now_ms)?;
                join(transaction, user_id, &id, MEMBER)?;
            }
            Ok(())
        })
    }
}

pub(super) fn memberships(
    transaction: &ReadTransaction,
    user_id: &str,
) -> Result<Vec<Membership>, StoreError> {
    let organizations = transaction.open_table(ORGANIZATIONS)?;
    let mut all = Vec::new();
    for entry in transaction.open_table(MEMBERSHIPS)?.range((user_id, "")..)? {
        let (key, bytes) = entry?;
        let (owner, organization_id) = key.value();
        if owner != user_id {
            break;
        }
        let Some(organization) = organizations.get(organization_id)? else {
            continue;
        };
        let MembershipRecord { role, permissions } = decode(bytes.value())?;
        let organization = decode(organization.value())?;
        all.push(Membership { organization, role, permissions });
    }
    Ok(all)
}

/// Makes the tables, the organisations and their members.
pub(super) fn create(transaction: &WriteTransaction, now_ms: u64) -> Result<(), StoreError> {
    transaction.open_table(ORGANIZATIONS)?;
    transaction.open_table(MEMBERSHIPS)?;
    for organization in FIRST_ORGANIZATIONS {
        found(transaction, organization, now_ms)?;
    }
    for (user_id, organization_id, role) in FIRST_MEMBERSHIPS {
        join(transaction, user_id, organization_id, role)?;
    }
    Ok(())
}

fn found(
    transaction: &WriteTransaction,
    (id, name, slug): (&str, &str, &str),
    now_ms: u64,
) -> Result<(), StoreError> {
    let organization = Organization {
        id: id.to_owned(),
        name: name.to_owned(),
        slug: slug.to_owned(),
        created_at_ms: now_ms,
    };
    let mut organizations = transaction.open_table(ORGANIZATIONS)?;
    organizations.insert(id, encode(&organization)?.as_slice())?;
    Ok(())
}

fn join(
    transaction: &WriteTransaction,
    user_id: &str,
    organization_id: &str,
    (role, permissions): Role,
) -> Result<(), StoreError> {
    let record = MembershipRecord {
        role: role.to_owned(),
        permissions: permissions.iter().map(|&permission| permission.to_owned()).collect(),
    };
    let mut memberships = transaction.open_table(MEMBERSHIPS)?;
    memberships.insert((user_id, organization_id), encode(&record)?.as_slice())?;
    Ok(())
}

type Role = (&'static str, &'static [&'static str]);

const ADMIN: Role = (
    "org:admin",
    &[
        "org:notes:read",
        "org:notes:manage",
        "org:sys_memberships:read",
        "org:sys_memberships:manage",
        "org:sys_profile:manage",
    ],
);
const MEMBER: Role = ("org:member", &["org:notes:read", "org:sys_memberships:read"]);

/// Id, name, slug.
const FIRST_ORGANIZATIONS: [(&str, &str, &str); 2] = [
    ("org_compilers", "Compiler Builders", "compilers"),
    ("org_engines", "Analytical Engines", "engines"),
];

/// Linus belongs to none: a user without an organisation is a case of its own.
const FIRST_MEMBERSHIPS: [(&str, &str, Role); 4] = [
    ("user_ada", "org_engines", ADMIN),
    ("user_ada", "org_compilers", MEMBER),
    ("user_grace", "org_compilers", ADMIN),
    ("user_grace", "org_engines", MEMBER),
];
