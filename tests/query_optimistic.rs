//! Changes of queries that are shown before the server has agreed to them.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;
#[path = "support/mutations.rs"]
mod mutations;

use std::cell::RefCell;
use std::rc::Rc;

use lab::{Lab, Observer, Text, alice, bob, ms};
use mutations::watch;
use yew_clerk::client::{
    MutationOptions, QueryError, QueryOptions, mutation_options, query_options,
};
use yew_clerk::engine::entry::FetchStatus;

/// What the server has: a list of numbers, to which mutations add theirs.
#[derive(Clone, Default)]
struct Store(Rc<RefCell<Vec<i32>>>);

impl Store {
    fn query(&self, lab: &Lab) -> QueryOptions<Vec<i32>, Text> {
        let (store, sim) = (self.clone(), lab.sim.clone());
        query_options("list", move |_| {
            let (store, wait) = (store.clone(), sim.sleep(ms(10)));
            // The server answers with what it had when it was asked.
            let now = store.0.borrow().clone();
            async move {
                wait.await;
                Ok(now)
            }
        })
    }

    /// Adds a number after as many times ten milliseconds; negative ones are refused.
    fn add(&self, lab: &Lab) -> MutationOptions<i32, (), Text> {
        let (store, sim) = (self.clone(), lab.sim.clone());
        let add = mutation_options(move |n: Rc<i32>| {
            let (store, wait) = (store.clone(), sim.sleep(ms(n.unsigned_abs().into()) * 10));
            async move {
                wait.await;
                if *n < 0 {
                    return Err("no");
                }
                store.0.borrow_mut().push(*n);
                Ok(())
            }
        });
        add.optimistic_update(self.query(lab), |list, n| with(list, n))
    }
}

fn with(list: &[i32], n: &i32) -> Vec<i32> {
    list.iter().copied().chain([*n]).collect()
}

fn list(view: &Observer) -> Vec<i32> {
    view.data().unwrap_or_default()
}

/// A list that is shown, with what the server has.
fn shown() -> (Lab, Store, Observer) {
    let (lab, store) = (Lab::new(), Store::default());
    let view = lab.query(&store.query(&lab));
    lab.advance(10);
    (lab, store, view)
}

#[test]
fn a_change_is_shown_at_once_and_stays_until_fresh_data_has_it() {
    let (lab, store, view) = shown();
    let add = watch(&lab, store.add(&lab)).handle();
    let _done = add.mutate(2);
    lab.flush();
    assert_eq!((list(&view), view.fetch_status()), (vec![2], FetchStatus::Idle));
    lab.advance(20);
    assert_eq!((list(&view), view.fetch_status()), (vec![2], FetchStatus::Fetching));
    let told = view.told();
    lab.advance(10);
    assert_eq!((list(&view), store.0.borrow().len()), (vec![2], 1));
    assert_eq!(view.see(|shown| shown.fetch_status), FetchStatus::Idle);
    assert!(view.told() > told);
}

#[test]
fn a_failure_takes_back_its_own_change_only() {
    let (lab, store, view) = shown();
    let adds: Vec<_> = [3, -1, 2].map(|n| (n, watch(&lab, store.add(&lab)))).into();
    for (n, add) in &adds {
        drop(add.handle().mutate(*n));
    }
    lab.flush();
    assert_eq!(list(&view), [3, -1, 2]);
    lab.advance(10);
    assert_eq!(list(&view), [3, 2]);
    lab.advance(10);
    assert_eq!(list(&view), [3, 2]);
    lab.advance(10 + 10);
    assert_eq!((list(&view), view.fetch_status()), (vec![2, 3], FetchStatus::Idle));
}

#[test]
fn what_is_fetched_meanwhile_does_not_hide_the_change() {
    let (lab, store, view) = shown();
    let add = watch(&lab, store.add(&lab));
    drop(add.handle().mutate(5));
    lab.flush();
    store.0.borrow_mut().push(7);
    drop(view.refetch());
    lab.advance(10);
    assert_eq!(list(&view), [7, 5]);
    lab.advance(60);
    assert_eq!(list(&view), [7, 5]);
}

#[test]
fn a_fetch_that_began_before_the_change_was_done_does_not_take_it_away() {
    let (lab, store, view) = shown();
    let add = watch(&lab, store.add(&lab));
    drop(add.handle().mutate(2));
    lab.advance(15);
    // It is asked before the server has the number, and would answer after.
    drop(view.refetch());
    lab.advance(5);
    for _ in 0..4 {
        assert_eq!(list(&view), [2]);
        lab.advance(5);
    }
    assert_eq!(view.fetch_status(), FetchStatus::Idle);
}

#[test]
fn a_cancelled_mutation_takes_its_change_back() {
    let (lab, store, view) = shown();
    let add = watch(&lab, store.add(&lab));
    drop(add.handle().mutate(5));
    lab.flush();
    assert_eq!(list(&view), [5]);
    add.handle().cancel();
    lab.flush();
    assert_eq!(list(&view), [0; 0]);
    lab.advance(100);
    assert_eq!(list(&view), [0; 0]);
}

