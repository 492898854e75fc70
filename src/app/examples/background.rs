//! Part 4: requests in the background, from a tab without focus.
// ---
use std::rc::Rc;

use yew::platform::spawn_local;
use yew::prelude::*;
use yew_clerk::prelude::*;
use yew_hooks::prelude::*;

use crate::app::greeting::{Greeting, GreetingCard};

/// Sends on a click, and every few seconds if asked to, whether anybody looks or not.
#[component]
pub fn Background() -> Html {
    let api = use_authenticated_fetch();
    let answer = use_state(|| None::<Rc<Greeting>>);
    let error = use_state(|| None::<Rc<FetchError>>);
    let sending = use_state(|| false);
    let polling = use_state(|| false);

    let ping = {
        let (answer, error, sending) = (answer.setter(), error.setter(), sending.setter());
        Callback::from(move |()| {
            let (answer, error) = (answer.clone(), error.clone());
            let (api, sending) = (api.clone(), sending.clone());
            sending.set(true);
            spawn_local(async move {
                match api.post("/api/foo").json::<Greeting>().await {
                    Ok(greeting) => {
                        answer.set(Some(Rc::new(greeting)));
                        error.set(None);
                    }
                    Err(why) => error.set(Some(Rc::new(why))),
                }
                sending.set(false);
            });
        })
    };
    let tick = ping.clone();
    use_interval(move || tick.emit(()), if *polling { 3_000 } else { 0 });

    let toggle = {
        let polling = polling.clone();
        move |_| polling.set(!*polling)
    };
    html! {
        <>
            <div class="row">
                <button class="primary" data-testid="ping" onclick={ping.reform(|_| ())}>
                    { "Send one now" }
                </button>
                <button data-testid="poll" aria-pressed={polling.to_string()} onclick={toggle}>
                    { if *polling { "Stop sending" } else { "Send every 3 seconds" } }
                </button>
            </div>
            <GreetingCard
                data={(*answer).clone()}
                error={(*error).clone()}
                busy={*sending}
                retry={ping}
            />
        </>
    }
}
