//! SWR's `mutate` to its last option: what it writes, shows, takes back, tells and fetches.

#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lab::{Lab, Observer, Server, SwrOptionsOf, Text, alice, bob, ms};
use yew_clerk::client::{MutatorOptions, QueryError, Started, query_options};
use yew_clerk::engine::entry::Status;
use yew_clerk::engine::key::Key;
use yew_clerk::engine::sim::Outcome;

type Options = MutatorOptions<Text>;
type Shown = Result<Option<Rc<Text>>, QueryError<Text>>;

fn quiet() -> Options {
    Options::new().revalidate(false)
}

/// A hook on "k" that shows "foo", and later what the server says.
struct Page {
    lab: Lab,
    server: Server<Text>,
    hook: Observer,
}

impl Page {
    fn new() -> Self {
        let lab = Lab::new();
        let server = lab.server(5, |n| Ok(if n == 0 { "foo" } else { "fresh" }));
        let hook = lab.swr("k", &server, &SwrOptionsOf::new());
        lab.advance(5);
        Self { lab, server, hook }
    }

    fn shown(&self) -> Text {
        self.hook.data().unwrap_or("-")
    }

    /// A mutation of "k" that ends after `delay`.
    fn start(&self, delay: u64, result: Result<Text, Text>, options: Options) -> Outcome<Shown> {
        let wait = self.lab.sim.sleep(ms(delay));
        let work = async move {
            wait.await;
            result
        };
        self.lab.run(self.lab.client.mutate_async("k", work, options))
    }

    /// What is shown in each of the next milliseconds, without repetitions.
    fn watch(&self, millis: u64) -> Vec<Text> {
        let mut seen = vec![self.shown()];
        for _ in 0..millis {
            self.lab.advance(1);
            if seen.last() != Some(&self.shown()) {
                seen.push(self.shown());
            }
        }
        seen
    }
}

fn value(outcome: &Outcome<Shown>) -> Option<Text> {
    outcome.take().expect("an end").expect("no error").map(|text| *text)
}

fn error(outcome: &Outcome<Shown>) -> Text {
    match outcome.take() {
        Some(Err(QueryError::Failed(error))) => *error,
        other => panic!("not failed: {other:?}"),
    }
}

/// P35.
#[test]
fn an_empty_key_is_none_and_nothing_happens() {
    let lab = Lab::new();
    let client = &lab.client;
    let all: [Started<Shown>; 4] = [
        client.mutate(""),
        client.mutate_data("", "data", Options::new()),
        client.mutate_async("", async { panic!("not started") }, Options::new()),
        client.mutate_clear("", Options::new()),
    ];
    for started in all {
        assert_eq!(value(&lab.run(started)), None);
    }
    assert_eq!(lab.entries(), 0);
}

/// P35.
#[test]
fn an_updater_that_fails_tells_its_caller_and_touches_nothing() {
    let page = Page::new();
    let before = page.lab.state("k").unwrap();
    let fails = |committed: Option<Rc<Text>>| {
        assert_eq!(committed.as_deref(), Some(&"foo"));
        std::future::ready(Err("no"))
    };
    let done = page.lab.run(page.lab.client.mutate_async_with("k", fails, quiet()));
    assert_eq!(error(&done), "no");
    let after = page.lab.state("k").unwrap();
    assert_eq!((page.shown(), page.hook.error()), ("foo", None));
    assert_eq!(after.data_update_count, before.data_update_count);
}

#[test]
fn work_begins_from_the_committed_data_whatever_is_on_the_screen() {
    let page = Page::new();
    let _slow = page.start(50, Ok("slow"), quiet().optimistic_data("soon"));
    let seen = Rc::new(Cell::new(None));
    let see = seen.clone();
    let work = move |committed: Option<Rc<Text>>| {
        see.set(committed.as_deref().copied());
        async { Ok::<_, Text>("done") }
    };
    drop(page.lab.client.mutate_async_with("k", work, quiet()));
    assert_eq!(seen.get(), Some("foo"), "called at once");
}

#[test]
fn a_rule_that_sees_the_new_data_and_the_key_decides_whether_to_fetch() {
    for wanted in [true, false] {
        let page = Page::new();
        let seen = Rc::<RefCell<Vec<(Text, String)>>>::default();
        let see = seen.clone();
        let rule = move |data: Option<&Text>, key: &Key| {
            see.borrow_mut().push((data.copied().unwrap_or("-"), key.to_json()));
            wanted
        };
        let options = Options::new().revalidate_with(rule).optimistic_data("soon");
        let _done = page.start(10, Ok("bar"), options);
        page.lab.advance(10);
        assert_eq!(*seen.borrow(), [("bar", "\"k\"".to_owned())], "asked once, in the end");
        page.lab.advance(10);
        assert_eq!(page.server.calls(), 1 + u32::from(wanted));
    }
}

