//! Streamed queries and the rest of the cache: writes by hand, mutations, owners, and time.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;
#[path = "support/streams.rs"]
mod streams;

use std::rc::Rc;

use lab::{Lab, NEVER, Observer, Text, alice, bob, ms};
use streams::Source;
use yew_clerk::client::{MutatorOptions, QueryError, RefetchMode, StreamOptions};
use yew_clerk::engine::entry::FetchStatus::{Fetching, Idle};
use yew_clerk::engine::entry::Status::{Error, Pending, Success};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::event::Owner;
use yew_clerk::engine::options::Access;

type Numbers = Vec<i32>;

fn cached(lab: &Lab) -> (Status, FetchStatus, Option<Numbers>) {
    lab.client.engine().unwrap().check().unwrap();
    let state = lab.state("k").expect("an entry");
    (state.status, state.fetch_status, lab.data("k"))
}

/// A component with a stream that has brought 0 and 1.
fn begun(lab: &Lab, source: &Source) -> Observer {
    let hook = lab.query(&source.query("k"));
    lab.flush();
    source.send_each(lab, 0, [0, 1]);
    hook
}

#[test]
fn the_next_chunk_continues_what_was_written_by_hand() {
    let lab = Lab::new();
    let source = Source::new().abortable();
    let hook = begun(&lab, &source);
    lab.client.set_query_data("k", vec![9]).unwrap();
    source.send(&lab, 0, 2);
    assert_eq!(cached(&lab), (Success, Fetching, Some(vec![9, 2])));
    lab.client.set_query_data("k", vec![8]).unwrap();
    drop(hook);
    assert_eq!(cached(&lab), (Success, Idle, Some(vec![8])));
}

#[test]
fn what_was_written_by_hand_is_what_a_stream_ends_with_if_nothing_more_comes() {
    let lab = Lab::new();
    let source = Source::new();
    let _hook = begun(&lab, &source);
    lab.client.set_query_data("k", vec![9]).unwrap();
    source.end(&lab, 0);
    assert_eq!(cached(&lab), (Success, Idle, Some(vec![9])));
}

#[test]
fn written_by_hand_after_a_reset_it_is_not_taken_back_with_the_old_data() {
    let lab = Lab::new();
    let source = Source::new().abortable();
    let hook = begun(&lab, &source);
    drop(hook.refetch());
    lab.flush();
    lab.client.set_query_data("k", vec![9]).unwrap();
    lab.client.cancel_queries("k");
    assert_eq!(cached(&lab), (Success, Idle, Some(vec![9])));
}

#[test]
fn data_of_another_type_is_written_over() {
    let lab = Lab::new();
    let source = Source::new();
    lab.client.set_query_data("k", "text").unwrap();
    let hook = lab.query(&source.query_with("k", RefetchMode::Append));
    lab.flush();
    source.send(&lab, 0, 1);
    assert_eq!(hook.data(), Some(vec![1]));
}

#[test]
fn a_cancelled_stream_keeps_what_came_and_is_dropped() {
    let lab = Lab::new();
    let source = Source::new();
    let hook = begun(&lab, &source);
    source.put(0, Ok(2));
    lab.client.cancel_queries("k");
    lab.flush();
    assert!(source.is_dropped(0));
    assert_eq!(cached(&lab), (Success, Idle, Some(vec![0, 1])));
    assert_eq!(hook.data(), Some(vec![0, 1]));
}

#[test]
fn a_reset_that_is_cancelled_before_its_first_chunk_is_as_if_it_had_not_been() {
    let lab = Lab::new();
    let source = Source::new();
    let hook = lab.query(&source.query("k").retry(0));
    lab.flush();
    source.send(&lab, 0, 1);
    source.fail(&lab, 0, "broken");
    let told = hook.told();
    let before = lab.state("k").unwrap();
    drop(hook.refetch());
    lab.flush();
    assert_eq!((cached(&lab), hook.error()), ((Pending, Fetching, None), None));
    lab.client.cancel_queries("k");
    lab.flush();
    let after = lab.state("k").unwrap();
    assert_eq!((cached(&lab), hook.error()), ((Error, Idle, Some(vec![1])), Some("broken")));
    assert!(after.is_invalidated && before.is_invalidated);
    assert_eq!(after.error_updated_at, before.error_updated_at);
    assert_eq!(after.error_update_count, before.error_update_count);
    assert_eq!((source.live(), hook.told()), (0, told + 3));
}

