//! Long random stories in which somebody who only listens knows the cache as well as who looks into it.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/chance.rs"]
mod chance;
#[path = "support/lab.rs"]
mod lab;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use chance::Chance;
use lab::{Lab, Observer, Swr, Text, alice, bob, ms};
use yew_clerk::client::{MutatorOptions, QueryClient, QueryOptions};
use yew_clerk::engine::entry::QueryState;
use yew_clerk::engine::erased::{Data, Failure};
use yew_clerk::engine::event::Owner;
use yew_clerk::engine::events::{QueryAction, QueryCacheEvent, QueryEventKind};
use yew_clerk::engine::filters::Filters;
use yew_clerk::engine::key::Key;
use yew_clerk::engine::options::Access;

/// What a listener can know of a query.
#[derive(Default)]
struct Known {
    observers: usize,
    /// Whether it was updated since the last look.
    is_updated: bool,
    /// What was seen at the last look.
    state: Option<QueryState>,
}

/// Who only listens.
#[derive(Clone, Default)]
struct Books(Rc<RefCell<HashMap<Key, Known>>>);

impl Books {
    fn hear(&self, event: &QueryCacheEvent) {
        let mut books = self.0.borrow_mut();
        let is_new = event.kind == QueryEventKind::Added;
        assert_eq!(books.contains_key(&event.key), !is_new, "{event:?}");
        if event.kind == QueryEventKind::Removed {
            books.remove(&event.key);
            return;
        }
        let known = books.entry(event.key.clone()).or_default();
        match event.kind {
            QueryEventKind::ObserverAdded => known.observers += 1,
            QueryEventKind::ObserverRemoved => known.observers -= 1,
            QueryEventKind::Updated(_) => known.is_updated = true,
            _ => {}
        }
    }

    /// What was heard agrees with what is there, and nothing has changed unheard.
    fn check(&self, client: &QueryClient, step: &str) {
        let mut books = self.0.borrow_mut();
        let all = client.query_cache().get_all();
        assert_eq!(all.len(), books.len(), "{step}");
        for query in all {
            let known = books.get_mut(query.key()).expect("a query that was told of");
            assert_eq!(known.observers, query.observers_count(), "{step}: {}", query.key());
            if let Some(before) = &known.state
                && !known.is_updated
            {
                assert_same(before, query.state(), &format!("{step}: {}", query.key()));
            }
            known.is_updated = false;
            known.state = Some(query.state().clone());
        }
    }
}

fn assert_same(before: &QueryState, after: &QueryState, step: &str) {
    let data = |state: &QueryState| state.data.as_ref().and_then(Data::get::<i32>).map(|n| *n);
    let texts = |state: &QueryState| {
        let text = |failure: &Option<Failure>| failure.as_ref().and_then(Failure::get::<Text>);
        (text(&state.error), text(&state.failure_reason))
    };
    let rest = |state: &QueryState| {
        let times = (state.data_updated_at, state.error_updated_at);
        let counts = (state.data_update_count, state.error_update_count, state.failure_count);
        (times, counts, state.status, state.fetch_status, state.is_invalidated)
    };
    assert_eq!(data(before), data(after), "{step}");
    assert_eq!(texts(before), texts(after), "{step}");
    assert_eq!(rest(before), rest(after), "{step}");
}

struct Story {
    lab: Lab,
    chance: Chance,
    mounted: Vec<Observer>,
}

impl Story {
    fn key(&mut self) -> Text {
        self.chance.pick(&["a", "b", "c", "public"])
    }

    fn server(&mut self) -> lab::Server<i32> {
        let (delay, fails) = (self.chance.below(20), self.chance.below(3));
        let server = self.lab.server(delay, move |n| {
            if u64::from(n) % 3 < fails { Err("no") } else { Ok(i32::try_from(n).unwrap()) }
        });
        if self.chance.yes() { server.abortable() } else { server }
    }

    fn query(&mut self) -> QueryOptions<i32, Text> {
        let key = self.key();
        let access = match key {
            "public" => Access::Public,
            "c" => Access::SignedIn,
            _ => Access::Private,
        };
        let query = self.server().query(key).access(access).gc_time(ms(self.chance.below(60)));
        let query = query.retry(u32::try_from(self.chance.below(3)).unwrap()).retry_delay(ms(7));
        let query = query.enabled(self.chance.below(5) > 0).stale_time(ms(self.chance.below(30)));
        if self.chance.below(6) == 0 { query.initial_data(100) } else { query }
    }

    fn mount(&mut self) {
        let observer = if self.chance.yes() {
            let query = self.query();
            self.lab.query(&query)
        } else {
            let options = Swr::new().deduping_interval(Duration::ZERO).error_retry_interval(ms(5));
            let (key, server) = (self.key(), self.server());
            self.lab.swr(key, &server, &options)
        };
        self.mounted.push(observer);
    }

    fn observer(&mut self) -> Option<usize> {
        let n = self.mounted.len() as u64;
        (n > 0).then(|| usize::try_from(self.chance.below(n)).unwrap())
    }

    fn mutate(&mut self, key: Text) {
        let wait = self.lab.sim.sleep(ms(self.chance.below(30)));
        let result = if self.chance.yes() { Ok(50) } else { Err("no") };
        let work = async move {
            wait.await;
            result
        };
        let options = MutatorOptions::new().revalidate(self.chance.yes());
        let options = if self.chance.yes() { options.optimistic_data(60) } else { options };
        let options = options.rollback_on_error(self.chance.yes());
        drop(self.lab.client.mutate_async::<i32, Text>(key, work, options));
    }

