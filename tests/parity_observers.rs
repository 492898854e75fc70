//! What TanStack Query's own tests ask of its observers, and of its hook, asked of these.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;

use std::rc::Rc;

use lab::{DONE, FAILED, LOADING, Lab, NEVER, Observer, REFETCHING, Text, UNTOUCHED, ms};
use yew_clerk::client::query_options_of;
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::options::{Refetch, StaleTime};
use yew_clerk::engine::queries::RefetchType;
use yew_clerk::engine::time::Time;

#[test]
fn a_load_that_fails_twice_counts_its_failures_and_shows_the_last_error() {
    let lab = Lab::new();
    let server = lab.broken(10);
    let shown = lab.query(&server.query("k").retry(1).retry_delay(ms(5)));
    let see = || (shown.states(), shown.failures(), shown.error());
    assert_eq!(see(), (LOADING, 0, None));
    lab.advance(10);
    assert_eq!(see(), (LOADING, 1, None));
    let reason = |of: &Observer| {
        of.see(|shown| shown.failure_reason.as_ref()?.get::<Text>().map(|error| *error))
    };
    assert_eq!(reason(&shown), Some("error 0"));
    lab.advance(15);
    assert_eq!(see(), (FAILED, 2, Some("error 1")));
    assert_eq!(shown.see(|shown| (shown.is_stale, shown.error_update_count)), (true, 1));
    shown.refetch();
    assert_eq!((see(), reason(&shown)), ((LOADING, 0, None), None));
}

#[test]
fn a_success_after_a_failure_forgets_the_failures_and_remembers_when_the_error_was() {
    let lab = Lab::new();
    let server = lab.server(0, |n| if n == 1 { Err("no") } else { Ok(1) });
    let shown = lab.query(&server.query("k").retry(0).stale_time(NEVER));
    lab.flush();
    shown.refetch();
    lab.flush();
    assert_eq!((shown.states(), shown.error(), shown.number()), (FAILED, Some("no"), Some(1)));
    assert!(shown.is_stale());
    let failed_at = lab.sim.now();
    lab.advance(5);
    shown.refetch();
    assert_eq!((shown.states().1, shown.error()), (FetchStatus::Fetching, Some("no")));
    lab.flush();
    assert_eq!((shown.states(), shown.error(), shown.failures()), (DONE, None, 0));
    assert_eq!(
        shown.see(|shown| (shown.error_updated_at, shown.error_update_count)),
        (failed_at, 1)
    );
}

#[test]
fn what_was_fetched_before_is_told_from_what_was_fetched_since() {
    let lab = Lab::new();
    let server = lab.counter(10);
    lab.client.prefetch_query(server.query("k"));
    lab.advance(10);
    let shown = lab.query(&server.query("k"));
    assert_eq!(shown.see(|shown| (shown.is_fetched, shown.is_fetched_after_mount)), (true, false));
    lab.advance(10);
    assert_eq!(shown.see(|shown| (shown.is_fetched, shown.is_fetched_after_mount)), (true, true));
    let given = lab.query(&server.query("given").initial_data(1).stale_time(NEVER));
    assert!(!given.see(|shown| shown.is_fetched || shown.is_fetched_after_mount));
}

#[test]
fn a_refetch_replaces_another_one_or_joins_it_as_it_is_told() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let shown = lab.query(&server.query("k").enabled(false).initial_data(-1));
    shown.observer().refetch(false);
    lab.advance(5);
    shown.observer().refetch(false);
    lab.advance(5);
    assert_eq!((server.calls(), shown.number()), (1, Some(0)));
    shown.observer().refetch(true);
    lab.advance(5);
    shown.observer().refetch(true);
    lab.advance(5);
    assert_eq!((server.calls(), shown.number()), (3, Some(0)));
    lab.advance(5);
    assert_eq!((shown.number(), shown.states()), (Some(2), DONE));
}

#[test]
fn each_observer_of_a_key_finds_the_data_stale_at_its_own_time() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let early = lab.query(&server.query("k").stale_time(ms(20)));
    let late = lab.query(&server.query("k").stale_time(ms(60)));
    lab.flush();
    let see = || (early.is_stale(), late.is_stale());
    let told = (early.told(), late.told());
    assert_eq!(see(), (false, false));
    lab.advance(20);
    assert_eq!((see(), early.told(), late.told()), ((true, false), told.0 + 1, told.1));
    lab.advance(40);
    assert_eq!((see(), server.calls()), ((true, true), 1));
}

