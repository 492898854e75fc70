//! Options that are computed: from the query's state, or from the last data.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;

use std::rc::Rc;
use std::time::Duration;

use lab::{Lab, Text, alice, bob, ms};
use yew_clerk::client::QueryDefaults;
use yew_clerk::engine::entry::{QueryState, Status};
use yew_clerk::engine::erased::Data;
use yew_clerk::engine::options::StaleTime;

fn number(state: &QueryState) -> Option<i32> {
    state.data.as_ref().and_then(Data::get).map(|number: Rc<i32>| *number)
}

fn minute_from_one(state: &QueryState) -> StaleTime {
    let has_one = number(state).is_some_and(|number| number > 0);
    StaleTime::After(if has_one { Duration::from_secs(60) } else { Duration::ZERO })
}

#[test]
fn a_query_may_be_enabled_by_its_own_state() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let until_one = |state: &QueryState| number(state).is_none_or(|number| number < 1);
    let query = server.query("k").enabled_with(until_one);
    let view = lab.query(&query);
    assert!(view.see(|shown| shown.is_enabled));
    lab.advance(10);
    lab.focus();
    lab.advance(10);
    assert_eq!((view.number(), server.calls()), (Some(1), 2));
    // Disabled now: never stale, and no trigger fetches.
    assert!(!view.see(|shown| shown.is_enabled) && !view.is_stale());
    lab.focus();
    view.update(lab.query_watch(&query));
    drop(lab.client.invalidate_queries("k"));
    lab.advance(10);
    assert_eq!(server.calls(), 2);
    drop(view.refetch());
    lab.advance(10);
    assert_eq!(view.number(), Some(2));
}

#[test]
fn a_poll_goes_on_as_long_as_the_state_says_so() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let few = |state: &QueryState| number(state).is_none_or(|number| number < 3);
    let _view = lab.query(&server.query("k").enabled_with(few).refetch_interval(ms(10)));
    lab.advance(200);
    assert_eq!(server.calls(), 4);
    // Back in a state that is enabled, it polls again.
    lab.client.set_query_data("k", 0).unwrap();
    lab.advance(10);
    assert_eq!(server.calls(), 5);
}

#[test]
fn a_query_that_is_disabled_by_its_state_starts_when_it_is_told_otherwise() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let view = lab.query(&server.query("k").enabled_with(|_| false));
    lab.advance(10);
    assert_eq!((view.status(), server.calls()), (Status::Pending, 0));
    view.update(lab.query_watch(&server.query("k").enabled_with(|_| false).enabled(true)));
    lab.advance(10);
    assert_eq!(view.number(), Some(0));
}

#[test]
fn freshness_may_depend_on_the_data() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let view = lab.query(&server.query("k").stale_time_with(minute_from_one));
    lab.advance(10);
    assert!(view.is_stale());
    lab.focus();
    lab.advance(10);
    assert!(!view.is_stale());
    lab.focus();
    assert_eq!(server.calls(), 2);
    lab.advance(60_000);
    assert!(view.is_stale());
}

#[test]
fn computed_options_may_be_defaults_and_give_way_to_plain_ones() {
    let lab = Lab::new();
    lab.client.set_default_options(
        QueryDefaults::new().stale_time_with(|_| StaleTime::Static).enabled_with(|_| false),
    );
    lab.client.set_query_data("k", 1).unwrap();
    let server = lab.counter(10);
    let view = lab.query(&server.query("k").enabled(true).stale_time(Duration::ZERO));
    assert!(view.is_stale());
    lab.advance(10);
    assert_eq!((view.number(), server.calls()), (Some(0), 1));
}

/// P48, with the last key's data.
#[test]
fn a_placeholder_may_be_made_of_the_last_data() {
    let lab = Lab::new();
    let server = lab.server(10, |n| Ok(i32::try_from(n).unwrap() + 1));
    let tenfold = |last: Option<&i32>| last.map(|number| number * 10);
    let query = |of: Text| server.query(of).placeholder_data_with(tenfold);
    let view = lab.query(&query("one"));
    assert_eq!((view.number(), view.is_placeholder()), (None, false));
    lab.advance(10);
    view.update(lab.query_watch(&query("two")));
    assert_eq!((view.number(), view.is_placeholder()), (Some(10), true));
    let first = view.see(|shown| shown.data.clone()).unwrap();
    // Made again, and still the same.
    view.update(lab.query_watch(&query("two")));
    assert!(view.see(|shown| shown.data.as_ref().unwrap().ptr_eq(&first)));
    lab.advance(10);
    assert_eq!((view.number(), view.is_placeholder()), (Some(2), false));
}

#[test]
fn no_placeholder_is_made_of_the_old_users_data() {
    let lab = Lab::new();
    lab.own(alice());
    let server = lab.counter(10);
    let view = lab.query(&server.query("k").placeholder_data_with(|last| last.copied()));
    lab.advance(10);
    assert_eq!(view.number(), Some(0));
    lab.own(bob());
    assert_eq!((view.number(), view.status()), (None, Status::Pending));
}
