//! SWR's `mutate`: write, revalidate, or both, with an optimistic change in between.

use std::future::Future;
use std::rc::Rc;

use futures_channel::oneshot;

use super::driver::QueryClient;
use super::error::QueryError;
use super::imperative::{typed_data, typed_failure};
use super::started::Started;
use crate::engine::effect::{Answer, Waiter};
use crate::engine::erased::Data;
use crate::engine::key::{IntoKey, Key};
use crate::engine::optimistic::Patch;
use crate::engine::writing::{MutationEnd, MutationTicket};

type Populate<T> = Rc<dyn Fn(Rc<T>, Option<Rc<T>>) -> T>;

enum PopulateCache<T> {
    Yes,
    No,
    With(Populate<T>),
}

/// The options of `mutate`. Same as SWR's `MutatorOptions`.
pub struct MutatorOptions<T> {
    revalidate: bool,
    rollback_on_error: bool,
    populate_cache: PopulateCache<T>,
    optimistic: Option<Patch>,
}

impl<T> Default for MutatorOptions<T> {
    fn default() -> Self {
        Self {
            revalidate: true,
            rollback_on_error: true,
            populate_cache: PopulateCache::Yes,
            optimistic: None,
        }
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
        self.revalidate = revalidate;
        self
    }

    /// Whether a failure takes back the optimistic change. Default: true.
    #[must_use]
    pub fn rollback_on_error(mut self, rollback: bool) -> Self {
        self.rollback_on_error = rollback;
        self
    }

    /// Whether to write the result. Default: true.
    #[must_use]
    pub fn populate_cache(mut self, populate: bool) -> Self {
        self.populate_cache = if populate {
            PopulateCache::Yes
        } else {
            PopulateCache::No
        };
        self
    }

    /// Computes what to write from the result and the data without optimistic changes.
    #[must_use]
    pub fn populate_cache_with(
        mut self,
        populate: impl Fn(Rc<T>, Option<Rc<T>>) -> T + 'static,
    ) -> Self {
        self.populate_cache = PopulateCache::With(Rc::new(populate));
        self
    }

    /// Shown at once, until the result is there. Default: nothing.
    #[must_use]
    pub fn optimistic_data(mut self, data: T) -> Self {
        let data = Data::new(data);
        self.optimistic = Some(Rc::new(move |_| Some(data.clone())));
        self
    }

    /// Computes what to show from what lies below. Asked again whenever that changes, so that it may lie over
    /// another mutation's change.
    #[must_use]
    pub fn optimistic_with(mut self, patch: impl Fn(Option<Rc<T>>) -> T + 'static) -> Self {
        self.optimistic = Some(Rc::new(move |below| {
            Some(Data::new(patch(below.and_then(Data::get::<T>))))
        }));
        self
    }
}

type Shown<T, E> = Result<Option<Rc<T>>, QueryError<E>>;

impl QueryClient {
    /// Fetches a key through the component that shows it, deduping or not; gives the new data. Starts at
    /// once, awaited or not. If nobody shows the key, it is fetched when somebody does.
    /// Same as SWR's `mutate(key)`.
    pub fn mutate<T: 'static, E: 'static>(&self, key: impl IntoKey) -> Started<Shown<T, E>> {
        let key = key.to_key();
        let (waiter, receiver) = Waiter::new();
        if let Ok(Some(key)) = &key {
            let key = key.clone();
            self.run(move |engine, now| engine.revalidate(&key, waiter, now));
        }
        Started::new(async move {
            match key.map_err(QueryError::Key)? {
                None => Ok(None),
                Some(key) => answer(receiver.await, &key),
            }
        })
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
        let result = self.update_now(key, update, options);
        Started::new(std::future::ready(result))
    }

