//! Lists of pages by SWR's rules: which pages are fetched when, what is shown meanwhile, and how large a list is.

#[path = "support/lab.rs"]
mod lab;
#[path = "support/pages.rs"]
mod pages;

use std::rc::Rc;
use std::time::Duration;

use lab::{Lab, Text, key, ms};
use pages::{Book, Options, Shown, mutator, options};
use yew_clerk::client::{Page, PageList, SwrOptions, swr_infinite_key};
use yew_clerk::engine::filters::Filters;
use yew_clerk::engine::key::Key;

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

/// P55.
#[test]
fn loading_page_after_page_costs_one_more_request_each_for_the_first_page() {
    let (lab, book) = book();
    let shown = book.show(&lab, &options());
    lab.advance(100);
    let mut requests = vec![book.asked().len()];
    for size in 2..=4 {
        drop(shown.set_size(size));
        lab.advance(100);
        requests.push(requests.last().unwrap() + book.asked().len());
    }
    assert_eq!((requests, shown.text()), (vec![1, 3, 5, 7], "0,1,2,3".into()));
}

/// P55.
#[test]
fn without_revalidation_of_the_first_page_each_page_is_fetched_once() {
    for options in [options().revalidate_first_page(false), options().revalidate_on_set_size(false)]
    {
        let (lab, book) = book();
        let shown = book.show(&lab, &options);
        lab.advance(100);
        let mut requests = vec![book.asked().len()];
        for size in 2..=4 {
            drop(shown.set_size(size));
            lab.advance(100);
            requests.push(requests.last().unwrap() + book.asked().len());
        }
        assert_eq!((requests, shown.text()), (vec![1, 2, 3, 4], "0,1,2,3".into()));
    }
}

/// P55.
#[test]
fn pages_side_by_side_take_the_time_of_one() {
    for parallel in [true, false] {
        let (lab, book) = book();
        let shown = book.show(&lab, &options().initial_size(3).parallel(parallel));
        lab.advance(100);
        assert_eq!(shown.text(), if parallel { "0,1,2" } else { "-" });
        lab.advance(50);
        assert_eq!((shown.text(), book.asked()), ("0,1,2".into(), vec![0, 1, 2]));
    }
}

/// P55.
#[test]
fn an_empty_page_that_leaves_no_next_key_ends_the_list() {
    let lab = Lab::new();
    let sim = lab.sim.clone();
    let page = move |index, previous: Option<&Vec<usize>>| {
        if previous.is_some_and(Vec::is_empty) {
            return Ok(None);
        }
        let wait = sim.sleep(ms(10));
        let page = if index < 2 { vec![index] } else { Vec::new() };
        Ok(Some(Page::new(Key::of(&("numbers", index))?, move |_| async move {
            wait.await;
            Ok::<_, Text>(page)
        })))
    };
    let list = PageList::<Vec<usize>, Text>::new(page, &SwrOptions::new().initial_size(5));
    let watch = list.watch(&lab.client).unwrap();
    let shown = lab.watch(watch);
    lab.advance(100);
    let pages = shown.data::<Vec<Rc<Vec<usize>>>>().unwrap();
    assert_eq!(pages, [vec![0].into(), vec![1].into(), Rc::new(Vec::<usize>::new())]);
    assert_eq!(list.size(&lab.client), 5, "it is what was asked for");
}

#[test]
fn a_first_load_is_told_of_once_however_many_pages_there_are() {
    let (lab, book) = book();
    book.delay.set(1);
    let shown = book.show(&lab, &options().initial_size(200));
    assert!(shown.observer.is_loading() && shown.observer.is_validating());
    lab.advance(200);
    assert_eq!(shown.pages().unwrap().len(), 200);
    assert_eq!(shown.observer.told(), 1);
    book.edition.set("b");
    drop(shown.mutate());
    lab.advance(200);
    assert_eq!(shown.pages().unwrap().last().unwrap().as_str(), "199b");
    assert_eq!((shown.observer.told(), book.asked().len()), (3, 400));
}

