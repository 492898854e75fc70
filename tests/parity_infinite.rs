//! TanStack Query's own cases for infinite queries, told anew on the simulated clock.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/infinite.rs"]
mod infinite;
#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use infinite::{Book, List, direction, fetch_next, fetch_previous, more, numbers, params};
use lab::{DONE, Lab, NEVER, Observer, Text, key, ms};
use yew_clerk::client::{InfiniteData, InfiniteQueryOptions, Overlap, infinite_query_options};
use yew_clerk::engine::effect::Answer;
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::paging::Direction::{Backward, Forward};
use yew_clerk::engine::sim::Outcome;

/// A list of numbers that are their own parameters.
fn list(of: impl IntoIterator<Item = i64>) -> InfiniteData<i64, i64> {
    of.into_iter().map(|n| (n, n)).collect()
}

type Counting = InfiniteQueryOptions<i64, i64, Text>;

/// Pages that are their own parameters, and come at once; the rule says what follows.
fn counting(first: i64, next: impl Fn(i64) -> Option<i64> + 'static) -> Counting {
    infinite_query_options(
        "n",
        first,
        |ctx| std::future::ready(Ok(ctx.page_param)),
        move |last: &i64, _, _| next(*last),
    )
}

fn count_of(answer: &Outcome<Answer>) -> Option<usize> {
    match answer.take()? {
        Answer::Data(data) => Some(data?.get::<List>()?.pages.len()),
        _ => None,
    }
}

fn next(lab: &Lab, view: &Observer, overlap: Overlap) -> Outcome<Answer> {
    lab.run(view.observer().fetch_page(Forward, overlap))
}

fn two(lab: &Lab, book: &Book) -> Observer {
    let view = book.shown(lab, 1, 2);
    book.forget();
    view
}

#[test]
fn at_most_so_many_pages_are_kept_in_both_directions_and_fetched_anew() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(1).max_pages(2), 2);
    fetch_next(&view);
    lab.advance(10);
    assert_eq!((numbers(&view), params(&view)), (vec![2, 3], vec![2, 3]));
    fetch_previous(&view);
    lab.advance(10);
    assert_eq!((numbers(&view), params(&view)), (vec![1, 2], vec![1, 2]));
    book.forget();
    drop(view.refetch());
    lab.advance(20);
    assert_eq!((book.asked(), view.states()), (vec![1, 2], DONE));
}

#[test]
fn a_cancelled_page_leaves_the_list_as_it_was_and_can_be_asked_for_again() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10).abortable();
    let view = book.shown(&lab, 1, 1);
    fetch_next(&view);
    lab.advance(5);
    assert_eq!(direction(&view), Some(Forward));
    lab.client.cancel_queries("book");
    lab.advance(50);
    assert_eq!((view.states(), numbers(&view), book.aborted()), (DONE, vec![1], 1));
    assert_eq!(direction(&view), None);
    fetch_next(&view);
    lab.advance(10);
    assert_eq!(numbers(&view), [1, 2]);
}

#[test]
fn a_cancelled_refetch_asks_for_no_further_page() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 3);
    book.forget();
    book.edition.set(1);
    drop(view.refetch());
    lab.advance(15);
    lab.client.cancel_queries("book");
    lab.advance(100);
    assert_eq!((book.asked(), book.editions(&view)), (vec![1, 2], vec![0, 0, 0]));
    assert_eq!(view.states(), DONE);
}

#[test]
fn a_page_that_fails_on_and_on_is_asked_for_as_often_as_retries_say_and_no_other_is() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(1).retry(2).retry_delay(ms(5)), 3);
    book.forget();
    drop(view.refetch());
    for _ in 0..3 {
        book.fail_at(2);
        lab.advance(15);
    }
    lab.advance(100);
    assert_eq!(book.asked(), [1, 2, 2, 2]);
    assert_eq!((view.error(), numbers(&view)), (Some("torn"), vec![1, 2, 3]));
    assert_eq!(view.states(), (Status::Error, FetchStatus::Idle));
}

#[test]
fn a_first_parameter_that_looks_like_nothing_is_one() {
    let lab = Lab::new();
    let query = infinite_query_options(
        "k",
        None::<u8>,
        |ctx| std::future::ready(Ok::<_, Text>(format!("{:?}", ctx.page_param))),
        |_: &String, _, _| None,
    );
    let view = lab.query(&query);
    lab.flush();
    let shown = view.data::<InfiniteData<String, Option<u8>>>().expect("data");
    assert_eq!((&*shown.pages[0], &shown.page_params[..]), (&"None".to_owned(), &[None][..]));
    assert_eq!(more(&view), (false, false));
}

