//! Whatever happens, in any order: what has to hold of pages and of optimistic changes.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/chance.rs"]
mod chance;
#[path = "support/infinite.rs"]
mod infinite;
#[path = "support/lab.rs"]
mod lab;

use std::cell::RefCell;
use std::rc::Rc;

use chance::Chance;
use infinite::{Book, List, Page, numbers, params};
use lab::{DONE, Lab, NEVER, Observer, Text, alice, bob, ms};
use yew_clerk::client::{MutationObserver, Overlap, QueryOptions, mutation_options, query_options};
use yew_clerk::engine::entry::FetchStatus;
use yew_clerk::engine::mutation::MutationFilters;
use yew_clerk::engine::options::{Access, NetworkMode};
use yew_clerk::engine::paging::Direction::{Backward, Forward};

const SEEDS: u64 = 300;
const STEPS: u32 = 40;

/// What happens to any query.
fn disturb(lab: &Lab, chance: &mut Chance, key: Text) {
    match chance.below(9) {
        0 => drop(lab.client.invalidate_queries(key)),
        1 => lab.client.cancel_queries(key),
        2 => lab.online(chance.yes()),
        3 => lab.hide(),
        4 => lab.show(),
        5 if chance.yes() => drop(lab.client.reset_queries(key)),
        6 if chance.yes() => lab.own(if chance.yes() { alice() } else { bob() }),
        _ => {}
    }
}

fn settle(lab: &Lab) {
    lab.online(true);
    lab.show();
    lab.advance(50_000);
    lab.client.engine().expect("an idle engine").check().expect("books that agree");
}

fn with_editions(list: &List, more: u32) -> List {
    let change = |page: &Rc<Page>| {
        let mut page = (**page).clone();
        page.edition += more;
        page
    };
    list.pages.iter().map(change).zip(list.page_params.iter().copied()).collect()
}

#[test]
fn pages_always_follow_each_other_and_are_those_of_the_server_in_the_end() {
    for seed in 0..SEEDS {
        let (lab, mut chance) = (Lab::new(), Chance::new(seed));
        lab.own(alice());
        let book = Book::new(&lab, 10).from(-6).to(6);
        let book = if chance.yes() { book.abortable() } else { book };
        let (most, parallel) = (chance.pick(&[0, 0, 1, 3]), chance.yes());
        let query =
            || book.query(0).max_pages(most).parallel(parallel).retry(1).retry_delay(ms(15));
        let pages = |count: i64| -> List { (0..count).map(|n| (book.page(n), n)).collect() };
        let mut views = [Some(lab.query(&query())), None];
        let (mut waiting, mut changes) = (Vec::new(), Vec::new());
        for _ in 0..STEPS {
            let who = chance.pick(&[0, 1]);
            match (chance.below(14), &views[who]) {
                (0..=3, Some(view)) => {
                    let end = chance.pick(&[Forward, Backward]);
                    let overlap = chance.pick(&[Overlap::Replace, Overlap::Join, Overlap::Queue]);
                    waiting.push(lab.run(view.observer().fetch_page(end, overlap)));
                }
                (4, Some(view)) => waiting.push(lab.run(view.refetch())),
                (5, Some(view)) => {
                    drop(view.observer().refetch_pages(|page: &Page, _| page.number % 2 == 0));
                }
                (6, _) => views[who] = views[who].is_none().then(|| lab.query(&query())),
                (7, _) => {
                    let written = pages(chance.pick(&[0, 1, 3]));
                    lab.client.set_query_data("book", written).expect("a key");
                }
                (8, _) => {
                    let change = |list: &List| with_editions(list, 1000);
                    changes.push(lab.client.optimistic_update("book", change).expect("a key"));
                }
                (9, _) => match (changes.pop(), chance.below(3)) {
                    (Some(change), 0) => change.commit(),
                    (Some(change), 1) => change.commit_with(pages(2)),
                    _ => {}
                },
                (10, _) => book.fail_at(chance.pick(&[-1, 0, 1, 2])),
                (11, _) => book.edition.set(book.edition.get() + 1),
                (12, _) if chance.yes() => lab.client.remove_queries("book"),
                _ => disturb(&lab, &mut chance, "book"),
            }
            lab.advance(chance.pick(&[0, 4, 8, 12]));
            for view in views.iter().flatten() {
                let numbers = numbers(view);
                assert_eq!(numbers, params(view), "seed {seed}");
                assert!(numbers.windows(2).all(|two| two[1] == two[0] + 1), "seed {seed}");
            }
        }
        drop(changes);
        settle(&lab);
        assert!(waiting.iter().all(|answer| answer.take().is_some()), "seed {seed}");
        let view: Observer =
            views.into_iter().flatten().next().unwrap_or_else(|| lab.query(&query()));
        lab.advance(1000);
        assert_eq!(view.fetch_status(), FetchStatus::Idle, "seed {seed}");
        drop(view.refetch());
        lab.advance(1000);
        assert_eq!(view.states(), DONE, "seed {seed}");
        let newest = book.edition.get();
        assert!(book.editions(&view).iter().all(|edition| *edition == newest), "seed {seed}");
    }
}

