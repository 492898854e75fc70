//! Clerk loads, fails to load, and loads after all; and notices what other tabs do.
#![cfg(feature = "clerk")]

#[path = "support/clerk_world.rs"]
mod clerk_world;
#[path = "support/fetch_world.rs"]
mod world;

use clerk_world::{ClerkWorld, in_transition, signed_in, signed_out, user_of};
use yew_clerk::auth::clerk::{
    Clerk, ClerkError, ClerkJson, ClerkOptions, ClerkSnapshot, ClerkStatus, Return, SetActive,
    Widget,
};
use yew_clerk::auth::{AuthState, TokenError};

/// Somebody signed in elsewhere: the server knows of the session, and this page does not take it by itself.
fn elsewhere() -> ClerkSnapshot {
    ClerkSnapshot { last_active_session_id: Some("sess_alice".into()), ..signed_out() }
}

#[test]
fn two_loads_at_a_time_are_one() {
    let world = ClerkWorld::loading([(Some(100), Ok(()))]);
    let second = world.sim.run(world.clerk.load());
    let third = world.sim.run(world.clerk.load());
    assert_eq!(world.clerk.status(), ClerkStatus::Loading);
    world.sim.advance_ms(100);
    assert_eq!((second.take(), third.take()), (Some(Ok(())), Some(Ok(()))));
    world.finish(world.clerk.load()).unwrap();
    assert_eq!(world.fake.count("load"), 1);
    assert_eq!((world.clerk.status(), world.state()), (ClerkStatus::Ready, AuthState::SignedOut));
}

#[test]
fn a_caller_that_goes_away_does_not_stop_the_loading() {
    let world = ClerkWorld::loading([(Some(100), Ok(()))]);
    drop(world.clerk.load());
    world.sim.advance_ms(100);
    assert!(world.clerk.is_loaded());
}

#[test]
fn a_script_that_never_comes_is_a_failure_after_fifteen_seconds_and_a_retry_works() {
    let world = ClerkWorld::loading([(None, Ok(())), (Some(50), Ok(()))]);
    let waiting = world.sim.run(world.clerk.load());
    world.sim.advance_ms(14_999);
    assert_eq!(world.state(), AuthState::Loading);
    world.sim.advance_ms(1);
    assert_eq!(&*waiting.take().unwrap().unwrap_err().code, "clerk_load_timeout");
    assert_eq!(world.clerk.status(), ClerkStatus::Error);
    assert!(matches!(world.state(), AuthState::Failed { message } if message.contains("15 s")));
    world.auth.reload();
    assert_eq!(world.clerk.status(), ClerkStatus::Loading);
    assert_eq!(world.clerk.failure(), None);
    world.sim.advance_ms(50);
    assert_eq!(world.state(), AuthState::SignedOut);
}

#[test]
fn a_blocked_script_is_a_failure_that_says_why_and_a_wanted_token_tries_again() {
    let blocked = ClerkError::new("failed_to_load_clerk_js", "the script is blocked");
    let world = ClerkWorld::loading([(Some(10), Err(blocked.clone()))]);
    world.sim.advance_ms(10);
    assert_eq!(world.clerk.failure(), Some(blocked));
    world.sim.advance_ms(6_000);
    let asked = world.ask();
    assert!(matches!(asked.take(), Some(Err(TokenError::Unavailable { retryable: true, .. }))));
    world.sim.advance_ms(10);
    assert_eq!((world.fake.count("load"), world.state()), (2, AuthState::SignedOut));
}

#[test]
fn clerk_that_comes_later_than_was_waited_for_is_welcome() {
    let world = ClerkWorld::loading([(None, Ok(()))]);
    world.sim.advance_ms(15_000);
    assert_eq!(world.clerk.status(), ClerkStatus::Error);
    world.fake.becomes(signed_in("alice"));
    assert_eq!((world.clerk.failure(), world.clerk.status()), (None, ClerkStatus::Ready));
    assert_eq!(user_of(&world.state()), Some("user_alice"));
}

#[test]
fn a_bad_key_is_a_failure_and_nothing_is_loaded() {
    let world = ClerkWorld::with(ClerkOptions::new("pk_test_"), ClerkSnapshot::default());
    assert!(matches!(world.state(), AuthState::Failed { message } if message.contains("key")));
    assert!(!world.finish(world.clerk.load()).unwrap_err().is_retryable());
    assert_eq!(world.fake.count("load"), 0);
}

