//! Errors, and when they are tried again.

#[path = "support/lab.rs"]
mod lab;

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use lab::{Lab, Query, Server, Swr, Text, ms};
use yew_clerk::client::{MutatorOptions, QueryError};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::event::Event;
use yew_clerk::engine::options::NetworkMode;

/// Fails as long as the first answers say so, then gives the number of the request.
fn flaky(lab: &Lab, delay: u64, failures: u32) -> Server<u32> {
    lab.server(delay, move |n| if n < failures { Err("no") } else { Ok(n) })
}

/// P25.
#[test]
fn swr_retries_by_a_delay_of_ones_own() {
    let lab = Lab::new();
    let server = lab.broken(100);
    let options = Swr::new().deduping_interval(Duration::ZERO).error_retry_delay(|_, _| ms(50));
    let shown = lab.swr("k", &server, &options);
    let mut seen = Vec::new();
    for step in [100, 150, 150] {
        lab.advance(step);
        seen.push(shown.error());
    }
    assert_eq!(seen, [Some("error 0"), Some("error 1"), Some("error 2")]);
    assert_eq!(shown.number(), None);
}

/// P26.
#[test]
fn swr_stops_after_the_retry_count() {
    let lab = Lab::new();
    let base = || Swr::new().error_retry_interval(ms(50));
    let calls = |key: Text, options: Swr| {
        let server = lab.broken(0);
        let shown = lab.swr(key, &server, &options);
        lab.advance(250);
        (server.calls(), shown.error().is_some())
    };
    assert_eq!(calls("one", base().error_retry_count(1)), (2, true));
    assert_eq!(calls("none", base().error_retry_count(0)), (1, true));
    assert_eq!(calls("off", base().should_retry_on_error(false).error_retry_count(5)), (1, true));
    assert_eq!(calls("rule", base().should_retry_on_error_with(|_| false)), (1, true));
    assert_eq!(calls("on", base().error_retry_count(1).should_retry_on_error(true)), (2, true));
}

#[test]
fn swr_backs_off_further_with_each_retry_of_a_chain_and_starts_anew_with_a_fetch_of_ones_own() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let _shown = lab.swr("k", &server, &Swr::new().error_retry_interval(ms(100)));
    lab.flush();
    // With chance at 0: floor(0.5 * 2^n) * 100.
    for (wait, calls) in [(99, 1), (1, 2), (199, 2), (1, 3), (399, 3), (1, 4)] {
        lab.advance(wait);
        assert_eq!(server.calls(), calls);
    }
    lab.run(lab.client.mutate::<i32, Text>("k"));
    assert_eq!(server.calls(), 5);
    lab.advance(100);
    assert_eq!(server.calls(), 6);
}

/// P28.
#[test]
fn an_error_stays_next_to_the_data_until_a_success() {
    let lab = Lab::new();
    let server = lab.server(10, |n| if n == 1 { Err("no") } else { Ok(n) });
    let options = lab::SwrOptionsFor::<u32>::new().error_retry_count(0);
    let shown = lab.swr("k", &server, &options);
    lab.advance(10);
    lab.run(lab.client.mutate::<u32, Text>("k"));
    lab.advance(10);
    assert_eq!((shown.error(), shown.data()), (Some("no"), Some(0_u32)));
    lab.run(lab.client.mutate::<u32, Text>("k"));
    assert_eq!((shown.error(), shown.is_validating()), (Some("no"), true));
    lab.advance(10);
    assert_eq!((shown.error(), shown.data()), (None, Some(2_u32)));
}

