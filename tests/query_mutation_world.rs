//! What the world does to a mutation: failures and retries, the network, the page, and its user.

#[path = "support/lab.rs"]
mod lab;
#[path = "support/mutations.rs"]
mod mutations;

use std::cell::Cell;
use std::rc::Rc;

use lab::{Lab, Text, alice, bob, ms};
use mutations::{Log, own, telling, watch, working};
use yew_clerk::client::{MutationHandle, QueryError, mutation_options};
use yew_clerk::engine::event::Owner;
use yew_clerk::engine::mutation::MutationStatus;
use yew_clerk::engine::options::NetworkMode;

fn status<C: 'static>(handle: &MutationHandle<i32, String, Text, C>) -> MutationStatus {
    handle.status()
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
