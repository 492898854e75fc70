//! `QueryErrorBoundary`: shows something else in the place of components that have thrown an error.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use yew::prelude::*;

use super::surroundings::use_surroundings;
use crate::client::{ChangeOptions, QueryClient, Watching};
use crate::engine::Topic;
use crate::engine::erased::Failure;
use crate::engine::extras::ThrowRule;
use crate::engine::key::Key;
use crate::engine::options::ObserverOptions;
use crate::fetch::FetchError;
use crate::hooks::{Observed, raised};

/// An error on its way to the boundary.
pub(crate) struct Raised {
    pub failure: Failure,
    pub key: Option<Key>,
    pub client: QueryClient,
}

/// What takes errors: a boundary, for code that is there without one as well.
pub(crate) trait Catch {
    /// Whether what failed before may be tried again by who mounts now.
    fn is_reset(&self) -> bool;

    /// What it adds to the options of a query: as long as it is not reset, what is thrown is not tried again.
    fn change_options(&self) -> Option<ChangeOptions>;

    /// Takes an error, unless it is one from before the last reset. The first is shown.
    fn take(self: Rc<Self>, raised: Raised) -> bool;

    /// [`Catch::take`] of what is observed, if that has failed and `rule` wants it.
    fn take_from(self: Rc<Self>, observed: &Observed, rule: &ThrowRule) -> bool;

    /// Shows the components again; what has failed is tried again when they mount.
    fn reset(&self);

    /// Makes what has failed stay failed again.
    fn clear_reset(&self);
}

/// What a boundary and the components in it share.
#[derive(Default)]
struct Boundary {
    shown: RefCell<Option<Shown>>,
    /// All that was thrown since the last reset.
    thrown: RefCell<Vec<Failure>>,
    /// What was thrown before it: a component that still has such an error shows it itself.
    forgiven: RefCell<Vec<Failure>>,
    is_reset: Cell<bool>,
    render: RefCell<Option<UseForceUpdateHandle>>,
}

struct Shown {
    raised: Rc<Raised>,
    epoch: Option<u64>,
    /// Another user is not shown what went wrong for the one before.
    _owner: Watching,
}

fn epoch(client: &QueryClient) -> Option<u64> {
    client.engine().map(|engine| engine.epoch())
}

impl Catch for Boundary {
    fn is_reset(&self) -> bool {
        self.is_reset.get()
    }

    fn change_options(&self) -> Option<ChangeOptions> {
        (!self.is_reset()).then_some(ObserverOptions::keep_failures)
    }

    fn take(self: Rc<Self>, raised: Raised) -> bool {
        let is_it = |known: &Failure| known.ptr_eq(&raised.failure);
        if self.forgiven.borrow().iter().any(is_it) {
            return false;
        }
        if !self.thrown.borrow().iter().any(is_it) {
            self.thrown.borrow_mut().push(raised.failure.clone());
        }
        self.is_reset.set(false);
        if self.shown.borrow().is_none() {
            self.show(raised);
        }
        true
    }

    fn take_from(self: Rc<Self>, observed: &Observed, rule: &ThrowRule) -> bool {
        raised(observed, rule).is_some_and(|raised| self.take(raised))
    }

    fn reset(&self) {
        self.is_reset.set(true);
        let thrown = self.thrown.take();
        self.forgiven.replace(thrown);
        if let Some(shown) = self.shown.take() {
            drop(shown);
            self.render();
        }
    }

    fn clear_reset(&self) {
        self.is_reset.set(false);
    }
}

impl Boundary {
    fn show(self: &Rc<Self>, raised: Raised) {
        let boundary = Rc::downgrade(self);
        let on_owner = move || {
            if let Some(boundary) = boundary.upgrade() {
                boundary.forget_other_users();
            }
        };
        let owner = Watching::start(raised.client.clone(), Topic::Owner, Rc::new(on_owner));
        let epoch = epoch(&raised.client);
        let shown = Shown { raised: Rc::new(raised), epoch, _owner: owner };
        self.shown.replace(Some(shown));
        self.render();
    }

    fn forget_other_users(&self) {
        let is_other = |shown: &Shown| epoch(&shown.raised.client) != shown.epoch;
        if self.shown.borrow().as_ref().is_some_and(is_other) {
            self.reset();
        }
    }

    fn render(&self) {
        let render = self.render.borrow().clone();
        if let Some(render) = render {
            render.force_update();
        }
    }

    fn error(self: &Rc<Self>) -> Option<QueryBoundaryError> {
        let raised = self.shown.borrow().as_ref()?.raised.clone();
        Some(QueryBoundaryError { raised, boundary: self.clone() })
    }
}

/// What the fallback of a [`QueryErrorBoundary`] gets to know.
#[derive(Clone)]
pub struct QueryBoundaryError {
    raised: Rc<Raised>,
    boundary: Rc<Boundary>,
}