/// P29.
#[test]
fn tanstack_query_tries_four_times_before_it_shows_the_error() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let shown = lab.query(&server.query("k"));
    lab.flush();
    let mut at = 0;
    for (time, calls) in [(0, 1), (999, 1), (1_000, 2), (2_999, 2), (3_000, 3), (6_999, 3)] {
        lab.advance(time - at);
        at = time;
        assert_eq!((server.calls(), shown.failures()), (calls, calls));
        assert_eq!(shown.states(), (Status::Pending, FetchStatus::Fetching));
    }
    lab.advance(1);
    assert_eq!(shown.states(), (Status::Error, FetchStatus::Idle));
    assert_eq!((shown.failures(), shown.error()), (4, Some("error 3")));
    lab.advance(100_000);
    assert_eq!(server.calls(), 4);
}

/// P29, the options.
#[test]
fn retries_follow_count_rule_and_delay() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let shown = lab.query(&server.query("one").retry(1).retry_delay(ms(1)));
    assert_eq!((shown.status(), shown.failures()), (Status::Pending, 0));
    lab.flush();
    assert_eq!((shown.status(), shown.failures()), (Status::Pending, 1));
    lab.advance(1);
    assert_eq!((shown.status(), shown.failures()), (Status::Error, 2));
    let never = lab.broken(0);
    let _shown = lab.query(&never.query("never").retry_when(|_, _| false));
    lab.advance(60_000);
    assert_eq!(never.calls(), 1);
    let slow = lab.broken(0);
    let delay = |_, error: Option<&Text>| ms(if error == Some(&"error 0") { 5 } else { 50 });
    let _shown = lab.query(&slow.query("slow").retry(2).retry_delay_with(delay));
    lab.advance(5);
    assert_eq!(slow.calls(), 2);
    lab.advance(49);
    assert_eq!(slow.calls(), 2);
}

/// P30.
#[test]
fn an_imperative_fetch_is_not_retried() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let result = lab.run(lab.client.fetch_query(server.query("k")));
    assert!(matches!(result.take(), Some(Err(QueryError::Failed(error))) if *error == "error 0"));
    lab.advance(60_000);
    assert_eq!(server.calls(), 1);
    let retried = lab.run(lab.client.fetch_query(server.query("k").retry(1)));
    assert!(retried.take().is_none());
    lab.advance(1_000);
    assert_eq!((server.calls(), retried.take().is_some()), (3, true));
}

/// P31.
#[test]
fn a_failed_refetch_keeps_the_data_and_the_status_error_until_a_success() {
    let lab = Lab::new();
    let server = lab.server(10, |n| if n == 1 { Err("no") } else { Ok(n) });
    let shown = lab.query(&server.query("k").retry(0));
    lab.advance(10);
    drop(shown.refetch());
    lab.advance(10);
    assert_eq!(
        (shown.status(), shown.data(), shown.error()),
        (Status::Error, Some(0_u32), Some("no"))
    );
    drop(shown.refetch());
    assert_eq!(shown.states(), (Status::Error, FetchStatus::Fetching));
    let failed_at = lab.state("k").map(|state| state.error_updated_at);
    lab.advance(10);
    assert_eq!((shown.status(), shown.error()), (Status::Success, None));
    // When it last failed is still known.
    assert_eq!(lab.state("k").map(|state| state.error_updated_at), failed_at);
    assert_ne!(failed_at, lab.state("k").map(|state| state.data_updated_at));
}

/// P31, the first load.
#[test]
fn a_failed_first_load_goes_back_to_pending_when_it_is_tried_again() {
    let lab = Lab::new();
    let server = flaky(&lab, 10, 1);
    let shown = lab.query(&server.query("k").retry(0));
    lab.advance(10);
    assert_eq!((shown.status(), shown.error()), (Status::Error, Some("no")));
    drop(shown.refetch());
    assert_eq!((shown.status(), shown.error()), (Status::Pending, None));
    assert!(shown.is_loading());
}

/// P32.
#[test]
fn an_error_is_reported_once_however_many_hooks_there_are() {
    let lab = Lab::new();
    let server = lab.broken(20);
    let reported = Rc::<Cell<u32>>::default();
    let count = reported.clone();
    let options = Swr::new().error_retry_count(0).on_error(move |_, _| count.set(count.get() + 1));
    let _hooks = (lab.swr("k", &server, &options), lab.swr("k", &server, &options));
    lab.advance(100);
    assert_eq!(reported.get(), 1);
}

