//! What `/api/foo` answers, and how every page shows it.

use std::rc::Rc;

use serde::Deserialize;
use yew::prelude::*;
use yew_clerk::prelude::*;

use super::link::To;
use super::routes::Route;

/// The answer of `/api/foo`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Greeting {
    /// A greeting.
    pub message: String,
    /// A counter of the user's.
    pub count: u32,
    /// How the server knew who was asking: `cookie` or `bearer`.
    pub via: String,
}

/// The properties of [`GreetingCard`].
#[derive(PartialEq, Properties)]
pub struct GreetingCardProps {
    /// The data, if there is any.
    pub data: Option<Rc<Greeting>>,
    /// The error, if there is one.
    pub error: Option<Rc<FetchError>>,
    /// Whether a request is running.
    pub busy: bool,
    /// Whether a request waits for the network.
    #[prop_or_default]
    pub offline: bool,
    /// How many attempts of the running request have failed.
    #[prop_or_default]
    pub failures: u32,
    /// Fetches again.
    pub retry: Callback<()>,
}

impl GreetingCardProps {
    /// The state's name for tests and styles, and in words.
    fn state(&self) -> (&'static str, String) {
        let state = match (&self.data, &self.error) {
            (_, Some(_)) => "error",
            (Some(_), None) => "success",
            (None, None) if self.busy || self.offline => "loading",
            (None, None) => "idle",
        };
        let words = match (self.busy, state) {
            _ if self.offline => "Offline: it goes on when the network is back",
            (true, _) if self.failures > 0 => {
                return (state, format!("Attempt {} failed; trying again…", self.failures));
            }
            (true, "success") => "Looking for news…",
            (true, _) => "Loading…",
            (false, "success") => "Up to date",
            (false, "error") => "The last request failed",
            (false, _) => "Nothing asked yet",
        };
        (state, words.to_owned())
    }
}

/// The live result: loading, error or data, or both of the latter.
#[component]
pub fn GreetingCard(props: &GreetingCardProps) -> Html {
    let (state, status) = props.state();
    let onclick = props.retry.reform(|_| ());
    html! {
        <section class="card result" data-testid="result" data-state={state} aria-label="Result"
            aria-live="polite" aria-busy={if props.busy { "true" } else { "false" }}>
            <p class="state" data-testid="status">{ status }</p>
            if let Some(greeting) = &props.data {
                <p class="message" data-testid="message">{ &greeting.message }</p>
                <dl>
                    <div><dt>{ "Count" }</dt><dd data-testid="count">{ greeting.count }</dd></div>
                    <div><dt>{ "Known by" }</dt><dd data-testid="via">{ &greeting.via }</dd></div>
                </dl>
            } else if state == "loading" {
                { skeleton() }
            } else if state == "idle" {
                <p class="message soft">{ "The answer will stand here." }</p>
            }
            if let Some(error) = &props.error {
                <p class="error" role="alert" data-testid="error">{ error.to_string() }</p>
            }
            if state != "idle" {
                <button data-testid="retry" {onclick}>
                    { if state == "error" { "Try again" } else { "Fetch again" } }
                </button>
            }
        </section>
    }
}

/// Stands where something will be.
pub fn skeleton() -> Html {
    html! { <div class="skeleton" aria-hidden="true"><i /><i /><i /></div> }
}

/// The properties of [`Live`].
#[derive(PartialEq, Properties)]
pub struct LiveProps {
    /// What needs a user.
    pub children: Html,
}

/// Shows its children to a signed-in user, and everyone else what is missing.
#[component]
pub fn Live(props: &LiveProps) -> Html {
    let auth = use_auth();
    let (state, content) = match auth.state() {
        // By its key, another user gets other components: none keeps what it has shown to the last one.
        AuthState::SignedIn(identity) => {
            return html! {
                <div class="stack" key={&*identity.session_id}>{ props.children.clone() }</div>
            };
        }
        AuthState::Loading => ("loading", asking()),
        AuthState::SignedOut => ("signed-out", nobody()),
        AuthState::Failed { message } => {
            let retried = auth.clone();
            let reload = Callback::from(move |_| retried.reload());
            ("error", unreachable(message, reload))
        }
    };
    html! {
        <section class="card result" data-testid="result" data-state={state} aria-label="Result"
            aria-live="polite" aria-busy={if state == "loading" { "true" } else { "false" }}>
            { content }
        </section>
    }
}

fn asking() -> Html {
    html! {
        <>
            <p class="state" data-testid="status">{ "Asking who is signed in…" }</p>
            { skeleton() }
        </>
    }
}

fn nobody() -> Html {
    html! {
        <>
            <p class="state" data-testid="status">{ "Signed out" }</p>
            <p class="message">{ "Nobody is signed in." }</p>
            <p class="hint">{ "This page shows the data of whoever is. Three users are waiting for you." }</p>
            <To route={Route::SignIn} class="button primary">{ "Sign in" }</To>
        </>
    }
}

fn unreachable(message: &str, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <>
            <p class="state" data-testid="status">{ "No answer" }</p>
            <p class="message">{ "Sign-in cannot be reached." }</p>
            <p class="error" role="alert" data-testid="error">{ message.to_owned() }</p>
            <p class="hint">{ "Is the API running? " }<code>{ "cargo xtask serve" }</code>{ " starts both." }</p>
            <button class="primary" data-testid="retry" {onclick}>{ "Try again" }</button>
        </>
    }
}
