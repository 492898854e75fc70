//! Data that is shown before there is data: the last key's, placeholders, and data to begin with.

#[path = "support/lab.rs"]
mod lab;

use std::time::Duration;

use lab::{Lab, NEVER, Swr, Text, ms};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::time::Time;

/// P49.
#[test]
fn the_last_keys_data_may_stand_in_for_the_next_ones() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let options = Swr::new().keep_previous_data(true);
    let query = |key: u8| server.query(("q", key)).keep_previous_data();
    let swr = lab.swr(0, &server, &options);
    let tanstack = lab.query(&query(0));
    lab.advance(10);
    let (old_swr, old_query) = (swr.number(), tanstack.number());
    swr.update(lab::swr_watch(1, &server, &options));
    tanstack.update(lab.query_watch(&query(1)));
    assert_eq!((swr.number(), swr.is_loading()), (old_swr, true));
    assert_eq!((tanstack.number(), tanstack.is_placeholder()), (old_query, true));
    assert_eq!(tanstack.states(), (Status::Success, FetchStatus::Fetching));
    lab.advance(10);
    assert_ne!((swr.number(), tanstack.number()), (old_swr, old_query));
    assert!(!tanstack.is_placeholder());
}

/// P50.
#[test]
fn initial_data_counts_as_fetched_when_it_says_so() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let calls = |key: Text, stale, at: Option<Time>| {
        let before = server.calls();
        let mut query = server.query(key).initial_data(7).stale_time(stale);
        if let Some(at) = at {
            query = query.initial_data_updated_at(at);
        }
        let shown = lab.query(&query);
        assert_eq!((shown.number(), shown.status()), (Some(7), Status::Success));
        assert_eq!(lab.state(key).map(|state| state.data_update_count), Some(0));
        lab.flush();
        server.calls() - before
    };
    assert_eq!(calls("stale", Duration::ZERO, None), 1);
    assert_eq!(calls("fresh", NEVER, None), 0);
    assert_eq!(calls("old", ms(1_000), Some(lab.sim.now().before(ms(1_001)))), 1);
    assert_eq!(calls("ancient", ms(1_000), Some(Time::ZERO)), 1);
}

#[test]
fn initial_data_that_comes_late_fills_the_gap_and_survives_a_cancelled_fetch() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let first = lab.query(&server.query("k"));
    lab.flush();
    let _second = lab.query(&server.query("k").initial_data(7));
    assert_eq!((first.number(), first.status()), (Some(7), Status::Success));
    lab.client.cancel_queries("k");
    assert_eq!(first.states(), (Status::Success, FetchStatus::Idle));
}

/// P48.
#[test]
fn a_placeholder_is_shown_as_a_success_and_never_cached() {
    let lab = Lab::new();
    let server = lab.server(10, |_| Ok("d"));
    let shown = lab.query(&server.query("k").placeholder_data("p"));
    let off = lab.query(&server.query("off").placeholder_data("p").enabled(false));
    assert_eq!(
        (shown.data(), shown.status(), shown.is_placeholder()),
        (Some("p"), Status::Success, true)
    );
    assert_eq!((lab.data::<Text>("k"), shown.fetch_status()), (None, FetchStatus::Fetching));
    lab.advance(10);
    assert_eq!((shown.data(), shown.is_placeholder()), (Some("d"), false));
    assert_eq!((off.data(), off.is_placeholder()), (Some("p"), true));
}

#[test]
fn what_stands_in_goes_when_the_new_key_fails() {
    let lab = Lab::new();
    let (good, bad) = (lab.counter(0), lab.broken(0));
    let shown = lab.query(&good.query("a").keep_previous_data());
    lab.flush();
    shown.update(lab.query_watch(&bad.query("b").keep_previous_data().retry(0)));
    assert_eq!((shown.number(), shown.status()), (Some(0), Status::Success));
    lab.flush();
    assert_eq!((shown.number(), shown.status()), (None, Status::Error));
}
