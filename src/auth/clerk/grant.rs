//! What a user may do.

use std::rc::Rc;

use super::resources::Session;
use super::snapshot::ClerkSnapshot;

/// Something that a user may have. Same as the parameter of Clerk's `has`.
///
/// It decides what is *shown*. What may be *done* is for the server to say, which sees the verified token.
///
/// ```
/// use yew_clerk::auth::clerk::Grant;
///
/// // The prefix may be left out.
/// assert_eq!(Grant::role("org:admin"), Grant::role("admin"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// A role in the active organisation.
    Role(Rc<str>),
    /// A permission in the active organisation, like `org:invoices:create`.
    Permission(Rc<str>),
    /// A feature of a plan: `name`, or `org:name` or `user:name` for one side only.
    Feature(Rc<str>),
    /// A plan: `name`, or `org:name` or `user:name` for one side only.
    Plan(Rc<str>),
}

impl Grant {
    /// A role in the active organisation.
    pub fn role(name: impl AsRef<str>) -> Self {
        Self::Role(in_organization(name.as_ref()))
    }

    /// A permission in the active organisation.
    pub fn permission(name: impl AsRef<str>) -> Self {
        Self::Permission(in_organization(name.as_ref()))
    }

    /// A feature of a plan of the user or the organisation.
    pub fn feature(name: impl Into<Rc<str>>) -> Self {
        Self::Feature(name.into())
    }

    /// A plan of the user or the organisation.
    pub fn plan(name: impl Into<Rc<str>>) -> Self {
        Self::Plan(name.into())
    }

    /// Whether the active session has it, as far as the page can know.
    #[must_use]
    pub fn is_held(&self, now: &ClerkSnapshot) -> bool {
        match self {
            Self::Role(role) => now
                .membership()
                .is_some_and(|member| in_organization(&member.role) == in_organization(role)),
            Self::Permission(wanted) => now.membership().is_some_and(|member| {
                let wanted = in_organization(wanted);
                member.permissions.iter().any(|held| in_organization(held) == wanted)
            }),
            Self::Feature(name) => is_listed(now, |session| &session.features, name),
            Self::Plan(name) => is_listed(now, |session| &session.plans, name),
        }
    }
}

fn in_organization(name: &str) -> Rc<str> {
    if name.starts_with("org:") { name.into() } else { ["org:", name].concat().into() }
}

/// Whether a list like `u:export,o:audit,uo:search` has `name`: before the colon stands whose it is, the user's
/// (`u`), the organisation's (`o`) or that of both.
fn is_listed(now: &ClerkSnapshot, list: fn(&Session) -> &Option<Rc<str>>, name: &str) -> bool {
    let (side, name) = match name.split_once(':') {
        Some(("org" | "o", name)) => (Some('o'), name),
        Some(("user" | "u", name)) => (Some('u'), name),
        _ => (None, name),
    };
    let list = now.session.present().and_then(|session| list(session).as_deref());
    list.unwrap_or_default().split(',').any(|entry| {
        let (sides, held) = entry.trim().split_once(':').unwrap_or(("", entry));
        held == name && side.is_none_or(|side| sides.contains(side))
    })
}
