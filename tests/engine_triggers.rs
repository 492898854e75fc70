//! What makes a request: focus, the network, polling, mounting, being enabled.

#[path = "support/lab.rs"]
mod lab;

use std::time::Duration;

use lab::{Lab, NEVER, Swr, ms, swr_watch};
use yew_clerk::client::SwrOptions;
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::options::{NetworkMode, Refetch};

fn eager() -> Swr {
    Swr::new().deduping_interval(Duration::ZERO).focus_throttle_interval(Duration::ZERO)
}

/// P13.
#[test]
fn focus_fetches_unless_it_is_switched_off() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.swr("k", &server, &eager());
    lab.flush();
    lab.focus();
    assert_eq!(shown.number(), Some(1));
    shown.update(swr_watch("k", &server, &eager().revalidate_on_focus(false)));
    lab.focus();
    assert_eq!(shown.number(), Some(1));
    shown.update(swr_watch("k", &server, &eager()));
    lab.focus();
    assert_eq!(shown.number(), Some(2));
}

#[test]
fn the_focus_throttle_begins_with_the_mount_and_ends_strictly_after_its_span() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let options = Swr::new().deduping_interval(Duration::ZERO);
    let _shown = lab.swr("k", &server, &options);
    lab.advance(5_000);
    lab.focus();
    assert_eq!(server.calls(), 1, "exactly at its end it still holds");
    lab.advance(1);
    lab.focus();
    assert_eq!(server.calls(), 2);
    lab.advance(5_000);
    lab.focus();
    assert_eq!(server.calls(), 2);
}

#[test]
fn many_hooks_do_not_defeat_the_focus_throttle() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let options = Swr::new().deduping_interval(Duration::ZERO);
    let _hooks: Vec<_> = (0..5).map(|_| lab.swr("k", &server, &options)).collect();
    lab.advance(5_001);
    for _ in 0..5 {
        lab.focus();
    }
    assert_eq!(server.calls(), 2);
}

#[test]
fn the_first_observer_that_wants_fetches_on_focus() {
    let lab = Lab::new();
    let (uninterested, eager_server) = (lab.counter(0), lab.counter(0));
    let _first = lab.swr("k", &uninterested, &eager().revalidate_on_focus(false));
    let _second = lab.swr("k", &eager_server, &eager());
    lab.flush();
    lab.focus();
    assert_eq!((uninterested.calls(), eager_server.calls()), (1, 1));
}

/// P14.
#[test]
fn focus_follows_the_rules_of_tanstack_query() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let calls_after_focus = |refetch: Refetch, stale_time, enabled| {
        lab.client.clear();
        let query = server.query("k").stale_time(stale_time).enabled(enabled);
        let _shown = lab.query(&query.refetch_on_window_focus(refetch));
        lab.flush();
        let before = server.calls();
        lab.hide();
        lab.show();
        server.calls() - before
    };
    assert_eq!(calls_after_focus(Refetch::IfStale, NEVER, true), 0);
    assert_eq!(calls_after_focus(Refetch::Always, NEVER, true), 1);
    assert_eq!(calls_after_focus(Refetch::IfStale, Duration::ZERO, true), 1);
    assert_eq!(calls_after_focus(Refetch::Never, Duration::ZERO, true), 0);
    assert_eq!(calls_after_focus(Refetch::Always, Duration::ZERO, false), 0);
}

/// P14, with a function.
#[test]
fn a_focus_rule_may_look_at_the_state() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let rule = Refetch::With(std::rc::Rc::new(|state| {
        let small = state.data.as_ref().and_then(|data| data.get::<i32>()).is_some_and(|n| *n < 1);
        if small { Refetch::Always } else { Refetch::Never }
    }));
    let query = server.query("k").stale_time(NEVER).refetch_on_window_focus(rule);
    let shown = lab.query(&query);
    lab.flush();
    for _ in 0..3 {
        lab.focus();
    }
    assert_eq!(shown.number(), Some(1));
}

/// P15.
#[test]
fn the_return_of_the_network_fetches_once() {
    let lab = Lab::new();
    let (swr, query, off) = (lab.counter(0), lab.counter(0), lab.counter(0));
    let _shown = (
        lab.swr("a", &swr, &eager()),
        lab.query(&query.query("b")),
        lab.swr("c", &off, &eager().revalidate_on_reconnect(false)),
        lab.query(&off.query("d").refetch_on_reconnect(false)),
    );
    lab.flush();
    lab.online(false);
    lab.online(true);
    lab.online(true);
    assert_eq!((swr.calls(), query.calls(), off.calls()), (2, 2, 2));
}

