//! The options of queries that are about what they begin with, whom they tell, and what names them.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;

use lab::{Lab, NEVER, Query, Text, alice, bob, key, ms};
use yew_clerk::client::{
    QueryCacheOptions, QueryDefaults, QueryError, QueryOptions, mutation_options, query_options,
    query_options_of, share_equal,
};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::erased::Data;
use yew_clerk::engine::filters::Filters;
use yew_clerk::engine::mutation::MutationFilters;
use yew_clerk::engine::options::Access;
use yew_clerk::engine::time::Time;

fn numbers(of: &str) -> QueryOptions<i32, Text> {
    query_options(("numbers", of), |_| async { Ok(1) })
}

#[test]
fn a_described_query_says_its_type_to_the_client() {
    let lab = Lab::new();
    let todos = numbers("todos");
    assert_eq!(lab.client.query_data(&todos).expect("no mismatch"), None);
    lab.client.set_query_data(&todos, 5).expect("a key");
    lab.client.update_query_data(&todos, |n| n.map(|n| n + 1)).expect("a key");
    let data = lab.client.get_query_data(&todos).expect("no mismatch");
    assert_eq!(data.as_deref(), Some(&6));
    let selected = todos.clone().select(|n| n.to_string());
    assert_eq!(lab.client.query_data(&selected).expect("no mismatch").as_deref(), Some(&6));
    assert_eq!(lab.client.get_query_state(&todos).map(|state| state.status), Some(Status::Success));
}

#[test]
fn what_lies_under_its_key_by_another_way_is_a_typed_error() {
    let lab = Lab::new();
    lab.client.set_query_data(("numbers", "todos"), "text").expect("a key");
    let found = lab.client.query_data(&numbers("todos"));
    assert!(matches!(found, Err(QueryError::TypeMismatch(error)) if error.found == "&str"));
}

#[test]
fn a_described_query_is_a_filter_as_well() {
    let lab = Lab::new();
    for of in ["a", "b"] {
        lab.client.set_query_data(numbers(of), 1).expect("a key");
    }
    drop(lab.client.invalidate_queries(numbers("a")));
    let is_invalidated = |of| lab.state(("numbers", of)).expect("an entry").is_invalidated;
    assert_eq!((is_invalidated("a"), is_invalidated("b")), (true, false));
    lab.client.remove_queries(numbers("b"));
    assert_eq!(lab.client.keys(Filters::default()), [key(("numbers", "a"))]);
}

#[test]
fn no_key_selects_nothing() {
    let lab = Lab::new();
    lab.client.set_query_data("k", 1).expect("a key");
    let nothing: Query = query_options(None::<Text>, |_| async { Ok(1) });
    lab.client.remove_queries(&nothing);
    lab.client.remove_queries(None::<Text>);
    lab.client.remove_queries(yew_clerk::client::QueryClient::exactly(None::<Text>).expect("none"));
    drop(lab.client.invalidate_queries(None::<(Text, u32)>));
    assert_eq!((lab.entries(), lab.state("k").expect("it").is_invalidated), (1, false));
    assert!(matches!(lab.client.set_query_data(&nothing, 1), Err(QueryError::NoKey)));
    let add = lab
        .client
        .mutation(mutation_options(|_: Rc<()>| pending::<Result<(), ()>>()), Rc::new(|| {}));
    drop(add.handle().mutate(()));
    lab.flush();
    let all = MutationFilters::default();
    assert_eq!((lab.client.is_mutating(None::<Text>), lab.client.is_mutating(all)), (0, 1));
}

#[test]
fn query_gives_what_is_selected_and_fetches_only_what_is_stale() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let query = || server.query("k").stale_time(ms(100)).enabled(false).select(|n| n + 100);
    let first = lab.run(lab.client.query(query()));
    lab.advance(10);
    assert_eq!(first.take().expect("an end").expect("data").as_ref(), &100);
    let again = lab.run(lab.client.query(query()));
    lab.flush();
    assert_eq!(*again.take().expect("an end").expect("data"), 100);
    lab.advance(100);
    let later = lab.run(lab.client.query(query()));
    lab.advance(10);
    assert_eq!((*later.take().expect("an end").expect("data"), server.calls()), (101, 2));
    let odd = server.query("k").stale_time(NEVER).select_result(|_| Err::<i32, _>("odd"));
    let odd = lab.run(lab.client.query(odd));
    lab.flush();
    assert!(matches!(odd.take(), Some(Err(QueryError::Failed(error))) if *error == "odd"));
}