    fn step(&mut self) -> u64 {
        let (kind, key, client) = (self.chance.below(22), self.key(), self.lab.client.clone());
        match kind {
            0..=2 => self.mount(),
            3 | 4 => drop(self.observer().map(|at| self.mounted.swap_remove(at))),
            5 => {
                if let Some(at) = self.observer() {
                    let query = self.query();
                    self.mounted[at].update(self.lab.query_watch(&query));
                }
            }
            6 => drop(self.observer().map(|at| self.mounted[at].refetch())),
            7 => drop(client.set_query_data(key, 7)),
            8 => drop(client.invalidate_queries(key)),
            9 => client.cancel_queries(key),
            10 => drop(client.reset_queries(key)),
            11 => client.remove_queries(key),
            12 => self.mutate(key),
            13 => drop(client.mutate::<i32, Text>(key)),
            14 => {
                let quiet = MutatorOptions::new().revalidate(self.chance.yes());
                drop(client.mutate_clear::<i32, Text>(key, quiet));
            }
            15 => {
                let query = self.query();
                drop(client.fetch_query(query));
            }
            16 => {
                let owner = self.chance.pick(&[alice(), bob(), Owner::Nobody, Owner::Unknown]);
                client.set_owner(owner);
            }
            17 => client.online_manager().set_online(self.chance.yes()),
            18 => {
                let focused = self.chance.pick(&[Some(true), Some(false), None]);
                client.focus_manager().set_focused(focused);
            }
            19 if self.chance.below(4) == 0 => client.unload(),
            20 if self.chance.below(4) == 0 => client.clear(),
            _ => {}
        }
        kind
    }

    fn steps(&mut self) -> Vec<u64> {
        if self.chance.below(4) > 0 {
            return vec![self.step()];
        }
        let client = self.lab.client.clone();
        client.batch(|_| (0..4).map(|_| self.step()).collect())
    }
}

#[test]
fn who_listens_knows_what_is_there_who_watches_it_and_when_it_changes() {
    for seed in 0..120 {
        let lab = Lab::new();
        let books = Books::default();
        let hears = books.clone();
        let _listens = lab.client.query_cache().subscribe(move |event| hears.hear(event));
        let mut story = Story { lab, chance: Chance::new(seed), mounted: Vec::new() };
        for n in 0..120 {
            let steps = story.steps();
            story.lab.flush();
            books.check(&story.lab.client, &format!("seed {seed}, step {n}: {steps:?}"));
            let span = story.chance.below(15);
            story.lab.advance(span);
            books.check(&story.lab.client, &format!("seed {seed}, after step {n}: {steps:?}"));
        }
        story.mounted.clear();
        story.lab.client.clear();
        story.lab.flush();
        assert!(books.0.borrow().is_empty());
    }
}

/// What a listener does to the cache in the middle of everything.
#[test]
fn listeners_that_meddle_leave_each_other_a_true_picture() {
    for seed in 0..80 {
        let lab = Lab::new();
        let books = Books::default();
        let hears = books.clone();
        let chance = RefCell::new(Chance::new(seed + 1_000));
        let client = lab.client.downgrade();
        let _meddles = lab.client.query_cache().subscribe(move |event| {
            let (mut chance, client) = (chance.borrow_mut(), client.upgrade().unwrap());
            let filters = Filters::exact(event.key.clone());
            match chance.below(40) {
                0 => client.remove_queries(filters),
                1 => drop(client.invalidate_queries(filters)),
                2 => client.cancel_queries(filters),
                3 => client.set_owner(chance.pick(&[alice(), bob()])),
                4 => drop(client.set_query_data("meddled", 1)),
                5 => drop(client.reset_queries(filters)),
                _ => {}
            }
        });
        let _listens = lab.client.query_cache().subscribe(move |event| hears.hear(event));
        let mut story = Story { lab, chance: Chance::new(seed), mounted: Vec::new() };
        for n in 0..80 {
            let steps = story.steps();
            let span = story.chance.below(15);
            story.lab.advance(span);
            books.check(&story.lab.client, &format!("seed {seed}, step {n}: {steps:?}"));
        }
    }
}

#[test]
fn fetches_begin_and_end_in_turn() {
    for seed in 0..60 {
        let lab = Lab::new();
        let open = Rc::new(RefCell::new(HashMap::<Key, bool>::new()));
        let opens = open.clone();
        let _listens = lab.client.query_cache().subscribe(move |event| {
            let QueryEventKind::Updated(action) = event.kind else { return };
            let mut open = opens.borrow_mut();
            let is_open = open.entry(event.key.clone()).or_default();
            match action {
                QueryAction::Fetch => *is_open = true,
                QueryAction::Success { manual: false } | QueryAction::Error => {
                    assert!(std::mem::take(is_open), "seed {seed}: {event:?}");
                }
                QueryAction::Failed | QueryAction::Pause | QueryAction::Continue => {
                    assert!(*is_open, "seed {seed}: {event:?}");
                }
                _ => {}
            }
        });
        let mut story = Story { lab, chance: Chance::new(seed), mounted: Vec::new() };
        for _ in 0..120 {
            story.steps();
            let span = story.chance.below(15);
            story.lab.advance(span);
        }
    }
}