#[test]
fn the_rule_sees_data_that_was_rolled_back() {
    let page = Page::new();
    let seen = Rc::new(Cell::new("-"));
    let see = seen.clone();
    let rule = move |data: Option<&Text>, _: &Key| {
        see.set(data.copied().unwrap_or("-"));
        false
    };
    let options = Options::new().revalidate_with(rule).optimistic_data("soon");
    let done = page.start(10, Err("no"), options);
    page.lab.advance(20);
    assert_eq!((seen.get(), error(&done), page.server.calls()), ("foo", "no", 1));
}

/// P37.
#[test]
fn a_rule_decides_by_the_error_whether_to_roll_back() {
    let optimistic = || {
        let options = quiet().optimistic_data("bar");
        options.rollback_on_error_with(|error: &Text| *error == "conflict")
    };
    let page = Page::new();
    let done = page.start(10, Err("conflict"), optimistic());
    assert_eq!(page.watch(20), ["bar", "foo"]);
    assert_eq!(error(&done), "conflict");
    let done = page.start(10, Err("abort"), optimistic());
    assert_eq!(page.watch(20), ["bar"]);
    assert_eq!((error(&done), page.hook.error()), ("abort", None));
}

#[test]
fn without_a_rollback_the_change_stays_until_the_fetch_that_follows() {
    let page = Page::new();
    let options = Options::new().optimistic_data("bar").rollback_on_error(false);
    let _done = page.start(10, Err("no"), options);
    assert_eq!(page.watch(30), ["bar", "fresh"]);
}

#[test]
fn a_caller_who_does_not_want_errors_gets_nothing() {
    let page = Page::new();
    let done = page.start(10, Err("no"), quiet().throw_on_error(false).optimistic_data("bar"));
    assert_eq!(page.watch(20), ["bar", "foo"]);
    assert_eq!(value(&done), None);
}

#[test]
fn an_overtaken_caller_hears_of_an_error_even_so() {
    let page = Page::new();
    let first = page.start(10, Err("no"), quiet().throw_on_error(false));
    let _second = page.start(20, Ok("new"), quiet());
    page.lab.advance(20);
    assert_eq!(error(&first), "no");
}

#[test]
fn an_optimistic_function_sees_the_committed_and_the_displayed_data() {
    let page = Page::new();
    let _first = page.start(50, Ok("a"), quiet().optimistic_data("soon"));
    let seen = Rc::<RefCell<Vec<(Text, Text)>>>::default();
    let see = seen.clone();
    let options = quiet().optimistic_data_with(move |committed, displayed| {
        let text = |data: Option<Rc<Text>>| data.map_or("-", |text| *text);
        see.borrow_mut().push((text(committed), text(displayed)));
        "later"
    });
    let _second = page.start(60, Ok("b"), options);
    assert_eq!(page.shown(), "later");
    assert_eq!(seen.borrow().first(), Some(&("foo", "soon")));
}

#[test]
fn consecutive_optimistic_functions_add_up_and_are_taken_back_one_by_one() {
    let lab = Lab::new();
    let server = lab.counter(5);
    let hook = lab.swr("n", &server, &lab::Swr::new());
    lab.advance(5);
    let add = |amount: i32, delay: u64, succeeds: bool| {
        let wait = lab.sim.sleep(ms(delay));
        let work = async move {
            wait.await;
            if succeeds { Ok(amount) } else { Err("no") }
        };
        let options = MutatorOptions::<i32>::new()
            .revalidate(false)
            .populate_cache(false)
            .optimistic_data_with(move |_, displayed| displayed.map_or(0, |n| *n) + amount);
        drop(lab.client.mutate_async("n", work, options));
    };
    add(1, 30, true);
    add(10, 20, false);
    add(100, 10, true);
    assert_eq!(hook.number(), Some(111));
    lab.advance(10);
    assert_eq!(hook.number(), Some(111));
    lab.advance(10);
    assert_eq!(hook.number(), Some(101), "only the one that failed");
    lab.advance(10);
    assert_eq!((hook.number(), server.calls()), (Some(101), 1), "nobody fetches: it is the truth");
}

