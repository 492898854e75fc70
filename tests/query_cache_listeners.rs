//! When listeners of the cache are called, what they may do, and whose events they hear.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/heard.rs"]
mod heard;
#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use heard::{Heard, hear_queries, listening, query_text};
use lab::{Lab, Text, alice, bob, key, ms};
use yew_clerk::auth::Subscription;
use yew_clerk::client::{QueryClient, QueryOptions};
use yew_clerk::engine::event::Owner;
use yew_clerk::engine::events::{QueryAction, QueryCacheEvent, QueryEventKind};
use yew_clerk::engine::filters::Filters;
use yew_clerk::engine::options::Access;

/// Listens with a function that is given the client.
fn listen(
    lab: &Lab,
    listener: impl Fn(&QueryClient, &QueryCacheEvent) + 'static,
) -> (Heard, Subscription) {
    let (heard, client) = (Heard::default(), lab.client.downgrade());
    let log = heard.clone();
    let subscription = lab.client.query_cache().subscribe(move |event| {
        log.add(query_text(event));
        listener(&client.upgrade().unwrap(), event);
    });
    (heard, subscription)
}

#[test]
fn listeners_are_not_called_while_a_component_renders() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(0);
    let _shown = lab.query(&server.query("k"));
    assert_eq!(heard.len(), 0);
    lab.flush();
    assert_ne!(heard.len(), 0);
}

#[test]
fn a_fetch_is_told_before_its_function_is_called() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let counted = server.clone();
    let calls = Rc::new(RefCell::new(Vec::new()));
    let log = calls.clone();
    let _listens = lab.client.query_cache().subscribe(move |event| {
        if matches!(event.kind, QueryEventKind::Updated(_)) {
            log.borrow_mut().push(counted.calls());
        }
    });
    lab.run(lab.client.prefetch_query(server.query("k")));
    assert_eq!(*calls.borrow(), [0, 1]);
}

#[test]
fn where_nobody_listens_nothing_is_to_be_done() {
    let lab = Lab::new();
    let write = |n: i32| {
        lab.client.set_query_data("k", n).unwrap();
        lab.sim.task_count()
    };
    assert_eq!(write(0), 0);
    let (heard, listens) = hear_queries(&lab.client);
    assert_eq!(write(1), 1);
    lab.flush();
    drop(listens);
    assert_eq!((write(2), heard.len()), (0, 1));
    let _of_mutations = heard::hear_mutations(&lab.client);
    assert_eq!(write(3), 0, "who listens to something else does not hear of it");
}

#[test]
fn a_listener_may_write_the_same_query_and_is_told_of_that_next() {
    let lab = Lab::new();
    let (heard, _listens) = listen(&lab, |client, event| {
        if event.kind != QueryEventKind::Added {
            client
                .update_query_data("k", |n: Option<&i32>| n.filter(|n| **n < 3).map(|n| n + 1))
                .unwrap();
        }
    });
    let (others, _listens_too) = hear_queries(&lab.client);
    lab.client.set_query_data("k", 0).unwrap();
    lab.flush();
    assert_eq!(lab.data("k"), Some(3));
    let told = ["added", "manual success", "manual success", "manual success", "manual success"];
    assert_eq!(
        (heard.take(), others.take()),
        (told.map(Into::into).into(), told.map(Into::into).into())
    );
}

#[test]
fn a_listener_may_remove_the_query_that_it_hears_of() {
    let lab = Lab::new();
    let (heard, _listens) = listen(&lab, |client, event| {
        if event.kind == QueryEventKind::Updated(QueryAction::Fetch) {
            client.remove_queries(Filters::exact(event.key.clone()));
        }
    });
    let server = lab.counter(0);
    let shown = lab.query(&server.query("k"));
    lab.advance(10);
    let told = ["added", "results", "observerAdded", "results", "fetch", "removed"];
    assert_eq!((heard.take(), server.calls()), (told.map(Into::into).into(), 0));
    assert_eq!(lab.entries(), 0);
    drop(shown);
    lab.flush();
    assert_eq!(heard.len(), 0, "it is watched by nobody");
}

#[test]
fn a_listener_may_end_itself() {
    let lab = Lab::new();
    let held = Rc::new(RefCell::new(None::<Subscription>));
    let (holds, heard) = (held.clone(), Heard::default());
    let log = heard.clone();
    let listens = lab.client.query_cache().subscribe(move |event| {
        log.add(query_text(event));
        drop(holds.take());
    });
    held.replace(Some(listens));
    lab.client.set_query_data("k", 0).unwrap();
    lab.flush();
    assert_eq!(heard.take(), ["added"]);
}

#[test]
fn a_listener_may_end_the_next_one_which_then_hears_nothing() {
    let lab = Lab::new();
    let held = Rc::new(RefCell::new(None::<Subscription>));
    let holds = held.clone();
    let (first, _listens) = listen(&lab, move |_, _| drop(holds.take()));
    let (second, listens) = hear_queries(&lab.client);
    held.replace(Some(listens));
    let (third, _listens_too) = hear_queries(&lab.client);
    lab.client.set_query_data("k", 0).unwrap();
    lab.flush();
    assert_eq!([first.len(), second.len(), third.len()], [2, 0, 2]);
}

