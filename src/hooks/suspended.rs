//! Suspending a component until what it observes is there.

use yew::prelude::*;
use yew::suspense::{Suspension, SuspensionHandle};

use super::observed::Observed;
use super::thrown::throw_without_data;
use crate::components::Surroundings;
use crate::engine::observer::Fields;

/// How often a suspension is used: Yew keeps a listener of each time.
const USES: u8 = 64;

/// What a component waits by. It is told of its data by its observer, so nobody resumes this.
struct Waiting {
    suspension: Suspension,
    /// Kept as long as the suspension is used: to drop it costs a render.
    _handle: SuspensionHandle,
    uses: u8,
}

fn suspension(waiting: &mut Option<Waiting>) -> Suspension {
    if waiting.as_ref().is_some_and(|waiting| waiting.uses == USES) {
        *waiting = None;
    }
    let waiting = waiting.get_or_insert_with(|| {
        let (suspension, handle) = Suspension::new();
        Waiting { suspension, _handle: handle, uses: 0 }
    });
    waiting.uses += 1;
    waiting.suspension.clone()
}

/// Suspends while the first request runs and there is nothing to be shown: neither data, be it old or a stand-in, nor an
/// error. What is fetched in the background changes none of these fields, so it neither suspends nor renders. An error
/// without data is thrown to the boundary around, if there is one.
#[hook]
pub(crate) fn use_suspended(around: &Surroundings, observed: &Observed) -> Result<(), Suspension> {
    let is_thrown = throw_without_data(around, observed);
    // Below a boundary, an error that is still there has been shown already.
    let waits = if around.boundary.is_some() { is_loading } else { is_first_load };
    use_suspended_while(is_thrown || waits(observed))
}

pub(crate) fn is_first_load(observed: &Observed) -> bool {
    let wanted = Fields::DATA.with(Fields::ERROR).with(Fields::IS_LOADING);
    observed.read(wanted, |shown| shown.is_loading && shown.data.is_none() && shown.error.is_none())
}

fn is_loading(observed: &Observed) -> bool {
    let wanted = Fields::DATA.with(Fields::IS_LOADING);
    observed.read(wanted, |shown| shown.is_loading && shown.data.is_none())
}

/// Suspends while something is pending of which an observer will tell.
#[hook]
pub(crate) fn use_suspended_while(is_pending: bool) -> Result<(), Suspension> {
    let waiting = use_mut_ref(|| None);
    if is_pending { Err(suspension(&mut waiting.borrow_mut())) } else { Ok(()) }
}
