//! Servers that are down, and networks that come and go.

use e2e::{Setup, test};

use crate::{count, open_with_data, time_passes, wait_count};

/// Connections that close without an answer.
fn a_dropped_connection_is_an_error_on(path: &'static str) {
    test(Setup::default().with_failing_requests(), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        world.controls().fault("/api/foo", "drop", None);
        page.open(path);
        page.wait_attribute("result", "data-state", "error");
        assert!(!page.wait_for("error").is_empty());
        world.controls().clear_faults();
        page.click("retry");
        page.wait_attribute("result", "data-state", "success");
        page.wait_text("message", "Hello, Ada Lovelace");
        page.wait_gone("error");
    });
}

#[test]
fn a_dropped_connection_is_an_error_that_retry_recovers_from_on_the_same_origin_page() {
    a_dropped_connection_is_an_error_on("/same-origin");
}

#[test]
fn a_dropped_connection_is_an_error_that_retry_recovers_from_on_the_swr_page() {
    a_dropped_connection_is_an_error_on("/swr");
}

#[test]
fn a_dropped_connection_is_an_error_that_retry_recovers_from_on_the_query_page() {
    a_dropped_connection_is_an_error_on("/query");
}

#[test]
fn a_server_that_was_down_is_used_again_when_it_is_back() {
    test(Setup::default().with_failing_requests(), |world| {
        world.signed_in_as("ada");
        world.page.open("/");
        world.page.wait_attribute("user", "data-state", "signed-in");
        world.server.crash();
        world.page.click("nav-swr");
        world.page.wait_attribute("result", "data-state", "error");
        world.page.wait_for("retry");
        world.server.resume();
        world.page.click("retry");
        world.page.wait_text("message", "Hello, Ada Lovelace");
    });
}

/// The network goes; meanwhile the data changes; the network comes back.
fn coming_back_online_recovers_on(path: &'static str) {
    test(Setup::default().with_failing_requests(), |world| {
        let page = &world.page;
        let other = world.signed_in_as("ada");
        open_with_data(world, path);
        assert_eq!(count(page), 0);
        page.set_offline(true);
        // Two requests within SWR's two seconds would be one.
        time_passes(2.1);
        assert_eq!(other.increment(), 1);
        assert_eq!(page.text("message").as_deref(), Some("Hello, Ada Lovelace"));
        page.set_offline(false);
        wait_count(page, 1);
        page.wait_attribute("result", "data-state", "success");
    });
}

#[test]
fn coming_back_online_brings_fresh_data_by_itself_on_the_swr_page() {
    coming_back_online_recovers_on("/swr");
}

#[test]
fn coming_back_online_brings_fresh_data_by_itself_on_the_query_page() {
    coming_back_online_recovers_on("/query");
}

/// The page is opened without a network.
fn data_asked_for_offline_arrive_on(path: &'static str) {
    test(Setup::default().with_failing_requests(), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        page.open("/");
        page.wait_attribute("user", "data-state", "signed-in");
        page.set_offline(true);
        page.click(&format!("nav-{}", path.trim_start_matches('/')));
        page.wait_for("result");
        assert!(!page.shows("message"));
        page.set_offline(false);
        page.wait_text("message", "Hello, Ada Lovelace");
    });
}

#[test]
fn data_that_was_asked_for_offline_arrives_when_the_network_is_back_on_the_swr_page() {
    data_asked_for_offline_arrive_on("/swr");
}

#[test]
fn data_that_was_asked_for_offline_arrives_when_the_network_is_back_on_the_query_page() {
    data_asked_for_offline_arrive_on("/query");
}

/// A server that is overloaded for one request.
fn a_failing_answer_is_retried_on(path: &'static str) {
    test(Setup::default().with_failing_requests(), |world| {
        world.signed_in_as("ada");
        world.controls().fault("/api/foo", "status:503,retry-after:1", Some(1));
        world.page.open(path);
        world.page.wait_text("message", "Hello, Ada Lovelace");
        let asked = world.requests().of_path("GET", "/api/foo");
        assert_eq!(asked.statuses(), [503, 200], "{asked}");
    });
}

#[test]
fn a_failing_answer_is_retried_without_a_click_on_the_swr_page() {
    a_failing_answer_is_retried_on("/swr");
}

#[test]
fn a_failing_answer_is_retried_without_a_click_on_the_query_page() {
    a_failing_answer_is_retried_on("/query");
}

#[test]
fn the_button_that_breaks_the_next_request_does_so_and_retry_mends_it() {
    test(Setup::default().with_failing_requests(), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        open_with_data(world, "/swr");
        page.click("fault-500");
        page.wait_for("[data-testid='page-swr'] [role='status']");
        page.click("retry");
        page.wait_attribute("result", "data-state", "error");
        let said = page.wait_for("error");
        assert!(said.contains("500"), "{said:?}");
        assert_eq!(page.text("message").as_deref(), Some("Hello, Ada Lovelace"), "old data stay");
        page.click("retry");
        page.wait_attribute("result", "data-state", "success");
        page.wait_gone("error");
    });
}

#[test]
fn a_slow_answer_leaves_the_old_data_on_the_page_and_says_that_news_are_coming() {
    test(Setup::default(), |world| {
        let page = &world.page;
        let other = world.signed_in_as("ada");
        open_with_data(world, "/swr");
        page.wait_attribute("result", "aria-busy", "false");
        let idle = page.wait_for("status");
        // First the change: the fault is for the next request of anyone.
        let news = other.increment();
        page.click("fault-slow");
        page.wait_for("[data-testid='page-swr'] [role='status']");
        page.click("retry");
        page.wait_attribute("result", "aria-busy", "true");
        assert_ne!(page.wait_for("status"), idle, "the status says what is going on");
        assert_eq!(count(page), news - 1, "the old data stay");
        wait_count(page, news);
        page.wait_text("status", &idle);
    });
}
