//! The page that the browser shows, by the names that its elements have for tests.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::wait::{PATIENCE, until};
use crate::webdriver::{Result, Session};

/// Tab, for [`Page::press`].
pub const TAB: &str = "\u{E004}";
/// Enter, for [`Page::press`].
pub const ENTER: &str = "\u{E007}";
/// Replaces what a field has: everything is selected, then the modifier is let go.
const SELECT_ALL: &str = "\u{E009}a\u{E000}";

/// The tab that is driven. Names are values of `data-testid`.
#[derive(Debug)]
pub struct Page {
    /// The browser, for what has no method here.
    pub browser: Session,
    origin: String,
}

impl Page {
    /// The browser's first tab, for the app at `origin`.
    #[must_use]
    pub fn new(browser: Session, origin: String) -> Self {
        Self { browser, origin }
    }

    /// Loads a page of the app by its address.
    #[track_caller]
    pub fn open(&self, path: &str) {
        let url = format!("{}{path}", self.origin);
        expect(self.browser.post("/url", json!({ "url": url })));
    }

    /// Loads the page anew.
    #[track_caller]
    pub fn reload(&self) {
        expect(self.browser.post("/refresh", json!({})));
    }

    /// Presses the back button.
    #[track_caller]
    pub fn back(&self) {
        expect(self.browser.post("/back", json!({})));
    }

    /// The address bar, without the origin.
    #[must_use]
    #[track_caller]
    pub fn path(&self) -> String {
        let path = self.run("return location.pathname + location.search", json!([]));
        path.as_str().unwrap_or_default().to_owned()
    }

    /// Runs a script's body in the page.
    #[track_caller]
    pub fn run(&self, script: &str, arguments: Value) -> Value {
        expect(self.browser.run(script, arguments))
    }

    /// Everything that can be read on the page.
    #[must_use]
    #[track_caller]
    pub fn all_text(&self) -> String {
        let text = self.run("return document.body.innerText", json!([]));
        text.as_str().unwrap_or_default().to_owned()
    }

    /// The text of a visible element; `None` if there is none.
    #[must_use]
    #[track_caller]
    pub fn text(&self, name: &str) -> Option<String> {
        self.first(name, "e => e.innerText.trim()")
    }

    /// An attribute of a visible element.
    #[must_use]
    #[track_caller]
    pub fn attribute(&self, name: &str, attribute: &str) -> Option<String> {
        let read = format!("e => e.getAttribute('{attribute}')");
        self.first(name, &read)
    }

    /// What a field has in it.
    #[must_use]
    #[track_caller]
    pub fn value(&self, name: &str) -> Option<String> {
        self.first(name, "e => e.value")
    }

    /// Whether there is such an element to be seen.
    #[must_use]
    #[track_caller]
    pub fn shows(&self, name: &str) -> bool {
        self.text(name).is_some()
    }

    /// A value of each visible element of a name, by a JavaScript function of the element.
    #[must_use]
    #[track_caller]
    pub fn each(&self, name: &str, read: &str) -> Vec<String> {
        let script = format!(
            "return [...document.querySelectorAll(arguments[0])]
                .filter(e => e.checkVisibility()).map({read}).map(String)"
        );
        let found = self.run(&script, json!([selector(name)]));
        let texts = found.as_array().into_iter().flatten();
        texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
    }

    #[track_caller]
    fn first(&self, name: &str, read: &str) -> Option<String> {
        let script = format!(
            "const e = document.querySelector(arguments[0]);
             return e && e.checkVisibility() ? ({read})(e) : null"
        );
        let found = self.run(&script, json!([selector(name)]));
        found.as_str().map(str::to_owned)
    }

    /// Waits for an element to be seen, and gives its text.
    #[track_caller]
    pub fn wait_for(&self, name: &str) -> String {
        until(format!("`{name}` to be seen"), || self.text(name))
    }

    /// Waits until no such element is to be seen.
    #[track_caller]
    pub fn wait_gone(&self, name: &str) {
        until(format!("`{name}` to go"), || (!self.shows(name)).then_some(()));
    }

    /// Waits until an element's text is `wanted`.
    #[track_caller]
    pub fn wait_text(&self, name: &str, wanted: &str) {
        until(format!("`{name}` to read {wanted:?}"), || {
            (self.text(name)? == wanted).then_some(())
        });
    }

    /// Waits until an element's attribute is `wanted`.
    #[track_caller]
    pub fn wait_attribute(&self, name: &str, attribute: &str, wanted: &str) {
        until(format!("{attribute}={wanted:?} on `{name}`"), || {
            (self.attribute(name, attribute)? == wanted).then_some(())
        });
    }

    /// Clicks as a person does: on an element that is there, in view and not covered.
    #[track_caller]
    pub fn click(&self, name: &str) {
        self.act(name, "/click", &json!({}));
    }

