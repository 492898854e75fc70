//! Clerk's own hooks. Each renders again when what it gives has changed, and not with each new token.

use std::cell::Cell;
use std::rc::Rc;

use yew::prelude::*;

use crate::auth::Subscription;
use crate::auth::clerk::{
    Clerk, ClerkCall, ClerkError, ClerkOptions, ClerkSnapshot, ClerkStatus, Known, Membership,
    Organization, Session, SetActive, SignInFlow, SignUpFlow, User,
};
use crate::browser::console_error;
use crate::components::use_surroundings;
use crate::fetch::MissingProvider;

/// Clerk itself. Same as Clerk's `useClerk`. The component does not render again by it.
///
/// Outside of a `ClerkProvider` it never loads, and the console says why.
///
/// ```
/// use serde_json::json;
/// use yew::prelude::*;
/// use yew_clerk::auth::clerk::Widget;
/// use yew_clerk::hooks::use_clerk;
///
/// #[component]
/// fn AccountButton() -> Html {
///     let clerk = use_clerk();
///     let onclick = move |_| {
///         if let Err(error) = clerk.open(Widget::UserProfile, &json!({})) {
///             yew_clerk::browser::console_error(&error.to_string());
///         }
///     };
///     html! { <button {onclick}>{ "Account" }</button> }
/// }
/// ```
#[hook]
pub fn use_clerk() -> Clerk {
    use_surroundings().clerk.clone().unwrap_or_else(missing)
}

/// One for the page, so that it is the same in each render.
fn missing() -> Clerk {
    thread_local! {
        static MISSING: Clerk = {
            let text = MissingProvider { hook: "use_clerk", provider: "ClerkProvider" };
            console_error(&text.to_string());
            Clerk::new(ClerkOptions::new(""))
        };
    }
    MISSING.with(Clone::clone)
}

/// What a component showed last, and the guard of its listener.
struct Watching {
    clerk: Clerk,
    _told: Subscription,
}

/// What `select` takes of Clerk now; the component renders again when that changes.
#[hook]
pub(crate) fn use_selected<T: PartialEq + 'static>(
    clerk: &Clerk,
    select: impl Fn(&Clerk) -> T + Copy + 'static,
) -> Rc<T> {
    let render = use_force_update();
    let shown = use_mut_ref(|| None::<Rc<T>>);
    let watching = use_mut_ref(|| None::<Watching>);
    let mut watching = watching.borrow_mut();
    if watching.as_ref().is_none_or(|watching| watching.clerk != *clerk) {
        let (shown, told) = (shown.clone(), clerk.clone());
        let told = clerk.subscribe(move || {
            let now = select(&told);
            let is_news = shown.borrow().as_ref().is_none_or(|shown| **shown != now);
            if is_news {
                render.force_update();
            }
        });
        *watching = Some(Watching { clerk: clerk.clone(), _told: told });
    }
    let now = Rc::new(select(clerk));
    shown.replace(Some(now.clone()));
    now
}

/// How Clerk is doing.
#[hook]
pub(crate) fn use_clerk_status() -> ClerkStatus {
    let clerk = use_clerk();
    *use_selected(&clerk, |clerk| clerk.status())
}

/// Something of a signed-in user: not before Clerk has loaded, and not in transition.
fn of_the_signed_in<T: Clone>(clerk: &Clerk, take: fn(&ClerkSnapshot) -> &Known<T>) -> Known<T> {
    let state = clerk.auth_state();
    if state.identity().is_some() {
        return take(&clerk.snapshot()).clone();
    }
    if state == crate::auth::AuthState::SignedOut { Known::Absent } else { Known::Unknown }
}

/// What [`use_user`] gives.
#[derive(Clone, Debug, PartialEq)]
pub struct UserHandle(Rc<Known<Rc<User>>>);

impl UserHandle {
    /// Whether it is known who is signed in.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.0.is_known()
    }

    /// Whether somebody is.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.user().is_some()
    }

    /// Who.
    #[must_use]
    pub fn user(&self) -> Option<&Rc<User>> {
        self.0.present()
    }
}

/// The user with name and picture. Same as Clerk's `useUser`.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::hooks::use_user;
///
/// #[component]
/// fn Greeting() -> Html {
///     let user = use_user();
///     html! { <p>{ "Hello, " }{ user.user().and_then(|user| user.first_name.clone()) }</p> }
/// }
/// ```
#[hook]
pub fn use_user() -> UserHandle {
    let clerk = use_clerk();
    UserHandle(use_selected(&clerk, |clerk| of_the_signed_in(clerk, |now| &now.user)))
}

