//! Part 4: requests in the background, from a tab without focus.

use yew::platform::spawn_local;
use yew::prelude::*;
use yew_clerk::prelude::*;
use yew_hooks::prelude::*;

use crate::app::greeting::{Shown, greeting_card};

/// Sends on a click, and every few seconds if asked to, whether anybody looks or not.
#[component]
pub fn Background() -> Html {
    let api = use_authenticated_fetch();
    let shown = use_state(Shown::default);
    let polling = use_state(|| false);

    let ping = {
        let shown = shown.clone();
        move || {
            let answer = api.post("/api/foo").json();
            let shown = shown.clone();
            shown.set(Shown { busy: true, ..(*shown).clone() });
            spawn_local(async move { shown.set((*shown).clone().after(answer.await)) });
        }
    };
    use_interval(ping.clone(), if *polling { 3_000 } else { 0 });

    let send = ping.clone();
    let toggle = {
        let polling = polling.clone();
        move |_| polling.set(!*polling)
    };
    html! {
        <>
            <div class="row">
                <button class="primary" data-testid="ping" onclick={move |_| send()}>
                    { "Send one now" }
                </button>
                <button data-testid="poll" aria-pressed={polling.to_string()} onclick={toggle}>
                    { if *polling { "Stop sending" } else { "Send every 3 seconds" } }
                </button>
            </div>
            { greeting_card((*shown).clone(), ping) }
        </>
    }
}
