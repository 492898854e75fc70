//! Part 4: requests in the background, from a tab without focus.
// ---
use std::rc::Rc;

use yew::platform::spawn_local;
use yew::prelude::*;
use yew_clerk::prelude::*;
use yew_hooks::prelude::*;

use crate::app::foo::{Foo, FooCard};

/// Sends on a click, and every few seconds if asked to, whether anybody looks or not.
#[component]
pub fn Background() -> Html {
    let api = use_authenticated_fetch();
    let answer = use_state(|| None::<Result<Rc<Foo>, Rc<FetchError>>>);
    let sending = use_state(|| false);
    let polling = use_state(|| false);

    let ping = {
        let (answer, sending) = (answer.setter(), sending.setter());
        Callback::from(move |()| {
            let (api, answer, sending) = (api.clone(), answer.clone(), sending.clone());
            sending.set(true);
            spawn_local(async move {
                let sent = api.post("/api/foo").json_body(&()).json::<Foo>().await;
                answer.set(Some(sent.map(Rc::new).map_err(Rc::new)));
                sending.set(false);
            });
        })
    };
    let tick = ping.clone();
    use_interval(move || tick.emit(()), if *polling { 3_000 } else { 0 });

    let toggle = { let polling = polling.clone(); move |_| polling.set(!*polling) };
    html! {
        <>
            <div class="row">
                <button class="primary" data-testid="ping" onclick={ping.reform(|_| ())}>{ "Send one now" }</button>
                <button data-testid="poll" aria-pressed={polling.to_string()} onclick={toggle}>
                    { if *polling { "Stop sending" } else { "Send every 3 seconds" } }
                </button>
            </div>
            if answer.is_some() || *sending {
                <FooCard
                    data={answer.as_ref().and_then(|sent| sent.clone().ok())}
                    error={answer.as_ref().and_then(|sent| sent.clone().err())}
                    busy={*sending}
                    retry={ping}
                />
            }
        </>
    }
}
