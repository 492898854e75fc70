//! Who says whether the page is looked at and whether there is a network, and what follows from it.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/heard.rs"]
mod heard;
#[path = "support/lab.rs"]
mod lab;
#[path = "support/mutations.rs"]
mod mutations;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use heard::{Heard, hear_queries};
use lab::{Lab, Observer, Server, Swr, ms};
use mutations::{Log, watch, working};
use yew_clerk::auth::Subscription;
use yew_clerk::client::{FocusManager, OnlineManager, SetFocused, SetOnline};
use yew_clerk::engine::entry::FetchStatus;
use yew_clerk::engine::event::Event;

fn focus(lab: &Lab) -> FocusManager {
    lab.client.focus_manager()
}

fn online(lab: &Lab) -> OnlineManager {
    lab.client.online_manager()
}

fn set_focused(lab: &Lab, focused: impl Into<Option<bool>>) {
    focus(lab).set_focused(focused.into());
    lab.flush();
}

fn set_online(lab: &Lab, is: bool) {
    online(lab).set_online(is);
    lab.flush();
}

fn hear_focus(lab: &Lab) -> (Heard, Subscription) {
    let heard = Heard::default();
    let log = heard.clone();
    let listens = focus(lab).subscribe(move |focused| log.add(focused));
    (heard, listens)
}

fn hear_network(lab: &Lab) -> (Heard, Subscription) {
    let heard = Heard::default();
    let log = heard.clone();
    let listens = online(lab).subscribe(move |online| log.add(online));
    (heard, listens)
}

/// A component that fetches whenever it may: at once stale, and told in its order.
fn eager(lab: &Lab) -> (Server<i32>, Observer) {
    let server = lab.counter(0);
    let shown = lab.query(&server.query("k"));
    lab.flush();
    assert_eq!(server.calls(), 1);
    (server, shown)
}

#[test]
fn at_first_the_page_is_looked_at_and_online() {
    let lab = Lab::new();
    assert!(focus(&lab).is_focused() && online(&lab).is_online());
    let other = Lab::new();
    assert!(focus(&lab) == focus(&lab) && focus(&lab) != focus(&other));
    assert!(online(&lab) == online(&lab) && online(&lab) != online(&other));
}

#[test]
fn without_an_override_the_page_has_the_say() {
    let lab = Lab::new();
    let (heard, _listens) = hear_focus(&lab);
    lab.hide();
    assert!(!focus(&lab).is_focused());
    lab.show();
    assert!(focus(&lab).is_focused());
    assert_eq!(heard.take(), ["false", "true"]);
}

#[test]
fn listeners_are_told_of_changes_alone() {
    let lab = Lab::new();
    let (heard, listens) = hear_focus(&lab);
    for focused in [Some(true), Some(true), Some(false), Some(false), None, None] {
        set_focused(&lab, focused);
    }
    lab.focus();
    lab.send(Event::Visible(true));
    assert_eq!(heard.take(), ["false", "true"]);
    drop(listens);
    set_focused(&lab, false);
    assert_eq!(heard.len(), 0);
    let (heard, listens) = hear_network(&lab);
    for is in [true, false, false, true, true] {
        set_online(&lab, is);
    }
    assert_eq!(heard.take(), ["false", "true"]);
    drop(listens);
    set_online(&lab, false);
    assert_eq!(heard.len(), 0);
}

#[test]
fn an_override_wins_until_it_is_taken_back() {
    let lab = Lab::new();
    let (heard, _listens) = hear_focus(&lab);
    set_focused(&lab, true);
    lab.hide();
    assert!(focus(&lab).is_focused());
    set_focused(&lab, false);
    lab.show();
    assert!(!focus(&lab).is_focused());
    assert_eq!(heard.take(), ["false"]);
    set_focused(&lab, None);
    assert!(focus(&lab).is_focused(), "the page is shown");
    lab.hide();
    set_focused(&lab, true);
    set_focused(&lab, None);
    assert!(!focus(&lab).is_focused(), "the page is hidden");
    assert_eq!(heard.take(), ["true", "false", "true", "false"]);
}

