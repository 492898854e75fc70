//! `use_is_mutating` and `use_mutation_state`: a look at all mutations.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use yew::prelude::*;

use super::use_query_client::use_query_client;
use super::watched::use_watched;
use crate::client::{MutationKeyFilters, QueryClient};
use crate::engine::Topic;
use crate::engine::mutation::{MutationFilters, MutationState};

/// How many mutations are pending, for a 'saving…' of the whole app. Same as TanStack Query's `useIsMutating`.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::hooks::use_is_mutating;
///
/// #[component]
/// fn Saving() -> Html {
///     let is_saving = use_is_mutating() > 0;
///     html! { if is_saving { <p>{ "Saving…" }</p> } }
/// }
/// ```
#[hook]
pub fn use_is_mutating() -> usize {
    use_is_mutating_of(MutationFilters::default())
}

/// How many of the selected mutations are pending. A key selects all that begin with it; one that cannot be encoded
/// selects none. Same as TanStack Query's `useIsMutating(filters)`.
#[hook]
pub fn use_is_mutating_of(filters: impl MutationKeyFilters) -> usize {
    let client = use_query_client();
    let newest = filters.to_mutation_filters().ok();
    // In hook state, so that the listener always counts by the newest.
    let shared = use_memo((), |()| (RefCell::new(None), Cell::new(0_usize)));
    let old = shared.0.replace(newest);
    drop(old);
    let render = use_force_update();
    let count = count(&client, &shared.0);
    shared.1.set(count);
    let watched = client.clone();
    use_watched(&client, Topic::Mutations, move || {
        if shared.1.get() != self::count(&watched, &shared.0) {
            render.force_update();
        }
    });
    count
}

fn count(client: &QueryClient, filters: &RefCell<Option<MutationFilters>>) -> usize {
    let filters = filters.borrow().clone();
    filters.map_or(0, |filters| client.count_mutating(filters))
}

/// What `select` makes of each of the selected mutations, in the order of their calls, and a render whenever that
/// changes: the variables of what is being saved, for example, in a component that does not call the mutation.
///
/// A key selects all that begin with it; one that cannot be encoded selects none. Same as TanStack Query's
/// `useMutationState`.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::engine::mutation::{MutationFilters, MutationStatus};
/// use yew_clerk::hooks::use_mutation_state;
///
/// #[component]
/// fn Unsaved() -> Html {
///     let pending = MutationFilters::status(MutationStatus::Pending);
///     let texts = use_mutation_state(pending, |state| state.variables::<String>());
///     let items = texts.iter().flatten().map(|text| html! { <li>{ (**text).clone() }</li> });
///     html! { <ul>{ for items }</ul> }
/// }
/// ```
#[hook]
pub fn use_mutation_state<R, F>(filters: impl MutationKeyFilters, select: F) -> Rc<Vec<R>>
where
    R: PartialEq + 'static,
    F: Fn(&MutationState) -> R + 'static,
{
    let client = use_query_client();
    let newest = filters.to_mutation_filters().ok();
    let shared = use_memo((), |()| Shown { rules: RefCell::default(), last: RefCell::default() });
    let old = shared.rules.replace(Some((newest, Rc::new(select))));
    drop(old);
    let render = use_force_update();
    let now = shared.look(&client);
    let known = shared.last.borrow().clone();
    // Equal results keep the old value.
    let now = known.filter(|known| **known == now).unwrap_or_else(|| Rc::new(now));
    let old = shared.last.replace(Some(now.clone()));
    drop(old);
    let watched = client.clone();
    use_watched(&client, Topic::Mutations, move || {
        let now = shared.look(&watched);
        let known = shared.last.borrow().clone();
        if known.is_none_or(|known| *known != now) {
            render.force_update();
        }
    });
    now
}

type Select<R> = Rc<dyn Fn(&MutationState) -> R>;

/// What the newest render wants to see, and what it has seen.
struct Shown<R> {
    rules: RefCell<Option<(Option<MutationFilters>, Select<R>)>>,
    last: RefCell<Option<Rc<Vec<R>>>>,
}

impl<R> Shown<R> {
    fn look(&self, client: &QueryClient) -> Vec<R> {
        let rules = self.rules.borrow().clone();
        let Some((Some(filters), select)) = rules else {
            return Vec::new();
        };
        client.mutation_states(&filters).iter().map(|state| select(state)).collect()
    }
}
