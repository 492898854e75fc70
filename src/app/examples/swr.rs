//! Part 2: SWR with the session token.
// ---
use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::foo::{Foo, FooCard};

/// Shows what is cached, and fetches with the bearer token:
/// now, on focus, and when the network is back.
#[component]
pub fn Swr() -> Html {
    let foo = use_clerk_swr::<Foo>("/api/foo");

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
