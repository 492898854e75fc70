//! The list of notes, and the form for a new one.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::model::{Note, Notes};
use crate::app::pieces::skeleton;

/// The longest note that the server takes.
const LONGEST: &str = "2000";

/// The properties of [`AddNote`].
#[derive(PartialEq, Properties)]
pub struct AddNoteProps {
    /// Called with the text.
    pub onadd: Callback<String>,
}

/// The form for a new note. Ctrl+Enter sends it, as does the button.
#[component]
pub fn AddNote(props: &AddNoteProps) -> Html {
    let text = use_state(String::new);
    let oninput = {
        let text = text.setter();
        move |event: InputEvent| {
            text.set(event.target_unchecked_into::<HtmlTextAreaElement>().value())
        }
    };
    let send = {
        let (text, onadd) = (text.clone(), props.onadd.clone());
        Callback::from(move |()| {
            let written = text.trim().to_owned();
            if !written.is_empty() {
                onadd.emit(written);
                text.set(String::new());
            }
        })
    };
    let onsubmit = send.reform(|event: SubmitEvent| event.prevent_default());
    let onkeydown = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            send.emit(());
        }
    };
    html! {
        <form class="card" data-testid="new-note" {onsubmit}>
            <label>
                { "A new note" }
                <textarea rows="3" maxlength={LONGEST} value={(*text).clone()} {oninput} {onkeydown} />
            </label>
            <div class="row">
                <button class="primary" data-testid="add-note" disabled={text.trim().is_empty()}>{ "Add" }</button>
                <span class="hint">{ "Ctrl + Enter adds it, too." }</span>
            </div>
        </form>
    }
}

/// The properties of [`List`].
#[derive(PartialEq, Properties)]
pub struct ListProps {
    /// The notes, if they are there.
    pub data: Option<Rc<Notes>>,
    /// Whether the next page is on its way.
    pub loading_more: bool,
    /// Whether the notes could not be fetched.
    pub failed: bool,
    /// Called with the id of a note that shall go.
    pub ondelete: Callback<AttrValue>,
    /// Called when more shall be shown.
    pub onmore: Callback<()>,
}

/// The notes, newest first.
#[component]
pub fn List(props: &ListProps) -> Html {
    let Some(notes) = &props.data else {
        return if props.failed {
            Html::default()
        } else {
            html! {
                <section class="card" aria-busy="true" aria-label="Loading notes">{ skeleton() }</section>
            }
        };
    };
    if notes.items.is_empty() {
        return html! {
            <section class="card empty" data-testid="notes-empty">
                <p class="message">{ "No notes yet." }</p>
                <p class="hint">{ "The first one is a sentence away." }</p>
            </section>
        };
    }
    let onclick = props.onmore.reform(|_| ());
    html! {
        <>
            <ul class="notes" data-testid="notes">
                { for notes.items.iter().map(|note| row(note, &props.ondelete)) }
            </ul>
            if notes.next_cursor.is_some() {
                <button data-testid="load-more" disabled={props.loading_more} {onclick}>
                    { if props.loading_more { "Loading…" } else { "Load more" } }
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
