//! The real cache in a story: a server that does as planned, components that render when they are told to, and futures
//! that are awaited, held or dropped.

use std::cell::{Cell, OnceCell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use yew_clerk::client::{
    QueryClient, QueryContext, QueryError, QueryObserver, QueryOptions, Started, query_options,
};
use yew_clerk::engine::effect::Answer;
use yew_clerk::engine::entry::QueryState;
use yew_clerk::engine::erased::{Data, Failure};
use yew_clerk::engine::event::{Event, Owner};
use yew_clerk::engine::filters::{Activity, Filters};
use yew_clerk::engine::key::{IntoKey, Key};
use yew_clerk::engine::observer::{Fields, Snapshot, View};
use yew_clerk::engine::options as engine;
use yew_clerk::engine::queries::{RefetchType, Refetching};
use yew_clerk::engine::signal::Signal;
use yew_clerk::engine::sim::Sim;
use yew_clerk::engine::time::Time;

use super::model_words::{
    Access, BY_HAND, Datum, End, Filter, Future, How, INITIAL, INTERVALS, Initial, KEYS, Ms, NEVER,
    Opts, Reads, Refetch, Request, Rule, STEADY, Shown, Stale, State, Step, Which, Who, Write,
    access_of, answer, plan,
};

/// How a future has ended: with what it gave, or (if that is nothing) at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    End(End),
    Done,
}

type Boxed = Pin<Box<dyn std::future::Future<Output = Told>>>;

/// A future, and whose end in the model it waits for.
pub struct Awaited {
    pub told: Rc<Cell<Option<Told>>>,
    pub waiters: Vec<usize>,
    /// Whether it gives what its only waiter gets.
    pub gives: bool,
    /// Whether 'no data' is told as a cancellation.
    pub is_typed: bool,
    future: Option<Boxed>,
}

pub struct Component {
    pub observer: QueryObserver,
    pub reads: Reads,
    pub told: Rc<Cell<u32>>,
    /// What it had rendered last.
    pub seen: Rc<Cell<Shown>>,
    /// How often it had been told, and what revision its view had, before this step.
    pub before: (u32, u32),
}

/// Answers requests as planned, and writes them down.
pub struct Server {
    seed: u64,
    sim: Sim,
    client: RefCell<Option<yew_clerk::client::WeakQueryClient>>,
    pub requests: RefCell<[Vec<Request>; KEYS]>,
    /// The signals of requests that have asked for them.
    pub signals: RefCell<[Vec<Option<Signal>>; KEYS]>,
}

pub struct Real {
    pub sim: Sim,
    pub client: QueryClient,
    pub server: Rc<Server>,
    pub components: Vec<Component>,
    /// How often those who are gone had been told when they went.
    pub gone: Vec<(Rc<Cell<u32>>, u32)>,
    pub awaited: Vec<Awaited>,
    held: Vec<Awaited>,
}

pub fn span(ms: Ms) -> Duration {
    if ms == NEVER { Duration::MAX } else { Duration::from_millis(ms) }
}

pub fn name(key: usize) -> Key {
    let name = [("a", 0), ("a", 1), ("b", 0), ("p", 0), ("s", 0)][key];
    name.to_key().expect("a key that can be encoded").expect("a key")
}

pub fn datum(data: &Data) -> Datum {
    *data.get::<Datum>().expect("a datum")
}

fn number(failure: &Failure) -> u32 {
    *failure.downcast_ref().expect("a number")
}

pub fn shown(snapshot: &Snapshot) -> Shown {
    Shown {
        data: snapshot.data.as_ref().map(datum),
        is_placeholder: snapshot.is_placeholder_data,
        status: snapshot.status,
        fetch_status: snapshot.fetch_status,
        is_loading: snapshot.is_loading,
        is_stale: snapshot.is_stale,
        is_enabled: snapshot.is_enabled,
        is_fetched: snapshot.is_fetched,
        is_fetched_after_mount: snapshot.is_fetched_after_mount,
        failures: snapshot.failure_count,
        error: snapshot.error.as_ref().map(number),
        updated_at: snapshot.data_updated_at.as_millis(),
    }
}

pub fn state(state: &QueryState) -> State {
    State {
        data: state.data.as_ref().map(datum),
        status: state.status,
        fetch_status: state.fetch_status,
        failures: state.failure_count,
        is_invalidated: state.is_invalidated,
        updated_at: state.data_updated_at.as_millis(),
        data_updates: state.data_update_count,
        error_updates: state.error_update_count,
    }
}

