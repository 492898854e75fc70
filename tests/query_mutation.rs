//! The life of a mutation by TanStack Query's rules: its callbacks and its result.

#[path = "support/lab.rs"]
mod lab;
#[path = "support/mutations.rs"]
mod mutations;

use std::cell::Cell;
use std::rc::Rc;

use lab::{Lab, Text, alice, bob, ms};
use mutations::{Log, own, telling, watch, working};
use yew_clerk::client::{MutationCacheOptions, QueryError, mutation_options_of};
use yew_clerk::engine::mutation::MutationState;
use yew_clerk::engine::time::Time;

/// P57.
#[test]
fn a_mutation_goes_from_idle_over_pending_to_success_or_error_and_back() {
    let (lab, log) = (Lab::new(), Log::default());
    let observer = watch(&lab, working(&lab, &log));
    let handle = observer.handle();
    assert!(handle.is_idle() && handle.submitted_at() == Time::ZERO);
    lab.run(handle.mutate(1));
    assert!(handle.is_pending());
    assert_eq!((handle.variables().as_deref(), handle.data()), (Some(&1), None));
    assert_eq!(handle.submitted_at(), lab.sim.now());
    lab.advance(10);
    assert!(handle.is_success());
    assert_eq!(handle.data().as_deref().map(String::as_str), Some("x1"));
    let failed = lab.run(handle.mutate_async(-1));
    assert_eq!((handle.data(), handle.error()), (None, None));
    lab.advance(10);
    assert!(handle.is_error());
    assert_eq!((handle.error().as_deref(), handle.failure_count()), (Some(&"no"), 1));
    assert_eq!(handle.failure_reason().as_deref(), Some(&"no"));
    assert!(matches!(failed.take(), Some(Err(QueryError::Failed(error))) if *error == "no"));
    handle.reset();
    assert!(handle.is_idle());
    assert_eq!((handle.error(), handle.variables()), (None, None));
}

/// P57.
#[test]
fn callbacks_come_in_order_and_those_of_the_call_last() {
    let (lab, log) = (Lab::new(), Log::default());
    let observer = watch(&lab, telling(&lab, &log));
    let handle = observer.handle();
    lab.run(handle.mutate_with(1, own(&log)));
    assert_eq!(handle.context().as_deref(), Some(&10));
    lab.advance(10);
    let expected = [
        "mutate 1",
        "run 1",
        "success x1 1 10",
        "settled Ok(\"x1\") 1 Some(10)",
        "own success x1",
        "own settled true",
    ];
    assert_eq!(log.take(), expected);
    lab.run(handle.mutate_with(-1, own(&log)));
    lab.advance(10);
    let expected = [
        "mutate -1",
        "run -1",
        "error no -1 Some(-10)",
        "settled Err(\"no\") -1 Some(-10)",
        "own error no",
        "own settled false",
    ];
    assert_eq!(log.take(), expected);
}

/// P57.
#[test]
fn four_calls_are_four_runs_and_only_the_latest_is_shown_and_has_its_own_callbacks() {
    let (lab, log) = (Lab::new(), Log::default());
    let observer = watch(&lab, working(&lab, &log));
    let handle = observer.handle();
    let calls = [1, 2, 3, 4].map(|n| lab.run(handle.mutate_with(n, own(&log))));
    assert_eq!(log.take(), ["run 1", "run 2", "run 3", "run 4"]);
    lab.advance(10);
    assert_eq!(handle.data().as_deref().map(String::as_str), Some("x4"));
    assert_eq!(log.take(), ["own success x4", "own settled true"]);
    let results = calls.map(|call| call.take().unwrap().unwrap().to_string());
    assert_eq!(results, ["x1", "x2", "x3", "x4"]);
}

