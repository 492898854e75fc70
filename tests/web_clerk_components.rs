//! Clerk's provider and components in a browser, with a stand-in for clerk-js.

#![cfg(all(target_arch = "wasm32", feature = "clerk"))]

#[path = "support/page_clerk.rs"]
mod page_clerk;
#[path = "support/sign_in.rs"]
mod sign_in;
#[path = "support/stage.rs"]
mod stage;

use page_clerk::{KEY, become_user, calls, clean, count, js, loaded, number, options, with_clerk};
use serde_json::json;
use sign_in::Network;
use stage::{Held, Stage, View, settle, shown};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlElement;
use yew::functional::Hook;
use yew::prelude::*;
use yew_clerk::auth::AuthState;
use yew_clerk::auth::clerk::Clerk;
use yew_clerk::client::SwrOptions;
use yew_clerk::components::{
    AuthenticateWithRedirectCallback, ButtonMode, ClerkDegraded, ClerkFailed, ClerkLoaded,
    ClerkLoading, ClerkProvider, MultisessionAppSupport, Protect, RedirectToSignIn,
    RedirectToTasks, Show, SignIn, SignInButton, SignOutButton, SignedIn, SignedOut, When,
};
use yew_clerk::engine::options::Access;
use yew_clerk::fetch;
use yew_clerk::hooks::{AuthHandle, use_auth, use_clerk_swr, use_swr_with};

wasm_bindgen_test_configure!(run_in_browser);

/// An app on a Clerk that has loaded.
async fn stage(clerk: &Clerk, html: Html) -> Stage {
    Stage::new(html! { <ClerkProvider clerk={clerk.clone()}>{ html }</ClerkProvider> }).await
}

async fn becomes(user: &str) {
    become_user(user);
    settle().await;
}

async fn runs(text: &str) {
    js(text);
    settle().await;
}

async fn click(selector: &str) {
    let document = web_sys::window().unwrap().document().unwrap();
    let element = document.query_selector(selector).unwrap().expect(selector);
    element.unchecked_into::<HtmlElement>().click();
    settle().await;
}

#[wasm_bindgen_test]
async fn one_provider_gives_cache_token_and_clerk_and_public_data_does_not_wait() {
    let network = Network::new();
    with_clerk();
    js("window.Clerk.loadEnds = [() => new Promise(done => { window.finish = done; })]");
    let view = View::new(|ctx| {
        let public = SwrOptions::new().access(Access::Public);
        let news = use_swr_with("/api/news", |url| fetch::get(url).json::<String>(), public);
        let news = news.run(ctx);
        let own = use_clerk_swr::<String>("/api/foo").run(ctx);
        format!("{} {}", shown(news.data()), shown(own.data()))
    });
    let html = html! {
        <ClerkProvider publishable_key={KEY} options={options()}>
            { view.html() }
            <ClerkLoading>{ " loading" }</ClerkLoading>
            <ClerkLoaded>{ " loaded" }</ClerkLoaded>
            <SignedIn>{ " in" }</SignedIn>
            <SignedOut>{ " out" }</SignedOut>
        </ClerkProvider>
    };
    let stage = Stage::new(html).await;
    assert_eq!(network.asked(), ["/api/news"]);
    network.ok(0, "news").await;
    assert_eq!(stage.text(), "news - loading");
    runs("window.finish()").await;
    assert_eq!(stage.text(), "news - loaded out");
    becomes("alice").await;
    assert_eq!(network.asked(), ["/api/news", "/api/foo Bearer token-of-sess_alice"]);
    network.ok(1, "of alice").await;
    assert_eq!(stage.text(), "news of alice loaded in");
    becomes("bob").await;
    assert_eq!(stage.text(), "news - loaded in", "nothing of the former user");
    stage.end().await;
    assert_eq!(number("window.Clerk.listenerCount"), 0.0, "nothing is left behind");
}

#[wasm_bindgen_test]
async fn a_provider_that_goes_while_clerk_loads_leaves_nothing_behind() {
    with_clerk();
    js("window.Clerk.loadEnds = [() => new Promise(done => { window.finish = done; })]");
    let html = || {
        html! {
            <ClerkProvider publishable_key={KEY} options={options()}>
                <ClerkLoading>{ "loading" }</ClerkLoading>
                <SignedOut>{ "out" }</SignedOut>
            </ClerkProvider>
        }
    };
    let stage = Stage::new(html()).await;
    assert_eq!(stage.text(), "loading");
    stage.end().await;
    // The next one waits for the same load: Clerk must not be loaded twice.
    let stage = Stage::new(html()).await;
    assert_eq!(stage.text(), "loading");
    stage.end().await;
    runs("window.finish()").await;
    assert_eq!((number("window.Clerk.loads"), number("window.Clerk.listenerCount")), (1.0, 0.0));
    let stage = Stage::new(html()).await;
    assert_eq!(stage.text(), "out");
    stage.end().await;
    assert_eq!((number("window.Clerk.loads"), number("window.Clerk.listenerCount")), (1.0, 0.0));
}

