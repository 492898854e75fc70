//! Tokens from Clerk: each way of having none has its own name, and nothing is asked for twice.
//!
//! Which of Clerk's known weaknesses are held here: the long retries, 'none' that means three things, calls that
//! cost, answers for the former user, tokens outside of components. What the token client does for every source (clocks,
//! sleep, forced refreshes that are shared, tokens kept through a failed renewal) is held by `auth_client.rs` and
//! `auth_token_cache.rs`; where a token may go by `fetch_origins.rs`; what the cache drops by `engine_identity.rs`.
#![cfg(feature = "clerk")]

#[path = "support/clerk_world.rs"]
mod clerk_world;
#[path = "support/fetch_world.rs"]
mod world;

use clerk_world::{ClerkWorld, in_transition, signed_in, signed_in_to, signed_out, user_of};
use yew_clerk::auth::clerk::{ClerkError, ErrorDetail, ErrorFields, ErrorMeta};
use yew_clerk::auth::{AuthState, Credential, TokenError, TokenOptions, TokenSource};

fn status(status: u16) -> ClerkError {
    ErrorFields { status: Some(status), ..ErrorFields::default() }.error()
}

fn code(code: &str) -> ClerkError {
    ErrorFields { code: Some(code.into()), ..ErrorFields::default() }.error()
}

fn subject(credential: &Credential) -> String {
    match credential {
        Credential::Bearer(token) => token.claims().unwrap().sub.unwrap().to_string(),
        Credential::Cookie => panic!("a cookie"),
    }
}

#[test]
fn fifty_callers_cost_one_call_of_clerk_and_later_ones_none() {
    let world = ClerkWorld::new(signed_in("alice"));
    let callers: Vec<_> = (0..50).map(|_| world.ask()).collect();
    world.sim.advance_ms(20);
    assert!(callers.iter().all(|caller| caller.take().unwrap().is_ok()));
    world.token().unwrap();
    assert_eq!(world.fake.count("getToken"), 1);
}

#[test]
fn parallel_forced_refreshes_are_one_mint() {
    let world = ClerkWorld::new(signed_in("alice"));
    let fresh = TokenOptions::default().fresh();
    let callers: Vec<_> = (0..20).map(|_| world.sim.run(world.auth.get_token(&fresh))).collect();
    world.sim.advance_ms(20);
    assert!(callers.iter().all(|caller| caller.take().unwrap().is_ok()));
    assert_eq!(world.fake.count("getToken skipCache"), 1);
}

#[test]
fn nobody_waits_for_all_of_clerks_retries_and_a_late_token_still_serves() {
    let world = ClerkWorld::new(signed_in("alice"));
    let late = ClerkWorld::new(signed_in("alice")).token().unwrap();
    let Credential::Bearer(token) = late else { panic!("a token") };
    world.fake.tokens.borrow_mut().push_back((30_000, Ok(Some(token))));
    let asked = world.ask();
    world.sim.advance_ms(10_000);
    assert!(matches!(asked.take(), Some(Err(TokenError::Timeout { .. }))));
    assert!(!world.auth.health().is_ok(), "known as ill although Clerk says ready");
    world.sim.advance_ms(20_000);
    world.token().unwrap();
    assert_eq!(world.fake.count("getToken"), 1, "the mint was shared, not cancelled");
}

#[test]
fn no_token_with_a_session_is_offline_or_unavailable_and_never_signed_out() {
    let world = ClerkWorld::new(signed_in("alice"));
    world.fake.tokens.borrow_mut().extend([(0, Ok(None)), (0, Ok(None))]);
    world.fake.online.set(false);
    assert_eq!(world.token(), Err(TokenError::Offline));
    world.fake.online.set(true);
    let refused = world.token().unwrap_err();
    assert!(matches!(refused, TokenError::Unavailable { retryable: true, .. }), "{refused:?}");
    assert_eq!(user_of(&world.state()), Some("user_alice"));
}

#[test]
fn no_token_without_a_session_is_signed_out() {
    let world = ClerkWorld::new(signed_out());
    assert_eq!(world.token(), Err(TokenError::SignedOut));
    assert_eq!(world.fake.count("getToken"), 0, "and Clerk is not asked");
    let direct = world.finish(TokenSource::token(&world.clerk, &TokenOptions::default()));
    assert_eq!(direct, Err(TokenError::SignedOut));
}

#[test]
fn while_clerk_does_not_know_who_is_there_a_request_waits_and_does_not_leave_without_a_token() {
    let world = ClerkWorld::new(in_transition());
    let asked = world.ask();
    world.sim.advance_ms(1_000);
    assert_eq!((asked.take().is_none(), world.fake.count("getToken")), (true, 0));
    world.fake.becomes(signed_in("alice"));
    world.sim.advance_ms(20);
    assert_eq!(subject(&asked.take().unwrap().unwrap()), "user_alice");
}

