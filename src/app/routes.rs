//! The addresses of the pages.

use std::collections::HashMap;

use yew_router::prelude::*;

/// A page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Route {
    /// What this is.
    Home,
    /// Part 1.
    SameOrigin,
    /// Part 2.
    Swr,
    /// Part 3.
    Query,
    /// Part 4.
    Background,
    /// All of it together.
    Notes,
    /// The way in.
    SignIn,
    /// Anything else.
    NotFound,
}

/// Every page with its address.
const ADDRESSES: [(&str, Route); 8] = [
    ("/", Route::Home),
    ("/same-origin", Route::SameOrigin),
    ("/swr", Route::Swr),
    ("/query", Route::Query),
    ("/background", Route::Background),
    ("/notes", Route::Notes),
    ("/sign-in", Route::SignIn),
    ("/404", Route::NotFound),
];

/// By hand: what can be derived brings along a machine for addresses with parameters, which is bigger than any page.
impl Routable for Route {
    fn from_path(path: &str, _: &HashMap<&str, &str>) -> Option<Self> {
        let found = ADDRESSES.iter().find(|(address, _)| *address == path);
        found.map(|&(_, route)| route)
    }

    fn to_path(&self) -> String {
        let found = ADDRESSES.iter().find(|(_, route)| route == self);
        found.map_or("/", |&(address, _)| address).to_owned()
    }

    fn routes() -> Vec<&'static str> {
        ADDRESSES.iter().map(|&(address, _)| address).collect()
    }

    fn not_found_route() -> Option<Self> {
        Some(Self::NotFound)
    }

    fn recognize(pathname: &str) -> Option<Self> {
        let path = match pathname.trim_end_matches('/') {
            "" => "/",
            path => path,
        };
        Self::from_path(path, &HashMap::new()).or(Some(Self::NotFound))
    }
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