#[test]
fn what_is_asked_before_clerk_is_there_is_an_error() {
    let world = ClerkWorld::loading([(None, Ok(()))]);
    let early = world.finish(world.clerk.set_active(&SetActive::personal())).unwrap_err();
    assert_eq!(&*early.code, "clerk_not_loaded");
    assert!(world.clerk.open(Widget::SignIn, &ClerkJson::default()).is_err());
    assert_eq!(world.fake.count("setActive") + world.fake.count("open"), 0);
}

#[test]
fn a_sign_in_in_another_tab_is_taken_over_when_the_user_comes_back() {
    let world = ClerkWorld::new(signed_out());
    world.fake.server.replace(Some(elsewhere()));
    world.fake.comes_back(Return::Focus);
    assert_eq!(world.fake.count("reload"), 0, "nothing hints at a change");
    world.fake.uat.replace(Some("1700000000".into()));
    world.fake.comes_back(Return::Focus);
    world.fake.comes_back(Return::Focus);
    world.sim.advance_ms(100);
    assert_eq!((world.fake.count("reload"), world.fake.count("setActive")), (1, 1));
    assert_eq!(user_of(&world.state()), Some("user_alice"));
    assert!(world.token().is_ok());
}

#[test]
fn a_sign_out_here_is_not_taken_for_a_sign_in_elsewhere() {
    let world = ClerkWorld::new(signed_in("alice"));
    world.fake.uat.replace(Some("0".into()));
    world.fake.becomes(in_transition());
    world.fake.becomes(signed_out());
    world.fake.comes_back(Return::Focus);
    world.sim.advance_ms(100);
    assert_eq!(world.fake.count("reload"), 0);
    // What changes afterwards is another tab's doing, whatever else happens here.
    world.fake.server.replace(Some(elsewhere()));
    world.fake.uat.replace(Some("1700000000".into()));
    world.fake.emit();
    world.fake.comes_back(Return::Focus);
    world.sim.advance_ms(100);
    assert_eq!(user_of(&world.state()), Some("user_alice"));
}

#[test]
fn another_tab_that_tells_of_a_sign_in_is_believed_at_once_and_only_when_nobody_is_here() {
    let world = ClerkWorld::new(signed_out());
    world.fake.server.replace(Some(elsewhere()));
    world.fake.comes_back(Return::SignedInElsewhere);
    world.fake.comes_back(Return::SignedInElsewhere);
    world.sim.advance_ms(100);
    assert_eq!(world.fake.count("reload"), 1, "one at a time");
    assert_eq!(user_of(&world.state()), Some("user_alice"));
    world.fake.comes_back(Return::SignedInElsewhere);
    assert_eq!(world.fake.count("reload"), 1);
}

#[test]
fn catching_up_that_failed_is_tried_again_at_the_next_return() {
    let world = ClerkWorld::new(signed_out());
    world.fake.server.replace(Some(elsewhere()));
    let ill = ClerkError::new("network_error", "no network");
    world.fake.reloads.borrow_mut().push_back(Err(ill));
    world.fake.uat.replace(Some("1700000000".into()));
    world.fake.comes_back(Return::Focus);
    world.sim.advance_ms(100);
    assert_eq!(world.state(), AuthState::SignedOut);
    world.fake.comes_back(Return::Focus);
    world.sim.advance_ms(100);
    assert_eq!(world.fake.count("reload"), 2);
    assert_eq!(user_of(&world.state()), Some("user_alice"));
}

#[test]
fn a_sign_in_elsewhere_that_was_ended_again_changes_nothing() {
    let world = ClerkWorld::new(signed_out());
    world.fake.comes_back(Return::SignedInElsewhere);
    world.sim.advance_ms(100);
    assert_eq!((world.fake.count("reload"), world.fake.count("setActive")), (1, 0));
    assert_eq!(world.state(), AuthState::SignedOut);
}

#[test]
fn a_sign_in_here_is_announced_once() {
    let world = ClerkWorld::new(signed_out());
    // A transition may lie in between.
    world.fake.becomes(in_transition());
    world.fake.becomes(signed_in("alice"));
    world.fake.becomes(in_transition());
    world.fake.becomes(signed_in("alice"));
    world.fake.becomes(signed_in("bob"));
    assert_eq!(world.fake.count("announce"), 1);
    let loaded = ClerkWorld::new(signed_in("alice"));
    assert_eq!(loaded.fake.count("announce"), 0, "a session that was there is no sign-in");
}

#[test]
fn a_handle_that_is_dropped_leaves_no_listener_behind() {
    let world = ClerkWorld::new(signed_out());
    let ClerkWorld { sim: _sim, fake, clerk, auth, _told, told: _ } = world;
    drop((auth, _told));
    let other = Clerk::clone(&clerk);
    drop(clerk);
    assert!(!fake.is_unheard());
    drop(other);
    assert!(fake.is_unheard());
}
