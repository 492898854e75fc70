//! Long random stories, each the same at every run, in which the books of the engine have to agree after every
//! step, and nothing may be left over in the end.

#[path = "support/chance.rs"]
mod chance;
#[path = "support/lab.rs"]
mod lab;

use std::time::Duration;

use chance::Chance;
use lab::{Lab, Observer, Text, alice, bob, ms};
use yew_clerk::client::{MutatorOptions, QueryClient, erase_fetcher};
use yew_clerk::engine::effect::{FetchContext, Fetcher};
use yew_clerk::engine::event::{Event, Owner};
use yew_clerk::engine::filters::Filters;
use yew_clerk::engine::key::IntoKey;
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::observing::Watch;
use yew_clerk::engine::options::{
    Access, Interval, NetworkMode, ObserverOptions, RetryDelay, StaleTime,
};
use yew_clerk::engine::queries::RefetchType;
use yew_clerk::engine::sim::Outcome;

/// Whose data it is: the name of the owner, `public`, or `hand` for what the test writes as nobody's.
type Tagged = (String, u64);

fn owner_name(client: &QueryClient) -> String {
    match client.engine().expect("an idle engine").owner() {
        Owner::Identity(name) => name.to_string(),
        Owner::Nobody => "nobody".into(),
        Owner::Unknown => "unknown".into(),
    }
}

struct Story {
    lab: Lab,
    chance: Chance,
    mounted: Vec<Observer>,
    waiting: Vec<(Text, Outcome<()>)>,
}

/// Keys 0 and 1 are private, 2 needs sign-in, 3 is public.
const KEYS: [u64; 4] = [0, 1, 2, 3];

fn access_of(key: u64) -> Access {
    match key {
        3 => Access::Public,
        2 => Access::SignedIn,
        _ => Access::Private,
    }
}

impl Story {
    fn new(seed: u64) -> Self {
        Self {
            lab: Lab::new(),
            chance: Chance::new(seed),
            mounted: Vec::new(),
            waiting: Vec::new(),
        }
    }

    fn fetcher(&mut self, key: u64) -> Fetcher {
        let (client, sim) = (self.lab.client.downgrade(), self.lab.sim.clone());
        let (delay, fails, consumes) =
            (self.chance.below(40), self.chance.below(3) == 0, self.chance.yes());
        erase_fetcher(move |context: FetchContext| {
            if consumes {
                context.signal.consume();
            }
            let client = client.upgrade().expect("the lab's client");
            let tag = if key == 3 { "public".into() } else { owner_name(&client) };
            let wait = (delay > 0).then(|| sim.sleep(ms(delay)));
            async move {
                if let Some(wait) = wait {
                    wait.await;
                }
                if fails { Err("no") } else { Ok::<Tagged, Text>((tag, key)) }
            }
        })
    }

    fn options(&mut self, key: u64) -> ObserverOptions {
        let chance = &mut self.chance;
        let base = if chance.yes() { ObserverOptions::swr() } else { ObserverOptions::query() };
        let spans = [Duration::ZERO, ms(1), ms(20), ms(100), Duration::MAX];
        ObserverOptions {
            enabled: chance.below(5) > 0,
            access: access_of(key),
            stale_time: StaleTime::After(chance.pick(&spans)),
            gc_time: chance.pick(&spans[..4]),
            deduping_interval: chance.pick(&spans[..4]),
            focus_throttle: chance.pick(&spans),
            interval: match chance.below(3) {
                0 => Interval::Every(chance.pick(&[ms(7), ms(30), Duration::MAX])),
                _ => Interval::Off,
            },
            interval_when_hidden: chance.yes(),
            retry_delay: RetryDelay::Fixed(chance.pick(&[Duration::ZERO, ms(3), ms(50)])),
            network_mode: chance.pick(&[
                NetworkMode::Online,
                NetworkMode::Always,
                NetworkMode::OfflineFirst,
            ]),
            keep_previous_data: chance.yes(),
            ..base
        }
    }

    fn watch(&mut self) -> Watch {
        let key = self.chance.pick(&KEYS);
        let options = self.options(key).into();
        let has_key = self.chance.below(6) > 0;
        let fetcher = (self.chance.below(8) > 0).then(|| self.fetcher(key));
        let key = if has_key { key.to_key().expect("a key") } else { None };
        Watch { key, options, fetcher }
    }

    fn filters(&mut self) -> Filters {
        let key = self.chance.pick(&KEYS).to_key().expect("a key");
        if self.chance.yes() { Filters { key, ..Filters::default() } } else { Filters::default() }
    }

    fn wait_for(&mut self, what: Text, future: impl Future<Output = ()> + 'static) {
        if self.chance.below(4) == 0 {
            // Somebody who is not interested.
            return drop(future);
        }
        let outcome = self.lab.sim.run(future);
        self.waiting.push((what, outcome));
    }

    fn any(&mut self) -> Option<usize> {
        let len = self.mounted.len() as u64;
        if len == 0 { None } else { usize::try_from(self.chance.below(len)).ok() }
    }

