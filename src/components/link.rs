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
    auth: Option<Rc<AuthContext>>,
    subscription: Option<Subscription>,
    _page: Rc<PageEvents>,
}

impl Link {
    fn new(client: QueryClient, auth: Option<Rc<AuthContext>>) -> Self {
        let page = client.environment(|client| PageEvents::new(&client));
        Self { client, auth, subscription: None, _page: page }
    }

    /// Keeps the link, or makes one where there is none or another.
    fn renew(held: &mut Option<Self>, client: &QueryClient, auth: &Option<Rc<AuthContext>>) {
        if held.as_ref().is_some_and(|link| link.client == *client && link.auth == *auth) {
            return;
        }
        let mut link = Self::new(client.clone(), auth.clone());
        let hands_over = held.as_ref().is_some_and(|old| old.auth.is_some() && old.auth != *auth);
        if hands_over {
            client.set_owner(Owner::Unknown);
        } else {
            link.follow();
        }
        *held = Some(link);
    }

    /// Lets the client know who is signed in, now and after each change.
    fn follow(&mut self) {
        if let (Some(auth), None) = (&self.auth, &self.subscription) {
            self.subscription = Some(follow(auth.auth(), &self.client));
        }
    }
}

/// Lets clients know of the page's events, and of who is signed in, from the first render on: before any child
/// could ask for data.
///
/// When another source of tokens takes over, the children still hold functions that send the old one's tokens.
/// So until they have rendered, nobody is known to be signed in, and their fetches wait.
#[hook]
pub(super) fn use_link(clients: [Option<&QueryClient>; 2], auth: Option<Rc<AuthContext>>) {
    let slots = use_mut_ref(<[Option<Link>; 2]>::default);
    for (held, client) in slots.borrow_mut().iter_mut().zip(clients) {
        match client {
            Some(client) => Link::renew(held, client, &auth),
            None => *held = None,
        }
    }
    use_effect(move || slots.borrow_mut().iter_mut().flatten().for_each(Link::follow));
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
            Owner::Identity([&*identity.user_id, &*identity.session_id, org].join("\n").into())
        }
    }
}
