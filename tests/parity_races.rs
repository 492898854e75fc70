//! Races and unusual combinations that TanStack Query's tests do not have, by its rules.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lab::{
    DONE, FAILED, HELD_BACK, LOADING, Lab, NEVER, Observer, REFETCHING, Text, UNTOUCHED, WAITING,
    ms,
};
use yew_clerk::client::{QueryObserver, query_options};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::filters::Filters;
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::options::NetworkMode;
use yew_clerk::engine::queries::RefetchType;

#[test]
fn options_that_change_during_a_fetch_are_for_the_next_one_but_its_retries_call_the_new_function() {
    let lab = Lab::new();
    let (old, new) = (lab.broken(10), lab.server::<i32>(10, |_| Err("new")));
    let shown = lab.query(&old.query("k").retry(2).retry_delay(ms(10)));
    lab.advance(5);
    shown.update(lab.query_watch(&new.query("k").retry(0)));
    lab.advance(5);
    assert_eq!((shown.failures(), shown.states()), (1, LOADING));
    lab.advance(40);
    assert_eq!((shown.failures(), shown.states(), shown.error()), (3, FAILED, Some("new")));
    assert_eq!((old.calls(), new.calls()), (1, 2));
    shown.refetch();
    lab.advance(10);
    assert_eq!((shown.states(), new.calls()), (FAILED, 3));
}

#[test]
fn observers_with_other_options_share_a_fetch_and_each_follows_its_own() {
    let lab = Lab::new();
    let (one, two) = (lab.server(10, |_| Ok(2)), lab.server(10, |_| Ok(3)));
    let plain = lab.query(&one.query("k"));
    let double = lab.query(&two.query("k").select(|n| n * 2).stale_time(NEVER));
    let disabled = lab.query(&two.query("k").enabled(false).placeholder_data(9));
    assert_eq!((disabled.number(), disabled.is_placeholder()), (Some(9), true));
    lab.advance(10);
    let numbers = [&plain, &double, &disabled].map(Observer::number);
    assert_eq!((numbers, one.calls(), two.calls()), ([Some(2), Some(4), Some(2)], 1, 0));
    assert_eq!((plain.is_stale(), double.is_stale(), disabled.is_stale()), (true, false, false));
    disabled.refetch();
    lab.advance(10);
    assert_eq!((plain.number(), double.number(), two.calls()), (Some(3), Some(6), 1));
    drop(plain);
    lab.focus();
    lab.advance(10);
    assert_eq!((one.calls(), two.calls()), (1, 1));
}

#[test]
fn a_disabled_query_that_is_fetched_cancelled_and_fetched_again_ends_where_it_should() {
    let lab = Lab::new();
    let server = lab.counter(10).abortable();
    let shown = lab.query(&server.query("k").enabled(false));
    let first = lab.run(shown.refetch());
    lab.advance(5);
    lab.client.cancel_queries("k");
    assert_eq!(shown.states(), UNTOUCHED);
    let second = lab.run(shown.refetch());
    lab.advance(9);
    assert_eq!(
        (shown.states(), first.take().is_some(), second.take().is_some()),
        (LOADING, true, false)
    );
    lab.advance(1);
    assert_eq!((shown.states(), shown.number(), second.take().is_some()), (DONE, Some(1), true));
    shown.refetch();
    shown.refetch();
    lab.client.cancel_queries("k");
    shown.refetch();
    lab.advance(10);
    assert_eq!((shown.states(), shown.number()), (DONE, Some(2)));
}

#[test]
fn a_query_that_is_left_between_its_tries_fails_and_is_forgotten() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let shown = lab.query(&server.query("k").retry_delay(ms(100)).gc_time(ms(10)));
    lab.advance(50);
    drop(shown);
    lab.advance(49);
    assert_eq!((lab.entries(), lab.fetching()), (1, 1));
    lab.advance(1);
    assert_eq!(
        (lab.entries(), lab.fetching(), lab.state("k").expect("it").status),
        (1, 0, Status::Error)
    );
    lab.advance(10);
    assert_eq!((lab.entries(), server.calls()), (0, 1));
    let hidden = lab.query(&server.query("hidden").retry_delay(ms(10)).gc_time(ms(10)));
    lab.flush();
    lab.hide();
    lab.advance(50);
    drop(hidden);
    lab.advance(10);
    assert_eq!((lab.entries(), lab.fetching()), (0, 0));
}

