//! A Clerk that does what the test says, on a simulated clock.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use serde_json::json;
use yew_clerk::auth::clerk::{
    Attempt, Clerk, ClerkCall, ClerkDriver, ClerkError, ClerkJson, ClerkOptions, ClerkSnapshot,
    ClerkStatus, Flow, Known, ListOwner, Membership, Organization, PublishableKey, Redirect,
    Return, Session, SessionStatus, SetActive, SignInAttempt, User, Widget,
};
use yew_clerk::auth::{
    AuthClient, AuthState, Credential, Identity, Listeners, Subscription, Token, TokenError,
    TokenOptions,
};
use yew_clerk::engine::sim::{Outcome, Sim};

use crate::world::{claims_of, jwt, ms};

/// `clerk.example.com`
pub const LIVE_KEY: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";

pub type Answer = Result<Option<Token>, ClerkError>;

/// What takes the place of all scripted answers of `getToken`.
pub type Minting = Rc<dyn Fn(&TokenOptions) -> ClerkCall<Option<Token>>>;

/// A scripted clerk-js. It notes every call.
pub struct FakeClerk {
    sim: Sim,
    now: RefCell<ClerkSnapshot>,
    changes: Listeners<()>,
    returns: Listeners<Return>,
    pub calls: RefCell<Vec<String>>,
    /// What the next loads do, one each: after how long, and how they end. Then they load at once.
    pub loads: RefCell<VecDeque<(Option<u64>, Result<(), ClerkError>)>>,
    /// What the next `getToken` calls answer; then there is a good token.
    pub tokens: RefCell<VecDeque<(u64, Answer)>>,
    pub minting: RefCell<Option<Minting>>,
    /// What each step of signing in or up answers.
    step: RefCell<Result<Attempt, ClerkError>>,
    /// What each list answers.
    pub list: RefCell<Result<ClerkJson, ClerkError>>,
    /// How the next reloads of the client end; then they end well.
    pub reloads: RefCell<VecDeque<Result<(), ClerkError>>>,
    /// What the server says about the client when it is asked.
    pub server: RefCell<Option<ClerkSnapshot>>,
    pub uat: RefCell<Option<Rc<str>>>,
    pub online: Cell<bool>,
    pub minted: Cell<u64>,
    pub has_ui: Cell<bool>,
}

fn organization(id: &str) -> Organization {
    Organization { id: id.into(), name: id.into(), slug: Some(id.into()), image_url: None }
}

fn membership(org: &str, role: &str) -> Rc<Membership> {
    Rc::new(Membership {
        id: format!("orgmem_{org}").into(),
        role: role.into(),
        permissions: vec!["org:notes:read".into()],
        organization: Rc::new(organization(org)),
    })
}

/// Somebody who is signed in, an admin of `org_a` and a member of `org_b`, with an active organisation or none.
fn signed_in_with(name: &str, org: Option<&str>) -> ClerkSnapshot {
    let user = Rc::new(User {
        id: format!("user_{name}").into(),
        first_name: Some(name.into()),
        organization_memberships: vec![
            membership("org_a", "org:admin"),
            membership("org_b", "org:member"),
        ],
        ..User::default()
    });
    let session = Rc::new(Session {
        id: format!("sess_{name}").into(),
        status: SessionStatus::Active,
        last_active_organization_id: org.map(Into::into),
        claims: Some(ClerkJson::from(json!({ "sub": &*user.id }))),
        user: Some(user.clone()),
        ..Session::default()
    });
    let organization = org.map(|id| Rc::new(organization(id)));
    ClerkSnapshot {
        status: ClerkStatus::Ready,
        sessions: Some(vec![session.clone()]),
        last_active_session_id: Some(session.id.clone()),
        session: Known::Present(session),
        user: Known::Present(user),
        organization: organization.map_or(Known::Absent, Known::Present),
        ..ClerkSnapshot::default()
    }
}

