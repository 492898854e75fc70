//! SWR's hooks in a browser: what they show, and how often their components render.

#![cfg(target_arch = "wasm32")]

#[path = "support/stage.rs"]
mod stage;

use std::time::Duration;

use stage::{Held, Knob, Server, Stage, View, new_client, pause, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::{Hook, HookContext};
use yew::prelude::*;
use yew_clerk::client::{MutatorOptions, SwrOptions};
use yew_clerk::components::QueryClientProvider;
use yew_clerk::hooks::{SwrHandle, use_swr, use_swr_immutable, use_swr_with};

wasm_bindgen_test_configure!(run_in_browser);

type Handle = SwrHandle<String, String>;
type Options = SwrOptions<String, String>;

/// Everything of a handle but the error, as one text.
fn all(swr: &Handle) -> String {
    let (loading, validating) = (swr.is_loading(), swr.is_validating());
    let flags = match (loading, validating) {
        (true, true) => " loading",
        (false, true) => " validating",
        (true, false) => " loading without validating",
        (false, false) => "",
    };
    let error = swr.error().map_or_else(String::new, |error| format!(" error {error}"));
    format!("{}{flags}{error}", shown(swr.data()))
}

fn hook(
    server: &Server,
    key: &Knob<Option<&'static str>>,
    options: Options,
) -> impl Fn(&mut HookContext) -> Handle + use<> {
    let (server, key) = (server.clone(), key.clone());
    move |ctx| {
        let server = server.clone();
        use_swr_with(key.get(), move |key| server.fetch(key), options.clone()).run(ctx)
    }
}

/// A component that shows everything, and leaves its handle.
fn full(
    server: &Server,
    key: &Knob<Option<&'static str>>,
    options: Options,
) -> (View, Held<Handle>) {
    let (hook, held) = (hook(server, key, options), Held::new());
    let left = held.clone();
    let view = View::new(move |ctx| {
        let swr = hook(ctx);
        left.set(swr.clone());
        all(&swr)
    });
    (view, held)
}

fn in_provider(views: &[&View]) -> Html {
    let views = views.iter().map(|view| view.html());
    html! { <QueryClientProvider client={new_client()}>{ for views }</QueryClientProvider> }
}

#[wasm_bindgen_test]
async fn a_first_load_renders_twice_and_says_loading_at_once() {
    let server = Server::new();
    let (view, _) = full(&server, &Knob::new(Some("k")), Options::new());
    let stage = Stage::new(in_provider(&[&view])).await;
    assert_eq!(view.log(), ["- loading"]);
    assert_eq!(stage.text(), "- loading");
    server.ok(0, "data").await;
    assert_eq!(view.log(), ["- loading", "data"]);
    assert_eq!(server.asked(), ["k"]);
}

#[wasm_bindgen_test]
async fn an_answer_that_is_there_at_once_still_comes_in_a_second_render() {
    let view = View::new(|ctx| {
        let swr = use_swr("k", |key| async move { Ok::<_, String>(key.to_owned()) }).run(ctx);
        all(&swr)
    });
    let _stage = Stage::new(in_provider(&[&view])).await;
    assert_eq!(view.log(), ["- loading", "k"]);
}

#[wasm_bindgen_test]
async fn two_components_with_one_key_share_one_request() {
    let server = Server::new();
    let key = Knob::new(Some("k"));
    let (first, _) = full(&server, &key, Options::new());
    let (second, _) = full(&server, &key, Options::new());
    let _stage = Stage::new(in_provider(&[&first, &second])).await;
    assert_eq!(
        (server.count(), first.last(), second.last()),
        (1, "- loading".into(), "- loading".into())
    );
    server.ok(0, "d").await;
    assert_eq!(first.log(), ["- loading", "d"]);
    assert_eq!(second.log(), first.log());
}

#[wasm_bindgen_test]
async fn a_revalidation_makes_four_renders_and_is_never_called_loading() {
    let server = Server::new();
    let (view, held) = full(&server, &Knob::new(Some("k")), Options::new());
    let _stage = Stage::new(in_provider(&[&view])).await;
    server.ok(0, "a").await;
    drop(held.get().mutate());
    settle().await;
    server.ok(1, "b").await;
    assert_eq!(view.log(), ["- loading", "a", "a validating", "b"]);
}

#[wasm_bindgen_test]
async fn who_reads_only_the_data_does_not_render_for_a_fetch_of_equal_data() {
    let server = Server::new();
    let hook = hook(&server, &Knob::new(Some("k")), Options::new());
    let held = Held::new();
    let left = held.clone();
    let view = View::new(move |ctx| {
        let swr = hook(ctx);
        left.set(swr.clone());
        shown(swr.data())
    });
    let _stage = Stage::new(in_provider(&[&view])).await;
    server.ok(0, "same").await;
    let before = held.get().data().unwrap();
    drop(held.get().mutate());
    settle().await;
    server.ok(1, "same").await;
    assert_eq!(view.log(), ["-", "same"]);
    assert!(std::rc::Rc::ptr_eq(&before, &held.get().data().unwrap()));
}

#[wasm_bindgen_test]
async fn who_reads_nothing_renders_once_and_can_read_the_newest_later() {
    let server = Server::new();
    let hook = hook(&server, &Knob::new(Some("k")), Options::new());
    let held = Held::new();
    let left = held.clone();
    let view = View::new(move |ctx| {
        left.set(hook(ctx));
        "nothing read".to_owned()
    });
    let _stage = Stage::new(in_provider(&[&view])).await;
    server.ok(0, "d").await;
    assert_eq!(view.renders(), 1);
    assert_eq!(all(&held.get()), "d");
}

#[wasm_bindgen_test]
async fn no_key_means_no_fetch_until_there_is_one() {
    for nothing in [None, Some("")] {
        let (server, key) = (Server::new(), Knob::new(nothing));
        let (view, _) = full(&server, &key, Options::new());
        let _stage = Stage::new(in_provider(&[&view])).await;
        assert_eq!((server.count(), view.log()), (0, vec!["-".to_owned()]));
        key.set(Some("k"));
        view.again().await;
        assert_eq!((server.count(), view.last()), (1, "- loading".into()));
    }
}

#[wasm_bindgen_test]
async fn a_change_of_key_never_shows_the_old_data_under_the_new_key() {
    let (server, key) = (Server::new(), Knob::new(Some("one")));
    let hook = hook(&server, &key, Options::new());
    let shown_key = key.clone();
    let view = View::new(move |ctx| format!("{}={}", shown_key.get().unwrap(), all(&hook(ctx))));
    let _stage = Stage::new(in_provider(&[&view])).await;
    server.ok(0, "1").await;
    key.set(Some("two"));
    view.again().await;
    server.ok(1, "2").await;
    key.set(Some("one"));
    view.again().await;
    let log = view.log();
    assert_eq!(log[..4], ["one=- loading", "one=1", "two=- loading", "two=2"]);
    // The first key's data was just fetched: it is shown at once, and not fetched again.
    assert_eq!(log[4..], ["one=1"]);
}

#[wasm_bindgen_test]
async fn a_key_that_goes_ends_validating_at_once_and_its_answer_shows_nowhere() {
    let (server, key) = (Server::new(), Knob::new(Some("one")));
    let (view, _) = full(&server, &key, Options::new());
    let _stage = Stage::new(in_provider(&[&view])).await;
    key.set(Some("two"));
    view.again().await;
    assert_eq!(view.last(), "- loading");
    key.set(None);
    view.again().await;
    assert_eq!(view.last(), "-");
    let renders = view.renders();
    server.ok(0, "1").await;
    server.ok(1, "2").await;
    assert_eq!(view.renders(), renders);
    // The answers have been kept all the same.
    key.set(Some("two"));
    view.again().await;
    assert_eq!(view.last(), "2");
}

#[wasm_bindgen_test]
async fn the_previous_data_stays_if_that_is_wished() {
    let (server, key) = (Server::new(), Knob::new(Some("one")));
    let (view, _) = full(&server, &key, Options::new().keep_previous_data(true));
    let _stage = Stage::new(in_provider(&[&view])).await;
    server.ok(0, "1").await;
    key.set(Some("two"));
    view.again().await;
    server.ok(1, "2").await;
    assert_eq!(view.log(), ["- loading", "1", "1 loading", "2"]);
}

#[wasm_bindgen_test]
async fn a_fallback_is_shown_until_there_is_data() {
    let server = Server::new();
    let (view, _) = full(&server, &Knob::new(Some("k")), Options::new().fallback_data("f".into()));
    let _stage = Stage::new(in_provider(&[&view])).await;
    server.ok(0, "d").await;
    assert_eq!(view.log(), ["f loading", "d"]);
}

#[wasm_bindgen_test]
async fn an_error_stays_next_to_the_data_until_a_request_succeeds() {
    let server = Server::new();
    let options = Options::new().should_retry_on_error(false);
    let (view, held) = full(&server, &Knob::new(Some("k")), options);
    let _stage = Stage::new(in_provider(&[&view])).await;
    server.ok(0, "d").await;
    drop(held.get().mutate());
    settle().await;
    server.fail(1, "no").await;
    drop(held.get().mutate());
    settle().await;
    server.ok(2, "d").await;
    let expected = ["- loading", "d", "d validating", "d error no", "d validating error no", "d"];
    assert_eq!(view.log(), expected);
}

#[wasm_bindgen_test]
async fn a_failed_request_is_tried_again_after_its_interval() {
    let server = Server::new();
    let options = Options::new().error_retry_delay(|_, _| Duration::from_millis(30));
    let (view, _) = full(&server, &Knob::new(Some("k")), options);
    let _stage = Stage::new(in_provider(&[&view])).await;
    server.fail(0, "e0").await;
    assert_eq!(view.last(), "- error e0");
    pause(60).await;
    settle().await;
    assert_eq!(view.last(), "- loading error e0");
    server.ok(1, "d").await;
    assert_eq!(view.log(), ["- loading", "- error e0", "- loading error e0", "d"]);
}

#[wasm_bindgen_test]
async fn polling_asks_again_after_each_answer() {
    let server = Server::new();
    let options = Options::new()
        .refresh_interval(Duration::from_millis(40))
        .deduping_interval(Duration::ZERO);
    let (view, _) = full(&server, &Knob::new(Some("k")), options);
    let stage = Stage::new(in_provider(&[&view])).await;
    server.ok(0, "0").await;
    pause(70).await;
    settle().await;
    server.ok(1, "1").await;
    assert_eq!((server.count(), view.last()), (2, "1".into()));
    stage.end().await;
    pause(90).await;
    assert_eq!(server.count(), 2);
}

#[wasm_bindgen_test]
async fn immutable_data_is_fetched_once() {
    let server = Server::new();
    let fetch = server.clone();
    let view = View::new(move |ctx| {
        let server = fetch.clone();
        all(&use_swr_immutable("k", move |key| server.fetch(key)).run(ctx))
    });
    let client = new_client();
    let html = |show: bool| {
        let view = show.then(|| view.html());
        html! { <QueryClientProvider client={client.clone()}>{ view }</QueryClientProvider> }
    };
    let mut stage = Stage::new(html(true)).await;
    server.ok(0, "d").await;
    stage.show(html(false)).await;
    stage.show(html(true)).await;
    assert_eq!((server.count(), view.log()), (1, vec!["- loading".into(), "d".into(), "d".into()]));
}

#[wasm_bindgen_test]
async fn data_written_by_hand_shows_in_every_component_and_discards_what_is_in_flight() {
    let server = Server::new();
    let key = Knob::new(Some("k"));
    let (first, held) = full(&server, &key, Options::new());
    let (second, _) = full(&server, &key, Options::new());
    let _stage = Stage::new(in_provider(&[&first, &second])).await;
    let options = MutatorOptions::new().revalidate(false);
    let written = held.get().mutate_data("mine".into(), options).await.unwrap();
    settle().await;
    assert_eq!(written.as_deref().map(String::as_str), Some("mine"));
    server.ok(0, "late").await;
    assert_eq!(first.log(), ["- loading", "mine"]);
    assert_eq!(second.log(), first.log());
}

#[wasm_bindgen_test]
async fn an_optimistic_change_shows_at_once_and_goes_when_the_work_fails() {
    let (server, work) = (Server::new(), Server::<String>::new());
    let (view, held) = full(&server, &Knob::new(Some("k")), Options::new());
    let _stage = Stage::new(in_provider(&[&view])).await;
    server.ok(0, "old").await;
    let options = MutatorOptions::new().optimistic_data("new".into()).revalidate(false);
    let ended = held.get().mutate_async(work.fetch("w"), options);
    settle().await;
    assert_eq!(view.last(), "new");
    work.fail(0, "no").await;
    assert_eq!(view.last(), "old");
    assert_eq!(ended.await.unwrap_err().to_string(), "no");
}

#[wasm_bindgen_test]
async fn the_hook_works_without_any_provider() {
    let server = Server::new();
    let (view, held) = full(&server, &Knob::new(Some("without a provider")), Options::new());
    let _stage = Stage::new(view.html()).await;
    server.ok(0, "d").await;
    assert_eq!(view.log(), ["- loading", "d"]);
    assert!(held.get().problem().is_none());
}
