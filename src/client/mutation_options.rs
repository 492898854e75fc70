//! A mutation: what it does, and what else happens with it. TanStack Query's `mutationOptions`.

use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

use super::erase::erase_failure;
use super::mutation::{Callback, Callbacks, Function, MutationContext, Plan, ThrowRule, Told};
use super::optimistic_update::Show;
use super::runtime::LocalFuture;
use crate::engine::erased::Failure;
use crate::engine::key::IntoKey;
use crate::engine::mutation::Value;
use crate::engine::options::{NetworkMode, Retry, RetryDelay};

/// A mutation: what it does, and what else happens with it. Made by [`mutation_options`].
///
/// The defaults are TanStack Query's: no retry, a start that waits while the browser is offline, and a result that is
/// forgotten five minutes after nobody shows it any more.
///
/// ```
/// use std::rc::Rc;
/// use yew_clerk::client::{QueryClient, mutation_options};
/// use yew_clerk::fetch::{self, FetchError};
///
/// # fn example(client: QueryClient) {
/// let add = mutation_options(|text: Rc<String>| fetch::post("/api/notes").json_body(&*text).json::<u64>())
///     .mutation_key(("notes", "add"))
///     .scope("notes")
///     .retry(2)
///     .on_success(move |_, _, ()| { client.invalidate_queries("notes"); });
/// # }
/// ```
pub struct MutationOptions<V, T, E, C = ()> {
    plan: Plan,
    types: PhantomData<fn(V, C) -> (T, E)>,
}

impl<V, T, E, C> Clone for MutationOptions<V, T, E, C> {
    fn clone(&self) -> Self {
        Self { plan: self.plan.clone(), types: PhantomData }
    }
}

/// Describes a mutation. The function gets the variables and returns `Err` to fail. Same as TanStack Query's
/// `mutationOptions`.
pub fn mutation_options<V, T, E, F, Fut>(mutation_fn: F) -> MutationOptions<V, T, E>
where
    V: 'static,
    T: 'static,
    E: 'static,
    F: Fn(Rc<V>) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    mutation_options_with(move |variables, _| mutation_fn(variables))
}

/// [`mutation_options`] for a function that wants its context as well: the client, the key, and the signal that aborts
/// when the mutation is cancelled.
pub fn mutation_options_with<V, T, E, F, Fut>(mutation_fn: F) -> MutationOptions<V, T, E>
where
    V: 'static,
    T: 'static,
    E: 'static,
    F: Fn(Rc<V>, MutationContext) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    let function: Function = Rc::new(move |variables, context| match variables.downcast() {
        Ok(variables) => erase(mutation_fn(variables, context)),
        // Defaults for a mutation with other types.
        Err(_) => Box::pin(std::future::ready(Err(erase_failure(OtherTypes)))),
    });
    MutationOptions { plan: Plan::new(Some(function)), types: PhantomData }
}

/// A mutation whose function the defaults for its key bring: see
/// [`QueryClient::set_mutation_defaults`](super::QueryClient::set_mutation_defaults).
pub fn mutation_options_of<V, T, E>(key: impl IntoKey) -> MutationOptions<V, T, E> {
    let options = MutationOptions { plan: Plan::new(None), types: PhantomData };
    options.mutation_key(key)
}

/// Stands for the error of a function that takes other variables.
pub(crate) struct OtherTypes;

fn erase<T: 'static, E: 'static>(
    running: impl Future<Output = Result<T, E>> + 'static,
) -> LocalFuture<Result<Value, Failure>> {
    Box::pin(async move {
        match running.await {
            Ok(value) => Ok(Rc::new(value) as Value),
            Err(error) => Err(erase_failure(error)),
        }
    })
}

fn value_of<T: 'static>(value: &Value) -> Option<Rc<T>> {
    value.clone().downcast().ok()
}

fn context_of<C: 'static>(told: &Told) -> Option<Rc<C>> {
    told.context.as_ref().and_then(value_of)
}

/// What has come out, if it is of these types.
fn result_of<T: 'static, E: 'static>(told: &Told) -> Option<Result<Rc<T>, Rc<E>>> {
    match told.result.as_ref()? {
        Ok(data) => value_of(data).map(Ok),
        Err(failure) => failure.get().map(Err),
    }
}

