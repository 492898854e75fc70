//! Notes, and how they are fetched and changed.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use yew_clerk::prelude::*;

/// A note, as the server keeps it.
#[derive(Clone, Deserialize, PartialEq)]
pub struct Note {
    /// The server's name for it.
    pub id: String,
    /// What was written.
    pub text: String,
    /// Whether it is shown before the server knows of it.
    #[serde(skip)]
    pub optimistic: bool,
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
struct NewNote<'a> {
    text: &'a str,
    /// So that a request that is sent twice makes one note.
    idempotency_key: &'a str,
}

const ADDRESS: &str = "/api/notes";
const PAGE_SIZE: usize = 10;

/// Fetches the first page, and as many more as were shown already.
pub async fn load(api: Fetch, shown: usize) -> Result<Notes, FetchError> {
    let mut notes = page(&api, None).await?;
    while notes.items.len() < shown && notes.next_cursor.is_some() {
        notes = more(&api, notes).await?;
    }
    Ok(notes)
}

/// Adds the next page.
pub async fn more(api: &Fetch, mut notes: Notes) -> Result<Notes, FetchError> {
    let next = page(api, notes.next_cursor.as_deref()).await?;
    notes.items.extend(next.items);
    notes.next_cursor = next.next_cursor;
    Ok(notes)
}

async fn page(api: &Fetch, cursor: Option<&str>) -> Result<Notes, FetchError> {
    let limit = PAGE_SIZE.to_string();
    let request = api.get(ADDRESS).query(&[("limit", &*limit)]);
    match cursor {
        Some(cursor) => request.query(&[("cursor", cursor)]).json().await,
        None => request.json().await,
    }
}

/// Writes a note down on the server.
pub async fn add(api: Fetch, note: Note) -> Result<Note, FetchError> {
    let body = NewNote { text: &note.text, idempotency_key: &note.id };
    api.post(ADDRESS).json_body(&body).json().await
}

/// Removes one from the server. One that is gone already is no failure.
pub async fn delete(api: Fetch, id: Rc<str>) -> Result<(), FetchError> {
    match api.delete(&format!("{ADDRESS}/{id}")).send().await {
        Err(FetchError::Status(answer)) if answer.status == 404 => Ok(()),
        sent => sent.map(|_| ()),
    }
}

impl Notes {
    /// The same with a note on top; one with the same text that waited for the server is replaced.
    pub fn with(&self, note: &Note) -> Self {
        let items = std::iter::once(note).chain(&self.items).cloned().collect();
        Self { items, next_cursor: self.next_cursor.clone() }
    }

    /// The same without a note.
    pub fn without(&self, id: &str) -> Self {
        let items = self.items.iter().filter(|note| note.id != id).cloned().collect();
        Self { items, next_cursor: self.next_cursor.clone() }
    }
}
