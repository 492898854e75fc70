//! Optimistic changes and mutations in combinations: who overlaps, waits, fails, is stopped, or is gone.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/infinite.rs"]
mod infinite;
#[path = "support/lab.rs"]
mod lab;
#[path = "support/mutations.rs"]
mod mutations;

use std::rc::Rc;

use infinite::{Book, List, Page, fetch_next, numbers};
use lab::{DONE, Lab, NEVER, Observer, Server, Text, alice, bob, ms};
use mutations::{Log, Options, own, telling, watch, working};
use yew_clerk::client::{OptimisticUpdate, QueryError};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::mutation::MutationFilters;
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::options::Access;

/// A count on a server that answers after 10 ms with how often it was asked, and a component that shows it.
fn counted(lab: &Lab) -> (Server<i32>, Observer) {
    let server = lab.counter(10);
    let view = lab.query(&server.query("n").stale_time(NEVER));
    lab.advance(10);
    (server, view)
}

fn plus(lab: &Lab, n: i32) -> OptimisticUpdate<i32> {
    lab.client.optimistic_update("n", move |old: &i32| old + n).expect("a key")
}

/// A mutation that takes 10 ms, and shows its number in the count meanwhile; it fails for negative ones.
fn adding(lab: &Lab, log: &Log) -> Options {
    working(lab, log).optimistic_update("n", |old: &i32, n| old + n)
}

#[test]
fn data_that_is_committed_after_newer_data_is_not_believed_and_fetched() {
    let lab = Lab::new();
    let (server, view) = counted(&lab);
    let (one, ten) = (plus(&lab, 1), plus(&lab, 10));
    ten.commit_with(11);
    assert_eq!(view.number(), Some(12));
    one.commit_with(1);
    lab.advance(10);
    // What the server says in the end.
    assert_eq!((view.number(), server.calls(), view.states()), (Some(1), 2, DONE));
}

#[test]
fn data_that_is_committed_in_order_is_what_there_is_and_nothing_is_fetched() {
    let lab = Lab::new();
    let (server, view) = counted(&lab);
    let (one, ten) = (plus(&lab, 1), plus(&lab, 10));
    one.commit_with(1);
    assert_eq!(view.number(), Some(11));
    ten.commit_with(11);
    lab.advance(50);
    assert_eq!((view.number(), server.calls(), view.states()), (Some(11), 1, DONE));
}

#[test]
fn of_changes_that_end_in_any_way_one_fetch_follows_the_last() {
    let lab = Lab::new();
    let (server, view) = counted(&lab);
    let [one, ten, hundred] = [1, 10, 100].map(|n| plus(&lab, n));
    ten.roll_back();
    assert_eq!(view.number(), Some(101));
    hundred.commit();
    lab.advance(50);
    assert_eq!((view.number(), server.calls()), (Some(101), 1));
    drop(one);
    assert_eq!((view.number(), view.fetch_status()), (Some(100), FetchStatus::Fetching));
    lab.advance(10);
    assert_eq!((view.number(), server.calls()), (Some(1), 2));
}

#[test]
fn a_first_load_goes_on_while_something_is_changed_and_gets_the_change() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let view = lab.query(&server.query("n"));
    let fetched = lab.run(lab.client.fetch_query(server.query("n")));
    lab.advance(5);
    let change = plus(&lab, 10);
    assert!(view.is_loading());
    lab.advance(5);
    assert_eq!((view.number(), view.states()), (Some(10), DONE));
    assert!(fetched.take().is_some_and(|fetched| fetched.is_ok()));
    change.commit();
    lab.advance(10);
    assert_eq!((view.number(), server.calls()), (Some(1), 2));
}

#[test]
fn a_first_load_that_is_older_than_what_was_done_is_made_anew() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let view = lab.query(&server.query("n"));
    lab.advance(5);
    plus(&lab, 10).commit();
    assert!(view.is_loading());
    lab.advance(5);
    assert_eq!(view.number(), None);
    lab.advance(5);
    assert_eq!((view.number(), view.states(), server.calls()), (Some(1), DONE, 2));
}

