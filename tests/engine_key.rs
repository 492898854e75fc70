//! What makes two cache keys the same, what may be a key, and how keys are read back.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;
use yew_clerk::engine::key::{IntoKey, Key, KeyError, KeyMap, MAX_DEPTH};

fn key<T: Serialize + ?Sized>(value: &T) -> Key {
    Key::of(value).expect("the value is a key")
}

#[track_caller]
fn same<A: Serialize + ?Sized, B: Serialize + ?Sized>(a: &A, b: &B) {
    assert_eq!(key(a), key(b));
    assert_eq!(KeyMap::from_iter([(key(a), 1)]).get(&key(b)), Some(&1));
}

#[track_caller]
fn differ<A: Serialize + ?Sized, B: Serialize + ?Sized>(a: &A, b: &B) {
    assert_ne!(key(a), key(b));
    assert_eq!(KeyMap::from_iter([(key(a), 1)]).get(&key(b)), None);
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Filter {
    tag: Option<String>,
    page: u32,
    scores: BTreeMap<i16, f64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Empty,
    Maybe(Option<u8>),
    Perhaps(Option<u8>),
    Point(i64, i64),
    Named { name: char },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped(u128);

#[test]
fn values_that_only_look_alike_as_text_are_different_keys() {
    differ(&1, "1");
    differ(&["key"], "key");
    differ(&("\",\"", 1), &("", "", 1));
    differ(&[None::<u8>], &["null"]);
    differ(&[false], &["false"]);
    differ(&json!([[[]]]), &json!([[], []]));
    differ(&json!([]), &json!({}));
    differ(&json!({"a": [1]}), &json!({"a": {"0": 1}}));
    differ(&("ab", "c"), &("a", "bc"));
    differ("\u{e9}", "e\u{301}");
    differ(&(), "");
}

#[test]
fn a_number_is_its_value_whatever_its_type() {
    same(&1_u8, &1_i64);
    same(&1_u128, &1.0_f32);
    same(&-5_i8, &-5_i128);
    same(&-0.0, &0_u8);
    same(&9_007_199_254_740_992_u64, &9_007_199_254_740_992.0);
    same(&f64::NAN, &-f64::from_bits(0x7ff8_0000_0000_0001));
    differ(&f64::INFINITY, &f64::NEG_INFINITY);
    differ(&f64::INFINITY, &f64::NAN);
    differ(&0.5, &0.25);
    differ(&u64::MAX, &-1_i64);
    differ(&u128::MAX, &i128::MIN);
    differ(&9_007_199_254_740_993_u64, &9_007_199_254_740_992.0);
}

#[test]
fn the_order_of_fields_and_entries_does_not_count() {
    same(&json!({"b": {"d": 1, "c": 2}, "a": 3}), &json!({"a": 3, "b": {"c": 2, "d": 1}}));
    let names = ["z", "", "aa", "b", "\u{1f980}", "y"];
    let forth: Vec<_> = names.iter().enumerate().collect();
    let maps =
        forth.iter().cycle().skip(2).take(6).map(|(i, n)| (*n, *i)).collect::<HashMap<_, _>>();
    let sorted = forth.iter().map(|(i, n)| (*n, *i)).collect::<BTreeMap<_, _>>();
    same(&maps, &sorted);
    same(
        &Filter { page: 2, ..Filter::default() },
        &json!({"scores": {}, "page": 2, "unknown": null}),
    );
}

#[test]
fn the_last_of_two_entries_with_one_name_counts() {
    struct Twice(&'static [(&'static str, Option<u8>)]);
    impl Serialize for Twice {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().copied())
        }
    }
    same(&Twice(&[("b", Some(1)), ("a", Some(1)), ("b", Some(2))]), &json!({"a": 1, "b": 2}));
    same(&Twice(&[("a", Some(1)), ("a", None)]), &json!({}));
    same(&Twice(&[("a", None), ("a", Some(1))]), &json!({"a": 1}));
}

