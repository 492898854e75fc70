//! First loads, shared requests, and who is told of what.

#[path = "support/lab.rs"]
mod lab;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use lab::{Lab, Observer, Swr, ms, swr_watch};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::key::IntoKey;
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::observing::Watch;

/// P01.
#[test]
fn a_first_load_reports_itself_from_the_first_render_and_renders_twice() {
    let lab = Lab::new();
    let server = lab.server(10, |_| Ok("d"));
    let swr = lab.swr("swr", &server, &lab::SwrOptionsOf::new());
    let query = lab.query(&server.query("query"));
    assert!(swr.is_loading() && swr.is_validating() && swr.data::<&str>().is_none());
    assert_eq!(query.states(), (Status::Pending, FetchStatus::Fetching));
    assert!(query.is_loading());
    lab.advance(10);
    for shown in [&swr, &query] {
        assert_eq!(shown.data(), Some("d"));
        assert!(!shown.is_loading() && !shown.is_validating());
        assert_eq!(shown.told(), 1, "one more render after the first");
    }
}

/// P02.
#[test]
fn two_hooks_with_one_key_share_one_request() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let swr = [lab.swr("a", &server, &Swr::new()), lab.swr("a", &server, &Swr::new())];
    let query = [lab.query(&server.query("b")), lab.query(&server.query("b"))];
    let all = || swr.iter().chain(&query);
    assert!(all().all(Observer::is_validating));
    lab.advance(10);
    assert_eq!(server.calls(), 2, "one a key");
    assert!(all().all(|shown| shown.number().is_some() && !shown.is_validating()));
}

/// P03.
#[test]
fn a_remount_within_the_deduping_interval_asks_nothing() {
    for (deduping, value) in [(0, 1), (2_000, 0)] {
        let lab = Lab::new();
        let server = lab.counter(0);
        let options = Swr::new().deduping_interval(ms(deduping));
        let first = lab.swr("k", &server, &options);
        lab.flush();
        drop(first);
        lab.advance(20);
        let again = lab.swr("k", &server, &options);
        lab.flush();
        assert_eq!(again.number(), Some(value));
    }
}

#[test]
fn the_deduping_interval_counts_from_the_answer_and_ends_exactly() {
    let lab = Lab::new();
    let server = lab.counter(100);
    let options = Swr::new();
    let first = lab.swr("k", &server, &options);
    lab.advance(100);
    lab.advance(1_999);
    drop(lab.swr("k", &server, &options));
    lab.flush();
    assert_eq!(server.calls(), 1);
    lab.advance(1);
    let _late = lab.swr("k", &server, &options);
    lab.flush();
    assert_eq!(server.calls(), 2);
    drop(first);
}

/// P04.
#[test]
fn revalidate_on_mount_off_holds_for_the_first_mount_only() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let options = Swr::new().revalidate_on_mount(false);
    let shown = lab.swr("a", &server, &options);
    lab.advance(20);
    assert_eq!((server.calls(), shown.is_loading()), (0, false));
    shown.update(swr_watch("b", &server, &options));
    assert!(shown.is_loading());
    lab.flush();
    assert_eq!(server.calls(), 1);
}

/// P05.
#[test]
fn a_fallback_is_shown_until_there_is_data() {
    let lab = Lab::new();
    let server = lab.server(10, |_| Ok("d"));
    let options = lab::SwrOptionsOf::new().fallback_data("init");
    let shown = lab.swr("a", &server, &options);
    assert_eq!(shown.data(), Some("init"));
    assert!(shown.is_validating() && shown.is_loading());
    lab.advance(10);
    assert_eq!(shown.data(), Some("d"));
    let fixed = lab.swr("b", &server, &options.revalidate_if_stale(false));
    lab.advance(100);
    assert_eq!(fixed.data(), Some("init"));
    assert!(!fixed.is_loading() && !fixed.is_validating());
    assert_eq!(lab.data::<&str>("b"), None, "a fallback is never cached");
}

/// P06.
#[test]
fn nothing_is_fetched_without_a_key_until_there_is_one() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let swr = lab.swr(None::<&str>, &server, &Swr::new());
    let query = lab.query(&server.query(None::<&str>));
    lab.advance(10);
    assert_eq!(server.calls(), 0);
    assert!(!swr.is_loading() && !swr.is_validating());
    assert_eq!(query.states(), (Status::Pending, FetchStatus::Idle));
    swr.update(swr_watch(Some("k"), &server, &Swr::new()));
    query.update(lab.query_watch(&server.query(Some("k"))));
    lab.flush();
    assert_eq!(server.calls(), 1, "both wait for the same answer");
}

