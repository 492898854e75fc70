//! Two tabs of one browser share a session.

use e2e::{Setup, test, until};

use crate::open_with_data;

#[test]
fn signing_out_in_one_tab_empties_the_other_when_it_is_shown() {
    test(Setup::default(), |world| {
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
        let (first, _) = page.open_tab();
        page.open("/sign-in");
        page.wait_attribute("user", "data-state", "signed-in");
        page.click("sign-out");
        page.wait_attribute("user", "data-state", "signed-out");
        page.open("/sign-in");
        world.sign_in_by_form("grace");
        page.show_tab(&first);
        page.wait_text("message", "Hello, Grace Hopper");
        until("the name of the other user", || {
            page.text("user")?.contains("Grace").then_some(())
        });
    });
}
