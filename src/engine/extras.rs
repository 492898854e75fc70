//! Options that few observers have. They lie apart, so that those of all others stay small.

use std::any::Any;
use std::rc::Rc;

use super::entry::QueryState;
use super::erased::{Data, Failure};
use super::observer::View;
use super::observing::Watch;
use super::options::{InitialData, ObserverOptions, Rule};
use super::paging::Paging;
use super::state::Engine;
use super::time::Time;

/// Decides by an error and the state of its query whether it is thrown to the boundary around.
pub type ThrowRule = Rc<dyn Fn(&Failure, &QueryState) -> bool>;

/// Makes the data to be kept of the old and the new.
pub type Sharing = Rc<dyn Fn(&Data, Data) -> Data>;

/// Shows in a view what an observer would show that does not fetch. A pointer, so that an app without such observers carries
/// no code for it.
pub type Glance = fn(&Engine, Watch, Rc<View>, Time);

/// Makes data for an entry that has none.
pub type InitialRule = Rc<dyn Fn() -> Option<InitialData>>;

/// What few observers ask for.
#[derive(Clone, Default)]
pub struct Extras {
    /// By the state of the query, in the place of [`ObserverOptions::retry_on_mount`].
    pub retry_on_mount_rule: Option<Rule<bool>>,
    /// Makes [`ObserverOptions::initial_data`], asked before the engine is.
    pub initial_rule: Option<InitialRule>,
    /// Set if the observer does not follow the cache, and only looks at it when its component renders.
    pub glance: Option<Glance>,
    /// What the query function and the callbacks of all queries get to know.
    pub meta: Option<Rc<dyn Any>>,
    /// Keeps parts of the old data in the new.
    pub sharing: Option<Sharing>,
    /// Which errors are for the boundary around, and not for the component itself.
    pub throw_on_error: Option<ThrowRule>,
    /// How pages follow each other, if this is an infinite query (TanStack Query).
    pub paging: Option<Rc<dyn Paging>>,
}

/// Extras, for code that is there without any. Behind a trait, so that it does not even drop them.
pub trait SomeExtras {
    /// What they are.
    fn get(&self) -> &Extras;
}

impl SomeExtras for Extras {
    fn get(&self) -> &Extras {
        self
    }
}

impl ObserverOptions {
    /// What this observer asks for of what few do.
    #[must_use]
    pub fn extras(&self) -> Option<&Extras> {
        self.extras.as_ref().map(|extras| extras.get())
    }

    /// Changes it.
    pub fn change_extras(&mut self, change: impl FnOnce(&mut Extras)) {
        let mut extras = self.extras().cloned().unwrap_or_default();
        change(&mut extras);
        self.extras = Some(Rc::new(extras));
    }

    /// Makes what is thrown to a boundary stay failed for who mounts. What is not is tried again as ever.
    pub(crate) fn keep_failures(&mut self) {
        let Some(throws) = self.extras().and_then(|extras| extras.throw_on_error.clone()) else {
            return;
        };
        let own = self.clone();
        let rule = move |state: &QueryState| {
            let is_thrown = state.error.as_ref().is_some_and(|error| throws(error, state));
            !is_thrown && own.retries_on_mount(state)
        };
        self.change_extras(|extras| extras.retry_on_mount_rule = Some(Rc::new(rule)));
    }

    pub(crate) fn retries_on_mount(&self, state: &QueryState) -> bool {
        let rule = self.extras().and_then(|extras| extras.retry_on_mount_rule.as_ref());
        rule.map_or(self.retry_on_mount, |rule| rule(state))
    }
}

#[cfg(test)]
mod tests {
    use super::super::erased::Hint;
    use super::*;

    #[test]
    fn below_a_boundary_what_is_thrown_is_not_tried_again_and_what_is_not_is_as_ever() {
        let failed = |error: &'static str| QueryState {
            error: Some(Failure::new(error, Hint::default())),
            ..QueryState::default()
        };
        let retries = |options: &ObserverOptions| {
            ["thrown", "shown"].map(|error| options.retries_on_mount(&failed(error)))
        };
        let mut options = ObserverOptions::query();
        options.keep_failures();
        assert_eq!(retries(&options), [true, true]);
        let throws: ThrowRule =
            Rc::new(|failure, _| failure.downcast_ref::<&str>() == Some(&"thrown"));
        options.change_extras(|extras| extras.throw_on_error = Some(throws));
        let mut never = ObserverOptions { retry_on_mount: false, ..options.clone() };
        options.keep_failures();
        never.keep_failures();
        assert_eq!((retries(&options), retries(&never)), ([false, true], [false, false]));
    }
}