#[test]
fn each_key_is_asked_for_with_the_page_before_it() {
    let (lab, book) = book();
    let _shown = book.show(&lab, &options().initial_size(3));
    lab.advance(150);
    let seen = book.previous();
    for (index, previous) in &seen {
        let before = index.checked_sub(1).map(|before| before.to_string());
        assert_eq!(*previous, before, "page {index} of {seen:?}");
    }
    assert!(seen.iter().any(|(index, _)| *index == 2));
}

#[test]
fn side_by_side_there_is_no_previous_page() {
    let (lab, book) = book();
    let shown = book.show(&lab, &options().initial_size(3).parallel(true));
    lab.advance(50);
    drop(shown.set_size(4));
    lab.advance(50);
    assert!(book.previous().iter().all(|(_, previous)| previous.is_none()));
    assert_eq!(shown.text(), "0,1,2,3");
}

#[test]
fn without_a_first_key_nothing_happens() {
    let (lab, book) = book();
    book.end.set(0);
    let shown = book.show(&lab, &options());
    lab.advance(100);
    let ends = [shown.set_size(3), shown.mutate()].map(|end| end.take().unwrap());
    assert_eq!(ends, [Ok("-".to_owned()), Ok("-".to_owned())]);
    assert_eq!((shown.size(), shown.text(), book.asked()), (1, "-".into(), Vec::<usize>::new()));
    assert_eq!((shown.observer.is_validating(), lab.entries()), (false, 0));
}

#[test]
fn pages_are_cached_under_their_own_keys() {
    let (lab, book, shown) = shown(&options(), 2);
    assert_eq!(lab.data::<String>(("book", 1)), Some("1".into()));
    let server = lab.server(10, |_| Ok("one".to_owned()));
    let plain = lab.swr(("book", 1), &server, &SwrOptions::<String, Text>::new());
    assert_eq!(plain.data::<String>(), Some("1".into()), "a plain hook has it at once");
    lab.advance(10);
    assert_eq!((plain.data::<String>(), shown.text()), (Some("one".into()), "0,1".into()));
    drop(shown.refetch());
    lab.advance(100);
    // The page is not what the list has: it is fetched again.
    assert_eq!((book.asked(), shown.text()), (vec![0, 1], "0,1".into()));
    assert_eq!(plain.data::<String>(), Some("1".into()), "and a plain hook hears of it");
}

#[test]
fn a_page_that_is_in_the_cache_is_not_fetched_again() {
    let (lab, book) = book();
    lab.client.set_query_data(("book", 1), "cached".to_owned()).unwrap();
    let shown = book.show(&lab, &options().initial_size(3));
    lab.advance(100);
    assert_eq!((shown.text(), book.asked()), ("0,cached,2".into(), vec![0, 2]));
}

#[test]
fn a_list_whose_pages_are_all_cached_is_there_at_once_and_is_looked_after_then() {
    let (lab, book, shown) = shown(&options(), 1);
    lab.client.set_query_data(("book", 1), "cached".to_owned()).unwrap();
    let client = lab.client.clone();
    drop(shown.list.set_size_with(&client, |size| size + 1));
    assert_eq!(shown.text(), "0,cached", "before anything else runs");
    assert!(shown.observer.is_validating());
    lab.advance(50);
    assert_eq!((shown.text(), book.asked()), ("0,cached".into(), vec![0]));
}

#[test]
fn a_list_whose_pages_are_not_all_cached_stays_until_they_are() {
    let (lab, _, shown) = shown(&options(), 1);
    let end = shown.set_size(3);
    lab.advance(149);
    assert_eq!((shown.text(), shown.size()), ("0".into(), 3));
    assert!(end.take().is_none());
    lab.advance(1);
    assert_eq!(end.take(), Some(Ok("0,1,2".into())));
}

