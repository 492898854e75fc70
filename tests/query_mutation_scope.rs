//! Mutations beside each other: scopes, the order after a reconnect, cancellation, and who looks at all of them.

#[path = "support/lab.rs"]
mod lab;
#[path = "support/mutations.rs"]
mod mutations;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lab::{Lab, Text, alice, bob, key, ms};
use mutations::watch;
use yew_clerk::client::{
    MutationObserver, MutationOptions, QueryError, mutation_options, mutation_options_of,
    mutation_options_with,
};
use yew_clerk::engine::mutation::{MutationFilters, MutationState, MutationStatus};
use yew_clerk::engine::signal::Signal;

type Options = MutationOptions<i32, i32, Text>;
type Log = Rc<RefCell<Vec<String>>>;

/// A mutation that takes 10 ms and fails for negative numbers.
fn working(lab: &Lab, log: &Log) -> Options {
    let (sim, log) = (lab.sim.clone(), log.clone());
    mutation_options(move |n: Rc<i32>| {
        log.borrow_mut().push(format!("run {n}"));
        let (wait, log) = (sim.sleep(ms(10)), log.clone());
        async move {
            wait.await;
            log.borrow_mut().push(format!("end {n}"));
            if *n < 0 { Err("no") } else { Ok(*n) }
        }
    })
}

/// A watched mutation, of a scope or of none.
fn scoped(lab: &Lab, log: &Log, scope: Option<&str>) -> MutationObserver<i32, i32, Text> {
    let options = working(lab, log);
    watch(
        lab,
        match scope {
            Some(scope) => options.scope(scope),
            None => options,
        },
    )
}

#[test]
fn mutations_of_one_scope_run_one_after_the_other_also_after_a_failure() {
    let (lab, log) = (Lab::new(), Log::default());
    let [a, b, other, free] =
        [Some("s"), Some("s"), Some("t"), None].map(|scope| scoped(&lab, &log, scope));
    lab.run(a.handle().mutate(-1));
    lab.run(b.handle().mutate(2));
    lab.run(b.handle().mutate(3));
    lab.run(other.handle().mutate(4));
    lab.run(free.handle().mutate(5));
    assert_eq!(log.take(), ["run -1", "run 4", "run 5"]);
    assert!(b.handle().is_pending() && b.handle().is_paused());
    lab.advance(10);
    assert_eq!(log.take(), ["end -1", "run 2", "end 4", "end 5"]);
    lab.advance(10);
    assert_eq!(log.take(), ["end 2", "run 3"]);
    assert!(!b.handle().is_paused());
    lab.advance(10);
    assert_eq!(b.handle().data().as_deref(), Some(&3));
}

#[test]
fn the_next_of_a_scope_waits_for_the_callbacks_of_the_one_before() {
    let (lab, log) = (Lab::new(), Log::default());
    let sim = lab.sim.clone();
    let options = working(&lab, &log).scope("s").on_success_async(move |_, _, _| {
        let wait = sim.sleep(ms(5));
        async move {
            wait.await;
            Ok(())
        }
    });
    let observer = watch(&lab, options);
    lab.run(observer.handle().mutate(1));
    lab.run(observer.handle().mutate(2));
    lab.advance(14);
    assert_eq!(log.take(), ["run 1", "end 1"]);
    lab.advance(1);
    assert_eq!(log.take(), ["run 2"]);
}

#[test]
fn on_mutate_of_a_mutation_that_waits_for_its_scope_is_called_at_once() {
    let (lab, log) = (Lab::new(), Log::default());
    let begun = log.clone();
    let options = working(&lab, &log).scope("s").on_mutate(move |n| {
        begun.borrow_mut().push(format!("mutate {n}"));
    });
    let observer = watch(&lab, options);
    lab.run(observer.handle().mutate(1));
    lab.run(observer.handle().mutate(2));
    assert_eq!(log.take(), ["mutate 1", "run 1", "mutate 2"]);
}

#[test]
fn after_a_reconnect_paused_mutations_run_before_queries_are_fetched() {
    let (lab, log) = (Lab::new(), Log::default());
    let server = lab.counter(5);
    let shown = lab.query(&server.query("k"));
    lab.advance(5);
    lab.online(false);
    let [free, first, second] = [None, Some("s"), Some("s")].map(|scope| scoped(&lab, &log, scope));
    lab.run(free.handle().mutate(-1));
    lab.run(first.handle().mutate(2));
    lab.run(second.handle().mutate(3));
    lab.online(true);
    assert_eq!(log.take(), ["run -1", "run 2"], "side by side, save for the scope");
    lab.advance(19);
    assert_eq!((server.calls(), shown.number()), (1, Some(0)));
    lab.advance(1);
    assert_eq!(log.take(), ["end -1", "end 2", "run 3", "end 3"]);
    assert_eq!(server.calls(), 2);
}

