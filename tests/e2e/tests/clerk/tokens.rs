//! Tokens come and go; the user must not notice.

use e2e::{scripts, test, until, wait};
use std::time::Duration;

use crate::{ADA, Key, greeted, minted, mints, setup, signed_in, time_passes};

/// Asks for the data again and again, and fails if an error was ever shown.
#[track_caller]
fn asks_again(world: &e2e::World, times: u32, pause: f32) {
    for _ in 0..times {
        let before = world.requests().of_path("GET", "/api/foo").answered(200).count();
        world.page.click("again");
        until("another answer", || {
            let now = world.requests().of_path("GET", "/api/foo").answered(200).count();
            (now > before).then_some(())
        });
        assert!(!world.page.shows("error"), "{:?}", world.page.text("error"));
        time_passes(pause);
    }
}

#[test]
fn tokens_of_20_seconds_are_renewed_unseen() {
    test(setup().token_life(20), |world| {
        signed_in(world, Key::Live, "ada");
        greeted(&world.page, ADA);
        asks_again(world, 7, 4.0);
        let asked = world.requests();
        assert_eq!(asked.of_api().answered(401).count(), 0, "{asked}");
        let mints = mints(&asked).count();
        assert!((1..=12).contains(&mints), "{mints} new tokens in half a minute\n{asked}");
    });
}

#[test]
fn tokens_of_a_minute_are_renewed_unseen() {
    test(setup(), |world| {
        signed_in(world, Key::Live, "ada");
        greeted(&world.page, ADA);
        asks_again(world, 7, 10.0);
        let asked = world.requests();
        assert_eq!(asked.of_api().answered(401).count(), 0, "{asked}");
        assert!((1..=3).contains(&mints(&asked).count()), "{asked}");
    });
}

/// The device's clock is wrong by so many seconds.
fn data_comes_with_a_clock_that_is_wrong_by(seconds: i64) {
    test(
        setup().token_life(20).script(scripts::clock_ahead_by(seconds)).with_failing_requests(),
        |world| {
            signed_in(world, Key::Live, "ada");
            greeted(&world.page, ADA);
            asks_again(world, 6, 4.0);
            let asked = world.requests().of_api();
            assert!(asked.answered(401).count() <= 1, "{asked}");
        },
    );
}

#[test]
fn a_clock_that_is_70_seconds_ahead_does_no_harm() {
    data_comes_with_a_clock_that_is_wrong_by(70);
}

#[test]
fn a_clock_that_is_30_seconds_behind_does_no_harm() {
    data_comes_with_a_clock_that_is_wrong_by(-30);
}

#[test]
fn twenty_queries_that_meet_a_refused_token_lead_to_one_new_one() {
    test(setup().with_failing_requests(), |world| {
        signed_in(world, Key::Live, "ada");
        greeted(&world.page, ADA);
        world.controls().forget_requests();
        world.controls().fault("/api/foo", "expired", Some(20));
        world.page.click("many");
        world.page.wait_text("many-result", "20 loaded, 0 failed");
        let asked = world.requests();
        assert_eq!(mints(&asked).count(), 1, "{asked}");
        assert_eq!(asked.of_path("GET", "/api/foo").answered(401).count(), 20, "{asked}");
    });
}

#[test]
fn an_outage_of_clerk_leaves_the_data_and_the_token_as_long_as_that_lives() {
    test(setup().token_life(20).with_failing_requests(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        world.controls().fault("/__clerk/v1", "drop", None);
        asks_again(world, 3, 3.0);
        // Past its end: the data stays, nobody is signed out, and the page says what is the matter.
        time_passes(14.0);
        page.click("again");
        wait::stays(Duration::from_secs(6), "the data and the user stay", || {
            page.attribute("user", "data-state").as_deref() == Some("signed-in")
                && page.text("message").is_some_and(|text| text.contains("Ada"))
        });
        world.controls().clear_faults();
        until("an answer after the outage", || {
            page.click("again");
            (!page.shows("error")).then_some(())
        });
    });
}

#[test]
fn being_offline_for_a_while_signs_nobody_out() {
    test(setup().token_life(20).with_failing_requests(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        page.set_offline(true);
        wait::stays(Duration::from_secs(24), "ada is signed in", || {
            page.attribute("user", "data-state").as_deref() == Some("signed-in")
        });
        world.controls().forget_requests();
        page.set_offline(false);
        until("fresh data", || {
            let asked = world.requests().of_path("GET", "/api/foo");
            (asked.answered(200).count() > 0).then_some(())
        });
        assert!(page.text("message").is_some_and(|text| text.contains("Ada")));
    });
}

#[test]
fn a_session_that_was_revoked_leaves_nothing_on_the_page() {
    test(setup().token_life(20).with_failing_requests(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        world.controls().end_all_sessions();
        minted(world, 1);
        page.wait_attribute("user", "data-state", "signed-out");
        page.wait_gone("message");
        assert!(!page.all_text().contains("Ada Lovelace"));
    });
}
