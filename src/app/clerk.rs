//! Which Clerk signs users in.

use yew_clerk::auth::clerk::{ClerkOptions, Navigate};

use super::router::{self, Route};

/// Your own instance of Clerk, if the app was built for one.
pub const OWN_KEY: Option<&str> = match option_env!("CLERK_PUBLISHABLE_KEY") {
    Some(key) if !key.is_empty() => Some(key),
    _ => None,
};

/// The key of the Clerk that the dev server plays.
const LOCAL_KEY: &str = "pk_live_Y2xlcmsueWV3LWNsZXJrLmV4YW1wbGUk";

/// Your own instance with Clerk's ready-made form, or the dev server's Clerk with a form of the app's.
pub fn options() -> ClerkOptions {
    let pages = ClerkOptions {
        sign_in_url: Some(Route::SignIn.path().into()),
        after_sign_out_url: Some(Route::Home.path().into()),
        ..ClerkOptions::new(OWN_KEY.unwrap_or(LOCAL_KEY))
    };
    if OWN_KEY.is_some() {
        let navigate =
            Navigate::new(|navigation| router::visit(&navigation.to, navigation.replace));
        return ClerkOptions { navigate: Some(navigate), ..pages };
    }
    ClerkOptions { proxy_url: Some("/__clerk".into()), ui: false, ..pages }
}
