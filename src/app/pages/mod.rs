//! The pages, each showing one idea.

mod home;
mod notes;
mod part;
mod sign_in;

use yew::prelude::*;
use yew_clerk::prelude::*;

use super::examples;
use super::pieces::fixed;
use super::router::Route;
use part::Part;

const SAME_ORIGIN: Part = Part {
    testid: "page-same-origin",
    title: "1 · Same origin",
    text: "The API lives where the page lives, so the session's cookie travels by itself, and there is nothing to set \
           up. But a cookie can be too old after sleep, and it goes to no other origin.",
    hint: "Let the next request fail, and fetch again: every answer that is not 2xx is an error.",
    source: include_str!("../examples/same_origin.rs"),
};

const SWR: Part = Part {
    testid: "page-swr",
    title: "2 · SWR with the session token",
    text: "Cached data at once, then fresh data: on mount, when the tab is shown or focused, when the network is back. \
           Each request carries a token that is valid now.",
    hint: "Look at another tab for a while and come back: what has changed is here without a click.",
    source: include_str!("../examples/swr.rs"),
};

const QUERY: Part = Part {
    testid: "page-query",
    title: "3 · TanStack Query",
    text: "A query function returns data or its error. Failures are tried again three times, with growing pauses; a \
           404 is not.",
    hint: "Let the next request fail, and fetch again: the second attempt follows by itself.",
    source: include_str!("../examples/query.rs"),
};

const BACKGROUND: Part = Part {
    testid: "page-background",
    title: "4 · In the background",
    text: "A handle that always sends the token: from event handlers, from tasks that outlive their component, from a \
           tab that nobody looks at.",
    hint: "Start sending, hide this tab for more than a minute, and come back: the log has every request, each with a \
           token that was valid then.",
    source: include_str!("../examples/background.rs"),
};

/// The page of a route.
pub fn page(route: Route, auth: &AuthHandle) -> Html {
    match route {
        Route::Home => home::page(auth),
        Route::SameOrigin => {
            SAME_ORIGIN.page(auth, html! { <examples::same_origin::SameOrigin /> })
        }
        Route::Swr => SWR.page(auth, html! { <examples::swr::Swr /> }),
        Route::Query => QUERY.page(auth, html! { <examples::query::Query /> }),
        Route::Background => BACKGROUND.page(auth, html! { <examples::background::Background /> }),
        Route::Notes => notes::page(auth),
        Route::SignIn => sign_in::page(),
        Route::NotFound => not_found(),
    }
}

fn not_found() -> Html {
    fixed(
        r#"<section class="card narrow" data-testid="page-not-found">
            <h1>There is no such page</h1>
            <p class="soft">The address may have been mistyped. The pages are in the bar above.</p>
            <a class="button primary" href="/">To the overview</a>
        </section>"#,
    )
}
