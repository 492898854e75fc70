//! A mutation: what it does, and what else happens with it.

use std::future::Future;
use std::rc::Rc;

use crate::client::runtime::LocalFuture;

type MutationFn<V, T, E> = Rc<dyn Fn(Rc<V>) -> LocalFuture<Result<T, E>>>;
type OnMutate<V, C> = Rc<dyn Fn(&V) -> C>;
type OnSuccess<V, T, C> = Rc<dyn Fn(&T, &V, &C)>;
type OnError<V, E, C> = Rc<dyn Fn(&E, &V, &C)>;
type OnSettled<V, T, E, C> = Rc<dyn Fn(Result<&T, &E>, &V, &C)>;

/// A mutation: what it does, and what else happens with it. Made by [`mutation_options`].
pub struct MutationOptions<V, T, E, C = ()> {
    mutation_fn: MutationFn<V, T, E>,
    on_mutate: OnMutate<V, C>,
    on_success: Option<OnSuccess<V, T, C>>,
    on_error: Option<OnError<V, E, C>>,
    on_settled: Option<OnSettled<V, T, E, C>>,
}

impl<V, T, E, C> Clone for MutationOptions<V, T, E, C> {
    fn clone(&self) -> Self {
        Self {
            mutation_fn: self.mutation_fn.clone(),
            on_mutate: self.on_mutate.clone(),
            on_success: self.on_success.clone(),
            on_error: self.on_error.clone(),
            on_settled: self.on_settled.clone(),
        }
    }
}

/// Describes a mutation. The function gets the variables and returns `Err` to fail. Same as TanStack Query's
/// `mutationOptions`.
pub fn mutation_options<V, T, E, F, Fut>(mutation_fn: F) -> MutationOptions<V, T, E>
where
    V: 'static,
    F: Fn(Rc<V>) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    MutationOptions {
        mutation_fn: Rc::new(move |variables| Box::pin(mutation_fn(variables))),
        on_mutate: Rc::new(|_| ()),
        on_success: None,
        on_error: None,
        on_settled: None,
    }
}

impl<V: 'static, T: 'static, E: 'static> MutationOptions<V, T, E> {
    /// Called before the function; what it returns is handed to the other callbacks. The place for an optimistic
    /// change. To be set first. Same as TanStack Query's `onMutate`.
    #[must_use]
    pub fn on_mutate<C: 'static>(
        self,
        callback: impl Fn(&V) -> C + 'static,
    ) -> MutationOptions<V, T, E, C> {
        MutationOptions {
            mutation_fn: self.mutation_fn,
            on_mutate: Rc::new(callback),
            on_success: None,
            on_error: None,
            on_settled: None,
        }
    }
}

impl<V: 'static, T: 'static, E: 'static, C: 'static> MutationOptions<V, T, E, C> {
    /// Called with the result. Same as TanStack Query's `onSuccess`.
    #[must_use]
    pub fn on_success(mut self, callback: impl Fn(&T, &V, &C) + 'static) -> Self {
        self.on_success = Some(Rc::new(callback));
        self
    }

    /// Called with the error. Same as TanStack Query's `onError`.
    #[must_use]
    pub fn on_error(mut self, callback: impl Fn(&E, &V, &C) + 'static) -> Self {
        self.on_error = Some(Rc::new(callback));
        self
    }

    /// Called in the end, with either. Same as TanStack Query's `onSettled`.
    #[must_use]
    pub fn on_settled(mut self, callback: impl Fn(Result<&T, &E>, &V, &C) + 'static) -> Self {
        self.on_settled = Some(Rc::new(callback));
        self
    }

    pub(super) fn begin(&self, variables: &V) -> C {
        (self.on_mutate)(variables)
    }

    pub(super) fn run(&self, variables: Rc<V>) -> LocalFuture<Result<T, E>> {
        (self.mutation_fn)(variables)
    }

    pub(super) fn report(&self, result: &Result<Rc<T>, Rc<E>>, variables: &V, context: &C) {
        match result {
            Ok(data) => {
                if let Some(callback) = &self.on_success {
                    callback(data, variables, context);
                }
            }
            Err(error) => {
                if let Some(callback) = &self.on_error {
                    callback(error, variables, context);
                }
            }
        }
        if let Some(callback) = &self.on_settled {
            callback(result.as_deref().map_err(|error| &**error), variables, context);
        }
    }
}
