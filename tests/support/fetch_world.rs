//! A simulated page for the tests of tokens and requests: a clock, a token source and a network that do
//! what the test says.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use yew_clerk::auth::{
    AuthClient, AuthState, Credential, Identity, Subscription, Token, TokenError, TokenOptions,
    TokenSource,
};
use yew_clerk::client::runtime::LocalFuture;
use yew_clerk::engine::sim::{Outcome, Sim};
use yew_clerk::fetch::{
    Fetch, InvalidUrl, Mode, RawResponse, Redirect, Request, ResponseReader, Target, Transport,
    TransportError,
};

pub const PAGE: &str = "https://app.example/home/index.html";

pub fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub fn alice() -> Identity {
    Identity::new("user_alice", "sess_alice")
}

pub fn bob() -> Identity {
    Identity::new("user_bob", "sess_bob")
}

/// A session token as Clerk writes it, with a signature that nobody checks here.
pub fn jwt(claims: &Value) -> String {
    let header = base64url(br#"{"alg":"RS256","typ":"JWT"}"#);
    format!("{header}.{}.c2lnbmF0dXJl", base64url(claims.to_string().as_bytes()))
}

pub fn claims_of(identity: &Identity, iat: i64, life: i64, number: u64) -> Value {
    let mut claims = json!({
        "v": 2, "sub": *identity.user_id, "sid": *identity.session_id, "azp": "https://app.example",
        "iat": iat, "nbf": iat - 10, "exp": iat + life, "jti": number.to_string(),
    });
    if let Some(org) = &identity.org_id {
        claims["o"] = json!({ "id": **org });
    }
    claims
}

pub fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(bits >> (18 - 6 * place)) as usize & 63]));
        }
    }
    text
}

type Listener = Rc<dyn Fn()>;
type Mints = Box<dyn Fn(u64, &TokenOptions) -> Option<Result<Credential, TokenError>>>;

/// A source that mints a good token unless told otherwise.
pub struct FakeSource {
    sim: Sim,
    pub state: RefCell<AuthState>,
    listeners: RefCell<Vec<(u64, Listener)>>,
    /// The options of each call, in order.
    pub calls: RefCell<Vec<TokenOptions>>,
    /// How long each mint takes; `None` never ends.
    pub delay: Cell<Option<u64>>,
    /// How far the server's clock is ahead of the device's, in seconds.
    pub skew: Cell<i64>,
    /// How long a token lives, in seconds.
    pub life: Cell<i64>,
    /// What replaces the good token: by the number of the call, from 1.
    pub script: RefCell<Option<Mints>>,
    pub loads: Cell<u32>,
    next_listener: Cell<u64>,
}

impl FakeSource {
    pub fn new(sim: &Sim, state: AuthState) -> Rc<Self> {
        Rc::new(Self {
            sim: sim.clone(),
            state: RefCell::new(state),
            listeners: RefCell::default(),
            calls: RefCell::default(),
            delay: Cell::new(Some(10)),
            skew: Cell::new(0),
            life: Cell::new(60),
            script: RefCell::default(),
            loads: Cell::new(0),
            next_listener: Cell::new(0),
        })
    }

    pub fn set_state(&self, state: AuthState) {
        self.state.replace(state);
        let listeners = self.listeners.borrow().clone();
        for (_, listener) in listeners {
            listener();
        }
    }

    /// Changes the state as a source does that has not come round to telling anybody.
    pub fn set_state_silently(&self, state: AuthState) {
        self.state.replace(state);
    }

    pub fn sign_in(&self, identity: Identity) {
        self.set_state(AuthState::signed_in(identity));
    }

    pub fn script(
        &self,
        mints: impl Fn(u64, &TokenOptions) -> Option<Result<Credential, TokenError>> + 'static,
    ) {
        self.script.replace(Some(Box::new(mints)));
    }

    pub fn mints(&self) -> usize {
        self.calls.borrow().len()
    }

    pub fn forced_mints(&self) -> usize {
        self.calls.borrow().iter().filter(|options| options.skip_cache).count()
    }

    pub fn listener_count(&self) -> usize {
        self.listeners.borrow().len()
    }

    fn good_token(&self, number: u64) -> Result<Credential, TokenError> {
        let state = self.state.borrow();
        let identity = state.identity().ok_or(TokenError::SignedOut)?;
        let now = i64::try_from(self.sim.now().as_millis()).unwrap() / 1000;
        let claims = claims_of(identity, now + self.skew.get(), self.life.get(), number);
        Ok(Credential::Bearer(Token::new(jwt(&claims))))
    }

