//! TanStack Query's own cases for mutations, told anew on the simulated clock.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;
#[path = "support/mutations.rs"]
mod mutations;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lab::{Lab, Text, ms};
use mutations::{Log, Options, own, telling, watch, working};
use yew_clerk::client::{
    MutationCacheOptions, MutationObserver, QueryError, mutation_options, mutation_options_of,
    mutation_options_with,
};
use yew_clerk::engine::mutation::{MutationFilters, MutationState, MutationStatus};
use yew_clerk::engine::options::NetworkMode;

type Mutator<C = ()> = MutationObserver<i32, String, Text, C>;

fn status<C: 'static>(of: &Mutator<C>) -> MutationStatus {
    of.handle().status()
}

/// An observer, and the states that it was told of.
fn followed(lab: &Lab, options: Options) -> (Rc<Mutator>, Rc<RefCell<Vec<String>>>) {
    let states = Rc::<RefCell<Vec<String>>>::default();
    let slot = Rc::<RefCell<std::rc::Weak<Mutator>>>::default();
    let (log, of) = (states.clone(), slot.clone());
    let told = move || {
        let Some(of) = of.borrow().upgrade() else { return };
        let handle = of.handle();
        let reason = handle.failure_reason().map(|reason| *reason);
        let paused = if handle.is_paused() { " paused" } else { "" };
        log.borrow_mut().push(format!(
            "{:?} {} {reason:?}{paused}",
            handle.status(),
            handle.failure_count()
        ));
    };
    let mutator = Rc::new(lab.client.mutation(options, Rc::new(told)));
    slot.replace(Rc::downgrade(&mutator));
    (mutator, states)
}

#[test]
fn a_success_goes_from_idle_over_pending_and_has_what_was_asked_for() {
    let lab = Lab::new();
    let (mutation, states) = followed(&lab, working(&lab, &Log::default()));
    assert!(mutation.handle().is_idle() && mutation.handle().variables().is_none());
    let before = lab.sim.now();
    drop(mutation.handle().mutate(1));
    lab.advance(5);
    let handle = mutation.handle();
    assert_eq!(
        (handle.variables().as_deref(), handle.data(), handle.error()),
        (Some(&1), None, None)
    );
    lab.advance(5);
    assert_eq!(handle.data().as_deref().map(String::as_str), Some("x1"));
    assert_eq!((handle.submitted_at(), handle.variables().as_deref()), (before, Some(&1)));
    assert_eq!(states.take(), ["Pending 0 None", "Success 0 None"]);
}

