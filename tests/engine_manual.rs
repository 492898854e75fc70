//! Data that is written, invalidated, cancelled, reset and removed by hand.

#[path = "support/lab.rs"]
mod lab;

use std::rc::Rc;

use lab::{Lab, NEVER, Swr, Text, key, ms};
use yew_clerk::client::{MutatorOptions, QueryError};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::filters::{Activity, Filters};
use yew_clerk::engine::options::StaleTime;
use yew_clerk::engine::queries::RefetchType;
use yew_clerk::engine::time::Time;

type Texts = MutatorOptions<Text>;

/// P33.
#[test]
fn a_write_reaches_every_hook_with_the_key() {
    let lab = Lab::new();
    let server = lab.server(0, |_| Ok("foo"));
    let options = lab::SwrOptionsOf::new();
    let hooks = [lab.swr("k", &server, &options), lab.swr("k", &server, &options)];
    lab.flush();
    let write = lab.client.mutate_data::<Text, Text>("k", "bar", Texts::new().revalidate(false));
    assert!(hooks.iter().all(|hook| hook.data() == Some("bar")));
    assert!(matches!(lab.run(write).take(), Some(Ok(Some(data))) if *data == "bar"));
    assert_eq!(server.calls(), 1);
}

/// P34.
#[test]
fn mutate_fetches_whatever_was_deduped_and_gives_the_new_data() {
    let lab = Lab::new();
    let server = lab.counter(5);
    let shown = lab.swr("k", &server, &Swr::new());
    lab.advance(5);
    let new = lab.run(lab.client.mutate::<i32, Text>("k"));
    lab.advance(5);
    assert!(matches!(new.take(), Some(Ok(Some(data))) if *data == 1));
    assert_eq!(shown.number(), Some(1));
}

#[test]
fn mutate_without_a_hook_makes_the_next_one_fetch() {
    let lab = Lab::new();
    let server = lab.counter(0);
    drop((lab.swr("k", &server, &Swr::new()), lab.flush()));
    assert!(lab.run(lab.client.mutate::<i32, Text>("k")).take().is_some());
    assert!(lab.run(lab.client.mutate::<i32, Text>("unknown")).take().is_some());
    assert_eq!(server.calls(), 1);
    let _shown = lab.query(&server.query("k").stale_time(NEVER));
    lab.flush();
    assert_eq!(server.calls(), 2);
}

/// P35.
#[test]
fn an_updater_gets_the_last_data_and_may_decline() {
    let lab = Lab::new();
    lab.client.set_query_data("k", 0).unwrap();
    let quiet = || MutatorOptions::<i32>::new().revalidate(false);
    let add = |old: Option<&i32>| old.map(|n| n + 1);
    drop(lab.client.mutate_with::<i32, Text>("k", add, quiet()));
    drop(lab.client.mutate_with::<i32, Text>("k", add, quiet()));
    assert_eq!(lab.data("k"), Some(2));
    drop(lab.client.mutate_with::<i32, Text>(
        "new",
        |old| Some(old.copied().unwrap_or(7)),
        quiet(),
    ));
    assert_eq!(lab.data("new"), Some(7));
    let no_key =
        lab.client.mutate_with::<i32, Text>(None::<Text>, |_| panic!("not asked"), quiet());
    assert!(matches!(lab.run(no_key).take(), Some(Ok(None))));
    let before = lab.state("k").unwrap();
    drop(lab.client.mutate_with::<i32, Text>("k", |_| None, quiet()));
    let after = lab.state("k").unwrap();
    assert_eq!((after.data_update_count, after.error_update_count), (before.data_update_count, 0));
}

/// P40.
#[test]
fn set_query_data_makes_entries_and_honours_their_age() {
    let lab = Lab::new();
    lab.client.update_query_data::<i32>("k", |_| None).unwrap();
    assert_eq!(lab.entries(), 0);
    lab.client.set_query_data("k", 1).unwrap();
    assert_eq!(lab.state("k").map(|state| state.status), Some(Status::Success));
    lab.client.update_query_data("k", |old| old.map(|n: &i32| n + 1)).unwrap();
    assert_eq!(lab.data("k"), Some(2));
    lab.client.set_query_data_at("k", 3, Time::from_millis(5)).unwrap();
    assert_eq!(lab.state("k").map(|state| state.data_updated_at), Some(Time::from_millis(5)));
    let server = lab.counter(0);
    let _shown = lab.query(&server.query("k").stale_time(ms(100)));
    lab.flush();
    assert_eq!(server.calls(), 1, "old data is stale");
    assert!(matches!(lab.client.set_query_data(None::<Text>, 1), Err(QueryError::NoKey)));
}

/// P41.
#[test]
fn a_fetch_overwrites_what_was_written_during_it() {
    let lab = Lab::new();
    let server = lab.server(10, |_| Ok(23));
    let shown = lab.query(&server.query("k"));
    lab.advance(5);
    lab.client.set_query_data("k", 42).unwrap();
    assert_eq!((shown.number(), shown.fetch_status()), (Some(42), FetchStatus::Fetching));
    lab.advance(5);
    assert_eq!((shown.number(), shown.fetch_status()), (Some(23), FetchStatus::Idle));
}

