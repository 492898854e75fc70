//! Many callers, one source: sharing, waiting, changes of the user.

#[path = "support/fetch_world.rs"]
mod world;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use world::{World, alice, bob, claims_of, jwt, ms};
use yew_clerk::auth::{AuthState, Credential, Token, TokenError, TokenOptions};
use yew_clerk::engine::time::Time;

fn options() -> TokenOptions {
    TokenOptions::default()
}

fn text(credential: &Credential) -> String {
    match credential {
        Credential::Bearer(token) => token.expose().to_owned(),
        Credential::Cookie => panic!("a cookie"),
    }
}

#[test]
fn all_callers_of_a_moment_share_one_mint() {
    let world = World::new();
    let waiting: Vec<_> =
        (0..50).map(|_| world.sim.run(world.auth.get_token(&options()))).collect();
    let tokens: Vec<_> = waiting.iter().map(|one| text(&world.until(one).unwrap())).collect();
    assert_eq!(world.source.mints(), 1);
    assert!(tokens.iter().all(|token| *token == tokens[0]));
}

#[test]
fn a_valid_token_is_handed_out_at_once_and_without_the_source() {
    let world = World::new();
    world.token().unwrap();
    world.source.delay.set(None);
    let timers = world.sim.timer_count();
    let again = world.sim.run(world.auth.get_token(&options()));
    assert!(again.take().unwrap().is_ok());
    assert_eq!((world.source.mints(), world.sim.timer_count()), (1, timers));
}

#[test]
fn forced_mints_are_shared_too_and_serve_those_who_wait_for_any() {
    let world = World::new();
    let forced = options().fresh();
    let first = world.sim.run(world.auth.get_token(&forced));
    let second = world.sim.run(world.auth.get_token(&forced));
    let third = world.sim.run(world.auth.get_token(&options()));
    let tokens = [first, second, third].map(|one| text(&world.until(&one).unwrap()));
    assert_eq!((world.source.mints(), world.source.forced_mints()), (1, 1));
    assert!(tokens.iter().all(|token| *token == tokens[0]));
}

#[test]
fn a_forced_mint_does_not_join_one_that_may_answer_from_a_cache() {
    let world = World::new();
    let any = world.sim.run(world.auth.get_token(&options()));
    let forced = world.sim.run(world.auth.get_token(&options().fresh()));
    world.until(&any).unwrap();
    world.until(&forced).unwrap();
    assert_eq!((world.source.mints(), world.source.forced_mints()), (2, 1));
}

#[test]
fn tokens_of_templates_and_organisations_are_minted_apart() {
    let world = World::new();
    for options in [options(), TokenOptions::template("hasura"), options().organization("")] {
        world.finish(world.auth.get_token(&options)).unwrap();
        world.finish(world.auth.get_token(&options)).unwrap();
    }
    assert_eq!(world.source.mints(), 3);
}

#[test]
fn an_old_token_is_handed_out_while_one_renewal_runs() {
    let world = World::new();
    let first = text(&world.token().unwrap());
    world.sim.advance(Duration::from_secs(50));
    for _ in 0..5 {
        let now = world.sim.run(world.auth.get_token(&options()));
        assert_eq!(text(&now.take().unwrap().unwrap()), first);
    }
    world.sim.advance_ms(20);
    assert_eq!(world.source.mints(), 2);
    assert_ne!(text(&world.token().unwrap()), first);
}

#[test]
fn nobody_waits_longer_than_the_deadline_and_the_mint_goes_on() {
    let world = World::new();
    world.source.delay.set(Some(12_000));
    let waiting = world.sim.run(world.auth.get_token(&options()));
    world.sim.advance_ms(9_999);
    assert!(waiting.take().is_none());
    world.sim.advance_ms(1);
    let after = Duration::from_secs(10);
    assert_eq!(waiting.take(), Some(Err(TokenError::Timeout { after })));
    assert!(!world.auth.health().is_ok());
    // The next one joins the mint that still runs, and gets its result.
    let next = world.sim.run(world.auth.get_token(&options()));
    world.sim.advance_ms(2_000);
    assert!(next.take().unwrap().is_ok());
    assert_eq!(world.source.mints(), 1);
    assert!(world.auth.health().is_ok());
}

