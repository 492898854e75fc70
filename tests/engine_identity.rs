//! Whose data it is: nothing private outlives a change of user.

#[path = "support/lab.rs"]
mod lab;

use std::cell::Cell;
use std::rc::Rc;

use lab::{Lab, Observer, Swr, Text, alice, bob, key, ms, swr_watch};
use yew_clerk::client::{MutatorOptions, QueryClient, QueryError, QueryOptions, query_options};
use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::event::{Event, Owner};
use yew_clerk::engine::observer::Fields;
use yew_clerk::engine::observing::Watch;
use yew_clerk::engine::options::Access;

/// Who was signed in when the request began, like the token that it carries.
fn name(client: &QueryClient) -> Text {
    match client.engine().map(|engine| engine.owner().clone()) {
        Some(Owner::Identity(name)) if &*name == "alice" => "alice",
        Some(Owner::Identity(_)) => "bob",
        Some(Owner::Nobody) => "nobody",
        _ => "unknown",
    }
}

/// A query that gives the name of who asked.
fn personal(lab: &Lab, of: Text, delay: u64) -> QueryOptions<Text, Text> {
    let sim = lab.sim.clone();
    query_options(of, move |context| {
        let (who, wait) = (name(context.client()), sim.sleep(ms(delay)));
        async move {
            wait.await;
            if who == "unknown" { Err("asked for nobody knows whom") } else { Ok(who) }
        }
    })
}

/// Watches with SWR's rules what a query describes.
fn as_swr(lab: &Lab, query: &QueryOptions<Text, Text>, options: &lab::SwrOptionsOf) -> Observer {
    let watch = lab.query_watch(query);
    let watch = Watch { options: options.resolved(), ..watch };
    Observer::new(&lab.client, watch, Fields::ALL)
}

#[test]
fn a_new_user_sees_nothing_of_the_old_one_and_the_own_data_soon() {
    let lab = Lab::new();
    lab.own(alice());
    let query = personal(&lab, "me", 10);
    let shown = [lab.query(&query), as_swr(&lab, &query, &lab::SwrOptionsOf::new())];
    lab.advance(10);
    assert!(shown.iter().all(|shown| shown.data() == Some("alice")));
    lab.client.set_owner(bob());
    for shown in &shown {
        assert_eq!(shown.data::<Text>(), None, "at once, before anything else runs");
        assert!(shown.is_loading());
    }
    lab.advance(10);
    assert!(shown.iter().all(|shown| shown.data() == Some("bob")));
}

#[test]
fn callbacks_do_not_hear_of_a_user_who_went_in_the_same_moment() {
    let heard = |access: Access| {
        let lab = Lab::new();
        lab.own(alice());
        let heard = Rc::new(Cell::new(false));
        let noted = heard.clone();
        let options = lab::SwrOptionsOf::new().on_success(move |_, _| noted.set(true));
        let query = personal(&lab, "me", 10).access(access);
        let watch = Watch { options: options.access(access).resolved(), ..lab.query_watch(&query) };
        // Who is told of the answer signs somebody else in at once.
        let client = lab.client.clone();
        let observer = lab.client.observe(watch, Rc::new(move || client.set_owner(bob())));
        observer.view().read(Fields::ALL, |_| ());
        lab.advance(10);
        assert_eq!(lab.client.engine().map(|engine| engine.owner().clone()), Some(bob()));
        heard.get()
    };
    assert!(!heard(Access::Private));
    assert!(heard(Access::Public), "the test would notice a call");
}

#[test]
fn answers_on_the_way_belong_to_who_asked_in_every_phase() {
    // Queued, running, waiting for a retry, paused for the page, superseded.
    for phase in 0..5 {
        let lab = Lab::new();
        lab.own(alice());
        let sim = lab.sim.clone();
        let query = query_options("me", move |context| {
            let (who, wait) = (name(context.client()), sim.sleep(ms(10)));
            async move {
                wait.await;
                if who == "alice" { Err("alice's error") } else { Ok(who) }
            }
        });
        let shown = lab.query(&query);
        match phase {
            0 => {}
            1 => lab.advance(5),
            2 => lab.advance(500),
            3 => {
                lab.hide();
                lab.advance(5_000);
            }
            _ => {
                lab.advance(5);
                drop(shown.refetch());
            }
        }
        lab.client.set_owner(bob());
        assert_eq!((shown.data::<Text>(), shown.error(), shown.failures()), (None, None, 0));
        lab.send(Event::Visible(true));
        lab.advance(10);
        assert_eq!((shown.data(), shown.error()), (Some("bob"), None), "phase {phase}");
        lab.advance(60_000);
        assert_eq!((shown.data(), lab.fetching()), (Some("bob"), 0));
    }
}

