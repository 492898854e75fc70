//! Whose pages they are: nothing of a private list outlives a change of user.

#[path = "support/lab.rs"]
mod lab;
#[path = "support/pages.rs"]
mod pages;

use lab::{Lab, alice, bob, ms};
use pages::{Book, Options, Shown, options};
use yew_clerk::client::{Page, PageList};
use yew_clerk::engine::event::Owner;
use yew_clerk::engine::key::Key;
use yew_clerk::engine::options::Access;

/// A list whose pages carry the name of who asked.
fn personal(lab: &Lab, options: &Options) -> Shown {
    let (sim, weak) = (lab.sim.clone(), lab.client.downgrade());
    let page = move |index, _: Option<&String>| {
        let (sim, weak) = (sim.clone(), weak.clone());
        Ok(Some(Page::new(Key::of(&("mine", index))?, move |_| {
            let owner = weak.upgrade().and_then(|client| Some(client.engine()?.owner().clone()));
            let wait = sim.sleep(ms(50));
            async move {
                wait.await;
                match owner {
                    Some(Owner::Identity(name)) => Ok(format!("{name}{index}")),
                    _ => Err("asked for nobody"),
                }
            }
        })))
    };
    Shown::new(lab, PageList::new(page, options))
}

fn page_of_mine(lab: &Lab, page: usize) -> Option<String> {
    lab.data(("mine", page))
}

#[test]
fn a_new_user_gets_nothing_of_a_list_whenever_the_old_one_goes() {
    for parallel in [false, true] {
        for after in (0..=400).step_by(25) {
            let lab = Lab::new();
            lab.own(alice());
            let shown = personal(&lab, &options().initial_size(2).parallel(parallel));
            lab.advance(150);
            drop(shown.set_size(4));
            lab.advance(after);
            lab.client.set_owner(bob());
            assert_eq!((shown.text(), shown.size()), ("-".into(), 2), "at once, after {after} ms");
            assert!(shown.observer.is_loading());
            for _ in 0..40 {
                lab.advance(10);
                let pages = (0..4).filter_map(|page| page_of_mine(&lab, page));
                let seen = pages.chain([shown.text()]).collect::<String>();
                assert!(!seen.contains("alice"), "{seen} after {after} ms");
            }
            assert_eq!(shown.text(), "bob0,bob1");
            lab.client.engine().unwrap().check().unwrap();
        }
    }
}

#[test]
fn late_pages_of_a_failed_run_are_not_for_the_next_user() {
    for owner in [bob(), Owner::Nobody, Owner::Unknown] {
        let lab = Lab::new();
        lab.own(alice());
        let book = Book::new(&lab, "book");
        book.broken.borrow_mut().push(0);
        book.slow.borrow_mut().push((1, 100));
        let options = options().initial_size(2).parallel(true).should_retry_on_error(false);
        let shown = book.show(&lab, &options);
        lab.advance(50);
        assert_eq!(shown.observer.error(), Some("torn out"));
        drop(shown);
        lab.own(owner);
        lab.advance(500);
        assert_eq!(lab.data::<String>(("book", 1)), None);
    }
}

#[test]
fn a_public_list_with_a_private_page_is_private() {
    // Cached before the list comes to the page, or on its way.
    for delay in [0, 80] {
        let lab = Lab::new();
        lab.own(alice());
        let book = Book::new(&lab, "book");
        let server = lab.server(delay, |_| Ok("alice's".to_owned()));
        let plain = lab.swr(("book", 1), &server, &lab::SwrOptionsFor::<String>::new());
        lab.flush();
        let shown = book.show(&lab, &options().initial_size(2).access(Access::Public));
        lab.advance(100);
        assert_eq!(shown.text(), "0,alice's");
        drop(plain);
        lab.own(bob());
        assert!(!shown.text().contains("alice"), "{}", shown.text());
    }
}

#[test]
fn a_public_list_outlives_a_change_of_user() {
    let lab = Lab::new();
    lab.own(alice());
    let book = Book::new(&lab, "book");
    let shown = book.show(&lab, &options().initial_size(3).access(Access::Public));
    lab.advance(75);
    lab.own(bob());
    lab.advance(75);
    assert_eq!((shown.text(), book.asked()), ("0,1,2".into(), vec![0, 1, 2]));
}

#[test]
fn a_request_that_a_list_has_joined_ends_with_its_user_and_makes_no_other() {
    let lab = Lab::new();
    lab.own(alice());
    let book = Book::new(&lab, "book");
    let server = lab.server(80, |_| Ok("alice's".to_owned()));
    let plain = lab.swr(("book", 0), &server, &lab::SwrOptionsFor::<String>::new());
    let shown = book.show(&lab, &options().initial_size(2));
    lab.advance(10);
    drop(plain);
    lab.own(bob());
    lab.advance(500);
    assert_eq!((shown.text(), book.asked()), ("0,1".into(), vec![0, 1]));
}

#[test]
fn late_pages_of_a_failed_run_are_not_for_a_list_that_stays_on_the_screen() {
    let lab = Lab::new();
    lab.own(alice());
    let book = Book::new(&lab, "book");
    book.broken.borrow_mut().push(0);
    book.slow.borrow_mut().push((1, 100));
    let options = options().initial_size(2).parallel(true).should_retry_on_error(false);
    let shown = book.show(&lab, &options);
    lab.advance(100);
    book.broken.borrow_mut().clear();
    book.edition.set("b");
    lab.own(bob());
    for _ in 0..30 {
        lab.advance(10);
        assert_ne!(lab.data::<String>(("book", 1)), Some("1".into()), "the old user's");
    }
    assert_eq!(shown.text(), "0b,1b");
}

#[test]
fn nothing_of_a_list_is_left_in_the_cache_after_its_user() {
    for is_page_there_first in [false, true] {
        let lab = Lab::new();
        lab.own(alice());
        let book = Book::new(&lab, "book");
        if is_page_there_first {
            lab.client.set_query_data(("book", 1), "1".to_owned()).unwrap();
        }
        let shown = book.show(&lab, &options().initial_size(2));
        lab.advance(100);
        assert_eq!((shown.text(), lab.entries()), ("0,1".into(), 3));
        drop(shown);
        lab.own(bob());
        assert_eq!(lab.entries(), 0);
    }
}
