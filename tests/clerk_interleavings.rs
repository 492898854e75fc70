//! Long random stories of Clerk, each the same at every run: tokens that fail or come late, users and
//! organisations that change, requests and writes on the way, clocks that jump. Nothing of one user may ever be
//! seen, sent or kept under another.
#![cfg(feature = "clerk")]

#[path = "support/chance.rs"]
mod chance;
#[path = "support/clerk_story.rs"]
mod clerk_story;
#[path = "support/clerk_world.rs"]
mod clerk_world;
#[path = "support/lab.rs"]
mod lab;
#[path = "support/fetch_world.rs"]
mod world;

use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use chance::Chance;
use clerk_story::{Caller, Datum, KEYS, Mints, PUBLIC, Server, assert_speaks_for, state_name};
use clerk_world::{ClerkWorld, in_transition, signed_in, signed_in_to, signed_out};
use lab::{Observer, Text};
use world::{FakeNet, NetHandle, PAGE, ms};
use yew_clerk::auth::clerk::{
    ClerkError, ClerkSnapshot, ClerkStatus, Return, SessionStatus, SetActive,
};
use yew_clerk::auth::{AuthState, Credential, Subscription, TokenError, TokenOptions};
use yew_clerk::client::{MutatorOptions, QueryClient, erase_fetcher};
use yew_clerk::engine::effect::{FetchContext, Fetcher};
use yew_clerk::engine::erased::Failure;
use yew_clerk::engine::event::Event;
use yew_clerk::engine::filters::Filters;
use yew_clerk::engine::key::IntoKey;
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::observing::Watch;
use yew_clerk::engine::options::{Access, Interval, ObserverOptions, RetryDelay, StaleTime};
use yew_clerk::engine::sim::Outcome;
use yew_clerk::fetch::{Fetch, FetchError, Method};

struct Story {
    world: ClerkWorld,
    client: QueryClient,
    caller: Caller,
    mints: Rc<Mints>,
    server: Rc<Server>,
    _link: Subscription,
    chance: Chance,
    mounted: Vec<Observer>,
    waiting: Vec<(Text, Outcome<()>)>,
    /// Who waits for a token, and since when by the timers' clock.
    tokens: Vec<(u64, Outcome<()>)>,
    /// What has passed by the timers' clock.
    passed: u64,
    /// Clerk has changed and has not told yet.
    is_behind: bool,
}

