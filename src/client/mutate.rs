//! SWR's `mutate`: write, revalidate, or both, with an optimistic change in between.

use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;

use super::driver::QueryClient;
use super::erase::erase_future;
use super::error::QueryError;
use super::outcome::{Ended, Outcome, Running, typed};
use super::runtime::LocalFuture;
use super::started::Started;
use crate::engine::effect::Waiter;
use crate::engine::erased::{Data, Failure};
use crate::engine::key::{IntoKey, Key, KeyError};
use crate::engine::oneshot;
use crate::engine::optimistic::Patch;
use crate::engine::writing::{MutationEnd, MutationTicket};

type Populate = Rc<dyn Fn(Data, Option<Data>) -> Option<Data>>;

enum PopulateCache {
    Yes,
    No,
    With(Populate),
}

/// The options of `mutate`. Same as SWR's `MutatorOptions`.
pub struct MutatorOptions<T> {
    plan: Plan,
    types: PhantomData<fn(T) -> T>,
}

/// The options for code that is compiled once for all types.
struct Plan {
    revalidate: bool,
    rollback_on_error: bool,
    populate_cache: PopulateCache,
    optimistic: Option<Patch>,
}

impl<T> Default for MutatorOptions<T> {
    fn default() -> Self {
        let plan = Plan {
            revalidate: true,
            rollback_on_error: true,
            populate_cache: PopulateCache::Yes,
            optimistic: None,
        };
        Self { plan, types: PhantomData }
    }
}

impl<T: PartialEq + 'static> MutatorOptions<T> {
    /// SWR's defaults: write the result, fetch once more, roll back on error.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether to fetch once more in the end. Default: true.
    #[must_use]
    pub fn revalidate(mut self, revalidate: bool) -> Self {
        self.plan.revalidate = revalidate;
        self
    }

    /// Whether a failure takes back the optimistic change. Default: true.
    #[must_use]
    pub fn rollback_on_error(mut self, rollback: bool) -> Self {
        self.plan.rollback_on_error = rollback;
        self
    }

    /// Whether to write the result. Default: true.
    #[must_use]
    pub fn populate_cache(mut self, populate: bool) -> Self {
        self.plan.populate_cache = if populate { PopulateCache::Yes } else { PopulateCache::No };
        self
    }

    /// Computes what to write from the result and the data without optimistic changes.
    #[must_use]
    pub fn populate_cache_with(
        mut self,
        populate: impl Fn(Rc<T>, Option<Rc<T>>) -> T + 'static,
    ) -> Self {
        let populate = move |result: Data, committed: Option<Data>| {
            let committed = committed.as_ref().and_then(Data::get);
            Some(Data::new(populate(result.get()?, committed)))
        };
        self.plan.populate_cache = PopulateCache::With(Rc::new(populate));
        self
    }

    /// Shown at once, until the result is there. Default: nothing.
    #[must_use]
    pub fn optimistic_data(mut self, data: T) -> Self {
        let data = Data::new(data);
        self.plan.optimistic = Some(Rc::new(move |_| Some(data.clone())));
        self
    }

    /// Computes what to show from what lies below. Asked again whenever that changes, so that it may lie over
    /// another mutation's change.
    #[must_use]
    pub fn optimistic_with(mut self, patch: impl Fn(Option<Rc<T>>) -> T + 'static) -> Self {
        self.plan.optimistic =
            Some(Rc::new(move |below| Some(Data::new(patch(below.and_then(Data::get::<T>))))));
        self
    }
}

type Shown<T, E> = Result<Option<Rc<T>>, QueryError<E>>;

impl QueryClient {
    /// Fetches a key through the component that shows it, deduping or not; gives the new data. Starts at
    /// once, awaited or not. If nobody shows the key, it is fetched when somebody does.
    /// Same as SWR's `mutate(key)`.
    pub fn mutate<T: 'static, E: 'static>(&self, key: impl IntoKey) -> Started<Shown<T, E>> {
        Started::erased(self.revalidate(key.to_key()), typed)
    }

