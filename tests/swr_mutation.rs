//! SWR's mutations at the server: what `use_swr_mutation` runs, shows and tells.

#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lab::{Lab, SwrOptionsOf, Text, alice, bob, ms};
use yew_clerk::client::{MutatorOptions, QueryError, SwrMutation, SwrMutationOptions};
use yew_clerk::engine::key::IntoKey;
use yew_clerk::engine::options::Access;
use yew_clerk::engine::sim::Outcome;

type Options = SwrMutationOptions<Text, Text>;
type Answer = Result<Option<Rc<Text>>, QueryError<Text>>;

/// What a trigger is to do: end after so many milliseconds, and how.
type Arg = (u64, Result<Text, Text>);

/// A mutation of "k" whose triggers say what happens.
struct Page {
    lab: Lab,
    mutation: SwrMutation<Arg, Text, Text>,
    told: Rc<Cell<u32>>,
    calls: Rc<Cell<u32>>,
}

impl Page {
    fn new(options: Options) -> Self {
        Self::of("k", options)
    }

    fn of(key: impl IntoKey, options: Options) -> Self {
        let lab = Lab::new();
        let (told, calls) = (Rc::<Cell<u32>>::default(), Rc::<Cell<u32>>::default());
        let count = told.clone();
        let listener = Rc::new(move || count.set(count.get() + 1));
        let fetcher = fetcher(&lab, &calls);
        let mutation = lab.client.swr_mutation(key, fetcher, options, listener);
        Self { lab, mutation, told, calls }
    }

    fn trigger(&self, delay: u64, result: Result<Text, Text>) -> Outcome<Answer> {
        self.lab.run(self.mutation.trigger((delay, result)))
    }

    fn trigger_with(&self, delay: u64, result: Result<Text, Text>, options: &Options) {
        drop(self.mutation.trigger_with((delay, result), options));
        self.lab.flush();
    }

    /// Data, error, and whether it runs.
    fn shown(&self) -> (Text, Text, bool) {
        let text = |text: Option<Rc<Text>>| text.map_or("-", |text| *text);
        let mutation = &self.mutation;
        (text(mutation.data()), text(mutation.error()), mutation.is_mutating())
    }
}

fn fetcher(
    lab: &Lab,
    calls: &Rc<Cell<u32>>,
) -> impl Fn(Arg) -> std::pin::Pin<Box<dyn Future<Output = Result<Text, Text>>>> + use<> {
    let (sim, calls) = (lab.sim.clone(), calls.clone());
    move |(delay, result)| {
        calls.set(calls.get() + 1);
        let wait = sim.sleep(ms(delay));
        Box::pin(async move {
            wait.await;
            result
        })
    }
}

/// Callbacks that note what they are told.
fn noting(log: &Rc<RefCell<Vec<String>>>, name: Text) -> Options {
    let (good, bad) = (log.clone(), log.clone());
    Options::new()
        .on_success(move |data, key| good.borrow_mut().push(format!("{name} {data} of {key}")))
        .on_error(move |error, key| bad.borrow_mut().push(format!("{name} {error} of {key}")))
}

fn value(outcome: &Outcome<Answer>) -> Option<Text> {
    outcome.take().expect("an end").expect("no error").map(|text| *text)
}

/// P57.
#[test]
fn a_trigger_runs_at_once_and_ends_in_its_data() {
    let page = Page::new(Options::new());
    assert_eq!((page.shown(), page.calls.get()), (("-", "-", false), 0));
    let started = page.mutation.trigger((10, Ok("x")));
    assert_eq!((page.shown(), page.calls.get()), (("-", "-", true), 1), "before it is awaited");
    let done = page.lab.run(started);
    page.lab.advance(10);
    assert_eq!((page.shown(), value(&done)), (("x", "-", false), Some("x")));
    assert_eq!(page.told.get(), 2);
    page.mutation.reset();
    assert_eq!((page.shown(), page.told.get()), (("-", "-", false), 3));
}

/// P57.
#[test]
fn a_trigger_that_nobody_awaits_runs_to_its_end() {
    let page = Page::new(Options::new());
    drop(page.mutation.trigger((10, Ok("x"))));
    page.lab.advance(10);
    assert_eq!(page.shown(), ("x", "-", false));
}

