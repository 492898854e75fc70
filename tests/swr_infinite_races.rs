//! Lists of pages when things go wrong or happen at once: pages that fail, mutations, components that go, keys that
//! change.

#[path = "support/lab.rs"]
mod lab;
#[path = "support/pages.rs"]
mod pages;

use std::rc::Rc;

use lab::{Lab, Observer, Text, ms};
use pages::{Book, Options, Shown, options};
use yew_clerk::client::{Page, PageList, QueryError};
use yew_clerk::engine::key::Key;
use yew_clerk::engine::observer::Fields;

fn book() -> (Lab, Book) {
    let lab = Lab::new();
    let book = Book::new(&lab, "book");
    (lab, book)
}

/// A list of `size` pages that is there.
fn shown(options: &Options, size: usize) -> (Lab, Book, Shown) {
    let (lab, book) = book();
    let shown = book.show(&lab, options);
    drop(shown.set_size(size));
    lab.advance(50 * size as u64);
    assert_eq!(shown.pages().unwrap().len(), size);
    book.asked();
    (lab, book, shown)
}

/// Somebody else has read a page of `book`.
fn read(lab: &Lab, page: usize, text: Text) {
    lab.client.set_query_data(("book", page), text.to_owned()).unwrap();
}

#[test]
fn a_page_that_fails_gives_its_error_and_the_retry_goes_on_there() {
    let (lab, book) = book();
    book.broken.borrow_mut().push(2);
    let shown = book.show(&lab, &options().initial_size(4).error_retry_interval(ms(1000)));
    lab.advance(150);
    assert_eq!((shown.text(), shown.observer.error()), ("-".into(), Some("torn out")));
    assert_eq!(book.asked(), [0, 1, 2]);
    book.broken.borrow_mut().clear();
    lab.advance(1000);
    assert_eq!(shown.observer.error(), Some("torn out"), "it stands until a success");
    lab.advance(100);
    assert_eq!((shown.text(), shown.observer.error()), ("0,1,2,3".into(), None));
    assert_eq!(book.asked(), [2, 3]);
}

#[test]
fn a_revalidation_of_all_pages_goes_on_at_the_one_that_failed() {
    let (lab, book, shown) = shown(&options().error_retry_interval(ms(1000)), 4);
    book.edition.set("b");
    book.broken.borrow_mut().push(2);
    let end = shown.mutate();
    lab.advance(150);
    assert_eq!(end.take(), Some(Err("torn out".into())));
    assert_eq!((shown.text(), shown.observer.error()), ("0,1,2,3".into(), Some("torn out")));
    assert_eq!(book.asked(), [0, 1, 2]);
    book.broken.borrow_mut().clear();
    lab.advance(1100);
    assert_eq!((shown.text(), book.asked()), ("0b,1b,2b,3b".into(), vec![2, 3]));
    drop(shown.refetch());
    lab.advance(100);
    assert_eq!(book.asked(), [0], "what was wanted is done");
}

#[test]
fn a_failure_that_is_not_retried_leaves_the_wish_for_all_pages() {
    let (lab, book, shown) = shown(&options().should_retry_on_error(false), 3);
    book.broken.borrow_mut().push(1);
    drop(shown.mutate());
    lab.advance(1000);
    assert_eq!(book.asked(), [0, 1]);
    book.broken.borrow_mut().clear();
    drop(shown.refetch());
    lab.advance(1000);
    assert_eq!(book.asked(), [0, 1, 2], "a new run, not a retry: it begins at the first page");
}

#[test]
fn a_new_page_that_fails_is_all_that_the_retry_fetches() {
    let options = options().revalidate_on_set_size(false).error_retry_interval(ms(1000));
    let (lab, book, shown) = shown(&options, 2);
    book.broken.borrow_mut().push(2);
    drop(shown.set_size(3));
    lab.advance(50);
    book.broken.borrow_mut().clear();
    lab.advance(1100);
    assert_eq!((shown.text(), book.asked()), ("0,1,2".into(), vec![2, 2]));
    // A wish of its own is no part of it.
    book.broken.borrow_mut().push(3);
    drop(shown.set_size(4));
    lab.advance(50);
    book.broken.borrow_mut().clear();
    drop(shown.refetch());
    lab.advance(100);
    assert_eq!((shown.text(), book.asked()), ("0,1,2,3".into(), vec![3, 0, 3]));
}

