//! WebDriver and Chromium's own commands, as plain requests.

use std::cell::RefCell;
use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Request;

use crate::api;
use crate::environment::Environment;
use crate::process::Process;

/// The name under which WebDriver refers to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// What a machine without a display, a sandbox or the internet needs. The last one lets pages believe
/// that a person sits before them: `navigator.webdriver` changes what some scripts do offline.
const ARGUMENTS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1200,900",
    "--disable-blink-features=AutomationControlled",
];

/// Why the driver did not do something.
#[derive(Debug, Clone)]
pub struct DriverError {
    /// WebDriver's word for it, such as `no such element`.
    pub kind: String,
    /// In sentences.
    pub message: String,
}

impl fmt::Display for DriverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.message.lines().next().unwrap_or_default();
        write!(f, "{}: {first}", self.kind)
    }
}

/// What the driver answered.
pub type Result<T> = std::result::Result<T, DriverError>;

/// A line in the browser's console.
#[derive(Debug, Clone)]
pub struct ConsoleLine {
    /// `SEVERE`, `WARNING`, `INFO` or `DEBUG`.
    pub level: String,
    /// Who wrote it: `network`, `console-api`, `javascript`, …
    pub source: String,
    /// The text, after the address of the script.
    pub message: String,
}

impl ConsoleLine {
    /// Whether the browser itself wrote it because a request failed: it had no answer, the answer was
    /// an error, it was redirected to where it may not go, or the page's own policy forbade it.
    #[must_use]
    pub fn is_of_a_failed_request(&self) -> bool {
        let said = ["Unsafe attempt to load URL", "Content Security Policy"];
        let stopped = said.iter().any(|text| self.message.contains(text));
        self.source == "network" || (self.source == "security" && stopped)
    }
}

/// A browser with an empty profile. Ends on drop.
#[derive(Debug)]
pub struct Session {
    agent: Agent,
    base: String,
    console: RefCell<Vec<ConsoleLine>>,
    // Last: the driver has to live until the browser was asked to go.
    _driver: Process,
}

impl Session {
    /// Starts driver and browser. `folder` is for the browser's profile, `preferences` are Chromium's.
    ///
    /// # Panics
    /// If they do not start.
    #[must_use]
    pub fn start(environment: &Environment, folder: &Path, preferences: Value) -> Self {
        let (driver, port) = start_driver(environment, folder);
        let agent = api::agent();
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "binary": environment.chromium,
                "args": ARGUMENTS,
                "prefs": preferences,
            },
        } } });
        let base = format!("http://127.0.0.1:{port}/session");
        let session = send(&agent, "POST", &base, Some(capabilities))
            .unwrap_or_else(|error| panic!("the browser does not start: {error}"));
        let id = session["sessionId"].as_str().unwrap_or_default();
        Self { base: format!("{base}/{id}"), agent, console: RefCell::default(), _driver: driver }
    }

    /// `POST` of a WebDriver command.
    ///
    /// # Errors
    /// What the driver says.
    pub fn post(&self, path: &str, body: Value) -> Result<Value> {
        send(&self.agent, "POST", &format!("{}{path}", self.base), Some(body))
    }

    /// `GET` of a WebDriver command.
    ///
    /// # Errors
    /// What the driver says.
    pub fn get(&self, path: &str) -> Result<Value> {
        send(&self.agent, "GET", &format!("{}{path}", self.base), None)
    }

    /// `DELETE` of a WebDriver command.
    ///
    /// # Errors
    /// What the driver says.
    pub fn delete(&self, path: &str) -> Result<Value> {
        send(&self.agent, "DELETE", &format!("{}{path}", self.base), None)
    }

    /// A command of the Chrome DevTools Protocol, to the tab that is driven.
    ///
    /// # Errors
    /// What the browser says.
    pub fn cdp(&self, command: &str, parameters: Value) -> Result<Value> {
        self.post("/goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
    }

    /// Runs a script's body in the page and gives what it returns.
    ///
    /// # Errors
    /// What the driver says, for example that the script threw.
    pub fn run(&self, script: &str, arguments: Value) -> Result<Value> {
        self.post("/execute/sync", json!({ "script": script, "args": arguments }))
    }

    /// The id of the first element that a selector finds.
    ///
    /// # Errors
    /// `no such element`.
    pub fn element(&self, selector: &str) -> Result<String> {
        let body = json!({ "using": "css selector", "value": selector });
        let found = self.post("/element", body)?;
        Ok(found[ELEMENT].as_str().unwrap_or_default().to_owned())
    }

    /// Everything that the console has said so far.
    ///
    /// # Errors
    /// What the driver says.
    pub fn console(&self) -> Result<Vec<ConsoleLine>> {
        // The driver forgets what it has handed out.
        let new = self.post("/se/log", json!({ "type": "browser" }))?;
        let mut console = self.console.borrow_mut();
        for line in new.as_array().into_iter().flatten() {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            console.push(ConsoleLine {
                level: text("level"),
                source: text("source"),
                message: text("message"),
            });
        }
        Ok(console.clone())
    }

    /// A picture of the page as a PNG file's bytes.
    ///
    /// # Errors
    /// What the driver says.
    pub fn screenshot(&self) -> Result<Vec<u8>> {
        let picture = self.get("/screenshot")?;
        let decoded = STANDARD.decode(picture.as_str().unwrap_or_default());
        decoded.map_err(|error| failure(&error))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The driver takes the browser with it only when it is asked; killed, it leaves it behind.
        let _ = self.delete("");
        // The processes of the browser still write to its profile for a moment.
        thread::sleep(Duration::from_millis(50));
    }
}

/// Takes several attempts: the driver asks the system for a free port, and then wants the same one for the other
/// version of IP as well. When another program has that, it ends.
fn start_driver(environment: &Environment, folder: &Path) -> (Process, u16) {
    let start = || {
        let mut command = Command::new(&environment.chromedriver);
        command.arg("--port=0").env("TMPDIR", folder).stderr(Stdio::null());
        Process::try_start(&mut command, port_of)
    };
    start().or_else(|_| start()).or_else(|_| start()).unwrap_or_else(|error| panic!("{error}"))
}

fn port_of(line: &str) -> Option<u16> {
    let rest = line.strip_prefix("ChromeDriver was started successfully on port ")?;
    rest.trim_end_matches('.').parse().ok()
}

fn send(agent: &Agent, method: &str, url: &str, body: Option<Value>) -> Result<Value> {
    let request =
        Request::builder().method(method).uri(url).header("content-type", "application/json");
    let sent = match body {
        Some(body) => agent.run(request.body(body.to_string()).map_err(|e| failure(&e))?),
        None => agent.run(request.body(()).map_err(|e| failure(&e))?),
    };
    let mut response = sent.map_err(|error| failure(&error))?;
    let success = response.status().is_success();
    let limited = response.body_mut().with_config().limit(64 << 20);
    let body = limited.read_to_string().map_err(|error| failure(&error))?;
    let body: Value = serde_json::from_str(&body).map_err(|error| failure(&error))?;
    let value = &body["value"];
    if success {
        return Ok(value.clone());
    }
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    Err(DriverError { kind: text("error"), message: text("message") })
}

fn failure(error: &dyn fmt::Display) -> DriverError {
    DriverError { kind: "driver unreachable".to_owned(), message: error.to_string() }
}