impl PartialEq for QueryBoundaryError {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.raised, &other.raised)
    }
}

impl QueryBoundaryError {
    /// The error, if it is an `E`.
    #[must_use]
    pub fn error<E: 'static>(&self) -> Option<Rc<E>> {
        self.raised.failure.get()
    }

    /// The key of the query that has failed; `None` if it was a mutation without one.
    #[must_use]
    pub fn key(&self) -> Option<&Key> {
        self.raised.key.as_ref()
    }

    /// Shows the components of the boundary again. They mount anew, and what has failed is fetched again. Same as
    /// `resetErrorBoundary` of React's boundaries together with TanStack Query's `reset`.
    pub fn reset(&self) {
        self.boundary.reset();
    }

    /// What to tell the user: the text of a [`FetchError`], and of an error that is text itself; else that something has
    /// gone wrong.
    #[must_use]
    pub fn message(&self) -> String {
        let failure = &self.raised.failure;
        let text = failure.downcast_ref::<String>().cloned();
        let text = text.or_else(|| failure.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let text = text.or_else(|| failure.downcast_ref::<FetchError>().map(ToString::to_string));
        text.unwrap_or_else(|| "Something went wrong.".to_owned())
    }
}

impl std::fmt::Debug for QueryBoundaryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QueryBoundaryError").field("key", &self.key()).finish_non_exhaustive()
    }
}

/// The properties of [`QueryErrorBoundary`].
#[derive(Clone, PartialEq, Properties)]
pub struct QueryErrorBoundaryProps {
    /// What is shown in the place of the children after an error. Default: its text, and a button that tries again.
    #[prop_or_default]
    pub fallback: Option<Callback<QueryBoundaryError, Html>>,
    /// Called after a reset.
    #[prop_or_default]
    pub on_reset: Callback<()>,
    /// What may fail.
    #[prop_or_default]
    pub children: Html,
}

/// Shows a fallback in the place of its children when a query in it has failed, with a way to try again.
///
/// It takes the errors of queries and mutations with `throw_on_error`, and of suspense hooks that have no data to show. The
/// nearest boundary takes them. While it shows its fallback, the children are not mounted; after
/// [`QueryBoundaryError::reset`] they mount anew, and what has failed is fetched again. Without a reset, who mounts does not
/// retry what has failed already. When somebody else signs in, it resets by itself.
///
/// Yew has no error boundaries, so this is both React's and TanStack Query's `QueryErrorResetBoundary` in one. Differs in
/// that a component with `use_query` renders once with its error before it is replaced; a suspense hook does not let it come
/// to that.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::components::{QueryBoundaryError, QueryErrorBoundary};
/// use yew_clerk::client::query_options;
/// use yew_clerk::fetch;
/// use yew_clerk::hooks::use_suspense_query;
///
/// #[component]
/// fn Name() -> HtmlResult {
///     let name = use_suspense_query(query_options("name", |_| fetch::get("/api/name").json::<String>()))?;
///     Ok(html! { <p>{ name.data().as_deref() }</p> })
/// }
///
/// #[component]
/// fn App() -> Html {
///     let fallback = |error: QueryBoundaryError| {
///         let again = error.clone();
///         html! { <p role="alert">{ error.message() }<button onclick={move |_| again.reset()}>{ "Again" }</button></p> }
///     };
///     html! {
///         <QueryErrorBoundary {fallback}>
///             <Suspense fallback={html! { <p>{ "Loading…" }</p> }}><Name /></Suspense>
///         </QueryErrorBoundary>
///     }
/// }
/// ```
#[component]
pub fn QueryErrorBoundary(props: &QueryErrorBoundaryProps) -> Html {
    let boundary = use_mut_ref(Rc::<Boundary>::default).borrow().clone();
    boundary.render.replace(Some(use_force_update()));
    let error = boundary.error();
    let has_error = error.is_some();
    {
        let (boundary, on_reset) = (boundary.clone(), props.on_reset.clone());
        // The children have mounted by now: what fails from here on is a new error.
        use_effect_with(has_error, move |has_error| {
            if !has_error && boundary.is_reset() {
                boundary.clear_reset();
                on_reset.emit(());
            }
        });
    }
    let shown = match error {
        None => props.children.clone(),
        Some(error) => match &props.fallback {
            Some(fallback) => fallback.emit(error),
            None => default_fallback(error),
        },
    };
    use_surroundings().provide(|parts| parts.boundary = Some(boundary), &shown)
}

fn default_fallback(error: QueryBoundaryError) -> Html {
    let message = error.message();
    let onclick = move |_| error.reset();
    html! {
        <div role="alert">
            <p>{ message }</p>
            <button type="button" {onclick}>{ "Try again" }</button>
        </div>
    }
}
