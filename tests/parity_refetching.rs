//! What TanStack Query's own tests ask of focus, network, polling, signals and lists of queries, asked of these.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lab::{DONE, FAILED, HELD_BACK, LOADING, Lab, NEVER, Observer, Text, UNTOUCHED, WAITING, ms};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::erased::Data;
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::options::{NetworkMode, Refetch, StaleTime};

#[test]
fn polling_follows_its_interval_as_it_changes_and_stops() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = server.query("k").stale_time(NEVER);
    let every = |millis: u64| lab.query_watch(&query.clone().refetch_interval(ms(millis)));
    let shown = lab.query(&query);
    lab.advance(500);
    assert_eq!(server.calls(), 1);
    shown.update(every(100));
    lab.advance(250);
    assert_eq!(server.calls(), 3);
    shown.update(every(20));
    lab.advance(50);
    assert!(server.calls() >= 5);
    shown.update(every(0));
    let before = server.calls();
    lab.advance(500);
    shown.update(every(100));
    shown.update(lab.query_watch(&query.clone().refetch_interval(ms(100)).enabled(false)));
    lab.advance(500);
    assert_eq!(server.calls(), before);
}

#[test]
fn a_rule_may_poll_until_the_data_is_what_is_waited_for() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = server.query("k").refetch_interval_with(|state| {
        let data = state.data.as_ref().and_then(Data::get::<i32>);
        if data.is_none_or(|data| *data < 2) { ms(10) } else { ms(0) }
    });
    let shown = lab.query(&query);
    lab.advance(100);
    assert_eq!((shown.number(), server.calls()), (Some(2), 3));
    lab.client.set_query_data("k", 0).expect("a key");
    lab.advance(100);
    assert_eq!((shown.number(), server.calls()), (Some(3), 4));
}

#[test]
fn polling_waits_for_the_page_to_be_looked_at_unless_told_otherwise() {
    let lab = Lab::new();
    let (shown, hidden) = (lab.counter(0), lab.counter(0));
    let poll = |query: lab::Query| {
        lab.query(&query.refetch_interval(ms(10)).refetch_on_window_focus(false))
    };
    let _both = [
        poll(shown.query("shown")),
        poll(hidden.query("hidden").refetch_interval_in_background(true)),
    ];
    lab.advance(10);
    lab.hide();
    lab.advance(30);
    assert_eq!((shown.calls(), hidden.calls()), (2, 5));
    lab.show();
    lab.advance(10);
    assert_eq!((shown.calls(), hidden.calls()), (3, 6));
}

#[test]
fn polling_goes_on_after_an_error_and_ends_with_the_observer() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let shown = lab.query(&server.query("k").retry(0).refetch_interval(ms(10)));
    lab.advance(30);
    assert_eq!((server.calls(), shown.states()), (4, FAILED));
    drop(shown);
    lab.advance(100);
    assert_eq!(server.calls(), 4);
}

#[test]
fn a_poll_counts_from_what_was_written_last_and_never_doubles_a_slow_request() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let _shown = lab.query(&server.query("k").refetch_interval(ms(100)));
    lab.advance(90);
    lab.client.set_query_data("k", 50).expect("a key");
    lab.advance(99);
    assert_eq!(server.calls(), 1);
    server.delay.set(250);
    lab.advance(1);
    assert_eq!(server.calls(), 2);
    lab.advance(249);
    assert_eq!((server.calls(), lab.data("k")), (2, Some(50)));
    lab.advance(101);
    assert_eq!((server.calls(), lab.data("k")), (3, Some(1)));
}

#[test]
fn a_return_to_the_page_fetches_by_the_rule_of_each_query() {
    let lab = Lab::new();
    let calls = |rule: Refetch, age: u64, enabled: bool| {
        let server = lab.counter(0);
        let query = server.query(("k", lab.entries() as u64)).stale_time(ms(age));
        let shown = lab.query(&query.refetch_on_window_focus(rule).initial_data(-1));
        lab.flush();
        let before = server.calls();
        if !enabled {
            let query = server.query(("k", lab.entries() as u64 - 1)).enabled(false);
            shown.update(lab.query_watch(&query));
        }
        lab.hide();
        lab.show();
        drop(shown);
        server.calls() - before
    };
    assert_eq!(calls(Refetch::IfStale, 0, true), 1);
    assert_eq!(calls(Refetch::IfStale, 1_000, true), 0);
    assert_eq!(calls(Refetch::Always, 1_000, true), 1);
    assert_eq!(calls(Refetch::Always, 1_000, false), 0);
    assert_eq!(calls(Refetch::Never, 0, true), 0);
    let by_count = Refetch::With(Rc::new(|state| (state.data_update_count > 5).into()));
    assert_eq!(calls(by_count, 0, true), 0);
}

