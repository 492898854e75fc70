//! The surroundings of a random story: a Clerk that mints well and badly, and a server that knows whose each
//! request is.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use serde::Deserialize;
use serde_json::json;
use yew_clerk::auth::clerk::{ClerkCall, ClerkError};
use yew_clerk::auth::{AuthClient, AuthState, Identity, Subscription, Token, TokenOptions};
use yew_clerk::client::WeakQueryClient;
use yew_clerk::engine::event::Owner;
use yew_clerk::engine::signal::Signal;
use yew_clerk::engine::sim::Sim;
use yew_clerk::engine::time::Time;
use yew_clerk::fetch::{Fetch, FetchError, Method, Request};

use crate::chance::Chance;
use crate::clerk_world::{Answer, ClerkWorld, FakeClerk, signed_out};
use crate::world::{Reply, bearer, claims_of, header_of, jwt, ms};

thread_local! {
    static ALIVE: RefCell<BTreeMap<String, u32>> = const { RefCell::new(BTreeMap::new()) };
}

/// Data with the name of its owner. It is counted for as long as it is anywhere in memory.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(from = "String")]
pub struct Datum(String);

impl Datum {
    pub fn owner(&self) -> &str {
        &self.0
    }

    /// The owners of all that is in memory.
    pub fn alive() -> Vec<String> {
        ALIVE.with(|alive| alive.borrow().keys().cloned().collect())
    }

    /// Forgets the count, which a story that failed has left.
    pub fn forget() {
        ALIVE.with(|alive| alive.borrow_mut().clear());
    }
}

impl From<String> for Datum {
    fn from(owner: String) -> Self {
        ALIVE.with(|alive| *alive.borrow_mut().entry(owner.clone()).or_default() += 1);
        Self(owner)
    }
}

impl Clone for Datum {
    fn clone(&self) -> Self {
        self.0.clone().into()
    }
}

impl Drop for Datum {
    fn drop(&mut self) {
        ALIVE.with(|alive| {
            let mut alive = alive.borrow_mut();
            let left = alive.get_mut(&self.0).map_or(0, |count| {
                *count -= 1;
                *count
            });
            if left == 0 {
                alive.remove(&self.0);
            }
        });
    }
}

pub fn name_of(identity: &Identity) -> String {
    let org = identity.org_id.as_deref().unwrap_or_default();
    [&*identity.user_id, &*identity.session_id, org].join("\n")
}

pub fn state_name(state: &AuthState) -> String {
    match state {
        AuthState::Loading => "unknown".into(),
        AuthState::SignedOut | AuthState::Failed { .. } => "nobody".into(),
        AuthState::SignedIn(identity) => name_of(identity),
    }
}

/// Asserts that a token speaks for an identity, or for another organisation of it if that was asked for.
pub fn assert_speaks_for(token: &Token, identity: &Identity, options: &TokenOptions) {
    let claims = token.claims().expect("a token that can be read");
    assert_eq!(claims.sub.as_ref(), Some(&identity.user_id), "the user of a token");
    assert_eq!(claims.sid.as_ref(), Some(&identity.session_id), "the session of a token");
    let org = options.organization_id.clone().or_else(|| identity.org_id.clone());
    assert_eq!(claims.org_id, org.filter(|org| !org.is_empty()), "the organisation of a token");
}

type Flight = (u64, TokenOptions, Time);

/// How Clerk mints: well as a rule, and in every bad way now and then.
pub struct Mints {
    sim: Sim,
    fake: Weak<FakeClerk>,
    chance: RefCell<Chance>,
    /// How far the server's clock is ahead, in milliseconds.
    pub skew: Cell<i64>,
    pub auth: RefCell<Option<AuthClient>>,
    /// The forced mints that are under way: the count of changes, what was asked for, since when.
    forced: RefCell<Vec<(u64, Flight)>>,
    count: Cell<u64>,
    /// The token that Clerk's own cache holds, whoever is there by now.
    last: RefCell<Option<Token>>,
    /// From now on everything goes well.
    pub is_calm: Cell<bool>,
}

