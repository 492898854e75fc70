//! TanStack Query's own cases for lists of queries, for streamed queries and for what is fetched in advance.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;
#[path = "support/streams.rs"]
mod streams;

use std::cell::Cell;
use std::rc::Rc;

use lab::{DONE, Lab, Query, REFETCHING, Server, Text};
use streams::{Source, ticking};
use yew_clerk::client::{
    QueriesObserver, QueryContext, RefetchMode, StreamOptions, streamed_query,
};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::erased::Data;
use yew_clerk::engine::filters::Filters;
use yew_clerk::engine::observer::Fields;

struct Many {
    observer: QueriesObserver,
    told: Rc<Cell<u32>>,
}

impl Many {
    fn new(lab: &Lab, queries: &[&Query]) -> Self {
        let told = Rc::<Cell<u32>>::default();
        let count = told.clone();
        let listener = Rc::new(move || count.set(count.get() + 1));
        let watches = queries.iter().map(|query| lab.query_watch(query)).collect();
        Self { observer: lab.client.observe_queries(watches, listener), told }
    }

    fn update(&mut self, lab: &Lab, queries: &[&Query]) {
        self.observer.update(queries.iter().map(|query| lab.query_watch(query)).collect());
    }

    fn numbers(&self) -> Vec<Option<i32>> {
        let number = |data: &Data| data.get::<i32>().map(|number| *number);
        let shown = self.observer.observers().map(|one| one.view().clone());
        shown.map(|view| view.read(Fields::DATA, |s| s.data.as_ref().and_then(number))).collect()
    }
}

fn saying(lab: &Lab, number: i32) -> Server<i32> {
    lab.server(10, move |_| Ok(number))
}

#[test]
fn a_list_shows_the_result_of_each_and_follows_what_is_written() {
    let lab = Lab::new();
    let (one, two) = (saying(&lab, 1), saying(&lab, 2));
    two.delay.set(30);
    let many = Many::new(&lab, &[&one.query("one"), &two.query("two")]);
    assert_eq!(many.numbers(), [None, None]);
    lab.advance(10);
    assert_eq!((many.numbers(), many.told.get()), (vec![Some(1), None], 1));
    lab.advance(20);
    assert_eq!((many.numbers(), many.told.get()), (vec![Some(1), Some(2)], 2));
    lab.client.set_query_data("two", 3).expect("a key");
    assert_eq!((many.numbers(), many.told.get()), (vec![Some(1), Some(3)], 3));
}

#[test]
fn who_stays_in_a_list_is_not_fetched_anew_when_others_go_or_change_places() {
    let lab = Lab::new();
    let servers = [1, 2, 3].map(|n| saying(&lab, n));
    let [one, two, three] = [0, 1, 2].map(|at| servers[at].query(("n", at)));
    let mut many = Many::new(&lab, &[&one, &two]);
    lab.advance(10);
    many.update(&lab, &[&two, &one]);
    assert_eq!(many.numbers(), [Some(2), Some(1)]);
    many.update(&lab, &[&three, &two]);
    assert_eq!(many.numbers(), [None, Some(2)]);
    lab.advance(10);
    assert_eq!(many.numbers(), [Some(3), Some(2)]);
    many.update(&lab, &[]);
    assert_eq!((many.numbers(), servers.map(|server| server.calls())), (vec![], [1, 1, 1]));
}

#[test]
fn two_of_a_list_with_one_key_share_a_request() {
    let lab = Lab::new();
    let server = saying(&lab, 1);
    let many = Many::new(&lab, &[&server.query("k"), &server.query("k").enabled(false)]);
    lab.advance(10);
    assert_eq!((many.numbers(), server.calls()), (vec![Some(1), Some(1)], 1));
}

#[test]
fn a_list_that_goes_stops_what_can_be_stopped() {
    let lab = Lab::new();
    let (one, two) = (saying(&lab, 1).abortable(), saying(&lab, 2));
    let many = Many::new(&lab, &[&one.query("one"), &two.query("two")]);
    lab.advance(5);
    drop(many);
    lab.advance(10);
    assert_eq!((lab.data::<i32>("one"), lab.data("two")), (None, Some(2)));
    assert!(one.signal(0).is_aborted() && !two.signal(0).is_aborted());
}