pub fn signed_in(name: &str) -> ClerkSnapshot {
    signed_in_with(name, None)
}

pub fn signed_in_to(name: &str, org: &str) -> ClerkSnapshot {
    signed_in_with(name, Some(org))
}

pub fn signed_out() -> ClerkSnapshot {
    ClerkSnapshot {
        session: Known::Absent,
        user: Known::Absent,
        organization: Known::Absent,
        sessions: Some(Vec::new()),
        ..in_transition()
    }
}

/// `undefined`, as in the midst of signing out.
pub fn in_transition() -> ClerkSnapshot {
    ClerkSnapshot { status: ClerkStatus::Ready, ..ClerkSnapshot::default() }
}

/// What is there of something, to be changed.
pub fn of<T: Clone>(known: &mut Known<Rc<T>>) -> &mut T {
    match known {
        Known::Present(value) => Rc::make_mut(value),
        Known::Absent | Known::Unknown => panic!("it is not there"),
    }
}

impl FakeClerk {
    fn new(sim: &Sim, now: ClerkSnapshot) -> Rc<Self> {
        Rc::new(Self {
            sim: sim.clone(),
            now: RefCell::new(now),
            changes: Listeners::default(),
            returns: Listeners::default(),
            calls: RefCell::default(),
            loads: RefCell::default(),
            tokens: RefCell::default(),
            minting: RefCell::default(),
            step: RefCell::new(Ok(Attempt::SignIn(SignInAttempt::default()))),
            list: RefCell::new(Ok(ClerkJson::default())),
            reloads: RefCell::default(),
            server: RefCell::default(),
            uat: RefCell::default(),
            online: Cell::new(true),
            minted: Cell::new(0),
            has_ui: Cell::new(true),
        })
    }

    /// Changes what Clerk knows without telling, as it does before it comes round to that.
    pub fn set_silently(&self, now: ClerkSnapshot) {
        self.now.replace(now);
    }

    /// Changes what Clerk knows and tells.
    pub fn becomes(&self, now: ClerkSnapshot) {
        self.set_silently(now);
        self.emit();
    }

    /// What each step of signing in or up answers from now on.
    pub fn answers(&self, step: Result<Attempt, ClerkError>) {
        *self.step.borrow_mut() = step;
    }

    pub fn session_id(&self) -> Option<Rc<str>> {
        Some(self.now.borrow().session.present()?.id.clone())
    }

    /// Who is signed in, whether it has been told or not.
    pub fn auth_state(&self) -> AuthState {
        self.now.borrow().auth_state(true)
    }

    pub fn is_unheard(&self) -> bool {
        self.changes.is_empty() && self.returns.is_empty()
    }

    pub fn emit(&self) {
        self.changes.emit(&());
    }

    pub fn comes_back(&self, why: Return) {
        self.returns.emit(&why);
        self.sim.flush();
    }

    pub fn count(&self, call: &str) -> usize {
        self.calls.borrow().iter().filter(|made| made.starts_with(call)).count()
    }

    fn note(&self, call: impl Into<String>) {
        self.calls.borrow_mut().push(call.into());
    }

    fn done<T: 'static>(&self, result: Result<T, ClerkError>) -> ClerkCall<T> {
        let turn = self.sim.sleep(ms(10));
        Box::pin(async move {
            turn.await;
            result
        })
    }

    fn good_token(&self) -> Answer {
        let now = self.now.borrow();
        let (Some(session), Some(user)) = (now.session.present(), now.user.present()) else {
            return Ok(None);
        };
        self.minted.set(self.minted.get() + 1);
        let identity = Identity {
            user_id: user.id.clone(),
            session_id: session.id.clone(),
            org_id: session.last_active_organization_id.clone(),
        };
        let iat = i64::try_from(self.sim.now().as_millis() / 1_000).unwrap();
        Ok(Some(Token::new(jwt(&claims_of(&identity, iat, 60, self.minted.get())))))
    }
}