#[test]
fn a_removed_query_gets_no_more_chunks_and_a_reset_one_begins_anew() {
    let lab = Lab::new();
    let source = Source::new();
    let _hook = begun(&lab, &source);
    drop(lab.client.reset_queries("k"));
    assert_eq!(cached(&lab), (Pending, Fetching, None));
    source.send(&lab, 0, 2);
    assert!(source.is_dropped(0));
    source.send(&lab, 1, 3);
    assert_eq!(cached(&lab), (Success, Fetching, Some(vec![3])));
    lab.client.remove_queries("k");
    source.send(&lab, 1, 4);
    assert_eq!((source.live(), lab.entries(), lab.fetching()), (0, 0, 0));
}

#[test]
fn a_mutation_is_newer_than_the_stream_that_runs() {
    let lab = Lab::new();
    let source = Source::new();
    let _hook = begun(&lab, &source);
    let result = lab.sim.sleep(ms(100));
    let change = async move {
        result.await;
        Ok::<_, Text>(vec![5])
    };
    let shown = MutatorOptions::new().optimistic_data(vec![7]).revalidate(false);
    drop(lab.client.mutate_async("k", change, shown));
    source.send(&lab, 0, 2);
    assert_eq!(cached(&lab), (Success, Idle, Some(vec![7])));
    lab.advance(100);
    assert_eq!((cached(&lab), source.live()), ((Success, Idle, Some(vec![5])), 0));
}

#[test]
fn an_optimistic_change_lies_over_the_chunks_until_the_stream_has_ended() {
    let lab = Lab::new();
    let source = Source::new();
    let hook = begun(&lab, &source);
    source.end(&lab, 0);
    let more = |list: Option<Rc<Numbers>>| {
        list.iter().flat_map(|list| list.iter().copied()).chain([100]).collect()
    };
    let done = async { Ok::<_, Text>(vec![]) };
    let options = MutatorOptions::new().optimistic_with(more).populate_cache(false);
    drop(lab.client.mutate_async("k", done, options));
    lab.flush();
    assert_eq!(source.calls(), 2);
    let mut seen = vec![hook.data::<Numbers>()];
    source.send(&lab, 1, 5);
    seen.push(hook.data());
    source.end(&lab, 1);
    seen.push(hook.data());
    assert_eq!(seen, [Some(vec![100]), Some(vec![5, 100]), Some(vec![5])]);
}

#[test]
fn another_owner_sees_nothing_of_the_stream_and_begins_an_own_one() {
    let lab = Lab::new();
    lab.own(alice());
    let source = Source::new();
    let hook = begun(&lab, &source);
    source.put(0, Ok(2));
    lab.client.set_owner(bob());
    assert_eq!(hook.data::<Numbers>(), None);
    lab.flush();
    assert_eq!((source.calls(), source.is_dropped(0)), (2, true));
    assert_eq!(cached(&lab), (Pending, Fetching, None));
    source.send(&lab, 1, 7);
    source.end(&lab, 1);
    assert_eq!(hook.data(), Some(vec![7]));
}

#[test]
fn what_a_reset_has_taken_away_does_not_come_back_to_another_owner() {
    let lab = Lab::new();
    lab.own(alice());
    let source = Source::new().abortable();
    let hook = begun(&lab, &source);
    drop(hook.refetch());
    lab.flush();
    assert_eq!((source.calls(), cached(&lab)), (2, (Pending, Fetching, None)));
    lab.own(Owner::Unknown);
    lab.own(bob());
    lab.client.cancel_queries("k");
    assert_eq!(cached(&lab), (Pending, Idle, None));
    drop(hook);
    lab.flush();
    assert_eq!((lab.data::<Numbers>("k"), source.live()), (None, 0));
}

