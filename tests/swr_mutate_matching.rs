//! SWR's `mutate` for all keys that a filter selects.

#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lab::{Lab, Observer, SwrOptionsOf, Text, alice, bob, ms};
use yew_clerk::client::{MutatorOptions, QueryError};
use yew_clerk::engine::filters::Filters;

fn quiet() -> MutatorOptions<Text> {
    MutatorOptions::new().revalidate(false)
}

/// P39.
#[test]
fn a_filter_sees_the_original_keys_and_the_matching_ones_are_written() {
    let lab = Lab::new();
    let server = lab.server(0, |_| Ok("old"));
    let options = SwrOptionsOf::new();
    let first = lab.swr(("k", "first"), &server, &options);
    let second = lab.swr(("k", "second"), &server, &options);
    let plain = lab.swr("k", &server, &options);
    lab.flush();
    let seen = Rc::<RefCell<Vec<String>>>::default();
    let see = seen.clone();
    let all = Filters::matching(move |key| {
        see.borrow_mut().push(key.to_json());
        true
    });
    let done = lab.run(lab.client.mutate_matching_data::<_, Text>(all, "new", quiet()));
    let results: Vec<_> = done.take().unwrap().into_iter().map(Result::unwrap).collect();
    assert_eq!(results.len(), 3);
    assert!(results.iter().all(|data| data.as_deref() == Some(&"new")));
    seen.borrow_mut().sort();
    assert_eq!(*seen.borrow(), [r#""k""#, r#"["k","first"]"#, r#"["k","second"]"#]);
    assert_eq!([&first, &second, &plain].map(|hook| hook.data()), [Some("new"); 3]);
    let named = |name: Text| {
        Filters::matching(move |key| {
            key.decode::<(String, String)>().is_ok_and(|(_, second)| second == name)
        })
    };
    let shout = |old: Option<&Text>| old.map(|_| "NEW");
    let done = lab.run(lab.client.mutate_matching_with::<_, Text>(named("first"), shout, quiet()));
    assert_eq!(done.take().map(|results| results.len()), Some(1));
    assert_eq!([&first, &second].map(|hook| hook.data()), [Some("NEW"), Some("new")]);
    assert_eq!(server.calls(), 3);
}

#[test]
fn a_prefix_is_a_filter_and_each_key_gets_the_answer_of_its_own_fetch() {
    let lab = Lab::new();
    let counter = lab.counter(5);
    let options = lab::Swr::new();
    let hooks = [1, 2].map(|page| lab.swr(("list", page), &counter, &options));
    let other = lab.swr("other", &counter, &options);
    lab.advance(5);
    let before = other.number();
    let done = lab.run(lab.client.mutate_matching::<i32, Text>("list"));
    assert!(done.take().is_none(), "it waits for the fetches");
    let done = lab.run(lab.client.mutate_matching::<i32, Text>("list"));
    lab.advance(5);
    let results = done.take().unwrap().into_iter().map(|result| *result.unwrap().unwrap());
    let shown = hooks.iter().map(|hook| hook.number().unwrap());
    assert!(results.eq(shown), "in the order of the keys");
    assert_eq!(other.number(), before);
    assert!(lab.run(lab.client.mutate_matching::<i32, Text>("none")).take().unwrap().is_empty());
}

#[test]
fn one_piece_of_work_may_change_several_keys() {
    for (result, expected) in [(Ok("new"), "new"), (Err("no"), "old")] {
        let lab = Lab::new();
        let server = lab.server(0, |_| Ok("old"));
        let hooks = [1, 2].map(|n| lab.swr(("k", n), &server, &SwrOptionsOf::new()));
        lab.flush();
        let runs = Rc::new(Cell::new(0));
        let (count, wait) = (runs.clone(), lab.sim.sleep(ms(10)));
        let work = async move {
            count.set(count.get() + 1);
            wait.await;
            result
        };
        let options = quiet().optimistic_data("soon");
        let done = lab.run(lab.client.mutate_matching_async("k", work, options));
        assert_eq!(hooks.each_ref().map(|hook| hook.data()), [Some("soon"); 2]);
        lab.advance(10);
        let results = done.take().unwrap();
        assert_eq!((results.len(), runs.get()), (2, 1));
        assert!(results.iter().all(|one| one.is_ok() == result.is_ok()));
        assert_eq!(hooks.each_ref().map(|hook| hook.data()), [Some(expected); 2]);
        assert_eq!(hooks.each_ref().map(Observer::error), [None, None]);
    }
}

#[test]
fn work_for_each_of_several_keys_begins_from_its_own_data() {
    let lab = Lab::new();
    for n in [1, 2] {
        lab.client.set_query_data(("k", n), n).unwrap();
    }
    let work = |committed: Option<Rc<i32>>| async move {
        committed.map(|n| 10 * *n).filter(|n| *n < 20).ok_or("no")
    };
    let done = lab.run(lab.client.mutate_matching_async_with("k", work, MutatorOptions::new()));
    let results = done.take().unwrap();
    assert!(matches!(&results[0], Ok(Some(ten)) if **ten == 10));
    assert!(matches!(&results[1], Err(QueryError::Failed(error)) if **error == "no"));
    assert_eq!((lab.data(("k", 1)), lab.data(("k", 2))), (Some(10), Some(2)));
}

#[test]
fn the_keys_of_another_user_are_not_written_by_a_filter() {
    let lab = Lab::new();
    lab.own(alice());
    lab.client.set_query_data(("k", 1), "alice's").unwrap();
    let wait = lab.sim.sleep(ms(10));
    let work = async move {
        wait.await;
        Ok::<_, Text>("late")
    };
    let done = lab.run(lab.client.mutate_matching_async("k", work, quiet()));
    lab.own(bob());
    lab.client.set_query_data(("k", 1), "bob's").unwrap();
    lab.advance(10);
    assert!(matches!(done.take().unwrap().as_slice(), [Err(QueryError::Cancelled)]));
    assert_eq!(lab.data(("k", 1)), Some("bob's"));
}