#[test]
fn who_has_ended_does_not_hear_of_what_happened_before() {
    let (lab, heard, listens) = listening();
    lab.client.set_query_data("k", 0).unwrap();
    drop(listens);
    lab.flush();
    assert_eq!(heard.len(), 0);
}

#[test]
fn who_begins_does_not_hear_of_what_happened_before() {
    let (lab, first, _listens) = listening();
    lab.client.set_query_data("k", 0).unwrap();
    let (second, _listens_too) = hear_queries(&lab.client);
    lab.client.set_query_data("l", 0).unwrap();
    lab.flush();
    assert_eq!(
        (first.len(), second.take()),
        (4, vec!["l added".into(), "l manual success".into()])
    );
    let (third, _listens_as_well) = lab.client.batch(|client| {
        client.set_query_data("m", 0).unwrap();
        let third = hear_queries(client);
        client.set_query_data("k", 1).unwrap();
        third
    });
    lab.flush();
    assert_eq!(third.take(), ["manual success"]);
}

#[test]
fn a_listener_may_bring_another_which_hears_of_what_follows() {
    let lab = Lab::new();
    let (held, late) = (Rc::new(RefCell::new(None)), Heard::default());
    let (holds, log) = (held.clone(), late.clone());
    let (_, _listens) = listen(&lab, move |client, _| {
        let log = log.clone();
        let listens = client.query_cache().subscribe(move |event| log.add(query_text(event)));
        holds.borrow_mut().get_or_insert(listens);
    });
    lab.client.set_query_data("k", 0).unwrap();
    lab.flush();
    assert_eq!(late.len(), 0);
    lab.client.set_query_data("k", 1).unwrap();
    lab.flush();
    assert_eq!(late.take(), ["manual success"]);
    drop(held);
}

#[test]
fn a_rule_of_the_cache_may_begin_and_end_listening() {
    let lab = Lab::new();
    let (heard, held) = (Heard::default(), Rc::new(RefCell::new(None::<Subscription>)));
    let (log, holds, client) = (heard.clone(), held.clone(), lab.client.downgrade());
    let server = lab.counter(0);
    let query = server.query("k").select(move |n: &i32| {
        let log = log.clone();
        let cache = client.upgrade().unwrap().query_cache();
        drop(cache.subscribe(|_| panic!("it has ended")));
        let listens = cache.subscribe(move |event| log.add(query_text(event)));
        holds.borrow_mut().get_or_insert(listens);
        *n
    });
    let _shown = lab.query(&query);
    lab.flush();
    assert_eq!(heard.len(), 0);
    lab.client.set_query_data("k", 7).unwrap();
    lab.flush();
    assert_eq!(heard.take(), ["results", "manual success"]);
    drop(held);
}

#[test]
fn what_a_listener_owns_may_use_the_client_when_it_is_dropped() {
    struct Writes(yew_clerk::client::WeakQueryClient);
    impl Drop for Writes {
        fn drop(&mut self) {
            if let Some(client) = self.0.upgrade() {
                client.set_query_data("dropped", 1).unwrap();
            }
        }
    }
    let lab = Lab::new();
    let writes = Writes(lab.client.downgrade());
    let listens = lab.client.query_cache().subscribe(move |_| {
        let _held = &writes;
    });
    lab.client.set_query_data("k", 0).unwrap();
    lab.flush();
    assert_eq!(lab.data::<i32>("dropped"), None);
    drop(listens);
    lab.flush();
    assert_eq!(lab.data("dropped"), Some(1));
}

#[test]
fn a_subscription_may_outlive_its_client() {
    let (lab, heard, listens) = listening();
    lab.client.set_query_data("k", 0).unwrap();
    drop(lab);
    drop(listens);
    assert_eq!(heard.len(), 0);
}

#[test]
fn a_listener_sees_the_query_as_it_is_when_it_is_called() {
    let lab = Lab::new();
    let seen = Rc::new(RefCell::new(Vec::new()));
    let sees = seen.clone();
    let (_, _listens) = listen(&lab, move |client, event| {
        let query = client.query_cache().find(Filters::exact(event.key.clone()));
        sees.borrow_mut().push(query.and_then(|query| query.data::<i32>()).map(|n| *n));
    });
    lab.client.set_query_data("k", 1).unwrap();
    lab.client.set_query_data("k", 2).unwrap();
    lab.flush();
    assert_eq!(seen.take(), [Some(2); 3]);
}

fn private(lab: &Lab, of: Text) -> QueryOptions<Text, Text> {
    lab.server(0, |n| Ok(if n == 0 { "alice's" } else { "bob's" }))
        .query(of)
        .access(Access::Private)
}