#[test]
fn a_disabled_observer_never_calls_its_data_stale() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = server.query("k");
    let shown = lab.query(&query.clone().enabled(false));
    assert!(!shown.is_stale());
    shown.refetch();
    lab.flush();
    assert!(!shown.is_stale() && shown.number() == Some(0));
    shown.update(lab.query_watch(&query));
    assert_eq!(shown.states(), REFETCHING);
    lab.flush();
    assert!(shown.is_stale() && server.calls() == 2);
}

#[test]
fn an_observer_without_a_function_takes_no_data_from_one_that_has() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let reader = lab.query(&query_options_of::<i32, Text>("k"));
    assert_eq!(reader.states(), UNTOUCHED);
    lab.client.set_query_data("k", 5).expect("a key");
    assert_eq!((reader.number(), reader.states()), (Some(5), DONE));
    let shown = lab.query(&server.query("k"));
    lab.flush();
    assert_eq!((reader.number(), shown.number(), server.calls()), (Some(0), Some(0), 1));
}

#[test]
fn an_invalidated_query_is_stale_at_once_and_fresh_again_with_its_answer() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let shown = lab.query(&server.query("k").stale_time(NEVER));
    lab.advance(10);
    assert!(!shown.is_stale());
    let done = lab.run(lab.client.invalidate_queries("k"));
    assert_eq!((shown.is_stale(), shown.states(), done.take()), (true, REFETCHING, None));
    lab.advance(10);
    assert_eq!((shown.is_stale(), shown.number(), done.take()), (false, Some(1), Some(())));
}

#[test]
fn a_disabled_query_is_marked_by_an_invalidation_and_fetched_when_it_is_enabled() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = server.query("k").stale_time(NEVER);
    let shown = lab.query(&query);
    lab.flush();
    shown.update(lab.query_watch(&query.clone().enabled(false)));
    lab.client.invalidate_queries_with("k", RefetchType::All);
    lab.client.refetch_queries("k");
    lab.flush();
    assert_eq!((server.calls(), shown.is_stale()), (1, false));
    shown.update(lab.query_watch(&query));
    lab.flush();
    assert_eq!((server.calls(), shown.number()), (2, Some(1)));
    shown.update(lab.query_watch(&query.clone().enabled(false)));
    shown.update(lab.query_watch(&query));
    lab.flush();
    assert_eq!(server.calls(), 2);
}

#[test]
fn the_first_of_several_disabled_observers_that_is_enabled_fetches_for_all() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = server.query("k");
    let waiting: Vec<_> = (0..3).map(|_| lab.query(&query.clone().enabled(false))).collect();
    lab.flush();
    assert_eq!(server.calls(), 0);
    waiting[1].update(lab.query_watch(&query));
    lab.flush();
    assert!(waiting.iter().all(|shown| shown.number() == Some(0)));
    assert_eq!(server.calls(), 1);
}

#[test]
fn a_rule_that_enables_by_the_state_stops_triggers_once_it_says_no() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.query(&server.query("k").enabled_with(|state| state.data.is_none()));
    assert_eq!(shown.states(), LOADING);
    lab.flush();
    assert!(!shown.see(|shown| shown.is_enabled) && !shown.is_stale());
    lab.focus();
    lab.client.invalidate_queries("k");
    lab.flush();
    assert_eq!(server.calls(), 1);
}

#[test]
fn a_key_that_is_disabled_shows_nothing_of_the_key_before() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.query(&server.query(("k", 0)));
    lab.flush();
    shown.update(lab.query_watch(&server.query(("k", 1)).enabled(false)));
    lab.flush();
    assert_eq!((shown.number(), shown.states(), server.calls()), (None, UNTOUCHED, 1));
}

#[test]
fn the_previous_data_stands_in_over_several_keys_also_disabled_ones() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let query = |n: u32| server.query(("k", n)).keep_previous_data();
    let shown = lab.query(&query(0));
    lab.advance(10);
    let see = || (shown.number(), shown.is_placeholder(), shown.states());
    shown.update(lab.query_watch(&query(1)));
    assert_eq!(see(), (Some(0), true, REFETCHING));
    lab.flush();
    shown.update(lab.query_watch(&query(2).enabled(false)));
    assert_eq!(see(), (Some(0), true, DONE));
    lab.advance(10);
    shown.refetch();
    lab.advance(10);
    assert_eq!((shown.number(), shown.is_placeholder()), (Some(2), false));
    lab.client.set_query_data(("k", 9), 99).expect("a key");
    shown.update(lab.query_watch(&query(9)));
    assert_eq!((shown.number(), shown.is_placeholder()), (Some(99), false));
}

