//! Long random stories of mutations, preloads, subscriptions and unloads among hooks that come and go and users who
//! sign in and out: the same at every run, with the books looked at after every step.

#[path = "support/chance.rs"]
mod chance;
#[path = "support/lab.rs"]
mod lab;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use chance::Chance;
use lab::{Lab, Observer, Text, alice, bob, ms};
use yew_clerk::client::{
    MutatorOptions, Next, QueryClient, SwrMutation, SwrMutationOptions, SwrOptions,
    SwrSubscription, erase_fetcher,
};
use yew_clerk::engine::event::{Event, Owner};
use yew_clerk::engine::key::IntoKey;
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::observing::Watch;
use yew_clerk::engine::options::Access;
use yew_clerk::engine::sim::Outcome;

/// Whose data it is, and where it came from.
type Tagged = (String, u64);
type Options = SwrOptions<Tagged, Text>;
type Subscription = SwrSubscription<Tagged, Text>;
type Mutation = SwrMutation<(), Tagged, Text>;

/// Keys 0 and 1 are private, 2 needs sign-in, 3 is public.
const KEYS: [u64; 4] = [0, 1, 2, 3];

fn owner_name(client: &QueryClient) -> String {
    match client.engine().expect("an idle engine").owner() {
        Owner::Identity(name) => name.to_string(),
        Owner::Nobody => "nobody".into(),
        Owner::Unknown => "unknown".into(),
    }
}

fn tag(client: &QueryClient, key: u64) -> Tagged {
    (if key == 3 { "public".into() } else { owner_name(client) }, key)
}

/// The live subscriptions of each key.
type Live = Rc<RefCell<BTreeMap<u64, Vec<Next<Tagged, Text>>>>>;

struct Story {
    lab: Lab,
    chance: Chance,
    hooks: Vec<Observer>,
    subscriptions: Vec<(u64, Subscription)>,
    mutations: Vec<Mutation>,
    live: Live,
    waiting: Vec<(Text, Outcome<()>)>,
}

impl Story {
    fn new(seed: u64) -> Self {
        Self {
            lab: Lab::new(),
            chance: Chance::new(seed),
            hooks: Vec::new(),
            subscriptions: Vec::new(),
            mutations: Vec::new(),
            live: Live::default(),
            waiting: Vec::new(),
        }
    }

    fn options(&mut self, key: u64) -> Options {
        let chance = &mut self.chance;
        Options::new()
            .access(match key {
                3 => Access::Public,
                2 => Access::SignedIn,
                _ => Access::Private,
            })
            .deduping_interval(chance.pick(&[ms(0), ms(20), ms(2_000)]))
            .gc_time(chance.pick(&[ms(0), ms(30), ms(5_000)]))
            .keep_previous_data(chance.yes())
            .revalidate_if_stale(chance.yes())
            .callbacks_of_all_requests(chance.yes())
            .error_retry_interval(chance.pick(&[ms(3), ms(50)]))
    }

    /// What a server answers after a while, for the user of the moment when it was asked.
    fn work(&mut self, key: u64) -> impl Future<Output = Result<Tagged, Text>> + use<> {
        let (delay, fails) = (self.chance.below(40), self.chance.below(3) == 0);
        let (wait, tag) = (self.lab.sim.sleep(ms(delay)), tag(&self.lab.client, key));
        async move {
            wait.await;
            if fails { Err("no") } else { Ok(tag) }
        }
    }

    fn mutator_options(&mut self, key: u64) -> MutatorOptions<Tagged> {
        let (optimistic, revalidates) = (tag(&self.lab.client, key), self.chance.yes());
        let chance = &mut self.chance;
        let options = MutatorOptions::new()
            .populate_cache(chance.yes())
            .throw_on_error(chance.yes())
            .rollback_on_error(chance.yes())
            .revalidate_with(move |_, _| revalidates);
        match chance.below(3) {
            0 => options.optimistic_data(optimistic),
            1 => options.optimistic_data_with(move |_, displayed| {
                displayed.map_or_else(|| optimistic.clone(), |data| (data.0.clone(), data.1 + 1))
            }),
            _ => options,
        }
    }

    fn wait_for(&mut self, what: Text, future: impl Future<Output = ()> + 'static) {
        let outcome = self.lab.sim.run(future);
        self.waiting.push((what, outcome));
    }

    fn any(&mut self, len: usize) -> Option<usize> {
        (len > 0).then(|| usize::try_from(self.chance.below(len as u64)).unwrap_or(0))
    }

    fn watch(&mut self, key: u64) -> Watch {
        let (client, sim) = (self.lab.client.downgrade(), self.lab.sim.clone());
        let (delay, fails) = (self.chance.below(40), self.chance.below(3) == 0);
        let fetcher = erase_fetcher(move |_| {
            let tag = tag(&client.upgrade().expect("the lab's client"), key);
            let wait = sim.sleep(ms(delay));
            async move {
                wait.await;
                if fails { Err("no") } else { Ok::<Tagged, Text>(tag) }
            }
        });
        let options = self.options(key).resolved();
        Watch { key: key.to_key().expect("a key"), options, fetcher: Some(fetcher) }
    }

    fn subscribe(&mut self, key: u64) -> impl Fn(Next<Tagged, Text>) -> Box<dyn FnOnce()> + use<> {
        let live = self.live.clone();
        move |next| {
            live.borrow_mut().entry(key).or_default().push(next);
            let live = live.clone();
            Box::new(move || drop(live.borrow_mut().entry(key).or_default().remove(0)))
        }
    }