fn fields(reads: Reads) -> Fields {
    match reads {
        Reads::All => Fields::ALL,
        Reads::Data => Fields::DATA,
        Reads::DataAndStale => Fields::DATA.with(Fields::IS_STALE),
        Reads::Fetching => Fields::FETCH_STATUS,
        Reads::Nothing => Fields::NONE,
    }
}

fn rule(rule: Rule) -> engine::Refetch {
    match rule {
        Rule::IfStale => engine::Refetch::IfStale,
        Rule::Always => engine::Refetch::Always,
        Rule::Never => engine::Refetch::Never,
    }
}

pub fn filters(filter: Filter) -> Filters {
    let key = match filter.which {
        Which::Exactly(key) => Some(name(key)),
        Which::Beginning => ("a",).to_key().expect("a key that can be encoded"),
        Which::All => None,
    };
    Filters {
        key,
        exact: matches!(filter.which, Which::Exactly(_)),
        activity: match filter.active {
            None => Activity::All,
            Some(true) => Activity::Active,
            Some(false) => Activity::Inactive,
        },
        stale: filter.stale,
        fetch_status: filter.fetch_status,
        ..Filters::default()
    }
}

fn end(answer: Answer) -> End {
    match answer {
        Answer::Data(data) => End::Data(data.as_ref().map(datum)),
        Answer::Failed(failure) => End::Failed(number(&failure)),
        Answer::Cancelled => End::Cancelled,
    }
}

fn typed_end(result: Result<Rc<Datum>, QueryError<u32>>) -> End {
    match result {
        Ok(data) => End::Data(Some(*data)),
        Err(QueryError::Failed(number)) => End::Failed(*number),
        Err(QueryError::Cancelled) => End::Cancelled,
        Err(other) => panic!("{other:?}"),
    }
}

impl Server {
    fn owner(&self) -> Who {
        let client = self.client.borrow().as_ref().and_then(|client| client.upgrade());
        let client = client.expect("the client of the story");
        let engine = client.engine().expect("an idle engine");
        match engine.owner() {
            Owner::Identity(name) if &**name == "alice" => Who::Alice,
            Owner::Identity(_) => Who::Bob,
            Owner::Nobody => Who::Nobody,
            Owner::Unknown => Who::Unknown,
        }
    }

    fn answer(
        &self,
        key: usize,
        function: u32,
        context: &QueryContext,
    ) -> impl std::future::Future<Output = Result<Datum, u32>> + use<> {
        let owner = self.owner();
        let at = self.sim.now().as_millis();
        let mut requests = self.requests.borrow_mut();
        let request = requests[key].len() as u32;
        requests[key].push(Request { at, function, owner });
        let (seed, plan) = (self.seed, plan(self.seed, key, request));
        let signal = plan.consumes.then(|| context.signal());
        self.signals.borrow_mut()[key].push(signal.clone());
        let mut aborted = signal.filter(|_| plan.heeds).map(|signal| signal.aborted());
        let mut wait = (plan.delay > 0).then(|| Box::pin(self.sim.sleep(span(plan.delay))));
        std::future::poll_fn(move |cx| {
            if aborted.as_mut().is_some_and(|aborted| Pin::new(aborted).poll(cx).is_ready()) {
                return std::task::Poll::Ready(Err(request));
            }
            match &mut wait {
                Some(wait) => wait.as_mut().poll(cx).map(|()| answer(seed, key, request, owner)),
                None => std::task::Poll::Ready(answer(seed, key, request, owner)),
            }
        })
    }
}

impl Real {
    pub fn new(seed: u64) -> Self {
        let sim = Sim::new();
        let client = QueryClient::new(Rc::new(sim.clone()));
        let server = Rc::new(Server {
            seed,
            sim: sim.clone(),
            client: RefCell::new(Some(client.downgrade())),
            requests: RefCell::default(),
            signals: RefCell::default(),
        });
        let (components, gone, awaited, held) = Default::default();
        Self { sim, client, server, components, gone, awaited, held }
    }

