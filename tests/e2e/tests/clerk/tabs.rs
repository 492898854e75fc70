//! Two tabs of one browser share Clerk's session.

use e2e::{test, until};

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

#[test]
fn signing_out_in_one_of_three_tabs_empties_both_others() {
    test(setup().script(e2e::scripts::LOADS).with_failing_requests(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        let (first, second) = page.open_tab();
        page.open("/");
        greeted(page, ADA);
        let (_, third) = page.open_tab();
        page.open("/");
        greeted(page, ADA);
        page.show_tab(&second);
        page.click("sign-out");
        page.wait_attribute("user", "data-state", "signed-out");
        for tab in [first, third] {
            page.show_tab(&tab);
            page.wait_attribute("user", "data-state", "signed-out");
            page.wait_gone("message");
            assert!(!page.all_text().contains(ADA));
        }
    });
}

#[test]
fn each_tab_speaks_for_its_own_organisation_whatever_the_cookie_says() {
    test(setup().with_failing_requests(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        let here = page.text("org").unwrap_or_default();
        let (first, second) = page.open_tab();
        page.open("/");
        greeted(page, ADA);
        // A click that brings the focus as well may be lost: clerk-js takes over the organisation of whichever answer
        // comes last, also of that to the focus.
        let there = until("another organisation", || {
            all_is_answered(world);
            page.click("next-org");
            all_is_answered(world);
            page.text("org").filter(|org| *org != here)
        });
        greeted(page, ADA);
        for (tab, org) in [(&first, &here), (&second, &there), (&first, &here)] {
            all_is_answered(world);
            page.show_tab(tab);
            page.run(SPY, serde_json::json!([]));
            page.click("again");
            let sent = until("a request with a token", || {
                let sent = page.run("return window.sentFor", serde_json::json!([]));
                sent.as_str().map(str::to_owned)
            });
            assert_eq!((&sent, page.text("org").as_ref()), (org, Some(org)));
        }
    });
}

/// Waits until Clerk has heard of whatever it has told its server.
fn all_is_answered(world: &e2e::World) {
    crate::time_passes(1.0);
    // Those of the app may have been aborted, and are never answered then.
    let touches = || world.requests().only(|entry| entry.path.ends_with("/touch"));
    until("all answers", || (touches().answered(0).count() == 0).then_some(()));
    crate::time_passes(0.5);
}

/// Notes for which organisation the next request's token is.
const SPY: &str = "
    window.realFetch ??= window.fetch;
    window.sentFor = null;
    window.fetch = (url, init) => {
        const bearer = new Headers(init?.headers).get('authorization');
        if (bearer) {
            const part = bearer.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
            window.sentFor = JSON.parse(atob(part)).o?.id ?? 'personal';
        }
        return window.realFetch(url, init);
    };";
