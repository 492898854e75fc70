//! Whose data it is: users and organisations.

use std::time::Duration;

use e2e::{scripts, test, until, wait};

use crate::{ADA, GRACE, Key, greeted, setup, sign_in, signed_in};

#[test]
fn nothing_of_one_user_is_ever_shown_to_the_next() {
    test(setup().script(scripts::WITNESS).with_failing_requests(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        // Ada's next answer is on its way when she leaves.
        world.controls().fault_once("GET", "/api/foo", "delay:1500");
        page.click("again");
        page.click("sign-out");
        page.wait_attribute("user", "data-state", "signed-out");
        page.run("window.witnessed = []", serde_json::json!([]));
        sign_in(page, "grace");
        greeted(page, GRACE);
        crate::time_passes(2.0);
        let shown = page.run("return window.witnessed.join('\\n')", serde_json::json!([]));
        assert!(!shown.as_str().unwrap_or_default().contains("Ada Lovelace"), "{shown}");
    });
}

#[test]
fn another_session_of_the_browser_shows_nothing_of_the_one_before() {
    test(setup().script(scripts::WITNESS).with_failing_requests(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        world.controls().fault_once("GET", "/api/foo", "delay:1500");
        page.click("again");
        // Both stay signed in; Clerk goes from one to the other without a sign-out between.
        let switch = "
            window.witnessed = [];
            const given = { strategy: 'password', identifier: 'grace', password: 'nanoseconds' };
            return Clerk.client.signIn.create(given)
                .then((attempt) => Clerk.setActive({ session: attempt.createdSessionId }))
                .then(() => { window.witnessed = [document.body.innerText]; return true; });";
        page.run(switch, serde_json::json!([]));
        greeted(page, GRACE);
        crate::time_passes(2.0);
        let shown = page.run("return window.witnessed.join('\\n')", serde_json::json!([]));
        assert!(!shown.as_str().unwrap_or_default().contains(ADA), "{shown}");
        let sessions = page.run("return Clerk.client.sessions.length", serde_json::json!([]));
        assert_eq!(sessions, 2);
        // And back again.
        let back = "
            const ada = Clerk.client.sessions.find((session) => session.id !== Clerk.session.id);
            return Clerk.setActive({ session: ada.id })
                .then(() => { window.witnessed = [document.body.innerText]; return true; });";
        page.run(back, serde_json::json!([]));
        greeted(page, ADA);
        let shown = page.run("return window.witnessed.join('\\n')", serde_json::json!([]));
        assert!(!shown.as_str().unwrap_or_default().contains(GRACE), "{shown}");
    });
}

#[test]
fn another_organisation_is_another_owner_of_the_data() {
    test(setup(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        let personal = page.text("org").unwrap_or_default();
        world.controls().forget_requests();
        page.click("next-org");
        let org = until("another organisation", || page.text("org").filter(|org| *org != personal));
        until("the data of that organisation", || {
            (world.requests().of_path("GET", "/api/foo").answered(200).count() > 0).then_some(())
        });
        greeted(page, ADA);
        // It stays this tab's choice after a reload.
        page.reload();
        greeted(page, ADA);
        assert_eq!(page.text("org"), Some(org));
    });
}

#[test]
fn an_answer_for_one_organisation_is_never_shown_in_the_next() {
    test(setup().script(scripts::WITNESS).with_failing_requests(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        // The answer for the one is on its way for a while, and that for the next for longer.
        world.controls().fault_once("GET", "/api/foo", "delay:1500");
        page.click("again");
        until("the request of the one organisation", || {
            (world.requests().of_path("GET", "/api/foo").count() > 1).then_some(())
        });
        world.controls().fault("/api/foo", "delay:5000", None);
        let before = page.text("org").unwrap_or_default();
        page.click("next-org");
        until("another organisation", || page.text("org").filter(|org| *org != before));
        page.run("window.witnessed = [document.body.innerText]", serde_json::json!([]));
        wait::stays(Duration::from_secs(3), "nothing is shown", || !page.shows("message"));
        let shown = page.run("return window.witnessed.join('\\n')", serde_json::json!([]));
        assert!(!shown.as_str().unwrap_or_default().contains("Hello, Ada"), "{shown}");
        greeted(page, ADA);
    });
}

#[test]
fn the_lists_of_an_organisation_are_its_own_and_gone_with_it() {
    test(setup().with_failing_requests(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        let goes_to = |org: &str| {
            until(format!("the workspace {org}"), || {
                let is_there = page.text("org").as_deref() == Some(org);
                if !is_there {
                    page.click("next-org");
                    crate::time_passes(0.5);
                }
                is_there.then_some(())
            });
        };
        goes_to("org_engines");
        page.wait_text("members", "ada@example.com, grace@example.com");
        page.wait_text("invited", "2 invited");
        // Ada is no admin there: Clerk's refusal is an error, and not asked for again and again.
        goes_to("org_compilers");
        page.wait_text("invited", "missing_permission");
        page.wait_text("members", "ada@example.com, grace@example.com");
        crate::time_passes(3.0);
        let asked =
            world.requests().of_path("GET", "/__clerk/v1/organizations/org_compilers/invitations");
        assert_eq!(asked.count(), 1, "{asked}");
        goes_to("personal");
        page.wait_text("members", "");
    });
}
