//! The query part of an address from a serialisable value.

use serde_json::Value;

/// Appends the pairs of `value` to the query in `url`, before the `#` if there is one.
///
/// # Errors
/// When the value is neither a map nor a list of pairs of simple values.
pub(super) fn append(url: &mut String, value: &Value) -> Result<(), &'static str> {
    let mut query = String::new();
    match value {
        Value::Null => {}
        Value::Object(map) => {
            for (name, value) in map {
                push_value(&mut query, name, value)?;
            }
        }
        Value::Array(pairs) => {
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

fn push_pair(query: &mut String, pair: &Value) -> Result<(), &'static str> {
    match pair.as_array().map(Vec::as_slice) {
        Some([Value::String(name), value]) => push_value(query, name, value),
        _ => Err("a list of query parameters consists of pairs of a name and a value"),
    }
}

/// A list becomes the same name several times; `null`, like an absent value, becomes nothing.
fn push_value(query: &mut String, name: &str, value: &Value) -> Result<(), &'static str> {
    match value {
        Value::Null => {}
        Value::String(text) => push(query, name, text),
        Value::Bool(true) => push(query, name, "true"),
        Value::Bool(false) => push(query, name, "false"),
        Value::Number(number) => push(query, name, &number.to_string()),
        Value::Array(items) => {
            for item in items {
                if item.is_array() {
                    return Err("a query parameter cannot be a list of lists");
                }
                push_value(query, name, item)?;
            }
        }
        Value::Object(_) => return Err("a query parameter cannot be a map"),
    }
    Ok(())
}

fn push(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    escape(query, name);
    query.push('=');
    escape(query, value);
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
    char::from(if digit < 10 {
        b'0' + digit
    } else {
        b'A' + (digit - 10)
    })
}

fn insert(url: &mut String, query: &str) {
    let before = url.split('#').next().unwrap_or_default();
    let end = before.len();
    let separator = match before.find('?') {
        None => "?",
        Some(_) if before.ends_with(['?', '&']) => "",
        Some(_) => "&",
    };
    url.insert_str(end, query);
    url.insert_str(end, separator);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
        assert_eq!(
            appended("/x", &value),
            "/x?a%26b=c%3Dd%20e%2Bf%23g%25h&%C3%BC=%E6%97%A5"
        );
    }

    #[test]
    fn a_list_repeats_its_name_and_nothing_leaves_nothing() {
        let value = json!({ "tag": ["x", "y"], "none": null, "on": true });
        assert_eq!(appended("/x", &value), "/x?on=true&tag=x&tag=y");
        assert_eq!(appended("/x", &json!({ "none": null })), "/x");
        assert_eq!(appended("/x", &Value::Null), "/x");
    }

    #[test]
    fn what_has_no_place_in_a_query_is_refused() {
        for value in [
            json!({ "a": { "b": 1 } }),
            json!({ "a": [[1]] }),
            json!([1]),
            json!("text"),
        ] {
            assert!(append(&mut "/x".to_owned(), &value).is_err(), "{value}");
        }
    }
}