#[test]
fn a_return_to_the_page_tries_again_what_has_failed_and_joins_what_runs() {
    let lab = Lab::new();
    let server = lab.server(10, |n| if n == 0 { Err("no") } else { Ok(1) });
    let shown = lab.query(&server.query("k").retry(0).stale_time(NEVER));
    lab.advance(10);
    assert_eq!(shown.states(), FAILED);
    lab.focus();
    assert_eq!(shown.states(), LOADING);
    lab.advance(5);
    lab.focus();
    lab.advance(5);
    assert_eq!((shown.states(), server.calls()), (DONE, 2));
}

#[test]
fn a_load_that_begins_offline_waits_and_runs_once_for_all_its_observers() {
    let lab = Lab::new();
    let server = lab.counter(10);
    lab.online(false);
    let shown = [lab.query(&server.query("k")), lab.query(&server.query("k"))];
    assert_eq!(shown.each_ref().map(Observer::states), [WAITING; 2]);
    assert!(!shown[0].is_loading());
    lab.client.invalidate_queries("k");
    lab.advance(1_000);
    assert_eq!((server.calls(), lab.client.is_fetching("k")), (0, 0));
    lab.online(true);
    assert_eq!(shown.each_ref().map(Observer::states), [LOADING; 2]);
    lab.advance(10);
    assert_eq!((shown[0].states(), server.calls()), (DONE, 1));
}

#[test]
fn a_refetch_that_waits_for_the_network_runs_though_its_observer_has_gone() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.query(&server.query("k"));
    lab.flush();
    lab.online(false);
    shown.refetch();
    assert_eq!(shown.states(), HELD_BACK);
    drop(shown);
    lab.online(true);
    assert_eq!((lab.data("k"), server.calls()), (Some(1), 2));
}

#[test]
fn what_waits_for_the_network_ends_with_its_observer_if_nothing_is_there_or_it_can_be_stopped() {
    let lab = Lab::new();
    let (server, abortable) = (lab.counter(0), lab.counter(10).abortable());
    let shown = lab.query(&abortable.query("stoppable"));
    lab.advance(10);
    shown.refetch();
    lab.advance(5);
    lab.online(false);
    let first = lab.query(&server.query("k"));
    drop((shown, first));
    lab.flush();
    let status = |key: Text| lab.state(key).map(|state| (state.status, state.fetch_status));
    assert_eq!((status("k"), status("stoppable")), (Some(UNTOUCHED), Some(DONE)));
    lab.online(true);
    lab.advance(50);
    assert_eq!((server.calls(), lab.data("stoppable")), (0, Some(0)));
}

#[test]
fn what_waits_for_the_network_and_is_cancelled_does_not_run() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.query(&server.query("k").refetch_on_reconnect(false).initial_data(-1));
    lab.flush();
    lab.online(false);
    lab.client.invalidate_queries("k");
    assert_eq!(shown.states(), HELD_BACK);
    lab.client.cancel_queries("k");
    assert_eq!((shown.states(), shown.is_stale()), (DONE, true));
    lab.online(true);
    assert_eq!(server.calls(), 1);
}

#[test]
fn each_network_mode_runs_what_it_may_offline() {
    let lab = Lab::new();
    lab.online(false);
    let mode = |key: Text, mode: NetworkMode| {
        let server = lab.broken(0);
        let query = server.query(key).retry(2).retry_delay(ms(1)).network_mode(mode);
        (lab.query(&query), server)
    };
    let (online, nothing) = mode("online", NetworkMode::Online);
    let (first, once) = mode("first", NetworkMode::OfflineFirst);
    let (always, thrice) = mode("always", NetworkMode::Always);
    lab.advance(50);
    assert_eq!((nothing.calls(), once.calls(), thrice.calls()), (0, 1, 3));
    assert_eq!((online.states(), first.states(), always.states()), (WAITING, WAITING, FAILED));
    assert_eq!((first.failures(), always.failures()), (1, 3));
    lab.online(true);
    lab.advance(50);
    assert_eq!((nothing.calls(), once.calls(), thrice.calls()), (3, 3, 3));
    lab.hide();
    always.refetch();
    lab.advance(50);
    assert_eq!((thrice.calls(), always.states()), (4, WAITING));
}

