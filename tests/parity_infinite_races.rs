//! Infinite queries in combinations that nobody has asked for, and everybody will have.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/infinite.rs"]
mod infinite;
#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use infinite::{Book, List, Query, direction, fetch_next, fetch_previous, numbers, params};
use lab::{DONE, Lab, Observer, Text, alice, bob, ms};
use yew_clerk::client::{InfiniteData, InfiniteQueryOptions, Overlap, infinite_query_options};
use yew_clerk::engine::effect::Answer;
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::paging::Direction::{self, Backward, Forward};
use yew_clerk::engine::sim::Outcome;

fn ask(lab: &Lab, view: &Observer, end: Direction, overlap: Overlap) -> Outcome<Answer> {
    lab.run(view.observer().fetch_page(end, overlap))
}

fn count_of(answer: &Outcome<Answer>) -> Option<usize> {
    match answer.take()? {
        Answer::Data(data) => Some(data?.get::<List>()?.pages.len()),
        _ => None,
    }
}

fn pages(book: &Book, of: impl IntoIterator<Item = i64>) -> List {
    of.into_iter().map(|n| (book.page(n), n)).collect()
}

/// A server of pages that fail as often as is said.
#[derive(Clone)]
struct Flaky {
    failures: Rc<RefCell<[u32; 5]>>,
    asked: Rc<RefCell<Vec<usize>>>,
    /// How much later than the one before it a page comes.
    step: u64,
}

impl Flaky {
    fn new(failures: [u32; 5]) -> Self {
        Self { failures: Rc::new(RefCell::new(failures)), asked: Rc::default(), step: 0 }
    }

    fn query(&self, lab: &Lab) -> InfiniteQueryOptions<usize, usize, Text> {
        let (this, sim) = (self.clone(), lab.sim.clone());
        infinite_query_options(
            "flaky",
            0,
            move |ctx| {
                let page = ctx.page_param;
                this.asked.borrow_mut().push(page);
                let left = &mut this.failures.borrow_mut()[page];
                let fails = *left > 0;
                *left = left.saturating_sub(1);
                let wait = sim.sleep(ms(10 + this.step * page as u64));
                async move {
                    wait.await;
                    if fails { Err("torn") } else { Ok(page) }
                }
            },
            |last: &usize, _, _| Some(last + 1).filter(|next| *next < 5),
        )
        .retry_delay(ms(100))
    }

    /// Shows it with all five pages, and lets them fail from now on.
    fn shown(&self, lab: &Lab, query: &InfiniteQueryOptions<usize, usize, Text>) -> Observer {
        let failures = self.failures.take();
        let all: InfiniteData<usize, usize> = (0..5).map(|n| (n, n)).collect();
        lab.client.set_query_data("flaky", all).expect("a key");
        self.failures.replace(failures);
        lab.query(&query.clone().refetch_on_mount(false))
    }
}

#[test]
fn several_pages_in_advance_end_where_the_list_does_and_are_fresh_for_who_comes() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10).to(2);
    let query = || -> Query { book.query(1).stale_time(ms(1000)) };
    let done = lab.run(lab.client.prefetch_infinite_query(query().pages(5)));
    lab.advance(100);
    assert!(done.take().is_some());
    assert_eq!(book.asked(), [1, 2]);
    let again = lab.run(lab.client.fetch_infinite_query(query()));
    assert!(matches!(again.take(), Some(Ok(pages)) if pages.page_params == [1, 2]));
    let view = lab.query(&query());
    lab.advance(100);
    assert_eq!((book.asked(), numbers(&view)), (vec![1, 2], vec![1, 2]));
}

#[test]
fn a_page_that_has_not_changed_is_the_very_same_value_after_a_refetch() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 2);
    let page = |at: usize| view.data::<List>().expect("data").pages[at].clone();
    let old = [page(0), page(1)];
    book.edition_of_one.set(Some(7));
    drop(view.refetch());
    lab.advance(20);
    assert_eq!([0, 1].map(|at| Rc::ptr_eq(&old[at], &page(at))), [false, true]);
}

