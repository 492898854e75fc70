//! What each page shows, and with which credential it asked for it.

use e2e::{Setup, World, test};
use serde_json::json;

use std::time::Duration;

use crate::{count, count_up, open_with_data, time_passes, wait_count};

/// A page shows the user's data, and neither the server nor the page's own log saw another credential.
fn shows_data_by(path: &'static str, method: &'static str, credential: &'static str) {
    test(Setup::default(), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        open_with_data(world, path);
        assert_eq!(page.text("message").as_deref(), Some("Hello, Ada Lovelace"));
        assert_eq!(page.text("via").as_deref(), Some(credential));
        let asked = world.requests().of_path(method, "/api/foo");
        assert_eq!(asked.credentials(), [credential], "once: {asked}");
        assert_eq!(asked.statuses(), [200]);
        let mut logged = page.each(
            "[data-testid='request-log'] li",
            "e => ['path', 'method', 'status', 'credential']
                .map(name => e.querySelector('.' + name).textContent).join(' ')",
        );
        logged.retain(|line| line.starts_with("/api/foo "));
        assert_eq!(logged, [format!("/api/foo {method} 200 {credential}")]);
        has_no_token_to_be_seen(world);

        let before = count(page);
        count_up(page);
        wait_count(page, before + 1);
        let asked = world.requests().of_api();
        let own = asked.of_path(method, "/api/foo");
        assert!(own.credentials().iter().all(|used| *used == credential), "{asked}");
        assert_eq!(asked.answered(200).count(), asked.count(), "{asked}");
        has_no_token_to_be_seen(world);
    });
}

/// Every token begins with the base64 of `{"`.
#[track_caller]
fn has_no_token_to_be_seen(world: &World) {
    let script = "return document.documentElement.outerHTML + location.href +
        JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + JSON.stringify(history.state)";
    let seen = world.page.run(script, json!([]));
    let seen = seen.as_str().unwrap_or_default();
    assert!(seen.len() > 500 && !seen.contains("eyJ"), "a token is on the page");
    let console = world.page.browser.console().expect("the console");
    assert!(console.iter().all(|line| !line.message.contains("eyJ")), "a token is in the console");
}

#[test]
fn the_same_origin_page_shows_data_by_the_cookie() {
    shows_data_by("/same-origin", "GET", "cookie");
}

#[test]
fn the_swr_page_shows_data_by_a_bearer_token() {
    shows_data_by("/swr", "GET", "bearer");
}

#[test]
fn the_query_page_shows_data_by_a_bearer_token() {
    shows_data_by("/query", "GET", "bearer");
}

#[test]
fn the_background_page_shows_data_by_a_bearer_token() {
    shows_data_by("/background", "POST", "bearer");
}

#[test]
fn a_page_that_was_left_shows_what_it_knew_at_once_and_then_the_news() {
    test(Setup::default(), |world| {
        let page = &world.page;
        let other = world.signed_in_as("ada");
        for (path, name) in [("/swr", "swr"), ("/query", "query")] {
            open_with_data(world, path);
            let known = count(page);
            page.click("nav-notes");
            page.wait_for("page-notes");
            let news = other.increment();
            // The cache answers long before the server does.
            time_passes(2.2);
            world.controls().fault_for("GET", "/api/foo", "delay:2500");
            page.click(&format!("nav-{name}"));
            e2e::within(Duration::from_millis(2000), "data from the cache", || {
                (page.text("count")? == known.to_string()).then_some(())
            });
            wait_count(page, news);
            world.controls().clear_faults();
        }
    });
}

#[test]
fn each_page_shows_the_code_that_runs_there() {
    test(Setup::default(), |world| {
        let page = &world.page;
        for (path, call) in [
            ("/same-origin", "fetch::get("),
            ("/swr", "use_clerk_swr"),
            ("/query", "use_query("),
            ("/background", "use_authenticated_fetch()"),
        ] {
            page.open(path);
            let code = page.wait_for("code");
            assert!(code.contains(call), "{path}: {code}");
        }
    });
}

#[test]
fn the_back_button_goes_through_the_pages() {
    test(Setup::default(), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        open_with_data(world, "/swr");
        page.click("nav-query");
        page.wait_for("page-query");
        page.click("nav-notes");
        page.wait_for("page-notes");
        page.back();
        page.wait_for("page-query");
        page.back();
        page.wait_for("page-swr");
        page.wait_for("message");
        assert_eq!(page.path(), "/swr");
    });
}

#[test]
fn coming_back_from_another_site_shows_what_changed_meanwhile() {
    test(Setup::default(), |world| {
        let page = &world.page;
        let other = world.signed_in_as("ada");
        open_with_data(world, "/swr");
        page.run("location.href = 'about:blank'", json!([]));
        e2e::until("the other site", || (page.path() == "blank").then_some(()));
        let news = other.increment();
        // Longer than the time in which a second look at the page is not worth a request.
        time_passes(5.2);
        page.back();
        wait_count(page, news);
    });
}

#[test]
fn the_request_log_can_be_cleared() {
    test(Setup::default(), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        open_with_data(world, "/swr");
        let lines = || page.each("[data-testid='request-log'] li", "e => e.textContent");
        e2e::until("a line in the request log", || (!lines().is_empty()).then_some(()));
        page.click("clear-log");
        e2e::until("an empty request log", || lines().is_empty().then_some(()));
    });
}
