//! The client's methods for one query and for many, its defaults, and tags.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;

use std::rc::Rc;
use std::time::Duration;

use lab::{Lab, NEVER, Text, alice, bob, key, ms};
use yew_clerk::client::{QueryDefaults, QueryError, query_options};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::filters::Filters;
use yew_clerk::engine::options::{NetworkMode, StaleTime};
use yew_clerk::engine::queries::{RefetchType, Refetching};

#[test]
fn ensured_data_is_fetched_once_and_then_given_however_old() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let first = lab.run(lab.client.ensure_query_data(server.query("k")));
    lab.advance(10);
    assert_eq!(*first.take().unwrap().unwrap(), 0);
    lab.advance(60_000);
    let again = lab.run(lab.client.ensure_query_data(server.query("k")));
    lab.flush();
    assert_eq!(*again.take().unwrap().unwrap(), 0);
    lab.advance(10);
    assert_eq!(server.calls(), 1);
}

#[test]
fn ensured_data_that_is_stale_may_be_fetched_anew_beside_its_use() {
    let lab = Lab::new();
    let server = lab.counter(10);
    lab.client.set_query_data("k", 7).unwrap();
    let query = || server.query("k").stale_time(ms(100));
    let fresh = lab.run(lab.client.ensure_query_data_revalidated(query()));
    lab.advance(100);
    assert_eq!((*fresh.take().unwrap().unwrap(), server.calls()), (7, 0));
    let stale = lab.run(lab.client.ensure_query_data_revalidated(query()));
    lab.flush();
    assert_eq!((*stale.take().unwrap().unwrap(), server.calls()), (7, 1));
    lab.advance(10);
    assert_eq!(lab.data("k"), Some(0));
}

#[test]
fn ensuring_joins_a_running_fetch_takes_initial_data_and_tells_errors() {
    let lab = Lab::new();
    let server = lab.counter(10);
    drop(lab.client.fetch_query(server.query("k")));
    lab.flush();
    let joined = lab.run(lab.client.ensure_query_data(server.query("k")));
    lab.advance(10);
    assert_eq!((*joined.take().unwrap().unwrap(), server.calls()), (0, 1));
    let initial = lab.run(lab.client.ensure_query_data(server.query("i").initial_data(5)));
    lab.flush();
    assert_eq!((*initial.take().unwrap().unwrap(), server.calls()), (5, 1));
    let failed = lab.run(lab.client.ensure_query_data(lab.broken(10).query("b")));
    let nothing = lab.run(lab.client.ensure_query_data(server.query(None::<Text>)));
    lab.advance(10);
    assert!(matches!(failed.take(), Some(Err(QueryError::Failed(error))) if *error == "error 0"));
    assert!(matches!(nothing.take(), Some(Err(QueryError::NoKey))));
}

#[test]
fn ensured_data_is_never_the_old_users() {
    let lab = Lab::new();
    let server = lab.server(10, |n| Ok(["of alice", "of bob"][n as usize]));
    lab.own(alice());
    drop(lab.client.ensure_query_data(server.query("k")));
    lab.advance(10);
    lab.own(bob());
    let ensured = lab.run(lab.client.ensure_query_data(server.query("k")));
    lab.advance(10);
    assert_eq!(*ensured.take().unwrap().unwrap(), "of bob");
    assert_eq!(lab.client.get_queries_data::<Text>("k").len(), 1);
    lab.own(alice());
    assert!(lab.client.get_queries_data::<Text>("k").is_empty());
}

#[test]
fn many_queries_are_read_and_changed_at_once() {
    let lab = Lab::new();
    for id in [1, 2] {
        lab.client.set_query_data(("n", id), id * 10).unwrap();
    }
    lab.client.set_query_data(("n", 3), "another type").unwrap();
    lab.client.set_query_data(("other", 1), 5).unwrap();
    let _pending = lab.query(&lab.counter(10).query(("n", 4)));
    let seen = || {
        let all = lab.client.get_queries_data::<i32>("n").into_iter();
        let mut all: Vec<_> =
            all.map(|(key, data)| (key.to_json(), data.as_deref().copied())).collect();
        all.sort();
        all
    };
    let of = |id: i32, data: Option<i32>| (key(("n", id)).to_json(), data);
    assert_eq!(seen(), [of(1, Some(10)), of(2, Some(20)), of(4, None)]);
    // Of what has no data, none is made.
    lab.client.set_queries_data("n", |old: Option<&i32>| old.filter(|n| **n > 10).map(|n| n + 1));
    assert_eq!(seen(), [of(1, Some(10)), of(2, Some(21)), of(4, None)]);
    assert_eq!((lab.data(("n", 3)), lab.data(("other", 1))), (Some("another type"), Some(5)));
}

#[test]
fn a_command_on_many_may_join_what_runs_already() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let view = lab.query(&server.query("k"));
    lab.advance(10);
    drop(view.refetch());
    lab.flush();
    drop(lab.client.refetch_queries_with("k", false));
    let joining = Refetching { cancel_refetch: false, ..RefetchType::Active.into() };
    drop(lab.client.invalidate_queries_with("k", joining));
    lab.flush();
    assert_eq!(server.calls(), 2);
    drop(lab.client.invalidate_queries_with("k", Refetching::default()));
    lab.flush();
    assert_eq!(server.calls(), 3);
}