    /// Lets the page click on an element of its own a moment after it was hidden. The driver cannot:
    /// it shows what it drives. [`Page::clicked_while_hidden`] tells afterwards how it went.
    #[track_caller]
    pub fn click_once_hidden(&self, name: &str) {
        let script = "
            const [selector] = arguments;
            window.clickedWhile = '';
            document.addEventListener('visibilitychange', () => setTimeout(() => {
                window.clickedWhile = document.visibilityState + (document.hasFocus() ? ' focus' : '');
                document.querySelector(selector).click();
            }, 300), { once: true });";
        self.run(script, json!([selector(name)]));
    }

    /// Whether the click of [`Page::click_once_hidden`] was made in a hidden tab without focus.
    #[must_use]
    #[track_caller]
    pub fn clicked_while_hidden(&self) -> bool {
        self.run("return window.clickedWhile", json!([])) == json!("hidden")
    }

    /// Puts `text` into a field in place of what is there.
    #[track_caller]
    pub fn fill(&self, name: &str, text: &str) {
        self.act(name, "/value", &json!({ "text": format!("{SELECT_ALL}{text}") }));
        until(format!("`{name}` to have {text:?} in it"), || {
            (self.value(name)? == text).then_some(())
        });
    }

    /// Presses keys, whatever has the focus.
    #[track_caller]
    pub fn press(&self, keys: &str) {
        let down_and_up = |key: char| {
            let key = key.to_string();
            [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]
        };
        let steps: Vec<Value> = keys.chars().flat_map(down_and_up).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": steps });
        expect(self.browser.post("/actions", json!({ "actions": [keyboard] })));
    }

    /// The name of the element that has the focus, or of the closest one around it.
    #[must_use]
    #[track_caller]
    pub fn focused(&self) -> String {
        let script = "return document.activeElement.closest('[data-testid]')?.dataset.testid || ''";
        let name = self.run(script, json!([]));
        name.as_str().unwrap_or_default().to_owned()
    }

    /// Tries again while the page is still building: an element may be replaced or move meanwhile.
    #[track_caller]
    fn act(&self, name: &str, command: &str, body: &Value) {
        let started = Instant::now();
        loop {
            // At once: the driver would start a smooth scroll, and click before it has arrived.
            let into_view = "document.querySelector(arguments[0])
                ?.scrollIntoView({ behavior: 'instant', block: 'center' })";
            let element = self
                .browser
                .run(into_view, json!([selector(name)]))
                .and_then(|_| self.browser.element(&selector(name)));
            let acted = element.and_then(|element| {
                let path = format!("/element/{element}{command}");
                self.browser.post(&path, body.clone())
            });
            let Err(error) = acted else { return };
            assert!(started.elapsed() < PATIENCE, "`{name}`{command} is not possible: {error}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Opens another tab in the same window, drives it from now on, and gives the names of the one
    /// that was driven and of the new one.
    #[track_caller]
    pub fn open_tab(&self) -> (String, String) {
        let old = expect(self.browser.get("/window"));
        let new = expect(self.browser.post("/window/new", json!({ "type": "tab" })));
        let old = old.as_str().unwrap_or_default().to_owned();
        let new = new["handle"].as_str().unwrap_or_default().to_owned();
        self.show_tab(&new);
        (old, new)
    }

    /// Drives a tab and brings it to the front, as a click on the tab does: the other one is hidden and
    /// loses the focus. (Chromium's driver does not drive a tab without showing it.)
    #[track_caller]
    pub fn show_tab(&self, tab: &str) {
        expect(self.browser.post("/window", json!({ "handle": tab })));
        until("the tab to be visible", || self.is_visible().then_some(()));
    }

    /// Whether the tab that is driven is to be seen.
    #[must_use]
    #[track_caller]
    pub fn is_visible(&self) -> bool {
        self.run("return document.visibilityState === 'visible'", json!([])) == json!(true)
    }

    /// Cuts the network off, or restores it.
    #[track_caller]
    pub fn set_offline(&self, offline: bool) {
        let conditions = json!({
            "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        expect(self.browser.cdp("Network.enable", json!({})));
        expect(self.browser.cdp("Network.emulateNetworkConditions", conditions));
        let online = json!(!offline);
        until("the browser to notice the network", || {
            (self.run("return navigator.onLine", json!([])) == online).then_some(())
        });
    }
}

/// A name as a CSS selector; what has a bracket is a selector already.
fn selector(name: &str) -> String {
    if name.contains('[') { name.to_owned() } else { format!("[data-testid=\"{name}\"]") }
}

#[track_caller]
fn expect(answer: Result<Value>) -> Value {
    answer.unwrap_or_else(|error| panic!("the browser: {error}"))
}