#[test]
fn a_placeholder_may_be_made_of_the_last_data_that_there_was() {
    let lab = Lab::new();
    let server = lab.server(10, |n| if n == 1 { Err("no") } else { Ok(n.cast_signed()) });
    let query = |n: u32| {
        let query = server.query(("k", n)).retry(0);
        query.placeholder_data_with(|last| Some(last.map_or(-1, |last| last + 100)))
    };
    let shown = lab.query(&query(0));
    assert_eq!((shown.number(), shown.is_placeholder()), (Some(-1), true));
    lab.advance(10);
    shown.update(lab.query_watch(&query(1)));
    assert_eq!((shown.number(), shown.is_placeholder()), (Some(100), true));
    lab.advance(10);
    assert_eq!((shown.number(), shown.states(), shown.error()), (None, FAILED, Some("no")));
    shown.update(lab.query_watch(&query(2)));
    assert_eq!((shown.number(), shown.states()), (Some(100), REFETCHING));
    lab.advance(10);
    assert_eq!((shown.number(), shown.is_placeholder()), (Some(2), false));
}

#[test]
fn the_placeholder_that_was_set_last_is_the_one_that_counts() {
    let lab = Lab::new();
    let base = lab.counter(10).query("k").placeholder_data_with(|_| Some(1)).keep_previous_data();
    assert_eq!(lab.query(&base.clone().placeholder_data(2)).number(), Some(2));
    assert_eq!(lab.query(&base.clone().placeholder_data_with(|_| Some(3))).number(), Some(3));
    assert_eq!(lab.query(&base.placeholder_data(4).keep_previous_data()).number(), None);
    let given = lab.counter(10).query("g").initial_data_with(|| Some(1)).initial_data(2);
    assert_eq!(lab.query(&given).number(), Some(2));
}

#[test]
fn a_placeholder_is_selected_from_and_its_failure_to_be_is_an_error() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let half = |n: &i32| if n % 2 == 0 { Ok(n / 2) } else { Err("odd") };
    let shown = lab.query(&server.query("k").placeholder_data(8).select_result(half));
    assert_eq!((shown.number(), shown.is_placeholder()), (Some(4), true));
    let odd = lab.query(&server.query("odd").placeholder_data(7).select_result(half));
    assert_eq!((odd.number(), odd.states().0, odd.error()), (None, Status::Error, Some("odd")));
    assert!(!odd.is_placeholder());
    lab.advance(10);
    assert_eq!((shown.number(), shown.is_placeholder()), (Some(0), false));
    assert_eq!((odd.number(), odd.error()), (None, Some("odd")));
}

#[test]
fn switching_keys_shows_initial_data_of_the_new_one_and_not_the_previous() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let query = |n: i32| {
        server.query(("k", n)).keep_previous_data().initial_data(n * 10).stale_time(ms(100))
    };
    let shown = lab.query(&query(1));
    assert_eq!((shown.number(), shown.states()), (Some(10), DONE));
    shown.update(lab.query_watch(&query(2)));
    assert_eq!((shown.number(), shown.is_placeholder(), shown.states()), (Some(20), false, DONE));
    lab.advance(100);
    shown.update(lab.query_watch(&query(1)));
    assert_eq!((shown.number(), shown.states()), (Some(10), REFETCHING));
    lab.advance(10);
    assert_eq!((shown.number(), server.calls()), (Some(0), 1));
}

#[test]
fn initial_data_is_fetched_anew_by_its_age() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let begins = |key: Text, at: Option<Time>| {
        let query = server.query(key).initial_data(-1).stale_time(ms(1_000));
        lab.query(&match at {
            Some(at) => query.initial_data_updated_at(at),
            None => query,
        })
    };
    let now = lab.sim.now();
    assert_eq!(begins("now", None).states(), DONE);
    assert_eq!(begins("a second ago", Some(now.before(ms(1_000)))).states(), REFETCHING);
    assert_eq!(begins("just young enough", Some(now.before(ms(999)))).states(), DONE);
    assert_eq!(begins("long ago", Some(Time::ZERO)).states(), REFETCHING);
}