#[test]
fn a_query_takes_defaults_for_what_it_does_not_say_itself() {
    let lab = Lab::new();
    lab.client.set_default_options(QueryDefaults::new().stale_time(NEVER).retry(0));
    let server = lab.broken(10);
    let view = lab.query(&server.query("k"));
    lab.advance(10);
    assert_eq!((view.status(), server.calls()), (Status::Error, 1));
    let own = lab.query(&server.query("own").retry(1).retry_delay(ms(5)));
    lab.advance(30);
    assert_eq!((own.status(), server.calls()), (Status::Error, 3));
    lab.client.set_query_data("old", 1).unwrap();
    let fresh = lab.query(&server.query("old"));
    let stale = lab.query(&server.query("old").stale_time(Duration::ZERO));
    assert!(!fresh.is_stale() && stale.is_stale());
}

#[test]
fn defaults_of_a_key_come_before_the_clients_and_later_ones_before_earlier() {
    let lab = Lab::new();
    let of = |placeholder: u64| QueryDefaults::new().stale_time(ms(placeholder));
    lab.client.set_default_options(of(100).enabled(false));
    lab.client.set_query_defaults("a", of(200)).unwrap();
    lab.client.set_query_defaults(("a", 1), of(300)).unwrap();
    let server = lab.counter(10);
    let options = |of: (Text, i32)| lab.query_watch(&server.query(of)).options;
    let stale_time = |of| options(of).stale_time;
    assert_eq!(stale_time(("b", 1)), StaleTime::After(ms(100)));
    assert_eq!(stale_time(("a", 2)), StaleTime::After(ms(200)));
    assert_eq!(stale_time(("a", 1)), StaleTime::After(ms(300)));
    assert!(!options(("a", 1)).enabled);
    // Replaced in its place: what was set later for the longer key still comes first.
    lab.client.set_query_defaults("a", of(400)).unwrap();
    assert_eq!(stale_time(("a", 2)), StaleTime::After(ms(400)));
    assert_eq!(stale_time(("a", 1)), StaleTime::After(ms(300)));
    let known = lab.client.get_query_defaults(("a", 2)).unwrap();
    assert_eq!(format!("{known:?}"), "[StaleTime]");
    assert_eq!(format!("{:?}", lab.client.get_default_options()), "[StaleTime, Enabled]");
    assert_eq!(format!("{:?}", lab.client.get_query_defaults("b").unwrap()), "[]");
}

#[test]
fn retries_by_default_count_for_fetches_without_a_component() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let fetch = || lab.run(lab.client.fetch_query(server.query("k").retry_delay(ms(1))));
    let first = fetch();
    lab.advance(10);
    assert!(first.take().is_some());
    assert_eq!(server.calls(), 1);
    lab.client.set_default_options(
        QueryDefaults::new()
            .retry_when(|count, failure| count < 2 && failure.downcast_ref::<Text>().is_some()),
    );
    let second = fetch();
    lab.advance(10);
    assert!(second.take().is_some());
    assert_eq!(server.calls(), 4);
}

#[test]
fn what_does_not_mind_being_offline_by_default_misses_nothing() {
    let lab = Lab::new();
    lab.client.set_default_options(QueryDefaults::new().network_mode(NetworkMode::Always));
    let (server, eager) = (lab.counter(0), lab.counter(0));
    let _view = lab.query(&server.query("k"));
    let _eager = lab.query(&eager.query("e").refetch_on_reconnect(true));
    lab.advance(1);
    lab.online(false);
    lab.online(true);
    lab.advance(1);
    assert_eq!((server.calls(), eager.calls()), (1, 2));
}

#[test]
fn tags_find_queries_whatever_their_key() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let (list, count) = (server.query("list").tags(["notes", "all"]), server.query("count"));
    let _list = lab.query(&list);
    let _count = lab.query(&count.clone().tags(["notes"]));
    let _other = lab.query(&server.query("other").tags(["all"]));
    // Tags of another user of the same query are added.
    let _again = lab.query(&count.tags([Rc::from("numbers")]));
    let keys = |tag: Text| {
        let found = lab.client.keys(Filters::tagged(tag)).into_iter();
        let mut found: Vec<_> = found.map(|key| key.to_json()).collect();
        found.sort();
        found
    };
    assert_eq!(keys("notes"), ["\"count\"", "\"list\""]);
    assert_eq!(keys("all"), ["\"list\"", "\"other\""]);
    assert_eq!(keys("numbers"), ["\"count\""]);
    assert!(keys("nothing").is_empty());
    lab.advance(10);
    drop(lab.client.invalidate_queries(Filters::tagged("notes")));
    lab.flush();
    let status = |of: Text| lab.state(of).unwrap().fetch_status;
    let statuses = ["list", "count", "other"].map(status);
    assert_eq!(statuses, [FetchStatus::Fetching, FetchStatus::Fetching, FetchStatus::Idle]);
}

#[test]
fn a_prefetched_query_has_its_tags() {
    let lab = Lab::new();
    lab.client.set_query_defaults("notes", QueryDefaults::new().tags(["texts"])).unwrap();
    drop(lab.client.prefetch_query(lab.counter(10).query(("notes", 1))));
    lab.advance(10);
    lab.client.remove_queries(Filters::tagged("texts"));
    assert!(lab.state(("notes", 1)).is_none());
}

#[test]
fn a_query_without_end_does_not_keep_the_client_and_who_awaits_it_hears_of_that() {
    let lab = Lab::new();
    let query = query_options("k", |_| std::future::pending::<Result<i32, Text>>());
    let awaited = lab.run(lab.client.fetch_query(query));
    let Lab { sim, client } = lab;
    let weak = client.downgrade();
    drop(client);
    assert!(weak.upgrade().is_none());
    sim.flush();
    assert!(matches!(awaited.take(), Some(Err(QueryError::Cancelled))));
}