#[test]
fn a_smaller_size_shows_fewer_pages_at_once_and_a_larger_one_shows_them_again() {
    let (lab, book, shown) = shown(&options(), 3);
    drop(shown.set_size(1));
    assert_eq!(shown.text(), "0");
    lab.advance(50);
    book.asked();
    drop(shown.set_size(3));
    assert_eq!(shown.text(), "0,1,2");
    lab.advance(50);
    assert_eq!(book.asked(), [0]);
    drop(shown.set_size(0));
    assert_eq!(shown.text(), "");
    lab.advance(50);
    assert_eq!((shown.text(), book.asked()), (String::new(), Vec::<usize>::new()));
}

#[test]
fn the_size_of_cached_pages_costs_no_request_where_missing_pages_are_enough() {
    let (lab, book, shown) = shown(&options().revalidate_on_set_size(false), 3);
    let told = shown.observer.told();
    assert_eq!(shown.set_size(2).take(), Some(Ok("0,1".into())));
    lab.advance(100);
    assert_eq!((shown.text(), book.asked()), ("0,1".into(), Vec::<usize>::new()));
    assert_eq!(shown.observer.told(), told + 1, "nothing was on its way");
    drop(shown.refetch());
    lab.advance(100);
    assert_eq!(book.asked(), [0], "everything else looks at the first page");
}

#[test]
fn beyond_the_end_the_size_grows_and_the_list_does_not() {
    let (lab, book, shown) = shown(&options(), 2);
    book.end.set(2);
    drop(shown.set_size(5));
    lab.advance(100);
    assert_eq!((shown.size(), shown.text(), book.asked()), (5, "0,1".into(), vec![0]));
    book.end.set(9);
    drop(shown.refetch());
    lab.advance(500);
    assert_eq!(shown.text(), "0,1,2,3,4");
}

#[test]
fn two_sizes_in_one_tick_count_up_and_make_one_run() {
    let (lab, book, shown) = shown(&options(), 1);
    let client = &lab.client;
    let (first, second) = (
        shown.list.set_size_with(client, |size| size + 1),
        shown.list.set_size_with(client, |size| size + 1),
    );
    let (first, second) = (lab.run(first), lab.run(second));
    lab.advance(150);
    assert_eq!((shown.text(), book.asked()), ("0,1,2".into(), vec![0, 1, 2]));
    for end in [first, second] {
        assert_eq!(pages::join(&end.take().unwrap().unwrap().unwrap()), "0,1,2");
    }
}

#[test]
fn a_size_that_grows_while_pages_load_asks_for_none_of_them_twice() {
    for parallel in [false, true] {
        let (lab, book) = book();
        let shown = book.show(&lab, &options().initial_size(2).parallel(parallel));
        lab.advance(25);
        let end = shown.set_size(4);
        lab.advance(if parallel { 50 } else { 175 });
        assert_eq!((shown.text(), book.asked()), ("0,1,2,3".into(), vec![0, 1, 2, 3]));
        assert_eq!(end.take(), Some(Ok("0,1,2,3".into())));
    }
}

#[test]
fn a_size_that_shrinks_while_pages_load_ends_the_run() {
    for parallel in [false, true] {
        let (lab, book) = book();
        let shown = book.show(&lab, &options().initial_size(5).parallel(parallel));
        lab.advance(if parallel { 25 } else { 75 });
        drop(shown.set_size(2));
        lab.advance(500);
        let asked = if parallel { vec![0, 1, 2, 3, 4] } else { vec![0, 1] };
        assert_eq!((shown.text(), book.asked()), ("0,1".into(), asked));
        lab.advance(400_000);
        assert_eq!(lab.entries(), 3, "what the list has not is not kept for it");
    }
}

#[test]
fn the_size_outlives_its_components() {
    let (lab, book, shown) = shown(&options(), 3);
    drop(shown);
    lab.advance(5000);
    let again = book.show(&lab, &options());
    assert_eq!((again.text(), again.size()), ("0,1,2".into(), 3));
    lab.advance(150);
    assert_eq!((again.text(), book.asked()), ("0,1,2".into(), vec![0]));
}

