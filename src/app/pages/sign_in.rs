//! The way in.

use yew::platform::spawn_local;
use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::dev_auth::{Credentials, DevAuth, Person};
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

/// The properties of [`SignIn`].
#[derive(PartialEq, Properties)]
pub struct SignInProps {
    /// Where to sign in.
    pub dev_auth: DevAuth,
}

/// A form, and the users who live on this server.
#[component]
pub fn SignIn(props: &SignInProps) -> Html {
    let sending = use_state(|| false);
    let problem = use_state(AttrValue::default);
    let users = use_query_with(
        query_options("users", |_| fetch::get("/auth/users").json::<Vec<Person>>())
            .access(Access::Public)
            .stale_time(StaleTime::Static),
    );

    let sign_in = {
        let dev_auth = props.dev_auth.clone();
        let (sending, problem) = (sending.setter(), problem.setter());
        Callback::from(move |credentials| {
            let signed_in = dev_auth.sign_in(credentials);
            let (sending, problem) = (sending.clone(), problem.clone());
            sending.set(true);
            problem.set(AttrValue::default());
            spawn_local(async move {
                match signed_in.await {
                    Ok(true) => return router::go(Route::Swr),
                    Ok(false) => problem.set(NO_COOKIES.into()),
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

/// The server's own words, if it has any.
fn reason(error: &FetchError) -> AttrValue {
    if error.status() == Some(401) {
        return "Username and password do not go together.".into();
    }
    error.to_string().into()
}