#[test]
fn what_is_selected_of_the_pages_is_shown_and_the_pages_are_cached() {
    let lab = Lab::new();
    let sum = counting(1, |last| Some(last + 1)).select(|all| all.page_params.iter().sum::<i64>());
    let view = lab.query(&sum);
    lab.flush();
    fetch_next(&view);
    lab.flush();
    assert_eq!(view.data::<i64>(), Some(3));
    assert_eq!(lab.data("n"), Some(list([1, 2])));
    let reversed = counting(1, |_| None).select(|all| {
        let numbers = all.pages.iter().rev().map(|page| **page);
        numbers.collect::<Vec<_>>()
    });
    let reversed = lab.query(&reversed);
    assert_eq!(reversed.data::<Vec<i64>>(), Some(vec![2, 1]));
    // By the cached pages, whatever is selected of them, each by its own rule.
    assert_eq!((more(&view).0, more(&reversed).0), (true, false));
}

#[test]
fn the_function_of_a_page_knows_meta_key_and_direction() {
    let lab = Lab::new();
    let heard = Rc::<RefCell<Vec<_>>>::default();
    let log = heard.clone();
    let query = infinite_query_options(
        ("k", 1),
        5_i64,
        move |ctx| {
            let meta = ctx.meta::<Text>().map(|text| *text);
            log.borrow_mut().push((ctx.page_param, ctx.direction, meta, ctx.key().clone()));
            std::future::ready(Ok::<_, Text>(ctx.page_param))
        },
        |last: &i64, _, _| Some(last + 1),
    );
    let view = lab.query(&query.get_previous_page_param(|first, _, _| Some(first - 1)).meta("m"));
    lab.flush();
    fetch_next(&view);
    lab.flush();
    fetch_previous(&view);
    lab.flush();
    drop(view.refetch());
    lab.flush();
    let calls = heard.borrow().clone();
    let told: Vec<_> = calls.iter().map(|(param, direction, ..)| (*param, *direction)).collect();
    let pages = [(4, Backward), (4, Forward), (5, Forward), (6, Forward)];
    assert_eq!(told[..2], [(5, Forward), (6, Forward)]);
    assert_eq!(told[2..], pages);
    assert!(calls.iter().all(|(.., meta, of)| *meta == Some("m") && *of == key(("k", 1))));
}

#[test]
fn the_rules_are_given_page_and_parameter_of_their_end_and_all_that_is_there() {
    let lab = Lab::new();
    let told = Rc::<RefCell<Vec<_>>>::default();
    let (after, before) = (told.clone(), told.clone());
    let query = infinite_query_options(
        "k",
        1_i64,
        |ctx| std::future::ready(Ok::<_, Text>(ctx.page_param * 10)),
        move |last: &i64, param, all: &InfiniteData<i64, i64>| {
            after.borrow_mut().push(("after", *last, *param, all.page_params.clone()));
            Some(param + 1)
        },
    );
    let view = lab.query(&query.get_previous_page_param(move |first, param, all| {
        before.borrow_mut().push(("before", *first, *param, all.page_params.clone()));
        Some(param - 1)
    }));
    lab.flush();
    fetch_next(&view);
    lab.flush();
    let last_of = |end| told.borrow().iter().rfind(|told| told.0 == end).cloned();
    assert_eq!(last_of("after"), Some(("after", 20, 2, vec![1, 2])));
    assert_eq!(last_of("before"), Some(("before", 10, 1, vec![1, 2])));
}

#[test]
fn the_rules_are_not_asked_about_a_list_without_pages() {
    let lab = Lab::new();
    let asked = Rc::<Cell<u32>>::default();
    let asking = asked.clone();
    let query = counting(1, move |_| {
        asking.set(asking.get() + 1);
        Some(2)
    });
    lab.client.set_query_data("n", list([])).expect("a key");
    let view = lab.query(&query.enabled(false));
    assert_eq!((more(&view), asked.get(), view.status()), ((false, false), 0, Status::Success));
    fetch_next(&view);
    lab.flush();
    assert_eq!((lab.data("n"), more(&view)), (Some(list([1])), (true, false)));
}

#[test]
fn a_refetch_ends_where_there_is_no_next_parameter_any_more() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 3);
    book.to.set(2);
    book.forget();
    drop(view.refetch());
    lab.advance(50);
    assert_eq!((book.asked(), numbers(&view), params(&view)), (vec![1, 2], vec![1, 2], vec![1, 2]));
    assert_eq!(more(&view), (false, true));
}

