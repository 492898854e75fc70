//! What TanStack Query's own tests ask of its client, its queries and its cache, asked of this one.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lab::{DONE, LOADING, Lab, NEVER, REFETCHING, Text, UNTOUCHED, key, ms};
use serde_json::json;
use yew_clerk::client::{QueryCacheOptions, QueryDefaults, QueryError};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::filters::{Activity, Filters};
use yew_clerk::engine::options::StaleTime;
use yew_clerk::engine::queries::{RefetchType, Refetching};

impl Lab {
    fn states(&self, key: Text) -> (Status, FetchStatus) {
        let state = self.state(key).expect("an entry");
        (state.status, state.fetch_status)
    }

    fn write(&self, key: Text, data: i32) {
        self.client.set_query_data(key, data).expect("a key");
    }
}

#[test]
fn defaults_for_a_key_hold_for_observers_without_options() {
    let lab = Lab::new();
    let server = lab.counter(0);
    lab.client.set_query_defaults("k", QueryDefaults::new().enabled(false)).expect("a key");
    let shown = lab.query(&server.query("k"));
    lab.flush();
    assert_eq!((shown.states(), server.calls()), (UNTOUCHED, 0));
    let other = lab.query(&server.query("other"));
    lab.flush();
    assert_eq!(other.states(), DONE);
}

#[test]
fn defaults_that_are_set_again_take_the_place_of_the_old_ones_as_a_whole() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let client = &lab.client;
    client.set_query_defaults("k", QueryDefaults::new().retry(0).enabled(false)).expect("a key");
    client.set_query_defaults("k", QueryDefaults::new().retry_delay(ms(5))).expect("a key");
    let shown = lab.query(&server.query("k"));
    lab.advance(100);
    assert_eq!((shown.status(), server.calls()), (Status::Error, 4));
}

#[test]
fn written_data_lives_as_long_as_the_defaults_of_its_key_say() {
    let lab = Lab::new();
    lab.client.set_default_options(QueryDefaults::new().gc_time(NEVER));
    lab.client.set_query_defaults("short", QueryDefaults::new().gc_time(ms(10))).expect("a key");
    lab.write("short", 1);
    lab.write("long", 2);
    lab.advance(9);
    assert_eq!(lab.entries(), 2);
    lab.advance(1);
    assert_eq!((lab.data::<i32>("short"), lab.data("long")), (None, Some(2)));
    lab.advance(86_400_000);
    assert_eq!(lab.data("long"), Some(2));
}

#[test]
fn an_updater_that_gives_nothing_makes_no_entry_and_leaves_an_old_one_as_it_was() {
    let lab = Lab::new();
    lab.client.update_query_data("k", |old: Option<&i32>| old.map(|old| old + 1)).expect("a key");
    assert_eq!(lab.entries(), 0);
    lab.write("k", 1);
    let written = lab.sim.now();
    lab.advance(5);
    lab.client.update_query_data("k", |_: Option<&i32>| None).expect("a key");
    let state = lab.state("k").expect("an entry");
    assert_eq!((state.data_updated_at, state.data_update_count), (written, 1));
    lab.client.update_query_data("k", |old: Option<&i32>| old.map(|old| old + 1)).expect("a key");
    assert_eq!(lab.data("k"), Some(2));
}

#[test]
fn equal_data_that_is_written_stays_the_very_same_and_counts_as_an_update() {
    let lab = Lab::new();
    let list = || vec![1, 2, 3];
    lab.client.set_query_data("k", list()).expect("a key");
    let before = lab.client.get_query_data::<Vec<i32>>("k").expect("a list").expect("data");
    lab.advance(5);
    lab.client.set_query_data("k", list()).expect("a key");
    let after = lab.client.get_query_data::<Vec<i32>>("k").expect("a list").expect("data");
    assert!(Rc::ptr_eq(&before, &after));
    let state = lab.state("k").expect("an entry");
    assert_eq!((state.data_updated_at, state.data_update_count), (lab.sim.now(), 2));
}

