//! Streams and optimistic changes in a browser: what components render.

#![cfg(target_arch = "wasm32")]

#[path = "support/stage.rs"]
mod stage;

use std::cell::RefCell;
use std::rc::Rc;

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use stage::{Held, Server, Stage, View, new_client, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::Hook;
use yew::prelude::*;
use yew_clerk::client::{
    QueryClient, QueryOptions, StreamOptions, mutation_options, query_options, streamed_query_with,
};
use yew_clerk::components::QueryClientProvider;
use yew_clerk::hooks::{MutationHandle, use_mutation_with, use_query_with};

wasm_bindgen_test_configure!(run_in_browser);

type Chunk = Result<&'static str, String>;

fn under(client: &QueryClient, html: Html) -> Html {
    html! { <QueryClientProvider client={client.clone()}>{ html }</QueryClientProvider> }
}

/// Streams that bring what the test sends.
#[derive(Clone, Default)]
struct Wire(Rc<RefCell<Vec<UnboundedSender<Chunk>>>>);

impl Wire {
    fn connect(&self) -> UnboundedReceiver<Chunk> {
        let (sender, receiver) = unbounded();
        self.0.borrow_mut().push(sender);
        receiver
    }

    /// `false` if nobody reads this stream any more.
    async fn send(&self, stream: usize, chunk: Chunk) -> bool {
        let is_read = self.0.borrow()[stream].unbounded_send(chunk).is_ok();
        settle().await;
        is_read
    }

    async fn end(&self, stream: usize) {
        self.0.borrow()[stream].close_channel();
        settle().await;
    }

    fn query(&self) -> QueryOptions<String, String> {
        let wire = self.clone();
        let stream_fn = move |ctx: yew_clerk::client::QueryContext| {
            let _abortable = ctx.signal();
            std::future::ready(Ok(wire.connect()))
        };
        let append =
            StreamOptions::reducer(String::new(), |text: &mut String, chunk| text.push_str(chunk));
        streamed_query_with("words", stream_fn, append).retry(0)
    }
}

fn reading(wire: &Wire) -> View {
    let wire = wire.clone();
    View::new(move |ctx| {
        let text = use_query_with(wire.query()).run(ctx);
        let error = text.error().map_or_else(String::new, |error| format!(" {error}"));
        let end = if text.is_fetching() { "…" } else { "" };
        shown(text.data()) + &error + end
    })
}

#[wasm_bindgen_test]
async fn a_component_renders_for_each_chunk_and_for_the_end() {
    let wire = Wire::default();
    let view = reading(&wire);
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    for chunk in ["one", " two"] {
        wire.send(0, Ok(chunk)).await;
    }
    wire.end(0).await;
    assert_eq!(view.log(), ["-…", "one…", "one two…", "one two"]);
}

#[wasm_bindgen_test]
async fn a_stream_whose_component_has_gone_is_read_no_more_and_what_came_is_kept() {
    let (wire, client) = (Wire::default(), new_client());
    let stage = Stage::new(under(&client, reading(&wire).html())).await;
    wire.send(0, Ok("one")).await;
    stage.end().await;
    assert!(!wire.send(0, Ok(" two")).await);
    let kept = client.query_data(&wire.query()).unwrap();
    assert_eq!(kept.as_deref().map(String::as_str), Some("one"));
}

#[wasm_bindgen_test]
async fn an_error_stands_next_to_what_came() {
    let wire = Wire::default();
    let view = reading(&wire);
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    wire.send(0, Ok("one")).await;
    wire.send(0, Err("torn".to_owned())).await;
    assert_eq!(view.last(), "one torn");
}

#[wasm_bindgen_test]
async fn an_optimistic_change_renders_at_once_and_no_more_when_the_server_agrees() {
    let (server, held) = (Server::<String, String>::new(), Held::new());
    let (fetch, left) = (server.clone(), held.clone());
    let list = {
        let fetch = server.clone();
        move || {
            let fetch = fetch.clone();
            query_options("list", move |_| fetch.fetch("list"))
        }
    };
    let shown_list = list.clone();
    let view = View::new(move |ctx| {
        let fetch = fetch.clone();
        let add = mutation_options(move |word: Rc<String>| fetch.fetch(&*word))
            .optimistic_update(list(), |list, word: &String| format!("{list} {word}"));
        // Handed out, and nothing of it read.
        left.set(use_mutation_with(add).run(ctx));
        String::new()
    });
    let words = View::new(move |ctx| shown(use_query_with(shown_list()).run(ctx).data()));
    let all = html! { <>{ view.html() }{ words.html() }</> };
    let _stage = Stage::new(under(&new_client(), all)).await;
    server.ok(0, "one").await;
    let add: MutationHandle<String, String, String> = held.get();
    drop(add.mutate("two".into()));
    settle().await;
    server.ok(1, "done").await;
    // The refetch brings the same.
    server.ok(2, "one two").await;
    assert_eq!(words.log(), ["-", "one", "one two"]);
    drop(add.mutate("three".into()));
    settle().await;
    server.fail(3, "no").await;
    assert_eq!(words.log()[3..], ["one two three", "one two"]);
}
