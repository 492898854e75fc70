//! Queries with Clerk's tokens, through a page's life: sleep, hidden tabs, other tabs, other organisations.
#![cfg(feature = "clerk")]

#[path = "support/clerk_world.rs"]
mod clerk_world;
#[path = "support/lab.rs"]
mod lab;
#[path = "support/fetch_world.rs"]
mod world;

use std::cell::{Cell, RefCell};
use std::future::ready;
use std::rc::Rc;
use std::time::Duration;

use clerk_world::{ClerkWorld, FakeClerk, signed_in, signed_in_to};
use lab::Observer;
use serde_json::json;
use world::{FakeNet, NetHandle, PAGE, Reply, alice, bearer, claims_of, jwt};
use yew_clerk::auth::clerk::ClerkError;
use yew_clerk::auth::{Identity, Token, TokenError, TokenOptions};
use yew_clerk::client::{QueryClient, erase_fetcher};
use yew_clerk::engine::effect::FetchContext;
use yew_clerk::engine::event::{Event, Owner};
use yew_clerk::engine::key::IntoKey;
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::observing::Watch;
use yew_clerk::engine::options::{Access, Interval, ObserverOptions};
use yew_clerk::fetch::{Fetch, FetchError, Request};

const HOURS: Duration = Duration::from_secs(8 * 3_600);

/// A page with Clerk, a cache and a server that counts its answers.
struct Page {
    world: ClerkWorld,
    client: QueryClient,
    net: Rc<FakeNet>,
    api: Fetch,
}

fn token_of(request: &Request) -> Token {
    let header = bearer(request).expect("a token");
    Token::new(header.strip_prefix("Bearer ").expect("a bearer token"))
}

/// The organisation that a request speaks for.
fn org_of(request: &Request) -> Option<String> {
    Some(token_of(request).claims().unwrap().org_id?.to_string())
}

impl Page {
    fn new(world: ClerkWorld) -> Self {
        let (sim, net) = (&world.sim, FakeNet::new(&world.sim, PAGE));
        let (clock, answers) = (sim.clone(), Cell::new(0));
        net.serve(move |request| {
            let ends = token_of(request).claims().unwrap().exp.unwrap();
            if ends <= i64::try_from(clock.now().as_millis()).unwrap() {
                return Reply::status(401);
            }
            answers.set(answers.get() + 1);
            Reply::json(&json!(answers.get().to_string()))
        });
        let client = QueryClient::new(Rc::new(sim.clone()));
        let runtime = Rc::new(sim.clone());
        let transport = Rc::new(NetHandle(net.clone()));
        let api = Fetch::authenticated(transport, runtime, world.auth.clone());
        let page = Self { world, client, net, api };
        page.own();
        page
    }

    /// As the providers let a cache know who is signed in.
    fn own(&self) {
        let identity = self.world.auth.identity().expect("somebody");
        self.client.set_owner(Owner::Identity(format!("{identity:?}").into()));
    }

    fn watch(&self, options: ObserverOptions) -> Observer {
        let api = self.api.clone();
        let fetcher = erase_fetcher(move |context: FetchContext| {
            api.get("/api/x").signal(&context.signal).json::<String>()
        });
        let options = ObserverOptions { access: Access::SignedIn, ..options };
        let key = "x".to_key().expect("a key");
        let watch = Watch { key, options: options.into(), fetcher: Some(fetcher) };
        let observer = Observer::new(&self.client, watch, Fields::ALL);
        self.pass(100);
        observer
    }

    fn pass(&self, millis: u64) {
        self.world.sim.advance_ms(millis);
    }

    fn send(&self, event: Event) {
        self.client.dispatch(event);
        self.world.sim.flush();
    }

    fn sleeps(&self, span: Duration) {
        let sim = &self.world.sim;
        sim.jump_to(sim.now().after(span));
    }

    fn fake(&self) -> &FakeClerk {
        &self.world.fake
    }

    /// How often Clerk was asked for a token, and how many requests have left.
    fn counts(&self) -> (usize, usize) {
        (self.fake().count("getToken"), self.net.count())
    }

    /// Clerk's next answer comes after so long.
    fn next_token_takes(&self, delay: u64) {
        let now = i64::try_from(self.world.sim.now().as_millis() / 1_000).unwrap();
        let claims = claims_of(&alice(), now, 60, 77);
        self.fake().tokens.borrow_mut().push_back((delay, Ok(Some(Token::new(jwt(&claims))))));
    }
}

#[test]
fn after_sleep_the_token_comes_first_and_then_one_revalidation() {
    for wakes in [|| Event::Focus, || Event::Online(true)] {
        let page = Page::new(ClerkWorld::new(signed_in("alice")));
        let observer = page.watch(ObserverOptions::swr());
        assert_eq!(page.counts(), (1, 1));
        if matches!(wakes(), Event::Online(_)) {
            page.send(Event::Online(false));
        }
        page.sleeps(HOURS);
        page.next_token_takes(500);
        page.send(wakes());
        page.pass(499);
        assert_eq!(page.counts(), (2, 1), "nothing leaves with the token of before");
        assert_eq!(observer.data::<String>().as_deref(), Some("1"), "and the data stays");
        page.pass(100);
        assert_eq!(page.counts(), (2, 2));
        assert_eq!(observer.data::<String>().as_deref(), Some("2"));
        assert!(observer.see(|shown| shown.error.is_none()));
    }
}

