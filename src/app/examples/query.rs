//! Part 3: TanStack Query with a query function that returns an error.
// ---
use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::foo::{Foo, FooCard};

/// A query: the function returns `Err` on every answer that is not 2xx, and is aborted when nobody waits.
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
            error={foo.failure_reason().or(foo.error())}
            busy={foo.is_fetching()}
            retry={move |()| { again.refetch(); }}
        />
    }
}
