//! Requests with a session token: the right one, of the right user, renewed once when refused.

#[path = "support/fetch_world.rs"]
mod world;

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use serde_json::json;
use world::{Reply, World, alice, bearer, bob, claims_of, jwt};
use yew_clerk::auth::{
    AuthClient, AuthState, Credential, CustomSource, Token, TokenError, TokenOptions, cookie,
};
use yew_clerk::fetch::{Body, Cache, Fetch, FetchError, Request};

fn user_of(request: &Request) -> String {
    let header = bearer(request).unwrap();
    let token = Token::new(header.strip_prefix("Bearer ").unwrap());
    token.claims().unwrap().sub.unwrap().to_string()
}

/// A server that refuses every token it has been shown until now.
fn revoke_all(world: &World) {
    let shown: HashSet<_> = world.net.sent.borrow().iter().filter_map(bearer).collect();
    world.net.serve(move |request| match bearer(request) {
        Some(token) if !shown.contains(&token) => Reply::json(&json!("ok")),
        _ => Reply::status(401),
    });
}

fn refuse_everything(world: &World) {
    world.net.serve(|_| Reply::text(401, r#"{"error":"unknown azp"}"#));
}

fn load(world: &World, fetch: &Fetch) -> Result<String, FetchError> {
    world.finish(fetch.get("/x").json())
}

#[test]
fn each_request_carries_the_token_and_stays_out_of_the_browsers_cache() {
    let world = World::new();
    assert_eq!(load(&world, &world.api), Ok("ok".to_owned()));
    let sent = world.net.last();
    assert_eq!((user_of(&sent), sent.cache), ("user_alice".to_owned(), Cache::NoStore));
    load(&world, &world.api).unwrap();
    assert_eq!(world.source.mints(), 1);
}

#[test]
fn nothing_leaves_without_a_token() {
    let cases = [
        (AuthState::Loading, TokenError::NotLoaded),
        (AuthState::SignedOut, TokenError::SignedOut),
        (AuthState::Failed { message: "blocked".into() }, TokenError::unavailable("blocked")),
    ];
    for (state, error) in cases {
        let world = World::in_state(state);
        let sent = world.finish(world.api.get("/x").send()).map(|_| ());
        assert_eq!(sent, Err(FetchError::NoToken(error)));
        assert_eq!(world.net.count(), 0);
    }
}

#[test]
fn requests_made_while_loading_leave_when_the_user_is_known() {
    let world = World::in_state(AuthState::Loading);
    let waiting = world.sim.run(world.api.get("/x").json::<String>());
    world.sim.advance_ms(3_000);
    assert_eq!(world.net.count(), 0);
    world.source.sign_in(bob());
    assert_eq!(world.until(&waiting), Ok("ok".to_owned()));
    assert_eq!(user_of(&world.net.last()), "user_bob");
}

#[test]
fn the_token_options_of_a_request_reach_the_source() {
    let world = World::new();
    let options = TokenOptions::template("hasura");
    world.finish(world.api.get("/x").token(options.clone()).send()).unwrap();
    assert_eq!(*world.source.calls.borrow(), [options]);
}

#[test]
fn twenty_refusals_at_once_cost_one_mint_and_one_replay_each() {
    let world = World::new();
    load(&world, &world.api).unwrap();
    revoke_all(&world);
    let first = bearer(&world.net.last());
    world.net.sent.borrow_mut().clear();
    let waiting: Vec<_> =
        (0..20).map(|_| world.sim.run(world.api.get("/x").json::<String>())).collect();
    for one in &waiting {
        assert_eq!(world.until(one), Ok("ok".to_owned()));
    }
    assert_eq!((world.source.mints(), world.source.forced_mints()), (2, 1));
    let sent = world.net.sent.borrow();
    assert_eq!(sent.len(), 40);
    let old = sent.iter().filter(|request| bearer(request) == first).count();
    assert_eq!(old, 20);
}

#[test]
fn a_refusal_that_comes_after_the_renewal_just_uses_the_newer_token() {
    let world = World::new();
    load(&world, &world.api).unwrap();
    let old = bearer(&world.net.last());
    let slow = Rc::new(Cell::new(true));
    let first_is_slow = slow.clone();
    world.net.serve(move |request| {
        if bearer(request) != old {
            return Reply::json(&json!("ok"));
        }
        let delay = if first_is_slow.replace(false) { 500 } else { 10 };
        Reply { delay: Some(delay), ..Reply::status(401) }
    });
    let late = world.sim.run(world.api.get("/x").json::<String>());
    let early = world.sim.run(world.api.get("/x").json::<String>());
    assert!(world.until(&early).is_ok() && world.until(&late).is_ok());
    assert_eq!(world.source.forced_mints(), 1);
}

#[test]
fn the_replay_sends_the_same_body() {
    let world = World::new();
    load(&world, &world.api).unwrap();
    revoke_all(&world);
    world.finish(world.api.post("/x?a=1").json_body(&json!({ "b": 2 })).send()).unwrap();
    let sent = world.net.sent.borrow();
    let [.., refused, replayed] = sent.as_slice() else { panic!("too few") };
    assert_eq!((&refused.url, &refused.body), (&replayed.url, &replayed.body));
    assert_eq!(replayed.body, Body::Text(r#"{"b":2}"#.into()));
    assert_ne!(bearer(refused), bearer(replayed));
}

#[test]
fn a_server_that_refuses_everything_gets_one_replay_and_no_storm_of_mints() {
    let world = World::new();
    refuse_everything(&world);
    let error = load(&world, &world.api).unwrap_err();
    assert_eq!(error.status_error().unwrap().body(), Some(json!({ "error": "unknown azp" })));
    assert_eq!((world.net.count(), world.source.mints()), (2, 2));
    for _ in 0..5 {
        assert_eq!(load(&world, &world.api).unwrap_err().status(), Some(401));
    }
    assert_eq!((world.net.count(), world.source.mints()), (7, 2));
    world.sim.advance(Duration::from_secs(10));
    load(&world, &world.api).unwrap_err();
    assert_eq!(world.source.mints(), 3);
}

#[test]
fn tokens_that_are_revoked_again_and_again_are_renewed_each_time() {
    let world = World::new();
    load(&world, &world.api).unwrap();
    for _ in 0..4 {
        revoke_all(&world);
        load(&world, &world.api).unwrap();
    }
    assert_eq!(world.source.forced_mints(), 4);
}

#[test]
fn a_renewal_that_fails_is_reported_as_that_and_may_be_tried_again() {
    let world = World::new();
    load(&world, &world.api).unwrap();
    refuse_everything(&world);
    world.source.script(|_, _| Some(Err(TokenError::Offline)));
    let error = load(&world, &world.api).unwrap_err();
    assert_eq!(error, FetchError::NoToken(TokenError::Offline));
    assert!(error.is_retryable());
}

#[test]
fn a_source_that_has_but_one_token_leads_to_no_replay() {
    let world = World::new();
    let token = jwt(&claims_of(&alice(), 1_000, 60, 1));
    world.source.script(move |_, _| Some(Ok(Credential::Bearer(Token::new(&*token)))));
    refuse_everything(&world);
    assert_eq!(load(&world, &world.api).unwrap_err().status(), Some(401));
    assert_eq!(world.net.count(), 1);
}

#[test]
fn a_session_that_ended_signs_the_request_out_and_not_in_again() {
    let world = World::new();
    load(&world, &world.api).unwrap();
    refuse_everything(&world);
    let source = Rc::downgrade(&world.source);
    world.source.script(move |_, _| {
        if let Some(source) = source.upgrade() {
            source.set_state(AuthState::SignedOut);
        }
        Some(Err(TokenError::SignedOut))
    });
    assert_eq!(load(&world, &world.api), Err(FetchError::IdentityChanged));
    assert_eq!(load(&world, &world.api), Err(FetchError::NoToken(TokenError::SignedOut)));
}

/// Bob takes over when `moment` milliseconds of Alice's request have passed. Token 0..10, answer 10..20,
/// body 20..25.
fn switched_at(moment: u64, switch: impl Fn(&World)) -> (World, Result<String, FetchError>) {
    let world = World::new();
    let running = world.sim.run(world.api.get("/x").json::<String>());
    world.sim.advance_ms(moment);
    assert!(running.take().is_none());
    switch(&world);
    let result = world.until(&running);
    (world, result)
}

#[test]
fn a_change_of_the_user_ends_a_request_at_each_of_its_stages() {
    for (moment, sent) in [(0, 0), (5, 0), (10, 1), (15, 1), (20, 1), (23, 1)] {
        let (world, result) = switched_at(moment, |world| world.source.sign_in(bob()));
        assert_eq!(result, Err(FetchError::IdentityChanged), "{moment}");
        assert_eq!(world.net.count(), sent, "{moment}");
        assert!(world.net.sent.borrow().iter().all(|request| request.signal.is_aborted()));
    }
}

#[test]
fn a_change_that_the_source_has_not_told_yet_is_noticed_as_well() {
    for moment in [5, 15, 23] {
        let (_, result) = switched_at(moment, |world| {
            world.source.set_state_silently(AuthState::signed_in(bob()));
        });
        assert_eq!(result, Err(FetchError::IdentityChanged), "{moment}");
    }
}

#[test]
fn another_organisation_is_another_user_and_so_is_nobody() {
    let changes =
        [AuthState::signed_in(alice().with_org("org_1")), AuthState::SignedOut, AuthState::Loading];
    for state in changes {
        let (_, result) = switched_at(15, |world| world.source.set_state(state.clone()));
        assert_eq!(result, Err(FetchError::IdentityChanged), "{state:?}");
    }
}

#[test]
fn a_request_made_while_loading_does_not_leave_with_the_token_of_who_is_gone() {
    let world = World::in_state(AuthState::Loading);
    let (first, source) = (world.auth.get_token(&TokenOptions::default()), world.source.clone());
    world.sim.spawn(Box::pin(async move {
        drop(first.await);
        source.sign_in(bob());
    }));
    let running = world.sim.run(world.api.get("/x").json::<String>());
    world.source.sign_in(alice());
    assert_eq!(world.until(&running), Err(FetchError::IdentityChanged));
    assert_eq!(world.net.count(), 0);
}

/// A request that is made between two users, when nobody is known to be there any more.
fn in_between(then: impl FnOnce(&World)) -> (World, Result<String, FetchError>) {
    let world = World::new();
    world.source.set_state(AuthState::Loading);
    let asked = world.sim.run(world.api.post("/x").json::<String>());
    then(&world);
    let result = world.until(&asked);
    (world, result)
}

#[test]
fn a_request_between_two_users_is_the_firsts_and_does_not_leave_as_the_second() {
    let (world, result) = in_between(|world| world.source.sign_in(bob()));
    assert_eq!((result, world.net.count()), (Err(FetchError::IdentityChanged), 0));

    let told_later = |world: &World| {
        world.source.set_state_silently(AuthState::signed_in(bob()));
        let asked = world.sim.run(world.api.post("/x").json::<String>());
        assert_eq!(world.until(&asked), Err(FetchError::IdentityChanged));
    };
    let (world, result) = in_between(told_later);
    assert_eq!((result, world.net.count()), (Err(FetchError::IdentityChanged), 0));

    // What is asked afterwards is the second's own.
    assert_eq!(world.finish(world.api.get("/x").json::<String>()), Ok("ok".to_owned()));
    assert_eq!(user_of(&world.net.last()), "user_bob");
}

#[test]
fn a_request_between_two_states_of_the_same_user_leaves() {
    let (world, result) = in_between(|world| world.source.sign_in(alice()));
    assert_eq!(result, Ok("ok".to_owned()));
    assert_eq!(user_of(&world.net.last()), "user_alice");
}

#[test]
fn a_request_between_a_user_and_nobody_is_signed_out() {
    let (world, result) = in_between(|world| world.source.set_state(AuthState::SignedOut));
    assert_eq!(result, Err(FetchError::NoToken(TokenError::SignedOut)));
    assert_eq!(world.net.count(), 0);
}

#[test]
fn after_a_sign_out_a_request_made_while_the_next_user_is_loading_is_the_nexts() {
    let world = World::new();
    world.source.set_state(AuthState::SignedOut);
    world.source.set_state(AuthState::Loading);
    let asked = world.sim.run(world.api.get("/x").json::<String>());
    world.source.sign_in(bob());
    assert_eq!(world.until(&asked), Ok("ok".to_owned()));
    assert_eq!(user_of(&world.net.last()), "user_bob");
}

#[test]
fn a_renewed_token_of_the_same_user_ends_nothing() {
    let (_, result) = switched_at(15, |world| world.source.sign_in(alice()));
    assert_eq!(result, Ok("ok".to_owned()));
}

#[test]
fn a_change_during_the_renewal_sends_no_replay() {
    let world = World::new();
    load(&world, &world.api).unwrap();
    refuse_everything(&world);
    let running = world.sim.run(world.api.get("/x").json::<String>());
    world.sim.advance_ms(15);
    world.source.sign_in(bob());
    assert_eq!(world.until(&running), Err(FetchError::IdentityChanged));
    assert_eq!(world.net.count(), 2);
}

#[test]
fn a_change_between_the_answer_and_the_reading_of_its_body_hides_the_body() {
    let world = World::new();
    let response = world.finish(world.api.get("/x").send()).unwrap();
    world.source.sign_in(bob());
    assert_eq!(world.finish(response.text()), Err(FetchError::IdentityChanged));
}

#[test]
fn a_token_of_somebody_else_is_never_attached() {
    let world = World::new();
    let wrong = jwt(&claims_of(&bob(), 1_000, 60, 1));
    world.source.script(move |_, _| Some(Ok(Credential::Bearer(Token::new(&*wrong)))));
    assert_eq!(load(&world, &world.api), Err(FetchError::NoToken(TokenError::Mismatch)));
    assert_eq!(world.net.count(), 0);
}

#[test]
fn a_text_that_would_break_the_header_is_never_attached() {
    let world = World::new();
    world.source.script(|_, _| Some(Ok(Credential::Bearer(Token::new("a\r\nX-Evil: 1")))));
    assert_eq!(load(&world, &world.api), Err(FetchError::NoToken(TokenError::Malformed)));
    assert_eq!(world.net.count(), 0);
}

#[test]
fn a_clock_that_lags_leads_to_one_refusal_at_most() {
    let world = World::new();
    world.source.skew.set(30);
    world.source.life.set(20);
    let sim = world.sim.clone();
    world.net.serve(move |request| {
        let header = bearer(request).unwrap();
        let claims = Token::new(header.strip_prefix("Bearer ").unwrap()).claims().unwrap();
        let server = i64::try_from(sim.now().as_millis()).unwrap() + 30_000;
        if claims.exp.unwrap() > server { Reply::json(&json!("ok")) } else { Reply::status(401) }
    });
    for _ in 0..40 {
        load(&world, &world.api).unwrap();
        world.sim.advance(Duration::from_secs(1));
    }
    assert!(world.net.count() <= 41);
}

fn cookie_world(source: CustomSource) -> (World, Fetch) {
    let world = World::new();
    let auth = AuthClient::new(Rc::new(source), Rc::new(world.sim.clone()));
    let api = world.plain.clone().with_auth(auth);
    (world, api)
}

#[test]
fn a_refused_cookie_is_renewed_once_for_all_and_the_requests_replayed() {
    let renewals = Rc::new(Cell::new(0));
    let count = renewals.clone();
    let (world, api) = cookie_world(CustomSource::cookie_with_renewal(alice(), move || {
        count.set(count.get() + 1);
        std::future::ready(Ok::<_, String>(()))
    }));
    let renewed = renewals.clone();
    world.net.serve(move |request| {
        assert_eq!(bearer(request), None);
        if renewed.get() > 0 { Reply::json(&json!("ok")) } else { Reply::status(401) }
    });
    let running: Vec<_> = (0..5).map(|_| world.sim.run(api.get("/x").json::<String>())).collect();
    for one in &running {
        assert_eq!(world.until(one), Ok("ok".to_owned()));
    }
    assert_eq!((renewals.get(), world.net.count()), (1, 10));
}

#[test]
fn a_refused_cookie_that_cannot_be_renewed_is_a_plain_401() {
    let (world, api) = cookie_world(cookie(alice()));
    refuse_everything(&world);
    let error = load(&world, &api).unwrap_err();
    assert_eq!((error.status(), world.net.count()), (Some(401), 1));
}

#[test]
fn a_server_that_echoes_the_token_does_not_get_it_into_an_error() {
    let world = World::new();
    let echo = |status: u16| {
        move |request: &Request| {
            let header = bearer(request).unwrap();
            Reply::text(status, &json!({ "got": header }).to_string())
        }
    };
    let errors = RefCell::new(Vec::new());
    world.net.serve(echo(403));
    errors.borrow_mut().push(world.finish(world.api.get("/x").send()).unwrap_err());
    world.net.serve(echo(200));
    errors.borrow_mut().push(world.finish(world.api.get("/x").json::<u8>()).unwrap_err());
    world.net.serve(|request| Reply::text(200, &format!("[\"{}\"]", bearer(request).unwrap())));
    errors.borrow_mut().push(world.finish(world.api.get("/x").json::<Vec<u8>>()).unwrap_err());
    let secret = bearer(&world.net.last()).unwrap();
    let secret = secret.strip_prefix("Bearer ").unwrap();
    for error in errors.borrow().iter() {
        let texts = format!("{error} {error:?}");
        assert!(!texts.contains(secret), "{texts}");
        assert!(error.status().is_none() || texts.contains("[token]"), "{texts}");
    }
}

#[test]
fn an_echo_of_the_token_is_found_in_whatever_way_json_writes_it() {
    let world = World::new();
    world.source.script(|_, _| Some(Ok(Credential::Bearer(Token::new("opaque/key")))));
    for body in [
        r#"{"a":[1,"Bearer opaque\/key"]}"#,
        r#"{"a":{"b":"opaque\u002fkey"}}"#,
        r#"{"opaque/key":1}"#,
        r#"["opaque/key","opaque\/key"]"#,
        "opaque/key opaque/key",
    ] {
        world.net.serve(move |_| Reply::text(403, body));
        let error = world.finish(world.api.get("/x").send()).unwrap_err();
        let status = error.status_error().unwrap();
        let texts = format!("{error:?} {:?} {}", status.body(), status.text);
        assert!(texts.contains("[token]"), "{texts}");
        assert!(!texts.contains("opaque") && !texts.contains("key"), "{texts}");
    }
}
