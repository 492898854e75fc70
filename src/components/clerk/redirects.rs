//! Components that go elsewhere, and one that begins anew.

use yew::prelude::*;

use super::buttons::redirect;
use crate::auth::clerk::{ClerkJson, ClerkStatus, Redirect, SessionStatus};
use crate::hooks::{use_auth, use_clerk, use_clerk_status, use_selected, use_session};

/// The properties of [`RedirectToSignIn`], [`RedirectToSignUp`], [`RedirectToTasks`] and
/// [`AuthenticateWithRedirectCallback`].
#[derive(Clone, PartialEq, Properties)]
pub struct RedirectProps {
    /// Clerk's own properties, in its own words.
    #[prop_or_default]
    pub props: ClerkJson,
}

/// Goes to the page for signing in as soon as Clerk has loaded and nobody is signed in. Same as Clerk's.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::components::{RedirectToSignIn, Show};
///
/// #[component]
/// fn Private() -> Html {
///     html! { <Show when="signed-in" fallback={html! { <RedirectToSignIn /> }}>{ "Secrets" }</Show> }
/// }
/// ```
#[component]
pub fn RedirectToSignIn(props: &RedirectProps) -> Html {
    use_redirect(Redirect::SignIn, props)
}

/// Goes to the page for signing up as soon as Clerk has loaded and nobody is signed in. Same as Clerk's.
#[component]
pub fn RedirectToSignUp(props: &RedirectProps) -> Html {
    use_redirect(Redirect::SignUp, props)
}

/// Goes to the page for what the user still has to do, like choosing an organisation, as soon as a session wants that.
/// Same as Clerk's.
#[component]
pub fn RedirectToTasks(props: &RedirectProps) -> Html {
    let clerk = use_clerk();
    let is_pending = *use_selected(&clerk, |clerk| {
        let now = clerk.snapshot();
        now.session.present().is_some_and(|session| session.status == SessionStatus::Pending)
    });
    use_going(is_pending, Redirect::Tasks, props)
}

/// For the page that a provider like Google sends the user back to: ends the sign-in or sign-up, and goes on to where
/// it was meant to lead. Same as Clerk's.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::components::AuthenticateWithRedirectCallback;
///
/// // At the `redirect_url` of `SignInFlow::authenticate_with_redirect`.
/// #[component]
/// fn Callback() -> Html {
///     html! { <><p>{ "One moment…" }</p><AuthenticateWithRedirectCallback /></> }
/// }
/// ```
#[component]
pub fn AuthenticateWithRedirectCallback(props: &RedirectProps) -> Html {
    use_going(true, Redirect::Callback, props)
}

#[hook]
fn use_redirect(to: Redirect, props: &RedirectProps) -> Html {
    let auth = use_auth();
    // Signed in, one would be sent straight back.
    use_going(auth.is_loaded() && !auth.is_signed_in(), to, props)
}

/// Goes there once Clerk has loaded and it is time.
#[hook]
fn use_going(is_time: bool, to: Redirect, props: &RedirectProps) -> Html {
    let (clerk, status, own) = (use_clerk(), use_clerk_status(), props.props.clone());
    let is_loaded = matches!(status, ClerkStatus::Ready | ClerkStatus::Degraded);
    use_effect_with((is_time && is_loaded, clerk), move |(is_time, clerk)| {
        if *is_time {
            redirect(clerk, to, &own);
        }
    });
    Html::default()
}

/// The properties of [`MultisessionAppSupport`].
#[derive(Clone, PartialEq, Properties)]
pub struct MultisessionProps {
    /// What begins anew.
    #[prop_or_default]
    pub children: Html,
}

/// Makes its children anew when another session becomes the active one, so that nothing of one user is left in the
/// state of components when the next one comes. Same as Clerk's. The cache needs no such thing: it forgets by itself.
#[component]
pub fn MultisessionAppSupport(props: &MultisessionProps) -> Html {
    let session = use_session();
    let id =
        session.session().map_or_else(|| "nobody".to_owned(), |session| session.id.to_string());
    // The outer one compares the keys.
    html! { <><key={id}>{ props.children.clone() }</></> }
}
