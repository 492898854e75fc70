//! Part 1: the page's own origin, where the session's cookie travels by itself.
// ---
use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::foo::{Foo, FooCard};

/// Fetches with the cookie alone: no header, no token.
#[component]
pub fn SameOrigin() -> Html {
    let foo = use_swr(("with cookie", "/api/foo"), |(_, url)| fetch::get(url).json::<Foo>());

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