#[test]
fn an_older_mutation_that_ends_later_writes_nothing_and_does_not_show_through() {
    let page = Page::new();
    let old = page.start(40, Ok("old"), quiet().optimistic_data("old soon"));
    let new = page.start(20, Ok("new"), quiet());
    assert_eq!(page.watch(60), ["old soon", "new"]);
    assert_eq!((value(&old), value(&new)), (Some("old"), Some("new")));
}

#[test]
fn an_older_mutation_that_fails_later_takes_nothing_back() {
    let page = Page::new();
    let old = page.start(40, Err("no"), quiet());
    let new = page.start(10, Ok("success"), quiet());
    assert_eq!(page.watch(60), ["foo", "success"]);
    assert_eq!((error(&old), value(&new)), ("no", Some("success")));
}

/// P37.
#[test]
fn two_failures_go_back_to_the_data_from_before_both() {
    let page = Page::new();
    let _first = page.start(20, Err("no"), quiet().optimistic_data("one"));
    let mut seen = page.watch(10);
    let _second = page.start(20, Err("no"), quiet().optimistic_data("two"));
    seen.extend(page.watch(40));
    assert_eq!(seen, ["one", "two", "foo"]);
}

#[test]
fn a_newer_failure_goes_back_to_the_committed_data_though_an_older_mutation_runs() {
    let page = Page::new();
    let _old = page.start(30, Ok("old"), quiet().optimistic_data("old soon"));
    let _new = page.start(10, Err("no"), quiet().optimistic_data("new soon"));
    assert_eq!(
        page.watch(60),
        ["new soon", "foo"],
        "what an overtaken mutation gives is not written"
    );
}

#[test]
fn overlapping_mutations_are_followed_by_one_fetch_when_the_last_has_ended() {
    for (first, second) in [(20, 40), (40, 20)] {
        let page = Page::new();
        let _both = (
            page.start(first, Ok("a"), Options::new()),
            page.start(second, Ok("b"), Options::new()),
        );
        page.lab.advance(39);
        assert_eq!(page.server.calls(), 1, "its answer would be out of date");
        page.lab.advance(10);
        assert_eq!((page.server.calls(), page.shown()), (2, "fresh"));
    }
}

#[test]
fn the_wish_of_an_overtaken_mutation_for_a_fetch_does_not_count() {
    let page = Page::new();
    let _old = page.start(20, Ok("old"), Options::new());
    let _new = page.start(30, Ok("new"), quiet());
    page.lab.advance(50);
    assert_eq!((page.server.calls(), page.shown()), (1, "new"));
}

#[test]
fn the_wish_of_the_newest_mutation_for_a_fetch_outlives_an_older_one() {
    let page = Page::new();
    let _old = page.start(30, Ok("old"), quiet());
    let _new = page.start(10, Ok("new"), Options::new());
    page.lab.advance(50);
    assert_eq!((page.server.calls(), page.shown()), (2, "fresh"));
}

#[test]
fn cleared_data_is_gone_with_its_error_and_comes_anew() {
    let lab = Lab::new();
    let server = lab.server(5, |n| if n == 1 { Err("no") } else { Ok("data") });
    let options = SwrOptionsOf::new().error_retry_count(0);
    let hook = lab.swr("k", &server, &options);
    lab.advance(5);
    lab.run(lab.client.mutate::<Text, Text>("k"));
    lab.advance(5);
    assert_eq!((hook.data(), hook.error()), (Some("data"), Some("no")));
    let done = lab.run(lab.client.mutate_clear::<Text, Text>("k", Options::new()));
    assert_eq!(value(&done), None);
    assert_eq!((hook.data::<Text>(), hook.error()), (None, None));
    assert!(hook.is_loading());
    lab.advance(5);
    assert_eq!(hook.data(), Some("data"));
}

#[test]
fn data_is_cleared_for_good_if_nobody_fetches() {
    let page = Page::new();
    let _running = page.start(50, Ok("late"), quiet().optimistic_data("soon"));
    drop(page.lab.client.mutate_clear::<Text, Text>("k", quiet()));
    assert_eq!(page.watch(100), ["-"]);
    let state = page.lab.state("k").unwrap();
    assert_eq!((state.status, state.data_updated_at.as_millis()), (Status::Pending, 0));
    assert_eq!(page.server.calls(), 1);
}