#[test]
fn what_was_done_is_fetched_by_who_comes_if_the_fetch_for_it_was_stopped() {
    let lab = Lab::new();
    let server = lab.counter(10).abortable();
    let view = lab.query(&server.query("n").stale_time(NEVER));
    lab.advance(10);
    plus(&lab, 10).commit();
    lab.advance(5);
    drop(view);
    let view = lab.query(&server.query("n").stale_time(NEVER));
    assert_eq!((view.number(), view.fetch_status()), (Some(10), FetchStatus::Fetching));
    lab.advance(10);
    assert_eq!((view.number(), server.calls()), (Some(2), 3));
}

#[test]
fn what_was_done_stays_when_the_fetch_for_it_fails_or_is_cancelled() {
    let lab = Lab::new();
    let server = lab.server(10, |n| if n == 0 { Ok(0) } else { Err("down") });
    let view = lab.query(&server.query("n").retry(0));
    lab.advance(10);
    plus(&lab, 10).commit();
    lab.advance(10);
    assert_eq!((view.number(), view.status()), (Some(10), Status::Error));
    drop(view.refetch());
    lab.advance(5);
    lab.client.cancel_queries("n");
    assert_eq!((view.number(), view.fetch_status()), (Some(10), FetchStatus::Idle));
}

#[test]
fn in_a_scope_all_changes_are_shown_at_once_and_each_is_taken_back_alone() {
    let lab = Lab::new();
    let log = Log::default();
    let (server, view) = counted(&lab);
    let add = watch(&lab, adding(&lab, &log).scope("s"));
    for n in [1, -20, 300] {
        drop(add.handle().mutate(n));
    }
    lab.flush();
    assert_eq!((view.number(), log.take()), (Some(281), vec!["run 1".to_owned()]));
    lab.advance(10);
    assert_eq!(view.number(), Some(281));
    lab.advance(10);
    assert_eq!((view.number(), view.fetch_status()), (Some(301), FetchStatus::Idle));
    lab.advance(10);
    assert_eq!((view.number(), view.fetch_status()), (Some(301), FetchStatus::Fetching));
    lab.advance(10);
    assert_eq!((view.number(), server.calls()), (Some(1), 2));
}

#[test]
fn to_cancel_who_waits_in_a_scope_takes_back_its_change_and_lets_the_next_go_on() {
    let lab = Lab::new();
    let log = Log::default();
    let (_server, view) = counted(&lab);
    let [first, second, third] = [(); 3].map(|()| watch(&lab, adding(&lab, &log).scope("s")));
    drop(first.handle().mutate(1));
    let waiting = lab.run(second.handle().mutate(20));
    drop(third.handle().mutate(300));
    lab.flush();
    second.handle().cancel();
    lab.flush();
    assert!(matches!(waiting.take(), Some(Err(QueryError::Cancelled))));
    assert_eq!((view.number(), second.handle().is_idle()), (Some(301), true));
    // Then the one that runs.
    first.handle().cancel();
    lab.flush();
    assert_eq!(
        (view.number(), log.take()),
        (Some(300), vec!["run 1".to_owned(), "run 300".to_owned()])
    );
    lab.advance(20);
    assert!(third.handle().is_success());
    assert_eq!((lab.client.is_mutating(MutationFilters::default()), view.states()), (0, DONE));
}

#[test]
fn offline_changes_wait_in_their_order_and_the_query_for_them() {
    let lab = Lab::new();
    let log = Log::default();
    let (server, view) = counted(&lab);
    lab.online(false);
    let add = watch(&lab, adding(&lab, &log).scope("s"));
    drop(add.handle().mutate(1));
    drop(add.handle().mutate(20));
    lab.advance(100);
    assert_eq!((view.number(), log.take().len(), view.states()), (Some(21), 0, DONE));
    lab.online(true);
    lab.advance(10);
    assert_eq!((view.number(), server.calls()), (Some(21), 1));
    lab.advance(10);
    assert_eq!((log.take(), server.calls()), (vec!["run 1".to_owned(), "run 20".to_owned()], 2));
    lab.advance(10);
    assert_eq!((view.number(), server.calls(), view.states()), (Some(1), 2, DONE));
}

#[test]
fn offline_a_change_can_be_cancelled_and_is_not_made_when_the_network_is_back() {
    let lab = Lab::new();
    let log = Log::default();
    let (_server, view) = counted(&lab);
    lab.online(false);
    let add = watch(&lab, adding(&lab, &log).scope("s"));
    drop(add.handle().mutate(1));
    lab.flush();
    add.handle().cancel();
    lab.flush();
    assert_eq!((view.number(), view.fetch_status()), (Some(0), FetchStatus::Paused));
    lab.online(true);
    lab.advance(50);
    assert_eq!((log.take(), view.number()), (vec![], Some(1)));
}

