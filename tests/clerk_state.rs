//! Who is signed in, and what they may do, by what Clerk knows.
#![cfg(feature = "clerk")]

#[path = "support/clerk_world.rs"]
mod clerk_world;
#[path = "support/fetch_world.rs"]
mod world;

use clerk_world::{
    ClerkWorld, LIVE_KEY, in_transition, of, signed_in, signed_in_to, signed_out, user_of,
};
use std::rc::Rc;
use yew_clerk::auth::AuthState;
use yew_clerk::auth::clerk::{
    ClerkJson, ClerkOptions, ClerkSnapshot, ClerkStatus, Grant, Known, ORGANIZATION_MEMBERSHIPS,
    PageQuery, Reverification, ReverificationLevel, SessionStatus, SetActive, USER_INVITATIONS,
};

fn changed(change: impl FnOnce(&mut ClerkSnapshot)) -> ClerkSnapshot {
    let mut now = signed_in_to("alice", "org_a");
    change(&mut now);
    now
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
    let unknown = [
        changed(|now| now.user = Known::Unknown),
        changed(|now| now.organization = Known::Unknown),
        changed(|now| of(&mut now.session).claims = None),
    ];
    assert_eq!(unknown.map(|now| now.auth_state(true)), [const { AuthState::Loading }; 3]);
}

#[test]
fn somebody_without_an_id_is_nobody_who_could_be_told_from_others() {
    let nameless = [
        changed(|now| of(&mut now.user).id = "".into()),
        changed(|now| of(&mut now.session).id = "".into()),
    ];
    assert_eq!(nameless.map(|now| now.auth_state(true)), [const { AuthState::Loading }; 2]);
}

#[test]
fn a_session_with_unfinished_tasks_counts_as_signed_out_unless_the_app_wants_it() {
    let pending = changed(|now| of(&mut now.session).status = SessionStatus::named("pending"));
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
        let ended = changed(|now| of(&mut now.session).status = SessionStatus::named(status));
        assert_eq!(ended.auth_state(true), AuthState::SignedOut, "{status}");
    }
}

#[test]
fn a_degraded_clerk_still_says_who_is_signed_in() {
    let degraded = changed(|now| now.status = ClerkStatus::named("degraded"));
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
    let now = changed(|now| {
        of(&mut now.session).features = Some("u:export, o:audit,uo:search".into());
        of(&mut now.session).plans = Some("o:team".into());
    });
    let held = |name: &str| Grant::feature(name).is_held(&now);
    assert!(held("export") && held("user:export") && !held("org:export"));
    assert!(held("audit") && held("org:audit") && !held("user:audit"));
    assert!(held("user:search") && held("org:search"));
    assert!(!held("expor") && !held(""));
    assert!(Grant::plan("team").is_held(&now) && !Grant::plan("pro").is_held(&now));
}

#[test]
fn names_of_clerk_that_nobody_knows_are_the_careful_ones() {
    assert_eq!(ClerkStatus::named("ready"), ClerkStatus::Ready);
    assert_eq!(ClerkStatus::named("error"), ClerkStatus::Error);
    assert_eq!(ClerkStatus::named("something new"), ClerkStatus::Loading);
    assert_eq!(SessionStatus::named("active"), SessionStatus::Active);
    assert_eq!(SessionStatus::named("something new"), SessionStatus::Ended);
}

