//! Part 3: TanStack Query with a query function that returns an error.
// ---
use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::foo::{Foo, FooCard};

/// The query function returns `Err` on every answer that is not 2xx.
/// It is aborted when nobody waits any more.
#[component]
pub fn Query() -> Html {
    let api = use_authenticated_fetch();
    let foo = use_query(("foo", "with bearer"), move |ctx| {
        api.get("/api/foo").signal(&ctx.signal()).json::<Foo>()
    });

    let again = foo.clone();
    html! {
        <FooCard
            data={foo.data()}
            error={foo.error()}
            busy={foo.is_fetching()}
            offline={foo.is_paused()}
            failures={foo.failure_count()}
            retry={move |()| { again.refetch(); }}
        />
    }
}
