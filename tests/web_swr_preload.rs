//! `preload`, `use_swr_client` and `unload` in a browser.

#![cfg(target_arch = "wasm32")]

#[path = "support/stage.rs"]
mod stage;

use stage::{Held, Server, Stage, View, new_client, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::Hook;
use yew::prelude::*;
use yew_clerk::browser::default_client;
use yew_clerk::client::QueryClient;
use yew_clerk::components::{QueryClientProvider, SwrConfig};
use yew_clerk::hooks::{preload, use_swr, use_swr_client};

wasm_bindgen_test_configure!(run_in_browser);

fn reader(server: &Server, key: &'static str) -> View {
    let server = server.clone();
    View::new(move |ctx| {
        let server = server.clone();
        let swr = use_swr(key, move |key| server.fetch(key)).run(ctx);
        let loading = if swr.is_loading() { " loading" } else { "" };
        format!("{}{loading}", shown(swr.data()))
    })
}

#[wasm_bindgen_test]
async fn a_component_takes_what_was_preloaded_for_it() {
    let server = Server::<String, String>::new();
    for arrived_before in [false, true] {
        let key = if arrived_before { "arrived" } else { "under way" };
        let asked = server.clone();
        let done = preload(key, move |key| asked.fetch(key));
        settle().await;
        let number = server.count() - 1;
        if arrived_before {
            server.ok(number, "data").await;
        }
        let view = reader(&server, key);
        let _stage = Stage::new(view.html()).await;
        if !arrived_before {
            server.ok(number, "data").await;
        }
        assert_eq!(server.count(), number + 1, "no request of its own");
        let expected: &[&str] = if arrived_before { &["data"] } else { &["- loading", "data"] };
        assert_eq!(view.log(), expected);
        assert_eq!(shown(done.await.unwrap()), "data");
    }
}

#[wasm_bindgen_test]
async fn an_unloaded_component_loads_anew() {
    let (client, server) = (new_client(), Server::new());
    let view = reader(&server, "k");
    let html = html! { <QueryClientProvider client={client.clone()}>{ view.html() }</QueryClientProvider> };
    let _stage = Stage::new(html).await;
    server.ok(0, "old").await;
    client.unload();
    settle().await;
    server.ok(1, "new").await;
    client.unload_with(false);
    settle().await;
    assert_eq!(view.log(), ["- loading", "old", "- loading", "new", "-"]);
    assert_eq!(server.count(), 2);
}

#[wasm_bindgen_test]
async fn the_swr_client_is_that_of_the_hooks_around() {
    let (outer, inner) = (new_client(), new_client());
    let probe = || {
        let held = Held::<QueryClient>::new();
        let left = held.clone();
        let view = View::new(move |ctx| {
            left.set(use_swr_client().run(ctx));
            String::new()
        });
        (view, held)
    };
    let [page, provider, config] = [probe(), probe(), probe()];
    let html = html! {
        <>
            { page.0.html() }
            <QueryClientProvider client={outer.clone()}>
                { provider.0.html() }
                <SwrConfig client={inner.clone()}>{ config.0.html() }</SwrConfig>
            </QueryClientProvider>
        </>
    };
    let _stage = Stage::new(html).await;
    assert!(page.1.get() == default_client());
    assert!(provider.1.get() == outer && config.1.get() == inner);
}