#[test]
fn who_waits_for_the_old_users_data_hears_of_a_cancellation() {
    let lab = Lab::new();
    lab.own(alice());
    let fetch = lab.run(lab.client.fetch_query(personal(&lab, "me", 10)));
    lab.own(bob());
    assert!(matches!(fetch.take(), Some(Err(QueryError::Cancelled))));
    lab.advance(100);
    assert_eq!(lab.entries(), 0);
}

#[test]
fn a_mutation_of_the_old_user_neither_writes_nor_answers_nor_sees() {
    for succeeds in [true, false] {
        let lab = Lab::new();
        lab.own(alice());
        let query = personal(&lab, "me", 10);
        let shown = as_swr(&lab, &query, &lab::SwrOptionsOf::new());
        lab.advance(10);
        let wait = lab.sim.sleep(ms(50));
        let work = async move {
            wait.await;
            if succeeds { Ok("alice's change") } else { Err("alice's error") }
        };
        let options = MutatorOptions::new()
            .optimistic_data("alice's wish")
            .populate_cache_with(|_, seen| seen.map_or("nothing seen", |seen| *seen));
        let done = lab.run(lab.client.mutate_async("me", work, options));
        assert_eq!(shown.data(), Some("alice's wish"));
        lab.own(bob());
        assert_eq!(shown.data::<Text>(), None);
        lab.advance(10);
        assert_eq!(shown.data(), Some("bob"), "the old mutation does not hold back the answer");
        lab.advance(100);
        assert_eq!(shown.data(), Some("bob"));
        assert!(matches!(done.take(), Some(Err(QueryError::Cancelled))));
    }
}

#[test]
fn a_private_fetch_waits_until_it_is_known_who_is_signed_in() {
    let lab = Lab::new();
    lab.own(Owner::Unknown);
    let private = lab.query(&personal(&lab, "me", 0));
    let public_server = lab.counter(0);
    let public = lab.query(&public_server.query("all").access(Access::Public));
    let first = lab.run(lab.client.fetch_query(personal(&lab, "first", 0)));
    lab.advance(1_000);
    assert_eq!(private.states(), (Status::Pending, FetchStatus::Fetching));
    assert_eq!(public.number(), Some(0));
    lab.own(alice());
    assert_eq!(private.data(), Some("alice"));
    assert!(matches!(first.take(), Some(Ok(name)) if *name == "alice"));
}

#[test]
fn unknown_in_between_keeps_nothing_back() {
    let lab = Lab::new();
    lab.own(Owner::Unknown);
    let shown = lab.query(&personal(&lab, "me", 10));
    lab.own(alice());
    lab.advance(10);
    assert_eq!(shown.data(), Some("alice"));
    lab.own(Owner::Unknown);
    assert_eq!((shown.data::<Text>(), shown.fetch_status()), (None, FetchStatus::Fetching));
    // Code of the old user that still runs writes what it has.
    lab.client.set_query_data("late", "alice's").unwrap();
    drop(lab.client.mutate_data::<_, Text>("late 2", "alice's", MutatorOptions::new()));
    let waiting = lab.run(lab.client.fetch_query(personal(&lab, "next", 0)));
    lab.own(bob());
    assert_eq!((lab.data::<Text>("late"), lab.data::<Text>("late 2")), (None, None));
    assert!(
        matches!(waiting.take(), Some(Ok(name)) if *name == "bob"),
        "who waits goes on waiting"
    );
    lab.advance(10);
    assert_eq!(shown.data(), Some("bob"));
}

#[test]
fn the_same_user_after_unknown_keeps_what_was_written_meanwhile() {
    let lab = Lab::new();
    lab.own(alice());
    lab.own(Owner::Unknown);
    lab.client.set_query_data("k", 5).unwrap();
    lab.own(alice());
    assert_eq!(lab.data("k"), Some(5));
}