#[test]
fn a_mutation_is_pending_until_its_callbacks_have_finished_and_each_is_awaited() {
    let (lab, log) = (Lab::new(), Log::default());
    let step = |name: &'static str| {
        let (sim, log) = (lab.sim.clone(), log.clone());
        move || {
            log.add(name);
            let (wait, log) = (sim.sleep(ms(5)), log.clone());
            async move {
                wait.await;
                log.add(format!("{name} done"));
            }
        }
    };
    let (begin, good, end) = (step("mutate"), step("success"), step("settled"));
    let options = working(&lab, &log)
        .on_mutate_async(move |_| {
            let done = begin();
            async move {
                done.await;
                Ok::<_, Text>(())
            }
        })
        .on_success_async(move |_, _, _| {
            let done = good();
            async move {
                done.await;
                Ok(())
            }
        })
        .on_settled_async(move |_, _, _| {
            let done = end();
            async move {
                done.await;
                Ok(())
            }
        });
    let observer = watch(&lab, options);
    let handle = observer.handle();
    let done = lab.run(handle.mutate_with(1, own(&log)));
    lab.advance(24);
    assert!(handle.is_pending() && handle.data().is_none() && done.take().is_none());
    lab.advance(1);
    assert!(handle.is_success() && done.take().is_some());
    let expected = [
        "mutate",
        "mutate done",
        "run 1",
        "success",
        "success done",
        "settled",
        "settled done",
        "own success x1",
        "own settled true",
    ];
    assert_eq!(log.take(), expected);
}

#[test]
fn a_failing_success_callback_turns_the_mutation_into_an_error() {
    let (lab, log) = (Lab::new(), Log::default());
    let options = telling(&lab, &log).on_success_async(|_, _, _| async { Err("late") });
    let observer = watch(&lab, options);
    let done = lab.run(observer.handle().mutate_with(1, own(&log)));
    lab.advance(10);
    assert_eq!(observer.handle().error().as_deref(), Some(&"late"));
    assert!(observer.handle().data().is_none());
    assert!(matches!(done.take(), Some(Err(QueryError::Failed(error))) if *error == "late"));
    let expected = [
        "mutate 1",
        "run 1",
        "error late 1 Some(10)",
        "settled Err(\"late\") 1 Some(10)",
        "own error late",
        "own settled false",
    ];
    assert_eq!(log.take(), expected);
}

#[test]
fn a_failing_settled_callback_is_called_again_with_its_own_error_and_no_more() {
    let (lab, log) = (Lab::new(), Log::default());
    let seen = log.clone();
    let options = working(&lab, &log).on_settled_async(move |result, _, _| {
        seen.add(format!("settled {result:?}"));
        async { Err("late") }
    });
    let observer = watch(&lab, options);
    lab.run(observer.handle().mutate(1));
    lab.advance(10);
    assert_eq!(log.take(), ["run 1", "settled Ok(\"x1\")", "settled Err(\"late\")"]);
    assert_eq!(observer.handle().error().as_deref(), Some(&"late"));
    lab.run(observer.handle().mutate(-1));
    lab.advance(10);
    assert_eq!(observer.handle().error().as_deref(), Some(&"no"), "the first error counts");
}

#[test]
fn when_on_mutate_fails_the_function_is_not_called_and_there_is_no_context() {
    let (lab, log) = (Lab::new(), Log::default());
    let seen = log.clone();
    let options = working(&lab, &log)
        .on_mutate_async(|_| async { Err::<i32, _>("not allowed") })
        .on_error(move |error, n, context| seen.add(format!("{error} {n} {context:?}")));
    let observer = watch(&lab, options);
    lab.run(observer.handle().mutate(1));
    assert_eq!(log.take(), ["not allowed 1 None"]);
    assert!(observer.handle().is_error());
}

#[test]
fn after_its_component_is_gone_a_mutation_ends_and_only_its_own_callbacks_are_told() {
    let (lab, log, told) = (Lab::new(), Log::default(), Rc::new(Cell::new(0)));
    let count = told.clone();
    let listener = Rc::new(move || count.set(count.get() + 1));
    let observer = lab.client.mutation(telling(&lab, &log), listener);
    let done = lab.run(observer.handle().mutate_with(1, own(&log)));
    let before = told.get();
    drop(observer);
    lab.advance(10);
    assert!(done.take().unwrap().is_ok());
    assert_eq!(told.get(), before);
    let expected = ["mutate 1", "run 1", "success x1 1 10", "settled Ok(\"x1\") 1 Some(10)"];
    assert_eq!(log.take(), expected);
}