#[test]
fn a_source_that_never_answers_is_asked_anew_after_a_long_time() {
    let world = World::new();
    world.source.delay.set(None);
    assert!(world.token().is_err());
    assert!(world.token().is_err());
    assert_eq!(world.source.mints(), 1);
    world.sim.advance(Duration::from_secs(180));
    world.source.delay.set(Some(10));
    assert!(world.token().is_ok());
    assert_eq!(world.source.mints(), 2);
}

#[test]
fn a_caller_that_goes_away_does_not_stop_the_mint_for_the_others() {
    let world = World::new();
    let mut leaving = world.auth.get_token(&options());
    let staying = world.sim.run(world.auth.get_token(&options()));
    let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
    assert!(leaving.as_mut().poll(context).is_pending());
    drop(leaving);
    assert!(world.until(&staying).is_ok());
    assert_eq!(world.source.mints(), 1);
}

#[test]
fn while_loading_callers_wait_and_then_all_get_the_token() {
    let world = World::in_state(AuthState::Loading);
    let waiting: Vec<_> = (0..3).map(|_| world.sim.run(world.auth.get_token(&options()))).collect();
    world.sim.advance_ms(4_000);
    assert_eq!(world.source.mints(), 0);
    world.source.sign_in(alice());
    for one in &waiting {
        assert!(world.until(one).is_ok());
    }
    assert_eq!(world.source.mints(), 1);
}

#[test]
fn each_way_of_having_no_token_has_its_own_name() {
    let loading = World::in_state(AuthState::Loading);
    assert_eq!(loading.token(), Err(TokenError::NotLoaded));
    let out = World::in_state(AuthState::SignedOut);
    assert_eq!(out.token(), Err(TokenError::SignedOut));
    assert_eq!(out.source.mints(), 0);
    let late = World::in_state(AuthState::Loading);
    let waiting = late.sim.run(late.auth.get_token(&options()));
    late.source.set_state(AuthState::SignedOut);
    assert_eq!(late.until(&waiting), Err(TokenError::SignedOut));
    let failed = World::in_state(AuthState::Failed { message: Rc::from("blocked") });
    assert_eq!(failed.token(), Err(TokenError::unavailable("blocked")));
    let offline = World::new();
    offline.source.script(|_, _| Some(Err(TokenError::Offline)));
    assert_eq!(offline.token(), Err(TokenError::Offline));
}

#[test]
fn a_source_that_failed_to_load_is_loaded_again_when_a_token_is_wanted() {
    let world = World::in_state(AuthState::Failed { message: Rc::from("blocked") });
    assert_eq!(world.source.loads.get(), 1);
    assert!(world.token().is_err());
    assert_eq!(world.source.loads.get(), 1, "not at once");
    world.sim.advance(Duration::from_secs(5));
    assert!(world.token().is_err());
    assert_eq!(world.source.loads.get(), 2);
    world.source.sign_in(alice());
    assert!(world.token().is_ok());
}

#[test]
fn a_failed_renewal_leaves_the_valid_token_in_use() {
    let world = World::new();
    let first = text(&world.token().unwrap());
    world.source.script(|_, _| Some(Err(TokenError::Offline)));
    assert_eq!(world.forced_token(), Err(TokenError::Offline));
    assert_eq!(text(&world.token().unwrap()), first);
    world.sim.advance(Duration::from_secs(55));
    assert_eq!(text(&world.token().unwrap()), first);
    world.sim.advance(Duration::from_secs(10));
    assert_eq!(world.token(), Err(TokenError::Offline));
}

#[test]
fn health_says_since_when_tokens_fail() {
    let world = World::new();
    assert!(world.auth.health().is_ok());
    world.token().unwrap();
    let success = world.auth.health().last_success;
    world.source.script(|_, _| Some(Err(TokenError::Offline)));
    world.forced_token().unwrap_err();
    let since = world.auth.health().failing_since;
    world.sim.advance(Duration::from_secs(5));
    world.forced_token().unwrap_err();
    let health = world.auth.health();
    assert_eq!((health.failing_since, health.last_success), (since, success));
    assert_eq!(health.last_error, Some(TokenError::Offline));
    world.source.script(|_, _| None);
    world.forced_token().unwrap();
    assert!(world.auth.health().is_ok());
    assert!(world.auth.health().last_success > success);
}

