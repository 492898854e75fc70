//! Browsers that are set up unkindly.

use e2e::scripts::{BLOCKED_STORAGE, clock_ahead_by};
use e2e::{Setup, test, wait};
use serde_json::json;
use std::time::Duration;

use crate::{HOOK_PAGES, count, open_with_data, wait_count};

#[test]
fn blocked_storage_does_not_break_the_app() {
    test(Setup::default().script(BLOCKED_STORAGE), |world| {
        let page = &world.page;
        page.open("/sign-in");
        world.sign_in_by_form("ada");
        page.click("theme");
        for name in ["swr", "query", "background", "same-origin"] {
            page.click(&format!("nav-{name}"));
            page.wait_for(&format!("page-{name}"));
            if name == "background" {
                page.click("ping");
            }
            page.wait_text("message", "Hello, Ada Lovelace");
        }
        page.click("sign-out");
        page.wait_attribute("user", "data-state", "signed-out");
    });
}

#[test]
fn a_browser_that_refuses_cookies_and_storage_gets_an_app_that_says_signed_out() {
    let refused = json!({ "profile.default_content_setting_values.cookies": 2 });
    test(Setup::default().preferences(refused).with_failing_requests(), |world| {
        let page = &world.page;
        page.open("/sign-in");
        page.wait_attribute("user", "data-state", "signed-out");
        let script = "try { return localStorage.length } catch (e) { return e.name }";
        assert_eq!(page.run(script, json!([])), "SecurityError", "the preference works");
        page.click("theme");
        page.fill("username", "ada");
        page.fill("password", "analytical-engine");
        page.click("submit");
        // No cookie is kept, so nobody stays signed in. What the page says is up to it; it must live.
        page.click("nav-swr");
        page.wait_for("page-swr");
        wait::stays(Duration::from_secs(2), "the app does not ask in circles", || {
            world.requests().of_tokens().count() < 6
        });
        page.click("nav-notes");
        page.wait_for("page-notes");
    });
}

/// A computer whose clock is wrong.
fn data_loads_with_a_clock_that_is_ahead_by(seconds: i64) {
    test(Setup::default().script(clock_ahead_by(seconds)), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        for path in HOOK_PAGES {
            open_with_data(world, path);
            world.controls().forget_requests();
            let before = count(page);
            page.click("increment");
            wait_count(page, before + 1);
            let asked = world.requests();
            assert_eq!(asked.answered(401).count(), 0, "{asked}");
            assert!(asked.of_tokens().count() <= 1, "not a new token for each request: {asked}");
        }
    });
}

#[test]
fn data_loads_with_a_clock_that_is_70_seconds_ahead() {
    data_loads_with_a_clock_that_is_ahead_by(70);
}

#[test]
fn data_loads_with_a_clock_that_is_30_seconds_behind() {
    data_loads_with_a_clock_that_is_ahead_by(-30);
}

#[test]
fn tokens_are_renewed_in_time_with_a_clock_that_is_30_seconds_behind() {
    let setup = Setup::default().script(clock_ahead_by(-30)).token_life(3);
    test(setup, |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        open_with_data(world, "/swr");
        let before = count(page);
        crate::time_passes(8.5);
        world.controls().forget_requests();
        page.click("increment");
        wait_count(page, before + 1);
        let asked = world.requests();
        assert_eq!(asked.answered(401).count(), 0, "the offset was learnt: {asked}");
    });
}

#[test]
fn the_chosen_theme_outlives_a_reload() {
    test(Setup::default(), |world| {
        let page = &world.page;
        page.open("/");
        page.wait_for("theme");
        let looks = || {
            let script = "return getComputedStyle(document.body).backgroundColor";
            page.run(script, json!([]))
        };
        let before = looks();
        // The first theme is the system's, so the next one may look the same.
        e2e::until("other colours", || {
            page.click("theme");
            (looks() != before).then_some(())
        });
        let chosen = looks();
        page.reload();
        page.wait_for("theme");
        e2e::until("the chosen colours again", || (looks() == chosen).then_some(()));
    });
}