#[test]
fn after_a_reset_a_running_call_is_neither_shown_nor_told_its_own_callbacks() {
    let (lab, log) = (Lab::new(), Log::default());
    let observer = watch(&lab, working(&lab, &log));
    let handle = observer.handle();
    let done = lab.run(handle.mutate_with(1, own(&log)));
    handle.reset();
    assert!(handle.is_idle());
    lab.advance(10);
    assert!(handle.is_idle() && done.take().unwrap().is_ok());
    assert_eq!(log.take(), ["run 1"]);
}

#[test]
fn a_pending_call_goes_on_with_the_callbacks_of_the_newest_render() {
    let (lab, log) = (Lab::new(), Log::default());
    let render = |name: &'static str| {
        let seen = log.clone();
        working(&lab, &log).on_success(move |_, _, ()| seen.add(name))
    };
    let observer = watch(&lab, render("old"));
    lab.run(observer.handle().mutate(1));
    observer.update(&lab.client, render("new"));
    lab.advance(10);
    observer.update(&lab.client, render("too new"));
    lab.flush();
    assert_eq!(log.take(), ["run 1", "new"]);
}

#[test]
fn another_key_forgets_the_result_and_the_same_one_keeps_it() {
    let (lab, log) = (Lab::new(), Log::default());
    let observer = watch(&lab, working(&lab, &log).mutation_key("a"));
    lab.run(observer.handle().mutate(1));
    lab.advance(10);
    observer.update(&lab.client, working(&lab, &log).mutation_key("a"));
    assert!(observer.handle().is_success());
    observer.update(&lab.client, working(&lab, &log).mutation_key("b"));
    assert!(observer.handle().is_idle());
}

#[test]
fn a_mutation_without_a_function_says_so() {
    let lab = Lab::new();
    let observer = watch(&lab, mutation_options_of::<i32, String, Text>("a"));
    let done = lab.run(observer.handle().mutate(1));
    assert!(matches!(done.take(), Some(Err(QueryError::NoFunction))));
    assert!(observer.handle().is_idle());
}

/// Callbacks that hear of every mutation.
fn hearing(log: &Log) -> MutationCacheOptions {
    let [begin, good, bad, end] = [(); 4].map(|()| log.clone());
    let name = |state: &MutationState| state.meta::<Text>().map_or("-", |meta| *meta);
    MutationCacheOptions::new()
        .on_mutate(move |state| begin.add(format!("all mutate {}", name(state))))
        .on_success(move |state| good.add(format!("all success {:?}", state.data::<String>())))
        .on_error(move |state| bad.add(format!("all error {:?}", state.error::<Text>())))
        .on_settled(move |state| end.add(format!("all settled {:?}", state.status())))
}

#[test]
fn callbacks_for_all_mutations_come_before_those_of_the_mutation() {
    let (lab, log) = (Lab::new(), Log::default());
    lab.client.set_mutation_cache_options(hearing(&log));
    let observer = watch(&lab, telling(&lab, &log).meta("m"));
    lab.run(observer.handle().mutate(1));
    lab.advance(10);
    let expected = [
        "all mutate m",
        "mutate 1",
        "run 1",
        "all success Some(\"x1\")",
        "success x1 1 10",
        "all settled Pending",
        "settled Ok(\"x1\") 1 Some(10)",
    ];
    assert_eq!(log.take(), expected);
    lab.run(observer.handle().mutate(-1));
    lab.advance(10);
    let expected = [
        "all mutate m",
        "mutate -1",
        "run -1",
        "all error Some(\"no\")",
        "error no -1 Some(-10)",
        "all settled Pending",
        "settled Err(\"no\") -1 Some(-10)",
    ];
    assert_eq!(log.take(), expected);
}

#[test]
fn callbacks_for_all_mutations_hear_nothing_of_a_user_who_has_gone() {
    let (lab, log) = (Lab::new(), Log::default());
    lab.own(alice());
    lab.client.set_mutation_cache_options(hearing(&log));
    let observer = watch(&lab, working(&lab, &log));
    lab.run(observer.handle().mutate(1));
    lab.own(bob());
    lab.advance(10);
    assert_eq!(log.take(), ["all mutate -", "run 1"]);
}
