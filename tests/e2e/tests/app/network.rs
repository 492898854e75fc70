//! Servers that are down, and networks that come and go.

use e2e::{Setup, test};

use crate::{HOOK_PAGES, count, open_with_data, time_passes, wait_count};

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

#[test]
fn data_that_was_asked_for_offline_arrives_by_itself_when_the_network_is_back() {
    for path in HOOK_PAGES {
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
}

#[test]
fn a_failing_answer_is_retried_without_a_click() {
    for path in HOOK_PAGES {
        test(Setup::default().with_failing_requests(), |world| {
            world.signed_in_as("ada");
            world
                .controls()
                .fault("/api/foo", "status:503,retry-after:1", Some(1));
            world.page.open(path);
            world.page.wait_text("message", "Hello, Ada Lovelace");
            let asked = world.requests().of_path("GET", "/api/foo");
            assert_eq!(asked.statuses(), [503, 200], "{asked}");
        });
    }
}
