//! Light or dark: the system's choice, or the user's.
//!
//! The page's root element says which, and `index.html` sets it before the first paint.

use web_sys::Element;

const KEY: &str = "yew-clerk-theme";
const ATTRIBUTE: &str = "data-theme";

/// What the user has chosen.
#[derive(Clone, Copy, PartialEq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    /// What is shown.
    pub fn current() -> Self {
        let name = root().and_then(|root| root.get_attribute(ATTRIBUTE));
        match name.as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    /// A sign for a button, and in words what it shows and does.
    pub const fn button(self) -> (&'static str, &'static str) {
        match self {
            Self::System => ("◐", "Theme: system. Change it."),
            Self::Light => ("☀", "Theme: light. Change it."),
            Self::Dark => ("☾", "Theme: dark. Change it."),
        }
    }

    /// Shows the next theme, and remembers it where that is possible.
    pub fn change(self) {
        let name = match self {
            Self::System => "light",
            Self::Light => "dark",
            Self::Dark => "system",
        };
        if let Some(root) = root() {
            let _shown = root.set_attribute(ATTRIBUTE, name);
        }
        if let Some(storage) = storage() {
            let _remembered = storage.set_item(KEY, name);
        }
    }
}

fn root() -> Option<Element> {
    web_sys::window()?.document()?.document_element()
}

/// `None` where storage is blocked.
fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
