//! The table that maps SWR to this crate says the truth: nothing of SWR is missing, what it names is there, and so are the
//! tests. And those rows that no other test is for.

#[path = "support/lab.rs"]
mod lab;
#[path = "support/sources.rs"]
mod sources;
#[path = "support/table.rs"]
mod table;

use std::time::Duration;

use lab::{Lab, Swr, ms};
use yew_clerk::engine::filters::Filters;
use yew_clerk::engine::options::{Interval, ObserverOptions, Refetch, RetryDelay};

const TABLE: &str = include_str!("../src/hooks/swr.md");

/// What `swr` exports, and the options and fields of its hooks, in SWR's words.
const SWR: &str = "
    useSWR useSWRImmutable useSWRInfinite useSWRMutation useSWRSubscription useSWRConfig SWRConfig
    SWRConfig.defaultValue mutate preload unload unstable_serialize infinite.unstable_serialize
    fetcher revalidateOnMount revalidateIfStale revalidateOnFocus revalidateOnReconnect
    focusThrottleInterval dedupingInterval refreshInterval refreshWhenHidden refreshWhenOffline
    loadingTimeout errorRetryInterval errorRetryCount shouldRetryOnError onErrorRetry keepPreviousData
    fallbackData fallback suspense strictServerPrefetchWarning cacheData isPaused compare use isOnline
    isVisible initFocus initReconnect provider onSuccess onError onDiscarded onLoadingSlow
    data error isLoading isValidating
    revalidate populateCache optimisticData rollbackOnError throwOnError
    trigger reset isMutating
    size setSize initialSize revalidateAll revalidateFirstPage persistSize parallel";

#[test]
fn the_table_knows_everything_that_swr_has() {
    assert_eq!(table::missing(TABLE, SWR), [""; 0]);
}

#[test]
fn no_row_is_empty_and_what_it_names_is_there() {
    table::check_names(TABLE);
}

#[test]
fn each_row_names_a_test_that_there_is() {
    table::check_tests(TABLE);
}

/// The scenarios that SWR's own tests describe, by number; each is named above the test that plays it.
const SCENARIOS: &str = "
    01 02 03 04 05 06 07 08 09 10 11 13 15 16 17 18 25 26 27 28 32 33 34 35 36 37 38 39 49 51 53 54 55 57 58";

#[test]
fn each_scenario_of_swr_is_played_by_a_test() {
    assert_eq!(table::not_played(SCENARIOS), [""; 0]);
}

#[test]
fn the_defaults_are_those_of_swr() {
    let options = Swr::new().resolved();
    let times = (options.deduping_interval, options.focus_throttle, options.loading_timeout);
    assert_eq!(times, (ms(2_000), ms(5_000), ms(3_000)));
    assert!(matches!(options.retry_delay, RetryDelay::Jittered(base) if base == ms(5_000)));
    assert!(options.retry.limit.is_none() && options.retry.when.is_none());
    for rule in
        [&options.refetch_on_mount, &options.refetch_on_focus, &options.refetch_on_reconnect]
    {
        assert!(matches!(rule, Refetch::IfStale));
    }
    assert!(matches!(options.interval, Interval::Off));
    let off = [
        options.interval_when_hidden,
        options.interval_when_offline,
        options.interval_after_error,
        options.keep_previous_data,
    ];
    assert_eq!(off, [false; 4]);
    assert_eq!(options.stale_time, Duration::ZERO.into());
    assert!(options.enabled && options.revalidate_on_mount.is_none());
}

#[test]
fn a_slow_network_has_more_patient_defaults() {
    let slow = ObserverOptions::swr_on(true);
    assert_eq!(slow.loading_timeout, ms(5_000));
    assert!(matches!(slow.retry_delay, RetryDelay::Jittered(base) if base == ms(10_000)));
}

#[test]
fn polling_offline_happens_if_it_is_wanted() {
    let lab = Lab::new();
    let polls = || Swr::new().refresh_interval(ms(100)).deduping_interval(Duration::ZERO);
    let (held, wanted) = (lab.counter(0), lab.counter(0));
    let _held = lab.swr("held", &held, &polls());
    let _wanted = lab.swr("wanted", &wanted, &polls().refresh_when_offline(true));
    lab.flush();
    lab.online(false);
    lab.advance(350);
    assert_eq!((held.calls(), wanted.calls()), (1, 4));
    lab.online(true);
    lab.advance(100);
    assert!(held.calls() > 1);
}

#[test]
fn tags_select_whatever_the_key_is() {
    let lab = Lab::new();
    let (one, two, other) = (lab.counter(0), lab.counter(0), lab.counter(0));
    let options = |tags: &[&'static str]| Swr::new().tags(tags.iter().copied());
    let _one = lab.swr("/api/notes", &one, &options(&["notes"]));
    let _two = lab.swr(("counts", 7), &two, &options(&["counts", "notes"]));
    let _other = lab.swr("/api/other", &other, &options(&["counts"]));
    let gone = lab.counter(0);
    drop(lab.swr("gone", &gone, &options(&["notes"])));
    lab.advance(10);
    drop(lab.client.invalidate_queries(Filters::tagged("notes")));
    lab.flush();
    assert_eq!([one.calls(), two.calls(), other.calls()], [2, 2, 1]);
    let mut keys: Vec<_> =
        lab.client.keys(Filters::tagged("notes")).iter().map(ToString::to_string).collect();
    keys.sort();
    assert_eq!(keys, [r#""/api/notes""#, r#""gone""#, r#"["counts",7]"#]);
    assert_eq!(lab.client.keys(Filters::tagged("none")).len(), 0);
}
