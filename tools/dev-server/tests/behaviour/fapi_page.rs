//! A page that uses Clerk's scripts, as far as the server can tell.

use axum::http::HeaderMap;
use serde_json::Value;

use crate::harness::{Answer, App, Ask, PAGE, ask, post};

pub const BASE: &str = "/__clerk/v1";
/// What scripts add to every address.
const VERSIONS: &str = "__clerk_api_version=2026-08-20&_clerk_js_version=6.40.0";

/// By which key the page knows Clerk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Live,
    Test,
}

pub const KEYS: [Key; 2] = [Key::Live, Key::Test];

/// A browser with one page in it.
#[derive(Clone)]
pub struct Page<'a> {
    pub app: &'a App,
    pub key: Key,
    /// The cookie's value, or the query parameter's.
    pub secret: Option<String>,
}

impl<'a> Page<'a> {
    /// A new visitor's page, as it is when Clerk has loaded.
    pub async fn load(app: &'a App, key: Key) -> Self {
        let mut page = Self { app, key, secret: None };
        if key == Key::Test {
            let known = page.post("/dev_browser", &[]).await;
            page.secret = Some(known.json()["id"].as_str().unwrap().to_owned());
        }
        page
    }

    /// A page on which the user has signed in.
    pub async fn of(app: &'a App, key: Key, user: &str) -> (Self, String) {
        let mut page = Self::load(app, key).await;
        let session = page.sign_in(user).await;
        (page, session)
    }

    /// Signs in by password and gives the session's id.
    pub async fn sign_in(&mut self, user: &str) -> String {
        let answer = self.post("/client/sign_ins", &credentials(user)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        created_session(&answer)
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.request("GET", path, &[]).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.request("POST", path, fields).await
    }

    /// Scripts use only GET and POST; the rest they name in the query.
    pub async fn request(&mut self, method: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.ask(method, path, fields).send(self.app).await;
        if let Some(secret) = answer.cookie("__client") {
            assert_eq!(self.key, Key::Live, "a page with a development key gets no such cookie");
            self.secret = Some(secret);
        }
        answer
    }

    pub fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Ask {
        let sign = if path.contains('?') { '&' } else { '?' };
        let mut uri = format!("{BASE}{path}{sign}{VERSIONS}");
        if !matches!(method, "GET" | "POST") {
            uri.push_str(&format!("&_method={method}"));
        }
        if let (Key::Test, Some(secret)) = (self.key, &self.secret) {
            uri.push_str(&format!("&__clerk_db_jwt={secret}"));
        }
        let mut sent = match method {
            "GET" => ask("GET", &uri),
            _ => post(&uri).origin(PAGE),
        };
        if let (Key::Live, Some(secret)) = (self.key, &self.secret) {
            sent = sent.header("cookie", &format!("__client={secret}; theme=dark"));
        }
        if fields.is_empty() { sent } else { sent.form(fields) }
    }

    /// The client as the server shows it.
    pub async fn client(&mut self) -> Value {
        let answer = self.get("/client").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["response"].clone()
    }

    /// A token for the session that is minted now.
    pub async fn token(&mut self, session: &str) -> String {
        let answer = self.post(&tokens_of(session), &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["jwt"].as_str().unwrap().to_owned()
    }
}

pub fn tokens_of(session: &str) -> String {
    format!("/client/sessions/{session}/tokens")
}

pub fn credentials(user: &str) -> [(&str, &str); 5] {
    let password = match user.split('@').next() {
        Some("ada") => "analytical-engine",
        Some("grace") => "nanoseconds",
        _ => "just-for-fun",
    };
    [
        ("strategy", "password"),
        ("identifier", user),
        ("password", password),
        ("locale", "en-US"),
        ("timezone", "UTC"),
    ]
}

pub fn created_session(answer: &Answer) -> String {
    let json = answer.json();
    assert_eq!(json["response"]["status"], "complete", "{json}");
    json["response"]["created_session_id"].as_str().unwrap().to_owned()
}

/// How many cookies an answer sets.
pub fn cookies_set(headers: &HeaderMap) -> usize {
    headers.get_all("set-cookie").iter().count()
}
