//! Buttons that make things go wrong, and things that should.

use serde::Serialize;
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_clerk::prelude::*;

#[derive(Serialize)]
struct Fault {
    path: &'static str,
    fault: &'static str,
    times: u32,
}

async fn order(fault: &'static str) -> Result<(), FetchError> {
    let faults = [Fault { path: "/api/foo", fault, times: 1 }];
    fetch::put("/__dev/faults").json_body(&faults).send().await.map(|_| ())
}

/// The properties of [`Faults`].
#[derive(PartialEq, Properties)]
pub struct FaultsProps {
    /// What is worth a try on this page.
    pub hint: &'static str,
    /// Called when the data on the server has changed.
    pub changed: Callback<()>,
}

/// Try it: change the data, break the server, ask the wrong origin.
#[component]
pub fn Faults(props: &FaultsProps) -> Html {
    let api = use_authenticated_fetch();
    let note = use_state(|| None::<AttrValue>);
    let increment = {
        let (api, changed, note) = (api.clone(), props.changed.clone(), note.setter());
        move |_| {
            let (api, changed, note) = (api.clone(), changed.clone(), note.clone());
            spawn_local(async move {
                match api.post("/api/foo").send().await {
                    Ok(_) => changed.emit(()),
                    Err(error) => note.set(Some(error.to_string().into())),
                }
            });
        }
    };
    let break_with = |fault: &'static str, text: &'static str| {
        let note = note.setter();
        move |_| {
            let note = note.clone();
            spawn_local(async move {
                note.set(Some(match order(fault).await {
                    Ok(()) => text.into(),
                    Err(error) => error.to_string().into(),
                }));
            });
        }
    };
    html! {
        <section class="card faults">
            <h2>{ "Try it" }</h2>
            <p class="hint">{ props.hint }</p>
            <div class="row">
                <button data-testid="increment" onclick={increment}>{ "Count up on the server" }</button>
                <button data-testid="fault-500"
                    onclick={break_with("status:500", "The next request is answered with 500.")}>
                    { "Let the next one fail" }
                </button>
                <button data-testid="fault-slow"
                    onclick={break_with("delay:3000", "The next request takes 3 seconds.")}>
                    { "Let the next one take 3 s" }
                </button>
                <button data-testid="fault-expired"
                    onclick={break_with("expired", "The next request is answered with 401, as for an expired token.")}>
                    { "Let the next token be expired" }
                </button>
            </div>
            if let Some(note) = &*note {
                <p class="hint" role="status">{ note }</p>
            }
            <Foreign {api} />
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct ForeignProps {
    api: Fetch,
}

/// A request with the token to somewhere else, which has to be refused.
#[component]
fn Foreign(props: &ForeignProps) -> Html {
    let url = use_state(|| AttrValue::from("http://127.0.0.1:9/steal"));
    let result = use_state(|| None::<AttrValue>);
    let oninput = {
        let url = url.clone();
        move |event: InputEvent| {
            url.set(event.target_unchecked_into::<web_sys::HtmlInputElement>().value().into())
        }
    };
    let ask = {
        let (api, url, result) = (props.api.clone(), url.clone(), result.setter());
        move |_| {
            let (api, url, result) = (api.clone(), (*url).clone(), result.clone());
            spawn_local(async move {
                result.set(Some(match api.get(&url).send().await {
                    Ok(answer) => format!("It answered with {}.", answer.status()).into(),
                    Err(error) => error.to_string().into(),
                }));
            });
        }
    };
    html! {
        <div class="foreign">
            <label>
                { "An address of somebody else" }
                <input data-testid="foreign-url" type="url" value={&*url} {oninput} />
            </label>
            <button data-testid="foreign" onclick={ask}>{ "Ask a foreign origin" }</button>
            if let Some(result) = &*result {
                <p class="hint" role="status" data-testid="foreign-result">{ result }</p>
            }
        </div>
    }
}
