//! The query part of an address from a serialisable value.

use std::rc::Rc;

use crate::engine::key::{Key, KeyError, Part};

/// Appends the pairs that `parameters` holds to the query in `url`, before the `#` if there is one.
///
/// They come as a key: the form of any serialisable value that every app has code for anyway.
///
/// # Errors
/// When it is neither a map nor a list of pairs of simple values.
pub(super) fn append(url: &mut String, parameters: &Key) -> Result<(), &'static str> {
    let mut query = String::new();
    match Part::read(parameters.as_bytes()) {
        Some(Part::Null) => {}
        Some(Part::Map(entries)) => {
            for (name, value) in entries {
                push_value(&mut query, name, value)?;
            }
        }
        Some(Part::Sequence(pairs)) => {
            for pair in pairs {
                push_pair(&mut query, pair)?;
            }
        }
        _ => return Err("a query is a map, a struct or a list of pairs"),
    }
    if !query.is_empty() {
        insert(url, &query);
    }
    Ok(())
}

/// Why parameters cannot be read.
pub(super) fn refusal(error: KeyError) -> Rc<str> {
    match error {
        KeyError::Serialize(message) => message.into(),
        KeyError::MapKey => "a map in the query has a name that cannot be text".into(),
        error => error.to_string().into(),
    }
}

fn push_pair(query: &mut String, pair: &[u8]) -> Result<(), &'static str> {
    let pair = match Part::read(pair) {
        Some(Part::Sequence(mut parts)) => (parts.next(), parts.next(), parts.next()),
        _ => (None, None, None),
    };
    match pair {
        (Some(name), Some(value), None) if Part::read(name).is_some_and(|name| name.is_text()) => {
            push_value(query, name, value)
        }
        _ => Err("a list of query parameters consists of pairs of a name and a value"),
    }
}

/// A list becomes the same name several times; `null`, like an absent value, becomes nothing.
fn push_value(query: &mut String, name: &[u8], value: &[u8]) -> Result<(), &'static str> {
    let Some(part) = Part::read(value) else {
        return Ok(());
    };
    match part {
        Part::Null => {}
        // JSON has no name for it.
        Part::Float(number) if !number.is_finite() => {}
        Part::Bool(_) | Part::Integer(_) | Part::Negative(_) | Part::Float(_) | Part::Text(_) => {
            push(query, name, value);
        }
        Part::Sequence(items) => {
            for item in items {
                if let Some(Part::Sequence(_) | Part::Bytes(_)) = Part::read(item) {
                    return Err("a query parameter cannot be a list of lists");
                }
                push_value(query, name, item)?;
            }
        }
        Part::Map(_) => return Err("a query parameter cannot be a map"),
        Part::Bytes(_) => return Err("a query parameter cannot be bytes"),
    }
    Ok(())
}

/// Appends a name and a value that are text, numbers or booleans.
fn push(query: &mut String, name: &[u8], value: &[u8]) {
    if !query.is_empty() {
        query.push('&');
    }
    escape_part(query, name);
    query.push('=');
    escape_part(query, value);
}

fn escape_part(out: &mut String, bytes: &[u8]) {
    match Part::read(bytes) {
        Some(Part::Text(text)) => escape(out, text),
        Some(part) => escape(out, &part.to_json()),
        None => {}
    }
}

/// Escapes everything but letters, digits and `-._~`: read alike by every server, as a form or not.
fn escape(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(hex(byte >> 4));
            out.push(hex(byte & 15));
        }
    }
}

/// The digit for a number below 16.
fn hex(digit: u8) -> char {
    char::from(if digit < 10 { b'0' + digit } else { b'A' + (digit - 10) })
}

fn insert(url: &mut String, query: &str) {
    let bytes = url.as_bytes();
    let end = bytes.iter().position(|byte| *byte == b'#').unwrap_or(bytes.len());
    let before = bytes.get(..end).unwrap_or_default();
    let separator = match before.last() {
        _ if !before.contains(&b'?') => "?",
        Some(b'?' | b'&') => "",
        _ => "&",
    };
    url.insert_str(end, query);
    url.insert_str(end, separator);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn append(url: &mut String, value: &Value) -> Result<(), &'static str> {
        super::append(url, &Key::of(value).unwrap())
    }

    fn appended(url: &str, value: &Value) -> String {
        let mut url = url.to_owned();
        append(&mut url, value).unwrap();
        url
    }

    #[test]
    fn parameters_go_before_the_fragment_and_after_those_that_are_there() {
        let value = json!({ "a": 1 });
        assert_eq!(appended("/x", &value), "/x?a=1");
        assert_eq!(appended("/x?b=2", &value), "/x?b=2&a=1");
        assert_eq!(appended("/x?", &value), "/x?a=1");
        assert_eq!(appended("/x?b=2&", &value), "/x?b=2&a=1");
        assert_eq!(appended("/x?b=2#top?", &value), "/x?b=2&a=1#top?");
        assert_eq!(appended("/x#top", &value), "/x?a=1#top");
    }

    #[test]
    fn names_and_values_cannot_break_out_of_their_place() {
        let value = json!([["a&b", "c=d e+f#g%h"], ["ü", "日"]]);
        assert_eq!(appended("/x", &value), "/x?a%26b=c%3Dd%20e%2Bf%23g%25h&%C3%BC=%E6%97%A5");
    }

    #[test]
    fn a_list_repeats_its_name_and_nothing_leaves_nothing() {
        let value = json!({ "tag": ["x", "y"], "none": null, "on": true });
        assert_eq!(appended("/x", &value), "/x?on=true&tag=x&tag=y");
        assert_eq!(appended("/x", &json!({ "none": null })), "/x");
        assert_eq!(appended("/x", &Value::Null), "/x");
    }

    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        let value = json!({ "a": -7, "b": 1.5, "c": 2.0, "d": [u64::MAX, 0] });
        let expected = "/x?a=-7&b=1.5&c=2&d=18446744073709551615&d=0";
        assert_eq!(appended("/x", &value), expected);
        let mut url = "/x".to_owned();
        super::append(&mut url, &Key::of(&[("a", f64::NAN), ("b", 1e300)]).unwrap()).unwrap();
        assert_eq!(url, "/x?b=1e%2B300");
    }

    #[test]
    fn what_has_no_place_in_a_query_is_refused() {
        for value in [json!({ "a": { "b": 1 } }), json!({ "a": [[1]] }), json!([1]), json!("text")]
        {
            assert!(append(&mut "/x".to_owned(), &value).is_err(), "{value}");
        }
    }
}
