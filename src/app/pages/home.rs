//! What this is.

use yew::prelude::*;
use yew_router::prelude::*;

use crate::app::routes::Route;

const PARTS: [(Route, &str, &str); 5] = [
    (Route::SameOrigin, "fetch::get", "The session's cookie travels by itself."),
    (Route::Swr, "use_clerk_swr", "Cached, fresh on focus, with the session token."),
    (Route::Query, "use_query", "A function that returns data or its error."),
    (Route::Background, "use_authenticated_fetch", "With the token, from anywhere, in a hidden tab."),
    (Route::Notes, "all together", "Pages, optimistic changes, rollback."),
];

/// The overview.
#[component]
pub fn Home() -> Html {
    html! {
        <div data-testid="page-home">
            <h1>{ "Authenticated data fetching for Yew" }</h1>
            <p class="lead">
                { "SWR, TanStack Query and session tokens that live one minute, on one cache, in Rust. \
                   Each page shows one way to fetch, the code that does it, and the requests that it makes." }
            </p>
            <ul class="tiles">
                { for PARTS.iter().map(|&(route, hook, text)| html! {
                    <li key={hook} class="card">
                        <Link<Route> to={route}>
                            <strong>{ route.title() }</strong>
                            <code>{ hook }</code>
                            <span>{ text }</span>
                        </Link<Route>>
                    </li>
                }) }
            </ul>
        </div>
    }
}