#[test]
fn callbacks_are_for_the_hook_that_asked_while_it_is_there_and_keeps_its_key() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let heard = Rc::<Cell<u32>>::default();
    let options = || {
        let count = heard.clone();
        Swr::new().on_success(move |_, _| count.set(count.get() + 1))
    };
    let gone = lab.swr("a", &server, &options());
    lab.flush();
    drop(gone);
    let moved = lab.swr("b", &server, &options());
    lab.flush();
    moved.update(lab::swr_watch("c", &server, &options()));
    lab.advance(50);
    assert_eq!((server.calls(), heard.get()), (3, 1), "of its new key alone");
}

#[test]
fn an_error_ends_deduping() {
    let lab = Lab::new();
    let server = lab.server(0, |n| if n == 1 { Err("no") } else { Ok(n) });
    let options = lab::SwrOptionsFor::<u32>::new().error_retry_count(0);
    let shown = lab.swr("k", &server, &options);
    lab.flush();
    drop(shown.refetch());
    lab.flush();
    assert_eq!((server.calls(), shown.error()), (2, Some("no")));
    let _next = lab.swr("k", &server, &options);
    lab.flush();
    assert_eq!((server.calls(), shown.error()), (3, None));
}

#[test]
fn a_write_that_ends_a_chain_of_tries_ends_its_timer_too() {
    let lab = Lab::new();
    let server = lab.server(0, |n| if n == 0 { Ok(0) } else { Err("no") });
    let shown = lab.query(&server.query("k"));
    lab.flush();
    drop(shown.refetch());
    lab.flush();
    assert_eq!(shown.failures(), 1);
    let quiet = MutatorOptions::new().revalidate(false);
    drop(lab.client.mutate_data::<i32, Text>("k", 7, quiet));
    lab.advance(60_000);
    assert_eq!((server.calls(), shown.number()), (2, Some(7)));
}

#[test]
fn a_retry_waits_for_the_page_to_be_shown_and_the_network_to_be_there() {
    let lab = Lab::new();
    let server = flaky(&lab, 0, 1);
    let shown = lab.query(&server.query("k").network_mode(NetworkMode::Always));
    lab.flush();
    lab.hide();
    lab.advance(5_000);
    assert_eq!((server.calls(), shown.fetch_status()), (1, FetchStatus::Paused));
    lab.send(Event::Visible(true));
    assert_eq!((server.calls(), shown.status()), (2, Status::Success));
    let offline = flaky(&lab, 0, 1);
    let shown = lab.query(&offline.query("o").network_mode(NetworkMode::OfflineFirst));
    lab.online(false);
    lab.advance(5_000);
    assert_eq!((offline.calls(), shown.fetch_status()), (1, FetchStatus::Paused));
    lab.online(true);
    assert_eq!(shown.status(), Status::Success);
}

#[test]
fn a_swr_retry_that_was_due_in_a_hidden_page_runs_when_it_is_shown() {
    let lab = Lab::new();
    let server = flaky(&lab, 0, 1);
    let options =
        lab::SwrOptionsFor::<u32>::new().revalidate_on_focus(false).error_retry_interval(ms(10));
    let shown = lab.swr("k", &server, &options);
    lab.flush();
    lab.hide();
    lab.advance(1_000);
    assert_eq!(server.calls(), 1);
    lab.show();
    assert_eq!(shown.data(), Some(1_u32));
}

#[test]
fn retries_end_when_the_last_observer_leaves_and_go_on_when_one_comes_in_time() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let query: Query = server.query("k");
    drop((lab.query(&query), lab.flush()));
    let back = lab.query(&query);
    lab.advance(1_000);
    assert_eq!((server.calls(), back.failures()), (2, 2));
    drop(back);
    lab.advance(60_000);
    assert_eq!((server.calls(), lab.fetching()), (2, 0), "the wait ends, and no try follows");
    let state = lab.state("k").unwrap();
    assert_eq!((state.status, state.fetch_status), (Status::Error, FetchStatus::Idle));
    lab.advance(300_000);
    assert_eq!(lab.entries(), 0, "and so the entry is not kept for ever");
}