impl Mints {
    pub fn new(sim: &Sim, fake: &Rc<FakeClerk>, seed: u64) -> Rc<Self> {
        let mints = Rc::new(Self {
            sim: sim.clone(),
            fake: Rc::downgrade(fake),
            chance: RefCell::new(Chance::new(seed)),
            skew: Cell::new(0),
            auth: RefCell::default(),
            forced: RefCell::default(),
            count: Cell::new(0),
            last: RefCell::default(),
            is_calm: Cell::new(false),
        });
        let minting = Rc::downgrade(&mints);
        fake.minting.replace(Some(Rc::new(move |options: &TokenOptions| {
            minting.upgrade().expect("the story's mints").mint(options)
        })));
        mints
    }

    /// Whether a request that has been under way since then counts as lost, by the wall clock.
    fn is_lost(&self, since: Time) -> bool {
        let now = self.sim.now();
        now >= since && now.since(since) >= ms(180_000)
    }

    fn mint(self: &Rc<Self>, options: &TokenOptions) -> ClerkCall<Option<Token>> {
        let number = self.count.get() + 1;
        self.count.set(number);
        if options.skip_cache {
            self.begin_forced(number, options);
        }
        let (delay, answer) = self.outcome(number, options);
        let (wait, mints) = (self.sim.sleep(ms(delay)), self.clone());
        Box::pin(async move {
            wait.await;
            mints.forced.borrow_mut().retain(|(other, _)| *other != number);
            answer
        })
    }

    fn begin_forced(&self, number: u64, options: &TokenOptions) {
        let epoch = self.auth.borrow().as_ref().map_or(0, AuthClient::epoch);
        let mut forced = self.forced.borrow_mut();
        let twin = forced.iter().find(|(_, (of, wanted, since))| {
            *of == epoch && wanted == options && !self.is_lost(*since)
        });
        assert!(twin.is_none(), "two forced mints at a time for {options:?}");
        forced.push((number, (epoch, options.clone(), self.sim.now())));
    }

    fn outcome(&self, number: u64, options: &TokenOptions) -> (u64, Answer) {
        let fake = self.fake.upgrade().expect("the story's Clerk");
        let AuthState::SignedIn(identity) = fake.auth_state() else {
            return (5, Ok(None));
        };
        let mut identity = (*identity).clone();
        if let Some(org) = &options.organization_id {
            identity.org_id = Some(org.clone()).filter(|org| !org.is_empty());
        }
        let mut chance = self.chance.borrow_mut();
        let delay = 1 + chance.below(40);
        let fails = |code: &str, status| Err(ClerkError::new(code, "no").with_status(status));
        let kind = if self.is_calm.get() { 99 } else { chance.below(24) };
        match kind {
            0 => identity.user_id = "user_mallory".into(),
            1 => identity.session_id = "sess_old".into(),
            2 => identity.org_id = Some("org_z".into()),
            3 => return (delay, Err(ClerkError::new("clerk_offline", "offline"))),
            4 => return (delay, fails("internal", 500)),
            5 => return (delay, fails("forbidden", 422)),
            6 => return (delay, Ok(None)),
            7 => return (5_000 + 300 * delay, Ok(Some(self.token(&identity, number)))),
            8 => return (160_000 + 1_000 * delay, Ok(Some(self.token(&identity, number)))),
            9 => {
                // Clerk finds the session gone.
                fake.becomes(signed_out());
                return (delay, fails("authentication_invalid", 401));
            }
            10..=12 if !options.skip_cache => return (delay, Ok(self.last.borrow().clone())),
            13 => return (delay, Ok(Some(Token::new("no\ntoken")))),
            _ => {}
        }
        let token = self.token(&identity, number);
        if kind > 2 {
            self.last.replace(Some(token.clone()));
        }
        (delay, Ok(Some(token)))
    }

    fn token(&self, identity: &Identity, number: u64) -> Token {
        let now = i64::try_from(self.sim.now().as_millis()).unwrap() + self.skew.get();
        let life = if number.is_multiple_of(2) { 60 } else { 20 };
        Token::new(jwt(&claims_of(identity, now.div_euclid(1_000), life, number)))
    }
}

/// The name of the header that says under whom a request was started.
const STARTED_BY: &str = "x-started-by";

/// The server: it accepts no request that should not have left, and answers well and badly.
pub struct Server {
    pub fake: Rc<FakeClerk>,
    pub chance: RefCell<Chance>,
    pub is_calm: Cell<bool>,
}

