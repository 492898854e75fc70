//! SWR's `preload` and `unload`.

#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lab::{Lab, Server, Swr, SwrOptionsOf, Text, alice, bob, ms};
use yew_clerk::client::{MutatorOptions, QueryError, SwrOptions};
use yew_clerk::engine::event::Owner;
use yew_clerk::engine::options::Access;
use yew_clerk::engine::sim::Outcome;

type Shown<T> = Result<Option<Rc<T>>, QueryError<Text>>;

/// Preloads "k" from a server that answers at the same time as hooks would be.
fn preload(lab: &Lab, server: &Server<i32>) -> Outcome<Shown<i32>> {
    preload_with(lab, server, &Swr::new())
}

fn preload_with(lab: &Lab, server: &Server<i32>, options: &Swr) -> Outcome<Shown<i32>> {
    let server = server.clone();
    lab.run(lab.client.preload_with("k", move |_| server.request(), options))
}

fn number(outcome: &Outcome<Shown<i32>>) -> Option<i32> {
    outcome.take().expect("an end").expect("no error").map(|data| *data)
}

/// P54.
#[test]
fn several_preloads_are_one_request_whose_answer_the_first_hook_takes() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let done = [(); 3].map(|()| preload(&lab, &server));
    assert_eq!(server.calls(), 1);
    let hook = lab.swr("k", &server, &Swr::new().deduping_interval(ms(0)));
    assert!(hook.is_loading());
    lab.advance(10);
    assert_eq!((hook.number(), server.calls()), (Some(0), 1));
    assert_eq!(done.each_ref().map(number), [Some(0); 3]);
}

/// P54.
#[test]
fn an_answer_that_waits_is_taken_however_old_it_is() {
    let lab = Lab::new();
    let server = lab.counter(10);
    preload(&lab, &server);
    lab.advance(60_000);
    assert_eq!((number(&preload(&lab, &server)), server.calls()), (Some(0), 1));
    let hook = lab.swr("k", &server, &Swr::new());
    lab.flush();
    assert_eq!((hook.number(), hook.is_validating(), server.calls()), (Some(0), false, 1));
}

#[test]
fn only_the_first_hook_takes_it() {
    let lab = Lab::new();
    let server = lab.counter(0);
    preload(&lab, &server);
    let options = Swr::new().deduping_interval(ms(5));
    let _first = lab.swr("k", &server, &options);
    lab.advance(4);
    let _deduped = lab.swr("k", &server, &options);
    assert_eq!(server.calls(), 1, "deduping begins when it is taken");
    lab.advance(2);
    let _second = lab.swr("k", &server, &options);
    lab.flush();
    assert_eq!(server.calls(), 2);
    preload(&lab, &server);
    assert_eq!(server.calls(), 3, "a new one is a new request");
}

#[test]
fn a_hook_that_changes_its_key_takes_it_as_well() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let hook = lab.swr("other", &server, &Swr::new());
    lab.flush();
    preload(&lab, &server);
    hook.update(lab::swr_watch("k", &server, &Swr::new()));
    lab.flush();
    assert_eq!((hook.number(), server.calls()), (Some(1), 2));
}

#[test]
fn a_hook_that_does_not_fetch_leaves_it_to_the_next() {
    let lab = Lab::new();
    let server = lab.counter(0);
    preload(&lab, &server);
    let _paused = lab.swr("k", &server, &Swr::new().is_paused(true));
    let _calm = lab.swr("k", &server, &Swr::new().revalidate_on_mount(false));
    lab.advance(10_000);
    let _hook = lab.swr("k", &server, &Swr::new());
    lab.flush();
    assert_eq!(server.calls(), 1);
}

#[test]
fn a_preload_that_fails_shows_its_error_in_the_hook_which_tries_again() {
    for late in [false, true] {
        let lab = Lab::new();
        let server = lab.server(10, |n| if n == 0 { Err("err") } else { Ok(1) });
        let failed = preload(&lab, &server);
        let errors = Rc::<Cell<u32>>::default();
        let count = errors.clone();
        let options = Swr::new().on_error(move |_, _| count.set(count.get() + 1));
        if late {
            lab.advance(10);
            assert!(matches!(failed.take(), Some(Err(QueryError::Failed(_)))));
            let again = preload(&lab, &server);
            assert!(
                matches!(again.take(), Some(Err(QueryError::Failed(error))) if *error == "err")
            );
        }
        let hook = lab.swr("k", &server, &options);
        lab.advance(10);
        assert_eq!((hook.error(), server.calls(), errors.get()), (Some("err"), 1, 1), "{late}");
        lab.advance(5_010);
        assert_eq!((hook.number(), hook.error(), server.calls()), (Some(1), None, 2), "{late}");
    }
}

#[test]
fn a_preload_that_fails_is_not_tried_again_for_nobody() {
    let lab = Lab::new();
    let server = lab.broken(0);
    preload(&lab, &server);
    lab.advance(100_000);
    assert_eq!(server.calls(), 1);
}

