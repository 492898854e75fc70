//! `ClerkProvider`: cache, sign-in and Clerk for the components below, in one line.

use std::rc::Rc;

use yew::prelude::*;

use crate::auth::clerk::{Clerk, ClerkOptions};
use crate::client::QueryClient;
use crate::components::{AuthProvider, AuthSource, QueryClientProvider, use_surroundings};

/// The properties of [`ClerkProvider`].
#[derive(Clone, PartialEq, Properties)]
pub struct ClerkProviderProps {
    /// The key from Clerk's dashboard, `pk_test_…` or `pk_live_…`. Default: that of `options`.
    #[prop_or_default]
    pub publishable_key: Option<AttrValue>,
    /// Everything else about Clerk. Looked at once: clerk-js cannot be set up again. Default: [`ClerkOptions::new`].
    #[prop_or_default]
    pub options: Option<ClerkOptions>,
    /// A handle made elsewhere, in the place of key and options: for tokens outside of components, or in tests.
    #[prop_or_default]
    pub clerk: Option<Clerk>,
    /// The cache. Default: a new one.
    #[prop_or_default]
    pub client: Option<QueryClient>,
    /// Further origins that get the token, each exactly like `https://api.example.com`. Default: none; the page's
    /// own origin always does.
    #[prop_or_default]
    pub allowed_origins: Vec<AttrValue>,
    /// The components that use it.
    #[prop_or_default]
    pub children: Html,
}

/// Gives a cache, the session token and Clerk to the hooks below it, and loads Clerk. To be used once in an app, near
/// its root.
///
/// Public data does not wait for Clerk. A key that is none is said in the console, and shows below as 'failed'. Same as
/// Clerk's `ClerkProvider`, with TanStack Query's provider inside.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::components::{ClerkProvider, Show, SignInButton, UserButton, When};
///
/// #[component]
/// fn App() -> Html {
///     html! {
///         <ClerkProvider publishable_key="pk_test_…">
///             <Show when={When::SignedIn} fallback={html! { <SignInButton /> }}><UserButton /></Show>
///         </ClerkProvider>
///     }
/// }
/// ```
#[component]
pub fn ClerkProvider(props: &ClerkProviderProps) -> Html {
    // Made once: another source would be another sign-in, and clerk-js is there once anyhow.
    let made = use_memo(props.clerk.clone(), |given| {
        let clerk = given.clone().unwrap_or_else(|| make(props));
        (clerk.clone(), AuthSource::from(Rc::new(clerk)))
    });
    let (clerk, source) = (*made).clone();
    // The other two give it on.
    let children = html! {
        <QueryClientProvider client={props.client.clone()}>
            <AuthProvider {source} allowed_origins={props.allowed_origins.clone()}>
                { props.children.clone() }
            </AuthProvider>
        </QueryClientProvider>
    };
    use_surroundings().provide(|parts| parts.clerk = Some(clerk), &children)
}

fn make(props: &ClerkProviderProps) -> Clerk {
    let mut options = props.options.clone().unwrap_or_else(|| ClerkOptions::new(""));
    if let Some(key) = &props.publishable_key {
        options.publishable_key = key.as_str().into();
    }
    Clerk::new(options)
}
