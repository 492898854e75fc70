//! What `/api/foo` answers, and how every page shows it.

use std::rc::Rc;

use serde::Deserialize;
use yew::prelude::*;
use yew_clerk::prelude::*;

use super::pieces::{fixed, skeleton};

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

/// What a page knows of its request.
#[derive(Clone, Default)]
pub struct Shown {
    /// The data, if there is any.
    pub data: Option<Rc<Greeting>>,
    /// The error, if there is one.
    pub error: Option<Rc<FetchError>>,
    /// Whether a request is running.
    pub busy: bool,
    /// Whether a request waits for the network.
    pub offline: bool,
    /// How many attempts of the running request have failed.
    pub failures: u32,
}

impl Shown {
    /// What is known after an answer. The last good one stays beside an error.
    pub fn after(self, answer: Result<Greeting, FetchError>) -> Self {
        match answer {
            Ok(greeting) => Self { data: Some(Rc::new(greeting)), ..Self::default() },
            Err(error) => Self { data: self.data, error: Some(Rc::new(error)), ..Self::default() },
        }
    }

    /// The state's name for tests and styles.
    const fn state(&self) -> &'static str {
        match (&self.data, &self.error) {
            (_, Some(_)) => "error",
            (Some(_), None) => "success",
            (None, None) if self.busy || self.offline => "loading",
            (None, None) => "idle",
        }
    }

    /// The state in words.
    fn words(&self) -> AttrValue {
        let words = match (self.busy, self.state()) {
            _ if self.offline => "Offline: it goes on when the network is back",
            (true, _) if self.failures > 0 => {
                return format!("Attempt {} failed; trying again…", self.failures).into();
            }
            (true, "success") => "Looking for news…",
            (true, _) => "Loading…",
            (false, "success") => "Up to date",
            (false, "error") => "The last request failed",
            (false, _) => "Nothing asked yet",
        };
        words.into()
    }
}

/// The live result: loading, error or data, or both of the latter. With a button that fetches again.
pub fn greeting_card(shown: Shown, again: impl Fn() + 'static) -> Html {
    card(&shown, Callback::from(move |_| again()))
}

fn card(shown: &Shown, onclick: Callback<MouseEvent>) -> Html {
    let state = shown.state();
    let content = html! {
        <>
            if let Some(greeting) = &shown.data {
                { details(greeting) }
            } else if state == "loading" {
                { skeleton() }
            } else if state == "idle" {
                { fixed(r#"<p class="message soft">The answer will stand here.</p>"#) }
            }
            if let Some(error) = &shown.error {
                <p class="error" role="alert" data-testid="error">{ error.to_string() }</p>
            }
            if state != "idle" {
                <button data-testid="retry" {onclick}>
                    { if state == "error" { "Try again" } else { "Fetch again" } }
                </button>
            }
        </>
    };
    result(state, shown.busy, shown.words(), content)
}

fn details(greeting: &Greeting) -> Html {
    html! {
        <>
            <p class="message" data-testid="message">{ &greeting.message }</p>
            <dl>
                <div><dt>{ "Count" }</dt><dd data-testid="count">{ greeting.count }</dd></div>
                <div><dt>{ "Known by" }</dt><dd data-testid="via">{ &greeting.via }</dd></div>
            </dl>
        </>
    }
}

/// The card in the middle of a page: how things are, and what there is to be seen.
fn result(state: &'static str, busy: bool, words: AttrValue, content: Html) -> Html {
    html! {
        <section class="card result" data-testid="result" data-state={state} aria-label="Result"
            aria-live="polite" aria-busy={if busy { "true" } else { "false" }}>
            <p class="state" data-testid="status">{ words }</p>
            { content }
        </section>
    }
}

/// Shows `content` to a signed-in user, and everyone else what is missing.
pub fn live(auth: &AuthHandle, content: Html) -> Html {
    match auth.state() {
        // By its key, another user gets other components: none keeps what it has shown to the last one.
        AuthState::SignedIn(identity) => {
            html! { <div class="stack" key={&*identity.session_id}>{ content }</div> }
        }
        AuthState::Loading => {
            result("loading", true, "Asking who is signed in…".into(), skeleton())
        }
        AuthState::SignedOut => result("signed-out", false, "Signed out".into(), nobody()),
        AuthState::Failed { message } => {
            result("error", false, "No answer".into(), unreachable(message, auth.clone()))
        }
    }
}

fn nobody() -> Html {
    fixed(
        r#"<p class="message">Nobody is signed in.</p>
        <p class="hint">This page shows the data of whoever is.</p>
        <a class="button primary" href="/sign-in">Sign in</a>"#,
    )
}

fn unreachable(message: &Rc<str>, auth: AuthHandle) -> Html {
    html! {
        <>
            <p class="message">{ "Sign-in cannot be reached." }</p>
            <p class="error" role="alert" data-testid="error">{ AttrValue::from(message.clone()) }</p>
            { fixed(r#"<p class="hint">Is the API running? <code>cargo xtask serve</code> starts both.</p>"#) }
            <button class="primary" data-testid="retry" onclick={move |_| auth.reload()}>{ "Try again" }</button>
        </>
    }
}
