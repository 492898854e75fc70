//! A key as JSON, for people.

use std::cell::Cell;

use super::decode::{Entries, Items, Value};

type Write = fn(&Value<'_>, &mut String);

thread_local! {
    /// Writes floats and integers beyond 64 bits, once a key with such a number may exist: programs without
    /// them do not carry the code, which is larger than all the rest here.
    static RARE: Cell<Option<Write>> = const { Cell::new(None) };
}

/// To be called before a float, or an integer beyond 64 bits, becomes part of a key.
pub(super) fn expect_rare_numbers() {
    // Fails only while the thread ends, when nobody reads keys.
    let _ = RARE.try_with(|rare| rare.set(Some(write_rare)));
}

fn write_rare(value: &Value<'_>, json: &mut String) {
    match value {
        Value::Integer(value) => json.push_str(&value.to_string()),
        Value::Negative(value) => json.push_str(&value.to_string()),
        Value::Float(value) if value.is_nan() => json.push_str(r#""NaN""#),
        Value::Float(f64::INFINITY) => json.push_str(r#""Infinity""#),
        Value::Float(f64::NEG_INFINITY) => json.push_str(r#""-Infinity""#),
        Value::Float(value) => json.push_str(&serde_json::to_string(value).unwrap_or_default()),
        _ => {}
    }
}

/// Appends the value that these bytes are.
fn write(bytes: &[u8], json: &mut String) {
    write_value(&Value::read(bytes).unwrap_or(Value::Null), json);
}

pub(super) fn write_value(value: &Value<'_>, json: &mut String) {
    match value {
        Value::Null => json.push_str("null"),
        Value::Bool(value) => json.push_str(if *value { "true" } else { "false" }),
        Value::Text(text) => write_text(text, json),
        Value::Bytes(bytes) => write_bytes(bytes, json),
        Value::Sequence(items) => write_sequence(items.clone(), json),
        Value::Map(entries) => write_map(entries.clone(), json),
        number => write_number(number, json),
    }
}

fn write_number(number: &Value<'_>, json: &mut String) {
    let (absolute, is_negative) = match number {
        Value::Integer(value) => (u64::try_from(*value).ok(), false),
        Value::Negative(value) => (u64::try_from(value.unsigned_abs()).ok(), true),
        _ => (None, false),
    };
    match absolute {
        Some(absolute) => {
            json.push_str(if is_negative { "-" } else { "" });
            json.push_str(&absolute.to_string());
        }
        None => {
            if let Ok(Some(write)) = RARE.try_with(Cell::get) {
                write(number, json);
            }
        }
    }
}

/// Appends a text in quotes.
pub(crate) fn write_text(text: &str, json: &mut String) {
    json.push('"');
    for character in text.chars() {
        let short = match character {
            '"' | '\\' => character,
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\0'..' ' => {
                json.push_str("\\u00");
                let digits = [u32::from(character) >> 4, u32::from(character) & 15];
                json.extend(digits.iter().filter_map(|digit| char::from_digit(*digit, 16)));
                continue;
            }
            _ => {
                json.push(character);
                continue;
            }
        };
        json.push('\\');
        json.push(short);
    }
    json.push('"');
}

fn write_bytes(bytes: &[u8], json: &mut String) {
    let mut separator = '[';
    for byte in bytes {
        json.push(std::mem::replace(&mut separator, ','));
        json.push_str(&byte.to_string());
    }
    close('[', separator, ']', json);
}

fn write_sequence(items: Items<'_>, json: &mut String) {
    let mut separator = '[';
    for item in items {
        json.push(std::mem::replace(&mut separator, ','));
        write(item, json);
    }
    close('[', separator, ']', json);
}

fn write_map(entries: Entries<'_>, json: &mut String) {
    let mut separator = '{';
    for (name, value) in entries {
        json.push(std::mem::replace(&mut separator, ','));
        write(name, json);
        json.push(':');
        write(value, json);
    }
    close('{', separator, '}', json);
}

/// Ends a list, and begins it before if it is empty.
fn close(begin: char, separator: char, end: char, json: &mut String) {
    if separator == begin {
        json.push(begin);
    }
    json.push(end);
}
