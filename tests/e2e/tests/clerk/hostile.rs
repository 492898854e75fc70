//! Pages, browsers and users that Clerk has not been made for.

use std::time::{Duration, Instant};

use e2e::scripts::{self, BLOCKED_STORAGE};
use e2e::{Setup, test, until};
use serde_json::json;

use crate::{ADA, Key, greeted, mints, setup, sign_in, signed_in};

/// A page whose policy lets no further script in, from the moment at which Clerk's is to be loaded.
fn with_a_strict_policy() -> Setup {
    let block = "
        const policy = document.createElement('meta');
        policy.httpEquiv = 'Content-Security-Policy';
        policy.content = \"script-src 'wasm-unsafe-eval' 'unsafe-eval'\";
        append.call(document.head, policy);";
    setup().script(scripts::before_clerk_loads(block)).with_failing_requests()
}

#[test]
fn a_policy_that_blocks_clerks_script_is_a_failure_that_says_so_and_public_data_is_there() {
    test(with_a_strict_policy(), |world| {
        let page = &world.page;
        page.open("/");
        page.wait_attribute("user", "data-state", "failed");
        let failure = page.text("failure").unwrap_or_default();
        assert!(failure.contains("blocked"), "{failure}");
        page.wait_for("public");
        // However often it is tried: the page lives, and asks for nothing private.
        page.click("retry");
        page.wait_attribute("user", "data-state", "failed");
        assert_eq!(world.requests().of_path("GET", "/api/foo").count(), 0);
    });
}

#[test]
fn a_script_that_throws_is_a_failure_that_a_click_mends() {
    let once = "
        if (!window.broken) {
            window.broken = true;
            window.addEventListener('error', (event) => event.preventDefault(), { once: true });
            tag.src = 'data:text/javascript,throw new Error(\"broken\")';
        }";
    test(setup().script(scripts::before_clerk_loads(once)).with_failing_requests(), |world| {
        let page = &world.page;
        page.open("/");
        page.wait_attribute("user", "data-state", "failed");
        page.wait_for("public");
        page.click("retry");
        page.wait_attribute("user", "data-state", "signed-out");
        sign_in(page, "ada");
        greeted(page, ADA);
    });
}

/// Clerk's `load` waits until the page lets it go on.
const HELD_LOAD: &str = "
    let clerk;
    Object.defineProperty(window, 'Clerk', {
        get: () => clerk,
        set(made) {
            const load = made.load.bind(made);
            const gate = new Promise((go) => { window.letClerkLoad = go; });
            made.load = (options) => gate.then(() => load(options));
            clerk = made;
        },
    });";

#[test]
fn a_load_that_never_ends_is_a_failure_after_a_while_and_is_welcome_later() {
    test(setup().script(HELD_LOAD).with_failing_requests(), |world| {
        let page = &world.page;
        let begun = Instant::now();
        page.open("/");
        page.wait_for("public");
        assert_eq!(page.attribute("user", "data-state").as_deref(), Some("loading"));
        page.wait_attribute("user", "data-state", "failed");
        assert!(begun.elapsed() >= Duration::from_secs(14), "{:?}", begun.elapsed());
        page.run("window.letClerkLoad()", json!([]));
        page.wait_attribute("user", "data-state", "signed-out");
        sign_in(page, "ada");
        greeted(page, ADA);
    });
}

#[test]
fn a_script_that_comes_after_all_is_of_use_to_the_next_attempt() {
    test(setup().with_failing_requests(), |world| {
        let page = &world.page;
        world.controls().fault("/__clerk/npm", "delay:18000", Some(1));
        page.open("/");
        page.wait_attribute("user", "data-state", "failed");
        until("Clerk's script", || {
            (page.run("return typeof window.Clerk", json!([])) == "object").then_some(())
        });
        page.click("retry");
        page.wait_attribute("user", "data-state", "signed-out");
        let scripts = world.requests().only(|entry| entry.path.ends_with("clerk.browser.js"));
        assert_eq!(scripts.count(), 1, "{scripts}");
        sign_in(page, "ada");
        greeted(page, ADA);
    });
}

#[test]
fn clerk_works_without_the_browsers_storage() {
    test(setup().script(BLOCKED_STORAGE).with_failing_requests(), |world| {
        signed_in(world, Key::Live, "ada");
        greeted(&world.page, ADA);
        world.page.reload();
        greeted(&world.page, ADA);
    });
}

#[test]
fn a_browser_that_refuses_cookies_gets_a_page_that_lives_and_does_not_ask_in_circles() {
    let refused = json!({ "profile.default_content_setting_values.cookies": 2 });
    for key in [Key::Live, Key::Test] {
        test(setup().preferences(refused.clone()).with_failing_requests(), |world| {
            let page = &world.page;
            page.open(key.path());
            page.wait_for("public");
            until("a decision about the user", || {
                (page.attribute("user", "data-state")? != "loading").then_some(())
            });
            if page.shows("as-ada") {
                page.click("as-ada");
            }
            crate::time_passes(3.0);
            world.controls().forget_requests();
            crate::time_passes(5.0);
            let asked = world.requests();
            assert!(asked.count() < 10, "{asked}");
            page.wait_for("public");
        });
    }
}

#[test]
fn a_browser_that_forgets_who_it_is_signs_out_at_the_next_token() {
    test(setup().token_life(20).with_failing_requests(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        let which = json!({ "name": "__client", "url": world.server.origin() });
        page.browser.cdp("Network.deleteCookies", which).expect("a cookie less");
        page.wait_attribute("user", "data-state", "signed-out");
        page.wait_gone("message");
        assert!(!page.all_text().contains(ADA));
        assert!(mints(&world.requests()).answered(401).count() >= 1);
        sign_in(page, "grace");
        greeted(page, crate::GRACE);
    });
}

/// Notes how long the listeners take that are added to Clerk.
const LISTENERS_TIMED: &str = "
    let clerk;
    window.heard = [];
    Object.defineProperty(window, 'Clerk', {
        get: () => clerk,
        set(made) {
            const add = made.addListener.bind(made);
            made.addListener = (listener, options) => add((event) => {
                const begun = performance.now();
                listener(event);
                window.heard.push(performance.now() - begun);
            }, options);
            clerk = made;
        },
    });";

#[test]
fn a_user_with_three_hundred_organisations_does_not_hold_the_page_up() {
    test(setup().script(LISTENERS_TIMED), |world| {
        let page = &world.page;
        world.controls().add_memberships("ada", 300);
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        let first = page.text("org").unwrap_or_default();
        page.click("next-org");
        until("another organisation", || page.text("org").filter(|org| *org != first));
        greeted(page, ADA);
        page.run("window.heard = []", json!([]));
        // Each tells Clerk's listeners of everything anew.
        for _ in 0..5 {
            page.run("return Clerk.session.touch().then(() => true)", json!([]));
        }
        // The usual time, for any single one may have been interrupted by something else.
        let script = "
            const heard = window.heard.toSorted((a, b) => a - b);
            return { times: heard.length, usual: heard[heard.length >> 1] }";
        let heard = page.run(script, json!([]));
        assert!(heard["times"].as_u64().is_some_and(|times| times >= 5), "{heard}");
        // Three frames, in a build without optimisation on a busy machine.
        assert!(heard["usual"].as_f64().is_some_and(|usual| usual < 50.0), "{heard}");
        page.click("many");
        page.wait_text("many-result", "20 loaded, 0 failed");
    });
}
