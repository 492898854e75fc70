//! The options of `mutate`.

use std::marker::PhantomData;
use std::rc::Rc;

use crate::engine::erased::{Data, Failure};
use crate::engine::infinite::PageRule;
use crate::engine::key::Key;
use crate::engine::optimistic::Patch;
use crate::engine::writing::Revalidate;

/// Computes what to write from the result and the committed data.
pub(crate) type Populate = Rc<dyn Fn(Data, Option<Data>) -> Option<Data>>;

#[derive(Clone)]
pub(crate) enum PopulateCache {
    Yes,
    No,
    With(Populate),
}

#[derive(Clone)]
pub(crate) enum Rollback {
    Yes,
    No,
    With(Rc<dyn Fn(&Failure) -> bool>),
}

impl Rollback {
    pub fn is_wanted(&self, failure: &Failure) -> bool {
        match self {
            Self::Yes => true,
            Self::No => false,
            Self::With(rule) => rule(failure),
        }
    }
}

/// The options for code that is compiled once for all types.
#[derive(Clone)]
pub(crate) struct Plan {
    pub revalidate: Revalidate,
    pub rollback_on_error: Rollback,
    pub populate_cache: PopulateCache,
    pub optimistic: Option<Patch>,
    pub throw_on_error: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            revalidate: Revalidate::Yes,
            rollback_on_error: Rollback::Yes,
            populate_cache: PopulateCache::Yes,
            optimistic: None,
            throw_on_error: true,
        }
    }
}

/// The setters that `mutate` and `use_swr_mutation` share, for their erased forms.
impl Plan {
    pub fn revalidate_with<T: 'static>(
        &mut self,
        rule: impl Fn(Option<&T>, &Key) -> bool + 'static,
    ) {
        let rule = move |data: Option<&Data>, key: &Key| {
            rule(data.and_then(Data::get::<T>).as_deref(), key)
        };
        self.revalidate = Revalidate::With(Rc::new(rule));
    }

    pub fn rollback_with<E: 'static>(&mut self, rule: impl Fn(&E) -> bool + 'static) {
        let rule = move |failure: &Failure| failure.downcast_ref().is_none_or(&rule);
        self.rollback_on_error = Rollback::With(Rc::new(rule));
    }

    pub fn populate(&mut self, populate: bool) {
        self.populate_cache = if populate { PopulateCache::Yes } else { PopulateCache::No };
    }

    /// `R` is what the mutation gives, `T` what the key holds.
    pub fn populate_with<R: 'static, T: PartialEq + 'static>(
        &mut self,
        populate: impl Fn(Rc<R>, Option<Rc<T>>) -> T + 'static,
    ) {
        let populate = move |result: Data, committed: Option<Data>| {
            let committed = committed.as_ref().and_then(Data::get);
            Some(Data::new(populate(result.get()?, committed)))
        };
        self.populate_cache = PopulateCache::With(Rc::new(populate));
    }

    pub fn optimistic_with<T: PartialEq + 'static>(
        &mut self,
        change: impl Fn(Option<Rc<T>>, Option<Rc<T>>) -> T + 'static,
    ) {
        let typed = |data: Option<&Data>| data.and_then(Data::get::<T>);
        self.optimistic = Some(Patch::Change(Rc::new(move |committed, displayed| {
            Some(Data::new(change(typed(committed), typed(displayed))))
        })));
    }
}

/// The options of `mutate`. Same as SWR's `MutatorOptions`.
///
/// ```
/// use yew_clerk::client::MutatorOptions;
/// use yew_clerk::fetch::FetchError;
///
/// let options = MutatorOptions::<Vec<String>>::new()
///     .optimistic_data_with(|_committed, displayed| {
///         let mut list = displayed.map_or_else(Vec::new, |list| (*list).clone());
///         list.push("new".to_owned());
///         list
///     })
///     .rollback_on_error_with(|error: &FetchError| !error.is_retryable())
///     .revalidate_with(|list, _key| list.is_none_or(|list| list.len() < 100));
/// ```
pub struct MutatorOptions<T> {
    pub(crate) plan: Plan,
    /// Which pages of a list to fetch in the end.
    pub(super) pages: Option<PageRule>,
    types: PhantomData<fn(T) -> T>,
}

impl<T> Clone for MutatorOptions<T> {
    fn clone(&self) -> Self {
        Self { plan: self.plan.clone(), pages: self.pages.clone(), types: PhantomData }
    }
}

