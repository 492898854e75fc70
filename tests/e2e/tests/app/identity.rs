//! One user's data is never shown to the next, nor to nobody.

use e2e::scripts::{LOADS, WITNESS};
use e2e::{Setup, World, test, until, wait};
use serde_json::json;
use std::time::Duration;

use crate::open_with_data;

/// What only ada may see. Not her name: the sign-in page says who can sign in.
const SECRETS: [&str; 3] = ["Hello, Ada", "user_ada", "ada's private note"];

#[test]
fn signing_out_empties_the_page_without_a_reload_and_ends_every_bearer() {
    test(Setup::default().script(LOADS), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        for path in ["/swr", "/query"] {
            open_with_data(world, path);
        }
        let loads = page.run("return window.name", json!([]));
        page.click("sign-out");
        page.wait_attribute("user", "data-state", "signed-out");
        page.wait_gone("message");
        shows_no_secret(world);
        until("the session to be over", || {
            let ended = world.requests().of_path("POST", "/__clerk/v1/client/sessions");
            (ended.statuses() == [200]).then_some(())
        });
        world.controls().forget_requests();
        for name in ["swr", "query", "background", "notes", "same-origin"] {
            page.click(&format!("nav-{name}"));
            page.wait_for(&format!("page-{name}"));
            shows_no_secret(world);
        }
        let (tab, _) = page.open_tab();
        page.show_tab(&tab);
        wait::stays(Duration::from_secs(1), "no request has a credential", || {
            let used = world.requests().of_api().only(|entry| entry.credential != "none");
            used.count() == 0
        });
        assert_eq!(page.run("return window.name", json!([])), loads, "no reload");
    });
}

#[track_caller]
fn shows_no_secret(world: &World) {
    let text = world.page.all_text();
    let shown = SECRETS.iter().find(|secret| text.contains(**secret));
    assert!(shown.is_none(), "{shown:?} is still on the page");
}

#[test]
fn nothing_of_one_user_is_ever_shown_to_the_next() {
    test(Setup::default().script(WITNESS), |world| {
        let page = &world.page;
        world.device("ada").write_note("ada's private note");
        page.open("/sign-in");
        world.sign_in_by_form("ada");
        for name in ["swr", "query", "notes"] {
            page.click(&format!("nav-{name}"));
            page.wait_for(&format!("page-{name}"));
        }
        until("ada's note", || page.all_text().contains(SECRETS[2]).then_some(()));
        page.click("sign-out");
        page.wait_attribute("user", "data-state", "signed-out");
        let shown = |secret| page.all_text().contains(secret);
        until("an empty page", || (!SECRETS.iter().any(shown)).then_some(()));

        // From here on every text of the page is kept.
        page.run("window.witnessed = []", json!([]));
        world.controls().forget_requests();
        page.click("sign-in-link");
        world.sign_in_by_form("grace");
        for name in ["swr", "query", "same-origin"] {
            page.click(&format!("nav-{name}"));
            page.wait_for(&format!("page-{name}"));
            page.wait_text("message", "Hello, Grace Hopper");
        }
        page.click("nav-notes");
        page.wait_for("notes-empty");
        let seen = page.run("return window.witnessed.join('\\n')", json!([]));
        let seen = seen.as_str().unwrap_or_default();
        assert!(seen.contains("Hello, Grace Hopper"), "the witness was awake");
        for secret in SECRETS {
            assert!(!seen.contains(secret), "{secret:?} was shown to grace:\n{seen}");
        }
        let asked = world.requests().of_api();
        let others = asked.only(|entry| entry.user_id.as_deref() != Some("user_grace"));
        assert_eq!(others.count(), 0, "all for grace: {asked}");
    });
}

#[test]
fn an_answer_that_comes_after_signing_out_is_thrown_away() {
    test(Setup::default().script(WITNESS), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        page.open("/");
        page.wait_attribute("user", "data-state", "signed-in");
        world.controls().fault_for("GET", "/api/foo", "delay:1500");
        page.click("nav-swr");
        until("the request to be on its way", || {
            (world.requests().of_path("GET", "/api/foo").count() == 1).then_some(())
        });
        page.click("sign-out");
        page.wait_attribute("user", "data-state", "signed-out");
        wait::stays(Duration::from_secs(2), "nothing of ada appears", || {
            !page.all_text().contains("Hello, Ada")
        });
        let seen = page.run("return window.witnessed.join('\\n')", json!([]));
        assert!(!seen.as_str().unwrap_or_default().contains("Hello, Ada"), "{seen}");
    });
}
