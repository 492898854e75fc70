//! Whether and when a failed request is tried again.

use std::time::Duration;

use super::defaults::{
    QUERY_RETRY_BASE, QUERY_RETRY_DOUBLINGS, QUERY_RETRY_MAX, RETRY_AFTER_LIMIT, SHORTEST_WAIT,
    SWR_RETRY_MAX_EXPONENT,
};
use super::erased::Failure;
use super::options::{Dialect, ObserverOptions, Retry, RetryDelay};

/// The wait before the next try after `failures` earlier ones, or `None` for 'give up'.
///
/// `random` lies in `0..1`. A wait that the server asked for is never undercut; one so long that nobody would sit it
/// out ends a query with the error instead. (In SWR's dialect the error is shown at once in any case.)
pub fn next_try(
    options: &ObserverOptions,
    failures: u32,
    failure: &Failure,
    random: f64,
) -> Option<Duration> {
    let limit = match options.dialect {
        Dialect::Query => RETRY_AFTER_LIMIT,
        Dialect::Swr => Duration::MAX,
    };
    next_within(limit, (&options.retry, &options.retry_delay), failures, failure, random)
}

/// The same for a mutation.
pub(crate) fn next_mutation_try(
    rules: (&Retry, &RetryDelay),
    failures: u32,
    failure: &Failure,
    random: f64,
) -> Option<Duration> {
    next_within(RETRY_AFTER_LIMIT, rules, failures, failure, random)
}

fn next_within(
    limit: Duration,
    (retry, retry_delay): (&Retry, &RetryDelay),
    failures: u32,
    failure: &Failure,
    random: f64,
) -> Option<Duration> {
    let asked = failure.hint().retry_after.unwrap_or_default();
    if !wants_retry(retry, failures, failure) || asked > limit {
        return None;
    }
    Some(delay(retry_delay, failures, failure, random).max(asked).max(SHORTEST_WAIT))
}

/// Whether a failure is followed by another try at all.
pub(crate) fn wants_retry(retry: &Retry, failures: u32, failure: &Failure) -> bool {
    if failure.hint().cancelled || retry.limit.is_some_and(|limit| failures >= limit) {
        return false;
    }
    match &retry.when {
        Some(rule) => rule(failures, failure),
        None => failure.hint().retryable,
    }
}

fn delay(delay: &RetryDelay, failures: u32, failure: &Failure, random: f64) -> Duration {
    match delay {
        RetryDelay::Doubling => {
            QUERY_RETRY_MAX.min(QUERY_RETRY_BASE * (1 << failures.min(QUERY_RETRY_DOUBLINGS)))
        }
        RetryDelay::Jittered(base) => {
            base.saturating_mul(swr_factor(failures.saturating_add(1), random))
        }
        RetryDelay::Fixed(delay) => *delay,
        RetryDelay::With(rule) => rule(failures, failure),
    }
}

/// SWR's factor for retry number `n`, counted from 1: `floor((random + 0.5) * 2^min(n, 8))`.
fn swr_factor(n: u32, random: f64) -> u32 {
    let exponent = n.min(SWR_RETRY_MAX_EXPONENT);
    let factor = (random.clamp(0.0, 1.0) + 0.5) * f64::from(1_u32 << exponent);
    // At most 1.5 * 2^8, never negative: the cast only drops the fraction.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = factor as u32;
    whole
}

#[cfg(test)]
mod tests {
    use super::super::erased::Hint;
    use super::*;

    fn failure() -> Failure {
        Failure::new("no", Hint::default())
    }

    /// P27.
    #[test]
    fn swr_backs_off_by_its_formula() {
        let factors = |n| [0.0, 0.5, 0.99].map(|random| swr_factor(n, random));
        assert_eq!(factors(1), [1, 2, 2]);
        assert_eq!(factors(3), [4, 8, 11]);
        assert_eq!(factors(20), factors(8));
    }

    #[test]
    fn tanstack_doubles_from_one_second_to_thirty() {
        let options = ObserverOptions { retry: Retry::default(), ..ObserverOptions::query() };
        let waits: Vec<_> = (0..7)
            .filter_map(|n| next_try(&options, n, &failure(), 0.0))
            .map(|d| d.as_secs())
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(next_try(&options, 90, &failure(), 0.0), Some(QUERY_RETRY_MAX));
    }

    #[test]
    fn what_cannot_get_better_is_not_tried_again_unless_the_user_says_so() {
        let hopeless = Failure::new("404", Hint { retryable: false, ..Hint::default() });
        let mut options = ObserverOptions::query();
        assert_eq!(next_try(&options, 0, &hopeless, 0.0), None);
        options.retry.when = Some(std::rc::Rc::new(|_, _| true));
        assert!(next_try(&options, 0, &hopeless, 0.0).is_some());
    }

    #[test]
    fn a_server_that_asks_for_patience_gets_it() {
        let patient = Failure::new(
            "503",
            Hint { retry_after: Some(Duration::from_secs(9)), ..Hint::default() },
        );
        assert_eq!(
            next_try(&ObserverOptions::query(), 0, &patient, 0.0),
            Some(Duration::from_secs(9))
        );
    }

    #[test]
    fn a_server_that_asks_for_a_day_is_not_waited_for_behind_a_spinner() {
        let day = Duration::from_secs(86_400);
        let hint = Hint { retry_after: Some(day), ..Hint::default() };
        let failure = Failure::new("503", hint);
        assert_eq!(next_try(&ObserverOptions::query(), 0, &failure, 0.0), None);
        assert_eq!(next_try(&ObserverOptions::swr(), 0, &failure, 0.0), Some(day));
    }
}