#[test]
fn who_awaits_a_page_that_fails_is_told_and_the_list_stays() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(1).retry(0), 1);
    for (end, page) in [(Forward, 2), (Backward, 0)] {
        book.fail_at(page);
        let answer = lab.run(view.observer().fetch_page(end, Overlap::Replace));
        assert_eq!((direction(&view), view.fetch_status()), (Some(end), FetchStatus::Fetching));
        lab.advance(10);
        assert!(matches!(answer.take(), Some(Answer::Failed(_))));
        assert_eq!((view.status(), direction(&view)), (Status::Error, Some(end)));
        assert_eq!((numbers(&view), view.error()), (vec![1], Some("torn")));
    }
    drop(view.refetch());
    lab.advance(10);
    assert_eq!((view.states(), direction(&view)), (DONE, None));
}

#[test]
fn a_refetch_that_fails_is_no_error_of_a_page() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(1).retry(0), 2);
    book.fail_at(1);
    drop(view.refetch());
    lab.advance(10);
    assert_eq!(
        (view.status(), direction(&view), numbers(&view)),
        (Status::Error, None, vec![1, 2])
    );
    assert!(view.is_stale());
}

#[test]
fn the_previous_keys_pages_stand_in_and_say_nothing_of_what_follows() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(1).keep_previous_data(), 2);
    let other = book.clone().named("other").to(5);
    view.update(lab.query_watch(&other.query(5).keep_previous_data()));
    assert_eq!(
        (numbers(&view), view.is_placeholder(), more(&view)),
        (vec![1, 2], true, (false, false))
    );
    lab.advance(10);
    assert_eq!(
        (numbers(&view), view.is_placeholder(), more(&view)),
        (vec![5], false, (false, true))
    );
}

#[test]
fn a_refetch_takes_the_parameters_that_the_list_has() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 10, 2);
    fetch_previous(&view);
    lab.advance(10);
    book.forget();
    drop(view.refetch());
    assert_eq!(direction(&view), None);
    lab.advance(30);
    assert_eq!((book.asked(), numbers(&view)), (vec![9, 10, 11], vec![9, 10, 11]));
}

#[test]
fn a_page_more_silently_takes_the_place_of_a_refetch() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10).abortable();
    let view = two(&lab, &book);
    book.edition.set(1);
    let refetch = lab.run(view.refetch());
    lab.advance(5);
    fetch_next(&view);
    lab.advance(10);
    assert_eq!((numbers(&view), book.editions(&view)), (vec![1, 2, 3], vec![0, 0, 1]));
    assert_eq!((count_of(&refetch), book.asked(), book.aborted()), (Some(3), vec![1, 3], 1));
}

#[test]
fn a_second_wish_for_the_next_page_takes_the_place_of_the_first() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10).abortable();
    let view = book.shown(&lab, 1, 1);
    let first = next(&lab, &view, Overlap::Replace);
    lab.advance(5);
    let second = next(&lab, &view, Overlap::Replace);
    lab.advance(5);
    assert_eq!((numbers(&view), book.aborted()), (vec![1], 1));
    lab.advance(5);
    assert_eq!((count_of(&first), count_of(&second)), (Some(2), Some(2)));
    assert_eq!((book.asked(), numbers(&view)), (vec![1, 2, 2], vec![1, 2]));
}

#[test]
fn a_second_wish_that_joins_leaves_the_first_alone() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10).abortable();
    let view = book.shown(&lab, 1, 1);
    let first = next(&lab, &view, Overlap::Replace);
    lab.advance(5);
    let second = next(&lab, &view, Overlap::Join);
    lab.advance(5);
    assert_eq!((count_of(&first), count_of(&second)), (Some(2), Some(2)));
    assert_eq!((book.asked(), book.aborted(), numbers(&view)), (vec![1, 2], 0, vec![1, 2]));
}

#[test]
fn whoever_wants_more_before_the_first_page_is_there_waits_for_that() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = lab.query(&book.query(1));
    lab.advance(5);
    let answer = next(&lab, &view, Overlap::Replace);
    assert_eq!((direction(&view), view.is_loading()), (None, true));
    lab.advance(50);
    assert_eq!((count_of(&answer), book.asked(), numbers(&view)), (Some(1), vec![1], vec![1]));
}