#[test]
fn data_that_is_written_while_the_first_load_waits_is_shown_and_replaced_later() {
    let lab = Lab::new();
    let server = lab.counter(10);
    lab.online(false);
    let shown = lab.query(&server.query("k"));
    let given = lab.run(lab.client.fetch_query(server.query("k").stale_time(NEVER)));
    assert_eq!((shown.states(), given.take().is_some()), (WAITING, false));
    lab.client.set_query_data("k", 50).expect("a key");
    assert_eq!((shown.states(), shown.number()), (HELD_BACK, Some(50)));
    lab.online(true);
    assert_eq!((shown.states(), shown.number()), (REFETCHING, Some(50)));
    lab.client.cancel_queries("k");
    assert_eq!((shown.states(), shown.number()), (DONE, Some(50)));
    lab.flush();
    assert!(given.take().is_some_and(|given| given.is_ok_and(|data| *data == 50)));
}

#[test]
fn what_is_invalidated_while_it_waits_for_the_network_runs_once_and_is_fresh() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.query(&server.query("k").stale_time(NEVER));
    lab.flush();
    lab.online(false);
    for _ in 0..3 {
        lab.client.invalidate_queries("k");
        lab.advance(1);
    }
    let refetched = lab.run(shown.refetch());
    assert_eq!((shown.states(), shown.is_stale()), (HELD_BACK, true));
    lab.online(true);
    assert_eq!((shown.states(), shown.is_stale(), server.calls()), (DONE, false, 2));
    assert!(refetched.take().is_some());
}

#[test]
fn a_reset_between_two_tries_begins_the_count_anew_and_the_old_try_never_comes() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let shown = lab.query(&server.query("k").retry(1).retry_delay(ms(100)));
    lab.advance(60);
    assert_eq!((shown.failures(), server.calls()), (1, 1));
    let reset = lab.run(lab.client.reset_queries("k"));
    assert_eq!((shown.failures(), shown.states()), (1, LOADING));
    assert_eq!(server.calls(), 2);
    lab.advance(99);
    assert_eq!((server.calls(), reset.take()), (2, None));
    lab.advance(1);
    assert_eq!((server.calls(), shown.states(), shown.failures()), (3, FAILED, 2));
    assert_eq!(reset.take(), Some(()));
    lab.client.reset_queries("k");
    assert_eq!((shown.states(), shown.error(), shown.failures()), (LOADING, None, 0));
}

#[test]
fn a_key_that_flips_within_one_tick_asks_only_for_the_last() {
    let lab = Lab::new();
    let server = lab.server(10, Ok);
    let asked = Rc::<RefCell<Vec<u32>>>::default();
    let watch = |n: u32| {
        let (asked, server) = (asked.clone(), server.clone());
        lab.query_watch(&query_options(("k", n), move |_| {
            asked.borrow_mut().push(n);
            server.request()
        }))
    };
    let shown = Observer::new(&lab.client, watch(0), Fields::ALL);
    for n in [1, 0, 2, 1, 3, 0] {
        shown.update(watch(n));
        assert_eq!(shown.states(), LOADING);
    }
    lab.flush();
    assert_eq!(asked.take(), [0]);
    lab.advance(10);
    assert_eq!((shown.states(), lab.fetching()), (DONE, 0));
    for n in [1, 2, 1] {
        shown.update(watch(n));
        lab.flush();
    }
    assert_eq!(asked.take(), [1, 2]);
    lab.advance(10);
    assert_eq!((shown.data::<u32>(), lab.fetching()), (Some(1), 0));
}

#[test]
fn a_selection_that_changes_during_a_fetch_shows_the_old_data_by_the_new_rule() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let query = || server.query("k").stale_time(NEVER);
    let shown = lab.query(&query().select(|n| n + 10));
    lab.advance(10);
    shown.refetch();
    lab.advance(5);
    shown.update(lab.query_watch(&query().select(|n| n + 20)));
    assert_eq!((shown.number(), shown.states()), (Some(20), REFETCHING));
    shown.update(lab.query_watch(&query().select_result(|_| Err::<i32, _>("no"))));
    assert_eq!((shown.number(), shown.error()), (Some(20), Some("no")));
    assert_eq!(shown.states(), (Status::Error, FetchStatus::Fetching));
    shown.update(lab.query_watch(&query()));
    assert_eq!((shown.number(), shown.error(), shown.states()), (Some(0), None, REFETCHING));
    lab.advance(5);
    assert_eq!((shown.number(), shown.states()), (Some(1), DONE));
}

