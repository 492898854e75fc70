//! Sign-in at the dev server, as a token source: what Clerk does in a real app.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use yew_clerk::auth::{CustomSource, Subscription};
use yew_clerk::engine::effect::LocalFuture;
use yew_clerk::prelude::*;

use yew_clerk::auth::Credential;

/// Somebody's session, as the server tells it.
#[derive(Clone, Deserialize, PartialEq)]
struct Session {
    session_id: String,
    user_id: String,
    org_id: Option<String>,
    name: String,
}

#[derive(Deserialize)]
struct Answer {
    session: Option<Session>,
}

#[derive(Deserialize)]
struct Minted {
    jwt: String,
}

#[derive(Serialize)]
struct Credentials<'a> {
    username: &'a str,
    password: &'a str,
}

struct Inner {
    source: CustomSource,
    name: std::cell::RefCell<Option<Rc<str>>>,
    /// Counts what was learnt of the session, so that a slow answer from before does not undo it.
    learnt: std::cell::Cell<u32>,
    /// Other tabs of this app, which share the session's cookie.
    other_tabs: Option<web_sys::BroadcastChannel>,
    _on_message: Closure<dyn FnMut()>,
}

/// The dev server's sign-in. Clones are one.
#[derive(Clone)]
pub struct DevAuth(Rc<Inner>);

impl PartialEq for DevAuth {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

async fn mint() -> Result<String, FetchError> {
    let minted: Minted = fetch::post("/auth/token").json().await?;
    Ok(minted.jwt)
}

impl DevAuth {
    /// Not loaded yet; the provider loads it.
    pub fn new() -> Self {
        let source = auth::from_fn(|_| mint());
        source.set_state(AuthState::Loading);
        // A page in a sandbox may have no channel; then focus has to do.
        let other_tabs = web_sys::BroadcastChannel::new("yew-clerk-app").ok();
        Self(Rc::new_cyclic(|weak: &std::rc::Weak<Inner>| {
            let weak = weak.clone();
            let on_message = Closure::new(move || {
                if let Some(inner) = weak.upgrade() {
                    let this = Self(inner);
                    yew::platform::spawn_local(async move { this.look().await });
                }
            });
            if let Some(channel) = &other_tabs {
                channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
            }
            Inner {
                source,
                name: std::cell::RefCell::default(),
                learnt: std::cell::Cell::default(),
                other_tabs,
                _on_message: on_message,
            }
        }))
    }

    /// The name of whoever is signed in.
    pub fn name(&self) -> Option<Rc<str>> {
        self.0.name.borrow().clone()
    }

    /// Signs in, and tells whether that lasts: a browser that keeps no cookies forgets the session at once.
    /// Fails with the server's answer.
    pub async fn sign_in(&self, username: &str, password: &str) -> Result<bool, FetchError> {
        let request = fetch::post("/auth/sign-in").json_body(&Credentials { username, password });
        request.send().await?;
        let answer: Answer = fetch::get("/auth/session").json().await?;
        let lasts = answer.session.is_some();
        self.enter(answer.session);
        self.tell_other_tabs();
        Ok(lasts)
    }

    /// The page is looked at again. Without a channel, this is when another tab's sign-out is noticed.
    pub fn on_focus(&self) {
        if self.0.other_tabs.is_none() {
            let this = self.clone();
            yew::platform::spawn_local(async move { this.look().await });
        }
    }

    /// Asks the server who is signed in.
    async fn look(&self) {
        let learnt = self.0.learnt.get();
        let answer = fetch::get("/auth/session").json::<Answer>().await;
        if self.0.learnt.get() != learnt {
            return;
        }
        match answer {
            Ok(answer) => self.enter(answer.session),
            // Who was known stays known: a lost connection signs nobody out.
            Err(error) if self.0.source.state().is_loading() => {
                let message = error.to_string().into();
                self.0.source.set_state(AuthState::Failed { message });
            }
            Err(_) => {}
        }
    }

    fn enter(&self, session: Option<Session>) {
        self.0.learnt.set(self.0.learnt.get().wrapping_add(1));
        let Some(session) = session else {
            self.0.name.take();
            return self.0.source.set_state(AuthState::SignedOut);
        };
        let mut identity = Identity::new(session.user_id, session.session_id);
        if let Some(org) = session.org_id {
            identity = identity.with_org(org);
        }
        self.0.name.replace(Some(session.name.into()));
        self.0.source.set_state(AuthState::signed_in(identity));
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
        self.0.source.state()
    }

    fn token(&self, options: &TokenOptions) -> LocalFuture<Result<Credential, TokenError>> {
        let (this, asked) = (self.clone(), self.0.source.token(options));
        Box::pin(async move {
            let answer = asked.await;
            if matches!(answer, Err(TokenError::SignedOut)) {
                // The session was ended elsewhere. The page has to know, or it would go on showing its data.
                this.look().await;
            }
            answer
        })
    }

    fn subscribe(&self, listener: Rc<dyn Fn()>) -> Subscription {
        self.0.source.subscribe(listener)
    }

    fn sign_out(&self) -> LocalFuture<Result<(), TokenError>> {
        let this = self.clone();
        Box::pin(async move {
            fetch::post("/auth/sign-out").send().await?;
            this.enter(None);
            this.tell_other_tabs();
            Ok(())
        })
    }

    fn load(&self) -> LocalFuture<()> {
        let this = self.clone();
        Box::pin(async move {
            // A second attempt says that it is one.
            if matches!(this.state(), AuthState::Failed { .. }) {
                this.0.source.set_state(AuthState::Loading);
            }
            this.look().await;
        })
    }
}