#[test]
fn of_two_ends_in_one_tick_the_second_is_fetched_and_both_are_answered() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 1);
    book.forget();
    let answers = [Forward, Backward].map(|end| ask(&lab, &view, end, Overlap::Replace));
    assert_eq!(direction(&view), Some(Backward));
    lab.advance(30);
    assert_eq!((numbers(&view), book.asked()), (vec![0, 1], vec![2, 0]));
    assert_eq!(answers.map(|answer| count_of(&answer)), [Some(2), Some(2)]);
}

#[test]
fn two_ends_that_are_queued_are_both_fetched_and_fit() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(1).max_pages(2), 1);
    let answers = [Forward, Backward].map(|end| ask(&lab, &view, end, Overlap::Queue));
    lab.advance(30);
    assert_eq!(answers.map(|answer| count_of(&answer)), [Some(2), Some(2)]);
    assert_eq!((numbers(&view), params(&view)), (vec![0, 1], vec![0, 1]));
}

#[test]
fn to_invalidate_while_a_page_comes_fetches_what_is_kept_and_not_the_page() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(2).max_pages(2), 2);
    book.forget();
    book.edition.set(1);
    let page = ask(&lab, &view, Forward, Overlap::Replace);
    lab.advance(5);
    drop(lab.client.invalidate_queries("book"));
    assert_eq!(direction(&view), None);
    lab.advance(50);
    assert_eq!((book.asked(), numbers(&view)), (vec![4, 2, 3], vec![2, 3]));
    assert_eq!((book.editions(&view), count_of(&page)), (vec![1, 1], Some(2)));
}

#[test]
fn a_page_is_added_to_what_was_written_meanwhile_if_it_follows_that() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 3);
    fetch_next(&view);
    lab.advance(5);
    book.edition.set(5);
    lab.client.set_query_data("book", pages(&book, [2, 3])).expect("a key");
    book.edition.set(0);
    lab.advance(5);
    assert_eq!((numbers(&view), book.editions(&view)), (vec![2, 3, 4], vec![5, 5, 0]));
}

/// TanStack Query's rule: what a fetch brings overwrites what is written during it.
#[test]
fn a_page_that_does_not_follow_what_was_written_meanwhile_follows_what_was_there() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 3);
    for written in [vec![1], vec![1, 2, 3, 4, 5], vec![]] {
        fetch_next(&view);
        lab.advance(5);
        let before = written.len();
        lab.client.set_query_data("book", pages(&book, written)).expect("a key");
        assert_eq!(numbers(&view).len(), before);
        lab.advance(5);
        assert_eq!(numbers(&view), [1, 2, 3, 4]);
        lab.client.set_query_data("book", pages(&book, [1, 2, 3])).expect("a key");
    }
}

#[test]
fn pages_without_their_parameters_are_fetched_from_the_beginning() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 3);
    let mut written = pages(&book, [2, 3]);
    written.page_params.truncate(1);
    lab.client.set_query_data("book", written).expect("a key");
    book.forget();
    drop(view.refetch());
    lab.advance(50);
    assert_eq!((book.asked(), params(&view)), (vec![1, 2], vec![1, 2]));
}

#[test]
fn another_user_ends_the_walk_over_five_pages_and_gets_the_first_one() {
    let lab = Lab::new();
    lab.own(alice());
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 5);
    book.forget();
    book.edition.set(1);
    let refetch = lab.run(view.refetch());
    lab.advance(25);
    let queued = ask(&lab, &view, Forward, Overlap::Queue);
    lab.own(bob());
    assert!(numbers(&view).is_empty());
    assert!(matches!(refetch.take(), Some(Answer::Cancelled)));
    assert!(matches!(queued.take(), Some(Answer::Cancelled)));
    lab.advance(100);
    assert_eq!((book.asked(), numbers(&view)), (vec![1, 2, 3, 1], vec![1]));
}