#[test]
fn a_placeholder_goes_with_an_error_and_comes_back_while_it_is_tried_again() {
    let lab = Lab::new();
    let server = lab.server(10, |n| if n < 3 { Err("no") } else { Ok(1) });
    let query = server.query("k").placeholder_data(-1).retry(1).retry_delay(ms(5));
    let shown = lab.query(&query);
    let see = || (shown.number(), shown.is_placeholder(), shown.states());
    lab.advance(12);
    assert_eq!((see(), shown.failures()), ((Some(-1), true, REFETCHING), 1));
    lab.advance(13);
    assert_eq!(see(), (None, false, FAILED));
    shown.refetch();
    assert_eq!(see(), (Some(-1), true, REFETCHING));
    lab.client.cancel_queries("k");
    assert_eq!(see(), (None, false, FAILED));
    lab.focus();
    lab.advance(40);
    assert_eq!(see(), (Some(1), false, DONE));
}

#[test]
fn polling_and_invalidating_do_not_run_two_requests_side_by_side() {
    let lab = Lab::new();
    let server = lab.counter(30).abortable();
    let shown = lab.query(&server.query("k").refetch_interval(ms(50)));
    let running =
        || (0..server.calls()).filter(|n| !server.signal(*n as usize).is_aborted()).count();
    lab.advance(30);
    lab.advance(50);
    assert_eq!((server.calls(), shown.states()), (2, REFETCHING));
    lab.advance(20);
    lab.client.invalidate_queries("k");
    lab.advance(29);
    assert_eq!((server.calls(), shown.number()), (3, Some(0)));
    lab.advance(1);
    assert_eq!((shown.number(), running()), (Some(2), 2));
    lab.advance(49);
    assert_eq!(server.calls(), 3);
    lab.advance(1);
    assert_eq!(server.calls(), 4);
}

#[test]
fn a_stale_time_that_changes_decides_at_once_and_fetches_nothing() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let with = |age: u64| lab.query_watch(&server.query("k").stale_time(ms(age)));
    let shown = Observer::new(&lab.client, with(100), Fields::ALL);
    lab.advance(50);
    shown.update(with(20));
    assert!(shown.is_stale());
    shown.update(with(80));
    assert!(!shown.is_stale());
    let told = shown.told();
    lab.advance(30);
    assert_eq!((shown.is_stale(), shown.told() - told), (true, 1));
    shown.update(with(1_000));
    lab.focus();
    assert_eq!((shown.is_stale(), server.calls()), (false, 1));
    shown.update(with(0));
    lab.focus();
    assert_eq!(server.calls(), 2);
}

#[test]
fn a_network_that_flickers_during_a_wait_neither_shortens_nor_doubles_it() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let shown = lab.query(&server.query("k").retry(3).retry_delay(ms(100)));
    lab.advance(20);
    for online in [false, true, false, true] {
        lab.online(online);
        lab.advance(5);
    }
    assert_eq!((server.calls(), shown.states()), (1, LOADING));
    lab.advance(59);
    assert_eq!(server.calls(), 1);
    lab.advance(1);
    assert_eq!((server.calls(), shown.failures()), (2, 2));
    lab.online(false);
    lab.advance(100);
    assert_eq!(shown.states(), WAITING);
    lab.hide();
    lab.online(true);
    assert_eq!((shown.states(), server.calls()), (WAITING, 2));
    lab.show();
    assert_eq!((server.calls(), shown.failures()), (3, 3));
}

#[test]
fn a_listener_may_give_its_observer_another_key_and_drop_others() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let watch = |n: u32| lab.query_watch(&server.query(("k", n)));
    let (own, others) = (Rc::<RefCell<Option<QueryObserver>>>::default(), Rc::default());
    let next = RefCell::new(vec![watch(2), watch(1)]);
    let (slot, dropped) = (own.clone(), Rc::<RefCell<Vec<Observer>>>::clone(&others));
    let listener = Rc::new(move || {
        drop(dropped.take());
        let following = next.borrow_mut().pop();
        if let (Some(watch), Some(own)) = (following, &*slot.borrow()) {
            own.update(watch);
        }
    });
    let observer = lab.client.observe(watch(0), listener);
    observer.view().read(Fields::DATA, |_| ());
    own.replace(Some(observer));
    others.replace(vec![lab.query(&server.query(("k", 0))), lab.query(&server.query(("k", 1)))]);
    let told = others.borrow()[0].told_cell();
    lab.advance(10);
    assert_eq!((others.borrow().len(), told.get(), lab.data(("k", 0))), (0, 0, Some(0)));
    lab.advance(20);
    assert_eq!((lab.data(("k", 1)), lab.data(("k", 2)), lab.fetching()), (Some(1), Some(2), 0));
    own.take();
    lab.advance(300_000);
    assert_eq!((lab.entries(), server.calls()), (0, 3));
}

