//! What this is.

use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::router::Route;

/// A page: where it is, what it shows, and in a sentence what that does.
type Tile = (Route, &'static str, &'static str);

const TILES: [Tile; 5] = [
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
    (
        Route::Notes,
        "pages · optimistic changes · rollback",
        "All of it in one page: what you write is there at once, and goes again if the server says no.",
    ),
];

/// The overview.
pub fn page(auth: &AuthHandle) -> Html {
    html! {
        <div class="stack" data-testid="page-home">
            <header class="lead hero">
                <h1>{ "Authenticated data fetching for Yew" }</h1>
                <p>
                    { "SWR, TanStack Query and session tokens that live for a minute, on one cache, in Rust. Each \
                       page shows one way to fetch, the code that does it, and every request that it makes." }
                </p>
                <div class="row">{ first_step(auth) }</div>
            </header>
            <ol class="tiles">{ for TILES.into_iter().map(tile) }</ol>
        </div>
    }
}

fn first_step(auth: &AuthHandle) -> Html {
    let (path, text) = match auth.state() {
        AuthState::SignedOut => (Route::SignIn.path(), "Sign in to try it"),
        AuthState::SignedIn(_) => (Route::Swr.path(), "See it work"),
        _ => return Html::default(),
    };
    html! { <a class="button primary" href={path}>{ text }</a> }
}

fn tile((route, shows, text): Tile) -> Html {
    html! {
        <li key={shows} class="card">
            <a href={route.path()}>
                <strong>{ route.title() }</strong>
                <code>{ shows }</code>
                <span>{ text }</span>
            </a>
        </li>
    }
}
