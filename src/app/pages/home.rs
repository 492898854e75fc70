//! What this is.

use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::pieces::{fixed, lead};
use crate::app::router::Route;

/// The overview.
pub fn page(auth: &AuthHandle) -> Html {
    let text = "SWR, TanStack Query and session tokens that live for a minute, on one cache, in Rust. Each page shows \
                one way to fetch, the code that does it, and every request that it makes.";
    html! {
        <div class="stack" data-testid="page-home">
            <div class="hero">
                { lead("Authenticated data fetching for Yew", text) }
                <div class="row">{ first_step(auth) }</div>
            </div>
            { fixed(include_str!("tiles.html")) }
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
