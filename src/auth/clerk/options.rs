//! How Clerk is loaded and set up.

use std::rc::Rc;
use std::time::Duration;

use super::json::ClerkJson;
use super::key::PublishableKey;
use super::navigation::Navigate;
use crate::auth::defaults::CLERK_LOAD_TIMEOUT;

/// The major versions that this binding is made for, as they stand in the addresses of the scripts.
const CLERK_JS: &str = "npm/@clerk/clerk-js@6/dist/clerk.browser.js";
const CLERK_UI: &str = "npm/@clerk/ui@1/dist/ui.browser.js";

/// How Clerk is loaded and set up. Names and meanings are those of Clerk's own `load` options: the
/// common ones are fields, the others methods.
///
/// ```
/// use yew_clerk::auth::clerk::ClerkOptions;
///
/// let options = ClerkOptions { sign_in_url: Some("/sign-in".into()), ..ClerkOptions::new("pk_test_…") };
/// assert!(!options.telemetry);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ClerkOptions {
    /// The key from Clerk's dashboard, `pk_test_…` or `pk_live_…`.
    pub publishable_key: Rc<str>,
    /// Where calls to Clerk go instead of its own host: a path like `/__clerk`, or an address. Default: none.
    pub proxy_url: Option<Rc<str>>,
    /// The domain of a satellite app. Default: none.
    pub domain: Option<Rc<str>>,
    /// The address of clerk-js. Default: the one that the key or the proxy leads to.
    pub script_url: Option<Rc<str>>,
    /// Whether Clerk's ready-made forms are loaded as well. Default `true`; without them `SignIn`, `UserButton`
    /// and their like show nothing, and the page is 45 kB (and what the forms fetch) lighter.
    pub ui: bool,
    /// The address of the forms' script. Default: the one that the key or the proxy leads to.
    pub ui_script_url: Option<Rc<str>>,
    /// The nonce of the page's Content-Security-Policy, for the script tags and the forms' styles. Default: none.
    pub nonce: Option<Rc<str>>,
    /// The page for signing in. Default: Clerk's hosted one.
    pub sign_in_url: Option<Rc<str>>,
    /// The page for signing up. Default: Clerk's hosted one.
    pub sign_up_url: Option<Rc<str>>,
    /// Where the user is sent by Clerk's own buttons after signing out. Default: `/`.
    pub after_sign_out_url: Option<Rc<str>>,
    /// Further options of clerk-js, by its own names. The methods of this type add to them.
    pub more: Vec<(&'static str, ClerkJson)>,
    /// Takes Clerk's moves within this origin, in the place of a full-page navigation: after a sign-in by Clerk's own
    /// form, or a sign-out by its button. Default: none, and the page is loaded anew.
    pub navigate: Option<Navigate>,
    /// Whether clerk-js may report its use to Clerk. Default `false`. Differs from Clerk's, which is `true`.
    pub telemetry: bool,
    /// Whether a session with unfinished tasks counts as signed out. Default `true`, as Clerk's.
    pub treat_pending_as_signed_out: bool,
    /// How long loading may take before it counts as failed. Default 15 s, as Clerk's React SDK has it.
    pub load_timeout: Duration,
}

impl ClerkOptions {
    /// The defaults, with this publishable key.
    pub fn new(publishable_key: impl Into<Rc<str>>) -> Self {
        Self {
            publishable_key: publishable_key.into(),
            proxy_url: None,
            domain: None,
            script_url: None,
            ui: true,
            ui_script_url: None,
            nonce: None,
            sign_in_url: None,
            sign_up_url: None,
            after_sign_out_url: None,
            more: Vec::new(),
            navigate: None,
            telemetry: false,
            treat_pending_as_signed_out: true,
            load_timeout: CLERK_LOAD_TIMEOUT,
        }
    }

    /// Adds an option that has no field and no method here, like `taskUrls` or `supportEmail`. Of two with one name the
    /// last counts.
    ///
    /// ```
    /// use serde_json::json;
    /// use yew_clerk::auth::clerk::ClerkOptions;
    ///
    /// let options = ClerkOptions::new("pk_test_…").with("supportEmail", json!("help@example.com"));
    /// # drop(options);
    /// ```
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<ClerkJson>) -> Self {
        self.more.push((name, value.into()));
        self
    }

    /// How the forms look: Clerk's `appearance`, as far as it is data.
    #[must_use]
    pub fn appearance(self, appearance: impl Into<ClerkJson>) -> Self {
        self.with("appearance", appearance)
    }

    /// What the forms say: Clerk's `localization`. Default: English.
    #[must_use]
    pub fn localization(self, localization: impl Into<ClerkJson>) -> Self {
        self.with("localization", localization)
    }

    /// Where Clerk's forms lead after signing in, unless the page came with a `redirect_url`. Default: `/`.
    #[must_use]
    pub fn sign_in_fallback_redirect_url(self, url: &str) -> Self {
        self.with("signInFallbackRedirectUrl", ClerkJson::text(url))
    }

    /// Where Clerk's forms lead after signing up, unless the page came with a `redirect_url`. Default: `/`.
    #[must_use]
    pub fn sign_up_fallback_redirect_url(self, url: &str) -> Self {
        self.with("signUpFallbackRedirectUrl", ClerkJson::text(url))
    }

    /// Where Clerk's forms lead after signing in, whatever the page came with.
    #[must_use]
    pub fn sign_in_force_redirect_url(self, url: &str) -> Self {
        self.with("signInForceRedirectUrl", ClerkJson::text(url))
    }

    /// Where Clerk's forms lead after signing up, whatever the page came with.
    #[must_use]
    pub fn sign_up_force_redirect_url(self, url: &str) -> Self {
        self.with("signUpForceRedirectUrl", ClerkJson::text(url))
    }

    /// The page of those who wait to be let in. Default: Clerk's hosted one.
    #[must_use]
    pub fn waitlist_url(self, url: &str) -> Self {
        self.with("waitlistUrl", ClerkJson::text(url))
    }

    /// The origins that a `redirect_url` may lead to, each like `https://app.example.com` or with a `*`. Default: this
    /// page's origin, and the domain of Clerk's frontend API.
    #[must_use]
    pub fn allowed_redirect_origins(self, origins: &[&str]) -> Self {
        self.with("allowedRedirectOrigins", ClerkJson::texts(origins))
    }

    /// The protocols, besides those of the web, that Clerk may go to: `myapp:`.
    #[must_use]
    pub fn allowed_redirect_protocols(self, protocols: &[&str]) -> Self {
        self.with("allowedRedirectProtocols", ClerkJson::texts(protocols))
    }

    /// The address of clerk-js for this key.
    #[must_use]
    pub fn clerk_js(&self, key: &PublishableKey) -> String {
        self.address(self.script_url.as_deref(), key, CLERK_JS)
    }

    /// The address of the ready-made forms for this key; `None` when they are not wanted.
    #[must_use]
    pub fn clerk_ui(&self, key: &PublishableKey) -> Option<String> {
        self.ui.then(|| self.address(self.ui_script_url.as_deref(), key, CLERK_UI))
    }

    fn address(&self, own: Option<&str>, key: &PublishableKey, path: &str) -> String {
        if let Some(own) = own {
            return own.to_owned();
        }
        match self.proxy_url.as_deref() {
            Some(proxy) => [proxy.trim_end_matches('/'), "/", path].concat(),
            None => ["https://", key.frontend_api(), "/", path].concat(),
        }
    }
}
