//! The life of a mutation by TanStack Query's rules: callbacks, results, retries, the network, its user.

#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lab::{Lab, Text, alice, bob, ms};
use yew_clerk::client::{
    MutateOptions, MutationHandle, MutationObserver, MutationOptions, QueryError, mutation_options,
    mutation_options_of,
};
use yew_clerk::engine::event::Owner;
use yew_clerk::engine::mutation::MutationStatus;
use yew_clerk::engine::options::NetworkMode;
use yew_clerk::engine::time::Time;

type Options<C = ()> = MutationOptions<i32, String, Text, C>;

/// What has happened, in order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn add(&self, text: impl ToString) {
        self.0.borrow_mut().push(text.to_string());
    }

    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// A mutation that writes down its calls, and after 10 ms answers `x` and the number, or fails for negative ones.
fn working(lab: &Lab, log: &Log) -> Options {
    let (sim, log) = (lab.sim.clone(), log.clone());
    mutation_options(move |n: Rc<i32>| {
        log.add(format!("run {n}"));
        let wait = sim.sleep(ms(10));
        async move {
            wait.await;
            if *n < 0 { Err("no") } else { Ok(format!("x{n}")) }
        }
    })
}

/// The same with all callbacks.
fn telling(lab: &Lab, log: &Log) -> Options<i32> {
    let [begin, good, bad, end] = [(); 4].map(|()| log.clone());
    working(lab, log)
        .on_mutate(move |n| {
            begin.add(format!("mutate {n}"));
            n * 10
        })
        .on_success(move |data, n, c| good.add(format!("success {data} {n} {c}")))
        .on_error(move |error, n, c| bad.add(format!("error {error} {n} {c:?}")))
        .on_settled(move |result, n, c| end.add(format!("settled {result:?} {n} {c:?}")))
}

/// The callbacks of one call.
fn own<C: 'static>(log: &Log) -> MutateOptions<i32, String, Text, C> {
    let [good, bad, end] = [(); 3].map(|()| log.clone());
    MutateOptions::new()
        .on_success(move |data, _, _| good.add(format!("own success {data}")))
        .on_error(move |error, _, _| bad.add(format!("own error {error}")))
        .on_settled(move |result, _, _| end.add(format!("own settled {}", result.is_ok())))
}

fn watch<V, T, E, C>(
    lab: &Lab,
    options: MutationOptions<V, T, E, C>,
) -> MutationObserver<V, T, E, C> {
    lab.client.mutation(options, Rc::new(|| {}))
}

fn status<C: 'static>(handle: &MutationHandle<i32, String, Text, C>) -> MutationStatus {
    handle.status()
}

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
fn a_failure_is_final_by_default_and_retried_as_often_as_asked_for() {
    let (lab, log) = (Lab::new(), Log::default());
    let options = telling(&lab, &log).retry(2).retry_delay(ms(100));
    let observer = watch(&lab, options);
    let handle = observer.handle();
    lab.run(handle.mutate(-1));
    lab.advance(10);
    assert_eq!((status(&handle), handle.failure_count()), (MutationStatus::Pending, 1));
    assert_eq!((handle.failure_reason().as_deref(), handle.error()), (Some(&"no"), None));
    lab.advance(99);
    assert_eq!(log.take(), ["mutate -1", "run -1"]);
    lab.advance(1);
    assert_eq!(log.take(), ["run -1"]);
    lab.advance(110);
    assert_eq!(handle.failure_count(), 2);
    lab.advance(10);
    assert_eq!((status(&handle), handle.failure_count()), (MutationStatus::Error, 3));
    let told = ["run -1", "error no -1 Some(-10)", "settled Err(\"no\") -1 Some(-10)"];
    assert_eq!(log.take(), told);
}

#[test]
fn a_success_after_a_retry_forgets_the_failures() {
    let lab = Lab::new();
    let attempts = Cell::new(0);
    let options = mutation_options(move |_: Rc<()>| {
        attempts.set(attempts.get() + 1);
        let n = attempts.get();
        async move { if n < 2 { Err("no") } else { Ok(n) } }
    });
    let waits = |count, error: Option<&Text>| {
        assert_eq!((count, error), (0, Some(&"no")));
        ms(7)
    };
    let options = options.retry_when(|count, error| count < 5 && *error == "no");
    let observer = watch(&lab, options.retry_delay_with(waits));
    lab.run(observer.handle().mutate(()));
    assert_eq!(observer.handle().failure_count(), 1);
    lab.advance(7);
    assert_eq!(observer.handle().data().as_deref(), Some(&2));
    assert_eq!(observer.handle().failure_count(), 0);
    assert!(observer.handle().failure_reason().is_none());
}

