//! Providers: missing, nested, configured; and what a hook says of a mistake.

#![cfg(target_arch = "wasm32")]

#[path = "support/stage.rs"]
mod stage;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Function, Reflect};
use stage::{Count, Held, Knob, Server, Stage, View, new_client, pause, settle, shown};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::Hook;
use yew::prelude::*;
use yew_clerk::auth::TokenOptions;
use yew_clerk::client::{MutatorOptions, Problem, SwrOptions};
use yew_clerk::components::{AuthLoading, QueryClientProvider, SignedIn, SignedOut, SwrConfig};
use yew_clerk::fetch::FetchError;
use yew_clerk::hooks::{
    SwrHandle, use_auth, use_authenticated_fetch, use_clerk_swr, use_is_fetching,
    use_is_fetching_of, use_mutation, use_query, use_query_client, use_swr, use_swr_with,
};

wasm_bindgen_test_configure!(run_in_browser);

/// Keeps what is said in the console while it lives.
struct Console {
    real: JsValue,
    said: Array,
}

impl Console {
    fn new() -> Self {
        let console = Reflect::get(&js_sys::global(), &"console".into()).unwrap();
        let real = Reflect::get(&console, &"error".into()).unwrap();
        let said = Array::new();
        let keep = Function::new_with_args("said", "return text => said.push(String(text))");
        let keep = keep.call1(&JsValue::NULL, &said).unwrap();
        Reflect::set(&console, &"error".into(), &keep).unwrap();
        Self { real, said }
    }

    fn said(&self) -> Vec<String> {
        self.said.iter().filter_map(|text| text.as_string()).collect()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let console = Reflect::get(&js_sys::global(), &"console".into()).unwrap();
        Reflect::set(&console, &"error".into(), &self.real).unwrap();
    }
}

fn problem(problem: Option<&Problem>) -> String {
    problem.map_or_else(|| "no problem".to_owned(), ToString::to_string)
}

#[wasm_bindgen_test]
async fn a_query_without_its_provider_says_so_and_fetches_nothing() {
    let console = Console::new();
    let server = Server::new();
    let fetch = server.clone();
    let view = View::new(move |ctx| {
        let server: Server = fetch.clone();
        let query = use_query("k", move |_| server.fetch("k")).run(ctx);
        drop(query.refetch());
        format!("{} {}", shown(query.data()), problem(query.problem()))
    });
    let _stage = Stage::new(view.html()).await;
    view.again().await;
    let (text, said) = (view.last(), console.said());
    assert!(text.contains("use_query") && text.contains("QueryClientProvider"), "{text}");
    assert_eq!(server.count(), 0);
    assert_eq!(said.len(), 1, "said once: {said:?}");
    assert!(said[0].contains("QueryClientProvider"));
}

#[wasm_bindgen_test]
async fn clerk_swr_without_its_provider_says_so_and_fetches_nothing() {
    let console = Console::new();
    let view = View::new(|ctx| {
        let swr = use_clerk_swr::<String>("/api/foo").run(ctx);
        format!("{} {} {}", shown(swr.data()), swr.is_loading(), problem(swr.problem()))
    });
    let _stage = Stage::new(view.html()).await;
    view.again().await;
    let text = view.last();
    assert!(text.starts_with("- false"), "{text}");
    assert!(text.contains("use_clerk_swr") && text.contains("AuthProvider"), "{text}");
    assert_eq!(console.said().len(), 1);
}

#[wasm_bindgen_test]
async fn other_hooks_without_a_provider_work_or_fail_with_the_reason() {
    let console = Console::new();
    let (fetch_held, auth_held, server) = (Held::new(), Held::new(), Server::<String>::new());
    let (fetch_left, auth_left, remote) = (fetch_held.clone(), auth_held.clone(), server.clone());
    let mutation = Held::new();
    let mutation_left = mutation.clone();
    let view = View::new(move |ctx| {
        let remote = remote.clone();
        fetch_left.set(use_authenticated_fetch().run(ctx));
        auth_left.set(use_auth().run(ctx));
        let _client = use_query_client().run(ctx);
        mutation_left.set(use_mutation(move |_: Rc<()>| remote.fetch("m")).run(ctx));
        format!("{} {}", use_is_fetching().run(ctx), auth_left.get().is_loaded())
    });
    let gates = html! {
        <>
            <SignedIn>{ "in" }</SignedIn>
            <SignedOut>{ "out" }</SignedOut>
            <AuthLoading>{ "loading" }</AuthLoading>
        </>
    };
    let stage = Stage::new(html! { <>{ view.html() }{ gates }</> }).await;
    assert_eq!(stage.text(), "0 falseloading");
    let refused = fetch_held.get().get("/api/foo").send().await.unwrap_err();
    assert!(matches!(refused, FetchError::MissingProvider(_)), "{refused}");
    assert!(auth_held.get().get_token(&TokenOptions::default()).await.is_err());
    assert!(auth_held.get().sign_out().await.is_err());
    let running = mutation.get().mutate(());
    settle().await;
    server.ok(0, "d").await;
    assert_eq!(*running.await.unwrap(), "d");
    assert!(console.said().iter().any(|said| said.contains("use_authenticated_fetch")));
}

