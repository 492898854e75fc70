//! The cache of tokens, moment by moment.

#[path = "support/fetch_world.rs"]
mod world;

use std::rc::Rc;

use serde_json::json;
use world::{alice, bob, claims_of, jwt};
use yew_clerk::auth::{
    AfterRefusal, Credential, Held, Identity, Mint, Rejected, Token, TokenCache, TokenError,
    TokenKey, TokenOptions, Verdict,
};
use yew_clerk::engine::time::Time;

const LIFE: i64 = 60;

fn at(seconds: u64) -> Time {
    Time::from_millis(seconds * 1000)
}

fn key() -> TokenKey {
    TokenKey::new(Rc::new(alice()), &TokenOptions::default())
}

fn bearer(identity: &Identity, iat: i64, life: i64, number: u64) -> Credential {
    Credential::Bearer(Token::new(jwt(&claims_of(identity, iat, life, number))))
}

fn cached(now: u64) -> Mint {
    Mint { asked_at: at(now), received_at: at(now), forced: false }
}

fn forced(now: u64) -> Mint {
    Mint { forced: true, ..cached(now) }
}

/// A cache that was given Alice's token at second 1000 of a device whose clock is right.
fn filled() -> (TokenCache, Held) {
    let mut cache = TokenCache::new();
    let held = cache.accept(&key(), bearer(&alice(), 1000, LIFE, 1), cached(1000)).unwrap();
    (cache, held)
}

#[test]
fn nothing_held_means_waiting() {
    assert_eq!(TokenCache::new().verdict(&key(), at(1000)), Verdict::MustWait);
}

#[test]
fn a_token_is_fresh_then_renewed_in_the_background_then_waited_for() {
    let (cache, held) = filled();
    assert_eq!(cache.verdict(&key(), at(1044)), Verdict::Fresh(held.clone()));
    assert_eq!(cache.verdict(&key(), at(1045)), Verdict::RefreshInBackground(held.clone()));
    assert_eq!(cache.verdict(&key(), at(1057)), Verdict::RefreshInBackground(held));
    // Two seconds are too little to travel.
    assert_eq!(cache.verdict(&key(), at(1058)), Verdict::MustWait);
}

#[test]
fn a_short_token_is_not_old_for_most_of_its_life() {
    let mut cache = TokenCache::new();
    let held = cache.accept(&key(), bearer(&alice(), 1000, 20, 1), cached(1000)).unwrap();
    assert_eq!(cache.verdict(&key(), at(1014)), Verdict::Fresh(held.clone()));
    assert_eq!(cache.verdict(&key(), at(1015)), Verdict::RefreshInBackground(held));
}

#[test]
fn a_laptop_that_wakes_finds_its_token_expired() {
    let (cache, _) = filled();
    assert_eq!(cache.verdict(&key(), at(1000 + 8 * 3600)), Verdict::MustWait);
}

#[test]
fn a_failed_renewal_keeps_the_token_to_its_very_end() {
    let (mut cache, held) = filled();
    cache.fail(&key(), &TokenError::Offline, at(1050));
    assert_eq!(cache.verdict(&key(), at(1050)), Verdict::Fresh(held.clone()), "pause");
    assert_eq!(cache.verdict(&key(), at(1051)), Verdict::RefreshInBackground(held.clone()));
    assert_eq!(cache.verdict(&key(), at(1059)), Verdict::RefreshInBackground(held));
    assert_eq!(cache.verdict(&key(), at(1060)), Verdict::MustWait);
}

#[test]
fn the_pause_after_failures_doubles_and_a_success_ends_it() {
    let mut cache = TokenCache::new();
    let held = cache.accept(&key(), bearer(&alice(), 1000, 600, 1), cached(1000)).unwrap();
    let start = 1586;
    for _ in 0..3 {
        cache.fail(&key(), &TokenError::Offline, at(start));
    }
    assert_eq!(cache.verdict(&key(), at(start + 3)), Verdict::Fresh(held.clone()));
    assert_eq!(cache.verdict(&key(), at(start + 4)), Verdict::RefreshInBackground(held));
    let next = cache.accept(&key(), bearer(&alice(), 1590, 600, 2), cached(1590)).unwrap();
    assert_eq!(cache.verdict(&key(), at(1591)), Verdict::Fresh(next));
}

#[test]
fn a_clock_that_is_put_back_ends_a_pause() {
    let (mut cache, held) = filled();
    cache.fail(&key(), &TokenError::Offline, at(1055));
    assert_eq!(cache.verdict(&key(), at(1050)), Verdict::RefreshInBackground(held));
}

#[test]
fn each_different_token_gets_a_higher_number_and_the_same_one_keeps_its_own() {
    let (mut cache, first) = filled();
    let same = cache.accept(&key(), bearer(&alice(), 1000, LIFE, 1), forced(1050)).unwrap();
    assert_eq!(same, first);
    let second = cache.accept(&key(), bearer(&alice(), 1051, LIFE, 2), cached(1051)).unwrap();
    assert!(second.serial > first.serial);
}

