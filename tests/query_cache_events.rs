//! What the cache of queries tells its listeners, and in which order.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/heard.rs"]
mod heard;
#[path = "support/lab.rs"]
mod lab;
#[path = "support/pages.rs"]
mod pages;

use std::rc::Rc;

use heard::{hear_queries, listening};
use lab::{Lab, SwrOptionsOf, Text, key, ms};
use yew_clerk::client::{MutatorOptions, Next, swr_infinite_key};
use yew_clerk::engine::options::Refetch;

/// P21.
#[test]
fn one_life_is_told_in_tanstack_querys_order() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(0);
    let _shown = lab.query(&server.query("k").stale_time(ms(10)));
    lab.flush();
    lab.advance(11);
    let told =
        ["added", "results", "observerAdded", "results", "fetch", "results", "success", "results"];
    assert_eq!(heard.take(), told);
    lab.advance(1_000);
    assert_eq!(heard.len(), 0);
}

#[test]
fn what_stands_by_is_not_told_of_results_it_does_not_have() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(0);
    let _shown = lab.query(&server.query("k").enabled(false));
    lab.flush();
    assert_eq!(heard.take(), ["added", "observerAdded"]);
}

#[test]
fn fetches_without_observers_are_told_with_their_failures() {
    let (lab, heard, _listens) = listening();
    let server = lab.server(5, |n| if n < 2 { Err("no") } else { Ok(7) });
    let query = || server.query("k").retry(1).retry_delay(ms(10));
    drop(lab.client.prefetch_query(query()));
    lab.flush();
    assert_eq!(heard.take(), ["added", "fetch"]);
    lab.advance(5);
    assert_eq!(heard.take(), ["failed"]);
    lab.advance(15);
    assert_eq!(heard.take(), ["error"]);
    drop(lab.client.prefetch_query(query()));
    lab.advance(5);
    assert_eq!(heard.take(), ["fetch", "success"]);
}

#[test]
fn a_pause_and_its_end_are_told() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(5);
    lab.online(false);
    let _shown = lab.query(&server.query("k"));
    lab.flush();
    let told = ["added", "results", "observerAdded", "results", "fetch", "pause"];
    assert_eq!(heard.take(), told);
    lab.online(true);
    assert_eq!(heard.take(), ["results", "continue"]);
    lab.advance(5);
    assert_eq!(heard.take(), ["results", "success"]);
}

#[test]
fn a_retry_on_a_hidden_page_pauses_and_continues() {
    let (lab, heard, _listens) = listening();
    let server = lab.server(0, |n| if n == 0 { Err("no") } else { Ok(1) });
    drop(lab.client.prefetch_query(server.query("k").retry(3).retry_delay(ms(10))));
    lab.flush();
    lab.hide();
    assert_eq!(heard.take(), ["added", "fetch", "failed"]);
    lab.advance(10);
    assert_eq!(heard.take(), ["pause"]);
    lab.advance(10);
    lab.show();
    assert_eq!(heard.take(), ["continue", "success"]);
}

#[test]
fn writes_by_hand_are_told_as_such() {
    let (lab, heard, _listens) = listening();
    lab.client.set_query_data("k", 1).unwrap();
    lab.flush();
    assert_eq!(heard.take(), ["added", "manual success"]);
    lab.client.set_queries_data("k", |old: Option<&i32>| old.map(|old| old + 1));
    lab.flush();
    assert_eq!(heard.take(), ["manual success"]);
    let options = MutatorOptions::new().revalidate(false);
    lab.run(lab.client.mutate_clear::<i32, Text>("k", options));
    lab.flush();
    assert_eq!(heard.take(), ["setState"]);
}

#[test]
fn what_is_invalidated_already_is_not_told_again() {
    let (lab, heard, _listens) = listening();
    lab.client.set_query_data("k", 1).unwrap();
    lab.flush();
    heard.take();
    for _ in 0..2 {
        drop(lab.client.invalidate_queries("k"));
        lab.flush();
    }
    assert_eq!(heard.take(), ["invalidate"]);
}

#[test]
fn two_updates_of_one_command_come_with_one_new_result() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(5);
    let _shown = lab.query(&server.query("k"));
    lab.advance(5);
    heard.take();
    drop(lab.client.invalidate_queries("k"));
    lab.flush();
    assert_eq!(heard.take(), ["results", "invalidate", "fetch"]);
    lab.advance(5);
    assert_eq!(heard.take(), ["results", "success"]);
}

