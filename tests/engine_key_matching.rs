//! What a key shows of itself, and which keys a prefix selects.

use std::collections::HashSet;

use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};
use yew_clerk::engine::key::Key;

fn key<T: Serialize + ?Sized>(value: &T) -> Key {
    Key::of(value).expect("the value is a key")
}

#[test]
fn text_in_a_key_can_be_read_in_place() {
    assert_eq!(key("/api/notes").as_str(), Some("/api/notes"));
    assert_eq!(key("/api/notes").first_str(), Some("/api/notes"));
    assert_eq!(key(&("/api/notes", 1)).first_str(), Some("/api/notes"));
    for other in [json!([]), json!([1, "a"]), json!([["a"]]), json!({"a": "b"}), json!(1)] {
        assert_eq!((key(&other).as_str(), key(&other).first_str()), (None, None));
    }
    assert_eq!(key(&["a"]).as_str(), None);
    assert!(key("").is_empty_string());
    assert!(!key("a").is_empty_string() && !key(&[""]).is_empty_string());
}

#[test]
fn a_key_shows_itself_as_sorted_json() {
    let shown = key(&(("b\"", 1.5, f64::NAN), f64::NEG_INFINITY, json!({"b": 1, "aa": [null]})));
    assert_eq!(shown.to_json(), r#"[["b\"",1.5,"NaN"],"-Infinity",{"aa":[null],"b":1}]"#);
    assert_eq!(format!("{shown}"), shown.to_json());
    assert_eq!(format!("{:?}", key("a")), r#"Key("a")"#);
}

#[test]
fn a_prefix_selects_by_elements_subsets_and_nested_prefixes() {
    let selects = |prefix: Value, own: Value| key(&own).starts_with(&key(&prefix));
    for (prefix, own) in [
        (json!("notes"), json!("notes")),
        (json!("notes"), json!(["notes", 1])),
        (json!(["notes"]), json!("notes")),
        (json!([]), json!("notes")),
        (json!([]), json!({"a": 1})),
        (json!(["notes", 1]), json!(["notes", 1.0, {"a": 1}])),
        (json!(["n", {"b": 2}]), json!(["n", {"a": 1, "b": 2, "c": 3}, 4])),
        (json!(["n", {"a": null}]), json!(["n", {"a": 1}])),
        (json!(["n", {"a": [1, {"x": 1}]}]), json!(["n", {"a": [1, {"x": 1, "y": 2}, 3]}])),
        (json!([["a"], 2]), json!([["a", "b"], 2])),
        (json!({"a": 1}), json!([{"a": 1, "b": 2}, 3])),
    ] {
        assert!(selects(prefix.clone(), own.clone()), "{prefix} should select {own}");
    }
    for (prefix, own) in [
        (json!("note"), json!("notes")),
        (json!("notes"), json!([["notes"]])),
        (json!(["notes", 1]), json!("notes")),
        (json!(["notes", 1]), json!(["notes", 12])),
        (json!(["notes", 1]), json!(["notes", "1"])),
        (json!(["notes", null]), json!(["notes"])),
        (json!(["n", {"a": 1, "b": 2}]), json!(["n", {"b": 2}])),
        (json!(["n", {"a": 1}]), json!(["n", {"a": {"b": 1}}])),
        (json!(["n", {}]), json!(["n", []])),
        (json!([["a", "b"]]), json!([["a"], "b"])),
    ] {
        assert!(!selects(prefix.clone(), own.clone()), "{prefix} should not select {own}");
    }
    let variant = |content: Option<u8>| key(&Ok::<_, ()>(content));
    assert!(variant(None).starts_with(&variant(None)));
    assert!(!variant(Some(1)).starts_with(&variant(None)));
}

#[test]
fn a_hundred_thousand_keys_stay_apart_and_are_found_by_prefix() {
    let keys: HashSet<Key> = (0..100_000).map(|i| key(&("notes", i / 100, i))).collect();
    assert_eq!(keys.len(), 100_000);
    let count = |prefix: &Key| keys.iter().filter(|key| key.starts_with(prefix)).count();
    assert_eq!(count(&key("notes")), 100_000);
    assert_eq!(count(&key(&("notes", 7))), 100);
    assert_eq!(count(&key(&("notes", 1000))), 0);
    assert!(keys.iter().all(|one| one.decode::<(IgnoredAny, u32, u32)>().is_ok()));
    let map: Map<String, Value> = (0..500).map(|i| (i.to_string(), json!(i))).collect();
    assert_eq!(key(&map).decode::<Map<String, Value>>(), Ok(map));
}