#[test]
fn a_paused_retry_that_nobody_waits_for_ends_with_its_error() {
    let lab = Lab::new();
    let server = lab.server(0, |n| if n == 0 { Ok(0) } else { Err("no") });
    let shown = lab.query(&server.query("k"));
    lab.flush();
    drop(shown.refetch());
    lab.flush();
    lab.hide();
    lab.advance(5_000);
    assert_eq!(shown.fetch_status(), FetchStatus::Paused);
    drop(shown);
    lab.show();
    assert_eq!(server.calls(), 2);
    assert_eq!(
        lab.state("k").map(|state| (state.status, state.fetch_status)),
        Some((Status::Error, FetchStatus::Idle))
    );
}

#[test]
fn a_swr_retry_outlives_the_hook_that_failed() {
    let lab = Lab::new();
    let server = flaky(&lab, 0, 1);
    let options = lab::SwrOptionsFor::<u32>::new().error_retry_interval(ms(10));
    let first = lab.swr("k", &server, &options);
    let second = lab.swr("k", &server, &options);
    lab.flush();
    drop(first);
    lab.advance(10);
    assert_eq!(second.data(), Some(1_u32));
}

#[test]
fn a_refetch_during_the_wait_for_a_retry_takes_its_place_if_there_is_data() {
    let lab = Lab::new();
    let server = lab.server(0, |n| if n == 1 { Err("no") } else { Ok(n) });
    let shown = lab.query(&server.query("k"));
    lab.flush();
    drop(shown.refetch());
    lab.flush();
    assert_eq!(shown.failures(), 1);
    drop(shown.refetch());
    assert_eq!(shown.failures(), 0);
    lab.advance(60_000);
    assert_eq!((server.calls(), shown.data()), (3, Some(2_u32)));
}

#[test]
fn a_cancelled_refetch_of_what_has_failed_leaves_the_failure_as_it_was() {
    let lab = Lab::new();
    let server = lab.broken(10);
    let shown = lab.query(&server.query("k").retry(1).retry_delay(ms(10)));
    lab.advance(30);
    assert_eq!((shown.status(), shown.failures()), (Status::Error, 2));
    drop(shown.refetch());
    lab.advance(15);
    assert_eq!((shown.status(), shown.failures()), (Status::Pending, 1));
    lab.client.cancel_queries("k");
    assert_eq!((shown.states(), shown.failures()), ((Status::Error, FetchStatus::Idle), 2));
    assert_eq!(shown.error(), Some("error 1"));
    let reason = shown.see(|shown| shown.failure_reason.clone());
    assert_eq!(reason.and_then(|reason| reason.get::<Text>()).as_deref(), Some(&"error 1"));
}

#[test]
fn immediate_retries_without_limit_leave_the_event_loop_time() {
    let lab = Lab::new();
    let server = flaky(&lab, 0, 1_000);
    let shown = lab.query(&server.query("k").retry_when(|_, _| true).retry_delay(Duration::ZERO));
    lab.flush();
    assert_eq!(server.calls(), 1, "not all in one go");
    lab.advance(1_000);
    assert_eq!((server.calls(), shown.data()), (1_001, Some(1_000_u32)));
}

#[test]
fn retry_on_mount_off_leaves_a_failed_query_alone() {
    let lab = Lab::new();
    let server = lab.broken(0);
    drop((lab.query(&server.query("k").retry(0)), lab.flush()));
    let shown = lab.query(&server.query("k").retry(0).retry_on_mount(false));
    lab.flush();
    assert_eq!((server.calls(), shown.status()), (1, Status::Error));
}
