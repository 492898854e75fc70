//! Requests from a tab that nobody looks at.

use e2e::{Setup, test, until};

use crate::{open_with_data, time_passes};

#[test]
fn ping_reaches_the_server_while_the_tab_is_hidden() {
    // The token expires meanwhile, so that the hidden tab has to get another one first.
    test(Setup::default().token_life(3), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        open_with_data(world, "/background");
        time_passes(8.5);
        world.controls().forget_requests();
        page.click_once_hidden("ping");
        let (tab, _) = page.open_tab();
        let posts = || world.requests().of_path("POST", "/api/foo");
        until("the ping to be answered", || (posts().answered(200).count() > 0).then_some(()));
        assert_eq!(posts().credentials(), ["bearer"], "{}", posts());
        page.show_tab(&tab);
        assert!(page.clicked_while_hidden(), "the tab was hidden at that time");
    });
}

#[test]
fn polling_goes_on_in_a_hidden_tab_until_it_is_stopped() {
    test(Setup::default(), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        open_with_data(world, "/background");
        page.click("poll");
        let (tab, _) = page.open_tab();
        world.controls().forget_requests();
        let posts = || world.requests().of_path("POST", "/api/foo");
        until("two posts of the hidden tab", || (posts().answered(200).count() >= 2).then_some(()));
        assert!(posts().credentials().iter().all(|used| *used == "bearer"), "{}", posts());
        page.show_tab(&tab);
        page.click("poll");
        // One may be on its way already.
        time_passes(1.0);
        world.controls().forget_requests();
        time_passes(5.0);
        assert_eq!(posts().count(), 0, "it has stopped: {}", posts());
    });
}