#[wasm_bindgen_test]
async fn two_types_under_one_key_are_a_problem_of_the_second_hook() {
    let console = Console::new();
    let server = Server::<String>::new();
    let fetch = server.clone();
    let texts = View::new(move |ctx| {
        let server = fetch.clone();
        let query = use_query("k", move |_| server.fetch("k")).run(ctx);
        format!("{} {}", shown(query.data()), problem(query.problem()))
    });
    let numbers = View::new(|ctx| {
        let query = use_query("k", |_| async { Ok::<u32, String>(7) }).run(ctx);
        format!("{} {}", shown(query.data()), problem(query.problem()))
    });
    let client = new_client();
    let show = |views: &[&View]| {
        let views = views.iter().map(|view| view.html());
        html! { <QueryClientProvider client={client.clone()}>{ for views }</QueryClientProvider> }
    };
    let mut stage = Stage::new(show(&[&texts])).await;
    stage.show(show(&[&texts, &numbers])).await;
    server.ok(0, "text").await;
    assert_eq!(texts.last(), "text no problem");
    let text = numbers.last();
    assert!(text.starts_with("- the key \"k\" holds a"), "{text}");
    assert!(text.contains("String") && text.contains("u32"), "{text}");
    assert_eq!(console.said().len(), 1);
}

#[wasm_bindgen_test]
async fn a_key_that_cannot_be_encoded_is_a_problem_and_not_a_panic() {
    let console = Console::new();
    let view = View::new(|ctx| {
        // A map whose keys are lists has no canonical form.
        let key = vec![BTreeMap::from([(vec![1, 2], 3)])];
        let swr = use_swr(key.clone(), |_| async { Ok::<u32, String>(1) }).run(ctx);
        drop(swr.mutate());
        let query = use_query(key.clone(), |_| async { Ok::<u32, String>(1) }).run(ctx);
        let fetching = use_is_fetching_of(key).run(ctx);
        let texts = [shown(swr.data()), problem(swr.problem()), problem(query.problem())];
        format!("{} {fetching}", texts.join("; "))
    });
    let other = View::new(|ctx| {
        let query = use_query("runs", |_| std::future::pending::<Result<u32, String>>()).run(ctx);
        format!("{:?}", query.status())
    });
    let both = html! { <>{ view.html() }{ other.html() }</> };
    let _stage = Stage::new(html! { <QueryClientProvider>{ both }</QueryClientProvider> }).await;
    view.again().await;
    let text = view.last();
    assert!(text.starts_with("-; this key cannot be used: "), "{text}");
    assert!(text.ends_with(" 0"), "no query has such a key: {text}");
    assert_eq!(text.matches("cannot be used").count(), 2);
    assert_eq!(console.said().len(), 2, "each hook said it once");
}

fn swr_view(key: &'static str, value: &'static str) -> (View, Held<SwrHandle<String, String>>) {
    let held = Held::new();
    let left = held.clone();
    let view = View::new(move |ctx| {
        let swr = use_swr(key, move |_| async move { Ok(value.to_owned()) }).run(ctx);
        left.set(swr.clone());
        shown(swr.data())
    });
    (view, held)
}

#[wasm_bindgen_test]
async fn nested_providers_have_caches_of_their_own() {
    let ((outer, _), (inner, held)) = (swr_view("k", "outer"), swr_view("k", "inner"));
    let html = html! {
        <QueryClientProvider>
            { outer.html() }
            <QueryClientProvider>{ inner.html() }</QueryClientProvider>
        </QueryClientProvider>
    };
    let _stage = Stage::new(html).await;
    assert_eq!((outer.last(), inner.last()), ("outer".into(), "inner".into()));
    let mine = held.get().mutate_data("mine".into(), MutatorOptions::new().revalidate(false));
    drop(mine);
    settle().await;
    assert_eq!((outer.last(), inner.last()), ("outer".into(), "mine".into()));
}