#[test]
fn a_query_that_is_new_in_a_list_has_no_previous_data_wherever_it_stands() {
    let lab = Lab::new();
    let servers = [1, 2].map(|n| saying(&lab, n));
    let [one, two] = [0, 1].map(|at| servers[at].query(("n", at)).keep_previous_data());
    let mut many = Many::new(&lab, &[&one]);
    lab.advance(10);
    many.update(&lab, &[&two]);
    let shown = many.numbers();
    lab.advance(10);
    assert_eq!((shown, many.numbers()), (vec![None], vec![Some(2)]));
}

#[test]
fn fetching_queries_are_counted_by_key() {
    let lab = Lab::new();
    let servers = [saying(&lab, 1), saying(&lab, 2)];
    let count =
        || [Filters::default(), Filters::prefix(lab::key("a"))].map(|f| lab.client.is_fetching(f));
    let _one = lab.query(&servers[0].query(("a", 1)));
    lab.advance(5);
    let _two = lab.query(&servers[1].query(("b", 1)));
    assert_eq!(count(), [2, 1]);
    lab.advance(5);
    assert_eq!(count(), [1, 0]);
    lab.advance(5);
    assert_eq!(count(), [0, 0]);
}

#[test]
fn what_is_prefetched_is_joined_and_its_error_waits_for_who_comes() {
    let lab = Lab::new();
    let server = lab.broken(10);
    drop(lab.client.prefetch_query(server.query("k")));
    lab.advance(5);
    let view = lab.query(&server.query("k").retry_on_mount(false));
    lab.advance(5);
    assert_eq!((view.error(), server.calls(), view.status()), (Some("error 0"), 1, Status::Error));
    let late = lab.query(&server.query("k").retry_on_mount(false));
    lab.advance(50);
    assert_eq!((late.error(), server.calls()), (Some("error 0"), 1));
}

#[test]
fn a_stream_is_fetching_until_it_ends_and_shows_each_chunk() {
    let lab = Lab::new();
    let view = lab.query(&streamed_query("k", ticking(&lab, 3, &Rc::default())));
    assert_eq!(view.states(), (Status::Pending, FetchStatus::Fetching));
    for shown in [vec![0], vec![0, 1]] {
        lab.advance(50);
        assert_eq!((view.data(), view.states()), (Some(shown), REFETCHING));
    }
    lab.advance(50);
    assert_eq!((view.data(), view.fetch_status()), (Some(vec![0, 1, 2]), FetchStatus::Idle));
}

#[test]
fn a_refetch_of_a_stream_resets_appends_or_replaces() {
    for (mode, during, after) in [
        (RefetchMode::Reset, None, vec![2]),
        (RefetchMode::Append, Some(vec![1]), vec![1, 2]),
        (RefetchMode::Replace, Some(vec![1]), vec![2]),
    ] {
        let lab = Lab::new();
        let source = Source::new();
        let view = lab.query(&source.query_with("k", mode));
        lab.flush();
        source.send(&lab, 0, 1);
        source.end(&lab, 0);
        drop(view.refetch());
        lab.flush();
        assert_eq!(view.data::<Vec<i32>>(), during);
        assert_eq!(view.status(), if during.is_some() { Status::Success } else { Status::Pending });
        source.send(&lab, 1, 2);
        let replaces = mode == RefetchMode::Replace;
        assert_eq!(view.data(), Some(if replaces { vec![1] } else { after.clone() }));
        source.end(&lab, 1);
        assert_eq!((view.data(), view.states()), (Some(after), DONE));
    }
}

