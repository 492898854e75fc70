//! Components that show something made of the data: TanStack Query's `select`.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lab::{Lab, NEVER, Observer, Text, alice, bob, key};
use yew_clerk::client::QueryOptions;
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::erased::Data;
use yew_clerk::engine::observer::Fields;

type Selected<U = i32> = QueryOptions<i32, Text, U>;

thread_local! {
    static RUNS: Cell<u32> = const { Cell::new(0) };
}

fn tenfold(number: &i32) -> i32 {
    RUNS.set(RUNS.get() + 1);
    number * 10
}

fn even(number: &i32) -> Result<i32, Text> {
    if number % 2 == 0 { Ok(*number) } else { Err("odd") }
}

fn reading(lab: &Lab, query: &Selected, fields: Fields) -> Observer {
    Observer::new(&lab.client, lab.query_watch(query), fields)
}

/// P46.
#[test]
fn equal_data_is_not_selected_from_again() {
    let lab = Lab::new();
    let query = lab.server(10, |_| Ok(1)).query("k").select(tenfold);
    RUNS.set(0);
    let view = lab.query(&query);
    let shown = |view: &Observer| (view.states(), view.number());
    assert_eq!(shown(&view), ((Status::Pending, FetchStatus::Fetching), None));
    lab.advance(10);
    assert_eq!(shown(&view), ((Status::Success, FetchStatus::Idle), Some(10)));
    drop(view.refetch());
    assert_eq!(shown(&view), ((Status::Success, FetchStatus::Fetching), Some(10)));
    lab.advance(10);
    assert_eq!(shown(&view), ((Status::Success, FetchStatus::Idle), Some(10)));
    assert_eq!(RUNS.get(), 1);
}

/// P46.
#[test]
fn a_function_that_captures_nothing_is_the_same_in_every_render() {
    let lab = Lab::new();
    let server = lab.server(10, |_| Ok(1));
    let query = || server.query("k").select(|number| tenfold(number) / 10);
    RUNS.set(0);
    let view = lab.query(&query());
    lab.advance(10);
    view.update(lab.query_watch(&query()));
    view.update(lab.query_watch(&server.query("k").select(|number| tenfold(number) + 1)));
    // One run for the first function, one for the other.
    assert_eq!((RUNS.get(), view.number()), (2, Some(11)));
}

/// P46.
#[test]
fn a_function_that_captures_something_runs_again_unless_its_options_are_kept() {
    let lab = Lab::new();
    let server = lab.server(10, |_| Ok(1));
    let runs = Rc::<Cell<u32>>::default();
    let times = |factor: i32| {
        let runs = runs.clone();
        server.query("k").select(move |number| {
            runs.set(runs.get() + 1);
            number * factor
        })
    };
    let query = times(2);
    let view = lab.query(&query);
    lab.advance(10);
    view.update(lab.query_watch(&query.clone()));
    assert_eq!((runs.get(), view.number()), (1, Some(2)));
    view.update(lab.query_watch(&times(3)));
    assert_eq!((runs.get(), view.number()), (2, Some(3)));
}

#[test]
fn an_equal_selection_of_other_data_does_not_render() {
    let lab = Lab::new();
    let query = lab.counter(10).query("k").select(|number| number / 2);
    let view = reading(&lab, &query, Fields::DATA);
    lab.advance(10);
    let first = view.see(|shown| shown.data.clone()).unwrap();
    assert_eq!((view.told(), lab.data("k")), (1, Some(0)));
    drop(view.refetch());
    lab.advance(10);
    assert_eq!((view.told(), lab.data("k")), (1, Some(1)));
    assert!(view.see(|shown| shown.data.as_ref().unwrap().ptr_eq(&first)));
    drop(view.refetch());
    lab.advance(10);
    assert_eq!((view.told(), view.number()), (2, Some(1)));
}

#[test]
fn components_select_different_things_from_one_fetch() {
    let lab = Lab::new();
    let server = lab.server(10, |_| Ok(7));
    let whole = lab.query(&server.query("k"));
    let odd = lab.query(&server.query("k").select(|number| number % 2 == 1));
    let text = lab.query(&server.query("k").select(|n| n + 1).select(ToString::to_string));
    lab.advance(10);
    assert_eq!(whole.number(), Some(7));
    assert_eq!(odd.data::<bool>(), Some(true));
    assert_eq!(text.data::<String>().as_deref(), Some("8"));
    assert_eq!(server.calls(), 1);
}

/// P48.
#[test]
fn a_placeholder_is_selected_from_as_well() {
    let lab = Lab::new();
    let query = lab.counter(10).query("k").placeholder_data(5).select(tenfold);
    let view = lab.query(&query);
    assert_eq!((view.number(), view.is_placeholder()), (Some(50), true));
    assert_eq!(lab.data::<i32>("k"), None);
    lab.advance(10);
    assert_eq!((view.number(), view.is_placeholder()), (Some(0), false));
}

/// P49.
#[test]
fn the_previous_keys_data_is_selected_from_while_the_next_loads() {
    let lab = Lab::new();
    let server = lab.server(10, |n| Ok([4, 5][n as usize]));
    let query = |of: Text| server.query(of).keep_previous_data().select(tenfold);
    let view = lab.query(&query("one"));
    lab.advance(10);
    view.update(lab.query_watch(&query("two")));
    assert_eq!((view.number(), view.is_placeholder()), (Some(40), true));
    lab.advance(10);
    assert_eq!((view.number(), view.is_placeholder()), (Some(50), false));
}