#[test]
fn a_cancelled_fetch_goes_back_to_what_was_written_during_it() {
    let lab = Lab::new();
    let server = lab.broken(10);
    let shown = lab.query(&server.query("k").retry(0));
    lab.advance(10);
    drop(shown.refetch());
    lab.advance(5);
    lab.client.set_query_data("k", 42).unwrap();
    lab.client.cancel_queries("k");
    assert_eq!(
        (shown.number(), shown.states(), shown.error()),
        (Some(42), (Status::Success, FetchStatus::Idle), None)
    );
    lab.advance(50);
    assert_eq!(shown.number(), Some(42));
}

/// P42.
#[test]
fn invalidating_fetches_what_its_type_says() {
    for (refetch_type, a_calls, b_calls) in [
        (RefetchType::Active, 1, 0),
        (RefetchType::None, 0, 0),
        (RefetchType::Inactive, 0, 1),
        (RefetchType::All, 1, 1),
    ] {
        let lab = Lab::new();
        let (a, b, off) = (lab.counter(0), lab.counter(0), lab.counter(0));
        let active = lab.query(&a.query(("p", "a")).stale_time(NEVER));
        let inactive = lab.query(&b.query(("p", "b")).stale_time(NEVER));
        let _disabled = lab.query(&off.query(("p", "off")).enabled(false));
        lab.flush();
        drop(inactive);
        let all = lab.run(lab.client.invalidate_queries_with("p", refetch_type));
        assert!(all.take().is_some());
        assert_eq!((a.calls() - 1, b.calls() - 1, off.calls()), (a_calls, b_calls, 0));
        let invalid = |key: (Text, Text)| lab.state(key).is_some_and(|state| state.is_invalidated);
        assert_eq!((invalid(("p", "a")), invalid(("p", "b"))), (a_calls == 0, b_calls == 0));
        assert_eq!(active.is_stale(), a_calls == 0);
    }
}

/// P42, twice.
#[test]
fn invalidating_twice_changes_nothing_the_second_time() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.query(&server.query("k").stale_time(NEVER));
    lab.flush();
    let invalidate = || drop(lab.client.invalidate_queries_with("k", RefetchType::None));
    invalidate();
    let told = shown.told();
    invalidate();
    assert_eq!(shown.told(), told);
}

#[test]
fn two_invalidations_of_one_tick_are_one_request() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let _shown = lab.query(&server.query(("a", "b")));
    lab.advance(10);
    drop((lab.client.invalidate_queries("a"), lab.client.invalidate_queries(("a", "b"))));
    lab.advance(10);
    assert_eq!(server.calls(), 2);
}

#[test]
fn what_is_invalidated_stays_so_when_its_fetch_is_cancelled() {
    let lab = Lab::new();
    let server = lab.counter(10).abortable();
    let shown = lab.query(&server.query("k").stale_time(NEVER));
    lab.advance(10);
    drop(shown.refetch());
    lab.flush();
    drop(lab.client.invalidate_queries_with("k", RefetchType::None));
    drop(shown);
    lab.flush();
    assert!(server.signal(1).is_aborted());
    let _again = lab.query(&server.query("k").stale_time(NEVER));
    lab.advance(10);
    assert_eq!(server.calls(), 3);
}

#[test]
fn an_invalidated_entry_is_not_deduped_by_swr() {
    let lab = Lab::new();
    let server = lab.counter(0);
    drop((lab.swr("k", &server, &Swr::new()), lab.flush()));
    drop(lab.client.invalidate_queries("k"));
    let _shown = lab.swr("k", &server, &Swr::new());
    lab.flush();
    assert_eq!(server.calls(), 2);
}

#[test]
fn static_data_is_never_fetched_again() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let _shown = lab.query(&server.query("k").stale_time(StaleTime::Static));
    lab.flush();
    drop(lab.client.invalidate_queries("k"));
    drop(lab.client.refetch_queries("k"));
    lab.focus();
    assert_eq!(server.calls(), 1);
}

/// P43.
#[test]
fn filters_select_by_key_and_state() {
    let lab = Lab::new();
    let object = serde_json::json!({ "x": 1, "y": 2 });
    lab.client.set_query_data(("a", 1), 1).unwrap();
    lab.client.set_query_data(("a", 2, object), 2).unwrap();
    let server = lab.counter(0);
    let _b = lab.query(&server.query("b").stale_time(NEVER));
    lab.flush();
    let count = |filters: Filters| lab.client.keys(filters).len();
    assert_eq!(count(Filters::prefix(key("a"))), 2);
    assert_eq!(count(Filters::exact(key(("a", 1)))), 1);
    assert_eq!(count(Filters::exact(key("a"))), 0);
    assert_eq!(count(Filters::prefix(key(("a", 2, serde_json::json!({ "y": 2 }))))), 1);
    assert_eq!(count(Filters::default()), 3);
    assert_eq!(count(Filters { activity: Activity::Active, ..Filters::default() }), 1);
    assert_eq!(count(Filters { activity: Activity::Inactive, ..Filters::prefix(key("b")) }), 0);
    assert_eq!(count(Filters { stale: Some(false), ..Filters::default() }), 3);
    drop(lab.client.invalidate_queries_with(("a", 1), RefetchType::None));
    assert_eq!(count(Filters { stale: Some(true), ..Filters::default() }), 1);
    let fetching = Some(FetchStatus::Fetching);
    assert_eq!(count(Filters { fetch_status: fetching, ..Filters::default() }), 0);
    let two = Filters {
        predicate: Some(Rc::new(|_, state| {
            state.data.as_ref().and_then(|data| data.get::<i32>()).as_deref() == Some(&2)
        })),
        ..Filters::prefix(key("a"))
    };
    assert_eq!(count(two), 1);
}

