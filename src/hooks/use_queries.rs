//! `use_queries`: TanStack Query's hook for a list of queries.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use yew::prelude::*;

use super::observed::{Observed, Types};
use super::thrown::{throw, throw_each};
use super::use_query::QueryHandle;
use super::use_query_client::client_for;
use crate::browser::console_error;
use crate::client::{ChangeOptions, Problem, QueriesObserver, QueryClient, QueryOptions};
use crate::components::{Surroundings, use_surroundings};
use crate::engine::erased::Data;
use crate::engine::key::Key;
use crate::engine::observer::View;
use crate::engine::observing::Watch;
use crate::engine::select::{Kind, kind_of};

/// Observes a list of queries, which may be longer or shorter in the next render. The handles are in its order.
///
/// The queries are of one type; those of a key stay what they were when others come, go or change places. A field that is
/// read of one handle counts as read of all: a component that reads the data of the first renders when the data of any
/// changes. Two queries of one key share the fetch, as two components do. Same as TanStack Query's `useQueries`, with
/// [`use_queries_combined`] for `combine`. Differs from TanStack Query: queries of several types are several `use_query`.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::client::{QueryOptions, query_options};
/// use yew_clerk::fetch::{self, FetchError};
/// use yew_clerk::hooks::use_queries;
///
/// fn user(id: u64) -> QueryOptions<String, FetchError> {
///     query_options(("user", id), move |_| fetch::get(&format!("/api/users/{id}")).json())
/// }
///
/// #[derive(PartialEq, Properties)]
/// struct Props {
///     ids: Vec<u64>,
/// }
///
/// #[component]
/// fn Names(props: &Props) -> Html {
///     let users = use_queries(props.ids.iter().map(|id| user(*id)));
///     users.iter().filter_map(|user| user.data()).map(|name| html! { <p>{ &*name }</p> }).collect()
/// }
/// ```
#[hook]
pub fn use_queries<T, E, U>(
    queries: impl IntoIterator<Item = QueryOptions<T, E, U>>,
) -> Vec<QueryHandle<U, E>>
where
    T: PartialEq + 'static,
    E: 'static,
    U: 'static,
{
    let queries = queries.into_iter().map(QueryOptions::erased).collect();
    let (around, types) = (use_surroundings(), Types::of::<U, E>());
    let observed = use_queries_observed(&around, queries, types, None, "use_queries");
    observed.shown.into_iter().map(QueryHandle::new).collect()
}

/// [`use_queries`] that makes one value of all the handles, and renders when that changes by `PartialEq`.
///
/// `combine` runs again when a handle shows something else, or is another function: one that captures nothing is always
/// the same. It also runs outside of renders, to find out whether to render. Same as `combine` of TanStack Query's
/// `useQueries`.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::fetch;
/// use yew_clerk::client::query_options;
/// use yew_clerk::hooks::use_queries_combined;
///
/// #[component]
/// fn Total() -> Html {
///     let carts = ["mine", "yours"].map(|cart| {
///         query_options(("cart", cart), move |_| fetch::get(&format!("/api/carts/{cart}")).json::<u64>())
///     });
///     let total = use_queries_combined(carts, |carts| {
///         carts.iter().filter_map(|cart| cart.data()).map(|sum| *sum).sum::<u64>()
///     });
///     html! { <p>{ *total }</p> }
/// }
/// ```
#[hook]
pub fn use_queries_combined<T, E, U, C, F>(
    queries: impl IntoIterator<Item = QueryOptions<T, E, U>>,
    combine: F,
) -> Rc<C>
where
    T: PartialEq + 'static,
    E: 'static,
    U: 'static,
    C: PartialEq + 'static,
    F: Fn(&[QueryHandle<U, E>]) -> C + 'static,
{
    let queries = queries.into_iter().map(QueryOptions::erased).collect();
    let of = move |shown: &[Observed]| {
        let handles: Vec<_> = shown.iter().cloned().map(QueryHandle::new).collect();
        combine(&handles)
    };
    let of = Rc::new(of);
    let erased = of.clone();
    let make = Rc::new(move |shown: &[Observed]| Data::new(erased(shown)));
    let combine = Combine { make, kind: kind_of::<F>() };
    let (around, types) = (use_surroundings(), Types::of::<U, E>());
    let observed =
        use_queries_observed(&around, queries, types, Some(combine), "use_queries_combined");
    let combined = observed.combined.as_ref().and_then(Data::get);
    combined.unwrap_or_else(|| Rc::new(of(&observed.shown)))
}

/// What is made of all handles.
#[derive(Clone)]
pub(super) struct Combine {
    make: Rc<dyn Fn(&[Observed]) -> Data>,
    kind: Kind,
}

impl Combine {
    fn is_same(&self, other: &Self) -> bool {
        self.kind.is_some() && self.kind == other.kind
    }
}

/// What is shown, and what has been made of it.
pub(super) struct Results {
    pub shown: Vec<Observed>,
    combined: Option<Data>,
    /// Whether an error of theirs was thrown to the boundary around.
    pub is_thrown: bool,
}

#[derive(Default)]
struct Slot {
    queries: Option<QueriesObserver>,
    /// The latest render's, by which changes between renders are judged.
    shown: Vec<Observed>,
    combine: Option<Combine>,
    combined: Option<Data>,
    empty: Rc<View>,
    reported: Vec<Problem>,
}

