//! Sign-in and a network that do what the test says.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::cell::RefCell;
use std::rc::Rc;

use futures::channel::oneshot;
use yew::prelude::*;
use yew_clerk::auth::{
    AuthState, Credential, Identity, Subscription, TokenError, TokenOptions, TokenSource,
};
use yew_clerk::browser::runtime::BrowserRuntime;
use yew_clerk::browser::transport::BrowserTransport;
use yew_clerk::client::runtime::LocalFuture;
use yew_clerk::components::{AuthProvider, AuthSource, QueryClientProvider};
use yew_clerk::fetch::{
    self, Fetch, InvalidUrl, RawResponse, Request, ResponseReader, Target, Transport,
    TransportError,
};

use crate::stage::settle;

type Listener = Rc<dyn Fn()>;

struct State {
    now: RefCell<AuthState>,
    listeners: RefCell<Vec<(usize, Listener)>>,
    added: RefCell<usize>,
}

/// A token source whose user changes when the test says so. A user's token is their name.
#[derive(Clone)]
pub struct SignIn(Rc<State>);

pub fn user(name: &str) -> AuthState {
    AuthState::signed_in(Identity::new(name, "session"))
}

impl SignIn {
    pub fn new(state: AuthState) -> Self {
        Self(Rc::new(State {
            now: RefCell::new(state),
            listeners: RefCell::default(),
            added: RefCell::default(),
        }))
    }

    pub fn source(&self) -> AuthSource {
        AuthSource::from(Rc::new(self.clone()))
    }

    /// Changes the user and tells everybody, in this very moment.
    pub fn switch(&self, state: AuthState) {
        self.0.now.replace(state);
        let listeners = self.0.listeners.borrow().clone();
        for (_, listener) in listeners {
            listener();
        }
    }

    pub async fn becomes(&self, state: AuthState) {
        self.switch(state);
        settle().await;
    }

    pub fn listener_count(&self) -> usize {
        self.0.listeners.borrow().len()
    }
}

impl TokenSource for SignIn {
    fn state(&self) -> AuthState {
        self.0.now.borrow().clone()
    }

    fn token(&self, _: &TokenOptions) -> LocalFuture<Result<Credential, TokenError>> {
        let identity = self.0.now.borrow().identity().cloned();
        let token = identity.ok_or(TokenError::SignedOut);
        let token = token.map(|user| Credential::Bearer((*user.user_id).into()));
        Box::pin(std::future::ready(token))
    }

    fn subscribe(&self, listener: Listener) -> Subscription {
        let id = self.0.added.replace_with(|id| *id + 1);
        self.0.listeners.borrow_mut().push((id, listener));
        let state = self.0.clone();
        Subscription::new(move || state.listeners.borrow_mut().retain(|(other, _)| *other != id))
    }

    fn sign_out(&self) -> LocalFuture<Result<(), TokenError>> {
        let this = self.clone();
        Box::pin(async move {
            this.switch(AuthState::SignedOut);
            Ok(())
        })
    }
}

type Sent = (Request, Option<oneshot::Sender<(u16, String)>>);

/// A network that answers when the test says so.
#[derive(Clone, Default)]
pub struct Network(Rc<RefCell<Vec<Sent>>>);

impl Network {
    /// Puts it in the place of the browser's, for what is mounted from now on.
    pub fn new() -> Self {
        let network = Self::default();
        let transport = Rc::new(network.clone());
        fetch::set_ambient(Some(Fetch::plain(transport, Rc::new(BrowserRuntime))));
        network
    }

    /// Path and token of each request.
    pub fn asked(&self) -> Vec<String> {
        let token = |request: &Request| {
            let found =
                request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
            found.map_or_else(String::new, |(_, value)| format!(" {value}"))
        };
        let path = |request: &Request| {
            let path = request.url.splitn(4, '/').nth(3).unwrap_or_default();
            format!("/{path}")
        };
        let sent = self.0.borrow();
        sent.iter().map(|(request, _)| path(request) + &token(request)).collect()
    }

    pub fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// Whether somebody still waits for the answer.
    pub fn is_wanted(&self, number: usize) -> bool {
        let sent = self.0.borrow();
        let (request, sender) = &sent[number];
        !request.signal.is_aborted() && sender.as_ref().is_some_and(|sender| !sender.is_canceled())
    }

    pub async fn reply(&self, number: usize, status: u16, body: &str) {
        let sender = self.0.borrow_mut()[number].1.take().expect("answered already");
        let _unheard = sender.send((status, body.to_owned()));
        settle().await;
    }

    pub async fn ok(&self, number: usize, text: &str) {
        self.reply(number, 200, &format!("{text:?}")).await;
    }
}

impl Transport for Network {
    fn send(&self, request: Request) -> LocalFuture<Result<RawResponse, TransportError>> {
        let (sender, receiver) = oneshot::channel();
        let url = request.url.clone();
        self.0.borrow_mut().push((request, Some(sender)));
        Box::pin(async move {
            let (status, body) = receiver.await.map_err(|_| TransportError::Aborted)?;
            Ok(RawResponse { status, redirected: false, reader: Box::new(Text { url, body }) })
        })
    }

    fn resolve(&self, url: &str) -> Result<Target, InvalidUrl> {
        BrowserTransport.resolve(url)
    }
}

struct Text {
    url: Rc<str>,
    body: String,
}

impl ResponseReader for Text {
    fn status_text(&self) -> String {
        String::new()
    }

    fn url(&self) -> String {
        self.url.to_string()
    }

    fn header(&self, name: &str) -> Option<String> {
        name.eq_ignore_ascii_case("content-type").then(|| "application/json".to_owned())
    }

    fn text(self: Box<Self>) -> LocalFuture<Result<String, TransportError>> {
        Box::pin(std::future::ready(Ok(self.body)))
    }

    fn bytes(self: Box<Self>) -> LocalFuture<Result<Vec<u8>, TransportError>> {
        Box::pin(std::future::ready(Ok(self.body.into_bytes())))
    }
}

/// The usual two providers.
pub fn app(sign_in: &SignIn, html: Html) -> Html {
    html! {
        <QueryClientProvider>
            <AuthProvider source={sign_in.source()}>{ html }</AuthProvider>
        </QueryClientProvider>
    }
}
