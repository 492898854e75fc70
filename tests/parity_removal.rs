//! Observers of queries that were removed: they show what they have, and find or make another when they need one.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;

use lab::{DONE, LOADING, Lab, NEVER, key, ms};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::erased::Data;
use yew_clerk::engine::event::Event;

#[test]
fn a_query_that_was_removed_is_made_anew_by_a_refetch() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.query(&server.query("k"));
    lab.flush();
    lab.client.remove_queries("k");
    assert_eq!((shown.number(), shown.states(), lab.entries()), (Some(0), DONE, 0));
    shown.refetch();
    assert_eq!(shown.states(), LOADING);
    lab.flush();
    assert_eq!((shown.number(), lab.data("k"), server.calls()), (Some(1), Some(1), 2));
}

#[test]
fn what_a_removed_query_showed_stays_when_it_would_have_turned_stale() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.query(&server.query("k").stale_time(ms(50)));
    lab.flush();
    let told = shown.told();
    lab.client.remove_queries("k");
    lab.advance(200);
    assert_eq!((shown.number(), shown.states()), (Some(0), DONE));
    assert_eq!((shown.told(), server.calls()), (told, 1));
}

#[test]
fn polling_outlives_the_removal_of_its_query() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.query(&server.query("k").refetch_interval(ms(50)));
    lab.flush();
    lab.client.clear();
    lab.advance(49);
    assert_eq!((server.calls(), shown.number()), (1, Some(0)));
    lab.advance(1);
    assert_eq!((server.calls(), shown.number(), lab.data("k")), (2, Some(1), Some(1)));
    lab.advance(50);
    assert_eq!(shown.number(), Some(2));
    lab.client.clear();
    drop(shown);
    lab.advance(200);
    assert_eq!((server.calls(), lab.entries()), (3, 0));
}

#[test]
fn a_query_that_is_removed_during_its_fetch_never_hears_of_that_answer() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let (first, second) = (lab.query(&server.query("k")), lab.query(&server.query("k")));
    lab.advance(5);
    lab.client.remove_queries("k");
    first.refetch();
    lab.advance(5);
    assert_eq!((first.states(), first.number(), lab.entries()), (LOADING, None, 1));
    lab.advance(5);
    assert_eq!((first.number(), second.number(), server.calls()), (Some(1), None, 2));
    second.update(lab.query_watch(&server.query("k").stale_time(NEVER)));
    assert_eq!((second.number(), second.states()), (Some(1), DONE));
    drop((first, second));
    lab.advance(300_000);
    assert_eq!(lab.entries(), 0);
}

#[test]
fn an_answer_that_comes_in_the_tick_of_a_removal_or_a_write_does_no_harm() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let shown = lab.query(&server.query("k"));
    lab.advance(9);
    let client = lab.client.clone();
    let timer = lab.sim.timer(
        ms(1),
        Box::new(move || {
            client.set_query_data("k", 70).expect("a key");
            client.dispatch(Event::Focus);
            client.remove_queries("k");
        }),
    );
    lab.advance(1);
    drop(timer);
    lab.advance(100);
    assert_eq!((lab.entries(), lab.fetching()), (0, 0));
    shown.refetch();
    lab.advance(10);
    assert_eq!((shown.states(), shown.number(), lab.entries()), (DONE, Some(1), 1));
    let data = lab.state(key("k")).and_then(|state| state.data).expect("data");
    assert_eq!(Data::get::<i32>(&data).as_deref(), Some(&1));
}

#[test]
fn who_polls_a_removed_query_waits_for_the_page_and_for_nothing_else() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let poll = server.query("k").refetch_interval(ms(50)).refetch_on_window_focus(false);
    let shown = lab.query(&poll);
    let other = lab.query(&server.query("k").stale_time(ms(20)));
    lab.flush();
    lab.hide();
    lab.client.clear();
    lab.advance(500);
    assert_eq!((server.calls(), lab.entries(), shown.number()), (1, 0, Some(0)));
    lab.show();
    lab.advance(50);
    assert_eq!((server.calls(), lab.entries(), shown.number()), (2, 1, Some(1)));
    assert_eq!(other.number(), Some(0));
    lab.client.clear();
    shown.update(lab.query_watch(&server.query("k")));
    lab.advance(500);
    assert_eq!((server.calls(), shown.number()), (3, Some(2)));
}

#[test]
fn polling_goes_on_from_where_it_was_when_its_query_is_removed() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let _shown = lab.query(&server.query("k").refetch_interval(ms(50)));
    lab.advance(30);
    lab.client.remove_queries("k");
    lab.advance(19);
    assert_eq!(server.calls(), 1);
    lab.advance(1);
    assert_eq!(server.calls(), 2);
}

#[test]
fn who_comes_back_by_a_refetch_that_joins_another_shows_at_once_what_is_there() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let query = server.query("k").enabled(false);
    let (shown, other) = (lab.query(&query), lab.query(&query));
    lab.client.remove_queries("k");
    other.refetch();
    lab.client.set_query_data("k", 50).expect("a key");
    let told = shown.told();
    shown.observer().refetch(false);
    assert_eq!(
        (shown.number(), shown.states()),
        (Some(50), (Status::Success, FetchStatus::Fetching))
    );
    assert_eq!((shown.told(), server.calls()), (told + 1, 0));
    lab.advance(10);
    assert_eq!((shown.number(), other.number(), server.calls()), (Some(0), Some(0), 1));
}

#[test]
fn data_that_is_written_after_the_removal_is_shown_by_who_renders_again() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = server.query("k").stale_time(NEVER);
    let shown = lab.query(&query);
    lab.flush();
    lab.client.remove_queries("k");
    lab.client.set_query_data("k", 9).expect("a key");
    assert_eq!(shown.number(), Some(0));
    shown.update(lab.query_watch(&query));
    assert_eq!((shown.number(), server.calls()), (Some(9), 1));
}
