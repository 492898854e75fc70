//! Notes, and how they are fetched and changed.

use serde::{Deserialize, Serialize};
use yew_clerk::fetch::RequestBuilder;
use yew_clerk::prelude::*;

/// A note, as the server keeps it.
#[derive(Clone, Deserialize, PartialEq)]
pub struct Note {
    /// The server's name for it.
    pub id: String,
    /// What was written.
    pub text: String,
    /// When, in milliseconds since 1970 by the server's clock.
    #[serde(rename = "created_at_ms")]
    pub created: f64,
    /// Whether it is shown before the server knows of it.
    #[serde(skip)]
    pub optimistic: bool,
}

impl Note {
    /// A note that the server does not know yet. Its id is new in this page and in every other: by it the server
    /// knows a note that it was sent twice.
    pub fn draft(number: u32, text: String) -> Self {
        // As a whole number: to write a fraction takes more code than all else on this page.
        let now = js_sys::Date::new_0().get_time() as u64;
        let id = format!("draft-{number}-{now}");
        Self { id, text, created: 0.0, optimistic: true }
    }
}

/// The pages that are shown, as one list.
#[derive(Clone, Default, Deserialize, PartialEq)]
pub struct Notes {
    /// Newest first.
    pub items: Vec<Note>,
    /// Where the next page begins, if there is one.
    pub next_cursor: Option<String>,
}

#[derive(Serialize)]
struct Query {
    limit: usize,
    cursor: Option<String>,
}

#[derive(Serialize)]
struct NewNote<'a> {
    text: &'a str,
    /// So that a request that is sent twice makes one note.
    idempotency_key: &'a str,
}

const ADDRESS: &str = "/api/notes";
const PAGE_SIZE: usize = 10;
/// The longest page that the server gives.
const LONGEST_PAGE: usize = 100;

/// Fetches as many notes as were shown already, one page at least.
pub async fn load(api: Fetch, shown: usize) -> Result<Notes, FetchError> {
    let wanted = shown.max(PAGE_SIZE);
    let mut notes: Notes = page(&api, wanted, None).await?;
    while notes.items.len() < wanted && notes.next_cursor.is_some() {
        let next = page(&api, wanted - notes.items.len(), notes.next_cursor).await?;
        notes.items.extend(next.items);
        notes.next_cursor = next.next_cursor;
    }
    Ok(notes)
}

/// Fetches the page that begins at `cursor`.
pub async fn more(api: Fetch, cursor: Option<String>) -> Result<Notes, FetchError> {
    page(&api, PAGE_SIZE, cursor).await
}

async fn page(api: &Fetch, size: usize, cursor: Option<String>) -> Result<Notes, FetchError> {
    let query = Query { limit: size.min(LONGEST_PAGE), cursor };
    api.get(ADDRESS).query(&query).json().await
}

/// Writes a note down on the server.
pub fn add(api: &Fetch, note: &Note) -> RequestBuilder {
    let body = NewNote { text: &note.text, idempotency_key: &note.id };
    api.post(ADDRESS).json_body(&body)
}

/// Removes one from the server.
pub fn delete(api: &Fetch, id: &str) -> RequestBuilder {
    api.delete(&[ADDRESS, "/", id].concat())
}

impl Notes {
    /// The same with a note on top.
    pub fn with(&self, note: &Note) -> Self {
        let items = std::iter::once(note).chain(&self.items).cloned().collect();
        Self { items, next_cursor: self.next_cursor.clone() }
    }

    /// The same and the page after it.
    pub fn followed_by(&self, next: &Self) -> Self {
        let items = self.items.iter().chain(&next.items).cloned().collect();
        Self { items, next_cursor: next.next_cursor.clone() }
    }

    /// The same without a note.
    pub fn without(&self, id: &str) -> Self {
        let items = self.items.iter().filter(|note| note.id != id).cloned().collect();
        Self { items, next_cursor: self.next_cursor.clone() }
    }
}