#[test]
fn a_change_stays_through_all_tries_and_goes_with_the_last() {
    let lab = Lab::new();
    let log = Log::default();
    let (_server, view) = counted(&lab);
    let add = watch(&lab, adding(&lab, &log).retry(2).retry_delay(ms(100)).scope("s"));
    drop(add.handle().mutate(-5));
    drop(add.handle().mutate(100));
    for _ in 0..2 {
        lab.advance(109);
        assert_eq!((view.number(), add.handle().is_paused()), (Some(95), true));
    }
    lab.advance(12);
    assert_eq!((log.take().len(), view.number()), (4, Some(100)));
    // In the midst of the wait for a try, a cancelled one is not tried again, and the next goes on.
    let failing = watch(&lab, adding(&lab, &log).retry(9).retry_delay(ms(100)).scope("t"));
    let next = watch(&lab, adding(&lab, &log).scope("t"));
    drop(failing.handle().mutate(-7));
    drop(next.handle().mutate(1));
    lab.advance(50);
    failing.handle().cancel();
    lab.advance(500);
    assert_eq!(log.take(), ["run -7", "run 1"]);
    assert!(next.handle().is_success() && failing.handle().is_idle());
}

#[test]
fn a_mutation_that_is_cancelled_while_on_mutate_runs_shows_and_does_nothing() {
    let lab = Lab::new();
    let log = Log::default();
    let (server, view) = counted(&lab);
    let (sim, undo) = (lab.sim.clone(), log.clone());
    let options = working(&lab, &log)
        .on_mutate_async(move |_| {
            let wait = sim.sleep(ms(10));
            async move {
                wait.await;
                Ok(7)
            }
        })
        .on_cancel(move |n, context| undo.add(format!("undo {n} {context:?}")))
        .optimistic_update("n", |old: &i32, n| old + n);
    let add = watch(&lab, options);
    drop(add.handle().mutate_with(1, own(&log)));
    lab.advance(5);
    let told = view.told();
    add.handle().cancel();
    lab.advance(50);
    assert_eq!(
        (log.take(), view.told(), server.calls()),
        (vec!["undo 1 Some(7)".to_owned()], told, 1)
    );
}

#[test]
fn another_user_is_shown_no_change_and_none_is_made_for_them() {
    for access in [Access::default(), Access::Public] {
        let lab = Lab::new();
        let log = Log::default();
        lab.own(alice());
        let server = lab.counter(10);
        let view = lab.query(&server.query("n").access(access).stale_time(NEVER));
        lab.advance(10);
        let add = watch(&lab, telling(&lab, &log).optimistic_update("n", |old: &i32, n| old + n));
        let running = lab.run(add.handle().mutate(10));
        let by_hand = plus(&lab, 100);
        assert_eq!(view.number(), Some(110));
        lab.own(bob());
        lab.advance(50);
        assert!(matches!(running.take(), Some(Err(QueryError::Cancelled))));
        assert_eq!(log.take(), ["mutate 10", "run 10"]);
        drop(by_hand);
        lab.advance(10);
        let calls = server.calls();
        assert_eq!((view.number(), view.states()), (Some(i32::try_from(calls).unwrap() - 1), DONE));
    }
}

#[test]
fn a_query_that_is_removed_forgets_the_change_and_the_mutation_goes_on() {
    let lab = Lab::new();
    let log = Log::default();
    let (server, view) = counted(&lab);
    let add = watch(&lab, adding(&lab, &log));
    drop(add.handle().mutate(10));
    lab.flush();
    lab.client.remove_queries("n");
    drop(view);
    let view = lab.query(&server.query("n"));
    lab.advance(50);
    assert_eq!((view.number(), add.handle().is_success(), view.states()), (Some(1), true, DONE));
}

#[test]
fn a_query_that_is_reset_forgets_the_change_and_is_fetched_when_it_is_done() {
    let lab = Lab::new();
    let (server, view) = counted(&lab);
    let change = plus(&lab, 10);
    drop(lab.client.reset_queries("n"));
    assert_eq!((view.number(), view.is_loading()), (None, true));
    lab.advance(10);
    assert_eq!((view.number(), view.states()), (Some(1), DONE));
    change.commit();
    lab.advance(10);
    assert_eq!((view.number(), server.calls(), view.states()), (Some(2), 3, DONE));
}

