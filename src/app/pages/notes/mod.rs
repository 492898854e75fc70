//! Notes: pages of a list, optimistic changes, rollback.

mod list;
mod model;

use std::rc::Rc;

use yew::platform::spawn_local;
use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::greeting::live;
use crate::app::pieces::lead;
use model::{Note, Notes as Data};

/// The page.
pub fn page(auth: &AuthHandle) -> Html {
    let text = "What you write appears at once, and goes again if the server says no. The notes are yours alone.";
    html! {
        <div class="stack" data-testid="page-notes">
            { lead("Notes", text) }
            { live(auth, html! { <MyNotes /> }) }
        </div>
    }
}

/// A change of the notes.
#[derive(Clone)]
enum Change {
    Add(Note),
    Delete(AttrValue),
}

/// What went wrong, and the change that may be tried again.
#[derive(Clone)]
struct Failure {
    message: AttrValue,
    change: Option<Change>,
}

impl Failure {
    /// `None` for what is no failure but a user who has gone.
    fn of(error: &QueryError<FetchError>, change: Option<Change>) -> Option<Self> {
        let QueryError::Failed(error) = error else {
            return None;
        };
        let message = error.to_string().into();
        Some(Self { message, change })
    }
}

/// What a change needs: the API, the list, and a place for what went wrong.
#[derive(Clone)]
struct Changes {
    api: Fetch,
    notes: SwrHandle<Data, FetchError>,
    failure: UseStateSetter<Option<Failure>>,
}

impl Changes {
    /// Shows the change at once, and takes it back by itself if the server does. In the end the list is fetched
    /// anew.
    fn make(&self, change: Change) {
        let (failure, again) = (self.failure.clone(), change.clone());
        failure.set(None);
        let work = change.clone().request(self.api.clone());
        let options = MutatorOptions::new()
            .populate_cache(false)
            .optimistic_with(move |below| change.over(&below.unwrap_or_default()));
        let running = self.notes.mutate_async(work, options);
        spawn_local(async move {
            if let Err(error) = running.await {
                failure.set(Failure::of(&error, Some(again)));
            }
        });
    }
}

impl Change {
    /// Sends it to the server.
    async fn request(self, api: Fetch) -> Result<Data, FetchError> {
        let (request, is_done) = match self {
            Self::Add(note) => (model::add(&api, &note), None),
            // A note that is gone already is no failure.
            Self::Delete(id) => (model::delete(&api, &id), Some(404)),
        };
        match request.send().await {
            Err(error) if error.status().is_none() || error.status() != is_done => Err(error),
            // Nobody looks at the data: the list is fetched anew.
            _ => Ok(Data::default()),
        }
    }

    fn over(&self, notes: &Data) -> Data {
        match self {
            Self::Add(note) => notes.with(note),
            Self::Delete(id) => notes.without(id),
        }
    }
}

#[derive(Default)]
struct Counts {
    /// The notes that are shown: as many are to be fetched anew.
    shown: usize,
    /// The notes that were written here.
    drafts: u32,
}

#[component]
fn MyNotes() -> Html {
    let api = use_authenticated_fetch();
    let counts = use_mut_ref(Counts::default);
    let notes = {
        let (api, counts) = (api.clone(), counts.clone());
        use_swr("notes", move |_| model::load(api.clone(), counts.borrow().shown))
    };
    let failure = use_state(|| None::<Failure>);
    let loading_more = use_state(|| false);
    let data = notes.data();
    counts.borrow_mut().shown = data.as_ref().map_or(0, |data| data.items.len());
    let changes = Changes { api: api.clone(), notes: notes.clone(), failure: failure.setter() };

    let onadd = {
        let changes = changes.clone();
        move |text| {
            let mut counts = counts.borrow_mut();
            counts.drafts += 1;
            changes.make(Change::Add(Note::draft(counts.drafts, text)));
        }
    };
    let ondelete = {
        let changes = changes.clone();
        Callback::from(move |id| changes.make(Change::Delete(id)))
    };
    let onmore = {
        let (notes, failure, loading) = (notes.clone(), failure.setter(), loading_more.setter());
        move |_| {
            let Some(data) = notes.data() else { return };
            let (api, failure, loading) = (api.clone(), failure.clone(), loading.clone());
            loading.set(true);
            let work = model::more(api, data.next_cursor.clone());
            // The next page goes below what the server has sent, without the changes that still wait for it.
            let below = |next: Rc<Data>, known: Option<Rc<Data>>| match known {
                Some(known) => known.followed_by(&next),
                None => (*next).clone(),
            };
            let options = MutatorOptions::new().revalidate(false).populate_cache_with(below);
            let running = notes.mutate_async(work, options);
            spawn_local(async move {
                let problem = running.await.err();
                failure.set(problem.and_then(|error| Failure::of(&error, None)));
                loading.set(false);
            });
        }
    };
    let onmore = (!*loading_more).then(|| Callback::from(onmore));
    let unread = || {
        let message = notes.error()?.to_string().into();
        Some(Failure { message, change: None })
    };
    let problem = (*failure).clone().or_else(unread);
    html! {
        <>
            { list::new_note(onadd) }
            if let Some(problem) = problem {
                { alert(problem, changes) }
            }
            if let Some(data) = data {
                { list::list(&data, &ondelete, onmore) }
            } else if notes.error().is_none() {
                { list::loading() }
            }
        </>
    }
}

/// Says what went wrong, and offers another attempt.
fn alert(failure: Failure, changes: Changes) -> Html {
    let onclick = move |_| match failure.change.clone() {
        Some(change) => changes.make(change),
        None => drop(changes.notes.mutate()),
    };
    html! {
        <div class="error" role="alert">
            <p data-testid="notes-error">{ failure.message }</p>
            <button data-testid="retry" {onclick}>{ "Try again" }</button>
        </div>
    }
}
