//! A change of user in a browser: nothing of the one before is shown, asked for or kept.

#![cfg(target_arch = "wasm32")]

#[path = "support/sign_in.rs"]
mod sign_in;
#[path = "support/stage.rs"]
mod stage;

use sign_in::{Network, SignIn, app, user};
use stage::{Server, Stage, View, new_client, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::Hook;
use yew::prelude::*;
use yew_clerk::auth::{AuthState, Identity};
use yew_clerk::client::{SwrOptions, query_options};
use yew_clerk::components::{AuthProvider, QueryClientProvider};
use yew_clerk::engine::options::Access;
use yew_clerk::hooks::{
    use_auth, use_authenticated_fetch, use_clerk_swr, use_query_with, use_swr_with,
};

wasm_bindgen_test_configure!(run_in_browser);

/// Three ways to show private data, and public data, in one component.
fn mixed(server: &Server) -> View {
    let server = server.clone();
    View::new(move |ctx| {
        let [one, two, three] = [(); 3].map(|()| server.clone());
        let clerk = use_clerk_swr::<String>("/api/foo").run(ctx);
        let swr = use_swr_with(
            "private",
            move |key| one.fetch(key),
            SwrOptions::new().keep_previous_data(true),
        );
        let swr = swr.run(ctx);
        let query = query_options("query", move |_| two.fetch("query")).keep_previous_data();
        let query = use_query_with(query).run(ctx);
        let public = query_options("public", move |_| three.fetch("public"));
        let public = use_query_with(public.access(Access::Public)).run(ctx);
        let shown = [clerk.data(), swr.data(), query.data(), public.data()].map(shown);
        shown.join(" ")
    })
}

/// Answers what waits with a text that names its owner.
async fn answer_all(network: &Network, server: &Server, from: &mut (usize, usize), owner: &str) {
    while from.0 < network.count() {
        network.ok(from.0, &format!("{owner}-clerk")).await;
        from.0 += 1;
    }
    while from.1 < server.count() {
        let what = server.asked()[from.1].clone();
        server.ok(from.1, format!("{owner}-{what}")).await;
        from.1 += 1;
    }
}

/// No render that began after the change may show anything of the user before.
fn assert_nothing_of(owner: &str, renders: &[String]) {
    let secrets = ["clerk", "private", "query"].map(|what| format!("{owner}-{what}"));
    for text in renders {
        assert!(!secrets.iter().any(|secret| text.contains(secret)), "{text:?} of {renders:?}");
    }
}

#[wasm_bindgen_test]
async fn the_next_user_never_sees_anything_of_the_one_before() {
    let (network, server) = (Network::new(), Server::new());
    let (sign_in, view, mut answered) = (SignIn::new(user("A")), mixed(&server), (0, 0));
    let stage = Stage::new(app(&sign_in, view.html())).await;
    answer_all(&network, &server, &mut answered, "A").await;
    assert_eq!(stage.text(), "A-clerk A-private A-query A-public");
    let renders = view.renders();
    sign_in.becomes(user("B")).await;
    assert_eq!(stage.text(), "- - - A-public");
    answer_all(&network, &server, &mut answered, "B").await;
    assert_eq!(stage.text(), "B-clerk B-private B-query A-public");
    assert_nothing_of("A", &view.log()[renders..]);
    assert_eq!(network.asked(), ["/api/foo Bearer A", "/api/foo Bearer B"]);
}

#[wasm_bindgen_test]
async fn nor_by_way_of_signing_out_or_of_loading() {
    for between in [AuthState::SignedOut, AuthState::Loading] {
        let (network, server) = (Network::new(), Server::new());
        let (sign_in, view, mut answered) = (SignIn::new(user("A")), mixed(&server), (0, 0));
        let stage = Stage::new(app(&sign_in, view.html())).await;
        answer_all(&network, &server, &mut answered, "A").await;
        let renders = view.renders();
        sign_in.becomes(between.clone()).await;
        assert_eq!(stage.text(), "- - - A-public");
        let waits = network.count();
        assert_eq!(waits, 1, "nothing is asked without a user");
        sign_in.becomes(user("B")).await;
        // What went out for nobody, if anything, is no answer for B.
        answer_all(&network, &server, &mut answered, "B").await;
        assert_eq!(stage.text(), "B-clerk B-private B-query A-public", "{between:?}");
        assert_nothing_of("A", &view.log()[renders..]);
    }
}

#[wasm_bindgen_test]
async fn another_session_or_organisation_of_the_same_user_is_another_identity() {
    let same_user = |session: &str, org: Option<&str>| {
        let identity = Identity::new("A", session);
        AuthState::signed_in(match org {
            Some(org) => identity.with_org(org),
            None => identity,
        })
    };
    let (network, server) = (Network::new(), Server::new());
    let (sign_in, view, mut answered) = (SignIn::new(same_user("1", None)), mixed(&server), (0, 0));
    let stage = Stage::new(app(&sign_in, view.html())).await;
    for (session, org) in [("1", Some("acme")), ("2", Some("acme")), ("2", None)] {
        answer_all(&network, &server, &mut answered, "A").await;
        assert_eq!(stage.text(), "A-clerk A-private A-query A-public");
        sign_in.becomes(same_user(session, org)).await;
        assert_eq!(stage.text(), "- - - A-public");
    }
    let before = (network.count(), server.count());
    sign_in.becomes(same_user("2", None)).await;
    assert_eq!((network.count(), server.count()), before, "the same identity is no change");
}

#[wasm_bindgen_test]
async fn late_answers_of_the_user_before_are_thrown_away() {
    let (network, server) = (Network::new(), Server::new());
    let (sign_in, view) = (SignIn::new(user("A")), mixed(&server));
    let stage = Stage::new(app(&sign_in, view.html())).await;
    let (sent, asked) = (network.count(), server.asked());
    sign_in.switch(user("B"));
    // In the very turn of the change, before anything has been rendered.
    let mut late: Vec<usize> = (0..asked.len()).collect();
    late.retain(|number| asked[*number] != "public");
    for number in late {
        server.ok(number, format!("A-{}", asked[number])).await;
    }
    assert!(!network.is_wanted(0), "its request is aborted");
    network.ok(0, "A-clerk").await;
    assert_eq!(stage.text(), "- - - -");
    assert_nothing_of("A", &view.log());
    assert_eq!(network.count(), sent + 1);
    assert_eq!(server.count(), asked.len() + 2, "the public request goes on");
}

#[wasm_bindgen_test]
async fn a_stale_view_of_a_component_that_renders_in_the_turn_of_the_change_shows_nothing_old() {
    let (network, server) = (Network::new(), Server::new());
    let (sign_in, view, mut answered) = (SignIn::new(user("A")), mixed(&server), (0, 0));
    let _stage = Stage::new(app(&sign_in, view.html())).await;
    answer_all(&network, &server, &mut answered, "A").await;
    let renders = view.renders();
    for name in ["B", "A", "C"] {
        sign_in.switch(user(name));
    }
    view.again().await;
    let log = view.log();
    assert_nothing_of("A", &log[renders..]);
    assert_eq!(network.asked().last().unwrap(), "/api/foo Bearer C");
}

#[wasm_bindgen_test]
async fn while_sign_in_loads_private_queries_wait_and_public_ones_do_not() {
    let (network, server) = (Network::new(), Server::new());
    let (sign_in, view) = (SignIn::new(AuthState::Loading), mixed(&server));
    let _stage = Stage::new(app(&sign_in, view.html())).await;
    assert_eq!((network.count(), server.asked()), (0, vec!["public".to_owned()]));
    sign_in.becomes(AuthState::SignedOut).await;
    let mut asked = server.asked();
    asked.sort();
    assert_eq!(
        (network.count(), asked),
        (0, vec!["private".into(), "public".into(), "query".into()])
    );
}

#[wasm_bindgen_test]
async fn another_source_is_another_sign_in() {
    let network = Network::new();
    let (first, second) = (SignIn::new(user("A")), SignIn::new(user("B")));
    let view = View::new(|ctx| shown(use_clerk_swr::<String>("/api/foo").run(ctx).data()));
    let (client, sources) = (new_client(), [first.source(), second.source()]);
    let show = |number: usize| {
        let source = sources[number].clone();
        html! {
            <QueryClientProvider client={client.clone()}>
                <AuthProvider {source}>{ view.html() }</AuthProvider>
            </QueryClientProvider>
        }
    };
    let mut stage = Stage::new(show(0)).await;
    network.ok(0, "of A").await;
    let renders = view.renders();
    stage.show(show(1)).await;
    network.ok(1, "of B").await;
    assert_eq!(network.asked(), ["/api/foo Bearer A", "/api/foo Bearer B"]);
    assert_eq!(view.last(), "of B");
    assert!(view.log()[renders..].iter().all(|text| !text.contains("of A")), "{:?}", view.log());
    assert_eq!(first.listener_count(), 0);
}

#[wasm_bindgen_test]
async fn what_a_component_asks_for_the_user_before_is_not_asked_with_the_token_of_the_next() {
    let network = Network::new();
    let sign_in = SignIn::new(user("A"));
    let view = View::new(|ctx| {
        let auth = use_auth().run(ctx);
        let api = use_authenticated_fetch().run(ctx);
        let user = auth.user_id().unwrap_or_else(|| "nobody".into());
        let query = query_options("fixed key", move |ctx| {
            api.get(&format!("/api/users/{user}")).signal(&ctx.signal()).json::<String>()
        });
        shown(use_query_with(query).run(ctx).data())
    });
    let own_key = View::new(|ctx| {
        let user = use_auth().run(ctx).user_id();
        let url = user.map(|user| format!("/api/own/{user}"));
        shown(use_clerk_swr::<String>(url).run(ctx).data())
    });
    let both = html! { <>{ view.html() }{ own_key.html() }</> };
    let stage = Stage::new(app(&sign_in, both)).await;
    network.ok(0, "1").await;
    network.ok(1, "2").await;
    sign_in.becomes(user("B")).await;
    let mut asked = network.asked();
    asked.sort();
    let expected = ["own/A Bearer A", "own/B Bearer B", "users/A Bearer A", "users/B Bearer B"];
    assert_eq!(asked, expected.map(|path| format!("/api/{path}")));
    assert_eq!(stage.text(), "--");
}
