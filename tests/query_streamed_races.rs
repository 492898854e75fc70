//! What happens at each boundary of a stream: every action, and every pair of actions, between and beside its chunks.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;
#[path = "support/streams.rs"]
mod streams;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::StreamExt;
use lab::{Lab, Observer, Text, alice, bob, ms};
use streams::{Numbers, Source};
use yew_clerk::client::{MutatorOptions, RefetchMode, StreamOptions, streamed_query};
use yew_clerk::engine::entry::FetchStatus::{Fetching, Idle};
use yew_clerk::engine::entry::Status;
use yew_clerk::engine::event::Owner;
use yew_clerk::engine::observer::Fields;

/// What a test does to the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Nothing,
    Refetch,
    Invalidate,
    Cancel,
    Remove,
    Reset,
    Unload,
    Write,
    Mutate,
    Unmount,
    Remount,
    OtherOwner,
    OwnerUnknown,
    SameOwnerAgain,
    Offline,
    OtherKey,
}

const ACTIONS: [Action; 16] = [
    Action::Nothing,
    Action::Refetch,
    Action::Invalidate,
    Action::Cancel,
    Action::Remove,
    Action::Reset,
    Action::Unload,
    Action::Write,
    Action::Mutate,
    Action::Unmount,
    Action::Remount,
    Action::OtherOwner,
    Action::OwnerUnknown,
    Action::SameOwnerAgain,
    Action::Offline,
    Action::OtherKey,
];

/// Where the stream stands when it is done: what has been put in, and whether that has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Boundary {
    Mounted,
    Connected,
    FirstOnItsWay,
    FirstArrived,
    SecondOnItsWay,
    EndOnItsWay,
    Ended,
    ErrorOnItsWay,
    InBackoff,
    Failed,
}

const BOUNDARIES: [Boundary; 10] = [
    Boundary::Mounted,
    Boundary::Connected,
    Boundary::FirstOnItsWay,
    Boundary::FirstArrived,
    Boundary::SecondOnItsWay,
    Boundary::EndOnItsWay,
    Boundary::Ended,
    Boundary::ErrorOnItsWay,
    Boundary::InBackoff,
    Boundary::Failed,
];

const MODES: [RefetchMode; 3] = [RefetchMode::Reset, RefetchMode::Append, RefetchMode::Replace];

/// What is written by hand, and by no stream.
const BY_HAND: i32 = -1;

struct Story {
    lab: Lab,
    source: Source,
    other: Source,
    query: Numbers,
    mode: RefetchMode,
    hook: RefCell<Option<Observer>>,
}

/// The number that stream `n` brings at place `at`.
fn number(n: usize, at: i32) -> i32 {
    i32::try_from(n).unwrap() * 10 + at
}

impl Story {
    /// A component that streams; with `refetches`, one that has streamed before and does it again.
    fn new(mode: RefetchMode, abortable: bool, refetches: bool) -> Self {
        let lab = Lab::new();
        lab.own(alice());
        let source = if abortable { Source::new().abortable() } else { Source::new() };
        let options = StreamOptions::new().refetch_mode(mode);
        let query = source.query_with("k", options).retry(1).retry_delay(ms(10)).gc_time(ms(50));
        let hook = RefCell::new(Some(lab.query(&query)));
        let story = Self { lab, source, other: Source::new(), query, mode, hook };
        if refetches {
            story.lab.flush();
            story.source.send(&story.lab, 0, number(0, 0));
            story.source.end(&story.lab, 0);
            story.act(Action::Refetch);
        }
        story
    }

    fn go_to(&self, boundary: Boundary) {
        use Boundary as B;
        if boundary == B::Mounted {
            return;
        }
        self.lab.flush();
        let n = self.source.calls() - 1;
        if boundary == B::Connected {
            return;
        }
        self.source.put(n, Ok(number(n, 0)));
        if boundary == B::FirstOnItsWay {
            return;
        }
        self.lab.flush();
        match boundary {
            B::FirstArrived => {}
            B::SecondOnItsWay => self.source.put(n, Ok(number(n, 1))),
            B::EndOnItsWay => self.source.close(n),
            B::Ended => self.source.end(&self.lab, n),
            B::ErrorOnItsWay => self.source.put(n, Err("broken")),
            _ => self.source.fail(&self.lab, n, "broken"),
        }
        if boundary == B::Failed {
            self.lab.advance(10);
            let n = self.source.calls() - 1;
            self.source.fail(&self.lab, n, "broken again");
        }
    }

