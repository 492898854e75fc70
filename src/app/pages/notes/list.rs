//! The list of notes, and the form for a new one.

use wasm_bindgen::JsValue;
use web_sys::{HtmlFormElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::model::{Note, Notes};
use crate::app::form;
use crate::app::pieces::{fixed, skeleton};

/// The longest note that the server takes.
const LONGEST: &str = "2000";

/// The form for a new note. Ctrl+Enter sends it, as does the button.
pub fn new_note(onadd: impl Fn(String) + 'static) -> Html {
    let onsubmit = move |event: SubmitEvent| {
        let form = form::submitted(&event);
        let written = form::value(&form, "text").trim_ascii().to_owned();
        if !written.is_empty() {
            form.iter().for_each(HtmlFormElement::reset);
            onadd(written);
        }
    };
    let onkeydown = |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            let form = event.target_unchecked_into::<HtmlTextAreaElement>().form();
            // A browser that cannot do it has the button.
            let _sent = form.map(|form| form.request_submit());
        }
    };
    html! {
        <form class="card" data-testid="new-note" {onsubmit}>
            <label>
                { "A new note" }
                <textarea name="text" rows="3" maxlength={LONGEST} required=true {onkeydown} />
            </label>
            <div class="row">
                <button class="primary" data-testid="add-note">{ "Add" }</button>
                { fixed(r#"<span class="hint">Ctrl + Enter adds it, too.</span>"#) }
            </div>
        </form>
    }
}

/// Stands where the notes will be.
pub fn loading() -> Html {
    html! { <section class="card" aria-busy="true" aria-label="Loading notes">{ skeleton() }</section> }
}

/// The notes, newest first, and a button for more if `onmore` has something to do.
pub fn list(
    notes: &Notes,
    ondelete: &Callback<AttrValue>,
    onmore: Option<Callback<MouseEvent>>,
) -> Html {
    if notes.items.is_empty() {
        return fixed(
            r#"<section class="card empty" data-testid="notes-empty">
                <p class="message">No notes yet.</p>
                <p class="hint">The first one is a sentence away.</p>
            </section>"#,
        );
    }
    html! {
        <>
            <ul class="notes" data-testid="notes">
                { for notes.items.iter().map(|note| row(note, ondelete)) }
            </ul>
            if notes.next_cursor.is_some() {
                <button data-testid="load-more" disabled={onmore.is_none()} onclick={onmore.clone()}>
                    { if onmore.is_none() { "Loading…" } else { "Load more" } }
                </button>
            }
        </>
    }
}

fn row(note: &Note, ondelete: &Callback<AttrValue>) -> Html {
    let id = AttrValue::from(note.id.clone());
    let label = format!("Delete the note: {}", note.text.chars().take(40).collect::<String>());
    let onclick = {
        let id = id.clone();
        ondelete.reform(move |_| id.clone())
    };
    html! {
        <li key={note.id.clone()} class="card" data-testid="note" data-id={id}
            data-optimistic={note.optimistic.to_string()}>
            <div>
                <p>{ &note.text }</p>
                <small>{ when(note) }</small>
            </div>
            <button class="quiet" data-testid="delete-note" aria-label={label}
                disabled={note.optimistic} {onclick}>
                { "Delete" }
            </button>
        </li>
    }
}

/// When a note was written, in the user's own words.
fn when(note: &Note) -> String {
    if note.optimistic {
        return "Saving…".to_owned();
    }
    let date = js_sys::Date::new(&note.created.into());
    date.to_locale_string("default", &JsValue::UNDEFINED).into()
}