#[test]
fn all_components_have_the_size_that_one_has_set() {
    let (lab, book, shown) = shown(&options(), 1);
    let other = book.show(&lab, &options());
    drop(shown.set_size(2));
    lab.advance(100);
    assert_eq!((other.text(), other.size()), ("0,1".into(), 2));
}

#[test]
fn each_revalidation_fetches_the_first_page_or_all_or_none() {
    let runs = |options: Options| {
        let (lab, book, shown) = shown(&options, 3);
        drop(shown.refetch());
        lab.advance(150);
        book.asked()
    };
    assert_eq!(runs(options()), [0]);
    assert_eq!(runs(options().revalidate_all(true)), [0, 1, 2]);
    assert_eq!(runs(options().revalidate_first_page(false)), [0; 0]);
    assert_eq!(runs(options().revalidate_first_page(false).revalidate_all(true)), [0, 1, 2]);
}

#[test]
fn equal_pages_stay_the_same_values() {
    let (lab, book, shown) = shown(&options(), 3);
    let before = shown.pages().unwrap();
    drop(shown.mutate());
    lab.advance(150);
    assert!(Rc::ptr_eq(&before, &shown.pages().unwrap()));
    assert_eq!(book.asked(), [0, 1, 2]);
    lab.client.set_query_data(("book", 1), "changed".to_owned()).unwrap();
    book.edition.set("b");
    drop(shown.refetch());
    lab.advance(150);
    let after = shown.pages().unwrap();
    assert_eq!((shown.text(), book.asked()), ("0b,1b,2".into(), vec![0, 1]));
    assert!(Rc::ptr_eq(&before[2], &after[2]) && !Rc::ptr_eq(&before[1], &after[1]));
}

#[test]
fn polling_focus_and_the_network_look_at_the_first_page() {
    let (lab, book) = book();
    let every = options().initial_size(2).refresh_interval(ms(1000)).deduping_interval(ms(0));
    let shown = book.show(&lab, &every);
    lab.advance(100);
    book.asked();
    lab.advance(1050);
    assert_eq!(book.asked(), [0]);
    lab.advance(6000);
    book.asked();
    lab.focus();
    assert_eq!(book.asked(), [0]);
    lab.advance(50);
    lab.online(false);
    lab.online(true);
    assert_eq!((book.asked(), shown.text()), (vec![0], "0,1".into()));
}

#[test]
fn a_fallback_stands_in_for_the_list_and_is_no_list() {
    let (lab, book) = book();
    let fallback = vec![Rc::new("a".to_owned()), Rc::new("b".to_owned())];
    let shown = book.show(&lab, &options().fallback_data(fallback).revalidate_on_mount(true));
    assert_eq!(shown.text(), "a,b");
    drop(shown.set_size(2));
    assert_eq!(shown.text(), "a,b");
    lab.advance(100);
    assert_eq!((shown.text(), book.asked()), ("0,1".into(), vec![0, 1]));
}