#[test]
fn retries_wait_for_the_network_and_keep_their_count() {
    let lab = Lab::new();
    let server = lab.broken(10);
    let shown = lab.query(&server.query("k").retry(2).retry_delay(ms(1)));
    lab.advance(5);
    lab.online(false);
    lab.advance(50);
    assert_eq!((shown.states(), shown.failures(), server.calls()), (WAITING, 1, 1));
    lab.online(true);
    assert_eq!((shown.states(), shown.failures()), (LOADING, 1));
    lab.advance(50);
    assert_eq!((shown.states(), shown.failures(), server.calls()), (FAILED, 3, 3));
}

#[test]
fn the_network_that_is_back_fetches_what_is_stale_and_wants_it() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let plain = server.query("plain");
    let others = [
        server.query("fresh").stale_time(NEVER),
        server.query("never").refetch_on_reconnect(false),
        server.query("always offline").network_mode(NetworkMode::Always),
    ];
    let _others = others.each_ref().map(|query| lab.query(query));
    let shown = lab.query(&plain);
    lab.flush();
    let before = server.calls();
    lab.online(false);
    lab.online(true);
    assert_eq!((server.calls() - before, shown.states()), (1, DONE));
}

#[test]
fn who_asks_for_the_signal_is_stopped_with_the_last_observer_and_goes_back() {
    let lab = Lab::new();
    let server = lab.counter(10).abortable();
    let shown = [lab.query(&server.query("k")), lab.query(&server.query("k"))];
    let [first, second] = shown;
    lab.advance(5);
    drop(first);
    assert!(!server.signal(0).is_aborted());
    drop(second);
    lab.flush();
    assert!(server.signal(0).is_aborted());
    let state = lab.state("k").expect("an entry");
    assert_eq!(
        (state.status, state.fetch_status, state.failure_count),
        (Status::Pending, FetchStatus::Idle, 0)
    );
    let aborts = Rc::<Cell<u32>>::default();
    let shown = lab.query(&server.query("k"));
    lab.flush();
    let count = aborts.clone();
    let _guard = server.signal(1).on_abort(move || count.set(count.get() + 1));
    lab.client.cancel_queries("k");
    drop(shown);
    lab.advance(50);
    assert_eq!((aborts.get(), lab.data::<i32>("k")), (1, None));
}

#[test]
fn who_does_not_ask_for_the_signal_fills_the_cache_for_nobody() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let shown = lab.query(&server.query("k"));
    lab.advance(5);
    drop(shown);
    lab.advance(5);
    assert_eq!((lab.data("k"), server.signal(0).is_aborted()), (Some(0), false));
}

#[test]
fn a_component_renders_for_the_fields_that_it_reads() {
    let lab = Lab::new();
    let server = lab.server(0, |_| Ok(7));
    let only_data = Observer::new(&lab.client, lab.query_watch(&server.query("k")), Fields::DATA);
    let status = Fields::DATA.with(Fields::FETCH_STATUS);
    let both = Observer::new(&lab.client, lab.query_watch(&server.query("k")), status);
    lab.flush();
    assert_eq!((only_data.told(), both.told()), (1, 1));
    both.refetch();
    lab.flush();
    assert_eq!((only_data.told(), both.told(), server.calls()), (1, 3, 2));
}

#[test]
fn a_list_of_queries_follows_order_and_number_and_keeps_what_stays() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let watch = |n: &i32| lab.query_watch(&server.query(("k", *n)).stale_time(NEVER));
    let told = Rc::<Cell<u32>>::default();
    let count = told.clone();
    let watches = |of: &[i32]| of.iter().map(watch).collect::<Vec<_>>();
    let mut list = lab
        .client
        .observe_queries(watches(&[1, 2, 2]), Rc::new(move || count.set(count.get() + 1)));
    let data = |list: &yew_clerk::client::QueriesObserver| -> Vec<Option<i32>> {
        let data = |data: &Data| *data.get::<i32>().expect("a number");
        list.observers()
            .map(|o| o.view().read(Fields::DATA, |shown| shown.data.as_ref().map(data)))
            .collect()
    };
    assert_eq!(data(&list), [None; 3]);
    lab.flush();
    assert_eq!((data(&list), server.calls()), (vec![Some(0), Some(1), Some(1)], 2));
    list.update(watches(&[2, 3, 1]));
    assert_eq!(data(&list), [Some(1), None, Some(0)]);
    lab.flush();
    assert_eq!((data(&list), server.calls()), (vec![Some(1), Some(2), Some(0)], 3));
    list.update(watches(&[3]));
    let before = told.get();
    lab.client.set_query_data(("k", 1), 9).expect("a key");
    lab.client.set_query_data(("k", 3), 8).expect("a key");
    assert_eq!((data(&list), told.get()), (vec![Some(8)], before + 1));
    list.update(Vec::new());
    assert_eq!(list.observers().len(), 0);
}

