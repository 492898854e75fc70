//! What the cache of mutations tells its listeners, and in which order.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/heard.rs"]
mod heard;
#[path = "support/lab.rs"]
mod lab;
#[path = "support/mutations.rs"]
mod mutations;

use std::cell::RefCell;
use std::rc::Rc;

use heard::{Heard, hear_mutations};
use lab::{Lab, Text, alice, bob, key, ms};
use mutations::{Log, telling, watch, working};
use yew_clerk::auth::Subscription;
use yew_clerk::engine::events::{MutationAction, MutationEventKind};
use yew_clerk::engine::mutation::{MutationFilters, MutationStatus};

fn listening() -> (Lab, Heard, Log, Subscription) {
    let lab = Lab::new();
    let (heard, subscription) = hear_mutations(&lab.client);
    (lab, heard, Log::default(), subscription)
}

#[test]
fn one_life_is_told_from_its_call_to_its_end() {
    let (lab, heard, log, _listens) = listening();
    let observer = watch(&lab, telling(&lab, &log).gc_time(ms(100)));
    assert_eq!(heard.len(), 0);
    lab.run(observer.handle().mutate(1));
    assert_eq!(heard.take(), ["added", "observerAdded", "pending", "pending"]);
    lab.advance(10);
    assert_eq!(heard.take(), ["success"]);
    drop(observer);
    lab.flush();
    assert_eq!(heard.take(), ["observerRemoved"]);
    lab.advance(99);
    assert_eq!(heard.len(), 0);
    lab.advance(1);
    assert_eq!(heard.take(), ["removed"]);
}

#[test]
fn failures_are_told_and_the_last_one_is_the_error() {
    let (lab, heard, log, _listens) = listening();
    let observer = watch(&lab, working(&lab, &log).retry(1).retry_delay(ms(5)));
    lab.run(observer.handle().mutate(-1));
    lab.advance(10);
    assert_eq!(heard.take(), ["added", "observerAdded", "pending", "failed"]);
    lab.advance(15);
    assert_eq!(heard.take(), ["error"]);
}

#[test]
fn a_mutation_offline_pauses_and_continues() {
    let (lab, heard, log, _listens) = listening();
    lab.online(false);
    let observer = watch(&lab, working(&lab, &log));
    lab.run(observer.handle().mutate(1));
    assert_eq!(heard.take(), ["added", "observerAdded", "pending", "pause"]);
    lab.online(true);
    assert_eq!(heard.take(), ["continue"]);
    lab.advance(10);
    assert_eq!(heard.take(), ["success"]);
}

#[test]
fn a_second_of_a_scope_waits_for_the_first() {
    let (lab, heard, log, _listens) = listening();
    let both = [(); 2].map(|()| watch(&lab, working(&lab, &log).scope("s")));
    lab.run(both[0].handle().mutate(1));
    lab.run(both[1].handle().mutate(2));
    heard.take();
    lab.advance(10);
    assert_eq!(heard.take(), ["success", "continue"]);
}

#[test]
fn another_call_and_a_reset_let_the_one_before_go() {
    let (lab, heard, log, _listens) = listening();
    let observer = watch(&lab, working(&lab, &log));
    lab.run(observer.handle().mutate(1));
    lab.advance(10);
    heard.take();
    lab.run(observer.handle().mutate(2));
    assert_eq!(heard.take(), ["observerRemoved", "added", "observerAdded", "pending"]);
    observer.handle().reset();
    lab.flush();
    assert_eq!(heard.take(), ["observerRemoved"]);
    observer.handle().reset();
    drop(observer);
    lab.advance(10);
    assert_eq!(heard.take(), ["success"]);
}

#[test]
fn a_call_that_nobody_shows_any_more_has_no_observer_for_long() {
    let (lab, heard, log, _listens) = listening();
    let handle = watch(&lab, working(&lab, &log)).handle();
    lab.run(handle.mutate(1));
    let told = ["added", "observerAdded", "pending", "observerRemoved"];
    assert_eq!(heard.take(), told);
    lab.run(handle.mutate(2));
    assert_eq!(heard.take(), told, "the first one has been left before");
}

#[test]
fn a_cancelled_mutation_is_removed() {
    let (lab, heard, log, _listens) = listening();
    let observer = watch(&lab, working(&lab, &log));
    lab.run(observer.handle().mutate(1));
    heard.take();
    observer.handle().cancel();
    lab.flush();
    assert_eq!(heard.take(), ["removed"]);
    drop(observer);
    lab.flush();
    assert_eq!(heard.take(), ["observerRemoved"]);
}

#[test]
fn clearing_removes_what_has_ended() {
    let (lab, heard, log, _listens) = listening();
    let ended = watch(&lab, working(&lab, &log));
    lab.run(ended.handle().mutate(1));
    lab.advance(10);
    let runs = watch(&lab, working(&lab, &log));
    lab.run(runs.handle().mutate(2));
    heard.take();
    lab.client.clear();
    lab.flush();
    assert_eq!(heard.take(), ["removed"]);
    assert_eq!(lab.client.mutation_cache().get_all().len(), 1);
}

