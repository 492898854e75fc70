//! `use_mutation`: TanStack Query's hook for changes.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use futures_channel::oneshot;
use yew::prelude::*;

use super::use_query_client::use_query_client;
use super::watched::use_watched;
use crate::client::{QueryClient, QueryError, Started};
use crate::engine::Topic;
use crate::engine::mutation::{MutationState, MutationStatus};

type MutationFn<V, T, E> = Rc<dyn Fn(Rc<V>) -> crate::client::runtime::LocalFuture<Result<T, E>>>;
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

    fn report(&self, result: &Result<Rc<T>, Rc<E>>, variables: &V, context: &C) {
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

/// What the handles of one hook share.
struct Shared<V, T, E, C> {
    client: QueryClient,
    state: RefCell<MutationState<V, T, E>>,
    options: RefCell<MutationOptions<V, T, E, C>>,
    render: UseForceUpdateHandle,
}

/// Changes something on the server. Nothing happens until [`MutationHandle::mutate`].
///
/// Same as TanStack Query's `useMutation`; callbacks go through [`use_mutation_with`].
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::hooks::{use_authenticated_fetch, use_mutation};
///
/// #[component]
/// fn AddNote() -> Html {
///     let api = use_authenticated_fetch();
///     let add = use_mutation(move |text: std::rc::Rc<String>| {
///         api.post("/api/notes").json_body(&*text).json::<String>()
///     });
///     let disabled = add.is_pending();
///     let onclick = move |_| { add.mutate("milk".to_owned()); };
///     html! { <button {disabled} {onclick}>{ "Add milk" }</button> }
/// }
/// ```
#[hook]
pub fn use_mutation<V, T, E, F, Fut>(mutation_fn: F) -> MutationHandle<V, T, E>
where
    V: 'static,
    T: 'static,
    E: 'static,
    F: Fn(Rc<V>) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    use_mutation_with(mutation_options(mutation_fn))
}

/// [`use_mutation`] with callbacks: takes what [`mutation_options`] describes.
#[hook]
pub fn use_mutation_with<V, T, E, C>(
    options: MutationOptions<V, T, E, C>,
) -> MutationHandle<V, T, E, C>
where
    V: 'static,
    T: 'static,
    E: 'static,
    C: 'static,
{
    let client = use_query_client();
    let render = use_force_update();
    let shared = use_memo((), |()| Shared {
        client: client.clone(),
        state: RefCell::default(),
        options: RefCell::new(options.clone()),
        render,
    });
    // Callbacks see what the newest render has captured.
    shared.options.replace(options);
    let owner_changed = shared.clone();
    // The result of one user is not shown to the next.
    use_watched(&client, Topic::Owner, move || owner_changed.reset());
    MutationHandle { shared }
}

/// What [`use_mutation`] gives. Same as TanStack Query's result, with methods for its fields.
pub struct MutationHandle<V, T, E, C = ()> {
    shared: Rc<Shared<V, T, E, C>>,
}

impl<V, T, E, C> Clone for MutationHandle<V, T, E, C> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<V: 'static, T: 'static, E: 'static, C: 'static> Shared<V, T, E, C> {
    fn reset(&self) {
        let changed = self.state.borrow_mut().reset();
        if changed {
            self.render.force_update();
        }
    }

    fn epoch(&self) -> Option<u64> {
        self.client.engine().map(|engine| engine.epoch())
    }

    async fn run(self: Rc<Self>, id: u64, variables: Rc<V>) -> Result<Rc<T>, QueryError<E>> {
        let epoch = self.epoch();
        let options = self.options.borrow().clone();
        let context = (options.on_mutate)(&variables);
        let result = (options.mutation_fn)(variables.clone()).await.map(Rc::new).map_err(Rc::new);
        if self.epoch() != epoch {
            // It was another user's.
            return Err(QueryError::Cancelled);
        }
        options.report(&result, &variables, &context);
        let changed = self.state.borrow_mut().settle(id, result.clone());
        if changed {
            self.render.force_update();
        }
        result.map_err(QueryError::Failed)
    }
}

impl<V: 'static, T: 'static, E: 'static, C: 'static> MutationHandle<V, T, E, C> {
    /// Runs the mutation with `variables`. Starts at once and runs to its end, awaited or not, also when the
    /// component goes. Each call runs by itself; the handle shows the latest. Same as TanStack Query's `mutate`
    /// and, awaited, `mutateAsync`.
    pub fn mutate(&self, variables: V) -> Started<Result<Rc<T>, QueryError<E>>> {
        let variables = Rc::new(variables);
        let id = self.shared.state.borrow_mut().start(variables.clone());
        self.shared.render.force_update();
        let (sender, receiver) = oneshot::channel();
        let running = self.shared.clone().run(id, variables);
        self.shared.client.spawn(Box::pin(async move { drop(sender.send(running.await)) }));
        Started::new(async move { receiver.await.unwrap_or(Err(QueryError::Cancelled)) })
    }

    /// Forgets the result; a running mutation runs on unseen. Same as TanStack Query's `reset`.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Idle, pending, error or success.
    #[must_use]
    pub fn status(&self) -> MutationStatus {
        self.shared.state.borrow().status()
    }

    /// Whether nothing was started yet.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.status() == MutationStatus::Idle
    }

    /// Whether the latest call is running.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.status() == MutationStatus::Pending
    }

    /// Whether the latest call has succeeded.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status() == MutationStatus::Success
    }

    /// Whether the latest call has failed.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.status() == MutationStatus::Error
    }

    /// The result of the latest call.
    #[must_use]
    pub fn data(&self) -> Option<Rc<T>> {
        self.shared.state.borrow().data().cloned()
    }

    /// The error of the latest call.
    #[must_use]
    pub fn error(&self) -> Option<Rc<E>> {
        self.shared.state.borrow().error().cloned()
    }

    /// The variables of the latest call.
    #[must_use]
    pub fn variables(&self) -> Option<Rc<V>> {
        self.shared.state.borrow().variables().cloned()
    }
}