#[test]
fn side_by_side_the_first_failure_is_the_error_and_the_others_are_kept() {
    let (lab, book) = book();
    book.broken.borrow_mut().extend([0, 1]);
    book.slow.borrow_mut().extend([(0, 100), (2, 50)]);
    let options = options().initial_size(3).parallel(true).error_retry_interval(ms(1000));
    let shown = book.show(&lab, &options);
    lab.advance(50);
    assert_eq!((shown.observer.error(), book.asked()), (Some("torn out"), vec![0, 1, 2]));
    assert!(!shown.observer.is_validating());
    lab.advance(50);
    assert_eq!(lab.data::<String>(("book", 2)), Some("2".into()));
    book.broken.borrow_mut().clear();
    lab.advance(1200);
    assert_eq!((shown.text(), book.asked()), ("0,1,2".into(), vec![0, 1]));
}

#[test]
fn a_key_that_cannot_be_encoded_in_the_middle_ends_the_run_with_an_error() {
    let lab = Lab::new();
    let asked = Rc::<std::cell::Cell<u32>>::default();
    let count = asked.clone();
    let page = move |index, _: Option<&i32>| {
        count.set(count.get() + u32::from(index == 1));
        let key = if index == 0 {
            Key::of(&0)?
        } else {
            Key::of(&std::collections::HashMap::from([((1, 2), 3)]))?
        };
        Ok(Some(Page::new(key, |_| async { Ok::<_, Text>(1) })))
    };
    let list = PageList::<i32, Text>::new(page, &lab::SwrOptionsFor::new().initial_size(2));
    let shown = lab.watch(list.watch(&lab.client).unwrap());
    shown.observer().view().read(Fields::ALL, |_| ());
    let end = lab.run(list.mutate(&lab.client));
    lab.advance(10);
    assert!(matches!(end.take(), Some(Err(QueryError::TypeMismatch(_)))));
    assert!(shown.see(|shown| shown.error.is_some() && shown.data.is_none()));
    assert_eq!(lab.data::<i32>(0), Some(1));
    let before = asked.get();
    lab.advance(1_000_000);
    assert_eq!(asked.get(), before, "no retry can make it better");
}

#[test]
fn a_walk_that_nobody_wants_stops_at_the_next_page_and_keeps_what_it_has() {
    let (lab, book) = book();
    let first = book.show(&lab, &options().initial_size(5));
    lab.advance(75);
    drop(first);
    lab.advance(500);
    assert_eq!(book.asked(), [0, 1]);
    assert_eq!((lab.data(("book", 1)), lab.fetching()), (Some("1".to_owned()), 0));
    let again = book.show(&lab, &options().initial_size(5));
    assert!(again.observer.is_loading());
    lab.advance(150);
    assert_eq!((again.text(), book.asked()), ("0,1,2,3,4".into(), vec![2, 3, 4]));
}

#[test]
fn a_last_page_that_is_on_its_way_completes_the_list_of_a_component_that_is_gone() {
    let (lab, book) = book();
    drop(book.show(&lab, &options()));
    lab.advance(50);
    let again = book.show(&lab, &options());
    assert_eq!(again.text(), "0");
}

#[test]
fn a_component_that_comes_back_in_time_shares_the_walk() {
    let (lab, book) = book();
    let first = book.show(&lab, &options().initial_size(3));
    lab.advance(25);
    drop(first);
    lab.advance(10);
    let again = book.show(&lab, &options().initial_size(3));
    lab.advance(115);
    assert_eq!((again.text(), book.asked()), ("0,1,2".into(), vec![0, 1, 2]));
}

