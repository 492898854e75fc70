//! `use_mutation`: TanStack Query's hook for changes.

use std::future::Future;
use std::rc::Rc;

use yew::prelude::*;

use super::use_query_client::use_client_of;
use crate::client::{MutationHandle, MutationObserver, MutationOptions, mutation_options};
use crate::components::{Raised, use_surroundings};

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

/// [`use_mutation`] with options: takes what [`mutation_options`] describes.
///
/// A call that is pending goes on with the callbacks and options of the newest render, as in TanStack Query.
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
    let around = use_surroundings();
    let client = use_client_of(&around);
    let render = use_force_update();
    let observer = use_mut_ref(|| None::<MutationObserver<V, T, E, C>>);
    let mut observer = observer.borrow_mut();
    let throws = options.throw_rule();
    let handle = match &*observer {
        Some(observer) => {
            observer.update(&client, options);
            observer.handle()
        }
        None => {
            let made = client.mutation(options, Rc::new(move || render.force_update()));
            let handle = made.handle();
            *observer = Some(made);
            handle
        }
    };
    if let (Some(boundary), Some(throws)) = (&around.boundary, throws)
        && let Some((failure, key)) = handle.failed().filter(|(failure, _)| throws(failure))
    {
        boundary.clone().take(Raised { failure, key, client });
    }
    handle
}