#[test]
fn a_query_without_a_function_takes_the_one_of_its_keys_defaults() {
    let lab = Lab::new();
    let of = || query_options_of::<i32, Text>(("n", 1));
    let view = lab.query(&of());
    lab.advance(10);
    assert_eq!(view.states(), (Status::Pending, FetchStatus::Idle));
    let failed = lab.run(lab.client.fetch_query(of()));
    lab.flush();
    assert!(matches!(failed.take(), Some(Err(QueryError::NoFunction))));
    let length = QueryDefaults::new().query_fn(|ctx| {
        let length = ctx.key().to_json().len();
        async move { Ok::<_, Text>(i32::try_from(length).unwrap_or(-1)) }
    });
    lab.client.set_query_defaults("n", length).expect("a key");
    view.update(lab.query_watch(&of()));
    drop(view.refetch());
    lab.flush();
    assert_eq!(view.number(), Some(7));
    // Its own comes first.
    let own = lab.counter(0);
    let view = lab.query(&own.query(("n", 2)));
    lab.flush();
    assert_eq!(view.number(), Some(0));
}

#[test]
fn the_function_of_the_most_particular_defaults_counts() {
    let lab = Lab::new();
    let giving = |n: i32| QueryDefaults::new().query_fn(move |_| async move { Ok::<_, Text>(n) });
    lab.client.set_default_options(giving(1));
    lab.client.set_query_defaults("a", giving(2)).expect("a key");
    lab.client.set_query_defaults("a", QueryDefaults::new().retry(0)).expect("a key");
    lab.client.set_query_defaults(("a", 1), giving(3)).expect("a key");
    let fetched = |key: (&'static str, u32)| {
        let done = lab.run(lab.client.fetch_query(query_options_of::<i32, Text>(key)));
        lab.flush();
        *done.take().expect("an end").expect("data")
    };
    assert_eq!([fetched(("b", 1)), fetched(("a", 2)), fetched(("a", 1))], [1, 1, 3]);
}

#[test]
fn initial_data_may_be_made_of_what_another_query_has() {
    let lab = Lab::new();
    lab.client.set_query_data("list", vec![7, 8]).expect("a key");
    let asked = Rc::<Cell<u32>>::default();
    let (client, count) = (lab.client.clone(), asked.clone());
    let server = lab.counter(10);
    let query = server.query("item").stale_time(NEVER).initial_data_with(move || {
        count.set(count.get() + 1);
        client.get_query_data::<Vec<i32>>("list").ok()??.get(1).copied()
    });
    let view = lab.query(&query);
    lab.advance(20);
    assert_eq!((view.number(), view.states().0, server.calls()), (Some(8), Status::Success, 0));
    view.update(lab.query_watch(&query));
    assert_eq!(asked.get(), 1);
    drop(view.refetch());
    lab.advance(10);
    assert_eq!(view.number(), Some(0));
    drop(lab.client.reset_queries("item"));
    assert_eq!(view.number(), Some(8));
}

/// P50.
#[test]
fn initial_data_that_is_made_may_be_old_and_may_be_none() {
    let lab = Lab::new();
    lab.advance(1000);
    let server = lab.counter(10);
    let fresh = || server.query("k").stale_time(ms(500));
    let old = lab.query(&fresh().initial_data_with_time(|| Some((-1, Time::ZERO))));
    assert_eq!((old.number(), old.is_stale()), (Some(-1), true));
    lab.advance(10);
    assert_eq!((old.number(), server.calls()), (Some(0), 1));
    let server = lab.counter(10);
    let none = lab.query(&server.query("l").initial_data_with(|| None));
    assert_eq!(none.states(), (Status::Pending, FetchStatus::Fetching));
}

