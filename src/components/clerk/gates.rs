//! Components that show their children to those who may see them.

use std::rc::Rc;

use yew::html::IntoPropValue;
use yew::prelude::*;

use crate::auth::AuthState;
use crate::auth::clerk::{ClerkStatus, Grant, Reverification};
use crate::components::GateProps;
use crate::hooks::{AuthHandle, use_auth, use_clerk_status};

/// To whom something is shown. Same as the `when` of Clerk's `Show`.
#[derive(Clone)]
pub enum When {
    /// To those who are signed in. Also written `when="signed-in"`.
    SignedIn,
    /// To those who are not. Also written `when="signed-out"`.
    SignedOut,
    /// To those who have this.
    Has(Grant),
    /// To those who are signed in and meet a condition. Compared by identity: make it once.
    Predicate(Rc<dyn Fn(&AuthHandle) -> bool>),
    /// To nobody: what stood here was not understood.
    Never,
}

impl When {
    /// To those with a role in the active organisation.
    pub fn role(name: impl AsRef<str>) -> Self {
        Self::Has(Grant::role(name))
    }

    /// To those with a permission in the active organisation.
    pub fn permission(name: impl AsRef<str>) -> Self {
        Self::Has(Grant::permission(name))
    }

    /// To those whose plan has a feature.
    pub fn feature(name: impl Into<Rc<str>>) -> Self {
        Self::Has(Grant::feature(name))
    }

    /// To those with a plan.
    pub fn plan(name: impl Into<Rc<str>>) -> Self {
        Self::Has(Grant::plan(name))
    }

    /// To those who have proved lately who they are.
    #[must_use]
    pub const fn reverification(wanted: Reverification) -> Self {
        Self::Has(Grant::Reverification(wanted))
    }

    /// To those who are signed in and meet a condition.
    pub fn predicate(is_met: impl Fn(&AuthHandle) -> bool + 'static) -> Self {
        Self::Predicate(Rc::new(is_met))
    }

    fn is_met(&self, auth: &AuthHandle) -> bool {
        match self {
            Self::SignedIn => auth.is_signed_in(),
            Self::SignedOut => *auth.state() == AuthState::SignedOut,
            Self::Has(grant) => auth.is_signed_in() && auth.has(grant),
            Self::Predicate(is_met) => auth.is_signed_in() && is_met(auth),
            Self::Never => false,
        }
    }
}

impl PartialEq for When {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::SignedIn, Self::SignedIn)
            | (Self::SignedOut, Self::SignedOut)
            | (Self::Never, Self::Never) => true,
            (Self::Has(one), Self::Has(other)) => one == other,
            (Self::Predicate(one), Self::Predicate(other)) => Rc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl IntoPropValue<When> for &'static str {
    /// A word that is none shows its children to nobody: what is private must not appear by a slip of the pen.
    fn into_prop_value(self) -> When {
        match self {
            "signed-in" => When::SignedIn,
            "signed-out" => When::SignedOut,
            other => {
                let text =
                    ["Show: `", other, "` is not a condition; use signed-in, signed-out or When"];
                crate::browser::console_error(&text.concat());
                When::Never
            }
        }
    }
}

/// The properties of [`Show`] and [`Protect`].
#[derive(Clone, PartialEq, Properties)]
pub struct ShowProps {
    /// To whom. Default: to those who are signed in.
    #[prop_or(When::SignedIn)]
    pub when: When,
    /// What the others see. Default: nothing.
    #[prop_or_default]
    pub fallback: Html,
    /// What is shown.
    #[prop_or_default]
    pub children: Html,
}

/// Shows its children to some, and a fallback to the others; nothing until it is known who is who. Same as Clerk's
/// `Show`.
///
/// It decides what is shown. What may be done is for your server to say.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::components::{Show, When};
///
/// #[component]
/// fn Settings() -> Html {
///     html! {
///         <Show when={When::role("org:admin")} fallback={html! { "For admins" }}>{ "Settings" }</Show>
///     }
/// }
/// ```
#[component]
pub fn Show(props: &ShowProps) -> Html {
    let auth = use_auth();
    if !auth.is_loaded() {
        return Html::default();
    }
    if props.when.is_met(&auth) { props.children.clone() } else { props.fallback.clone() }
}

/// The same as [`Show`], by its former name in Clerk.
#[component]
pub fn Protect(props: &ShowProps) -> Html {
    html! { <Show ..props.clone() /> }
}

/// Shows its children while Clerk loads. Same as Clerk's.
#[component]
pub fn ClerkLoading(props: &GateProps) -> Html {
    show(use_clerk_status() == ClerkStatus::Loading, props)
}

/// Shows its children once Clerk can be asked, be it only in part. Same as Clerk's.
#[component]
pub fn ClerkLoaded(props: &GateProps) -> Html {
    let status = use_clerk_status();
    show(matches!(status, ClerkStatus::Ready | ClerkStatus::Degraded), props)
}

/// Shows its children when Clerk did not load: a message, and a button that calls `use_auth().reload()`. Same as
/// Clerk's.
#[component]
pub fn ClerkFailed(props: &GateProps) -> Html {
    show(use_clerk_status() == ClerkStatus::Error, props)
}

/// Shows its children while Clerk works in part only. Same as Clerk's.
#[component]
pub fn ClerkDegraded(props: &GateProps) -> Html {
    show(use_clerk_status() == ClerkStatus::Degraded, props)
}

fn show(wanted: bool, props: &GateProps) -> Html {
    if wanted { props.children.clone() } else { Html::default() }
}