#[test]
fn getting_the_same_token_again_is_followed_by_a_pause() {
    let (mut cache, held) = filled();
    // A source that has but one token gives it again by force as well.
    let mint = Mint { asked_at: at(1000), ..forced(1050) };
    cache.accept(&key(), bearer(&alice(), 1000, LIFE, 1), mint).unwrap();
    assert_eq!(cache.verdict(&key(), at(1050)), Verdict::Fresh(held.clone()));
    assert_eq!(cache.verdict(&key(), at(1051)), Verdict::RefreshInBackground(held));
}

#[test]
fn an_old_token_that_the_sources_cache_gives_again_is_asked_for_by_force() {
    let (mut cache, held) = filled();
    let mut again = |now| cache.accept(&key(), bearer(&alice(), 1000, LIFE, 1), cached(now));
    assert_eq!(again(1044), Ok(held), "not old yet");
    assert_eq!(again(1045), Err(Rejected::AskByForce));
}

#[test]
fn an_older_token_that_arrives_late_replaces_nothing() {
    let mut cache = TokenCache::new();
    let new = cache.accept(&key(), bearer(&alice(), 1030, LIFE, 2), cached(1030)).unwrap();
    let kept = cache.accept(&key(), bearer(&alice(), 1000, LIFE, 1), cached(1031)).unwrap();
    assert_eq!(kept, new);
}

#[test]
fn a_clock_seventy_seconds_ahead_is_found_out_by_one_forced_mint() {
    let mut cache = TokenCache::new();
    // The server says 1000, the device 1070: the token has expired ten seconds ago by the device.
    let rejected = cache.accept(&key(), bearer(&alice(), 1000, LIFE, 1), cached(1070));
    assert_eq!(rejected, Err(Rejected::AskByForce));
    let held = cache.accept(&key(), bearer(&alice(), 1000, LIFE, 2), forced(1070)).unwrap();
    assert_eq!(cache.clock_offset(), -69_000);
    assert_eq!(cache.verdict(&key(), at(1071)), Verdict::Fresh(held));
    // The next one needs no force.
    assert!(cache.accept(&key(), bearer(&alice(), 1043, LIFE, 3), cached(1113)).is_ok());
}

#[test]
fn a_clock_thirty_seconds_behind_does_not_keep_expired_tokens() {
    let mut cache = TokenCache::new();
    let held = cache.accept(&key(), bearer(&alice(), 1000, 20, 1), cached(970)).unwrap();
    assert_eq!(cache.clock_offset(), 30_000);
    assert_eq!(cache.verdict(&key(), at(984)), Verdict::Fresh(held));
    assert_eq!(cache.verdict(&key(), at(990)), Verdict::MustWait);
}

#[test]
fn a_token_from_the_sources_cache_does_not_move_the_clock_back() {
    let mut cache = TokenCache::new();
    cache.accept(&key(), bearer(&alice(), 1000, LIFE, 1), cached(1040)).unwrap();
    assert_eq!(cache.clock_offset(), 0);
}

#[test]
fn a_right_clock_is_not_corrected_by_the_networks_delay() {
    let mut cache = TokenCache::new();
    let slow = Mint { asked_at: at(1000), received_at: at(1008), forced: true };
    cache.accept(&key(), bearer(&alice(), 1003, LIFE, 1), slow).unwrap();
    assert_eq!(cache.clock_offset(), 0);
}

#[test]
fn a_clock_that_is_put_right_is_noticed() {
    let mut cache = TokenCache::new();
    cache.accept(&key(), bearer(&alice(), 1000, LIFE, 1), forced(1070)).unwrap();
    cache.accept(&key(), bearer(&alice(), 1050, LIFE, 2), cached(1050)).unwrap();
    assert_eq!(cache.clock_offset(), 0);
}

#[test]
fn a_clock_that_is_put_back_makes_the_age_of_a_token_unknown() {
    let (cache, held) = filled();
    assert_eq!(cache.verdict(&key(), at(995)), Verdict::Fresh(held));
    assert_eq!(cache.verdict(&key(), at(994)), Verdict::MustWait);
}

#[test]
fn a_token_that_is_expired_even_when_new_is_left_to_the_server() {
    let mut cache = TokenCache::new();
    let held = cache.accept(&key(), bearer(&alice(), 1000, -5, 1), forced(1000));
    assert!(held.is_ok());
    assert_eq!(cache.verdict(&key(), at(1000)), Verdict::MustWait);
}

#[test]
fn a_token_of_somebody_else_is_asked_for_again_and_then_refused() {
    let others = [bob(), Identity::new("user_alice", "sess_other"), alice().with_org("org_1")];
    for other in others {
        let mut cache = TokenCache::new();
        let token = || bearer(&other, 1000, LIFE, 1);
        assert_eq!(cache.accept(&key(), token(), cached(1000)), Err(Rejected::AskByForce));
        let refused = Err(Rejected::Error(TokenError::Mismatch));
        assert_eq!(cache.accept(&key(), token(), forced(1000)), refused);
        assert_eq!(cache.verdict(&key(), at(1000)), Verdict::MustWait);
    }
}

