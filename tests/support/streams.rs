//! Streams that bring what the test says, when it says so, and note who reads them.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures::Stream;
use yew_clerk::client::{
    QueryContext, QueryOptions, StreamOptions, streamed_query, streamed_query_with,
};
use yew_clerk::engine::key::IntoKey;

use super::lab::{Lab, Text, ms};

pub type Item = Result<i32, Text>;
pub type Numbers = QueryOptions<Vec<i32>, Text>;

/// What lies between the source of a stream and its reader.
#[derive(Default)]
struct Pipe {
    items: VecDeque<Item>,
    is_ended: bool,
    is_dropped: bool,
    waker: Option<Waker>,
}

impl Pipe {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// The reader's end.
pub struct Reading(Rc<RefCell<Pipe>>);

impl Stream for Reading {
    type Item = Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        let mut pipe = self.0.borrow_mut();
        match pipe.items.pop_front() {
            Some(item) => Poll::Ready(Some(item)),
            None if pipe.is_ended => Poll::Ready(None),
            None => {
                pipe.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.borrow_mut().is_dropped = true;
    }
}

/// A source of streams, one for each call of the query function.
#[derive(Clone, Default)]
pub struct Source {
    pipes: Rc<RefCell<Vec<Rc<RefCell<Pipe>>>>>,
    asks_for_signal: Rc<Cell<bool>>,
}

impl Source {
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on the query function asks for its signal.
    pub fn abortable(self) -> Self {
        self.asks_for_signal.set(true);
        self
    }

    /// What the query function does.
    pub fn open(&self, context: &QueryContext) -> Reading {
        if self.asks_for_signal.get() {
            drop(context.signal());
        }
        let pipe = Rc::<RefCell<Pipe>>::default();
        self.pipes.borrow_mut().push(pipe.clone());
        Reading(pipe)
    }

    pub fn query(&self, key: impl IntoKey) -> Numbers {
        let source = self.clone();
        streamed_query(key, move |context| std::future::ready(Ok(source.open(&context))))
    }

    pub fn query_with<A: Clone + PartialEq + 'static>(
        &self,
        key: impl IntoKey,
        options: impl Into<StreamOptions<i32, A>>,
    ) -> QueryOptions<A, Text> {
        let source = self.clone();
        let open = move |context| std::future::ready(Ok(source.open(&context)));
        streamed_query_with(key, open, options)
    }

    /// How often the query function was called.
    pub fn calls(&self) -> usize {
        self.pipes.borrow().len()
    }

    fn pipe(&self, n: usize) -> Rc<RefCell<Pipe>> {
        self.pipes.borrow().get(n).cloned().expect("a stream with this number")
    }

    /// Has stream number `n` bring something at the next flush.
    pub fn put(&self, n: usize, item: Item) {
        let pipe = self.pipe(n);
        pipe.borrow_mut().items.push_back(item);
        pipe.borrow_mut().wake();
    }

    /// Has it end.
    pub fn close(&self, n: usize) {
        let pipe = self.pipe(n);
        pipe.borrow_mut().is_ended = true;
        pipe.borrow_mut().wake();
    }

    /// Whether nobody reads it any more.
    pub fn is_dropped(&self, n: usize) -> bool {
        self.pipe(n).borrow().is_dropped
    }

    /// How many are being read.
    pub fn live(&self) -> usize {
        (0..self.calls()).filter(|n| !self.is_dropped(*n)).count()
    }

    /// Brings a number, and lets it arrive.
    pub fn send(&self, lab: &Lab, n: usize, number: i32) {
        self.put(n, Ok(number));
        lab.flush();
    }

    /// Brings numbers, and lets each arrive before the next one.
    pub fn send_each<const N: usize>(&self, lab: &Lab, n: usize, numbers: [i32; N]) {
        numbers.into_iter().for_each(|number| self.send(lab, n, number));
    }

    /// Has it bring numbers at the next flush, all at once.
    pub fn put_each<const N: usize>(&self, n: usize, numbers: [i32; N]) {
        numbers.into_iter().for_each(|number| self.put(n, Ok(number)));
    }

    /// Fails, and lets that arrive.
    pub fn fail(&self, lab: &Lab, n: usize, error: Text) {
        self.put(n, Err(error));
        lab.flush();
    }

    /// Ends, and lets that arrive.
    pub fn end(&self, lab: &Lab, n: usize) {
        self.close(n);
        lab.flush();
    }
}

/// A query of `count` numbers, from `start` on, one each 50 ms; it ends with the last.
pub fn ticking(
    lab: &Lab,
    count: usize,
    start: &Rc<Cell<i32>>,
) -> impl Fn(QueryContext) -> std::future::Ready<Result<Ticks, Text>> + use<> {
    let (sim, start) = (lab.sim.clone(), start.clone());
    move |_| {
        let numbers = (start.get()..).take(count).collect();
        std::future::ready(Ok(Ticks { sim: sim.clone(), numbers, wait: None }))
    }
}

/// Numbers that come one each 50 ms.
pub struct Ticks {
    sim: yew_clerk::engine::sim::Sim,
    numbers: VecDeque<i32>,
    wait: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

impl Stream for Ticks {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        if self.numbers.is_empty() {
            return Poll::Ready(None);
        }
        let sim = self.sim.clone();
        let wait = self.wait.get_or_insert_with(|| Box::pin(sim.sleep(ms(50))));
        if wait.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.wait = None;
        Poll::Ready(self.numbers.pop_front().map(Ok))
    }
}