#[test]
fn the_hook_that_takes_it_hears_of_it_once() {
    for late in [false, true] {
        let lab = Lab::new();
        let server = lab.counter(10);
        preload(&lab, &server);
        if late {
            lab.advance(10);
        }
        let heard = Rc::<RefCell<Vec<i32>>>::default();
        let hear = heard.clone();
        let options = Swr::new().on_success(move |data, _| hear.borrow_mut().push(*data));
        let _hooks = [(); 2].map(|()| lab.swr("k", &server, &options));
        lab.advance(10);
        assert_eq!(heard.take(), [0], "late: {late}");
    }
}

#[test]
fn mutate_does_not_take_what_was_preloaded() {
    let lab = Lab::new();
    let server = lab.counter(0);
    preload(&lab, &server);
    drop(lab.client.mutate::<i32, Text>("k"));
    let hook = lab.swr("k", &server, &Swr::new());
    lab.flush();
    assert_eq!((hook.number(), server.calls()), (Some(1), 2));
    let lab = Lab::new();
    let server = lab.counter(10);
    let done = preload(&lab, &server);
    drop(lab.client.mutate_data::<_, Text>("k", 7, MutatorOptions::new()));
    lab.flush();
    assert_eq!(number(&done), Some(7), "what is in flight is ignored");
    lab.advance(10);
    assert_eq!(lab.data("k"), Some(7));
    let hook = lab.swr("k", &server, &Swr::new());
    lab.advance(10);
    assert_eq!((hook.number(), server.calls()), (Some(1), 2), "what was written is fetched anew");
}

#[test]
fn a_preload_of_what_is_shown_already_is_a_fetch_and_leaves_nothing_behind() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let hook = lab.swr("k", &server, &Swr::new());
    lab.flush();
    preload(&lab, &server);
    assert_eq!((hook.number(), server.calls()), (Some(1), 2));
    lab.advance(3_000);
    let _other = lab.swr("k", &server, &Swr::new());
    lab.flush();
    assert_eq!(server.calls(), 3);
}

#[test]
fn nothing_is_preloaded_without_a_key() {
    let lab = Lab::new();
    for key in [None, Some("")] {
        let none = lab.client.preload(key, |_: Text| async { Ok::<i32, Text>(1) });
        assert_eq!(number(&lab.run(none)), None);
    }
    assert_eq!(lab.entries(), 0);
}

#[test]
fn what_was_preloaded_for_one_user_is_gone_for_the_next() {
    for arrived in [false, true] {
        let lab = Lab::new();
        lab.own(alice());
        let server = lab.counter(10);
        let done = preload(&lab, &server);
        if arrived {
            lab.advance(10);
        }
        lab.own(bob());
        assert!(arrived || matches!(done.take(), Some(Err(QueryError::Cancelled))));
        lab.advance(10);
        assert_eq!(lab.entries(), 0);
        let hook = lab.swr("k", &server, &Swr::new());
        assert_eq!(hook.number(), None);
        lab.advance(10);
        assert_eq!((hook.number(), server.calls()), (Some(1), 2));
    }
}

#[test]
fn the_next_user_does_not_take_what_is_theirs_for_what_was_preloaded() {
    let lab = Lab::new();
    lab.own(alice());
    let server = lab.counter(0);
    let _paused = lab.swr("k", &server, &Swr::new().is_paused(true));
    preload(&lab, &server);
    lab.own(bob());
    lab.client.set_query_data("k", 7).unwrap();
    let hook = lab.swr("k", &server, &Swr::new());
    assert_eq!(hook.number(), Some(7));
    lab.flush();
    assert_eq!((hook.number(), server.calls()), (Some(1), 2));
}

#[test]
fn what_is_the_same_for_everybody_stays() {
    let lab = Lab::new();
    lab.own(alice());
    let server = lab.counter(10);
    preload_with(&lab, &server, &Swr::new().access(Access::Public));
    lab.own(bob());
    let hook = lab.swr("k", &server, &Swr::new().access(Access::Public));
    lab.advance(10);
    assert_eq!((hook.number(), server.calls()), (Some(0), 1));
}

#[test]
fn a_private_preload_waits_until_it_is_known_who_is_signed_in() {
    let lab = Lab::new();
    lab.own(Owner::Unknown);
    let server = lab.counter(0);
    let done = preload(&lab, &server);
    assert_eq!(server.calls(), 0);
    lab.own(alice());
    assert_eq!((number(&done), server.calls()), (Some(0), 1));
    let hook = lab.swr("k", &server, &Swr::new());
    lab.flush();
    assert_eq!((hook.number(), server.calls()), (Some(0), 1));
}

#[test]
fn what_nobody_takes_is_dropped_in_the_end() {
    let lab = Lab::new();
    preload(&lab, &lab.counter(0));
    lab.advance(299_999);
    assert_eq!(lab.entries(), 1);
    lab.advance(1);
    assert_eq!(lab.entries(), 0);
}

/// A server whose answer is the version of the day.
fn versions(lab: &Lab) -> (Rc<Cell<i32>>, Server<i32>) {
    let version = Rc::<Cell<i32>>::default();
    let inner = version.clone();
    (version, lab.server(10, move |_| Ok(inner.get())))
}