    fn remove(&self, id: u64) {
        self.listeners.borrow_mut().retain(|(other, _)| *other != id);
    }
}

/// The source behind a handle, so that guards and futures can hold it.
pub struct Handle(pub Rc<FakeSource>);

impl TokenSource for Handle {
    fn state(&self) -> AuthState {
        self.0.state.borrow().clone()
    }

    fn token(&self, options: &TokenOptions) -> LocalFuture<Result<Credential, TokenError>> {
        let source = self.0.clone();
        source.calls.borrow_mut().push(options.clone());
        let (number, options) = (source.mints() as u64, options.clone());
        Box::pin(async move {
            match source.delay.get() {
                Some(delay) => source.sim.sleep(ms(delay)).await,
                None => std::future::pending::<()>().await,
            }
            let scripted = source.script.borrow().as_ref().and_then(|f| f(number, &options));
            scripted.unwrap_or_else(|| source.good_token(number))
        })
    }

    fn subscribe(&self, listener: Rc<dyn Fn()>) -> Subscription {
        let id = self.0.next_listener.get();
        self.0.next_listener.set(id + 1);
        self.0.listeners.borrow_mut().push((id, listener));
        let source = Rc::downgrade(&self.0);
        Subscription::new(move || {
            if let Some(source) = source.upgrade() {
                source.remove(id);
            }
        })
    }

    fn sign_out(&self) -> LocalFuture<Result<(), TokenError>> {
        let source = self.0.clone();
        Box::pin(async move {
            source.set_state(AuthState::SignedOut);
            Ok(())
        })
    }

    fn load(&self) -> LocalFuture<()> {
        self.0.loads.set(self.0.loads.get() + 1);
        Box::pin(async {})
    }
}

/// What the network answers.
#[derive(Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Result<Vec<u8>, TransportError>,
    pub error: Option<TransportError>,
    pub delay: Option<u64>,
    pub body_delay: Option<u64>,
    pub redirect: Option<String>,
}

impl Reply {
    pub fn json(value: &Value) -> Self {
        Self::text(200, &value.to_string())
    }

    pub fn text(status: u16, body: &str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Ok(body.as_bytes().to_vec()),
            error: None,
            delay: Some(10),
            body_delay: Some(5),
            redirect: None,
        }
    }

    pub fn status(status: u16) -> Self {
        Self::text(status, "")
    }

    pub fn lost() -> Self {
        let error = Some(TransportError::network("connection reset"));
        Self { error, ..Self::status(0) }
    }

    pub fn never() -> Self {
        Self { delay: None, ..Self::status(200) }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

type Server = Box<dyn Fn(&Request) -> Reply>;

/// A network that answers as the test says, with addresses read as browsers do.
pub struct FakeNet {
    sim: Sim,
    pub page: String,
    /// Each request that left, in order.
    pub sent: RefCell<Vec<Request>>,
    pub server: RefCell<Server>,
    /// Whether redirects are followed without regard to the request's rules.
    pub lax: Cell<bool>,
}

impl FakeNet {
    pub fn new(sim: &Sim, page: &str) -> Rc<Self> {
        Rc::new(Self {
            sim: sim.clone(),
            page: page.to_owned(),
            sent: RefCell::default(),
            server: RefCell::new(Box::new(|_| Reply::json(&json!("ok")))),
            lax: Cell::new(false),
        })
    }

    pub fn serve(&self, server: impl Fn(&Request) -> Reply + 'static) {
        *self.server.borrow_mut() = Box::new(server);
    }

    pub fn count(&self) -> usize {
        self.sent.borrow().len()
    }

    /// The last request that left.
    pub fn last(&self) -> Request {
        self.sent.borrow().last().cloned().expect("nothing was sent")
    }
}

/// The `Authorization` header of a request.
pub fn bearer(request: &Request) -> Option<String> {
    header_of(request, "authorization")
}

pub fn header_of(request: &Request, name: &str) -> Option<String> {
    let found = request.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.clone())
}

/// The network behind a handle.
pub struct NetHandle(pub Rc<FakeNet>);

impl NetHandle {
    /// What a browser does with a redirect to another origin.
    fn forbids(&self, request: &Request, to: &str) -> bool {
        let same = |target: Target| target.is_same_origin;
        !self.0.lax.get()
            && (request.redirect == Redirect::Error
                || (request.mode == Mode::SameOrigin && !self.resolve(to).is_ok_and(same)))
    }
}