#[test]
fn who_awaits_the_list_keeps_the_walk_going() {
    let (lab, book, shown) = shown(&options(), 1);
    let end = shown.set_size(3);
    drop(shown);
    lab.advance(150);
    assert_eq!((end.take(), book.asked()), (Some(Ok("0,1,2".into())), vec![0, 1, 2]));
}

#[test]
fn a_key_that_goes_while_its_pages_load_shows_nothing_and_loads_no_more() {
    let (lab, book) = book();
    let shown = book.show(&lab, &options().initial_size(3));
    lab.advance(75);
    let mut nothing = shown.list.watch(&lab.client).unwrap();
    nothing.key = None;
    shown.observer.update(nothing);
    lab.advance(500);
    assert_eq!((shown.text(), shown.observer.is_validating()), ("-".into(), false));
    assert_eq!(book.asked(), [0, 1]);
}

#[test]
fn another_first_page_has_the_size_that_it_had_last() {
    let lab = Lab::new();
    let books = ["a", "b"].map(|name| Book::new(&lab, name));
    let shown = books[0].show(&lab, &options());
    drop(shown.set_size(3));
    lab.advance(200);
    let lists = books.each_ref().map(|book| book.list(&options()));
    let show = |at: usize| {
        shown.observer.update(lists[at].watch(&lab.client).unwrap());
        lab.advance(300);
        (shown.text(), lists[at].size(&lab.client))
    };
    assert_eq!(show(1), ("0".into(), 1));
    assert_eq!(show(0), ("0,1,2".into(), 3));
}

#[test]
fn the_old_list_stays_while_another_loads_if_that_is_wished() {
    let lab = Lab::new();
    let books = ["a", "b"].map(|name| Book::new(&lab, name));
    books[1].edition.set("b");
    let options = options().initial_size(2).keep_previous_data(true);
    let shown = books[0].show(&lab, &options);
    lab.advance(100);
    shown.observer.update(books[1].list(&options).watch(&lab.client).unwrap());
    lab.advance(75);
    assert_eq!((shown.text(), shown.observer.is_loading()), ("0,1".into(), true));
    lab.advance(25);
    assert_eq!(shown.text(), "0b,1b");
}

#[test]
fn a_list_that_is_paused_has_its_size_and_loads_when_it_goes_on() {
    let (lab, book) = book();
    let shown = book.show(&lab, &options().is_paused(true));
    let end = shown.set_size(2);
    lab.advance(200);
    assert_eq!((end.take(), book.asked().len(), shown.size()), (Some(Ok("-".into())), 0, 2));
    shown.observer.update(book.list(&options()).watch(&lab.client).unwrap());
    lab.advance(200);
    assert_eq!((shown.text(), book.asked()), ("0,1".into(), vec![0, 1]));
}

#[test]
fn what_is_removed_while_it_loads_comes_back_by_itself_to_nobody() {
    let (lab, book) = book();
    let shown = book.show(&lab, &options().initial_size(2));
    lab.advance(75);
    drop(shown);
    lab.client.clear();
    lab.advance(500);
    assert_eq!((lab.entries(), book.asked()), (0, vec![0, 1]));
}

#[test]
fn a_list_that_nobody_reads_tells_nobody() {
    let (lab, book) = book();
    let list = book.list(&options());
    let blind = Observer::new(&lab.client, list.watch(&lab.client).unwrap(), Fields::NONE);
    let sized = Observer::new(&lab.client, list.watch(&lab.client).unwrap(), Fields::SIZE);
    lab.advance(50);
    drop(list.set_size_with(&lab.client, |_| 2));
    lab.advance(100);
    read(&lab, 0, "new");
    lab.advance(100);
    assert_eq!((blind.told(), sized.told()), (0, 1));
}

#[test]
fn a_client_that_everybody_has_left_goes_in_the_middle_of_a_walk() {
    let (lab, book) = book();
    let shown = book.show(&lab, &options().initial_size(3));
    lab.advance(75);
    let weak = lab.client.downgrade();
    drop(shown);
    let Lab { sim, client } = lab;
    drop(client);
    sim.advance_ms(1_000_000);
    assert!(weak.upgrade().is_none());
}