/// What [`use_session`] gives.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionHandle(Rc<Known<Rc<Session>>>);

impl SessionHandle {
    /// Whether it is known who is signed in.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.0.is_known()
    }

    /// Whether somebody is.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.session().is_some()
    }

    /// The session, as data. Tokens are what `use_auth` gives.
    #[must_use]
    pub fn session(&self) -> Option<&Rc<Session>> {
        self.0.present()
    }
}

/// The active session. Same as Clerk's `useSession`.
#[hook]
pub fn use_session() -> SessionHandle {
    let clerk = use_clerk();
    SessionHandle(use_selected(&clerk, |clerk| of_the_signed_in(clerk, |now| &now.session)))
}

/// What [`use_session_list`] gives.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionListHandle {
    clerk: Clerk,
    sessions: Rc<Option<Vec<Rc<Session>>>>,
}

impl SessionListHandle {
    /// Whether the sessions are known.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.sessions.is_some()
    }

    /// All sessions of this browser; none before they are known.
    #[must_use]
    pub fn sessions(&self) -> &[Rc<Session>] {
        self.sessions.as_deref().unwrap_or_default()
    }

    /// Makes another one active. Same as Clerk's `setActive`.
    ///
    /// # Errors
    /// When Clerk's server refuses it, or Clerk has not loaded.
    #[must_use]
    pub fn set_active(&self, target: &SetActive) -> ClerkCall<()> {
        self.clerk.set_active(target)
    }
}

/// All sessions of this browser. Same as Clerk's `useSessionList`.
#[hook]
pub fn use_session_list() -> SessionListHandle {
    let clerk = use_clerk();
    let sessions = use_selected(&clerk, |clerk| {
        let now = clerk.snapshot();
        if now.is_loaded() { now.sessions.clone() } else { None }
    });
    SessionListHandle { clerk, sessions }
}

/// What [`use_organization`] gives.
#[derive(Clone, Debug, PartialEq)]
pub struct OrganizationHandle(Rc<(Known<Rc<Organization>>, Option<Rc<Membership>>)>);

impl OrganizationHandle {
    /// Whether it is known.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.0.0.is_known()
    }

    /// The active organisation; none in the personal workspace.
    #[must_use]
    pub fn organization(&self) -> Option<&Rc<Organization>> {
        self.0.0.present()
    }

    /// The user's part in it.
    #[must_use]
    pub fn membership(&self) -> Option<&Rc<Membership>> {
        self.0.1.as_ref()
    }
}

/// The active organisation. Same as Clerk's `useOrganization`, without its lists of members: fetch those from your own
/// server.
#[hook]
pub fn use_organization() -> OrganizationHandle {
    let clerk = use_clerk();
    OrganizationHandle(use_selected(&clerk, |clerk| {
        let organization = of_the_signed_in(clerk, |now| &now.organization);
        let membership = organization.present().and(clerk.snapshot().membership().cloned());
        (organization, membership)
    }))
}

/// What [`use_organization_list`] gives.
#[derive(Clone, Debug, PartialEq)]
pub struct OrganizationListHandle {
    clerk: Clerk,
    memberships: Rc<Option<Vec<Rc<Membership>>>>,
}

impl OrganizationListHandle {
    /// Whether they are known.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.memberships.is_some()
    }

    /// The organisations that the user belongs to, and as what; none while nobody is signed in.
    #[must_use]
    pub fn memberships(&self) -> &[Rc<Membership>] {
        self.memberships.as_deref().unwrap_or_default()
    }

    /// Makes another one active. Same as Clerk's `setActive`.
    ///
    /// # Errors
    /// When Clerk's server refuses it, or Clerk has not loaded.
    #[must_use]
    pub fn set_active(&self, target: &SetActive) -> ClerkCall<()> {
        self.clerk.set_active(target)
    }
}

/// The organisations of the user. Same as Clerk's `useOrganizationList`, as far as it needs no further requests.
#[hook]
pub fn use_organization_list() -> OrganizationListHandle {
    let clerk = use_clerk();
    let memberships = use_selected(&clerk, |clerk| {
        let user = of_the_signed_in(clerk, |now| &now.user);
        let all = user.present().map(|user| user.organization_memberships.clone());
        all.or_else(|| user.is_known().then(Vec::new))
    });
    OrganizationListHandle { clerk, memberships }
}

