//! Random stories of mutations: whatever comes in whatever order, the rules hold.

#[path = "support/chance.rs"]
mod chance;
#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use chance::Chance;
use lab::{Lab, Text, key, ms};
use yew_clerk::client::{MutationObserver, QueryError, mutation_options};
use yew_clerk::engine::event::Owner;
use yew_clerk::engine::mutation::MutationFilters;
use yew_clerk::engine::sim::Outcome;

type Result_ = Result<Rc<u32>, QueryError<Text>>;

const SCOPES: [Option<&str>; 4] = [None, Some("a"), Some("a"), Some("b")];

/// What the functions see while they run.
#[derive(Default)]
struct Watched {
    online: Cell<bool>,
    owner: Cell<u32>,
    running: RefCell<Vec<&'static str>>,
    broken: RefCell<Vec<String>>,
}

impl Watched {
    fn expect(&self, holds: bool, rule: &str) {
        if !holds {
            self.broken.borrow_mut().push(rule.to_owned());
        }
    }
}

/// Says that a function of a scope runs, until it has ended or was dropped.
struct Runs(Rc<Watched>, Option<&'static str>);

impl Runs {
    fn begin(watched: &Rc<Watched>, scope: Option<&'static str>) -> Self {
        if let Some(scope) = scope {
            let mut running = watched.running.borrow_mut();
            watched.expect(!running.contains(&scope), "one at a time in a scope");
            running.push(scope);
        }
        Self(watched.clone(), scope)
    }
}

impl Drop for Runs {
    fn drop(&mut self) {
        let mut running = self.0.running.borrow_mut();
        if let Some(at) = running.iter().position(|scope| Some(*scope) == self.1) {
            running.remove(at);
        }
    }
}

struct Story {
    lab: Lab,
    watched: Rc<Watched>,
    observers: Vec<MutationObserver<u32, u32, Text>>,
    calls: Vec<Outcome<Result_>>,
}

impl Story {
    fn new(chance: &Rc<RefCell<Chance>>) -> Self {
        let lab = Lab::new();
        let watched = Rc::new(Watched::default());
        watched.online.set(true);
        let observers = SCOPES.map(|scope| {
            let (sim, seen, luck) = (lab.sim.clone(), watched.clone(), chance.clone());
            let told = watched.clone();
            let options = mutation_options(move |owner: Rc<u32>| {
                seen.expect(seen.online.get(), "no start while offline");
                seen.expect(*owner == seen.owner.get(), "no start for another user");
                let runs = Runs::begin(&seen, scope);
                let (takes, fails) = {
                    let mut luck = luck.borrow_mut();
                    (luck.below(30), luck.below(3) == 0)
                };
                let wait = sim.sleep(ms(takes));
                async move {
                    wait.await;
                    drop(runs);
                    if fails { Err("no") } else { Ok(*owner) }
                }
            });
            let options = options.retry(1).retry_delay(ms(20)).gc_time(ms(50));
            let options = options.on_settled(move |_, owner, _| {
                told.expect(*owner == told.owner.get(), "no word to another user");
            });
            let options = match scope {
                Some(scope) => options.scope(scope),
                None => options,
            };
            lab.client.mutation(options, Rc::new(|| {}))
        });
        Self { lab, watched, observers: observers.into(), calls: Vec::new() }
    }

    fn step(&mut self, chance: &Rc<RefCell<Chance>>) {
        let below = |n| chance.borrow_mut().below(n);
        let which = usize::try_from(below(4)).unwrap();
        let handle = self.observers[which].handle();
        match below(12) {
            0..=4 => {
                let call = handle.mutate(self.watched.owner.get());
                self.calls.push(self.lab.run(call));
            }
            5 => handle.cancel(),
            6 => handle.reset(),
            7 => {
                let online = below(2) == 0;
                self.watched.online.set(online);
                self.lab.online(online);
            }
            8 => self.lab.hide(),
            9 => self.lab.show(),
            10 if below(3) == 0 => {
                self.watched.owner.set(self.watched.owner.get() + 1);
                let name = self.watched.owner.get().to_string();
                self.lab.own(Owner::Identity(name.as_str().into()));
            }
            _ => self.lab.advance(below(40)),
        }
    }

    /// The page is looked at and online again, and time passes.
    fn end(&self) {
        self.watched.online.set(true);
        self.lab.show();
        self.lab.online(true);
        self.lab.advance(5_000);
    }
}

#[test]
fn whatever_happens_scopes_are_serial_nothing_is_lost_and_everything_comes_to_an_end() {
    for seed in 0..400 {
        let chance = Rc::new(RefCell::new(Chance::new(seed)));
        let mut story = Story::new(&chance);
        let server = story.lab.counter(1);
        let _shown = story.lab.query(&server.query("k"));
        for _ in 0..60 {
            story.step(&chance);
            let broken = story.watched.broken.take();
            assert!(broken.is_empty(), "story {seed}: {broken:?}");
        }
        story.end();
        let mutating = story.lab.client.is_mutating(MutationFilters::default());
        let unanswered = story.calls.iter().filter(|call| call.take().is_none()).count();
        assert_eq!((mutating, unanswered), (0, 0), "story {seed}");
        assert_eq!(story.lab.sim.task_count(), 0, "story {seed}");
        // The queries do not wait for ever.
        let before = server.calls();
        story.lab.online(false);
        story.lab.online(true);
        story.lab.advance(10);
        assert_eq!(server.calls(), before + 1, "story {seed}");
        assert!(story.lab.state(key("k")).is_some());
        story.observers.clear();
        story.lab.advance(100);
        let left = story.lab.client.mutation_state(MutationFilters::default(), |_| ());
        assert!(left.is_empty(), "story {seed}");
    }
}
