//! What `/api/foo` answers, and how every page shows it.

use std::rc::Rc;

use serde::Deserialize;
use yew::prelude::*;
use yew_clerk::components::AuthContext;
use yew_clerk::prelude::*;
use yew_router::prelude::*;

use super::routes::Route;

/// The answer of `/api/foo`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Foo {
    /// A greeting.
    pub message: String,
    /// A counter of the user's.
    pub count: u64,
    /// How the server knew who was asking: `cookie` or `bearer`.
    pub via: String,
}

/// The properties of [`FooCard`].
#[derive(PartialEq, Properties)]
pub struct FooCardProps {
    /// The data, if there is any.
    pub data: Option<Rc<Foo>>,
    /// The error, if there is one.
    pub error: Option<Rc<FetchError>>,
    /// Whether a request is running.
    pub busy: bool,
    /// Fetches again.
    pub retry: Callback<()>,
}

/// The live result: loading, error or data, or both of the latter.
#[component]
pub fn FooCard(props: &FooCardProps) -> Html {
    let state = match (&props.data, &props.error) {
        (_, Some(_)) => "error",
        (Some(_), None) => "success",
        (None, None) => "loading",
    };
    let status = match (props.busy, state) {
        (true, "success") => "Looking for news…",
        (true, _) => "Loading…",
        (false, "success") => "Up to date",
        (false, "error") => "The last request failed",
        (false, _) => "Waiting",
    };
    let onclick = props.retry.reform(|_| ());
    html! {
        <section class="card result" data-testid="result" data-state={state}
            aria-live="polite" aria-busy={props.busy.to_string()}>
            <p class={classes!("hint", props.busy.then_some("busy"))} data-testid="status">{ status }</p>
            if let Some(foo) = &props.data {
                <p class="message" data-testid="message">{ &foo.message }</p>
                <dl>
                    <div><dt>{ "Count" }</dt><dd data-testid="count">{ foo.count }</dd></div>
                    <div><dt>{ "Known by" }</dt><dd data-testid="via">{ &foo.via }</dd></div>
                </dl>
            } else if props.error.is_none() {
                <div class="skeleton" aria-hidden="true"><i /><i /><i /></div>
            }
            if let Some(error) = &props.error {
                <p class="error" role="alert" data-testid="error">{ error.to_string() }</p>
            }
            <button data-testid="retry" disabled={props.busy} {onclick}>
                { if props.error.is_some() { "Try again" } else { "Fetch again" } }
            </button>
        </section>
    }
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
    let context = use_context::<AuthContext>();
    let reload = move |_| {
        if let Some(context) = &context {
            context.auth().reload();
        }
    };
    match auth.state() {
        AuthState::SignedIn(_) => props.children.clone(),
        AuthState::Loading => html! {
            <section class="card result" data-testid="result" data-state="loading" aria-busy="true">
                <p class="hint busy" data-testid="status">{ "Asking who is signed in…" }</p>
                <div class="skeleton" aria-hidden="true"><i /><i /><i /></div>
            </section>
        },
        AuthState::SignedOut => html! {
            <section class="card result" data-testid="result" data-state="signed-out">
                <p class="message">{ "Nobody is signed in." }</p>
                <p class="hint">{ "This page shows data of whoever is. Three users are waiting for you." }</p>
                <Link<Route> to={Route::SignIn} classes="button primary">{ "Sign in" }</Link<Route>>
            </section>
        },
        AuthState::Failed { message } => html! {
            <section class="card result" data-testid="result" data-state="error">
                <p class="message">{ "Sign-in cannot be reached." }</p>
                <p class="error" role="alert" data-testid="error">{ &**message }</p>
                <p class="hint">{ "Is the API running? " }<code>{ "cargo xtask serve" }</code>{ " starts both." }</p>
                <button class="primary" data-testid="retry" onclick={reload}>{ "Try again" }</button>
            </section>
        },
    }
}
