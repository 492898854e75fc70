//! The text, read piece by piece. Nothing here is generic: it is compiled once, whatever is read.

use std::borrow::Cow;

use serde::de::Expected;

use super::DEPTH_LIMIT;
use super::error::Error;

/// A text and how far it has been read.
pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// How many lists and maps may still be opened.
    depth: u8,
}

/// A number as it is handed to serde.
#[derive(Clone, Copy)]
pub(super) enum Number {
    Positive(u64),
    Negative(i64),
    Float(f64),
}

/// How a number is written.
struct Digits {
    is_negative: bool,
    /// The number without its sign, if it is an integer that fits.
    integer: Option<u64>,
}

impl<'t> Reader<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self { text, at: 0, depth: DEPTH_LIMIT }
    }

    /// How many bytes have been read.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// The next byte; zero, which JSON cannot contain, at the end.
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or_default()
    }

    /// The first byte of what comes next, behind white space.
    pub(super) fn peek(&mut self) -> u8 {
        while let b' ' | b'\n' | b'\t' | b'\r' = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// Goes past a byte if it comes next.
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.byte() == byte;
        self.at += usize::from(found);
        found
    }

    fn error(&self, message: &str) -> Error {
        let ended = self.at >= self.text.len();
        Error::new(if ended { "the text ends too early" } else { message }, self.at)
    }

    /// What comes next is not what the visitor wants.
    #[cold]
    pub(super) fn unexpected(&mut self, expected: &dyn Expected) -> Error {
        let found = match self.peek() {
            b'"' => "string",
            b'[' => "sequence",
            b'{' => "map",
            b'n' => "null",
            b't' | b'f' => "boolean",
            b'-' | b'0'..=b'9' => "number",
            _ => return self.error("a value should stand here"),
        };
        let words = ["invalid type: ", found, ", expected ", &expected.to_string()];
        Error::new(&words.concat(), self.at)
    }

    /// Nothing but white space may come now.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        self.peek();
        if self.at < self.text.len() { Err(self.error("nothing more should come")) } else { Ok(()) }
    }

    /// Whether these bytes come next.
    fn comes(&self, bytes: &[u8]) -> bool {
        let rest = self.text.as_bytes().get(self.at..);
        rest.is_some_and(|rest| rest.starts_with(bytes))
    }

    /// Reads `null`, `true` or `false`.
    pub(super) fn word(&mut self, word: &str) -> Result<(), Error> {
        if !self.comes(word.as_bytes()) {
            return Err(self.error("a value should stand here"));
        }
        self.at += word.len();
        Ok(())
    }

    /// Begins a list or a map; gives the place where it begins.
    pub(super) fn open(&mut self, bracket: u8, expected: &dyn Expected) -> Result<usize, Error> {
        if self.peek() != bracket {
            return Err(self.unexpected(expected));
        }
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 0 {
            return Err(self.error("too many lists and maps in each other"));
        }
        self.at += 1;
        Ok(self.at - 1)
    }

    /// Ends it, if nothing is left in it.
    pub(super) fn close(&mut self, bracket: u8) -> Result<(), Error> {
        self.peek();
        self.depth += 1;
        if self.eat(bracket) { Ok(()) } else { Err(self.error("fewer items should stand here")) }
    }

    /// Whether a list or map goes on; if so, the next item comes now.
    pub(super) fn next_item(&mut self, is_first: &mut bool, bracket: u8) -> Result<bool, Error> {
        if self.peek() == bracket {
            return Ok(false);
        }
        if std::mem::take(is_first) {
            return Ok(true);
        }
        if !self.eat(b',') {
            return Err(self.error("a comma should stand here"));
        }
        if self.peek() == bracket {
            return Err(self.error("no comma should stand before the end"));
        }
        Ok(true)
    }

    /// Goes past the colon between a name and its value.
    pub(super) fn colon(&mut self) -> Result<(), Error> {
        self.peek();
        if self.eat(b':') { Ok(()) } else { Err(self.error("a colon should stand here")) }
    }

    /// Reads a string.
    pub(super) fn string(&mut self) -> Result<Cow<'t, str>, Error> {
        self.pieces()?.ok_or_else(|| self.error("half a character stands in the string"))
    }

    /// Reads a string that may contain half a character, as JavaScript's can: then it gives none.
    fn pieces(&mut self) -> Result<Option<Cow<'t, str>>, Error> {
        self.peek();
        if !self.eat(b'"') {
            return Err(self.error("a string should stand here"));
        }
        let mut whole = Some(Cow::Borrowed(""));
        loop {
            let start = self.at;
            while !matches!(self.byte(), b'"' | b'\\' | 0..0x20) {
                self.at += 1;
            }
            let piece = self.text.get(start..self.at).unwrap_or_default();
            whole = whole.map(|whole| whole + piece);
            if self.eat(b'"') {
                return Ok(whole);
            }
            if !self.eat(b'\\') {
                return Err(self.error("a string contains no control characters"));
            }
            let character = self.escape()?;
            whole = whole.zip(character).map(|(mut whole, character)| {
                whole.to_mut().push(character);
                whole
            });
        }
    }

    /// The character that an escape stands for, behind its backslash; none if it is half of one.
    fn escape(&mut self) -> Result<Option<char>, Error> {
        let byte = self.byte();
        let character = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.error("there is no such escape")),
        };
        self.at += 1;
        Ok(Some(character))
    }

    /// A character by its number; one beyond U+FFFF is a pair of surrogates.
    fn unicode(&mut self) -> Result<Option<char>, Error> {
        let mut code = self.hex()?;
        if (0xd800..0xdc00).contains(&code) && self.comes(b"\\u") {
            self.at += 2;
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            }
        }
        Ok(char::from_u32(code))
    }

    fn hex(&mut self) -> Result<u32, Error> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = char::from(self.byte()).to_digit(16) else {
                return Err(self.error("four hexadecimal digits should stand here"));
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    /// Reads a number.
    pub(super) fn number(&mut self) -> Result<Number, Error> {
        let start = self.at;
        let Digits { is_negative, integer } = self.digits()?;
        let signed = integer.and_then(|integer| 0_i64.checked_sub_unsigned(integer));
        match (is_negative, integer, signed) {
            (false, Some(integer), _) => return Ok(Number::Positive(integer)),
            // Minus zero is a float.
            (true, _, Some(integer)) if integer != 0 => return Ok(Number::Negative(integer)),
            _ => {}
        }
        let float = crate::browser::parse_float(self.text.get(start..self.at).unwrap_or_default());
        if float.is_finite() {
            return Ok(Number::Float(float));
        }
        Err(Error::new("the number is too large", start))
    }

    /// Goes past a number; gives its text if it is an integer.
    pub(super) fn integer(&mut self) -> Result<Option<&'t str>, Error> {
        let start = self.at;
        self.digits()?;
        let text = self.text.get(start..self.at).unwrap_or_default();
        Ok(text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()).then_some(text))
    }

    fn digits(&mut self) -> Result<Digits, Error> {
        let is_negative = self.eat(b'-');
        let leads_with_zero = self.byte() == b'0';
        let (start, mut integer) = (self.at, Some(0_u64));
        while let digit @ b'0'..=b'9' = self.byte() {
            let digit = u64::from(digit - b'0');
            integer = integer.and_then(|sum| sum.checked_mul(10)?.checked_add(digit));
            self.at += 1;
        }
        if self.at == start || (leads_with_zero && self.at > start + 1) {
            return Err(self.error("a number should stand here"));
        }
        if self.eat(b'.') {
            self.skip_digits()?;
            integer = None;
        }
        if self.eat(b'e') || self.eat(b'E') {
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            self.skip_digits()?;
            integer = None;
        }
        Ok(Digits { is_negative, integer })
    }

    fn skip_digits(&mut self) -> Result<(), Error> {
        let start = self.at;
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == start { Err(self.error("a digit should stand here")) } else { Ok(()) }
    }

    /// Goes past a value that nobody wants.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        // The ends of what is open, innermost last: a text of any depth can be skipped.
        let mut open: Vec<u8> = Vec::new();
        loop {
            match self.peek() {
                bracket @ (b'[' | b'{') => {
                    self.at += 1;
                    // In ASCII both closing ones stand two behind.
                    open.push(bracket + 2);
                    if !self.go_on(&mut open, true)? {
                        return Ok(());
                    }
                    continue;
                }
                b'"' => drop(self.pieces()?),
                b'n' => self.word("null")?,
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                _ => self.digits().map(|_| ())?,
            }
            if !self.go_on(&mut open, false)? {
                return Ok(());
            }
        }
    }

    /// Goes to the next value in what is open, past all that ends here; whether there is one.
    fn go_on(&mut self, open: &mut Vec<u8>, mut is_first: bool) -> Result<bool, Error> {
        while let Some(&bracket) = open.last() {
            if self.next_item(&mut is_first, bracket)? {
                if bracket == b'}' {
                    self.pieces()?;
                    self.colon()?;
                }
                return Ok(true);
            }
            self.at += 1;
            is_first = false;
            open.pop();
        }
        Ok(false)
    }
}
