//! The one table that decides whether a trigger fetches.

use super::entry::{Entry, Status};
use super::observer::Observer;
use super::options::{Dialect, ObserverOptions, Refetch, StaleTime};
use super::time::Time;

/// Whether the data of `entry` is out of date for an observer with these options.
///
/// Missing and invalidated data always is; otherwise its age decides. Same as TanStack Query's.
#[must_use]
pub fn is_stale(entry: &Entry, options: &ObserverOptions, now: Time) -> bool {
    if !entry.has_data() {
        return true;
    }
    match options.stale_time_in(&entry.state) {
        StaleTime::Static => false,
        StaleTime::After(_) if entry.state.is_invalidated => true,
        StaleTime::After(age) => now >= entry.state.data_updated_at.after(age),
    }
}

/// When data that is fresh now turns stale; `None` if that never happens by itself.
#[must_use]
pub fn stale_at(entry: &Entry, options: &ObserverOptions) -> Option<Time> {
    match options.stale_time_in(&entry.state) {
        StaleTime::After(age) if entry.has_data() => {
            Some(entry.state.data_updated_at.after(age)).filter(|at| *at != Time::NEVER)
        }
        _ => None,
    }
}

/// Whether an observer that has just come to `entry` by mounting fetches it.
#[must_use]
pub fn wants_on_mount(entry: &Entry, observer: &Observer, now: Time) -> bool {
    if !observer.is_active() {
        return false;
    }
    let options = &*observer.options;
    match (options.dialect, options.revalidate_on_mount) {
        (Dialect::Swr, Some(wanted)) => wanted,
        (Dialect::Swr, None) => wants_swr(entry, options, now),
        (Dialect::Query, _) if entry.has_data() => {
            refetch_wanted(&options.refetch_on_mount, entry, options, now)
        }
        (Dialect::Query, _) => {
            entry.state.status != Status::Error || options.retries_on_mount(&entry.state)
        }
    }
}

/// Whether an observer that has changed its key or was enabled fetches.
#[must_use]
pub fn wants_on_change(entry: &Entry, observer: &Observer, now: Time) -> bool {
    observer.is_active()
        && match observer.options.dialect {
            Dialect::Swr => wants_swr(entry, &observer.options, now),
            Dialect::Query => is_stale(entry, &observer.options, now),
        }
}

/// SWR: what is not there is fetched; what is there by `revalidateIfStale`. A fallback counts as there.
fn wants_swr(entry: &Entry, options: &ObserverOptions, now: Time) -> bool {
    let has_data = entry.has_data() || options.stand_in(Some(&entry.key)).is_some();
    !has_data || refetch_wanted(&options.refetch_on_mount, entry, options, now)
}

/// Whether a focus event makes this observer fetch.
#[must_use]
pub fn wants_on_focus(entry: &Entry, observer: &Observer, now: Time) -> bool {
    observer.is_active()
        && refetch_wanted(&observer.options.refetch_on_focus, entry, &observer.options, now)
        && !is_throttled(observer, now)
}

/// SWR's throttle lets the next focus through strictly after its end; without a throttle none is lost.
fn is_throttled(observer: &Observer, now: Time) -> bool {
    !observer.options.focus_throttle.is_zero() && now <= observer.throttled_until
}

/// Whether the return of the network makes this observer fetch.
#[must_use]
pub fn wants_on_reconnect(entry: &Entry, observer: &Observer, now: Time) -> bool {
    observer.is_active()
        && refetch_wanted(&observer.options.refetch_on_reconnect, entry, &observer.options, now)
}

fn refetch_wanted(rule: &Refetch, entry: &Entry, options: &ObserverOptions, now: Time) -> bool {
    match rule {
        Refetch::Never => false,
        Refetch::Always => options.stale_time_in(&entry.state) != StaleTime::Static,
        Refetch::IfStale => is_stale(entry, options, now),
        Refetch::With(rule) => match rule(&entry.state) {
            // A rule that answers with a rule is not followed further: that could go on for ever.
            Refetch::With(_) => false,
            plain => refetch_wanted(&plain, entry, options, now),
        },
    }
}
