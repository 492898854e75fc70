//! SWR's subscriptions: who subscribes, what is shown, and when it ends.

#[path = "support/lab.rs"]
mod lab;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lab::{Lab, SwrOptionsOf, Text, alice, bob, ms};
use yew_clerk::client::{Next, SwrSubscription};
use yew_clerk::engine::event::{Event, Owner};
use yew_clerk::engine::filters::Filters;
use yew_clerk::engine::key::IntoKey;
use yew_clerk::engine::options::Access;

type Options = SwrOptionsOf;

/// A source that says what the test says, and notes who comes and goes.
#[derive(Clone, Default)]
struct Source {
    nexts: Rc<RefCell<Vec<Next<Text, Text>>>>,
    log: Rc<RefCell<Vec<String>>>,
}

impl Source {
    /// A function that subscribes under a name.
    fn named(&self, name: Text) -> impl Fn(Next<Text, Text>) -> Box<dyn FnOnce()> + use<> {
        let source = self.clone();
        move |next| {
            source.nexts.borrow_mut().push(next);
            source.log.borrow_mut().push(format!("+{name}"));
            let log = source.log.clone();
            Box::new(move || log.borrow_mut().push(format!("-{name}")))
        }
    }

    /// Where subscription number `n` brings its news.
    fn next(&self, n: usize) -> Next<Text, Text> {
        self.nexts.borrow().get(n).cloned().expect("a subscription with this number")
    }

    /// Who came and went since the last look.
    fn log(&self) -> Vec<String> {
        self.log.take()
    }
}

struct Hook {
    inner: SwrSubscription<Text, Text>,
    told: Rc<Cell<u32>>,
}

impl Hook {
    fn new(lab: &Lab, key: impl IntoKey, source: &Source, options: &Options) -> Self {
        let hook = Self::begin(lab, key, source, options);
        lab.flush();
        hook
    }

    /// The same, before anything has happened.
    fn begin(lab: &Lab, key: impl IntoKey, source: &Source, options: &Options) -> Self {
        let told = Rc::<Cell<u32>>::default();
        let count = told.clone();
        let name = "s";
        let listener = Rc::new(move || count.set(count.get() + 1));
        let inner = lab.client.swr_subscription(key, source.named(name), options, listener);
        Self { inner: inner.expect("a key that can be encoded"), told }
    }

    fn shown(&self) -> (Text, Text) {
        let text = |text: Option<Rc<Text>>| text.map_or("-", |text| *text);
        (text(self.inner.data()), text(self.inner.error()))
    }
}

/// P58.
#[test]
fn three_hooks_share_one_subscription_and_show_what_it_brings() {
    let lab = Lab::new();
    let source = Source::default();
    let options = Options::new().fallback_data("fb");
    let hooks = [(); 3].map(|()| Hook::new(&lab, "k", &source, &options));
    assert_eq!(source.log(), ["+s"]);
    let all_show = |shown: (Text, Text)| {
        lab.flush();
        assert_eq!(hooks.each_ref().map(Hook::shown), [shown; 3]);
    };
    all_show(("fb", "-"));
    let next = source.next(0);
    for data in ["0", "1", "2"] {
        next.data(data);
        all_show((data, "-"));
    }
    next.error("err");
    all_show(("2", "err"));
    next.data("4");
    all_show(("4", "-"));
    drop(hooks);
    lab.flush();
    assert_eq!(source.log(), ["-s"]);
    lab.client.engine().unwrap().check().unwrap();
}

/// P58.
#[test]
fn it_does_not_mix_with_a_query_of_the_same_key() {
    let lab = Lab::new();
    let source = Source::default();
    let server = lab.server(0, |_| Ok("swr"));
    let query = lab.swr("k", &server, &Options::new());
    let hook = Hook::new(&lab, "k", &source, &Options::new());
    source.next(0).data("sub");
    assert_eq!((query.data(), hook.shown()), (Some("swr"), ("sub", "-")));
    drop(lab.client.mutate::<Text, Text>("k"));
    lab.flush();
    assert_eq!((server.calls(), source.log()), (2, vec!["+s".to_owned()]));
    source.next(0).error("err");
    assert_eq!((query.error(), hook.shown()), (None, ("sub", "err")));
}