#[wasm_bindgen_test]
async fn two_providers_in_one_page_load_clerk_once_and_both_follow_the_user() {
    let network = Network::new();
    with_clerk();
    js("window.Clerk.loadEnds = [() => new Promise(done => { window.finish = done; })]");
    let view = || View::new(|ctx| shown(use_clerk_swr::<String>("/api/foo").run(ctx).data()));
    let (one, other) = (view(), view());
    let stage = Stage::new(html! {
        <>
            <ClerkProvider publishable_key={KEY} options={options()}>{ one.html() }</ClerkProvider>
            <ClerkProvider publishable_key={KEY} options={options()}>{ other.html() }</ClerkProvider>
        </>
    })
    .await;
    runs("window.finish()").await;
    becomes("alice").await;
    assert_eq!(number("window.Clerk.loads"), 1.0);
    // Each has a cache of its own.
    assert_eq!(network.asked(), ["/api/foo Bearer token-of-sess_alice"; 2]);
    network.ok(0, "a").await;
    network.ok(1, "a").await;
    assert_eq!(stage.text(), "aa");
    becomes("bob").await;
    assert_eq!(stage.text(), "--", "nothing of the former user in either");
    assert_eq!(network.asked()[2..], ["/api/foo Bearer token-of-sess_bob"; 2]);
    stage.end().await;
    assert_eq!(number("window.Clerk.listenerCount"), 0.0);
}

