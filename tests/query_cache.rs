//! The cache of queries as a view: what is found in it, and what listeners can make of it.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/heard.rs"]
mod heard;
#[path = "support/lab.rs"]
mod lab;

use std::cell::RefCell;

use heard::listening;
use lab::{Lab, Text, key, ms};
use yew_clerk::auth::Subscription;
use yew_clerk::client::QueryClient;
use yew_clerk::engine::events::QueryEventKind;
use yew_clerk::engine::filters::{Activity, Filters};
use yew_clerk::engine::queries::RefetchType;

#[test]
fn queries_are_found_by_filters_with_what_they_hold() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let _shown = lab.query(&server.query(("notes", 1)).stale_time(ms(10)));
    lab.client.set_query_data(("notes", 2), 8).unwrap();
    lab.client.set_query_data("k", "text").unwrap();
    lab.flush();
    let cache = lab.client.query_cache();
    assert_eq!(cache.get_all().len(), 3);
    assert_eq!(cache.find_all("notes").len(), 2);
    assert!(cache.find("notes").is_none(), "a key is the whole key");
    let watched = cache.find(("notes", 1)).unwrap();
    assert_eq!(
        (watched.observers_count(), watched.is_active(), watched.is_stale()),
        (1, true, false)
    );
    assert_eq!((watched.data::<i32>().as_deref(), watched.key()), (Some(&0), &key(("notes", 1))));
    let inactive = Filters { activity: Activity::Inactive, ..Filters::default() };
    assert_eq!(cache.find_all(inactive.clone()).len(), 2);
    let other = cache.find(Filters { key: Some(key(("notes", 2))), ..inactive }).unwrap();
    assert_eq!(
        (other.observers_count(), other.is_active(), other.data::<Text>()),
        (0, false, None)
    );
    assert_eq!(other.state().data_update_count, 1);
    assert!(cache.find(Filters::matching(|key| key.as_str() == Some("k"))).is_some());
    lab.advance(10);
    assert!(cache.find(("notes", 1)).unwrap().is_stale());
    assert!(lab.client.query_cache() == cache && Lab::new().client.query_cache() != cache);
}

/// Keeps no more than `most` queries that nobody watches: the example of `subscribe`.
fn limit_cache(client: &QueryClient, most: usize) -> Subscription {
    let client_of_now = client.downgrade();
    let unwatched = Filters { activity: Activity::Inactive, ..Filters::default() };
    let used = RefCell::new(Vec::new());
    client.query_cache().subscribe(move |event| {
        let mut used = used.borrow_mut();
        used.retain(|key| *key != event.key);
        if event.kind != QueryEventKind::Removed {
            used.push(event.key.clone());
        }
        let Some(client) = client_of_now.upgrade() else { return };
        let mut inactive = client.query_cache().find_all(unwatched.clone());
        let too_many = inactive.len().saturating_sub(most);
        inactive.sort_by_key(|query| used.iter().position(|key| key == query.key()));
        for query in inactive.iter().take(too_many) {
            client.remove_queries(Filters::exact(query.key().clone()));
        }
    })
}

#[test]
fn a_listener_can_keep_the_cache_small_and_throw_out_what_was_used_least_recently() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let _limit = limit_cache(&lab.client, 2);
    let shown = lab.query(&server.query("shown"));
    for n in 0..3 {
        lab.client.set_query_data(n, n).unwrap();
        lab.flush();
    }
    let has = |n: i32| lab.client.query_cache().find(n).is_some();
    assert_eq!([has(0), has(1), has(2)], [false, true, true]);
    lab.client.set_query_data(1, 10).unwrap();
    lab.flush();
    lab.client.set_query_data(3, 3).unwrap();
    lab.flush();
    assert_eq!([has(1), has(2), has(3)], [true, false, true], "1 was used after 2");
    drop(shown);
    lab.flush();
    let left = lab.client.query_cache().find("shown").is_some();
    assert_eq!((left, has(1), has(3)), (true, false, true));
}

/// TanStack Query's own example of it.
#[test]
fn what_is_added_can_throw_out_all_that_nobody_watches() {
    let lab = Lab::new();
    let client = lab.client.downgrade();
    let _limit = lab.client.query_cache().subscribe(move |event| {
        let Some(client) = client.upgrade() else { return };
        if event.kind == QueryEventKind::Added && client.query_cache().get_all().len() > 2 {
            let added = event.key.clone();
            let others = Filters::matching(move |key| *key != added);
            client.remove_queries(Filters { activity: Activity::Inactive, ..others });
        }
    });
    let server = lab.counter(0);
    let _shown = lab.query(&server.query("shown"));
    lab.run(lab.client.prefetch_query(server.query(1)));
    lab.run(lab.client.prefetch_query(server.query(2)));
    lab.flush();
    let has = |key: &str| lab.client.query_cache().find(key).is_some();
    let numbers = lab.client.query_cache().get_all().len();
    assert_eq!((has("shown"), numbers), (true, 2));
    assert!(lab.client.query_cache().find(2).is_some());
}

#[test]
fn ten_thousand_queries_are_told_in_order_and_in_no_long_time() {
    let (lab, heard, _listens) = listening();
    let server = lab.counter(0);
    let all: Vec<_> = (0..10_000).map(|n| lab.query(&server.query(n).enabled(false))).collect();
    lab.flush();
    assert_eq!(heard.take().len(), 20_000);
    lab.client.set_queries_data(Filters::default(), |_: Option<&i32>| Some(1));
    lab.flush();
    let told = heard.take();
    assert_eq!(told.len(), 20_000);
    for (n, pair) in told.chunks(2).enumerate() {
        assert_eq!(pair, [format!("{n} results"), format!("{n} manual success")]);
    }
    drop(lab.client.invalidate_queries_with(Filters::default(), RefetchType::None));
    lab.client.clear();
    lab.flush();
    let removed = heard.take().iter().filter(|event| event.ends_with("removed")).count();
    assert_eq!(removed, 10_000);
    drop(all);
}