/// P57.
#[test]
fn a_failure_is_shown_and_told_and_leaves_the_last_data() {
    let log = Rc::default();
    let page = Page::new(noting(&log, "hook"));
    page.trigger(0, Ok("x"));
    page.lab.flush();
    let done = page.trigger(10, Err("no"));
    page.lab.advance(10);
    assert_eq!(page.shown(), ("x", "no", false));
    assert!(matches!(done.take(), Some(Err(QueryError::Failed(error))) if *error == "no"));
    page.trigger(0, Ok("y"));
    page.lab.flush();
    assert_eq!(page.shown(), ("y", "-", false));
    assert_eq!(*log.borrow(), ["hook x of \"k\"", "hook no of \"k\"", "hook y of \"k\""]);
}

#[test]
fn who_does_not_want_errors_thrown_finds_them_in_the_state() {
    let page = Page::new(Options::new().throw_on_error(false));
    let done = page.trigger(0, Err("no"));
    page.lab.flush();
    assert_eq!((page.shown(), value(&done)), (("-", "no", false), None));
}

/// P57.
#[test]
fn triggers_are_not_deduped_and_only_the_latest_is_shown() {
    let log = Rc::default();
    let page = Page::new(noting(&log, "hook"));
    assert!(page.mutation.data().is_none());
    let calls = [(40, "0"), (10, "1"), (20, "2"), (30, "3")];
    let done = calls.map(|(delay, data)| page.trigger(delay, Ok(data)));
    assert_eq!(page.calls.get(), 4);
    page.lab.advance(50);
    assert_eq!(page.told.get(), 1, "who reads the data alone sees no state between");
    assert_eq!(page.shown(), ("3", "-", false));
    assert_eq!(*log.borrow(), ["hook 3 of \"k\""]);
    assert_eq!(done.each_ref().map(value), ["0", "1", "2", "3"].map(Some));
}

#[test]
fn the_error_of_an_overtaken_trigger_is_swallowed() {
    let page = Page::new(Options::new());
    let old = page.trigger(10, Err("no"));
    let new = page.trigger(20, Ok("new"));
    page.lab.advance(10);
    assert_eq!((page.shown(), value(&old)), (("-", "-", true), None));
    page.lab.advance(10);
    assert_eq!((page.shown(), value(&new)), (("new", "-", false), Some("new")));
}

#[test]
fn after_a_reset_nothing_that_runs_is_shown_or_told() {
    let log = Rc::default();
    let page = Page::new(noting(&log, "hook"));
    let done = page.trigger(10, Ok("x"));
    let failed = page.trigger(10, Err("no"));
    page.mutation.reset();
    page.lab.advance(10);
    assert_eq!(page.shown(), ("-", "-", false));
    assert!(log.borrow().is_empty());
    assert_eq!((value(&done), value(&failed)), (Some("x"), None));
}

#[test]
fn a_missing_key_is_an_error_and_starts_nothing() {
    for page in [Page::of(None::<Text>, Options::new()), Page::of("", Options::new())] {
        let done = page.trigger(0, Ok("x"));
        assert!(matches!(done.take(), Some(Err(QueryError::NoKey))));
        assert_eq!((page.shown(), page.calls.get()), (("-", "-", false), 0));
    }
}

#[test]
fn a_trigger_uses_the_newest_key_function_and_options() {
    let (old, new) = (Rc::default(), Rc::default());
    let page = Page::new(noting(&old, "old"));
    let running = page.trigger(10, Ok("x"));
    let calls = Rc::<Cell<u32>>::default();
    page.mutation.update("other", fetcher(&page.lab, &calls), noting(&new, "new"));
    page.lab.advance(10);
    assert_eq!(*old.borrow(), ["old x of \"k\""], "what runs keeps what it began with");
    page.trigger(0, Ok("y"));
    page.lab.flush();
    assert_eq!((page.calls.get(), calls.get(), value(&running)), (1, 1, Some("x")));
    assert_eq!(*new.borrow(), ["new y of \"other\""]);
}