#[wasm_bindgen_test]
async fn a_configured_cache_is_for_swr_hooks_alone() {
    let (client, other) = (new_client(), new_client());
    let (view, _) = swr_view("k", "swr");
    let query = View::new(|ctx| {
        let query = use_query("k", |_| async { Ok::<_, String>("query".to_owned()) }).run(ctx);
        shown(query.data())
    });
    let html = html! {
        <QueryClientProvider client={client.clone()}>
            <SwrConfig client={other.clone()}>
                <SwrConfig>{ view.html() }{ query.html() }</SwrConfig>
            </SwrConfig>
        </QueryClientProvider>
    };
    let _stage = Stage::new(html).await;
    assert_eq!((view.last(), query.last()), ("swr".into(), "query".into()));
    assert_eq!(shown(client.get_query_data::<String>("k").unwrap()), "query");
    assert_eq!(shown(other.get_query_data::<String>("k").unwrap()), "swr");
}

#[wasm_bindgen_test]
async fn another_client_moves_the_hooks_to_its_cache_at_once() {
    let (first, second) = (new_client(), new_client());
    second.set_query_data("k", "second".to_owned()).unwrap();
    let view = View::new(|ctx| {
        let query = use_query("k", |_| std::future::pending::<Result<String, String>>()).run(ctx);
        shown(query.data())
    });
    let show = |client: &yew_clerk::client::QueryClient| {
        html! { <QueryClientProvider client={client.clone()}>{ view.html() }</QueryClientProvider> }
    };
    let mut stage = Stage::new(show(&first)).await;
    first.set_query_data("k", "first".to_owned()).unwrap();
    settle().await;
    stage.show(show(&second)).await;
    assert_eq!(view.log(), ["-", "first", "second"]);
    first.set_query_data("k", "unseen".to_owned()).unwrap();
    settle().await;
    assert_eq!(view.renders(), 3);
    assert_eq!(first.engine().unwrap().observer_count(), 0);
}

#[wasm_bindgen_test]
async fn configurations_are_merged_and_a_hook_has_the_last_word() {
    let server = Server::<String>::new();
    let polls = |options: SwrOptions<String, String>| {
        let (server, options) = (server.clone(), Knob::new(options));
        View::new(move |ctx| {
            let server = server.clone();
            let swr = use_swr_with("k", move |key| server.fetch(key), options.get()).run(ctx);
            format!("{} {}", shown(swr.data()), swr.is_loading())
        })
    };
    let never = polls(SwrOptions::new());
    let outer = Rc::new(SwrOptions::new().refresh_interval(Duration::from_millis(30)));
    let inner = Rc::new(SwrOptions::new().deduping_interval(Duration::ZERO).is_paused(true));
    let html = |view: &View, inner: &Rc<SwrOptions>| {
        html! {
            <QueryClientProvider>
                <SwrConfig value={outer.clone()}>
                    <SwrConfig value={inner.clone()}>{ view.html() }</SwrConfig>
                </SwrConfig>
            </QueryClientProvider>
        }
    };
    let stage = Stage::new(html(&never, &inner)).await;
    pause(50).await;
    assert_eq!((server.count(), never.last()), (0, "- false".into()), "the inner one pauses");
    stage.end().await;

    // The hook itself is not paused: both other options still come from the configurations.
    let polling = polls(SwrOptions::new().is_paused(false));
    let stage = Stage::new(html(&polling, &inner)).await;
    server.ok(0, "d").await;
    pause(50).await;
    settle().await;
    assert_eq!((server.count(), polling.last()), (2, "d false".into()));
    stage.end().await;
}

#[wasm_bindgen_test]
async fn a_changed_configuration_reaches_the_hooks() {
    let (fetches, paused) = (Count::default(), RefCell::new(true));
    let counted = fetches.clone();
    let view = View::new(move |ctx| {
        let fetches = counted.clone();
        let fetch = move |_| {
            fetches.add();
            async { Ok::<_, String>("d".to_owned()) }
        };
        shown(use_swr("k", fetch).run(ctx).data())
    });
    let html = || {
        let value = Rc::new(SwrOptions::new().is_paused(*paused.borrow()));
        let config = html! { <SwrConfig {value}>{ view.html() }</SwrConfig> };
        html! { <QueryClientProvider>{ config }</QueryClientProvider> }
    };
    let mut stage = Stage::new(html()).await;
    assert_eq!((fetches.get(), view.last()), (0, "-".into()));
    paused.replace(false);
    stage.show(html()).await;
    assert_eq!((fetches.get(), view.last()), (1, "d".into()));
}
