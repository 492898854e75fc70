//! SWR's `mutate`: write, revalidate, or both, with an optimistic change in between.

use std::future::Future;
use std::rc::Rc;

use super::driver::QueryClient;
use super::erase::erase_future;
use super::error::QueryError;
use super::mutator_options::{MutatorOptions, Plan, PopulateCache};
use super::outcome::{Ended, Outcome, Running, typed};
use super::runtime::LocalFuture;
use super::started::Started;
use crate::engine::effect::Waiter;
use crate::engine::erased::{Data, Failure};
use crate::engine::key::{IntoKey, Key, KeyError};
use crate::engine::oneshot;
use crate::engine::writing::{MutationEnd, MutationReport, MutationTicket};

/// What a mutation gives to its caller.
pub(crate) type Shown<T, E> = Result<Option<Rc<T>>, QueryError<E>>;

/// The work of a mutation, without its types.
pub(crate) type Work = LocalFuture<Result<Data, Failure>>;

/// Computes new data from the committed data; `None` writes nothing.
pub(crate) type Update<'a> = Box<dyn FnOnce(Option<&Data>) -> Option<Data> + 'a>;

/// A key as SWR takes it: the empty text is none.
pub(crate) fn swr_key(key: &impl IntoKey) -> Result<Option<Key>, KeyError> {
    Ok(key.to_key()?.filter(|key| !key.is_empty_string()))
}

/// The key, or the outcome of a mutation that has none.
fn some_key(key: Result<Option<Key>, KeyError>) -> Result<Key, Outcome> {
    key.map_err(|error| Err(Ended::Key(error)))?.ok_or(Ok(None))
}

impl QueryClient {
    /// Fetches a key through the component that shows it, deduping or not; gives the new data. Starts at
    /// once, awaited or not. If nobody shows the key, it is fetched when somebody does.
    /// Same as SWR's `mutate(key)`.
    pub fn mutate<T: 'static, E: 'static>(&self, key: impl IntoKey) -> Started<Shown<T, E>> {
        Started::erased(self.revalidate(swr_key(&key)), typed)
    }

    fn revalidate(&self, key: Result<Option<Key>, KeyError>) -> Running {
        let key = match some_key(key) {
            Ok(key) => key,
            Err(outcome) => return outcome.into(),
        };
        let (waiter, receiver) = Waiter::new();
        let asked = key.clone();
        self.run(move |engine, now| engine.revalidate(&asked, waiter, now));
        Running::Fetch(receiver, key)
    }

    pub(crate) fn revalidate_key(&self, key: Key) -> Running {
        self.revalidate(Ok(Some(key)))
    }

    /// Writes data; what is in flight is ignored. Gives the data, without waiting for the fetch that follows.
    /// Same as SWR's `mutate(key, data, options)`.
    pub fn mutate_data<T: PartialEq + 'static, E: 'static>(
        &self,
        key: impl IntoKey,
        data: T,
        options: MutatorOptions<T>,
    ) -> Started<Shown<T, E>> {
        self.mutate_with(key, move |_| Some(data), options)
    }

    /// Takes the data of a key away, and its error; then fetches it anew, unless the options say otherwise.
    /// Starts at once, awaited or not. Same as SWR's `mutate(key, undefined, options)`.
    ///
    /// ```
    /// # use yew_clerk::client::{MutatorOptions, QueryClient};
    /// # fn example(client: &QueryClient) {
    /// client.mutate_clear::<String, ()>("/api/draft", MutatorOptions::new().revalidate(false));
    /// # }
    /// ```
    pub fn mutate_clear<T: PartialEq + 'static, E: 'static>(
        &self,
        key: impl IntoKey,
        options: MutatorOptions<T>,
    ) -> Started<Shown<T, E>> {
        Started::erased(self.clear_now(swr_key(&key), &options.plan), typed)
    }

    fn clear_now(&self, key: Result<Option<Key>, KeyError>, plan: &Plan) -> Outcome {
        let key = match some_key(key) {
            Ok(key) => key,
            Err(outcome) => return outcome,
        };
        let ticket = self.begin_mutation(&key, plan)?;
        self.end(ticket, MutationEnd::Write(None), plan)?;
        Ok(None)
    }

    /// Computes data from what the server gave last (without optimistic changes) and writes it; `None`
    /// writes nothing. The function must not use the client.
    /// Same as SWR's `mutate(key, current => …, options)`. One that can fail goes to
    /// [`QueryClient::mutate_async_with`].
    pub fn mutate_with<T: PartialEq + 'static, E: 'static>(
        &self,
        key: impl IntoKey,
        update: impl FnOnce(Option<&T>) -> Option<T>,
        options: MutatorOptions<T>,
    ) -> Started<Shown<T, E>> {
        let update = |committed: Option<&Data>| {
            let committed = committed.and_then(Data::get);
            update(committed.as_deref()).map(Data::new)
        };
        let outcome = self.update_now(swr_key(&key), Box::new(update), &options.plan);
        Started::erased(outcome, typed)
    }

    pub(crate) fn update_now(
        &self,
        key: Result<Option<Key>, KeyError>,
        update: Update<'_>,
        plan: &Plan,
    ) -> Outcome {
        let key = match some_key(key) {
            Ok(key) => key,
            Err(outcome) => return outcome,
        };
        let committed = self.committed(&key);
        if let Some(new) = update(committed.as_ref()) {
            let ticket = self.begin_mutation(&key, plan)?;
            return self.succeed(&key, ticket, new, plan);
        }
        let shown = self.engine().and_then(|engine| engine.data(&key));
        if plan.revalidate.is_wanted_for(shown.as_ref(), &key) {
            drop(self.revalidate_key(key.clone()));
        }
        Ok(committed.map(|data| (data, key)))
    }

