//! `use_swr_subscription` in a browser: renders, and the life of its components.

#![cfg(target_arch = "wasm32")]

#[path = "support/stage.rs"]
mod stage;

use std::cell::RefCell;
use std::rc::Rc;

use stage::{Knob, Stage, View, new_client, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::Hook;
use yew::prelude::*;
use yew_clerk::client::{Next, QueryClient, SwrOptions};
use yew_clerk::components::QueryClientProvider;
use yew_clerk::engine::event::Owner;
use yew_clerk::hooks::{
    SwrSubscriptionHandle, use_swr, use_swr_subscription, use_swr_subscription_with,
};

wasm_bindgen_test_configure!(run_in_browser);

type Handle = SwrSubscriptionHandle<String, String>;

/// A source that says what the test says, and notes who comes and goes.
#[derive(Clone, Default)]
struct Source {
    nexts: Rc<RefCell<Vec<Next<String, String>>>>,
    log: Rc<RefCell<Vec<String>>>,
}

impl Source {
    fn subscribe(&self, name: &str, next: Next<String, String>) -> impl FnOnce() + use<> {
        self.nexts.borrow_mut().push(next);
        self.log.borrow_mut().push(format!("+{name}"));
        let (log, name) = (self.log.clone(), name.to_owned());
        move || log.borrow_mut().push(format!("-{name}"))
    }

    fn next(&self, n: usize) -> Next<String, String> {
        self.nexts.borrow()[n].clone()
    }

    /// What subscription number `n` brings.
    async fn data(&self, n: usize, data: &str) {
        self.next(n).data(data.to_owned());
        settle().await;
    }

    fn log(&self) -> Vec<String> {
        self.log.take()
    }
}

fn all(handle: &Handle) -> String {
    let error = handle.error().map_or_else(String::new, |error| format!(" error {error}"));
    format!("{}{error}", shown(handle.data()))
}

fn subscribed(source: &Source, key: &Knob<Option<&'static str>>) -> View {
    let (source, key) = (source.clone(), key.clone());
    View::new(move |ctx| {
        let source = source.clone();
        let subscribe = move |key: &str, next| source.subscribe(key, next);
        all(&use_swr_subscription(key.get(), subscribe).run(ctx))
    })
}

fn under(client: &QueryClient, html: Html) -> Html {
    html! { <QueryClientProvider client={client.clone()}>{ html }</QueryClientProvider> }
}

#[wasm_bindgen_test]
async fn it_shows_the_fallback_then_data_then_an_error_beside_it() {
    let source = Source::default();
    let origin = source.clone();
    let view = View::new(move |ctx| {
        let source = origin.clone();
        let subscribe = move |key: (&str, u8), next| source.subscribe(key.0, next);
        let options = SwrOptions::new().fallback_data("fb".to_owned());
        all(&use_swr_subscription_with(("k", 1), subscribe, options).run(ctx))
    });
    let stage = Stage::new(under(&new_client(), view.html())).await;
    source.data(0, "0").await;
    source.data(0, "0").await;
    source.next(0).error("err".to_owned());
    settle().await;
    source.data(0, "4").await;
    assert_eq!(view.log(), ["fb", "0", "0 error err", "4"]);
    stage.end().await;
    assert_eq!(source.log(), ["+k", "-k"]);
}

#[wasm_bindgen_test]
async fn components_with_one_key_share_a_subscription_until_the_last_has_gone() {
    let (source, key) = (Source::default(), Knob::new(Some("k")));
    let (first, second) = (subscribed(&source, &key), subscribed(&source, &key));
    let client = new_client();
    let both = html! { <>{ first.html() }{ second.html() }</> };
    let mut stage = Stage::new(under(&client, both)).await;
    source.data(0, "x").await;
    assert_eq!(
        (first.log(), second.log()),
        (vec!["-".into(), "x".into()], vec!["-".into(), "x".into()])
    );
    stage.show(under(&client, html! { <>{ second.html() }</> })).await;
    assert_eq!(source.log(), ["+k"]);
    source.data(0, "y").await;
    assert_eq!((first.last(), second.last()), ("x".to_owned(), "y".to_owned()));
    stage.show(under(&client, html! {})).await;
    assert_eq!(source.log(), ["-k"]);
}

#[wasm_bindgen_test]
async fn a_singleton_source_is_left_before_it_is_joined_anew() {
    let (source, key) = (Source::default(), Knob::new(Some("a")));
    let view = subscribed(&source, &key);
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    source.data(0, "1").await;
    key.set(Some("b"));
    view.again().await;
    source.data(0, "late").await;
    source.data(1, "3").await;
    assert_eq!(source.log(), ["+a", "-a", "+b"]);
    key.set(None);
    view.again().await;
    assert_eq!(
        (source.log(), view.log()),
        (vec!["-b".into()], ["-", "1", "-", "3", "-"].map(String::from).to_vec())
    );
}

#[wasm_bindgen_test]
async fn it_does_not_mix_with_use_swr() {
    let source = Source::default();
    let origin = source.clone();
    let view = View::new(move |ctx| {
        let source = origin.clone();
        let subscribe = move |key: &str, next| source.subscribe(key, next);
        let subscription: Handle = use_swr_subscription("k", subscribe).run(ctx);
        let swr = use_swr("k", |_| async { Ok::<_, String>("swr".to_owned()) }).run(ctx);
        format!("{}:{}", shown(swr.data()), all(&subscription))
    });
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    source.data(0, "sub").await;
    assert_eq!(view.last(), "swr:sub");
}

#[wasm_bindgen_test]
async fn who_reads_the_data_alone_does_not_render_for_errors() {
    let source = Source::default();
    let origin = source.clone();
    let view = View::new(move |ctx| {
        let source = origin.clone();
        let subscribe = move |key: &str, next| source.subscribe(key, next);
        let handle: Handle = use_swr_subscription("k", subscribe).run(ctx);
        shown(handle.data())
    });
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    source.next(0).error("err".to_owned());
    settle().await;
    source.data(0, "x").await;
    assert_eq!(view.log(), ["-", "x"]);
}

#[wasm_bindgen_test]
async fn another_user_gets_a_subscription_of_their_own() {
    let (source, client) = (Source::default(), new_client());
    client.set_owner(Owner::Identity("alice".into()));
    let view = subscribed(&source, &Knob::new(Some("k")));
    let _stage = Stage::new(under(&client, view.html())).await;
    source.data(0, "alice's").await;
    client.set_owner(Owner::Identity("bob".into()));
    settle().await;
    source.data(0, "late").await;
    source.data(1, "bob's").await;
    assert_eq!(source.log(), ["+k", "-k", "+k"]);
    assert_eq!(view.log(), ["-", "alice's", "-", "bob's"]);
}
