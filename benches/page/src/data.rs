//! The data that rows show, and where it comes from.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use serde::Deserialize;
use wasm_bindgen::JsValue;
use yew_clerk::fetch::{self, FetchError};

/// An item, as the harness describes it.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Item {
    /// Its key.
    pub id: String,
    /// `Item` and its key.
    pub name: String,
    /// How often it was changed.
    pub version: u32,
    /// Its price.
    pub price: f64,
    /// Whether it can be had.
    pub active: bool,
    /// Words.
    pub tags: Vec<String>,
    /// Whose it is.
    pub owner: Owner,
    /// Its measures.
    pub dims: Vec<u32>,
}

/// Whose an item is.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Owner {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// A row of the large document.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct PayloadRow {
    /// Its number.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// An address.
    pub email: String,
    /// A price.
    pub price: f64,
    /// How many there are.
    pub quantity: u32,
    /// Whether it counts.
    pub active: bool,
    /// A note, if there is one.
    pub note: Option<String>,
    /// Words.
    pub tags: Vec<String>,
    /// Where it is.
    pub address: Address,
}

/// Where a row is.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// Town.
    pub city: String,
    /// Code.
    pub zip: String,
}

/// Where rows fetch from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A function in the page.
    Mem,
    /// The server.
    Net,
}

thread_local! {
    static VERSIONS: RefCell<HashMap<String, u32>> = RefCell::default();
    /// Renders, fetches begun, fetches ended, milliseconds of parsing.
    static COUNTS: [Cell<f64>; 4] = const { [const { Cell::new(0.0) }; 4] };
}

fn add(place: usize, amount: f64) {
    COUNTS.with(|counts| counts[place].set(counts[place].get() + amount));
}

/// A row has rendered.
pub fn rendered() {
    add(0, 1.0);
}

/// What the harness reads.
#[must_use]
pub fn counters() -> [f64; 4] {
    COUNTS.with(|counts| [0, 1, 2, 3].map(|place: usize| counts[place].get()))
}

/// An item as the server has it.
#[must_use]
pub fn item(key: &str, version: u32) -> Item {
    Item {
        id: key.to_owned(),
        name: format!("Item {key}"),
        version,
        price: 19.5,
        active: true,
        tags: vec!["alpha".to_owned(), "beta".to_owned(), key.to_owned()],
        owner: Owner { name: "Ada Lovelace".to_owned(), email: "ada@example.org".to_owned() },
        dims: vec![1, 2, 3],
    }
}

/// From now on the server has this version of an item.
pub fn set_version(key: &str, version: u32) -> Item {
    VERSIONS.with(|versions| versions.borrow_mut().insert(key.to_owned(), version));
    item(key, version)
}

/// Fetches an item.
///
/// # Errors
/// When the server does not answer with one.
pub async fn fetch_item(key: String, source: Source) -> Result<Item, FetchError> {
    add(1, 1.0);
    let item = match source {
        Source::Mem => {
            let version = VERSIONS.with(|versions| versions.borrow().get(&key).copied());
            Ok(item(&key, version.unwrap_or(0)))
        }
        Source::Net => fetch::get(&format!("/api/item/{key}")).query(&[("delay", 20)]).json().await,
    };
    add(2, 1.0);
    item
}

/// What a row says of an item.
#[must_use]
pub fn label(item: &Item) -> String {
    format!("{} v{}", item.name, item.version)
}

/// Parses the large document that the harness has left in the page.
///
/// # Errors
/// When it is no such document.
pub async fn fetch_payload() -> Result<Vec<PayloadRow>, String> {
    add(1, 1.0);
    let begun = now();
    let text = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str("__payloadText"));
    let text = text.ok().and_then(|text| text.as_string()).ok_or("no payload")?;
    let rows = serde_json::from_str(&text).map_err(|error| error.to_string());
    add(3, now() - begun);
    add(2, 1.0);
    rows
}

fn now() -> f64 {
    let performance = web_sys::window().and_then(|window| window.performance());
    performance.map_or(0.0, |performance| performance.now())
}

/// What the payload's row says.
#[must_use]
pub fn payload_label(rows: &[PayloadRow]) -> String {
    let name = rows.get(5000).map_or("", |row| &row.name);
    format!("{}|{name}", rows.len())
}
