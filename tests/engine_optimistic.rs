//! SWR's mutations: optimistic changes, their end, and what they do to requests in flight.

#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lab::{Lab, Observer, Server, Text, ms, swr_watch};
use yew_clerk::client::{MutatorOptions, QueryError, Started};
use yew_clerk::engine::observer::Fields;

type Answer = Result<Option<Rc<String>>, QueryError<Text>>;
type Options = MutatorOptions<String>;

/// A list of letters on a server, and a hook that shows it.
struct Letters {
    lab: Lab,
    truth: Rc<RefCell<String>>,
    server: Server<String>,
    shown: Observer,
    discarded: Rc<Cell<u32>>,
}

impl Letters {
    fn new(fetch_delay: u64) -> Self {
        let lab = Lab::new();
        let truth = Rc::new(RefCell::new("foo".to_owned()));
        let inner = truth.clone();
        let server = lab.server(fetch_delay, move |_| Ok(inner.borrow().clone()));
        let discarded = Rc::<Cell<u32>>::default();
        let count = discarded.clone();
        let options =
            lab::SwrOptionsFor::<String>::new().on_discarded(move |_| count.set(count.get() + 1));
        let shown = Observer::new(&lab.client, swr_watch("k", &server, &options), Fields::ALL);
        lab.advance(fetch_delay);
        Self { lab, truth, server, shown, discarded }
    }

    fn text(&self) -> String {
        self.shown.data().unwrap_or_default()
    }

    /// A mutation that appends `letter` on the server after `delay`, and at once on the screen.
    fn append(
        &self,
        letter: Text,
        delay: u64,
        succeeds: bool,
        options: Options,
    ) -> Started<Answer> {
        let wait = self.lab.sim.sleep(ms(delay));
        let truth = self.truth.clone();
        let options = options.optimistic_with(move |below| {
            format!("{}{letter}", below.map_or(String::new(), |below| (*below).clone()))
        });
        let work = async move {
            wait.await;
            if !succeeds {
                return Err("no");
            }
            truth.borrow_mut().push_str(letter);
            Ok(truth.borrow().clone())
        };
        self.lab.client.mutate_async("k", work, options)
    }

    fn quiet(&self) -> Options {
        Options::new().revalidate(false)
    }
}

/// P36.
#[test]
fn an_optimistic_change_is_shown_until_the_result_is_there() {
    let world = Letters::new(0);
    for optimistic in [
        world.quiet().optimistic_data("bar".into()),
        world.quiet().optimistic_with(|_| "bar".into()),
    ] {
        let wait = world.lab.sim.sleep(ms(20));
        let work = async move {
            wait.await;
            Ok::<_, Text>("baz".to_owned())
        };
        let done = world.lab.run(world.lab.client.mutate_async("k", work, optimistic));
        assert_eq!(world.text(), "bar");
        world.lab.advance(19);
        assert_eq!(world.text(), "bar");
        world.lab.advance(1);
        assert_eq!(world.text(), "baz");
        assert!(matches!(done.take(), Some(Ok(Some(text))) if *text == "baz"));
    }
    assert_eq!(world.server.calls(), 1);
}

/// P37.
#[test]
fn a_failed_mutation_is_taken_back_and_followed_by_a_fetch() {
    let lab = Lab::new();
    let server = lab.server(20, |n| Ok(n.to_string()));
    let shown = lab.swr("k", &server, &lab::SwrOptionsFor::<String>::new());
    let seen = RefCell::new(vec![shown.data::<String>()]);
    let look = || seen.borrow_mut().push(shown.data::<String>());
    lab.advance(20);
    look();
    let wait = lab.sim.sleep(ms(20));
    let work = async move {
        wait.await;
        Err::<String, _>("no")
    };
    let options = Options::new().optimistic_data("bar".into());
    let done = lab.run(lab.client.mutate_async("k", work, options));
    look();
    lab.advance(20);
    look();
    lab.advance(20);
    look();
    let seen: Vec<_> = seen.take().into_iter().map(Option::unwrap_or_default).collect();
    assert_eq!(seen, ["", "0", "bar", "0", "1"]);
    assert!(matches!(done.take(), Some(Err(QueryError::Failed(error))) if *error == "no"));
    assert_eq!(shown.error(), None, "the error is the caller's, not the key's");
}

/// P38.
#[test]
fn the_result_is_written_as_it_is_as_it_is_computed_or_not_at_all() {
    let world = Letters::new(0);
    let client = &world.lab.client;
    drop(client.mutate_data::<_, Text>("k", "bar".to_owned(), world.quiet().populate_cache(false)));
    assert_eq!(world.text(), "foo");
    let both = |result: Rc<String>, current: Option<Rc<String>>| {
        format!("{}+{result}", current.unwrap_or_default())
    };
    let options = world.quiet().populate_cache_with(both).optimistic_data("soon".into());
    let done = client.mutate_async("k", async { Ok::<_, Text>("bar".to_owned()) }, options);
    assert_eq!(world.text(), "soon");
    assert!(matches!(world.lab.run(done).take(), Some(Ok(Some(text))) if *text == "bar"));
    assert_eq!(world.text(), "foo+bar");
}