/// P07.
#[test]
fn losing_the_key_ends_validating_at_once() {
    let lab = Lab::new();
    let server = lab.counter(100);
    let shown = lab.swr(Some("a"), &server, &Swr::new());
    lab.advance(10);
    shown.update(swr_watch(Some("b"), &server, &Swr::new()));
    assert!(shown.is_validating());
    shown.update(swr_watch(None::<&str>, &server, &Swr::new()));
    assert!(!shown.is_validating());
    lab.advance(200);
    assert_eq!((shown.told(), shown.number()), (0, None));
}

/// P08.
#[test]
fn equal_values_are_one_key_and_different_ones_are_not() {
    #[derive(serde::Serialize)]
    struct Ordered {
        a: u8,
        b: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        c: Option<u8>,
    }
    let map = BTreeMap::from([("b", 2_u8), ("a", 1)]);
    let object = Ordered { a: 1, b: 2, c: None };
    let as_key = |value: serde_json::Value| value.to_key().ok().flatten();
    assert_eq!(
        as_key(serde_json::to_value(map).unwrap()),
        as_key(serde_json::to_value(object).unwrap())
    );
    let different = |a: serde_json::Value, b: serde_json::Value| assert_ne!(as_key(a), as_key(b));
    different(serde_json::json!(["\",\"", 1]), serde_json::json!(["", "", 1]));
    different(serde_json::json!([null]), serde_json::json!(["null"]));
    different(serde_json::json!([false]), serde_json::json!(["false"]));
    different(serde_json::json!([[[]]]), serde_json::json!([[], []]));
    different(serde_json::json!(["key"]), serde_json::json!("[\"key\"]"));
}

/// P09.
#[test]
fn revalidating_is_not_loading() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let shown = lab.swr("k", &server, &Swr::new());
    lab.advance(10);
    lab.run(lab.client.mutate::<i32, lab::Text>("k"));
    assert!(shown.is_validating() && !shown.is_loading());
    lab.advance(10);
    assert!(!shown.is_validating());
    assert_eq!(shown.told(), 3, "loaded, revalidating, done");
}

/// P10.
#[test]
fn a_component_renders_only_for_what_it_reads() {
    let lab = Lab::new();
    let server = lab.server(10, |_| Ok("same"));
    let watch = || swr_watch("k", &server, &lab::SwrOptionsOf::new());
    let data = Observer::new(&lab.client, watch(), Fields::DATA);
    let nothing = Observer::new(&lab.client, watch(), Fields::NONE);
    lab.advance(10);
    assert_eq!(data.told(), 1);
    lab.run(lab.client.mutate::<&str, lab::Text>("k"));
    lab.advance(10);
    assert_eq!((server.calls(), data.told(), nothing.told()), (2, 1, 0));
    let late = nothing.observer().view().read(Fields::NONE, |shown| shown.data.is_some());
    assert!(late, "what was not tracked is up to date all the same");
}

/// P11.
#[test]
fn equal_data_keeps_the_old_value() {
    let lab = Lab::new();
    let server = lab.server(0, |_| Ok(BTreeMap::from([("g", "hello")])));
    let query = server.query("k");
    let shown = Observer::new(&lab.client, lab.query_watch(&query), Fields::DATA);
    lab.flush();
    let read = || lab.client.get_query_data::<BTreeMap<&str, &str>>("k").unwrap().unwrap();
    let before = read();
    drop(shown.refetch());
    lab.flush();
    assert_eq!((server.calls(), shown.told()), (2, 1));
    assert!(Rc::ptr_eq(&before, &read()));
}

/// P12.
#[test]
fn who_reads_nothing_renders_on_everything_with_tanstack_query() {
    let lab = Lab::new();
    let server = lab.server(10, |_| Ok(5));
    let query = server.query("k");
    let all = Observer::new(&lab.client, lab.query_watch(&query), Fields::NONE);
    let watch = lab.query_watch(&query.clone().notify_on_change(Fields::DATA));
    let data = Observer::new(&lab.client, watch, Fields::ALL);
    lab.advance(10);
    assert_eq!((all.told(), data.told()), (1, 1));
    drop(all.refetch());
    lab.advance(10);
    assert_eq!((all.told(), data.told()), (3, 1));
}

/// P20.
#[test]
fn data_that_is_fresh_enough_is_not_fetched_on_mount() {
    let lab = Lab::new();
    let server = lab.counter(0);
    lab.run(lab.client.prefetch_query(server.query("k")));
    lab.advance(50);
    let fresh = lab.query(&server.query("k").stale_time(ms(100)));
    lab.flush();
    assert_eq!((server.calls(), fresh.is_stale()), (1, false));
    let _stale = lab.query(&server.query("k").stale_time(ms(10)));
    lab.flush();
    assert_eq!(server.calls(), 2);
}