    fn revalidate(&self, key: Result<Option<Key>, KeyError>) -> Running {
        let key = match key {
            Ok(Some(key)) => key,
            Ok(None) => return Ok(None).into(),
            Err(error) => return Err(Ended::Key(error)).into(),
        };
        let (waiter, receiver) = Waiter::new();
        let asked = key.clone();
        self.run(move |engine, now| engine.revalidate(&asked, waiter, now));
        Running::Fetch(receiver, key)
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

    /// Computes data from what the server gave last (without optimistic changes) and writes it; `None`
    /// writes nothing. The function must not use the client.
    /// Same as SWR's `mutate(key, current => …, options)`.
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
        let outcome = self.update_now(key.to_key(), Box::new(update), &options.plan);
        Started::erased(outcome, typed)
    }

    fn update_now(
        &self,
        key: Result<Option<Key>, KeyError>,
        update: Box<dyn FnOnce(Option<&Data>) -> Option<Data> + '_>,
        plan: &Plan,
    ) -> Outcome {
        let Some(key) = key.map_err(Ended::Key)? else {
            return Ok(None);
        };
        let committed = self.committed(&key);
        if let Some(new) = update(committed.as_ref()) {
            let ticket = self.begin(&key, plan)?;
            return self.succeed(&key, ticket, new, plan);
        }
        if plan.revalidate {
            drop(self.revalidate(Ok(Some(key.clone()))));
        }
        Ok(committed.map(|data| (data, key)))
    }

    /// Runs `work`, with an optimistic change meanwhile, and writes its result. Starts at once and runs to
    /// its end, awaited or not; gives the result, without waiting for the fetch that follows.
    /// Same as SWR's `mutate(key, promise, options)`.
    pub fn mutate_async<T: PartialEq + 'static, E: 'static>(
        &self,
        key: impl IntoKey,
        work: impl Future<Output = Result<T, E>> + 'static,
        options: MutatorOptions<T>,
    ) -> Started<Shown<T, E>> {
        Started::erased(self.start_mutation(key.to_key(), erase_future(work), options.plan), typed)
    }

    fn start_mutation(
        &self,
        key: Result<Option<Key>, KeyError>,
        work: LocalFuture<Result<Data, Failure>>,
        plan: Plan,
    ) -> Running {
        let key = match key {
            Ok(Some(key)) => key,
            Ok(None) => return Ok(None).into(),
            Err(error) => return Err(Ended::Key(error)).into(),
        };
        let ticket = match self.begin(&key, &plan) {
            Ok(ticket) => ticket,
            Err(ended) => return Err(ended).into(),
        };
        let (sender, receiver) = oneshot::channel();
        let client = self.clone();
        self.spawn(Box::pin(async move {
            let result = work.await;
            sender.send(client.finish(key, ticket, result, &plan));
        }));
        Running::Mutation(receiver)
    }

    fn finish(
        &self,
        key: Key,
        ticket: MutationTicket,
        result: Result<Data, Failure>,
        plan: &Plan,
    ) -> Outcome {
        match result {
            Ok(value) => self.succeed(&key, ticket, value, plan),
            Err(failure) => {
                let rollback = plan.rollback_on_error;
                self.end(ticket, MutationEnd::Failed { rollback }, plan.revalidate)?;
                Err(Ended::Failed(failure, key))
            }
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
        let end = written.map_or(MutationEnd::Keep, MutationEnd::Write);
        self.end(ticket, end, plan.revalidate)?;
        Ok(Some((result, key.clone())))
    }

    fn begin(&self, key: &Key, plan: &Plan) -> Result<MutationTicket, Ended> {
        let patch = plan.optimistic.clone();
        self.with(|engine, now| engine.begin_mutation(key, patch, now)).ok_or(Ended::Cancelled)
    }

    /// # Errors
    /// When the mutation belongs to a user who is gone.
    fn end(&self, ticket: MutationTicket, end: MutationEnd, revalidate: bool) -> Result<(), Ended> {
        let owned = self.with(|engine, now| engine.end_mutation(ticket, end, revalidate, now));
        if owned == Some(true) { Ok(()) } else { Err(Ended::Cancelled) }
    }

    fn committed(&self, key: &Key) -> Option<Data> {
        self.engine()?.committed(key)
    }
}
