//! What this binding uses of clerk-js, and nothing more: its public surface.

use std::any::Any;
use std::rc::Rc;

use super::error::ClerkError;
use super::flow::Attempt;
use super::json::ClerkJson;
use super::key::PublishableKey;
use super::lists::ListOwner;
use super::options::ClerkOptions;
use super::snapshot::ClerkSnapshot;
use crate::auth::source::{Subscription, TokenOptions};
use crate::auth::token::Token;
use crate::client::runtime::LocalFuture;

/// The end of a call to Clerk. The call goes on whether this is awaited, dropped or neither.
pub type ClerkCall<T> = LocalFuture<Result<T, ClerkError>>;

/// clerk-js, or what stands in for it: the browser's in an app, a script in tests.
///
/// An implementation keeps no state of its own about the user: each answer is read afresh.
pub trait ClerkDriver {
    /// Loads the scripts and Clerk itself. Dropping the future leaves nothing behind that could stop another attempt.
    fn load(&self, options: &Rc<ClerkOptions>, key: &PublishableKey) -> ClerkCall<()>;

    /// What Clerk knows now.
    fn snapshot(&self) -> Rc<ClerkSnapshot>;

    /// Calls `listener` whenever something may have changed; perhaps at once, and more often than needed.
    fn subscribe(&self, listener: Rc<dyn Fn()>) -> Subscription;

    /// The token of the session that is active now, `None` when there is none.
    fn get_token(&self, options: &TokenOptions) -> ClerkCall<Option<Token>>;

    /// Ends one session, or all, without leaving the page.
    fn sign_out(&self, session_id: Option<&str>) -> ClerkCall<()>;

    /// Makes another session or organisation the active one.
    fn set_active(&self, target: &SetActive) -> ClerkCall<()>;

    /// Asks Clerk's server which sessions this browser has.
    fn reload_client(&self) -> ClerkCall<()>;

    /// Takes a step of signing in or up; answers with the attempt of that flow.
    fn step(&self, flow: Flow, method: &'static str, params: &ClerkJson) -> ClerkCall<Attempt>;

    /// A page of a list of the active organisation or the user, as JSON that has these fields at every depth and no
    /// others.
    fn list(
        &self,
        owner: ListOwner,
        method: &'static str,
        query: &ClerkJson,
        fields: &[&str],
    ) -> ClerkCall<ClerkJson>;

    /// Shows a ready-made form over the page.
    ///
    /// # Errors
    /// When the forms are not loaded.
    fn open(&self, widget: Widget, props: &ClerkJson) -> Result<(), ClerkError>;

    /// Removes what [`ClerkDriver::open`] shows.
    fn close(&self, widget: Widget);

    /// Shows a ready-made form in a node of the page: a `web_sys::Node`, which this layer does not know.
    ///
    /// # Errors
    /// When the forms are not loaded.
    fn mount(&self, widget: Widget, node: &dyn Any, props: &ClerkJson) -> Result<(), ClerkError>;

    /// Removes what [`ClerkDriver::mount`] shows.
    fn unmount(&self, widget: Widget, node: &dyn Any);

    /// Goes to another page.
    fn redirect(&self, to: Redirect, props: &ClerkJson) -> ClerkCall<()>;

    /// Whether the device believes to be online.
    fn is_online(&self) -> bool;

    /// The cookie that changes when somebody signs in or out in any tab.
    fn client_uat(&self) -> Option<Rc<str>>;

    /// Calls `listener` when the user comes back to the page, and when another tab says that somebody signed in.
    fn on_return(&self, listener: Rc<dyn Fn(Return)>) -> Subscription;

    /// Tells the other tabs that somebody signed in.
    fn announce_sign_in(&self);
}

/// Why a page should see whether somebody has signed in elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Return {
    /// The user came back to the page.
    Focus,
    /// Another tab says so.
    SignedInElsewhere,
}

/// What to make active. Same as the parameter of Clerk's `setActive`.
///
/// ```
/// use yew_clerk::auth::clerk::SetActive;
///
/// let to_work = SetActive::organization("org_1");
/// let to_personal = SetActive::personal();
/// # assert_ne!(to_work, to_personal);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetActive {
    /// The session; `None` leaves it.
    pub session: Option<Rc<str>>,
    /// The organisation; `None` leaves it, `Some(None)` is the personal workspace.
    pub organization: Option<Option<Rc<str>>>,
}

impl SetActive {
    /// Another session: another user, or one who has just signed in.
    pub fn session(id: impl Into<Rc<str>>) -> Self {
        Self { session: Some(id.into()), organization: None }
    }

    /// Another organisation.
    pub fn organization(id: impl Into<Rc<str>>) -> Self {
        Self { session: None, organization: Some(Some(id.into())) }
    }

    /// The personal workspace.
    #[must_use]
    pub const fn personal() -> Self {
        Self { session: None, organization: Some(None) }
    }
}

/// Signing in or signing up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// `client.signIn`
    SignIn,
    /// `client.signUp`
    SignUp,
}

/// A page that Clerk sends the user to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// The one for signing in.
    SignIn,
    /// The one for signing up.
    SignUp,
    /// The one for what the user has to do before the session can be used. Without anything to do it stays here.
    Tasks,
    /// The one that the user wanted, from the page that a provider like Google sends them back to.
    Callback,
}

impl Redirect {
    /// The method of clerk-js.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::SignIn => "redirectToSignIn",
            Self::SignUp => "redirectToSignUp",
            Self::Tasks => "redirectToTasks",
            Self::Callback => "handleRedirectCallback",
        }
    }
}

/// A ready-made form of Clerk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Widget {
    /// Signing in.
    SignIn,
    /// Signing up.
    SignUp,
    /// The user's picture with a menu.
    UserButton,
    /// The user's account.
    UserProfile,
    /// The choice of an organisation.
    OrganizationSwitcher,
    /// The active organisation.
    OrganizationProfile,
    /// A new organisation.
    CreateOrganization,
    /// All organisations of the user.
    OrganizationList,
    /// The list of those who wait.
    Waitlist,
    /// The plans.
    PricingTable,
}

impl Widget {
    /// Its name in clerk-js: what follows `mount`, `open` and their like.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "SignIn",
            Self::SignUp => "SignUp",
            Self::UserButton => "UserButton",
            Self::UserProfile => "UserProfile",
            Self::OrganizationSwitcher => "OrganizationSwitcher",
            Self::OrganizationProfile => "OrganizationProfile",
            Self::CreateOrganization => "CreateOrganization",
            Self::OrganizationList => "OrganizationList",
            Self::Waitlist => "Waitlist",
            Self::PricingTable => "PricingTable",
        }
    }
}