#[test]
fn gaining_the_focus_fetches_as_a_return_does() {
    let lab = Lab::new();
    let (server, _shown) = eager(&lab);
    let swr = lab.counter(0);
    let options = Swr::new().deduping_interval(Duration::ZERO).focus_throttle_interval(ms(50));
    let _swr = lab.swr("swr", &swr, &options);
    lab.advance(51);
    set_focused(&lab, true);
    assert_eq!((server.calls(), swr.calls()), (1, 1), "it had the focus");
    set_focused(&lab, false);
    lab.focus();
    assert_eq!((server.calls(), swr.calls()), (1, 1), "what the page says is not heard");
    set_focused(&lab, true);
    assert_eq!((server.calls(), swr.calls()), (2, 2));
    lab.focus();
    assert_eq!((server.calls(), swr.calls()), (2, 2), "nor that the user has returned");
    set_focused(&lab, false);
    set_focused(&lab, None);
    assert_eq!((server.calls(), swr.calls()), (3, 2), "SWR's throttle holds");
    lab.focus();
    assert_eq!(server.calls(), 4);
}

#[test]
fn fresh_data_is_not_fetched_when_the_focus_is_gained() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let _fresh = lab.query(&server.query("k").stale_time(ms(1_000)));
    let off = lab.counter(0);
    let _off = lab.query(&off.query("off").refetch_on_window_focus(false));
    lab.flush();
    set_focused(&lab, false);
    set_focused(&lab, true);
    assert_eq!((server.calls(), off.calls()), (1, 1));
}

#[test]
fn losing_the_focus_pauses_retries_until_it_is_back() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let shown = lab.query(&server.query("k").retry(3).retry_delay(ms(10)));
    lab.flush();
    set_focused(&lab, false);
    lab.advance(100);
    assert_eq!((server.calls(), shown.fetch_status()), (1, FetchStatus::Paused));
    lab.send(Event::Visible(true));
    assert_eq!(server.calls(), 1, "the page was never hidden");
    set_focused(&lab, None);
    assert_eq!((server.calls(), shown.fetch_status()), (2, FetchStatus::Fetching));
}

#[test]
fn losing_the_focus_stops_polling_and_an_override_keeps_it_going_on_a_hidden_page() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let _shown = lab.query(&server.query("k").refetch_interval(ms(10)));
    lab.flush();
    set_focused(&lab, false);
    lab.advance(100);
    assert_eq!(server.calls(), 1);
    lab.hide();
    set_focused(&lab, true);
    let calls = server.calls();
    lab.advance(20);
    assert_eq!(server.calls(), calls + 2);
}

#[test]
fn swrs_retries_wait_for_the_focus_as_well() {
    let lab = Lab::new();
    let server = lab.broken(0);
    let options = Swr::new().error_retry_interval(ms(10)).deduping_interval(Duration::ZERO);
    let _shown = lab.swr("k", &server, &options);
    lab.flush();
    set_focused(&lab, false);
    lab.advance(100);
    assert_eq!(server.calls(), 1);
    set_focused(&lab, true);
    assert_eq!(server.calls(), 2);
}

#[test]
fn paused_mutations_go_on_first_and_queries_are_fetched_after_them() {
    for by_focus in [true, false] {
        let lab = Lab::new();
        let log = Log::default();
        let (server, _shown) = eager(&lab);
        let change = |is| if by_focus { set_focused(&lab, is) } else { set_online(&lab, is) };
        let observer = watch(&lab, working(&lab, &log).retry(1).retry_delay(ms(1)));
        lab.run(observer.handle().mutate(-1));
        change(false);
        lab.advance(100);
        assert!(observer.handle().is_paused());
        assert_eq!(log.take(), ["run -1"]);
        change(true);
        assert_eq!((log.take(), server.calls()), (vec!["run -1".to_owned()], 1));
        lab.advance(10);
        assert_eq!((observer.handle().is_error(), server.calls()), (true, 2));
    }
}

#[test]
fn the_network_pauses_fetches_and_its_return_fetches() {
    let lab = Lab::new();
    let (server, shown) = eager(&lab);
    set_online(&lab, false);
    assert!(!online(&lab).is_online());
    drop(shown.refetch());
    lab.advance(100);
    assert_eq!((server.calls(), shown.fetch_status()), (1, FetchStatus::Paused));
    set_online(&lab, true);
    assert_eq!((server.calls(), shown.fetch_status()), (2, FetchStatus::Idle));
    set_online(&lab, true);
    assert_eq!(server.calls(), 2);
    set_online(&lab, false);
    set_online(&lab, true);
    assert_eq!(server.calls(), 3, "the return alone fetches");
}