#[test]
fn callbacks_hear_of_the_list_and_not_of_its_pages() {
    let (lab, book) = book();
    let heard = Rc::<std::cell::RefCell<Vec<String>>>::default();
    let note = heard.clone();
    let options = options().initial_size(2).on_success(move |list, key| {
        note.borrow_mut().push(format!("{} {key}", pages::join(&list)));
    });
    let _shown = book.show(&lab, &options);
    lab.advance(100);
    assert_eq!(*heard.borrow(), [r#"0,1 $inf$["book",0]"#]);
}

/// P39.
#[test]
fn filters_see_the_pages_and_never_the_list() {
    let (lab, _, shown) = shown(&options(), 2);
    for name in ["first", "second"] {
        lab.client.set_query_data(("book", name), 1).unwrap();
    }
    lab.client.set_query_data("book", 2).unwrap();
    let seen = Rc::<std::cell::RefCell<Vec<String>>>::default();
    let note = seen.clone();
    let predicate = Filters {
        predicate: Some(Rc::new(move |key, _| {
            note.borrow_mut().push(key.to_json());
            true
        })),
        ..Filters::default()
    };
    let selected = lab.client.keys(predicate).len();
    let mut seen = seen.take();
    seen.sort();
    let expected = [
        r#""book""#,
        r#"["book","first"]"#,
        r#"["book","second"]"#,
        r#"["book",0]"#,
        r#"["book",1]"#,
    ];
    assert_eq!((seen, selected), (expected.map(str::to_owned).to_vec(), 5));
    assert_eq!(lab.client.keys("book").len(), 5);
    assert_eq!(lab.client.keys(Filters::default()).len(), 5);
    let list = shown.list.key().unwrap().unwrap();
    assert_eq!(lab.client.keys(Filters::prefix(list.clone())), []);
    assert_eq!(lab.entries(), 6);
    lab.client.clear();
    assert_eq!(lab.entries(), 0, "everything is everything");
}

#[test]
fn no_value_has_the_key_of_a_list() {
    let list = swr_infinite_key(("book", 0)).unwrap().unwrap();
    assert_eq!(swr_infinite_key(None::<Text>), Ok(None));
    assert_eq!(swr_infinite_key(""), Ok(None));
    for value in [r#"$inf$["book",0]"#, "book", "", "\u{b}"] {
        assert_ne!(list, key(value));
    }
    assert_ne!(list, key(("book", 0)));
    assert_ne!(Some(list.clone()), swr_infinite_key(("book", "0")).unwrap());
    assert!(Key::from_bytes(list.as_bytes()).is_err());
    assert!(Key::of(&("a", list.clone())).is_err(), "nor is it part of a value");
    assert!(list.decode::<(String, usize)>().is_err());
    assert!(!list.starts_with(&key("book")) && !key(("book", 0)).starts_with(&list));
    assert_eq!(list.to_string(), r#"$inf$["book",0]"#);
}

#[test]
fn a_list_can_be_written_and_revalidated_by_its_key() {
    let (lab, book, shown) = shown(&options(), 2);
    let list = swr_infinite_key(("book", 0)).unwrap();
    drop(lab.client.mutate::<Vec<Rc<String>>, Text>(list.clone()));
    lab.advance(100);
    assert_eq!(book.asked(), [0]);
    let edited = lab.client.mutate_with::<Vec<Rc<String>>, Text>(
        list,
        |pages| Some(pages?.iter().map(|page| Rc::new(format!("{page}!"))).collect()),
        mutator().revalidate(false),
    );
    assert_eq!(shown.text(), "0!,1!");
    drop(edited);
    lab.advance(100);
    assert_eq!((shown.text(), book.asked()), ("0!,1!".into(), Vec::<usize>::new()));
}

#[test]
fn pages_live_as_long_as_their_list() {
    let (lab, book, shown) = shown(&options().gc_time(Duration::from_secs(60)), 3);
    lab.advance(600_000);
    drop(shown.refetch());
    lab.advance(150);
    assert_eq!((book.asked(), lab.entries()), (vec![0], 4));
    drop(shown.set_size(1));
    lab.advance(61_000);
    assert_eq!(lab.entries(), 2, "pages that are in no list any more go by themselves");
    drop(shown);
    lab.advance(200_000);
    assert_eq!(lab.entries(), 0);
    lab.client.engine().unwrap().check().unwrap();
}

#[test]
fn a_declaration_that_pages_are_out_of_date_fetches_just_these() {
    let (lab, book, shown) = shown(&options().revalidate_first_page(false), 3);
    book.edition.set("b");
    drop(lab.client.invalidate_queries(("book", 1)));
    lab.advance(150);
    assert_eq!((book.asked(), shown.text()), (vec![1], "0,1b,2".into()));
    drop(lab.client.invalidate_queries("book"));
    lab.advance(150);
    assert_eq!((book.asked(), shown.text()), (vec![0, 1, 2], "0b,1b,2b".into()));
    drop(lab.client.invalidate_queries("other"));
    lab.advance(150);
    assert!(book.asked().is_empty());
}
