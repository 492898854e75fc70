//! Components that show their children to some users only.

use yew::prelude::*;

use crate::auth::AuthState;
use crate::hooks::use_auth;

/// The properties of [`SignedIn`], [`SignedOut`] and [`AuthLoading`].
#[derive(Clone, PartialEq, Properties)]
pub struct GateProps {
    /// What is shown, or not.
    #[prop_or_default]
    pub children: Html,
}

/// Shows its children while somebody is signed in. Same as Clerk's `SignedIn`.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::components::{SignedIn, SignedOut};
///
/// #[component]
/// fn Header() -> Html {
///     html! {
///         <>
///             <SignedIn>{ "Welcome back" }</SignedIn>
///             <SignedOut><a href="/sign-in">{ "Sign in" }</a></SignedOut>
///         </>
///     }
/// }
/// ```
#[component]
pub fn SignedIn(props: &GateProps) -> Html {
    let auth = use_auth();
    show(auth.is_signed_in(), props)
}

/// Shows its children once it is known that nobody is signed in. Same as Clerk's `SignedOut`.
#[component]
pub fn SignedOut(props: &GateProps) -> Html {
    let auth = use_auth();
    show(*auth.state() == AuthState::SignedOut, props)
}

/// Shows its children until it is known who is signed in. Same as Clerk's `ClerkLoading`.
#[component]
pub fn AuthLoading(props: &GateProps) -> Html {
    let auth = use_auth();
    show(auth.state().is_loading(), props)
}

fn show(wanted: bool, props: &GateProps) -> Html {
    if wanted { props.children.clone() } else { Html::default() }
}