#[test]
fn all_who_await_a_fetch_get_its_answer_after_the_page_was_hidden_between_its_tries() {
    let lab = Lab::new();
    let server = lab.server(0, |n| if n < 2 { Err("no") } else { Ok(5) });
    let query = server.query("k").retry(3).retry_delay(ms(1));
    lab.hide();
    let first = lab.run(lab.client.fetch_query(query.clone()));
    let second = lab.run(lab.client.fetch_query(query));
    lab.advance(50);
    assert_eq!((server.calls(), lab.client.is_fetching("k")), (1, 0));
    lab.show();
    lab.advance(50);
    let given = [first, second].map(|given| *given.take().expect("an end").expect("data"));
    assert_eq!((given, server.calls()), ([5, 5], 3));
}

#[test]
fn a_fetch_that_waits_for_the_page_can_be_cancelled_and_does_not_go_on() {
    let lab = Lab::new();
    let server = lab.broken(0);
    lab.hide();
    let given = lab.run(lab.client.fetch_query(server.query("k").retry(3).retry_delay(ms(1))));
    lab.advance(50);
    lab.client.cancel_queries("k");
    lab.flush();
    assert!(given.take().expect("an end").is_err_and(|error| error.is_cancelled()));
    lab.show();
    lab.advance(50);
    assert_eq!(
        (server.calls(), lab.state("k").map(|s| (s.status, s.fetch_status))),
        (1, Some(UNTOUCHED))
    );
}

#[test]
fn the_network_is_told_when_it_changes_and_what_waited_goes_on_once() {
    let lab = Lab::new();
    let told = Rc::<RefCell<Vec<bool>>>::default();
    let note = told.clone();
    let online = lab.client.online_manager();
    let _guard = online.subscribe(move |online| note.borrow_mut().push(online));
    let server = lab.counter(0);
    online.set_online(true);
    online.set_online(false);
    online.set_online(false);
    let shown = lab.query(&server.query("k"));
    assert_eq!(shown.states(), (Status::Pending, FetchStatus::Paused));
    online.set_online(true);
    lab.flush();
    assert_eq!((told.take(), shown.states(), server.calls()), (vec![false, true], DONE, 1));
}

#[test]
fn a_rule_for_polling_is_asked_again_after_whatever_changes_the_state() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let unmoved = server.query("k").stale_time(StaleTime::Static);
    let shown = lab.query(&unmoved.refetch_interval_with(|state| {
        let is_wanted = state.data.is_none() || state.is_invalidated;
        if is_wanted { ms(50) } else { ms(0) }
    }));
    lab.advance(500);
    assert_eq!(server.calls(), 1);
    lab.client.invalidate_queries("k");
    lab.advance(500);
    assert_eq!((server.calls(), shown.number()), (2, Some(1)));
    lab.client.reset_queries("k");
    lab.advance(49);
    assert_eq!((server.calls(), shown.number()), (2, None));
    lab.advance(1);
    assert_eq!((server.calls(), shown.number()), (3, Some(2)));
}

#[test]
fn who_begins_to_poll_is_not_held_back_by_a_rule_that_polls_no_more() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = server.query("k").stale_time(NEVER).refetch_on_mount(false);
    let first_load = query.clone().enabled_with(|state| state.data.is_none());
    lab.online(false);
    let _first = lab.query(&first_load.refetch_interval(ms(20)));
    lab.client.cancel_queries("k");
    let _begun = lab.query(&query.clone().initial_data(-1));
    lab.advance(100);
    let shown = lab.query(&query.refetch_interval(ms(30)));
    lab.online(true);
    lab.advance(30);
    assert_eq!((server.calls(), shown.number()), (1, Some(0)));
}