type Shared = Rc<RefCell<Slot>>;

/// What does not depend on the types.
#[hook]
pub(super) fn use_queries_observed(
    around: &Surroundings,
    queries: Vec<QueryOptions<(), ()>>,
    types: Types,
    combine: Option<Combine>,
    hook: &'static str,
) -> Results {
    let client = client_for(around.client.clone(), hook);
    let change = around.change_options();
    let slot: Shared = use_mut_ref(Slot::default);
    let render = use_force_update();
    let shown = {
        let listener = || listener(&slot, render);
        let mut slot = slot.borrow_mut();
        let mut shown = match client {
            Ok(client) => slot.observe(&client, queries, change, listener),
            Err(problem) => slot.nothing(queries.len(), &problem),
        };
        shown.iter_mut().for_each(|shown| shown.check(types));
        slot.report(&shown);
        shown
    };
    let combined = combine.map(|combine| combined(&slot, &shown, combine));
    slot.borrow_mut().shown.clone_from(&shown);
    let is_thrown = throw_each(&shown, |shown| throw(around, shown));
    Results { shown, combined, is_thrown }
}

/// What is made of what is shown now. The user's function runs while nothing is borrowed.
fn combined(slot: &Shared, shown: &[Observed], combine: Combine) -> Data {
    let last = {
        let slot = slot.borrow();
        let is_same = slot.combine.as_ref().is_some_and(|last| last.is_same(&combine));
        let last = slot.combined.clone();
        if let Some(last) = last.clone().filter(|_| is_same && slot.shown == shown) {
            return last;
        }
        last
    };
    let new = (combine.make)(shown);
    let new = last.filter(|last| last.equals(&new)).unwrap_or(new);
    let mut slot = slot.borrow_mut();
    slot.combine = Some(combine);
    slot.combined = Some(new.clone());
    new
}

/// Renders when a member has changed; if they are combined, when that gives something else.
fn listener(slot: &Shared, render: UseForceUpdateHandle) -> Rc<dyn Fn()> {
    // The slot owns the observers, which own this.
    let slot = Rc::downgrade(slot);
    Rc::new(move || {
        if is_changed(&slot) {
            render.force_update();
        }
    })
}

fn is_changed(slot: &Weak<RefCell<Slot>>) -> bool {
    let Some(slot) = slot.upgrade() else { return false };
    let (shown, combine, old) = {
        // In the midst of a render, which reads what is there after this.
        let Ok(slot) = slot.try_borrow() else { return false };
        let (Some(combine), Some(old)) = (&slot.combine, &slot.combined) else { return true };
        (slot.shown.iter().map(Observed::now).collect::<Vec<_>>(), combine.clone(), old.clone())
    };
    let new = (combine.make)(&shown);
    let is_equal = new.equals(&old);
    if let Ok(mut slot) = slot.try_borrow_mut() {
        slot.shown = shown;
        if !is_equal {
            // The render that follows need not make it again.
            slot.combined = Some(new);
        }
    }
    !is_equal
}

impl Slot {
    fn observe(
        &mut self,
        client: &QueryClient,
        queries: Vec<QueryOptions<(), ()>>,
        change: Option<ChangeOptions>,
        listener: impl FnOnce() -> Rc<dyn Fn()>,
    ) -> Vec<Observed> {
        let (mut watches, mut problems) = (Vec::new(), Vec::new());
        for query in queries {
            let (key, problem) = match query.key() {
                Ok(key) => (key, None),
                Err(error) => (None, Some(Problem::Key(error))),
            };
            let options = query.options_in(client, change);
            let fetcher = query.fetcher(client);
            problems.push((key.clone(), options.clone(), problem));
            watches.push(Watch { key, options, fetcher });
        }
        match &mut self.queries {
            Some(observer) if observer.client() == client => observer.update(watches),
            queries => *queries = Some(client.observe_queries(watches, listener())),
        }
        let observers = self.queries.iter().flat_map(QueriesObserver::observers);
        let observed = observers.zip(problems).map(|(observer, (key, options, problem))| {
            let mut observed = Observed::of(observer, key, &options);
            observed.set_problem(problem);
            observed
        });
        let observed: Vec<_> = observed.collect();
        if cfg!(debug_assertions) {
            warn_of_duplicates(&observed, self.shown.len());
        }
        observed
    }

    fn nothing(&mut self, len: usize, problem: &Problem) -> Vec<Observed> {
        self.queries = None;
        let nothing = Observed::nothing(self.empty.clone(), Some(problem.clone()));
        vec![nothing; len]
    }

    /// Tells the developer once of each mistake.
    fn report(&mut self, shown: &[Observed]) {
        for problem in shown.iter().filter_map(Observed::problem) {
            if !self.reported.contains(problem) {
                console_error(&problem.to_string());
                self.reported.push(problem.clone());
            }
        }
    }
}

/// Said when the list gets another length, and not in each render.
fn warn_of_duplicates(observed: &[Observed], last: usize) {
    if observed.len() == last {
        return;
    }
    let keys: Vec<&Key> = observed.iter().filter_map(|observed| observed.key.as_ref()).collect();
    let is_twice = |(at, key): (usize, &&Key)| keys.iter().take(at).any(|other| other == key);
    if keys.iter().enumerate().any(is_twice) {
        console_error("use_queries: two queries of the list have the same key");
    }
}
