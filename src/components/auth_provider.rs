//! `AuthProvider`: gives the session token to the components below.

use std::rc::Rc;

use yew::prelude::*;

use super::link::use_link;
use super::surroundings::use_surroundings;
use crate::auth::{AuthClient, TokenSource};
use crate::browser::{console_error, default_client, default_runtime};
use crate::client::runtime::LocalFuture;
use crate::fetch::{self, Fetch};

/// A token source as a property: compared by identity.
#[derive(Clone)]
pub struct AuthSource(Rc<dyn TokenSource>);

impl AuthSource {
    /// Wraps a source. Make it once, not in each render: another source is another sign-in.
    pub fn new(source: impl TokenSource + 'static) -> Self {
        Self(Rc::new(source))
    }
}

impl<S: TokenSource + 'static> From<Rc<S>> for AuthSource {
    fn from(source: Rc<S>) -> Self {
        Self(source)
    }
}

impl PartialEq for AuthSource {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::addr_eq(Rc::as_ptr(&self.0), Rc::as_ptr(&other.0))
    }
}

/// What hooks find around them: the token, and a way to fetch with it.
pub(crate) struct AuthContext {
    auth: AuthClient,
    fetch: Fetch,
}

impl PartialEq for AuthContext {
    fn eq(&self, other: &Self) -> bool {
        self.auth == other.auth
    }
}

impl AuthContext {
    pub const fn auth(&self) -> &AuthClient {
        &self.auth
    }

    pub const fn fetch(&self) -> &Fetch {
        &self.fetch
    }

    pub fn spawn(&self, task: LocalFuture<()>) {
        self.fetch.spawn(task);
    }

    fn new(source: &AuthSource, origins: &[AttrValue]) -> Self {
        let auth = AuthClient::new(source.0.clone(), default_runtime());
        let plain = Fetch::with_auth(fetch::ambient(), auth.clone());
        let origins: Vec<&str> = origins.iter().map(AttrValue::as_str).collect();
        let fetch = plain.allowing(&origins).unwrap_or_else(|error| {
            let error = error.to_string();
            let rest = "; the token goes to this page's origin only";
            console_error(&["AuthProvider: ", &error, rest].concat());
            plain
        });
        Self { auth, fetch }
    }
}

/// The properties of [`AuthProvider`].
#[derive(Clone, PartialEq, Properties)]
pub struct AuthProviderProps {
    /// Where tokens come from.
    pub source: AuthSource,
    /// Further origins that get the token, each exactly like `https://api.example.com`. Default: none; the page's
    /// own origin always does.
    #[prop_or_default]
    pub allowed_origins: Vec<AttrValue>,
    /// The components that use it.
    #[prop_or_default]
    pub children: Html,
}

/// Gives sign-in state and session token to the hooks below it.
///
/// Private data of the enclosing `QueryClientProvider` belongs to whoever is signed in here, and goes when that
/// changes. To be used once in an app, near its root.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::auth;
/// use yew_clerk::components::{AuthProvider, AuthSource, QueryClientProvider};
///
/// #[component]
/// fn App() -> Html {
///     // Made once. Here the app asks its own server for tokens.
///     let source = use_memo((), |()| {
///         AuthSource::new(auth::from_fn(|_options| async {
///             yew_clerk::fetch::post("/auth/token").json::<String>().await.map_err(|error| error.to_string())
///         }))
///     });
///     html! {
///         <QueryClientProvider>
///             <AuthProvider source={(*source).clone()}>
///                 <main>{ "…" }</main>
///             </AuthProvider>
///         </QueryClientProvider>
///     }
/// }
/// ```
#[component]
pub fn AuthProvider(props: &AuthProviderProps) -> Html {
    let made =
        use_memo((props.source.clone(), props.allowed_origins.clone()), |(source, origins)| {
            AuthContext::new(source, origins)
        });
    let around = use_surroundings();
    // Hooks without a provider use the default client; their data is private as well.
    let client = around.client.clone().unwrap_or_else(default_client);
    // An enclosing `SwrConfig` may have a cache of its own, for the hooks in here as well.
    use_link([Some(&client), around.swr_client.as_ref()], Some(made.clone()));
    around.provide(|parts| parts.auth = Some(made), &props.children)
}
