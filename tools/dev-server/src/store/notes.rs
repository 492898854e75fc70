//! Notes: a list that grows at its head while someone pages through it.

use redb::{ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, decode, encode};

/// (user id, number of the note) to record. Numbers only rise, so the table is in order of creation.
const NOTES: TableDefinition<(&str, u64), &[u8]> = TableDefinition::new("notes");
/// (user id, idempotency key) to the number of the note made with it.
const NOTE_KEYS: TableDefinition<(&str, &str), u64> = TableDefinition::new("note_keys");
/// The last number given to a note.
const NOTE_NUMBER: TableDefinition<(), u64> = TableDefinition::new("note_number");

const ID_PREFIX: &str = "note_";

/// A note.
#[derive(Debug, Clone, Serialize)]
pub struct Note {
    /// The id, `note_…`.
    pub id: String,
    /// What it says.
    pub text: String,
    /// When it was made, in milliseconds since the Unix epoch.
    pub created_at_ms: u64,
    /// When it was last changed, in milliseconds since the Unix epoch.
    pub updated_at_ms: u64,
}

/// What happened to a note that was to be made.
#[derive(Debug)]
pub enum CreatedNote {
    /// It was made.
    New(Note),
    /// It had been made before, with the same key.
    Before(Note),
    /// It had been made before, with the same key, and deleted since.
    Deleted,
}

/// A part of a user's notes, newest first.
#[derive(Debug)]
pub struct NotePage {
    /// The notes of this page.
    pub notes: Vec<Note>,
    /// The number before which the next page begins; `None` on the last page.
    pub next_before: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    text: String,
    created_at_ms: u64,
    updated_at_ms: u64,
}

impl Stored {
    fn into_note(self, number: u64) -> Note {
        Note {
            id: format!("{ID_PREFIX}{number:08x}"),
            text: self.text,
            created_at_ms: self.created_at_ms,
            updated_at_ms: self.updated_at_ms,
        }
    }
}

impl Store {
    /// Makes a note, unless the user has made one with the same key.
    ///
    /// # Errors
    /// If the database fails.
    pub fn create_note(
        &self,
        user_id: &str,
        text: &str,
        key: Option<&str>,
        now_ms: u64,
    ) -> Result<CreatedNote, StoreError> {
        self.write(|transaction| {
            let mut notes = transaction.open_table(NOTES)?;
            let mut keys = transaction.open_table(NOTE_KEYS)?;
            if let Some(key) = key {
                let before = keys.get((user_id, key))?.map(|number| number.value());
                if let Some(number) = before {
                    let stored = notes.get((user_id, number))?;
                    let Some(bytes) = stored else {
                        return Ok(CreatedNote::Deleted);
                    };
                    let stored: Stored = decode(bytes.value())?;
                    return Ok(CreatedNote::Before(stored.into_note(number)));
                }
            }
            let number = next_number(transaction)?;
            let stored =
                Stored { text: text.to_owned(), created_at_ms: now_ms, updated_at_ms: now_ms };
            notes.insert((user_id, number), encode(&stored)?.as_slice())?;
            if let Some(key) = key {
                keys.insert((user_id, key), number)?;
            }
            Ok(CreatedNote::New(stored.into_note(number)))
        })
    }

    /// The user's newest notes, or the newest of those numbered below `before`; at most `limit`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn notes(
        &self,
        user_id: &str,
        before: Option<u64>,
        limit: usize,
    ) -> Result<NotePage, StoreError> {
        let table = self.read()?.open_table(NOTES)?;
        let range = (user_id, 0)..(user_id, before.unwrap_or(u64::MAX));
        let mut page = NotePage { notes: Vec::new(), next_before: None };
        let mut last = None;
        for entry in table.range(range)?.rev() {
            let (key, bytes) = entry?;
            if page.notes.len() == limit {
                page.next_before = last;
                break;
            }
            let number = key.value().1;
            page.notes.push(decode::<Stored>(bytes.value())?.into_note(number));
            last = Some(number);
        }
        Ok(page)
    }

    /// The user's note with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub fn note(&self, user_id: &str, id: &str) -> Result<Option<Note>, StoreError> {
        let Some(number) = number_of(id) else {
            return Ok(None);
        };
        let table = self.read()?.open_table(NOTES)?;
        let Some(bytes) = table.get((user_id, number))? else {
            return Ok(None);
        };
        Ok(Some(decode::<Stored>(bytes.value())?.into_note(number)))
    }

    /// Replaces the text of the user's note with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub fn update_note(
        &self,
        user_id: &str,
        id: &str,
        text: &str,
        now_ms: u64,
    ) -> Result<Option<Note>, StoreError> {
        let Some(number) = number_of(id) else {
            return Ok(None);
        };
        self.write(|transaction| {
            let mut notes = transaction.open_table(NOTES)?;
            let found: Option<Stored> =
                notes.get((user_id, number))?.map(|bytes| decode(bytes.value())).transpose()?;
            let Some(found) = found else { return Ok(None) };
            let stored = Stored { text: text.to_owned(), updated_at_ms: now_ms, ..found };
            notes.insert((user_id, number), encode(&stored)?.as_slice())?;
            Ok(Some(stored.into_note(number)))
        })
    }

    /// Deletes the user's note with this id; says whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub fn delete_note(&self, user_id: &str, id: &str) -> Result<bool, StoreError> {
        let Some(number) = number_of(id) else {
            return Ok(false);
        };
        self.write(|transaction| {
            let removed = transaction.open_table(NOTES)?.remove((user_id, number))?.is_some();
            Ok(removed)
        })
    }
}

/// Makes the tables.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(NOTES)?;
    transaction.open_table(NOTE_KEYS)?;
    transaction.open_table(NOTE_NUMBER)?;
    Ok(())
}

fn next_number(transaction: &WriteTransaction) -> Result<u64, StoreError> {
    let mut table = transaction.open_table(NOTE_NUMBER)?;
    let last = table.get(())?.map_or(0, |number| number.value());
    let number = last.saturating_add(1);
    table.insert((), number)?;
    Ok(number)
}

/// The number in an id. Only the very form that [`Stored::into_note`] writes counts, so that a note has
/// one address.
fn number_of(id: &str) -> Option<u64> {
    let number = u64::from_str_radix(id.strip_prefix(ID_PREFIX)?, 16).ok()?;
    (format!("{ID_PREFIX}{number:08x}") == id).then_some(number)
}
