//! Lists of pages that are written by hand: which pages are fetched then, and who wins.

#[path = "support/lab.rs"]
mod lab;
#[path = "support/pages.rs"]
mod pages;

use std::rc::Rc;

use lab::{Lab, Text, ms};
use pages::{Book, Options, Shown, mutator, options};
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

fn lab_mutator() -> yew_clerk::client::MutatorOptions<String> {
    yew_clerk::client::MutatorOptions::new().revalidate(false)
}

#[test]
fn a_written_list_fetches_the_first_page_and_what_it_has_changed() {
    let (lab, book, shown) = shown(&options(), 3);
    book.edition.set("b");
    shown.mutate_data(&["0", "1", "two"], mutator());
    assert_eq!(shown.text(), "0,1,two");
    lab.advance(150);
    assert_eq!((shown.text(), book.asked()), ("0b,1,2b".into(), vec![0, 2]));
}

#[test]
fn a_written_list_that_is_not_revalidated_stays_until_something_else_does() {
    let (lab, book, shown) = shown(&options(), 2);
    shown.mutate_data(&["zero"], mutator().revalidate(false));
    lab.advance(1000);
    assert_eq!((shown.text(), book.asked().len()), ("zero".into(), 0));
    drop(shown.refetch());
    lab.advance(150);
    assert_eq!((shown.text(), book.asked()), ("0,1".into(), vec![0]));
}

#[test]
fn a_mutation_may_choose_the_pages_that_are_fetched() {
    let (lab, book, shown) = shown(&options(), 3);
    book.edition.set("b");
    let second = |page: &String, key: &Key| {
        assert!(page.len() == 1 && key.first_str() == Some("book"));
        page == "1"
    };
    shown.mutate_data(&["0", "1", "2"], mutator().revalidate_pages(second));
    lab.advance(150);
    assert_eq!((shown.text(), book.asked()), ("0,1b,2".into(), vec![1]));
    let client = &lab.client;
    drop(shown.list.mutate_pages(client, |page, _| page == "2"));
    lab.advance(150);
    assert_eq!((shown.text(), book.asked()), ("0,1b,2b".into(), vec![2]));
    drop(shown.refetch());
    lab.advance(150);
    assert_eq!(book.asked(), [0], "chosen for one run");
}

#[test]
fn a_rule_for_pages_fetches_what_is_missing_as_well() {
    let (lab, book, shown) = shown(&options(), 1);
    let client = &lab.client;
    drop(shown.list.mutate_pages(client, |_, _| false));
    drop(shown.list.set_size_with(client, |_| 2));
    lab.advance(150);
    assert_eq!((shown.text(), book.asked()), ("0,1".into(), vec![1]));
}

#[test]
fn an_optimistic_list_is_shown_until_the_pages_that_it_changed_are_fetched() {
    let (lab, book, shown) = shown(&options(), 2);
    let slow = lab.sim.sleep(ms(100));
    let options = mutator()
        .optimistic_with(|pages| {
            let pages = pages.unwrap_or_default();
            pages.iter().map(|page| Rc::new(format!("{page}!"))).collect()
        })
        .populate_cache(false);
    shown.list.expect(&lab.client, &options);
    let work = async move {
        slow.await;
        Ok::<_, Text>(Vec::new())
    };
    drop(lab.client.mutate_async(shown.list.key().unwrap(), work, options));
    lab.flush();
    assert_eq!(shown.text(), "0!,1!");
    book.edition.set("b");
    lab.advance(100);
    assert_eq!(shown.text(), "0!,1!", "still, while the pages are on their way");
    lab.advance(100);
    assert_eq!((shown.text(), book.asked()), ("0b,1b".into(), vec![0, 1]));
}

#[test]
fn an_optimistic_list_goes_with_its_failure() {
    let (lab, _, shown) = shown(&options(), 2);
    let slow = lab.sim.sleep(ms(100));
    let work = async move {
        slow.await;
        Err::<Vec<Rc<String>>, Text>("no")
    };
    let options = mutator().optimistic_data(vec![]).revalidate(false);
    drop(lab.client.mutate_async(shown.list.key().unwrap(), work, options));
    assert_eq!(shown.text(), "");
    lab.advance(100);
    assert_eq!((shown.text(), shown.observer.error()), ("0,1".into(), None));
}

#[test]
fn pages_that_were_on_their_way_when_the_list_was_written_do_not_write_it() {
    let (lab, book, shown) = shown(&options(), 2);
    drop(shown.mutate());
    lab.advance(25);
    shown.mutate_data(&["mine"], mutator().revalidate(false));
    assert!(!shown.observer.is_validating());
    lab.advance(500);
    assert_eq!((shown.text(), book.asked()), ("mine".into(), vec![0]));
    assert!(book.signal(2).is_aborted());
}

#[test]
fn a_new_size_and_a_mutation_in_one_tick_lose_nothing() {
    let (lab, book, shown) = shown(&options(), 2);
    let client = &lab.client;
    drop(shown.list.mutate(client));
    drop(shown.list.set_size_with(client, |size| size + 1));
    lab.advance(200);
    assert_eq!((shown.text(), book.asked()), ("0,1,2".into(), vec![0, 1, 2]));
    drop(shown.list.set_size_with(client, |size| size + 1));
    drop(shown.list.mutate(client));
    lab.advance(200);
    assert_eq!((shown.text(), book.asked()), ("0,1,2,3".into(), vec![0, 1, 2, 3]));
}

