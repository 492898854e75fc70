//! Part 3: TanStack Query with a query function that returns an error.

use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::greeting::{Greeting, Shown, greeting_card};

/// The query function returns `Err` on every answer that is not 2xx.
/// It is aborted when nobody waits any more.
#[component]
pub fn Query() -> Html {
    let api = use_authenticated_fetch();
    let greeting = use_query(("greeting", "with bearer"), move |ctx| {
        api.get("/api/foo").signal(&ctx.signal()).json::<Greeting>()
    });

    let shown = Shown {
        data: greeting.data(),
        error: greeting.error(),
        busy: greeting.is_fetching(),
        offline: greeting.is_paused(),
        failures: greeting.failure_count(),
    };
    greeting_card(shown, move || drop(greeting.refetch()))
}
