//! What infinite queries do beyond those of TanStack Query: a queue, pages side by side, refetches of some pages.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;

#[path = "support/infinite.rs"]
mod infinite;

use std::rc::Rc;

use infinite::{Book, List, fetch_next, numbers, params};
use lab::{Lab, ms};
use yew_clerk::client::Overlap;
use yew_clerk::engine::effect::Answer;
use yew_clerk::engine::entry::FetchStatus;
use yew_clerk::engine::paging::Direction::Forward;

#[test]
fn a_page_more_may_join_what_runs_or_wait_for_its_turn() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 0, 2);
    book.forget();
    drop(view.refetch());
    let joined = lab.run(view.observer().fetch_page(Forward, Overlap::Join));
    let queued = lab.run(view.observer().fetch_page(Forward, Overlap::Queue));
    lab.advance(20);
    assert_eq!(
        (numbers(&view), joined.take().is_some(), queued.take().is_some()),
        (vec![0, 1], true, false)
    );
    lab.advance(10);
    assert_eq!((book.asked(), numbers(&view)), (vec![0, 1, 2], vec![0, 1, 2]));
    assert!(queued.take().is_some());
}

#[test]
fn each_page_in_the_queue_is_fetched_after_the_one_before() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10).to(3);
    let view = lab.query(&book.query(0));
    let queued: Vec<_> =
        (0..5).map(|_| lab.run(view.observer().fetch_page(Forward, Overlap::Queue))).collect();
    lab.advance(40);
    assert_eq!((book.asked(), numbers(&view)), (vec![0, 1, 2, 3], vec![0, 1, 2, 3]));
    assert!(queued.iter().all(|queued| matches!(queued.take(), Some(Answer::Data(Some(_))))));
    assert_eq!(view.fetch_status(), FetchStatus::Idle);
}

#[test]
fn a_page_in_the_queue_fails_with_what_it_waits_for() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(0).retry(0), 2);
    book.fail_at(0);
    drop(view.refetch());
    let queued = lab.run(view.observer().fetch_page(Forward, Overlap::Queue));
    lab.advance(30);
    assert!(matches!(queued.take(), Some(Answer::Failed(_))));
    assert_eq!(numbers(&view), [0, 1]);
}

#[test]
fn a_page_in_the_queue_keeps_no_request_alive_for_a_component_that_has_gone() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10).abortable();
    let view = book.shown(&lab, 0, 1);
    drop(view.refetch());
    lab.flush();
    let queued = lab.run(view.observer().fetch_page(Forward, Overlap::Queue));
    lab.flush();
    drop(view);
    lab.flush();
    assert_eq!((lab.fetching(), book.aborted()), (0, 1));
    lab.advance(100);
    assert!(matches!(queued.take(), Some(Answer::Cancelled)));
    assert_eq!(book.asked(), [0, 0]);
}

#[test]
fn what_is_written_while_a_page_comes_is_kept_if_the_page_still_follows() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 0, 2);
    fetch_next(&view);
    lab.advance(5);
    let marked = |list: Option<&List>| {
        let mut list = list?.clone();
        Rc::make_mut(&mut list.pages[0]).edition = 7;
        Some(list)
    };
    lab.client.update_query_data("book", marked).expect("a list");
    lab.advance(5);
    assert_eq!((numbers(&view), book.editions(&view)), (vec![0, 1, 2], vec![7, 0, 0]));
    fetch_next(&view);
    lab.advance(5);
    let shortened = |list: Option<&List>| {
        let mut list = list?.clone();
        list.truncate(1);
        Some(list)
    };
    lab.client.update_query_data("book", shortened).expect("a list");
    lab.advance(5);
    assert_eq!(
        numbers(&view),
        [0, 1, 2, 3],
        "the page follows what was there when it was asked for"
    );
}

#[test]
fn pages_side_by_side_take_the_time_of_one() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(0).parallel(true), 3);
    book.forget();
    book.edition.set(1);
    drop(view.refetch());
    lab.advance(10);
    assert_eq!((book.asked(), book.editions(&view)), (vec![0, 1, 2], vec![1, 1, 1]));
}

#[test]
fn side_by_side_what_has_moved_is_asked_for_again() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(0).parallel(true), 3);
    book.forget();
    book.step.set(2);
    drop(view.refetch());
    lab.advance(20);
    assert_eq!(params(&view), [0, 2, 4]);
    assert_eq!(book.asked(), [0, 1, 2, 4]);
}

#[test]
fn side_by_side_a_retry_asks_for_nothing_that_has_come() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let query = book.query(0).parallel(true).retry(1).retry_delay(ms(100));
    let view = book.shown_as(&lab, &query, 3);
    book.forget();
    book.fail_at(1);
    drop(view.refetch());
    lab.advance(10);
    assert_eq!((book.asked(), view.failures()), (vec![0, 1, 2], 1));
    lab.advance(110);
    assert_eq!((book.asked(), numbers(&view)), (vec![0, 1, 2, 1], vec![0, 1, 2]));
}

#[test]
fn a_refetch_may_be_for_some_pages() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let query = book.query(0).refetch_page(|_, place| place == 0);
    let view = book.shown_as(&lab, &query, 3);
    book.forget();
    book.edition.set(1);
    drop(view.refetch());
    lab.advance(30);
    assert_eq!((book.asked(), book.editions(&view)), (vec![0], vec![1, 0, 0]));
    let third = |page: &infinite::Page, _: usize| page.number == 2;
    drop(view.observer().refetch_pages(third));
    lab.advance(30);
    assert_eq!((book.asked(), book.editions(&view)), (vec![0, 2], vec![1, 0, 1]));
}

#[test]
fn a_page_that_is_not_at_its_place_any_more_is_fetched_in_any_case() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let query = book.query(0).refetch_page(|_, place| place == 0);
    let view = book.shown_as(&lab, &query, 2);
    book.forget();
    book.step.set(5);
    drop(view.refetch());
    lab.advance(30);
    assert_eq!((book.asked(), params(&view)), (vec![0, 5], vec![0, 5]));
}

#[test]
fn refetching_some_pages_and_all_in_one_tick_fetches_all() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 0, 2);
    book.forget();
    drop(view.observer().refetch_pages(|_: &infinite::Page, place| place == 1));
    drop(view.refetch());
    lab.advance(30);
    assert_eq!(book.asked(), [0, 1]);
}