/// P39.
#[test]
fn no_filter_selects_it_and_it_never_counts_as_fetching() {
    let lab = Lab::new();
    let source = Source::default();
    let hook = Hook::new(&lab, "k", &source, &Options::new());
    source.next(0).data("sub");
    let seen = Rc::<Cell<u32>>::default();
    let see = seen.clone();
    let all = Filters::matching(move |_| {
        see.set(see.get() + 1);
        true
    });
    assert!(lab.client.keys(all).is_empty() && lab.client.keys("k").is_empty());
    assert!(lab.client.keys(Filters::default()).is_empty());
    assert_eq!((seen.get(), lab.fetching(), lab.client.is_fetching("k")), (0, 0, 0));
    lab.client.clear();
    drop(lab.client.invalidate_queries("k"));
    lab.client.cancel_queries("k");
    lab.flush();
    assert_eq!((hook.shown(), source.log()), (("sub", "-"), vec!["+s".to_owned()]));
}

#[test]
fn what_is_told_while_subscribing_is_shown() {
    let lab = Lab::new();
    let subscribe = |next: Next<i32, Text>| {
        next.data(1);
        next.update(|last| last.map_or(0, |n| *n + 1));
        || ()
    };
    let options = lab::Swr::new();
    let hook = lab.client.swr_subscription("k", subscribe, &options, Rc::new(|| ())).unwrap();
    lab.flush();
    assert_eq!(hook.data().as_deref(), Some(&2));
}

#[test]
fn an_update_begins_from_the_last_data_and_not_from_the_fallback() {
    let lab = Lab::new();
    let source = Source::default();
    let hook = Hook::new(&lab, "k", &source, &Options::new().fallback_data("fb"));
    source.next(0).update(|last| if last.is_none() { "first" } else { "wrong" });
    source.next(0).error("err");
    source
        .next(0)
        .update(|last| if last.as_deref() == Some(&"first") { "second" } else { "wrong" });
    assert_eq!(hook.shown(), ("second", "-"));
}

#[test]
fn equal_data_disturbs_nobody() {
    let lab = Lab::new();
    let source = Source::default();
    let hook = Hook::new(&lab, "k", &source, &Options::new());
    hook.shown();
    source.next(0).data("same");
    source.next(0).data("same");
    assert_eq!(hook.told.get(), 1);
    source.next(0).error("err");
    source.next(0).data("same");
    assert_eq!((hook.told.get(), hook.shown()), (3, ("same", "-")));
}

#[test]
fn the_subscription_lives_as_long_as_anybody_uses_it() {
    let lab = Lab::new();
    let source = Source::default();
    let options = Options::new();
    let first = Hook::new(&lab, "k", &source, &options);
    let second = Hook::new(&lab, "k", &source, &options);
    drop(first);
    lab.flush();
    assert_eq!(source.log(), ["+s"]);
    source.next(0).data("x");
    assert_eq!(second.shown(), ("x", "-"));
    drop(second);
    lab.flush();
    assert_eq!(source.log(), ["-s"]);
    let third = Hook::new(&lab, "k", &source, &options);
    assert_eq!((source.log(), third.shown()), (vec!["+s".to_owned()], ("x", "-")));
}

#[test]
fn who_comes_back_finds_the_last_data_and_the_last_error() {
    let lab = Lab::new();
    let source = Source::default();
    let hook = Hook::new(&lab, "k", &source, &Options::new());
    source.next(0).data("x");
    source.next(0).error("err");
    drop(hook);
    lab.flush();
    let hook = Hook::new(&lab, "k", &source, &Options::new());
    assert_eq!(hook.shown(), ("x", "err"));
}

#[test]
fn who_goes_before_the_subscription_has_begun_never_subscribes() {
    let lab = Lab::new();
    let source = Source::default();
    drop(Hook::begin(&lab, "k", &source, &Options::new()));
    lab.flush();
    assert!(source.log().is_empty());
}

#[test]
fn news_after_the_end_do_nothing() {
    let lab = Lab::new();
    let source = Source::default();
    let hook = Hook::new(&lab, "k", &source, &Options::new());
    let old = source.next(0);
    drop(hook);
    old.data("at once");
    lab.flush();
    old.data("late");
    old.error("late");
    old.update(|_| panic!("not asked"));
    let hook = Hook::new(&lab, "k", &source, &Options::new());
    old.data("later still");
    assert_eq!(hook.shown(), ("-", "-"));
    source.next(1).data("new");
    assert_eq!(hook.shown(), ("new", "-"));
}

