//! Signing in and up with forms of one's own.
#![cfg(feature = "clerk")]

#[path = "support/clerk_world.rs"]
mod clerk_world;
#[path = "support/fetch_world.rs"]
mod world;

use clerk_world::{ClerkWorld, signed_out, user_of};
use yew_clerk::auth::clerk::{Attempt, ClerkError, FactorOffer, SignInAttempt, SignUpAttempt};

fn sign_in(attempt: SignInAttempt) -> Result<Attempt, ClerkError> {
    Ok(Attempt::SignIn(attempt))
}

fn sign_up(attempt: SignUpAttempt) -> Result<Attempt, ClerkError> {
    Ok(Attempt::SignUp(attempt))
}

fn world() -> ClerkWorld {
    ClerkWorld::new(signed_out())
}

#[test]
fn a_password_signs_in_and_the_session_becomes_active() {
    let world = world();
    let flow = world.clerk.sign_in();
    world.fake.answers(sign_in(SignInAttempt {
        status: Some("complete".into()),
        created_session_id: Some("sess_alice".into()),
        ..SignInAttempt::default()
    }));
    let attempt = world.finish(flow.password("alice@example.com", "secret")).unwrap();
    assert_eq!(attempt.status.as_deref(), Some("complete"));
    world.finish(flow.finish(&attempt)).unwrap();
    assert_eq!(user_of(&world.state()), Some("user_alice"));
    let sent = r#"{"strategy":"password","identifier":"alice@example.com","password":"secret"}"#;
    assert_eq!(world.fake.calls.borrow()[0], format!("SignIn.create {sent}"));
}

#[test]
fn a_code_goes_through_its_three_steps() {
    let world = world();
    let flow = world.clerk.sign_in();
    world.fake.answers(sign_in(SignInAttempt {
        status: Some("needs_first_factor".into()),
        supported_first_factors: Some(vec![FactorOffer {
            strategy: "email_code".into(),
            email_address_id: Some("idn_1".into()),
            ..FactorOffer::default()
        }]),
        ..SignInAttempt::default()
    }));
    let attempt = world.finish(flow.create("alice@example.com")).unwrap();
    let offers = attempt.supported_first_factors.clone().unwrap();
    let email = offers[0].email_address_id.clone().unwrap();
    world.finish(flow.prepare_email_code(&email)).unwrap();
    world.finish(flow.attempt_code("email_code", "424242")).unwrap();
    let calls = world.fake.calls.borrow().clone();
    assert_eq!(calls[0], r#"SignIn.create {"identifier":"alice@example.com"}"#);
    assert_eq!(
        calls[1],
        r#"SignIn.prepareFirstFactor {"strategy":"email_code","emailAddressId":"idn_1"}"#
    );
    assert_eq!(calls[2], r#"SignIn.attemptFirstFactor {"strategy":"email_code","code":"424242"}"#);
    assert_eq!(flow.attempt(), attempt, "the attempt can be asked for at any time");
}

#[test]
fn an_attempt_that_is_not_complete_cannot_be_finished() {
    let world = world();
    let flow = world.clerk.sign_in();
    let refused = world.finish(flow.finish(&flow.attempt())).unwrap_err();
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
    let flow = world.clerk.sign_up();
    world.fake.answers(sign_up(SignUpAttempt {
        status: Some("missing_requirements".into()),
        unverified_fields: Some(vec!["email_address".into()]),
        ..SignUpAttempt::default()
    }));
    let attempt = world.finish(flow.password("bob@example.com", "secret")).unwrap();
    assert_eq!(attempt.unverified_fields.unwrap(), ["email_address".into()]);
    world.finish(flow.prepare_email_code()).unwrap();
    world.fake.answers(sign_up(SignUpAttempt {
        status: Some("complete".into()),
        created_session_id: Some("sess_bob".into()),
        ..SignUpAttempt::default()
    }));
    let attempt = world.finish(flow.attempt_email_code("424242")).unwrap();
    world.finish(flow.finish(&attempt)).unwrap();
    assert_eq!(user_of(&world.state()), Some("user_bob"));
    assert_eq!(world.fake.count("SignUp.attemptEmailAddressVerification"), 1);
}

#[test]
fn a_provider_may_say_who_the_user_is() {
    let world = world();
    let urls = ("/sso-callback", "/home");
    let going = world.clerk.sign_in().authenticate_with_redirect("oauth_google", urls.0, urls.1);
    world.finish(going).unwrap();
    world.fake.answers(sign_up(SignUpAttempt::default()));
    let going = world.clerk.sign_up().authenticate_with_redirect("oauth_github", urls.0, urls.1);
    world.finish(going).unwrap();
    let params = |strategy: &str| {
        format!(
            r#"{{"strategy":"{strategy}","redirectUrl":"/sso-callback","redirectUrlComplete":"/home"}}"#
        )
    };
    let calls = [("SignIn", params("oauth_google")), ("SignUp", params("oauth_github"))];
    let calls = calls.map(|(flow, params)| format!("{flow}.authenticateWithRedirect {params}"));
    assert_eq!(*world.fake.calls.borrow(), calls);
    world.fake.answers(Err(ClerkError::new("strategy_for_user_invalid", "no").with_status(422)));
    let going = world.clerk.sign_up().authenticate_with_redirect("oauth_github", urls.0, urls.1);
    assert_eq!(&*world.finish(going).unwrap_err().code, "strategy_for_user_invalid");
}

#[test]
fn before_clerk_is_there_no_step_is_taken() {
    let world = ClerkWorld::loading([(None, Ok(()))]);
    let early = world.finish(world.clerk.sign_in().ticket("t")).unwrap_err();
    assert_eq!((&*early.code, early.is_retryable()), ("clerk_not_loaded", true));
    assert_eq!(world.fake.count("SignIn"), 0);
}
