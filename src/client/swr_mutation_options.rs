//! The options of `use_swr_mutation`.

use std::marker::PhantomData;
use std::rc::Rc;

use super::mutator_options::{Plan, PopulateCache, Rollback};
use crate::engine::callbacks::{OnError, OnSuccess};
use crate::engine::erased::{Data, Failure};
use crate::engine::key::Key;
use crate::engine::optimistic::Patch;

/// What a trigger does, after all options.
pub(crate) struct TriggerPlan {
    pub mutation: Plan,
    pub on_success: Option<OnSuccess>,
    pub on_error: Option<OnError>,
}

impl Default for TriggerPlan {
    fn default() -> Self {
        let mutation = Plan { populate_cache: PopulateCache::No, ..Plan::default() };
        Self { mutation, on_success: None, on_error: None }
    }
}

/// The options for code that is compiled once for all types: what was set, to be laid over other options.
pub(crate) type Changes = Vec<Rc<dyn Fn(&mut TriggerPlan)>>;

/// The options of `use_swr_mutation`, and of a single trigger. `T` is what the mutation gives; what the key holds
/// may be of another type. Same as SWR's `SWRMutationConfiguration`.
///
/// ```
/// use std::rc::Rc;
/// use yew_clerk::client::SwrMutationOptions;
/// use yew_clerk::fetch::FetchError;
///
/// // The server answers with the new note; the key holds the list.
/// let options = SwrMutationOptions::<String, FetchError>::new()
///     .populate_cache_with(|note, list: Option<Rc<Vec<String>>>| {
///         let mut list = list.map_or_else(Vec::new, |list| (*list).clone());
///         list.push((*note).clone());
///         list
///     })
///     .revalidate(false)
///     .on_error(|error, key| println!("{key}: {error}"));
/// ```
pub struct SwrMutationOptions<T, E> {
    pub(crate) changes: Changes,
    types: PhantomData<fn() -> (T, E)>,
}

impl<T, E> Clone for SwrMutationOptions<T, E> {
    fn clone(&self) -> Self {
        Self { changes: self.changes.clone(), types: PhantomData }
    }
}

impl<T, E> Default for SwrMutationOptions<T, E> {
    fn default() -> Self {
        Self { changes: Vec::new(), types: PhantomData }
    }
}

impl<T: 'static, E: 'static> SwrMutationOptions<T, E> {
    /// Nothing set: SWR's defaults, or for a trigger those of its hook.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn set(mut self, change: impl Fn(&mut TriggerPlan) + 'static) -> Self {
        self.changes.push(Rc::new(change));
        self
    }

    /// Sets what has its final form in a plan of its own, made once.
    fn set_plan(self, make: impl FnOnce(&mut Plan), take: fn(&mut Plan, &Plan)) -> Self {
        let mut made = Plan::default();
        make(&mut made);
        self.set(move |plan| take(&mut plan.mutation, &made))
    }

    /// Whether the components that show the key fetch it in the end. Default: true. Same as SWR's `revalidate`.
    #[must_use]
    pub fn revalidate(self, revalidate: bool) -> Self {
        self.set(move |plan| plan.mutation.revalidate = revalidate.into())
    }

    /// Decides by the key's data and the key whether to fetch in the end. The function must not use the client.
    /// Same as SWR's `revalidate` with a function.
    #[must_use]
    pub fn revalidate_with<C: 'static>(
        self,
        rule: impl Fn(Option<&C>, &Key) -> bool + 'static,
    ) -> Self {
        self.set_plan(
            |plan| plan.revalidate_with(rule),
            |plan, made| plan.revalidate = made.revalidate.clone(),
        )
    }

    /// Whether to write the result under the key. Default: false. Same as SWR's `populateCache`.
    #[must_use]
    pub fn populate_cache(self, populate: bool) -> Self {
        self.set(move |plan| plan.mutation.populate(populate))
    }

    /// Computes what to write under the key from the result and the key's data without optimistic changes. Same
    /// as SWR's `populateCache` with a function.
    #[must_use]
    pub fn populate_cache_with<C: PartialEq + 'static>(
        self,
        populate: impl Fn(Rc<T>, Option<Rc<C>>) -> C + 'static,
    ) -> Self {
        self.set_plan(
            |plan| plan.populate_with(populate),
            |plan, made| plan.populate_cache = made.populate_cache.clone(),
        )
    }

    /// What the key shows at once, until the result is there. Default: nothing. Same as SWR's `optimisticData`.
    #[must_use]
    pub fn optimistic_data<C: PartialEq + 'static>(self, data: C) -> Self {
        let data = Data::new(data);
        self.set(move |plan| plan.mutation.optimistic = Some(Patch::Value(data.clone())))
    }

    /// Computes what the key shows at once from its committed and its displayed data. As
    /// [`MutatorOptions::optimistic_data_with`](super::MutatorOptions::optimistic_data_with).
    #[must_use]
    pub fn optimistic_data_with<C: PartialEq + 'static>(
        self,
        change: impl Fn(Option<Rc<C>>, Option<Rc<C>>) -> C + 'static,
    ) -> Self {
        self.set_plan(
            |plan| plan.optimistic_with(change),
            |plan, made| plan.optimistic = made.optimistic.clone(),
        )
    }

    /// Whether a failure takes back the optimistic change. Default: true. Same as SWR's `rollbackOnError`.
    #[must_use]
    pub fn rollback_on_error(self, rollback: bool) -> Self {
        self.set(move |plan| {
            plan.mutation.rollback_on_error = if rollback { Rollback::Yes } else { Rollback::No };
        })
    }

    /// Decides by the error. Same as SWR's `rollbackOnError` with a function.
    #[must_use]
    pub fn rollback_on_error_with(self, rule: impl Fn(&E) -> bool + 'static) -> Self {
        self.set_plan(
            |plan| plan.rollback_with(rule),
            |plan, made| plan.rollback_on_error = made.rollback_on_error.clone(),
        )
    }

    /// Whether who awaits the trigger is told of a failure. Default: true. With `false` they get `Ok(None)`; the
    /// hook's `error` is set all the same. Same as SWR's `throwOnError`.
    #[must_use]
    pub fn throw_on_error(self, throw: bool) -> Self {
        self.set(move |plan| plan.mutation.throw_on_error = throw)
    }

    /// Called with the result and the key, if no other trigger and no reset has come since. Same as SWR's
    /// `onSuccess`.
    #[must_use]
    pub fn on_success(self, callback: impl Fn(Rc<T>, &Key) + 'static) -> Self {
        let callback: OnSuccess = Rc::new(move |data: &Data, key: &Key| {
            if let Some(data) = data.get() {
                callback(data, key);
            }
        });
        self.set(move |plan| plan.on_success = Some(callback.clone()))
    }

    /// Called with the error and the key, if no other trigger and no reset has come since. Same as SWR's
    /// `onError`.
    #[must_use]
    pub fn on_error(self, callback: impl Fn(Rc<E>, &Key) + 'static) -> Self {
        let callback: OnError = Rc::new(move |failure: &Failure, key: &Key| {
            if let Some(error) = failure.get() {
                callback(error, key);
            }
        });
        self.set(move |plan| plan.on_error = Some(callback.clone()))
    }
}