pub(crate) fn plain_success<V: 'static, T: 'static, C: 'static>(
    callback: impl Fn(&T, &V, &C) + 'static,
) -> Rc<dyn Fn(&Told)> {
    Rc::new(move |told| {
        if let Some(Ok(data)) = &told.result
            && let (Some(data), Some(variables), Some(context)) =
                (value_of(data), value_of(&told.variables), context_of(told))
        {
            callback(&data, &variables, &context);
        }
    })
}

pub(crate) fn plain_error<V: 'static, E: 'static, C: 'static>(
    callback: impl Fn(&E, &V, Option<&C>) + 'static,
) -> Rc<dyn Fn(&Told)> {
    Rc::new(move |told| {
        if let Some(Err(failure)) = &told.result
            && let (Some(error), Some(variables)) = (failure.get(), value_of(&told.variables))
        {
            callback(&error, &variables, context_of(told).as_deref());
        }
    })
}

pub(crate) fn plain_settled<V: 'static, T: 'static, E: 'static, C: 'static>(
    callback: impl Fn(Result<&T, &E>, &V, Option<&C>) + 'static,
) -> Rc<dyn Fn(&Told)> {
    Rc::new(move |told| {
        if let (Some(result), Some(variables)) = (result_of(told), value_of(&told.variables)) {
            let result = result.as_deref().map_err(|error| &**error);
            callback(result, &variables, context_of(told).as_deref());
        }
    })
}

fn fails<E: 'static>(
    running: impl Future<Output = Result<(), E>> + 'static,
) -> LocalFuture<Result<(), Failure>> {
    Box::pin(async move { running.await.map_err(erase_failure) })
}

fn nothing() -> LocalFuture<Result<(), Failure>> {
    Box::pin(std::future::ready(Ok(())))
}

impl<V: 'static, T: 'static, E: 'static> MutationOptions<V, T, E> {
    /// Called before the function, also when that has to wait for the network; what it returns is handed to the other
    /// callbacks. The place for an optimistic change. To be set before them. Same as TanStack Query's `onMutate`.
    #[must_use]
    pub fn on_mutate<C: 'static>(
        self,
        callback: impl Fn(&V) -> C + 'static,
    ) -> MutationOptions<V, T, E, C> {
        self.begin_with(move |variables: Rc<V>| {
            let context: Value = Rc::new(callback(&variables));
            Box::pin(std::future::ready(Ok(context)))
        })
    }

    /// [`MutationOptions::on_mutate`] that is awaited. With `Err` the mutation fails: the function is not called, and
    /// `on_error` and `on_settled` get no context.
    #[must_use]
    pub fn on_mutate_async<C: 'static, Fut>(
        self,
        callback: impl Fn(Rc<V>) -> Fut + 'static,
    ) -> MutationOptions<V, T, E, C>
    where
        Fut: Future<Output = Result<C, E>> + 'static,
    {
        self.begin_with(move |variables| erase(callback(variables)))
    }

    fn begin_with<C>(
        self,
        callback: impl Fn(Rc<V>) -> LocalFuture<Result<Value, Failure>> + 'static,
    ) -> MutationOptions<V, T, E, C> {
        let on_mutate = move |variables: Value| match variables.downcast() {
            Ok(variables) => callback(variables),
            Err(_) => Box::pin(std::future::ready(Err(erase_failure(OtherTypes)))),
        };
        let callbacks = Callbacks { on_mutate: Some(Rc::new(on_mutate)), ..Callbacks::default() };
        MutationOptions { plan: Plan { callbacks, ..self.plan }, types: PhantomData }
    }
}

impl<V: 'static, T: 'static, E: 'static, C: 'static> MutationOptions<V, T, E, C> {
    /// Called with the result. Same as TanStack Query's `onSuccess`.
    #[must_use]
    pub fn on_success(mut self, callback: impl Fn(&T, &V, &C) + 'static) -> Self {
        self.plan.callbacks.on_success = Some(Callback::Plain(plain_success(callback)));
        self
    }

