//! The way in.

use web_sys::HtmlInputElement;
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::dev_auth::{DevAuth, Person};
use crate::app::router::{self, Route};

const NO_COOKIES: &str =
    "This browser keeps no cookies for this page, so nobody can stay signed in.";

/// The properties of [`SignIn`].
#[derive(PartialEq, Properties)]
pub struct SignInProps {
    /// Where to sign in.
    pub dev_auth: DevAuth,
}

/// The fields of the form. What is in them is the browser's to know.
#[derive(Clone)]
struct Fields {
    username: NodeRef,
    password: NodeRef,
}

impl Fields {
    /// Does something with both, username first.
    fn with<R>(&self, act: impl FnOnce(&HtmlInputElement, &HtmlInputElement) -> R) -> Option<R> {
        Some(act(&self.username.cast()?, &self.password.cast()?))
    }
}

/// A form, and the users to fill it with.
#[component]
pub fn SignIn(props: &SignInProps) -> Html {
    let fields = Fields { username: use_node_ref(), password: use_node_ref() };
    let sending = use_state(|| false);
    let problem = use_state(AttrValue::default);
    let users = use_query_with(
        query_options("users", |_| fetch::get("/auth/users").json::<Vec<Person>>())
            .access(Access::Public)
            .stale_time(StaleTime::Static),
    );

    let onsubmit = {
        let (dev_auth, fields) = (props.dev_auth.clone(), fields.clone());
        let (sending, problem) = (sending.setter(), problem.setter());
        move |event: SubmitEvent| {
            event.prevent_default();
            let values = fields.with(|username, password| (username.value(), password.value()));
            let (username, password) = values.unwrap_or_default();
            let (dev_auth, sending) = (dev_auth.clone(), sending.clone());
            let problem = problem.clone();
            sending.set(true);
            problem.set(AttrValue::default());
            spawn_local(async move {
                match dev_auth.sign_in(&username, &password).await {
                    Ok(true) => return router::go(Route::Swr),
                    Ok(false) => problem.set(NO_COOKIES.into()),
                    Err(error) => problem.set(reason(&error)),
                }
                sending.set(false);
            });
        }
    };
    let is_loading = users.is_loading();
    let choice: Html = users
        .data()
        .iter()
        .flat_map(|users| users.iter())
        .map(|user| fill(user, &fields))
        .collect();
    html! {
        <section class="card narrow" data-testid="page-sign-in">
            <h1>{ "Sign in" }</h1>
            <p class="hint" id="seeded">{ "Three users live on this server. Choose one, and then sign in." }</p>
            <div class="row people" role="group" aria-labelledby="seeded"
                aria-busy={if is_loading { "true" } else { "false" }}>
                { choice }
                if is_loading {
                    <span class="ghost" /><span class="ghost" /><span class="ghost" />
                }
            </div>
            if let Some(error) = users.error() {
                <p class="error" role="alert">{ error.to_string() }</p>
            }
            <form {onsubmit}>
                <label>
                    { "Username" }
                    <input data-testid="username" name="username" autocomplete="username" required=true
                        autocapitalize="none" spellcheck="false" ref={fields.username} />
                </label>
                <label>
                    { "Password" }
                    <input data-testid="password" name="password" type="password" required=true
                        autocomplete="current-password" ref={fields.password} />
                </label>
                if !problem.is_empty() {
                    <p class="error" role="alert" data-testid="sign-in-error">{ &*problem }</p>
                }
                <button class="primary" data-testid="submit" disabled={*sending}>
                    { if *sending { "Signing in…" } else { "Sign in" } }
                </button>
            </form>
        </section>
    }
}

/// Fills the form for a user.
fn fill(user: &Person, fields: &Fields) -> Html {
    let testid = AttrValue::from(["fill-", &user.username].concat());
    let label = user.name.clone();
    let (user, fields) = (user.clone(), fields.clone());
    let onclick = move |_| {
        fields.with(|username, password| {
            username.set_value(&user.username);
            password.set_value(&user.password);
        });
    };
    html! { <button key={&*testid} type="button" data-testid={&testid} {onclick}>{ label }</button> }
}

/// The server's own words, if it has any.
fn reason(error: &FetchError) -> AttrValue {
    if error.status() == Some(401) {
        return "Username and password do not go together.".into();
    }
    error.to_string().into()
}
