//! Moves that Clerk wants to make, taken by the app.

use std::fmt;
use std::rc::Rc;

/// Where Clerk wants the user to go, on this page's own origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Navigation {
    /// Path, query and fragment: `/sign-in?redirect_url=…#/factor-one`.
    pub to: Rc<str>,
    /// Whether it takes the place of the current entry of the browser's history.
    pub replace: bool,
}

/// What the app does when Clerk wants to go somewhere: it hands this to its router, and the page is not loaded anew.
/// Same as `routerPush` and `routerReplace` of Clerk's React SDK in one. Another origin never comes here: the browser
/// goes there itself.
///
/// Two are equal when they are clones of one.
///
/// ```
/// use yew_clerk::auth::clerk::{ClerkOptions, Navigate};
///
/// # struct Router;
/// # impl Router { fn push(&self, _: &str) {} fn replace(&self, _: &str) {} }
/// # let router = Router;
/// let navigate = Navigate::new(move |navigation| match navigation.replace {
///     true => router.replace(&navigation.to),
///     false => router.push(&navigation.to),
/// });
/// let options = ClerkOptions { navigate: Some(navigate), ..ClerkOptions::new("pk_test_…") };
/// # drop(options);
/// ```
#[derive(Clone)]
pub struct Navigate(Rc<dyn Fn(&Navigation)>);

impl Navigate {
    /// Goes where it is told.
    pub fn new(go: impl Fn(&Navigation) + 'static) -> Self {
        Self(Rc::new(go))
    }

    /// Goes there.
    pub fn go(&self, navigation: &Navigation) {
        (self.0)(navigation);
    }
}

impl PartialEq for Navigate {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Navigate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Navigate")
    }
}
