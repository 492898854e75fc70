//! Clerk's sign-in, and data that belongs to whoever is signed in.
//!
//! With `CLERK_PUBLISHABLE_KEY` set when it is built, it signs in with that instance of Clerk, by Clerk's own form.
//! Without, it uses the Clerk that the dev server plays at `/__clerk`, and the users who live there.

use std::rc::Rc;

use serde::Deserialize;
use web_sys::wasm_bindgen::JsValue;
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_clerk::auth::clerk::{
    ClerkError, ClerkStatus, Navigate, Navigation, ORGANIZATION_INVITATIONS,
    ORGANIZATION_MEMBERSHIPS, PageQuery, SignInFlow,
};
use yew_clerk::prelude::*;

/// The keys of the dev server's Clerk. The two kinds take different ways through clerk-js.
const LOCAL_LIVE: &str = "pk_live_Y2xlcmsueWV3LWNsZXJrLmV4YW1wbGUk";
const LOCAL_TEST: &str = "pk_test_eWV3LWNsZXJrLmNsZXJrLmFjY291bnRzLmRldiQ=";

/// Users of the dev server's Clerk. Their passwords are no secret.
const USERS: [(&str, &str); 2] = [("ada", "analytical-engine"), ("grace", "nanoseconds")];

/// How many requests [`Twenty`] makes.
const TWENTY: u32 = 20;

#[component]
fn App() -> Html {
    let navigate = Some(Navigate::new(go));
    let options = match option_env!("CLERK_PUBLISHABLE_KEY") {
        Some(key) => ClerkOptions { navigate, ..ClerkOptions::new(key) },
        None => ClerkOptions {
            proxy_url: Some("/__clerk".into()),
            ui: wants("ui"),
            navigate,
            ..ClerkOptions::new(if wants("key=test") { LOCAL_TEST } else { LOCAL_LIVE })
        },
    };
    html! {
        <ClerkProvider {options}>
            <main>
                <h1>{ "Clerk, in Yew" }</h1>
                <Account />
                <Public />
                <Show when={When::SignedIn}>
                    <Private />
                    <Members />
                    <Many />
                </Show>
            </main>
        </ClerkProvider>
    }
}

/// Keeps Clerk's moves in the page. An app with a router hands them to it.
fn go(navigation: &Navigation) {
    let history = web_sys::window().and_then(|window| window.history().ok());
    let (nothing, to) = (JsValue::NULL, Some(&*navigation.to));
    let _ = history.map(|history| match navigation.replace {
        true => history.replace_state_with_url(&nothing, "", to),
        false => history.push_state_with_url(&nothing, "", to),
    });
}

/// `?key=test` takes the way of development instances, and `?ui` loads Clerk's ready-made forms, a megabyte of them.
fn wants(word: &str) -> bool {
    let search = web_sys::window().and_then(|window| window.location().search().ok());
    search.is_some_and(|search| search.contains(word))
}

/// Who is signed in, and the ways in and out.
#[component]
fn Account() -> Html {
    let (auth, user, clerk) = (use_auth(), use_user(), use_clerk());
    let status = match clerk.status() {
        ClerkStatus::Ready => "ready",
        ClerkStatus::Degraded => "degraded",
        ClerkStatus::Error => "failed",
        ClerkStatus::Loading => "loading",
    };
    let (state, failure) = match auth.state() {
        AuthState::Loading => ("loading", None),
        AuthState::SignedOut => ("signed-out", None),
        AuthState::SignedIn(_) => ("signed-in", None),
        AuthState::Failed { message } => ("failed", Some(message.to_string())),
    };
    let name = user.user().and_then(|user| user.full_name.clone().or(user.first_name.clone()));
    let name = name.map_or_else(|| state.to_owned(), |name| name.to_string());
    html! {
        <section>
            <p>
                { "Clerk is " }<span data-testid="status">{ status }</span>{ ". You: " }
                <strong data-testid="user" data-state={state}>{ name }</strong>
            </p>
            if let Some(failure) = failure {
                <p role="alert" data-testid="failure">{ failure }</p>
                <button data-testid="retry" onclick={move |_| auth.reload()}>{ "Try again" }</button>
            }
            <Show when={When::SignedOut}><WaysIn /></Show>
            <Show when={When::SignedIn}>
                <Organizations />
                if wants("ui") {
                    <UserButton />
                }
                <SignOutButton><span data-testid="sign-out">{ "Sign out" }</span></SignOutButton>
            </Show>
        </section>
    }
}