#[test]
fn data_is_read_by_its_whole_key_and_no_other() {
    let lab = Lab::new();
    lab.client.set_query_data(("k", 1), 5).expect("a key");
    assert_eq!(lab.data::<i32>(("k", 1)), Some(5));
    assert_eq!((lab.data::<i32>("k"), lab.data::<i32>(("k", 1, 2))), (None, None));
}

#[test]
fn only_queries_that_are_there_are_changed_by_a_filter() {
    let lab = Lab::new();
    for n in [1, 2] {
        lab.client.set_query_data(("k", n), n).expect("a key");
    }
    lab.write("other", 1);
    lab.client.set_queries_data("k", |old: Option<&i32>| old.map(|old| old + 5));
    lab.client.set_queries_data("missing", |_: Option<&i32>| Some(9));
    assert_eq!((lab.data(("k", 1)), lab.data(("k", 2))), (Some(6), Some(7)));
    assert_eq!((lab.data("other"), lab.entries()), (Some(1), 3));
}

#[test]
fn a_fetch_gives_what_is_younger_than_its_stale_time_and_asks_for_what_is_older() {
    let lab = Lab::new();
    let server = lab.counter(0);
    lab.client.set_query_data("k", -1).expect("a key");
    let fetch = |age: u64| {
        let given = lab.run(lab.client.fetch_query(server.query("k").stale_time(ms(age))));
        lab.flush();
        *given.take().expect("an end").expect("data")
    };
    assert_eq!(fetch(100), -1);
    lab.advance(10);
    assert_eq!((fetch(100), fetch(11), fetch(10)), (-1, -1, 0));
    lab.advance(10);
    assert_eq!((fetch(11), fetch(10)), (0, 1));
    assert_eq!((fetch(0), server.calls()), (2, 3));
}

#[test]
fn a_fetch_may_decide_on_freshness_by_the_data() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = server.query("k").stale_time_with(|state| {
        let is_first =
            state.data.as_ref().and_then(|data| data.get::<i32>()).as_deref() == Some(&0);
        if is_first { StaleTime::After(ms(0)) } else { StaleTime::Static }
    });
    for _ in 0..4 {
        lab.run(lab.client.fetch_query(query.clone()));
        lab.flush();
    }
    assert_eq!((lab.data("k"), server.calls()), (Some(1), 2));
}

#[test]
fn a_fetch_that_keeps_nothing_gives_its_data_and_leaves_no_entry() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let given = lab.run(lab.client.fetch_query(server.query("k").gc_time(ms(0))));
    lab.advance(10);
    assert_eq!(*given.take().expect("an end").expect("data"), 0);
    lab.flush();
    assert_eq!(lab.entries(), 0);
}

#[test]
fn the_error_of_a_prefetch_is_kept_and_who_awaits_it_is_not_told() {
    let lab = Lab::new();
    let server = lab.broken(10);
    let done = lab.run(lab.client.prefetch_query(server.query("k").retry(0)));
    lab.advance(10);
    assert_eq!(done.take(), Some(()));
    assert_eq!(lab.states("k"), (Status::Error, FetchStatus::Idle));
}

#[test]
fn ensured_data_is_given_even_when_it_was_declared_out_of_date() {
    let lab = Lab::new();
    let server = lab.counter(0);
    lab.write("k", 7);
    lab.client.invalidate_queries("k");
    let given = lab.run(lab.client.ensure_query_data(server.query("k")));
    assert_eq!((*given.take().expect("an end").expect("data"), server.calls()), (7, 0));
    let given = lab.run(lab.client.ensure_query_data_revalidated(server.query("k")));
    lab.flush();
    assert_eq!((*given.take().expect("an end").expect("data"), lab.data("k")), (7, Some(0)));
}

