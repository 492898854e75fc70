//! What holds for all keys: random values against simple models, and random bytes.

use std::hash::{BuildHasher, BuildHasherDefault};

use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};
use yew_clerk::engine::key::{Key, KeyError, KeyHasher};

fn key<T: Serialize + ?Sized>(value: &T) -> Key {
    Key::of(value).expect("the value is a key")
}

/// The same numbers in each run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize].clone()
    }

    /// Few and small values, so that equal ones meet often.
    fn value(&mut self, depth: u64) -> Value {
        let kinds = if depth == 0 { 7 } else { 11 };
        match self.below(kinds) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => json!(self.pick(&[0, 1, -1, 127, 128, i64::MIN])),
            3 => json!(self.pick(&[
                0.0,
                -0.0,
                1.0,
                -1.0,
                0.5,
                128.0,
                1e300,
                9_007_199_254_740_992.0
            ])),
            4 => json!(self.pick(&[u64::MAX, 1, 9_007_199_254_740_992, 1 << 63])),
            5 | 6 => json!(self.pick(&["", "a", "b", "null", "1", "\0", "[]", "\u{1f980}"])),
            7 | 8 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => (0..self.below(4))
                .map(|_| (self.pick(&["", "a", "b", "aa", "\0"]).to_owned(), self.value(depth - 1)))
                .collect::<Map<_, _>>()
                .into(),
        }
    }

    /// The value with one small change somewhere, or perhaps none.
    fn changed(&mut self, value: &Value) -> Value {
        let mut value = value.clone();
        match &mut value {
            Value::Array(items) if !items.is_empty() => {
                let at = self.below(items.len() as u64) as usize;
                match self.below(3) {
                    0 => items.truncate(at),
                    1 => items.insert(at, Value::Null),
                    _ => items[at] = self.changed(&items[at]),
                }
            }
            Value::Object(entries) if !entries.is_empty() => {
                let name = self.pick(&entries.keys().cloned().collect::<Vec<_>>());
                let new = self.changed(&entries[&name]);
                match self.below(3) {
                    0 => drop(entries.remove(&name)),
                    1 => drop(entries.insert("new".to_owned(), new)),
                    _ => drop(entries.insert(name, new)),
                }
            }
            _ => value = self.value(1),
        }
        value
    }
}

/// The value after the rules: whole floats are integers, and null entries are gone.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float)
                if number.is_f64() && float.fract() == 0.0 && float.abs() <= 2_f64.powi(53) =>
            {
                json!(float as i64)
            }
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(canonical).collect(),
        Value::Object(entries) => entries
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), canonical(value)))
            .collect::<Map<_, _>>()
            .into(),
        _ => value.clone(),
    }
}

/// What `starts_with` shall say, on canonical values.
fn model_starts_with(own: &Value, prefix: &Value) -> bool {
    let list = |value: &Value| match value {
        Value::Array(items) => items.clone(),
        alone => vec![alone.clone()],
    };
    model_matches(&list(own).into(), &list(prefix).into())
}

fn model_matches(own: &Value, prefix: &Value) -> bool {
    match (own, prefix) {
        (Value::Array(own), Value::Array(prefix)) => {
            prefix.len() <= own.len() && own.iter().zip(prefix).all(|(a, b)| model_matches(a, b))
        }
        (Value::Object(own), Value::Object(prefix)) => {
            prefix.iter().all(|(name, b)| own.get(name).is_some_and(|a| model_matches(a, b)))
        }
        _ => own == prefix,
    }
}

fn samples(seed: u64) -> Vec<Value> {
    let mut random = Random(seed);
    let mut values: Vec<Value> = (0..250).map(|_| random.value(4)).collect();
    let near: Vec<Value> = values.iter().map(|value| random.changed(value)).collect();
    values.extend(near);
    values
}

#[test]
fn keys_are_equal_exactly_when_their_values_are() {
    let hasher = BuildHasherDefault::<KeyHasher>::default();
    let (mut equal, mut different) = (0, 0);
    let values = samples(0x5eed);
    let all: Vec<_> = values.iter().map(|value| (canonical(value), key(value))).collect();
    for (left, left_key) in &all {
        for (right, right_key) in &all {
            assert_eq!(left == right, left_key == right_key, "{left} and {right}");
            assert_eq!(left == right, hasher.hash_one(left_key) == hasher.hash_one(right_key));
            *(if left == right { &mut equal } else { &mut different }) += 1;
        }
    }
    assert!(equal > 2 * all.len() && different > equal, "{equal} equal, {different} different");
}