#[test]
fn public_data_streams_on_whoever_signs_in() {
    let lab = Lab::new();
    lab.own(alice());
    let source = Source::new();
    let hook = lab.query(&source.query("k").access(Access::Public));
    lab.flush();
    source.send(&lab, 0, 0);
    lab.own(bob());
    source.send(&lab, 0, 1);
    assert_eq!((hook.data(), source.calls()), (Some(vec![0, 1]), 1));
}

#[test]
fn who_awaits_a_fetch_gets_the_whole_and_others_what_there_is() {
    let lab = Lab::new();
    let source = Source::new();
    let whole = lab.run(lab.client.fetch_query(source.query("k")));
    let joined = lab.run(lab.client.fetch_query(source.query("k")));
    source.send(&lab, 0, 0);
    let there = lab.run(lab.client.ensure_query_data(source.query("k")));
    assert_eq!(there.take().unwrap().unwrap(), Rc::new(vec![0]));
    source.send(&lab, 0, 1);
    assert!(whole.take().is_none() && joined.take().is_none());
    source.end(&lab, 0);
    for answer in [whole, joined] {
        assert_eq!(answer.take().unwrap().unwrap(), Rc::new(vec![0, 1]));
    }
    assert_eq!(source.calls(), 1);
}

#[test]
fn who_awaits_a_stream_that_fails_or_is_cancelled_hears_of_it() {
    let lab = Lab::new();
    let source = Source::new();
    let fails = lab.run(lab.client.fetch_query(source.query("k")));
    source.send(&lab, 0, 0);
    source.fail(&lab, 0, "broken");
    assert!(matches!(fails.take(), Some(Err(QueryError::Failed(error))) if *error == "broken"));
    let cancelled = lab.run(lab.client.fetch_query(source.query("other")));
    lab.client.cancel_queries("other");
    lab.flush();
    assert!(matches!(cancelled.take(), Some(Err(QueryError::Cancelled))));
    assert_eq!(source.live(), 0);
}

#[test]
fn a_component_joins_a_stream_that_was_begun_before() {
    let lab = Lab::new();
    let source = Source::new().abortable();
    drop(lab.client.prefetch_query(source.query("k")));
    lab.flush();
    source.send(&lab, 0, 0);
    let hook = lab.query(&source.query("k"));
    lab.flush();
    assert_eq!((hook.states(), hook.data()), ((Success, Fetching), Some(vec![0])));
    source.send(&lab, 0, 1);
    assert_eq!((hook.data(), source.calls()), (Some(vec![0, 1]), 1));
    drop(hook);
    lab.flush();
    assert_eq!(source.live(), 0);
}

#[test]
fn data_that_is_taken_away_does_not_stand_in_for_itself() {
    let lab = Lab::new();
    let source = Source::new();
    let query = |key: Text| source.query(key).keep_previous_data().retry(0);
    let hook = lab.query(&query("a"));
    lab.flush();
    source.send(&lab, 0, 0);
    hook.update(lab.query_watch(&query("b")));
    lab.flush();
    assert_eq!((hook.is_placeholder(), hook.data()), (true, Some(vec![0])));
    source.fail(&lab, 1, "broken");
    drop(hook.refetch());
    lab.flush();
    assert_eq!((hook.is_placeholder(), hook.data()), (true, Some(vec![0])));
    source.send(&lab, 2, 1);
    drop(hook.refetch());
    lab.flush();
    assert_eq!((hook.states(), hook.data::<Numbers>()), ((Pending, Fetching), None));
}

