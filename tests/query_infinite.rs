//! TanStack Query's infinite queries: lists that grow at both ends.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;

#[path = "support/infinite.rs"]
mod infinite;

use std::cell::Cell;
use std::rc::Rc;

use infinite::{Book, List, direction, fetch_next, fetch_previous, more, numbers, params};
use lab::{Lab, Observer, alice, bob, ms};
use yew_clerk::client::{InfiniteData, Overlap, QueryError, infinite_query_options};
use yew_clerk::engine::effect::Answer;
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::options::NetworkMode;
use yew_clerk::engine::paging::Direction::{Backward, Forward};

/// P56.
#[test]
fn pages_are_added_at_both_ends() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = lab.query(&book.query(10));
    assert_eq!(view.states(), (Status::Pending, FetchStatus::Fetching));
    assert_eq!((more(&view), direction(&view)), ((false, false), None));
    lab.advance(10);
    assert_eq!((numbers(&view), more(&view)), (vec![10], (true, true)));
    fetch_previous(&view);
    assert_eq!((view.fetch_status(), direction(&view)), (FetchStatus::Fetching, Some(Backward)));
    assert_eq!(numbers(&view), [10]);
    lab.advance(10);
    assert_eq!((numbers(&view), params(&view)), (vec![9, 10], vec![9, 10]));
    fetch_next(&view);
    assert_eq!(direction(&view), Some(Forward));
    lab.advance(10);
    assert_eq!((numbers(&view), book.asked()), (vec![9, 10, 11], vec![10, 9, 11]));
    assert_eq!(view.states(), (Status::Success, FetchStatus::Idle));
}

/// P56.
#[test]
fn zero_is_a_parameter_like_any_other_and_the_end_is_none() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10).from(0).to(1);
    let view = lab.query(&book.query(1));
    lab.advance(10);
    assert_eq!(more(&view), (false, true));
    fetch_previous(&view);
    lab.advance(10);
    assert_eq!((numbers(&view), more(&view)), (vec![0, 1], (false, false)));
    let answer = lab.run(view.observer().fetch_page(Forward, Overlap::Replace));
    lab.advance(10);
    assert_eq!((numbers(&view), book.asked()), (vec![0, 1], vec![1, 0]));
    assert!(matches!(answer.take(), Some(Answer::Data(Some(_)))));
}

#[test]
fn before_the_first_page_is_there_a_page_more_waits_for_it() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = lab.query(&book.query(0));
    lab.advance(5);
    fetch_next(&view);
    fetch_next(&view);
    lab.advance(20);
    assert_eq!((numbers(&view), book.asked()), (vec![0], vec![0]));
}

#[test]
fn a_disabled_list_gets_its_first_page_by_asking_for_the_next() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = lab.query(&book.query(0).enabled(false));
    lab.advance(10);
    assert_eq!(view.states(), (Status::Pending, FetchStatus::Idle));
    fetch_next(&view);
    lab.advance(10);
    assert_eq!(numbers(&view), [0]);
}

#[test]
fn a_refetch_asks_for_all_pages_one_after_the_other() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 0, 3);
    book.forget();
    drop(view.refetch());
    assert_eq!(direction(&view), None);
    lab.advance(10);
    assert_eq!(book.asked(), [0, 1]);
    lab.advance(20);
    assert_eq!((book.asked(), numbers(&view)), (vec![0, 1, 2], vec![0, 1, 2]));
    assert_eq!(view.fetch_status(), FetchStatus::Idle);
}

#[test]
fn a_refetch_follows_fresh_parameters_and_ends_where_they_do() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 0, 3);
    book.forget();
    book.step.set(2);
    drop(view.refetch());
    lab.advance(30);
    assert_eq!((book.asked(), params(&view)), (vec![0, 2, 4], vec![0, 2, 4]));
    book.to.set(3);
    drop(view.refetch());
    lab.advance(30);
    assert_eq!((numbers(&view), more(&view).0), (vec![0, 2], false));
}

