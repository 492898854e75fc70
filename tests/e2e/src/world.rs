//! One test's server and browser, from start to end.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::{Controls, Device};
use crate::environment::Environment;
use crate::page::Page;
use crate::requests::Requests;
use crate::server::Server;
use crate::webdriver::Session;
use crate::{report, slots};

/// How a test wants its world. The default is a server with Clerk's token life of 60 s, an untouched
/// browser, and no failed request.
#[derive(Debug, Default, Clone)]
pub struct Setup {
    token_life: Option<u32>,
    scripts: Vec<String>,
    network_errors: bool,
    preferences: Option<Value>,
    with_clerk: bool,
}

impl Setup {
    /// The example that signs in with Clerk, instead of the app.
    #[must_use]
    pub fn clerk() -> Self {
        Self { with_clerk: true, ..Self::default() }
    }

    /// How long tokens live, in seconds.
    #[must_use]
    pub fn token_life(mut self, seconds: u32) -> Self {
        self.token_life = Some(seconds);
        self
    }

    /// A script that runs in every page before the page's own.
    #[must_use]
    pub fn script(mut self, script: impl Into<String>) -> Self {
        self.scripts.push(script.into());
        self
    }

    /// Requests may fail: the browser itself writes each failed one into the console.
    #[must_use]
    pub fn with_failing_requests(mut self) -> Self {
        self.network_errors = true;
        self
    }

    /// Chromium's preferences, as the user's settings page sets them.
    #[must_use]
    pub fn preferences(mut self, preferences: Value) -> Self {
        self.preferences = Some(preferences);
        self
    }
}

/// A server and a browser that shows the app from it.
#[derive(Debug)]
pub struct World {
    // Before the server, so that it ends first and does not complain about a server that is gone.
    /// The browser's tab.
    pub page: Page,
    /// The dev server.
    pub server: Server,
    network_errors: bool,
    _folder: TempDir,
}

impl World {
    fn start(setup: &Setup) -> Self {
        let mut environment = Environment::read();
        if setup.with_clerk {
            environment.dist.clone_from(&environment.clerk_dist);
        }
        let folder = tempfile::tempdir().expect("a folder for the test");
        let server = Server::start(&environment, folder.path(), setup.token_life.unwrap_or(60));
        let preferences = setup.preferences.clone().unwrap_or_else(|| json!({}));
        let browser = Session::start(&environment, folder.path(), preferences);
        let page = Page::new(browser, server.origin());
        let world = Self { page, server, network_errors: setup.network_errors, _folder: folder };
        for script in &setup.scripts {
            world.inject(script);
        }
        world
    }

    /// A script that runs in every later page of this tab before the page's own.
    pub fn inject(&self, script: &str) {
        let command = "Page.addScriptToEvaluateOnNewDocument";
        let added = self.page.browser.cdp(command, json!({ "source": script }));
        added.expect("a script for new pages");
    }

    /// The server's test controls.
    #[must_use]
    pub fn controls(&self) -> Controls {
        Controls::of(self.server.origin())
    }

    /// What the server was asked so far.
    #[must_use]
    pub fn requests(&self) -> Requests {
        self.controls().requests()
    }

    /// A second device on which a user is signed in.
    #[must_use]
    pub fn device(&self, username: &str) -> Device {
        Device::sign_in(&self.server.origin(), username)
    }

    /// Gives the browser the cookies of a sign-in, for tests that are about something else.
    pub fn signed_in_as(&self, username: &str) -> Device {
        let device = self.device(username);
        let url = self.server.origin();
        let cookie = |(name, value): &(String, String)| {
            let http_only = name == "__client";
            json!({ "name": name, "value": value, "url": url, "httpOnly": http_only, "sameSite": "Lax" })
        };
        let cookies: Vec<Value> = device.cookies.iter().map(cookie).collect();
        let cookies = json!({ "cookies": cookies });
        let set = self.page.browser.cdp("Network.setCookies", cookies);
        set.expect("the browser takes the session's cookies");
        device
    }

    /// Signs in by the form.
    #[track_caller]
    pub fn sign_in_by_form(&self, username: &str) {
        let page = &self.page;
        page.wait_for("page-sign-in");
        page.fill("username", username);
        page.fill("password", crate::api::password_of(username));
        page.click("submit");
        page.wait_attribute("user", "data-state", "signed-in");
    }

    /// Fails if the console has an error: a panic, an exception, or a failed request that the test
    /// did not ask for.
    #[track_caller]
    fn check_console(&self) {
        let console = self.page.browser.console().expect("the browser's console");
        let bad: Vec<String> = console
            .into_iter()
            .filter(|line| line.level == "SEVERE" || line.message.contains("panicked"))
            .filter(|line| !(self.network_errors && line.is_of_a_failed_request()))
            .map(|line| format!("{}: {}", line.source, line.message))
            .collect();
        assert!(bad.is_empty(), "errors in the console:\n{}", bad.join("\n"));
    }
}

/// Runs one test in a world of its own, and looks at the browser's console at the end.
///
/// # Panics
/// If the test fails; a report is printed before.
pub fn test(setup: Setup, body: impl FnOnce(&mut World)) {
    let _slot = slots::take();
    let mut world = World::start(&setup);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        body(&mut world);
        world.check_console();
    }));
    if let Err(panic) = outcome {
        let thread = std::thread::current();
        eprintln!("{}", report::of(&world, thread.name().unwrap_or("test")));
        resume_unwind(panic);
    }
}
