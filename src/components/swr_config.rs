//! `SwrConfig`: options for all SWR hooks below.

use std::rc::Rc;

use yew::prelude::*;

use super::auth_provider::AuthContext;
use super::link::use_link;
use crate::browser::default_client;
use crate::client::{QueryClient, SwrOptions};
use crate::engine::options::ObserverOptions;
use crate::hooks::swr_defaults;

/// What SWR's hooks find in the context.
#[derive(Clone)]
pub struct SwrConfigValue {
    client: Option<QueryClient>,
    options: Rc<ObserverOptions>,
}

impl PartialEq for SwrConfigValue {
    fn eq(&self, other: &Self) -> bool {
        self.client == other.client && Rc::ptr_eq(&self.options, &other.options)
    }
}

impl SwrConfigValue {
    pub(crate) fn client(&self) -> Option<QueryClient> {
        self.client.clone()
    }

    pub(crate) fn options(&self) -> Rc<ObserverOptions> {
        self.options.clone()
    }
}

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
    let parent = use_context::<SwrConfigValue>();
    let provided = use_context::<QueryClient>();
    let auth = use_context::<AuthContext>();
    let inherited = parent.as_ref().and_then(SwrConfigValue::client);
    let client = props.client.clone().or(inherited);
    let used = client.clone().or(provided).unwrap_or_else(default_client);
    use_link(&used, auth);
    let over = parent.as_ref().map_or_else(swr_defaults, SwrConfigValue::options);
    let options = use_memo(Deps(over, props.value.clone()), |Deps(over, value)| {
        value.as_ref().map_or_else(|| over.clone(), |value| value.resolve(over))
    });
    let context = SwrConfigValue { client, options: (*options).clone() };
    html! {
        <ContextProvider<SwrConfigValue> {context}>
            { props.children.clone() }
        </ContextProvider<SwrConfigValue>>
    }
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
