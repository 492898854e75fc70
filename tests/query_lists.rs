//! Observers of several queries: TanStack Query's `QueriesObserver`, of which `use_queries` is made.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;

use std::cell::Cell;
use std::rc::Rc;

use lab::{Lab, NEVER, Server, Text, alice, bob};
use yew_clerk::client::{QueriesObserver, QueryObserver};
use yew_clerk::engine::erased::Data;
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::observing::Watch;

struct Many {
    lab: Lab,
    server: Server<i32>,
    list: QueriesObserver,
    told: Rc<Cell<u32>>,
}

fn watches(lab: &Lab, server: &Server<i32>, keys: &[Option<Text>]) -> Vec<Watch> {
    let query = |key: &Option<Text>| server.query(*key).stale_time(NEVER).keep_previous_data();
    keys.iter().map(|key| lab.query_watch(&query(key))).collect()
}

impl Many {
    fn of(keys: &[Option<Text>], reads: Fields) -> Self {
        let lab = Lab::new();
        let server = lab.counter(10);
        let told = Rc::<Cell<u32>>::default();
        let count = told.clone();
        let listener = Rc::new(move || count.set(count.get() + 1));
        let list = lab.client.observe_queries(watches(&lab, &server, keys), listener);
        // Of the first alone.
        if let Some(first) = list.observers().next() {
            first.view().read(reads, |_| ());
        }
        Self { lab, server, list, told }
    }

    fn update(&mut self, keys: &[Option<Text>]) {
        self.list.update(watches(&self.lab, &self.server, keys));
    }

    fn numbers(&self) -> Vec<Option<i32>> {
        let data = |member: &Rc<QueryObserver>| member.view().peek(|shown| shown.data.clone());
        self.list.observers().map(|o| data(o).and_then(|d| Data::get(&d)).map(|n| *n)).collect()
    }

    fn members(&self) -> Vec<*const QueryObserver> {
        self.list.observers().map(Rc::as_ptr).collect()
    }

    fn watched(&self) -> usize {
        self.lab.client.engine().unwrap().observer_count()
    }
}

const ABC: [Option<Text>; 3] = [Some("a"), Some("b"), Some("c")];

#[test]
fn results_come_in_the_order_of_the_queries() {
    let many = Many::of(&ABC, Fields::DATA);
    assert_eq!(many.numbers(), [None, None, None]);
    many.lab.advance(10);
    assert_eq!(many.numbers(), [Some(0), Some(1), Some(2)]);
}

#[test]
fn a_query_that_stays_keeps_its_observer_wherever_it_goes() {
    let mut many = Many::of(&ABC, Fields::DATA);
    many.lab.advance(10);
    let [a, b, c] = many.members()[..] else { panic!("three members") };
    many.update(&[Some("c"), Some("a"), Some("b")]);
    assert_eq!(many.members(), [c, a, b]);
    assert_eq!(many.numbers(), [Some(2), Some(0), Some(1)]);
    many.update(&[Some("a"), Some("new"), Some("b")]);
    assert_eq!((many.members()[0], many.members()[2]), (a, b));
    assert_eq!((many.numbers()[1], many.watched()), (None, 3));
    many.update(&[Some("b")]);
    assert_eq!((many.members(), many.watched()), (vec![b], 1));
    many.update(&[]);
    assert_eq!((many.numbers().len(), many.watched()), (0, 0));
    assert_eq!(many.server.calls(), 3);
}

/// The observer is another one, so that it has no previous data to show.
#[test]
fn another_key_in_the_same_place_does_not_show_the_old_keys_data() {
    let mut many = Many::of(&[Some("a")], Fields::DATA);
    many.lab.advance(10);
    many.update(&[Some("b")]);
    assert_eq!(many.numbers(), [None]);
}

#[test]
fn equal_keys_have_an_observer_each_and_share_the_fetch() {
    let mut many = Many::of(&[Some("a"), Some("a"), None, None], Fields::DATA);
    assert_eq!(many.watched(), 4);
    many.lab.advance(10);
    assert_eq!(many.numbers(), [Some(0), Some(0), None, None]);
    let [first, second, ..] = many.members()[..] else { panic!("four members") };
    assert_ne!(first, second);
    many.update(&[None, Some("a")]);
    assert_eq!(many.members()[1], first);
    assert_eq!((many.watched(), many.server.calls()), (2, 1));
}

#[test]
fn a_request_goes_on_for_a_key_that_only_changes_its_place() {
    let mut many = Many::of(&ABC, Fields::DATA);
    many.lab.flush();
    many.update(&[Some("b"), Some("x"), Some("a")]);
    many.lab.advance(10);
    assert_eq!(many.numbers(), [Some(1), Some(3), Some(0)]);
    assert_eq!(many.server.calls(), 4);
}

#[test]
fn a_field_that_is_read_of_one_counts_as_read_of_all() {
    let many = Many::of(&ABC, Fields::DATA);
    many.lab.advance(10);
    // Three times for data, not once for the end of fetching.
    assert_eq!(many.told.get(), 3);
    drop(many.lab.client.refetch_queries("b"));
    many.lab.flush();
    assert_eq!(many.told.get(), 3);
    many.lab.advance(10);
    assert_eq!((many.told.get(), many.numbers()[1]), (4, Some(3)));
}

#[test]
fn who_reads_nothing_of_any_is_told_of_everything() {
    let many = Many::of(&ABC[..1], Fields::NONE);
    many.lab.advance(10);
    let before = many.told.get();
    drop(many.lab.client.refetch_queries("a"));
    many.lab.flush();
    assert!(many.told.get() > before);
}

#[test]
fn nothing_of_the_old_user_is_left_in_any() {
    let many = Many::of(&ABC, Fields::DATA);
    many.lab.own(alice());
    many.lab.advance(10);
    assert!(many.numbers().iter().all(Option::is_some));
    many.lab.own(bob());
    assert_eq!(many.numbers(), [None, None, None]);
    many.lab.advance(10);
    assert!(many.numbers().iter().all(Option::is_some));
}

#[test]
fn the_watch_ends_with_the_list() {
    let Many { lab, list, .. } = Many::of(&ABC, Fields::DATA);
    drop(list);
    assert_eq!(lab.client.engine().unwrap().observer_count(), 0);
}