#[test]
fn a_missing_page_that_somebody_else_fetches_is_not_asked_for_twice() {
    let (lab, book) = book();
    let server = lab.server(80, |n| if n == 0 { Ok("theirs".to_owned()) } else { Err("no") });
    let plain = lab.swr(("book", 0), &server, &lab::SwrOptionsFor::<String>::new());
    let shown = book.show(&lab, &options());
    drop(plain);
    lab.advance(80);
    assert_eq!((shown.text(), book.asked()), ("theirs".into(), vec![]));
    let failing = lab.swr(("book", 1), &server, &lab::SwrOptionsFor::<String>::new());
    let wrong = lab.counter(80);
    let numbers = lab.query(&wrong.query(("book", 2)));
    drop(shown.list.set_size_with(&lab.client, |_| 3));
    lab.advance(200);
    // What fails or is something else is asked for by the list itself.
    assert_eq!((shown.text(), book.asked()), ("0,1,2".into(), vec![0, 1, 2]));
    drop((failing, numbers));
}

#[test]
fn a_new_size_beside_a_revalidation_takes_nothing_from_it() {
    let (lab, book, shown) = shown(&options().revalidate_on_set_size(false), 2);
    drop((shown.observer.refetch(), shown.list.set_size_with(&lab.client, |_| 3)));
    lab.advance(150);
    assert_eq!((shown.text(), book.asked()), ("0,1,2".into(), vec![0, 2]));
}

#[test]
fn a_list_does_not_wait_for_the_retries_of_somebody_else() {
    let (lab, book) = book();
    let query = lab.broken(10).query(("book", 0)).retry_delay(ms(100_000));
    let failing = lab.query(&query);
    lab.advance(20);
    let shown = book.show(&lab, &options());
    lab.advance(50);
    assert_eq!((shown.text(), failing.data::<String>()), ("0".into(), Some("0".into())));
}

#[test]
fn pages_side_by_side_that_nobody_wants_are_kept_and_none_is_asked_for_any_more() {
    let (lab, book) = book();
    let shown = book.show(&lab, &options().initial_size(2).parallel(true));
    let list = shown.list.clone();
    drop(shown);
    lab.advance(25);
    drop(list.set_size_with(&lab.client, |_| 3));
    lab.advance(100);
    let kept = [0, 1, 2].map(|page| lab.data::<String>(("book", page)));
    assert_eq!((kept, book.asked()), ([Some("0".into()), Some("1".into()), None], vec![0, 1]));
}

#[test]
fn late_pages_do_not_come_back_into_a_cache_that_was_emptied() {
    let (lab, book) = book();
    book.broken.borrow_mut().push(0);
    book.slow.borrow_mut().push((1, 100));
    let options = options().initial_size(2).parallel(true).should_retry_on_error(false);
    let _shown = book.show(&lab, &options);
    lab.advance(50);
    lab.client.clear();
    lab.advance(500);
    assert_eq!(lab.data::<String>(("book", 1)), None);
}

#[test]
fn a_retry_fetches_again_what_was_declared_out_of_date_meanwhile() {
    let (lab, book) = book();
    book.broken.borrow_mut().push(2);
    let _shown = book.show(&lab, &options().initial_size(3).error_retry_interval(ms(1000)));
    lab.advance(150);
    drop(lab.client.mutate::<String, Text>(("book", 1)));
    book.broken.borrow_mut().clear();
    lab.advance(1200);
    assert_eq!(book.asked(), [0, 1, 2, 1, 2]);
}

#[test]
fn a_page_that_is_declared_out_of_date_while_others_load_is_fetched_again_at_once() {
    let (lab, book) = book();
    let shown = book.show(&lab, &options().initial_size(2));
    lab.advance(75);
    book.edition.set("b");
    drop(lab.client.invalidate_queries(("book", 0)));
    lab.advance(100);
    assert_eq!((shown.text(), book.asked()), ("0b,1b".into(), vec![0, 1, 0, 1]));
}