#[test]
fn what_needs_sign_in_is_not_fetched_without_it() {
    let lab = Lab::new();
    let query = || personal(&lab, "me", 10).access(Access::SignedIn);
    let shown = lab.query(&query().refetch_interval(ms(50)));
    lab.focus();
    lab.advance(1_000);
    assert_eq!(shown.states(), (Status::Pending, FetchStatus::Idle));
    let asked = lab.run(shown.refetch());
    assert!(asked.take().is_some());
    lab.own(alice());
    lab.advance(10);
    assert_eq!(shown.data(), Some("alice"));
    lab.own(Owner::Nobody);
    lab.advance(1_000);
    assert_eq!((shown.data::<Text>(), shown.fetch_status()), (None, FetchStatus::Idle));
}

#[test]
fn public_data_is_kept_whoever_is_signed_in() {
    let lab = Lab::new();
    lab.own(alice());
    let server = lab.counter(0);
    let shown = lab.query(&server.query("all").access(Access::Public));
    lab.flush();
    lab.client.set_query_data("all", 7).unwrap();
    drop(lab.client.mutate_with::<i32, Text>(
        "all",
        |n| n.map(|n| n + 1),
        MutatorOptions::new().revalidate(false),
    ));
    lab.own(bob());
    assert_eq!(
        (shown.number(), server.calls()),
        (Some(8), 1),
        "a write by hand makes it no less public"
    );
}

#[test]
fn a_running_mutation_of_public_data_ends_as_usual_under_the_next_user() {
    let lab = Lab::new();
    lab.own(alice());
    let server = lab.counter(5);
    let options = Swr::new().access(Access::Public);
    let shown = lab.swr("all", &server, &options);
    lab.advance(5);
    let wait = lab.sim.sleep(ms(50));
    let work = async move {
        wait.await;
        Ok::<_, Text>(99)
    };
    let options = MutatorOptions::new().optimistic_data(50).revalidate(false);
    drop(lab.client.mutate_async("all", work, options));
    lab.own(bob());
    assert_eq!(shown.number(), Some(50));
    lab.advance(50);
    assert_eq!(shown.number(), Some(99));
    lab.run(lab.client.mutate::<i32, Text>("all"));
    lab.advance(5);
    assert_eq!(shown.number(), Some(1), "no mutation is thought to run still");
}

#[test]
fn what_was_public_is_private_as_soon_as_anybody_uses_it_so() {
    let by_update: fn(&Lab, &Observer) = |lab, shown| {
        shown.update(lab.query_watch(&personal(lab, "k", 0)));
        drop(shown.refetch());
    };
    let by_mount: fn(&Lab, &Observer) = |lab, _| drop(lab.query(&personal(lab, "k", 0)));
    let by_fetch: fn(&Lab, &Observer) = |lab, _| {
        lab.run(lab.client.fetch_query(personal(lab, "k", 0)));
    };
    for use_privately in [by_update, by_mount, by_fetch] {
        let lab = Lab::new();
        lab.own(alice());
        let shown = lab.query(&personal(&lab, "k", 0).access(Access::Public));
        lab.flush();
        use_privately(&lab, &shown);
        lab.flush();
        lab.client.set_owner(bob());
        assert_ne!(shown.data(), Some("alice"));
        assert_ne!(lab.data("k"), Some("alice"));
    }
}

#[test]
fn data_that_stands_in_for_another_keys_does_not_reach_the_next_user() {
    let lab = Lab::new();
    lab.own(alice());
    let options = || lab::SwrOptionsOf::new().keep_previous_data(true);
    let query = personal(&lab, "me", 0);
    let (to_public, to_nothing) =
        (as_swr(&lab, &query, &options()), as_swr(&lab, &query, &options()));
    lab.flush();
    let slow = lab.server(1_000, |_| Ok("slow"));
    to_public.update(swr_watch("all", &slow, &options().access(Access::Public)));
    to_nothing.update(swr_watch(None::<Text>, &slow, &options()));
    for shown in [&to_public, &to_nothing] {
        assert_eq!(shown.data(), Some("alice"));
    }
    lab.client.set_owner(bob());
    for shown in [&to_public, &to_nothing] {
        assert_eq!((shown.data::<Text>(), shown.told()), (None, 2));
    }
}

