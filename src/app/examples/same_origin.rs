//! Part 1: the page's own origin, where the session's cookie travels by itself.

use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::greeting::{Greeting, Shown, greeting_card};

/// Fetches with the cookie alone: no header, no token.
#[component]
pub fn SameOrigin() -> Html {
    let auth = use_auth();
    let greeting = use_swr(("with cookie", "/api/foo"), move |(_, url)| {
        let auth = auth.clone();
        async move {
            match fetch::get(url).json::<Greeting>().await {
                // The cookie lives for a minute: a new token brings a new one along.
                Err(error) if error.status() == Some(401) => {
                    auth.get_token(&TokenOptions::default().fresh()).await?;
                    fetch::get(url).json().await
                }
                answer => answer,
            }
        }
    });

    let shown = Shown {
        data: greeting.data(),
        error: greeting.error(),
        busy: greeting.is_validating(),
        ..Shown::default()
    };
    greeting_card(shown, move || drop(greeting.mutate()))
}