#[test]
fn a_retry_goes_on_with_the_page_that_failed() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let query = book.query(0).retry(1).retry_delay(ms(100));
    let view = book.shown_as(&lab, &query, 3);
    book.forget();
    book.fail_at(1);
    drop(view.refetch());
    lab.advance(20);
    assert_eq!((book.asked(), view.failures()), (vec![0, 1], 1));
    lab.advance(100 + 20);
    assert_eq!((book.asked(), numbers(&view)), (vec![0, 1, 1, 2], vec![0, 1, 2]));
    assert_eq!((view.status(), view.failures()), (Status::Success, 0));
}

#[test]
fn a_refetch_that_fails_for_good_changes_no_page_and_the_next_one_begins_anew() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(0).retry(0), 2);
    book.forget();
    book.edition.set(1);
    book.fail_at(1);
    drop(view.refetch());
    lab.advance(20);
    assert_eq!((view.status(), book.editions(&view)), (Status::Error, vec![0, 0]));
    drop(view.refetch());
    lab.advance(20);
    assert_eq!(book.asked(), [0, 1, 0, 1]);
    assert_eq!((view.status(), book.editions(&view)), (Status::Success, vec![1, 1]));
}

#[test]
fn a_failed_page_is_an_error_of_its_direction() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(0).retry(0), 1);
    book.fail_at(1);
    fetch_next(&view);
    lab.advance(10);
    assert_eq!((view.status(), direction(&view)), (Status::Error, Some(Forward)));
    assert_eq!(numbers(&view), [0]);
    fetch_previous(&view);
    lab.advance(10);
    assert_eq!((view.status(), direction(&view)), (Status::Success, Some(Backward)));
    book.fail_at(0);
    drop(view.refetch());
    lab.advance(20);
    assert_eq!((view.status(), direction(&view)), (Status::Error, None));
}

#[test]
fn a_cancelled_fetch_leaves_the_direction_of_the_last_one() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(0).retry(0), 1);
    book.fail_at(1);
    fetch_next(&view);
    lab.advance(10);
    drop(view.refetch());
    lab.advance(5);
    assert_eq!(direction(&view), None);
    lab.client.cancel_queries("book");
    assert_eq!((view.status(), direction(&view)), (Status::Error, Some(Forward)));
    fetch_previous(&view);
    lab.advance(5);
    let written: List = [(book.page(4), 4)].into_iter().collect();
    lab.client.set_query_data("book", written).expect("a key");
    lab.client.cancel_queries("book");
    assert_eq!((numbers(&view), direction(&view)), (vec![4], Some(Forward)));
}

#[test]
fn a_page_more_stops_a_refetch_and_keeps_the_pages_as_they_were() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 0, 2);
    book.forget();
    book.edition.set(1);
    drop(view.refetch());
    lab.advance(15);
    fetch_next(&view);
    lab.advance(30);
    assert_eq!((book.asked(), book.editions(&view)), (vec![0, 1, 2], vec![0, 0, 1]));
}

#[test]
fn a_page_more_in_the_tick_of_a_refetch_takes_its_place() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 0, 1);
    book.forget();
    drop(view.refetch());
    fetch_next(&view);
    fetch_next(&view);
    lab.advance(10);
    assert_eq!((book.asked(), numbers(&view)), (vec![1], vec![0, 1]));
}

#[test]
fn when_nobody_shows_the_list_any_more_the_walk_ends_if_it_can_be_stopped() {
    let lab = Lab::new();
    for (abortable, asked) in [(true, vec![0]), (false, vec![0, 1, 2])] {
        let book = Book::new(&lab, 10).named(if abortable { "a" } else { "b" });
        let book = if abortable { book.abortable() } else { book };
        let view = book.shown(&lab, 0, 3);
        book.forget();
        drop(view.refetch());
        lab.advance(5);
        drop(view);
        lab.advance(50);
        assert_eq!(book.asked(), asked);
    }
}

#[test]
fn a_cancelled_walk_asks_for_no_further_page() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 0, 3);
    book.forget();
    book.edition.set(1);
    drop(view.refetch());
    lab.advance(5);
    lab.client.cancel_queries("book");
    lab.advance(50);
    assert_eq!((book.asked(), book.editions(&view)), (vec![0], vec![0, 0, 0]));
    assert_eq!(view.states(), (Status::Success, FetchStatus::Idle));
}

