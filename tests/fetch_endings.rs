//! How a request ends early: abort, timeout, a dropped future. And what the log says of it.

#[path = "support/fetch_world.rs"]
mod world;

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Duration;

use serde_json::json;
use world::{Reply, World, bob, ms};
use yew_clerk::auth::{AuthState, TokenError};
use yew_clerk::engine::signal::Signal;
use yew_clerk::fetch::{
    CredentialKind, FetchError, Method, RequestEvent, RequestOutcome, subscribe_requests,
};

/// An authenticated request has its token after 10 ms, its answer after 20, its body after 25.
const STAGES: [(u64, usize); 6] = [(0, 0), (5, 0), (10, 1), (15, 1), (20, 1), (24, 1)];

#[test]
fn an_abort_ends_a_request_at_each_of_its_stages() {
    for (moment, sent) in STAGES {
        let world = World::new();
        let signal = Signal::new();
        let running = world.sim.run(world.api.get("/x").signal(&signal).json::<String>());
        world.sim.advance_ms(moment);
        signal.abort();
        world.sim.flush();
        assert_eq!(running.take(), Some(Err(FetchError::Aborted)), "{moment}");
        assert_eq!(world.net.count(), sent, "{moment}");
        assert!(world.net.sent.borrow().iter().all(|request| request.signal.is_aborted()));
    }
}

#[test]
fn a_signal_that_was_aborted_before_sends_nothing() {
    let world = World::new();
    let signal = Signal::new();
    signal.abort();
    let result = world.finish(world.api.get("/x").signal(&signal).send());
    assert_eq!(result.map(|_| ()), Err(FetchError::Aborted));
    assert_eq!((world.net.count(), world.source.mints()), (0, 0));
}

#[test]
fn a_signal_counts_as_listened_to_once_a_request_has_it() {
    let world = World::new();
    let signal = Signal::new();
    assert!(!signal.is_consumed());
    drop(world.api.get("/x").signal(&signal));
    assert!(signal.is_consumed());
}

#[test]
fn an_abort_does_not_stop_the_token_that_others_wait_for() {
    let world = World::new();
    let signal = Signal::new();
    let first = world.sim.run(world.api.get("/x").signal(&signal).json::<String>());
    let second = world.sim.run(world.api.get("/x").json::<String>());
    signal.abort();
    assert_eq!(world.until(&first), Err(FetchError::Aborted));
    assert_eq!(world.until(&second), Ok("ok".to_owned()));
    assert_eq!(world.source.mints(), 1);
}

#[test]
fn a_dropped_future_aborts_what_it_had_sent() {
    for (moment, sent) in STAGES {
        let world = World::new();
        let mut running = Box::pin(world.api.get("/x").json::<String>());
        let mut poll = || {
            let context = &mut Context::from_waker(Waker::noop());
            assert!(running.as_mut().poll(context).is_pending());
        };
        poll();
        for _ in 0..moment {
            world.sim.advance_ms(1);
            poll();
        }
        drop(running);
        assert_eq!(world.net.count(), sent, "{moment}");
        assert!(world.net.sent.borrow().iter().all(|request| request.signal.is_aborted()));
    }
}

#[test]
fn a_request_that_ended_well_is_not_aborted_afterwards() {
    let world = World::new();
    world.finish(world.api.get("/x").json::<String>()).unwrap();
    assert!(!world.net.last().signal.is_aborted());
}

#[test]
fn an_answer_that_is_dropped_unread_ends_its_transfer() {
    let world = World::new();
    let response = world.finish(world.api.get("/x").send()).unwrap();
    assert!(!world.net.last().signal.is_aborted());
    drop(response);
    assert!(world.net.last().signal.is_aborted());
}

#[test]
fn a_request_takes_thirty_seconds_at_most_unless_told() {
    let world = World::new();
    world.net.serve(|_| Reply::never());
    let running = world.sim.run(world.plain.get("/x").send());
    let short = world.sim.run(world.plain.get("/x").timeout(ms(500)).send());
    let endless = world.sim.run(world.plain.get("/x").no_timeout().send());
    world.sim.advance_ms(500);
    let timeout = |after| Some(Err(FetchError::Timeout { after }));
    assert_eq!(short.take().map(|result| result.map(|_| ())), timeout(ms(500)));
    world.sim.advance_ms(29_499);
    assert!(running.take().is_none());
    world.sim.advance_ms(1);
    let after = Duration::from_secs(30);
    assert_eq!(running.take().map(|result| result.map(|_| ())), timeout(after));
    world.sim.advance(Duration::from_secs(3_600));
    assert!(endless.take().is_none());
}

#[test]
fn the_timeout_covers_the_reading_of_the_body() {
    let world = World::new();
    world.net.serve(|_| Reply { body_delay: None, ..Reply::status(200) });
    let after = Duration::from_secs(1);
    for status in [200, 500] {
        world.net.serve(move |_| Reply { body_delay: None, ..Reply::status(status) });
        let result = world.finish(world.plain.get("/x").timeout(after).text());
        assert_eq!(result, Err(FetchError::Timeout { after }), "{status}");
        assert!(world.net.last().signal.is_aborted());
    }
}

