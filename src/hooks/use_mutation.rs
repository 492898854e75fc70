//! `use_mutation`: TanStack Query's hook for changes.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

use yew::prelude::*;

use super::mutation_options::{MutationOptions, mutation_options};
use super::use_query_client::use_query_client;
use super::watched::use_watched;
use crate::client::{QueryClient, QueryError, Started};
use crate::engine::Topic;
use crate::engine::mutation::{MutationState, MutationStatus};
use crate::engine::oneshot;

/// What the handles of one hook share.
struct Shared<V, T, E, C> {
    client: RefCell<QueryClient>,
    state: RefCell<MutationState<V, T, E>>,
    options: RefCell<MutationOptions<V, T, E, C>>,
    /// Whose mutation is shown.
    epoch: Cell<Option<u64>>,
    /// Counts the changes of what is shown.
    revision: Cell<u32>,
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
        client: RefCell::new(client.clone()),
        state: RefCell::default(),
        options: RefCell::new(options.clone()),
        epoch: Cell::new(epoch(&client)),
        revision: Cell::new(0),
        render,
    });
    // Callbacks see what the newest render has captured.
    shared.options.replace(options);
    let before = shared.client.replace(client.clone());
    if before != client {
        shared.epoch.set(epoch(&client));
    }
    let watching = shared.clone();
    use_watched(&client, Topic::Owner, move || watching.look_at_owner());
    let revision = shared.revision.get();
    MutationHandle { shared, revision }
}

/// Counts the users that a cache has had.
fn epoch(client: &QueryClient) -> Option<u64> {
    client.engine().map(|engine| engine.epoch())
}

/// What [`use_mutation`] gives. Same as TanStack Query's result, with methods for its fields.
///
/// Handles are equal if they show the same, so they may be passed on as props.
pub struct MutationHandle<V, T, E, C = ()> {
    shared: Rc<Shared<V, T, E, C>>,
    revision: u32,
}

impl<V, T, E, C> Clone for MutationHandle<V, T, E, C> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone(), revision: self.revision }
    }
}

impl<V, T, E, C> PartialEq for MutationHandle<V, T, E, C> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.shared, &other.shared) && self.revision == other.revision
    }
}

impl<V: 'static, T: 'static, E: 'static, C: 'static> Shared<V, T, E, C> {
    fn changed(&self) {
        self.revision.set(self.revision.get().wrapping_add(1));
        self.render.force_update();
    }

    fn reset(&self) {
        let changed = self.state.borrow_mut().reset();
        if changed {
            self.changed();
        }
    }

    /// The result of one user is not shown to the next. To learn who the user is changes nothing.
    fn look_at_owner(&self) {
        let now = epoch(&self.client.borrow());
        if self.epoch.replace(now) != now {
            self.reset();
        }
    }
}

/// One call of a mutation, bound to the user and to the callbacks of the moment when it was made.
struct Call<V, T, E, C> {
    shared: Rc<Shared<V, T, E, C>>,
    client: QueryClient,
    options: MutationOptions<V, T, E, C>,
    epoch: Option<u64>,
    id: u64,
    variables: Rc<V>,
}

impl<V: 'static, T: 'static, E: 'static, C: 'static> Call<V, T, E, C> {
    fn new(shared: &Rc<Shared<V, T, E, C>>, variables: V) -> Self {
        let variables = Rc::new(variables);
        let client = shared.client.borrow().clone();
        let id = shared.state.borrow_mut().start(variables.clone());
        shared.changed();
        let (options, epoch) = (shared.options.borrow().clone(), epoch(&client));
        Self { shared: shared.clone(), client, options, epoch, id, variables }
    }

    fn is_owned(&self) -> bool {
        epoch(&self.client) == self.epoch
    }

    async fn run(self) -> Result<Rc<T>, QueryError<E>> {
        // Whoever has come meanwhile did not ask for it.
        if !self.is_owned() {
            return Err(QueryError::Cancelled);
        }
        let context = self.options.begin(&self.variables);
        let running = self.options.run(self.variables.clone());
        let result = running.await.map(Rc::new).map_err(Rc::new);
        // Nor is the answer theirs.
        if !self.is_owned() {
            return Err(QueryError::Cancelled);
        }
        self.options.report(&result, &self.variables, &context);
        let changed = self.shared.state.borrow_mut().settle(self.id, result.clone());
        if changed {
            self.shared.changed();
        }
        result.map_err(QueryError::Failed)
    }
}

impl<V: 'static, T: 'static, E: 'static, C: 'static> MutationHandle<V, T, E, C> {
    /// Runs the mutation with `variables`. Starts at once and runs to its end, awaited or not, also when the
    /// component goes. Each call runs by itself; the handle shows the latest. Same as TanStack Query's `mutate`
    /// and, awaited, `mutateAsync`.
    ///
    /// When the user changes, the result is dropped: the future gives [`QueryError::Cancelled`], and neither
    /// callbacks nor handle hear of it.
    pub fn mutate(&self, variables: V) -> Started<Result<Rc<T>, QueryError<E>>> {
        let call = Call::new(&self.shared, variables);
        let (sender, receiver) = oneshot::channel();
        let client = call.client.clone();
        client.spawn(Box::pin(async move { sender.send(call.run().await) }));
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
