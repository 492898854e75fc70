//! What the providers give to the components below, as one record: so there is one context, not one for each.

use std::rc::Rc;

use yew::prelude::*;

use super::auth_provider::AuthContext;
use super::query_error_boundary::Catch;
use crate::browser::default_client;
use crate::client::{ChangeOptions, QueryClient, SwrOptions};
use crate::engine::erased::same;
use crate::engine::options::ObserverOptions;

/// Each provider gives on what it has found, with its own part replaced. Compared part by part, so nobody renders
/// again because a provider did.
#[derive(Clone, Default)]
pub(crate) struct Surroundings {
    parts: Rc<Parts>,
}

#[derive(Clone, Default)]
pub(crate) struct Parts {
    pub client: Option<QueryClient>,
    pub auth: Option<Rc<AuthContext>>,
    #[cfg(feature = "clerk")]
    pub clerk: Option<crate::auth::clerk::Clerk>,
    /// Who takes errors that components do not show themselves.
    pub boundary: Option<Rc<dyn Catch>>,
    /// The cache of SWR's hooks, where they have one of their own.
    pub swr_client: Option<QueryClient>,
    /// What the configurations have set, laid over SWR's defaults.
    pub swr_options: Option<Rc<ObserverOptions>>,
    /// The same as it was set.
    pub swr_value: Option<Rc<SwrOptions>>,
}

impl std::ops::Deref for Surroundings {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl PartialEq for Surroundings {
    fn eq(&self, other: &Self) -> bool {
        let is_same_options =
            same(self.swr_options.as_ref(), other.swr_options.as_ref(), Rc::ptr_eq);
        #[cfg(feature = "clerk")]
        let is_same_options = is_same_options && self.clerk == other.clerk;
        is_same_options
            && self.client == other.client
            && self.auth == other.auth
            && self.swr_client == other.swr_client
            && same(self.boundary.as_ref(), other.boundary.as_ref(), |a, b| {
                std::ptr::addr_eq(Rc::as_ptr(a), Rc::as_ptr(b))
            })
    }
}

impl Surroundings {
    /// Gives these surroundings, with a change, to `children`.
    pub fn provide(&self, change: impl FnOnce(&mut Parts), children: &Html) -> Html {
        let mut parts = (*self.parts).clone();
        change(&mut parts);
        provide(Self { parts: Rc::new(parts) }, children)
    }

    /// What the boundary adds to the options of a query.
    pub fn change_options(&self) -> Option<ChangeOptions> {
        self.boundary.as_ref()?.change_options()
    }

    /// The cache of SWR's hooks: the page's if no provider gives one.
    pub fn client_of_swr(&self) -> QueryClient {
        let given = self.swr_client.as_ref().or(self.client.as_ref());
        given.cloned().unwrap_or_else(default_client)
    }
}

fn provide(context: Surroundings, children: &Html) -> Html {
    html! {
        <ContextProvider<Surroundings> {context}>{ children.clone() }</ContextProvider<Surroundings>>
    }
}

/// What the nearest providers give; nothing where there are none.
#[hook]
pub(crate) fn use_surroundings() -> Surroundings {
    use_context::<Surroundings>().unwrap_or_default()
}