#[test]
fn every_observer_has_its_results_told_and_none_without_a_change() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(5);
    let _both = [lab.query(&server.query("k")), lab.query(&server.query("k"))];
    lab.advance(5);
    heard.take();
    lab.client.set_query_data_at("k", 0, lab.client.now()).unwrap();
    lab.flush();
    let told = heard.take();
    assert_eq!(told, ["manual success"], "the data and its time are the same");
    lab.client.set_query_data("k", 8).unwrap();
    lab.flush();
    assert_eq!(heard.take(), ["results", "results", "manual success"]);
}

#[test]
fn a_cancelled_fetch_sets_the_state_back() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(5);
    let _shown = lab.query(&server.query("k"));
    lab.flush();
    heard.take();
    lab.client.cancel_queries("k");
    lab.flush();
    assert_eq!(heard.take(), ["results", "setState"]);
}

#[test]
fn a_reset_sets_the_state_once_and_fetches() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(5);
    let shown = lab.query(&server.query("k"));
    lab.advance(5);
    drop(shown.refetch());
    lab.flush();
    heard.take();
    drop(lab.client.reset_queries("k"));
    lab.flush();
    assert_eq!(heard.take(), ["results", "setState", "fetch"]);
}

#[test]
fn a_removal_stops_silently_what_runs() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(5);
    drop(lab.client.prefetch_query(server.query("k")));
    lab.flush();
    heard.take();
    lab.client.remove_queries("k");
    lab.advance(5);
    assert_eq!(heard.take(), ["removed"]);
    lab.client.set_query_data("k", 1).unwrap();
    lab.client.clear();
    lab.flush();
    assert_eq!(heard.take(), ["added", "manual success", "removed"]);
}

#[test]
fn a_query_that_was_removed_and_is_fetched_again_is_added_again() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(5);
    let shown = lab.query(&server.query("k"));
    lab.advance(5);
    heard.take();
    lab.client.batch(|client| {
        client.remove_queries("k");
        drop(shown.refetch());
    });
    lab.flush();
    let told = ["removed", "added", "observerAdded", "results", "fetch"];
    assert_eq!(heard.take(), told);
    lab.advance(5);
    assert_eq!(heard.take(), ["results", "success"]);
}

#[test]
fn what_happens_to_a_key_after_a_removal_is_told_after_it() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(5);
    let _shown = lab.client.batch(|client| {
        client.set_query_data("k", 1).unwrap();
        client.remove_queries("k");
        lab.query(&server.query("k").initial_data(7).stale_time(ms(100)))
    });
    lab.flush();
    let told = ["added", "manual success", "removed", "added", "results", "observerAdded"];
    assert_eq!(heard.take(), told);
}

#[test]
fn listening_changes_nothing_of_the_trail() {
    let trail = |listens: bool| {
        let lab = Lab::new();
        let _listens = listens.then(|| hear_queries(&lab.client));
        let server = lab.server(5, |n| if n == 0 { Err("no") } else { Ok(7) });
        let shown = lab.query(&server.query("k").retry(1).retry_delay(ms(5)).gc_time(ms(5)));
        lab.advance(20);
        drop(lab.client.invalidate_queries("k"));
        drop(lab.client.mutate_data::<i32, Text>("k", 1, MutatorOptions::new()));
        lab.advance(1);
        lab.client.cancel_queries("k");
        drop(shown);
        lab.advance(20);
        let engine = lab.client.engine().unwrap();
        engine.trail().iter().map(|event| (event.at, event.what)).collect::<Vec<_>>()
    };
    assert_eq!(trail(true), trail(false));
    assert!(trail(true).len() >= 8);
}

#[test]
fn what_nobody_uses_is_told_as_removed_when_its_time_is_over() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(0);
    drop((lab.query(&server.query("k").gc_time(ms(10))), lab.flush()));
    lab.advance(9);
    assert_eq!(heard.take().last().unwrap(), "observerRemoved");
    lab.advance(1);
    assert_eq!(heard.take(), ["removed"]);
}

#[test]
fn an_observer_that_leaves_is_told_after_what_its_leaving_stops() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(5).abortable();
    let shown = lab.query(&server.query("k"));
    lab.flush();
    heard.take();
    drop(shown);
    lab.flush();
    assert_eq!(heard.take(), ["setState", "observerRemoved"]);
}

#[test]
fn another_key_moves_the_observer() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(5);
    let shown = lab.query(&server.query("k"));
    lab.advance(5);
    heard.take();
    shown.update(lab.query_watch(&server.query("l")));
    lab.flush();
    let told =
        ["observerRemoved", "l added", "l observerAdded", "l options", "l results", "l fetch"];
    assert_eq!(heard.take(), told);
}

