//! Streamed queries: what is shown while chunks come, what a refetch does, and when a stream ends.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;
#[path = "support/streams.rs"]
mod streams;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use lab::{Lab, Observer, Text, ms};
use streams::{Numbers, Source, ticking};
use yew_clerk::client::{RefetchMode, StreamOptions, streamed_query, streamed_query_with};
use yew_clerk::engine::entry::FetchStatus::{Fetching, Idle, Paused};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::time::Time;

type Shown = (Status, FetchStatus, Option<Vec<i32>>);

fn pending(fetch_status: FetchStatus) -> Shown {
    (Status::Pending, fetch_status, None)
}

fn success(fetch_status: FetchStatus, data: &[i32]) -> Shown {
    (Status::Success, fetch_status, Some(data.to_vec()))
}

fn failed(fetch_status: FetchStatus, data: &[i32]) -> Shown {
    (Status::Error, fetch_status, Some(data.to_vec()))
}

fn shown(by: &Observer) -> Shown {
    (by.status(), by.fetch_status(), by.data())
}

fn cached(lab: &Lab) -> Shown {
    lab.client.engine().unwrap().check().unwrap();
    let state = lab.state("k").expect("an entry");
    (state.status, state.fetch_status, lab.data("k"))
}

/// A query of numbers from `start` on, one each 50 ms.
fn clockwork(lab: &Lab, count: usize, start: &Rc<Cell<i32>>, mode: RefetchMode) -> Numbers {
    streamed_query_with("k", ticking(lab, count, start), mode)
}

fn refetch(lab: &Lab, by: &Observer) {
    drop(by.refetch());
    lab.flush();
}