#[test]
fn max_pages_drops_from_the_other_end_and_a_refetch_begins_with_what_is_left() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let query = book.query(0).max_pages(2);
    let view = lab.query(&query);
    lab.advance(10);
    for _ in 0..2 {
        fetch_next(&view);
        lab.advance(10);
    }
    assert_eq!(params(&view), [1, 2]);
    fetch_previous(&view);
    lab.advance(10);
    assert_eq!(params(&view), [0, 1]);
    fetch_next(&view);
    lab.advance(10);
    book.forget();
    drop(view.refetch());
    lab.advance(20);
    assert_eq!((book.asked(), params(&view)), (vec![1, 2], vec![1, 2]));
}

#[test]
fn a_fetch_without_a_component_brings_as_many_pages_as_it_is_told() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10).to(3);
    let all = lab.run(lab.client.fetch_infinite_query(book.query(0).pages(3)));
    lab.advance(30);
    let all = all.take().expect("an end").expect("data");
    assert_eq!(all.page_params, [0, 1, 2]);
    drop(lab.client.prefetch_infinite_query(book.query(0).pages(9)));
    lab.advance(100);
    assert_eq!(lab.data::<List>("book").expect("data").page_params, [0, 1, 2, 3]);
    let first = lab.run(lab.client.ensure_infinite_query_data(book.query(0)));
    lab.flush();
    assert_eq!(first.take().expect("an end").expect("data").pages.len(), 4);
}

#[test]
fn initial_data_is_pages_like_any_other() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let initial: List = [(book.page(4), 4), (book.page(5), 5)].into_iter().collect();
    let view = lab.query(&book.query(0).initial_data(initial));
    assert_eq!((numbers(&view), more(&view)), (vec![4, 5], (true, true)));
    lab.advance(20);
    assert_eq!((book.asked(), numbers(&view)), (vec![4, 5], vec![4, 5]));
}

#[test]
fn a_placeholder_has_no_next_page() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let pages: List = [(book.page(7), 7)].into_iter().collect();
    let view = lab.query(&book.query(0).placeholder_data(pages));
    assert_eq!(
        (numbers(&view), view.is_placeholder(), more(&view)),
        (vec![7], true, (false, false))
    );
}

#[test]
fn whether_there_is_more_is_decided_by_what_was_fetched_not_by_what_is_selected() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = lab.query(&book.query(0).select(|list: &List| list.pages.len()));
    lab.advance(10);
    assert_eq!((view.data::<usize>(), more(&view)), (Some(1), (true, true)));
    fetch_next(&view);
    lab.advance(10);
    assert_eq!(view.data::<usize>(), Some(2));
}

#[test]
fn pages_written_by_hand_are_gone_on_from() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 0, 3);
    let update = |list: Option<&List>| {
        let mut list = list?.clone();
        list.truncate(1);
        Some(list)
    };
    lab.client.update_query_data("book", update).expect("a list");
    assert_eq!(numbers(&view), [0]);
    fetch_next(&view);
    lab.advance(10);
    assert_eq!(numbers(&view), [0, 1]);
}

#[test]
fn pages_without_their_parameters_do_no_harm() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let pages = vec![Rc::new(book.page(0)), Rc::new(book.page(1))];
    let broken: List = InfiniteData { pages, page_params: Vec::new() };
    lab.client.set_query_data("book", broken).expect("a key");
    let view = lab.query(&book.query(0).stale_time(lab::NEVER));
    fetch_next(&view);
    lab.advance(10);
    assert_eq!(numbers(&view), [0, 1, 2]);
    drop(view.refetch());
    lab.advance(30);
    assert_eq!((numbers(&view), params(&view)), (vec![0, 1, 2], vec![0, 1, 2]));
    let none: List = InfiniteData::default();
    lab.client.set_query_data("book", none).expect("a key");
    assert_eq!(more(&view), (false, false));
    fetch_next(&view);
    lab.advance(10);
    assert_eq!(numbers(&view), [0]);
}