#[test]
fn cancelling_takes_each_query_back_to_what_it_was() {
    let lab = Lab::new();
    let (server, broken) = (lab.counter(10), lab.broken(10));
    lab.write("with data", 7);
    let refetch = lab.run(lab.client.fetch_query(server.query("with data")));
    let first = lab.run(lab.client.fetch_query(server.query("new")));
    lab.client.prefetch_query(broken.query("failed").retry(0));
    lab.advance(10);
    lab.advance(0);
    assert_eq!(*refetch.take().expect("an end").expect("data"), 0);
    assert_eq!(*first.take().expect("an end").expect("data"), 1);

    let again = lab.run(lab.client.fetch_query(server.query("with data")));
    let fresh = lab.run(lab.client.fetch_query(server.query("newer")));
    lab.client.prefetch_query(broken.query("failed").retry(0));
    assert_eq!(lab.states("failed"), LOADING);
    lab.advance(5);
    lab.client.cancel_queries(Filters::default());
    lab.flush();
    assert_eq!(*again.take().expect("an end").expect("data"), 0);
    assert!(fresh.take().expect("an end").is_err_and(|error| error.is_cancelled()));
    assert_eq!(lab.states("with data"), DONE);
    assert_eq!(lab.states("newer"), UNTOUCHED);
    assert_eq!(lab.states("failed"), (Status::Error, FetchStatus::Idle));
    lab.advance(100);
    assert_eq!((lab.data("with data"), lab.data::<i32>("newer")), (Some(0), None));
}

#[test]
fn cancelling_what_has_ended_changes_nothing() {
    let lab = Lab::new();
    lab.client.prefetch_query(lab.counter(0).query("good"));
    lab.client.prefetch_query(lab.broken(0).query("bad").retry(0));
    lab.flush();
    lab.client.cancel_queries(Filters::default());
    lab.flush();
    assert_eq!(lab.states("good"), DONE);
    assert_eq!(lab.states("bad"), (Status::Error, FetchStatus::Idle));
    assert_eq!(lab.state("bad").expect("an entry").failure_count, 1);
}

#[test]
fn a_cancelled_query_can_be_fetched_again() {
    let lab = Lab::new();
    let server = lab.counter(50);
    let first = lab.run(lab.client.fetch_query(server.query("k")));
    lab.advance(10);
    lab.client.cancel_queries("k");
    lab.flush();
    assert!(first.take().expect("an end").is_err_and(|error| error.is_cancelled()));
    let second = lab.run(lab.client.fetch_query(server.query("k")));
    lab.advance(50);
    assert_eq!((*second.take().expect("an end").expect("data"), server.calls()), (1, 2));
}

#[test]
fn refetching_what_is_stale_leaves_out_what_is_fresh_and_what_nobody_enabled() {
    let lab = Lab::new();
    let (stale, fresh, disabled) = (lab.counter(0), lab.counter(0), lab.counter(0));
    let _stale = lab.query(&stale.query("stale").stale_time(NEVER));
    let _fresh = lab.query(&fresh.query("fresh").stale_time(NEVER));
    let _disabled = lab.query(&disabled.query("disabled").enabled(false));
    lab.flush();
    lab.client.invalidate_queries_with("stale", RefetchType::None);
    lab.client.refetch_queries(Filters { stale: Some(true), ..Filters::default() });
    lab.flush();
    assert_eq!((stale.calls(), fresh.calls(), disabled.calls()), (2, 1, 0));
    lab.client.refetch_queries(Filters::default());
    lab.flush();
    assert_eq!((stale.calls(), fresh.calls(), disabled.calls()), (3, 2, 0));
}

#[test]
fn refetching_while_offline_keeps_nobody_waiting_and_runs_when_the_network_is_back() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.query(&server.query("k"));
    lab.flush();
    lab.online(false);
    let done = lab.run(lab.client.refetch_queries("k"));
    assert_eq!(done.take(), Some(()));
    assert_eq!(shown.states(), (Status::Success, FetchStatus::Paused));
    lab.online(true);
    assert_eq!((shown.states(), shown.number(), server.calls()), (DONE, Some(1), 2));
}

#[test]
fn invalidating_fetches_what_is_watched_and_leaves_the_rest_marked() {
    let lab = Lab::new();
    let (watched, left) = (lab.counter(0), lab.counter(0));
    let shown = lab.query(&watched.query(("k", 1)).stale_time(NEVER));
    lab.client.prefetch_query(left.query(("k", 2)));
    lab.flush();
    lab.client.invalidate_queries("k");
    lab.flush();
    assert_eq!((watched.calls(), left.calls(), shown.number()), (2, 1, Some(1)));
    assert!(lab.state(("k", 2)).expect("an entry").is_invalidated);
    lab.client.invalidate_queries_with("k", RefetchType::None);
    lab.flush();
    assert_eq!((watched.calls(), shown.is_stale()), (2, true));
}