#[test]
fn a_changed_key_ends_the_old_subscription_and_begins_a_new_one() {
    let lab = Lab::new();
    let source = Source::default();
    let hook = Hook::new(&lab, "a", &source, &Options::new());
    source.next(0).data("of a");
    hook.inner.update("b", source.named("b"), &Options::new()).unwrap();
    assert_eq!(hook.shown(), ("-", "-"));
    lab.flush();
    assert_eq!(source.log(), ["+s", "-s", "+b"], "first the end, then the beginning");
    source.next(0).data("late");
    source.next(1).data("of b");
    assert_eq!(hook.shown(), ("of b", "-"));
    hook.inner.update(None::<Text>, source.named("none"), &Options::new()).unwrap();
    lab.flush();
    assert_eq!((source.log(), hook.shown()), (vec!["-b".to_owned()], ("-", "-")));
}

#[test]
fn the_last_key_may_be_shown_meanwhile() {
    let lab = Lab::new();
    let source = Source::default();
    let options = Options::new().keep_previous_data(true);
    let hook = Hook::new(&lab, "a", &source, &options);
    source.next(0).data("of a");
    hook.inner.update("b", source.named("b"), &options).unwrap();
    assert_eq!(hook.shown(), ("of a", "-"));
}

#[test]
fn rendering_again_does_not_subscribe_again() {
    let lab = Lab::new();
    let source = Source::default();
    let hook = Hook::new(&lab, "k", &source, &Options::new());
    hook.inner.update("k", source.named("again"), &Options::new()).unwrap();
    lab.flush();
    assert_eq!(source.log(), ["+s"]);
}

#[test]
fn without_a_key_there_is_no_subscription() {
    let lab = Lab::new();
    let source = Source::default();
    let options = Options::new().fallback_data("fb");
    for key in [None, Some("")] {
        assert_eq!(Hook::new(&lab, key, &source, &options).shown(), ("fb", "-"));
    }
    assert!(source.log().is_empty());
    assert_eq!(lab.entries(), 0);
}

#[test]
fn neither_focus_nor_network_nor_time_begin_it_anew() {
    let lab = Lab::new();
    let source = Source::default();
    let options = Options::new().refresh_interval(ms(10)).is_paused(true);
    let hook = Hook::new(&lab, "k", &source, &options);
    source.next(0).error("err");
    lab.advance(60_000);
    lab.hide();
    lab.show();
    lab.online(false);
    lab.online(true);
    lab.advance(1_000_000);
    source.next(0).data("x");
    assert_eq!((source.log(), hook.shown()), (vec!["+s".to_owned()], ("x", "-")));
}

#[test]
fn it_begins_offline_and_in_a_hidden_page() {
    let lab = Lab::new();
    lab.online(false);
    lab.hide();
    let source = Source::default();
    let _hook = Hook::new(&lab, "k", &source, &Options::new());
    assert_eq!(source.log(), ["+s"]);
}

#[test]
fn another_user_gets_a_subscription_of_their_own() {
    let lab = Lab::new();
    lab.own(alice());
    let source = Source::default();
    let hook = Hook::new(&lab, "k", &source, &Options::new().keep_previous_data(true));
    source.next(0).data("alice's");
    hook.inner.update("k", source.named("bob"), &Options::new()).unwrap();
    lab.client.set_owner(bob());
    source.next(0).data("late");
    assert_eq!(hook.shown(), ("-", "-"));
    lab.flush();
    assert_eq!(source.log(), ["+s", "-s", "+bob"], "with the newest function");
    source.next(0).data("later");
    source.next(1).data("bob's");
    assert_eq!(hook.shown(), ("bob's", "-"));
    lab.client.engine().unwrap().check().unwrap();
}

