//! Focus, visibility, network and the back/forward cache, as a page has them.

#![cfg(target_arch = "wasm32")]

#[path = "support/page.rs"]
mod page;
#[path = "support/stage.rs"]
mod stage;

use std::time::Duration;

use page::{
    at_window, come_back, count_listeners_and_timers, focus, go_offline, go_online, hide,
    listeners_added, listeners_removed, react, show, timers_set, turn_visible,
};
use stage::{Knob, Server, Stage, View, new_client, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::Hook;
use yew::prelude::*;
use yew_clerk::client::{QueryClient, SwrOptions, query_options};
use yew_clerk::components::{QueryClientProvider, SwrConfig};
use yew_clerk::engine::options::Refetch;
use yew_clerk::hooks::{use_query_with, use_swr_with};

wasm_bindgen_test_configure!(run_in_browser);

type Options = SwrOptions<String, String>;

/// SWR without deduping and throttle, so that each event counts.
fn eager() -> Options {
    Options::new().deduping_interval(Duration::ZERO).focus_throttle_interval(Duration::ZERO)
}

fn swr_view(server: &Server, key: &'static str, options: &Knob<Options>) -> View {
    let (server, options) = (server.clone(), options.clone());
    View::new(move |ctx| {
        let server = server.clone();
        let swr = use_swr_with(key, move |key| server.fetch(key), options.get()).run(ctx);
        shown(swr.data())
    })
}

fn under(client: &QueryClient, html: Html) -> Html {
    html! { <QueryClientProvider client={client.clone()}>{ html }</QueryClientProvider> }
}

/// A loaded SWR hook below a provider.
async fn loaded(options: Options) -> (Server, Knob<Options>, View, Stage) {
    let (server, options) = (Server::new(), Knob::new(options));
    let view = swr_view(&server, "k", &options);
    let stage = Stage::new(under(&new_client(), view.html())).await;
    server.ok(0, "0").await;
    (server, options, view, stage)
}

#[wasm_bindgen_test]
async fn focus_fetches_anew() {
    let (server, _, view, _stage) = loaded(eager()).await;
    focus().await;
    server.ok(1, "1").await;
    assert_eq!((server.count(), view.last()), (2, "1".into()));
}

#[wasm_bindgen_test]
async fn focus_can_be_turned_off_and_on_between_two_events() {
    let (server, options, view, _stage) = loaded(eager().revalidate_on_focus(false)).await;
    focus().await;
    assert_eq!(server.count(), 1);
    options.set(eager());
    view.again().await;
    focus().await;
    assert_eq!(server.count(), 2);
}

#[wasm_bindgen_test]
async fn focus_is_throttled_from_the_mount_on() {
    let options = Options::new().deduping_interval(Duration::ZERO);
    let (server, ..) = &loaded(options).await;
    focus().await;
    focus().await;
    assert_eq!(server.count(), 1);
}

#[wasm_bindgen_test]
async fn a_page_that_is_hidden_and_shown_fetches_once() {
    let (server, _, _, _stage) = loaded(eager()).await;
    hide().await;
    focus().await;
    assert_eq!(server.count(), 1, "a hidden page fetches nothing");
    show().await;
    assert_eq!(server.count(), 2);
}

#[wasm_bindgen_test]
async fn focus_and_visibility_of_one_turn_are_one_fetch() {
    let (server, _, _, _stage) = loaded(eager()).await;
    hide().await;
    turn_visible(true);
    at_window("focus");
    at_window("focus");
    react().await;
    assert_eq!(server.count(), 2);
}

#[wasm_bindgen_test]
async fn coming_online_fetches_and_what_happens_offline_does_not() {
    let (server, _, _, _stage) = loaded(eager()).await;
    go_offline().await;
    focus().await;
    assert_eq!(server.count(), 1, "offline, focus fetches nothing");
    go_online().await;
    assert_eq!(server.count(), 2);
    go_online().await;
    assert_eq!(server.count(), 2, "it was online already");
}

#[wasm_bindgen_test]
async fn reconnect_can_be_turned_off_and_a_hidden_page_does_not_react() {
    let (server, options, view, _stage) = loaded(eager().revalidate_on_reconnect(false)).await;
    go_offline().await;
    go_online().await;
    assert_eq!(server.count(), 1);
    options.set(eager());
    view.again().await;
    hide().await;
    go_offline().await;
    go_online().await;
    assert_eq!(server.count(), 1);
    show().await;
    assert_eq!(server.count(), 2);
}

#[wasm_bindgen_test]
async fn a_page_out_of_the_back_forward_cache_fetches_and_is_online_again() {
    let (server, _, _, _stage) = loaded(eager()).await;
    go_offline().await;
    come_back().await;
    assert_eq!(server.count(), 2);
}

#[wasm_bindgen_test]
async fn the_first_showing_of_a_page_fetches_nothing_twice() {
    let (server, _, _, _stage) = loaded(eager()).await;
    at_window("pageshow");
    react().await;
    assert_eq!(server.count(), 1);
}

fn query_view(server: &Server, stale: Duration, focus: Refetch) -> View {
    let server = server.clone();
    View::new(move |ctx| {
        let server = server.clone();
        let query = query_options("k", move |_| server.fetch("k")).stale_time(stale);
        let query = use_query_with(query.refetch_on_window_focus(focus.clone())).run(ctx);
        format!("{} {:?}", shown(query.data()), query.fetch_status())
    })
}

#[wasm_bindgen_test]
async fn a_query_follows_its_rule_of_focus() {
    let (fresh, stale) = (Duration::MAX, Duration::ZERO);
    let once = Refetch::With(std::rc::Rc::new(|state| (state.data_update_count < 2).into()));
    let cases = [
        (fresh, Refetch::IfStale, 1),
        (fresh, Refetch::Always, 2),
        (stale, Refetch::IfStale, 2),
        (stale, Refetch::Never, 1),
        (stale, once, 2),
    ];
    for (number, (stale, rule, expected)) in cases.into_iter().enumerate() {
        let server = Server::new();
        let view = query_view(&server, stale, rule);
        let _stage = Stage::new(under(&new_client(), view.html())).await;
        server.ok(0, "0").await;
        hide().await;
        show().await;
        assert_eq!(server.count(), expected, "case {number}");
    }
}

#[wasm_bindgen_test]
async fn a_query_waits_while_offline_and_goes_on_when_online() {
    let server = Server::new();
    let view = query_view(&server, Duration::ZERO, Refetch::IfStale);
    let quiet = swr_view(&Server::new(), "other", &Knob::new(eager()));
    let client = new_client();
    let mut stage = Stage::new(under(&client, quiet.html())).await;
    go_offline().await;
    stage.show(under(&client, view.html())).await;
    assert_eq!((server.count(), view.log()), (0, vec!["- Paused".to_owned()]));
    go_online().await;
    server.ok(0, "d").await;
    assert_eq!(view.log()[1..], ["- Fetching", "d Idle"]);
}

#[wasm_bindgen_test]
async fn hooks_without_a_provider_hear_of_focus_too() {
    let (server, options) = (Server::new(), Knob::new(eager()));
    let view = swr_view(&server, "focus without a provider", &options);
    let _stage = Stage::new(view.html()).await;
    server.ok(0, "0").await;
    focus().await;
    assert_eq!(server.count(), 2);
}

#[wasm_bindgen_test]
async fn a_client_that_was_left_on_a_hidden_page_knows_when_it_is_used_on_a_shown_one() {
    let (server, options, client) = (Server::new(), Knob::new(eager()), new_client());
    let view = swr_view(&server, "k", &options);
    let stage = Stage::new(under(&client, view.html())).await;
    hide().await;
    stage.end().await;
    show().await;
    let _stage = Stage::new(under(&client, view.html())).await;
    let asked = server.count();
    server.ok(asked - 1, "0").await;
    focus().await;
    assert_eq!(server.count(), asked + 1);
}

#[wasm_bindgen_test]
async fn a_thousand_hooks_listen_once_and_set_few_timers() {
    // The test before has to be off the stage.
    settle().await;
    count_listeners_and_timers();
    let client = new_client();
    let views: Vec<View> = (0..1000)
        .map(|number| {
            View::new(move |ctx| {
                let fetch =
                    move |(_, key): (&'static str, u32)| async move { Ok::<_, String>(key) };
                shown(use_swr_with(("k", number), fetch, SwrOptions::new()).run(ctx).data())
            })
        })
        .collect();
    let list = html! {
        // Further providers of the same client share its listeners.
        <SwrConfig client={client.clone()}>{ for views.iter().map(View::html) }</SwrConfig>
    };
    let stage = Stage::new(under(&client, list)).await;
    settle().await;
    assert!(views.iter().enumerate().all(|(number, view)| view.last() == number.to_string()));
    assert_eq!(listeners_added(), 5, "one for each event");
    let timers = timers_set();
    stage.end().await;
    assert_eq!(listeners_removed(), 5);
    assert!(timers < 20, "{timers} timers were set for 1000 hooks");
}
