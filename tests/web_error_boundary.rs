//! What becomes of errors that components do not show themselves.

#![cfg(target_arch = "wasm32")]

#[path = "support/stage.rs"]
mod stage;

use std::rc::Rc;
use std::time::Duration;

use stage::{Count, Held, Knob, Server, Stage, View, new_client, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::Hook;
use yew::prelude::*;
use yew_clerk::client::{QueryClient, QueryDefaults, QueryOptions, query_options};
use yew_clerk::components::{QueryBoundaryError, QueryClientProvider, QueryErrorBoundary};
use yew_clerk::engine::event::Owner;
use yew_clerk::hooks::{
    MutationHandle, QueryErrorReset, QueryHandle, mutation_options, use_mutation_with, use_queries,
    use_query_error_reset_boundary, use_query_with, use_suspense_queries, use_suspense_query,
    use_swr_suspense,
};

wasm_bindgen_test_configure!(run_in_browser);

type Query = QueryOptions<String, String>;

fn asking(server: &Server, key: &'static str) -> Query {
    let server = server.clone();
    query_options(key, move |ctx| server.fetch(ctx.key().to_json())).retry(0)
}

/// A boundary with its last error.
#[derive(Clone)]
struct Bounds {
    client: QueryClient,
    caught: Held<QueryBoundaryError>,
    resets: Count,
}

impl Bounds {
    fn new() -> Self {
        Self { client: new_client(), caught: Held::new(), resets: Count::default() }
    }

    fn around(&self, children: Html) -> Html {
        let (caught, resets) = (self.caught.clone(), self.resets.clone());
        let fallback = move |error: QueryBoundaryError| {
            caught.set(error.clone());
            html! { <i>{ format!("caught {}", error.message()) }</i> }
        };
        let fallback = Callback::from(fallback);
        let on_reset = move |()| resets.add();
        html! {
            <QueryClientProvider client={self.client.clone()}>
                <QueryErrorBoundary {fallback} {on_reset}>{ children }</QueryErrorBoundary>
            </QueryClientProvider>
        }
    }

    async fn reset(&self) {
        self.caught.get().reset();
        settle().await;
    }
}

fn text(query: &QueryHandle<String, String>) -> String {
    let error = query.error().map_or_else(String::new, |error| format!(" {error}"));
    shown(query.data()) + &error
}

/// A component that shows a query and its error.
fn showing(query: impl Fn() -> Query + 'static) -> View {
    View::new(move |ctx| text(&use_query_with(query()).run(ctx)))
}

#[derive(Clone, PartialEq, Properties)]
struct WaitsProps {
    server: Shared,
    #[prop_or("k")]
    key_: &'static str,
}

#[derive(Clone)]
struct Shared(Server, Count);

impl PartialEq for Shared {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Counts the renders that come to their end.
#[component]
fn Waits(props: &WaitsProps) -> HtmlResult {
    let query = use_suspense_query(asking(&props.server.0, props.key_))?;
    props.server.1.add();
    Ok(html! { <b>{ text(&query) }</b> })
}

fn suspended(children: Html) -> Html {
    html! { <Suspense fallback={html! { <u>{ "waiting" }</u> }}>{ children }</Suspense> }
}

#[wasm_bindgen_test]
async fn a_query_that_throws_is_replaced_by_the_fallback_and_a_reset_fetches_anew() {
    let (server, bounds) = (Server::new(), Bounds::new());
    let fetch = server.clone();
    let view = showing(move || asking(&fetch, "k").throw_on_error(true));
    let stage = Stage::new(bounds.around(view.html())).await;
    server.fail(0, "no").await;
    assert_eq!(stage.text(), "caught no");
    let caught = bounds.caught.get();
    assert_eq!(caught.error::<String>().as_deref().map(String::as_str), Some("no"));
    assert_eq!(caught.key().map(|key| key.to_json()).as_deref(), Some(r#""k""#));
    assert!(caught.error::<u8>().is_none());
    assert_eq!((server.count(), bounds.client.engine().unwrap().observer_count()), (1, 0));
    bounds.reset().await;
    assert_eq!((stage.text(), server.count(), bounds.resets.get()), ("-".into(), 2, 1));
    server.ok(1, "data").await;
    assert_eq!(stage.text(), "data");
}

#[wasm_bindgen_test]
async fn what_fails_again_is_caught_again() {
    let (server, bounds) = (Server::new(), Bounds::new());
    let fetch = server.clone();
    let view = showing(move || asking(&fetch, "k").throw_on_error(true));
    let stage = Stage::new(bounds.around(view.html())).await;
    for number in 0..3 {
        server.fail(number, format!("error {number}")).await;
        assert_eq!(stage.text(), format!("caught error {number}"));
        bounds.reset().await;
    }
    assert_eq!(bounds.resets.get(), 3);
}

#[wasm_bindgen_test]
async fn an_error_that_is_not_thrown_is_the_components_own() {
    let (server, bounds) = (Server::new(), Bounds::new());
    let fetch = server.clone();
    let only_no = |error: &String, _: &_| error == "no";
    let view = showing(move || asking(&fetch, "k").throw_on_error_when(only_no));
    let stage = Stage::new(bounds.around(view.html())).await;
    server.fail(0, "oh").await;
    assert_eq!(stage.text(), "- oh");
    drop(bounds.client.refetch_queries("k"));
    settle().await;
    server.fail(1, "no").await;
    assert_eq!(stage.text(), "caught no");
}

#[wasm_bindgen_test]
async fn without_a_boundary_the_error_is_the_components_own() {
    let server = Server::new();
    let (one, other) = (server.clone(), server.clone());
    let view = showing(move || asking(&one, "k").throw_on_error(true));
    let waits = html! { <Waits server={Shared(other, Count::default())} key_="l" /> };
    let all = html! { <>{ view.html() }{ suspended(waits) }</> };
    let client = new_client();
    let stage =
        Stage::new(html! { <QueryClientProvider {client}>{ all }</QueryClientProvider> }).await;
    server.fail(0, "no").await;
    server.fail(1, "nor").await;
    assert_eq!(stage.text(), "- no- nor");
}

#[wasm_bindgen_test]
async fn a_component_in_suspense_never_renders_with_an_error() {
    let (server, bounds, renders) = (Server::new(), Bounds::new(), Count::default());
    let waits = html! { <Waits server={Shared(server.clone(), renders.clone())} /> };
    let stage = Stage::new(bounds.around(suspended(waits))).await;
    assert_eq!(stage.text(), "waiting");
    server.fail(0, "no").await;
    assert_eq!((stage.text(), renders.get()), ("caught no".into(), 0));
    bounds.reset().await;
    assert_eq!((stage.text(), server.count()), ("waiting".into(), 2));
    server.ok(1, "data").await;
    assert_eq!((stage.text(), renders.get()), ("data".into(), 1));
    // With data to show, a failure of the background is none of the boundary's.
    drop(bounds.client.refetch_queries("k"));
    settle().await;
    server.fail(2, "late").await;
    assert!(stage.text().starts_with("data"), "{}", stage.text());
}

#[wasm_bindgen_test]
async fn what_has_failed_is_not_tried_again_by_who_mounts_until_the_boundary_is_reset() {
    let (server, bounds) = (Server::new(), Bounds::new());
    let failed = bounds.client.fetch_query(asking(&server, "k"));
    settle().await;
    server.fail(0, "no").await;
    assert!(failed.await.is_err());
    let waits = html! { <Waits server={Shared(server.clone(), Count::default())} /> };
    let stage = Stage::new(bounds.around(suspended(waits))).await;
    assert_eq!((stage.text(), server.count()), ("caught no".into(), 1));
    bounds.reset().await;
    assert_eq!((stage.text(), server.count()), ("waiting".into(), 2));
}

#[wasm_bindgen_test]
async fn a_plain_query_in_a_boundary_tries_again_when_it_mounts() {
    let (server, bounds) = (Server::new(), Bounds::new());
    let failed = bounds.client.fetch_query(asking(&server, "k"));
    settle().await;
    server.fail(0, "no").await;
    assert!(failed.await.is_err());
    let fetch = server.clone();
    let view = showing(move || asking(&fetch, "k"));
    let _stage = Stage::new(bounds.around(view.html())).await;
    assert_eq!(server.count(), 2);
}

#[wasm_bindgen_test]
async fn what_is_not_fetched_after_a_reset_shows_its_old_error_itself() {
    let (server, bounds) = (Server::new(), Bounds::new());
    let held = Held::<QueryHandle<String, String>>::new();
    let (fetch, left) = (server.clone(), held.clone());
    let view = View::new(move |ctx| {
        let query = asking(&fetch, "k").enabled(false).throw_on_error(true);
        left.set(use_query_with(query).run(ctx));
        text(&left.get())
    });
    let stage = Stage::new(bounds.around(view.html())).await;
    drop(held.get().refetch());
    settle().await;
    server.fail(0, "no").await;
    assert_eq!(stage.text(), "caught no");
    bounds.reset().await;
    assert_eq!((stage.text(), server.count()), ("- no".into(), 1));
}

#[wasm_bindgen_test]
async fn two_that_fail_are_both_fetched_after_one_reset() {
    let (server, bounds) = (Server::new(), Bounds::new());
    let (one, other) = (server.clone(), server.clone());
    let first = showing(move || asking(&one, "k").throw_on_error(true));
    let second = showing(move || asking(&other, "l").throw_on_error(true));
    let all = html! { <>{ first.html() }{ second.html() }</> };
    let stage = Stage::new(bounds.around(all)).await;
    server.fail(0, "no").await;
    server.fail(1, "nor").await;
    assert_eq!(stage.text(), "caught no");
    bounds.reset().await;
    server.ok(2, "data").await;
    server.ok(3, "data").await;
    assert_eq!((stage.text(), server.count()), ("datadata".into(), 4));
}

#[wasm_bindgen_test]
async fn the_nearest_boundary_catches() {
    let (server, outer, inner) = (Server::new(), Bounds::new(), Bounds::new());
    let fetch = server.clone();
    let view = showing(move || asking(&fetch, "k").throw_on_error(true));
    let inside = html! { <>{ "outside " }{ inner.around(view.html()) }</> };
    let stage = Stage::new(outer.around(inside)).await;
    server.fail(0, "no").await;
    assert_eq!(stage.text(), "outside caught no");
}

#[wasm_bindgen_test]
async fn another_user_is_not_shown_what_went_wrong_for_the_one_before() {
    let (server, bounds) = (Server::new(), Bounds::new());
    bounds.client.set_owner(Owner::Identity("alice".into()));
    let fetch = server.clone();
    let view = showing(move || asking(&fetch, "k").throw_on_error(true));
    let stage = Stage::new(bounds.around(view.html())).await;
    server.fail(0, "alice has no notes").await;
    assert_eq!(stage.text(), "caught alice has no notes");
    bounds.client.set_owner(Owner::Identity("bob".into()));
    settle().await;
    assert_eq!((stage.text(), server.count()), ("-".into(), 2));
    server.ok(1, "bob's").await;
    assert_eq!(stage.text(), "bob's");
}

#[wasm_bindgen_test]
async fn a_component_in_the_fallback_can_reset() {
    let (server, client, held) = (Server::new(), new_client(), Held::<QueryErrorReset>::new());
    let (fetch, left) = (server.clone(), held.clone());
    let view = showing(move || asking(&fetch, "k").throw_on_error(true));
    let again = View::new(move |ctx| {
        left.set(use_query_error_reset_boundary().run(ctx));
        "again".to_owned()
    });
    let fallback = Callback::from(move |_: QueryBoundaryError| again.html());
    let stage = Stage::new(html! {
        <QueryClientProvider {client}>
            <QueryErrorBoundary {fallback}>{ view.html() }</QueryErrorBoundary>
        </QueryClientProvider>
    })
    .await;
    server.fail(0, "no").await;
    assert_eq!((stage.text(), held.get().is_reset()), ("again".into(), false));
    held.get().reset();
    assert!(held.get().is_reset());
    settle().await;
    assert_eq!((stage.text(), held.get().is_reset()), ("-".into(), false));
}

#[wasm_bindgen_test]
async fn without_a_fallback_of_ones_own_there_is_the_text_and_a_button() {
    let (server, client) = (Server::new(), new_client());
    let fetch = server.clone();
    let view = showing(move || asking(&fetch, "k").throw_on_error(true));
    let stage = Stage::new(html! {
        <QueryClientProvider {client}>
            <QueryErrorBoundary>{ view.html() }</QueryErrorBoundary>
        </QueryClientProvider>
    })
    .await;
    server.fail(0, "no").await;
    assert_eq!(stage.text(), "noTry again");
    stage.click("button").await;
    assert_eq!((stage.text(), server.count()), ("-".into(), 2));
}

#[wasm_bindgen_test]
async fn a_mutation_may_throw_as_well() {
    let (server, bounds) = (Server::new(), Bounds::new());
    let held = Held::<MutationHandle<String, String, String>>::new();
    let (fetch, left) = (server.clone(), held.clone());
    let view = View::new(move |ctx| {
        let server = fetch.clone();
        let options = mutation_options(move |text: Rc<String>| server.fetch(&*text));
        let options = options.throw_on_error_when(|error: &String| error == "no");
        left.set(use_mutation_with(options).run(ctx));
        format!("{:?}", left.get().status())
    });
    let stage = Stage::new(bounds.around(view.html())).await;
    for (number, error) in [(0, "oh"), (1, "no")] {
        drop(held.get().mutate("v".into()));
        settle().await;
        server.fail(number, error).await;
    }
    assert_eq!(stage.text(), "caught no");
    bounds.reset().await;
    assert_eq!(stage.text(), "Idle");
}

#[wasm_bindgen_test]
async fn lists_of_queries_throw_and_so_does_swrs_suspense() {
    let (server, bounds) = (Server::new(), Bounds::new());
    let fetch = server.clone();
    let list = View::new(move |ctx| {
        let queries = ["k", "l"].map(|key| asking(&fetch, key).throw_on_error(true));
        let all = use_queries(queries).run(ctx);
        all.iter().map(text).collect::<Vec<_>>().join(" ")
    });
    let stage = Stage::new(bounds.around(list.html())).await;
    server.ok(0, "k").await;
    server.fail(1, "no").await;
    assert_eq!(stage.text(), "caught no");
    stage.end().await;

    #[component]
    fn All(props: &WaitsProps) -> HtmlResult {
        let Shared(server, _) = props.server.clone();
        let all = use_suspense_queries(
            ["m", "n"].map(|key| asking(&server, key).stale_time(Duration::MAX)),
        )?;
        Ok(html! { { all.iter().map(text).collect::<String>() } })
    }
    #[component]
    fn Swr(props: &WaitsProps) -> HtmlResult {
        let Shared(server, _) = props.server.clone();
        let swr = use_swr_suspense("s", move |key: &str| server.fetch(key))?;
        Ok(html! { { shown(swr.data()) } })
    }
    for (kind, requests) in [(true, 2), (false, 1)] {
        let (server, bounds) = (Server::new(), Bounds::new());
        let shared = Shared(server.clone(), Count::default());
        let inside = if kind {
            html! { <All server={shared} /> }
        } else {
            html! { <Swr server={shared} /> }
        };
        let stage = Stage::new(bounds.around(suspended(inside))).await;
        for number in 0..requests - 1 {
            server.ok(number, "m").await;
        }
        server.fail(requests - 1, "no").await;
        assert_eq!((stage.text(), server.count()), ("caught no".into(), requests));
        bounds.reset().await;
        assert_eq!((stage.text(), server.count()), ("waiting".into(), requests + 1));
        server.ok(requests, "n").await;
        assert_eq!(stage.text(), if kind { "mn" } else { "n" });
    }
}

#[wasm_bindgen_test]
async fn throwing_may_be_the_default_of_all_queries() {
    let (server, bounds, throws) = (Server::new(), Bounds::new(), Knob::new(true));
    bounds.client.set_default_options(QueryDefaults::new().throw_on_error(true));
    let (fetch, own) = (server.clone(), throws.clone());
    let view = showing(move || {
        let query = asking(&fetch, "k").stale_time(Duration::ZERO);
        if own.get() { query } else { query.throw_on_error(false) }
    });
    let stage = Stage::new(bounds.around(view.html())).await;
    server.fail(0, "no").await;
    assert_eq!(stage.text(), "caught no");
    throws.set(false);
    bounds.reset().await;
    server.fail(1, "nor").await;
    assert_eq!(stage.text(), "- nor");
}

#[wasm_bindgen_test]
async fn a_selection_that_fails_is_thrown_by_who_has_nothing_else_to_show() {
    #[component]
    fn Short(props: &WaitsProps) -> HtmlResult {
        let query = asking(&props.server.0, "k").stale_time(Duration::MAX);
        let short = |text: &String| {
            if text.len() < 5 { Ok(text.clone()) } else { Err("too long".to_owned()) }
        };
        let query = use_suspense_query(query.select_result(short))?;
        Ok(html! { { text(&query) } })
    }
    let (server, bounds) = (Server::new(), Bounds::new());
    let inside = html! { <Short server={Shared(server.clone(), Count::default())} /> };
    let stage = Stage::new(bounds.around(suspended(inside))).await;
    server.ok(0, "a long text").await;
    assert_eq!(stage.text(), "caught too long");
    bounds.client.set_query_data("k", "text".to_owned()).unwrap();
    bounds.reset().await;
    assert_eq!(stage.text(), "text");
    // Next to the last good selection, it is the component's own.
    bounds.client.set_query_data("k", "another long text".to_owned()).unwrap();
    settle().await;
    assert_eq!(stage.text(), "text too long");
}