#[test]
fn the_organisation_asked_for_counts_and_not_the_active_one() {
    let identity = Rc::new(alice().with_org("org_active"));
    let other = TokenKey::new(identity.clone(), &TokenOptions::default().organization("org_other"));
    let personal = TokenKey::new(identity, &TokenOptions::default().organization(""));
    let in_other = || bearer(&alice().with_org("org_other"), 1000, LIFE, 1);
    let in_none = || bearer(&alice(), 1000, LIFE, 2);
    let mut cache = TokenCache::new();
    assert!(cache.accept(&other, in_other(), forced(1000)).is_ok());
    assert!(cache.accept(&personal, in_none(), forced(1000)).is_ok());
    assert!(cache.accept(&other, in_none(), forced(1000)).is_err());
    assert!(cache.accept(&personal, in_other(), forced(1000)).is_err());
}

#[test]
fn a_template_token_without_a_session_or_organisation_is_taken() {
    let identity = Rc::new(alice().with_org("org_1"));
    let template = TokenKey::new(identity, &TokenOptions::template("hasura"));
    let claims = json!({ "sub": "user_alice", "iat": 1000, "exp": 1060 });
    let token = Credential::Bearer(Token::new(jwt(&claims)));
    assert!(TokenCache::new().accept(&template, token, forced(1000)).is_ok());
}

#[test]
fn tokens_of_different_kinds_and_users_are_kept_apart() {
    let (mut cache, _) = filled();
    let template = TokenKey::new(Rc::new(alice()), &TokenOptions::template("hasura"));
    let bobs = TokenKey::new(Rc::new(bob()), &TokenOptions::default());
    assert_eq!(cache.verdict(&template, at(1000)), Verdict::MustWait);
    assert_eq!(cache.verdict(&bobs, at(1000)), Verdict::MustWait);
    cache.clear();
    assert_eq!(cache.verdict(&key(), at(1000)), Verdict::MustWait);
}

#[test]
fn what_cannot_stand_in_a_header_is_malformed() {
    let refused = Err(Rejected::Error(TokenError::Malformed));
    for text in ["", "a b", "a\r\nX-Evil: 1", "ä", "a.b.c", "..", &"x".repeat(20_000)] {
        let token = Credential::Bearer(Token::new(text));
        assert_eq!(TokenCache::new().accept(&key(), token, cached(1000)), refused, "{text}");
    }
}

#[test]
fn an_opaque_token_is_taken_and_asked_for_each_time() {
    let mut cache = TokenCache::new();
    let token = Credential::Bearer(Token::new("opaque"));
    assert!(cache.accept(&key(), token, cached(1000)).is_ok());
    assert_eq!(cache.verdict(&key(), at(1000)), Verdict::MustWait);
}

#[test]
fn a_refused_token_is_replaced_by_a_newer_one_if_there_is_one() {
    let (mut cache, first) = filled();
    assert_eq!(cache.after_refusal(&key(), first.serial, at(1001)), AfterRefusal::Mint);
    let second = cache.accept(&key(), bearer(&alice(), 1001, LIFE, 2), forced(1001)).unwrap();
    let verdict = cache.after_refusal(&key(), first.serial, at(1002));
    assert_eq!(verdict, AfterRefusal::UseNewer(second));
}

#[test]
fn a_new_token_that_is_refused_stops_the_minting_for_a_while() {
    let (mut cache, _) = filled();
    let second = cache.accept(&key(), bearer(&alice(), 1001, LIFE, 2), forced(1001)).unwrap();
    cache.note_refused(&key(), second.serial, at(1001));
    let give_up = AfterRefusal::GiveUp(TokenError::Refused);
    assert_eq!(cache.after_refusal(&key(), second.serial, at(1010)), give_up);
    assert_eq!(cache.after_refusal(&key(), second.serial, at(1011)), AfterRefusal::Mint);
}

#[test]
fn a_forced_mint_that_failed_just_now_is_not_tried_again_at_once() {
    let (mut cache, held) = filled();
    cache.fail(&key(), &TokenError::Offline, at(1001));
    let give_up = AfterRefusal::GiveUp(TokenError::Offline);
    assert_eq!(cache.after_refusal(&key(), held.serial, at(1001)), give_up);
    assert_eq!(cache.after_refusal(&key(), held.serial, at(1002)), AfterRefusal::Mint);
}

#[test]
fn a_renewed_cookie_counts_as_newer_and_the_same_one_does_not() {
    let mut cache = TokenCache::new();
    let first = cache.accept(&key(), Credential::Cookie, cached(1000)).unwrap();
    let same = cache.accept(&key(), Credential::Cookie, cached(1001)).unwrap();
    let renewed = cache.accept(&key(), Credential::Cookie, forced(1002)).unwrap();
    assert_eq!(first.serial, same.serial);
    assert!(renewed.serial > first.serial);
}
