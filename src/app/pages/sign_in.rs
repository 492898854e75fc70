//! The way in.

use js_sys::Reflect;
use serde::Deserialize;
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_clerk::auth::clerk::{Clerk, ClerkError};
use yew_clerk::prelude::*;

use crate::app::clerk::OWN_KEY;
use crate::app::form;
use crate::app::pieces::fixed;
use crate::app::router::{self, Route};

const NO_COOKIES: &str =
    "This browser keeps no cookies for this page, so nobody can stay signed in.";

const HEADING: &str = r#"<h1>Sign in</h1>
<p class="hint" id="seeded">Three users live on this server. A click signs you in as one of them.</p>"#;

/// Stand where the users will be.
const GHOSTS: &str =
    r#"<span class="ghost"></span><span class="ghost"></span><span class="ghost"></span>"#;

/// Somebody who may sign in at the dev server's Clerk, with a password that is no secret in this show.
#[derive(Deserialize, PartialEq)]
struct Person {
    name: String,
    username: String,
    password: String,
}

/// What a user signs in with.
#[derive(Clone)]
struct Credentials {
    username: String,
    password: String,
}

/// Clerk's own form for an instance of yours, and the app's for the Clerk of the dev server.
pub fn page() -> Html {
    if OWN_KEY.is_some() {
        let loading = html! { <p class="hint">{ "Clerk's form is loading…" }</p> };
        return html! { <div class="clerk" data-testid="page-sign-in"><SignIn fallback={loading} /></div> };
    }
    html! { <LocalSignIn /> }
}

/// A form, and the users who live on this server.
#[component]
fn LocalSignIn() -> Html {
    let clerk = use_clerk();
    let sending = use_state(|| false);
    let problem = use_state(AttrValue::default);
    let users = use_query_with(
        query_options("users", |_| fetch::get("/__dev/users").json::<Vec<Person>>())
            .access(Access::Public)
            .stale_time(StaleTime::Static),
    );

    let sign_in = {
        let (sending, problem) = (sending.setter(), problem.setter());
        Callback::from(move |credentials| {
            let (clerk, sending, problem) = (clerk.clone(), sending.clone(), problem.clone());
            sending.set(true);
            problem.set(AttrValue::default());
            spawn_local(async move {
                match enter(&clerk, credentials).await {
                    Ok(()) => return router::go(Route::Swr),
                    Err(error) => problem.set(reason(&error)),
                }
                sending.set(false);
            });
        })
    };
    let is_loading = users.is_loading();
    let people = users.data();
    let people = people.iter().flat_map(|people| people.iter()).map(|user| choice(user, &sign_in));
    let onsubmit = sign_in.reform(|event: SubmitEvent| {
        let form = form::submitted(&event);
        Credentials {
            username: form::value(&form, "username"),
            password: form::value(&form, "password"),
        }
    });
    html! {
        <section class="card narrow" data-testid="page-sign-in">
            { fixed(HEADING) }
            <div class="row people" role="group" aria-labelledby="seeded"
                aria-busy={if is_loading { "true" } else { "false" }}>
                { for people }
                if is_loading {
                    { fixed(GHOSTS) }
                }
            </div>
            if let Some(error) = users.error() {
                <p class="error" role="alert">{ error.to_string() }</p>
            }
            <form {onsubmit}>
                <label>
                    { "Username" }
                    <input data-testid="username" name="username" autocomplete="username" required=true
                        autocapitalize="none" spellcheck="false" />
                </label>
                <label>
                    { "Password" }
                    <input data-testid="password" name="password" type="password" required=true
                        autocomplete="current-password" />
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

/// Signs in at Clerk, once it has loaded. If it had failed to, this is the next attempt.
async fn enter(clerk: &Clerk, credentials: Credentials) -> Result<(), ClerkError> {
    clerk.load().await?;
    let flow = clerk.sign_in();
    let attempt = flow.password(&credentials.username, &credentials.password).await?;
    flow.finish(&attempt).await
}

/// Signs a user in, without a form.
fn choice(user: &Person, sign_in: &Callback<Credentials>) -> Html {
    let testid = AttrValue::from(["as-", &user.username].concat());
    let title = [&*user.username, " · ", &user.password].concat();
    let credentials =
        Credentials { username: user.username.clone(), password: user.password.clone() };
    let onclick = sign_in.reform(move |_| credentials.clone());
    html! {
        <button key={&*testid} type="button" data-testid={&testid} {title} {onclick}>{ &user.name }</button>
    }
}

/// Clerk's own words, except where the browser is to blame: Clerk cannot know.
fn reason(error: &ClerkError) -> AttrValue {
    let navigator = web_sys::window().map(|window| window.navigator());
    let refuses_cookies = navigator
        .and_then(|navigator| Reflect::get(&navigator, &"cookieEnabled".into()).ok())
        .is_some_and(|enabled| enabled == false);
    if refuses_cookies { NO_COOKIES.into() } else { error.message.clone().into() }
}