#[test]
fn after_set_online_the_page_may_say_otherwise() {
    let lab = Lab::new();
    let (heard, _listens) = hear_network(&lab);
    set_online(&lab, false);
    lab.online(true);
    assert!(online(&lab).is_online());
    lab.online(false);
    assert_eq!(heard.take(), ["false", "true", "false"]);
}

/// A source that says what the test says, and notes its end.
fn source<F: Clone + 'static>(
    log: &Heard,
    name: &'static str,
) -> (Rc<RefCell<Option<F>>>, impl FnOnce(F) -> Subscription + use<F>) {
    let said = Rc::<RefCell<Option<F>>>::default();
    let (says, log) = (said.clone(), log.clone());
    let setup = move |set: F| {
        log.add(format!("+{name}"));
        says.replace(Some(set));
        Subscription::new(move || log.add(format!("-{name}")))
    };
    (said, setup)
}

#[test]
fn a_source_of_focus_takes_the_place_of_the_pages_events() {
    let lab = Lab::new();
    let (server, _shown) = eager(&lab);
    let log = Heard::default();
    let (said, setup) = source::<SetFocused>(&log, "a");
    let (heard, _listens) = hear_focus(&lab);
    focus(&lab).set_event_listener(setup);
    let say = |focused| {
        let set = said.borrow().clone().unwrap();
        set(focused);
        lab.flush();
    };
    lab.hide();
    lab.show();
    assert_eq!((focus(&lab).is_focused(), server.calls(), heard.len()), (true, 1, 0));
    say(Some(false));
    lab.show();
    assert_eq!((focus(&lab).is_focused(), server.calls()), (false, 1));
    say(None);
    assert_eq!(server.calls(), 1, "not looked at, so nobody has returned");
    say(Some(true));
    assert_eq!((focus(&lab).is_focused(), server.calls()), (true, 2));
    say(Some(true));
    assert_eq!(server.calls(), 2);
    say(None);
    assert_eq!(server.calls(), 3, "the user has returned");
    assert_eq!(
        (heard.take(), log.take()),
        (vec!["false".into(), "true".into()], vec!["+a".into()])
    );
}

#[test]
fn an_override_wins_over_a_source_too() {
    let lab = Lab::new();
    let (server, _shown) = eager(&lab);
    let (said, setup) = source::<SetFocused>(&Heard::default(), "a");
    focus(&lab).set_event_listener(setup);
    let say = |focused| {
        let set = said.borrow().clone().unwrap();
        set(focused);
        lab.flush();
    };
    set_focused(&lab, false);
    say(Some(true));
    say(None);
    assert_eq!((focus(&lab).is_focused(), server.calls()), (false, 1));
    set_focused(&lab, None);
    assert_eq!((focus(&lab).is_focused(), server.calls()), (true, 2));
    set_focused(&lab, true);
    say(None);
    say(Some(false));
    assert_eq!((focus(&lab).is_focused(), server.calls()), (true, 2));
    lab.show();
    set_focused(&lab, None);
    assert!(!focus(&lab).is_focused(), "the source had the last word, and not the page");
}

#[test]
fn another_source_ends_the_one_before_which_is_not_heard_any_more() {
    let lab = Lab::new();
    let log = Heard::default();
    let (first, setup_first) = source::<SetFocused>(&log, "a");
    let (_second, setup_second) = source::<SetFocused>(&log, "b");
    focus(&lab).set_event_listener(setup_first);
    focus(&lab).set_event_listener(setup_second);
    assert_eq!(log.take(), ["+a", "-a", "+b"]);
    let of_first = first.take().unwrap();
    of_first(Some(false));
    assert!(focus(&lab).is_focused());
    let client = lab.client.downgrade();
    drop(lab);
    assert_eq!((log.take(), client.upgrade().is_none()), (vec!["-b".to_owned()], true));
    of_first(Some(false));
}