#[test]
fn invalidating_what_nobody_watches_fetches_that() {
    let lab = Lab::new();
    let (watched, left) = (lab.counter(0), lab.counter(0));
    let _shown = lab.query(&watched.query(("k", 1)));
    lab.client.prefetch_query(left.query(("k", 2)));
    lab.flush();
    let filters = Filters { activity: Activity::Inactive, ..Filters::prefix(key("k")) };
    lab.client.invalidate_queries(filters);
    lab.flush();
    assert_eq!((watched.calls(), left.calls()), (1, 2));
}

#[test]
fn invalidating_replaces_a_refetch_unless_told_to_join_it_and_never_a_first_load() {
    let lab = Lab::new();
    let server = lab.counter(10).abortable();
    let _shown = lab.query(&server.query("k"));
    lab.advance(5);
    lab.client.invalidate_queries("k");
    lab.advance(5);
    assert_eq!((server.calls(), lab.data("k")), (1, Some(0)));
    lab.client.refetch_queries("k");
    lab.advance(5);
    let joins = Refetching { cancel_refetch: false, ..Refetching::default() };
    lab.client.invalidate_queries_with("k", joins);
    lab.flush();
    assert_eq!((server.calls(), server.signal(1).is_aborted()), (2, false));
    lab.client.invalidate_queries("k");
    lab.flush();
    assert_eq!((server.calls(), server.signal(1).is_aborted()), (3, true));
    lab.advance(10);
    assert_eq!(lab.data("k"), Some(2));
}

#[test]
fn resetting_goes_back_to_the_initial_data_and_fetches_only_what_is_watched() {
    let lab = Lab::new();
    let (watched, left) = (lab.counter(10), lab.counter(10));
    let shown = lab.query(&watched.query(("k", 1)).initial_data(-1));
    lab.client.prefetch_query(left.query(("k", 2)));
    lab.advance(10);
    assert_eq!(shown.number(), Some(0));
    lab.client.reset_queries("k");
    assert_eq!((shown.number(), shown.states()), (Some(-1), REFETCHING));
    assert!(lab.data::<i32>(("k", 2)).is_none());
    lab.advance(10);
    assert_eq!((shown.number(), watched.calls(), left.calls()), (Some(1), 2, 1));
}

#[test]
fn initial_data_is_after_a_reset_as_old_as_it_was() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = server.query("k").initial_data(-1).stale_time(ms(100));
    drop(lab.query(&query));
    let begun = lab.sim.now();
    lab.advance(150);
    lab.client.reset_queries("k");
    assert_eq!(lab.state("k").expect("an entry").data_updated_at, begun);
    let _shown = lab.query(&query);
    lab.flush();
    assert_eq!((server.calls(), lab.data("k")), (1, Some(0)));
}

#[test]
fn a_reset_of_a_fetch_that_nobody_watches_stops_it() {
    let lab = Lab::new();
    let server = lab.counter(10).abortable();
    let given = lab.run(lab.client.fetch_query(server.query("k")));
    lab.advance(5);
    lab.client.reset_queries("k");
    lab.advance(50);
    assert!(given.take().expect("an end").is_err_and(|error| error.is_cancelled()));
    assert_eq!((lab.states("k"), server.signal(0).is_aborted()), (UNTOUCHED, true));
}

#[test]
fn a_query_is_kept_for_the_longest_time_that_anybody_has_asked_for() {
    let lab = Lab::new();
    let server = lab.counter(0);
    for span in [100, 200, 10] {
        lab.client.prefetch_query(server.query("k").gc_time(ms(span)));
        lab.flush();
    }
    lab.advance(199);
    assert_eq!(lab.entries(), 1);
    lab.advance(1);
    assert_eq!(lab.entries(), 0);
}

