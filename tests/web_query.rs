//! TanStack Query's hooks in a browser: what they show, and how often their components render.

#![cfg(target_arch = "wasm32")]

#[path = "support/stage.rs"]
mod stage;

use std::time::Duration;

use stage::{Held, Knob, Server, Stage, View, new_client, pause, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::{Hook, HookContext};
use yew::prelude::*;
use yew_clerk::client::{QueryClient, QueryOptions, query_options};
use yew_clerk::components::QueryClientProvider;
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::observer::Fields;
use yew_clerk::hooks::{
    QueryHandle, use_is_fetching, use_is_fetching_of, use_query, use_query_client, use_query_with,
};

wasm_bindgen_test_configure!(run_in_browser);

type Handle = QueryHandle<String, String>;
type Query = QueryOptions<String, String>;

fn all(query: &Handle) -> String {
    let status = match query.status() {
        Status::Pending => "pending",
        Status::Error => "error",
        Status::Success => "success",
    };
    let fetch = match query.fetch_status() {
        FetchStatus::Idle => "",
        FetchStatus::Fetching => " fetching",
        FetchStatus::Paused => " paused",
    };
    let loading = if query.is_loading() { " loading" } else { "" };
    let error = query.error().map_or_else(String::new, |error| format!(" {error}"));
    format!("{} {status}{error}{fetch}{loading}", shown(query.data()))
}

fn asking(server: &Server, key: &'static str) -> Query {
    let server = server.clone();
    query_options(key, move |ctx| server.fetch(ctx.key().to_json()))
}

/// A component of one query; `read` decides what it reads.
fn view_of(
    query: impl Fn() -> Query + 'static,
    read: impl Fn(&Handle) -> String + 'static,
) -> (View, Held<Handle>) {
    let held = Held::new();
    let left = held.clone();
    let view = View::new(move |ctx: &mut HookContext| {
        let query = use_query_with(query()).run(ctx);
        left.set(query.clone());
        read(&query)
    });
    (view, held)
}

fn under(client: &QueryClient, html: Html) -> Html {
    html! { <QueryClientProvider client={client.clone()}>{ html }</QueryClientProvider> }
}

async fn staged(view: &View) -> Stage {
    Stage::new(under(&new_client(), view.html())).await
}

#[wasm_bindgen_test]
async fn a_first_load_renders_twice_and_says_loading_at_once() {
    let server = Server::new();
    let fetch = server.clone();
    let view = View::new(move |ctx| {
        let server = fetch.clone();
        all(&use_query("k", move |_| server.fetch("k")).run(ctx))
    });
    let _stage = staged(&view).await;
    assert_eq!(view.log(), ["- pending fetching loading"]);
    server.ok(0, "d").await;
    assert_eq!(view.log(), ["- pending fetching loading", "d success"]);
}

#[wasm_bindgen_test]
async fn who_reads_nothing_renders_on_every_change() {
    let server = Server::new();
    let fetch = server.clone();
    let (view, _) = view_of(move || asking(&fetch, "k"), |_| "nothing read".into());
    let _stage = staged(&view).await;
    server.ok(0, "d").await;
    assert_eq!(view.renders(), 2);
}

#[wasm_bindgen_test]
async fn who_reads_the_data_does_not_render_for_equal_data() {
    let server = Server::new();
    let fetch = server.clone();
    let (view, held) = view_of(move || asking(&fetch, "k"), |query| shown(query.data()));
    let _stage = staged(&view).await;
    server.ok(0, "same").await;
    let before = held.get().data().unwrap();
    drop(held.get().refetch());
    settle().await;
    server.ok(1, "same").await;
    assert_eq!((view.log(), server.count()), (vec!["-".into(), "same".into()], 2));
    assert!(std::rc::Rc::ptr_eq(&before, &held.get().data().unwrap()));
}

#[wasm_bindgen_test]
async fn chosen_fields_alone_make_it_render_whatever_it_reads() {
    let server = Server::new();
    let fetch = server.clone();
    let query = move || asking(&fetch, "k").notify_on_change(Fields::DATA);
    let (view, held) = view_of(query, all);
    let _stage = staged(&view).await;
    server.ok(0, "d").await;
    drop(held.get().refetch());
    settle().await;
    server.ok(1, "d").await;
    assert_eq!(view.renders(), 2);
}

#[wasm_bindgen_test]
async fn a_failure_is_tried_again_in_sight_of_the_component() {
    let server = Server::new();
    let fetch = server.clone();
    let query = move || asking(&fetch, "k").retry(1).retry_delay(Duration::from_millis(20));
    let (view, held) = view_of(query, |query| format!("{} {}", all(query), query.failure_count()));
    let _stage = staged(&view).await;
    server.fail(0, "e").await;
    assert_eq!(view.last(), "- pending fetching loading 1");
    pause(45).await;
    settle().await;
    server.fail(1, "e").await;
    assert_eq!(view.last(), "- error e 2");
    assert!(held.get().is_loading_error() && !held.get().is_refetch_error());
    drop(held.get().refetch());
    settle().await;
    assert_eq!(view.last(), "- pending fetching loading 0");
    server.ok(2, "d").await;
    assert_eq!(view.last(), "d success 0");
}

#[wasm_bindgen_test]
async fn a_disabled_query_waits_for_a_refetch_or_for_being_enabled() {
    let (server, enabled) = (Server::new(), Knob::new(false));
    let (fetch, wanted) = (server.clone(), enabled.clone());
    let (view, held) = view_of(move || asking(&fetch, "k").enabled(wanted.get()), all);
    let _stage = staged(&view).await;
    assert_eq!((server.count(), view.log()), (0, vec!["- pending".to_owned()]));
    let answer = held.get().refetch();
    settle().await;
    server.ok(0, "d").await;
    assert_eq!(answer.await.unwrap().as_deref().map(String::as_str), Some("d"));
    assert_eq!(view.last(), "d success");
    enabled.set(true);
    view.again().await;
    assert_eq!((server.count(), view.last()), (2, "d success fetching".into()));
}

#[wasm_bindgen_test]
async fn no_key_means_no_fetch_until_there_is_one() {
    let (server, key) = (Server::new(), Knob::new(None::<&'static str>));
    let (fetch, wanted) = (server.clone(), key.clone());
    let query = move || {
        let server = fetch.clone();
        query_options(wanted.get(), move |ctx| server.fetch(ctx.key().to_json()))
    };
    let (view, held) = view_of(query, all);
    let _stage = staged(&view).await;
    assert_eq!((server.count(), view.last()), (0, "- pending".into()));
    assert!(held.get().refetch().await.unwrap().is_none());
    key.set(Some("k"));
    view.again().await;
    assert_eq!(
        (server.asked(), view.last()),
        (vec!["\"k\"".into()], "- pending fetching loading".into())
    );
}

#[wasm_bindgen_test]
async fn the_previous_data_stands_in_for_the_next_keys() {
    let (server, key) = (Server::new(), Knob::new("one"));
    let (fetch, wanted) = (server.clone(), key.clone());
    let query = move || asking(&fetch, wanted.get()).keep_previous_data();
    let read = |query: &Handle| format!("{} {}", all(query), query.is_placeholder_data());
    let (view, _) = view_of(query, read);
    let _stage = staged(&view).await;
    server.ok(0, "1").await;
    key.set("two");
    view.again().await;
    assert_eq!(view.last(), "1 success fetching true");
    server.ok(1, "2").await;
    assert_eq!(view.last(), "2 success false");
    assert_eq!(view.renders(), 4);
}

#[wasm_bindgen_test]
async fn without_that_a_change_of_key_shows_nothing_old() {
    let (server, key) = (Server::new(), Knob::new("one"));
    let (fetch, wanted) = (server.clone(), key.clone());
    let (view, _) = view_of(move || asking(&fetch, wanted.get()), all);
    let _stage = staged(&view).await;
    server.ok(0, "1").await;
    key.set("two");
    view.again().await;
    server.ok(1, "2").await;
    let expected =
        ["- pending fetching loading", "1 success", "- pending fetching loading", "2 success"];
    assert_eq!(view.log(), expected);
}

#[wasm_bindgen_test]
async fn data_that_turns_stale_makes_one_render_and_no_fetch() {
    let server = Server::new();
    let fetch = server.clone();
    let query = move || asking(&fetch, "k").stale_time(Duration::from_millis(30));
    let (view, _) = view_of(query, |query| format!("{} {}", shown(query.data()), query.is_stale()));
    let _stage = staged(&view).await;
    server.ok(0, "d").await;
    pause(60).await;
    settle().await;
    assert_eq!(
        (view.log(), server.count()),
        (vec!["- true".into(), "d false".into(), "d true".into()], 1)
    );
}

#[wasm_bindgen_test]
async fn a_dependent_query_begins_when_its_key_is_there() {
    let server = Server::<String>::new();
    let fetch = server.clone();
    let view = View::new(move |ctx| {
        let (first, second) = (fetch.clone(), fetch.clone());
        let user = use_query("user", move |_| first.fetch("user")).run(ctx);
        let key = user.data().map(|user| ("posts", (*user).clone()));
        let posts = use_query(key, move |_| second.fetch("posts")).run(ctx);
        format!("{}; {}", all(&user), all(&posts))
    });
    let _stage = staged(&view).await;
    assert_eq!(view.last(), "- pending fetching loading; - pending");
    server.ok(0, "u").await;
    assert_eq!(view.last(), "u success; - pending fetching loading");
    server.ok(1, "p").await;
    assert_eq!(view.last(), "u success; p success");
}

#[wasm_bindgen_test]
async fn the_client_of_the_provider_writes_and_invalidates_what_components_show() {
    let (server, client) = (Server::new(), new_client());
    let fetch = server.clone();
    let (view, _) = view_of(move || asking(&fetch, "k"), all);
    let found = Held::new();
    let left = found.clone();
    let finder = View::new(move |ctx| {
        left.set(use_query_client().run(ctx));
        String::new()
    });
    let both = html! { <>{ view.html() }{ finder.html() }</> };
    let _stage = Stage::new(under(&client, both)).await;
    assert!(found.get() == client);
    server.ok(0, "d").await;
    found.get().set_query_data("k", "mine".to_owned()).unwrap();
    settle().await;
    assert_eq!(view.last(), "mine success");
    drop(found.get().invalidate_queries("k"));
    settle().await;
    assert_eq!((server.count(), view.last()), (2, "mine success fetching".into()));
    assert_eq!(finder.renders(), 1, "the client itself changes nothing");
}

#[wasm_bindgen_test]
async fn fetching_queries_are_counted_by_their_keys() {
    let (server, client, which) = (Server::new(), new_client(), Knob::new("a"));
    let (one, two) = (server.clone(), server.clone());
    let (first, _) = view_of(move || asking(&one, "a"), all);
    let (second, _) = view_of(move || asking(&two, "b"), all);
    let every = View::new(|ctx| use_is_fetching().run(ctx).to_string());
    let wanted = which.clone();
    let some = View::new(move |ctx| use_is_fetching_of(wanted.get()).run(ctx).to_string());
    let show = |views: &[&View]| under(&client, html! { { for views.iter().map(|v| v.html()) } });
    let mut stage = Stage::new(show(&[&every, &some])).await;
    stage.show(show(&[&every, &some, &first, &second])).await;
    assert_eq!(server.asked().len(), 2);
    assert_eq!(
        (every.log(), some.log()),
        (vec!["0".into(), "2".into()], vec!["0".into(), "1".into()])
    );
    let number_of_a = server.asked().iter().position(|key| key == "\"a\"").unwrap();
    server.ok(number_of_a, "a").await;
    assert_eq!((every.last(), some.last()), ("1".into(), "0".into()));
    which.set("b");
    some.again().await;
    assert_eq!(some.last(), "1");
    server.ok(1 - number_of_a, "b").await;
    assert_eq!((every.last(), some.last()), ("0".into(), "0".into()));
    assert_eq!((every.renders(), some.renders()), (4, 5));
    stage.end().await;
}

#[derive(Clone, PartialEq, Properties)]
struct ChildProps {
    query: Handle,
    log: Callback<String>,
}

#[component]
fn Child(props: &ChildProps) -> Html {
    let text = all(&props.query);
    props.log.emit(text.clone());
    html! { <i>{ text }</i> }
}

#[component]
fn Parent(props: &ParentProps) -> Html {
    let server = props.server.0.clone();
    let query = use_query("k", move |_| server.fetch("k"));
    html! { <Child {query} log={props.log.clone()} /> }
}

#[derive(Clone)]
struct Shared(Server);

impl PartialEq for Shared {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ParentProps {
    server: Shared,
    log: Callback<String>,
}

#[wasm_bindgen_test]
async fn a_handle_that_is_passed_on_renders_the_child_when_it_shows_something_new() {
    let (server, texts) = (Server::new(), Knob::new(Vec::<String>::new()));
    let kept = texts.clone();
    let log = Callback::from(move |text| kept.set([kept.get(), vec![text]].concat()));
    let parent = html! { <Parent server={Shared(server.clone())} {log} /> };
    let stage = Stage::new(under(&new_client(), parent)).await;
    server.ok(0, "d").await;
    assert_eq!(texts.get(), ["- pending fetching loading", "d success"]);
    assert_eq!(stage.text(), "d success");
}

#[wasm_bindgen_test]
async fn a_component_that_does_not_subscribe_shows_what_is_there_when_it_renders() {
    let (server, client) = (Server::<String, String>::new(), new_client());
    let (fetch, subscribes) = (server.clone(), Knob::new(false));
    let reads = subscribes.clone();
    let view = View::new(move |ctx| {
        let server = fetch.clone();
        let query = query_options("k", move |_| server.fetch("k")).subscribed(reads.get());
        let query = use_query_with(query).run(ctx);
        format!("{} {:?}", shown(query.data()), query.fetch_status())
    });
    let html = html! { <QueryClientProvider client={client.clone()}>{ view.html() }</QueryClientProvider> };
    let _stage = Stage::new(html).await;
    assert_eq!((view.last(), server.count()), ("- Idle".into(), 0));
    client.set_query_data("k", "data".to_owned()).unwrap();
    settle().await;
    assert_eq!(view.renders(), 1);
    view.again().await;
    assert_eq!((view.last(), client.engine().unwrap().observer_count()), ("data Idle".into(), 0));
    subscribes.set(true);
    view.again().await;
    assert_eq!((view.last(), server.count()), ("data Fetching".into(), 1));
    server.ok(0, "news").await;
    subscribes.set(false);
    view.again().await;
    assert_eq!(client.engine().unwrap().observer_count(), 0);
    client.set_query_data("k", "later".to_owned()).unwrap();
    settle().await;
    assert_eq!(view.last(), "news Idle");
}

/// The flags of a result that hold, by the names that TanStack Query has for them.
fn flags(query: &Handle) -> String {
    let all = [
        (query.is_pending(), "pending"),
        (query.is_success(), "success"),
        (query.is_error(), "error"),
        (query.is_loading(), "loading"),
        (query.is_initial_loading(), "initialLoading"),
        (query.is_fetching(), "fetching"),
        (query.is_refetching(), "refetching"),
        (query.is_loading_error(), "loadingError"),
        (query.is_refetch_error(), "refetchError"),
        (query.is_fetched(), "fetched"),
        (query.is_fetched_after_mount(), "fetchedAfterMount"),
        (query.is_paused(), "paused"),
        (query.is_placeholder_data(), "placeholderData"),
        (query.is_stale(), "stale"),
        (query.is_enabled(), "enabled"),
    ];
    all.iter().filter(|(holds, _)| *holds).map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
}

#[wasm_bindgen_test]
async fn each_field_of_a_result_says_what_it_is_called() {
    let (server, held) = (Server::new(), Held::<Handle>::new());
    let (fetch, left) = (server.clone(), held.clone());
    let view = View::new(move |ctx| {
        left.set(use_query_with(asking(&fetch, "k").retry(0)).run(ctx));
        flags(&left.get())
    });
    let client = new_client();
    let html = html! { <QueryClientProvider client={client.clone()}>{ view.html() }</QueryClientProvider> };
    let _stage = Stage::new(html).await;
    let query = held.get();
    assert_eq!((query.data_updated_at(), query.error_updated_at()), (None, None));
    server.fail(0, "no").await;
    let failed_at = query.error_updated_at().expect("a time");
    assert_eq!((query.error_update_count(), query.failure_count()), (1, 1));
    assert_eq!(query.failure_reason().as_deref().map(String::as_str), Some("no"));
    drop(query.refetch());
    settle().await;
    assert_eq!((query.failure_count(), query.failure_reason()), (0, None));
    pause(2).await;
    server.ok(1, "data").await;
    assert!(query.data_updated_at().expect("a time") > failed_at);
    assert_eq!(query.error_updated_at(), Some(failed_at));
    drop(query.refetch());
    settle().await;
    server.fail(2, "nor").await;
    assert_eq!(query.error_update_count(), 2);
    let expected = [
        "pending loading initialLoading fetching stale enabled",
        "error loadingError fetched fetchedAfterMount stale enabled",
        "pending loading initialLoading fetching fetched fetchedAfterMount stale enabled",
        "success fetched fetchedAfterMount stale enabled",
        "success fetching refetching fetched fetchedAfterMount stale enabled",
        "error refetchError fetched fetchedAfterMount stale enabled",
    ];
    assert_eq!(view.log(), expected);
}