#[test]
fn the_options_of_a_trigger_are_laid_over_those_of_the_hook() {
    let (hook, call) = (Rc::default(), Rc::default());
    let page = Page::new(noting(&hook, "hook").populate_cache(true));
    page.lab.client.set_query_data("k", "old").unwrap();
    let over = Options::new().on_success({
        let call: Rc<RefCell<Vec<Text>>> = Rc::clone(&call);
        move |data, _| call.borrow_mut().push(*data)
    });
    page.trigger_with(0, Ok("x"), &over);
    assert_eq!(page.lab.data("k"), Some("x"), "what the call leaves open is the hook's");
    page.trigger_with(0, Err("no"), &over);
    page.trigger_with(0, Ok("y"), &Options::new().populate_cache(false));
    assert_eq!(*call.borrow(), ["x"]);
    assert_eq!(*hook.borrow(), ["hook no of \"k\"", "hook y of \"k\""]);
    assert_eq!(page.lab.data("k"), Some("x"));
}

#[test]
fn the_result_is_not_written_and_the_key_is_fetched_by_default() {
    let page = Page::new(Options::new());
    let server = page.lab.server(5, |n| Ok(if n == 0 { "foo" } else { "fresh" }));
    let hook = page.lab.swr("k", &server, &SwrOptionsOf::new());
    page.lab.advance(5);
    page.trigger(10, Ok("bar"));
    page.lab.advance(10);
    assert_eq!((hook.data(), page.shown().0), (Some("foo"), "bar"));
    page.lab.advance(5);
    assert_eq!((hook.data(), server.calls()), (Some("fresh"), 2));
}

#[test]
fn the_result_is_written_if_that_is_wanted_before_the_fetch() {
    let page = Page::new(Options::new().populate_cache(true));
    let server = page.lab.server(5, |n| Ok(if n == 0 { "foo" } else { "fresh" }));
    let hook = page.lab.swr("k", &server, &SwrOptionsOf::new());
    page.lab.advance(5);
    page.trigger(10, Ok("bar"));
    page.lab.advance(10);
    assert_eq!(hook.data(), Some("bar"));
    page.lab.advance(5);
    assert_eq!(hook.data(), Some("fresh"));
}

#[test]
fn the_key_may_hold_another_type_than_the_mutation_gives() {
    let log = Rc::<RefCell<Vec<Option<usize>>>>::default();
    let seen = log.clone();
    let add = |committed: Option<Rc<Vec<Text>>>, text: Text| {
        let mut list = committed.map_or_else(Vec::new, |list| (*list).clone());
        list.push(text);
        list
    };
    let options = Options::new()
        .optimistic_data_with(move |committed, _| add(committed, "soon"))
        .populate_cache_with(move |text: Rc<Text>, committed| add(committed, *text))
        .revalidate_with(move |list: Option<&Vec<Text>>, _| {
            seen.borrow_mut().push(list.map(Vec::len));
            false
        });
    let page = Page::new(options);
    page.lab.client.set_query_data("k", vec!["a"]).unwrap();
    page.trigger(10, Ok("b"));
    assert_eq!(page.lab.data("k"), Some(vec!["a", "soon"]));
    page.lab.advance(10);
    assert_eq!(page.lab.data("k"), Some(vec!["a", "b"]));
    assert_eq!((page.shown().0, log.take()), ("b", vec![Some(2)]));
}

#[test]
fn an_optimistic_change_is_taken_back_by_the_rules_of_the_options() {
    for (rollback, left) in [(true, "old"), (false, "soon")] {
        let options = Options::new()
            .optimistic_data("soon")
            .revalidate(false)
            .rollback_on_error_with(move |error| *error == "no" && rollback);
        let page = Page::new(options);
        page.lab.client.set_query_data("k", "old").unwrap();
        page.trigger(10, Err("no"));
        assert_eq!(page.lab.data("k"), Some("soon"));
        page.lab.advance(10);
        assert_eq!(page.lab.data("k"), Some(left));
        assert!(page.lab.state("k").unwrap().error.is_none(), "the error is the mutation's alone");
    }
}

#[test]
fn a_fetch_of_the_key_in_flight_is_ignored() {
    let page = Page::new(Options::new().populate_cache(true).revalidate(false));
    let server = page.lab.server(10, |_| Ok("foo"));
    let hook = page.lab.swr("k", &server, &SwrOptionsOf::new());
    page.lab.flush();
    page.trigger(20, Ok("bar"));
    for _ in 0..50 {
        page.lab.advance(1);
        assert_ne!(hook.data(), Some("foo"));
    }
    assert_eq!((hook.data(), hook.is_validating()), (Some("bar"), false));
}