    fn act(&self, action: Action) {
        let client = &self.lab.client;
        match action {
            Action::Nothing => {}
            Action::Refetch => {
                self.hook.borrow().iter().for_each(|hook| drop(hook.refetch()));
            }
            Action::Invalidate => drop(client.invalidate_queries("k")),
            Action::Cancel => client.cancel_queries("k"),
            Action::Remove => client.remove_queries("k"),
            Action::Reset => drop(client.reset_queries("k")),
            Action::Unload => client.unload(),
            Action::Write => client.set_query_data("k", vec![BY_HAND]).unwrap(),
            Action::Mutate => {
                let options = MutatorOptions::new();
                drop(client.mutate_data::<Vec<i32>, Text>("k", vec![BY_HAND], options));
            }
            Action::Unmount => drop(self.hook.take()),
            Action::Remount => {
                drop(self.hook.take());
                self.hook.replace(Some(self.lab.query(&self.query)));
            }
            Action::OtherOwner => client.set_owner(bob()),
            Action::OwnerUnknown => client.set_owner(Owner::Unknown),
            Action::SameOwnerAgain => {
                client.set_owner(Owner::Unknown);
                client.set_owner(alice());
            }
            Action::Offline => {
                self.lab.client.dispatch(yew_clerk::engine::event::Event::Online(false))
            }
            Action::OtherKey => {
                let other = self.other.query("other").gc_time(ms(50));
                let watch = || self.lab.query_watch(&other);
                self.hook.borrow().iter().for_each(|hook| hook.update(watch()));
            }
        }
    }

    fn data(&self) -> Option<Vec<i32>> {
        self.lab.data("k")
    }

    fn check(&self) {
        self.lab.client.engine().unwrap().check().unwrap();
    }

    /// Nothing but what is fetched is read, and what is not read any more has no effect.
    fn check_streams(&self) {
        self.check();
        let engine = self.lab.client.engine().unwrap();
        let fetches = engine.state(&lab::key("k")).filter(|state| state.fetch_status == Fetching);
        // Until it is known who is signed in, and before a retry, nothing is read.
        let may_wait = *engine.owner() == Owner::Unknown
            || fetches.is_some_and(|state| state.failure_count > 0);
        let (live, running) = (self.source.live(), usize::from(fetches.is_some()));
        drop(engine);
        assert!(live <= running, "{live} streams for {running} fetches");
        assert!(live == running || may_wait, "a fetch without a stream");
        let before = self.data();
        for n in 0..self.source.calls() {
            if self.source.is_dropped(n) {
                self.source.put(n, Ok(number(n, 9)));
                self.source.close(n);
            }
        }
        self.lab.flush();
        assert_eq!(self.data(), before, "a dropped stream has written");
    }

    /// Lets what still runs come to its end.
    fn finish(&self) {
        self.lab.own(bob());
        self.lab.online(true);
        // The wait of a retry.
        self.lab.advance(10);
        self.check_streams();
        let Some(last) = (0..self.source.calls()).rfind(|n| !self.source.is_dropped(*n)) else {
            return;
        };
        self.source.send(&self.lab, last, number(last, 5));
        self.source.end(&self.lab, last);
        self.check_streams();
    }

    /// When everybody has gone, nothing is left.
    fn leave(self) {
        let Self { lab, source, other, hook, .. } = self;
        drop(hook);
        lab.flush();
        (0..other.calls()).for_each(|n| other.close(n));
        for n in 0..source.calls() {
            source.close(n);
        }
        lab.advance(1_000);
        assert_eq!((lab.entries(), lab.fetching(), source.live()), (0, 0, 0));
        assert_eq!(lab.sim.task_count(), 0);
    }
}

/// Every story with these modes: where the stream stands, how it was made, and what is done.
fn stories(modes: &[RefetchMode], mut play: impl FnMut(Story, Boundary, String)) {
    for &mode in modes {
        for boundary in BOUNDARIES {
            for (abortable, refetches) in
                [(false, false), (false, true), (true, false), (true, true)]
            {
                let name = format!("{mode:?} {boundary:?} {abortable} {refetches}");
                play(Story::new(mode, abortable, refetches), boundary, name);
            }
        }
    }
}

#[test]
fn whatever_is_done_beside_a_chunk_no_stream_outlives_its_fetch() {
    for (one, first) in ACTIONS.into_iter().enumerate() {
        for (other, second) in ACTIONS.into_iter().enumerate() {
            let flushes = one % 2 == other % 2;
            // Each pair with one of the modes: all of them would take their time.
            stories(&[MODES[(one + other / 2) % 3]], |story, boundary, _| {
                story.go_to(boundary);
                story.act(first);
                if flushes {
                    story.lab.flush();
                    story.check_streams();
                }
                story.act(second);
                story.lab.flush();
                story.check_streams();
                story.finish();
                story.leave();
            });
        }
    }
}

