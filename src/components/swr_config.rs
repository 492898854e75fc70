//! `SwrConfig`: options for all SWR hooks below.

use std::rc::Rc;

use yew::prelude::*;

use super::link::use_link;
use super::surroundings::{Parts, use_surroundings};
use crate::auth::Subscription;
use crate::browser::default_client;
use crate::browser::page::{EventSource, PageEvents};
use crate::client::{QueryClient, SwrOptions};
use crate::engine::erased::same;
use crate::engine::options::ObserverOptions;
use crate::hooks::swr_defaults;

/// The properties of [`SwrConfig`].
#[derive(Clone, PartialEq, Properties)]
pub struct SwrConfigProps {
    /// Options for the hooks below; they are laid over those of an enclosing `SwrConfig`. Compared by identity:
    /// make them once, with `use_memo`.
    #[prop_or_default]
    pub value: Option<Rc<SwrOptions>>,
    /// Makes the options of those of the enclosing `SwrConfig`s, which they replace; `value` is then laid over them.
    /// Compared by identity. Same as a function for SWR's `value`.
    #[prop_or_default]
    pub value_with: Option<Callback<SwrOptions, SwrOptions>>,
    /// A cache of their own. Default: the enclosing one. Same as SWR's `provider`.
    #[prop_or_default]
    pub client: Option<QueryClient>,
    /// Tells of the user's return, in the place of the page's own events; for a `client` of one's own, and read once. It is
    /// given what to call, and gives what ends it when it is dropped. Same as SWR's `initFocus`.
    #[prop_or_default]
    pub init_focus: Option<Callback<Callback<()>, Subscription>>,
    /// The same for the return of the network. Same as SWR's `initReconnect`.
    #[prop_or_default]
    pub init_reconnect: Option<Callback<Callback<()>, Subscription>>,
    /// The components that it is for.
    #[prop_or_default]
    pub children: Html,
}

/// Sets options for all SWR hooks below it. Nested ones are merged, or replaced by `value_with`. Same as SWR's
/// `SWRConfig`.
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
///
/// What SWR's users do with a `provider` on local storage is done here with data that stands in, and a callback. Mind
/// whose data it is: what is stored outlives the user who saw it, so this is for what is the same for everybody.
///
/// ```
/// use std::rc::Rc;
/// use yew::prelude::*;
/// use yew_clerk::client::SwrOptions;
/// use yew_clerk::components::SwrConfig;
/// use yew_clerk::fetch::FetchError;
/// # mod storage { pub fn get(_: &str) -> Option<String> { None } pub fn set(_: &str, _: &str) {} }
///
/// type News = Vec<String>;
///
/// /// Shows the news of the last visit until today's are there. `storage` is local storage, by gloo-storage for example.
/// #[component]
/// fn App() -> Html {
///     let value = use_memo((), |()| {
///         let stored = storage::get("/api/news").and_then(|text| serde_json::from_str::<News>(&text).ok());
///         let keep = |news: Rc<News>, key: &yew_clerk::engine::key::Key| {
///             if let (Some("/api/news"), Ok(text)) = (key.as_str(), serde_json::to_string(&*news)) {
///                 storage::set("/api/news", &text);
///             }
///         };
///         let options = SwrOptions::<News, FetchError>::new().on_success(keep).for_all();
///         stored.map_or(options.clone(), |news| options.fallback("/api/news", news))
///     });
///     html! { <SwrConfig {value}>{ "…" }</SwrConfig> }
/// }
/// ```
#[component]
pub fn SwrConfig(props: &SwrConfigProps) -> Html {
    let around = use_surroundings();
    let own = props.client.as_ref().or(around.swr_client.as_ref()).cloned();
    let used = own.as_ref().or(around.client.as_ref()).cloned().unwrap_or_else(default_client);
    // Before the link makes the page's own.
    let _sources = use_memo(props.client.clone(), |client| {
        let client = client.as_ref().filter(|_| props.has_sources())?;
        Some(client.environment(|client| props.page_events(&client)))
    });
    use_link([Some(&used), None], around.auth.clone());
    let set = Set {
        over: around.swr_value.clone(),
        value: props.value.clone(),
        value_with: props.value_with.clone(),
    };
    let (value, options) = (*use_memo(set, Set::resolve)).clone();
    let change = |parts: &mut Parts| {
        parts.swr_client = own;
        parts.swr_value = Some(value);
        parts.swr_options = Some(options);
    };
    around.provide(change, &props.children)
}

impl SwrConfigProps {
    const fn has_sources(&self) -> bool {
        self.init_focus.is_some() || self.init_reconnect.is_some()
    }

    fn page_events(&self, client: &QueryClient) -> PageEvents {
        let [focus, reconnect] = [&self.init_focus, &self.init_reconnect].map(|source| {
            let source = source.clone()?;
            let source: EventSource =
                Rc::new(move |tell| source.emit(Callback::from(move |()| tell())));
            Some(source)
        });
        PageEvents::from_sources(client, focus.as_ref(), reconnect.as_ref())
    }
}

/// What the options follow from. Compared by identity: closures cannot be compared otherwise.
struct Set {
    over: Option<Rc<SwrOptions>>,
    value: Option<Rc<SwrOptions>>,
    value_with: Option<Callback<SwrOptions, SwrOptions>>,
}

impl Set {
    fn resolve(&self) -> (Rc<SwrOptions>, Rc<ObserverOptions>) {
        let mut value = self.over.as_deref().cloned().unwrap_or_default();
        if let Some(make) = &self.value_with {
            value = make.emit(value);
        }
        if let Some(own) = &self.value {
            value = value.with(own);
        }
        let options = value.resolve(&swr_defaults());
        (Rc::new(value), options)
    }
}

impl PartialEq for Set {
    fn eq(&self, other: &Self) -> bool {
        same(self.over.as_ref(), other.over.as_ref(), Rc::ptr_eq)
            && same(self.value.as_ref(), other.value.as_ref(), Rc::ptr_eq)
            && self.value_with == other.value_with
    }
}
