//! Several commands as one: who is told, and when.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/heard.rs"]
mod heard;
#[path = "support/lab.rs"]
mod lab;
#[path = "support/mutations.rs"]
mod mutations;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use heard::listening;
use lab::{Lab, Text, alice, bob};
use mutations::{Log, working};

#[test]
fn observers_are_told_once_after_the_outermost_batch() {
    let lab = Lab::new();
    let server = lab.counter(5);
    let both = [lab.query(&server.query("k")), lab.query(&server.query("l"))];
    lab.advance(5);
    let told = || both.each_ref().map(lab::Observer::told);
    let before = told();
    let result = lab.client.batch(|client| {
        for n in 10..20 {
            client.set_query_data("k", n).unwrap();
        }
        client.batch(|client| client.set_query_data("l", 7)).unwrap();
        client.batch(|_| ());
        assert_eq!(told(), before, "nor after the inner ones");
        assert_eq!(lab.data("k"), Some(19), "what is written can be read");
        "done"
    });
    assert_eq!((result, told()), ("done", before.map(|n| n + 1)));
    assert_eq!(both.each_ref().map(lab::Observer::number), [Some(19), Some(7)]);
    lab.client.set_query_data("k", 20).unwrap();
    assert_eq!(told(), [before[0] + 2, before[1] + 1], "it is over");
}

#[test]
fn nobody_is_told_of_what_is_as_before_in_the_end() {
    let lab = Lab::new();
    let server = lab.counter(5);
    let shown = lab.query(&server.query("k"));
    lab.advance(5);
    let before = shown.told();
    lab.client.batch(|client| {
        drop(shown.refetch());
        client.cancel_queries("k");
    });
    lab.flush();
    assert_eq!((shown.told(), server.calls()), (before, 1));
}

#[test]
fn a_batch_ends_whatever_happens_in_it() {
    let lab = Lab::new();
    let server = lab.counter(5);
    let shown = lab.query(&server.query("k"));
    lab.advance(5);
    let before = shown.told();
    let panics = || {
        lab.client.batch(|client| {
            client.set_query_data("k", 7).unwrap();
            panic!("in the middle");
        })
    };
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    assert_eq!((shown.told(), shown.number()), (before + 1, Some(7)));
}

#[test]
fn fetches_and_answers_of_a_batch_come_after_it() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let asked = server.clone();
    let done = lab.client.batch(|client| {
        drop(client.fetch_query(server.query("k")));
        drop(client.invalidate_queries("k"));
        let done = lab.run(client.fetch_query(server.query("k")));
        assert_eq!((asked.calls(), done.take().is_none()), (0, true));
        done
    });
    lab.flush();
    assert_eq!((*done.take().unwrap().unwrap(), server.calls()), (0, 1));
}

#[test]
fn listeners_of_the_cache_hear_of_a_batch_after_it() {
    let (lab, heard, _listens) = listening();
    lab.client.batch(|client| {
        client.set_query_data("k", 1).unwrap();
        lab.flush();
        client.set_query_data("k", 2).unwrap();
        assert_eq!(heard.len(), 0);
    });
    lab.flush();
    assert_eq!(heard.take(), ["added", "manual success", "manual success"]);
}

#[test]
fn a_user_may_change_in_a_batch() {
    let lab = Lab::new();
    lab.own(alice());
    let names = ["alice's", "bob's"];
    let server = lab.server(5, move |n| Ok(names[n as usize]));
    let shown = lab.query(&server.query("k"));
    lab.advance(5);
    let before = shown.told();
    lab.client.batch(|client| {
        client.set_query_data::<Text>("k", "alice's letter").unwrap();
        client.set_owner(bob());
        assert_eq!(shown.data::<Text>(), None, "nothing of hers is shown from now on");
        client.set_query_data::<Text>("k", "bob's letter").unwrap();
    });
    assert_eq!((shown.told(), shown.data()), (before + 1, Some("bob's letter")));
    lab.advance(5);
    assert_eq!((shown.told(), shown.data()), (before + 2, Some("bob's")));
}

#[test]
fn who_shows_a_mutation_is_told_once_of_a_batch() {
    let lab = Lab::new();
    let log = Log::default();
    let told = Rc::new(Cell::new(0));
    let counts = told.clone();
    let observer =
        lab.client.mutation(working(&lab, &log), Rc::new(move || counts.set(counts.get() + 1)));
    lab.client.batch(|_| {
        drop(observer.handle().mutate(1));
        observer.handle().reset();
        drop(observer.handle().mutate(2));
        assert_eq!(told.get(), 0);
    });
    assert_eq!((told.get(), observer.handle().variables().as_deref()), (1, Some(&2)));
    observer.handle().reset();
    assert_eq!(told.get(), 2, "and outside of one at once");
}

#[test]
fn a_batch_may_be_begun_by_a_rule_of_the_cache() {
    let lab = Lab::new();
    let (server, client) = (lab.counter(0), lab.client.downgrade());
    let query = server.query("k").select(move |n: &i32| {
        let client = client.upgrade().unwrap();
        client.batch(|client| client.set_query_data("l", *n)).unwrap();
        *n
    });
    let shown = lab.query(&query);
    let other = lab.query(&server.query("l").enabled(false));
    lab.flush();
    assert_eq!((shown.number(), other.number()), (Some(0), Some(0)));
    let before = shown.told();
    lab.client.set_query_data("k", 5).unwrap();
    assert_eq!((shown.number(), shown.told()), (Some(5), before + 1));
    lab.flush();
    assert_eq!(other.number(), Some(5));
}