    fn query(&self, key: Option<usize>, opts: &Opts, function: u32) -> QueryOptions<Datum, u32> {
        let server = self.server.clone();
        let of = key.unwrap_or_default();
        let mut query = query_options(key.map(name), move |context: QueryContext| {
            server.answer(of, function, &context)
        })
        .enabled(opts.enabled)
        .access(match access_of(of, opts.access) {
            Access::Public => engine::Access::Public,
            Access::Private => engine::Access::Private,
            Access::SignedIn => engine::Access::SignedIn,
        })
        .stale_time(match opts.stale {
            Stale::After(age) => engine::StaleTime::After(span(age)),
            Stale::Static => engine::StaleTime::Static,
        })
        .gc_time(span(opts.gc))
        .refetch_on_mount(rule(opts.on_mount))
        .refetch_on_window_focus(rule(opts.on_focus))
        .retry_on_mount(opts.retry_on_mount)
        .refetch_interval_in_background(opts.polls_hidden)
        .retry_delay(span(opts.retry_delay))
        .network_mode(opts.network);
        if let Some(reconnect) = opts.on_reconnect {
            query = query.refetch_on_reconnect(rule(reconnect));
        }
        if let Some(initial) = opts.initial {
            let datum = Datum { key: of, owner: Who::Unknown, number: INITIAL };
            query = query.initial_data(datum);
            if let Initial::At(at) = initial {
                query = query.initial_data_updated_at(Time::from_millis(at));
            }
        }
        if opts.polls {
            query = query.refetch_interval(span(INTERVALS[of]));
        }
        if let Some(times) = opts.retry {
            query = query.retry(times);
        }
        if opts.keeps_previous { query.keep_previous_data() } else { query }
    }

    /// Does a step. Gives those who are not waited for any more, by their numbers in the model.
    pub fn apply(&mut self, step: &Step, function: u32, waiters: Vec<usize>) -> Vec<usize> {
        for component in &mut self.components {
            let revision = component.observer.view().revision();
            component.before = (component.told.get(), revision);
        }
        let client = self.client.clone();
        match *step {
            Step::Mount(key, opts, reads) => self.mount(key, &opts, reads, function),
            Step::Unmount(at) => {
                let Component { told, observer, .. } = self.components.remove(at);
                drop(observer);
                self.gone.push((told.clone(), told.get()));
            }
            Step::Change(at, key, opts) => self.change(at, key, &opts, function),
            Step::Refetch(at, cancel, future) => {
                let started = self.components[at].observer.refetch(cancel);
                let told = Box::pin(async { Told::End(end(started.await)) });
                return self.wait_for(told, waiters, (true, false), future);
            }
            Step::Ask(key, how, opts, future) => {
                let query = self.query(Some(key), &opts, function);
                return self.ask(query, how, waiters, future);
            }
            Step::Write(key, what) => self.write(key, what, function),
            Step::WriteAll(filter) => {
                let (owner, number) = (self.server.owner(), BY_HAND + function);
                client.set_queries_data(filters(filter), |old: Option<&Datum>| {
                    old.map(|old| Datum { key: old.key, owner, number })
                });
            }
            Step::Invalidate(filter, refetch, cancel_refetch, future) => {
                let refetch_type = match refetch {
                    Refetch::Active => RefetchType::Active,
                    Refetch::Inactive => RefetchType::Inactive,
                    Refetch::All => RefetchType::All,
                    Refetch::None => RefetchType::None,
                };
                let how = Refetching { refetch_type, cancel_refetch };
                let started = client.invalidate_queries_with(filters(filter), how);
                return self.wait_for_all(started, waiters, future);
            }
            Step::RefetchAll(filter, cancel, future) => {
                let started = client.refetch_queries_with(filters(filter), cancel);
                return self.wait_for_all(started, waiters, future);
            }
            Step::Cancel(filter) => client.cancel_queries(filters(filter)),
            Step::Reset(filter, future) => {
                let started = client.reset_queries(filters(filter));
                return self.wait_for_all(started, waiters, future);
            }
            Step::Remove(filter) => client.remove_queries(filters(filter)),
            Step::Focus => client.dispatch(Event::Focus),
            Step::Visible(visible) => client.dispatch(Event::Visible(visible)),
            Step::Online(online) => client.dispatch(Event::Online(online)),
            Step::Owner(who) => client.set_owner(who.owner()),
            Step::Held(at, look) => return self.let_go(at, look),
            Step::Flush => self.sim.flush(),
            Step::Advance(span) => self.sim.advance_ms(span),
            Step::Adapt(..) => unreachable!("fitted away"),
        }
        Vec::new()
    }

