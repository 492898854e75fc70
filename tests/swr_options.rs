//! SWR's options that hand a decision to the app: slow requests, retries, pauses, and data that stands in.

#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use lab::{Lab, Swr, Text, alice, bob, ms};
use yew_clerk::client::{MutatorOptions, SwrOptions};
use yew_clerk::engine::callbacks::ErrorRetry;
use yew_clerk::engine::entry::FetchStatus;
use yew_clerk::engine::observing::Watch;
use yew_clerk::engine::options::Access;

/// What was called, as text.
type Said = Rc<RefCell<Vec<String>>>;

fn listener(said: &Said) -> impl Fn(&yew_clerk::engine::key::Key) + 'static + use<> {
    let said = said.clone();
    move |key| said.borrow_mut().push(key.to_json())
}

#[test]
fn a_first_load_that_takes_long_is_told_once_after_the_loading_timeout() {
    let (lab, said) = (Lab::new(), Said::default());
    let server = lab.counter(8_000);
    let _shown = lab.swr("k", &server, &Swr::new().on_loading_slow(listener(&said)));
    lab.advance(2_999);
    assert!(said.borrow().is_empty());
    lab.advance(1);
    assert_eq!(*said.borrow(), [r#""k""#]);
    lab.advance(60_000);
    assert_eq!(said.borrow().len(), 1);
}

#[test]
fn what_is_quick_or_has_data_or_has_no_timeout_is_not_slow() {
    let (lab, said) = (Lab::new(), Said::default());
    let slow = |options: Swr| options.loading_timeout(ms(100)).on_loading_slow(listener(&said));
    let quick = lab.swr("quick", &lab.counter(99), &slow(Swr::new()));
    lab.advance(500);
    let loaded = lab.counter(0);
    let again = lab.swr("again", &loaded, &slow(Swr::new()));
    lab.flush();
    loaded.delay.set(500);
    drop(lab.run(lab.client.mutate::<i32, Text>("again")));
    lab.advance(1_000);
    let off = lab.swr("off", &lab.counter(500), &slow(Swr::new()).loading_timeout(Duration::ZERO));
    lab.advance(1_000);
    assert!(said.borrow().is_empty(), "{said:?}");
    assert_eq!((quick.number(), again.number(), off.number()), (Some(0), Some(1), Some(0)));
}

#[test]
fn a_slow_request_of_a_component_that_has_gone_is_told_to_nobody() {
    let (lab, said) = (Lab::new(), Said::default());
    let options = Swr::new().loading_timeout(ms(100)).on_loading_slow(listener(&said));
    let shown = lab.swr("k", &lab.counter(500), &options);
    lab.advance(50);
    drop(shown);
    lab.advance(1_000);
    assert!(said.borrow().is_empty());
}

#[test]
fn a_request_that_follows_a_quick_one_has_its_own_time() {
    let (lab, said) = (Lab::new(), Said::default());
    let server = lab.broken(60);
    let options = Swr::new()
        .loading_timeout(ms(100))
        .error_retry_delay(|_, _| ms(10))
        .on_loading_slow(listener(&said));
    let _shown = lab.swr("k", &server, &options);
    lab.advance(69);
    server.delay.set(500);
    lab.advance(1);
    lab.advance(99);
    assert!(said.borrow().is_empty(), "the second request began at 70");
    lab.advance(1);
    assert_eq!(said.borrow().len(), 1);
}

type Retries = Rc<RefCell<Vec<ErrorRetry>>>;

/// Keeps what a rule for retries was given.
fn kept(retries: &Retries) -> Swr {
    let retries = retries.clone();
    Swr::new()
        .deduping_interval(Duration::ZERO)
        .on_error_retry(move |_, _, retry| retries.borrow_mut().push(retry))
}

#[test]
fn a_rule_for_retries_takes_the_place_of_the_backoff_and_counts_the_tries() {
    let (lab, retries) = (Lab::new(), Retries::default());
    let server = lab.broken(10);
    let shown = lab.swr("k", &server, &kept(&retries));
    lab.advance(60_000);
    assert_eq!((server.calls(), shown.error()), (1, Some("error 0")));
    for expected in 1..4 {
        let retry = retries.borrow().last().cloned().expect("a retry to decide on");
        assert_eq!(retry.retry_count, expected);
        retry.revalidate();
        lab.advance(10);
        assert_eq!(server.calls(), expected + 1);
    }
    drop(lab.run(lab.client.mutate::<i32, Text>("k")));
    lab.advance(10);
    assert_eq!(retries.borrow().last().map(|retry| retry.retry_count), Some(1), "a new chain");
}

#[test]
fn a_retry_that_comes_too_late_does_nothing() {
    let (lab, retries) = (Lab::new(), Retries::default());
    let server = lab.broken(10);
    let shown = lab.swr("k", &server, &kept(&retries));
    lab.advance(10);
    let retry = retries.borrow_mut().pop().expect("a retry to decide on");
    drop(lab.run(lab.client.mutate::<i32, Text>("k")));
    lab.flush();
    retry.revalidate();
    lab.advance(5);
    assert_eq!(server.calls(), 2, "one runs already");
    lab.advance(5);
    drop(shown);
    retries.borrow_mut().pop().expect("a second retry").revalidate();
    lab.advance(100);
    assert_eq!(server.calls(), 2, "nobody shows it any more");
}

#[test]
fn a_retry_decided_for_one_user_does_not_fetch_for_the_next() {
    let (lab, retries) = (Lab::new(), Retries::default());
    lab.own(alice());
    let server = lab.broken(10);
    let _shown = lab.swr("k", &server, &kept(&retries));
    lab.advance(10);
    let retry = retries.borrow_mut().pop().expect("a retry to decide on");
    lab.own(bob());
    lab.advance(10);
    let calls = server.calls();
    retry.revalidate();
    lab.advance(10);
    assert_eq!(server.calls(), calls);
}

#[test]
fn a_rule_for_retries_is_not_asked_when_no_retry_is_allowed_or_the_return_fetches_anyhow() {
    let (lab, retries) = (Lab::new(), Retries::default());
    let asked = |key: Text, options: Swr| {
        let before = retries.borrow().len();
        let shown = lab.swr(key, &lab.broken(0), &options);
        lab.advance(100);
        drop(shown);
        retries.borrow().len() - before
    };
    assert_eq!(asked("off", kept(&retries).should_retry_on_error(false)), 0);
    assert_eq!(asked("none", kept(&retries).error_retry_count(0)), 0);
    assert_eq!(asked("on", kept(&retries)), 1);
    lab.hide();
    assert_eq!(asked("hidden", kept(&retries)), 0);
    assert_eq!(asked("hidden, no focus", kept(&retries).revalidate_on_focus(false)), 1);
}

#[test]
fn while_paused_nothing_is_fetched_not_even_on_request_and_a_failure_is_not_shown() {
    let lab = Lab::new();
    let paused = Rc::new(Cell::new(true));
    let options = || {
        let paused = paused.clone();
        Swr::new().deduping_interval(Duration::ZERO).is_paused_with(move || paused.get())
    };
    let server = lab.counter(10);
    let shown = lab.swr("k", &server, &options());
    assert_eq!(shown.fetch_status(), FetchStatus::Idle, "no false start");
    let asked = lab.run(lab.client.mutate::<i32, Text>("k"));
    lab.advance(10_000);
    lab.focus();
    lab.advance(10);
    assert_eq!((server.calls(), asked.take().is_some()), (0, true), "the caller is answered");
    paused.set(false);
    lab.advance(10_000);
    lab.focus();
    lab.advance(10);
    assert_eq!(shown.number(), Some(0));

    let broken = lab.broken(100);
    let failing = lab.swr("broken", &broken, &options());
    lab.advance(50);
    paused.set(true);
    lab.advance(50);
    assert_eq!((failing.error(), failing.fetch_status()), (None, FetchStatus::Idle));
    lab.advance(60_000);
    assert_eq!(broken.calls(), 1, "no retry either");
}

#[test]
fn polling_goes_on_when_a_pause_is_over() {
    let (lab, paused) = (Lab::new(), Rc::new(Cell::new(false)));
    let server = lab.counter(0);
    let rule = paused.clone();
    let options = Swr::new().deduping_interval(Duration::ZERO).refresh_interval(ms(100));
    let _shown = lab.swr("k", &server, &options.is_paused_with(move || rule.get()));
    lab.advance(100);
    paused.set(true);
    lab.advance(500);
    assert_eq!(server.calls(), 2);
    paused.set(false);
    lab.advance(100);
    assert_eq!(server.calls(), 3);
}

#[test]
fn a_write_by_hand_works_while_paused() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let shown = lab.swr("k", &server, &Swr::new().is_paused(true));
    drop(lab.run(lab.client.mutate_data::<i32, Text>("k", 7, MutatorOptions::new())));
    lab.advance(100);
    assert_eq!((shown.number(), server.calls()), (Some(7), 0));
}

#[test]
fn a_fallback_is_shown_for_its_key_until_the_data_is_there_and_is_never_cached() {
    let lab = Lab::new();
    let fallback = || Swr::new().fallback("a", 1).fallback(("b", 2), 2).fallback("a", 3);
    let a = lab.swr("a", &lab.counter(10), &fallback());
    let b = lab.swr(("b", 2), &lab.counter(10), &fallback().revalidate_if_stale(false));
    let own = lab.swr("a", &lab.counter(10), &fallback().fallback_data(9));
    let other = lab.swr("c", &lab.counter(10), &fallback());
    let numbers = || [&a, &b, &own, &other].map(|shown| shown.number());
    assert_eq!(numbers(), [Some(3), Some(2), Some(9), None]);
    assert_eq!(lab.data::<i32>("a"), None);
    lab.advance(10);
    assert_eq!(numbers(), [Some(0), Some(2), Some(0), Some(0)], "b counts as there");
}

#[test]
fn a_fallback_follows_the_key() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let options = Swr::new().fallback("a", 1).fallback("b", 2).access(Access::Public);
    let shown = lab.swr("a", &server, &options);
    assert_eq!(shown.number(), Some(1));
    shown.update(lab::swr_watch("b", &server, &options));
    assert_eq!(shown.number(), Some(2));
    shown.update(lab::swr_watch(None::<Text>, &server, &options));
    assert_eq!(shown.number(), None);
}