#[test]
fn the_query_function_knows_the_querys_meta() {
    let lab = Lab::new();
    let query = |key: Text| {
        query_options(key, |ctx| {
            let meta = (ctx.meta::<i32>().map_or(0, |n| *n), ctx.meta::<Text>().is_some());
            async move { Ok::<_, Text>(meta) }
        })
    };
    let view = lab.query(&query("k").meta(5));
    lab.flush();
    assert_eq!(view.data(), Some((5, false)));
    lab.client.set_default_options(QueryDefaults::new().meta(6));
    let view = lab.query(&query("l"));
    lab.flush();
    assert_eq!(view.data(), Some((6, false)));
}

#[test]
fn whether_mounting_retries_may_depend_on_the_state() {
    let lab = Lab::new();
    let server = lab.broken(10);
    let query = |limit| {
        server
            .query("k")
            .retry(0)
            .retry_on_mount_with(move |state| state.error_update_count < limit)
    };
    for calls in 1..=2 {
        let view = lab.query(&query(2));
        lab.advance(10);
        assert_eq!((server.calls(), view.status()), (calls, Status::Error));
    }
    let view = lab.query(&query(2));
    lab.advance(10);
    assert_eq!((server.calls(), view.states()), (2, (Status::Error, FetchStatus::Idle)));
}

/// What an observer was told.
type Log = Rc<RefCell<Vec<String>>>;

fn telling(query: Query, log: &Log, name: &'static str) -> Query {
    let (on_success, on_error, on_settled) = (log.clone(), log.clone(), log.clone());
    query
        .on_success(move |n| on_success.borrow_mut().push(format!("{name} success {n}")))
        .on_error(move |e| on_error.borrow_mut().push(format!("{name} error {e}")))
        .on_settled(move |end| on_settled.borrow_mut().push(format!("{name} settled {end:?}")))
}

#[test]
fn each_component_is_told_once_of_each_request_whoever_made_it() {
    let (lab, log) = (Lab::new(), Log::default());
    let server = lab.server(10, |n| if n == 1 { Err("no") } else { Ok(n as i32) });
    let query = || server.query("k").retry(0);
    let one = lab.query(&telling(query(), &log, "a"));
    let other = lab.query(&telling(query(), &log, "b"));
    lab.advance(10);
    let all = ["a success 0", "a settled Ok(0)", "b success 0", "b settled Ok(0)"];
    assert_eq!(log.take(), all);
    drop(other);
    drop(one.refetch());
    lab.advance(10);
    assert_eq!(log.take(), ["a error no", "a settled Err(\"no\")"]);
    lab.client.set_query_data("k", 9).expect("a key");
    lab.flush();
    drop(lab.client.fetch_query(server.query("k")));
    lab.advance(10);
    assert_eq!(log.take(), ["a success 2", "a settled Ok(2)"]);
}