    /// [`MutationOptions::on_success`] that is awaited: the mutation is pending until it has finished. With `Err` the
    /// mutation has failed after all, as when a callback of TanStack Query's throws.
    #[must_use]
    pub fn on_success_async<Fut>(
        mut self,
        callback: impl Fn(Rc<T>, Rc<V>, Rc<C>) -> Fut + 'static,
    ) -> Self
    where
        Fut: Future<Output = Result<(), E>> + 'static,
    {
        let callback = move |told: &Told| match &told.result {
            Some(Ok(data)) => match (value_of(data), value_of(&told.variables), context_of(told)) {
                (Some(data), Some(variables), Some(context)) => {
                    fails(callback(data, variables, context))
                }
                _ => nothing(),
            },
            _ => nothing(),
        };
        self.plan.callbacks.on_success = Some(Callback::Awaited(Rc::new(callback)));
        self
    }

    /// Called with the error. There is no context if `on_mutate` has failed. Same as TanStack Query's `onError`.
    #[must_use]
    pub fn on_error(mut self, callback: impl Fn(&E, &V, Option<&C>) + 'static) -> Self {
        self.plan.callbacks.on_error = Some(Callback::Plain(plain_error(callback)));
        self
    }

    /// [`MutationOptions::on_error`] that is awaited. Differs from TanStack Query: it has no way to fail, so there is
    /// nothing to be reported out of band.
    #[must_use]
    pub fn on_error_async<Fut>(
        mut self,
        callback: impl Fn(Rc<E>, Rc<V>, Option<Rc<C>>) -> Fut + 'static,
    ) -> Self
    where
        Fut: Future<Output = ()> + 'static,
    {
        let callback = move |told: &Told| match &told.result {
            Some(Err(failure)) => match (failure.get(), value_of(&told.variables)) {
                (Some(error), Some(variables)) => {
                    let running = callback(error, variables, context_of(told));
                    Box::pin(async move {
                        running.await;
                        Ok(())
                    })
                }
                _ => nothing(),
            },
            _ => nothing(),
        };
        self.plan.callbacks.on_error = Some(Callback::Awaited(Rc::new(callback)));
        self
    }

    /// Called in the end, with either. There is no context if `on_mutate` has failed. Same as TanStack Query's
    /// `onSettled`.
    #[must_use]
    pub fn on_settled(
        mut self,
        callback: impl Fn(Result<&T, &E>, &V, Option<&C>) + 'static,
    ) -> Self {
        self.plan.callbacks.on_settled = Some(Callback::Plain(plain_settled(callback)));
        self
    }

    /// [`MutationOptions::on_settled`] that is awaited. With `Err` after a success the mutation has failed after all:
    /// `on_error` and this are called with that error. After a failure, that failure stays the error.
    #[must_use]
    pub fn on_settled_async<Fut>(
        mut self,
        callback: impl Fn(Result<Rc<T>, Rc<E>>, Rc<V>, Option<Rc<C>>) -> Fut + 'static,
    ) -> Self
    where
        Fut: Future<Output = Result<(), E>> + 'static,
    {
        let callback = move |told: &Told| match (result_of(told), value_of(&told.variables)) {
            (Some(result), Some(variables)) => fails(callback(result, variables, context_of(told))),
            _ => nothing(),
        };
        self.plan.callbacks.on_settled = Some(Callback::Awaited(Rc::new(callback)));
        self
    }

    /// Called when the mutation was cancelled by [`MutationHandle::cancel`](super::MutationHandle::cancel): the place to
    /// take an optimistic change back. None of the other callbacks is called then. Ours.
    #[must_use]
    pub fn on_cancel(mut self, callback: impl Fn(&V, Option<&C>) + 'static) -> Self {
        self.plan.callbacks.on_cancel = Some(Callback::Plain(Rc::new(move |told| {
            if let Some(variables) = value_of(&told.variables) {
                callback(&variables, context_of(told).as_deref());
            }
        })));
        self
    }
}

impl<V, T, E, C> MutationOptions<V, T, E, C> {
    /// The key: what filters and defaults know the mutation by. Default: none. Same as TanStack Query's
    /// `mutationKey`. A key that cannot be encoded makes calls fail.
    #[must_use]
    pub fn mutation_key(mut self, key: impl IntoKey) -> Self {
        self.plan.key = key.to_key();
        self
    }

