//! Errors that are for the boundary around a component, and not for the component itself.

use std::rc::Rc;

use yew::prelude::*;

use super::observed::Observed;
use crate::components::{Catch, Raised, Surroundings, use_surroundings};
use crate::engine::entry::FetchStatus;
use crate::engine::extras::ThrowRule;
use crate::engine::observer::Fields;

/// Throws what is observed if it has failed, its options want it, and no fetch is under way that may mend it. Says whether
/// it has been taken.
pub(super) fn throw(around: &Surroundings, observed: &Observed) -> bool {
    let rule = observed.throws.as_ref();
    rule.is_some_and(|rule| throw_by(rule, around, observed))
}

fn throw_by(rule: &ThrowRule, around: &Surroundings, observed: &Observed) -> bool {
    let boundary = around.boundary.clone();
    boundary.is_some_and(|boundary| boundary.take_from(observed, rule))
}

/// What an observed query throws by `rule`. Only boundaries ask, so that an app without any carries no code for it.
pub(crate) fn raised(observed: &Observed, rule: &ThrowRule) -> Option<Raised> {
    let failure = observed.read(Fields::ERROR.with(Fields::FETCH_STATUS), |shown| {
        shown.error.clone().filter(|_| shown.fetch_status == FetchStatus::Idle)
    })?;
    let (client, key) = (observed.client.clone()?, observed.key.clone());
    let state = key.clone().and_then(|key| client.get_query_state(key)).unwrap_or_default();
    rule(&failure, &state).then_some(Raised { failure, key, client })
}

/// Throws the error of something that is fetched for who has nothing to show without it.
pub(super) fn throw_without_data(around: &Surroundings, observed: &Observed) -> bool {
    let rule: ThrowRule = Rc::new(|_, _| true);
    observed.read(Fields::DATA, |shown| shown.data.is_none()) && throw_by(&rule, around, observed)
}

/// Throws of each that is observed, for a boundary keeps all that it takes. Says whether any has been taken.
pub(super) fn throw_each(observed: &[Observed], throw: impl Fn(&Observed) -> bool) -> bool {
    observed.iter().filter(|observed| throw(observed)).count() > 0
}

/// What [`use_query_error_reset_boundary`] gives.
#[derive(Clone)]
pub struct QueryErrorReset {
    boundary: Option<Rc<dyn Catch>>,
}

impl QueryErrorReset {
    /// Shows the components of the boundary again, and lets them try again what has failed. Nothing without a boundary.
    pub fn reset(&self) {
        if let Some(boundary) = &self.boundary {
            boundary.reset();
        }
    }

    /// Takes a reset back, before components have mounted.
    pub fn clear_reset(&self) {
        if let Some(boundary) = &self.boundary {
            boundary.clear_reset();
        }
    }

    /// Whether the boundary was reset, and its components have not mounted since.
    #[must_use]
    pub fn is_reset(&self) -> bool {
        self.boundary.as_ref().is_some_and(|boundary| boundary.is_reset())
    }
}

/// The [`QueryErrorBoundary`](crate::components::QueryErrorBoundary) around, for components in it and in its fallback. Same
/// as TanStack Query's `useQueryErrorResetBoundary`.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::hooks::use_query_error_reset_boundary;
///
/// #[component]
/// fn TryAgain() -> Html {
///     let boundary = use_query_error_reset_boundary();
///     html! { <button onclick={move |_| boundary.reset()}>{ "Try again" }</button> }
/// }
/// ```
#[hook]
pub fn use_query_error_reset_boundary() -> QueryErrorReset {
    QueryErrorReset { boundary: use_surroundings().boundary.clone() }
}
