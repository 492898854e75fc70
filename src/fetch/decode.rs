//! Decoding an answer, with an error that says where.

use std::rc::Rc;

use serde::de::DeserializeOwned;

use super::error::DecodeError;
use crate::json;

/// Decodes JSON. An empty body, as of a 204, is read as `null`: `()` and `Option` take it.
pub(super) fn json<T: DeserializeOwned>(text: &str) -> Result<T, json::Error> {
    json::from_str(if is_empty(text) { "null" } else { text })
}

fn is_empty(text: &str) -> bool {
    text.trim_ascii().is_empty()
}

/// Says where an answer is not as expected.
pub(super) fn failure(text: &str, url: &Rc<str>, error: &json::Error) -> DecodeError {
    let before = text.as_bytes().get(..error.at()).unwrap_or_default();
    let lines = before.iter().filter(|byte| **byte == b'\n').count();
    let in_line = before.iter().rev().take_while(|byte| **byte != b'\n').count();
    DecodeError {
        url: url.clone(),
        path: path_at(text, before).into(),
        line: lines + 1,
        column: in_line + 1,
        message: if is_empty(text) { "the body is empty" } else { error.message() }.into(),
    }
}

enum Frame<'a> {
    List(usize),
    Map { key: &'a str, in_value: bool },
}

/// The path to the value that begins behind `before`, as `$.items[3].title`.
fn path_at(text: &str, before: &[u8]) -> String {
    let mut frames: Vec<Frame> = Vec::new();
    let mut rest = before.iter().enumerate();
    while let Some((at, byte)) = rest.next() {
        match (byte, frames.last_mut()) {
            (b'[', _) => frames.push(Frame::List(0)),
            (b'{', _) => frames.push(Frame::Map { key: "", in_value: false }),
            (b']' | b'}', _) => drop(frames.pop()),
            (b',', Some(Frame::List(index))) => *index += 1,
            (b',', Some(Frame::Map { in_value, .. })) => *in_value = false,
            (b':', Some(Frame::Map { in_value, .. })) => *in_value = true,
            (b'"', frame) => {
                let close = skip_string(&mut rest).unwrap_or(before.len());
                if let Some(Frame::Map { key, in_value: false }) = frame {
                    *key = text.get(at + 1..close).unwrap_or_default();
                }
            }
            _ => {}
        }
    }
    render(&frames)
}

/// Goes past the end of a string; gives the place of its closing quote.
fn skip_string<'a>(bytes: &mut impl Iterator<Item = (usize, &'a u8)>) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at),
            _ => {}
        }
    }
    None
}

fn render(frames: &[Frame]) -> String {
    let mut path = String::from("$");
    for frame in frames {
        match frame {
            Frame::List(index) => {
                path.push('[');
                path.push_str(&index.to_string());
                path.push(']');
            }
            Frame::Map { key, in_value: true } => {
                path.push('.');
                path.push_str(key);
            }
            Frame::Map { .. } => {}
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a response decodes.
    fn json<T: DeserializeOwned>(text: &str, url: &Rc<str>) -> Result<T, DecodeError> {
        super::json(text).map_err(|error| failure(text, url, &error))
    }
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only decoded")]
    struct Item {
        title: String,
        size: u8,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only decoded")]
    struct Page {
        items: Vec<Item>,
    }

    fn path(text: &str) -> String {
        match json::<Page>(text, &Rc::from("/x")) {
            Err(error) => error.path.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_error_names_the_field() {
        let good = r#"{"title":"a,]}\"{","size":1}"#;
        let cases = [
            (r#"{"title":5,"size":1}"#, "$.items[1].title"),
            (r#"{"size":1,"title":null}"#, "$.items[1].title"),
            (r#"{"title":"a","size":"b"}"#, "$.items[1].size"),
            (r#"{"title":"a","size":300}"#, "$.items[1].size"),
            (r#"{"title":"a","size":300,"more":[{}]}"#, "$.items[1].size"),
            (r#"{"title":"a"}"#, "$.items[1]"),
            ("7", "$.items[1]"),
        ];
        for (bad, expected) in cases {
            assert_eq!(path(&format!("{{\"items\":[{good},{bad}]}}")), expected, "{bad}");
            assert_eq!(path(&format!("{{\n \"items\": [\n{good},\n {bad}]}}")), expected, "{bad}");
        }
    }

    #[test]
    fn broken_texts_have_a_place_too() {
        for text in ["", "{", "[", "\"", "{\"items\":[{\"ti", "<html>", "{\"\u{fc}\":", "]]]"] {
            assert!(path(text).starts_with('$'), "{text}");
        }
    }

    #[test]
    fn an_empty_body_is_nothing() {
        let url = Rc::from("/x");
        assert_eq!(json::<()>("", &url), Ok(()));
        assert_eq!(json::<Option<u8>>(" \n", &url), Ok(None));
        let error = json::<u8>("", &url).unwrap_err().to_string();
        assert!(error.contains("the body is empty"), "{error}");
    }
}