#[test]
fn a_query_that_is_left_while_it_fetches_is_kept_until_it_has_ended() {
    let lab = Lab::new();
    let server = lab.counter(20);
    drop(lab.query(&server.query("dropped at once").gc_time(ms(0))));
    let shown = lab.query(&server.query("k").gc_time(ms(10)));
    lab.advance(5);
    drop(shown);
    lab.advance(14);
    assert_eq!(lab.states("k"), LOADING);
    lab.advance(1);
    assert_eq!(lab.states("k"), DONE);
    lab.advance(9);
    assert_eq!(lab.entries(), 1);
    lab.advance(1);
    assert_eq!(lab.entries(), 0);
}

#[test]
fn what_the_cache_is_told_of_each_fetch_comes_once_and_with_its_result() {
    let lab = Lab::new();
    let told = Rc::<RefCell<Vec<String>>>::default();
    let note = |what: Text| {
        let told = told.clone();
        move |query: &yew_clerk::engine::cached::CachedQuery| {
            let (data, error) = (query.data::<i32>(), query.error::<Text>());
            told.borrow_mut().push(format!("{what} {data:?} {error:?}"));
        }
    };
    let options = QueryCacheOptions::new().on_success(note("success")).on_error(note("error"));
    lab.client.set_query_cache_options(options.on_settled(note("settled")));
    let (good, bad) = (lab.counter(0), lab.broken(0));
    let _shown = [lab.query(&good.query("good")), lab.query(&good.query("good"))];
    lab.flush();
    assert_eq!(told.take(), ["success Some(0) None", "settled Some(0) None"]);
    lab.client.prefetch_query(bad.query("bad").retry(1).retry_delay(ms(5)));
    lab.advance(5);
    assert_eq!(told.take(), ["error None Some(\"error 1\")", "settled None Some(\"error 1\")"]);
    lab.write("good", 9);
    lab.flush();
    assert_eq!(told.take(), [""; 0]);
}

#[test]
fn parts_of_keys_match_as_deep_as_they_go() {
    let matches =
        |own: serde_json::Value, part: serde_json::Value| key(own).starts_with(&key(part));
    let own = || json!([{ "a": { "b": "b" }, "c": "c", "d": [{ "d": "d" }] }]);
    assert!(matches(own(), json!([{ "a": { "b": "b" }, "c": "c", "d": [] }])));
    assert!(matches(own(), json!([{ "d": [{ "d": "d" }], "a": {} }])));
    assert!(matches(own(), json!([{}])) && matches(own(), json!([])));
    assert!(!matches(own(), json!([{ "a": { "b": "b" }, "c": "c", "d": [{ "d": "x" }] }])));
    assert!(!matches(own(), json!([{ "a": "b" }])) && !matches(own(), json!([null])));
    assert!(!matches(own(), json!([{ "a": { "b": "b", "x": 1 } }])));
    assert!(!matches(json!([1]), json!([{ "a": 1 }])) && !matches(json!([1]), json!(["1"])));
    assert!(!matches(json!([]), json!([1])) && matches(json!([1, 2]), json!([1])));
    assert_eq!(
        key(json!([{ "b": 1, "a": [{ "d": 2, "c": 3 }] }])),
        key(json!([{ "a": [{ "c": 3, "d": 2 }], "b": 1 }]))
    );
    assert!(key(json!([[1], 2])) != key(json!([1, [2]])) && key(json!([])) != key(json!([{}])));
    assert!(!matches(json!([{ "a": null }]), json!([{ "a": { "b": "b" } }])));
}

#[test]
fn a_query_function_that_is_fetched_twice_runs_once() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let ends = Rc::<Cell<u32>>::default();
    for _ in 0..3 {
        let (query, ends) = (server.query("k"), ends.clone());
        let fetch = lab.client.fetch_query(query);
        lab.run(async move {
            assert!(matches!(fetch.await, Ok(data) if *data == 0));
            ends.set(ends.get() + 1);
        });
    }
    lab.advance(10);
    assert_eq!((server.calls(), ends.get()), (1, 3));
    let failed = lab.broken(0);
    let failing = lab.run(lab.client.fetch_query(failed.query("bad")));
    lab.flush();
    let error = failing.take().expect("an end").expect_err("an error");
    assert!(matches!(error, QueryError::Failed(error) if *error == "error 0"));
}