#[test]
fn previous_data_stands_in_for_data_that_was_cleared() {
    let lab = Lab::new();
    let server = lab.server(5, |_| Ok("data"));
    let hook = lab.swr("k", &server, &SwrOptionsOf::new().keep_previous_data(true));
    lab.advance(5);
    drop(lab.client.mutate_clear::<Text, Text>("k", Options::new()));
    assert_eq!((hook.data(), hook.is_placeholder(), hook.is_loading()), (Some("data"), true, true));
}

#[test]
fn everything_works_without_a_hook() {
    let lab = Lab::new();
    let client = &lab.client;
    drop(client.mutate_data::<Text, Text>("k", "a", Options::new()));
    assert_eq!(lab.data("k"), Some("a"));
    let done = lab.run(client.mutate_async("k", async { Ok::<_, Text>("b") }, Options::new()));
    assert_eq!((value(&done), lab.data("k")), (Some("b"), Some("b")));
    drop(client.mutate_clear::<Text, Text>("k", Options::new()));
    assert_eq!(lab.data::<Text>("k"), None);
    assert_eq!(lab.fetching(), 0);
}

#[test]
fn who_waits_for_a_fetch_that_a_mutation_overtakes_gets_what_it_writes() {
    let lab = Lab::new();
    let server = lab.server(50, |_| Ok("fetched"));
    let fetched = lab.run(lab.client.fetch_query(server.query("k")));
    lab.advance(10);
    let wait = lab.sim.sleep(ms(10));
    let work = async move {
        wait.await;
        Ok::<_, Text>("written")
    };
    drop(lab.client.mutate_async("k", work, quiet().optimistic_data("soon")));
    lab.advance(5);
    assert!(fetched.take().is_none(), "what is shown meanwhile is not the answer");
    lab.advance(5);
    assert!(matches!(fetched.take(), Some(Ok(text)) if *text == "written"));
    assert_eq!(server.calls(), 1);
}

#[test]
fn who_waits_for_a_fetch_is_answered_by_another_if_the_mutation_brings_no_data() {
    let endings: [Result<Text, Text>; 2] = [Ok("not written"), Err("no")];
    for ending in endings {
        let lab = Lab::new();
        let server = lab.server(50, |_| Ok("fetched"));
        let fetched = lab.run(lab.client.fetch_query(server.query("k")));
        lab.advance(10);
        let options = quiet().populate_cache(false);
        drop(lab.client.mutate_async("k", async move { ending }, options));
        lab.advance(40);
        assert!(fetched.take().is_none());
        lab.advance(50);
        assert!(matches!(fetched.take(), Some(Ok(text)) if *text == "fetched"));
        assert_eq!(server.calls(), 2);
    }
}

#[test]
fn a_fetch_that_a_mutation_overtakes_and_nobody_awaits_is_not_made_up_for() {
    let lab = Lab::new();
    let server = lab.server(50, |_| Ok("fetched"));
    drop(lab.client.prefetch_query(server.query("k")));
    lab.advance(10);
    let work = async { Ok::<_, Text>("not written") };
    drop(lab.client.mutate_async("k", work, quiet().populate_cache(false)));
    lab.advance(200);
    assert_eq!((server.calls(), lab.data::<Text>("k")), (1, None));
}

#[test]
fn who_waits_for_an_overtaken_fetch_hears_that_the_user_has_gone() {
    let lab = Lab::new();
    lab.own(alice());
    let server = lab.server(50, |_| Ok("fetched"));
    let fetched = lab.run(lab.client.fetch_query(server.query("k")));
    lab.advance(10);
    let work = std::future::pending::<Result<Text, Text>>();
    drop(lab.client.mutate_async("k", work, Options::new()));
    lab.own(bob());
    assert!(matches!(fetched.take(), Some(Err(QueryError::Cancelled))));
}

#[test]
fn types_are_those_of_the_work() {
    let lab = Lab::new();
    let query = query_options("k", |_| async { Ok::<_, Text>(1) });
    lab.run(lab.client.fetch_query(query));
    let more = lab.client.mutate_async_with(
        "k",
        |committed: Option<Rc<i32>>| async move { committed.map(|n| *n + 1).ok_or("nothing yet") },
        MutatorOptions::new(),
    );
    assert!(matches!(lab.run(more).take(), Some(Ok(Some(two))) if *two == 2));
    let fails = lab.sim.random() > 0.5;
    let work = async move { if fails { Err("no") } else { Ok(3) } };
    let three = lab.client.mutate_async("k", work, MutatorOptions::new().optimistic_data(3));
    assert!(matches!(lab.run(three).take(), Some(Ok(Some(three))) if *three == 3));
}
