//! The token stays at home.

use e2e::{ForeignOrigin, Setup, test, wait};
use std::time::Duration;

use crate::open_with_data;

#[test]
fn a_foreign_origin_is_refused_by_name_before_anything_is_sent() {
    test(Setup::default(), |world| {
        let page = &world.page;
        let foreign = ForeignOrigin::start();
        world.signed_in_as("ada");
        open_with_data(world, "/same-origin");
        page.fill("foreign-url", &foreign.url("/steal"));
        page.click("foreign");
        let said = page.wait_for("foreign-result");
        let origin = foreign.url("");
        assert!(said.contains(&origin), "{said:?} names {origin}");
        assert_eq!(foreign.heads(), [""; 0], "nothing was sent at all");
    });
}

#[test]
fn addresses_that_only_look_like_home_are_refused_too() {
    test(Setup::default(), |world| {
        let page = &world.page;
        let foreign = ForeignOrigin::start();
        let (host, home) = (foreign.url("").replace("http://", ""), world.server.origin());
        let home_host = home.replace("http://", "");
        world.signed_in_as("ada");
        open_with_data(world, "/same-origin");
        for address in [
            format!("//{host}/steal"),
            format!("/\\{host}/steal"),
            format!("{home}@{host}/steal"),
            format!("http://{home_host}:x@{host}/steal"),
            format!("http:\\\\{host}\\steal"),
        ] {
            page.fill("foreign-url", &address);
            page.click("foreign");
            let said = page.wait_for("foreign-result");
            let refused = said.contains(&foreign.url("")) || said.contains("not a valid address");
            assert!(refused, "{address}: {said}");
            // So that the next answer is not mistaken for this one.
            page.reload();
            page.wait_attribute("result", "data-state", "success");
        }
        assert_eq!(foreign.heads(), [""; 0], "nothing was sent at all");
    });
}

/// The own server redirects to the foreign one.
fn a_redirect_carries_nothing_abroad_from(path: &'static str) {
    test(Setup::default().with_failing_requests(), |world| {
        let page = &world.page;
        let foreign = ForeignOrigin::start();
        world.signed_in_as("ada");
        open_with_data(world, path);
        let redirect = format!("redirect:{}", foreign.url("/steal"));
        world.controls().fault("/api/foo", &redirect, None);
        world.controls().forget_requests();
        crate::count_up(page);
        e2e::until("the redirect to be answered", || {
            (world.requests().answered(307).count() > 0).then_some(())
        });
        if path != "/background" {
            page.click("retry");
            e2e::until("the redirect of the data itself", || {
                let asked = world.requests().of_path("GET", "/api/foo");
                (asked.answered(307).count() > 0).then_some(())
            });
        }
        wait::stays(Duration::from_secs(1), "the foreign page is not shown", || {
            !page.all_text().contains("Thank you")
        });
        foreign.assert_got_no_secret();
    });
}

#[test]
fn a_redirect_to_a_foreign_origin_carries_nothing_there_from_the_same_origin_page() {
    a_redirect_carries_nothing_abroad_from("/same-origin");
}

#[test]
fn a_redirect_to_a_foreign_origin_carries_nothing_there_from_the_swr_page() {
    a_redirect_carries_nothing_abroad_from("/swr");
}

#[test]
fn a_redirect_to_a_foreign_origin_carries_nothing_there_from_the_query_page() {
    a_redirect_carries_nothing_abroad_from("/query");
}

#[test]
fn a_redirect_to_a_foreign_origin_carries_nothing_there_from_the_background_page() {
    a_redirect_carries_nothing_abroad_from("/background");
}