#[test]
fn errors_are_told_apart_by_their_fields() {
    let offline = code("clerk_offline");
    assert_eq!(offline.to_token_error(false), TokenError::Offline);
    let retryable = |of: u16| status(of).is_retryable();
    for of in [408, 425, 429, 500, 503] {
        assert!(retryable(of), "{of}");
    }
    for of in [400, 403, 404, 422] {
        assert!(!retryable(of), "{of}");
    }
    assert!(code("network_error").is_retryable());
    assert!(!ClerkError::no_ui().is_retryable());
    let gone = status(401);
    assert_eq!(gone.to_token_error(true), TokenError::SignedOut);
    assert!(gone.to_token_error(false).is_retryable(), "a session that is still there");
}

#[test]
fn an_objection_to_a_form_names_its_code_its_message_and_its_field() {
    let objection = ErrorFields {
        code: Some("outer".into()),
        message: Some("first".into()),
        status: Some(422),
        errors: Some(vec![ErrorDetail {
            code: "form_password_incorrect".into(),
            message: "is incorrect".into(),
            long_message: Some("Password is incorrect.".into()),
            meta: Some(ErrorMeta { param_name: Some("password".into()) }),
        }]),
    }
    .error();
    assert_eq!(&*objection.code, "form_password_incorrect");
    assert_eq!(objection.to_string(), "Password is incorrect.");
    assert_eq!((objection.param(), objection.status), (Some("password"), Some(422)));
    let silent = ErrorFields::default().error();
    assert_eq!((&*silent.code, silent.param()), ("unknown", None));
}

#[test]
fn a_revoked_session_is_signed_out_and_a_refusal_with_a_session_is_not() {
    let world = ClerkWorld::new(signed_in("alice"));
    let refusal = || status(401);
    world.fake.tokens.borrow_mut().push_back((10, Err(refusal())));
    assert!(matches!(world.token(), Err(TokenError::Unavailable { .. })));
    assert_eq!(user_of(&world.state()), Some("user_alice"));

    // Clerk finds out by itself that the session is gone, before its caller hears of the 401.
    world.fake.tokens.borrow_mut().push_back((10, Err(refusal())));
    let asked = world.ask();
    world.fake.set_silently(signed_out());
    world.sim.advance_ms(20);
    assert!(matches!(asked.take(), Some(Err(TokenError::SignedOut | TokenError::IdentityChanged))));
    world.fake.emit();
    assert_eq!(world.state(), AuthState::SignedOut);
}

#[test]
fn a_token_that_was_asked_for_under_one_user_is_not_handed_out_under_the_next() {
    let world = ClerkWorld::new(signed_in("alice"));
    let asked = world.ask();
    world.fake.becomes(signed_in("bob"));
    world.sim.advance_ms(20);
    assert_eq!(asked.take(), Some(Err(TokenError::IdentityChanged)));
    assert_eq!(subject(&world.token().unwrap()), "user_bob");
}

#[test]
fn after_another_organisation_became_active_its_token_is_used() {
    let world = ClerkWorld::new(signed_in_to("alice", "org_a"));
    world.token().unwrap();
    world.fake.becomes(signed_in_to("alice", "org_b"));
    let Credential::Bearer(token) = world.token().unwrap() else { panic!("a token") };
    assert_eq!(token.claims().unwrap().org_id.as_deref(), Some("org_b"));
}

#[test]
fn a_failed_renewal_keeps_the_token_that_is_still_valid() {
    let world = ClerkWorld::new(signed_in("alice"));
    let first = world.token().unwrap();
    world.sim.advance_ms(50_000);
    world.fake.tokens.borrow_mut().push_back((0, Err(status(503))));
    assert_eq!(world.token().unwrap(), first, "renewed in the background");
    assert_eq!(world.token().unwrap(), first);
    assert_eq!(world.fake.count("getToken"), 2);
}

#[test]
fn a_renewal_that_clerk_missed_is_made_up_for_long_before_the_token_ends() {
    let world = ClerkWorld::new(signed_in("alice"));
    let Credential::Bearer(first) = world.token().unwrap() else { panic!("a token") };
    // Clerk's own renewal has failed: until five seconds before its end, its cache gives the old token.
    world.sim.advance_ms(46_000);
    world.fake.tokens.borrow_mut().push_back((0, Ok(Some(first.clone()))));
    assert_eq!(world.token().unwrap(), Credential::Bearer(first.clone()), "nobody waits");
    world.sim.advance_ms(20);
    assert_ne!(world.token().unwrap(), Credential::Bearer(first));
    assert_eq!(world.fake.count("getToken skipCache"), 1);
    assert_eq!(world.fake.count("getToken"), 3);
}
