//! The genuine clerk-js in Chromium, against the dev server's frontend API: the example app, as a user has it.

mod asleep;
mod hostile;
mod identity;
mod loading;
mod tabs;
mod tokens;

use e2e::{Page, Requests, Setup, World, until};

/// Which kind of publishable key the page uses: the two take different ways through Clerk.
#[derive(Clone, Copy)]
enum Key {
    Live,
    Test,
}

impl Key {
    fn path(self) -> &'static str {
        match self {
            Self::Live => "/",
            Self::Test => "/?key=test",
        }
    }
}

/// The example app, and Clerk's own idea of whether it is online: in an automated browser it has another.
fn setup() -> Setup {
    Setup::clerk()
}

/// Opens the page and signs a user in, as a visitor does.
#[track_caller]
fn signed_in(world: &World, key: Key, user: &str) {
    world.page.open(key.path());
    world.page.wait_attribute("user", "data-state", "signed-out");
    sign_in(&world.page, user);
}

#[track_caller]
fn sign_in(page: &Page, user: &str) {
    page.click(&format!("as-{user}"));
    page.wait_attribute("user", "data-state", "signed-in");
}

/// Waits for the private data of a user.
#[track_caller]
fn greeted(page: &Page, name: &str) {
    page.wait_text("message", &format!("Hello, {name}"));
}

const ADA: &str = "Ada Lovelace";
const GRACE: &str = "Grace Hopper";

/// The requests for new session tokens.
fn mints(requests: &Requests) -> Requests {
    requests.only(|entry| entry.path.contains("/sessions/") && entry.path.contains("/tokens"))
}

/// Waits until the server has been asked for `count` new tokens at least.
#[track_caller]
fn minted(world: &World, count: usize) {
    until(format!("{count} new tokens"), || {
        (mints(&world.requests()).count() >= count).then_some(())
    });
}

/// For what depends on the time that passes, and on nothing that could be looked at.
fn time_passes(seconds: f32) {
    std::thread::sleep(std::time::Duration::from_secs_f32(seconds));
}
