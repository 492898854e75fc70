//! `use_swr_mutation`: SWR's hook for changes at the server.

use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;

use yew::prelude::*;

use super::swr_key::{SwrKey, swr_key};
use crate::client::{
    Aim, Mutator, QueryError, Started, SwrMutationOptions, Watching, erase_future, typed,
    watch_owner,
};
use crate::components::use_surroundings;

/// Changes the data of a key at the server. Nothing happens until [`SwrMutationHandle::trigger`].
///
/// The fetcher gets the key, and the argument of the trigger. When it has succeeded, the components that show the key
/// fetch it anew. Same as SWR's `useSWRMutation`, defaults included; options go through [`use_swr_mutation_with`].
///
/// Differs from SWR: the fetcher gets the argument itself, not an object with it; and one without an argument is
/// triggered with `()`. For a request with the session token take
/// [`use_authenticated_fetch`](super::use_authenticated_fetch) into the fetcher.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::hooks::{use_authenticated_fetch, use_swr_mutation};
///
/// #[component]
/// fn AddNote() -> Html {
///     let api = use_authenticated_fetch();
///     let add = use_swr_mutation("/api/notes", move |url, text: String| {
///         api.post(url).json_body(&text).json::<String>()
///     });
///     let disabled = add.is_mutating();
///     let onclick = {
///         let add = add.clone();
///         move |_| { add.trigger("milk".to_owned()); }
///     };
///     html! {
///         <>
///             <button {disabled} {onclick}>{ "Add milk" }</button>
///             if let Some(error) = add.error() { <p role="alert">{ error.to_string() }</p> }
///         </>
///     }
/// }
/// ```
#[hook]
pub fn use_swr_mutation<K, A, T, E, F, Fut>(key: K, fetcher: F) -> SwrMutationHandle<A, T, E>
where
    K: SwrKey + 'static,
    A: 'static,
    T: PartialEq + 'static,
    E: 'static,
    F: Fn(K::Arg, A) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    use_swr_mutation_with(key, fetcher, SwrMutationOptions::new())
}

/// [`use_swr_mutation`] with options.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::client::SwrMutationOptions;
/// use yew_clerk::fetch;
/// use yew_clerk::hooks::use_swr_mutation_with;
///
/// #[component]
/// fn Rename() -> Html {
///     let rename = use_swr_mutation_with(
///         "/api/name",
///         |url, name: String| fetch::put(url).json_body(&name).json::<String>(),
///         SwrMutationOptions::new().populate_cache(true).revalidate(false),
///     );
///     let onclick = move |_| { rename.trigger("Ada".to_owned()); };
///     html! { <button {onclick}>{ "Rename" }</button> }
/// }
/// ```
#[hook]
pub fn use_swr_mutation_with<K, A, T, E, F, Fut>(
    key: K,
    fetcher: F,
    options: SwrMutationOptions<T, E>,
) -> SwrMutationHandle<A, T, E>
where
    K: SwrKey + 'static,
    A: 'static,
    T: PartialEq + 'static,
    E: 'static,
    F: Fn(K::Arg, A) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    let around = use_surroundings();
    let client = around.client_of_swr();
    let encoded = swr_key(&key);
    let run = move |arg: A| match key.arg() {
        Some(key) => erase_future(fetcher(key, arg)),
        // Triggered only while there is a key, so there always is an argument.
        None => Box::pin(std::future::pending()),
    };
    let aim = Aim::new(client, encoded, run, options.changes);
    let mutator = use_mutator(aim);
    let revision = mutator.revision();
    SwrMutationHandle { mutator, revision, types: PhantomData }
}

/// What does not depend on types: one state for the life of the component, which runs what its newest render wants.
#[hook]
fn use_mutator(aim: Aim) -> Rc<Mutator> {
    let slot = use_mut_ref(|| None::<(Rc<Mutator>, Watching)>);
    let render = use_force_update();
    let mut slot = slot.borrow_mut();
    let client = aim.client.clone();
    let mutator = match &*slot {
        Some((mutator, _)) => {
            mutator.aim(aim);
            mutator.clone()
        }
        None => Mutator::new(aim, Rc::new(move || render.force_update())),
    };
    if slot.as_ref().is_none_or(|(_, watching)| *watching.client() != client) {
        *slot = Some((mutator.clone(), watch_owner(&mutator, &client)));
    }
    mutator
}

/// What [`use_swr_mutation`] gives: SWR's response, with methods for its fields.
///
/// Reading a field in a render makes the component render again when that field changes; who reads nothing
/// never does. Handles are equal if they show the same.
pub struct SwrMutationHandle<A, T, E> {
    mutator: Rc<Mutator>,
    revision: u32,
    types: PhantomData<fn(A) -> (T, E)>,
}

impl<A, T, E> Clone for SwrMutationHandle<A, T, E> {
    fn clone(&self) -> Self {
        Self { mutator: self.mutator.clone(), revision: self.revision, types: PhantomData }
    }
}

impl<A, T, E> PartialEq for SwrMutationHandle<A, T, E> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.mutator, &other.mutator) && self.revision == other.revision
    }
}

impl<A: 'static, T: PartialEq + 'static, E: 'static> SwrMutationHandle<A, T, E> {
    /// Runs the mutation with the key, the fetcher and the options of the newest render. The fetcher is called at
    /// once and runs to its end, awaited or not, also when the component goes. Calls are not deduped: each runs,
    /// the handle shows the latest. Requests of `use_swr` for the same key that are in flight are ignored. Same as
    /// SWR's `trigger`.
    ///
    /// # Errors
    /// [`QueryError::NoKey`] without a key, and [`QueryError::Failed`] with the fetcher's own error. That of a call
    /// that another one (or a reset) has overtaken is swallowed: it ends as `Ok(None)`. When the user changes
    /// meanwhile, it is [`QueryError::Cancelled`], and neither callbacks nor handle hear of it.
    pub fn trigger(&self, arg: A) -> Started<Result<Option<Rc<T>>, QueryError<E>>> {
        Started::erased(self.mutator.trigger(Box::new(arg), &Vec::new()), typed)
    }

    /// [`SwrMutationHandle::trigger`] with options that are laid over the hook's. Same as SWR's
    /// `trigger(arg, options)`.
    ///
    /// # Errors
    /// The same.
    pub fn trigger_with(
        &self,
        arg: A,
        options: &SwrMutationOptions<T, E>,
    ) -> Started<Result<Option<Rc<T>>, QueryError<E>>> {
        Started::erased(self.mutator.trigger(Box::new(arg), &options.changes), typed)
    }

    /// Forgets data and error; a running call runs on unseen. Same as SWR's `reset`.
    pub fn reset(&self) {
        self.mutator.reset();
    }

    /// The result of the last call that has succeeded. It stands next to a newer error, as in SWR.
    #[must_use]
    pub fn data(&self) -> Option<Rc<T>> {
        self.mutator.data()
    }

    /// The error of the latest call that has failed, until one succeeds.
    #[must_use]
    pub fn error(&self) -> Option<Rc<E>> {
        self.mutator.error()
    }

    /// Whether the latest call is running.
    #[must_use]
    pub fn is_mutating(&self) -> bool {
        self.mutator.is_mutating()
    }
}