#[test]
fn pages_side_by_side_that_fail_together_are_tried_again_together() {
    for step in [0, 20] {
        let lab = Lab::new();
        let server = Flaky { step, ..Flaky::new([0, 1, 1, 0, 1]) };
        let view = server.shown(&lab, &server.query(&lab).parallel(true).retry(1));
        drop(view.refetch());
        // The others fail after the first has, and before the next try.
        lab.advance(10 + step);
        assert_eq!((server.asked.take(), view.failures()), (vec![0, 1, 2, 3, 4], 1));
        lab.advance(110 + 4 * step);
        assert_eq!((server.asked.take(), view.states()), (vec![1, 2, 4], DONE));
    }
}

#[test]
fn pages_side_by_side_of_which_one_fails_for_good_leave_the_list() {
    let lab = Lab::new();
    let server = Flaky::new([0, 0, 9, 0, 0]);
    let view = server.shown(&lab, &server.query(&lab).parallel(true).retry(1));
    drop(view.refetch());
    lab.advance(200);
    assert_eq!(server.asked.take(), [0, 1, 2, 3, 4, 2]);
    assert_eq!((view.states(), view.error()), ((Status::Error, FetchStatus::Idle), Some("torn")));
    assert_eq!(view.data::<InfiniteData<usize, usize>>().map(|all| all.pages.len()), Some(5));
    // The next refetch begins anew, and takes nothing from this one.
    server.failures.take();
    drop(view.refetch());
    lab.advance(10);
    assert_eq!((server.asked.take(), view.states()), (vec![0, 1, 2, 3, 4], DONE));
}

#[test]
fn a_queued_page_is_nobodys_once_its_component_is_gone() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 2);
    book.forget();
    drop(view.refetch());
    lab.advance(5);
    let queued = ask(&lab, &view, Forward, Overlap::Queue);
    drop(view);
    lab.flush();
    let view = lab.query(&book.query(1));
    lab.advance(100);
    assert!(matches!(queued.take(), Some(Answer::Cancelled)));
    assert_eq!((book.asked(), numbers(&view)), (vec![1, 2], vec![1, 2]));
}

#[test]
fn a_page_that_comes_after_a_change_of_key_belongs_to_the_old_list() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let other = book.clone().named("other");
    let view = book.shown(&lab, 1, 1);
    fetch_next(&view);
    lab.advance(5);
    view.update(lab.query_watch(&other.query(7)));
    lab.advance(5);
    assert_eq!(view.states(), (Status::Pending, FetchStatus::Fetching));
    lab.advance(5);
    assert_eq!((numbers(&view), direction(&view)), (vec![7], None));
    assert_eq!(lab.data::<List>("book").map(|list| list.page_params), Some(vec![1, 2]));
}

#[test]
fn where_nothing_follows_nothing_is_asked_for_and_who_waits_gets_what_is_there() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10).from(1).to(1);
    let view = book.shown(&lab, 1, 1);
    for end in [Forward, Backward] {
        let answer = ask(&lab, &view, end, Overlap::Replace);
        assert_eq!((count_of(&answer), view.states()), (Some(1), DONE));
    }
    assert_eq!(book.asked(), [1]);
}

#[test]
fn a_page_that_fails_offline_is_asked_for_again_when_the_network_is_back() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 2);
    book.forget();
    book.fail_at(3);
    fetch_next(&view);
    lab.advance(10);
    lab.online(false);
    lab.advance(2000);
    assert_eq!((view.fetch_status(), direction(&view)), (FetchStatus::Paused, Some(Forward)));
    lab.online(true);
    lab.advance(10);
    assert_eq!((book.asked(), numbers(&view)), (vec![3, 3], vec![1, 2, 3]));
}

#[test]
fn to_reset_while_a_page_comes_fetches_the_first_one() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 3);
    book.forget();
    let page = ask(&lab, &view, Forward, Overlap::Replace);
    lab.advance(5);
    drop(lab.client.reset_queries("book"));
    assert_eq!((view.states(), direction(&view)), ((Status::Pending, FetchStatus::Fetching), None));
    lab.advance(50);
    assert_eq!((book.asked(), numbers(&view), count_of(&page)), (vec![4, 1], vec![1], Some(1)));
}