/// A list on a server, and what is tried of each scope.
#[derive(Clone, Default)]
struct Store {
    list: Rc<RefCell<Vec<u32>>>,
    tried: Rc<RefCell<Vec<(Text, u32)>>>,
    /// Whether its requests can be stopped.
    is_abortable: bool,
}

impl Store {
    fn query(&self, lab: &Lab, access: Access) -> QueryOptions<Vec<u32>, Text> {
        let (store, sim) = (self.clone(), lab.sim.clone());
        let query = query_options("list", move |context| {
            drop(store.is_abortable.then(|| context.signal()));
            let (now, wait) = (store.list.borrow().clone(), sim.sleep(ms(7)));
            async move {
                wait.await;
                Ok(now)
            }
        });
        query.stale_time(NEVER).access(access)
    }

    /// Adds numbers to the list; every fifth is refused.
    fn adding(
        &self,
        lab: &Lab,
        scope: Text,
        chance: &mut Chance,
    ) -> MutationObserver<u32, (), Text> {
        let (store, sim) = (self.clone(), lab.sim.clone());
        let add = mutation_options(move |n: Rc<u32>| {
            store.tried.borrow_mut().push((scope, *n));
            let (list, wait) = (store.list.clone(), sim.sleep(ms(u64::from(*n % 4) * 5)));
            async move {
                wait.await;
                if (*n).is_multiple_of(5) {
                    return Err("no");
                }
                list.borrow_mut().push(*n);
                Ok(())
            }
        });
        let mode = chance.pick(&[NetworkMode::Online, NetworkMode::OfflineFirst]);
        let add = add.network_mode(mode).retry(chance.pick(&[0, 1, 2])).retry_delay(ms(6));
        let add = add.optimistic_update("list", |list: &Vec<u32>, n| [&list[..], &[*n]].concat());
        let add = if scope.is_empty() { add } else { add.scope(scope) };
        lab.client.mutation(add, Rc::new(|| {}))
    }
}

#[test]
fn what_is_shown_is_what_the_server_has_once_all_mutations_have_ended() {
    for seed in 0..SEEDS {
        let (lab, mut chance) = (Lab::new(), Chance::new(seed));
        let store = Store { is_abortable: chance.yes(), ..Store::default() };
        lab.own(alice());
        let access = chance.pick(&[Access::default(), Access::Public]);
        let query = || store.query(&lab, access);
        let adds = ["", "a", "a", "b"].map(|scope| store.adding(&lab, scope, &mut chance));
        let (mut view, mut waiting) = (Some(lab.query(&query())), Vec::new());
        for n in 0..STEPS {
            let add = adds[chance.pick(&[0, 1, 2, 3])].handle();
            match chance.below(12) {
                0..=4 => waiting.push(lab.run(add.mutate(n))),
                5 => add.cancel(),
                6 => add.reset(),
                7 => view = view.is_none().then(|| lab.query(&query())),
                _ => disturb(&lab, &mut chance, "list"),
            }
            lab.advance(chance.pick(&[0, 3, 6, 9]));
        }
        settle(&lab);
        assert!(waiting.iter().all(|ended| ended.take().is_some()), "seed {seed}");
        assert_eq!(lab.client.is_mutating(MutationFilters::default()), 0, "seed {seed}");
        let view = view.unwrap_or_else(|| lab.query(&query()));
        lab.advance(100);
        let shown = view.data::<Vec<u32>>();
        assert_eq!((shown, view.states()), (Some(store.list.take()), DONE), "seed {seed}");
        for scope in ["a", "b"] {
            let tried = store.tried.borrow();
            let tried: Vec<_> = tried.iter().filter(|tried| tried.0 == scope).collect();
            assert!(tried.windows(2).all(|two| two[0].1 <= two[1].1), "seed {seed}");
        }
    }
}