    fn update_now<T: PartialEq + 'static, E: 'static>(
        &self,
        key: impl IntoKey,
        update: impl FnOnce(Option<&T>) -> Option<T>,
        options: MutatorOptions<T>,
    ) -> Shown<T, E> {
        let Some(key) = key.to_key().map_err(QueryError::Key)? else {
            return Ok(None);
        };
        let committed = self.committed::<T>(&key);
        match update(committed.as_deref()) {
            Some(new) => {
                let ticket = self.begin(&key, &options)?;
                self.succeed(&key, ticket, new, &options).map(Some)
            }
            None => {
                if options.revalidate {
                    drop(self.mutate::<T, E>(key));
                }
                Ok(committed)
            }
        }
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
        let key = match key.to_key() {
            Ok(Some(key)) => key,
            Ok(None) => return Started::new(std::future::ready(Ok(None))),
            Err(error) => return Started::new(std::future::ready(Err(QueryError::Key(error)))),
        };
        let (sender, receiver) = oneshot::channel();
        let started = self.begin(&key, &options);
        let client = self.clone();
        self.spawn(Box::pin(async move {
            let result = match started {
                Ok(ticket) => client.finish(&key, ticket, work.await, &options),
                Err(error) => Err(error),
            };
            drop(sender.send(result));
        }));
        Started::new(async move { receiver.await.unwrap_or(Err(QueryError::Cancelled)) })
    }

    fn finish<T: PartialEq + 'static, E: 'static>(
        &self,
        key: &Key,
        ticket: MutationTicket,
        result: Result<T, E>,
        options: &MutatorOptions<T>,
    ) -> Shown<T, E> {
        match result {
            Ok(value) => self.succeed(key, ticket, value, options).map(Some),
            Err(error) => {
                let rollback = options.rollback_on_error;
                self.end(ticket, MutationEnd::Failed { rollback }, options.revalidate)?;
                Err(QueryError::Failed(Rc::new(error)))
            }
        }
    }

    /// The result goes to the caller whatever becomes of the fetch that follows: a mutation that has succeeded
    /// must not look like one that has failed.
    fn succeed<T: PartialEq + 'static, E>(
        &self,
        key: &Key,
        ticket: MutationTicket,
        result: T,
        options: &MutatorOptions<T>,
    ) -> Result<Rc<T>, QueryError<E>> {
        let result = Rc::new(result);
        let is_owned = self.engine().is_some_and(|engine| engine.is_owned(&ticket));
        let end = match &options.populate_cache {
            PopulateCache::Yes => MutationEnd::Write(Data::from_rc(result.clone())),
            // The data is a new user's: the function may not see it.
            PopulateCache::With(_) if !is_owned => MutationEnd::Keep,
            PopulateCache::With(populate) => {
                MutationEnd::Write(Data::new(populate(result.clone(), self.committed(key))))
            }
            PopulateCache::No => MutationEnd::Keep,
        };
        self.end(ticket, end, options.revalidate)?;
        Ok(result)
    }

    fn begin<T, E>(
        &self,
        key: &Key,
        options: &MutatorOptions<T>,
    ) -> Result<MutationTicket, QueryError<E>> {
        let patch = options.optimistic.clone();
        self.with(|engine, now| engine.begin_mutation(key, patch, now))
            .ok_or(QueryError::Cancelled)
    }

    /// # Errors
    /// When the mutation belongs to a user who is gone.
    fn end<E>(
        &self,
        ticket: MutationTicket,
        end: MutationEnd,
        revalidate: bool,
    ) -> Result<(), QueryError<E>> {
        let owned = self.with(|engine, now| engine.end_mutation(ticket, end, revalidate, now));
        if owned == Some(true) {
            Ok(())
        } else {
            Err(QueryError::Cancelled)
        }
    }

    fn committed<T: 'static>(&self, key: &Key) -> Option<Rc<T>> {
        self.engine()?.committed(key)?.get()
    }
}

fn answer<T: 'static, E: 'static>(
    answer: Result<Answer, oneshot::Canceled>,
    key: &Key,
) -> Shown<T, E> {
    match answer {
        Ok(Answer::Data(data)) => {
            let typed = data.map(|data| typed_data(&data, key)).transpose();
            typed.map_err(QueryError::TypeMismatch)
        }
        Ok(Answer::Failed(failure)) => Err(typed_failure(&failure, key)),
        Ok(Answer::Cancelled) | Err(_) => Err(QueryError::Cancelled),
    }
}