    /// Runs `work`, with an optimistic change meanwhile, and writes its result. Starts at once and runs to
    /// its end, awaited or not; gives the result, without waiting for the fetch that follows.
    /// Same as SWR's `mutate(key, promise, options)`.
    ///
    /// When a newer mutation of the key begins, this one writes nothing any more; its caller gets the result or
    /// the error all the same. The error is the caller's alone: the key's `error` does not change.
    ///
    /// The types are those of `work`. Only functions that are written inside `options` need them earlier: begin
    /// those options with `MutatorOptions::<T>::new()`.
    ///
    /// ```
    /// # use yew_clerk::client::{MutatorOptions, QueryClient};
    /// # use yew_clerk::fetch;
    /// # fn example(client: &QueryClient) {
    /// let saved = fetch::put("/api/name").json_body("Ada").json::<String>();
    /// client.mutate_async("/api/name", saved, MutatorOptions::new().optimistic_data("Ada".to_owned()));
    /// # }
    /// ```
    pub fn mutate_async<T: PartialEq + 'static, E: 'static>(
        &self,
        key: impl IntoKey,
        work: impl Future<Output = Result<T, E>> + 'static,
        options: MutatorOptions<T>,
    ) -> Started<Shown<T, E>> {
        let running = self.start_mutation(swr_key(&key), erase_future(work), options.plan);
        Started::erased(running, typed)
    }

    /// [`QueryClient::mutate_async`] with work that begins from the committed data: what the server gave last,
    /// without optimistic changes. The function is called once, at once; its future may fail at once as well.
    /// Same as SWR's `mutate(key, async current => …, options)`.
    pub fn mutate_async_with<T, E, Fut>(
        &self,
        key: impl IntoKey,
        work: impl FnOnce(Option<Rc<T>>) -> Fut,
        options: MutatorOptions<T>,
    ) -> Started<Shown<T, E>>
    where
        T: PartialEq + 'static,
        E: 'static,
        Fut: Future<Output = Result<T, E>> + 'static,
    {
        let running = match some_key(swr_key(&key)) {
            Ok(key) => {
                let work = work(self.committed(&key).as_ref().and_then(Data::get));
                self.start_mutation(Ok(Some(key)), erase_future(work), options.plan)
            }
            Err(outcome) => outcome.into(),
        };
        Started::erased(running, typed)
    }

    pub(crate) fn start_mutation(
        &self,
        key: Result<Option<Key>, KeyError>,
        work: Work,
        plan: Plan,
    ) -> Running {
        let key = match some_key(key) {
            Ok(key) => key,
            Err(outcome) => return outcome.into(),
        };
        let ticket = match self.begin_mutation(&key, &plan) {
            Ok(ticket) => ticket,
            Err(ended) => return Err(ended).into(),
        };
        let (sender, receiver) = oneshot::channel();
        let client = self.clone();
        self.spawn(Box::pin(async move {
            let result = work.await;
            sender.send(client.finish_mutation(key, ticket, result, &plan));
        }));
        Running::Mutation(receiver)
    }

    pub(crate) fn finish_mutation(
        &self,
        key: Key,
        ticket: MutationTicket,
        result: Result<Data, Failure>,
        plan: &Plan,
    ) -> Outcome {
        let failure = match result {
            Ok(value) => return self.succeed(&key, ticket, value, plan),
            Err(failure) => failure,
        };
        let rollback = plan.rollback_on_error.is_wanted(&failure);
        let report = self.end(ticket, MutationEnd::Failed { rollback }, plan)?;
        if plan.throw_on_error || !report.is_newest {
            Err(Ended::Failed(failure, key))
        } else {
            Ok(None)
        }
    }

    /// The result goes to the caller whatever becomes of the fetch that follows: a mutation that has succeeded
    /// must not look like one that has failed.
    fn succeed(&self, key: &Key, ticket: MutationTicket, result: Data, plan: &Plan) -> Outcome {
        let is_owned = self.engine().is_some_and(|engine| engine.is_owned(&ticket));
        let written = match &plan.populate_cache {
            PopulateCache::Yes => Some(result.clone()),
            // The data is a new user's: the function may not see it.
            PopulateCache::With(_) if !is_owned => None,
            PopulateCache::With(populate) => populate(result.clone(), self.committed(key)),
            PopulateCache::No => None,
        };
        let end = written.map_or(MutationEnd::Keep, |data| MutationEnd::Write(Some(data)));
        self.end(ticket, end, plan)?;
        Ok(Some((result, key.clone())))
    }

    pub(crate) fn begin_mutation(&self, key: &Key, plan: &Plan) -> Result<MutationTicket, Ended> {
        let patch = plan.optimistic.clone();
        self.with(|engine, now| engine.begin_mutation(key, patch, now)).ok_or(Ended::Cancelled)
    }

    /// # Errors
    /// When the mutation belongs to a user who is gone.
    fn end(
        &self,
        ticket: MutationTicket,
        end: MutationEnd,
        plan: &Plan,
    ) -> Result<MutationReport, Ended> {
        let end = |engine: &mut crate::engine::Engine, now| {
            engine.end_mutation(ticket, end, &plan.revalidate, now)
        };
        self.with(end).filter(|report| report.is_owned).ok_or(Ended::Cancelled)
    }

    pub(crate) fn committed(&self, key: &Key) -> Option<Data> {
        self.engine()?.committed(key)
    }
}