#[test]
fn callbacks_for_all_hooks_are_told_of_their_own_type_or_of_any() {
    let (lab, said) = (Lab::new(), Said::default());
    let (typed, any, data) = (said.clone(), said.clone(), said.clone());
    let of_texts = SwrOptions::<(), Text>::new()
        .should_retry_on_error(false)
        .on_error(move |error, _| typed.borrow_mut().push((*error).to_owned()));
    let of_any = SwrOptions::<(), ()>::new()
        .on_any_success(move |found, _| {
            data.borrow_mut().extend(found.get::<i32>().map(|n| n.to_string()))
        })
        .on_any_error(move |failure, _| any.borrow_mut().push(failure.type_name().to_owned()));
    let show = |key: Text, server: &lab::Server<i32>, options: &SwrOptions| {
        let (key, fetcher) = (Some(lab::key(key)), Some(server.fetcher()));
        lab.watch(Watch { key, options: options.resolved(), fetcher })
    };
    let of_texts = of_texts.for_all();
    let _texts = show("texts", &lab.broken(0), &of_texts);
    let _both = show("both", &lab.broken(0), &of_texts.with(&of_any));
    let _good = show("good", &lab.counter(0), &of_any);
    lab.flush();
    let mut said = said.borrow().clone();
    said.sort();
    assert_eq!(said, ["&str", "0", "error 0"]);
}

#[test]
fn later_options_lie_over_earlier_ones() {
    let lab = Lab::new();
    let outer = Swr::new().fallback("a", 1).fallback_data(5);
    let both = outer.with(&Swr::new().fallback("b", 2).fallback_data(6));
    assert_eq!(lab.swr("c", &lab.counter(10), &both).number(), Some(6));
    let maps = Swr::new().fallback("a", 1).with(&Swr::new().fallback("b", 2));
    assert_eq!(lab.swr("a", &lab.counter(10), &maps).number(), Some(1));
    assert_eq!(lab.swr("b", &lab.counter(10), &maps).number(), Some(2));
}
