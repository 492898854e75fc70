//! Two tabs of one browser share Clerk's session.

use e2e::test;

use crate::{ADA, Key, greeted, setup, sign_in, signed_in};

#[test]
fn signing_out_in_one_tab_empties_the_other_without_a_reload() {
    test(setup().script(e2e::scripts::LOADS).with_failing_requests(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        let (first, _) = page.open_tab();
        page.open("/");
        greeted(page, ADA);
        page.click("sign-out");
        page.wait_attribute("user", "data-state", "signed-out");
        page.show_tab(&first);
        page.wait_attribute("user", "data-state", "signed-out");
        page.wait_gone("message");
        assert_eq!(page.run("return window.name", serde_json::json!([])), "1");
    });
}

#[test]
fn signing_in_in_one_tab_is_noticed_in_the_other() {
    test(setup().with_failing_requests(), |world| {
        let page = &world.page;
        page.open("/");
        page.wait_attribute("user", "data-state", "signed-out");
        let (first, _) = page.open_tab();
        page.open("/");
        page.wait_attribute("user", "data-state", "signed-out");
        sign_in(page, "ada");
        page.show_tab(&first);
        page.wait_attribute("user", "data-state", "signed-in");
        greeted(page, ADA);
    });
}