#[test]
fn a_query_is_kept_while_something_is_changed_and_goes_after_it() {
    let lab = Lab::new();
    let server = lab.counter(10);
    drop(lab.client.prefetch_query(server.query("n").gc_time(ms(20))));
    lab.advance(10);
    let change = plus(&lab, 5);
    lab.client.set_query_data("n", 1).expect("a key");
    lab.advance(100);
    assert_eq!(lab.data("n"), Some(6));
    change.roll_back();
    lab.advance(19);
    assert_eq!(lab.data("n"), Some(1));
    lab.advance(1);
    assert_eq!(lab.entries(), 0);
}

#[test]
fn what_is_selected_follows_changes_and_what_they_do_not_touch_renders_nothing() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let parity =
        lab.query(&server.query("n").select(|n| n % 2 == 0).notify_on_change(Fields::DATA));
    lab.advance(10);
    let told = parity.told();
    let two = plus(&lab, 2);
    assert_eq!((parity.data(), parity.told()), (Some(true), told));
    let one = plus(&lab, 1);
    assert_eq!((parity.data(), parity.told()), (Some(false), told + 1));
    two.roll_back();
    assert_eq!((parity.data(), parity.told()), (Some(false), told + 1));
    one.roll_back();
    assert_eq!((parity.data(), parity.told()), (Some(true), told + 2));
}

fn struck(list: &List) -> List {
    let change = |page: &Rc<Page>| {
        let mut page = (**page).clone();
        page.edition += 100;
        page
    };
    list.pages.iter().map(change).zip(list.page_params.iter().copied()).collect()
}

#[test]
fn a_page_more_beside_a_change_is_changed_too_until_that_is_taken_back() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 1);
    let change = lab.client.optimistic_update("book", struck).expect("a key");
    fetch_next(&view);
    lab.advance(10);
    assert_eq!((numbers(&view), book.editions(&view)), (vec![1, 2], vec![100, 100]));
    change.roll_back();
    assert_eq!(book.editions(&view), [0, 0]);
}

#[test]
fn a_page_more_in_the_place_of_the_fetch_for_what_was_done_does_not_hide_it() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 2);
    lab.client.optimistic_update("book", struck).expect("a key").commit();
    book.edition.set(100);
    lab.advance(5);
    fetch_next(&view);
    lab.advance(10);
    assert_eq!((numbers(&view), book.editions(&view)), (vec![1, 2, 3], vec![100, 100, 100]));
    drop(view.observer().refetch_pages(|page: &Page, _| page.number == 3));
    lab.advance(10);
    assert_eq!(book.editions(&view), [100, 100, 100]);
    drop(view.refetch());
    lab.advance(30);
    assert_eq!(book.editions(&view), [100, 100, 100]);
}

#[test]
fn pages_that_a_rule_keeps_have_what_was_done_to_them() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(1).refetch_page(|_, place| place == 0), 3);
    let change = lab.client.optimistic_update("book", struck).expect("a key");
    book.edition.set(100);
    change.commit();
    lab.advance(10);
    assert_eq!((book.editions(&view), view.states()), (vec![100, 100, 100], DONE));
}

#[test]
fn changes_in_one_batch_are_told_once() {
    let lab = Lab::new();
    let (_server, view) = counted(&lab);
    let told = view.told();
    let changes = lab.client.batch(|_| [1, 10, 100].map(|n| plus(&lab, n)));
    assert_eq!((view.number(), view.told()), (Some(111), told + 1));
    lab.client.batch(|_| drop(changes));
    assert_eq!((view.number(), view.told()), (Some(0), told + 2));
}

#[test]
fn a_change_is_not_shown_when_on_mutate_has_failed() {
    let lab = Lab::new();
    let (server, view) = counted(&lab);
    let told = view.told();
    let options = working(&lab, &Log::default())
        .on_mutate_async(|_| async { Err::<(), Text>("no") })
        .optimistic_update("n", |old: &i32, n| old + n);
    let add = watch(&lab, options);
    drop(add.handle().mutate(1));
    lab.advance(50);
    assert_eq!((view.told(), server.calls(), add.handle().is_error()), (told, 1, true));
}