#[test]
fn none_is_absent_in_a_map_and_keeps_its_place_in_a_sequence() {
    same(&json!({"a": null}), &json!({}));
    differ(&("a", None::<u8>), &("a",));
    differ(&(None::<u8>, 1), &(1,));
    same(&Some(1), &1);
    same(&None::<u8>, &());
}

#[test]
fn enums_are_written_as_json_writes_them_and_keep_their_variant() {
    same(&Shape::Empty, "Empty");
    same(&Shape::Point(1, -2), &json!({"Point": [1, -2]}));
    same(&Shape::Named { name: 'n' }, &json!({"Named": {"name": "n"}}));
    same(&Wrapped(1), &1);
    differ(&Shape::Maybe(None), &Shape::Perhaps(None));
    differ(&Shape::Maybe(None), &Shape::Maybe(Some(0)));
}

#[test]
fn names_of_entries_are_text_or_an_error() {
    same(&HashMap::from([(-1, 'x')]), &json!({"-1": "x"}));
    same(&HashMap::from([(true, 1)]), &json!({"true": 1}));
    same(&HashMap::from([('c', 1)]), &json!({"c": 1}));
    struct Odd<T>(T);
    impl<T: Serialize> Serialize for Odd<T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map([(&self.0, 1)])
        }
    }
    same(&Odd(Shape::Empty), &json!({"Empty": 1}));
    assert_eq!(Key::of(&Odd(1.5)), Err(KeyError::MapKey));
    assert_eq!(Key::of(&Odd(1.0)), Err(KeyError::MapKey));
    assert_eq!(Key::of(&Odd((1, 2))), Err(KeyError::MapKey));
    assert_eq!(Key::of(&Odd(())), Err(KeyError::MapKey));
    assert_eq!(Key::of(&Odd(Shape::Maybe(None))), Err(KeyError::MapKey));
}

#[test]
fn nesting_beyond_the_limit_and_refusing_values_are_errors() {
    let nested = |depth| (1..depth).fold(json!([]), |inner, _| json!([inner]));
    let deepest = key(&nested(MAX_DEPTH));
    assert_eq!(Key::of(&deepest).as_ref(), Ok(&deepest));
    assert_eq!(Key::from_bytes(deepest.as_bytes()).as_ref(), Ok(&deepest));
    assert!(deepest.starts_with(&deepest));
    assert_eq!(Key::of(&nested(MAX_DEPTH + 1)), Err(KeyError::TooDeep));
    let bytes = [vec![9; MAX_DEPTH + 1], vec![0; MAX_DEPTH + 1]].concat();
    assert_eq!(Key::from_bytes(&bytes), Err(KeyError::TooDeep));

    struct Endless;
    impl Serialize for Endless {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_some(self)
        }
    }
    assert_eq!(Key::of(&Endless), Err(KeyError::TooDeep));
    struct Refuses;
    impl Serialize for Refuses {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("no"))
        }
    }
    assert_eq!(Key::of(&[Refuses]), Err(KeyError::Serialize("no".to_owned())));
    struct PassesOver;
    impl Serialize for PassesOver {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut list = serializer.serialize_seq(None)?;
            let _ = list.serialize_element(&[Refuses]);
            list.end()
        }
    }
    assert!(matches!(Key::of(&PassesOver), Err(KeyError::Serialize(_))));
    same(&("the next key", "is not affected"), &["the next key", "is not affected"]);
}

