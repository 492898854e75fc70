//! `serde_json` is the measure: the same texts give the same values, and the same ones are refused.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

#[derive(Debug, Deserialize, PartialEq)]
struct Unit;

#[derive(Debug, Deserialize, PartialEq)]
struct Wrapper(i16);

#[derive(Debug, Deserialize, PartialEq)]
struct Pair(u8, Option<String>);

#[derive(Debug, Deserialize, PartialEq)]
struct Item {
    title: String,
    #[serde(default)]
    size: u8,
    tags: Option<Vec<char>>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Strict {
    a: f32,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Open {
    a: u8,
    #[serde(flatten)]
    rest: HashMap<String, Value>,
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Point,
    Circle(u8),
    Line(u8, u8),
    Box { wide: u8, high: i8 },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Tagged {
    A { x: u8 },
    B(Item),
    C,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    Items(Vec<Untagged>),
    Item(Item),
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

const TEXTS: &[&str] = &[
    // Words and white space.
    "",
    " ",
    "null",
    " null ",
    "\n\r\ttrue ",
    "false",
    "nul",
    "nulll",
    "null null",
    "True",
    "x",
    "\u{a0}null",
    "\0",
    // Numbers.
    "0",
    "-0",
    "0.0",
    "-0.0",
    "1",
    "-1",
    "01",
    "-",
    "+1",
    "1.",
    ".5",
    "-01",
    "1.5",
    "-1.5e3",
    "1e",
    "1e+",
    "1E-2",
    "1e400",
    "-1e400",
    "1e-400",
    "127",
    "128",
    "-128",
    "-129",
    "255",
    "256",
    "300",
    "65536",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211455",
    "340282366920938463463374607431768211456",
    "-170141183460469231731687303715884105728",
    "1.0",
    "1 2",
    "1x",
    "0x1",
    "5e-1",
    "12345.678e-3",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "-x",
    "--1",
    "1e5.5",
    "1_000",
    // Strings.
    r#""""#,
    r#""a""#,
    r#""ab""#,
    r#""ü日🎈""#,
    r#""\"\\\/\b\f\n\r\t""#,
    r#""\u0041\u00fc\u65e5""#,
    r#""\ud83c\udf88""#,
    r#""\uD83C\uDF88!""#,
    r#""\ud83c""#,
    r#""\udf88""#,
    r#""\ud83cx""#,
    r#""\ud83c\n""#,
    r#""\ud83c\u0041""#,
    r#""\ud83c\ud83c""#,
    r#""\u00g0""#,
    r#""\u00""#,
    r#""\x""#,
    r#""\"#,
    r#"""#,
    r#""a"#,
    "\"\n\"",
    "\"\t\"",
    "\"\u{7f}\"",
    "\"\0\"",
    r#""a" "b""#,
    r#"'a'"#,
    r#""\u0000""#,
    r#""a\u0041b\u0042c""#,
    r#"["\ud83c\"",1]"#,
    r#"["\ud83c\\",1]"#,
    // Lists.
    "[]",
    "[ ]",
    "[1]",
    "[ 1 , 2 ]",
    "[1,2,3]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[",
    "[1",
    "[1,",
    "]",
    "[]]",
    "[[],[[]]]",
    r#"[1,null]"#,
    r#"[1,"a"]"#,
    r#"["a","b"]"#,
    r#"["a",1,["x"]]"#,
    "[1}",
    "[null,true,1.5,\"a\",[],{}]",
    "[256,null]",
    "[1.5]",
    r#"[true]"#,
    "[0,255]",
    "[[1,2],[3,4]]",
    // Maps.
    "{}",
    "{ }",
    r#"{"a":1}"#,
    r#"{ "a" : 1 , "b" : [ ] }"#,
    r#"{"a":1,}"#,
    r#"{,}"#,
    r#"{"a"}"#,
    r#"{"a":}"#,
    r#"{"a" 1}"#,
    r#"{a:1}"#,
    r#"{1:1}"#,
    r#"{"a":1"#,
    r#"{"a":1 "b":2}"#,
    "{",
    r#"{"a"#,
    r#"{"a":1]"#,
    "}",
    r#"{"a":1,"a":2}"#,
    r#"{"a":1.5}"#,
    r#"{"a":null}"#,
    r#"{"a":1,"x":{"y":[1,{"z":null}]},"b":"q\"}"}"#,
    r#"{"a":1,"x":[1,2}"#,
    r#"{"a":1,"x":{"y" 1}}"#,
    r#"{"a":1,"x":[1,]}"#,
    r#"{"a":1,"x":{"y":1,}}"#,
    r#"{"a":1,"x":01}"#,
    r#"{"a":1,"x":1e999}"#,
    r#"{"a":1,"x":"\ud83c\udf88"}"#,
    r#"{"a":1,"x":nul}"#,
    r#"{"a":1,"x":[}"#,
    r#"{"a":1,"x":{]}"#,
    r#"{"1":true}"#,
    r#"{"-5":true}"#,
    r#"{"300":true}"#,
    r#"{"1.5":true}"#,
    r#"{" 1":true}"#,
    r#"{"1 ":true}"#,
    r#"{"":true}"#,
    r#"{"01":true}"#,
    r#"{"1x":true}"#,
    r#"{"true":true}"#,
    r#"{"false":1,"true":2}"#,
    r#"{"x":true}"#,
    r#"{"Left":true}"#,
    r#"{"Left":1,"Right":2}"#,
    r#"{"Up":true}"#,
    r#"{"title":"t","size":1,"tags":["a","ü"]}"#,
    r#"{"tags":null,"title":"t"}"#,
    r#"{"title":"t"}"#,
    r#"{"size":1}"#,
    r#"{"title":5}"#,
    r#"{"title":"t","size":300}"#,
    r#"{"title":"t","tags":["ab"]}"#,
    r#"["t",3,null]"#,
    r#"["t"]"#,
    r#"{"title":"t","title":"u"}"#,
    r#"{"t\u0069tle":"t"}"#,
    // Variants.
    r#""Point""#,
    r#"{"Point":null}"#,
    r#"{"Point":1}"#,
    r#"{"Circle":1}"#,
    r#""Circle""#,
    r#"{"Line":[1,2]}"#,
    r#"{"Line":[1]}"#,
    r#"{"Line":[1,2,3]}"#,
    r#"{"Box":{"wide":1,"high":-1}}"#,
    r#"{"Box":[1,-1]}"#,
    r#"{"Box":{}}"#,
    r#"{"Oval":1}"#,
    r#""Oval""#,
    r#"{"Circle":1,"Point":null}"#,
    r#"{"Circle" 1}"#,
    r#"{"Circle":1"#,
    "7",
    r#"{"type":"a","x":1}"#,
    r#"{"x":1,"type":"a"}"#,
    r#"{"type":"b","title":"t"}"#,
    r#"{"type":"c"}"#,
    r#"{"type":"d"}"#,
    r#"{"x":1}"#,
];

fn agree<T: DeserializeOwned + Debug + PartialEq>(text: &str) {
    let (own, measure) = (super::from_str::<T>(text), serde_json::from_str::<T>(text));
    let kind = std::any::type_name::<T>();
    match (own, measure) {
        (Ok(own), Ok(measure)) => assert_eq!(own, measure, "{kind}: {text}"),
        (Err(_), Err(_)) => {}
        // A struct's list that is too short has a test of its own.
        (Ok(_), Err(error)) if error.to_string().starts_with("invalid length") => {}
        (own, measure) => panic!("{kind}: {text}\nown: {own:?}\nserde_json: {measure:?}"),
    }
}

macro_rules! agree_on {
    ($text:expr, $($kind:ty),* $(,)?) => { $(agree::<$kind>($text);)* };
}

fn agree_on_all(text: &str) {
    agree_on!(
        text, (), bool, u8, i8, u16, i32, u64, i64, u128, i128, f32, char, String, Value,
        Option<u8>, Option<Option<u8>>, Vec<Value>, Vec<u8>, Vec<String>, (u8, u8), [u8; 2], [Vec<u8>; 2],
        Unit, Wrapper, Pair, Item, Strict, Open, Shape, Vec<Shape>, Tagged, Untagged, Box<str>,
        HashMap<String, u8>, BTreeMap<u8, bool>, BTreeMap<i8, bool>, BTreeMap<i128, Value>, BTreeMap<u64, Value>,
        BTreeMap<bool, u8>, BTreeMap<char, Value>, BTreeMap<Side, Value>, BTreeMap<Option<u8>, bool>,
        std::time::Duration,
    );
    // Floats to the last digit are what Rust reads, which `serde_json` does only if asked to.
    if let Ok(own) = super::from_str::<f64>(text) {
        assert_eq!(Ok(own), text.trim().parse(), "{text}");
    }
    let skipped = super::from_str::<IgnoredAny>(text).is_ok();
    assert_eq!(skipped, serde_json::from_str::<IgnoredAny>(text).is_ok(), "skipped: {text}");
}

#[test]
fn every_text_is_read_as_serde_json_reads_it() {
    TEXTS.iter().for_each(|text| agree_on_all(text));
}

#[test]
fn a_struct_as_a_list_may_leave_out_at_its_end_what_a_map_may() {
    let item = |size, tags| Item { title: "ab".to_owned(), size, tags };
    let read = |text| super::from_str::<Item>(text).map_err(|error| error.message().to_owned());
    assert_eq!(read(r#"["ab",7,["x"]]"#), Ok(item(7, Some(vec!['x']))));
    // `serde_json` leaves out only what has a default.
    assert_eq!(read(r#"["ab"]"#), Ok(item(0, None)));
    assert_eq!(read("[]"), Err("missing field `title`".to_owned()));
    assert_eq!(read(r#"["ab",7,null,1]"#), Err("the list is longer than the struct".to_owned()));
}

#[test]
fn damaged_texts_are_read_as_serde_json_reads_them() {
    // The longest maps have some of everything; each is cut off everywhere, and each of its characters replaced.
    for text in TEXTS.iter().filter(|text| text.len() > 20 && text.starts_with('{')) {
        for (at, character) in text.char_indices() {
            agree_on_all(&text[..at]);
            for other in ["", ",", "\"", "[", "}", "1", "\\", " ", "e"] {
                let rest = &text[at + character.len_utf8()..];
                let damaged = [&text[..at], other, rest].concat();
                agree_on!(&damaged, Value, Item, Open, Shape, Untagged, IgnoredText);
            }
        }
    }
}

#[test]
fn bytes_are_a_string_or_a_list() {
    for text in [r#""a\u0062""#, "[97,98]", "[97,null]", "7", "[0]"] {
        agree::<std::ffi::CString>(text);
    }
}

/// Says only whether a text was read.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(from = "IgnoredAny")]
struct IgnoredText;

impl From<IgnoredAny> for IgnoredText {
    fn from(_: IgnoredAny) -> Self {
        Self
    }
}

#[test]
fn a_text_may_nest_as_deep_as_with_serde_json() {
    for depth in [1, 126, 127, 128, 129, 10_000] {
        let lists = ["[".repeat(depth), "]".repeat(depth)].concat();
        let maps = [r#"{"a":"#.repeat(depth), "1".to_owned(), "}".repeat(depth)].concat();
        for text in [lists, maps] {
            agree_on!(&text, Value, IgnoredText);
        }
    }
}

#[test]
fn an_error_says_where_and_what_was_expected_and_never_repeats_the_value() {
    let failure = |text: &str| {
        let error = super::from_str::<Vec<Item>>(text).unwrap_err();
        (error.at(), error.message().to_owned())
    };
    let cases = [
        ("", 0, "the text ends too early"),
        ("[] 5", 3, "nothing more should come"),
        ("secret", 0, "a value should stand here"),
        ("\"secret\"", 0, "invalid type: string, expected a sequence"),
        (r#"[{"title": "secret", "size": 300}]"#, 29, "invalid value: integer, expected u8"),
        (r#"[{"title": 1.5}]"#, 11, "invalid type: number, expected a string"),
        (r#"[ {"size": 1}]"#, 2, "missing field `title`"),
        (r#"[{"title":"a","title":"b"}]"#, 1, "duplicate field `title`"),
        (r#"[{"title":"a","tags":["ab"]}]"#, 22, "invalid value: string, expected a character"),
    ];
    for (text, at, message) in cases {
        assert_eq!(failure(text), (at, message.to_owned()), "{text}");
    }
}