#[test]
fn a_laptop_that_wakes_without_a_network_keeps_its_data_until_it_is_back() {
    let page = Page::new(ClerkWorld::new(signed_in("alice")));
    let observer = page.watch(ObserverOptions::swr());
    page.sleeps(HOURS);
    let offline = ClerkError::new("clerk_offline", "offline");
    page.fake().tokens.borrow_mut().push_back((100, Err(offline)));
    page.send(Event::Focus);
    page.pass(200);
    assert_eq!((observer.data::<String>().as_deref(), page.net.count()), (Some("1"), 1));
    let error = observer.see(|shown| shown.error.clone()).expect("an error to show");
    let expected = FetchError::NoToken(TokenError::Offline);
    assert_eq!(error.downcast_ref::<FetchError>(), Some(&expected));
    page.send(Event::Online(false));
    page.send(Event::Online(true));
    page.pass(100);
    assert_eq!((observer.data::<String>().as_deref(), page.net.count()), (Some("2"), 2));
    assert!(observer.see(|shown| shown.error.is_none()));
}

#[test]
fn a_hidden_tab_never_asks_for_a_token() {
    let page = Page::new(ClerkWorld::new(signed_in("alice")));
    let every = Interval::Every(Duration::from_secs(5));
    let _swr = page.watch(ObserverOptions { interval: every.clone(), ..ObserverOptions::swr() });
    let _query = page.watch(ObserverOptions { interval: every, ..ObserverOptions::query() });
    page.send(Event::Visible(false));
    page.pass(10_000);
    let before = page.counts();
    page.pass(3_600_000);
    assert_eq!(page.counts(), before, "neither by polling nor to renew what it has");
    page.send(Event::Visible(true));
    page.send(Event::Focus);
    page.pass(100);
    assert!(page.counts().1 > before.1, "once it is shown, it goes on");
}

#[test]
fn polling_in_a_hidden_tab_asks_for_no_token_that_is_not_sent() {
    let page = Page::new(ClerkWorld::new(signed_in("alice")));
    let every = Interval::Every(Duration::from_secs(100));
    let options =
        ObserverOptions { interval: every, interval_when_hidden: true, ..ObserverOptions::query() };
    let _query = page.watch(options);
    page.send(Event::Visible(false));
    let (tokens, requests) = page.counts();
    page.pass(1_000_500);
    assert_eq!(page.counts(), (tokens + 10, requests + 10), "each token is for a request");
}

#[test]
fn the_organisation_of_another_tab_never_speaks_for_this_one() {
    let page = Page::new(ClerkWorld::new(signed_in_to("alice", "org_a")));
    // What is in the cookie, and may be in a cache of Clerk's, is the token of the tab that had the focus last.
    let other = Identity::new("user_alice", "sess_alice").with_org("org_b");
    let of_other_tab = Token::new(jwt(&claims_of(&other, 1_000, 60, 9)));
    page.fake().tokens.borrow_mut().push_back((0, Ok(Some(of_other_tab.clone()))));
    let observer = page.watch(ObserverOptions::swr());
    assert_eq!(page.fake().count("getToken skipCache"), 1);
    assert_eq!(org_of(&page.net.last()).as_deref(), Some("org_a"));
    assert_eq!(observer.data::<String>().as_deref(), Some("1"));

    // Even a Clerk that insists gets nothing sent.
    page.sleeps(HOURS);
    let insisting = [(0, Ok(Some(of_other_tab.clone()))), (0, Ok(Some(of_other_tab)))];
    page.fake().tokens.borrow_mut().extend(insisting);
    let sent = page.world.finish(page.api.post("/api/x").send()).map(drop);
    assert_eq!(sent, Err(FetchError::NoToken(TokenError::Mismatch)));
    assert_eq!(page.net.count(), 1);
}

#[test]
fn the_same_function_asks_for_the_organisation_of_each_of_its_calls() {
    let page = Page::new(ClerkWorld::new(signed_in_to("alice", "org_a")));
    let observer = page.watch(ObserverOptions::swr());
    assert_eq!(org_of(&page.net.last()).as_deref(), Some("org_a"));
    page.fake().becomes(signed_in_to("alice", "org_b"));
    page.own();
    assert_eq!(observer.data::<String>(), None, "and what it got for another is gone at once");
    page.pass(100);
    assert_eq!(org_of(&page.net.last()).as_deref(), Some("org_b"));
    assert_eq!((page.net.count(), observer.data::<String>().is_some()), (2, true));
}

#[test]
fn the_options_of_a_token_are_those_of_the_call_and_each_kind_is_kept_apart() {
    let page = Page::new(ClerkWorld::new(signed_in("alice")));
    let template = Rc::new(Cell::new("a"));
    let (api, of) = (page.api.clone(), template.clone());
    let ask = move || api.get("/api/x").token(TokenOptions::template(of.get())).json::<String>();
    let asked = Rc::<RefCell<Vec<String>>>::default();
    let noted = asked.clone();
    page.fake().minting.replace(Some(Rc::new(move |options: &TokenOptions| {
        noted.borrow_mut().push(options.template.as_deref().unwrap_or_default().to_owned());
        let number = noted.borrow().len() as u64;
        let claims = claims_of(&alice(), 1_000, 60, number);
        Box::pin(ready(Ok(Some(Token::new(jwt(&claims))))))
    })));
    for name in ["a", "b", "a", "b"] {
        template.set(name);
        page.world.finish(ask()).unwrap();
    }
    assert_eq!(*asked.borrow(), ["a", "b"], "each once, and never one in place of the other");
    let sent: Vec<_> = page.net.sent.borrow().iter().map(token_of).collect();
    assert!(sent[0] == sent[2] && sent[1] == sent[3] && sent[0] != sent[1]);
}
