//! The addresses of the pages.

use yew_router::prelude::*;

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Routable)]
pub enum Route {
    /// What this is.
    #[at("/")]
    Home,
    /// Part 1.
    #[at("/same-origin")]
    SameOrigin,
    /// Part 2.
    #[at("/swr")]
    Swr,
    /// Part 3.
    #[at("/query")]
    Query,
    /// Part 4.
    #[at("/background")]
    Background,
    /// All of it together.
    #[at("/notes")]
    Notes,
    /// The way in.
    #[at("/sign-in")]
    SignIn,
    /// Anything else.
    #[not_found]
    #[at("/404")]
    NotFound,
}

impl Route {
    /// The pages of the navigation: test name, route, title.
    pub const MENU: [(&'static str, Self); 5] = [
        ("nav-same-origin", Self::SameOrigin),
        ("nav-swr", Self::Swr),
        ("nav-query", Self::Query),
        ("nav-background", Self::Background),
        ("nav-notes", Self::Notes),
    ];

    /// The title, in the navigation and in the browser's tab.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Home => "Overview",
            Self::SameOrigin => "Same origin",
            Self::Swr => "SWR",
            Self::Query => "Query",
            Self::Background => "Background",
            Self::Notes => "Notes",
            Self::SignIn => "Sign in",
            Self::NotFound => "Not found",
        }
    }
}
