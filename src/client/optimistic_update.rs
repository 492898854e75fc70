//! Changes that are shown before the server has agreed to them, for queries and mutations.

use std::cell::Cell;
use std::marker::PhantomData;
use std::rc::Rc;

use super::driver::QueryClient;
use super::error::QueryError;
use super::mutation_options::MutationOptions;
use super::query_key::DataKey;
use crate::engine::Engine;
use crate::engine::erased::Data;
use crate::engine::key::Key;
use crate::engine::mutation::Value;
use crate::engine::optimistic::Patch;
use crate::engine::writing::{MutationEnd, MutationTicket};

/// A change that a query shows until it is committed or taken back. Dropping it takes it back.
///
/// It lies over the data that the server gives: several of them are shown together, each can be taken back without the others,
/// and what is fetched meanwhile does not hide them. Of one query, nothing is refetched for them before the last has ended.
/// To reset the query, or to remove it, forgets them. TanStack Query has nothing of the kind; there, one restores the whole
/// data from before.
#[must_use = "dropping it takes the change back"]
pub struct OptimisticUpdate<T> {
    showing: Showing,
    types: PhantomData<fn(T)>,
}

impl<T: PartialEq + 'static> OptimisticUpdate<T> {
    /// The server has done it: the change stays until fresh data has it, which is fetched if a component shows the query.
    pub fn commit(&self) {
        self.showing.commit();
    }

    /// The server has done it, and this is what the query holds now; nothing is fetched.
    ///
    /// If another change of the query has begun since, nobody knows whose answer is the newer one: then this is the same as
    /// [`OptimisticUpdate::commit`], save that the other may still be committed with data, after which nothing is fetched.
    pub fn commit_with(&self, data: T) {
        let end = MutationEnd::Write(Some(Data::new(data)));
        self.showing.end(end, |engine, ticket| !engine.is_newest(ticket));
    }

    /// Takes the change back, and fetches what the server has, if a component shows it.
    pub fn roll_back(&self) {
        self.showing.roll_back();
    }
}

impl<T> std::fmt::Debug for OptimisticUpdate<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OptimisticUpdate").finish_non_exhaustive()
    }
}

/// The part that does not depend on types.
struct Showing {
    client: QueryClient,
    ticket: Cell<Option<MutationTicket>>,
}

impl Showing {
    fn commit(&self) {
        self.end(MutationEnd::Keep, |_, _| true);
    }

    fn roll_back(&self) {
        self.end(MutationEnd::Failed { rollback: true }, |_, _| true);
    }

    fn end(&self, end: MutationEnd, is_fetched: fn(&Engine, &MutationTicket) -> bool) {
        if let Some(ticket) = self.ticket.take() {
            self.client.run(move |engine, now| {
                let revalidate = is_fetched(engine, &ticket).into();
                engine.end_mutation(ticket, end, &revalidate, now);
            });
        }
    }
}

impl Drop for Showing {
    fn drop(&mut self) {
        self.roll_back();
    }
}

fn patch<T: PartialEq + 'static>(change: impl Fn(&T) -> T + 'static) -> Patch {
    Patch::Change(Rc::new(move |_, below| {
        below.and_then(Data::get::<T>).map(|data| Data::new(change(&data)))
    }))
}

impl QueryClient {
    /// Shows `change` over the data of a query, until it is committed or taken back. Where there is no data, there is
    /// nothing to be changed. A refetch in flight is stopped, as its answer may be older; a first load goes on, and
    /// brings something to change. The function runs again whenever the data changes, and must not use the client.
    ///
    /// A mutation does all of this by itself with [`MutationOptions::optimistic_update`].
    ///
    /// ```
    /// use yew_clerk::client::{QueryClient, QueryError};
    /// use yew_clerk::fetch;
    ///
    /// # async fn example(client: QueryClient) -> Result<(), QueryError<()>> {
    /// let liked = client.optimistic_update("likes", |likes: &u32| likes + 1)?;
    /// match fetch::post("/api/likes").json::<u32>().await {
    ///     Ok(likes) => liked.commit_with(likes),
    ///     Err(_) => liked.roll_back(),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the key cannot be encoded, or there is none.
    pub fn optimistic_update<T: PartialEq + 'static>(
        &self,
        key: impl DataKey<T>,
        change: impl Fn(&T) -> T + 'static,
    ) -> Result<OptimisticUpdate<T>, QueryError<()>> {
        let key = key.query_key().map_err(QueryError::Key)?.ok_or(QueryError::NoKey)?;
        Ok(OptimisticUpdate {
            showing: self.show_optimistically(&key, patch(change)),
            types: PhantomData,
        })
    }

    fn show_optimistically(&self, key: &Key, patch: Patch) -> Showing {
        let ticket = self.with(|engine, now| engine.begin_mutation(key, Some(patch), now));
        Showing { client: self.clone(), ticket: Cell::new(ticket) }
    }
}

/// Shows a change by the variables of a mutation. What it gives is told whether the mutation has succeeded; dropped untold,
/// it takes the change back.
pub(crate) type Show = Rc<dyn Fn(&QueryClient, &Value) -> Option<Box<dyn FnOnce(bool)>>>;

impl<V: 'static, T: 'static, E: 'static, C: 'static> MutationOptions<V, T, E, C> {
    /// Shows a change of a query while the mutation runs, also while it waits for the network: `change` makes the new data of
    /// the old and the variables. If the mutation fails or is cancelled the change is taken back; when it has succeeded, fresh
    /// data is fetched, and the change stays until it is there. May be called for several queries.
    ///
    /// See [`OptimisticUpdate`] for how several changes go together. Ours; takes the place of the snapshots in TanStack Query's
    /// `onMutate`.
    ///
    /// ```
    /// use std::rc::Rc;
    /// use yew_clerk::client::{QueryOptions, mutation_options, query_options};
    /// use yew_clerk::fetch::{self, FetchError};
    ///
    /// fn notes() -> QueryOptions<Vec<String>, FetchError> {
    ///     query_options("notes", |_| fetch::get("/api/notes").json())
    /// }
    ///
    /// let add = mutation_options(|text: Rc<String>| fetch::post("/api/notes").json_body(&*text).json::<u64>())
    ///     .optimistic_update(notes(), |notes, text| [notes.as_slice(), &[text.clone()]].concat());
    /// ```
    #[must_use]
    pub fn optimistic_update<D: PartialEq + 'static>(
        self,
        key: impl DataKey<D>,
        change: impl Fn(&D, &V) -> D + 'static,
    ) -> Self {
        let (key, change) = (key.query_key(), Rc::new(change));
        let show: Show = Rc::new(move |client, variables| {
            let key = key.as_ref().ok()?.as_ref()?;
            let (variables, change) = (variables.clone().downcast::<V>().ok()?, change.clone());
            let patch = patch(move |data| change(data, &variables));
            let shown = client.show_optimistically(key, patch);
            Some(Box::new(move |is_done| if is_done { shown.commit() } else { shown.roll_back() }))
        });
        self.showing(show)
    }
}