#[test]
fn when_a_user_goes_what_is_shown_is_set_and_the_rest_removed() {
    let (lab, heard, _listens) = listening();
    lab.own(alice());
    let _shown = lab.query(&private(&lab, "shown"));
    lab.run(lab.client.prefetch_query(private(&lab, "k")));
    lab.run(lab.client.prefetch_query(private(&lab, "public").access(Access::Public)));
    lab.flush();
    heard.take();
    lab.own(Owner::Nobody);
    let told = heard.take();
    assert!(!told.iter().any(|event| event.starts_with("public")), "{told:?}");
    let of = |key: &str| told.iter().filter(|e| e.starts_with(key)).cloned().collect::<Vec<_>>();
    assert_eq!(of("removed"), ["removed"]);
    assert_eq!(of("shown").first().unwrap(), "shown results");
    assert!(of("shown").contains(&"shown setState".into()), "{told:?}");
}

#[test]
fn what_was_not_told_yet_when_a_user_goes_shows_nothing_of_theirs() {
    let lab = Lab::new();
    lab.own(alice());
    let seen = Rc::new(RefCell::new(Vec::new()));
    let sees = seen.clone();
    let (heard, _listens) = listen(&lab, move |client, event| {
        let query = client.query_cache().find(Filters::exact(event.key.clone()));
        sees.borrow_mut().push(query.and_then(|query| query.data::<Text>()).map(|text| *text));
    });
    let _shown = lab.query(&private(&lab, "k"));
    lab.flush();
    assert!(seen.borrow().contains(&Some("alice's")));
    drop((seen.take(), heard.take()));
    lab.client.set_query_data::<Text>("k", "alice's letter").unwrap();
    lab.client.set_owner(bob());
    lab.flush();
    assert!(!seen.borrow().contains(&Some("alice's")), "{seen:?}");
    assert!(!seen.borrow().contains(&Some("alice's letter")), "{seen:?}");
    let told = [
        "results",
        "manual success",
        "results",
        "results",
        "setState",
        "fetch",
        "results",
        "success",
    ];
    assert_eq!(heard.take(), told);
    assert_eq!(lab.data::<Text>("k"), Some("bob's"));
}

#[test]
fn who_begins_under_another_user_hears_of_nothing_before_that() {
    let lab = Lab::new();
    lab.own(alice());
    let (_, _listens) = hear_queries(&lab.client);
    lab.run(lab.client.prefetch_query(private(&lab, "k")));
    lab.client.set_query_data::<Text>("k", "alice's letter").unwrap();
    lab.client.set_owner(bob());
    let (heard, _listens_too) = hear_queries(&lab.client);
    lab.flush();
    assert_eq!(heard.len(), 0);
}

#[test]
fn an_answer_for_a_user_who_has_gone_is_not_told() {
    let (lab, heard, _listens) = listening();
    lab.own(alice());
    let slow = lab.server(50, |_| Ok("late")).query("k").access(Access::SignedIn);
    let shown = lab.query(&slow);
    lab.flush();
    lab.own(Owner::Nobody);
    drop(shown);
    lab.flush();
    heard.take();
    lab.advance(49);
    assert_eq!(heard.len(), 0);
    lab.advance(50);
    let told = heard.take();
    assert!(!told.contains(&"success".into()), "{told:?}");
}

#[test]
fn a_user_may_change_in_the_middle_of_an_event() {
    let lab = Lab::new();
    lab.own(alice());
    let changed = Cell::new(false);
    let (heard, _listens) = listen(&lab, move |client, event| {
        let is_there =
            event.kind == QueryEventKind::Updated(QueryAction::Success { manual: false });
        if is_there && !changed.replace(true) {
            client.set_owner(bob());
        }
    });
    let (second, _listens_too) = hear_queries(&lab.client);
    let shown = lab.query(&private(&lab, "k"));
    lab.advance(10);
    assert_eq!(shown.data(), Some("bob's"));
    let told = heard.take();
    assert_eq!(told, second.take());
    let end = ["success", "results", "results", "setState", "fetch", "results", "success"];
    assert_eq!(told[told.len() - 7..], end);
}

#[test]
fn unloading_the_cache_is_told_like_the_going_of_everybody() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(5);
    let _shown = lab.query(&server.query("k"));
    lab.client.set_query_data("l", 1).unwrap();
    lab.advance(5);
    heard.take();
    lab.client.unload();
    lab.flush();
    let mut told = heard.take();
    told.sort();
    assert_eq!(told, ["fetch", "l removed", "results", "results", "setState"]);
}

#[test]
fn a_removed_query_is_told_by_its_key_alone() {
    let lab = Lab::new();
    let found = Rc::new(Cell::new(true));
    let finds = found.clone();
    let (heard, _listens) = listen(&lab, move |client, event| {
        if event.kind == QueryEventKind::Removed {
            assert_eq!(event.key, key("k"));
            finds.set(client.query_cache().find("k").is_some());
        }
    });
    lab.client.set_query_data("k", 1).unwrap();
    lab.client.remove_queries("k");
    lab.advance(ms(1).as_millis() as u64);
    assert_eq!((heard.len(), found.get()), (3, false));
}
