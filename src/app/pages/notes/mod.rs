//! Notes: pages of a list, optimistic changes, rollback.

mod list;
mod model;

use std::future::Future;
use std::rc::Rc;

use yew::platform::spawn_local;
use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::greeting::Live;
use list::{AddNote, List};
use model::{Note, Notes as Data};

/// The page.
#[component]
pub fn Notes() -> Html {
    html! {
        <div class="stack" data-testid="page-notes">
            <header class="lead">
                <h1>{ "Notes" }</h1>
                <p>
                    { "What you write appears at once, and goes again if the server says no. The notes are yours alone." }
                </p>
            </header>
            <Live><MyNotes /></Live>
        </div>
    }
}

/// What the page needs for a change: the list, and a place for what went wrong.
#[derive(Clone)]
struct Change {
    notes: SwrHandle<Data, FetchError>,
    failure: UseStateSetter<Option<AttrValue>>,
}

impl Change {
    /// Shows `patch` at once, and takes it back by itself if `work` fails. In the end the list is fetched anew.
    fn run<T: 'static>(
        &self,
        patch: impl Fn(&Data) -> Data + 'static,
        work: impl Future<Output = Result<T, FetchError>> + 'static,
    ) {
        let failure = self.failure.clone();
        failure.set(None);
        let options = MutatorOptions::new()
            .populate_cache(false)
            .optimistic_with(move |below| patch(&below.unwrap_or_default()));
        let work = async move { work.await.map(|_| Data::default()) };
        let running = self.notes.mutate_async(work, options);
        spawn_local(async move {
            if let Err(QueryError::Failed(error)) = running.await {
                failure.set(Some(error.to_string().into()));
            }
        });
    }
}

#[component]
fn MyNotes() -> Html {
    let api = use_authenticated_fetch();
    let shown = use_mut_ref(|| 0_usize);
    let notes = {
        let (api, shown) = (api.clone(), shown.clone());
        use_swr("notes", move |_| model::load(api.clone(), *shown.borrow()))
    };
    let failure = use_state(|| None::<AttrValue>);
    let loading_more = use_state(|| false);
    let drafts = use_mut_ref(|| 0_u32);
    let data = notes.data();
    shown.replace(data.as_ref().map_or(0, |data| data.items.len()));
    let change = Change {
        notes: notes.clone(),
        failure: failure.setter(),
    };

    let onadd = {
        let (api, change) = (api.clone(), change.clone());
        Callback::from(move |text: String| {
            let mut drafts = drafts.borrow_mut();
            *drafts += 1;
            // New in this page and in every other: the server knows a note that it was sent twice by it.
            let id = format!("draft-{}-{}", *drafts, js_sys::Date::new_0().get_time());
            let note = Note {
                id,
                text,
                created: 0.0,
                optimistic: true,
            };
            let draft = note.clone();
            change.run(
                move |below| below.with(&draft),
                model::add(api.clone(), note),
            );
        })
    };
    let ondelete = {
        let api = api.clone();
        Callback::from(move |id: AttrValue| {
            let (gone, id) = (id.clone(), Rc::from(id.as_str()));
            change.run(
                move |below| below.without(&gone),
                model::delete(api.clone(), id),
            );
        })
    };
    let onmore = {
        let (notes, failure, loading) = (notes.clone(), failure.setter(), loading_more.setter());
        Callback::from(move |()| {
            let Some(data) = notes.data() else { return };
            let (api, failure, loading) = (api.clone(), failure.clone(), loading.clone());
            loading.set(true);
            let work = model::more(api, data.next_cursor.clone());
            // The next page goes below what the server has sent, without the changes that still wait for it.
            let below = |next: Rc<Data>, known: Option<Rc<Data>>| match known {
                Some(known) => known.followed_by(&next),
                None => (*next).clone(),
            };
            let options = MutatorOptions::new()
                .revalidate(false)
                .populate_cache_with(below);
            let running = notes.mutate_async(work, options);
            spawn_local(async move {
                let problem = running.await.err().map(|error| error.to_string().into());
                failure.set(problem);
                loading.set(false);
            });
        })
    };
    let problem = notes
        .error()
        .map(|error| AttrValue::from(error.to_string()));
    let onretry = {
        let notes = notes.clone();
        move |_| {
            notes.mutate();
        }
    };
    html! {
        <>
            <AddNote {onadd} />
            if let Some(problem) = (*failure).clone().or(problem) {
                <div class="error" role="alert">
                    <p data-testid="notes-error">{ problem }</p>
                    if notes.error().is_some() {
                        <button data-testid="retry" onclick={onretry}>{ "Try again" }</button>
                    }
                </div>
            }
            <List {data} loading_more={*loading_more} failed={notes.error().is_some()} {ondelete} {onmore} />
        </>
    }
}
