//! The way in.

use serde::Deserialize;
use web_sys::HtmlInputElement;
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_clerk::prelude::*;
use yew_router::prelude::*;

use crate::app::dev_auth::DevAuth;
use crate::app::routes::Route;

/// A user that the dev server was made with.
#[derive(Clone, Deserialize, PartialEq)]
struct Seeded {
    username: String,
    name: String,
    password: String,
}

const NO_COOKIES: &str =
    "This browser keeps no cookies for this page, so nobody can stay signed in.";

#[derive(Clone, PartialEq)]
enum Progress {
    Waiting,
    Sending,
    Refused(AttrValue),
}

/// A form, and the users to fill it with.
#[component]
pub fn SignIn() -> Html {
    let dev_auth = use_context::<DevAuth>();
    let navigator = use_navigator();
    let username = use_state(String::new);
    let password = use_state(String::new);
    let progress = use_state(|| Progress::Waiting);
    let users = use_query_with(
        query_options("users", |_| fetch::get("/auth/users").json::<Vec<Seeded>>())
            .access(Access::Public)
            .stale_time(StaleTime::Static),
    );

    let onsubmit = {
        let (username, password) = (username.clone(), password.clone());
        let progress = progress.setter();
        move |event: SubmitEvent| {
            event.prevent_default();
            let (Some(dev_auth), Some(navigator)) = (dev_auth.clone(), navigator.clone()) else {
                return;
            };
            let (username, password) = ((*username).clone(), (*password).clone());
            let progress = progress.clone();
            progress.set(Progress::Sending);
            spawn_local(async move {
                match dev_auth.sign_in(&username, &password).await {
                    Ok(true) => navigator.push(&Route::Swr),
                    Ok(false) => progress.set(Progress::Refused(NO_COOKIES.into())),
                    Err(error) => progress.set(Progress::Refused(reason(&error))),
                }
            });
        }
    };
    let fill = |user: &Seeded| {
        let (username, password) = (username.setter(), password.setter());
        let user = user.clone();
        let testid = format!("fill-{}", user.username);
        let label = user.name.clone();
        let onclick = move |_| {
            username.set(user.username.clone());
            password.set(user.password.clone());
        };
        html! { <button key={testid.clone()} type="button" data-testid={testid} {onclick}>{ label }</button> }
    };
    html! {
        <section class="card narrow" data-testid="page-sign-in">
            <h1>{ "Sign in" }</h1>
            <p class="hint" id="seeded">{ "Three users live on this server. Choose one, and then sign in." }</p>
            <div class="row people" role="group" aria-labelledby="seeded" aria-busy={users.is_loading().to_string()}>
                { for users.data().iter().flat_map(|users| users.iter()).map(fill) }
                if users.is_loading() {
                    { for (0..3).map(|n| html! { <span key={n} class="ghost" /> }) }
                }
            </div>
            if let Some(error) = users.error() {
                <p class="error" role="alert">{ error.to_string() }</p>
            }
            <form {onsubmit}>
                <label>
                    { "Username" }
                    <input data-testid="username" name="username" autocomplete="username" required=true
                        autocapitalize="none" spellcheck="false"
                        value={(*username).clone()} oninput={set(&username)} />
                </label>
                <label>
                    { "Password" }
                    <input data-testid="password" name="password" type="password" required=true
                        autocomplete="current-password"
                        value={(*password).clone()} oninput={set(&password)} />
                </label>
                if let Progress::Refused(reason) = &*progress {
                    <p class="error" role="alert" data-testid="sign-in-error">{ reason }</p>
                }
                <button class="primary" data-testid="submit" disabled={*progress == Progress::Sending}>
                    { if *progress == Progress::Sending { "Signing in…" } else { "Sign in" } }
                </button>
            </form>
        </section>
    }
}

fn set(field: &UseStateHandle<String>) -> Callback<InputEvent> {
    let field = field.setter();
    Callback::from(move |event: InputEvent| {
        field.set(event.target_unchecked_into::<HtmlInputElement>().value());
    })
}

/// The server's own words, if it has any.
fn reason(error: &FetchError) -> AttrValue {
    match error {
        FetchError::Status(answer) if answer.status == 401 => {
            "Username and password do not go together.".into()
        }
        other => other.to_string().into(),
    }
}
