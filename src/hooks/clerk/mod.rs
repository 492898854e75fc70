//! Clerk's own hooks. Each renders again when what it gives has changed, and not with each new token.

mod list;
mod organization;
mod rights;
mod sign_in;
mod user;

pub use list::use_clerk_list;
pub use organization::{
    OrganizationHandle, OrganizationListHandle, use_organization, use_organization_list,
};
pub(super) use rights::{Rights, use_rights};
pub use sign_in::{use_sign_in, use_sign_up};
pub use user::{
    Choice, OfTheSignedIn, SessionHandle, SessionListHandle, UserHandle, use_session,
    use_session_list, use_user,
};

use std::rc::Rc;

use yew::prelude::*;

use crate::auth::Subscription;
use crate::auth::clerk::{Clerk, ClerkError, ClerkOptions, ClerkStatus};
use crate::browser::clerk::BrowserClerk;
use crate::browser::{console_error, default_runtime};
use crate::components::use_surroundings;
use crate::engine::erased::Data;
use crate::fetch::MissingProvider;

/// Clerk itself. Same as Clerk's `useClerk`. The component does not render again by it.
///
/// Outside of a `ClerkProvider` it never loads, and the console says why.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::auth::clerk::{ClerkJson, Widget};
/// use yew_clerk::hooks::use_clerk;
///
/// #[component]
/// fn AccountButton() -> Html {
///     let clerk = use_clerk();
///     let onclick = move |_| {
///         if let Err(error) = clerk.open(Widget::UserProfile, &ClerkJson::default()) {
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
            Clerk::with_driver(ClerkOptions::new(""), Rc::new(BrowserClerk::new()), default_runtime())
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
pub(crate) fn use_selected<T: PartialEq + Default + 'static>(
    clerk: &Clerk,
    select: fn(&Clerk) -> T,
) -> Rc<T> {
    let selected = use_data(clerk, Rc::new(move |clerk| Data::new(select(clerk))));
    selected.get().unwrap_or_default()
}

/// The same, compiled once for all types.
#[hook]
fn use_data(clerk: &Clerk, select: Rc<dyn Fn(&Clerk) -> Data>) -> Data {
    let render = use_force_update();
    let shown = use_mut_ref(|| None::<Data>);
    let watching = use_mut_ref(|| None::<Watching>);
    let now = select(clerk);
    let mut watching = watching.borrow_mut();
    if watching.as_ref().is_none_or(|watching| watching.clerk != *clerk) {
        let (shown, told) = (shown.clone(), clerk.clone());
        let told = clerk.subscribe(move || {
            let now = select(&told);
            let is_news = shown.borrow().as_ref().is_none_or(|shown| !shown.equals(&now));
            if is_news {
                render.force_update();
            }
        });
        *watching = Some(Watching { clerk: clerk.clone(), _told: told });
    }
    shown.replace(Some(now.clone()));
    now
}

/// How Clerk is doing.
#[hook]
pub(crate) fn use_clerk_status() -> ClerkStatus {
    let clerk = use_clerk();
    *use_selected(&clerk, |clerk| clerk.status())
}

/// Says what went wrong where nobody can return it.
pub(crate) fn complain(outcome: Result<(), ClerkError>) {
    if let Err(error) = outcome {
        console_error(&["Clerk: ", &error.message].concat());
    }
}