#[test]
fn unload_empties_the_cache_and_fetches_what_is_shown() {
    let lab = Lab::new();
    let (version, server) = versions(&lab);
    let hook = lab.swr("k", &server, &Swr::new());
    lab.client.set_query_data("unused", 1).unwrap();
    lab.advance(10);
    version.set(1);
    lab.client.unload();
    assert_eq!((hook.number(), hook.is_loading(), lab.entries()), (None, true, 1));
    lab.advance(10);
    assert_eq!((hook.number(), server.calls()), (Some(1), 2));
}

#[test]
fn unload_without_a_fetch_leaves_everybody_empty() {
    let lab = Lab::new();
    let (_, server) = versions(&lab);
    let options = Swr::new().keep_previous_data(true);
    let hooks = [lab.swr("k", &server, &options), lab.swr("k", &server, &options)];
    lab.advance(10);
    assert_eq!(hooks.each_ref().map(|hook| hook.number()), [Some(0); 2]);
    lab.client.unload_with(false);
    lab.advance(100);
    assert_eq!(hooks.each_ref().map(|hook| hook.number()), [None; 2]);
    assert_eq!((server.calls(), hooks[0].is_validating()), (1, false));
    lab.advance(10_000);
    lab.focus();
    lab.advance(10);
    assert_eq!(hooks.each_ref().map(|hook| hook.number()), [Some(0); 2], "life goes on");
}

#[test]
fn a_request_in_flight_is_discarded() {
    let lab = Lab::new();
    let (_, server) = versions(&lab);
    let discarded = Rc::<RefCell<Vec<String>>>::default();
    let note = discarded.clone();
    let options = Swr::new().on_discarded(move |key| note.borrow_mut().push(key.to_json()));
    let hook = lab.swr("k", &server, &options);
    let waits = lab.run(lab.client.mutate::<i32, Text>("k"));
    lab.client.unload_with(false);
    lab.advance(20);
    assert_eq!((hook.number(), lab.fetching()), (None, 0));
    assert_eq!(*discarded.borrow(), ["\"k\""]);
    assert_eq!(number(&waits), None);
    assert!(server.signal(0).is_aborted());
}

#[test]
fn who_awaits_a_request_gets_the_answer_of_the_new_one() {
    let lab = Lab::new();
    let (version, server) = versions(&lab);
    let hook = lab.swr("k", &server, &Swr::new());
    let waits = lab.run(lab.client.mutate::<i32, Text>("k"));
    version.set(1);
    lab.advance(5);
    lab.client.unload();
    lab.advance(10);
    assert_eq!((number(&waits), hook.number()), (Some(1), Some(1)));
}

#[test]
fn a_mutation_in_flight_writes_nothing_and_answers() {
    let lab = Lab::new();
    let server = lab.server(0, |_| Ok("fetched"));
    let hook = lab.swr("k", &server, &SwrOptionsOf::new());
    lab.flush();
    let wait = lab.sim.sleep(ms(50));
    let work = async move {
        wait.await;
        Ok::<_, Text>("mutated")
    };
    let options = MutatorOptions::new().optimistic_data("soon");
    let done = lab.run(lab.client.mutate_async("k", work, options));
    lab.client.unload_with(false);
    assert_eq!(hook.data::<Text>(), None);
    lab.advance(50);
    assert!(matches!(done.take(), Some(Ok(Some(text))) if *text == "mutated"));
    assert_eq!((hook.data::<Text>(), server.calls()), (None, 1));
}

#[test]
fn after_an_unload_nothing_holds_back_a_fetch() {
    let lab = Lab::new();
    let server = lab.server(0, |_| Ok("fetched"));
    let hook = lab.swr("k", &server, &SwrOptionsOf::new());
    lab.flush();
    let never = std::future::pending::<Result<Text, Text>>();
    drop(lab.client.mutate_async("k", never, MutatorOptions::new()));
    lab.client.unload();
    lab.flush();
    assert_eq!((hook.data(), server.calls()), (Some("fetched"), 2));
}

#[test]
fn what_was_preloaded_is_unloaded() {
    let lab = Lab::new();
    let server = lab.counter(0);
    preload(&lab, &server);
    lab.client.unload();
    assert_eq!(lab.entries(), 0);
    let hook = lab.swr("k", &server, &Swr::new());
    lab.flush();
    assert_eq!((hook.number(), server.calls()), (Some(1), 2));
}

#[test]
fn errors_retries_and_polls_begin_anew() {
    let lab = Lab::new();
    let server = lab.server(0, |n| if n == 0 { Err("no") } else { Ok(1) });
    let options = SwrOptions::<i32, Text>::new().refresh_interval(ms(20_000));
    let hook = lab.swr("k", &server, &options);
    lab.flush();
    assert_eq!(hook.error(), Some("no"));
    lab.client.unload();
    lab.flush();
    assert_eq!((hook.error(), hook.number(), server.calls()), (None, Some(1), 2));
    lab.advance(19_999);
    assert_eq!(server.calls(), 2, "the old retry is forgotten");
    lab.advance(1);
    assert_eq!(server.calls(), 3);
    lab.client.engine().unwrap().check().unwrap();
}