#[test]
fn nobody_is_told_of_attempts_and_of_what_is_ignored() {
    let (lab, log) = (Lab::new(), Log::default());
    let server = lab.broken(10);
    let query = server.query("k").retry(1).retry_delay(ms(10));
    let view = lab.query(&telling(query, &log, "a"));
    lab.advance(15);
    assert_eq!(log.take(), [""; 0]);
    lab.client.cancel_queries("k");
    lab.advance(50);
    drop(view.refetch());
    lab.advance(5);
    drop(view);
    lab.advance(50);
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn nobody_is_told_what_the_user_before_has_fetched() {
    let (lab, log) = (Lab::new(), Log::default());
    lab.own(alice());
    let server = lab.counter(10);
    let view = lab.query(&telling(server.query("k").access(Access::SignedIn), &log, "a"));
    lab.advance(5);
    lab.own(bob());
    lab.advance(10);
    assert_eq!(
        (log.take(), view.number()),
        (vec!["a success 1".into(), "a settled Ok(1)".into()], Some(1))
    );
}

/// P47.
#[test]
fn items_that_have_not_changed_stay_the_very_same_values() {
    let lab = Lab::new();
    let items = |second: i32| [1, second].map(Rc::new).to_vec();
    let server = lab.server(10, move |n| Ok(items(if n < 2 { 2 } else { 3 })));
    let view = lab.query(&server.query("k").structural_sharing(share_equal));
    lab.advance(10);
    let list = || view.see(|shown| shown.data.as_ref().and_then(Data::get::<Vec<Rc<i32>>>));
    let old = list().expect("data");
    drop(view.refetch());
    lab.advance(10);
    assert!(Rc::ptr_eq(&old, &list().expect("data")), "the whole is equal");
    drop(view.refetch());
    lab.advance(10);
    let new = list().expect("data");
    assert!(!Rc::ptr_eq(&old, &new));
    assert!(Rc::ptr_eq(&old[0], &new[0]) && !Rc::ptr_eq(&old[1], &new[1]));
    lab.client.set_query_data("k", items(4)).expect("a key");
    assert!(Rc::ptr_eq(&old[0], &list().expect("data")[0]));
}

#[test]
fn callbacks_for_all_queries_hear_of_each_fetch_once() {
    let (lab, log) = (Lab::new(), Log::default());
    let [good, bad, end] = [(); 3].map(|()| log.clone());
    let callbacks = QueryCacheOptions::new()
        .on_success(move |query| {
            let meta = query.meta::<Text>().map_or("-", |meta| *meta);
            let data = query.data::<i32>().map(|n| *n);
            good.borrow_mut().push(format!("success {} {data:?} {meta}", query.key()));
        })
        .on_error(move |query| {
            bad.borrow_mut().push(format!("error {:?}", query.error::<Text>()));
        })
        .on_settled(move |query| end.borrow_mut().push(format!("settled {}", query.key())));
    lab.client.set_query_cache_options(callbacks);
    let server = lab.server(10, |n| if n == 1 { Err("no") } else { Ok(n as i32) });
    let query = || server.query("k").retry(0).meta("about");
    let views = [lab.query(&query()), lab.query(&query())];
    lab.advance(10);
    assert_eq!(log.take(), ["success \"k\" Some(0) about", "settled \"k\""]);
    drop(views[0].refetch());
    lab.advance(10);
    assert_eq!(log.take(), ["error Some(\"no\")", "settled \"k\""]);
    lab.client.set_query_data("k", 9).expect("a key");
    lab.client.cancel_queries("k");
    lab.flush();
    assert_eq!(log.take(), [""; 0]);
    lab.client.set_query_cache_options(QueryCacheOptions::new());
    drop(views[0].refetch());
    lab.advance(10);
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn callbacks_for_all_queries_hear_nothing_of_a_user_who_has_gone() {
    let (lab, log) = (Lab::new(), Log::default());
    lab.own(alice());
    let told = log.clone();
    let callbacks = QueryCacheOptions::new().on_settled(move |query| {
        told.borrow_mut().push(format!("{:?}", query.data::<i32>()));
    });
    lab.client.set_query_cache_options(callbacks);
    let server = lab.counter(10);
    let view = lab.query(&server.query("k"));
    lab.sim.advance(ms(10));
    log.borrow_mut().clear();
    drop(view.refetch());
    lab.advance(9);
    lab.client.set_owner(bob());
    lab.advance(20);
    assert_eq!(log.take(), ["Some(2)"]);
}

#[test]
fn data_that_is_reset_does_not_stand_in_for_itself() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let view = lab.query(&server.query("k").keep_previous_data());
    lab.advance(10);
    drop(lab.client.reset_queries("k"));
    assert_eq!((view.number(), view.is_placeholder()), (None, false));
    assert_eq!(view.states(), (Status::Pending, FetchStatus::Fetching));
    lab.advance(10);
    view.update(lab.query_watch(&server.query("l").keep_previous_data()));
    drop(lab.client.reset_queries("k"));
    assert_eq!((view.number(), view.is_placeholder()), (Some(1), true));
}