#[test]
fn it_neither_reads_the_cache_nor_fetches_by_itself() {
    let page = Page::new(Options::new());
    let server = page.lab.server(0, |_| Ok("data"));
    let _hook = page.lab.swr("k", &server, &SwrOptionsOf::new());
    page.lab.flush();
    drop(page.lab.client.mutate::<Text, Text>("k"));
    page.mutation.update("other", fetcher(&page.lab, &page.calls), Options::new());
    page.lab.focus();
    assert_eq!((page.shown(), page.calls.get()), (("-", "-", false), 0));
}

#[test]
fn a_newer_mutate_of_the_key_does_not_hide_the_result() {
    let page = Page::new(Options::new().populate_cache(true));
    let done = page.trigger(10, Ok("bar"));
    drop(page.lab.client.mutate_data::<Text, Text>("k", "newer", MutatorOptions::new()));
    page.lab.advance(10);
    assert_eq!((page.shown(), value(&done)), (("bar", "-", false), Some("bar")));
    assert_eq!(page.lab.data("k"), Some("newer"));
}

#[test]
fn a_component_that_goes_does_not_stop_what_runs() {
    let log = Rc::default();
    let page = Page::new(noting(&log, "hook").populate_cache(true));
    let done = page.trigger(10, Ok("x"));
    let Page { lab, mutation, told, .. } = page;
    drop(mutation);
    let before = told.get();
    lab.advance(10);
    assert_eq!((value(&done), lab.data("k")), (Some("x"), Some("x")));
    assert_eq!((log.take(), told.get()), (vec!["hook x of \"k\"".to_owned()], before));
}

#[test]
fn the_next_user_sees_and_hears_nothing_of_it() {
    for result in [Ok("alice's"), Err("alice's")] {
        let log = Rc::default();
        let page = Page::new(noting(&log, "hook").populate_cache(true));
        page.lab.own(alice());
        page.trigger(0, Ok("before"));
        page.lab.flush();
        log.take();
        let done = page.trigger(10, result);
        page.lab.own(bob());
        assert_eq!(page.shown(), ("-", "-", false));
        page.lab.client.set_query_data("k", "bob's").unwrap();
        page.lab.advance(10);
        assert_eq!((page.shown(), page.lab.data("k")), (("-", "-", false), Some("bob's")));
        assert!(matches!(done.take(), Some(Err(QueryError::Cancelled))));
        assert!(log.borrow().is_empty());
    }
}

#[test]
fn what_changes_public_data_ends_as_usual_but_unseen_by_the_next_user() {
    let log = Rc::default();
    let page = Page::new(noting(&log, "hook").populate_cache(true).revalidate(false));
    page.lab.own(alice());
    let server = page.lab.server(0, |_| Ok("public"));
    let options = SwrOptionsOf::new().access(Access::Public);
    let hook = page.lab.swr("k", &server, &options);
    page.lab.flush();
    let done = page.trigger(10, Ok("changed"));
    page.lab.own(bob());
    page.lab.advance(10);
    assert_eq!((hook.data(), value(&done)), (Some("changed"), Some("changed")));
    assert_eq!(page.shown(), ("-", "-", false));
    assert!(log.borrow().is_empty());
}

#[test]
fn the_callbacks_of_a_component_that_has_gone_are_not_called_for_the_next_user() {
    let log = Rc::default();
    let page = Page::new(noting(&log, "hook").revalidate(false));
    page.lab.own(alice());
    let server = page.lab.server(0, |_| Ok("public"));
    let options = SwrOptionsOf::new().access(Access::Public);
    let _hook = page.lab.swr("k", &server, &options);
    page.lab.flush();
    let done = page.trigger(10, Ok("alice's"));
    let Page { lab, mutation, .. } = page;
    drop(mutation);
    lab.own(bob());
    lab.advance(10);
    assert_eq!(value(&done), Some("alice's"));
    assert!(log.borrow().is_empty());
}

#[test]
fn to_learn_who_the_user_is_resets_nothing() {
    let page = Page::new(Options::new());
    page.lab.own(yew_clerk::engine::event::Owner::Unknown);
    page.trigger(10, Ok("x"));
    page.lab.own(alice());
    page.lab.advance(10);
    assert_eq!(page.shown(), ("x", "-", false));
}