#[test]
fn every_key_can_be_read_back_written_again_and_shown() {
    for value in samples(0xdec0de) {
        let own = key(&value);
        let expected = canonical(&value);
        assert_eq!(own.decode::<Value>().as_ref(), Ok(&expected));
        assert_eq!(serde_json::from_str::<Value>(&own.to_json()).ok(), Some(expected.clone()));
        assert_eq!(Key::of(&expected).as_ref(), Ok(&own));
        assert_eq!(Key::of(&own).as_ref(), Ok(&own));
        assert_eq!(Key::from_bytes(own.as_bytes()).as_ref(), Ok(&own));
    }
}

#[test]
fn prefixes_select_what_a_plain_recursive_comparison_selects() {
    let mut selected = 0;
    let values = samples(0x9e37);
    let all: Vec<_> = values.iter().map(|value| (canonical(value), key(value))).collect();
    for (own, own_key) in &all {
        assert!(own_key.starts_with(own_key), "{own}");
        for (prefix, prefix_key) in &all {
            let expected = model_starts_with(own, prefix);
            assert_eq!(own_key.starts_with(prefix_key), expected, "{prefix} as prefix of {own}");
            selected += usize::from(expected && own != prefix);
        }
    }
    assert!(selected > all.len(), "the samples hardly ever match: {selected}");
}

#[test]
fn no_bytes_whatever_make_reading_panic() {
    let mut random = Random(0xf00d);
    let check = |bytes: &[u8]| match Key::from_bytes(bytes) {
        Ok(key) => {
            // What is let in is canonical, so equal values have equal bytes.
            assert_eq!(key.as_bytes(), bytes);
            assert_eq!(Key::of(&key).as_ref(), Ok(&key));
            let _ = (key.to_json(), key.decode::<Value>(), key.decode::<(String, u8)>());
            let _ = (key.as_str(), key.first_str(), key.decode::<IgnoredAny>());
            assert!(key.starts_with(&key));
            1
        }
        Err(error) => {
            assert!(matches!(error, KeyError::Malformed | KeyError::TooDeep));
            0
        }
    };
    let mut accepted = 0;
    for _ in 0..20_000 {
        // Mostly tags, which lead further into the reader than any byte would.
        let length = random.below(24);
        let bytes: Vec<u8> = (0..length)
            .map(|_| if random.below(4) == 0 { random.below(256) } else { random.below(12) } as u8)
            .collect();
        accepted += check(&bytes);
    }
    for value in samples(0xbad) {
        let bytes = key(&value).as_bytes().to_vec();
        for end in 0..bytes.len() {
            assert_eq!(check(&bytes[..end]), 0, "a part of {value} is no key");
            let mut bent = bytes.clone();
            bent[end] ^= 1 << random.below(8);
            accepted += check(&bent);
        }
    }
    assert!(accepted > 100, "hardly anything was let in: {accepted}");
}

#[test]
fn bytes_that_are_not_canonical_are_refused() {
    let refused: [&[u8]; 9] = [
        b"",
        &[1, 1],                                // two values
        &[4, 0x81, 0],                          // 1 in two bytes
        &[6, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f],     // 1 as a float
        &[7, 1, 0xff],                          // no UTF-8
        &[9, 1],                                // no end
        &[10, 7, 1, b'b', 2, 7, 1, b'a', 2, 0], // names out of order
        &[10, 7, 1, b'a', 2, 7, 1, b'a', 2, 0], // a name twice
        &[10, 4, 1, 2, 0],                      // a name that is no text
    ];
    for bytes in refused {
        assert_eq!(Key::from_bytes(bytes), Err(KeyError::Malformed), "{bytes:?}");
    }
    let huge = [&[7][..], &[0xff; 18], &[3]].concat();
    assert_eq!(Key::from_bytes(&huge), Err(KeyError::Malformed));
}
