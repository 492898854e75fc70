//! What happens when things happen at the same time: mounts and unmounts in flight, keys that flip, rules that
//! call back, two hooks with different wishes.

#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use lab::{Lab, NEVER, Swr, Text, key, ms, swr_watch};
use yew_clerk::client::{QueryContext, QueryError, query_options};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::filters::Filters;
use yew_clerk::engine::options::NetworkMode;

#[test]
fn a_key_that_is_used_for_two_types_gives_an_error_and_breaks_nothing() {
    let lab = Lab::new();
    let (numbers, texts) = (lab.counter(0), lab.server(0, |_| Ok("text")));
    let number = lab.query(&numbers.query("k"));
    lab.flush();
    let text = lab.query(&texts.query("k"));
    lab.flush();
    assert_eq!((number.number(), text.data()), (None, Some("text")));
    assert!(matches!(lab.client.get_query_data::<i32>("k"), Err(QueryError::TypeMismatch(_))));
    let fetched = lab.run(lab.client.fetch_query(numbers.query("k").stale_time(NEVER)));
    assert!(matches!(fetched.take(), Some(Err(QueryError::TypeMismatch(_)))));
}

#[test]
fn rules_of_the_users_may_call_the_client() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let client = lab.client.clone();
    let (asked, kept) = (Rc::<Cell<u32>>::default(), Rc::new(RefCell::new(Vec::new())));
    let (count, keep) = (asked.clone(), kept.clone());
    let query = server.query("k").compare(move |_, _| {
        count.set(count.get() + 1);
        client.set_query_data("from a rule", 5).unwrap();
        drop(client.invalidate_queries("other"));
        let observer = client.observe(
            yew_clerk::engine::observing::Watch {
                key: Some(key("other")),
                options: lab::swr_defaults(),
                fetcher: None,
            },
            Rc::new(|| ()),
        );
        keep.borrow_mut().push(observer);
        drop(client.clone());
        false
    });
    let shown = lab.query(&query);
    lab.flush();
    drop(shown.refetch());
    lab.flush();
    assert_eq!((asked.get(), lab.data("from a rule")), (1, Some(5)));
    assert_eq!(lab.client.engine().unwrap().observer_count(), 2);
    kept.borrow_mut().clear();
    assert_eq!(lab.client.engine().unwrap().observer_count(), 1);
    let client = lab.client.clone();
    let reentrant = Filters {
        predicate: Some(Rc::new(move |_, _| client.set_query_data("from a filter", 6).is_ok())),
        ..Filters::default()
    };
    assert!(lab.client.is_fetching(reentrant) == 0 && lab.data::<i32>("from a filter").is_none());
    lab.flush();
    let client = lab.client.clone();
    let reentrant = Filters {
        predicate: Some(Rc::new(move |_, _| client.set_query_data("from a filter", 6).is_ok())),
        ..Filters::default()
    };
    lab.client.keys(reentrant);
    lab.flush();
    assert_eq!(lab.data("from a filter"), Some(6), "it happens as soon as it can");
}

#[test]
fn a_request_survives_its_component_unless_it_can_be_stopped() {
    let lab = Lab::new();
    let (plain, abortable) = (lab.counter(50), lab.counter(50).abortable());
    drop((lab.query(&plain.query("a")), lab.query(&abortable.query("b")), lab.flush()));
    lab.flush();
    assert!(abortable.signal(0).is_aborted());
    let state = lab.state("b").unwrap();
    assert_eq!((state.status, state.fetch_status), (Status::Pending, FetchStatus::Idle));
    lab.advance(50);
    assert_eq!((lab.data("a"), lab.data::<i32>("b")), (Some(0), None));
}

#[test]
fn a_request_can_be_stopped_if_its_own_attempt_has_asked_for_the_signal() {
    for asks_again in [true, false] {
        let lab = Lab::new();
        let (calls, sim) = (Rc::<Cell<u32>>::default(), lab.sim.clone());
        let count = calls.clone();
        let query = query_options("k", move |context: QueryContext| {
            let n = count.replace(count.get() + 1);
            let signal = (n == 0 || asks_again).then(|| context.signal());
            let wait = sim.sleep(ms(10));
            async move {
                wait.await;
                drop(signal);
                if n == 0 { Err("no") } else { Ok(n) }
            }
        });
        let shown = lab.query(&query.retry_delay(ms(10)));
        lab.advance(25);
        assert_eq!(calls.get(), 2);
        drop(shown);
        lab.advance(5);
        assert_eq!(lab.data("k"), (!asks_again).then_some(1_u32));
    }
}

