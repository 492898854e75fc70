//! `use_mutation` in a browser.

#![cfg(target_arch = "wasm32")]

#[path = "support/stage.rs"]
mod stage;

use std::rc::Rc;

use stage::{Count, Held, Knob, Server, Stage, View, new_client, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::Hook;
use yew::prelude::*;
use yew_clerk::client::{QueryClient, QueryError};
use yew_clerk::components::QueryClientProvider;
use yew_clerk::engine::event::Event;
use yew_clerk::engine::event::Owner;
use yew_clerk::engine::mutation::{MutationFilters, MutationStatus};
use yew_clerk::hooks::{
    MutateOptions, MutationHandle, mutation_options, mutation_options_with, use_is_mutating,
    use_is_mutating_of, use_mutation, use_mutation_state, use_mutation_with,
};

wasm_bindgen_test_configure!(run_in_browser);

type Handle = MutationHandle<String, String, String>;

fn text(mutation: &Handle) -> String {
    let error = mutation.error().map_or_else(String::new, |error| format!(" error {error}"));
    let variables = mutation.variables().map_or_else(String::new, |v| format!(" of {v}"));
    format!("{:?} {}{error}{variables}", mutation.status(), shown(mutation.data()))
}

fn under(client: &QueryClient, html: Html) -> Html {
    html! { <QueryClientProvider client={client.clone()}>{ html }</QueryClientProvider> }
}

/// A component with a mutation at the server.
fn mutating(server: &Server) -> (View, Held<Handle>) {
    let (server, held) = (server.clone(), Held::new());
    let left = held.clone();
    let view = View::new(move |ctx| {
        let server = server.clone();
        left.set(use_mutation(move |text: Rc<String>| server.fetch(&*text)).run(ctx));
        text(&left.get())
    });
    (view, held)
}

#[wasm_bindgen_test]
async fn a_mutation_goes_from_idle_over_pending_to_its_end_and_back() {
    let server = Server::new();
    let (view, held) = mutating(&server);
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    assert_eq!((server.count(), view.log()), (0, vec!["Idle -".to_owned()]));
    let done = held.get().mutate("v".into());
    settle().await;
    server.ok(0, "x").await;
    assert_eq!(*done.await.unwrap(), "x");
    let failed = held.get().mutate("w".into());
    settle().await;
    server.fail(1, "no").await;
    assert_eq!(failed.await.unwrap_err().to_string(), "no");
    held.get().reset();
    settle().await;
    let expected = [
        "Idle -",
        "Pending - of v",
        "Success x of v",
        "Pending - of w",
        "Error - error no of w",
        "Idle -",
    ];
    assert_eq!(view.log(), expected);
}

#[wasm_bindgen_test]
async fn every_call_runs_and_the_latest_is_shown() {
    let server = Server::new();
    let (view, held) = mutating(&server);
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    let calls = ["a", "b", "c"].map(|text| held.get().mutate(text.into()));
    settle().await;
    assert_eq!(server.asked(), ["a", "b", "c"]);
    assert_eq!(view.log(), ["Idle -", "Pending - of c"], "one render for all three");
    server.ok(2, "C").await;
    server.ok(0, "A").await;
    server.fail(1, "B").await;
    assert_eq!(view.last(), "Success C of c");
    assert_eq!(view.renders(), 3);
    let [a, b, c] = calls;
    assert_eq!((&**a.await.unwrap(), &**c.await.unwrap()), ("A", "C"));
    assert!(matches!(b.await, Err(QueryError::Failed(error)) if *error == "B"));
}

#[wasm_bindgen_test]
async fn callbacks_come_in_order_with_what_on_mutate_returned() {
    let server = Server::<String>::new();
    let (order, held, fetch) = (Knob::new(Vec::<String>::new()), Held::new(), server.clone());
    let (left, steps) = (held.clone(), order.clone());
    let view = View::new(move |ctx| {
        let (server, steps) = (fetch.clone(), steps.clone());
        let note = move |text: String| steps.set([steps.get(), vec![text]].concat());
        let note = Rc::new(note);
        let [run, begin, good, bad, end] = [(); 5].map(|()| note.clone());
        let options = mutation_options(move |text: Rc<String>| {
            run(format!("run {text}"));
            server.fetch(&*text)
        })
        .on_mutate(move |text: &String| {
            begin(format!("mutate {text}"));
            text.len()
        })
        .on_success(move |data, text, len| good(format!("success {data} {text} {len}")))
        .on_error(move |error, text, len| bad(format!("error {error} {text} {len:?}")))
        .on_settled(move |result, text, len| end(format!("settled {result:?} {text} {len:?}")));
        left.set(use_mutation_with(options).run(ctx));
        String::new()
    });
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    drop(held.get().mutate("ab".to_owned()));
    settle().await;
    server.ok(0, "x").await;
    drop(held.get().mutate("c".to_owned()));
    settle().await;
    server.fail(1, "no").await;
    let expected = [
        "mutate ab",
        "run ab",
        "success x ab 2",
        "settled Ok(\"x\") ab Some(2)",
        "mutate c",
        "run c",
        "error no c Some(1)",
        "settled Err(\"no\") c Some(1)",
    ];
    assert_eq!(order.get(), expected);
}

#[wasm_bindgen_test]
async fn a_mutation_ends_and_reports_although_its_component_is_gone() {
    let (server, client, successes) = (Server::<String>::new(), new_client(), Count::default());
    let (fetch, count, held) = (server.clone(), successes.clone(), Held::new());
    let left = held.clone();
    let view = View::new(move |ctx| {
        let (server, count) = (fetch.clone(), count.clone());
        let options = mutation_options(move |_: Rc<()>| server.fetch("m"))
            .on_success(move |_, _, ()| count.add());
        left.set(use_mutation_with(options).run(ctx));
        format!("{:?}", left.get().status())
    });
    let mut stage = Stage::new(under(&client, view.html())).await;
    let result = held.get().mutate(());
    stage.show(under(&client, Html::default())).await;
    let renders = view.renders();
    server.ok(0, "x").await;
    assert_eq!((&**result.await.unwrap(), successes.get()), ("x", 1));
    assert_eq!(view.renders(), renders);
}

#[wasm_bindgen_test]
async fn another_user_neither_sees_nor_gets_the_result() {
    let (server, client, successes) = (Server::<String>::new(), new_client(), Count::default());
    client.set_owner(Owner::Identity("A".into()));
    let (fetch, count, held) = (server.clone(), successes.clone(), Held::new());
    let left = held.clone();
    let view = View::new(move |ctx| {
        let (server, count) = (fetch.clone(), count.clone());
        let options = mutation_options(move |text: Rc<String>| server.fetch(&*text))
            .on_success(move |_, _, ()| count.add());
        left.set(use_mutation_with(options).run(ctx));
        text(&left.get())
    });
    let _stage = Stage::new(under(&client, view.html())).await;
    drop(held.get().mutate("shown".into()));
    settle().await;
    server.ok(0, "secret of A").await;
    let running = held.get().mutate("running".into());
    settle().await;
    // Asked for by A, not yet begun when B comes.
    let queued = held.get().mutate("queued".into());
    client.set_owner(Owner::Identity("B".into()));
    settle().await;
    server.ok(1, "late secret of A").await;
    assert!(running.await.unwrap_err().is_cancelled());
    assert!(queued.await.unwrap_err().is_cancelled());
    assert_eq!(server.asked(), ["shown", "running"], "nothing runs with the token of another");
    assert_eq!((view.last(), successes.get()), ("Idle -".into(), 1));
}

#[wasm_bindgen_test]
async fn to_learn_who_the_user_is_disturbs_no_mutation() {
    let (server, client) = (Server::new(), new_client());
    client.set_owner(Owner::Unknown);
    let (view, held) = mutating(&server);
    let _stage = Stage::new(under(&client, view.html())).await;
    let running = held.get().mutate("v".into());
    settle().await;
    client.set_owner(Owner::Identity("A".into()));
    settle().await;
    server.ok(0, "x").await;
    assert_eq!((&**running.await.unwrap(), view.last()), ("x", "Success x of v".into()));
}

#[wasm_bindgen_test]
async fn a_changed_provider_moves_the_mutation_to_its_client() {
    let (server, first, second) = (Server::new(), new_client(), new_client());
    let (view, held) = mutating(&server);
    let mut stage = Stage::new(under(&first, view.html())).await;
    stage.show(under(&second, view.html())).await;
    drop(held.get().mutate("v".into()));
    settle().await;
    // The client that is not used any more has no say.
    first.set_owner(Owner::Identity("A".into()));
    server.ok(0, "x").await;
    assert_eq!(view.last(), "Success x of v");
    second.set_owner(Owner::Identity("A".into()));
    settle().await;
    assert_eq!(view.last(), "Idle -");
}

#[wasm_bindgen_test]
async fn callbacks_of_a_call_are_not_called_when_the_component_has_gone() {
    let (server, client, told) = (Server::new(), new_client(), Count::default());
    let (view, held) = mutating(&server);
    let mut stage = Stage::new(under(&client, view.html())).await;
    let own = |told: &Count| {
        let told = told.clone();
        MutateOptions::new().on_success(move |_, _, ()| told.add())
    };
    drop(held.get().mutate_with("a".into(), own(&told)));
    settle().await;
    server.ok(0, "A").await;
    assert_eq!(told.get(), 1);
    let last = held.get().mutate_with("b".into(), own(&told));
    settle().await;
    stage.show(under(&client, Html::default())).await;
    server.ok(1, "B").await;
    assert_eq!((&**last.await.unwrap(), told.get()), ("B", 1));
}

#[wasm_bindgen_test]
async fn a_component_that_calls_no_mutation_sees_those_of_others() {
    let (server, client) = (Server::new(), new_client());
    let (view, held) = mutating(&server);
    let watching = View::new(|ctx| {
        let (all, none) = (use_is_mutating().run(ctx), use_is_mutating_of("notes").run(ctx));
        format!("{all} {none}")
    });
    let listing = View::new(|ctx| {
        let pending = MutationFilters::status(MutationStatus::Pending);
        let texts = use_mutation_state(pending, |state| state.variables::<String>()).run(ctx);
        texts.iter().flatten().map(|text| text.as_str()).collect::<Vec<_>>().join(",")
    });
    let html = html! { <>{ view.html() }{ watching.html() }{ listing.html() }</> };
    let _stage = Stage::new(under(&client, html)).await;
    drop(held.get().mutate("a".into()));
    settle().await;
    drop(held.get().mutate("b".into()));
    settle().await;
    server.ok(0, "A").await;
    server.fail(1, "no").await;
    assert_eq!(watching.log(), ["0 0", "1 0", "2 0", "1 0", "0 0"]);
    assert_eq!(listing.log(), ["", "a", "a,b", "b", ""]);
}

#[wasm_bindgen_test]
async fn offline_a_mutation_is_paused_and_it_can_be_cancelled() {
    let (server, client, held) = (Server::<String>::new(), new_client(), Held::new());
    let (fetch, left) = (server.clone(), held.clone());
    let view = View::new(move |ctx| {
        let fetch = fetch.clone();
        let options = mutation_options_with(move |text: Rc<String>, context| {
            drop(context.signal());
            fetch.fetch(&*text)
        });
        left.set(use_mutation_with(options).run(ctx));
        format!("{:?} {}", left.get().status(), left.get().is_paused())
    });
    let _stage = Stage::new(under(&client, view.html())).await;
    client.dispatch(Event::Online(false));
    let waiting = held.get().mutate("a".into());
    settle().await;
    held.get().cancel();
    assert!(waiting.await.unwrap_err().is_cancelled());
    drop(held.get().mutate("b".into()));
    settle().await;
    client.dispatch(Event::Online(true));
    settle().await;
    assert_eq!(server.asked(), ["b"]);
    server.ok(0, "B").await;
    let expected = [
        "Idle false",
        "Pending true",
        "Idle false",
        "Pending true",
        "Pending false",
        "Success false",
    ];
    assert_eq!(view.log(), expected);
}

#[derive(Clone, PartialEq, Properties)]
struct ButtonProps {
    mutation: Handle,
    log: Callback<String>,
}

#[component]
fn Button(props: &ButtonProps) -> Html {
    props.log.emit(text(&props.mutation));
    Html::default()
}

#[wasm_bindgen_test]
async fn a_handle_that_is_passed_on_renders_the_child_when_it_shows_something_new() {
    #[derive(Clone, PartialEq, Properties)]
    struct Props {
        server: Same<Server>,
        held: Same<Held<Handle>>,
        again: Same<Held<UseForceUpdateHandle>>,
        log: Callback<String>,
    }
    #[derive(Clone)]
    struct Same<T>(T);
    impl<T> PartialEq for Same<T> {
        fn eq(&self, _: &Self) -> bool {
            true
        }
    }
    #[component]
    fn Form(props: &Props) -> Html {
        let server = props.server.0.clone();
        let mutation = use_mutation(move |text: Rc<String>| server.fetch(&*text));
        props.held.0.set(mutation.clone());
        props.again.0.set(use_force_update());
        html! { <Button {mutation} log={props.log.clone()} /> }
    }
    let (server, held, again) = (Server::new(), Held::new(), Held::new());
    let texts = Knob::new(Vec::<String>::new());
    let kept = texts.clone();
    let log = Callback::from(move |text| kept.set([kept.get(), vec![text]].concat()));
    let form = html! {
        <Form server={Same(server.clone())} held={Same(held.clone())} again={Same(again.clone())} {log} />
    };
    let _stage = Stage::new(under(&new_client(), form)).await;
    again.get().force_update();
    settle().await;
    drop(held.get().mutate("v".into()));
    settle().await;
    server.ok(0, "x").await;
    assert_eq!(texts.get(), ["Idle -", "Pending - of v", "Success x of v"]);
}