#[test]
fn a_stream_goes_back_to_initial_data_when_it_is_reset() {
    let lab = Lab::new();
    let source = Source::new();
    let view = lab.query(&source.query("k").initial_data(vec![9]).refetch_on_mount(false));
    drop(view.refetch());
    lab.flush();
    source.send(&lab, 0, 1);
    assert_eq!((view.data(), view.states()), (Some(vec![9, 1]), REFETCHING));
    source.end(&lab, 0);
    drop(view.refetch());
    lab.flush();
    assert_eq!(view.data(), Some(vec![9]));
}

#[test]
fn a_stream_is_read_to_its_end_unless_it_can_be_stopped() {
    for asks in [false, true] {
        let lab = Lab::new();
        let source = if asks { Source::new().abortable() } else { Source::new() };
        let view = lab.query(&source.query("k"));
        lab.flush();
        source.send(&lab, 0, 1);
        drop(view);
        source.send(&lab, 0, 2);
        source.end(&lab, 0);
        let kept = if asks { vec![1] } else { vec![1, 2] };
        assert_eq!((lab.data("k"), source.is_dropped(0)), (Some(kept), true));
        let status = lab.state("k").map(|state| (state.status, state.fetch_status));
        assert_eq!(status, Some(DONE));
    }
}

#[test]
fn a_cancelled_stream_keeps_what_came_and_waits_for_nothing() {
    let lab = Lab::new();
    let source = Source::new();
    let view = lab.query(&source.query("k"));
    lab.flush();
    source.send(&lab, 0, 1);
    lab.client.cancel_queries("k");
    source.send(&lab, 0, 2);
    assert_eq!((view.data(), view.states(), source.live()), (Some(vec![1]), DONE, 0));
}

#[test]
fn a_stream_without_chunks_is_its_initial_value() {
    let lab = Lab::new();
    let source = Source::new();
    let list = lab.query(&source.query("list"));
    let sum = StreamOptions::reducer(7, |sum: &mut i32, chunk: i32| *sum += chunk);
    let sum = lab.query(&source.query_with("sum", sum));
    lab.flush();
    source.end(&lab, 0);
    source.end(&lab, 1);
    assert_eq!((list.data::<Vec<i32>>(), sum.number()), (Some(vec![]), Some(7)));
    drop(sum.refetch());
    lab.flush();
    assert_eq!(sum.states(), (Status::Pending, FetchStatus::Fetching));
    source.send_each(&lab, 2, [1, 2]);
    assert_eq!(sum.number(), Some(10));
}

#[test]
fn a_chunk_is_reduced_once_also_in_a_stream_that_replaces() {
    let lab = Lab::new();
    let source = Source::new();
    let reduced = Rc::<Cell<u32>>::default();
    let count = reduced.clone();
    let reducer = StreamOptions::reducer(0, move |sum: &mut i32, chunk: i32| {
        count.set(count.get() + 1);
        *sum += chunk;
    });
    let view = lab.query(&source.query_with("k", reducer.refetch_mode(RefetchMode::Replace)));
    lab.flush();
    source.send_each(&lab, 0, [1, 2, 3]);
    source.end(&lab, 0);
    drop(view.refetch());
    lab.flush();
    source.send_each(&lab, 1, [4, 5]);
    assert_eq!((view.number(), reduced.get()), (Some(6), 5));
    source.end(&lab, 1);
    assert_eq!((view.number(), reduced.get()), (Some(9), 5));
}

#[test]
fn a_stream_that_breaks_is_an_error_next_to_what_came_and_a_connection_that_fails_one_without() {
    let lab = Lab::new();
    let source = Source::new();
    let view = lab.query(&source.query("k").retry(0));
    lab.flush();
    source.send(&lab, 0, 1);
    source.fail(&lab, 0, "broken");
    assert_eq!(
        (view.status(), view.error(), view.data()),
        (Status::Error, Some("broken"), Some(vec![1]))
    );
    let refused = |_: QueryContext| std::future::ready(Err::<streams::Reading, Text>("refused"));
    let other = lab.query(&streamed_query("other", refused).retry(0));
    lab.flush();
    assert_eq!((other.error(), other.data::<Vec<i32>>()), (Some("refused"), None));
}
