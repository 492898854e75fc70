//! Taking a token out of what a server sent back: some echo a request's headers in their errors.

/// The text with `[token]` in place of the secret, also where JSON's escapes write it in another way.
///
/// On the text and not on what it means, so that JSON stays JSON and nothing need be decoded for it.
pub(super) fn scrubbed(text: &str, secret: &str) -> String {
    // As it is first: outside of JSON a backslash is only a backslash.
    let clean = replaced(text, secret, false);
    replaced(&clean, secret, true)
}

fn replaced(text: &str, secret: &str, escapes: bool) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((_, mut after)) = meant(rest, escapes) {
        match behind(rest, secret, escapes) {
            Some(behind) => {
                clean.push_str("[token]");
                after = behind;
            }
            None => clean.extend(rest.get(..rest.len() - after.len())),
        }
        rest = after;
    }
    clean
}

/// What comes after the secret, if the text begins with it.
fn behind<'a>(text: &'a str, secret: &str, escapes: bool) -> Option<&'a str> {
    let mut rest = text;
    for wanted in secret.chars() {
        let (found, after) = meant(rest, escapes)?;
        if found != wanted {
            return None;
        }
        rest = after;
    }
    // An empty secret is none.
    (rest.len() < text.len()).then_some(rest)
}

/// The character that the text begins with, or that its first escape stands for, and what comes after.
fn meant(text: &str, escapes: bool) -> Option<(char, &str)> {
    let mut chars = text.chars();
    let first = chars.next()?;
    let plain = (first, chars.as_str());
    if first != '\\' || !escapes {
        return Some(plain);
    }
    match chars.next() {
        Some('u') => Some(numbered(chars.as_str()).unwrap_or(plain)),
        // Itself, or a control character that no token contains.
        Some(escaped) => Some((escaped, chars.as_str())),
        None => Some(plain),
    }
}

fn numbered(text: &str) -> Option<(char, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let number = digits.chars().try_fold(0, |sum, digit| Some(sum * 16 + digit.to_digit(16)?))?;
    Some((char::from_u32(number)?, rest))
}

#[cfg(test)]
mod tests {
    use super::scrubbed;

    #[test]
    fn every_way_to_write_the_secret_is_found() {
        let cases = [
            ("", ""),
            ("nothing", "nothing"),
            ("a/b\"a/b", "[token]\"[token]"),
            (r#"{"a\/b":["x a\u002Fb y"]}"#, r#"{"[token]":["x [token] y"]}"#),
            (r"\u0061\u002f\u0062a\/", r"[token]a\/"),
            (r"C:\a/b \", r"C:\[token] \"),
            ("\\u", "\\u"),
            ("\\ud800a/b", "\\ud800[token]"),
            ("üa/bü", "ü[token]ü"),
        ];
        for (text, expected) in cases {
            assert_eq!(scrubbed(text, "a/b"), expected, "{text}");
        }
        assert_eq!(scrubbed(r#""q\"\\""#, r#"q"\"#), r#""[token]""#);
        assert_eq!(scrubbed("text", ""), "text");
    }

    #[test]
    fn an_escaped_backslash_begins_no_escape() {
        let text = r#"{"a":"\\u0061/b"}"#;
        assert_eq!(scrubbed(text, "a/b"), text);
        assert_eq!(scrubbed(r"\\\u0061/b", "a/b"), r"\\[token]");
    }
}