#[test]
fn a_change_of_the_user_ends_the_waiting_for_the_former_users_token() {
    let world = World::new();
    world.source.delay.set(Some(5_000));
    let waiting = world.sim.run(world.auth.get_token(&options()));
    world.source.sign_in(bob());
    world.sim.flush();
    assert_eq!(waiting.take(), Some(Err(TokenError::IdentityChanged)));
    // The answer for Alice comes late and goes nowhere.
    world.source.script(|number, _| {
        let of = if number == 1 { alice() } else { bob() };
        Some(Ok(Credential::Bearer(Token::new(jwt(&claims_of(&of, 1_000, 60, number))))))
    });
    let token = match world.token().unwrap() {
        Credential::Bearer(token) => token,
        Credential::Cookie => panic!("a cookie"),
    };
    assert_eq!(token.claims().unwrap().sub.as_deref(), Some("user_bob"));
}

#[test]
fn the_tokens_of_a_user_who_has_gone_are_forgotten() {
    let world = World::new();
    world.token().unwrap();
    world.source.sign_in(bob());
    world.source.sign_in(alice());
    world.token().unwrap();
    assert_eq!(world.source.mints(), 2, "a token that nobody kept has to be minted anew");
}

#[test]
fn a_change_between_the_minting_and_the_handing_out_is_noticed() {
    let world = World::new();
    let (first, source) = (world.auth.get_token(&options()), world.source.clone());
    world.sim.spawn(Box::pin(async move {
        drop(first.await);
        source.sign_in(bob());
    }));
    let second = world.sim.run(world.auth.get_token(&options()));
    assert_eq!(world.until(&second), Err(TokenError::IdentityChanged));
}

#[test]
fn a_cached_token_is_not_handed_out_after_a_change_that_nobody_told() {
    let world = World::new();
    world.token().unwrap();
    world.source.set_state_silently(AuthState::SignedOut);
    assert_eq!(world.token(), Err(TokenError::SignedOut));
    assert_eq!(world.auth.state(), AuthState::SignedOut);
}

#[test]
fn a_token_of_the_wrong_user_is_never_handed_out() {
    let world = World::new();
    let wrong = || Credential::Bearer(Token::new(jwt(&claims_of(&bob(), 1_000, 60, 1))));
    world.source.script(move |_, _| Some(Ok(wrong())));
    assert_eq!(world.token(), Err(TokenError::Mismatch));
    assert_eq!((world.source.mints(), world.source.forced_mints()), (2, 1));
}

#[test]
fn a_stale_token_of_the_former_organisation_is_replaced_by_force() {
    let world = World::in_state(AuthState::signed_in(alice().with_org("org_new")));
    world.source.script(|number, _| {
        let old = claims_of(&alice().with_org("org_old"), 1_000, 60, number);
        (number == 1).then(|| Ok(Credential::Bearer(Token::new(jwt(&old)))))
    });
    assert!(world.token().is_ok());
    assert_eq!(world.source.forced_mints(), 1);
}

#[test]
fn the_count_of_changes_grows_with_the_identity_and_with_nothing_else() {
    let world = World::new();
    let start = world.auth.epoch();
    world.token().unwrap();
    world.source.sign_in(alice());
    assert_eq!(world.auth.epoch(), start);
    world.source.sign_in(alice().with_org("org_1"));
    assert_eq!(world.auth.epoch(), start + 1);
    world.source.set_state(AuthState::SignedOut);
    assert_eq!(world.auth.epoch(), start + 2);
    assert_eq!(world.auth.identity(), None);
}

#[test]
fn listeners_hear_of_states_and_not_of_tokens() {
    let world = World::new();
    let heard = Rc::new(RefCell::new(Vec::new()));
    let (list, auth) = (heard.clone(), world.auth.clone());
    let guard = world.auth.subscribe(move || list.borrow_mut().push(auth.state()));
    world.token().unwrap();
    world.forced_token().unwrap();
    world.source.sign_in(alice());
    assert!(heard.borrow().is_empty());
    world.source.sign_in(bob());
    world.source.sign_in(bob());
    assert_eq!(*heard.borrow(), [AuthState::signed_in(bob())]);
    drop(guard);
    world.source.set_state(AuthState::SignedOut);
    assert_eq!(heard.borrow().len(), 1);
}