#[test]
fn a_stream_that_ends_has_written_each_chunk_once_and_none_of_another_stream() {
    for action in ACTIONS {
        stories(&MODES, |story, boundary, name| {
            let name = format!("{action:?} {name}");
            story.go_to(boundary);
            story.act(action);
            story.lab.flush();
            let live = (0..story.source.calls()).rfind(|n| !story.source.is_dropped(*n));
            let Some(n) = live else { return };
            story.source.send_each(&story.lab, n, [number(n, 5), number(n, 6)]);
            story.source.end(&story.lab, n);
            let state = story.lab.state("k").unwrap();
            assert_eq!((state.status, state.fetch_status), (Status::Success, Idle), "{name}");
            let data = story.data().unwrap();
            assert!(data.ends_with(&[number(n, 5), number(n, 6)]), "{name}: {data:?}");
            let own = |of: &i32| *of == BY_HAND || (number(n, 0)..number(n, 9)).contains(of);
            assert!(story.mode == RefetchMode::Append || data.iter().all(own), "{name}: {data:?}");
            let mut once = data.clone();
            once.dedup();
            assert_eq!(once, data, "{name}");
        });
    }
}

#[test]
fn nothing_of_one_owner_is_ever_shown_to_the_next() {
    for action in ACTIONS {
        stories(&MODES, |story, boundary, name| {
            story.go_to(boundary);
            let old = story.source.calls();
            story.act(action);
            story.act(Action::OtherOwner);
            let shows_old = |story: &Story| {
                let shown = story.hook.borrow().as_ref().and_then(Observer::data::<Vec<i32>>);
                let all = shown.into_iter().chain(story.data()).flatten();
                all.into_iter().any(|n| n < number(old, 0))
            };
            assert!(!shows_old(&story), "{action:?} {name}: at once");
            story.lab.flush();
            story.act(Action::Cancel);
            story.lab.flush();
            assert!(!shows_old(&story), "{action:?} {name}: after all");
            story.leave();
        });
    }
}

/// The state that a cancelled stream leaves is one that was there before, whole.
#[test]
fn a_cancelled_stream_leaves_what_was_there_last() {
    stories(&MODES, |story, boundary, name| {
        story.go_to(boundary);
        story.lab.flush();
        let before = (story.data(), story.lab.state("k").unwrap());
        story.act(Action::Cancel);
        let (data, state) = (story.data(), story.lab.state("k").unwrap());
        assert_eq!(state.fetch_status, Idle, "{name}");
        let was_reset = before.0.is_none() && data.is_some();
        let old = vec![number(0, 0)];
        assert!(data == before.0 || (was_reset && data == Some(old)), "{name}: {data:?}");
        let has_nothing = data.is_none() && state.error.is_none();
        assert_eq!(state.status == Status::Pending, has_nothing, "{name}");
        story.leave();
    });
}

#[test]
fn a_listener_may_refetch_at_the_first_chunk() {
    let lab = Lab::new();
    let source = Source::new();
    let query = source.query_with("k", RefetchMode::Append);
    let client = lab.client.downgrade();
    let refetches = Cell::new(true);
    let listener = Rc::new(move || {
        let client = client.upgrade().unwrap();
        if client.get_query_data::<Vec<i32>>("k").unwrap().is_some() && refetches.take() {
            drop(client.refetch_queries("k"));
        }
    });
    let hook = lab.client.observe(lab.query_watch(&query), listener);
    hook.view().read(Fields::ALL, |_| ());
    lab.flush();
    source.put_each(0, [1, 2]);
    lab.flush();
    assert_eq!((source.calls(), source.is_dropped(0)), (2, true));
    source.send(&lab, 1, 3);
    assert_eq!(lab.data("k"), Some(vec![1, 2, 3]));
}

#[test]
fn a_stream_may_cancel_its_own_query() {
    let lab = Lab::new();
    let client = lab.client.downgrade();
    let stops = move |_| {
        let client = client.clone();
        let stream = futures::stream::iter([4, 5]).map(move |number| {
            client.upgrade().unwrap().cancel_queries("k");
            Ok::<_, Text>(number)
        });
        std::future::ready(Ok(stream))
    };
    drop(lab.client.prefetch_query(streamed_query("k", stops)));
    lab.flush();
    let state = lab.state("k").unwrap();
    assert_eq!((state.status, state.fetch_status), (Status::Pending, Idle));
    lab.client.engine().unwrap().check().unwrap();
}