#[test]
fn a_refetch_that_nobody_shows_any_more_ends_with_the_page_on_its_way() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10).abortable();
    let pages: List = (1..=4).map(|n| (book.page(n), n)).collect();
    lab.client.set_query_data("book", pages.clone()).expect("a key");
    book.edition.set(1);
    let view = lab.query(&book.query(1));
    lab.advance(15);
    drop(view);
    lab.advance(100);
    assert_eq!((book.asked(), book.aborted()), (vec![1, 2], 2));
    assert!(lab.data::<List>("book") == Some(pages));
    assert_eq!(lab.state("book").map(|state| state.fetch_status), Some(FetchStatus::Idle));
}

#[test]
fn pages_that_are_written_by_hand_are_where_the_list_goes_on() {
    let lab = Lab::new();
    let view = lab.query(&counting(1, |last| Some(last + 1)));
    lab.flush();
    lab.client.set_query_data("n", list([7, 8])).expect("a key");
    fetch_next(&view);
    lab.flush();
    assert_eq!(lab.data("n"), Some(list([7, 8, 9])));
    drop(view.refetch());
    lab.flush();
    assert_eq!(lab.data("n"), Some(list([7, 8, 9])));
}

#[test]
fn initial_pages_are_fetched_anew_by_their_parameters_and_say_what_follows() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let initial: List = [(book.page(3), 3)].into_iter().collect();
    book.edition.set(1);
    let view = lab.query(&book.query(1).initial_data(initial));
    assert_eq!((numbers(&view), more(&view)), (vec![3], (true, true)));
    lab.advance(10);
    assert_eq!((book.asked(), book.editions(&view)), (vec![3], vec![1]));
    let last = lab.query(&counting(1, |_| None).initial_data(list([1])).stale_time(NEVER));
    assert_eq!((more(&last), last.fetch_status()), ((false, false), FetchStatus::Idle));
}

/// Three items a page, by the place of the first; what follows is known by what is there.
fn shelf(items: &Rc<RefCell<Vec<i64>>>) -> InfiniteQueryOptions<Vec<i64>, i64, Text> {
    let items = items.clone();
    infinite_query_options(
        "shelf",
        0,
        move |ctx| {
            let from = ctx.page_param;
            let mut page = items.borrow().clone();
            page.retain(|item| *item >= from);
            page.truncate(3);
            std::future::ready(Ok(page))
        },
        |last: &Vec<i64>, _, _| last.last().filter(|_| last.len() == 3).map(|item| item + 1),
    )
}

#[test]
fn a_refetch_builds_its_parameters_of_fresh_pages() {
    let lab = Lab::new();
    let items = Rc::new(RefCell::new((0..8).collect::<Vec<_>>()));
    let view = lab.query(&shelf(&items));
    let shown = || view.data::<InfiniteData<Vec<i64>, i64>>().expect("data");
    lab.flush();
    for _ in 0..2 {
        fetch_next(&view);
        lab.flush();
    }
    assert_eq!((shown().page_params, more(&view).0), (vec![0, 3, 6], false));
    items.borrow_mut().retain(|item| ![1, 2, 4].contains(item));
    drop(view.refetch());
    lab.flush();
    assert_eq!(shown().page_params, [0, 6]);
    assert_eq!(
        shown().pages.iter().map(|page| (**page).clone()).collect::<Vec<_>>(),
        [vec![0, 3, 5], vec![6, 7]]
    );
}

#[test]
fn a_first_load_that_nobody_shows_any_more_is_stopped_and_made_anew() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10).abortable();
    let view = lab.query(&book.query(1));
    lab.advance(5);
    drop(view);
    let states = lab.state("book").map(|state| (state.status, state.fetch_status));
    assert_eq!(states, Some((Status::Pending, FetchStatus::Idle)));
    lab.flush();
    assert_eq!(book.aborted(), 1);
    let view = lab.query(&book.query(1));
    lab.advance(10);
    assert_eq!((book.asked(), numbers(&view)), (vec![1, 1], vec![1]));
}

#[test]
fn a_page_is_fetched_for_a_query_that_is_disabled() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = lab.query(&book.query(1).enabled(false));
    lab.advance(20);
    assert!(book.asked().is_empty());
    for _ in 0..2 {
        fetch_next(&view);
        assert_eq!((direction(&view), view.fetch_status()), (Some(Forward), FetchStatus::Fetching));
        lab.advance(10);
    }
    assert_eq!((book.asked(), numbers(&view)), (vec![1, 2], vec![1, 2]));
}