    fn step(&mut self) {
        let client = self.lab.client.clone();
        let key = self.chance.pick(&KEYS);
        match self.chance.below(22) {
            0..=2 => {
                let watch = self.watch(key);
                self.hooks.push(Observer::new(&client, watch, Fields::ALL));
            }
            3 => {
                let watch = self.watch(key);
                if let Some(at) = self.any(self.hooks.len()) {
                    self.hooks[at].update(watch);
                }
            }
            4..=5 => {
                if let Some(at) = self.any(self.hooks.len()) {
                    self.hooks.swap_remove(at);
                }
            }
            6..=8 => self.listen(key),
            9..=12 => self.write(&client, key),
            13 => {
                let options = self.options(key);
                let work = RefCell::new(Some(self.work(key)));
                let fetcher = move |_| {
                    let work = work.borrow_mut().take();
                    async move {
                        match work {
                            Some(work) => work.await,
                            None => Err("once"),
                        }
                    }
                };
                let started = client.preload_with(key, fetcher, &options);
                self.wait_for("preload", async { drop(started.await) });
            }
            14 if self.chance.below(4) == 0 => client.unload_with(self.chance.yes()),
            15..=16 => client.dispatch(Event::Owner(self.chance.pick(&[
                alice(),
                bob(),
                Owner::Unknown,
                Owner::Nobody,
            ]))),
            17 => client.dispatch(Event::Focus),
            _ => self.lab.advance(self.chance.pick(&[0, 1, 5, 17, 60, 400])),
        }
    }

    fn listen(&mut self, key: u64) {
        match self.chance.below(4) {
            0 => {
                let (options, subscribe) = (self.options(key), self.subscribe(key));
                let hook =
                    self.lab.client.swr_subscription(key, subscribe, &options, Rc::new(|| ()));
                self.subscriptions.push((key, hook.expect("a key")));
            }
            1 => {
                if let Some(at) = self.any(self.subscriptions.len()) {
                    self.subscriptions.swap_remove(at);
                }
            }
            _ => {
                let next = self.live.borrow().get(&key).and_then(|live| live.last().cloned());
                let tag = tag(&self.lab.client, key);
                match next {
                    Some(next) if self.chance.yes() => next.data(tag),
                    Some(next) => next.error("no"),
                    None => {}
                }
            }
        }
    }

    fn write(&mut self, client: &QueryClient, key: u64) {
        let options = self.mutator_options(key);
        let work = self.work(key);
        match self.chance.below(6) {
            0..=1 => {
                let started = client.mutate_async(key, work, options);
                self.wait_for("mutate_async", async { drop(started.await) });
            }
            2 => drop(client.mutate_clear::<Tagged, Text>(key, options)),
            3 => {
                let started = client.mutate_matching_async([key], work, options);
                self.wait_for("mutate_matching", async { drop(started.await) });
            }
            4 => {
                let options = SwrMutationOptions::new().populate_cache(self.chance.yes());
                let work = RefCell::new(Some(work));
                let run = move |()| {
                    let work = work.borrow_mut().take();
                    async move { work.ok_or("once")?.await }
                };
                let mutation = client.swr_mutation(key, run, options, Rc::new(|| ()));
                let started = mutation.trigger(());
                self.wait_for("trigger", async { drop(started.await) });
                self.mutations.push(mutation);
            }
            _ => {
                let started = client.mutate::<Tagged, Text>(key);
                self.wait_for("mutate", async { drop(started.await) });
            }
        }
    }

    fn check(&self) {
        let engine = self.lab.client.engine().expect("an idle engine");
        engine.check().unwrap_or_else(|what| panic!("{what}"));
        drop(engine);
        let owner = owner_name(&self.lab.client);
        // Who was unknown may have been the one who is known now.
        let belongs = |data: &Tagged| data.0 == "public" || data.0 == owner || data.0 == "unknown";
        let hooks = self.hooks.iter().map(Observer::data::<Tagged>);
        let cached = KEYS.iter().map(|key| self.lab.data::<Tagged>(*key));
        let pushed = self.subscriptions.iter().map(|(_, hook)| hook.data().map(|d| (*d).clone()));
        for data in hooks.chain(cached).chain(pushed).flatten() {
            assert!(belongs(&data), "{owner} sees {data:?}");
        }
    }

    /// What holds when everything has had its turn: one subscription for each key that is listened to, and no other.
    fn check_subscriptions(&self) {
        let owner = owner_name(&self.lab.client);
        for key in KEYS {
            let may = key == 3 || (owner != "unknown" && (key != 2 || owner != "nobody"));
            let wanted = may && self.subscriptions.iter().any(|(of, _)| *of == key);
            let live = self.live.borrow().get(&key).map_or(0, Vec::len);
            assert_eq!(live, usize::from(wanted), "subscriptions of {key} for {owner}");
        }
    }

    fn end(mut self) {
        self.hooks.clear();
        self.subscriptions.clear();
        self.mutations.clear();
        self.lab.own(alice());
        self.lab.sim.advance(Duration::from_secs(3_600));
        self.check();
        self.check_subscriptions();
        for (what, outcome) in &self.waiting {
            assert!(outcome.take().is_some(), "an unanswered {what}");
        }
        let engine = self.lab.client.engine().expect("an idle engine");
        let left = (engine.entry_count(), engine.observer_count(), engine.fetching_count());
        assert_eq!(left, (0, 0, 0), "entries, observers, fetches");
        assert_eq!(self.lab.sim.task_count(), 0, "tasks");
    }
}

#[test]
fn nobody_sees_what_is_anothers_and_nothing_is_left_over_in_any_story() {
    for seed in 1..=300 {
        let told = std::panic::catch_unwind(|| {
            let mut story = Story::new(seed);
            for _ in 0..200 {
                story.step();
                story.check();
                if story.chance.below(4) == 0 {
                    story.lab.flush();
                    story.check_subscriptions();
                }
            }
            story.end();
        });
        assert!(told.is_ok(), "the story of seed {seed}");
    }
}
