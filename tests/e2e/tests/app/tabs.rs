//! Two tabs of one browser share a session.

use e2e::{Setup, World, test, until, wait};
use std::time::Duration;

use crate::open_with_data;

/// Another user signs in while this tab is not looked at.
fn ada_leaves_and_grace_comes_in_another_tab(world: &World) {
    let page = &world.page;
    let (first, _) = page.open_tab();
    page.open("/sign-in");
    page.wait_attribute("user", "data-state", "signed-in");
    page.click("sign-out");
    page.wait_attribute("user", "data-state", "signed-out");
    page.open("/sign-in");
    world.sign_in_by_form("grace");
    page.show_tab(&first);
    until("the name of the other user", || page.text("user")?.contains("Grace").then_some(()));
}

#[test]
fn signing_out_in_one_tab_empties_the_other_when_it_is_shown() {
    // clerk-js may ask for the session once more as the tab is shown, and is refused.
    test(Setup::default().with_failing_requests(), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        open_with_data(world, "/swr");
        let (first, _) = page.open_tab();
        page.open("/notes");
        page.wait_attribute("user", "data-state", "signed-in");
        page.click("sign-out");
        page.wait_attribute("user", "data-state", "signed-out");
        page.show_tab(&first);
        page.wait_attribute("user", "data-state", "signed-out");
        page.wait_gone("message");
        assert!(!page.all_text().contains("Hello, Ada"));
    });
}

#[test]
fn another_user_in_one_tab_is_another_user_in_all() {
    test(Setup::default().with_failing_requests(), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        open_with_data(world, "/swr");
        ada_leaves_and_grace_comes_in_another_tab(world);
        page.wait_text("message", "Hello, Grace Hopper");
    });
}

#[test]
fn an_answer_that_a_component_keeps_does_not_outlive_its_user_in_another_tab() {
    test(Setup::default().with_failing_requests(), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        open_with_data(world, "/background");
        assert_eq!(page.text("message").as_deref(), Some("Hello, Ada Lovelace"));
        ada_leaves_and_grace_comes_in_another_tab(world);
        wait::stays(Duration::from_secs(1), "nothing of ada is on the page", || {
            !page.all_text().contains("Hello, Ada")
        });
        page.click("ping");
        page.wait_text("message", "Hello, Grace Hopper");
    });
}
