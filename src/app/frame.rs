//! The frame around every page: header, navigation, the page, the log.

use std::rc::Rc;

use yew::prelude::*;
use yew_clerk::auth::clerk::User;
use yew_clerk::prelude::*;

use super::pages;
use super::pieces::fixed;
use super::request_log::RequestLog;
use super::router::{Route, use_route};
use super::theme::Theme;

const SIGN_OUT: &str = "Sign out";
const LEAVING: &str = "Signing out…";
const AGAIN: &str = "Sign out failed: again";

/// Header, navigation, page and log.
#[component]
pub fn Frame() -> Html {
    let route = use_route();
    let auth = use_auth();
    let user = use_user();
    let way_out = use_state(|| AttrValue::Static(SIGN_OUT));
    let render = use_force_update();
    let theme = Theme::current();
    let change_theme = Callback::from(move |_| {
        theme.change();
        render.force_update();
    });
    let has_log = !matches!(route, Route::Home | Route::SignIn | Route::NotFound);
    html! {
        <>
            { fixed(r##"<a class="skip" href="#main">Skip to the content</a>"##) }
            <Progress />
            <header class="top">
                <div class="bar">
                    <a class="brand" href="/" aria-current={current(route == Route::Home)}>
                        <span>{ "yew-clerk" }</span>
                    </a>
                    { who(&auth, user.user(), &way_out) }
                    { theme_button(theme, change_theme) }
                </div>
                <nav aria-label="Pages">{ menu(route) }</nav>
            </header>
            <main id="main" tabindex="-1" data-log={has_log.then_some("")}>
                <div class="page" key={route.path()}>{ pages::page(route, &auth) }</div>
                <RequestLog shown={has_log} session={auth.session_id()} />
            </main>
        </>
    }
}

fn menu(route: Route) -> Html {
    let link = |(name, target): (&'static str, Route)| {
        html! {
            <a key={name} href={target.path()} data-testid={name} aria-current={current(target == route)}>
                { target.title() }
            </a>
        }
    };
    Route::MENU.into_iter().map(link).collect()
}

fn current(is_current: bool) -> Option<&'static str> {
    is_current.then_some("page")
}

/// Switches between the system's theme, light and dark.
fn theme_button(theme: Theme, onclick: Callback<MouseEvent>) -> Html {
    let (sign, label) = theme.button();
    html! {
        <button class="icon" data-testid="theme" aria-label={label} title={label} {onclick}>{ sign }</button>
    }
}

/// The user's name and the way out, or the way in.
fn who(auth: &AuthHandle, user: Option<&Rc<User>>, way_out: &UseStateHandle<AttrValue>) -> Html {
    let (state, text, way): (_, AttrValue, _) = match auth.state() {
        AuthState::Loading => ("loading", "…".into(), Html::default()),
        AuthState::SignedOut => ("signed-out", "Signed out".into(), way_in()),
        AuthState::Failed { .. } => ("failed", "Sign-in is out of reach".into(), Html::default()),
        AuthState::SignedIn(identity) => {
            let name = user.and_then(|user| name(user)).unwrap_or(&identity.user_id);
            ("signed-in", name.clone().into(), sign_out(auth.clone(), way_out))
        }
    };
    html! {
        <div class="who">
            <span data-testid="user" data-state={state}>{ text }</span>
            { way }
        </div>
    }
}

/// What to call a user.
fn name(user: &User) -> Option<&Rc<str>> {
    let email = || user.primary_email_address.as_ref().map(|email| &email.email_address);
    user.full_name.as_ref().or(user.username.as_ref()).or_else(email)
}

fn way_in() -> Html {
    fixed(r#"<a class="button primary" href="/sign-in" data-testid="sign-in-link">Sign in</a>"#)
}

fn sign_out(auth: AuthHandle, way_out: &UseStateHandle<AttrValue>) -> Html {
    let text = (**way_out).clone();
    let way_out = way_out.setter();
    let onclick = move |_| {
        let (leaving, way_out) = (auth.sign_out(), way_out.clone());
        way_out.set(LEAVING.into());
        yew::platform::spawn_local(async move {
            // After a failure the user is still signed in, as the header goes on saying.
            way_out.set(if leaving.await.is_ok() { SIGN_OUT } else { AGAIN }.into());
        });
    };
    html! { <button data-testid="sign-out" disabled={text == LEAVING} {onclick}>{ text }</button> }
}

/// A thin bar while anything is fetched. A component of its own, for it alone has to render then.
#[component]
fn Progress() -> Html {
    let busy = use_is_fetching() > 0;
    html! { <div class="progress" data-busy={busy.then_some("")} aria-hidden="true" /> }
}