#[test]
fn without_paused_mutations_a_reconnect_fetches_at_once() {
    let (lab, log) = (Lab::new(), Log::default());
    let server = lab.counter(5);
    let _shown = lab.query(&server.query("k"));
    lab.advance(5);
    let observer = watch(&lab, working(&lab, &log));
    lab.run(observer.handle().mutate(1));
    lab.online(false);
    lab.online(true);
    assert_eq!(server.calls(), 2);
}

#[test]
fn queries_that_wait_for_a_mutation_go_on_when_it_is_cancelled_or_its_user_goes() {
    for leaves in [false, true] {
        let (lab, log) = (Lab::new(), Log::default());
        lab.own(alice());
        let server = lab.counter(5);
        let _shown = lab.query(&server.query("k"));
        lab.advance(5);
        lab.online(false);
        let observer = watch(&lab, working(&lab, &log));
        lab.run(observer.handle().mutate(1));
        lab.online(true);
        assert_eq!(server.calls(), 1);
        if leaves {
            lab.own(bob());
        } else {
            observer.handle().cancel();
            lab.flush();
        }
        assert_eq!(server.calls(), 2);
    }
}

#[test]
fn a_return_to_the_page_runs_held_back_retries_before_it_fetches() {
    let (lab, log) = (Lab::new(), Log::default());
    let server = lab.counter(5);
    let _shown = lab.query(&server.query("k"));
    lab.advance(5);
    lab.hide();
    let observer = watch(&lab, working(&lab, &log).retry(1).retry_delay(ms(1)));
    lab.run(observer.handle().mutate(-1));
    lab.advance(30);
    lab.show();
    assert_eq!((server.calls(), log.take().len()), (1, 3));
    lab.advance(10);
    assert_eq!(server.calls(), 2);
}

#[test]
fn a_later_return_to_the_page_does_not_wait_for_a_mutation_that_runs_by_then() {
    let (lab, log) = (Lab::new(), Log::default());
    let server = lab.counter(5);
    let _shown = lab.query(&server.query("k"));
    lab.advance(5);
    lab.online(false);
    let observer = watch(&lab, working(&lab, &log));
    lab.run(observer.handle().mutate(1));
    lab.online(true);
    lab.advance(1);
    assert_eq!(server.calls(), 1);
    lab.focus();
    assert_eq!(server.calls(), 2);
}

/// A mutation that never ends by itself, with the signals of its calls.
fn endless(lab: &Lab) -> (MutationObserver<i32, i32, Text, i32>, Rc<RefCell<Vec<Signal>>>, Log) {
    let (signals, log) = (Rc::<RefCell<Vec<Signal>>>::default(), Log::default());
    let kept = signals.clone();
    let options = mutation_options_with(move |_: Rc<i32>, context| {
        kept.borrow_mut().push(context.signal());
        std::future::pending::<Result<i32, Text>>()
    });
    let [undone, failed, settled] = [(); 3].map(|()| log.clone());
    let options = options
        .mutation_key("endless")
        .scope("s")
        .on_mutate(|n| n * 10)
        .on_cancel(move |n, c| undone.borrow_mut().push(format!("cancel {n} {c:?}")))
        .on_error(move |_, _, _| failed.borrow_mut().push("error".into()))
        .on_settled(move |_, _, _| settled.borrow_mut().push("settled".into()));
    (watch(lab, options), signals, log)
}

#[test]
fn a_cancelled_mutation_is_aborted_undone_and_idle() {
    let lab = Lab::new();
    let (observer, signals, log) = endless(&lab);
    let handle = observer.handle();
    let done = lab.run(handle.mutate(1));
    assert!(!signals.borrow()[0].is_aborted());
    handle.cancel();
    lab.flush();
    assert!(signals.borrow()[0].is_aborted() && handle.is_idle());
    assert!(matches!(done.take(), Some(Err(QueryError::Cancelled))));
    assert_eq!(log.take(), ["cancel 1 Some(10)"]);
    assert_eq!((lab.client.is_mutating(MutationFilters::default()), lab.sim.task_count()), (0, 0));
}