#[test]
fn a_listener_may_use_the_client_and_drop_itself() {
    let world = World::new();
    let guard = Rc::new(RefCell::new(None));
    let (own, auth, sim) = (guard.clone(), world.auth.clone(), world.sim.clone());
    let calls = Rc::new(Cell::new(0));
    let count = calls.clone();
    *guard.borrow_mut() = Some(world.auth.subscribe(move || {
        count.set(count.get() + 1);
        own.borrow_mut().take();
        let token = auth.get_token(&TokenOptions::default());
        sim.spawn(Box::pin(async move { drop(token.await) }));
        let _inner = auth.subscribe(|| {});
        assert!(auth.health().is_ok());
    }));
    world.source.sign_in(bob());
    world.source.sign_in(alice());
    world.sim.advance_ms(50);
    assert_eq!(calls.get(), 1);
}

#[test]
fn signing_out_is_known_when_its_future_ends() {
    let world = World::new();
    world.token().unwrap();
    world.finish(world.auth.sign_out()).unwrap();
    assert_eq!(world.auth.state(), AuthState::SignedOut);
    assert_eq!(world.token(), Err(TokenError::SignedOut));
}

#[test]
fn a_client_that_is_dropped_leaves_nothing_behind() {
    let world = World::new();
    world.token().unwrap();
    assert_eq!(world.source.listener_count(), 1);
    let World { source, auth, net, api, plain, sim } = world;
    drop((auth, api, plain, net));
    assert_eq!((source.listener_count(), sim.timer_count(), sim.task_count()), (0, 0, 0));
}

#[test]
fn a_laptop_that_sleeps_waits_for_a_new_token_when_it_wakes() {
    let world = World::new();
    let first = text(&world.token().unwrap());
    world.sim.jump_to(world.sim.now().after(Duration::from_secs(8 * 3600)));
    assert_ne!(text(&world.token().unwrap()), first);
    assert_eq!(world.source.mints(), 2);
}

#[test]
fn a_clock_seventy_seconds_ahead_costs_one_more_mint_and_no_storm() {
    let world = World::new();
    world.source.skew.set(-70);
    for _ in 0..30 {
        world.token().unwrap();
        world.sim.advance(Duration::from_secs(1));
    }
    assert_eq!((world.source.mints(), world.source.forced_mints()), (2, 1));
    assert!((-70_100..=-69_000).contains(&world.auth.clock_offset()));
}

#[test]
fn a_clock_thirty_seconds_behind_never_gets_an_expired_token() {
    let world = World::new();
    world.source.skew.set(30);
    world.source.life.set(20);
    for _ in 0..60 {
        let Credential::Bearer(token) = world.token().unwrap() else { panic!("a cookie") };
        let server = i64::try_from(world.sim.now().as_millis()).unwrap() + 30_000;
        assert!(token.claims().unwrap().exp.unwrap() > server);
        world.sim.advance(Duration::from_secs(1));
    }
}

#[test]
fn a_clock_put_right_while_the_app_runs_does_no_harm() {
    let world = World::new();
    world.source.skew.set(-70);
    world.token().unwrap();
    // The device's clock is put back by 70 s: it agrees with the server from now on.
    world.source.skew.set(0);
    world.sim.jump_to(Time::from_millis(world.sim.now().as_millis() - 70_000));
    for _ in 0..100 {
        world.token().unwrap();
        world.sim.advance(Duration::from_secs(1));
    }
    assert!(world.auth.clock_offset().abs() < 1_000);
    assert!(world.source.mints() <= 6, "{}", world.source.mints());
}

#[test]
fn the_deadline_can_be_set() {
    let world = World::new();
    world.source.delay.set(None);
    let auth = world.auth.clone().with_deadline(ms(500));
    let waiting = world.sim.run(auth.get_token(&options()));
    world.sim.advance_ms(500);
    assert_eq!(waiting.take(), Some(Err(TokenError::Timeout { after: ms(500) })));
}
