//! Features of SWR's that meet in one entry.

#[path = "support/lab.rs"]
mod lab;
#[path = "support/pages.rs"]
mod pages;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use lab::{Lab, Swr, Text, ms};
use pages::{Book, options};
use yew_clerk::client::MutatorOptions;
use yew_clerk::engine::callbacks::ErrorRetry;
use yew_clerk::engine::filters::Filters;

fn eager() -> Swr {
    Swr::new().deduping_interval(Duration::ZERO)
}

#[test]
fn a_tag_selects_a_list_which_looks_for_news_by_its_own_rules() {
    let lab = Lab::new();
    let book = Book::new(&lab, "book");
    let shown = book.show(&lab, &options().tags(["t"]));
    drop(shown.set_size(3));
    lab.advance(300);
    book.asked();
    drop(lab.client.invalidate_queries(Filters::tagged("t")));
    lab.advance(300);
    assert_eq!(book.asked(), [0]);
}

#[test]
fn a_paused_list_fetches_nothing_whatever_its_size_and_goes_on_afterwards() {
    let (lab, paused) = (Lab::new(), Rc::new(Cell::new(true)));
    let (book, rule) = (Book::new(&lab, "book"), paused.clone());
    let shown = book.show(&lab, &options().is_paused_with(move || rule.get()));
    drop(shown.set_size(2));
    lab.advance(300);
    assert!(book.asked().is_empty());
    paused.set(false);
    lab.advance(6_000);
    lab.focus();
    lab.advance(300);
    assert_eq!(shown.pages().map(|pages| pages.len()), Some(2));
}

#[test]
fn a_preload_that_failed_leaves_the_next_try_to_the_rule_of_the_hook_that_takes_it() {
    let lab = Lab::new();
    let server = lab.broken(10);
    let asked = server.clone();
    lab.run(lab.client.preload_with("k", move |_: Text| asked.request(), &Swr::new()));
    lab.advance(20);
    let retries = Rc::<RefCell<Vec<ErrorRetry>>>::default();
    let kept = retries.clone();
    let rule = eager().on_error_retry(move |_, _, retry| kept.borrow_mut().push(retry));
    let shown = lab.swr("k", &server, &rule);
    lab.advance(60_000);
    assert_eq!((shown.error(), server.calls()), (Some("error 0"), 1));
    assert_eq!(retries.borrow().len(), 1);
}

#[test]
fn an_unloaded_request_that_was_slow_counts_anew() {
    let (lab, told) = (Lab::new(), Rc::new(Cell::new(0)));
    let count = told.clone();
    let options = eager().loading_timeout(ms(100));
    let options = options.on_loading_slow(move |_| count.set(count.get() + 1));
    let _shown = lab.swr("k", &lab.counter(1_000), &options);
    lab.advance(60);
    lab.client.unload();
    lab.advance(99);
    assert_eq!(told.get(), 0);
    lab.advance(1);
    assert_eq!(told.get(), 1);
}

#[test]
fn a_fallback_stands_in_again_for_data_that_was_cleared() {
    let lab = Lab::new();
    let shown = lab.swr("k", &lab.counter(10), &eager().fallback("k", 9));
    lab.advance(10);
    assert_eq!(shown.number(), Some(0));
    drop(lab.run(lab.client.mutate_clear::<i32, Text>("k", MutatorOptions::new())));
    lab.flush();
    assert_eq!(shown.number(), Some(9));
    lab.advance(10);
    assert_eq!(shown.number(), Some(1));
}
