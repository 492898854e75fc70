//! What holds for all mutations of a client: defaults by key, and callbacks.

use std::rc::Rc;

use super::driver::QueryClient;
use super::mutation::Plan;
use super::mutation_options::MutationOptions;
use crate::engine::erased::Failure;
use crate::engine::key::{IntoKey, Key, KeyError};
use crate::engine::mutation::{MutationState, Value};
use crate::engine::mutations::Mutation;

type OnMutation = Rc<dyn Fn(&MutationState)>;

/// Callbacks that hear of every mutation of a client: for a message about each error, for example. Each is called just
/// before the mutation's own. Same as the options of TanStack Query's `MutationCache`.
///
/// Differs from TanStack Query: they are told the state, with data or error in it; they can neither be awaited nor fail.
///
/// ```
/// use yew_clerk::client::{MutationCacheOptions, QueryClient};
/// use yew_clerk::fetch::FetchError;
///
/// # fn show(text: String) {}
/// # fn example(client: QueryClient) {
/// client.set_mutation_cache_options(MutationCacheOptions::new().on_error(|mutation| {
///     if let Some(error) = mutation.error::<FetchError>() {
///         show(error.to_string());
///     }
/// }));
/// # }
/// ```
#[derive(Clone, Default)]
pub struct MutationCacheOptions {
    on_mutate: Option<OnMutation>,
    on_success: Option<OnMutation>,
    on_error: Option<OnMutation>,
    on_settled: Option<OnMutation>,
}

impl MutationCacheOptions {
    /// No callbacks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Called when a mutation begins.
    #[must_use]
    pub fn on_mutate(mut self, callback: impl Fn(&MutationState) + 'static) -> Self {
        self.on_mutate = Some(Rc::new(callback));
        self
    }

    /// Called when the function of a mutation has succeeded.
    #[must_use]
    pub fn on_success(mut self, callback: impl Fn(&MutationState) + 'static) -> Self {
        self.on_success = Some(Rc::new(callback));
        self
    }

    /// Called when a mutation has failed.
    #[must_use]
    pub fn on_error(mut self, callback: impl Fn(&MutationState) + 'static) -> Self {
        self.on_error = Some(Rc::new(callback));
        self
    }

    /// Called in the end, with either.
    #[must_use]
    pub fn on_settled(mut self, callback: impl Fn(&MutationState) + 'static) -> Self {
        self.on_settled = Some(Rc::new(callback));
        self
    }
}

/// What the callbacks for all mutations are told.
#[derive(Clone, Copy)]
pub(crate) enum Tell {
    Mutate,
    Success,
    Error,
    Settled,
}

#[derive(Clone, Default)]
struct Setup {
    /// What mutations do whose keys begin with these.
    defaults: Vec<(Key, Plan)>,
    callbacks: MutationCacheOptions,
}

impl QueryClient {
    /// Sets what mutations do whose keys begin with `key`, as far as they leave it open: their function too, for
    /// those of [`mutation_options_of`](super::mutation_options_of). Of several defaults for one mutation, those that were set last have the most
    /// to say; a second call with the same key takes the place of the first.
    ///
    /// Same as TanStack Query's `setMutationDefaults`. Differs in that callbacks come either all from the mutation or
    /// all from defaults, since they share one type of context.
    ///
    /// # Errors
    /// When the key cannot be encoded. Without a key nothing happens.
    pub fn set_mutation_defaults<V, T, E, C>(
        &self,
        key: impl IntoKey,
        defaults: MutationOptions<V, T, E, C>,
    ) -> Result<(), KeyError> {
        if let Some(key) = key.to_key()? {
            let plan = defaults.into_plan();
            self.change_setup(|setup| {
                setup.defaults.retain(|(other, _)| *other != key);
                setup.defaults.push((key, plan));
            });
        }
        Ok(())
    }

    /// Sets the callbacks that hear of every mutation, in place of those before. Same as the options of TanStack Query's
    /// `MutationCache`.
    pub fn set_mutation_cache_options(&self, callbacks: MutationCacheOptions) {
        self.change_setup(|setup| setup.callbacks = callbacks);
    }

    fn setup(&self) -> Option<Rc<Setup>> {
        self.mutation_setup().borrow().clone()?.downcast().ok()
    }

    fn change_setup(&self, change: impl FnOnce(&mut Setup)) {
        let mut setup = self.setup().map_or_else(Setup::default, |setup| Setup::clone(&setup));
        change(&mut setup);
        let old = self.mutation_setup().replace(Some(Rc::new(setup)));
        // After the borrow: it may own what uses the client when it is dropped.
        drop(old);
    }

    /// A plan with what the defaults for its key say.
    pub(crate) fn with_mutation_defaults(&self, mut plan: Plan) -> Plan {
        if let (Ok(Some(key)), Some(setup)) = (plan.key.clone(), self.setup()) {
            // The ones that were set last have the most to say.
            for (prefix, defaults) in setup.defaults.iter().rev() {
                if key.starts_with(prefix) {
                    plan.fill(defaults);
                }
            }
        }
        plan
    }

    /// Tells the callbacks for all mutations.
    pub(crate) fn tell_of_all_mutations(
        &self,
        what: Tell,
        mutation: &Mutation,
        result: Option<&Result<Value, Failure>>,
    ) {
        let Some(setup) = self.setup() else { return };
        let callback = match what {
            Tell::Mutate => &setup.callbacks.on_mutate,
            Tell::Success => &setup.callbacks.on_success,
            Tell::Error => &setup.callbacks.on_error,
            Tell::Settled => &setup.callbacks.on_settled,
        };
        if let Some(callback) = callback {
            let mut state = mutation.state();
            match result {
                Some(Ok(data)) => state.data = Some(data.clone()),
                Some(Err(failure)) => state.error = Some(failure.clone()),
                None => {}
            }
            callback(&state);
        }
    }
}