#[test]
fn a_failing_selection_is_an_error_next_to_the_last_good_one() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let view = lab.query(&server.query("k").select_result(even));
    lab.advance(10);
    assert_eq!((view.status(), view.number()), (Status::Success, Some(0)));
    drop(view.refetch());
    lab.advance(10);
    assert_eq!((view.status(), view.number(), view.error()), (Status::Error, Some(0), Some("odd")));
    assert_eq!(view.see(|shown| shown.error_updated_at), lab.client.now());
    // The query itself is well, and nothing is tried again.
    let state = lab.state("k").unwrap();
    assert_eq!((state.status, state.error_update_count), (Status::Success, 0));
    lab.advance(60_000);
    assert_eq!(server.calls(), 2);
    drop(view.refetch());
    lab.advance(10);
    assert_eq!((view.status(), view.number(), view.error()), (Status::Success, Some(2), None));
}

#[test]
fn a_failing_selection_of_a_placeholder_is_no_placeholder() {
    let lab = Lab::new();
    let query = lab.counter(10).query("k").placeholder_data(5).select_result(even);
    let view = lab.query(&query);
    assert_eq!((view.status(), view.number()), (Status::Error, None));
    assert!(!view.is_placeholder() && !view.is_loading());
    lab.advance(10);
    assert_eq!((view.status(), view.number(), view.error()), (Status::Success, Some(0), None));
}

#[test]
fn the_error_of_a_selection_does_not_follow_to_another_key_nor_over_a_reset() {
    let lab = Lab::new();
    let server = lab.server(10, |n| Ok([2, 3, 5][n as usize]));
    let query = |of: Text| server.query(of).stale_time(NEVER).select_result(even);
    let view = lab.query(&query("one"));
    lab.advance(10);
    view.update(lab.query_watch(&query("two")));
    assert_eq!((view.status(), view.number(), view.error()), (Status::Pending, None, None));
    lab.advance(10);
    // The last good selection is of another key: it is not this one's data.
    assert_eq!((view.status(), view.number(), view.error()), (Status::Error, None, Some("odd")));
    drop(lab.client.reset_queries("two"));
    lab.flush();
    assert_eq!((view.status(), view.number(), view.error()), (Status::Pending, None, None));
}

#[test]
fn without_a_selection_any_more_the_data_is_shown_again() {
    let lab = Lab::new();
    let server = lab.server(10, |_| Ok(7));
    let view = lab.query(&server.query("k").select(tenfold));
    lab.advance(10);
    view.update(lab.query_watch(&server.query("k")));
    assert_eq!(view.number(), Some(7));
}

#[test]
fn a_selection_from_data_of_another_type_shows_nothing() {
    let lab = Lab::new();
    lab.client.set_query_data("k", 3_u8).unwrap();
    let view = lab.query(&lab.counter(10).query("k").enabled(false).select(tenfold));
    assert_eq!((view.status(), view.number(), view.error()), (Status::Error, None, None));
}

#[test]
fn a_selection_may_write_to_the_client() {
    let lab = Lab::new();
    let client = lab.client.clone();
    let query = lab.server(10, |_| Ok(1)).query("k").select(move |number| {
        client.set_query_data("seen", *number).unwrap();
        *number
    });
    let _view = lab.query(&query);
    lab.advance(10);
    assert_eq!(lab.data("seen"), Some(1));
}

/// What a user sees goes with them.
#[test]
fn nothing_selected_from_the_old_users_data_is_left_for_the_next() {
    let lab = Lab::new();
    lab.own(alice());
    let made = Rc::new(RefCell::new(Vec::new()));
    let keep = made.clone();
    let server = lab.server(10, |n| Ok([2, 3][n as usize]));
    let query = server.query("k").select_result(move |number| {
        let made = Rc::new(even(number)?);
        keep.borrow_mut().push(Rc::downgrade(&made));
        Ok(made)
    });
    let view = lab.query(&query);
    lab.advance(10);
    assert_eq!(view.data::<Rc<i32>>().as_deref(), Some(&2));
    lab.own(bob());
    assert_eq!((view.status(), view.data::<Rc<i32>>()), (Status::Pending, None));
    assert!(made.borrow().iter().all(|made| made.upgrade().is_none()));
    lab.advance(10);
    assert_eq!((view.error(), view.data::<Rc<i32>>()), (Some("odd"), None));
}

/// A placeholder leaves no moment without data between two users.
#[test]
fn a_failing_selection_does_not_fall_back_to_the_old_users() {
    let lab = Lab::new();
    lab.own(alice());
    let server = lab.server(10, |_| Ok(2));
    let query = server.query("k").placeholder_data(3).select_result(even);
    let view = lab.query(&query);
    lab.advance(10);
    assert_eq!(view.number(), Some(2));
    lab.own(bob());
    assert_eq!((view.error(), view.number()), (Some("odd"), None));
}

#[test]
fn fetches_without_a_component_give_the_whole_data() {
    let lab = Lab::new();
    let query = lab.server(10, |_| Ok(7)).query("k").select(tenfold);
    let fetched = lab.run(lab.client.fetch_query(query));
    lab.advance(10);
    assert_eq!(*fetched.take().unwrap().unwrap(), 7);
    let data = lab.client.engine().unwrap().data(&key("k"));
    assert_eq!(data.as_ref().and_then(Data::get::<i32>).as_deref(), Some(&7));
}
