//! From an empty browser to a user's data.

use e2e::{scripts, test, until, wait};
use std::time::Duration;

use crate::{ADA, GRACE, Key, greeted, mints, setup, sign_in, signed_in};

fn a_visitor_signs_in_and_sees_private_data(key: Key) {
    test(setup().script(scripts::LOADS), |world| {
        let page = &world.page;
        page.open(key.path());
        page.wait_attribute("user", "data-state", "signed-out");
        assert_eq!(page.text("status").as_deref(), Some("ready"));
        assert_eq!(
            world.requests().of_path("GET", "/api/foo").count(),
            0,
            "nothing private was asked"
        );
        sign_in(page, "ada");
        greeted(page, ADA);
        assert!(page.text("user").is_some_and(|user| user.contains("Ada")));
        let asked = world.requests().of_path("GET", "/api/foo");
        assert_eq!(asked.credentials(), ["bearer"], "{asked}");
        assert_eq!(mints(&world.requests()).count(), 0, "the sign-in brought a token along");

        // Still there after a reload, again without a token of its own.
        page.reload();
        greeted(page, ADA);
        assert_eq!(mints(&world.requests()).count(), 0);

        page.click("sign-out");
        page.wait_attribute("user", "data-state", "signed-out");
        page.wait_gone("message");
        assert!(!page.all_text().contains("Ada Lovelace"));
        assert_eq!(
            page.run("return window.name", serde_json::json!([])),
            "2",
            "no page was loaded anew"
        );
    });
}

#[test]
fn a_visitor_signs_in_sees_private_data_and_signs_out_with_a_live_key() {
    a_visitor_signs_in_and_sees_private_data(Key::Live);
}

#[test]
fn a_visitor_signs_in_sees_private_data_and_signs_out_with_a_test_key() {
    a_visitor_signs_in_and_sees_private_data(Key::Test);
}

#[test]
fn public_data_does_not_wait_for_a_clerk_that_never_comes() {
    test(setup().with_failing_requests(), |world| {
        world.controls().fault("/__clerk", "delay:20000", None);
        let page = &world.page;
        page.open("/");
        page.wait_for("public");
        assert_eq!(page.attribute("user", "data-state").as_deref(), Some("loading"));
        assert_eq!(world.requests().of_path("GET", "/api/foo").count(), 0);
        world.controls().clear_faults();
    });
}

#[test]
fn a_script_that_cannot_be_had_is_a_failure_that_a_click_mends() {
    test(setup().with_failing_requests(), |world| {
        world.controls().fault("/__clerk/npm", "drop", None);
        let page = &world.page;
        page.open("/");
        page.wait_attribute("user", "data-state", "failed");
        assert!(page.text("failure").is_some_and(|text| !text.is_empty()));
        world.controls().clear_faults();
        page.click("retry");
        page.wait_attribute("user", "data-state", "signed-out");
        sign_in(page, "ada");
        greeted(page, ADA);
    });
}

#[test]
fn a_frontend_api_that_fails_is_never_taken_for_signed_out() {
    test(setup().with_failing_requests(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        world.controls().fault("/__clerk/v1", "status:500", None);
        page.reload();
        wait::stays(Duration::from_secs(4), "nobody is taken for signed out", || {
            page.attribute("user", "data-state").as_deref() != Some("signed-out")
        });
        world.controls().clear_faults();
    });
}

/// Whether an element of Clerk's own is on the page.
fn draws(page: &e2e::Page, selector: &str) -> bool {
    let script = "return !!document.querySelector(arguments[0])?.checkVisibility()";
    page.run(script, serde_json::json!([selector])) == true
}

#[test]
fn the_ready_made_forms_are_drawn_where_they_are_wanted() {
    test(setup(), |world| {
        let page = &world.page;
        page.open("/?ui");
        page.wait_attribute("user", "data-state", "signed-out");
        sign_in(page, "ada");
        until("Clerk's user button", || draws(page, ".cl-userButtonTrigger").then_some(()));
        greeted(page, ADA);
        page.click("sign-out");
        page.wait_attribute("user", "data-state", "signed-out");
        assert!(!draws(page, ".cl-userButtonTrigger"));
    });
}

#[test]
fn clerks_own_sign_out_stays_in_a_page_that_navigates_itself() {
    test(setup().script(scripts::LOADS), |world| {
        let page = &world.page;
        page.open("/?ui");
        page.wait_attribute("user", "data-state", "signed-out");
        sign_in(page, "ada");
        greeted(page, ADA);
        press(page, ".cl-userButtonTrigger");
        press(page, ".cl-userButtonPopoverActionButton__signOut");
        page.wait_attribute("user", "data-state", "signed-out");
        let place = "return [window.name, location.pathname + location.search]";
        let after = until("Clerk's move", || {
            let now = page.run(place, serde_json::json!([]));
            (now[1] == "/").then_some(now)
        });
        assert_eq!(after[0], "1", "no page was loaded anew");
        // The page is alive.
        sign_in(page, "grace");
        greeted(page, GRACE);
    });
}

/// Clicks on an element of Clerk's own once it is there.
fn press(page: &e2e::Page, selector: &str) {
    until(selector, || draws(page, selector).then_some(()));
    page.run("document.querySelector(arguments[0]).click()", serde_json::json!([selector]));
}