#[test]
fn a_thousand_queries_are_invalidated_paused_and_forgotten_as_one() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let shown: Vec<_> = (0..1_000).map(|n| lab.query(&server.query(("k", n)))).collect();
    lab.advance(10);
    assert_eq!((server.calls(), lab.fetching()), (1_000, 0));
    lab.online(false);
    lab.client.invalidate_queries("k");
    lab.client.invalidate_queries("k");
    assert!(shown.iter().all(|shown| shown.states() == HELD_BACK));
    lab.online(true);
    assert_eq!((server.calls(), lab.fetching()), (2_000, 1_000));
    lab.client.cancel_queries("k");
    assert!(shown.iter().all(|shown| shown.states() == DONE && shown.is_stale()));
    assert_eq!(lab.fetching(), 0);
    lab.client.remove_queries(Filters::matching(|key| {
        key.decode::<(String, u32)>().is_ok_and(|(_, n)| n % 2 == 0)
    }));
    lab.advance(300_000);
    assert_eq!(lab.entries(), 500);
    drop(shown);
    lab.advance(300_000);
    assert_eq!((lab.entries(), lab.sim.timer_count() <= 1, lab.sim.task_count()), (0, true, 0));
}

#[test]
fn a_query_function_may_write_invalidate_and_cancel_its_own_key() {
    let lab = Lab::new();
    let sim = lab.sim.clone();
    let calls = Rc::<Cell<u32>>::default();
    let count = calls.clone();
    let query = query_options("k", move |context| {
        let (sleep, n) = (sim.sleep(ms(10)), count.get());
        count.set(n + 1);
        async move {
            let client = context.client().clone();
            match n {
                0 => client.set_query_data("k", 50).expect("a key"),
                1 => client.cancel_queries("k"),
                _ => drop(client.invalidate_queries_with("k", RefetchType::None)),
            }
            sleep.await;
            Ok::<i32, Text>(n.cast_signed())
        }
    });
    let shown = lab.query(&query);
    lab.advance(5);
    assert_eq!((shown.number(), shown.states()), (Some(50), REFETCHING));
    lab.advance(5);
    assert_eq!(shown.number(), Some(0));
    shown.refetch();
    lab.advance(20);
    assert_eq!((shown.number(), shown.states(), calls.get()), (Some(0), DONE, 2));
    shown.refetch();
    lab.advance(20);
    assert_eq!((shown.number(), shown.states(), calls.get()), (Some(2), DONE, 3));
}

#[test]
fn what_all_in_one_batch_is_written_refetched_and_left_comes_out_right() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let (stays, goes) = (lab.query(&server.query("k")), lab.query(&server.query("k")));
    lab.advance(10);
    let told = stays.told();
    lab.client.batch(|client| {
        client.set_query_data("k", 5).expect("a key");
        client.invalidate_queries("k");
        client.cancel_queries("k");
        client.set_query_data("k", 6).expect("a key");
        goes.refetch();
        drop(goes);
    });
    lab.flush();
    assert_eq!((stays.number(), stays.states(), stays.told() - told), (Some(6), REFETCHING, 1));
    lab.advance(10);
    assert_eq!((stays.number(), server.calls()), (Some(1), 2));
}

#[test]
fn a_new_observer_wakes_a_query_that_failed_while_nobody_looked() {
    let lab = Lab::new();
    let server = lab.server(10, |n| if n < 2 { Err("no") } else { Ok(1) });
    let query = server.query("k").retry(1).retry_delay(ms(10)).stale_time(NEVER);
    let first = lab.query(&query);
    lab.advance(5);
    drop(first);
    lab.advance(5);
    assert_eq!(lab.state("k").map(|state| state.status), Some(Status::Error));
    let second = lab.query(&query);
    assert_eq!((second.states(), second.error(), second.failures()), (LOADING, None, 0));
    lab.advance(30);
    assert_eq!((second.states(), second.number(), server.calls()), (DONE, Some(1), 3));
}

#[test]
fn a_switch_to_another_network_mode_helps_the_next_fetch_and_not_the_one_that_waits() {
    let lab = Lab::new();
    let server = lab.counter(0);
    lab.online(false);
    let shown = lab.query(&server.query("k"));
    let anyway = server.query("k").network_mode(NetworkMode::Always);
    shown.update(lab.query_watch(&anyway));
    lab.flush();
    assert_eq!(shown.states(), WAITING);
    let other = lab.query(&anyway);
    assert_eq!(other.states(), WAITING);
    lab.client.cancel_queries("k");
    shown.refetch();
    lab.flush();
    assert_eq!((other.states(), other.number(), server.calls()), (DONE, Some(0), 1));
}