/// The driver; a type of its own because of the `Rc`.
pub struct Driver(pub Rc<FakeClerk>);

impl ClerkDriver for Driver {
    fn load(&self, _: &Rc<ClerkOptions>, _: &PublishableKey) -> ClerkCall<()> {
        let clerk = self.0.clone();
        clerk.note("load");
        let (delay, outcome) = clerk.loads.borrow_mut().pop_front().unwrap_or((Some(0), Ok(())));
        let wait = clerk.sim.sleep(delay.map_or(Duration::from_secs(1_000_000), ms));
        Box::pin(async move {
            wait.await;
            if outcome.is_ok() && !clerk.now.borrow().is_loaded() {
                clerk.becomes(signed_out());
            }
            outcome
        })
    }

    fn snapshot(&self) -> Rc<ClerkSnapshot> {
        Rc::new(self.0.now.borrow().clone())
    }

    /// Calls at once, as clerk-js does.
    fn subscribe(&self, listener: Rc<dyn Fn()>) -> Subscription {
        listener();
        self.0.changes.add(Rc::new(move |()| listener()))
    }

    fn get_token(&self, options: &TokenOptions) -> ClerkCall<Option<Token>> {
        self.0.note(format!("getToken{}", if options.skip_cache { " skipCache" } else { "" }));
        let minting = self.0.minting.borrow().clone();
        if let Some(minting) = minting {
            return minting(options);
        }
        let scripted = self.0.tokens.borrow_mut().pop_front();
        let (delay, answer) = scripted.unwrap_or_else(|| (10, self.0.good_token()));
        let wait = self.0.sim.sleep(ms(delay));
        Box::pin(async move {
            wait.await;
            answer
        })
    }

    fn sign_out(&self, session_id: Option<&str>) -> ClerkCall<()> {
        self.0.note(format!("signOut {}", session_id.unwrap_or("all")));
        // As clerk-js does: unknown at once, and gone when its server has answered.
        self.0.becomes(in_transition());
        let clerk = self.0.clone();
        let wait = clerk.sim.sleep(ms(10));
        Box::pin(async move {
            wait.await;
            clerk.becomes(signed_out());
            Ok(())
        })
    }

    fn set_active(&self, target: &SetActive) -> ClerkCall<()> {
        self.0.note(format!("setActive {:?} {:?}", target.session, target.organization));
        let clerk = self.0.clone();
        let session = target.session.clone().or_else(|| clerk.session_id());
        let name = session.as_deref().unwrap_or("sess_alice").trim_start_matches("sess_");
        let org = target.organization.clone().flatten();
        let next = signed_in_with(name, org.as_deref());
        let wait = clerk.sim.sleep(ms(10));
        Box::pin(async move {
            wait.await;
            clerk.becomes(next);
            Ok(())
        })
    }

    fn reload_client(&self) -> ClerkCall<()> {
        self.0.note("reload");
        if let Some(failed @ Err(_)) = self.0.reloads.borrow_mut().pop_front() {
            return self.0.done(failed);
        }
        if let Some(news) = self.0.server.borrow().clone() {
            self.0.becomes(news);
        }
        self.0.done(Ok(()))
    }

    fn step(&self, flow: Flow, method: &'static str, params: &ClerkJson) -> ClerkCall<Attempt> {
        self.0.note(format!("{flow:?}.{method} {}", params.as_str()));
        let answer = self.0.step.borrow().clone();
        if let Ok(Attempt::SignIn(attempt)) = &answer {
            let mut now = self.0.now.borrow().clone();
            now.sign_in = attempt.clone();
            self.0.becomes(now);
        }
        self.0.done(answer)
    }

    fn list(
        &self,
        owner: ListOwner,
        method: &'static str,
        query: &ClerkJson,
        _: &[&str],
    ) -> ClerkCall<ClerkJson> {
        self.0.note(format!("{owner:?}.{method} {}", query.as_str()));
        let answer = self.0.list.borrow().clone();
        self.0.done(answer)
    }