#[wasm_bindgen_test]
async fn a_bad_key_is_said_in_the_console_and_shows_as_failed() {
    clean();
    js("window.said = []; window.realError = console.error;
        console.error = (...what) => window.said.push(what.join(' '))");
    let stage = Stage::new(html! {
        <ClerkProvider publishable_key="sk_live_abc">
            <ClerkFailed>{ "failed" }</ClerkFailed>
            <ClerkLoading>{ "loading" }</ClerkLoading>
            <Show>{ "private" }</Show>
        </ClerkProvider>
    })
    .await;
    js("console.error = window.realError");
    assert_eq!(stage.text(), "failed");
    let said = js("window.said.join()").as_string().unwrap();
    assert!(said.contains("secret key") && !said.contains("sk_live_abc"), "{said}");
    assert_eq!(number("document.querySelectorAll('script[data-yew-clerk]').length"), 0.0);
}

#[wasm_bindgen_test]
async fn show_and_protect_show_by_role_plan_and_predicate() {
    let clerk = loaded("").await;
    let alice =
        When::predicate(|auth: &AuthHandle| auth.user_id().as_deref() == Some("user_alice"));
    let html = html! {
        <>
            <Show when="signed-in">{ "in " }</Show>
            <Show when="signed-out">{ "out " }</Show>
            <Show when="sinned-out">{ "slip " }</Show>
            <Show when={When::role("admin")} fallback={html! { "no-admin " }}>{ "admin " }</Show>
            <Show when={When::plan("pro")}>{ "pro " }</Show>
            <Protect when={alice}>{ "alice " }</Protect>
        </>
    };
    let stage = stage(&clerk, html).await;
    assert_eq!(stage.text(), "out no-admin ");
    runs("window.Clerk.become('alice', 'org_a')").await;
    assert_eq!(stage.text(), "in admin alice ");
    becomes("bob").await;
    assert_eq!(stage.text(), "in no-admin ");
    runs("window.Clerk.session = undefined; window.Clerk.user = undefined; window.Clerk.emit()")
        .await;
    assert_eq!(stage.text(), "", "in transition nothing is shown");
}

#[wasm_bindgen_test]
async fn a_degraded_clerk_is_shown_as_such_and_is_loaded_all_the_same() {
    let clerk = loaded("alice").await;
    let html = html! {
        <>
            <ClerkLoaded>{ "loaded " }</ClerkLoaded>
            <ClerkDegraded>{ "degraded " }</ClerkDegraded>
            <ClerkFailed>{ "failed " }</ClerkFailed>
        </>
    };
    let stage = stage(&clerk, html).await;
    assert_eq!(stage.text(), "loaded ");
    runs("window.Clerk.status = 'degraded'; window.Clerk.emit()").await;
    assert_eq!(stage.text(), "loaded degraded ");
}

#[wasm_bindgen_test]
async fn buttons_sign_in_and_out_without_leaving_the_page() {
    let clerk = loaded("").await;
    let left = Held::<bool>::new();
    let onsignout = Callback::from({
        let left = left.clone();
        move |()| left.set(true)
    });
    js("window.Clerk.hasUi = true; window.__internal_ClerkUICtor = class {}");
    let html = html! {
        <>
            <SignInButton class="redirect" props={json!({ "redirectUrl": "/here" })} />
            <SignInButton class="modal" mode={ButtonMode::Modal}>{ "Come in" }</SignInButton>
            <SignOutButton class="out" {onsignout} />
        </>
    };
    let stage = stage(&clerk, html).await;
    assert_eq!(stage.text(), "Sign inCome inSign out");
    click(".redirect").await;
    assert_eq!(calls(), r#"[["redirect","{\"redirectUrl\":\"/here\"}"]]"#);
    click(".modal").await;
    assert_eq!(count("open"), 1.0);
    becomes("alice").await;
    click(".out").await;
    assert!(left.get());
    assert_eq!(clerk.auth_state(), AuthState::SignedOut);
    assert_eq!(js("window.Clerk.calls.at(-1)[1]").as_string().unwrap(), "function");
}

#[wasm_bindgen_test]
async fn a_redirection_waits_until_it_is_known_that_nobody_is_signed_in() {
    with_clerk();
    let clerk = Clerk::new(options());
    js("window.Clerk.loadEnds = [() => new Promise(done => { window.finish = done; })]");
    let _stage = stage(&clerk, html! { <RedirectToSignIn /> }).await;
    assert_eq!(count("redirect"), 0.0);
    runs("window.Clerk.client = {}; window.Clerk.become('alice'); window.finish()").await;
    assert_eq!(count("redirect"), 0.0);
    becomes("").await;
    runs("window.Clerk.emit()").await;
    assert_eq!(count("redirect"), 1.0);
}

#[wasm_bindgen_test]
async fn a_provider_sends_the_user_back_to_a_page_that_goes_on_once_clerk_is_there() {
    with_clerk();
    let clerk = Clerk::new(options());
    js("window.Clerk.loadEnds = [() => new Promise(done => { window.finish = done; })]");
    let props = json!({ "signInFallbackRedirectUrl": "/home" });
    let _stage = stage(&clerk, html! { <AuthenticateWithRedirectCallback {props} /> }).await;
    assert_eq!(count("callback"), 0.0);
    runs("window.finish()").await;
    runs("window.Clerk.emit(); window.Clerk.status = 'degraded'; window.Clerk.emit()").await;
    assert_eq!(calls(), r#"[["callback","{\"signInFallbackRedirectUrl\":\"/home\"}"]]"#);
    let going = clerk.sign_in().authenticate_with_redirect("oauth_google", "/back", "/home");
    going.await.unwrap();
    assert_eq!(count("signIn.authenticateWithRedirect"), 1.0);
}

#[wasm_bindgen_test]
async fn a_session_with_something_to_do_leads_there() {
    let clerk = loaded("alice").await;
    let _stage = stage(&clerk, html! { <RedirectToTasks /> }).await;
    assert_eq!(count("tasks"), 0.0);
    runs("window.Clerk.session.status = 'pending'; window.Clerk.emit(); window.Clerk.emit()").await;
    assert_eq!(count("tasks"), 1.0);
}

/// Remembers who was there when it was made.
#[component]
fn Memory() -> Html {
    let auth = use_auth();
    let first = use_memo((), |()| auth.user_id().unwrap_or_default());
    html! { &**first }
}

#[wasm_bindgen_test]
async fn components_begin_anew_with_another_session_where_that_is_wanted() {
    let clerk = loaded("alice").await;
    let html = html! {
        <><Memory />{ " " }<MultisessionAppSupport><Memory /></MultisessionAppSupport></>
    };
    let stage = stage(&clerk, html).await;
    assert_eq!(stage.text(), "user_alice user_alice");
    runs("window.Clerk.session.version = 9; window.Clerk.emit()").await;
    becomes("bob").await;
    assert_eq!(stage.text(), "user_alice user_bob");
}

#[wasm_bindgen_test]
async fn a_form_is_mounted_once_clerk_is_there_and_unmounted_with_its_component() {
    with_clerk();
    js("window.Clerk.hasUi = true; window.__internal_ClerkUICtor = class {};
        window.Clerk.loadEnds = [() => new Promise(done => { window.finish = done; })]");
    let clerk = Clerk::new(options());
    let form = |theme: &str| {
        let props = json!({ "theme": theme });
        html! { <ClerkProvider clerk={clerk.clone()}><SignIn {props} fallback={html! { "…" }} /></ClerkProvider> }
    };
    let mut stage = Stage::new(form("dark")).await;
    assert_eq!(stage.text(), "…");
    runs("window.finish()").await;
    assert_eq!((stage.text(), calls()), ("form dark".into(), r#"[["mount"]]"#.into()));
    stage.show(form("dark")).await;
    assert_eq!(count("mount"), 1.0, "the same properties change nothing");
    stage.show(form("light")).await;
    assert_eq!(stage.text(), "form light");
    assert_eq!(calls(), r#"[["mount"],["unmount"],["mount"]]"#);
    stage.end().await;
    assert_eq!(count("unmount"), 2.0);
}

#[wasm_bindgen_test]
async fn without_the_forms_their_place_says_so() {
    let clerk = loaded("").await;
    let stage = stage(&clerk, html! { <><SignIn />{ "rest" }</> }).await;
    assert!(stage.text().contains("ready-made forms are not loaded"), "{}", stage.text());
    assert!(stage.text().ends_with("rest"), "and everything else is there");
}