/// P44.
#[test]
fn cancelling_a_refetch_keeps_the_data_and_answers_with_it() {
    let lab = Lab::new();
    let server = lab.server(0, |_| Ok("data"));
    let shown = lab.query(&server.query("k"));
    lab.flush();
    server.delay.set(1_000);
    let refetch = lab.run(lab.client.fetch_query(server.query("k")));
    lab.advance(10);
    lab.client.cancel_queries("k");
    lab.flush();
    assert_eq!(shown.states(), (Status::Success, FetchStatus::Idle));
    assert!(matches!(refetch.take(), Some(Ok(data)) if *data == "data"));
}

/// P44, the first load.
#[test]
fn cancelling_a_first_load_tells_who_waits() {
    let lab = Lab::new();
    let server = lab.counter(1_000).abortable();
    let first = lab.run(lab.client.fetch_query(server.query("k")));
    lab.client.cancel_queries("k");
    lab.flush();
    assert!(matches!(first.take(), Some(Err(QueryError::Cancelled))));
    let state = lab.state("k").unwrap();
    assert_eq!((state.status, state.fetch_status), (Status::Pending, FetchStatus::Idle));
    assert!(server.signal(0).is_aborted());
}

/// P45.
#[test]
fn resetting_goes_back_to_the_beginning_and_fetches_what_is_shown() {
    let lab = Lab::new();
    let server = lab.server(10, |_| Ok("fetched"));
    let initial = lab.query(&server.query("a").initial_data("initial"));
    let plain = lab.query(&server.query("b"));
    lab.advance(10);
    assert_eq!((initial.data(), plain.data()), (Some("fetched"), Some("fetched")));
    let reset = lab.run(lab.client.reset_queries(Filters::default()));
    assert_eq!(initial.data(), Some("initial"));
    assert_eq!(
        (plain.data::<Text>(), plain.states()),
        (None, (Status::Pending, FetchStatus::Fetching))
    );
    lab.advance(10);
    assert!(reset.take().is_some());
    assert_eq!((initial.data(), plain.data()), (Some("fetched"), Some("fetched")));
    assert!(plain.see(|shown| shown.is_fetched_after_mount));
}

#[test]
fn a_reset_does_not_make_initial_data_any_younger() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = || server.query("k").initial_data(7).stale_time(ms(50));
    drop(lab.query(&query()));
    lab.advance(100);
    drop(lab.client.reset_queries("k"));
    assert_eq!(lab.data("k"), Some(7));
    let shown = lab.query(&query());
    assert_eq!((shown.number(), shown.is_stale(), shown.is_validating()), (Some(7), true, true));
}

/// P45, removing.
#[test]
fn a_removed_query_is_made_anew_when_it_is_fetched_again() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.query(&server.query("k"));
    lab.flush();
    lab.client.remove_queries("k");
    lab.flush();
    assert_eq!((lab.entries(), shown.number()), (0, Some(0)));
    drop(shown.refetch());
    lab.flush();
    assert_eq!((lab.data("k"), shown.number()), (Some(1), Some(1)));
}

#[test]
fn who_comes_back_from_a_removed_query_shows_at_once_what_is_there() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let shown = lab.query(&server.query("k"));
    lab.advance(10);
    lab.client.remove_queries("k");
    let _other = lab.query(&server.query("k"));
    lab.flush();
    let told = shown.told();
    drop(shown.observer().refetch(false));
    assert_eq!((shown.number(), shown.fetch_status()), (None, FetchStatus::Fetching));
    assert_eq!(shown.told(), told + 1);
    lab.advance(10);
    assert_eq!((shown.number(), server.calls()), (Some(1), 2));
}

#[test]
fn what_a_component_shows_of_a_removed_query_does_not_go_with_time() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.query(&server.query("k").stale_time(ms(10)));
    lab.flush();
    lab.client.remove_queries("k");
    let told = shown.told();
    lab.advance(1_000);
    assert_eq!((shown.number(), shown.status(), shown.told()), (Some(0), Status::Success, told));
}

#[test]
fn who_waited_for_a_fetch_that_is_reset_gets_the_new_answer() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let shown = lab.query(&server.query("k"));
    lab.advance(10);
    let waiting = lab.run(shown.refetch());
    lab.advance(5);
    drop(lab.client.reset_queries("k"));
    lab.advance(10);
    assert!(format!("{:?}", waiting.take()).contains("Data(Some"));
    assert_eq!(shown.number(), Some(2));
}
