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
    /// A proof of who they are that is not too old.
    Reverification(Reverification),
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
            Self::Reverification(wanted) => wanted.is_met(now.factor_ages),
        }
    }
}

/// How lately a user must have proved who they are. Same as the `reverification` of Clerk's `has`.
///
/// ```
/// use yew_clerk::auth::clerk::{Grant, Reverification, ReverificationLevel};
///
/// let lately = Grant::Reverification(Reverification::STRICT);
/// let by_password = Reverification { level: ReverificationLevel::FirstFactor, after_minutes: 5 };
/// # assert_ne!(lately, Grant::Reverification(by_password));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reverification {
    /// By what.
    pub level: ReverificationLevel,
    /// For how many minutes a proof counts. With zero none ever does.
    pub after_minutes: u32,
}

/// By what a user must have proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReverificationLevel {
    /// By a password, a code and the like.
    FirstFactor,
    /// By a second factor; by the first where the user has no second one.
    SecondFactor,
    /// By both; by the first where the user has no second one.
    MultiFactor,
}

impl Reverification {
    /// Both factors, within 10 minutes: Clerk's `strict_mfa`.
    pub const STRICT_MFA: Self =
        Self { level: ReverificationLevel::MultiFactor, after_minutes: 10 };
    /// The second factor, within 10 minutes: Clerk's `strict`.
    pub const STRICT: Self = Self { level: ReverificationLevel::SecondFactor, after_minutes: 10 };
    /// The second factor, within an hour: Clerk's `moderate`.
    pub const MODERATE: Self = Self { level: ReverificationLevel::SecondFactor, after_minutes: 60 };
    /// The second factor, within a day: Clerk's `lax`.
    pub const LAX: Self = Self { level: ReverificationLevel::SecondFactor, after_minutes: 1440 };

    /// By the ages of both proofs in minutes, as the claim `fva` has them: -1 for one that was never given.
    fn is_met(self, ages: Option<[f64; 2]>) -> bool {
        let is_age = |age: &f64| *age == -1.0 || (age.is_finite() && *age >= 0.0);
        let Some([first, second]) = ages.filter(|ages| ages.iter().all(is_age)) else {
            return false;
        };
        let is_fresh = |age: f64| age != -1.0 && f64::from(self.after_minutes) > age;
        let has_second = second != -1.0;
        match self.level {
            ReverificationLevel::FirstFactor => is_fresh(first),
            _ if !has_second => is_fresh(first),
            ReverificationLevel::SecondFactor => is_fresh(second),
            ReverificationLevel::MultiFactor => is_fresh(first) && is_fresh(second),
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
