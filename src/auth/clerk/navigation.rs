//! Moves that Clerk wants to make, taken by the app.

use std::any::Any;
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
pub struct Navigate {
    go: Rc<dyn Fn(&Navigation)>,
    /// How clerk-js is told of it. It comes with the callback, so that an app without one does not carry the code.
    give: Give,
}

/// Adds a router to the options for clerk-js, of a type that this layer does not name.
pub(crate) type Give = fn(&Navigate, &dyn Any);

impl Navigate {
    pub(crate) fn with(go: Rc<dyn Fn(&Navigation)>, give: Give) -> Self {
        Self { go, give }
    }

    pub(crate) fn give(&self, options: &dyn Any) {
        (self.give)(self, options);
    }

    /// Goes there.
    pub fn go(&self, navigation: &Navigation) {
        (self.go)(navigation);
    }
}

impl PartialEq for Navigate {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.go, &other.go)
    }
}

impl fmt::Debug for Navigate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Navigate")
    }
}
