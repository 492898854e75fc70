//! What this is.

use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::link::To;
use crate::app::routes::Route;

/// A page: where it is, what it shows, and in a sentence what that does.
type Tile = (Route, &'static str, &'static str);

const PARTS: [Tile; 4] = [
    (
        Route::SameOrigin,
        "fetch::get",
        "The session's cookie travels by itself, and every answer that is not 2xx is an error.",
    ),
    (
        Route::Swr,
        "use_clerk_swr",
        "Cached data at once, fresh data on focus, each request with a token that is valid now.",
    ),
    (
        Route::Query,
        "use_query",
        "A query function returns data or its error; failures that may pass are tried again.",
    ),
    (
        Route::Background,
        "use_authenticated_fetch",
        "A handle that always sends the token: from anywhere, in a hidden tab too.",
    ),
];

const TOGETHER: Tile = (
    Route::Notes,
    "pages · optimistic changes · rollback",
    "All of it in one page: what you write is there at once, and goes again if the server says no.",
);

/// The overview.
#[component]
pub fn Home() -> Html {
    html! {
        <div class="stack" data-testid="page-home">
            <header class="lead hero">
                <h1>{ "Authenticated data fetching for Yew" }</h1>
                <p>
                    { "SWR, TanStack Query and session tokens that live for a minute, on one cache, in Rust. Each \
                       page shows one way to fetch, the code that does it, and every request that it makes." }
                </p>
                <div class="row">
                    <SignedOut>
                        <To route={Route::SignIn} class="button primary">{ "Sign in to try it" }</To>
                    </SignedOut>
                    <SignedIn>
                        <To route={Route::Swr} class="button primary">{ "See it work" }</To>
                    </SignedIn>
                </div>
            </header>
            <ol class="tiles">
                { for PARTS.into_iter().map(tile) }
                { tile(TOGETHER) }
            </ol>
        </div>
    }
}

fn tile((route, shows, text): Tile) -> Html {
    html! {
        <li key={route.title()} class="card">
            <To {route}>
                <strong>{ route.title() }</strong>
                <code>{ shows }</code>
                <span>{ text }</span>
            </To>
        </li>
    }
}