#[test]
fn a_component_that_shows_a_removed_entry_forgets_it_with_its_user() {
    let lab = Lab::new();
    lab.own(alice());
    let shown = lab.query(&personal(&lab, "me", 10));
    lab.advance(10);
    lab.client.clear();
    assert_eq!(shown.data(), Some("alice"), "shown on, as nothing has been said of the user");
    lab.client.set_owner(bob());
    assert_eq!(shown.data::<Text>(), None);
    lab.advance(10);
    assert_eq!(shown.data(), Some("bob"));
}

#[test]
fn a_component_that_shows_a_removed_public_entry_fetches_it_when_the_user_changes() {
    let lab = Lab::new();
    let server = lab.counter(10);
    let shown = lab.query(&server.query("all").access(Access::Public));
    lab.advance(10);
    lab.client.remove_queries("all");
    lab.own(alice());
    assert_eq!(shown.states(), (Status::Pending, FetchStatus::Fetching), "and not nothing at all");
    lab.advance(10);
    assert_eq!((shown.number(), server.calls()), (Some(1), 2));
}

#[test]
fn the_trail_forgets_the_old_users_keys() {
    let lab = Lab::new();
    lab.own(alice());
    drop((lab.query(&personal(&lab, "alice's secret key", 0)), lab.flush()));
    lab.own(bob());
    let engine = lab.client.engine().unwrap();
    assert!(engine.trail().iter().all(|event| event.key != key("alice's secret key")));
}

#[test]
fn an_entry_that_was_public_when_a_mutation_began_and_is_private_now_is_not_written() {
    let lab = Lab::new();
    lab.own(alice());
    let server = lab.counter(0);
    let shown = lab.swr("k", &server, &Swr::new().access(Access::Public));
    lab.flush();
    let wait = lab.sim.sleep(ms(50));
    let work = async move {
        wait.await;
        Ok::<_, Text>(99)
    };
    let done = lab.run(lab.client.mutate_async("k", work, MutatorOptions::new().revalidate(false)));
    lab.own(bob());
    shown.update(swr_watch("k", &server, &Swr::new()));
    lab.advance(50);
    assert_eq!(shown.number(), Some(0));
    assert!(matches!(done.take(), Some(Err(QueryError::Cancelled))));
    lab.run(lab.client.mutate::<i32, Text>("k"));
    assert_eq!(shown.number(), Some(1));
}

#[test]
fn callers_see_the_change_of_user_once() {
    let lab = Lab::new();
    let count = Rc::<std::cell::Cell<u32>>::default();
    let inner = count.clone();
    let _shown = lab.query(&personal(&lab, "me", 0));
    lab.flush();
    let watching = lab.client.observe(
        lab.query_watch(&personal(&lab, "me", 0).enabled(false)),
        Rc::new(move || inner.set(inner.get() + 1)),
    );
    watching.view().read(Fields::DATA, |_| ());
    let epoch = lab.client.engine().unwrap().epoch();
    lab.client.set_owner(alice());
    lab.client.set_owner(alice());
    assert_eq!(lab.client.engine().unwrap().epoch(), epoch + 1);
    assert_eq!(count.get(), 1);
}

#[test]
fn deduping_does_not_keep_a_new_user_waiting() {
    let lab = Lab::new();
    lab.own(alice());
    let shown = as_swr(&lab, &personal(&lab, "me", 0), &lab::SwrOptionsOf::new());
    lab.flush();
    assert_eq!(shown.data(), Some("alice"));
    lab.own(bob());
    assert_eq!(shown.data(), Some("bob"));
}

#[test]
fn a_function_of_the_old_user_is_not_called_for_the_new_one() {
    let lab = Lab::new();
    lab.own(alice());
    let server = lab.counter(0);
    let shown = lab.query(&server.query("me").enabled(false));
    drop(shown.refetch());
    lab.flush();
    assert_eq!(server.calls(), 1);
    lab.own(bob());
    drop(shown);
    drop(lab.client.refetch_queries("me"));
    lab.flush();
    assert_eq!(server.calls(), 1);
}
