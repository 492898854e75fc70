//! Data that changed elsewhere shows up without a click.

use e2e::{Setup, test};

use crate::{count, open_with_data, time_passes, wait_count};

/// Another device changes the data while the user looks at another tab.
fn coming_back_shows_the_change_on(path: &'static str) {
    test(Setup::default(), |world| {
        let page = &world.page;
        let other = world.signed_in_as("ada");
        open_with_data(world, path);
        assert_eq!(count(page), 0);
        let (tab, _) = page.open_tab();
        assert_eq!(other.increment(), 1);
        // Longer than the time in which a second look at the page is not worth a request.
        time_passes(5.2);
        world.controls().forget_requests();
        page.show_tab(&tab);
        wait_count(page, 1);
        let asked = world.requests().of_path("GET", "/api/foo");
        assert_eq!(asked.credentials(), ["bearer"], "focus and visibility are one return: {asked}");
    });
}

#[test]
fn coming_back_to_the_tab_shows_what_changed_meanwhile_on_the_swr_page() {
    coming_back_shows_the_change_on("/swr");
}

#[test]
fn coming_back_to_the_tab_shows_what_changed_meanwhile_on_the_query_page() {
    coming_back_shows_the_change_on("/query");
}

#[test]
fn a_hidden_tab_asks_for_nothing_by_itself() {
    test(Setup::default().token_life(3), |world| {
        let page = &world.page;
        world.signed_in_as("ada");
        open_with_data(world, "/swr");
        page.open_tab();
        world.controls().forget_requests();
        time_passes(5.0);
        let asked = world.requests().only(|entry| entry.path.starts_with("/a"));
        assert_eq!(asked.count(), 0, "not even for tokens: {asked}");
    });
}