#[test]
fn a_query_that_is_removed_while_a_page_comes_begins_anew() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 2);
    book.forget();
    let page = ask(&lab, &view, Forward, Overlap::Replace);
    lab.advance(5);
    lab.client.remove_queries("book");
    lab.advance(50);
    assert!(lab.state("book").is_none());
    // It shows what it had, and no fetch that does not run.
    assert_eq!((count_of(&page), numbers(&view), view.states()), (Some(2), vec![1, 2], DONE));
    fetch_next(&view);
    lab.advance(10);
    assert_eq!((book.asked(), numbers(&view)), (vec![3, 1], vec![1]));
}

#[test]
fn a_poll_leaves_a_page_alone_that_is_on_its_way() {
    let lab = Lab::new();
    let book = Book::new(&lab, 30);
    let view = book.shown_as(&lab, &book.query(1).refetch_interval(ms(40)), 1);
    lab.advance(20);
    book.forget();
    fetch_next(&view);
    lab.advance(30);
    assert_eq!((book.asked(), numbers(&view)), (vec![2], vec![1, 2]));
    // It counts from the answer on.
    lab.advance(39);
    assert_eq!(book.asked(), [2]);
    lab.advance(61);
    assert_eq!((book.asked(), numbers(&view)), (vec![2, 1, 2], vec![1, 2]));
}

#[test]
fn pages_that_are_written_between_two_tries_say_how_many_are_wanted() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 3);
    book.forget();
    book.fail_at(2);
    drop(view.refetch());
    lab.advance(20);
    lab.client.set_query_data("book", pages(&book, [1])).expect("a key");
    book.edition.set(1);
    lab.advance(2000);
    assert_eq!(
        (book.asked(), numbers(&view), book.editions(&view)),
        (vec![1, 2], vec![1], vec![0])
    );
}

#[test]
fn one_page_at_most_goes_back_and_forth() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown_as(&lab, &book.query(1).max_pages(1), 1);
    for (fetch, page) in [
        (fetch_next as fn(&Observer), 2),
        (fetch_next, 3),
        (fetch_previous, 2),
        (fetch_previous, 1),
    ] {
        fetch(&view);
        lab.advance(10);
        assert_eq!((numbers(&view), params(&view)), (vec![page], vec![page]));
    }
}

#[test]
fn a_limit_that_has_become_smaller_holds_from_the_next_fetch_on() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 4);
    view.update(lab.query_watch(&book.query(1).max_pages(2)));
    assert_eq!(numbers(&view), [1, 2, 3, 4]);
    fetch_next(&view);
    lab.advance(10);
    // One at one end drops one at the other, as in TanStack Query.
    assert_eq!(numbers(&view), [2, 3, 4, 5]);
    drop(view.refetch());
    lab.advance(40);
    assert_eq!((numbers(&view), params(&view)), (vec![4, 5], vec![4, 5]));
}

#[test]
fn some_pages_only_replace_a_page_on_its_way_and_keep_the_rest() {
    let lab = Lab::new();
    let book = Book::new(&lab, 10);
    let view = book.shown(&lab, 1, 3);
    book.forget();
    book.edition.set(1);
    fetch_next(&view);
    lab.advance(5);
    drop(view.observer().refetch_pages(|page: &infinite::Page, _| page.number == 2));
    lab.advance(50);
    assert_eq!((book.asked(), book.editions(&view)), (vec![4, 2], vec![0, 1, 0]));
}

#[test]
fn several_empty_pages_are_pages_until_the_rule_says_otherwise() {
    let lab = Lab::new();
    let asked = Rc::<Cell<u32>>::default();
    let asking = asked.clone();
    let query = infinite_query_options(
        "empty",
        0_u32,
        move |_| {
            asking.set(asking.get() + 1);
            std::future::ready(Ok::<_, Text>(Vec::<i32>::new()))
        },
        |_: &Vec<i32>, param, _| Some(param + 1).filter(|next| *next < 3),
    );
    let view = lab.query(&query.pages(9));
    lab.flush();
    let shown = view.data::<InfiniteData<Vec<i32>, u32>>().expect("data");
    assert_eq!((asked.get(), shown.page_params, view.states()), (3, vec![0, 1, 2], DONE));
}
