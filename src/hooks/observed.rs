//! What all reading hooks share: an observer in hook state, and the handle's view of it.

use std::any::TypeId;
use std::rc::{Rc, Weak};

use yew::prelude::*;

use crate::browser::console_error;
use crate::client::{Problem, QueryClient, QueryObserver, Running, TypeMismatch};
use crate::engine::effect::Answer;
use crate::engine::erased::{Data, Failure, same};
use crate::engine::extras::{Glance, ThrowRule};
use crate::engine::key::Key;
use crate::engine::observer::{Fields, Snapshot, View};
use crate::engine::observing::Watch;
use crate::engine::oneshot::Receiver;
use crate::engine::options::ObserverOptions;
use crate::engine::select::{Select, WrongInput};

/// What a hook has found out before it observes: the client to use, or why there is none.
pub(crate) type ClientOrProblem = Result<QueryClient, Problem>;

/// The part of a handle that does not depend on types. Cheap to clone, compared by what it shows.
#[derive(Clone)]
pub(crate) struct Observed {
    pub client: Option<QueryClient>,
    pub key: Option<Key>,
    /// Weak, so that a handle in a long-lived closure does not keep fetching for a component that is gone.
    pub observer: Weak<QueryObserver>,
    select: Option<Rc<Select>>,
    /// Which errors are for the boundary around.
    pub throws: Option<ThrowRule>,
    view: Rc<View>,
    revision: u32,
    problem: Option<Problem>,
    /// Shown in the place of the data, by a middleware.
    instead: Option<Data>,
}

impl PartialEq for Observed {
    fn eq(&self, other: &Self) -> bool {
        same(self.instead.as_ref(), other.instead.as_ref(), Data::ptr_eq)
            && Rc::ptr_eq(&self.view, &other.view)
            && self.revision == other.revision
            && self.key == other.key
            && self.problem == other.problem
    }
}

impl Observed {
    pub fn of(observer: &Rc<QueryObserver>, key: Option<Key>, options: &ObserverOptions) -> Self {
        let view = observer.view().clone();
        Self {
            client: Some(observer.client().clone()),
            key,
            observer: Rc::downgrade(observer),
            select: options.select.clone(),
            throws: options.extras().and_then(|extras| extras.throw_on_error.clone()),
            revision: view.revision(),
            view,
            problem: None,
            instead: None,
        }
    }

    /// What there is where nothing is observed.
    pub fn nothing(view: Rc<View>, problem: Option<Problem>) -> Self {
        Self {
            client: None,
            key: None,
            observer: Weak::new(),
            select: None,
            throws: None,
            view,
            revision: 0,
            problem,
            instead: None,
        }
    }

    /// Finds out whether the hook can show what is there.
    pub fn check(&mut self, types: Types) {
        if let (None, Some(key)) = (&self.problem, &self.key) {
            // Looked at without counting as read.
            let mismatch = self.view.peek(|shown| types.mismatch(shown, key));
            self.problem = mismatch.map(Problem::TypeMismatch);
        }
    }

    pub fn read<R>(&self, fields: Fields, read: impl FnOnce(&Snapshot) -> R) -> R {
        self.view.read(fields, read)
    }

    pub fn data<T: 'static>(&self) -> Option<Rc<T>> {
        self.erased_data().as_ref().and_then(Data::get)
    }

    pub fn erased_data(&self) -> Option<Data> {
        let own = self.read(Fields::DATA, |shown| shown.data.clone());
        self.instead.clone().or(own)
    }

    pub fn with_data(mut self, data: Data) -> Self {
        self.instead = Some(data);
        self
    }

    pub fn error<E: 'static>(&self) -> Option<Rc<E>> {
        self.read(Fields::ERROR, |shown| shown.error.as_ref().and_then(Failure::get))
    }

    /// Fetches now; answers with nothing if there is nothing to fetch any more.
    pub fn refetch(&self) -> Running {
        self.refetch_with(true)
    }

    pub fn refetch_with(&self, cancel_refetch: bool) -> Running {
        self.start(|observer| observer.start_refetch(cancel_refetch))
    }

    /// Starts something whose answer is what there is to show.
    pub fn start(&self, start: impl FnOnce(&QueryObserver) -> Receiver<Answer>) -> Running {
        let (Some(observer), Some(key)) = (self.observer.upgrade(), self.key.clone()) else {
            return Ok(None).into();
        };
        let receiver = start(&observer);
        match &self.select {
            None => Running::Fetch(receiver, key),
            Some(select) => Running::Selected(receiver, key, select.clone(), self.view.clone()),
        }
    }

    /// The same at what its view shows now.
    pub fn now(&self) -> Self {
        Self { revision: self.view.revision(), ..self.clone() }
    }

    pub fn set_problem(&mut self, problem: Option<Problem>) {
        self.problem = problem;
    }

    pub const fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }
}