impl Server {
    pub fn answer(&self, request: &Request) -> Reply {
        if request.url.contains("/public") {
            assert_eq!(bearer(request), None, "a token in a request that is public");
            return self.reply("public");
        }
        let token = bearer(request).expect("a request that left without a token");
        let token = Token::new(token.strip_prefix("Bearer ").expect("a bearer token"));
        let now = self.fake.auth_state();
        let identity = now.identity().expect("a request that left while nobody was there").clone();
        assert_speaks_for(&token, &identity, &TokenOptions::default());
        let name = name_of(&identity);
        let started_by =
            header_of(request, STARTED_BY).expect("the story's header").replace('|', "\n");
        match started_by.strip_prefix('~') {
            None => assert_eq!(started_by, name, "who started it, and whose token it has"),
            Some(last) => assert!(last.is_empty() || last == name, "{last:?} left, as {name:?}"),
        }
        self.reply(&name)
    }

    fn reply(&self, owner: &str) -> Reply {
        let mut chance = self.chance.borrow_mut();
        let kind = if self.is_calm.get() { 99 } else { chance.below(20) };
        let mut reply = match kind {
            0 | 1 => Reply::text(401, owner),
            2 | 3 => Reply::text(500, owner),
            4 => Reply::text(404, owner),
            5 => Reply::lost(),
            6 => return Reply::never(),
            _ => Reply::json(&json!(owner)),
        };
        reply.delay = Some(chance.pick(&[0, 1, 7, 30, 80, 900]));
        reply.body_delay = Some(chance.pick(&[0, 0, 3, 20, 400]));
        reply
    }
}

/// Keys 0 and 1 are private, 2 needs sign-in, 3 is public.
pub const KEYS: [u64; 4] = [0, 1, 2, 3];
pub const PUBLIC: u64 = 3;

/// Who makes requests, and knows for whom.
#[derive(Clone)]
pub struct Caller {
    pub api: Fetch,
    pub plain: Fetch,
    pub client: WeakQueryClient,
    pub fake: Rc<FakeClerk>,
    /// Who was there when that was last known; nobody after a sign-out.
    pub last: Rc<RefCell<String>>,
}

impl Caller {
    /// The engine's owner.
    pub fn owner(&self) -> String {
        let client = self.client.upgrade().expect("the story's client");
        let engine = client.engine().expect("an idle engine");
        match engine.owner() {
            Owner::Identity(name) => name.to_string(),
            Owner::Nobody => "nobody".into(),
            Owner::Unknown => "unknown".into(),
        }
    }

    /// Whose a thing is that begins now. While nobody is known, it is a thing of who was there before.
    pub fn tag(&self) -> String {
        let owner = self.owner();
        if owner == "unknown" { format!("~{}", self.last.borrow()) } else { owner }
    }

    /// Who starts a request now. Where nobody is known to be there, it is whoever Clerk says, or will say.
    fn starter(&self) -> String {
        match (self.tag(), self.fake.auth_state()) {
            (tag, AuthState::Loading) if tag == "nobody" => "~".into(),
            (tag, state) if tag == "nobody" => state_name(&state),
            (tag, _) => tag,
        }
    }

    /// A request that says under whom it was started.
    pub fn ask(
        &self,
        method: Method,
        key: u64,
        signal: Option<&Signal>,
    ) -> impl Future<Output = Result<Datum, FetchError>> + use<> {
        let request = if key == PUBLIC {
            self.plain.request(method, "/api/public")
        } else {
            let request = self.api.request(method, &format!("/api/private/{key}"));
            request.header(STARTED_BY, &self.starter().replace('\n', "|"))
        };
        match signal {
            Some(signal) => request.signal(signal).json(),
            None => request.json(),
        }
    }

    /// As the providers let a cache know who is signed in.
    pub fn follow(&self, world: &ClerkWorld) -> Subscription {
        let (auth, caller) = (world.auth.clone(), self.clone());
        let tell = move || {
            let owner = match auth.state() {
                AuthState::Loading => Owner::Unknown,
                AuthState::SignedOut | AuthState::Failed { .. } => Owner::Nobody,
                AuthState::SignedIn(identity) => Owner::Identity(name_of(&identity).into()),
            };
            let client = caller.client.upgrade().expect("the story's client");
            match auth.state() {
                AuthState::SignedIn(identity) => drop(caller.last.replace(name_of(&identity))),
                AuthState::SignedOut => caller.last.borrow_mut().clear(),
                AuthState::Loading | AuthState::Failed { .. } => {}
            }
            client.set_owner(owner);
        };
        tell();
        world.auth.subscribe(tell)
    }
}
