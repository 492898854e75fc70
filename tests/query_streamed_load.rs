//! How streams share the page: what is kept alive, what is dropped, and how much is done at once.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;
#[path = "support/streams.rs"]
mod streams;

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::Stream;
use lab::{Lab, Observer, Text, ms};
use streams::{Item, Source};
use yew_clerk::client::{RefetchMode, streamed_query, streamed_query_with};
use yew_clerk::engine::entry::FetchStatus::Idle;
use yew_clerk::engine::entry::Status::Success;
use yew_clerk::engine::sim::Sim;

type Numbers = Vec<i32>;

/// A component with a stream that has brought 0 and 1.
fn begun(lab: &Lab, source: &Source) -> Observer {
    let hook = lab.query(&source.query("k"));
    lab.flush();
    source.send_each(lab, 0, [0, 1]);
    hook
}

#[test]
fn a_stream_without_end_does_not_keep_the_client_nor_the_client_the_stream() {
    for shown in [true, false] {
        let lab = Lab::new();
        let source = Source::new();
        let hook = begun(&lab, &source);
        let Lab { sim, client } = lab;
        let weak = client.downgrade();
        if shown {
            drop(client);
            assert!(weak.upgrade().is_some());
            drop(hook);
        } else {
            drop(hook);
            drop(client);
        }
        assert!(weak.upgrade().is_none());
        sim.flush();
        assert_eq!((source.live(), sim.task_count(), sim.timer_count()), (0, 0, 0));
    }
}

/// Counts how often it is copied.
#[derive(Default)]
struct Copied(Rc<Cell<usize>>);

impl Clone for Copied {
    fn clone(&self) -> Self {
        self.0.set(self.0.get() + 1);
        Self(self.0.clone())
    }
}

impl PartialEq for Copied {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[test]
fn thousands_of_chunks_that_are_ready_cost_a_few_copies_and_leave_the_page_its_turns() {
    const ALL: usize = 10_000;
    let lab = Lab::new();
    let copies = Rc::<Cell<usize>>::default();
    let made = copies.clone();
    let query = streamed_query("k", move |_| {
        let made = made.clone();
        let chunks = (0..ALL).map(move |_| Ok::<_, Text>(Copied(made.clone())));
        std::future::ready(Ok(futures::stream::iter(chunks)))
    });
    let lens = Rc::new(RefCell::new(Vec::new()));
    let hook = lab.query(&query);
    let (client, sim, note) = (lab.client.downgrade(), lab.sim.clone(), lens.clone());
    lab.run(async move {
        for _ in 0..20 {
            sim.sleep(ms(0)).await;
            let list = client.upgrade().unwrap().get_query_data::<Vec<Copied>>("k").unwrap();
            note.borrow_mut().push(list.map_or(0, |list| list.len()));
        }
    });
    let (told, copied) = (hook.told(), copies.get());
    assert_eq!(hook.states(), (Success, Idle));
    assert_eq!(
        hook.see(|shown| shown.data.clone()).unwrap().get::<Vec<Copied>>().unwrap().len(),
        ALL
    );
    assert!(copied < 2 * ALL, "{copied} copies");
    assert!((4..20).contains(&told), "told {told} times");
    lens.borrow_mut().dedup();
    assert!(lens.borrow().len() > 4, "the page saw {:?}", lens.borrow());
}

/// Always ready, and slow: each chunk takes 3 ms.
struct Slow(Sim, i32);

impl Stream for Slow {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Item>> {
        self.0.jump_to(self.0.now().after(ms(3)));
        self.1 += 1;
        Poll::Ready((self.1 <= 9).then_some(Ok(self.1)))
    }
}

#[test]
fn chunks_that_take_long_to_make_are_shown_before_all_are_there() {
    let lab = Lab::new();
    let sim = lab.sim.clone();
    let slow = move |_| std::future::ready(Ok::<_, Text>(Slow(sim.clone(), 0)));
    let hook = lab.query(&streamed_query("k", slow));
    lab.flush();
    assert_eq!((hook.told(), hook.data()), (4, Some((1..=9).collect::<Numbers>())));
}

#[test]
fn who_looks_at_the_cache_for_long_makes_no_chunk_lost() {
    let lab = Lab::new();
    let source = Source::new();
    let hook = begun(&lab, &source);
    let client = lab.client.clone();
    let engine = client.engine();
    source.put(0, Ok(2));
    lab.advance(10);
    source.put(0, Ok(3));
    lab.advance(10);
    drop(engine);
    source.close(0);
    lab.advance(1);
    assert_eq!(hook.data(), Some(vec![0, 1, 2, 3]));
}

#[test]
fn a_stream_function_that_waits_is_dropped_with_its_fetch() {
    let lab = Lab::new();
    let held = Rc::new(());
    let watch = Rc::downgrade(&held);
    let query = streamed_query_with(
        "k",
        move |_| {
            let held = held.clone();
            async move {
                let _held = held;
                std::future::pending::<()>().await;
                Ok::<_, Text>(futures::stream::iter([Ok(1)]))
            }
        },
        RefetchMode::Reset,
    );
    let hook = lab.query(&query);
    lab.flush();
    assert_eq!(watch.strong_count(), 2);
    lab.client.cancel_queries("k");
    lab.flush();
    assert_eq!(watch.strong_count(), 1);
    drop(hook);
}