#[test]
fn the_first_stream_takes_initial_data_as_it_is() {
    let lab = Lab::new();
    let source = Source::new();
    lab.online(false);
    let hook = lab.query(&source.query("k").initial_data(vec![7]));
    let since = hook.updated_at();
    lab.advance(100);
    lab.online(true);
    assert_eq!((hook.data(), hook.updated_at()), (Some(vec![7]), since));
    source.send(&lab, 0, 0);
    assert_eq!((hook.data(), hook.updated_at()), (Some(vec![7, 0]), since.after(ms(100))));
}

#[test]
fn a_component_that_came_late_has_fetched_with_the_first_chunk_after_a_reset() {
    let lab = Lab::new();
    let source = Source::new();
    let first = begun(&lab, &source);
    source.end(&lab, 0);
    let late = lab.query(&source.query("k").refetch_on_mount(false));
    drop(first.refetch());
    lab.flush();
    let fetched = || late.see(|shown| shown.is_fetched_after_mount);
    let before = fetched();
    source.send(&lab, 1, 0);
    assert_eq!((before, fetched()), (false, true));
}

#[test]
fn a_stream_counts_as_fetching_and_its_query_is_kept_until_it_has_ended() {
    let lab = Lab::new();
    let source = Source::new();
    drop(lab.client.prefetch_query(source.query("k").gc_time(ms(10))));
    lab.flush();
    source.send(&lab, 0, 0);
    lab.advance(1_000_000);
    assert_eq!((lab.entries(), lab.client.is_fetching("k"), lab.fetching()), (1, 1, 1));
    source.end(&lab, 0);
    assert_eq!((lab.entries(), lab.client.is_fetching("k"), lab.fetching()), (1, 0, 0));
    lab.advance(9);
    let kept = lab.entries();
    lab.advance(1);
    assert_eq!((kept, lab.entries()), (1, 0));
}

#[test]
fn data_is_as_old_as_its_last_chunk_and_polling_counts_from_the_end() {
    let lab = Lab::new();
    let source = Source::new();
    let query = source.query("k").stale_time(ms(100)).refetch_interval(ms(300));
    let hook = lab.query(&query);
    lab.flush();
    source.send(&lab, 0, 0);
    lab.advance(99);
    let fresh = hook.is_stale();
    source.send(&lab, 0, 1);
    lab.advance(99);
    let renewed = hook.is_stale();
    lab.advance(1);
    assert_eq!((fresh, renewed, hook.is_stale()), (false, false, true));
    lab.advance(1_000);
    lab.focus();
    assert_eq!(source.calls(), 1);
    source.end(&lab, 0);
    lab.advance(299);
    let waiting = source.calls();
    lab.advance(1);
    assert_eq!((waiting, source.calls()), (1, 2));
}

#[test]
fn data_that_a_chunk_does_not_change_stays_the_same_and_nobody_is_told() {
    let lab = Lab::new();
    let source = Source::new();
    let most = StreamOptions::reducer(0, |most: &mut i32, number: i32| *most = number.max(*most));
    let hook = Observer::new(
        &lab.client,
        lab.query_watch(&source.query_with("max", most)),
        yew_clerk::engine::observer::Fields::DATA,
    );
    let every = source.query("k").compare(|_, _| false);
    let every = lab.query(&every);
    lab.flush();
    source.send_each(&lab, 0, [5, 3, 5, 4]);
    assert_eq!((hook.data(), hook.told()), (Some(5), 1));
    source.send(&lab, 1, 1);
    source.end(&lab, 1);
    assert_eq!((every.data(), every.told()), (Some(vec![1]), 2));
}

#[test]
fn a_query_that_is_never_collected_may_stream_again_and_again() {
    let lab = Lab::new();
    let source = Source::new();
    let query = source.query_with("k", RefetchMode::Append).gc_time(NEVER);
    for number in 0..3 {
        let answer = lab.run(lab.client.fetch_query(query.clone()));
        source.send(&lab, usize::try_from(number).unwrap(), number);
        source.end(&lab, usize::try_from(number).unwrap());
        assert_eq!(*answer.take().unwrap().unwrap(), (0..=number).collect::<Numbers>());
    }
}
