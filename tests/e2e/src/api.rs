//! The server's API as a second device of a user sees it, and the server's test controls.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::{HeaderValue, Request, Response};

use crate::requests::Requests;

/// A client that answers for every status, never asks a proxy and keeps no connection: the server
/// may be restarted between two requests.
#[must_use]
pub fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .max_idle_connections(0)
        .timeout_global(Some(Duration::from_secs(60)))
        .build();
    Agent::new_with_config(config)
}

/// Test controls of a server; none of them shows in its request log.
#[derive(Debug, Clone)]
pub struct Controls {
    origin: String,
}

impl Controls {
    /// The controls of the server at `origin`.
    #[must_use]
    pub fn of(origin: String) -> Self {
        Self { origin }
    }

    /// What the server was asked so far.
    ///
    /// # Errors
    /// If it cannot be reached.
    pub fn try_requests(&self) -> Result<Requests, String> {
        call(&self.origin, "GET", "/__dev/requests", &[], None)
            .map(|(_, body)| Requests::of(&body.unwrap_or_default()))
    }

    /// [`Controls::try_requests`] of a server that runs.
    #[must_use]
    pub fn requests(&self) -> Requests {
        self.try_requests().expect("the server's request log")
    }

    /// Empties the request log.
    pub fn forget_requests(&self) {
        self.control("DELETE", "/__dev/requests", None);
    }

    /// Lets the next `times` requests below `path` go wrong; `None` is for ever. Earlier faults end.
    pub fn fault(&self, path: &str, fault: &str, times: Option<u32>) {
        let entry = match times {
            Some(times) => json!([{ "path": path, "fault": fault, "times": times }]),
            None => json!([{ "path": path, "fault": fault }]),
        };
        self.control("PUT", "/__dev/faults", Some(entry));
    }

    /// [`Controls::fault`] for one method, until [`Controls::clear_faults`].
    pub fn fault_for(&self, method: &str, path: &str, fault: &str) {
        let entry = json!([{ "path": path, "fault": fault, "method": method }]);
        self.control("PUT", "/__dev/faults", Some(entry));
    }

    /// [`Controls::fault`] for the next request of one method.
    pub fn fault_once(&self, method: &str, path: &str, fault: &str) {
        let entry = json!([{ "path": path, "fault": fault, "method": method, "times": 1 }]);
        self.control("PUT", "/__dev/faults", Some(entry));
    }

    /// From now on nothing goes wrong.
    pub fn clear_faults(&self) {
        self.control("DELETE", "/__dev/faults", None);
    }

    /// How long tokens live that are minted from now on.
    pub fn token_life(&self, seconds: u32) {
        let body = json!({ "seconds": seconds, "skew_seconds": 0 });
        self.control("POST", "/__dev/token-life", Some(body));
    }

    /// Ends every session, as a revocation in an administrator's panel does.
    pub fn end_all_sessions(&self) {
        self.control("POST", "/__dev/expire-sessions", Some(json!({})));
    }

    /// Makes a user of the local Clerk a member of so many more organisations.
    pub fn add_memberships(&self, user: &str, count: u32) {
        let body = json!({ "user": user, "count": count });
        self.control("POST", "/__dev/clerk/memberships", Some(body));
    }

    #[track_caller]
    fn control(&self, method: &str, path: &str, body: Option<Value>) {
        let answer = call(&self.origin, method, path, &[], body);
        match answer {
            Ok((200..=299, _)) => {}
            other => panic!("{method} {path}: {other:?}"),
        }
    }
}

/// A signed-in client other than the browser.
#[derive(Debug)]
pub struct Device {
    origin: String,
    /// The cookies by which Clerk knows the browser, as names and values.
    pub cookies: Vec<(String, String)>,
    token: String,
}

impl Device {
    /// Signs a seeded user in.
    ///
    /// # Panics
    /// If the server refuses.
    #[must_use]
    pub fn sign_in(origin: &str, username: &str) -> Self {
        let password = password_of(username);
        let form = [("strategy", "password"), ("identifier", username), ("password", password)];
        let request = agent().post(format!("{origin}/__clerk/v1/client/sign_ins"));
        let mut response = request.header("origin", origin).send_form(form).expect("the server");
        assert_eq!(response.status(), 200, "{username} is signed in");
        let body = response.body_mut().read_to_string().expect("the sign-in");
        let body: Value = serde_json::from_str(&body).expect("JSON");
        let token = body.pointer("/client/sessions/0/last_active_token/jwt");
        Self {
            origin: origin.to_owned(),
            cookies: cookies(&response),
            token: token.and_then(Value::as_str).expect("a token").to_owned(),
        }
    }

    /// Counts the user's counter up and gives what it is then.
    ///
    /// # Panics
    /// If the server refuses.
    #[must_use]
    pub fn increment(&self) -> u64 {
        let body = self.api("POST", "/api/foo", Some(json!({})));
        body["count"].as_u64().expect("a count")
    }

    /// Writes a note and gives its id.
    ///
    /// # Panics
    /// If the server refuses.
    pub fn write_note(&self, text: &str) -> String {
        let note = self.api("POST", "/api/notes", Some(json!({ "text": text })));
        note["id"].as_str().expect("a note's id").to_owned()
    }

    /// The texts of the newest notes.
    ///
    /// # Panics
    /// If the server refuses.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let page = self.api("GET", "/api/notes", None);
        let items = page["items"].as_array().cloned().unwrap_or_default();
        let text = |note: &Value| note["text"].as_str().unwrap_or_default().to_owned();
        items.iter().map(text).collect()
    }

    #[track_caller]
    fn api(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str())];
        match call(&self.origin, method, path, &headers, body) {
            Ok((200..=299, body)) => body.unwrap_or_default(),
            other => panic!("{method} {path}: {other:?}"),
        }
    }
}

/// The password of a seeded user; they are public.
#[must_use]
pub fn password_of(username: &str) -> &'static str {
    match username {
        "ada" => "analytical-engine",
        "grace" => "nanoseconds",
        _ => "just-for-fun",
    }
}

/// Status and body, the latter if it is JSON.
type Answer = (u16, Option<Value>);

fn call(
    origin: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Result<Answer, String> {
    let mut response = send(origin, method, path, headers, body)?;
    let body = response.body_mut().read_to_string().map_err(text)?;
    let body = serde_json::from_str(&body).ok();
    Ok((response.status().as_u16(), body))
}

fn send(
    origin: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Result<Response<ureq::Body>, String> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("{origin}{path}"))
        .header("origin", origin)
        .header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let sent = match body {
        Some(body) => agent().run(request.body(body.to_string()).map_err(text)?),
        None => agent().run(request.body(()).map_err(text)?),
    };
    sent.map_err(text)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn cookies(response: &Response<ureq::Body>) -> Vec<(String, String)> {
    let set = response.headers().get_all("set-cookie").iter();
    let pair = |cookie: &HeaderValue| {
        let (name, rest) = cookie.to_str().ok()?.split_once('=')?;
        Some((name.to_owned(), rest.split(';').next()?.to_owned()))
    };
    set.filter_map(pair).collect()
}