#[derive(Default)]
struct Slot {
    observer: Option<Rc<QueryObserver>>,
    /// Stands in for the observer's view where there is none.
    empty: Option<Rc<View>>,
    reported: Option<Problem>,
}

/// Observes what `watch` describes for as long as the component lives.
#[hook]
pub(crate) fn use_observed(
    client: ClientOrProblem,
    watch: Result<Watch, Problem>,
    types: Types,
) -> Observed {
    let slot = use_mut_ref(Slot::default);
    let render = use_force_update();
    let mut slot = slot.borrow_mut();
    let mut observed = match (client, watch) {
        (Ok(client), Ok(watch)) => slot.observe(client, watch, render),
        (client, Ok(_)) => slot.nothing(client.err()),
        (_, Err(problem)) => slot.nothing(Some(problem)),
    };
    observed.check(types);
    slot.report(observed.problem.as_ref());
    observed
}

impl Slot {
    fn observe(
        &mut self,
        client: QueryClient,
        watch: Watch,
        render: UseForceUpdateHandle,
    ) -> Observed {
        let (key, options) = (watch.key.clone(), watch.options.clone());
        if let Some(glance) = options.extras().and_then(|extras| extras.glance) {
            return self.glance(glance, client, watch);
        }
        let observer = match &self.observer {
            Some(observer) if *observer.client() == client => {
                observer.update(watch);
                observer.clone()
            }
            _ => {
                let observer = client.observe(watch, Rc::new(move || render.force_update()));
                self.observer.insert(Rc::new(observer)).clone()
            }
        };
        Observed::of(&observer, key, &options)
    }

    /// What there is in the cache now.
    fn glance(&mut self, glance: Glance, client: QueryClient, watch: Watch) -> Observed {
        self.observer = None;
        let (key, options) = (watch.key.clone(), watch.options.clone());
        let view = Rc::<View>::default();
        let shown = view.clone();
        if let Some(engine) = client.engine() {
            glance(&engine, watch, shown, client.now());
        }
        Observed {
            client: Some(client),
            key,
            select: options.select.clone(),
            throws: options.extras().and_then(|extras| extras.throw_on_error.clone()),
            ..Observed::nothing(view, None)
        }
    }

    fn nothing(&mut self, problem: Option<Problem>) -> Observed {
        self.observer = None;
        Observed::nothing(self.empty.get_or_insert_default().clone(), problem)
    }

    /// Tells the developer once of each mistake.
    fn report(&mut self, problem: Option<&Problem>) {
        if self.reported.as_ref() != problem {
            self.reported = problem.cloned();
            if let Some(problem) = problem {
                console_error(&problem.to_string());
            }
        }
    }
}

/// The types of a hook's data and error, for code that is compiled once for all of them.
#[derive(Clone, Copy)]
pub(crate) struct Types {
    data: TypeId,
    data_name: &'static str,
    is_error: fn(&Failure) -> bool,
    error_name: &'static str,
}

impl Types {
    pub fn of<T: 'static, E: 'static>() -> Self {
        Self {
            data: TypeId::of::<T>(),
            data_name: std::any::type_name::<T>(),
            is_error: |failure| failure.downcast_ref::<E>().is_some(),
            error_name: std::any::type_name::<E>(),
        }
    }

    /// Whether a snapshot holds something that a hook for these types cannot show.
    fn mismatch(&self, shown: &Snapshot, key: &Key) -> Option<TypeMismatch> {
        let data = shown.data.as_ref();
        let error = shown.error.as_ref();
        let wrong = error.and_then(Failure::downcast_ref::<WrongInput>);
        let (expected, found) = if let Some(WrongInput { expected, found }) = wrong {
            (*expected, *found)
        } else if let Some(data) = data.filter(|data| data.type_id_of() != self.data) {
            (self.data_name, data.type_name())
        } else {
            let error = error.filter(|error| !(self.is_error)(error))?;
            (self.error_name, error.type_name())
        };
        Some(TypeMismatch { key: key.to_json(), expected, found })
    }
}