#[test]
fn other_options_are_told_and_the_same_ones_not() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(5);
    let shown = lab.query(&server.query("k"));
    lab.advance(5);
    heard.take();
    let watch = lab.query_watch(&server.query("k").refetch_on_mount(Refetch::Never));
    let (options, fetcher) = (watch.options.clone(), watch.fetcher.clone());
    shown.update(watch);
    lab.flush();
    assert_eq!(heard.take(), ["options"]);
    let key = Some(key("k"));
    shown.update(yew_clerk::engine::observing::Watch { key, options, fetcher });
    lab.flush();
    assert_eq!(heard.len(), 0);
}

#[test]
fn an_observer_without_a_key_has_no_events() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(5);
    let shown = lab.query(&server.query(None::<Text>));
    shown.update(lab.query_watch(&server.query(None::<Text>).stale_time(ms(1))));
    drop(shown);
    lab.flush();
    assert_eq!(heard.len(), 0);
}

#[test]
fn data_that_a_later_observer_brings_along_sets_the_state() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(5);
    let _first = lab.query(&server.query("k").enabled(false));
    lab.flush();
    heard.take();
    let query = || server.query("k").initial_data(7).stale_time(ms(100));
    let second = lab.query(&query());
    lab.flush();
    assert_eq!(heard.take(), ["results", "results", "setState", "observerAdded"]);
    drop(second);
    lab.client.remove_queries("k");
    let _third = lab.query(&query());
    lab.flush();
    let told = ["observerRemoved", "removed", "added", "results", "observerAdded"];
    assert_eq!(heard.take(), told, "what a new query begins with is no update");
}

#[test]
fn swrs_optimistic_changes_set_the_state_and_its_writes_are_by_hand() {
    let (lab, heard, _listens) = listening();
    lab.client.set_query_data::<Text>("k", "foo").unwrap();
    let start = |result: Result<Text, Text>| {
        let wait = lab.sim.sleep(ms(5));
        let options = MutatorOptions::new().revalidate(false).optimistic_data("soon");
        let work = async move {
            wait.await;
            result
        };
        lab.run(lab.client.mutate_async("k", work, options))
    };
    start(Ok("bar"));
    heard.take();
    lab.advance(5);
    assert_eq!(heard.take(), ["manual success"]);
    start(Err("no"));
    assert_eq!((heard.take(), lab.data("k")), (vec!["setState".to_owned()], Some("soon")));
    lab.advance(5);
    assert_eq!((heard.take(), lab.data("k")), (vec!["setState".to_owned()], Some("bar")));
}

#[test]
fn swrs_mutate_of_what_nobody_shows_invalidates_it() {
    let (lab, heard, _listens) = listening();
    lab.client.set_query_data("k", 1).unwrap();
    lab.flush();
    heard.take();
    for _ in 0..2 {
        drop(lab.client.mutate::<i32, Text>("k"));
        lab.flush();
    }
    assert_eq!(heard.take(), ["invalidate"]);
}

#[test]
fn swrs_fetch_that_a_mutation_overtakes_sets_the_state_back() {
    let (lab, heard, _listens) = listening();
    let server = lab.server(5, |_| Ok("foo"));
    let _shown = lab.swr("k", &server, &SwrOptionsOf::new());
    lab.flush();
    heard.take();
    let quiet = || MutatorOptions::new().revalidate(false);
    drop(lab.client.mutate_data::<Text, Text>("k", "bar", quiet()));
    lab.flush();
    assert_eq!(heard.take(), ["results", "setState", "results", "manual success"]);
}

#[test]
fn lists_of_pages_are_told_with_their_pages_and_subscriptions_are_not() {
    let (lab, heard, _listens) = listening();
    let book = pages::Book::new(&lab, "book");
    let shown = book.show(&lab, &pages::options());
    lab.advance(50);
    let told = heard.take();
    let ends = |end: &str| told.iter().filter(|event| event.ends_with(end)).count();
    assert_eq!((ends("manual success"), ends(" success")), (1, 2), "the page, the list: {told:?}");
    let list = swr_infinite_key(("book", 0)).unwrap();
    assert!(lab.client.query_cache().find(list).is_some());
    drop(shown);
    lab.flush();
    heard.take();
    let subscribe = |_: Next<Text, Text>| || ();
    let options = SwrOptionsOf::new();
    let live = lab.client.swr_subscription("live", subscribe, &options, Rc::new(|| ()));
    lab.flush();
    drop(live);
    lab.flush();
    assert_eq!(heard.take(), Vec::<String>::new());
}

#[test]
fn each_client_has_its_own_listeners() {
    let (lab, heard, _listens) = listening();
    let other = Lab::new();
    let (others, _listens) = hear_queries(&other.client);
    lab.client.set_query_data("k", 1).unwrap();
    lab.flush();
    other.flush();
    assert_eq!((heard.len(), others.len()), (2, 0));
}
