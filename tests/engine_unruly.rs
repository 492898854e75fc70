//! Components that do not only render when they are told of news: they leave, send others away, fetch, write, bring
//! others along or sign somebody in, in the middle of it all. Random stories, the same at every run.

#[path = "support/chance.rs"]
mod chance;
#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use chance::Chance;
use lab::{Lab, Query, Server, alice, bob, ms};
use yew_clerk::client::{QueryClient, QueryObserver};
use yew_clerk::engine::entry::FetchStatus;
use yew_clerk::engine::event::Owner;
use yew_clerk::engine::observer::{Fields, Snapshot};
use yew_clerk::engine::options::Access;
use yew_clerk::engine::sim::Sim;

const KEYS: [u8; 3] = [0, 1, 2];

/// What a component has rendered.
type Sight = (Option<i32>, FetchStatus, bool);

struct Component {
    observer: QueryObserver,
    seen: Rc<Cell<Sight>>,
    is_there: Rc<Cell<bool>>,
}

/// A place for a component. Whoever does something with one holds it meanwhile, for it may be sent away.
type Place = Rc<RefCell<Option<Rc<Component>>>>;

/// What all components can reach.
struct House {
    client: QueryClient,
    sim: Sim,
    servers: Vec<Server<i32>>,
    chance: RefCell<Chance>,
    places: RefCell<Vec<Place>>,
    /// Futures that were begun, and those that have ended.
    asked: Cell<u32>,
    answered: Rc<Cell<u32>>,
    /// How much may still be done by those who are told, so that a story comes to an end.
    deeds: Cell<u32>,
    /// Calls of listeners whose component was gone.
    late: Cell<u32>,
}

fn sight(shown: &Snapshot) -> Sight {
    let number = shown.data.as_ref().and_then(|data| data.get::<i32>());
    (number.map(|number| *number), shown.fetch_status, shown.is_stale)
}

impl House {
    fn below(&self, n: u64) -> u64 {
        self.chance.borrow_mut().below(n)
    }

    fn yes(&self) -> bool {
        self.below(2) == 0
    }

    fn key(&self) -> u8 {
        self.chance.borrow_mut().pick(&KEYS)
    }

    fn query(&self) -> Query {
        let key = self.key();
        let server = &self.servers[usize::from(key)];
        server.delay.set(self.below(4) * 7);
        let mut chance = self.chance.borrow_mut();
        server
            .query(key)
            .access(if key == 0 { Access::Public } else { Access::Private })
            .stale_time(chance.pick(&[ms(0), ms(20)]))
            .gc_time(chance.pick(&[ms(0), ms(30)]))
            .enabled(chance.below(6) > 0)
            .retry(1)
            .retry_delay(ms(5))
    }

    fn mount(self: &Rc<Self>) {
        let (is_there, seen) = (Rc::new(Cell::new(true)), Rc::<Cell<Sight>>::default());
        let place = Place::default();
        self.places.borrow_mut().push(place.clone());
        let (house, own, there) = (Rc::downgrade(self), Rc::downgrade(&place), is_there.clone());
        let listener = move || {
            let (Some(house), Some(place)) = (house.upgrade(), own.upgrade()) else { return };
            if !there.get() {
                house.late.set(house.late.get() + 1);
            }
            render(&place);
            house.react(&place);
        };
        let watch = self.query().watch(&self.client).expect("a key");
        let observer = self.client.observe(watch, Rc::new(listener));
        observer.view().read(Fields::ALL, |_| ());
        place.replace(Some(Rc::new(Component { observer, seen, is_there })));
        render(&place);
    }

    fn any(&self) -> Option<Place> {
        let places = self.places.borrow();
        let len = places.len() as u64;
        (len > 0).then(|| places[self.below(len) as usize].clone())
    }

    fn wait_for(&self, future: impl Future<Output = ()> + 'static) {
        self.asked.set(self.asked.get() + 1);
        let answered = self.answered.clone();
        self.sim.spawn(Box::pin(async move {
            future.await;
            answered.set(answered.get() + 1);
        }));
    }