#[test]
fn a_change_is_shown_while_its_mutation_waits_for_the_network() {
    let (lab, store, view) = shown();
    lab.online(false);
    let add = watch(&lab, store.add(&lab));
    drop(add.handle().mutate(1));
    lab.flush();
    assert!(add.handle().is_paused());
    assert_eq!(list(&view), [1]);
    lab.online(true);
    lab.advance(30);
    assert_eq!((list(&view), store.0.borrow().clone()), (vec![1], vec![1]));
}

#[test]
fn the_change_of_one_user_is_never_shown_to_the_next() {
    let (lab, store) = (Lab::new(), Store::default());
    lab.own(alice());
    let view = lab.query(&store.query(&lab));
    lab.advance(10);
    let add = watch(&lab, store.add(&lab));
    drop(add.handle().mutate(5));
    lab.flush();
    assert_eq!(list(&view), [5]);
    lab.own(bob());
    assert_eq!(list(&view), [0; 0]);
    lab.advance(100);
    assert_eq!(list(&view), *store.0.borrow());
}

#[test]
fn where_there_is_no_data_there_is_nothing_to_change_and_it_is_fetched_in_the_end() {
    let (lab, store) = (Lab::new(), Store::default());
    let add = watch(&lab, store.add(&lab));
    drop(add.handle().mutate(1));
    lab.flush();
    let view = lab.query(&store.query(&lab));
    lab.advance(10);
    lab.advance(20);
    assert_eq!((list(&view), view.fetch_status()), (vec![1], FetchStatus::Idle));
}

#[test]
fn several_queries_may_be_changed_by_one_mutation() {
    let (lab, store, view) = shown();
    lab.client.set_query_data("count", 0_usize).expect("a key");
    let both = store.add(&lab).optimistic_update("count", |count: &usize, _| count + 1);
    let add = watch(&lab, both);
    drop(add.handle().mutate(1));
    lab.flush();
    assert_eq!((list(&view), lab.data::<usize>("count")), (vec![1], Some(1)));
    drop(add.handle().mutate(-2));
    lab.flush();
    assert_eq!(lab.data::<usize>("count"), Some(2));
    lab.advance(100);
    // Nobody shows it: it is marked, and fetched when somebody does.
    let state = lab.state("count").expect("an entry");
    assert!(state.is_invalidated);
    assert_eq!(lab.data::<usize>("count"), Some(1));
}

#[test]
fn data_of_another_type_is_left_alone() {
    let lab = Lab::new();
    lab.client.set_query_data("k", "text").expect("a key");
    let update = lab.client.optimistic_update("k", |n: &i32| n + 1).expect("a key");
    assert_eq!(lab.data::<Text>("k"), Some("text"));
    update.commit_with(5);
    assert_eq!(lab.data::<i32>("k"), Some(5));
    assert!(matches!(
        lab.client.optimistic_update(None::<Text>, |n: &i32| *n),
        Err(QueryError::NoKey)
    ));
}

#[test]
fn a_change_by_hand_goes_when_it_is_dropped_and_ends_once() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let view = lab.query(&server.query("k"));
    lab.advance(10);
    drop(lab.client.optimistic_update("k", |n: &i32| n + 100).expect("a key"));
    assert_eq!((view.number(), view.fetch_status()), (Some(0), FetchStatus::Fetching));
    lab.advance(10);
    let update = lab.client.optimistic_update("k", |n: &i32| n + 100).expect("a key");
    assert_eq!(view.number(), Some(101));
    update.commit_with(50);
    update.roll_back();
    drop(update);
    lab.flush();
    assert_eq!(
        (view.number(), view.fetch_status(), server.calls()),
        (Some(50), FetchStatus::Idle, 2)
    );
}

#[test]
fn data_that_is_computed_by_hand_does_not_take_the_change_in() {
    let (lab, store, view) = shown();
    let add = watch(&lab, store.add(&lab));
    drop(add.handle().mutate(-2));
    lab.flush();
    let news = |list: Option<&Vec<i32>>| Some(with(list?, &9));
    lab.client.update_query_data("list", news).expect("a list");
    assert_eq!(list(&view), [9, -2]);
    lab.advance(20);
    assert_eq!(list(&view), [9]);
}

#[test]
fn what_on_success_writes_takes_the_place_of_the_change() {
    let (lab, store, view) = shown();
    let client = lab.client.clone();
    let add = store.add(&lab).on_success(move |(), n, ()| {
        let news = |list: Option<&Vec<i32>>| Some(with(list?, n));
        client.update_query_data("list", news).expect("a list");
    });
    let add = watch(&lab, add);
    drop(add.handle().mutate(1));
    lab.advance(10);
    assert_eq!(list(&view), [1]);
    lab.advance(20);
    assert_eq!(list(&view), [1]);
}

#[test]
fn the_same_change_twice_is_two_changes() {
    let (lab, store, view) = shown();
    let add = watch(&lab, store.add(&lab));
    for n in [1, 1, 2] {
        drop(add.handle().mutate(n));
    }
    lab.flush();
    assert_eq!(list(&view), [1, 1, 2]);
    for _ in 0..10 {
        lab.advance(5);
        assert_eq!(list(&view), [1, 1, 2]);
    }
}