#[test]
fn a_failure_that_is_tried_again_shows_its_count_and_reason_on_the_way() {
    let lab = Lab::new();
    let options = working(&lab, &Log::default()).retry(1).retry_delay(ms(1));
    let (mutation, states) = followed(&lab, options);
    let ended = lab.run(mutation.handle().mutate(-1));
    lab.advance(30);
    assert!(matches!(ended.take(), Some(Err(QueryError::Failed(error))) if *error == "no"));
    let shown = ["Pending 0 None", r#"Pending 1 Some("no")"#, r#"Error 2 Some("no")"#];
    assert_eq!(states.take(), shown);
    assert_eq!(mutation.handle().variables().as_deref(), Some(&-1));
}

#[test]
fn a_success_forgets_the_failures_and_another_call_those_of_the_last() {
    let lab = Lab::new();
    let tries = Rc::<Cell<u32>>::default();
    let count = tries.clone();
    // Fails with every try but the second.
    let options = mutation_options(move |_: Rc<i32>| {
        count.set(count.get() + 1);
        std::future::ready(if count.get() == 2 { Ok(String::new()) } else { Err("no") })
    });
    let (mutation, states) = followed(&lab, options.retry(1).retry_delay(ms(1)));
    let failed = |count| format!(r#"Pending {count} Some("no")"#);
    drop(mutation.handle().mutate(1));
    lab.advance(5);
    assert_eq!(states.take(), ["Pending 0 None", &failed(1), "Success 0 None"]);
    for _ in 0..2 {
        drop(mutation.handle().mutate(1));
        assert_eq!((mutation.handle().error(), mutation.handle().failure_count()), (None, 0));
        lab.advance(5);
        assert_eq!(states.take(), ["Pending 0 None", &failed(1), r#"Error 2 Some("no")"#]);
    }
}

#[test]
fn without_a_function_a_call_fails_at_once_and_leaves_no_mutation() {
    let lab = Lab::new();
    let mutation = watch(&lab, mutation_options_of::<i32, String, Text>("nobody"));
    let ended = lab.run(mutation.handle().mutate(1));
    assert!(matches!(ended.take(), Some(Err(QueryError::NoFunction))));
    assert!(mutation.handle().is_idle() && lab.client.mutation_cache().get_all().is_empty());
}

#[test]
fn defaults_of_a_key_bring_function_and_callbacks() {
    let lab = Lab::new();
    let log = Log::default();
    lab.client.set_mutation_defaults("k", telling(&lab, &log)).expect("a key");
    let mutation = watch(&lab, mutation_options_of::<i32, String, Text>(("k", 1)));
    drop(mutation.handle().mutate(1));
    lab.advance(10);
    let all = ["mutate 1", "run 1", "success x1 1 10", r#"settled Ok("x1") 1 Some(10)"#];
    assert_eq!(log.take(), all);
}

#[test]
fn a_call_runs_to_its_end_without_anybody_who_shows_it() {
    let lab = Lab::new();
    let log = Log::default();
    for variable in [1, -1] {
        let mutation = watch(&lab, telling(&lab, &log).mutation_key("k"));
        drop(mutation.handle().mutate_with(variable, own(&log)));
        drop(mutation);
        lab.advance(10);
        let seen = log.take();
        assert!(!seen.iter().any(|text| text.starts_with("own")), "{seen:?}");
        assert_eq!(seen.len(), 4);
        let states = lab.client.mutation_state("k", MutationState::status);
        let last = if variable > 0 { MutationStatus::Success } else { MutationStatus::Error };
        assert_eq!(states.last(), Some(&last));
    }
}

#[test]
fn a_pending_call_goes_on_with_the_callbacks_of_the_newest_render() {
    let lab = Lab::new();
    let log = Log::default();
    let mutation = watch(&lab, working(&lab, &log).on_success(|_, _, ()| unreachable!()));
    drop(mutation.handle().mutate(1));
    lab.advance(5);
    let newest = log.clone();
    let options =
        working(&lab, &log).on_success(move |data, _, ()| newest.add(format!("new {data}")));
    mutation.update(&lab.client, options);
    lab.advance(5);
    assert_eq!(log.take(), ["run 1", "new x1"]);
}

#[test]
fn scopes_run_side_by_side_and_each_in_its_order() {
    let lab = Lab::new();
    let log = Log::default();
    let one = watch(&lab, working(&lab, &log).scope("one"));
    let two = watch(&lab, working(&lab, &log).scope("two"));
    let none = watch(&lab, working(&lab, &log));
    for (mutation, variable) in [(&one, 1), (&one, -2), (&one, 3), (&two, 10), (&two, 20)] {
        drop(mutation.handle().mutate(variable));
    }
    drop(none.handle().mutate(100));
    drop(none.handle().mutate(200));
    assert!(one.handle().is_paused() && one.handle().is_pending());
    lab.flush();
    assert_eq!(log.take(), ["run 1", "run 10", "run 100", "run 200"]);
    lab.advance(10);
    assert_eq!(log.take(), ["run -2", "run 20"]);
    lab.advance(10);
    assert_eq!((log.take(), one.handle().is_paused()), (vec!["run 3".to_owned()], false));
    lab.advance(10);
    assert_eq!(lab.client.is_mutating(MutationFilters::default()), 0);
}

#[test]
fn all_callbacks_are_called_in_order_and_those_for_all_mutations_first() {
    let lab = Lab::new();
    let log = Log::default();
    let [a, b, c, d] = [(); 4].map(|()| log.clone());
    let all = MutationCacheOptions::new()
        .on_mutate(move |of| a.add(format!("all mutate {:?}", of.variables::<i32>())))
        .on_success(move |of| b.add(format!("all success {:?}", of.data::<String>())))
        .on_error(move |of| c.add(format!("all error {:?}", of.error::<Text>())))
        .on_settled(move |of| d.add(format!("all settled {:?}", of.status())));
    lab.client.set_mutation_cache_options(all);
    let mutation = watch(&lab, telling(&lab, &log));
    drop(mutation.handle().mutate_with(1, own(&log)));
    lab.advance(10);
    assert_eq!(mutation.handle().context().as_deref(), Some(&10));
    let good = [
        "all mutate Some(1)",
        "mutate 1",
        "run 1",
        r#"all success Some("x1")"#,
        "success x1 1 10",
        "all settled Pending",
        r#"settled Ok("x1") 1 Some(10)"#,
        "own success x1",
        "own settled true",
    ];
    assert_eq!(log.take(), good);
    drop(mutation.handle().mutate_with(-1, own(&log)));
    lab.advance(10);
    let bad = [
        "all mutate Some(-1)",
        "mutate -1",
        "run -1",
        r#"all error Some("no")"#,
        "error no -1 Some(-10)",
        "all settled Pending",
        r#"settled Err("no") -1 Some(-10)"#,
        "own error no",
        "own settled false",
    ];
    assert_eq!(log.take(), bad);
}

#[test]
fn when_on_success_fails_the_mutation_has_failed_and_is_not_settled_twice() {
    let lab = Lab::new();
    let log = Log::default();
    let (bad, end) = (log.clone(), log.clone());
    let options = working(&lab, &log)
        .on_success_async(|_, _, _| async { Err("late") })
        .on_error(move |error, _, _| bad.add(format!("error {error}")))
        .on_settled(move |result, _, _| end.add(format!("settled {result:?}")));
    let mutation = watch(&lab, options);
    let ended = lab.run(mutation.handle().mutate_with(1, own(&log)));
    lab.advance(10);
    let told =
        ["run 1", "error late", r#"settled Err("late")"#, "own error late", "own settled false"];
    assert_eq!(log.take(), told);
    assert!(matches!(ended.take(), Some(Err(QueryError::Failed(error))) if *error == "late"));
    assert_eq!((status(&mutation), mutation.handle().data()), (MutationStatus::Error, None));
}

#[test]
fn when_on_settled_fails_after_a_failure_the_first_failure_stays() {
    let lab = Lab::new();
    let log = Log::default();
    let end = log.clone();
    let options = working(&lab, &log).on_settled_async(move |result, _, _| {
        end.add(format!("settled {}", result.is_ok()));
        async { Err("late") }
    });
    let mutation = watch(&lab, options);
    drop(mutation.handle().mutate(-1));
    lab.advance(10);
    assert_eq!(log.take(), ["run -1", "settled false"]);
    assert_eq!(mutation.handle().error().as_deref(), Some(&"no"));
    assert_eq!(mutation.handle().failure_count(), 1);
}

#[test]
fn a_mutation_is_pending_and_holds_its_scope_while_an_awaited_callback_runs() {
    let lab = Lab::new();
    let (log, sim) = (Log::default(), lab.sim.clone());
    let options = working(&lab, &log).scope("s").on_settled_async(move |_, _, _| {
        let wait = sim.sleep(ms(10));
        async move {
            wait.await;
            Ok(())
        }
    });
    let (mutation, next) = (watch(&lab, options), watch(&lab, working(&lab, &log).scope("s")));
    let ended = lab.run(mutation.handle().mutate(1));
    lab.advance(15);
    drop(next.handle().mutate(2));
    lab.flush();
    assert_eq!((status(&mutation), mutation.handle().data()), (MutationStatus::Pending, None));
    assert_eq!((log.take(), next.handle().is_paused()), (vec!["run 1".to_owned()], true));
    assert!(ended.take().is_none());
    lab.advance(5);
    assert!(ended.take().is_some_and(|ended| ended.is_ok()));
    assert_eq!(log.take(), ["run 2"]);
}

#[test]
fn a_mutation_that_nobody_shows_is_forgotten_after_its_time() {
    let lab = Lab::new();
    let count = || lab.client.mutation_cache().get_all().len();
    let options = || working(&lab, &Log::default()).gc_time(ms(10));
    let mutation = watch(&lab, options());
    drop(mutation.handle().mutate(1));
    lab.advance(1000);
    assert_eq!(count(), 1);
    drop(mutation);
    lab.advance(9);
    assert_eq!(count(), 1);
    lab.advance(1);
    assert_eq!(count(), 0);
    // And by a reset.
    let mutation = watch(&lab, options());
    drop(mutation.handle().mutate(1));
    lab.advance(10);
    mutation.handle().reset();
    lab.advance(10);
    assert_eq!((count(), mutation.handle().is_idle()), (0, true));
}

#[test]
fn a_mutation_without_any_time_is_told_to_its_end_and_gone_then() {
    let lab = Lab::new();
    let log = Log::default();
    let mutation = watch(&lab, telling(&lab, &log).gc_time(ms(0)));
    drop(mutation.handle().mutate(1));
    drop(mutation);
    lab.advance(5);
    assert_eq!(lab.client.is_mutating(MutationFilters::default()), 1);
    lab.advance(6);
    assert_eq!((log.take().len(), lab.client.mutation_cache().get_all().len()), (4, 0));
}

#[test]
fn another_key_forgets_what_is_shown_and_leaves_the_mutation_alone() {
    let lab = Lab::new();
    let log = Log::default();
    let mutation = watch(&lab, working(&lab, &log).mutation_key(("k", 1)).meta(1));
    drop(mutation.handle().mutate(1));
    lab.advance(10);
    mutation.update(&lab.client, working(&lab, &log).mutation_key(("k", 2)).meta(2));
    assert!(mutation.handle().is_idle());
    let found = lab.client.mutation_cache().find(("k", 1)).expect("the old one");
    assert_eq!(
        (found.meta::<i32>().as_deref(), found.status()),
        (Some(&1), MutationStatus::Success)
    );
    assert!(lab.client.mutation_cache().find(("k", 2)).is_none());
}

#[test]
fn mutations_are_found_by_key_status_and_whatever_one_looks_at() {
    let lab = Lab::new();
    let cache = lab.client.mutation_cache();
    let (one, two) = (
        watch(&lab, working(&lab, &Log::default()).mutation_key(("k", 1))),
        watch(&lab, working(&lab, &Log::default()).mutation_key(("k", 2))),
    );
    drop(one.handle().mutate(1));
    lab.advance(10);
    drop(two.handle().mutate(-2));
    let numbers = |of: Vec<MutationState>| -> Vec<_> {
        of.iter().filter_map(|of| of.variables::<i32>()).map(|n| *n).collect()
    };
    assert_eq!(numbers(cache.find_all("k")), [1, -2]);
    assert_eq!(numbers(cache.find_all(MutationFilters::status(MutationStatus::Pending))), [-2]);
    assert!(cache.find("k").is_none());
    assert_eq!(cache.find(("k", 2)).and_then(|of| of.variables::<i32>()).as_deref(), Some(&-2));
    let negative = |of: &MutationState| of.variables::<i32>().is_some_and(|n| *n < 0);
    let filters =
        MutationFilters { predicate: Some(Rc::new(negative)), ..MutationFilters::default() };
    assert_eq!(
        (numbers(cache.find_all(filters.clone())), lab.client.is_mutating(filters)),
        (vec![-2], 1)
    );
    lab.advance(10);
    lab.client.clear();
    assert!(cache.get_all().is_empty());
}

#[test]
fn the_number_of_running_mutations_goes_up_and_down_by_key() {
    let lab = Lab::new();
    let one = watch(&lab, working(&lab, &Log::default()).mutation_key("one"));
    let two = watch(&lab, working(&lab, &Log::default()).mutation_key("two"));
    let counts = || ["one", "two"].map(|key| lab.client.is_mutating(key));
    drop(one.handle().mutate(1));
    assert_eq!(counts(), [1, 0]);
    lab.advance(5);
    drop(two.handle().mutate(1));
    drop(two.handle().mutate(1));
    assert_eq!(counts(), [1, 2]);
    lab.advance(5);
    assert_eq!(counts(), [0, 2]);
    lab.advance(5);
    assert_eq!(counts(), [0, 0]);
}

#[test]
fn own_callbacks_are_those_of_the_latest_call_and_the_mutations_those_of_all() {
    let lab = Lab::new();
    let log = Log::default();
    let good = log.clone();
    let mutation = watch(&lab, working(&lab, &log).on_success(move |data, _, ()| good.add(data)));
    for variable in [1, 2, 3] {
        drop(mutation.handle().mutate_with(variable, own(&log)));
    }
    lab.advance(10);
    let told = ["run 1", "run 2", "run 3", "x1", "x2", "x3", "own success x3", "own settled true"];
    assert_eq!(log.take(), told);
}

#[test]
fn offline_a_mutation_is_paused_from_the_start_and_on_mutate_is_called() {
    let lab = Lab::new();
    let log = Log::default();
    lab.online(false);
    let (mutation, states) = followed(&lab, working(&lab, &log));
    drop(mutation.handle().mutate(1));
    lab.advance(100);
    assert_eq!((states.take(), log.take()), (vec!["Pending 0 None paused".to_owned()], vec![]));
    let telling = watch(&lab, telling(&lab, &log));
    drop(telling.handle().mutate(2));
    lab.flush();
    assert_eq!(log.take(), ["mutate 2"]);
    lab.online(true);
    lab.advance(10);
    assert_eq!(states.take(), ["Pending 0 None", "Success 0 None"]);
    assert!(log.take().contains(&"success x2 2 20".to_owned()));
}

#[test]
fn a_mutation_that_has_failed_offline_is_tried_again_online() {
    let lab = Lab::new();
    let log = Log::default();
    let options = working(&lab, &log).retry(1).retry_delay(ms(5));
    let (mutation, states) = followed(&lab, options);
    drop(mutation.handle().mutate(-1));
    lab.advance(5);
    lab.online(false);
    lab.advance(100);
    let paused = r#"Pending 1 Some("no") paused"#;
    assert_eq!(states.take(), ["Pending 0 None", r#"Pending 1 Some("no")"#, paused]);
    lab.online(true);
    lab.advance(10);
    assert_eq!(states.take(), [r#"Pending 1 Some("no")"#, r#"Error 2 Some("no")"#]);
    assert_eq!(log.take(), ["run -1", "run -1"]);
}

#[test]
fn the_network_mode_says_what_runs_offline() {
    let lab = Lab::new();
    let log = Log::default();
    lab.online(false);
    let of = |mode| watch(&lab, working(&lab, &log).network_mode(mode).retry(1).retry_delay(ms(5)));
    let (always, first) = (of(NetworkMode::Always), of(NetworkMode::OfflineFirst));
    drop(always.handle().mutate(-1));
    drop(first.handle().mutate(-2));
    lab.advance(100);
    assert_eq!(log.take(), ["run -1", "run -2", "run -1"]);
    assert_eq!((status(&always), first.handle().is_paused()), (MutationStatus::Error, true));
}

#[test]
fn the_function_knows_its_key_meta_and_client() {
    let lab = Lab::new();
    let told = Rc::<Cell<bool>>::default();
    let (is_told, client) = (told.clone(), lab.client.clone());
    let options = mutation_options_with(move |_: Rc<i32>, ctx| {
        let key = ctx.mutation_key().is_some_and(|key| key.as_str() == Some("k"));
        is_told
            .set(key && ctx.meta::<Text>().is_some_and(|m| *m == "m") && *ctx.client() == client);
        async { Ok::<_, Text>(String::new()) }
    });
    let mutation = watch(&lab, options.mutation_key("k").meta("m"));
    drop(mutation.handle().mutate(1));
    lab.flush();
    assert!(told.get());
}

#[test]
fn after_a_reset_a_failure_is_forgotten_and_a_new_call_shown() {
    let lab = Lab::new();
    let mutation = watch(&lab, working(&lab, &Log::default()));
    drop(mutation.handle().mutate(-1));
    lab.advance(10);
    mutation.handle().reset();
    let handle = mutation.handle();
    assert_eq!((handle.error(), handle.failure_count(), handle.is_idle()), (None, 0, true));
    drop(handle.mutate(1));
    lab.advance(10);
    assert!(handle.is_success());
}
