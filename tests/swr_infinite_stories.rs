//! Long random stories of lists, each the same at every run: the books have to agree after every step, nobody sees
//! what is somebody else's, and in the end the list is what the server has.

#[path = "support/chance.rs"]
mod chance;
#[path = "support/lab.rs"]
mod lab;
#[path = "support/pages.rs"]
mod pages;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use chance::Chance;
use lab::{Lab, Observer, SwrOptionsFor, Text, alice, bob, ms};
use pages::{Options, Shown, mutator, options};
use yew_clerk::client::{MutatorOptions, Page, PageList, QueryClient};
use yew_clerk::engine::event::{Event, Owner};
use yew_clerk::engine::key::{IntoKey, Key};
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::observing::Watch;

const PAGES: u64 = 7;

fn owner_name(client: &QueryClient) -> String {
    match client.engine().expect("an idle engine").owner() {
        Owner::Identity(name) => name.to_string(),
        Owner::Nobody => "nobody".into(),
        Owner::Unknown => "unknown".into(),
    }
}

/// A server whose pages say for whom they are, which they are, and how new they are: "alice/2/17".
#[derive(Clone)]
struct Server {
    lab: Rc<Lab>,
    chance: Rc<RefCell<Chance>>,
    edition: Rc<Cell<u64>>,
    is_calm: Rc<Cell<bool>>,
}

impl Server {
    fn load(&self, index: usize) -> impl Future<Output = Result<String, Text>> + use<> {
        let calm = self.is_calm.get();
        let mut chance = self.chance.borrow_mut();
        let (delay, fails) = (chance.below(40), !calm && chance.below(5) == 0);
        let text = format!("{}/{index}/{}", owner_name(&self.lab.client), self.edition.get());
        let wait = (delay > 0).then(|| self.lab.sim.sleep(ms(delay)));
        async move {
            if let Some(wait) = wait {
                wait.await;
            }
            if fails { Err("no") } else { Ok(text) }
        }
    }

    fn list(&self, options: &Options) -> PageList<String, Text> {
        let server = self.clone();
        let page = move |index: usize, previous: Option<&String>| {
            let parts = previous.map(|previous| previous.split('/').count());
            assert!(parts.is_none_or(|parts| parts == 3), "{previous:?}");
            if index as u64 >= PAGES {
                return Ok(None);
            }
            let server = server.clone();
            let load = move |_: &_| server.load(index);
            Ok(Some(Page::new(Key::of(&("page", index))?, load)))
        };
        PageList::new(page, options)
    }
}

struct Story {
    server: Server,
    lists: Vec<Shown>,
    plain: Vec<Observer>,
}

impl Story {
    fn new(seed: u64) -> Self {
        let server = Server {
            lab: Rc::new(Lab::new()),
            chance: Rc::new(RefCell::new(Chance::new(seed))),
            edition: Rc::default(),
            is_calm: Rc::default(),
        };
        Self { server, lists: Vec::new(), plain: Vec::new() }
    }

    fn below(&self, n: u64) -> usize {
        usize::try_from(self.server.chance.borrow_mut().below(n)).unwrap()
    }

    fn yes(&self) -> bool {
        self.below(2) == 0
    }

    fn options(&self) -> Options {
        options()
            .initial_size(1 + self.below(3))
            .parallel(self.yes())
            .revalidate_all(self.below(4) == 0)
            .revalidate_first_page(self.yes())
            .revalidate_on_set_size(self.yes())
            .gc_time(ms([0, 20, 100_000][self.below(3)]))
            .deduping_interval(ms([0, 20][self.below(2)]))
            .error_retry_interval(ms(10))
            .keep_previous_data(self.yes())
    }

    fn own_text(&self, what: Text) -> String {
        format!("{}/{what}/hand", owner_name(&self.server.lab.client))
    }

    fn mount_plain(&mut self) {
        let index = self.below(PAGES);
        let server = self.server.clone();
        let watch = Watch {
            key: ("page", index).to_key().unwrap(),
            options: SwrOptionsFor::<String>::new().resolved(),
            fetcher: Some(yew_clerk::client::erase_fetcher(move |_| server.load(index))),
        };
        self.plain.push(Observer::new(&self.server.lab.client, watch, Fields::ALL));
    }