/// Signing in with a form of one's own. Renders again when Clerk has loaded and when the attempt changes. Same as
/// Clerk's `useSignIn`.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::hooks::use_sign_in;
///
/// #[component]
/// fn Demo() -> Html {
///     let (sign_in, problem) = (use_sign_in(), use_state(String::new));
///     let (flow, said) = (sign_in.clone(), problem.clone());
///     let onclick = move |_| {
///         let (flow, said) = (flow.clone(), said.clone());
///         yew::platform::spawn_local(async move {
///             let signed_in = async {
///                 let attempt = flow.password("demo@example.com", "correct horse").await?;
///                 flow.finish(&attempt).await
///             };
///             if let Err(error) = signed_in.await {
///                 said.set(format!("{}: {error}", error.param().unwrap_or("form")));
///             }
///         });
///     };
///     html! { <button disabled={!sign_in.is_loaded()} {onclick}>{ "Sign in" }{ &*problem }</button> }
/// }
/// ```
#[hook]
pub fn use_sign_in() -> SignInFlow {
    let clerk = use_clerk();
    use_selected(&clerk, |clerk| (clerk.is_loaded(), clerk.snapshot().sign_in.clone()));
    clerk.sign_in()
}

/// Signing up with a form of one's own. Renders again when Clerk has loaded and when the attempt changes. Same as
/// Clerk's `useSignUp`.
#[hook]
pub fn use_sign_up() -> SignUpFlow {
    let clerk = use_clerk();
    use_selected(&clerk, |clerk| (clerk.is_loaded(), clerk.snapshot().sign_up.clone()));
    clerk.sign_up()
}

/// Says what went wrong where nobody can return it.
pub(crate) fn complain(outcome: Result<(), ClerkError>) {
    if let Err(error) = outcome {
        console_error(&["Clerk: ", &error.message].concat());
    }
}

/// The part of `use_auth` that only Clerk can give. What was read of it decides on rendering again.
#[derive(Clone)]
pub(crate) struct Rights {
    clerk: Clerk,
    now: Rc<ClerkSnapshot>,
    is_read: Rc<Cell<bool>>,
}

impl Rights {
    /// What the active session is allowed, if it counts as signed in.
    pub fn read(&self) -> Option<&ClerkSnapshot> {
        self.is_read.set(true);
        let pending_is_out = self.clerk.options().treat_pending_as_signed_out;
        self.now.auth_state(pending_is_out).identity().map(|_| &*self.now)
    }

    /// Whether the same is allowed by both: role, permissions and claims.
    fn is_same(one: &ClerkSnapshot, other: &ClerkSnapshot) -> bool {
        one.membership() == other.membership() && one.session_claims() == other.session_claims()
    }
}

impl PartialEq for Rights {
    fn eq(&self, other: &Self) -> bool {
        self.clerk == other.clerk && Self::is_same(&self.now, &other.now)
    }
}

/// What Clerk allows. Renders again on a change of that, but only if it was read.
#[hook]
pub(crate) fn use_rights(clerk: Option<Clerk>) -> Option<Rights> {
    let render = use_force_update();
    let held = use_mut_ref(|| None::<(Rights, Subscription)>);
    let mut held_now = held.borrow_mut();
    let Some(clerk) = clerk else {
        *held_now = None;
        return None;
    };
    let now = clerk.snapshot();
    if let Some((rights, _)) = held_now.as_mut().filter(|(rights, _)| rights.clerk == clerk) {
        rights.now = now;
        return Some(rights.clone());
    }
    let rights = Rights { clerk: clerk.clone(), now, is_read: Rc::default() };
    let (shown, told) = (Rc::downgrade(&held), clerk.clone());
    let subscription = clerk.subscribe(move || {
        let Some(shown) = shown.upgrade() else { return };
        let is_news = shown.borrow().as_ref().is_some_and(|(rights, _)| {
            rights.is_read.get() && !Rights::is_same(&rights.now, &told.snapshot())
        });
        if is_news {
            render.force_update();
        }
    });
    *held_now = Some((rights.clone(), subscription));
    Some(rights)
}