#[test]
fn the_timeout_covers_the_wait_for_a_token() {
    let world = World::new();
    world.source.delay.set(None);
    let after = Duration::from_secs(1);
    let result = world.finish(world.api.get("/x").timeout(after).text());
    assert_eq!(result, Err(FetchError::Timeout { after }));
}

#[test]
fn a_source_that_never_answers_costs_ten_seconds_and_can_be_tried_again() {
    let world = World::new();
    world.source.delay.set(None);
    let running = world.sim.run(world.api.get("/x").text());
    world.sim.advance(Duration::from_secs(10));
    let after = Duration::from_secs(10);
    let error = running.take().unwrap().unwrap_err();
    assert_eq!(error, FetchError::NoToken(TokenError::Timeout { after }));
    assert!(error.is_retryable());
}

#[test]
fn an_abort_after_a_timeout_changes_nothing_of_the_reason() {
    let world = World::new();
    world.net.serve(|_| Reply::never());
    let signal = Signal::new();
    let request = world.plain.get("/x").signal(&signal).timeout(ms(100));
    let running = world.sim.run(async move { request.send().await.map(|_| ()) });
    world.sim.advance_ms(100);
    signal.abort();
    world.sim.flush();
    assert_eq!(running.take(), Some(Err(FetchError::Timeout { after: ms(100) })));
}

#[test]
fn requests_that_ended_leave_no_timer_no_task_and_no_listener() {
    let world = World::new();
    world.finish(world.api.get("/x").json::<String>()).unwrap();
    let (timers, tasks) = (world.sim.timer_count(), world.sim.task_count());
    assert_eq!((timers, tasks), (0, 0));
}

fn recorded() -> (Rc<RefCell<Vec<RequestEvent>>>, yew_clerk::auth::Subscription) {
    let events = Rc::new(RefCell::new(Vec::new()));
    let list = events.clone();
    (events, subscribe_requests(move |event| list.borrow_mut().push(event.clone())))
}

#[test]
fn the_log_tells_how_requests_ended_and_nothing_secret() {
    let world = World::new();
    let (events, guard) = recorded();
    world.finish(world.plain.get("/a?key=secret#x").json::<String>()).unwrap();
    world.finish(world.api.post("/b").json::<String>()).unwrap();
    world.net.serve(|_| Reply::status(404));
    world.finish(world.plain.get("https://other.example/c?d").send()).unwrap_err();
    world.net.serve(|_| Reply::json(&json!(5)));
    world.finish(world.plain.get("/d").json::<String>()).unwrap_err();
    world.net.serve(|_| Reply::lost());
    world.finish(world.plain.get("/e").send()).unwrap_err();
    drop(guard);
    world.finish(world.plain.get("/f").send()).unwrap_err();
    let events = events.borrow();
    let told: Vec<_> =
        events.iter().map(|e| (e.method, &*e.path, e.outcome, e.credential)).collect();
    // A plain request to the own origin travels with its cookies.
    let (none, cookie) = (CredentialKind::None, CredentialKind::Cookie);
    assert_eq!(
        told,
        [
            (Method::Get, "/a", RequestOutcome::Status(200), cookie),
            (Method::Post, "/b", RequestOutcome::Status(200), CredentialKind::Bearer),
            (Method::Get, "https://other.example/c", RequestOutcome::Status(404), none),
            (Method::Get, "/d", RequestOutcome::Failed("decode"), cookie),
            (Method::Get, "/e", RequestOutcome::Failed("network"), cookie),
        ]
    );
    assert_eq!(events[0].duration, ms(15));
    assert!(events.windows(2).all(|two| two[0].id < two[1].id && two[0].started < two[1].started));
    assert!(events.iter().all(|event| !event.replayed));
    assert!(!format!("{events:?}").contains("secret"));
}

#[test]
fn the_log_tells_of_replays_and_of_requests_given_up() {
    let world = World::new();
    let (events, _guard) = recorded();
    world.net.serve(|_| Reply::status(401));
    world.finish(world.api.get("/a").send()).unwrap_err();
    let signal = Signal::new();
    let running = world.sim.run(world.plain.get("/b").signal(&signal).text());
    signal.abort();
    assert!(world.until(&running).is_err());
    let running = world.sim.run(world.api.get("/c").text());
    world.source.sign_in(bob());
    assert!(world.until(&running).is_err());
    world.source.set_state(AuthState::SignedOut);
    assert!(world.finish(world.api.get("/d").text()).is_err());
    let told: Vec<_> = events.borrow().iter().map(|e| (e.outcome, e.replayed)).collect();
    assert_eq!(
        told,
        [
            (RequestOutcome::Status(401), true),
            (RequestOutcome::Failed("aborted"), false),
            (RequestOutcome::Failed("identity changed"), false),
            (RequestOutcome::Failed("no token"), false),
        ]
    );
}

#[test]
fn a_listener_of_the_log_may_make_requests_itself() {
    let world = World::new();
    let (fetch, sim) = (world.plain.clone(), world.sim.clone());
    let left = RefCell::new(3);
    let _guard = subscribe_requests(move |_| {
        if *left.borrow() > 0 {
            *left.borrow_mut() -= 1;
            let request = fetch.get("/again").text();
            sim.spawn(Box::pin(async move { drop(request.await) }));
        }
    });
    world.finish(world.plain.get("/x").text()).unwrap();
    world.sim.advance_ms(200);
    assert_eq!(world.net.count(), 4);
}