#[test]
fn mutations_that_end_in_any_order_undo_only_themselves() {
    let ends = [(10, 20, 30), (10, 30, 20), (20, 10, 30), (30, 10, 20), (20, 30, 10), (30, 20, 10)];
    for (a, b, c) in ends {
        for failing in 0..8_u8 {
            let world = Letters::new(5);
            let ok = |bit: u8| failing & (1 << bit) == 0;
            let _all = (
                world.append("a", a, ok(0), Options::new()),
                world.append("b", b, ok(1), Options::new()),
                world.append("c", c, ok(2), Options::new()),
            );
            assert_eq!(world.text(), "fooabc");
            world.lab.advance(100);
            assert_eq!(world.text(), *world.truth.borrow(), "{a} {b} {c} failing {failing:b}");
            assert!(!world.shown.is_validating());
        }
    }
}

#[test]
fn an_overtaken_mutation_that_fails_leaves_the_newer_change_on_the_screen() {
    let world = Letters::new(5);
    let first = world.lab.run(world.append("a", 10, false, Options::new()));
    let _second = world.append("b", 50, true, Options::new());
    assert_eq!(world.text(), "fooab");
    world.lab.advance(10);
    assert_eq!(world.text(), "foob");
    assert!(matches!(first.take(), Some(Err(QueryError::Failed(_)))));
    world.lab.advance(100);
    assert_eq!(world.text(), "foob");
}

#[test]
fn without_a_fetch_that_follows_the_change_on_the_screen_becomes_the_truth() {
    let world = Letters::new(0);
    let _done = world.append("a", 10, true, world.quiet().populate_cache(false));
    world.lab.advance(10);
    assert_eq!(world.text(), "fooa");
    let add = |old: Option<&String>| old.map(|old| format!("{old}!"));
    drop(world.lab.client.mutate_with::<_, Text>("k", add, world.quiet()));
    assert_eq!((world.text().as_str(), world.server.calls()), ("fooa!", 1));
}

#[test]
fn an_answer_that_is_older_than_a_mutation_is_discarded() {
    // The three overlaps: begun before and ended during, begun before and ended after, begun during.
    for (fetch_at, fetch_takes) in [(0, 20), (0, 100), (15, 10), (15, 100)] {
        let world = Letters::new(5);
        let fetch = || drop(world.lab.client.mutate::<String, Text>("k"));
        world.server.delay.set(fetch_takes);
        if fetch_at == 0 {
            fetch();
            world.lab.advance(10);
        } else {
            world.lab.advance(10);
        }
        world.server.delay.set(5);
        let _done = world.append("a", 40, true, world.quiet());
        world.lab.advance(5);
        if fetch_at > 0 {
            world.server.delay.set(fetch_takes);
            fetch();
        }
        for _ in 0..35 {
            assert_eq!(world.text(), "fooa", "the change stays on the screen");
            world.lab.advance(1);
        }
        assert_eq!(world.text(), "fooa");
        world.lab.advance(200);
        assert_eq!((world.text().as_str(), world.shown.is_validating()), ("fooa", false));
        assert_eq!(world.discarded.get(), 1, "told once: {fetch_at} {fetch_takes}");
    }
}

#[test]
fn a_mutation_that_succeeded_does_not_look_failed_when_the_fetch_after_it_fails() {
    let lab = Lab::new();
    let server = lab.server(0, |n| if n == 0 { Ok(0) } else { Err("no") });
    let shown = lab.swr("k", &server, &lab::SwrOptionsFor::<i32>::new().error_retry_count(0));
    lab.flush();
    let work = async { Ok::<_, Text>(5) };
    let done = lab.run(lab.client.mutate_async("k", work, MutatorOptions::new()));
    assert!(matches!(done.take(), Some(Ok(Some(five))) if *five == 5));
    assert_eq!((shown.data(), shown.error()), (Some(5), Some("no")));
}

#[test]
fn a_mutation_of_a_key_that_was_removed_meanwhile_still_answers() {
    let world = Letters::new(5);
    let done = world.lab.run(world.append("a", 10, true, Options::new()));
    world.lab.client.clear();
    world.lab.advance(10);
    assert!(matches!(done.take(), Some(Ok(Some(text))) if *text == "fooa"));
}

#[test]
fn an_entry_is_kept_while_a_mutation_runs_and_goes_after_it() {
    let world = Letters::new(0);
    let _done = world.append("a", 1_000_000, true, Options::new());
    let Letters { lab, shown, .. } = world;
    drop(shown);
    lab.advance(600_000);
    assert_eq!(lab.entries(), 1);
    lab.advance(400_000);
    assert_eq!(lab.data::<String>("k").as_deref(), Some("fooa"));
    lab.advance(300_000);
    assert_eq!(lab.entries(), 0);
}