#[test]
fn who_fetches_offline_has_missed_nothing_when_the_network_is_back() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let always = || server.query("k").network_mode(NetworkMode::Always);
    let shown = lab.query(&always());
    lab.online(false);
    lab.online(true);
    assert_eq!(server.calls(), 1);
    shown.update(lab.query_watch(
        &server.query("k").refetch_on_reconnect(true).network_mode(NetworkMode::Always),
    ));
    lab.online(false);
    lab.online(true);
    assert_eq!(server.calls(), 2, "unless it is asked for");
}

/// P16.
#[test]
fn swr_does_not_look_for_news_while_offline_or_hidden() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let _shown = lab.swr("k", &server, &eager());
    lab.flush();
    lab.online(false);
    lab.focus();
    assert_eq!(server.calls(), 1);
    lab.hide();
    lab.online(true);
    assert_eq!(server.calls(), 1);
    lab.focus();
    assert_eq!(server.calls(), 1, "a focus event of a hidden page");
}

#[test]
fn tanstack_query_refetches_on_reconnect_in_a_hidden_page_too() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let _shown = lab.query(&server.query("k"));
    lab.hide();
    lab.online(false);
    lab.online(true);
    assert_eq!(server.calls(), 2);
}

/// P17.
#[test]
fn swr_polls_after_each_answer() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let options = Swr::new().deduping_interval(ms(100)).refresh_interval(ms(200));
    let shown = lab.swr("k", &server, &options);
    lab.flush();
    let mut seen = vec![shown.number()];
    for step in [200, 50, 150] {
        lab.advance(step);
        seen.push(shown.number());
    }
    assert_eq!(seen, [Some(0), Some(1), Some(1), Some(2)]);
}

/// P17, with a function.
#[test]
fn the_polling_interval_may_follow_the_data() {
    let lab = Lab::new();
    let server = lab.server(0, |n| Ok(u64::from(n) + 1));
    let options = SwrOptions::<u64, lab::Text>::new()
        .deduping_interval(Duration::ZERO)
        .refresh_interval_with(|count| ms(count.copied().unwrap_or(0) * 1_000));
    let shown = lab.swr("k", &server, &options);
    lab.flush();
    for (wait, calls) in [(999, 1), (1, 2), (1_999, 2), (1, 3), (2_999, 3), (1, 4)] {
        lab.advance(wait);
        assert_eq!(server.calls(), calls);
    }
    let never = lab.counter(0);
    let _still = lab.swr("other", &never, &Swr::new().refresh_interval_with(|_| Duration::ZERO));
    lab.advance(9_999);
    assert_eq!((never.calls(), shown.data::<u64>()), (1, Some(6)));
}

/// P18.
#[test]
fn polling_is_held_back_by_deduping() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let options = Swr::new().deduping_interval(ms(500)).refresh_interval(ms(100));
    let shown = lab.swr("k", &server, &options);
    lab.flush();
    let mut seen = Vec::new();
    for step in [400, 200, 100, 500] {
        lab.advance(step);
        seen.push(shown.number());
    }
    assert_eq!(seen, [Some(0), Some(1), Some(1), Some(2)]);
}

/// P19.
#[test]
fn tanstack_query_polls_while_observed_and_shown() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let polling = || server.query("k").refetch_interval(ms(10));
    let shown = lab.query(&polling());
    lab.flush();
    assert_eq!(server.calls(), 1);
    lab.advance(10);
    assert_eq!(server.calls(), 2);
    lab.hide();
    lab.advance(100);
    assert_eq!(server.calls(), 2, "not in a hidden page");
    shown.update(lab.query_watch(&polling().refetch_interval_in_background(true)));
    lab.advance(10);
    assert_eq!(server.calls(), 3);
    drop(shown);
    lab.advance(100);
    assert_eq!(server.calls(), 3, "not without an observer");
}

#[test]
fn polling_goes_on_after_a_remount_that_fetches_nothing() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let polling = || server.query("k").refetch_interval(ms(50)).stale_time(NEVER);
    drop(lab.query(&polling()));
    lab.advance(20);
    let _again = lab.query(&polling());
    lab.advance(50);
    assert_eq!(server.calls(), 2);
}

#[test]
fn no_interval_makes_the_page_spin() {
    let lab = Lab::new();
    let server = lab.counter(0);
    for interval in [Duration::ZERO, Duration::from_nanos(1), Duration::from_micros(900), NEVER] {
        let before = server.calls();
        let shown = lab.query(&server.query("k").refetch_interval(interval).stale_time(NEVER));
        lab.advance(10);
        assert!(server.calls() - before <= 11);
        drop(shown);
    }
    let hidden = lab.swr("s", &server, &eager().refresh_interval(Duration::from_nanos(1)));
    lab.hide();
    lab.advance(10);
    assert!(hidden.number().is_some());
}