#[test]
fn a_mutation_that_is_cancelled_while_it_waits_is_never_sent_and_the_next_of_its_scope_goes_on() {
    let lab = Lab::new();
    let (first, signals, log) = endless(&lab);
    let second = watch(&lab, working(&lab, &Log::default()).scope("s"));
    lab.online(false);
    lab.run(first.handle().mutate(1));
    lab.run(second.handle().mutate(2));
    first.handle().cancel();
    lab.online(true);
    lab.advance(10);
    assert!(signals.borrow().is_empty());
    assert_eq!(log.take(), ["cancel 1 Some(10)"]);
    assert!(second.handle().is_success());
}

#[test]
fn the_delay_of_a_retry_can_be_cancelled() {
    let (lab, log) = (Lab::new(), Log::default());
    let observer = watch(&lab, working(&lab, &log).retry(5));
    let done = lab.run(observer.handle().mutate(-1));
    lab.advance(20);
    observer.handle().cancel();
    lab.flush();
    assert!(matches!(done.take(), Some(Err(QueryError::Cancelled))));
    lab.advance(60_000);
    assert_eq!(log.take(), ["run -1", "end -1"]);
}

#[test]
fn a_mutation_whose_function_has_ended_cannot_be_cancelled_any_more() {
    let (lab, log) = (Lab::new(), Log::default());
    let sim = lab.sim.clone();
    let options = working(&lab, &log).on_success_async(move |_, _, _| {
        let wait = sim.sleep(ms(5));
        async move {
            wait.await;
            Ok(())
        }
    });
    let observer = watch(&lab, options);
    lab.run(observer.handle().mutate(1));
    lab.advance(12);
    observer.handle().cancel();
    lab.advance(3);
    assert!(observer.handle().is_success());
    observer.handle().cancel();
    lab.flush();
    assert!(observer.handle().is_success());
}

fn number(state: &MutationState) -> Option<i32> {
    state.variables::<i32>().map(|n| *n)
}

#[test]
fn all_mutations_can_be_looked_at_by_key_and_status() {
    let (lab, log) = (Lab::new(), Log::default());
    let [a, b, none] = [Some("a"), Some("b"), None].map(|name| {
        let options = working(&lab, &log);
        watch(
            &lab,
            match name {
                Some(name) => options.mutation_key(("notes", name)),
                None => options,
            },
        )
    });
    lab.run(a.handle().mutate(1));
    lab.advance(10);
    lab.run(a.handle().mutate(2));
    lab.run(b.handle().mutate(-3));
    lab.run(none.handle().mutate(4));
    let client = &lab.client;
    let all = MutationFilters::default;
    assert_eq!(client.is_mutating(all()), 3);
    assert_eq!(client.is_mutating("notes"), 2);
    assert_eq!(client.is_mutating(("notes", "a")), 1);
    let exact = MutationFilters { key: Some(key("notes")), exact: true, ..all() };
    assert_eq!(client.is_mutating(exact), 0);
    let odd = |state: &MutationState| number(state).is_some_and(|n| n % 2 != 0);
    let odd = MutationFilters { predicate: Some(Rc::new(odd)), ..all() };
    assert_eq!(client.mutation_state(odd, number), [Some(1), Some(-3)]);
    lab.advance(10);
    let having = |status| client.mutation_state(MutationFilters::status(status), number);
    assert_eq!(having(MutationStatus::Success), [Some(1), Some(2), Some(4)]);
    assert_eq!(having(MutationStatus::Error), [Some(-3)]);
    let errors = client.mutation_state(("notes", "b"), |state| state.error::<Text>());
    assert_eq!(errors[0].as_deref(), Some(&"no"));
    assert_eq!(client.is_mutating(all()), 0);
}

#[test]
fn a_mutation_is_forgotten_some_time_after_nobody_shows_it_and_never_while_it_runs() {
    let (lab, log) = (Lab::new(), Log::default());
    let observer = watch(&lab, working(&lab, &log).gc_time(ms(100)));
    let count = || lab.client.mutation_state(MutationFilters::default(), number).len();
    lab.run(observer.handle().mutate(1));
    lab.advance(1_000);
    assert_eq!(count(), 1, "it is shown");
    lab.run(observer.handle().mutate(2));
    lab.advance(99);
    assert_eq!(count(), 2);
    lab.advance(1);
    assert_eq!(count(), 1, "another is shown instead");
    lab.online(false);
    lab.run(observer.handle().mutate(3));
    drop(observer);
    lab.advance(10_000);
    assert_eq!(count(), 1, "it waits for the network");
    lab.online(true);
    lab.advance(109);
    assert_eq!(count(), 1);
    lab.advance(1);
    assert_eq!((count(), lab.sim.timer_count()), (0, 0));
}