    fn step(&mut self) {
        let lab = self.server.lab.clone();
        let client = &lab.client;
        let list = (!self.lists.is_empty()).then(|| self.below(self.lists.len() as u64));
        let list = list.map(|at| &self.lists[at]);
        self.server.edition.set(self.server.edition.get() + 1);
        let is_unknown = *client.engine().unwrap().owner() == Owner::Unknown;
        match (self.below(20), list) {
            // What is written then belongs to whoever turns out to be signed in.
            (8 | 9 | 13, _) if is_unknown => {}
            (0 | 1, _) => {
                let list = self.server.list(&self.options());
                self.lists.push(Shown::new(&lab, list));
            }
            (2, Some(_)) => drop(self.lists.swap_remove(self.below(self.lists.len() as u64))),
            (3..=5, Some(list)) => {
                let size = self.below(PAGES + 2);
                drop(list.list.set_size_with(client, |old| if size == 0 { old + 1 } else { size }));
            }
            (6, Some(list)) => drop(list.list.mutate(client)),
            (7, Some(list)) => drop(list.list.mutate_pages(client, |page, _| page.len() % 2 == 0)),
            (8, Some(list)) => {
                let options = mutator().revalidate(self.yes());
                list.mutate_data(&[&self.own_text("0")], options);
            }
            (9, Some(list)) => {
                let wait = lab.sim.sleep(ms(self.below(60) as u64));
                let (fails, text) = (self.yes(), self.own_text("1"));
                let options = mutator().optimistic_data(vec![Rc::new(self.own_text("2"))]);
                let options = options.revalidate(self.yes()).populate_cache(self.yes());
                list.list.expect(client, &options);
                let work = async move {
                    wait.await;
                    if fails { Err::<_, Text>("no") } else { Ok(vec![Rc::new(text)]) }
                };
                drop(client.mutate_async(list.list.key().unwrap(), work, options));
            }
            (10, Some(list)) => drop(list.observer.refetch()),
            (11, _) => self.mount_plain(),
            (12, _) => self.plain.clear(),
            (13, _) => {
                let (key, text) = (("page", self.below(PAGES)), self.own_text("3"));
                drop(client.mutate_data::<_, Text>(key, text, MutatorOptions::new()));
            }
            (14, _) => drop(client.invalidate_queries(("page", self.below(PAGES)))),
            (15, _) => client.remove_queries(("page", self.below(PAGES))),
            (16, _) if self.below(4) == 0 => client.clear(),
            (16, _) => client.cancel_queries("page"),
            (17, _) => client.dispatch(Event::Focus),
            (18, _) => {
                let owners = [alice(), bob(), Owner::Nobody, Owner::Unknown];
                client.set_owner(owners[self.below(4)].clone());
            }
            _ => lab.advance(self.below(60) as u64),
        }
    }

    fn check(&self) {
        let client = &self.server.lab.client;
        client.engine().unwrap().check().unwrap();
        let owner = owner_name(client) + "/";
        let pages = (0..PAGES).filter_map(|page| {
            client.get_query_data::<String>(("page", page)).unwrap().map(|page| (*page).clone())
        });
        for text in self.lists.iter().map(Shown::text).chain(pages) {
            let is_own = |page: &str| page.is_empty() || page == "-" || page.starts_with(&owner);
            assert!(text.split(',').all(is_own), "{text} for {owner}");
        }
    }

    /// When the server is calm and the list is fetched anew, it is what the server has.
    fn end(mut self) {
        let lab = self.server.lab.clone();
        self.server.is_calm.set(true);
        lab.own(alice());
        lab.advance(10_000);
        // Whose entry was removed comes back to it when it renders.
        for list in &self.lists {
            list.observer.update(list.list.watch(&lab.client).unwrap());
        }
        self.lists.push(Shown::new(&lab, self.server.list(&options().parallel(self.yes()))));
        let last = self.lists.last().unwrap();
        drop(last.set_size(4));
        drop(last.mutate());
        lab.advance(10_000);
        let edition = self.server.edition.get();
        let expected: Vec<_> = (0..4).map(|index| format!("alice/{index}/{edition}")).collect();
        for list in &self.lists {
            assert_eq!((list.text(), list.size()), (expected.join(","), 4));
            assert!(!list.observer.is_validating());
        }
        self.check();
        self.lists.clear();
        self.plain.clear();
        lab.advance(1_000_000);
        assert_eq!((lab.entries(), lab.client.engine().unwrap().observer_count()), (0, 0));
    }
}

#[test]
fn lists_survive_whatever_happens_to_them() {
    for seed in 1..=400 {
        let mut story = Story::new(seed);
        for _ in 0..80 {
            story.step();
            story.check();
            if story.yes() {
                story.server.lab.flush();
                story.check();
            }
        }
        story.end();
    }
}