impl<T> Default for MutatorOptions<T> {
    fn default() -> Self {
        Self { plan: Plan::default(), pages: None, types: PhantomData }
    }
}

impl<T: PartialEq + 'static> MutatorOptions<T> {
    /// SWR's defaults: write the result, fetch once more, roll back on error.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) const fn revalidates(&self) -> bool {
        !matches!(self.plan.revalidate, Revalidate::No)
    }

    fn set(mut self, change: impl FnOnce(&mut Plan)) -> Self {
        change(&mut self.plan);
        self
    }

    /// Whether to fetch once more in the end. Default: true. Same as SWR's `revalidate`.
    ///
    /// Differs from SWR: while other mutations of the key run, the fetch waits for the last of them, since its
    /// answer would not contain what they do.
    #[must_use]
    pub fn revalidate(self, revalidate: bool) -> Self {
        self.set(|plan| plan.revalidate = revalidate.into())
    }

    /// Decides by the data that is shown in the end, and the key, whether to fetch once more. The function must
    /// not use the client. Same as SWR's `revalidate` with a function.
    #[must_use]
    pub fn revalidate_with(self, rule: impl Fn(Option<&T>, &Key) -> bool + 'static) -> Self {
        self.set(|plan| plan.revalidate_with(rule))
    }

    /// Whether a failure takes back the optimistic change. Default: true. Same as SWR's `rollbackOnError`.
    ///
    /// Differs from SWR: the failure of a mutation that a newer one has overtaken takes back its own change,
    /// and nothing of the newer one's.
    #[must_use]
    pub fn rollback_on_error(self, rollback: bool) -> Self {
        self.set(|plan| {
            plan.rollback_on_error = if rollback { Rollback::Yes } else { Rollback::No };
        })
    }

    /// Decides by the error. An error of another type than the function's takes the change back. Same as SWR's
    /// `rollbackOnError` with a function.
    #[must_use]
    pub fn rollback_on_error_with<E: 'static>(self, rule: impl Fn(&E) -> bool + 'static) -> Self {
        self.set(|plan| plan.rollback_with(rule))
    }

    /// Whether the caller is told of a failure. Default: true. With `false` the caller gets `Ok(None)`, save when
    /// a newer mutation has begun meanwhile. Same as SWR's `throwOnError`.
    #[must_use]
    pub fn throw_on_error(self, throw: bool) -> Self {
        self.set(|plan| plan.throw_on_error = throw)
    }

    /// Whether to write the result. Default: true. Same as SWR's `populateCache`.
    #[must_use]
    pub fn populate_cache(self, populate: bool) -> Self {
        self.set(|plan| plan.populate(populate))
    }

    /// Computes what to write from the result and the data without optimistic changes. Same as SWR's
    /// `populateCache` with a function.
    #[must_use]
    pub fn populate_cache_with(
        self,
        populate: impl Fn(Rc<T>, Option<Rc<T>>) -> T + 'static,
    ) -> Self {
        self.set(|plan| plan.populate_with(populate))
    }

    /// Shown at once, until the result is there, or that of a newer mutation. Default: nothing. Same as SWR's
    /// `optimisticData`.
    #[must_use]
    pub fn optimistic_data(self, data: T) -> Self {
        self.set(|plan| plan.optimistic = Some(Patch::Value(Data::new(data))))
    }

    /// Computes what to show at once from the committed data (without any optimistic change) and from the
    /// displayed data (with those of the mutations that began before). Same as SWR's `optimisticData` with a
    /// function.
    ///
    /// Differs from SWR: the function is asked again whenever what lies below changes, so that several optimistic
    /// changes add up when each starts from `displayed`. It must not use the client.
    #[must_use]
    pub fn optimistic_data_with(
        self,
        change: impl Fn(Option<Rc<T>>, Option<Rc<T>>) -> T + 'static,
    ) -> Self {
        self.set(|plan| plan.optimistic_with(change))
    }

    /// [`MutatorOptions::optimistic_data_with`] from the displayed data alone.
    #[must_use]
    pub fn optimistic_with(self, change: impl Fn(Option<Rc<T>>) -> T + 'static) -> Self {
        let change = move |_: Option<&Data>, displayed: Option<&Data>| {
            Some(Data::new(change(displayed.and_then(Data::get))))
        };
        self.set(|plan| plan.optimistic = Some(Patch::Change(Rc::new(change))))
    }
}
