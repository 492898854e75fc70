//! `SwrConfig`: options for all SWR hooks below.

use std::rc::Rc;

use yew::prelude::*;

use super::link::use_link;
use super::surroundings::{Parts, use_surroundings};
use crate::browser::default_client;
use crate::client::{QueryClient, SwrOptions};
use crate::engine::options::ObserverOptions;
use crate::hooks::swr_defaults;

/// The properties of [`SwrConfig`].
#[derive(Clone, PartialEq, Properties)]
pub struct SwrConfigProps {
    /// Options for the hooks below; they are laid over those of an enclosing `SwrConfig`. Compared by identity:
    /// make them once, with `use_memo`.
    #[prop_or_default]
    pub value: Option<Rc<SwrOptions>>,
    /// A cache of their own. Default: the enclosing one. Same as SWR's `provider`.
    #[prop_or_default]
    pub client: Option<QueryClient>,
    /// The components that it is for.
    #[prop_or_default]
    pub children: Html,
}

/// Sets options for all SWR hooks below it. Nested ones are merged, as in SWR.
///
/// ```
/// use std::rc::Rc;
/// use std::time::Duration;
/// use yew::prelude::*;
/// use yew_clerk::client::SwrOptions;
/// use yew_clerk::components::SwrConfig;
///
/// #[component]
/// fn Dashboard() -> Html {
///     let value = use_memo((), |()| SwrOptions::new().refresh_interval(Duration::from_secs(30)));
///     html! { <SwrConfig {value}>{ "…" }</SwrConfig> }
/// }
/// ```
#[component]
pub fn SwrConfig(props: &SwrConfigProps) -> Html {
    let around = use_surroundings();
    let own = props.client.as_ref().or(around.swr_client.as_ref()).cloned();
    let used = own.as_ref().or(around.client.as_ref()).cloned().unwrap_or_else(default_client);
    use_link([Some(&used), None], around.auth.clone());
    let over = around.swr_options.clone().unwrap_or_else(swr_defaults);
    let options = use_memo(Deps(over, props.value.clone()), |Deps(over, value)| {
        value.as_ref().map_or_else(|| over.clone(), |value| value.resolve(over))
    });
    let change = |parts: &mut Parts| {
        parts.swr_client = own;
        parts.swr_options = Some((*options).clone());
    };
    around.provide(change, &props.children)
}

/// Options compared by identity: their closures cannot be compared otherwise.
struct Deps(Rc<ObserverOptions>, Option<Rc<SwrOptions>>);

impl PartialEq for Deps {
    fn eq(&self, other: &Self) -> bool {
        let same_value = match (&self.1, &other.1) {
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        same_value && Rc::ptr_eq(&self.0, &other.0)
    }
}