#[test]
fn one_of_two_components_that_leaves_stops_nothing() {
    let lab = Lab::new();
    let server = lab.counter(50).abortable();
    let stays = lab.query(&server.query("k"));
    drop((lab.query(&server.query("k")), lab.flush()));
    lab.advance(50);
    assert_eq!((server.calls(), stays.number()), (1, Some(0)));
}

#[test]
fn who_awaits_a_request_keeps_it_running_and_who_does_not_lets_it_go() {
    for awaited in [true, false] {
        let lab = Lab::new();
        let server = lab.counter(50).abortable();
        let shown = lab.query(&server.query("k"));
        lab.advance(50);
        let started = shown.refetch();
        let answer = awaited.then(|| lab.run(started));
        lab.flush();
        drop(shown);
        lab.advance(50);
        assert_eq!(server.signal(1).is_aborted(), !awaited);
        assert_eq!(lab.data("k"), Some(i32::from(awaited)));
        assert!(answer.is_none_or(|answer| answer.take().is_some()));
    }
}

#[test]
fn a_key_that_flips_there_and_back_shares_the_request_that_runs() {
    let lab = Lab::new();
    let server = lab.server(50, Ok);
    let query = |key: Text| server.query(key);
    let shown = lab.query(&query("a"));
    lab.advance(10);
    shown.update(lab.query_watch(&query("b")));
    lab.flush();
    shown.update(lab.query_watch(&query("a")));
    // Passed through within one turn, a key is not asked for at all.
    shown.update(lab.query_watch(&query("c")));
    shown.update(lab.query_watch(&query("a")));
    lab.advance(40);
    assert_eq!((shown.data(), server.calls()), (Some(0_u32), 2));
    assert_eq!(shown.fetch_status(), FetchStatus::Idle);
    lab.advance(10);
    assert_eq!(lab.data("b"), Some(1_u32), "written under its own key");
    assert_eq!(shown.data(), Some(0_u32));
}

#[test]
fn the_request_that_started_last_wins_whenever_it_ends() {
    let lab = Lab::new();
    let server = lab.counter(100);
    let shown = lab.swr("k", &server, &Swr::new());
    lab.advance(10);
    server.delay.set(20);
    let second = lab.run(lab.client.mutate::<i32, Text>("k"));
    assert!(server.signal(0).is_aborted());
    lab.advance(20);
    assert_eq!(shown.number(), Some(1));
    assert!(second.take().is_some());
    lab.advance(200);
    assert_eq!(shown.number(), Some(1));
}

#[test]
fn a_refetch_without_data_joins_the_first_load() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let shown = lab.query(&server.query("k"));
    lab.flush();
    let refetch = lab.run(shown.refetch());
    lab.advance(10);
    assert_eq!((server.calls(), refetch.take().is_some()), (1, true));
}

#[test]
fn who_waits_for_a_superseded_request_gets_the_answer_of_the_new_one() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let shown = lab.query(&server.query("k"));
    lab.advance(10);
    let first = lab.run(lab.client.fetch_query(server.query("k")));
    lab.advance(5);
    drop(shown.refetch());
    lab.advance(5);
    assert!(first.take().is_none());
    lab.advance(5);
    assert!(matches!(first.take(), Some(Ok(data)) if *data == 2));
}

#[test]
fn an_answer_after_the_entry_was_removed_goes_nowhere() {
    let lab = Lab::new();
    let server = lab.counter(50);
    let fetch = lab.run(lab.client.fetch_query(server.query("k")));
    lab.client.clear();
    lab.flush();
    assert!(matches!(fetch.take(), Some(Err(QueryError::Cancelled))));
    lab.client.set_query_data("k", 7).unwrap();
    lab.advance(100);
    assert_eq!(lab.data("k"), Some(7));
}

