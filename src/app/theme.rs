//! Light or dark: the system's choice, or the user's.

use yew::prelude::*;

const KEY: &str = "yew-clerk-theme";

/// What the user has chosen.
#[derive(Clone, Copy, PartialEq)]
enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    const fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    const fn sign(self) -> &'static str {
        match self {
            Self::System => "◐",
            Self::Light => "☀",
            Self::Dark => "☾",
        }
    }

    fn stored() -> Self {
        let name = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
        match name.as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    /// Shows the theme, and remembers it where that is possible.
    fn apply(self) {
        let root = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element());
        if let Some(root) = root {
            let _shown = root.set_attribute("data-theme", self.name());
        }
        if let Some(storage) = storage() {
            let _remembered = storage.set_item(KEY, self.name());
        }
    }
}

/// `None` where storage is blocked.
fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// Switches between the system's theme, light and dark.
#[component]
pub fn ThemeToggle() -> Html {
    let theme = use_state(Theme::stored);
    use_effect_with(*theme, |theme| theme.apply());
    let onclick = {
        let theme = theme.clone();
        move |_| theme.set(theme.next())
    };
    let label = format!("Theme: {}. Change it.", theme.name());
    html! {
        <button class="icon" data-testid="theme" aria-label={label.clone()} title={label} {onclick}>
            { theme.sign() }
        </button>
    }
}