#[test]
fn chunks_are_shown_as_they_come_until_the_stream_ends() {
    let lab = Lab::new();
    let hook = lab.query(&streamed_query("k", ticking(&lab, 3, &Rc::default())));
    let mut seen = vec![shown(&hook)];
    for _ in 0..3 {
        lab.advance(50);
        seen.push(shown(&hook));
    }
    let expected = [
        pending(Fetching),
        success(Fetching, &[0]),
        success(Fetching, &[0, 1]),
        success(Idle, &[0, 1, 2]),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_component_is_told_once_of_each_chunk_and_once_of_the_end() {
    let lab = Lab::new();
    let source = Source::new();
    let hook = lab.query(&source.query("k"));
    let reads_no_data = Observer::new(
        &lab.client,
        lab.query_watch(&source.query("k")),
        Fields::STATUS.with(Fields::FETCH_STATUS),
    );
    lab.flush();
    let mut told = Vec::new();
    for number in 0..3 {
        source.send(&lab, 0, number);
        told.push((hook.told(), reads_no_data.told()));
    }
    source.end(&lab, 0);
    told.push((hook.told(), reads_no_data.told()));
    assert_eq!(told, [(1, 1), (2, 1), (3, 1), (4, 2)]);
}

#[test]
fn chunks_that_are_ready_together_are_written_together() {
    let lab = Lab::new();
    let source = Source::new();
    let hook = lab.query(&source.query("k"));
    lab.flush();
    source.put_each(0, [4, 5, 6]);
    lab.flush();
    assert_eq!((shown(&hook), hook.told()), (success(Fetching, &[4, 5, 6]), 1));
    source.put(0, Ok(7));
    source.close(0);
    lab.flush();
    assert_eq!((shown(&hook), hook.told()), (success(Idle, &[4, 5, 6, 7]), 2));
}

#[test]
fn an_empty_stream_is_an_empty_list() {
    let lab = Lab::new();
    let source = Source::new();
    let hook = lab.query(&source.query("k"));
    lab.flush();
    assert_eq!(shown(&hook), pending(Fetching));
    source.end(&lab, 0);
    assert_eq!((shown(&hook), hook.told()), (success(Idle, &[]), 1));
}

#[test]
fn by_default_a_refetch_begins_anew_without_data() {
    let lab = Lab::new();
    let hook = lab.query(&clockwork(&lab, 2, &Rc::default(), RefetchMode::default()));
    lab.advance(100);
    let before = (shown(&hook), hook.see(|shown| shown.is_fetched));
    refetch(&lab, &hook);
    lab.advance(10);
    let emptied = (shown(&hook), hook.see(|shown| shown.is_fetched));
    let zero = lab.state("k").unwrap().data_updated_at;
    lab.advance(40);
    let growing = (shown(&hook), hook.see(|shown| shown.is_fetched_after_mount));
    lab.advance(50);
    assert_eq!(before, (success(Idle, &[0, 1]), true));
    assert_eq!((emptied, zero), ((pending(Fetching), false), Time::ZERO));
    assert_eq!((growing, shown(&hook)), ((success(Fetching, &[0]), true), before.0));
}

#[test]
fn append_continues_the_list_that_is_there() {
    let lab = Lab::new();
    let hook = lab.query(&clockwork(&lab, 2, &Rc::default(), RefetchMode::Append));
    lab.advance(100);
    refetch(&lab, &hook);
    lab.advance(10);
    let mut seen = vec![shown(&hook)];
    for wait in [40, 50] {
        lab.advance(wait);
        seen.push(shown(&hook));
    }
    let expected =
        [success(Fetching, &[0, 1]), success(Fetching, &[0, 1, 0]), success(Idle, &[0, 1, 0, 1])];
    assert_eq!(seen, expected);
}

#[test]
fn replace_keeps_the_old_list_until_the_new_one_is_whole() {
    let lab = Lab::new();
    let start = Rc::<Cell<i32>>::default();
    let hook = lab.query(&clockwork(&lab, 2, &start, RefetchMode::Replace));
    let mut seen = Vec::new();
    for wait in [50, 50] {
        lab.advance(wait);
        seen.push(shown(&hook));
    }
    start.set(100);
    refetch(&lab, &hook);
    for wait in [10, 40, 49, 1] {
        lab.advance(wait);
        seen.push(shown(&hook));
    }
    let old = success(Fetching, &[0, 1]);
    let expected = [
        success(Fetching, &[0]),
        success(Idle, &[0, 1]),
        old.clone(),
        old.clone(),
        old,
        success(Idle, &[100, 101]),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn an_empty_refetch_empties_with_replace_and_adds_nothing_with_append() {
    for (mode, left) in [(RefetchMode::Replace, vec![]), (RefetchMode::Append, vec![1])] {
        let lab = Lab::new();
        let source = Source::new();
        let hook = lab.query(&source.query_with("k", mode));
        lab.flush();
        source.send(&lab, 0, 1);
        source.end(&lab, 0);
        refetch(&lab, &hook);
        source.end(&lab, 1);
        assert_eq!(shown(&hook), success(Idle, &left), "{mode:?}");
    }
}

#[test]
fn every_chunk_is_reduced_once_whatever_the_refetch_does() {
    let lab = Lab::new();
    let source = Source::new();
    let reduced = Rc::new(RefCell::new(Vec::new()));
    let note = reduced.clone();
    let collect = move |list: &mut Vec<i32>, number| {
        note.borrow_mut().push(number);
        list.push(number);
    };
    let options = StreamOptions::reducer(vec![], collect).refetch_mode(RefetchMode::Replace);
    let hook = lab.query(&source.query_with("k", options));
    lab.flush();
    for stream in [0, 1] {
        source.send_each(&lab, stream, [1, 2]);
        source.put_each(stream, [3, 4]);
        source.end(&lab, stream);
        refetch(&lab, &hook);
    }
    assert_eq!(*reduced.borrow(), [1, 2, 3, 4, 1, 2, 3, 4]);
    assert_eq!(hook.data::<Vec<i32>>(), Some(vec![1, 2, 3, 4]));
}

#[test]
fn a_reducer_makes_something_else_of_the_chunks() {
    let lab = Lab::new();
    let source = Source::new();
    let options = StreamOptions::reducer(BTreeSet::from([10, 11]), |set, number| {
        set.insert(number);
    });
    let hook = lab.query(&source.query_with("k", options));
    lab.flush();
    assert_eq!((hook.status(), hook.data::<BTreeSet<i32>>()), (Status::Pending, None));
    source.send(&lab, 0, 5);
    source.send(&lab, 0, 10);
    source.end(&lab, 0);
    assert_eq!(hook.data(), Some(BTreeSet::from([5, 10, 11])));
}

#[test]
fn an_initial_value_that_looks_like_nothing_is_a_value() {
    let lab = Lab::new();
    let source = Source::new();
    let zero = lab.query(&source.query_with("sum", StreamOptions::reducer(0, |a, b| *a += b)));
    let never = StreamOptions::reducer(false, |seen, number: i32| *seen |= number == 7);
    let no = lab.query(&source.query_with("seen", never));
    let silent = StreamOptions::reducer(None::<i32>, |last, number| *last = Some(number));
    let none = lab.query(&source.query_with("last", silent));
    lab.flush();
    (0..3).for_each(|stream| source.end(&lab, stream));
    assert_eq!((zero.data(), no.data(), none.data()), (Some(0), Some(false), Some(None::<i32>)));
    for hook in [&zero, &no, &none] {
        assert_eq!((hook.states(), hook.is_loading()), ((Status::Success, Idle), false));
    }
}

#[test]
fn without_the_signal_a_stream_goes_on_when_nobody_shows_it() {
    let lab = Lab::new();
    let hook = lab.query(&clockwork(&lab, 3, &Rc::default(), RefetchMode::Reset));
    lab.advance(60);
    drop(hook);
    let mut seen = vec![cached(&lab)];
    for wait in [40, 50] {
        lab.advance(wait);
        seen.push(cached(&lab));
    }
    let expected = [success(Fetching, &[0]), success(Fetching, &[0, 1]), success(Idle, &[0, 1, 2])];
    assert_eq!(seen, expected);
}

#[test]
fn with_the_signal_it_stops_when_the_last_component_goes_and_keeps_what_came() {
    let lab = Lab::new();
    let source = Source::new().abortable();
    let (first, last) = (lab.query(&source.query("k")), lab.query(&source.query("k")));
    lab.flush();
    source.send(&lab, 0, 0);
    drop(first);
    lab.flush();
    assert!(!source.is_dropped(0));
    source.put(0, Ok(1));
    drop(last);
    assert_eq!(cached(&lab), success(Idle, &[0]));
    lab.flush();
    assert!(source.is_dropped(0));
    assert_eq!(cached(&lab), success(Idle, &[0]));
}

#[test]
fn a_refetch_that_goes_before_its_first_chunk_gives_the_old_data_back() {
    let lab = Lab::new();
    let source = Source::new().abortable();
    let hook = lab.query(&source.query("k"));
    lab.flush();
    source.send(&lab, 0, 1);
    source.end(&lab, 0);
    let old = lab.state("k").unwrap();
    lab.advance(10);
    refetch(&lab, &hook);
    assert_eq!(cached(&lab), pending(Fetching));
    drop(hook);
    let new = lab.state("k").unwrap();
    assert_eq!(cached(&lab), success(Idle, &[1]));
    assert_eq!(new.data_updated_at, old.data_updated_at);
    assert_eq!(new.data_update_count, old.data_update_count);
    lab.flush();
    assert_eq!((source.live(), lab.fetching()), (0, 0));
}

#[test]
fn a_refetch_during_the_stream_takes_its_place() {
    for source in [Source::new(), Source::new().abortable()] {
        let lab = Lab::new();
        let hook = lab.query(&source.query_with("k", RefetchMode::Append));
        lab.flush();
        source.send_each(&lab, 0, [0, 1]);
        refetch(&lab, &hook);
        assert_eq!((source.calls(), source.is_dropped(0)), (2, true));
        source.send(&lab, 0, 99);
        let before = shown(&hook);
        source.send_each(&lab, 1, [0, 1, 2]);
        source.end(&lab, 1);
        assert_eq!(before, success(Fetching, &[0, 1]));
        assert_eq!(shown(&hook), success(Idle, &[0, 1, 0, 1, 2]));
    }
}

#[test]
fn a_refetch_before_the_first_chunk_joins_the_stream() {
    let lab = Lab::new();
    let source = Source::new();
    let hook = lab.query(&source.query("k"));
    lab.flush();
    refetch(&lab, &hook);
    assert_eq!((source.calls(), source.live()), (1, 1));
}

#[test]
fn a_replacing_stream_that_was_overtaken_replaces_nothing() {
    let lab = Lab::new();
    let source = Source::new();
    let hook = lab.query(&source.query_with("k", RefetchMode::Replace));
    lab.flush();
    source.send(&lab, 0, 0);
    source.end(&lab, 0);
    refetch(&lab, &hook);
    source.send(&lab, 1, 1);
    refetch(&lab, &hook);
    source.send(&lab, 2, 100);
    source.end(&lab, 2);
    source.end(&lab, 1);
    assert_eq!(shown(&hook), success(Idle, &[100]));
}

#[test]
fn an_error_in_the_middle_stands_next_to_the_chunks_that_came() {
    let lab = Lab::new();
    let source = Source::new();
    let hook = lab.query(&source.query("k").retry(0));
    lab.flush();
    source.send(&lab, 0, 0);
    source.put(0, Ok(1));
    source.fail(&lab, 0, "broken");
    assert_eq!((shown(&hook), hook.error()), (failed(Idle, &[0, 1]), Some("broken")));
    assert!(source.is_dropped(0));
    refetch(&lab, &hook);
    assert_eq!((shown(&hook), hook.error()), (pending(Fetching), None));
}

#[test]
fn a_retry_calls_the_function_anew_and_does_what_a_refetch_does() {
    let left = |mode, during: &[i32], after: &[i32]| {
        let lab = Lab::new();
        let source = Source::new();
        let hook = lab.query(&source.query_with("k", mode).retry(1).retry_delay(ms(100)));
        lab.flush();
        source.send_each(&lab, 0, [1, 2]);
        source.fail(&lab, 0, "broken");
        assert_eq!((shown(&hook), hook.failures()), (success(Fetching, &[1, 2]), 1));
        lab.advance(100);
        assert_eq!((source.calls(), hook.failures(), hook.error()), (2, 1, None), "{mode:?}");
        source.send(&lab, 1, 3);
        assert_eq!(shown(&hook), success(Fetching, during), "{mode:?}");
        source.end(&lab, 1);
        assert_eq!((shown(&hook), hook.failures()), (success(Idle, after), 0), "{mode:?}");
    };
    left(RefetchMode::Reset, &[3], &[3]);
    left(RefetchMode::Append, &[1, 2, 3], &[1, 2, 3]);
    left(RefetchMode::Replace, &[1, 2], &[3]);
}

#[test]
fn what_cannot_connect_fails_and_is_tried_again() {
    let lab = Lab::new();
    let source = Source::new();
    let (calls, open) = (Rc::<Cell<u32>>::default(), source.clone());
    let query = streamed_query("k", move |context| {
        let call = calls.replace(calls.get() + 1);
        std::future::ready(if call == 0 { Err("no line") } else { Ok(open.open(&context)) })
    });
    let hook = lab.query(&query.retry(1).retry_delay(ms(100)));
    lab.flush();
    assert_eq!((shown(&hook), hook.failures()), (pending(Fetching), 1));
    lab.advance(100);
    source.send(&lab, 0, 1);
    source.fail(&lab, 0, "cut");
    assert_eq!((shown(&hook), hook.error()), (failed(Idle, &[1]), Some("cut")));
}

#[test]
fn initial_data_is_what_the_first_chunks_continue_and_a_reset_goes_back_to() {
    let lab = Lab::new();
    let source = Source::new();
    let hook = lab.query(&source.query("k").initial_data(vec![7]).retry(0));
    lab.flush();
    source.send(&lab, 0, 0);
    source.end(&lab, 0);
    assert_eq!(shown(&hook), success(Idle, &[7, 0]));
    refetch(&lab, &hook);
    assert_eq!(shown(&hook), success(Fetching, &[7]));
    source.fail(&lab, 1, "broken");
    assert_eq!((shown(&hook), hook.error()), (failed(Idle, &[7]), Some("broken")));
    refetch(&lab, &hook);
    assert_eq!((shown(&hook), hook.error()), (success(Fetching, &[7]), None));
    source.send(&lab, 2, 1);
    source.end(&lab, 2);
    assert_eq!((shown(&hook), hook.error()), (success(Idle, &[7, 1]), None));
}

#[test]
fn what_fails_before_its_first_chunk_is_pending_again_when_refetched() {
    let lab = Lab::new();
    let source = Source::new();
    let hook = lab.query(&source.query("k").retry(0));
    lab.flush();
    source.fail(&lab, 0, "broken");
    let broken = (hook.states(), hook.error());
    refetch(&lab, &hook);
    assert_eq!(broken, ((Status::Error, Idle), Some("broken")));
    assert_eq!((shown(&hook), hook.error()), (pending(Fetching), None));
    let state = lab.state("k").unwrap();
    assert_eq!((state.error_update_count, state.error_updated_at), (0, Time::ZERO));
    source.send(&lab, 1, 0);
    source.end(&lab, 1);
    assert_eq!(shown(&hook), success(Idle, &[0]));
}

#[test]
fn a_disabled_query_streams_only_on_request() {
    let lab = Lab::new();
    let source = Source::new();
    let hook = lab.query(&source.query("k").enabled(false));
    lab.flush();
    assert_eq!((shown(&hook), source.calls()), (pending(Idle), 0));
    refetch(&lab, &hook);
    source.send(&lab, 0, 1);
    assert_eq!(shown(&hook), success(Fetching, &[1]));
    source.end(&lab, 0);
    assert_eq!(shown(&hook), success(Idle, &[1]));
}

#[test]
fn a_refetch_that_waits_for_the_network_takes_nothing_away() {
    let lab = Lab::new();
    let source = Source::new();
    let hook = lab.query(&source.query("k"));
    lab.flush();
    source.send(&lab, 0, 1);
    source.end(&lab, 0);
    lab.online(false);
    refetch(&lab, &hook);
    let offline = shown(&hook);
    lab.online(true);
    assert_eq!((offline, shown(&hook)), (success(Paused, &[1]), pending(Fetching)));
}

#[test]
fn chunks_may_be_lists_and_shown_is_what_is_selected() {
    let lab = Lab::new();
    let (source, asked) = (Source::new(), Rc::<Cell<u32>>::default());
    let count = asked.clone();
    let query = source.query("k").select(move |list| {
        count.set(count.get() + 1);
        list.len()
    });
    let hook = lab.query(&query);
    let pairs = streamed_query("pairs", |_| async {
        Ok::<_, Text>(futures::stream::iter([Ok(vec![0, 0]), Ok(vec![1, 1])]))
    });
    let pairs = lab.query(&pairs);
    lab.flush();
    source.send_each(&lab, 0, [3, 4]);
    source.end(&lab, 0);
    assert_eq!((hook.data(), asked.get()), (Some(2_usize), 2));
    assert_eq!(pairs.data(), Some(vec![vec![0, 0], vec![1, 1]]));
}
