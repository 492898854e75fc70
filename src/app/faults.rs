//! Buttons that make things go wrong, and things that should.

use yew::platform::spawn_local;
use yew::prelude::*;
use yew_clerk::prelude::*;

use super::form;

/// A fault to order: the button's test name, what it is for the server, and the button.
type Order = (&'static str, &'static str, &'static str);

const ORDERS: [Order; 3] = [
    ("fault-500", "status:500", "Let the next one fail"),
    ("fault-slow", "delay:3000", "Let the next one take 3 s"),
    ("fault-expired", "expired", "Let the next token be expired"),
];

/// The properties of [`Faults`].
#[derive(PartialEq, Properties)]
pub struct FaultsProps {
    /// What is worth a try on this page.
    pub hint: &'static str,
}

/// Try it: change the data, break the server, ask the wrong origin.
#[component]
pub fn Faults(props: &FaultsProps) -> Html {
    let api = use_authenticated_fetch();
    let client = use_query_client();
    let note = use_state(AttrValue::default);
    let refusal = use_state(AttrValue::default);

    let count_up = {
        let (api, note) = (api.clone(), note.setter());
        move |_| {
            let (sent, client, note) = (api.post("/api/foo").send(), client.clone(), note.clone());
            spawn_local(async move {
                match sent.await {
                    // The same counter under the keys of three pages.
                    Ok(_) => {
                        for key in ["with cookie", "/api/foo", "greeting"] {
                            client.invalidate_queries(key);
                        }
                    }
                    Err(error) => note.set(error.to_string().into()),
                }
            });
        }
    };
    let ask_foreign = {
        let refusal = refusal.setter();
        move |event: SubmitEvent| {
            let address = form::value(&form::submitted(&event), "address");
            let (sent, refusal) = (api.get(&address).send(), refusal.clone());
            spawn_local(async move {
                refusal.set(match sent.await {
                    Ok(answer) => format!("It answered with {}.", answer.status()).into(),
                    Err(error) => error.to_string().into(),
                });
            });
        }
    };
    html! {
        <section class="card faults">
            <h2>{ "Try it" }</h2>
            <p class="hint">{ props.hint }</p>
            <div class="row">
                <button data-testid="increment" onclick={count_up}>{ "Count up on the server" }</button>
                { for ORDERS.into_iter().map(|order| button(order, note.setter())) }
            </div>
            { status(None, &note) }
            <form class="foreign" novalidate=true onsubmit={ask_foreign}>
                <label>
                    { "An address of somebody else" }
                    <input data-testid="foreign-url" name="address" type="url"
                        ~defaultValue="http://127.0.0.1:9/steal" />
                </label>
                <button data-testid="foreign">{ "Ask a foreign origin" }</button>
                { status(Some("foreign-result"), &refusal) }
            </form>
        </section>
    }
}

/// Orders a fault at the server, and says so.
fn button((testid, fault, text): Order, note: UseStateSetter<AttrValue>) -> Html {
    let onclick = move |_| {
        let order = [r#"[{"path":"/api/foo","times":1,"fault":""#, fault, "\"}]"].concat();
        let sent = fetch::put("/__dev/faults").header("Content-Type", "application/json");
        let sent = sent.text_body(order).send();
        let note = note.clone();
        spawn_local(async move {
            note.set(match sent.await {
                Ok(_) => "Ordered. Now fetch again.".into(),
                Err(error) => error.to_string().into(),
            });
        });
    };
    html! { <button key={testid} data-testid={testid} {onclick}>{ text }</button> }
}

/// What came of a click, if there was one.
fn status(testid: Option<&'static str>, text: &AttrValue) -> Html {
    if text.is_empty() {
        return Html::default();
    }
    html! { <p class="hint" role="status" data-testid={testid}>{ text }</p> }
}