#[test]
fn a_value_may_build_another_key_while_it_is_written() {
    struct Nosy;
    impl Serialize for Nosy {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(&key(&("inner", 1)).to_json())
        }
    }
    same(&("outer", Nosy), &("outer", r#"["inner",1]"#));
}

#[test]
fn a_key_may_be_part_of_another_key_and_of_a_document() {
    let values = [json!(["notes", {"a": [1, null]}]), json!("x"), json!(0.5), json!(null)];
    for value in &values {
        same(&(key(value), 1), &(value, 1));
        assert_eq!(serde_json::from_str::<Key>(&key(value).to_json()).ok(), Some(key(value)));
    }
    same(&key(&Shape::Maybe(None)), &Shape::Maybe(None));
    let text = serde_json::to_string(&key(&Shape::Maybe(None))).expect("JSON");
    assert_eq!(serde_json::from_str::<Key>(&text).ok(), Some(key(&Shape::Maybe(None))));
}

#[test]
fn hooks_take_anything_that_says_its_key_and_none_is_no_key() {
    #[track_caller]
    fn is(own: impl IntoKey, expected: &Key) {
        assert_eq!(own.to_key(), Ok(Some(expected.clone())));
        assert!(own.is_key(expected));
        assert!(Some(&own).is_key(expected));
        assert!(!own.is_key(&key("another")));
        assert!(!own.is_key(&key(&(expected, 0))));
    }
    let notes = key("notes");
    is("notes", &notes);
    is("notes".to_owned(), &notes);
    is(Rc::<str>::from("notes"), &notes);
    is(notes.clone(), &notes);
    is(&notes, &notes);
    is(7_u8, &key(&7));
    is(true, &key(&true));
    is(("notes", 1, None::<u8>), &key(&json!(["notes", 1, null])));
    is((1, 2, 3, 4, 5, 6), &key(&[1, 2, 3, 4, 5, 6]));
    is(vec![1, 2], &key(&(1, 2)));
    is([1, 2].as_slice(), &key(&(1, 2)));
    is([1; 40], &key(&vec![1; 40]));
    assert_eq!(None::<&str>.to_key(), Ok(None));
    assert!(!None::<&str>.is_key(&key(&())));
    assert_eq!((Some("a"), None::<u8>).to_key(), Ok(Some(key(&json!(["a", null])))));
}

#[test]
fn comparing_by_default_means_building_and_an_error_is_no_match() {
    struct Mine(bool, Cell<u32>);
    impl IntoKey for Mine {
        fn to_key(&self) -> Result<Option<Key>, KeyError> {
            self.1.set(self.1.get() + 1);
            if self.0 { Key::of("mine").map(Some) } else { Err(KeyError::TooDeep) }
        }
    }
    let built = |good| Mine(good, Cell::new(0));
    let (good, bad) = (built(true), built(false));
    assert!(good.is_key(&key("mine")) && !good.is_key(&key("yours")) && !bad.is_key(&key("mine")));
    assert_eq!((good.1.get(), bad.1.get()), (2, 1));
}

#[test]
fn decoding_gives_typed_values_back() {
    #[track_caller]
    fn back<T: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(value: T) {
        assert_eq!(key(&value).decode::<T>(), Ok(value));
    }
    let scores = BTreeMap::from([(-3, 2.0), (4, 0.5)]);
    back(Filter { tag: Some("t".to_owned()), page: 3, scores });
    back(Filter::default());
    back(vec![Shape::Empty, Shape::Maybe(None), Shape::Maybe(Some(1)), Shape::Point(1, -2)]);
    back(Shape::Named { name: '\u{1f980}' });
    back((Wrapped(u128::MAX), i128::MIN, i64::MIN, u64::MAX, 1.0_f32, f64::INFINITY));
    back(HashMap::from([(u64::MAX, Some(true))]));
    back(HashMap::from([(false, [1, 2]), (true, [3, 4])]));
    back((String::new(), ((), Some(1), None::<i8>)));
    assert!(matches!(key("a").decode::<u8>(), Err(KeyError::Decode(_))));
    assert!(matches!(key(&300).decode::<u8>(), Err(KeyError::Decode(_))));
    assert!(matches!(key(&(1, 2, 3)).decode::<(u8, u8)>(), Err(KeyError::Decode(_))));
    assert!(matches!(key(&json!({"a": 1, "b": 2})).decode::<Shape>(), Err(KeyError::Decode(_))));
}
