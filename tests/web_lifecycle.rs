//! Components that come and go, and rough use: nothing may panic, render late, or be lost.

#![cfg(target_arch = "wasm32")]

#[path = "support/stage.rs"]
mod stage;

use std::rc::Rc;
use std::time::Duration;

use stage::{Held, Knob, Server, Stage, View, new_client, pause, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::{Hook, HookContext};
use yew::prelude::*;
use yew_clerk::client::{MutatorOptions, QueryClient, SwrOptions, erase_fetcher, query_options};
use yew_clerk::components::QueryClientProvider;
use yew_clerk::engine::key::IntoKey;
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::observing::Watch;
use yew_clerk::engine::options::ObserverOptions;
use yew_clerk::hooks::{
    QueryHandle, SwrHandle, use_is_fetching, use_mutation, use_query, use_swr, use_swr_with,
};

wasm_bindgen_test_configure!(run_in_browser);

fn under(client: &QueryClient, views: &[&View]) -> Html {
    let views = views.iter().map(|view| view.html());
    html! { <QueryClientProvider client={client.clone()}>{ for views }</QueryClientProvider> }
}

fn text(swr: &SwrHandle<String, String>) -> String {
    let loading = if swr.is_loading() { " loading" } else { "" };
    format!("{}{loading}", shown(swr.data()))
}

fn swr_view(server: &Server, key: &'static str) -> View {
    let server = server.clone();
    View::new(move |ctx| {
        let server = server.clone();
        text(&use_swr(key, move |key| server.fetch(key)).run(ctx))
    })
}

#[wasm_bindgen_test]
async fn an_answer_for_a_component_that_is_gone_is_kept_for_the_next() {
    let (server, client) = (Server::new(), new_client());
    let view = swr_view(&server, "k");
    let mut stage = Stage::new(under(&client, &[&view])).await;
    stage.show(under(&client, &[])).await;
    assert!(server.ok(0, "d").await, "the request went on");
    assert_eq!(view.log(), ["- loading"], "nothing renders late");
    stage.show(under(&client, &[&view])).await;
    assert_eq!((view.log(), server.count()), (vec!["- loading".into(), "d".into()], 1));
}

#[wasm_bindgen_test]
async fn a_component_that_comes_back_during_its_request_joins_it() {
    let (server, client) = (Server::new(), new_client());
    let view = swr_view(&server, "k");
    let mut stage = Stage::new(under(&client, &[&view])).await;
    stage.show(under(&client, &[])).await;
    stage.show(under(&client, &[&view])).await;
    assert_eq!((server.count(), view.last()), (1, "- loading".into()));
    server.ok(0, "d").await;
    assert_eq!(view.last(), "d");
}

#[wasm_bindgen_test]
async fn a_query_that_takes_its_signal_stops_with_its_last_component() {
    let (server, client) = (Server::<String>::new(), new_client());
    let aborted = Held::new();
    let (fetch, left) = (server.clone(), aborted.clone());
    let view = View::new(move |ctx| {
        let (server, left) = (fetch.clone(), left.clone());
        let query_fn = move |ctx: yew_clerk::client::QueryContext| {
            left.set(ctx.signal());
            server.fetch("k")
        };
        format!("{:?}", use_query("k", query_fn).run(ctx).status())
    });
    let mut stage = Stage::new(under(&client, &[&view])).await;
    assert!(!aborted.get().is_aborted());
    stage.show(under(&client, &[])).await;
    assert!(aborted.get().is_aborted());
    server.ok(0, "late").await;
    assert!(client.get_query_data::<String>("k").unwrap().is_none());
    stage.show(under(&client, &[&view])).await;
    assert_eq!((server.count(), view.last()), (2, "Pending".into()));
}

#[wasm_bindgen_test]
async fn a_component_may_unmount_another_in_reaction_to_the_same_answer() {
    let (server, client) = (Server::new(), new_client());
    let child = swr_view(&server, "k");
    let (fetch, inner) = (server.clone(), child.clone());
    let parent = View::new(move |ctx| {
        let server = fetch.clone();
        text(&use_swr("k", move |key| server.fetch(key)).run(ctx))
    });
    // The parent shows the child only while there is no data.
    #[derive(Clone, PartialEq, Properties)]
    struct Props {
        server: NeverNew,
        child: View,
    }
    #[derive(Clone)]
    struct NeverNew(Server);
    impl PartialEq for NeverNew {
        fn eq(&self, _: &Self) -> bool {
            true
        }
    }
    #[component]
    fn Waiting(props: &Props) -> Html {
        let server = props.server.0.clone();
        let swr = use_swr("k", move |key| server.fetch(key));
        if swr.data().is_some() {
            html! { "done" }
        } else {
            props.child.html()
        }
    }
    let html = html! {
        <QueryClientProvider client={client.clone()}>
            { parent.html() }
            <Waiting server={NeverNew(server.clone())} child={inner} />
        </QueryClientProvider>
    };
    let stage = Stage::new(html).await;
    assert_eq!(server.count(), 1);
    server.ok(0, "d").await;
    assert_eq!(stage.text(), "ddone");
    assert_eq!(child.log(), ["- loading"], "it was unmounted before it could render");
}

#[wasm_bindgen_test]
async fn handles_in_long_lived_closures_are_harmless_after_the_unmount() {
    let (server, client) = (Server::<String>::new(), new_client());
    let (swr_held, query_held) =
        (Held::<SwrHandle<String, String>>::new(), Held::<QueryHandle<String, String>>::new());
    let (fetch, swr_left, query_left) = (server.clone(), swr_held.clone(), query_held.clone());
    let mutate = Held::new();
    let mutate_left = mutate.clone();
    let view = View::new(move |ctx| {
        let (one, two, three) = (fetch.clone(), fetch.clone(), fetch.clone());
        swr_left.set(use_swr("s", move |key| one.fetch(key)).run(ctx));
        query_left.set(use_query("q", move |_| two.fetch("q")).run(ctx));
        mutate_left
            .set(use_mutation(move |text: std::rc::Rc<String>| three.fetch(&*text)).run(ctx));
        let fetching = use_is_fetching().run(ctx);
        format!("{} {}", text(&swr_left.get()), fetching)
    });
    let stage = Stage::new(under(&client, &[&view])).await;
    server.ok(0, "s0").await;
    server.ok(1, "q0").await;
    let renders = view.renders();
    stage.end().await;

    let (swr, query) = (swr_held.get(), query_held.get());
    assert_eq!(shown(swr.data()), "s0");
    assert_eq!(shown(query.data()), "q0");
    // A refetch through a component that is gone has nobody to fetch for.
    assert!(query.refetch().await.unwrap().is_none());
    let written = swr.mutate_data("s1".into(), MutatorOptions::new().revalidate(false)).await;
    assert_eq!(shown(written.unwrap()), "s1");
    let running = mutate.get().mutate("m".into());
    settle().await;
    assert_eq!(server.asked().last().unwrap(), "m");
    server.ok(server.count() - 1, "done").await;
    assert_eq!(*running.await.unwrap(), "done");
    assert_eq!(view.renders(), renders, "nothing renders late");
    assert_eq!(shown(client.get_query_data::<String>("s").unwrap()), "s1");
}

#[wasm_bindgen_test]
async fn nothing_is_left_of_components_that_are_gone() {
    let (server, client) = (Server::new(), new_client());
    let view = swr_view(&server, "k");
    let mut stage = Stage::new(under(&client, &[])).await;
    for _ in 0..50 {
        stage.show(under(&client, &[&view])).await;
        stage.show(under(&client, &[])).await;
    }
    assert_eq!(client.engine().unwrap().observer_count(), 0);
    assert_eq!(server.count(), 1);
    let weak = client.downgrade();
    stage.end().await;
    drop(client);
    server.ok(0, "d").await;
    pause(5).await;
    settle().await;
    assert!(weak.upgrade().is_none(), "the cache is freed with its last user");
}

#[wasm_bindgen_test]
async fn mounting_and_unmounting_in_one_turn_leaves_the_right_thing_on_the_page() {
    let (server, client) = (Server::new(), new_client());
    let (one, two) = (swr_view(&server, "one"), swr_view(&server, "two"));
    let on = Knob::new(true);
    let mut stage = Stage::new(under(&client, &[])).await;
    for number in 0..40 {
        on.set(number % 3 != 0);
        let views: &[&View] = if on.get() { &[&one, &two] } else { &[&two] };
        // Half of the changes do not even get to start their requests.
        if number % 2 == 0 {
            stage.show(under(&client, views)).await;
        } else {
            stage.put(under(&client, views));
        }
    }
    stage.show(under(&client, &[&one, &two])).await;
    for number in 0..server.count() {
        let data = format!("{}!", server.asked()[number]);
        server.ok(number, data).await;
    }
    assert_eq!(stage.text(), "one!two!");
}

#[wasm_bindgen_test]
async fn a_key_that_changes_in_every_render_ends_at_the_last() {
    let (server, client) = (Server::<String>::new(), new_client());
    let (fetch, number) = (server.clone(), Knob::new(0));
    let next = number.clone();
    let view = View::new(move |ctx: &mut HookContext| {
        next.set(next.get() + 1);
        let server = fetch.clone();
        text(&use_swr(("n", next.get()), move |(_, n)| server.fetch(n)).run(ctx))
    });
    let _stage = Stage::new(under(&client, &[&view])).await;
    for _ in 0..200 {
        view.again().await;
    }
    assert_eq!(server.count(), 201);
    assert_eq!(view.last(), "- loading");
    // An old answer makes no render: nobody shows it.
    server.ok(0, "old").await;
    assert_eq!(view.renders(), 201);
    // The answer to the last key makes one more render, which asks for one more key.
    server.ok(200, "new").await;
    assert_eq!((view.renders(), server.count()), (202, 202));
    assert_eq!(client.engine().unwrap().observer_count(), 1);
}

#[wasm_bindgen_test]
async fn hundreds_of_keys_and_huge_values_are_carried() {
    let client = new_client();
    let big = "x".repeat(4_000_000);
    let views: Vec<View> = (0..300)
        .map(|number| {
            let big = if number == 7 { big.clone() } else { String::new() };
            View::new(move |ctx| {
                let big = big.clone();
                let options = SwrOptions::new().deduping_interval(Duration::ZERO);
                let fetch = move |key: (String, u32)| {
                    let big = big.clone();
                    async move { Ok::<_, String>(format!("{}{big}", key.1)) }
                };
                let swr = use_swr_with(("k".repeat(2000), number), fetch, options).run(ctx);
                swr.data().map_or_else(String::new, |data| data.len().to_string())
            })
        })
        .collect();
    let views: Vec<&View> = views.iter().collect();
    let stage = Stage::new(under(&client, &views)).await;
    settle().await;
    assert_eq!(views[7].last(), "4000001");
    assert_eq!(views[299].last(), "3");
    assert!(views.iter().all(|view| view.renders() == 2));
    drop(client.invalidate_queries(yew_clerk::engine::filters::Filters::default()));
    settle().await;
    assert!(views.iter().all(|view| view.renders() == 2), "equal data is no news, however large");
    stage.end().await;
}

#[wasm_bindgen_test]
async fn what_is_not_wanted_any_more_when_its_turn_comes_is_not_asked_for() {
    let (server, client) = (Server::<String>::new(), new_client());
    let watch = |key: &str| {
        let server = server.clone();
        Watch {
            key: key.to_key().unwrap(),
            options: Rc::new(ObserverOptions::query()),
            fetcher: Some(erase_fetcher(move |ctx| server.fetch(ctx.key.to_json()))),
        }
    };
    let gone = client.observe(watch("gone"), Rc::new(|| {}));
    let moved = client.observe(watch("before"), Rc::new(|| {}));
    drop(gone);
    moved.update(watch("after"));
    // Another one keeps the request that it had shared.
    let shared = client.observe(watch("shared"), Rc::new(|| {}));
    let kept = client.observe(watch("shared"), Rc::new(|| {}));
    drop(shared);
    let prefetched = query_options("ahead", {
        let server = server.clone();
        move |_| server.fetch("ahead")
    });
    drop(client.prefetch_query(prefetched));
    settle().await;
    assert_eq!(server.asked(), ["\"after\"", "\"shared\"", "ahead"]);
    server.ok(1, "d").await;
    assert!(kept.view().read(Fields::DATA, |shown| shown.data.is_some()));
}