#[test]
fn a_component_that_renders_with_other_options_is_told_once_there_is_a_call() {
    let (lab, heard, log, listens) = listening();
    let observer = watch(&lab, working(&lab, &log));
    observer.update(&lab.client, working(&lab, &log));
    lab.flush();
    assert_eq!(heard.len(), 0);
    lab.run(observer.handle().mutate(1));
    heard.take();
    observer.update(&lab.client, working(&lab, &log));
    assert_eq!(heard.len(), 0, "not while it renders");
    lab.flush();
    assert_eq!(heard.take(), ["options"]);
    drop(listens);
    observer.update(&lab.client, working(&lab, &log));
    lab.flush();
    assert_eq!(heard.len(), 0);
}

#[test]
fn when_a_user_goes_their_mutations_are_removed_and_no_end_is_told() {
    let (lab, heard, log, _listens) = listening();
    lab.own(alice());
    let observer = watch(&lab, working(&lab, &log));
    lab.run(observer.handle().mutate(1));
    heard.take();
    lab.own(bob());
    lab.advance(10);
    assert_eq!(heard.take(), ["removed", "observerRemoved"]);
    assert!(lab.client.mutation_cache().get_all().is_empty());
}

#[test]
fn an_event_names_its_mutation_by_key_and_number() {
    let lab = Lab::new();
    let log = Log::default();
    let found = Rc::new(RefCell::new(Vec::new()));
    let (finds, client) = (found.clone(), lab.client.downgrade());
    let _listens = lab.client.mutation_cache().subscribe(move |event| {
        if event.kind == MutationEventKind::Updated(MutationAction::Success) {
            let id = event.mutation_id;
            let is_it = MutationFilters {
                predicate: Some(Rc::new(move |state| state.mutation_id() == id)),
                ..MutationFilters::default()
            };
            let state = client.upgrade().unwrap().mutation_cache().find(is_it).unwrap();
            finds.borrow_mut().push((event.key.clone(), state.variables::<i32>().map(|n| *n)));
        }
    });
    let keyed = watch(&lab, working(&lab, &log).mutation_key("save"));
    let plain = watch(&lab, working(&lab, &log));
    lab.run(keyed.handle().mutate(1));
    lab.run(plain.handle().mutate(2));
    lab.advance(10);
    assert_eq!(found.take(), [(Some(key("save")), Some(1)), (None, Some(2))]);
}

#[test]
fn mutations_are_found_by_filters() {
    let lab = Lab::new();
    let log = Log::default();
    let start = |of: (Text, i32), n| {
        let observer = watch(&lab, working(&lab, &log).mutation_key(of));
        lab.run(observer.handle().mutate(n));
        observer
    };
    let _held = [start(("save", 1), 1), start(("save", 2), -2), start(("drop", 1), 3)];
    lab.advance(10);
    let cache = lab.client.mutation_cache();
    let numbers = |states: Vec<yew_clerk::engine::mutation::MutationState>| {
        states.iter().filter_map(|state| state.variables::<i32>()).map(|n| *n).collect::<Vec<_>>()
    };
    assert_eq!(numbers(cache.get_all()), [1, -2, 3]);
    assert_eq!(numbers(cache.find_all("save")), [1, -2]);
    assert!(cache.find("save").is_none(), "a key is the whole key");
    assert_eq!(cache.find(("save", 2)).unwrap().error::<Text>().as_deref(), Some(&"no"));
    assert_eq!(numbers(cache.find_all(MutationFilters::status(MutationStatus::Success))), [1, 3]);
    let ids = cache.get_all().iter().map(|state| state.mutation_id()).collect::<Vec<_>>();
    assert!(ids[0] > 0 && ids.is_sorted_by(|a, b| a < b), "{ids:?}");
}

#[test]
fn events_of_queries_and_mutations_come_in_their_common_order() {
    let lab = Lab::new();
    let (heard, log) = (Heard::default(), Log::default());
    let (of_queries, of_mutations) = (heard.clone(), heard.clone());
    let _queries =
        lab.client.query_cache().subscribe(move |event| of_queries.add(heard::query_text(event)));
    let _mutations = lab
        .client
        .mutation_cache()
        .subscribe(move |event| of_mutations.add(heard::mutation_text(event)));
    let observer = watch(&lab, working(&lab, &log));
    lab.client.batch(|client| {
        client.set_query_data("k", 1).unwrap();
        drop(observer.handle().mutate(1));
        client.remove_queries("k");
    });
    lab.flush();
    let told = ["added", "manual success", "added", "observerAdded", "pending", "removed"];
    assert_eq!(heard.take(), told);
}