#[test]
fn a_wish_for_all_pages_outlives_a_mutation_that_comes_between() {
    let (lab, book, shown) = shown(&options(), 3);
    drop(shown.mutate());
    lab.advance(75);
    assert_eq!(book.asked(), [0, 1]);
    shown.mutate_data(&["0", "1", "2"], mutator());
    lab.advance(150);
    assert_eq!(book.asked(), [0, 1, 2]);
}

#[test]
fn a_size_that_is_set_during_a_mutation_counts_after_it() {
    let (lab, _, shown) = shown(&options(), 1);
    let slow = lab.sim.sleep(ms(100));
    let work = async move {
        slow.await;
        Ok::<_, Text>(vec![Rc::new("mine".to_owned())])
    };
    drop(lab.client.mutate_async(shown.list.key().unwrap(), work, mutator()));
    lab.flush();
    drop(shown.set_size(2));
    lab.advance(60);
    assert_eq!((shown.text(), shown.size()), ("0".into(), 2));
    lab.advance(200);
    assert_eq!(shown.text(), "0,1");
}

#[test]
fn a_page_that_was_written_while_it_was_on_its_way_keeps_what_was_written() {
    let (lab, _, shown) = shown(&options(), 1);
    drop(shown.set_size(2));
    lab.advance(75);
    drop(lab.client.mutate_data::<String, Text>(("book", 1), "mine".into(), lab_mutator()));
    lab.advance(100);
    assert_eq!((shown.text(), lab.data(("book", 1))), ("0,mine".into(), Some("mine".to_owned())));
}

#[test]
fn a_wish_outlives_what_it_could_not_be_done_in() {
    let (lab, book, shown) = shown(&options(), 3);
    let slow = lab.sim.sleep(ms(300));
    let work = async move {
        slow.await;
        Err::<Vec<Rc<String>>, Text>("no")
    };
    let key = shown.list.key().unwrap();
    drop(lab.client.mutate_async(key, work, mutator().revalidate(false)));
    lab.flush();
    drop(shown.mutate());
    lab.advance(400);
    assert_eq!(book.asked(), [0, 1, 2], "the answer came during the mutation, and was ignored");
    drop(shown.refetch());
    lab.advance(200);
    assert_eq!(book.asked(), [0, 1, 2]);
    drop(shown.list.mutate_pages(&lab.client, |page, _| page == "2"));
    shown.mutate_data(&["0", "1", "2"], mutator().revalidate(false));
    drop(shown.refetch());
    lab.advance(200);
    assert_eq!(book.asked(), [2]);
}

#[test]
fn a_page_that_a_mutation_is_changing_is_not_written_meanwhile() {
    let (lab, book, shown) = shown(&options(), 1);
    let slow = lab.sim.sleep(ms(200));
    let work = async move {
        slow.await;
        Ok::<_, Text>("mine".to_owned())
    };
    drop(lab.client.mutate_async(("book", 1), work, lab_mutator()));
    lab.flush();
    drop(shown.set_size(2));
    lab.advance(150);
    assert_eq!((shown.text(), lab.data::<String>(("book", 1))), ("0,1".into(), None));
    lab.advance(100);
    assert_eq!(lab.data(("book", 1)), Some("mine".to_owned()));
    book.asked();
    drop(shown.refetch());
    lab.advance(150);
    assert_eq!(book.asked(), [0, 1], "the list does not have what the page is");
}

#[test]
fn a_page_whose_key_gets_another_type_while_it_loads_is_in_the_list_all_the_same() {
    let (lab, _, shown) = shown(&options(), 1);
    drop(shown.set_size(2));
    lab.advance(75);
    drop(lab.client.mutate_data::<i32, Text>(
        ("book", 1),
        5,
        yew_clerk::client::MutatorOptions::new(),
    ));
    lab.advance(100);
    assert_eq!((shown.text(), lab.data::<i32>(("book", 1))), ("0,1".into(), Some(5)));
}

#[test]
fn a_retry_of_chosen_pages_goes_on_at_the_one_that_failed() {
    let (lab, book, shown) = shown(&options().error_retry_interval(ms(1000)), 3);
    book.broken.borrow_mut().push(2);
    drop(shown.list.mutate_pages(&lab.client, |page, _| page != "0"));
    lab.advance(150);
    book.broken.borrow_mut().clear();
    lab.advance(1200);
    assert_eq!(book.asked(), [1, 2, 2]);
}

#[test]
fn a_retry_of_all_pages_fetches_again_what_was_declared_out_of_date_meanwhile() {
    let (lab, book, shown) = shown(&options().error_retry_interval(ms(1000)), 3);
    book.broken.borrow_mut().push(2);
    drop(shown.mutate());
    lab.advance(150);
    drop(lab.client.mutate::<String, Text>(("book", 1)));
    book.broken.borrow_mut().clear();
    lab.advance(1200);
    assert_eq!(book.asked(), [0, 1, 2, 1, 2]);
}