/// P21.
#[test]
fn data_that_turns_stale_renders_once_and_fetches_nothing() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.query(&server.query("k").stale_time(ms(10)));
    lab.flush();
    let told = shown.told();
    assert!(!shown.is_stale());
    lab.advance(9);
    assert_eq!(shown.told(), told);
    lab.advance(2);
    assert!(shown.is_stale());
    assert_eq!((shown.told(), server.calls()), (told + 1, 1));
}

#[test]
fn staleness_that_is_read_only_after_the_data_came_still_flips() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let watch = lab.query_watch(&server.query("k").stale_time(ms(100)));
    let shown = Observer::new(&lab.client, watch, Fields::DATA);
    lab.flush();
    shown.observer().view().read(Fields::IS_STALE, |_| ());
    lab.advance(200);
    assert_eq!((shown.is_stale(), shown.told()), (true, 2));
}

/// P24.
#[test]
fn a_dependent_query_waits_for_its_input() {
    let lab = Lab::new();
    let (a, b) = (lab.counter(10), lab.counter(10));
    let first = lab.query(&a.query("a"));
    let second = lab.query(&b.query("b").enabled(false));
    lab.advance(9);
    assert_eq!(second.states(), (Status::Pending, FetchStatus::Idle));
    lab.advance(1);
    let ready = first.number().is_some();
    second.update(lab.query_watch(&b.query("b").enabled(ready)));
    assert_eq!(second.states(), (Status::Pending, FetchStatus::Fetching));
    lab.advance(10);
    assert_eq!(second.status(), Status::Success);
}

#[test]
fn a_hook_without_a_function_shows_what_others_fetch() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let watch = Watch { fetcher: None, ..swr_watch("k", &server, &Swr::new()) };
    let reader = Observer::new(&lab.client, watch, Fields::ALL);
    lab.advance(10);
    assert_eq!((server.calls(), reader.is_loading()), (0, false));
    let _hook = lab.swr("k", &server, &Swr::new());
    assert!(reader.is_loading());
    lab.advance(10);
    assert_eq!(reader.number(), Some(0));
}

#[test]
fn a_comparison_of_ones_own_decides_what_is_new() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let same = lab.swr("same", &server, &Swr::new().compare(|_, _| true));
    let other = lab.server(0, |_| Ok(7));
    let new = lab.query(&other.query("new").compare(|_, _| false));
    lab.flush();
    let before = lab.client.get_query_data::<i32>("new").unwrap().unwrap();
    lab.run(lab.client.mutate::<i32, lab::Text>("same"));
    drop(new.refetch());
    lab.flush();
    assert_eq!((server.calls(), same.number()), (2, Some(0)));
    let after = lab.client.get_query_data::<i32>("new").unwrap().unwrap();
    assert!(!Rc::ptr_eq(&before, &after), "never equal: stored as it is");
}

#[test]
fn a_listener_may_drop_observers_that_are_about_to_be_told() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let victim = Rc::new(std::cell::RefCell::new(None::<Observer>));
    let (inner, told) = (victim.clone(), Rc::<Cell<u32>>::default());
    let count = told.clone();
    let killer = lab.client.observe(
        swr_watch("k", &server, &Swr::new()),
        Rc::new(move || {
            count.set(count.get() + 1);
            inner.take();
        }),
    );
    killer.view().read(Fields::ALL, |_| ());
    let second = lab.swr("k", &server, &Swr::new());
    let heard = second.told_cell();
    victim.replace(Some(second));
    lab.advance(10);
    assert_eq!((told.get(), heard.get()), (1, 0), "who is gone is not told");
    assert_eq!(lab.client.engine().unwrap().observer_count(), 1);
}

#[test]
fn ten_thousand_observers_cost_linear_time() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let options = Swr::new().refresh_interval(Duration::from_secs(1));
    let watch = swr_watch("k", &server, &options);
    let copy = || Watch {
        key: watch.key.clone(),
        options: watch.options.clone(),
        fetcher: watch.fetcher.clone(),
    };
    let many: Vec<_> =
        (0..10_000).map(|_| Observer::new(&lab.client, copy(), Fields::DATA)).collect();
    for observer in &many {
        observer.update(copy());
    }
    lab.advance(10);
    assert!(many.iter().all(|observer| observer.told() == 1));
    assert_eq!(server.calls(), 1);
    drop(many);
    assert_eq!(lab.client.engine().unwrap().observer_count(), 0);
}