impl Transport for NetHandle {
    fn send(&self, request: Request) -> LocalFuture<Result<RawResponse, TransportError>> {
        let net = self.0.clone();
        let reply = (net.server.borrow())(&request);
        net.sent.borrow_mut().push(request.clone());
        let forbidden = reply.redirect.as_ref().is_some_and(|to| self.forbids(&request, to));
        Box::pin(async move {
            wait(&net.sim, reply.delay).await;
            if let Some(error) = reply.error {
                return Err(error);
            }
            if forbidden {
                return Err(TransportError::network("Failed to fetch"));
            }
            Ok(RawResponse {
                status: reply.status,
                redirected: reply.redirect.is_some(),
                reader: Box::new(FakeReader {
                    sim: net.sim.clone(),
                    url: reply.redirect.unwrap_or_else(|| request.url.to_string()),
                    headers: reply.headers,
                    body: reply.body,
                    delay: reply.body_delay,
                }),
            })
        })
    }

    fn resolve(&self, url: &str) -> Result<Target, InvalidUrl> {
        let base = url::Url::parse(&self.0.page).unwrap();
        let parsed = base.join(url).map_err(|error| InvalidUrl::new(error.to_string()))?;
        let origin = parsed.origin();
        Ok(Target {
            href: parsed.as_str().into(),
            origin: origin.ascii_serialization().into(),
            scheme: parsed.scheme().into(),
            host: parsed.host_str().unwrap_or_default().into(),
            path: parsed.path().into(),
            is_same_origin: origin.is_tuple() && origin == base.origin(),
            has_userinfo: !parsed.username().is_empty() || parsed.password().is_some(),
        })
    }
}

async fn wait(sim: &Sim, delay: Option<u64>) {
    match delay {
        Some(delay) => sim.sleep(ms(delay)).await,
        None => std::future::pending::<()>().await,
    }
}

struct FakeReader {
    sim: Sim,
    url: String,
    headers: Vec<(String, String)>,
    body: Result<Vec<u8>, TransportError>,
    delay: Option<u64>,
}

impl ResponseReader for FakeReader {
    fn status_text(&self) -> String {
        String::new()
    }

    fn url(&self) -> String {
        self.url.clone()
    }

    fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    }

    fn text(self: Box<Self>) -> LocalFuture<Result<String, TransportError>> {
        Box::pin(async move {
            wait(&self.sim, self.delay).await;
            self.body.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        })
    }

    fn bytes(self: Box<Self>) -> LocalFuture<Result<Vec<u8>, TransportError>> {
        Box::pin(async move {
            wait(&self.sim, self.delay).await;
            self.body
        })
    }
}

/// A page with somebody signed in.
pub struct World {
    pub sim: Sim,
    pub source: Rc<FakeSource>,
    pub auth: AuthClient,
    pub net: Rc<FakeNet>,
    /// Sends tokens.
    pub api: Fetch,
    /// Does not.
    pub plain: Fetch,
}

impl World {
    pub fn new() -> Self {
        Self::at(PAGE, AuthState::signed_in(alice()))
    }

    pub fn in_state(state: AuthState) -> Self {
        Self::at(PAGE, state)
    }

    pub fn at(page: &str, state: AuthState) -> Self {
        let sim = Sim::new();
        let source = FakeSource::new(&sim, state);
        let runtime = Rc::new(sim.clone());
        let auth = AuthClient::new(Rc::new(Handle(source.clone())), runtime.clone());
        let net = FakeNet::new(&sim, page);
        let transport = Rc::new(NetHandle(net.clone()));
        let api = Fetch::authenticated(transport.clone(), runtime.clone(), auth.clone());
        let plain = Fetch::plain(transport, runtime);
        sim.flush();
        Self { sim, source, auth, net, api, plain }
    }

    /// Runs a future, for up to a simulated minute, to its end.
    pub fn finish<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> T {
        let outcome = self.sim.run(future);
        self.until(&outcome)
    }

    pub fn until<T: 'static>(&self, outcome: &Outcome<T>) -> T {
        for _ in 0..60_000 {
            if let Some(value) = outcome.take() {
                return value;
            }
            self.sim.advance_ms(1);
        }
        panic!("it did not end within a minute");
    }

    pub fn token(&self) -> Result<Credential, TokenError> {
        self.finish(self.auth.get_token(&TokenOptions::default()))
    }

    pub fn forced_token(&self) -> Result<Credential, TokenError> {
        self.finish(self.auth.get_token(&TokenOptions::default().fresh()))
    }
}