    fn step(&mut self) {
        let client = self.lab.client.clone();
        match self.chance.below(24) {
            0..=3 => {
                let watch = self.watch();
                self.mounted.push(Observer::new(&client, watch, Fields::ALL));
            }
            4..=5 => {
                if let Some(at) = self.any() {
                    self.mounted.swap_remove(at);
                }
            }
            6..=7 => {
                let watch = self.watch();
                if let Some(at) = self.any() {
                    self.mounted[at].update(watch);
                }
            }
            8 => {
                if let Some(at) = self.any() {
                    let started = self.mounted[at].observer().refetch(self.chance.yes());
                    self.wait_for("refetch", async { drop(started.await) });
                }
            }
            9..=12 => self.command(&client),
            13..=15 => self.write(&client),
            16..=18 => self.world(),
            _ => {
                let span = self.chance.pick(&[0, 1, 5, 17, 60, 400]);
                self.lab.advance(span);
            }
        }
    }

    fn command(&mut self, client: &QueryClient) {
        let filters = self.filters();
        match self.chance.below(6) {
            0 => {
                let kinds = [RefetchType::Active, RefetchType::All, RefetchType::None];
                let started = client.invalidate_queries_with(filters, self.chance.pick(&kinds));
                self.wait_for("invalidate", started);
            }
            1 => {
                let started = client.refetch_queries(filters);
                self.wait_for("refetch_queries", started);
            }
            2 => {
                let started = client.reset_queries(filters);
                self.wait_for("reset", started);
            }
            3 => client.cancel_queries(filters),
            4 => client.remove_queries(filters),
            _ => {
                let key = self.chance.pick(&KEYS);
                let started = client.mutate::<Tagged, Text>(key);
                self.wait_for("mutate", async { drop(started.await) });
            }
        }
    }

    fn write(&mut self, client: &QueryClient) {
        let key = self.chance.pick(&KEYS);
        let tag = if key == 3 { "public".into() } else { owner_name(client) };
        if self.chance.yes() {
            client.set_query_data(key, (tag, key)).expect("a key");
            return;
        }
        let (wait, fails) = (self.lab.sim.sleep(ms(self.chance.below(50))), self.chance.yes());
        let mut options = MutatorOptions::<Tagged>::new()
            .revalidate(self.chance.yes())
            .populate_cache(self.chance.yes())
            .rollback_on_error(self.chance.yes());
        if self.chance.yes() {
            options = options.optimistic_data((tag.clone(), 100 + key));
        }
        let work = async move {
            wait.await;
            if fails { Err("no") } else { Ok((tag, 200 + key)) }
        };
        let started = client.mutate_async(key, work, options);
        self.wait_for("mutate_async", async { drop(started.await) });
    }

    fn world(&mut self) {
        let event = match self.chance.below(6) {
            0 => Event::Visible(self.chance.yes()),
            1 => Event::Focus,
            2 => Event::Online(self.chance.yes()),
            3 => {
                let sim = &self.lab.sim;
                let now = sim.now();
                let jump = ms(self.chance.below(1_000));
                sim.jump_to(if self.chance.yes() { now.after(jump) } else { now.before(jump) });
                return;
            }
            _ => Event::Owner(self.chance.pick(&[alice(), bob(), Owner::Unknown, Owner::Nobody])),
        };
        self.lab.client.dispatch(event);
    }

    fn check(&self) {
        let engine = self.lab.client.engine().expect("an idle engine");
        if let Err(what) = engine.check() {
            panic!("{what}");
        }
        drop(engine);
        let owner = owner_name(&self.lab.client);
        let belongs = |data: &Tagged| data.0 == "public" || data.0 == owner || data.0 == "unknown";
        for observer in &self.mounted {
            let data = observer.data::<Tagged>();
            assert!(data.as_ref().is_none_or(belongs), "{owner} sees {data:?}");
        }
        for key in KEYS {
            let data = self.lab.data::<Tagged>(key);
            assert!(data.as_ref().is_none_or(belongs), "{owner} finds {data:?}");
        }
    }

    fn end(mut self) {
        self.mounted.clear();
        for event in [Event::Visible(true), Event::Online(true), Event::Owner(alice())] {
            self.lab.send(event);
        }
        self.check();
        self.lab.sim.advance(Duration::from_secs(3_600));
        self.check();
        for (what, outcome) in &self.waiting {
            assert!(outcome.take().is_some(), "an unanswered {what}");
        }
        let engine = self.lab.client.engine().expect("an idle engine");
        let left = (engine.entry_count(), engine.observer_count(), engine.fetching_count());
        assert_eq!(left, (0, 0, 0), "entries, observers, fetches");
        assert!(engine.timer_count() < 200 && self.lab.sim.timer_count() <= 1);
        assert_eq!(self.lab.sim.task_count(), 0, "tasks");
    }
}

#[test]
fn the_books_agree_after_every_step_of_any_story() {
    for seed in 1..=300 {
        let told = std::panic::catch_unwind(|| {
            let mut story = Story::new(seed);
            for _ in 0..200 {
                story.step();
                story.check();
            }
            story.end();
        });
        assert!(told.is_ok(), "the story of seed {seed}");
    }
}
