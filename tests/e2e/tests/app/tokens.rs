//! Tokens come and go; the user must not notice.

use e2e::{Setup, World, test, until, wait};
use std::time::Duration;

use crate::{count, count_up, open_with_data, time_passes, wait_count};

/// Remembers whether an error was ever on the page, however shortly.
const ERROR_WATCH: &str = "
    window.sawError = false;
    const look = () => {
        const bad = '[data-testid=error], [data-testid=result][data-state=error]';
        if (document.querySelector(bad)) window.sawError = true;
    };
    new MutationObserver(look).observe(document, {
        subtree: true, childList: true, attributes: true,
    });";

fn watched() -> Setup {
    // Each refused token is a failed request in the console.
    Setup::default().script(ERROR_WATCH).with_failing_requests()
}

#[track_caller]
fn no_error_was_seen(world: &World) {
    let saw = world.page.run("return window.sawError", serde_json::json!([]));
    assert_eq!(saw, false, "the user saw an error");
}

/// Past a token's life of 3 s and the leeway of 5 s that the server allows.
const UNTIL_EXPIRED: f32 = 8.5;

/// The token runs out while the page stands there; then the user does something.
fn expiry_is_invisible_on(path: &'static str) {
    test(watched().token_life(3), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        open_with_data(world, path);
        let before = count(page);
        time_passes(UNTIL_EXPIRED);
        world.controls().forget_requests();
        count_up(page);
        wait_count(page, before + 1);
        let asked = world.requests().of_api();
        assert!(asked.answered(401).count() <= 1, "{asked}");
        assert_eq!(asked.of_path("POST", "/api/foo").answered(200).count(), 1, "{asked}");
        assert!(asked.credentials().iter().all(|used| *used == "bearer"), "{asked}");
        no_error_was_seen(world);
    });
}

#[test]
fn a_token_that_expired_meanwhile_is_renewed_unseen_on_the_swr_page() {
    expiry_is_invisible_on("/swr");
}

#[test]
fn a_token_that_expired_meanwhile_is_renewed_unseen_on_the_query_page() {
    expiry_is_invisible_on("/query");
}

#[test]
fn a_token_that_expired_meanwhile_is_renewed_unseen_on_the_background_page() {
    expiry_is_invisible_on("/background");
}

#[test]
fn a_cookie_that_expired_meanwhile_is_renewed_unseen() {
    test(watched().token_life(3), |world| {
        let page = &world.page;
        let other = world.signed_in_as("ada");
        // The other device's token would expire as well.
        let count = other.increment();
        open_with_data(world, "/same-origin");
        wait_count(page, count);
        time_passes(UNTIL_EXPIRED);
        world.controls().forget_requests();
        page.click("retry");
        until("the answer", || {
            (world.requests().of_path("GET", "/api/foo").answered(200).count() == 1).then_some(())
        });
        let asked = world.requests().of_path("GET", "/api/foo");
        assert!(asked.answered(401).count() <= 1, "{asked}");
        assert!(asked.credentials().iter().all(|used| *used == "cookie"), "{asked}");
        no_error_was_seen(world);
    });
}

/// The server refuses a token that the page believes in.
fn a_refusal_costs_one_refresh_and_one_replay_on(path: &'static str) {
    test(watched(), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        open_with_data(world, path);
        let before = count(page);
        world.controls().forget_requests();
        world.controls().fault("/api/foo", "expired", Some(1));
        count_up(page);
        wait_count(page, before + 1);
        let asked = world.requests();
        let posts = asked.of_path("POST", "/api/foo");
        assert_eq!(posts.statuses(), [401, 200], "{asked}");
        assert_eq!(asked.of_tokens().statuses(), [200], "{asked}");
        assert_eq!(asked.answered(401).count(), 1, "{asked}");
        no_error_was_seen(world);
    });
}

#[test]
fn a_refused_token_leads_to_one_refresh_and_one_replay_on_the_swr_page() {
    a_refusal_costs_one_refresh_and_one_replay_on("/swr");
}

#[test]
fn a_refused_token_leads_to_one_refresh_and_one_replay_on_the_query_page() {
    a_refusal_costs_one_refresh_and_one_replay_on("/query");
}

#[test]
fn a_refused_token_leads_to_one_refresh_and_one_replay_on_the_background_page() {
    a_refusal_costs_one_refresh_and_one_replay_on("/background");
}

/// The data's own request is refused, not a change's.
fn refused_data_are_asked_for_once_more_on(path: &'static str) {
    test(watched(), |world| {
        world.signed_in_as("ada");
        world.controls().fault_once("GET", "/api/foo", "expired");
        open_with_data(world, path);
        let asked = world.requests();
        assert_eq!(asked.of_path("GET", "/api/foo").statuses(), [401, 200], "{asked}");
        // The first came with the session.
        assert_eq!(asked.of_tokens().statuses(), [200], "{asked}");
        no_error_was_seen(world);
    });
}

#[test]
fn a_cookie_that_is_refused_is_renewed_once() {
    test(watched(), |world| {
        world.signed_in_as("ada");
        world.controls().fault_once("GET", "/api/foo", "expired");
        open_with_data(world, "/same-origin");
        let asked = world.requests();
        assert_eq!(asked.of_path("GET", "/api/foo").statuses(), [401, 200], "{asked}");
        assert_eq!(asked.of_path("GET", "/api/foo").credentials(), ["cookie", "cookie"], "{asked}");
        assert_eq!(asked.of_tokens().statuses(), [200], "{asked}");
        no_error_was_seen(world);
    });
}

#[test]
fn a_token_that_is_refused_at_first_sight_is_replaced_once_on_the_swr_page() {
    refused_data_are_asked_for_once_more_on("/swr");
}

#[test]
fn a_token_that_is_refused_at_first_sight_is_replaced_once_on_the_query_page() {
    refused_data_are_asked_for_once_more_on("/query");
}

/// A server that refuses every token is an error and not a storm.
fn refusals_without_end_are_an_error_on(path: &'static str) {
    test(Setup::default().with_failing_requests(), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        world.controls().fault("/api/foo", "expired", None);
        page.open(path);
        page.wait_attribute("result", "data-state", "error");
        page.wait_for("error");
        let asked = world.requests();
        assert_eq!(asked.of_path("GET", "/api/foo").statuses(), [401, 401], "{asked}");
        wait::stays(Duration::from_secs(3), "the page leaves it at that", || {
            world.requests().of_path("GET", "/api/foo").count() == 2
        });
        assert!(world.requests().of_tokens().count() <= 2);
        world.controls().clear_faults();
        page.click("retry");
        page.wait_text("message", "Hello, Ada Lovelace");
        page.wait_gone("error");
    });
}

#[test]
fn tokens_that_are_always_refused_are_an_error_without_a_loop_on_the_swr_page() {
    refusals_without_end_are_an_error_on("/swr");
}

#[test]
fn tokens_that_are_always_refused_are_an_error_without_a_loop_on_the_query_page() {
    refusals_without_end_are_an_error_on("/query");
}

#[test]
fn a_session_that_was_ended_elsewhere_leaves_nothing_on_the_page() {
    test(Setup::default().with_failing_requests(), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        open_with_data(world, "/swr");
        world.controls().end_all_sessions();
        page.click("increment");
        page.wait_attribute("user", "data-state", "signed-out");
        page.wait_gone("message");
        assert!(!page.all_text().contains("Hello, Ada"));
        world.controls().forget_requests();
        time_passes(2.0);
        let asked = world.requests();
        assert!(asked.count() <= 2, "it is no loop: {asked}");
    });
}