    fn open(&self, widget: Widget, _: &ClerkJson) -> Result<(), ClerkError> {
        self.0.note(format!("open{}", widget.name()));
        if self.0.has_ui.get() { Ok(()) } else { Err(ClerkError::no_ui()) }
    }

    fn close(&self, widget: Widget) {
        self.0.note(format!("close{}", widget.name()));
    }

    fn mount(&self, widget: Widget, _: &dyn Any, _: &ClerkJson) -> Result<(), ClerkError> {
        self.0.note(format!("mount{}", widget.name()));
        if self.0.has_ui.get() { Ok(()) } else { Err(ClerkError::no_ui()) }
    }

    fn unmount(&self, widget: Widget, _: &dyn Any) {
        self.0.note(format!("unmount{}", widget.name()));
    }

    fn redirect(&self, to: Redirect, _: &ClerkJson) -> ClerkCall<()> {
        self.0.note(format!("redirect {to:?}"));
        self.0.done(Ok(()))
    }

    fn is_online(&self) -> bool {
        self.0.online.get()
    }

    fn client_uat(&self) -> Option<Rc<str>> {
        self.0.uat.borrow().clone()
    }

    fn on_return(&self, listener: Rc<dyn Fn(Return)>) -> Subscription {
        self.0.returns.add(Rc::new(move |why| listener(*why)))
    }

    fn announce_sign_in(&self) {
        self.0.note("announce");
    }
}

/// A handle on a scripted Clerk, and a token client in front of it.
pub struct ClerkWorld {
    pub sim: Sim,
    pub fake: Rc<FakeClerk>,
    pub clerk: Clerk,
    pub auth: AuthClient,
    pub told: Rc<Cell<u32>>,
    pub _told: Subscription,
}

impl ClerkWorld {
    /// Clerk has loaded, and knows this.
    pub fn new(now: ClerkSnapshot) -> Self {
        Self::with(ClerkOptions::new(LIVE_KEY), now)
    }

    /// Clerk is not there yet, and its loads go as the script says.
    pub fn loading(loads: impl IntoIterator<Item = (Option<u64>, Result<(), ClerkError>)>) -> Self {
        Self::build(ClerkOptions::new(LIVE_KEY), ClerkSnapshot::default(), loads)
    }

    pub fn with(options: ClerkOptions, now: ClerkSnapshot) -> Self {
        Self::build(options, now, [])
    }

    fn build(
        options: ClerkOptions,
        now: ClerkSnapshot,
        loads: impl IntoIterator<Item = (Option<u64>, Result<(), ClerkError>)>,
    ) -> Self {
        let sim = Sim::new();
        let fake = FakeClerk::new(&sim, now);
        fake.loads.replace(loads.into_iter().collect());
        let runtime = Rc::new(sim.clone());
        let clerk = Clerk::with_driver(options, Rc::new(Driver(fake.clone())), runtime.clone());
        let told = Rc::<Cell<u32>>::default();
        let count = told.clone();
        let subscription = clerk.subscribe(move || count.set(count.get() + 1));
        let auth = AuthClient::new(Rc::new(clerk.clone()), runtime);
        sim.flush();
        Self { sim, fake, clerk, auth, told, _told: subscription }
    }

    pub fn state(&self) -> AuthState {
        self.auth.state()
    }

    pub fn ask(&self) -> Outcome<Result<Credential, TokenError>> {
        self.sim.run(self.auth.get_token(&TokenOptions::default()))
    }

    /// A token, within the next 20 ms.
    pub fn token(&self) -> Result<Credential, TokenError> {
        let asked = self.ask();
        self.sim.advance_ms(20);
        asked.take().expect("an answer")
    }

    pub fn finish<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> T {
        let running = self.sim.run(future);
        self.sim.advance_ms(100);
        running.take().expect("an end")
    }
}

pub fn user_of(state: &AuthState) -> Option<&str> {
    state.identity().map(|identity| &*identity.user_id)
}
