//! A server in the test's own process, with a clock that stands still.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use dev_server::clerk::instance::Keys;
use dev_server::faults::DropConnection;
use dev_server::keys::SigningKeys;
use dev_server::{AppState, Clock, Config, router};
use http_body_util::BodyExt;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::fapi_page::{BASE, created_session, credentials, tokens_of};

/// The present of all tests, in seconds and milliseconds.
pub const NOW: i64 = 1_800_000_000;
pub const NOW_MS: u64 = 1_800_000_000_000;
/// The origin of the app's pages.
pub const PAGE: &str = "http://localhost:8080";

/// The signing key of all tests: making one takes seconds without optimisation.
pub fn key_pem() -> &'static str {
    static PEM: OnceLock<String> = OnceLock::new();
    PEM.get_or_init(|| kept_key("own"))
}

/// A key that no server uses.
pub fn foreign_key_pem() -> &'static str {
    static PEM: OnceLock<String> = OnceLock::new();
    PEM.get_or_init(|| kept_key("foreign"))
}

fn kept_key(name: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    SigningKeys::load_or_create(&folder).unwrap();
    std::fs::read_to_string(folder.join("signing-key.pem")).unwrap()
}

/// A data folder that already has the tests' key.
pub fn data_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("signing-key.pem"), key_pem()).unwrap();
    folder
}

pub fn config(data: &Path) -> Config {
    Config {
        port: 8081,
        dist: data.join("dist"),
        data: data.to_owned(),
        origins: vec![PAGE.to_owned()],
        token_life_seconds: 60,
        clerk_packages: data.join("clerk"),
        clerk_keys: None,
    }
}

pub struct App {
    pub state: AppState,
    pub clock: Clock,
    router: Router,
    folder: TempDir,
}

impl App {
    pub fn new() -> Self {
        Self::on(data_folder())
    }

    /// One for which tokens of a real instance of Clerk count too.
    pub fn beside(clerk_keys: Keys) -> Self {
        let folder = data_folder();
        let config = Config { clerk_keys: Some(clerk_keys), ..config(folder.path()) };
        Self::set_up(&config, folder)
    }

    fn on(folder: TempDir) -> Self {
        Self::set_up(&config(folder.path()), folder)
    }

    fn set_up(config: &Config, folder: TempDir) -> Self {
        let clock = Clock::forged(NOW_MS);
        let state = AppState::open(config, 8081, clock.clone()).unwrap();
        Self { router: router(state.clone()), state, clock, folder }
    }

    /// Stops, and starts again on the same data.
    pub fn restart(self) -> Self {
        let Self { state, router, folder, .. } = self;
        drop((state, router));
        Self::on(folder)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn dist(&self) -> PathBuf {
        let dist = self.folder.path().join("dist");
        std::fs::create_dir_all(&dist).unwrap();
        dist
    }

    pub async fn sign_in(&self, username: &str) -> SignedIn {
        let sign_in = post(&format!("{BASE}/client/sign_ins")).origin(PAGE);
        let answer = sign_in.form(&credentials(username)).send(self).await;
        let session = answer.json()["client"]["sessions"][0].clone();
        SignedIn {
            client: answer.cookie("__client").unwrap(),
            jwt: session["last_active_token"]["jwt"].as_str().unwrap().to_owned(),
            session_id: created_session(&answer),
        }
    }

    /// A token for the session that is minted now.
    pub async fn fresh_token(&self, signed_in: &SignedIn) -> String {
        let ask = post(&format!("{BASE}{}", tokens_of(&signed_in.session_id)));
        let answer = ask.origin(PAGE).client(signed_in).send(self).await;
        answer.json()["jwt"].as_str().unwrap().to_owned()
    }

    /// Signs the browser out, as its page would.
    pub async fn sign_out(&self, signed_in: &SignedIn) {
        let ask = post(&format!("{BASE}/client/sessions?_method=DELETE"));
        assert_eq!(ask.origin(PAGE).client(signed_in).send(self).await.status, 200);
    }
}

/// What a browser holds after signing in.
pub struct SignedIn {
    pub client: String,
    pub jwt: String,
    pub session_id: String,
}

/// A request in the making.
pub struct Ask {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

pub fn ask(method: &'static str, path: &str) -> Ask {
    Ask { method, path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
}

pub fn get(path: &str) -> Ask {
    ask("GET", path)
}

pub fn post(path: &str) -> Ask {
    ask("POST", path)
}

impl Ask {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn bearer(self, jwt: &str) -> Self {
        self.header("authorization", &format!("Bearer {jwt}"))
    }

    pub fn origin(self, origin: &str) -> Self {
        self.header("origin", origin)
    }

    /// The session cookie only.
    pub fn cookie(self, jwt: &str) -> Self {
        self.header("cookie", &format!("theme=dark; __session={jwt}"))
    }

    /// Both cookies, as a browser sends them.
    pub fn client(self, signed_in: &SignedIn) -> Self {
        let SignedIn { client, jwt, .. } = signed_in;
        self.header("cookie", &format!("__client={client}; __session={jwt}"))
    }

    pub fn json(self, body: Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string().into_bytes())
    }

    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.header("content-type", "application/x-www-form-urlencoded").body(body)
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub async fn send(self, app: &App) -> Answer {
        let mut request = Request::builder().method(self.method).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(self.body)).unwrap();
        let response = app.router.clone().oneshot(request).await.unwrap();
        let dropped = response.extensions().get::<DropConnection>().is_some();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        let answer =
            Answer { status: parts.status.as_u16(), headers: parts.headers, body, dropped };
        answer.check_shape();
        answer
    }
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub dropped: bool,
}

impl Answer {
    /// Every error has the JSON shape and every answer is guarded against sniffing, in every test.
    fn check_shape(&self) {
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        if self.status >= 400 {
            assert!(!self.code().is_empty(), "{} {}", self.status, self.text());
            assert!(self.error()["message"].is_string());
            assert_eq!(self.header("content-type"), "application/json");
        }
        if self.status == 401 {
            assert_eq!(
                self.header("www-authenticate"),
                format!("Bearer error=\"{}\"", self.code())
            );
        }
        assert!(!self.headers.keys().any(|name| name.as_str().starts_with("access-control")));
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The error's code, or nothing.
    pub fn code(&self) -> String {
        self.error()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The error, in whichever of the two shapes it came.
    pub fn error(&self) -> Value {
        let json = self.json();
        json.get("errors").and_then(|errors| errors.get(0)).unwrap_or(&json["error"]).clone()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn set_cookie(&self, name: &str) -> Option<String> {
        let cookies = self.headers.get_all("set-cookie").iter();
        cookies
            .map(|value| value.to_str().unwrap().to_owned())
            .find(|cookie| cookie.starts_with(&format!("{name}=")))
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        let cookie = self.set_cookie(name)?;
        let value = cookie.split(';').next()?.split_once('=')?.1;
        Some(value.to_owned())
    }
}