    /// Something that anybody may do at any time.
    fn act(self: &Rc<Self>) {
        let (client, key) = (&self.client, self.key());
        match self.below(12) {
            0..=1 => self.mount(),
            2..=3 => self.any().iter().for_each(leave),
            4..=5 => self.change(),
            6 => {
                let cancel = self.yes();
                self.with_any(|component| {
                    let started = component.observer.refetch(cancel);
                    self.wait_for(async { drop(started.await) });
                });
            }
            7 => self.wait_for(client.invalidate_queries(key)),
            8 => client.set_query_data(key, -i32::from(key)).expect("a key"),
            9 => self.wait_for(client.reset_queries(key)),
            10 => client.cancel_queries(key),
            _ if self.yes() => client.remove_queries(key),
            _ => {
                let owners = [alice(), bob(), Owner::Unknown, Owner::Nobody];
                let owner = self.chance.borrow_mut().pick(&owners);
                client.set_owner(owner);
            }
        }
    }

    fn change(&self) {
        let watch = self.query().watch(&self.client).expect("a key");
        self.with_any(|component| component.observer.update(watch));
    }

    fn with_any(&self, work: impl FnOnce(&Component)) {
        let Some(place) = self.any() else { return };
        let component = place.borrow().clone();
        if let Some(component) = component {
            work(&component);
            render(&place);
            release(component);
        }
    }

    /// What a component does when it has been told.
    fn react(self: &Rc<Self>, own: &Place) {
        if self.deeds.get() == 0 || self.below(3) > 0 {
            return;
        }
        self.deeds.set(self.deeds.get() - 1);
        if self.below(4) == 0 { leave(own) } else { self.act() }
    }

    fn check(&self, story: u64) {
        let engine = self.client.engine().expect("an idle engine");
        assert_eq!(engine.check(), Ok(()), "story {story}");
        drop(engine);
        assert_eq!(self.late.get(), 0, "story {story}: somebody was told who was gone");
        self.places.borrow_mut().retain(|place| place.borrow().is_some());
        for place in &*self.places.borrow() {
            let component = place.borrow();
            let Some(component) = component.as_ref() else { continue };
            let shown = component.observer.view().peek(sight);
            assert_eq!(component.seen.get(), shown, "story {story}: lost news");
        }
    }
}

/// Takes a component away; whatever that leads to happens when its place is empty.
fn leave(place: &Place) {
    let component = place.borrow_mut().take();
    component.into_iter().for_each(release);
}

fn release(component: Rc<Component>) {
    if let Some(component) = Rc::into_inner(component) {
        component.is_there.set(false);
        drop(component.observer);
    }
}

fn render(place: &Place) {
    if let Some(component) = &*place.borrow() {
        component.seen.set(component.observer.view().peek(sight));
    }
}

#[test]
fn whatever_components_do_when_they_are_told_nobody_who_has_left_is_told_and_no_news_are_lost() {
    let mut done = 0;
    for seed in 0..400 {
        let lab = Lab::new();
        let server = || lab.server(0, |n| if n % 4 == 3 { Err("no") } else { Ok(n as i32) });
        let house = Rc::new(House {
            client: lab.client.clone(),
            sim: lab.sim.clone(),
            servers: KEYS.iter().map(|_| server()).collect(),
            chance: RefCell::new(Chance::new(seed)),
            places: RefCell::default(),
            asked: Cell::default(),
            answered: Rc::default(),
            deeds: Cell::default(),
            late: Cell::default(),
        });
        for _ in 0..100 {
            house.deeds.set(5);
            match house.below(3) {
                0 => house.act(),
                1 => lab.focus(),
                _ => lab.advance(house.below(30)),
            }
            done += 5 - house.deeds.get();
            house.check(seed);
        }
        house.deeds.set(0);
        house.places.borrow().iter().for_each(leave);
        lab.own(alice());
        lab.advance(400_000);
        house.check(seed);
        assert_eq!(house.asked.get(), house.answered.get(), "story {seed}: answers");
        let engine = lab.client.engine().expect("an idle engine");
        let left = (engine.entry_count(), engine.observer_count(), engine.timer_count());
        assert_eq!((left, lab.sim.task_count()), ((0, 0, 0), 0), "story {seed}: left over");
    }
    assert!(done > 2_000, "only {done} deeds");
}
