//! The `Retry-After` header: seconds, or a date.

use std::time::Duration;

use crate::engine::time::Time;

/// How long a server wants to be left alone, from the value of `Retry-After`.
///
/// A date is compared with the answer's own `Date` if it has one, so that the device's clock does not
/// matter, and else with `now`. A date in the past gives zero; what is neither form gives `None`.
///
/// ```
/// use std::time::Duration;
/// use yew_clerk::{engine::time::Time, fetch::retry_after};
///
/// assert_eq!(retry_after("120", None, Time::ZERO), Some(Duration::from_secs(120)));
/// let date = "Thu, 01 Jan 1970 00:00:10 GMT";
/// assert_eq!(retry_after(date, None, Time::ZERO), Some(Duration::from_secs(10)));
/// ```
#[must_use]
pub fn retry_after(value: &str, date: Option<&str>, now: Time) -> Option<Duration> {
    let value = value.trim_ascii();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds: as long as can be.
        let seconds = value.bytes().fold(0_u64, |number, digit| {
            number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))
        });
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(value)?;
    let from = date.and_then(http_date).unwrap_or_else(|| now.as_millis() / 1000);
    Some(Duration::from_secs(until.saturating_sub(from)))
}

/// The seconds since the epoch of a date as `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that servers
/// may write today. Each part has its place in it.
fn http_date(text: &str) -> Option<u64> {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let text: &[u8; 29] = text.as_bytes().try_into().ok()?;
    let [_, _, _, date @ ..] = text;
    let shape = date.iter().map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte });
    let name = text.get(8..11)?;
    let month = (1..).zip(MONTHS.chunks(3)).find(|(_, other)| *other == name)?.0;
    let expected = b", 00 ".iter().chain(name).chain(b" 0000 00:00:00 GMT");
    if !shape.eq(expected.copied()) {
        return None;
    }
    let number = |at, digits| {
        let digits = text.iter().skip(at).take(digits);
        digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
    };
    let (day, year) = (number(5, 2), number(12, 4));
    let (hour, minute, second) = (number(17, 2), number(20, 2), number(23, 2));
    let valid = (1..=31).contains(&day) && year >= 1970 && hour < 24 && minute < 60 && second <= 60;
    if !valid {
        return None;
    }
    let hours = days(year, month, day) * 24 + hour;
    Some((hours * 60 + minute) * 60 + second)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, counted in years that begin in March so
/// that the leap day comes last.
const fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let in_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + in_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_counted_as_the_calendar_does() {
        let cases = [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
        ];
        for (text, seconds) in cases {
            assert_eq!(http_date(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn the_answers_own_date_counts_and_not_the_devices_clock() {
        let (until, date) = ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT");
        assert_eq!(retry_after(until, Some(date), Time::NEVER), Some(Duration::from_secs(30)));
        assert_eq!(retry_after(until, None, Time::NEVER), Some(Duration::ZERO));
    }

    #[test]
    fn neither_form_gives_nothing() {
        for text in [
            "",
            " ",
            "-1",
            "1.5",
            "soon",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06 Nov 1969 08:49:37 GMT",
        ] {
            assert_eq!(retry_after(text, None, Time::ZERO), None, "{text:?}");
        }
    }

    #[test]
    fn an_endless_number_is_a_long_time_and_no_failure() {
        let long = retry_after("99999999999999999999999", None, Time::ZERO);
        assert_eq!(long, Some(Duration::from_secs(u64::MAX)));
        assert_eq!(retry_after(" 3 ", None, Time::ZERO), Some(Duration::from_secs(3)));
    }
}
