//! Who is signed in, and what they may do, by what Clerk knows.
#![cfg(feature = "clerk")]

#[path = "support/clerk_world.rs"]
mod clerk_world;
#[path = "support/fetch_world.rs"]
mod world;

use clerk_world::{
    ClerkWorld, LIVE_KEY, in_transition, signed_in, signed_in_json, signed_in_to, signed_out,
    snapshot, user_of,
};
use serde_json::{Value, json};
use yew_clerk::auth::AuthState;
use yew_clerk::auth::clerk::{
    ClerkOptions, ClerkSnapshot, ClerkStatus, Grant, Known, SessionStatus, SetActive,
};

fn changed(change: impl FnOnce(&mut Value)) -> ClerkSnapshot {
    let mut of = signed_in_json("alice", Some("org_a"));
    change(&mut of);
    snapshot(of)
}

#[test]
fn unknown_absent_and_present_are_three_things() {
    let of = |text: &str| serde_json::from_str::<ClerkSnapshot>(text).unwrap().session;
    assert_eq!(of("{}"), Known::Unknown);
    assert_eq!(of(r#"{ "session": null }"#), Known::Absent);
    assert!(matches!(of(r#"{ "session": { "id": "s" } }"#), Known::Present(_)));
}

#[test]
fn the_state_follows_from_what_clerk_knows() {
    assert_eq!(ClerkSnapshot::default().auth_state(true), AuthState::Loading);
    assert_eq!(in_transition().auth_state(true), AuthState::Loading);
    assert_eq!(signed_out().auth_state(true), AuthState::SignedOut);
    let state = signed_in_to("alice", "org_a").auth_state(true);
    let identity = state.identity().unwrap();
    assert_eq!((&*identity.user_id, &*identity.session_id), ("user_alice", "sess_alice"));
    assert_eq!(identity.org_id.as_deref(), Some("org_a"));
}

#[test]
fn a_user_an_organisation_or_a_token_that_is_not_known_yet_means_loading() {
    for field in ["user", "organization"] {
        let unknown = changed(|of| drop(of.as_object_mut().unwrap().remove(field)));
        assert_eq!(unknown.auth_state(true), AuthState::Loading, "{field}");
    }
    let no_token = changed(|of| of["session"]["claims"] = Value::Null);
    assert_eq!(no_token.auth_state(true), AuthState::Loading);
}

#[test]
fn a_session_with_unfinished_tasks_counts_as_signed_out_unless_the_app_wants_it() {
    let pending = changed(|of| {
        of["session"]["status"] = json!("pending");
        of["session"]["tasks"] = json!([{ "key": "choose-organization" }]);
    });
    let session = pending.session.present().unwrap();
    assert_eq!(session.status, SessionStatus::Pending);
    assert_eq!(&*session.tasks[0].key, "choose-organization");
    assert_eq!(pending.auth_state(true), AuthState::SignedOut);
    assert_eq!(user_of(&pending.auth_state(false)), Some("user_alice"));
    let out = ClerkWorld::new(pending.clone());
    assert!(!out.clerk.has(&Grant::role("admin")), "signed out has nothing");
    let options =
        ClerkOptions { treat_pending_as_signed_out: false, ..ClerkOptions::new(LIVE_KEY) };
    assert!(ClerkWorld::with(options, pending).clerk.has(&Grant::role("admin")));
}

#[test]
fn a_session_that_ended_is_signed_out_whatever_it_is_called() {
    for status in ["ended", "expired", "something new"] {
        let ended = changed(|of| of["session"]["status"] = json!(status));
        assert_eq!(ended.auth_state(true), AuthState::SignedOut, "{status}");
    }
}

#[test]
fn a_degraded_clerk_still_says_who_is_signed_in() {
    let degraded = changed(|of| of["status"] = json!("degraded"));
    assert_eq!(degraded.status, ClerkStatus::Degraded);
    assert_eq!(user_of(&degraded.auth_state(true)), Some("user_alice"));
}

#[test]
fn roles_and_permissions_are_those_of_the_active_organisation() {
    let in_a = signed_in_to("alice", "org_a");
    let in_b = signed_in_to("alice", "org_b");
    assert!(Grant::role("org:admin").is_held(&in_a));
    assert!(Grant::role("admin").is_held(&in_a));
    assert!(!Grant::role("org:admin").is_held(&in_b));
    assert!(!Grant::role("org:admin").is_held(&signed_in("alice")), "no organisation, no role");
    assert!(Grant::permission("org:notes:read").is_held(&in_b));
    assert!(!Grant::permission("org:notes:write").is_held(&in_b));
}

#[test]
fn features_and_plans_are_those_of_the_token_and_may_be_asked_for_one_side() {
    let now = changed(|of| {
        of["session"]["claims"]["fea"] = json!("u:export, o:audit,uo:search");
        of["session"]["claims"]["pla"] = json!("o:team");
    });
    let held = |name: &str| Grant::feature(name).is_held(&now);
    assert!(held("export") && held("user:export") && !held("org:export"));
    assert!(held("audit") && held("org:audit") && !held("user:audit"));
    assert!(held("user:search") && held("org:search"));
    assert!(!held("expor") && !held(""));
    assert!(Grant::plan("team").is_held(&now) && !Grant::plan("pro").is_held(&now));
}

#[test]
fn what_the_token_says_of_itself_is_no_part_of_the_claims() {
    let now = changed(|of| {
        of["session"]["claims"] = json!({
            "sub": "user_alice", "team": "red", "exp": 1, "iat": 1, "nbf": 1, "jti": "1",
            "fva": [0, -1], "__raw": "the.secret.token",
        });
    });
    let claims = now.session_claims().unwrap();
    assert_eq!(claims.keys().collect::<Vec<_>>(), ["sub", "team"]);
    assert!(!format!("{now:?}").contains("secret"));
}

#[test]
fn a_new_token_tells_nobody_and_a_new_role_tells_everybody() {
    let world = ClerkWorld::new(signed_in_to("alice", "org_a"));
    let before = world.told.get();
    for number in 0..3 {
        world.fake.becomes(changed(|of| {
            of["session"]["claims"] = json!({ "sub": "user_alice", "exp": number, "jti": number });
        }));
    }
    assert_eq!(world.told.get(), before);
    let held = world.clerk.snapshot();
    assert!(std::rc::Rc::ptr_eq(&held, &world.clerk.snapshot()), "equal snapshots are one");
    world.fake.becomes(changed(|of| {
        of["user"]["organizationMemberships"][0]["role"] = json!("org:guest");
    }));
    assert_eq!(world.told.get(), before + 1);
    assert!(!world.clerk.has(&Grant::role("admin")));
}

#[test]
fn signing_out_is_a_transition_and_then_nobody() {
    let world = ClerkWorld::new(signed_in("alice"));
    let ended = world.sim.run(world.auth.sign_out());
    assert_eq!(world.state(), AuthState::Loading, "nothing personal in between");
    world.sim.advance_ms(20);
    assert!(ended.take().unwrap().is_ok());
    assert_eq!(world.state(), AuthState::SignedOut);
}

#[test]
fn another_user_is_another_identity_at_once() {
    let world = ClerkWorld::new(signed_in("alice"));
    let epoch = world.auth.epoch();
    world.finish(world.clerk.set_active(&SetActive::session("sess_bob"))).unwrap();
    assert_eq!(user_of(&world.state()), Some("user_bob"));
    assert_eq!(world.auth.epoch(), epoch + 1);
}

#[test]
fn another_organisation_is_another_identity_and_no_organisation_is_one_as_well() {
    let world = ClerkWorld::new(signed_in_to("alice", "org_a"));
    let org = || world.auth.identity().unwrap().org_id.clone();
    let epoch = world.auth.epoch();
    world.finish(world.clerk.set_active(&SetActive::organization("org_b"))).unwrap();
    assert_eq!((org().as_deref(), world.auth.epoch()), (Some("org_b"), epoch + 1));
    world.finish(world.clerk.set_active(&SetActive::personal())).unwrap();
    assert_eq!((org(), world.auth.epoch()), (None, epoch + 2));
}

#[test]
fn what_changed_without_being_told_is_seen_when_it_is_asked_for() {
    let world = ClerkWorld::new(signed_in("alice"));
    world.fake.set_silently(signed_in("bob"));
    assert_eq!(user_of(&world.clerk.auth_state()), Some("user_bob"));
    let before = world.told.get();
    world.fake.emit();
    assert_eq!(world.told.get(), before + 1, "and told all the same");
}
