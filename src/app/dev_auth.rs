//! Sign-in at the dev server, as a token source: what Clerk does in a real app.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_events::EventListener;
use serde::{Deserialize, Serialize};
use yew::AttrValue;
use yew::platform::spawn_local;
use yew_clerk::auth::{Credential, Listeners, Subscription, Token};
use yew_clerk::engine::effect::LocalFuture;
use yew_clerk::fetch::RequestBuilder;
use yew_clerk::prelude::*;

/// Somebody who may sign in, with a password that is no secret in this show.
#[derive(Clone, Deserialize, PartialEq)]
pub struct Person {
    /// For people to read.
    pub name: String,
    /// For the form.
    pub username: String,
    /// For the form.
    pub password: String,
}

/// Who is signed in.
#[derive(Deserialize)]
struct Session {
    name: String,
    session_id: String,
    user_id: String,
    org_id: Option<String>,
}

/// What the server says of the session.
#[derive(Deserialize)]
struct Answer {
    session: Option<Session>,
    jwt: Option<String>,
}

/// What a user signs in with.
#[derive(Clone, Serialize)]
pub struct Credentials {
    /// The short name.
    pub username: String,
    /// The secret.
    pub password: String,
}

struct Inner {
    state: RefCell<AuthState>,
    name: RefCell<Option<AttrValue>>,
    listeners: Listeners<()>,
    /// Counts what was learnt of the session, so that a slow answer from before does not undo it.
    learnt: Cell<u32>,
    /// Other tabs of this app, which share the session's cookie.
    other_tabs: Option<web_sys::BroadcastChannel>,
    _news: Option<EventListener>,
}

/// The dev server's sign-in. Clones are one.
#[derive(Clone)]
pub struct DevAuth(Rc<Inner>);

impl PartialEq for DevAuth {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

fn ask(request: RequestBuilder) -> LocalFuture<Result<Answer, FetchError>> {
    Box::pin(request.json())
}

impl DevAuth {
    /// Not loaded yet; the provider loads it.
    pub fn new() -> Self {
        // A page in a sandbox may have no channel. Then another tab's sign-out is noticed on focus.
        let other_tabs = web_sys::BroadcastChannel::new("yew-clerk-app").ok();
        Self(Rc::new_cyclic(|weak: &Weak<Inner>| {
            let weak = weak.clone();
            let on_news = move |_: &web_sys::Event| {
                if let Some(inner) = weak.upgrade() {
                    spawn_local(Self(inner).look());
                }
            };
            let news = match &other_tabs {
                Some(channel) => Some(EventListener::new(channel, "message", on_news)),
                None => web_sys::window().map(|page| EventListener::new(&page, "focus", on_news)),
            };
            Inner {
                state: RefCell::default(),
                name: RefCell::default(),
                listeners: Listeners::default(),
                learnt: Cell::default(),
                other_tabs,
                _news: news,
            }
        }))
    }

    /// The name of whoever is signed in.
    pub fn name(&self) -> Option<AttrValue> {
        self.0.name.borrow().clone()
    }

    /// Signs in, and tells whether that lasts: a browser that keeps no cookies forgets the session at once.
    /// Fails with the server's answer.
    pub fn sign_in(&self, credentials: Credentials) -> LocalFuture<Result<bool, FetchError>> {
        let (this, sent) =
            (self.clone(), fetch::post("/auth/sign-in").json_body(&credentials).send());
        Box::pin(async move {
            sent.await?;
            let answer = ask(fetch::get("/auth/session")).await?;
            let lasts = answer.session.is_some();
            this.enter(answer.session);
            this.tell_other_tabs();
            Ok(lasts)
        })
    }

    /// Asks the server who is signed in.
    fn look(&self) -> LocalFuture<()> {
        let (this, learnt) = (self.clone(), self.0.learnt.get());
        let asked = ask(fetch::get("/auth/session"));
        Box::pin(async move {
            let answer = asked.await;
            if this.0.learnt.get() == learnt {
                this.learn(answer);
            }
        })
    }

    fn learn(&self, answer: Result<Answer, FetchError>) {
        match answer {
            Ok(answer) => self.enter(answer.session),
            // Who was known stays known: a lost connection signs nobody out.
            Err(error) if self.state().is_loading() => {
                self.set_state(AuthState::Failed { message: error.to_string().into() });
            }
            Err(_) => {}
        }
    }

    fn enter(&self, session: Option<Session>) {
        self.0.learnt.set(self.0.learnt.get().wrapping_add(1));
        let Some(session) = session else {
            self.0.name.take();
            return self.set_state(AuthState::SignedOut);
        };
        let mut identity = Identity::new(session.user_id, session.session_id);
        identity.org_id = session.org_id.map(Into::into);
        self.0.name.replace(Some(session.name.into()));
        self.set_state(AuthState::signed_in(identity));
    }

    fn set_state(&self, state: AuthState) {
        if self.0.state.replace(state.clone()) == state {
            return;
        }
        self.0.listeners.emit(&());
    }

    fn tell_other_tabs(&self) {
        if let Some(channel) = &self.0.other_tabs {
            // Without anybody there, it is lost; that is all right.
            let _nobody_there = channel.post_message(&"changed".into());
        }
    }
}

impl TokenSource for DevAuth {
    fn state(&self) -> AuthState {
        self.0.state.borrow().clone()
    }

    fn token(&self, _options: &TokenOptions) -> LocalFuture<Result<Credential, TokenError>> {
        let (this, asked) = (self.clone(), ask(fetch::post("/auth/token")));
        Box::pin(async move {
            let error = match asked.await {
                Ok(answer) => {
                    return Ok(Credential::Bearer(Token::from(answer.jwt.unwrap_or_default())));
                }
                Err(error) => TokenError::from(error),
            };
            if error == TokenError::SignedOut {
                // The session was ended elsewhere. The page has to know, or it would go on showing its data.
                this.look().await;
            }
            Err(error)
        })
    }

    fn subscribe(&self, listener: Rc<dyn Fn()>) -> Subscription {
        self.0.listeners.add(Rc::new(move |()| listener()))
    }

    fn sign_out(&self) -> LocalFuture<Result<(), TokenError>> {
        let (this, sent) = (self.clone(), fetch::post("/auth/sign-out").send());
        Box::pin(async move {
            sent.await?;
            this.enter(None);
            this.tell_other_tabs();
            Ok(())
        })
    }

    fn load(&self) -> LocalFuture<()> {
        // A second attempt says that it is one.
        if matches!(self.state(), AuthState::Failed { .. }) {
            self.set_state(AuthState::Loading);
        }
        self.look()
    }
}
