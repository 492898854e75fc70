//! SWR's middlewares: hooks around the hook.

use std::any::Any;
use std::rc::Rc;

use yew::functional::{Hook, HookContext};

use super::observed::{Observed, Types, use_observed};
use crate::client::{Problem, QueryClient, SwrOptions};
use crate::engine::effect::Fetcher;
use crate::engine::entry::FetchStatus;
use crate::engine::erased::{Data, Failure};
use crate::engine::key::{IntoKey, Key};
use crate::engine::observer::Fields;
use crate::engine::observing::Watch;

/// What a hook of SWR's is called with, on its way through the middlewares.
pub struct SwrCall {
    pub(super) client: QueryClient,
    pub(super) watch: Result<Watch, Problem>,
    pub(super) types: Types,
}

impl SwrCall {
    /// The key as the component gave it; `None` if there is nothing to fetch.
    #[must_use]
    pub fn key(&self) -> Option<&Key> {
        self.watch.as_ref().ok()?.key.as_ref()
    }

    /// Takes another key. The fetcher still gets the component's own, unless it is wrapped as well.
    #[must_use]
    pub fn with_key(mut self, key: impl IntoKey) -> Self {
        let key = key.to_key().map_err(Problem::Key);
        self.watch = self.watch.and_then(|watch| Ok(Watch { key: key?, ..watch }));
        self
    }

    /// Whether there is a fetcher; without one the hook only reads the cache.
    #[must_use]
    pub fn has_fetcher(&self) -> bool {
        self.watch.as_ref().is_ok_and(|watch| watch.fetcher.is_some())
    }

    /// Puts another fetcher around the component's.
    #[must_use]
    pub fn wrap_fetcher(mut self, wrap: impl FnOnce(Fetcher) -> Fetcher) -> Self {
        if let Ok(watch) = &mut self.watch {
            watch.fetcher = watch.fetcher.take().map(wrap);
        }
        self
    }

    /// Lays options over those of the component. Middlewares among them are left out.
    #[must_use]
    pub fn with_options(mut self, options: &SwrOptions) -> Self {
        if let Ok(watch) = &mut self.watch {
            watch.options = options.resolve(&watch.options);
        }
        self
    }

    pub(super) fn observe(self, ctx: &mut HookContext) -> Observed {
        use_observed(Ok(self.client), self.watch, self.types).run(ctx)
    }
}

/// What the hook gives, on its way back through the middlewares. To read a field is to have the component render again
/// when it changes, as with the handle.
pub struct SwrShown {
    observed: Observed,
}

impl SwrShown {
    /// The data, if it is a `T`.
    #[must_use]
    pub fn data<T: 'static>(&self) -> Option<Rc<T>> {
        self.observed.data()
    }

    /// The data of any type.
    #[must_use]
    pub fn erased_data(&self) -> Option<Data> {
        self.observed.erased_data()
    }

    /// The error of any type.
    #[must_use]
    pub fn error(&self) -> Option<Failure> {
        self.observed.read(Fields::ERROR, |shown| shown.error.clone())
    }

    /// Whether a request runs and the cache has no data.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.observed.read(Fields::IS_LOADING, |shown| shown.is_loading)
    }

    /// Whether a request runs.
    #[must_use]
    pub fn is_validating(&self) -> bool {
        self.observed.read(Fields::FETCH_STATUS, |shown| shown.fetch_status != FetchStatus::Idle)
    }

    /// Shows other data in the place of the hook's. It has to be of the component's type to be seen.
    #[must_use]
    pub fn with_data(self, data: Data) -> Self {
        Self { observed: self.observed.with_data(data) }
    }
}

/// What lies below a middleware: the next one, and in the end the hook itself.
pub struct SwrNext {
    layers: Rc<[Rc<dyn Any>]>,
    at: usize,
}

/// Goes on to what lies below a middleware.
pub fn use_next(next: SwrNext, call: SwrCall) -> impl Hook<Output = SwrShown> {
    Next { next, call }
}

struct Next {
    next: SwrNext,
    call: SwrCall,
}

impl Hook for Next {
    type Output = SwrShown;

    fn run(self, ctx: &mut HookContext) -> SwrShown {
        let SwrNext { layers, at } = self.next;
        match layers.get(at).cloned().and_then(|layer| layer.downcast::<Middleware>().ok()) {
            Some(layer) => {
                let below = SwrNext { layers, at: at + 1 };
                (layer.run)(self.call, below, ctx)
            }
            None => SwrShown { observed: self.call.observe(ctx) },
        }
    }
}

/// A hook around SWR's hooks: it may change key, fetcher, options and result, and use hooks itself.
struct Middleware {
    run: Box<dyn Fn(SwrCall, SwrNext, &mut HookContext) -> SwrShown>,
    /// The way through all layers. Held here, so that an app without middlewares has no code for it.
    through: fn(Vec<Rc<dyn Any>>, SwrCall, &mut HookContext) -> Observed,
}

/// Calls the first of some middlewares, which goes on to the others.
pub(super) fn through(layers: Vec<Rc<dyn Any>>, call: SwrCall, ctx: &mut HookContext) -> Observed {
    let first = layers.first().and_then(|layer| layer.downcast_ref::<Middleware>());
    match first.map(|layer| layer.through) {
        Some(through) => through(layers, call, ctx),
        None => call.observe(ctx),
    }
}

fn all(layers: Vec<Rc<dyn Any>>, call: SwrCall, ctx: &mut HookContext) -> Observed {
    let next = SwrNext { layers: layers.into(), at: 0 };
    use_next(next, call).run(ctx).observed
}

impl<T: 'static, E: 'static> SwrOptions<T, E> {
    /// Puts a hook around the hook. The first one lies outermost; those of a `SwrConfig` lie around those of the hook. Same
    /// as SWR's `use`.
    ///
    /// ```
    /// use yew::prelude::*;
    /// use yew_clerk::client::SwrOptions;
    /// use yew_clerk::hooks::{SwrCall, SwrNext, SwrShown, use_next};
    ///
    /// /// Goes on showing the last data while another key loads: what `keep_previous_data` does.
    /// #[hook]
    /// fn use_laggy(call: SwrCall, next: SwrNext) -> SwrShown {
    ///     let last = use_mut_ref(|| None);
    ///     let shown = use_next(next, call);
    ///     let mut last = last.borrow_mut();
    ///     match (shown.erased_data(), last.clone()) {
    ///         (None, Some(known)) => shown.with_data(known),
    ///         (data, _) => {
    ///             *last = data;
    ///             shown
    ///         }
    ///     }
    /// }
    ///
    /// let options: SwrOptions = SwrOptions::new().middleware(use_laggy);
    /// ```
    #[must_use]
    pub fn middleware<H>(mut self, hook: impl Fn(SwrCall, SwrNext) -> H + 'static) -> Self
    where
        H: Hook<Output = SwrShown>,
    {
        let run = move |call, next, ctx: &mut HookContext| hook(call, next).run(ctx);
        self.layers.push(Rc::new(Middleware { run: Box::new(run), through: all }));
        self
    }
}
