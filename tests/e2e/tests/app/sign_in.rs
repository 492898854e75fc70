//! Signing in, and staying signed in.

use e2e::page::{ENTER, TAB};
use e2e::{Page, Setup, test};

#[test]
fn the_form_signs_a_user_in_and_shows_the_users_data_without_a_reload() {
    test(Setup::default().script(e2e::scripts::LOADS), |world| {
        let page = &world.page;
        page.open("/sign-in");
        page.wait_attribute("user", "data-state", "signed-out");
        world.sign_in_by_form("ada");
        assert!(page.wait_for("user").contains("Ada"), "{:?}", page.text("user"));
        page.click("nav-swr");
        page.wait_text("message", "Hello, Ada Lovelace");
        assert_eq!(page.run("return window.name", serde_json::json!([])), "1");
    });
}

#[test]
fn a_wrong_password_shows_an_error_and_signs_nobody_in() {
    test(Setup::default().with_failing_requests(), |world| {
        let page = &world.page;
        page.open("/sign-in");
        page.wait_for("page-sign-in");
        page.fill("username", "ada");
        page.fill("password", "difference-engine");
        page.click("submit");
        assert!(!page.wait_for("sign-in-error").is_empty());
        assert_eq!(page.attribute("user", "data-state").as_deref(), Some("signed-out"));
        let sign_ins = world.requests().of_path("POST", "/__clerk/v1/client/sign_ins");
        assert_eq!(sign_ins.statuses(), [422]);
        // The form is still there, and a second try works.
        world.sign_in_by_form("ada");
        page.wait_gone("sign-in-error");
    });
}

#[test]
fn a_button_for_each_seeded_user_signs_in_with_one_click() {
    test(Setup::default(), |world| {
        let page = &world.page;
        for (button, name) in [("as-ada", "Ada"), ("as-linus", "Linus"), ("as-grace", "Grace")] {
            page.open("/sign-in");
            page.wait_for(button);
            page.click(button);
            page.wait_attribute("user", "data-state", "signed-in");
            assert!(page.wait_for("user").contains(name), "{:?}", page.text("user"));
            page.click("sign-out");
            page.wait_attribute("user", "data-state", "signed-out");
        }
    });
}

#[test]
fn the_keyboard_alone_is_enough_to_sign_in() {
    test(Setup::default(), |world| {
        let page = &world.page;
        page.open("/sign-in");
        page.wait_for("submit");
        tab_to(page, "username");
        page.press("ada");
        tab_to(page, "password");
        page.press("analytical-engine");
        page.press(ENTER);
        page.wait_attribute("user", "data-state", "signed-in");
        // And to go on from there.
        tab_to(page, "nav-swr");
        page.press(ENTER);
        page.wait_text("message", "Hello, Ada Lovelace");
        tab_to(page, "sign-out");
        page.press(ENTER);
        page.wait_attribute("user", "data-state", "signed-out");
    });
}

/// Presses Tab until an element has the focus.
#[track_caller]
fn tab_to(page: &Page, name: &str) {
    for _ in 0..60 {
        if page.focused() == name {
            return;
        }
        page.press(TAB);
    }
    panic!("Tab never reaches `{name}`");
}

#[test]
fn a_reload_keeps_the_session() {
    test(Setup::default(), |world| {
        let page = &world.page;
        page.open("/sign-in");
        world.sign_in_by_form("linus");
        page.open("/swr");
        page.wait_for("message");
        page.reload();
        page.wait_attribute("user", "data-state", "signed-in");
        assert!(page.wait_for("message").contains("Linus"), "{:?}", page.text("message"));
        assert_eq!(world.requests().of_path("POST", "/__clerk/v1/client/sign_ins").count(), 1);
    });
}

#[test]
fn every_page_can_be_opened_by_its_address_and_reloaded() {
    test(Setup::default(), |world| {
        let page = &world.page;
        for (path, name) in [
            ("/", "page-home"),
            ("/same-origin", "page-same-origin"),
            ("/swr", "page-swr"),
            ("/query", "page-query"),
            ("/background", "page-background"),
            ("/notes", "page-notes"),
            ("/sign-in", "page-sign-in"),
            ("/there/is/no/such/page", "page-not-found"),
        ] {
            page.open(path);
            page.wait_for(name);
            page.reload();
            page.wait_for(name);
            assert_eq!(page.path(), path);
        }
    });
}

#[test]
fn signed_out_pages_say_so_and_ask_the_server_for_nothing_private() {
    test(Setup::default(), |world| {
        let page = &world.page;
        for path in ["/same-origin", "/swr", "/query", "/background"] {
            page.open(path);
            page.wait_attribute("user", "data-state", "signed-out");
            page.wait_attribute("result", "data-state", "signed-out");
            assert!(!page.shows("message"), "{path}");
        }
        let private = world.requests().of_api();
        let private = private.only(|entry| entry.path != "/api/public");
        assert_eq!(private.count(), 0, "{private}");
    });
}
