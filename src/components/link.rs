//! Between a cache and sign-in: whose data may be shown.

use std::rc::Rc;

use yew::prelude::*;

use super::auth_provider::AuthContext;
use crate::auth::{AuthClient, AuthState, Subscription};
use crate::browser::page::PageEvents;
use crate::client::QueryClient;
use crate::engine::event::Owner;

struct Link {
    client: QueryClient,
    auth: Option<AuthContext>,
    _subscription: Option<Subscription>,
    _page: Rc<PageEvents>,
}

impl Link {
    fn new(client: QueryClient, auth: Option<AuthContext>) -> Self {
        let subscription = auth.as_ref().map(|auth| follow(auth.auth(), &client));
        let page = client.environment(|client| PageEvents::new(&client));
        Self {
            client,
            auth,
            _subscription: subscription,
            _page: page,
        }
    }
}

/// Lets a client know of the page's events, and of who is signed in, from the first render on: before any child
/// could ask for data.
#[hook]
pub(super) fn use_link(client: &QueryClient, auth: Option<AuthContext>) {
    let link = use_mut_ref(|| None::<Link>);
    let mut link = link.borrow_mut();
    if link
        .as_ref()
        .is_none_or(|link| link.client != *client || link.auth != auth)
    {
        *link = Some(Link::new(client.clone(), auth));
    }
}

/// Tells the client now, and after each change.
fn follow(auth: &AuthClient, client: &QueryClient) -> Subscription {
    client.set_owner(owner_of(&auth.state()));
    let (followed, client) = (auth.clone(), client.downgrade());
    auth.subscribe(move || {
        if let Some(client) = client.upgrade() {
            client.set_owner(owner_of(&followed.state()));
        }
    })
}

/// The name under which private data is kept: another user, session or organisation is another owner.
fn owner_of(state: &AuthState) -> Owner {
    match state {
        AuthState::Loading => Owner::Unknown,
        AuthState::SignedOut | AuthState::Failed { .. } => Owner::Nobody,
        AuthState::SignedIn(identity) => {
            let org = identity.org_id.as_deref().unwrap_or_default();
            Owner::Identity(
                [&*identity.user_id, &*identity.session_id, org]
                    .join("\n")
                    .into(),
            )
        }
    }
}
