//! Part 1: the page's own origin, where the session's cookie travels by itself.
// ---
use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::foo::{Foo, FooCard};

/// Fetches with the cookie alone: no header, no token.
#[component]
pub fn SameOrigin() -> Html {
    let auth = use_auth();
    let foo = use_swr(("with cookie", "/api/foo"), move |(_, url)| {
        let auth = auth.clone();
        async move {
            match fetch::get(url).json::<Foo>().await {
                // The cookie lives for a minute: a new token brings a new one along.
                Err(error) if error.status() == Some(401) => {
                    auth.get_token(&TokenOptions::default().fresh()).await?;
                    fetch::get(url).json().await
                }
                answer => answer,
            }
        }
    });

    let again = foo.clone();
    html! {
        <FooCard
            data={foo.data()}
            error={foo.error()}
            busy={foo.is_validating()}
            retry={move |()| { again.mutate(); }}
        />
    }
}