#[test]
fn an_observer_after_a_cancellation_starts_anew() {
    let lab = Lab::new();
    let server = lab.counter(50);
    let first = lab.query(&server.query("k"));
    lab.flush();
    lab.client.cancel_queries("k");
    assert_eq!(first.states(), (Status::Pending, FetchStatus::Idle));
    let second = lab.query(&server.query("k"));
    assert!(first.is_loading() && second.is_loading());
    lab.advance(50);
    assert_eq!((first.number(), second.number(), server.calls()), (Some(1), Some(1), 2));
}

#[test]
fn both_dialects_share_one_entry_each_with_its_own_words() {
    let lab = Lab::new();
    let server = lab.broken(10);
    let swr = lab.swr("k", &server, &Swr::new().error_retry_count(0));
    let query = lab.query(&server.query("k").retry(0));
    lab.advance(10);
    assert_eq!((swr.error(), query.error()), (Some("error 0"), Some("error 0")));
    drop(query.refetch());
    assert_eq!((swr.error(), query.error()), (Some("error 0"), None));
    assert!(swr.is_loading() && query.is_loading());
    lab.advance(10);
    assert_eq!((server.calls(), query.status()), (2, Status::Error));
}

#[test]
fn a_fetch_by_hand_joins_a_hooks_request_and_its_retries() {
    let lab = Lab::new();
    let server = lab.server(0, |n| if n == 0 { Err("no") } else { Ok(n) });
    let _shown = lab.query(&server.query("k"));
    lab.flush();
    let fetch = lab.run(lab.client.fetch_query(server.query("k")));
    lab.advance(1_000);
    assert!(matches!(fetch.take(), Some(Ok(data)) if *data == 1));
    assert_eq!(server.calls(), 2);
}

#[test]
fn a_paused_first_load_that_nobody_shows_any_more_is_given_up() {
    let lab = Lab::new();
    let server = lab.counter(0);
    lab.online(false);
    drop(lab.query(&server.query("k").network_mode(NetworkMode::Online)));
    lab.online(true);
    assert_eq!((server.calls(), lab.fetching()), (0, 0));
}

#[test]
fn spans_without_end_are_no_trouble() {
    let lab = Lab::new();
    let (server, broken) = (lab.counter(0), lab.broken(0));
    let swr = Swr::new()
        .deduping_interval(NEVER)
        .focus_throttle_interval(NEVER)
        .refresh_interval(NEVER)
        .error_retry_interval(NEVER)
        .gc_time(NEVER);
    let shown = lab.swr("a", &server, &swr);
    let _failing = (
        lab.swr("b", &broken, &swr),
        lab.query(&broken.query("c").retry_delay(NEVER).stale_time(NEVER).gc_time(NEVER)),
    );
    lab.sim.advance(Duration::from_secs(1_000_000_000));
    lab.focus();
    assert_eq!((server.calls(), broken.calls()), (1, 2));
    drop(lab.client.mutate::<i32, Text>("a"));
    lab.flush();
    assert_eq!(shown.number(), Some(1));
}

#[test]
fn a_hook_that_unmounts_itself_when_it_is_told_leaves_the_rest_in_order() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let slot = Rc::new(RefCell::new(None));
    let inner = slot.clone();
    let suicidal = lab
        .client
        .observe(swr_watch("k", &server, &Swr::new()), Rc::new(move || drop(inner.take())));
    suicidal.view().read(yew_clerk::engine::observer::Fields::ALL, |_| ());
    slot.replace(Some(suicidal));
    let other = lab.swr("k", &server, &Swr::new());
    lab.advance(10);
    assert_eq!((other.number(), lab.client.engine().unwrap().observer_count()), (Some(0), 1));
    lab.client.engine().unwrap().check().unwrap();
}

#[test]
fn a_listener_that_fetches_again_comes_to_an_end() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let (client, left) = (lab.client.clone(), Rc::new(Cell::new(3)));
    let count = left.clone();
    let shown = lab.client.observe(
        swr_watch("k", &server, &Swr::new()),
        Rc::new(move || {
            if count.get() > 0 {
                count.set(count.get() - 1);
                drop(client.invalidate_queries("k"));
            }
        }),
    );
    shown.view().read(yew_clerk::engine::observer::Fields::DATA, |_| ());
    lab.advance(100);
    assert_eq!((server.calls(), left.get()), (4, 0));
    assert_eq!(lab.fetching(), 0);
}
