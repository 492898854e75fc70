//! The release bundle in Chromium, against the dev server: what a user sees, and what the server saw.

mod background;
mod foreign;
mod hostile;
mod identity;
mod network;
mod notes;
mod pages;
mod revalidation;
mod sign_in;
mod tabs;
mod tokens;

use std::time::Duration;

use e2e::{Page, World, until};

/// The pages whose data comes by hooks and a bearer token.
const HOOK_PAGES: [&str; 2] = ["/swr", "/query"];

/// Opens a page of a signed-in user and waits for the data.
#[track_caller]
fn open_with_data(world: &World, path: &str) {
    world.page.open(path);
    if path == "/background" {
        // It shows nothing of its own accord.
        world.page.click("ping");
    }
    world.page.wait_attribute("result", "data-state", "success");
    world.page.wait_for("message");
}

/// The counter on the page.
#[track_caller]
fn count(page: &Page) -> u64 {
    until("a count on the page", || page.text("count")?.parse().ok())
}

/// Counts up on the server, by the page's own means, so that the page shows the new count.
#[track_caller]
fn count_up(page: &Page) {
    let own = page.shows("ping");
    page.click(if own { "ping" } else { "increment" });
}

/// Waits for the counter on the page.
#[track_caller]
fn wait_count(page: &Page, wanted: u64) {
    page.wait_text("count", &wanted.to_string());
}

/// For what depends on the time that passes, and on nothing that could be looked at.
fn time_passes(seconds: f32) {
    std::thread::sleep(Duration::from_secs_f32(seconds));
}