#[test]
fn claims_and_metadata_are_read_into_a_type_when_somebody_wants_them() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Team {
        team: String,
    }
    let claims = ClerkJson::from_text(r#"{"sub":"user_alice","team":"red"}"#);
    assert_eq!(claims.read(), Ok(Team { team: "red".to_owned() }));
    let refused = ClerkJson::default().read::<Team>().unwrap_err();
    assert_eq!(&*refused.code, "json_unexpected");
    let no_json = ClerkJson::from_text("{secret").read::<Team>().unwrap_err();
    assert!(!no_json.message.contains("secret"), "{no_json}");
    let written = ClerkJson::of(&[("a \"quote\"", 1)]).unwrap();
    assert_eq!(written.as_str(), r#"[["a \"quote\"",1]]"#);
    assert!(ClerkJson::of(&std::collections::HashMap::from([((1, 2), 3)])).is_err());
}

#[test]
fn a_proof_counts_by_its_level_and_its_age_as_clerk_js_has_it() {
    use Reverification as R;
    use ReverificationLevel::{FirstFactor, MultiFactor, SecondFactor};
    let held = |ages: [f64; 2], wanted: Reverification| {
        let now = changed(|now| now.factor_ages = Some(ages));
        Grant::Reverification(wanted).is_held(&now)
    };
    let within = |level, after_minutes| Reverification { level, after_minutes };
    // A proof of ten minutes is too old for ten minutes.
    for (ages, wanted, expected) in [
        ([9.0, -1.0], within(FirstFactor, 10), true),
        ([10.0, -1.0], within(FirstFactor, 10), false),
        ([-1.0, 0.0], within(FirstFactor, 10), false),
        ([0.0, -1.0], within(FirstFactor, 0), false),
        // Without a second factor the first one counts.
        ([9.0, -1.0], within(SecondFactor, 10), true),
        ([10.0, -1.0], within(SecondFactor, 10), false),
        ([9.0, 10.0], within(SecondFactor, 10), false),
        ([99.0, 9.0], within(SecondFactor, 10), true),
        ([-1.0, 9.0], within(SecondFactor, 10), true),
        ([9.0, -1.0], within(MultiFactor, 10), true),
        ([9.0, 9.0], within(MultiFactor, 10), true),
        ([10.0, 9.0], within(MultiFactor, 10), false),
        ([9.0, 10.0], within(MultiFactor, 10), false),
        ([-1.0, 9.0], within(MultiFactor, 10), false),
        ([-1.0, -1.0], within(FirstFactor, 10), false),
        ([-1.0, -1.0], within(MultiFactor, 10), false),
        ([-2.0, -1.0], within(FirstFactor, 10), false),
        ([f64::NAN, -1.0], within(FirstFactor, 10), false),
        ([0.0, f64::INFINITY], within(FirstFactor, 10), false),
        ([0.0, 9.0], R::STRICT_MFA, true),
        ([10.0, 9.0], R::STRICT_MFA, false),
        ([90.0, 9.0], R::STRICT, true),
        ([0.0, 10.0], R::STRICT, false),
        ([0.0, 59.0], R::MODERATE, true),
        ([0.0, 60.0], R::MODERATE, false),
        ([0.0, 1439.0], R::LAX, true),
        ([0.0, 1440.0], R::LAX, false),
    ] {
        assert_eq!(held(ages, wanted), expected, "{ages:?} {wanted:?}");
    }
    let unknown = changed(|now| now.factor_ages = None);
    assert!(!Grant::Reverification(R::LAX).is_held(&unknown));
}

#[test]
fn a_list_is_asked_for_by_page_and_read_into_its_type() {
    let world = ClerkWorld::new(signed_in_to("alice", "org_a"));
    let page = r#"{"total_count":12,"data":[{"id":"orgmem_1","role":"org:admin","organization":{"id":"org_a"},
        "publicUserData":{"userId":"user_alice","identifier":"alice@example.com"}}]}"#;
    *world.fake.list.borrow_mut() = Ok(ClerkJson::from_text(page));
    let query = PageQuery { role: vec!["org:admin".into()], ..PageQuery::page(2) };
    let members = world.finish(world.clerk.list(ORGANIZATION_MEMBERSHIPS, &query)).unwrap();
    assert_eq!((members.total_count, &*members.data[0].organization.id), (12, "org_a"));
    let who = members.data[0].public_user_data.as_ref().unwrap();
    assert_eq!(&*who.identifier, "alice@example.com");
    let asked = r#"getMemberships {"initialPage":2,"pageSize":10,"role":["org:admin"]}"#;
    assert_eq!(world.fake.calls.borrow().last().unwrap(), &format!("Organization.{asked}"));

    let all = PageQuery {
        page_size: 50,
        status: vec!["pending".into(), "revoked".into()],
        query: Some("\"Ada\"".into()),
        ..PageQuery::default()
    };
    let expected =
        r#"{"initialPage":1,"pageSize":50,"status":["pending","revoked"],"query":"\"Ada\""}"#;
    assert_eq!(all.json().as_str(), expected);

    *world.fake.list.borrow_mut() = Ok(ClerkJson::default());
    let odd = world.finish(world.clerk.list(USER_INVITATIONS, &PageQuery::default())).unwrap_err();
    assert_eq!(&*odd.code, "json_unexpected");
}

#[test]
fn a_new_token_tells_nobody_and_a_new_role_tells_everybody() {
    let world = ClerkWorld::new(signed_in_to("alice", "org_a"));
    let before = world.told.get();
    for _ in 0..3 {
        world.fake.becomes(changed(|_| {}));
    }
    assert_eq!(world.told.get(), before);
    let held = world.clerk.snapshot();
    assert!(Rc::ptr_eq(&held, &world.clerk.snapshot()), "equal snapshots are one");
    world.fake.becomes(changed(|now| {
        Rc::make_mut(&mut of(&mut now.user).organization_memberships[0]).role = "org:guest".into();
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

#[test]
fn what_was_seen_without_being_told_is_told_once_it_has_passed() {
    let world = ClerkWorld::new(signed_in("alice"));
    world.fake.set_silently(signed_in("bob"));
    // Bob is found out by whoever needs a token.
    drop(world.token());
    assert_eq!(user_of(&world.state()), Some("user_bob"));
    world.fake.becomes(signed_in("alice"));
    assert_eq!(user_of(&world.state()), Some("user_alice"));
}
