//! Tabs that nobody looks at, and computers that sleep.

use e2e::{scripts, test, until};
use serde_json::json;

use crate::{ADA, Key, greeted, mints, setup, signed_in, time_passes};

#[test]
fn a_hidden_tab_asks_for_nothing_and_adds_no_token_to_clerks_own() {
    test(setup().token_life(20).with_failing_requests(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        let (first, _) = page.open_tab();
        world.controls().forget_requests();
        time_passes(60.0);
        let asked = world.requests();
        assert_eq!(asked.of_api().count(), 0, "{asked}");
        // Clerk itself renews a token of 20 seconds when no more than five are left.
        assert!(mints(&asked).count() <= 5, "{asked}");
        world.controls().forget_requests();
        page.show_tab(&first);
        until("fresh data", || {
            let asked = world.requests().of_path("GET", "/api/foo");
            (asked.answered(200).count() > 0).then_some(())
        });
        assert_eq!(world.requests().of_api().answered(401).count(), 0);
        greeted(page, ADA);
    });
}

#[test]
fn a_page_that_wakes_gets_a_token_first_and_then_its_data() {
    test(setup().script(scripts::LEAPING_CLOCK).with_failing_requests(), |world| {
        let page = &world.page;
        signed_in(world, Key::Live, "ada");
        greeted(page, ADA);
        world.controls().forget_requests();
        let wake = "window.leap = 8 * 3600 * 1000; window.dispatchEvent(new Event('focus'));";
        page.run(wake, json!([]));
        let asked = until("fresh data", || {
            let asked = world.requests();
            let fresh = asked.of_path("GET", "/api/foo").answered(200).count() > 0;
            fresh.then_some(asked)
        });
        let place = |wanted: &str| asked.0.iter().position(|entry| entry.path.contains(wanted));
        let (token, data) = (place("/tokens"), place("/api/foo"));
        assert!(token.is_some() && token < data, "{asked}");
        assert_eq!(asked.of_api().answered(401).count(), 0, "{asked}");
        assert_eq!(asked.of_path("GET", "/api/foo").count(), 1, "{asked}");
    });
}