#[test]
fn each_observer_polls_at_its_own_pace_in_a_hidden_page() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = || server.query("k").stale_time(NEVER);
    let _slow = lab.query(&query().refetch_interval(ms(100)).refetch_interval_in_background(true));
    let _fast = lab.query(&query().refetch_interval(ms(30)));
    lab.flush();
    lab.hide();
    lab.advance(99);
    assert_eq!(server.calls(), 1);
    lab.advance(1);
    assert_eq!(server.calls(), 2);
    lab.show();
    lab.advance(30);
    assert_eq!(server.calls(), 3);
}

#[test]
fn an_observer_that_comes_and_goes_does_not_hold_up_anothers_polling() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = || server.query("k").stale_time(NEVER);
    let _slow = lab.query(&query().refetch_interval(ms(100)));
    lab.flush();
    for _ in 0..10 {
        let fast = lab.query(&query().refetch_interval(ms(50)));
        lab.advance(10);
        drop(fast);
    }
    assert_eq!(server.calls(), 2);
}

#[test]
fn polling_stops_at_an_error_with_swr_and_goes_on_with_tanstack_query() {
    let lab = Lab::new();
    let (swr, query) = (lab.broken(0), lab.broken(0));
    let options = Swr::new().refresh_interval(ms(10)).error_retry_count(0);
    let _shown = (
        lab.swr("a", &swr, &options),
        lab.query(&query.query("b").refetch_interval(ms(10)).retry(0)),
    );
    lab.advance(100);
    assert_eq!((swr.calls(), query.calls()), (1, 11));
}

/// P22.
#[test]
fn mounting_follows_its_rule_where_there_is_data() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let calls = |refetch: Refetch, stale_time, has_data| {
        lab.client.clear();
        if has_data {
            lab.client.set_query_data("k", 9).unwrap();
        }
        let before = server.calls();
        let query = server.query("k").refetch_on_mount(refetch).stale_time(stale_time);
        let _shown = lab.query(&query);
        lab.flush();
        server.calls() - before
    };
    assert_eq!(calls(Refetch::Never, Duration::ZERO, true), 0);
    assert_eq!(calls(Refetch::Never, Duration::ZERO, false), 1);
    assert_eq!(calls(Refetch::IfStale, Duration::ZERO, true), 1);
    assert_eq!(calls(Refetch::IfStale, NEVER, true), 0);
    assert_eq!(calls(Refetch::Always, NEVER, true), 1);
}

/// P23.
#[test]
fn a_disabled_query_fetches_only_when_it_is_told_to() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let off = lab.query(&server.query("k").enabled(false));
    lab.focus();
    lab.advance(50);
    assert_eq!((off.states(), server.calls()), ((Status::Pending, FetchStatus::Idle), 0));
    drop(off.refetch());
    assert_eq!(off.states(), (Status::Pending, FetchStatus::Fetching));
    lab.advance(10);
    assert_eq!(off.states(), (Status::Success, FetchStatus::Idle));
}

/// P23, the second half.
#[test]
fn enabling_fetches_once_whoever_else_is_there() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let _off = lab.query(&server.query("k").enabled(false));
    let on = lab.query(&server.query("k").enabled(false));
    on.update(lab.query_watch(&server.query("k")));
    on.update(lab.query_watch(&server.query("k")));
    lab.advance(50);
    assert_eq!(server.calls(), 1);
}

/// P51.
#[test]
fn immutable_data_is_fetched_once() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let options = Swr::immutable().deduping_interval(Duration::ZERO);
    drop(lab.swr("k", &server, &options));
    lab.flush();
    let shown = lab.swr("k", &server, &options);
    lab.advance(10_000);
    lab.focus();
    lab.online(false);
    lab.online(true);
    lab.advance(10_000);
    assert_eq!(server.calls(), 1);
    shown.update(swr_watch("new", &server, &options));
    assert!(shown.is_loading() && shown.is_validating());
    lab.flush();
    assert_eq!(server.calls(), 2);
}

/// P59.
#[test]
fn a_query_that_starts_offline_waits_for_the_network() {
    let lab = Lab::new();
    let (waits, runs) = (lab.counter(0), lab.counter(0));
    lab.online(false);
    let waiting = lab.query(&waits.query("a"));
    let _running = lab.query(&runs.query("b").network_mode(NetworkMode::Always));
    lab.flush();
    assert_eq!(waiting.states(), (Status::Pending, FetchStatus::Paused));
    assert_eq!((waits.calls(), runs.calls()), (0, 1));
    let invalidated = lab.run(lab.client.invalidate_queries("a"));
    assert!(invalidated.take().is_some(), "nobody is made to wait for the network");
    lab.online(true);
    assert_eq!(waiting.states(), (Status::Success, FetchStatus::Idle));
    assert_eq!(waits.calls(), 1);
}