impl Story {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let world = match chance.below(3) {
            0 => ClerkWorld::loading([
                (Some(chance.below(9_000)), Err(ClerkError::new("no_script", "no script"))),
                (Some(chance.below(20_000)), Ok(())),
            ]),
            1 => ClerkWorld::new(signed_out()),
            _ => ClerkWorld::new(signed_in("alice")),
        };
        let sim = &world.sim;
        let mints = Mints::new(sim, &world.fake, seed + 1);
        mints.auth.replace(Some(world.auth.clone()));
        let server = Rc::new(Server {
            fake: world.fake.clone(),
            chance: Chance::new(seed + 2).into(),
            is_calm: false.into(),
        });
        let (net, answers) = (FakeNet::new(sim, PAGE), server.clone());
        net.serve(move |request| answers.answer(request));
        let (transport, runtime) = (Rc::new(NetHandle(net)), Rc::new(sim.clone()));
        let client = QueryClient::new(runtime.clone());
        let caller = Caller {
            api: Fetch::authenticated(transport.clone(), runtime.clone(), world.auth.clone()),
            plain: Fetch::plain(transport, runtime),
            client: client.downgrade(),
            fake: world.fake.clone(),
            last: Rc::default(),
        };
        let _link = caller.follow(&world);
        Self {
            world,
            client,
            caller,
            mints,
            server,
            _link,
            chance,
            mounted: Vec::new(),
            waiting: Vec::new(),
            tokens: Vec::new(),
            passed: 0,
            is_behind: false,
        }
    }

    fn fetcher(&mut self, key: u64) -> Fetcher {
        let (caller, consumes) = (self.caller.clone(), self.chance.yes());
        erase_fetcher(move |context: FetchContext| {
            caller.ask(Method::Get, key, consumes.then_some(&context.signal))
        })
    }

    fn watch(&mut self) -> Watch {
        let key = self.chance.pick(&KEYS);
        let fetcher = Some(self.fetcher(key));
        let chance = &mut self.chance;
        let base = if chance.yes() { ObserverOptions::swr() } else { ObserverOptions::query() };
        let spans = [Duration::ZERO, ms(20), ms(2_000), Duration::MAX];
        let options = ObserverOptions {
            enabled: chance.below(6) > 0,
            access: [Access::Private, Access::Private, Access::SignedIn, Access::Public]
                [key as usize],
            stale_time: StaleTime::After(chance.pick(&spans)),
            gc_time: chance.pick(&spans[..3]),
            deduping_interval: chance.pick(&spans[..3]),
            interval: match chance.below(3) {
                0 => Interval::Every(chance.pick(&[ms(300), ms(5_000)])),
                _ => Interval::Off,
            },
            interval_when_hidden: chance.yes(),
            retry_delay: RetryDelay::Fixed(chance.pick(&[Duration::ZERO, ms(50), ms(2_000)])),
            keep_previous_data: chance.yes(),
            ..base
        };
        Watch { key: key.to_key().expect("a key"), options: options.into(), fetcher }
    }

    fn wait_for(&mut self, what: Text, future: impl Future<Output = ()> + 'static) {
        if self.chance.below(4) == 0 {
            // Somebody who is not interested.
            return drop(future);
        }
        let outcome = self.world.sim.run(future);
        self.waiting.push((what, outcome));
    }

    fn any(&mut self) -> Option<usize> {
        let len = self.mounted.len() as u64;
        if len == 0 { None } else { usize::try_from(self.chance.below(len)).ok() }
    }

    fn step(&mut self) {
        match self.chance.below(30) {
            0..=3 => {
                let watch = self.watch();
                self.mounted.push(Observer::new(&self.client, watch, Fields::ALL));
            }
            4 => {
                if let Some(at) = self.any() {
                    self.mounted.swap_remove(at);
                }
            }
            5 => {
                let watch = self.watch();
                if let Some(at) = self.any() {
                    self.mounted[at].update(watch);
                }
            }
            6..=7 => self.command(),
            8..=10 => self.write(),
            11..=12 => self.request(),
            13..=15 => self.token(),
            16..=21 => self.clerk(),
            22..=24 => self.page(),
            _ => self.pass(),
        }
    }

    fn pass(&mut self) {
        let span = self.chance.pick(&[0, 1, 8, 40, 300, 5_000, 30_000]);
        self.passed += span;
        self.world.sim.advance_ms(span);
    }

    fn command(&mut self) {
        let key = self.chance.pick(&KEYS);
        let filters = Filters { key: key.to_key().expect("a key"), ..Filters::default() };
        match self.chance.below(4) {
            0 => {
                let started = self.client.refetch_queries(filters);
                self.wait_for("refetch_queries", started);
            }
            1 => {
                let started = self.client.reset_queries(filters);
                self.wait_for("reset", started);
            }
            2 => self.client.remove_queries(filters),
            _ => {
                let started = self.client.mutate::<Datum, FetchError>(key);
                self.wait_for("mutate", async { drop(started.await) });
            }
        }
    }

    fn write(&mut self) {
        let key = self.chance.pick(&KEYS);
        let tag = if key == PUBLIC { "public".into() } else { self.caller.tag() };
        if self.chance.below(4) == 0 {
            self.client.set_query_data(key, Datum::from(tag)).expect("a key");
            return;
        }
        let mut options = MutatorOptions::<Datum>::new()
            .revalidate(self.chance.yes())
            .populate_cache(self.chance.below(3) > 0)
            .rollback_on_error(self.chance.yes());
        if self.chance.yes() {
            options = options.optimistic_data(tag.into());
        }
        let work = self.caller.ask(Method::Post, key, None);
        let started = self.client.mutate_async::<Datum, FetchError>(key, work, options);
        self.wait_for("mutate_async", async { drop(started.await) });
    }

    /// A request by an event handler, past the cache.
    fn request(&mut self) {
        let key = self.chance.pick(&KEYS);
        let (asked, caller, tag) =
            (self.caller.ask(Method::Put, key, None), self.caller.clone(), self.caller.tag());
        self.wait_for("a request", async move {
            if let Ok(datum) = asked.await {
                let now = caller.tag();
                let is_mine = datum.owner() == "public" || datum.owner() == now;
                assert!(is_mine, "asked as {tag:?}, answered for {datum:?}, and now it is {now:?}");
            }
        });
    }

    fn token(&mut self) {
        let chance = &mut self.chance;
        let options = TokenOptions {
            template: None,
            organization_id: chance.pick(&[None, None, Some("".into()), Some("org_a".into())]),
            skip_cache: chance.below(3) == 0,
        };
        let (auth, fake) = (self.world.auth.clone(), self.world.fake.clone());
        let asked = async move {
            match auth.get_token(&options).await {
                Ok(Credential::Bearer(token)) => {
                    let now = fake.auth_state();
                    let identity = now.identity().expect("a token while nobody is there");
                    assert_speaks_for(&token, identity, &options);
                }
                Ok(Credential::Cookie) => panic!("a cookie"),
                Err(TokenError::SignedOut) => {
                    assert_eq!(fake.auth_state(), AuthState::SignedOut);
                }
                Err(_) => {}
            }
        };
        if chance.below(4) == 0 {
            // Somebody who asks and goes away.
            let mut asked = Box::pin(asked);
            let once = async move { poll_once(asked.as_mut()).await };
            self.waiting.push(("a token", self.world.sim.run(once)));
        } else {
            self.tokens.push((self.passed, self.world.sim.run(asked)));
        }
    }

    fn someone(&mut self) -> ClerkSnapshot {
        let name = self.chance.pick(&["alice", "bob"]);
        match self.chance.pick(&[None, None, Some("org_a"), Some("org_b")]) {
            Some(org) => signed_in_to(name, org),
            None => signed_in(name),
        }
    }

    fn clerk(&mut self) {
        let fake = self.world.fake.clone();
        let someone = self.someone();
        let what = self.chance.below(14);
        // The others may come to nothing, and then tell nobody.
        self.is_behind &= (10..=12).contains(&what);
        match what {
            0 => fake.becomes(signed_out()),
            1 => fake.becomes(in_transition()),
            2..=3 => fake.becomes(someone),
            4 => {
                // As clerk-js goes from one user to another: the first again, then the other.
                fake.emit();
                fake.emit();
                fake.becomes(someone);
                fake.emit();
            }
            5..=6 => {
                fake.set_silently(someone);
                self.is_behind = true;
            }
            7 => fake.becomes(pending()),
            8 => fake.becomes(unwell(ClerkStatus::Degraded)),
            9 => fake.becomes(unwell(ClerkStatus::Error)),
            10 => {
                let ended = self.world.clerk.sign_out(None);
                self.wait_for("sign_out", async { drop(ended.await) });
            }
            11 => {
                let to = self.chance.pick(&[
                    SetActive::session("sess_bob"),
                    SetActive::organization("org_b"),
                    SetActive::personal(),
                ]);
                let active = self.world.clerk.set_active(&to);
                self.wait_for("set_active", async { drop(active.await) });
            }
            12 => {
                fake.server.replace(Some(someone));
                fake.uat.replace(Some(self.passed.to_string().into()));
                let why = self.chance.pick(&[Return::Focus, Return::SignedInElsewhere]);
                fake.comes_back(why);
                fake.server.replace(None);
            }
            _ => fake.emit(),
        }
    }

    fn page(&mut self) {
        let event = match self.chance.below(8) {
            0 => Event::Visible(self.chance.yes()),
            1..=2 => Event::Focus,
            3..=4 => {
                let online = self.chance.below(3) > 0;
                self.world.fake.online.set(online);
                Event::Online(online)
            }
            5 => return self.mints.skew.set(self.chance.pick(&[0, 0, 70_000, -30_000])),
            _ => {
                let (sim, jump) =
                    (&self.world.sim, ms(self.chance.pick(&[700, 61_000, 9_000_000])));
                let now = sim.now();
                return sim.jump_to(match self.chance.below(4) {
                    0 if jump < ms(900_000) => now.before(jump),
                    _ => now.after(jump),
                });
            }
        };
        self.client.dispatch(event);
    }

    /// Whether who is there now may see something with this tag.
    fn may_see(&self, tag: &str) -> bool {
        let (owner, last) = (self.caller.owner(), self.caller.last.borrow());
        let is_of = |who: &str| owner == who || (owner == "unknown" && *last == who);
        match tag.strip_prefix('~') {
            Some(before) => before.is_empty() || is_of(before),
            None => tag == "public" || tag == owner,
        }
    }

    /// What must hold at every moment: also in the midst of a turn, before any task has run.
    fn check(&self) {
        let engine = self.client.engine().expect("an idle engine");
        if let Err(what) = engine.check() {
            panic!("{what}");
        }
        drop(engine);
        let owner = self.caller.owner();
        if !self.is_behind {
            assert_eq!(owner, state_name(&self.world.clerk.auth_state()), "whose the cache is");
        }
        for observer in &self.mounted {
            let data = observer.data::<Datum>();
            let is_mine = data.as_ref().is_none_or(|data| self.may_see(data.owner()));
            assert!(is_mine, "{owner:?} sees {data:?}");
            let error = observer.see(|shown| shown.error.clone());
            let error = error.as_ref().and_then(Failure::downcast_ref::<FetchError>);
            let text = error.and_then(|error| error.status_error()).map(|error| &error.text);
            assert!(text.is_none_or(|text| self.may_see(text)), "{owner:?} sees {text:?}");
        }
    }

    /// What must hold when all has run that can: nothing of anybody else is anywhere in memory.
    fn check_at_rest(&mut self) {
        self.world.sim.flush();
        self.check();
        // A write that nobody has begun may be on its way for whoever comes.
        for tag in Datum::alive().into_iter().filter(|tag| tag != "nobody") {
            let owner = self.caller.owner();
            assert!(self.may_see(&tag), "something of {tag:?} is left under {owner:?}");
        }
        let passed = self.passed;
        self.tokens.retain(|(_, outcome)| outcome.take().is_none());
        let late = self.tokens.iter().find(|(since, _)| passed - since > 10_000);
        assert!(late.is_none(), "somebody waits for a token longer than the deadline");
    }

    fn end(mut self) {
        self.mints.is_calm.set(true);
        self.server.is_calm.set(true);
        self.mounted.clear();
        for event in [Event::Visible(true), Event::Online(true)] {
            self.client.dispatch(event);
        }
        self.pass_an_hour();
        self.world.fake.becomes(signed_in("alice"));
        self.is_behind = false;
        // All is well again, for everybody who asks.
        let calm = self.world.sim.run(self.caller.ask(Method::Get, 0, None));
        self.world.sim.advance(Duration::from_secs(2));
        let answer = calm.take().expect("an answer").expect("a good one");
        assert_eq!(answer.owner(), "user_alice\nsess_alice\n");
        drop(answer);
        self.pass_an_hour();
        self.check_at_rest();
        for (what, outcome) in &self.waiting {
            assert!(outcome.take().is_some(), "an unanswered {what}");
        }
        let engine = self.client.engine().expect("an idle engine");
        let left = (engine.entry_count(), engine.observer_count(), engine.fetching_count());
        assert_eq!(left, (0, 0, 0), "entries, observers, fetches");
        drop(engine);
        assert_eq!(self.world.sim.task_count(), 0, "tasks");
        assert!(self.world.sim.timer_count() <= 1, "timers");
        let (fake, sim) = (self.world.fake.clone(), self.world.sim.clone());
        drop(self);
        assert!(fake.is_unheard(), "listeners");
        assert_eq!((sim.timer_count(), sim.task_count()), (0, 0), "timers, tasks of nobody");
        assert!(Datum::alive().is_empty(), "{:?}", Datum::alive());
    }

    fn pass_an_hour(&mut self) {
        self.passed += 3_600_000;
        self.world.sim.advance(Duration::from_secs(3_600));
    }
}

/// Alice, whose session is not complete yet.
fn pending() -> ClerkSnapshot {
    let mut alice = signed_in("alice");
    clerk_world::of(&mut alice.session).status = SessionStatus::Pending;
    alice
}

/// Alice, while Clerk is not well.
fn unwell(status: ClerkStatus) -> ClerkSnapshot {
    ClerkSnapshot { status, ..signed_in("alice") }
}

/// Polls once, and is ready whatever comes of it.
async fn poll_once(mut future: Pin<&mut impl Future<Output = ()>>) {
    std::future::poll_fn(|cx| {
        let _ready = future.as_mut().poll(cx);
        Poll::Ready(())
    })
    .await;
}

#[test]
fn nothing_of_one_user_is_seen_sent_or_kept_under_another_in_any_story() {
    for seed in 1..=2_000 {
        let told = std::panic::catch_unwind(|| {
            let mut story = Story::new(seed);
            for _ in 0..60 {
                story.step();
                story.check();
                story.check_at_rest();
            }
            story.end();
        });
        Datum::forget();
        assert!(told.is_ok(), "the story of seed {seed}");
    }
}
