//! Signing in and up with forms of one's own.
#![cfg(feature = "clerk")]

#[path = "support/clerk_world.rs"]
mod clerk_world;
#[path = "support/fetch_world.rs"]
mod world;

use clerk_world::{ClerkWorld, signed_out, user_of};
use serde_json::json;
use yew_clerk::auth::clerk::ClerkError;

fn world() -> ClerkWorld {
    ClerkWorld::new(signed_out())
}

#[test]
fn a_password_signs_in_and_the_session_becomes_active() {
    let world = world();
    let sign_in = world.clerk.sign_in();
    world.fake.answers(Ok(json!({
        "id": "sia_1", "status": "complete", "createdSessionId": "sess_alice",
    })));
    let attempt = world.finish(sign_in.password("alice@example.com", "secret")).unwrap();
    assert_eq!(attempt.status.as_deref(), Some("complete"));
    world.finish(sign_in.finish(&attempt)).unwrap();
    assert_eq!(user_of(&world.state()), Some("user_alice"));
    let sent = r#"{"identifier":"alice@example.com","password":"secret","strategy":"password"}"#;
    assert_eq!(world.fake.calls.borrow()[0], format!("SignIn.create {sent}"));
}

#[test]
fn a_code_goes_through_its_three_steps() {
    let world = world();
    let sign_in = world.clerk.sign_in();
    world.fake.answers(Ok(json!({
        "id": "sia_1", "status": "needs_first_factor", "createdSessionId": null,
        "supportedFirstFactors": [{ "strategy": "email_code", "emailAddressId": "idn_1", "safeIdentifier": "a**" }],
    })));
    let attempt = world.finish(sign_in.create("alice@example.com")).unwrap();
    let offers = attempt.supported_first_factors.clone().unwrap();
    let email = offers[0].email_address_id.clone().unwrap();
    world.finish(sign_in.prepare_email_code(&email)).unwrap();
    world.finish(sign_in.attempt_code("email_code", "424242")).unwrap();
    let calls = world.fake.calls.borrow().clone();
    assert_eq!(calls[0], r#"SignIn.create {"identifier":"alice@example.com"}"#);
    assert_eq!(
        calls[1],
        r#"SignIn.prepareFirstFactor {"emailAddressId":"idn_1","strategy":"email_code"}"#
    );
    assert_eq!(calls[2], r#"SignIn.attemptFirstFactor {"code":"424242","strategy":"email_code"}"#);
    assert_eq!(sign_in.attempt(), attempt, "the attempt can be asked for at any time");
}

#[test]
fn an_attempt_that_is_not_complete_cannot_be_finished() {
    let world = world();
    let sign_in = world.clerk.sign_in();
    let refused = world.finish(sign_in.finish(&sign_in.attempt())).unwrap_err();
    assert_eq!(&*refused.code, "attempt_incomplete");
    assert_eq!(world.fake.count("setActive"), 0);
}

#[test]
fn a_wrong_password_is_a_typed_error() {
    let world = world();
    let wrong = ClerkError::new("form_password_incorrect", "no").with_status(422);
    world.fake.answers(Err(wrong.clone()));
    let refused = world.finish(world.clerk.sign_in().attempt_password("guess")).unwrap_err();
    assert_eq!(refused, wrong);
    assert!(!refused.is_retryable());
}

#[test]
fn signing_up_has_its_code_sent_and_tried() {
    let world = world();
    let sign_up = world.clerk.sign_up();
    world.fake.answers(Ok(json!({
        "id": "sua_1", "status": "missing_requirements", "unverifiedFields": ["email_address"],
        "missingFields": [],
    })));
    let attempt = world.finish(sign_up.password("bob@example.com", "secret")).unwrap();
    assert_eq!(attempt.unverified_fields.unwrap(), ["email_address".into()]);
    world.finish(sign_up.prepare_email_code()).unwrap();
    world.fake.answers(Ok(json!({ "status": "complete", "createdSessionId": "sess_bob" })));
    let attempt = world.finish(sign_up.attempt_email_code("424242")).unwrap();
    world.finish(sign_up.finish(&attempt)).unwrap();
    assert_eq!(user_of(&world.state()), Some("user_bob"));
    assert_eq!(world.fake.count("SignUp.attemptEmailAddressVerification"), 1);
}

#[test]
fn before_clerk_is_there_no_step_is_taken() {
    let world = ClerkWorld::loading([(None, Ok(()))]);
    let early = world.finish(world.clerk.sign_in().ticket("t")).unwrap_err();
    assert_eq!((&*early.code, early.is_retryable()), ("clerk_not_loaded", true));
    assert_eq!(world.fake.count("SignIn"), 0);
}