#[test]
fn it_waits_until_it_is_known_who_is_signed_in() {
    let lab = Lab::new();
    lab.own(Owner::Unknown);
    let source = Source::default();
    let hook = Hook::new(&lab, "k", &source, &Options::new());
    let gone = Hook::new(&lab, "gone", &source, &Options::new());
    assert!(source.log().is_empty());
    drop(gone);
    lab.own(alice());
    assert_eq!(source.log(), ["+s"]);
    lab.own(Owner::Unknown);
    assert_eq!((source.log(), hook.shown()), (vec!["-s".to_owned()], ("-", "-")));
    lab.own(alice());
    assert_eq!(source.log(), ["+s"]);
}

#[test]
fn what_is_for_the_signed_in_begins_with_the_sign_in() {
    let lab = Lab::new();
    let source = Source::default();
    let options = Options::new().access(Access::SignedIn);
    let _hook = Hook::new(&lab, "k", &source, &options);
    assert!(source.log().is_empty());
    lab.own(alice());
    assert_eq!(source.log(), ["+s"]);
    lab.own(Owner::Nobody);
    assert_eq!(source.log(), ["-s"]);
}

#[test]
fn what_is_the_same_for_everybody_goes_on() {
    let lab = Lab::new();
    lab.own(alice());
    let source = Source::default();
    let hook = Hook::new(&lab, "k", &source, &Options::new().access(Access::Public));
    source.next(0).data("x");
    lab.own(bob());
    assert_eq!((source.log(), hook.shown()), (vec!["+s".to_owned()], ("x", "-")));
}

#[test]
fn an_unload_empties_it_and_begins_it_anew() {
    for revalidate in [true, false] {
        let lab = Lab::new();
        let source = Source::default();
        let hook = Hook::new(&lab, "k", &source, &Options::new().keep_previous_data(true));
        source.next(0).data("old");
        lab.client.unload_with(revalidate);
        assert_eq!(hook.shown(), ("-", "-"));
        lab.flush();
        source.next(0).data("late");
        assert_eq!(source.log(), ["+s", "-s", "+s"]);
        source.next(1).data("new");
        assert_eq!(hook.shown(), ("new", "-"));
    }
}

#[test]
fn each_cache_has_a_subscription_of_its_own() {
    let (one, two) = (Lab::new(), Lab::new());
    let source = Source::default();
    let first = Hook::new(&one, "k", &source, &Options::new());
    let second = Hook::new(&two, "k", &source, &Options::new());
    source.next(0).data("one");
    source.next(1).data("two");
    assert_eq!((first.shown().0, second.shown().0), ("one", "two"));
}

#[test]
fn the_last_data_is_dropped_some_time_after_the_last_use() {
    let lab = Lab::new();
    let source = Source::default();
    let hook = Hook::new(&lab, "k", &source, &Options::new());
    source.next(0).data("x");
    lab.advance(1_000_000);
    assert_eq!(lab.entries(), 1);
    drop(hook);
    lab.advance(299_999);
    assert_eq!(lab.entries(), 1);
    lab.advance(1);
    assert_eq!(lab.entries(), 0);
    assert_eq!(lab.sim.task_count(), 0, "nothing runs on");
}

#[test]
fn a_listener_may_drop_the_hook_that_it_tells() {
    let lab = Lab::new();
    let source = Source::default();
    let slot = Rc::<RefCell<Option<SwrSubscription<Text, Text>>>>::default();
    let drops = slot.clone();
    let listener = Rc::new(move || drop(drops.take()));
    let hook =
        lab.client.swr_subscription("k", source.named("s"), &Options::new(), listener).unwrap();
    assert!(hook.data().is_none());
    slot.replace(Some(hook));
    lab.flush();
    source.next(0).data("x");
    lab.flush();
    assert_eq!(source.log(), ["+s", "-s"]);
}

#[test]
fn a_source_may_speak_while_it_is_disposed() {
    let lab = Lab::new();
    let subscribe = |next: Next<Text, Text>| {
        next.data("hello");
        move || next.data("goodbye")
    };
    let options = Options::new();
    let hook = lab.client.swr_subscription("k", subscribe, &options, Rc::new(|| ())).unwrap();
    lab.flush();
    drop(hook);
    lab.flush();
    let hook = Hook::begin(&lab, "k", &Source::default(), &options);
    assert_eq!(hook.shown(), ("hello", "-"));
    lab.send(Event::Tick);
    lab.client.engine().unwrap().check().unwrap();
}
