//! Part 2: SWR with the session token.

use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::greeting::{Greeting, Shown, greeting_card};

/// Shows what is cached, and fetches with the bearer token:
/// now, on focus, and when the network is back.
#[component]
pub fn Swr() -> Html {
    let greeting = use_clerk_swr::<Greeting>("/api/foo");

    let shown = Shown {
        data: greeting.data(),
        error: greeting.error(),
        busy: greeting.is_validating(),
        ..Shown::default()
    };
    greeting_card(shown, move || drop(greeting.mutate()))
}