/// P59.
#[test]
fn offline_a_mutation_waits_after_on_mutate_and_runs_when_the_network_is_back() {
    let (lab, log) = (Lab::new(), Log::default());
    lab.online(false);
    let observer = watch(&lab, telling(&lab, &log));
    let handle = observer.handle();
    lab.run(handle.mutate(1));
    lab.advance(1_000);
    assert!(handle.is_pending() && handle.is_paused());
    assert_eq!(log.take(), ["mutate 1"]);
    lab.online(true);
    assert!(handle.is_pending() && !handle.is_paused());
    assert_eq!(log.take(), ["run 1"]);
    lab.advance(10);
    assert!(handle.is_success());
}

/// P59.
#[test]
fn the_network_mode_says_which_attempts_run_offline() {
    let (lab, log) = (Lab::new(), Log::default());
    lab.online(false);
    let start = |mode| {
        let options = working(&lab, &log).network_mode(mode).retry(1).retry_delay(ms(1));
        let observer = watch(&lab, options);
        lab.run(observer.handle().mutate(-1));
        lab.advance(30);
        (observer.handle().is_paused(), log.take().len())
    };
    assert_eq!(start(NetworkMode::Online), (true, 0));
    assert_eq!(start(NetworkMode::OfflineFirst), (true, 1));
    assert_eq!(start(NetworkMode::Always), (false, 2));
}

#[test]
fn a_hidden_page_holds_back_retries_and_not_the_first_attempt() {
    let (lab, log) = (Lab::new(), Log::default());
    lab.hide();
    let observer = watch(&lab, working(&lab, &log).retry(1).retry_delay(ms(1)));
    lab.run(observer.handle().mutate(-1));
    lab.advance(30);
    assert!(observer.handle().is_paused());
    assert_eq!(log.take(), ["run -1"]);
    lab.show();
    assert_eq!(log.take(), ["run -1"]);
    lab.advance(10);
    assert!(observer.handle().is_error());
}

#[test]
fn when_the_user_changes_a_mutation_is_aborted_and_nobody_is_told() {
    let (lab, log) = (Lab::new(), Log::default());
    lab.own(alice());
    let observer = watch(&lab, telling(&lab, &log));
    let handle = observer.handle();
    let running = lab.run(handle.mutate_with(1, own(&log)));
    // Asked for by alice, not yet begun when bob comes.
    let queued = handle.mutate_with(2, own(&log));
    lab.client.set_owner(bob());
    let queued = lab.run(queued);
    assert!(handle.is_idle());
    lab.advance(100);
    for ended in [running, queued] {
        assert!(matches!(ended.take(), Some(Err(QueryError::Cancelled))));
    }
    assert!(handle.is_idle() && handle.variables().is_none());
    assert_eq!(log.take(), ["mutate 1", "run 1"]);
    assert_eq!(lab.sim.task_count(), 0);
}

#[test]
fn a_mutation_that_waits_for_the_network_is_not_sent_for_the_next_user() {
    let (lab, log) = (Lab::new(), Log::default());
    lab.own(alice());
    lab.online(false);
    let observer = watch(&lab, working(&lab, &log));
    let done = lab.run(observer.handle().mutate(1));
    lab.own(Owner::Unknown);
    lab.own(bob());
    lab.online(true);
    lab.advance(100);
    assert!(matches!(done.take(), Some(Err(QueryError::Cancelled))));
    assert!(log.take().is_empty());
}

#[test]
fn a_user_who_changes_while_callbacks_run_ends_them() {
    let (lab, log) = (Lab::new(), Log::default());
    lab.own(alice());
    let (sim, seen) = (lab.sim.clone(), log.clone());
    let options = telling(&lab, &log).on_success_async(move |_, _, _| {
        let (wait, seen) = (sim.sleep(ms(10)), seen.clone());
        async move {
            wait.await;
            seen.add("success done");
            Ok(())
        }
    });
    let observer = watch(&lab, options);
    let done = lab.run(observer.handle().mutate(1));
    lab.advance(15);
    lab.own(bob());
    lab.advance(10);
    assert_eq!(log.take(), ["mutate 1", "run 1", "success done"]);
    assert!(matches!(done.take(), Some(Err(QueryError::Cancelled))));
    assert!(observer.handle().is_idle());
}

#[test]
fn to_learn_who_the_user_is_disturbs_no_mutation() {
    let (lab, log) = (Lab::new(), Log::default());
    lab.own(Owner::Unknown);
    let observer = watch(&lab, working(&lab, &log));
    lab.run(observer.handle().mutate(1));
    lab.own(alice());
    lab.advance(10);
    assert!(observer.handle().is_success());
}

#[test]
fn a_mutation_without_a_function_says_so() {
    let lab = Lab::new();
    let observer = watch(&lab, mutation_options_of::<i32, String, Text>("a"));
    let done = lab.run(observer.handle().mutate(1));
    assert!(matches!(done.take(), Some(Err(QueryError::NoFunction))));
    assert!(observer.handle().is_idle());
}