#[test]
fn a_mutation_that_is_called_after_its_component_has_gone_is_forgotten_too() {
    let (lab, log) = (Lab::new(), Log::default());
    let observer = watch(&lab, working(&lab, &log).gc_time(ms(100)));
    let handle = observer.handle();
    drop(observer);
    let done = lab.run(handle.mutate(1));
    lab.advance(10);
    assert!(done.take().unwrap().is_ok());
    assert_eq!(lab.client.mutation_state(MutationFilters::default(), number), [Some(1)]);
    lab.advance(100);
    assert!(lab.client.mutation_state(MutationFilters::default(), number).is_empty());
}

#[test]
fn to_clear_the_cache_forgets_mutations_that_have_ended_and_lets_others_run_on() {
    let (lab, log) = (Lab::new(), Log::default());
    let observer = watch(&lab, working(&lab, &log));
    lab.run(observer.handle().mutate(1));
    lab.advance(10);
    lab.run(observer.handle().mutate(2));
    lab.client.clear();
    assert_eq!(lab.client.mutation_state(MutationFilters::default(), number), [Some(2)]);
    lab.advance(10);
    assert!(observer.handle().is_success());
}

#[test]
fn another_user_sees_no_mutation_of_the_one_before() {
    let (lab, log) = (Lab::new(), Log::default());
    lab.own(alice());
    let observer = watch(&lab, working(&lab, &log));
    lab.run(observer.handle().mutate(1));
    lab.advance(10);
    lab.run(observer.handle().mutate(2));
    lab.own(bob());
    let all = || lab.client.mutation_state(MutationFilters::default(), number);
    assert!(all().is_empty() && lab.client.is_mutating(MutationFilters::default()) == 0);
    lab.advance(10);
    assert!(all().is_empty());
    lab.run(observer.handle().mutate(3));
    assert_eq!(all(), [Some(3)]);
}

#[test]
fn defaults_for_a_key_bring_what_a_mutation_leaves_open() {
    let (lab, log) = (Lab::new(), Log::default());
    let told = Rc::new(Cell::new(0));
    let count = told.clone();
    let defaults = working(&lab, &log).retry(1).retry_delay(ms(1));
    let defaults = defaults.on_settled(move |_, _, _| count.set(count.get() + 1));
    lab.client.set_mutation_defaults("notes", defaults).unwrap();
    let observer = watch(&lab, mutation_options_of::<i32, i32, Text>(("notes", 1)));
    lab.run(observer.handle().mutate(-1));
    lab.advance(21);
    assert_eq!((observer.handle().failure_count(), told.get()), (2, 1));
    let own = mutation_options_of::<i32, i32, Text>(("notes", 1)).retry(0).on_success(|_, _, _| ());
    observer.update(&lab.client, own);
    lab.run(observer.handle().mutate(-1));
    lab.advance(10);
    assert_eq!((observer.handle().failure_count(), told.get()), (1, 1), "its own come first");
}

#[test]
fn later_defaults_have_more_to_say_and_the_same_key_is_set_anew() {
    let lab = Lab::new();
    let answer = |n: i32| mutation_options(move |_: Rc<i32>| async move { Ok::<_, Text>(n) });
    let observer = watch(&lab, mutation_options_of::<i32, i32, Text>(("notes", 1)));
    let ask = || {
        lab.run(observer.handle().mutate(0));
        lab.flush();
        observer.handle().data().map(|n| *n)
    };
    lab.client.set_mutation_defaults("notes", answer(1)).unwrap();
    assert_eq!(ask(), Some(1), "also what is set after the component has rendered");
    lab.client.set_mutation_defaults(("notes", 1), answer(2)).unwrap();
    assert_eq!(ask(), Some(2));
    lab.client.set_mutation_defaults("notes", answer(3)).unwrap();
    assert_eq!(ask(), Some(3));
    lab.client.set_mutation_defaults("other", answer(4)).unwrap();
    assert_eq!(ask(), Some(3));
}

#[test]
fn a_default_function_for_other_types_is_a_typed_error() {
    let lab = Lab::new();
    let text = mutation_options(|_: Rc<String>| async { Ok::<i32, Text>(1) });
    lab.client.set_mutation_defaults("a", text).unwrap();
    let observer = watch(&lab, mutation_options_of::<i32, i32, Text>("a"));
    let done = lab.run(observer.handle().mutate(1));
    assert!(matches!(done.take(), Some(Err(QueryError::TypeMismatch(_)))));
    assert!(observer.handle().is_error() && observer.handle().error().is_none());
}