#[test]
fn a_mounting_observer_fetches_by_its_rule_and_in_any_case_what_is_not_there() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let mounts = |rule: Refetch, age: u64| {
        let before = server.calls();
        let query = server.query("k").stale_time(ms(age)).refetch_on_mount(rule);
        drop((lab.query(&query), lab.flush()));
        server.calls() - before
    };
    assert_eq!(mounts(Refetch::Never, 0), 1);
    lab.advance(10);
    assert_eq!((mounts(Refetch::Never, 0), mounts(Refetch::IfStale, 100)), (0, 0));
    assert_eq!((mounts(Refetch::IfStale, 5), mounts(Refetch::Always, 100)), (1, 1));
    let by_state = || Refetch::With(Rc::new(|state| (state.data_update_count < 4).into()));
    assert_eq!((mounts(by_state(), 0), mounts(by_state(), 0)), (1, 0));
    let unmoved = server.query("k").stale_time(StaleTime::Static).refetch_on_mount(Refetch::Always);
    let _shown = lab.query(&unmoved);
    lab.client.refetch_queries("k");
    lab.flush();
    assert_eq!(server.calls(), 4);
}

#[test]
fn what_has_failed_stays_failed_for_who_mounts_without_a_retry() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let query = server.query("k").retry(0);
    lab.client.prefetch_query(query.clone());
    lab.flush();
    let shown = lab.query(&query.clone().retry_on_mount(false));
    lab.flush();
    assert_eq!((shown.states(), server.calls()), (FAILED, 1));
    let other = lab.query(&query);
    assert_eq!((other.states(), shown.states()), (LOADING, LOADING));
}

#[test]
fn retries_go_on_for_who_comes_back_before_the_next_one() {
    let lab = Lab::new();
    let server = lab.server(10, |n| if n == 2 { Ok(5) } else { Err("no") });
    let query = server.query("k").retry(3).retry_delay(ms(10));
    let shown = lab.query(&query);
    lab.advance(11);
    drop(shown);
    lab.advance(4);
    let shown = lab.query(&query);
    assert_eq!(shown.failures(), 1);
    lab.advance(35);
    assert_eq!((shown.number(), server.calls()), (Some(5), 3));
}

#[test]
fn retries_begin_anew_for_who_comes_back_after_they_were_cancelled() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let query = server.query("k").retry(2).retry_delay(ms(10));
    let shown = lab.query(&query);
    lab.advance(15);
    assert_eq!(shown.failures(), 2);
    drop(shown);
    lab.client.cancel_queries("k");
    let shown = lab.query(&query);
    assert_eq!((shown.failures(), shown.states()), (0, LOADING));
    lab.advance(100);
    assert_eq!((shown.failures(), shown.states(), server.calls()), (3, FAILED, 5));
}

#[test]
fn retries_end_when_the_observer_goes() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let shown = lab.query(&server.query("k").retry(10).retry_delay(ms(50)));
    lab.advance(70);
    drop(shown);
    lab.advance(1_000);
    assert_eq!(server.calls(), 2);
    assert_eq!(lab.state("k").expect("an entry").status, Status::Error);
}

#[test]
fn the_wait_before_a_retry_may_be_taken_from_the_error() {
    let lab = Lab::new();
    let server = lab.server(0, |n| if n == 0 { Err("50") } else { Ok(1) });
    let query = server.query("k").retry(1).retry_delay_with(|count, error| {
        assert_eq!(count, 0);
        ms(error.and_then(|error| error.parse().ok()).expect("a number"))
    });
    let shown = lab.query(&query);
    lab.advance(49);
    assert_eq!((shown.states(), shown.failures()), (LOADING, 1));
    lab.advance(1);
    assert_eq!((shown.states(), shown.failures()), (DONE, 0));
}

#[test]
fn data_turns_stale_also_for_who_does_not_render_on_that() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = server.query("k").stale_time(ms(50)).notify_on_change(Fields::DATA);
    let shown = lab.query(&query);
    lab.flush();
    let told = shown.told();
    lab.advance(49);
    assert!(!shown.is_stale());
    lab.advance(1);
    assert!(shown.is_stale() && shown.told() == told);
}

#[test]
fn data_from_the_beginning_of_time_is_stale_for_everybody() {
    let lab = Lab::new();
    let server = lab.counter(0);
    lab.client.set_query_data_at("k", 1, Time::ZERO).expect("a key");
    let shown = lab.query(&server.query("k").stale_time(ms(1_000)));
    assert_eq!((shown.number(), shown.states()), (Some(1), REFETCHING));
}
