//! A book whose pages are fetched one by one.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use yew_clerk::client::{InfiniteData, InfiniteQueryOptions, Overlap, infinite_query_options};
use yew_clerk::engine::paging::Direction;
use yew_clerk::engine::signal::Signal;
use yew_clerk::engine::sim::Sim;

use super::lab::{Lab, Observer, Text, ms};

#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub number: i64,
    pub edition: u32,
    next: Option<i64>,
    previous: Option<i64>,
}

pub type List = InfiniteData<Page, i64>;
pub type Query = InfiniteQueryOptions<Page, i64, Text>;

/// The server of a book. Clones are the same.
#[derive(Clone)]
pub struct Book {
    name: Text,
    sim: Sim,
    delay: u64,
    from: Rc<Cell<i64>>,
    pub to: Rc<Cell<i64>>,
    /// How far the next page is.
    pub step: Rc<Cell<i64>>,
    pub edition: Rc<Cell<u32>>,
    /// The edition of page 1, if it has another.
    pub edition_of_one: Rc<Cell<Option<u32>>>,
    fails_at: Rc<Cell<Option<i64>>>,
    asked: Rc<RefCell<Vec<i64>>>,
    signals: Rc<RefCell<Vec<Signal>>>,
    is_abortable: bool,
}

impl Book {
    pub fn new(lab: &Lab, delay: u64) -> Self {
        Self {
            name: "book",
            sim: lab.sim.clone(),
            delay,
            from: Rc::new(Cell::new(i64::MIN)),
            to: Rc::new(Cell::new(i64::MAX)),
            step: Rc::new(Cell::new(1)),
            edition: Rc::default(),
            edition_of_one: Rc::default(),
            fails_at: Rc::default(),
            asked: Rc::default(),
            signals: Rc::default(),
            is_abortable: false,
        }
    }

    pub fn named(self, name: Text) -> Self {
        Self { name, ..self }
    }

    /// Its first page.
    pub fn from(self, page: i64) -> Self {
        self.from.set(page);
        self
    }

    /// Its last page.
    pub fn to(self, page: i64) -> Self {
        self.to.set(page);
        self
    }

    pub fn abortable(self) -> Self {
        Self { is_abortable: true, ..self }
    }

    /// The next request for this page fails.
    pub fn fail_at(&self, page: i64) {
        self.fails_at.set(Some(page));
    }

    pub fn page(&self, number: i64) -> Page {
        let in_book = |page: &i64| (self.from.get()..=self.to.get()).contains(page);
        let other = self.edition_of_one.get().filter(|_| number == 1);
        Page {
            number,
            edition: other.unwrap_or(self.edition.get()),
            next: number.checked_add(self.step.get()).filter(in_book),
            previous: number.checked_sub(self.step.get()).filter(in_book),
        }
    }

    /// Which pages were asked for, in this order.
    pub fn asked(&self) -> Vec<i64> {
        self.asked.borrow().clone()
    }

    pub fn forget(&self) {
        self.asked.borrow_mut().clear();
    }

    /// How many of its requests were aborted.
    pub fn aborted(&self) -> usize {
        self.signals.borrow().iter().filter(|signal| signal.is_aborted()).count()
    }

    pub fn query(&self, first: i64) -> Query {
        let book = self.clone();
        infinite_query_options(
            self.name,
            first,
            move |ctx| {
                let (book, number) = (book.clone(), ctx.page_param);
                book.asked.borrow_mut().push(number);
                if book.is_abortable {
                    book.signals.borrow_mut().push(ctx.signal());
                }
                let fails = book.fails_at.take_if_is(number);
                let wait = book.sim.sleep(ms(book.delay));
                async move {
                    wait.await;
                    if fails { Err("torn") } else { Ok(book.page(number)) }
                }
            },
            |last: &Page, _, _| last.next,
        )
        .get_previous_page_param(|first, _, _| first.previous)
    }

    /// Shows it with so many pages, and nothing on its way.
    pub fn shown(&self, lab: &Lab, first: i64, pages: usize) -> Observer {
        self.shown_as(lab, &self.query(first), pages)
    }

    pub fn shown_as(&self, lab: &Lab, query: &Query, pages: usize) -> Observer {
        let view = lab.query(query);
        lab.advance(self.delay);
        for _ in 1..pages {
            fetch_next(&view);
            lab.advance(self.delay);
        }
        assert_eq!(numbers(&view).len(), pages);
        view
    }

    pub fn editions(&self, view: &Observer) -> Vec<u32> {
        shown(view).pages.iter().map(|page| page.edition).collect()
    }
}

trait TakeIfIs {
    fn take_if_is(&self, value: i64) -> bool;
}

impl TakeIfIs for Cell<Option<i64>> {
    fn take_if_is(&self, value: i64) -> bool {
        let is = self.get() == Some(value);
        if is {
            self.take();
        }
        is
    }
}

fn shown(view: &Observer) -> List {
    view.data::<List>().unwrap_or_default()
}

pub fn numbers(view: &Observer) -> Vec<i64> {
    shown(view).pages.iter().map(|page| page.number).collect()
}

pub fn params(view: &Observer) -> Vec<i64> {
    shown(view).page_params
}

pub fn direction(view: &Observer) -> Option<Direction> {
    view.see(|shown| shown.fetch_direction)
}

/// Whether there is a next page, and a previous one.
pub fn more(view: &Observer) -> (bool, bool) {
    view.see(|shown| (shown.more.next, shown.more.previous))
}

pub fn fetch_next(view: &Observer) {
    drop(view.observer().fetch_page(Direction::Forward, Overlap::Replace));
}

pub fn fetch_previous(view: &Observer) {
    drop(view.observer().fetch_page(Direction::Backward, Overlap::Replace));
}
