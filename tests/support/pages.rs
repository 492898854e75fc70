//! Lists of pages for the laboratory: a server of pages, and components that show them.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use yew_clerk::client::{MutatorOptions, Page, PageList, SwrInfiniteOptions};
use yew_clerk::engine::effect::Answer;
use yew_clerk::engine::key::Key;
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::signal::Signal;
use yew_clerk::engine::sim::{Outcome, Sim};

use super::lab::{Lab, Observer, Text, ms};

pub type Options = SwrInfiniteOptions<String, Text>;
pub type List = Rc<Vec<Rc<String>>>;

pub fn options() -> Options {
    Options::new()
}

pub fn mutator() -> MutatorOptions<Vec<Rc<String>>> {
    MutatorOptions::new()
}

/// A server of pages: page 3 is "3", or "3b" in the second edition.
#[derive(Clone)]
pub struct Book {
    sim: Sim,
    name: Text,
    asked: Rc<RefCell<Vec<usize>>>,
    signals: Rc<RefCell<Vec<Signal>>>,
    /// With which previous pages keys were asked for.
    previous: Rc<RefCell<Vec<(usize, Option<String>)>>>,
    pub delay: Rc<Cell<u64>>,
    pub edition: Rc<Cell<Text>>,
    /// How many pages there are.
    pub end: Rc<Cell<usize>>,
    pub broken: Rc<RefCell<Vec<usize>>>,
    /// Pages that take longer, and by how much.
    pub slow: Rc<RefCell<Vec<(usize, u64)>>>,
}

impl Book {
    pub fn new(lab: &Lab, name: Text) -> Self {
        Self {
            sim: lab.sim.clone(),
            name,
            asked: Rc::default(),
            signals: Rc::default(),
            previous: Rc::default(),
            delay: Rc::new(Cell::new(50)),
            edition: Rc::default(),
            end: Rc::new(Cell::new(usize::MAX)),
            broken: Rc::default(),
            slow: Rc::default(),
        }
    }

    /// Which pages were asked for since this was called last.
    pub fn asked(&self) -> Vec<usize> {
        self.asked.take()
    }

    /// The signal of request number `n`.
    pub fn signal(&self, n: usize) -> Signal {
        self.signals.borrow()[n].clone()
    }

    /// With which previous page the key of each page was asked for, since this was called last.
    pub fn previous(&self) -> Vec<(usize, Option<String>)> {
        self.previous.take()
    }

    fn load(
        &self,
        index: usize,
        signal: &Signal,
    ) -> impl Future<Output = Result<String, Text>> + use<> {
        self.asked.borrow_mut().push(index);
        self.signals.borrow_mut().push(signal.clone());
        let slow =
            self.slow.borrow().iter().find(|(page, _)| *page == index).map_or(0, |slow| slow.1);
        let wait = self.sim.sleep(ms(self.delay.get() + slow));
        let broken = self.broken.borrow().contains(&index);
        let text = format!("{index}{}", self.edition.get());
        async move {
            wait.await;
            if broken { Err("torn out") } else { Ok(text) }
        }
    }

    pub fn list(&self, options: &Options) -> PageList<String, Text> {
        let book = self.clone();
        let page = move |index, previous: Option<&String>| {
            book.previous.borrow_mut().push((index, previous.cloned()));
            if index >= book.end.get() {
                return Ok(None);
            }
            let book = book.clone();
            let key = Key::of(&(book.name, index))?;
            Ok(Some(Page::new(key, move |signal| book.load(index, signal))))
        };
        PageList::new(page, options)
    }

    /// A component that shows the list and reads all fields.
    pub fn show(&self, lab: &Lab, options: &Options) -> Shown {
        Shown::new(lab, self.list(options))
    }
}

/// A component that shows a list.
pub struct Shown {
    pub list: PageList<String, Text>,
    pub observer: Observer,
    sim: Sim,
}

impl Shown {
    pub fn new(lab: &Lab, list: PageList<String, Text>) -> Self {
        let watch = list.watch(&lab.client).unwrap();
        let observer = Observer::new(&lab.client, watch, Fields::ALL);
        lab.flush();
        Self { list, observer, sim: lab.sim.clone() }
    }

    /// The texts of its pages, with commas; `-` where there is no list.
    pub fn text(&self) -> String {
        let pages = self.pages();
        pages.map_or_else(|| "-".to_owned(), |pages| join(&pages))
    }

    pub fn pages(&self) -> Option<List> {
        self.observer.see(|shown| shown.data.as_ref()?.get::<Vec<Rc<String>>>())
    }

    pub fn size(&self) -> usize {
        self.list.size(self.observer.observer().client())
    }

    /// Sets the size, and gives what it says in the end.
    pub fn set_size(&self, size: usize) -> Outcome<Result<String, String>> {
        let client = self.observer.observer().client();
        let started = self.list.set_size_with(client, |_| size);
        self.end(started)
    }

    pub fn mutate(&self) -> Outcome<Result<String, String>> {
        let started = self.list.mutate(self.observer.observer().client());
        self.end(started)
    }

    fn end(
        &self,
        started: impl Future<Output = Result<Option<List>, yew_clerk::client::QueryError<Text>>>
        + 'static,
    ) -> Outcome<Result<String, String>> {
        self.sim.run(async move {
            let list = started.await.map_err(|error| error.to_string())?;
            Ok(list.map_or_else(|| "-".to_owned(), |list| join(&list)))
        })
    }

    /// Writes the list as the handle of the hook does.
    pub fn mutate_data(&self, pages: &[&str], options: MutatorOptions<Vec<Rc<String>>>) {
        let client = self.observer.observer().client();
        self.list.expect(client, &options);
        let pages = pages.iter().map(|page| Rc::new((*page).to_owned())).collect();
        drop(client.mutate_data::<_, Text>(self.list.key().unwrap(), pages, options));
        self.sim.flush();
    }

    /// What a focus or a remount does, without waiting for it: a revalidation of the list.
    pub fn refetch(&self) -> Outcome<Answer> {
        self.sim.run(self.observer.refetch())
    }
}

pub fn join(pages: &[Rc<String>]) -> String {
    pages.iter().map(|page| page.as_str()).collect::<Vec<_>>().join(",")
}
