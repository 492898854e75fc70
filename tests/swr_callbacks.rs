//! Which hook's callbacks are called for which request.

#[path = "support/lab.rs"]
mod lab;

use std::cell::RefCell;
use std::rc::Rc;

use lab::{Lab, Observer, Server, Swr, Text, alice, bob, ms, swr_watch};
use yew_clerk::client::MutatorOptions;

type Log = Rc<RefCell<Vec<String>>>;

fn noting(log: &Log, name: Text, of_all: bool) -> Swr {
    let (good, bad, discarded) = (log.clone(), log.clone(), log.clone());
    Swr::new()
        .callbacks_of_all_requests(of_all)
        .error_retry_count(0)
        .on_success(move |data, _| good.borrow_mut().push(format!("{name} {data}")))
        .on_error(move |error, _| bad.borrow_mut().push(format!("{name} {error}")))
        .on_discarded(move |_| discarded.borrow_mut().push(format!("{name} discarded")))
}

fn hook(lab: &Lab, server: &Server<i32>, log: &Log, name: Text, of_all: bool) -> Observer {
    lab.swr("k", server, &noting(log, name, of_all))
}

#[test]
fn as_in_swr_only_the_hook_that_asked_is_told() {
    let (lab, log) = (Lab::new(), Log::default());
    let server = lab.counter(10);
    let _hooks = ["a", "b"].map(|name| hook(&lab, &server, &log, name, false));
    lab.advance(10);
    assert_eq!(log.take(), ["a 0"]);
}

#[test]
fn a_hook_that_wants_to_hears_of_every_request_of_its_key_once() {
    let (lab, log) = (Lab::new(), Log::default());
    let server = lab.server(10, |n| if n == 1 { Err("no") } else { Ok(n as i32) });
    let _hooks = [("a", true), ("b", true), ("c", false)]
        .map(|(name, of_all)| hook(&lab, &server, &log, name, of_all));
    lab.advance(10);
    assert_eq!(log.take(), ["a 0", "b 0"], "the owner once, not twice");
    drop(lab.client.mutate::<i32, Text>("k"));
    lab.advance(10);
    assert_eq!(log.take(), ["a no", "b no"]);
    drop(lab.client.fetch_query(server.query("k")));
    lab.advance(10);
    assert_eq!(log.take(), ["a 2", "b 2"], "whoever asks");
}

#[test]
fn who_comes_while_a_request_is_under_way_hears_of_it() {
    let (lab, log) = (Lab::new(), Log::default());
    let server = lab.counter(10);
    let _first = hook(&lab, &server, &log, "a", false);
    lab.advance(5);
    let _second = hook(&lab, &server, &log, "b", true);
    lab.advance(5);
    assert_eq!(log.take(), ["a 0", "b 0"]);
    let _third = hook(&lab, &server, &log, "c", true);
    lab.flush();
    assert!(log.take().is_empty(), "not of what was accepted before it came");
}

#[test]
fn who_has_gone_or_changed_the_key_does_not_hear() {
    let (lab, log) = (Lab::new(), Log::default());
    let server = lab.counter(10);
    let [first, second, third] = ["a", "b", "c"].map(|name| hook(&lab, &server, &log, name, true));
    lab.advance(5);
    drop(first);
    second.update(swr_watch("other", &lab.counter(1_000), &noting(&log, "b", true)));
    lab.advance(5);
    assert_eq!((log.take(), third.number()), (vec!["c 0".to_owned()], Some(0)));
}

#[test]
fn what_is_ignored_is_told_to_its_owner_alone_and_never_as_a_result() {
    let (lab, log) = (Lab::new(), Log::default());
    let server = lab.counter(10);
    let _hooks = ["a", "b"].map(|name| hook(&lab, &server, &log, name, true));
    lab.advance(5);
    drop(lab.client.mutate_data::<_, Text>("k", 7, MutatorOptions::new().revalidate(false)));
    lab.advance(50);
    assert_eq!(log.take(), ["a discarded"], "what was written by hand is no request");
}

#[test]
fn the_newest_callbacks_are_called() {
    let (lab, log) = (Lab::new(), Log::default());
    let server = lab.counter(10);
    let _owner = hook(&lab, &server, &log, "a", false);
    let second = hook(&lab, &server, &log, "old", true);
    second.update(swr_watch("k", &server, &noting(&log, "new", true)));
    lab.advance(10);
    assert_eq!(log.take(), ["a 0", "new 0"]);
}

#[test]
fn nobody_hears_of_what_belonged_to_the_user_before() {
    let (lab, log) = (Lab::new(), Log::default());
    lab.own(alice());
    let server = lab.server(10, |n| Ok(n as i32));
    let _hooks = ["a", "b"].map(|name| hook(&lab, &server, &log, name, true));
    let end = lab.sim.sleep(ms(10));
    let client = lab.client.clone();
    // The user changes in the very turn in which the answer comes.
    lab.run(async move {
        end.await;
        client.set_owner(bob());
    });
    lab.advance(10);
    let heard = log.take();
    assert!(heard.is_empty(), "{heard:?}");
    lab.advance(10);
    assert_eq!(log.take(), ["a 1", "b 1"]);
}