#[test]
fn a_source_may_speak_at_once_and_keeps_what_was_known_until_it_does() {
    let lab = Lab::new();
    lab.hide();
    focus(&lab).set_event_listener(|_| Subscription::none());
    assert!(!focus(&lab).is_focused());
    focus(&lab).set_event_listener(|set| {
        set(Some(true));
        Subscription::none()
    });
    assert!(focus(&lab).is_focused());
    online(&lab).set_event_listener(|set| {
        set(false);
        Subscription::none()
    });
    assert!(!online(&lab).is_online());
}

#[test]
fn a_source_of_the_network_takes_the_place_of_the_pages_events() {
    let lab = Lab::new();
    let (server, _shown) = eager(&lab);
    let log = Heard::default();
    let (said, setup) = source::<SetOnline>(&log, "a");
    online(&lab).set_event_listener(setup);
    lab.online(false);
    assert!(online(&lab).is_online());
    let say = |is| {
        let set = said.borrow().clone().unwrap();
        set(is);
        lab.flush();
    };
    say(false);
    lab.online(true);
    assert_eq!((online(&lab).is_online(), server.calls()), (false, 1));
    say(true);
    assert_eq!((online(&lab).is_online(), server.calls()), (true, 2));
    set_online(&lab, false);
    assert!(!online(&lab).is_online(), "what the app says is heard");
    let of_first = said.take().unwrap();
    online(&lab).set_event_listener(source::<SetOnline>(&log, "b").1);
    of_first(true);
    assert!(!online(&lab).is_online());
    assert_eq!(log.take(), ["+a", "-a", "+b"]);
}

#[test]
fn the_end_of_a_source_may_use_its_setter_and_the_client() {
    let lab = Lab::new();
    let client = lab.client.downgrade();
    focus(&lab).set_event_listener(move |set| {
        Subscription::new(move || {
            set(Some(false));
            if let Some(client) = client.upgrade() {
                client.set_query_data("ended", 1).unwrap();
            }
        })
    });
    focus(&lab).set_event_listener(|_| Subscription::none());
    assert_eq!((focus(&lab).is_focused(), lab.data("ended")), (true, Some(1)));
}

#[test]
fn each_client_has_its_own_managers() {
    let (lab, other) = (Lab::new(), Lab::new());
    let (heard, _listens) = hear_focus(&other);
    set_focused(&lab, false);
    set_online(&lab, false);
    assert!(focus(&other).is_focused() && online(&other).is_online());
    other.flush();
    assert_eq!(heard.len(), 0);
}

#[test]
fn a_listener_may_use_the_client_and_end_itself() {
    let lab = Lab::new();
    let held = Rc::new(RefCell::new(None::<Subscription>));
    let (holds, client) = (held.clone(), lab.client.downgrade());
    let calls = Rc::new(Cell::new(0));
    let counts = calls.clone();
    let listens = online(&lab).subscribe(move |is| {
        counts.set(counts.get() + 1);
        let client = client.upgrade().unwrap();
        assert_eq!(client.online_manager().is_online(), is);
        client.focus_manager().set_focused(Some(is));
        drop(holds.take());
    });
    held.replace(Some(listens));
    set_online(&lab, false);
    set_online(&lab, true);
    assert_eq!((calls.get(), focus(&lab).is_focused()), (1, false));
}

#[test]
fn what_the_world_does_is_told_before_what_follows_from_it() {
    let lab = Lab::new();
    let (_server, _shown) = eager(&lab);
    let heard = Heard::default();
    let (of_focus, of_queries) = (heard.clone(), heard.clone());
    let _focus = focus(&lab).subscribe(move |focused| of_focus.add(focused));
    let _queries =
        lab.client.query_cache().subscribe(move |event| of_queries.add(heard::query_text(event)));
    set_focused(&lab, false);
    set_focused(&lab, true);
    assert_eq!(heard.take(), ["false", "true", "results", "fetch", "results", "success"]);
}

#[test]
fn a_client_without_a_page_is_led_by_its_app_alone() {
    let lab = Lab::new();
    let (server, _shown) = eager(&lab);
    let (heard, _listens) = hear_queries(&lab.client);
    lab.client.batch(|client| {
        client.focus_manager().set_focused(Some(false));
        client.focus_manager().set_focused(Some(true));
        assert!(client.focus_manager().is_focused());
    });
    lab.flush();
    assert_eq!((server.calls(), heard.len()), (2, 4), "it returned, however quickly");
}