#[test]
fn equal_pages_stay_the_very_same_values() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 0, 2);
    let before = view.data::<List>().expect("pages");
    let told = view.told();
    drop(view.refetch());
    lab.advance(20);
    let same = view.data::<List>().expect("pages");
    assert!(before.pages.iter().zip(&same.pages).all(|(a, b)| Rc::ptr_eq(a, b)));
    book.edition_of_one.set(Some(1));
    drop(view.refetch());
    lab.advance(20);
    let after = view.data::<List>().expect("pages");
    assert!(Rc::ptr_eq(&before.pages[0], &after.pages[0]));
    assert!(!Rc::ptr_eq(&before.pages[1], &after.pages[1]));
    assert!(view.told() > told);
}

#[test]
fn pages_of_one_user_are_not_gone_on_with_by_the_next() {
    let lab = Lab::new();
    lab.own(alice());
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 0, 2);
    fetch_next(&view);
    lab.advance(5);
    book.edition.set(1);
    lab.own(bob());
    assert_eq!(numbers(&view), [0; 0]);
    lab.advance(30);
    assert_eq!((numbers(&view), book.editions(&view)), (vec![0], vec![1]));
}

#[test]
fn offline_a_walk_waits_and_goes_on_where_it_was() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let query = book.query(0).retry(1).retry_delay(ms(10)).network_mode(NetworkMode::Online);
    let view = book.shown_as(&lab, &query, 2);
    book.forget();
    book.fail_at(1);
    drop(view.refetch());
    lab.advance(20);
    lab.online(false);
    lab.advance(10);
    assert_eq!((view.fetch_status(), book.asked()), (FetchStatus::Paused, vec![0, 1]));
    lab.online(true);
    lab.advance(20);
    assert_eq!(
        (view.states(), book.asked()),
        ((Status::Success, FetchStatus::Idle), vec![0, 1, 1])
    );
}

#[test]
fn a_key_that_changes_begins_with_the_first_page_of_the_other_list() {
    let lab = Lab::new();
    let (one, other) = (Book::new(&lab, 10), Book::new(&lab, 10).named("other"));
    let view = one.shown(&lab, 0, 3);
    view.update(lab.query_watch(&other.query(5)));
    assert_eq!((numbers(&view), more(&view)), (vec![], (false, false)));
    lab.advance(10);
    assert_eq!(numbers(&view), [5]);
    view.update(lab.query_watch(&one.query(0)));
    assert_eq!(numbers(&view), [0, 1, 2]);
}

#[test]
fn the_query_function_is_told_page_direction_key_and_client() {
    let lab = Lab::new();
    let seen = Rc::<Cell<_>>::default();
    let told = seen.clone();
    let query = infinite_query_options(
        "k",
        0,
        move |ctx| {
            told.set(Some((ctx.page_param, ctx.direction, ctx.key().to_json())));
            async move { Ok::<_, &str>(ctx.page_param) }
        },
        |_, param, _| Some(param + 1),
    )
    .get_previous_page_param(|first, _, all| {
        Some(first - i64::try_from(all.pages.len()).unwrap_or(0))
    });
    let view = lab.query(&query);
    lab.flush();
    assert_eq!(seen.take(), Some((0, Forward, r#""k""#.to_owned())));
    fetch_previous(&view);
    lab.flush();
    assert_eq!(seen.take().map(|(page, direction, _)| (page, direction)), Some((-1, Backward)));
}

#[test]
fn another_type_under_the_key_is_replaced_by_pages() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    lab.client.set_query_data("book", "no list").expect("a key");
    let view = lab.query(&book.query(0));
    assert_eq!(more(&view), (false, false));
    lab.advance(10);
    assert_eq!(numbers(&view), [0]);
    let wrong = lab.client.get_query_data::<InfiniteData<i32, String>>("book");
    assert!(matches!(wrong, Err(QueryError::TypeMismatch(_))));
}

#[test]
fn two_components_share_one_list_and_hear_of_its_pages() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let one = book.shown(&lab, 0, 1);
    let other: Observer = lab.query(&book.query(0).stale_time(lab::NEVER));
    fetch_next(&one);
    assert_eq!(direction(&other), Some(Forward));
    lab.advance(10);
    assert_eq!(numbers(&other), [0, 1]);
    drop(one);
    fetch_next(&other);
    lab.advance(10);
    assert_eq!((numbers(&other), book.asked()), (vec![0, 1, 2], vec![0, 1, 2]));
}
