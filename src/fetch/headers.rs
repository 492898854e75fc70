//! Which headers can be sent, and how one is found.

/// Why a header with this name and value cannot be sent, if it cannot.
///
/// The browser would throw at the request's construction, in words that do not name the header.
pub(super) fn refusal(name: &str, value: &str) -> Option<&'static str> {
    if !is_name(name) {
        return Some("the name contains a character that header names cannot have");
    }
    // A header is bytes; the browser takes characters up to U+00FF for them.
    if value.chars().any(|c| matches!(c, '\0' | '\r' | '\n') || u32::from(c) > 0xff) {
        return Some("the value contains a line break or a character outside of Latin-1");
    }
    None
}

/// Whether a header can have this name.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(is_token_byte)
}

/// A name as errors show it: whatever cannot stand in one is `?`.
pub(super) fn shown(name: &str) -> String {
    let visible = |c: char| if c.is_ascii_graphic() { c } else { '?' };
    name.chars().map(visible).collect()
}

const fn is_token_byte(byte: u8) -> bool {
    matches!(
        byte,
        b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`'
            | b'|' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z'
    )
}

/// The first header with this name in any case.
pub(super) fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Sets a header; one of the same name is replaced.
pub(super) fn set(headers: &mut Vec<(String, String)>, name: &str, value: String) {
    headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    headers.push((name.to_owned(), value));
}
