//! How long what nobody uses is kept.

#[path = "support/lab.rs"]
mod lab;

use std::time::Duration;

use lab::{Lab, NEVER, Swr, ms};
use yew_clerk::engine::entry::Status;
use yew_clerk::engine::time::Time;

/// P52.
#[test]
fn an_entry_goes_when_its_time_after_the_last_observer_is_over() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = || server.query("k").gc_time(ms(10));
    drop((lab.query(&query()), lab.flush()));
    lab.advance(9);
    assert_eq!(lab.entries(), 1);
    let back = lab.query(&query());
    lab.advance(100);
    assert_eq!(lab.entries(), 1, "watched again");
    drop(back);
    lab.advance(10);
    assert_eq!(lab.entries(), 0);
}

/// P52, the longest time.
#[test]
fn the_longest_time_that_anybody_asked_for_counts() {
    let lab = Lab::new();
    let server = lab.counter(0);
    for time in [100, 200, 10] {
        lab.run(lab.client.prefetch_query(server.query("k").gc_time(ms(time))));
    }
    lab.advance(199);
    assert_eq!(lab.entries(), 1);
    lab.advance(1);
    assert_eq!(lab.entries(), 0);
    lab.run(lab.client.prefetch_query(server.query("k").gc_time(NEVER)));
    lab.sim.advance(Duration::from_secs(3_600 * 24 * 400));
    assert_eq!(lab.entries(), 1);
}

#[test]
fn swr_entries_go_after_five_minutes() {
    let lab = Lab::new();
    drop((lab.swr("k", &lab.counter(0), &Swr::new()), lab.flush()));
    lab.advance(299_999);
    assert_eq!(lab.entries(), 1);
    lab.advance(1);
    assert_eq!(lab.entries(), 0);
}

#[test]
fn a_running_request_keeps_its_entry_and_fills_it() {
    let lab = Lab::new();
    let server = lab.counter(50);
    drop((lab.query(&server.query("k").gc_time(ms(10))), lab.flush()));
    lab.advance(50);
    assert_eq!(lab.data("k"), Some(0));
    lab.advance(10);
    assert_eq!(lab.entries(), 0);
}

#[test]
fn a_remount_in_the_same_tick_finds_an_entry_that_is_not_kept() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = || server.query("k").gc_time(Duration::ZERO).stale_time(NEVER);
    let shown = lab.query(&query());
    lab.flush();
    drop(shown);
    let again = lab.query(&query());
    lab.flush();
    assert_eq!((server.calls(), again.number()), (1, Some(0)));
    drop(again);
    lab.flush();
    assert_eq!(lab.entries(), 0);
}

#[test]
fn what_is_written_by_hand_goes_as_well() {
    let lab = Lab::new();
    lab.client.set_query_data("k", 1).unwrap();
    lab.advance(300_000);
    assert_eq!(lab.entries(), 0);
}

#[test]
fn a_write_by_hand_does_not_keep_what_is_not_to_be_kept() {
    let lab = Lab::new();
    let server = lab.counter(50);
    lab.run(lab.client.prefetch_query(server.query("k").gc_time(ms(10))));
    lab.run(lab.client.prefetch_query(server.query("none").gc_time(Duration::ZERO)));
    lab.client.set_query_data("k", 7).unwrap();
    lab.client.set_query_data("none", 7).unwrap();
    lab.advance(49);
    assert_eq!((lab.data("k"), lab.data("none")), (Some(7), Some(7)));
    lab.advance(1);
    assert_eq!((lab.data("k"), lab.data("none")), (Some(0), None::<i32>));
    lab.advance(10);
    assert_eq!(lab.entries(), 0);
}

#[test]
fn an_entry_that_could_not_be_fetched_is_not_kept_for_ever() {
    use yew_clerk::engine::options::Access;
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = server.query("k").access(Access::SignedIn);
    assert!(lab.run(lab.client.fetch_query(query)).take().is_some_and(|result| result.is_err()));
    lab.advance(300_000);
    assert_eq!(lab.entries(), 0);
}

#[test]
fn ten_thousand_mounts_leave_no_timers_behind() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let hour = Duration::from_secs(3_600);
    let query = |key: u32| {
        let query = server.query(("item", key)).gc_time(Duration::ZERO);
        query.stale_time(hour).refetch_interval(hour)
    };
    for n in 0..10_000 {
        let shown = lab.query(&query(n));
        lab.flush();
        drop(shown);
        lab.flush();
        let timers = lab.client.engine().unwrap().timer_count();
        assert!(timers < 200, "{timers} deadlines are queued after {n} mounts");
    }
    assert_eq!((lab.entries(), lab.sim.task_count()), (0, 0));
    assert!(lab.sim.timer_count() <= 1, "one armed timer");
}

#[test]
fn a_clock_that_is_put_back_holds_up_nothing() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let _polling = lab.query(&server.query("poll").refetch_interval(ms(1_000)));
    drop((lab.query(&lab.counter(0).query("gone").gc_time(ms(5_000))), lab.flush()));
    lab.advance(500);
    lab.sim.jump_to(Time::from_millis(1_000));
    lab.advance(10_000);
    assert_eq!((server.calls(), lab.entries()), (11, 1));
    assert!(lab.state("poll").is_some_and(|state| state.status == Status::Success));
}

#[test]
fn data_is_as_old_as_it_is_after_a_sleep() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = || server.query("k").stale_time(ms(60_000));
    let shown = lab.query(&query());
    lab.flush();
    lab.sim.jump_to(lab.sim.now().after(ms(3_600_000)));
    lab.focus();
    assert_eq!(server.calls(), 2, "stale, although no timer has rung");
    assert!(!shown.is_stale());
}

#[test]
fn observers_that_come_and_go_leave_no_timers_with_an_entry_that_stays() {
    let lab = Lab::new();
    let server = lab.counter(0);
    let query = server.query("k").stale_time(Duration::from_secs(3_600));
    let _stays = lab.query(&query);
    lab.flush();
    for _ in 0..1_000 {
        drop(lab.query(&query));
    }
    assert!(lab.client.engine().unwrap().timer_count() < 100);
}
