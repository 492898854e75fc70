//! The pages, each showing one idea.

mod home;
mod notes;
mod part;
mod sign_in;

use yew::prelude::*;

use super::examples;
use super::routes::Route;
use part::Part;

/// The page of a route.
pub fn page(route: Route) -> Html {
    match route {
        Route::Home => html! { <home::Home /> },
        Route::SameOrigin => html! {
            <Part
                name="same-origin"
                title="1 · Same origin"
                text="The API lives where the page lives, so the session's cookie travels by itself. Nothing to set up; \
                      but a cookie can be stale after sleep, and it does not travel to another origin."
                source={include_str!("../examples/same_origin.rs")}
            >
                <examples::same_origin::SameOrigin />
            </Part>
        },
        Route::Swr => html! {
            <Part
                name="swr"
                title="2 · SWR with the session token"
                text="Cached data at once, then fresh data: on mount, when the tab is shown or focused, when the network \
                      is back. Each request carries a token that is valid now."
                source={include_str!("../examples/swr.rs")}
            >
                <examples::swr::Swr />
            </Part>
        },
        Route::Query => html! {
            <Part
                name="query"
                title="3 · TanStack Query"
                text="A query function returns data or its error. Failures are tried again three times, with growing \
                      pauses; a 404 is not."
                source={include_str!("../examples/query.rs")}
            >
                <examples::query::Query />
            </Part>
        },
        Route::Background => html! {
            <Part
                name="background"
                title="4 · In the background"
                text="A handle that always sends the token: from event handlers, from tasks that outlive their component, \
                      from a tab that nobody looks at."
                source={include_str!("../examples/background.rs")}
            >
                <examples::background::Background />
            </Part>
        },
        Route::Notes => html! { <notes::Notes /> },
        Route::SignIn => html! { <sign_in::SignIn /> },
        Route::NotFound => html! {
            <section class="card" data-testid="page-not-found">
                <h1>{ "There is no such page" }</h1>
                <p>{ "The address may have been mistyped. The pages are in the bar above." }</p>
            </section>
        },
    }
}