    /// Mutations of one scope run one after the other, in the order of their calls, whether they fail or not. Default:
    /// none, they run side by side. Same as TanStack Query's `scope: { id }`.
    #[must_use]
    pub fn scope(mut self, id: impl Into<Rc<str>>) -> Self {
        self.plan.scope = Some(id.into());
        self
    }

    /// How often a failure is tried again. Default: 0. Errors that cannot get better by themselves, like a 404, are
    /// not. Differs from TanStack Query's `retry`, which retries those as well.
    #[must_use]
    pub fn retry(mut self, times: u32) -> Self {
        self.plan.retry = Some(Retry { limit: Some(times), when: None });
        self
    }

    /// The wait before a retry. Default: 1 s, 2 s, 4 s … 30 s. Same as TanStack Query's `retryDelay`.
    #[must_use]
    pub fn retry_delay(mut self, delay: Duration) -> Self {
        self.plan.retry_delay = Some(RetryDelay::Fixed(delay));
        self
    }

    /// What being offline does. Default: the mutation waits; `on_mutate` has been called by then. Same as TanStack
    /// Query's `networkMode`.
    #[must_use]
    pub fn network_mode(mut self, mode: NetworkMode) -> Self {
        self.plan.network_mode = Some(mode);
        self
    }

    /// How long [`use_mutation_state`](crate::hooks::use_mutation_state) sees the mutation after it has ended and its
    /// component is gone. Default: 5 minutes. Same as TanStack Query's `gcTime`.
    #[must_use]
    pub fn gc_time(mut self, gc_time: Duration) -> Self {
        self.plan.gc_time = Some(gc_time);
        self
    }

    /// Anything that the function, callbacks for all mutations, or a filter want to know of the mutation. Default: none.
    /// Same as TanStack Query's `meta`.
    #[must_use]
    pub fn meta<M: 'static>(mut self, meta: M) -> Self {
        self.plan.meta = Some(Rc::new(meta));
        self
    }

    /// Whether an error is for the [`QueryErrorBoundary`](crate::components::QueryErrorBoundary) around. Default: false.
    /// Without a boundary around it has no effect. Same as TanStack Query's `throwOnError`.
    #[must_use]
    pub fn throw_on_error(mut self, throw: bool) -> Self {
        self.plan.throw_on_error = throw.then(|| -> ThrowRule { Rc::new(|_| true) });
        self
    }

    pub(super) fn showing(mut self, show: Show) -> Self {
        self.plan.shows.push(show);
        self
    }

    pub(crate) fn throw_rule(&self) -> Option<ThrowRule> {
        self.plan.throw_on_error.clone()
    }

    pub(crate) fn into_plan(self) -> Plan {
        self.plan
    }
}

impl<V, T, E: 'static, C> MutationOptions<V, T, E, C> {
    /// Decides by the number of failures before this one (from 0) and the error whether to try again.
    #[must_use]
    pub fn retry_when(mut self, rule: impl Fn(u32, &E) -> bool + 'static) -> Self {
        let when = move |count, failure: &Failure| {
            failure.downcast_ref().is_some_and(|error| rule(count, error))
        };
        self.plan.retry = Some(Retry { limit: None, when: Some(Rc::new(when)) });
        self
    }

    /// [`MutationOptions::throw_on_error`] that decides by the error.
    #[must_use]
    pub fn throw_on_error_when(mut self, rule: impl Fn(&E) -> bool + 'static) -> Self {
        let rule = move |failure: &Failure| failure.downcast_ref().is_some_and(&rule);
        self.plan.throw_on_error = Some(Rc::new(rule));
        self
    }

    /// Computes the wait from the number of failures before this one (from 0) and the error.
    #[must_use]
    pub fn retry_delay_with(
        mut self,
        delay: impl Fn(u32, Option<&E>) -> Duration + 'static,
    ) -> Self {
        let delay = move |count, failure: &Failure| delay(count, failure.downcast_ref());
        self.plan.retry_delay = Some(RetryDelay::With(Rc::new(delay)));
        self
    }
}