    fn mount(&mut self, key: Option<usize>, opts: &Opts, reads: Reads, function: u32) {
        let watch = self.query(key, opts, function).watch(&self.client).expect("a key");
        let (told, seen) = (Rc::<Cell<u32>>::default(), Rc::<Cell<Shown>>::default());
        let view = Rc::<OnceCell<Rc<View>>>::default();
        let (count, render, look) = (told.clone(), seen.clone(), view.clone());
        let listener = move || {
            count.set(count.get() + 1);
            let view = look.get().expect("nobody is told while mounting");
            render.set(view.peek(shown));
        };
        let observer = self.client.observe(watch, Rc::new(listener));
        let shown_first = observer.view().read(fields(reads), shown);
        seen.set(shown_first);
        assert!(view.set(observer.view().clone()).is_ok(), "set once");
        let before = (0, observer.view().revision());
        self.components.push(Component { observer, reads, told, seen, before });
    }

    fn change(&mut self, at: usize, key: Option<usize>, opts: &Opts, function: u32) {
        let watch = self.query(key, opts, function).watch(&self.client).expect("a key");
        let component = &self.components[at];
        component.observer.update(watch);
        // It is rendering, and sees what is there.
        component.seen.set(component.observer.view().peek(shown));
    }

    fn ask(
        &mut self,
        query: QueryOptions<Datum, u32>,
        how: How,
        waiters: Vec<usize>,
        future: Future,
    ) -> Vec<usize> {
        let client = self.client.clone();
        let started = match how {
            How::Fetch => client.fetch_query(query),
            How::Ensure => client.ensure_query_data(query),
            How::EnsureRevalidated => client.ensure_query_data_revalidated(query),
            How::Prefetch => {
                let started = client.prefetch_query(query);
                return self.wait_for_all(started, waiters, future);
            }
        };
        let told = Box::pin(async { Told::End(typed_end(started.await)) });
        self.wait_for(told, waiters, (true, true), future)
    }

    fn write(&mut self, key: usize, what: Write, function: u32) {
        let owner = self.server.owner();
        let datum = Datum { key, owner, number: BY_HAND + function };
        let now = self.client.now();
        let written = match what {
            Write::New => self.client.set_query_data(name(key), datum),
            Write::Old(age) => {
                self.client.set_query_data_at(name(key), datum, now.before(span(age)))
            }
            Write::Ancient => self.client.set_query_data_at(name(key), datum, Time::ZERO),
            Write::Steady => {
                self.client.set_query_data(name(key), Datum { number: STEADY, ..datum })
            }
            Write::Next => {
                self.client.update_query_data(name(key), |old| old.map(|_: &Datum| datum))
            }
            Write::Nothing => self.client.update_query_data(name(key), |_: Option<&Datum>| None),
        };
        written.expect("a key, and data of this type");
    }

    // ---- Futures ----

    fn wait_for_all(
        &mut self,
        started: Started<()>,
        waiters: Vec<usize>,
        future: Future,
    ) -> Vec<usize> {
        let told = Box::pin(async {
            started.await;
            Told::Done
        });
        self.wait_for(told, waiters, (false, false), future)
    }

    fn wait_for(
        &mut self,
        told: Boxed,
        waiters: Vec<usize>,
        (gives, is_typed): (bool, bool),
        future: Future,
    ) -> Vec<usize> {
        let awaited = Awaited { told: Rc::default(), waiters, gives, is_typed, future: Some(told) };
        match future {
            Future::Awaited => self.look_at(awaited),
            Future::Held => self.held.push(awaited),
            Future::Dropped => return awaited.waiters,
        }
        Vec::new()
    }

    fn look_at(&mut self, mut awaited: Awaited) {
        if let Some(future) = awaited.future.take() {
            let told = awaited.told.clone();
            self.sim.spawn(Box::pin(async move {
                let ended = future.await;
                assert!(told.replace(Some(ended)).is_none(), "told twice");
            }));
        }
        self.awaited.push(awaited);
    }

    fn let_go(&mut self, at: usize, look: bool) -> Vec<usize> {
        if self.held.is_empty() {
            return Vec::new();
        }
        let held = self.held.remove(at % self.held.len());
        if !look {
            return held.waiters;
        }
        self.look_at(held);
        Vec::new()
    }

    pub fn look_at_all(&mut self) {
        for held in std::mem::take(&mut self.held) {
            self.look_at(held);
        }
    }
}
