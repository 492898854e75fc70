//! Sign-in in a browser: the hooks and components around it.

#![cfg(target_arch = "wasm32")]

#[path = "support/sign_in.rs"]
mod sign_in;
#[path = "support/stage.rs"]
mod stage;

use sign_in::{Network, SignIn, app, user};
use stage::{Held, Stage, View, new_client, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::Hook;
use yew::prelude::*;
use yew_clerk::auth::{AuthState, Credential, TokenOptions};
use yew_clerk::client::SwrOptions;
use yew_clerk::components::{
    AuthLoading, AuthProvider, QueryClientProvider, SignedIn, SignedOut, SwrConfig,
};
use yew_clerk::engine::options::Access;
use yew_clerk::hooks::{
    AuthHandle, use_auth, use_authenticated_fetch, use_clerk_swr, use_clerk_swr_with,
};

wasm_bindgen_test_configure!(run_in_browser);

fn clerk_view(url: &'static str) -> View {
    View::new(move |ctx| {
        let swr = use_clerk_swr::<String>(url).run(ctx);
        let loading = if swr.is_loading() { " loading" } else { "" };
        let error = swr.error().map_or_else(String::new, |error| format!(" {error}"));
        format!("{}{loading}{error}", shown(swr.data()))
    })
}

#[wasm_bindgen_test]
async fn clerk_swr_sends_the_token_and_shows_the_answer() {
    let network = Network::new();
    let view = clerk_view("/api/foo");
    let _stage = Stage::new(app(&SignIn::new(user("A")), view.html())).await;
    assert_eq!(network.asked(), ["/api/foo Bearer A"]);
    network.ok(0, "of A").await;
    assert_eq!(view.log(), ["- loading", "of A"]);
}

#[wasm_bindgen_test]
async fn clerk_swr_shows_what_the_server_refuses() {
    let network = Network::new();
    let view = clerk_view("/api/foo");
    let _stage = Stage::new(app(&SignIn::new(user("A")), view.html())).await;
    network.reply(0, 404, "\"nothing here\"").await;
    assert_eq!(view.renders(), 2);
    assert!(view.last().starts_with("- ") && view.last().contains("404"), "{}", view.last());
}

#[wasm_bindgen_test]
async fn clerk_swr_waits_for_sign_in_to_load_and_says_loading_meanwhile() {
    let network = Network::new();
    let (sign_in, view) = (SignIn::new(AuthState::Loading), clerk_view("/api/foo"));
    let _stage = Stage::new(app(&sign_in, view.html())).await;
    assert_eq!((network.count(), view.last()), (0, "- loading".into()));
    sign_in.becomes(user("A")).await;
    assert_eq!(network.asked(), ["/api/foo Bearer A"]);
    network.ok(0, "of A").await;
    assert_eq!(view.log(), ["- loading", "of A"]);
}

#[wasm_bindgen_test]
async fn clerk_swr_asks_nothing_while_nobody_is_signed_in() {
    let network = Network::new();
    let (sign_in, view) = (SignIn::new(AuthState::SignedOut), clerk_view("/api/foo"));
    let _stage = Stage::new(app(&sign_in, view.html())).await;
    view.again().await;
    assert_eq!((network.count(), view.last()), (0, "-".into()));
    sign_in.becomes(AuthState::Loading).await;
    sign_in.becomes(AuthState::SignedOut).await;
    assert_eq!(network.count(), 0);
    sign_in.becomes(user("A")).await;
    network.ok(0, "of A").await;
    assert_eq!((network.asked(), view.last()), (vec!["/api/foo Bearer A".into()], "of A".into()));
}

#[wasm_bindgen_test]
async fn options_cannot_make_the_data_of_clerk_swr_public() {
    let network = Network::new();
    let sign_in = SignIn::new(user("A"));
    let view = View::new(|ctx| {
        let options = SwrOptions::new().access(Access::Public);
        shown(use_clerk_swr_with::<String>("/api/foo", options).run(ctx).data())
    });
    let _stage = Stage::new(app(&sign_in, view.html())).await;
    network.ok(0, "of A").await;
    sign_in.becomes(AuthState::SignedOut).await;
    assert_eq!((view.last(), network.count()), ("-".into(), 1));
}

#[wasm_bindgen_test]
async fn the_providers_may_stand_in_either_order_and_with_caches_of_their_own() {
    let inside = |sign_in: &SignIn, html: Html| {
        html! {
            <AuthProvider source={sign_in.source()}>
                <QueryClientProvider>{ html }</QueryClientProvider>
            </AuthProvider>
        }
    };
    let alone = |sign_in: &SignIn, html: Html| {
        html! { <AuthProvider source={sign_in.source()}>{ html }</AuthProvider> }
    };
    let configured = |sign_in: &SignIn, html: Html| {
        let provider = html! { <AuthProvider source={sign_in.source()}>{ html }</AuthProvider> };
        html! { <SwrConfig client={new_client()}>{ provider }</SwrConfig> }
    };
    let configured_inside = |sign_in: &SignIn, html: Html| {
        let config = html! { <SwrConfig client={new_client()}>{ html }</SwrConfig> };
        html! { <AuthProvider source={sign_in.source()}>{ config }</AuthProvider> }
    };
    type Order<'a> = &'a dyn Fn(&SignIn, Html) -> Html;
    let orders: [Order; 5] = [&app, &inside, &alone, &configured, &configured_inside];
    for (number, order) in orders.into_iter().enumerate() {
        let network = Network::new();
        let (sign_in, view) = (SignIn::new(AuthState::Loading), clerk_view("/api/order"));
        let stage = Stage::new(order(&sign_in, view.html())).await;
        assert_eq!((network.count(), view.last()), (0, "- loading".into()), "order {number}");
        sign_in.becomes(user("A")).await;
        network.ok(0, "of A").await;
        assert_eq!(view.last(), "of A", "order {number}");
        sign_in.becomes(user("B")).await;
        assert_eq!(view.last(), "- loading", "order {number}");
        network.ok(1, "of B").await;
        sign_in.becomes(AuthState::SignedOut).await;
        assert_eq!(view.last(), "-", "order {number}");
        stage.end().await;
        assert_eq!(sign_in.listener_count(), 0, "order {number}");
    }
}

#[wasm_bindgen_test]
async fn use_auth_and_the_gates_follow_the_user() {
    let _network = Network::new();
    let (sign_in, held) = (SignIn::new(AuthState::Loading), Held::<AuthHandle>::new());
    let left = held.clone();
    let view = View::new(move |ctx| {
        left.set(use_auth().run(ctx));
        let auth = left.get();
        let user = auth.user_id().unwrap_or_default();
        format!("{} {} [{user}] ", auth.is_loaded(), auth.is_signed_in())
    });
    let html = html! {
        <>
            { view.html() }
            <SignedIn>{ "in" }</SignedIn>
            <SignedOut>{ "out" }</SignedOut>
            <AuthLoading>{ "loading" }</AuthLoading>
        </>
    };
    let stage = Stage::new(app(&sign_in, html)).await;
    assert_eq!(stage.text(), "false false [] loading");
    sign_in.becomes(user("A")).await;
    assert_eq!(stage.text(), "true true [A] in");
    let token = held.get().get_token(&TokenOptions::default()).await.unwrap();
    assert!(matches!(token, Credential::Bearer(token) if token.expose() == "A"));
    let renders = view.renders();
    held.get().get_token(&TokenOptions::default().fresh()).await.unwrap();
    settle().await;
    assert_eq!(view.renders(), renders, "a new token is no news");
    drop(held.get().sign_out());
    settle().await;
    assert_eq!(stage.text(), "true false [] out");
    sign_in.becomes(AuthState::Failed { message: "no script".into() }).await;
    assert_eq!(stage.text(), "false false [] ");
    assert_eq!(view.renders(), 4);
}

#[wasm_bindgen_test]
async fn an_authenticated_fetch_works_in_closures_and_always_for_the_user_of_now() {
    let network = Network::new();
    let (sign_in, held) = (SignIn::new(user("A")), Held::new());
    let left = held.clone();
    let view = View::new(move |ctx| {
        left.set(use_authenticated_fetch().run(ctx));
        String::new()
    });
    let stage = Stage::new(app(&sign_in, view.html())).await;
    let api = held.get();
    view.again().await;
    assert!(held.get() == api, "the same handle in each render");
    stage.end().await;
    // Its component is gone; a task in the background goes on with it.
    let request = api.get("/api/bar").json::<String>();
    let task = async move { request.await.unwrap() };
    let answer = stage::run(task);
    settle().await;
    network.ok(0, "bar").await;
    assert_eq!(answer.await, "bar");
    sign_in.becomes(user("B")).await;
    let answer = stage::run(async move { api.post("/api/bar").send().await.map(|r| r.status()) });
    settle().await;
    network.ok(1, "bar").await;
    assert_eq!(answer.await.unwrap(), 200);
    assert_eq!(network.asked(), ["/api/bar Bearer A", "/api/bar Bearer B"]);
}
