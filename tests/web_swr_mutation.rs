//! `use_swr_mutation` in a browser: renders, and the life of its component.

#![cfg(target_arch = "wasm32")]

#[path = "support/stage.rs"]
mod stage;

use std::rc::Rc;

use stage::{Held, Knob, Server, Stage, View, new_client, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::Hook;
use yew::prelude::*;
use yew_clerk::client::{QueryClient, QueryError, SwrMutationOptions, SwrOptions};
use yew_clerk::components::{QueryClientProvider, SwrConfig};
use yew_clerk::engine::event::Owner;
use yew_clerk::hooks::{SwrMutationHandle, use_swr_mutation, use_swr_mutation_with, use_swr_with};

wasm_bindgen_test_configure!(run_in_browser);

type Handle = SwrMutationHandle<String, String, String>;

fn all(mutation: &Handle) -> String {
    let error = mutation.error().map_or_else(String::new, |error| format!(" error {error}"));
    let mutating = if mutation.is_mutating() { " mutating" } else { "" };
    format!("{}{mutating}{error}", shown(mutation.data()))
}

fn under(client: &QueryClient, html: Html) -> Html {
    html! { <QueryClientProvider client={client.clone()}>{ html }</QueryClientProvider> }
}

fn mutating(
    server: &Server,
    key: &Knob<Option<&'static str>>,
    read: fn(&Handle) -> String,
) -> (View, Held<Handle>) {
    let (server, key, held) = (server.clone(), key.clone(), Held::new());
    let left = held.clone();
    let view = View::new(move |ctx| {
        let server = server.clone();
        let fetcher = move |key, arg: String| server.fetch(format!("{key} {arg}"));
        left.set(use_swr_mutation(key.get(), fetcher).run(ctx));
        read(&left.get())
    });
    (view, held)
}

#[wasm_bindgen_test]
async fn a_trigger_renders_as_it_starts_and_as_it_ends() {
    let server = Server::new();
    let (view, held) = mutating(&server, &Knob::new(Some("k")), all);
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    assert_eq!((server.count(), view.log()), (0, vec!["-".to_owned()]));
    let done = held.get().trigger("a".into());
    settle().await;
    server.ok(0, "x").await;
    assert_eq!(done.await.unwrap().as_deref().map(String::as_str), Some("x"));
    let failed = held.get().trigger("b".into());
    settle().await;
    server.fail(1, "no").await;
    assert!(matches!(failed.await, Err(QueryError::Failed(error)) if *error == "no"));
    held.get().reset();
    settle().await;
    assert_eq!(view.log(), ["-", "- mutating", "x", "x mutating", "x error no", "-"]);
    assert_eq!(server.asked(), ["k a", "k b"]);
}

#[wasm_bindgen_test]
async fn who_reads_the_data_alone_renders_for_data_alone() {
    let server = Server::new();
    let (view, held) = mutating(&server, &Knob::new(Some("k")), |handle| shown(handle.data()));
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    for arg in ["a", "b", "c"] {
        drop(held.get().trigger(arg.into()));
        settle().await;
    }
    server.ok(0, "0").await;
    server.fail(1, "no").await;
    server.ok(2, "2").await;
    assert_eq!(view.log(), ["-", "2"]);
}

#[wasm_bindgen_test]
async fn who_reads_nothing_never_renders_again() {
    let server = Server::new();
    let (view, held) = mutating(&server, &Knob::new(Some("k")), |_| String::new());
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    drop(held.get().trigger("a".into()));
    settle().await;
    server.ok(0, "x").await;
    assert_eq!(view.renders(), 1);
    assert_eq!(shown(held.get().data()), "x", "what is read later is up to date");
}

#[wasm_bindgen_test]
async fn the_key_of_the_newest_render_counts_and_none_is_an_error() {
    let (server, key) = (Server::new(), Knob::new(None));
    let (view, held) = mutating(&server, &key, all);
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    let old = held.get();
    assert!(matches!(old.trigger("a".into()).await, Err(QueryError::NoKey)));
    key.set(Some("k"));
    view.again().await;
    drop(old.trigger("b".into()));
    settle().await;
    assert_eq!(server.asked(), ["k b"]);
    assert!(held.get() != old, "it shows that it runs");
}

#[wasm_bindgen_test]
async fn components_that_show_the_key_fetch_it_when_the_mutation_has_ended() {
    let (fetches, server) = (Server::<String, String>::new(), Server::new());
    let (writer, held) = mutating(&server, &Knob::new(Some("k")), all);
    let asked = fetches.clone();
    let reader = View::new(move |ctx| {
        let asked = asked.clone();
        let swr = use_swr_with("k", move |key| asked.fetch(key), SwrOptions::new()).run(ctx);
        shown(swr.data())
    });
    let html = html! { <>{ reader.html() }{ writer.html() }</> };
    let _stage = Stage::new(under(&new_client(), html)).await;
    fetches.ok(0, "foo").await;
    drop(held.get().trigger("a".into()));
    settle().await;
    server.ok(0, "bar").await;
    assert_eq!(fetches.count(), 2);
    fetches.ok(1, "fresh").await;
    assert_eq!(reader.log(), ["-", "foo", "fresh"]);
}

#[wasm_bindgen_test]
async fn it_changes_the_cache_that_the_hooks_around_it_show() {
    let (outer, inner) = (new_client(), new_client());
    let server = Server::new();
    let held = Held::new();
    let (asked, left) = (server.clone(), held.clone());
    let view = View::new(move |ctx| {
        let asked = asked.clone();
        let options = SwrMutationOptions::new().populate_cache(true);
        let fetcher = move |_, (): ()| asked.fetch("");
        left.set(use_swr_mutation_with("k", fetcher, options).run(ctx));
        String::new()
    });
    let html = html! { <SwrConfig client={inner.clone()}>{ view.html() }</SwrConfig> };
    let _stage = Stage::new(under(&outer, html)).await;
    let handle: SwrMutationHandle<(), String, String> = held.get();
    drop(handle.trigger(()));
    settle().await;
    server.ok(0, "x").await;
    let data = |client: &QueryClient| shown(client.get_query_data::<String>("k").unwrap());
    assert_eq!((data(&outer), data(&inner)), ("-".into(), "x".into()));
}

#[wasm_bindgen_test]
async fn a_component_that_goes_lets_its_mutation_run_to_the_end() {
    let server = Server::new();
    let (view, held) = mutating(&server, &Knob::new(Some("k")), all);
    let stage = Stage::new(under(&new_client(), view.html())).await;
    let done = held.get().trigger("a".into());
    settle().await;
    stage.end().await;
    server.ok(0, "x").await;
    assert_eq!(done.await.unwrap().as_deref().map(String::as_str), Some("x"));
    assert_eq!(view.renders(), 2);
    drop(held.get().trigger("late".into()));
    assert_eq!(server.count(), 2, "a handle that is kept goes on to work");
}

#[wasm_bindgen_test]
async fn the_next_user_sees_nothing_of_it() {
    let (client, server) = (new_client(), Server::new());
    let alice: Rc<str> = "alice".into();
    client.set_owner(Owner::Identity(alice));
    let (view, held) = mutating(&server, &Knob::new(Some("k")), all);
    let _stage = Stage::new(under(&client, view.html())).await;
    drop(held.get().trigger("a".into()));
    settle().await;
    server.ok(0, "alice's").await;
    let late = held.get().trigger("b".into());
    settle().await;
    client.set_owner(Owner::Identity("bob".into()));
    settle().await;
    assert_eq!(view.last(), "-");
    server.ok(1, "late").await;
    assert!(matches!(late.await, Err(QueryError::Cancelled)));
    assert_eq!(view.last(), "-");
}