/// A button for each user of the local Clerk; the real one has a form.
#[component]
fn WaysIn() -> Html {
    let (flow, problem) = (use_sign_in(), use_state(String::new));
    if option_env!("CLERK_PUBLISHABLE_KEY").is_some() {
        return html! { <SignIn /> };
    }
    let button = |(name, password): (&'static str, &'static str)| {
        let (flow, problem) = (flow.clone(), problem.setter());
        let onclick = move |_| {
            let (flow, problem) = (flow.clone(), problem.clone());
            spawn_local(async move {
                if let Err(error) = sign_in(&flow, name, password).await {
                    problem.set(error.to_string());
                }
            });
        };
        html! { <button key={name} data-testid={format!("as-{name}")} {onclick}>{ "Sign in as " }{ name }</button> }
    };
    html! {
        <>
            { for USERS.into_iter().map(button) }
            if !problem.is_empty() {
                <p role="alert">{ &*problem }</p>
            }
        </>
    }
}

async fn sign_in(flow: &SignInFlow, name: &str, password: &str) -> Result<(), ClerkError> {
    let attempt = flow.password(name, password).await?;
    flow.finish(&attempt).await
}

/// The active organisation, and a button for the next one. After the last comes the personal workspace.
#[component]
fn Organizations() -> Html {
    let (auth, list) = (use_auth(), use_organization_list());
    let active = auth.org_id();
    let ids: Vec<Rc<str>> =
        list.memberships().iter().map(|member| member.organization.id.clone()).collect();
    let at = ids.iter().position(|id| Some(&**id) == active.as_deref());
    let next = ids.get(at.map_or(0, |at| at + 1)).cloned();
    let onclick = move |_| {
        let target = next.clone().map_or_else(SetActive::personal, SetActive::organization);
        let switching = list.set_active(&target);
        spawn_local(async move { drop(switching.await) });
    };
    let shown = active.map_or_else(|| "personal".to_owned(), |id| id.to_string());
    html! {
        <p>
            { "Workspace: " }<span data-testid="org">{ shown }</span>{ " " }
            <button data-testid="next-org" {onclick}>{ "Next" }</button>
        </p>
    }
}

#[derive(Deserialize, PartialEq)]
struct Greeting {
    message: String,
}

/// The same for everybody, so it does not wait for Clerk.
#[component]
fn Public() -> Html {
    let options = SwrOptions::new().access(Access::Public);
    let public = use_swr_with("/api/public", |url| fetch::get(url).json::<Greeting>(), options);
    html! {
        <section>
            if let Some(public) = public.data() {
                <p data-testid="public">{ &public.message }</p>
            }
        </section>
    }
}

/// Fetched with the session's token, and gone with the user.
#[component]
fn Private() -> Html {
    let greeting = use_clerk_swr::<Greeting>("/api/foo");
    let (data, error) = (greeting.data(), greeting.error());
    html! {
        <section>
            if let Some(greeting) = data {
                <p data-testid="message">{ &greeting.message }</p>
            }
            if let Some(error) = error {
                <p role="alert" data-testid="error">{ error.to_string() }</p>
            }
            <button data-testid="again" onclick={move |_| drop(greeting.mutate())}>{ "Fetch again" }</button>
        </section>
    }
}

/// Who else belongs to the active organisation, and where the user is invited to: Clerk's lists, in the same cache.
#[component]
fn Members() -> Html {
    let members = use_clerk_list(ORGANIZATION_MEMBERSHIPS, PageQuery::default());
    let invitations = use_clerk_list(ORGANIZATION_INVITATIONS, PageQuery::default());
    let names = members.data().map(|page| {
        let all = page.data.iter().filter_map(|member| member.public_user_data.as_ref());
        all.map(|who| who.identifier.to_string()).collect::<Vec<_>>().join(", ")
    });
    let invited = match (invitations.data(), invitations.error()) {
        (Some(page), _) => format!("{} invited", page.total_count),
        (None, Some(error)) => error.code.to_string(),
        (None, None) => String::new(),
    };
    html! {
        <section>
            <p data-testid="members">{ names }</p>
            <p data-testid="invited">{ invited }</p>
        </section>
    }
}

/// Twenty requests at once need one token.
#[component]
fn Many() -> Html {
    let shown = use_state(|| false);
    let onclick = {
        let shown = shown.setter();
        move |_| shown.set(true)
    };
    html! {
        <section>
            <button data-testid="many" {onclick}>{ "Fetch twenty" }</button>
            if *shown {
                <Twenty />
            }
        </section>
    }
}

#[component]
fn Twenty() -> Html {
    let api = use_authenticated_fetch();
    let (counts, render) = (use_mut_ref(<(u32, u32)>::default), use_force_update());
    use_memo((), {
        let counts = counts.clone();
        move |()| {
            for _ in 0..TWENTY {
                let request = api.get("/api/foo");
                let (counts, render) = (counts.clone(), render.clone());
                spawn_local(async move {
                    let is_good = request.json::<Greeting>().await.is_ok();
                    let (good, bad) = *counts.borrow();
                    counts.replace(if is_good { (good + 1, bad) } else { (good, bad + 1) });
                    render.force_update();
                });
            }
        }
    });
    let (loaded, failed) = *counts.borrow();
    html! { <p data-testid="many-result">{ format!("{loaded} loaded, {failed} failed") }</p> }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
