//! A laboratory for the rules of the cache: a client in a simulated world, observers without components, and
//! query functions that do what the test says.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use yew_clerk::client::{
    QueryClient, QueryContext, QueryObserver, QueryOptions, Started, SwrOptions, erase_fetcher,
    query_options,
};
use yew_clerk::engine::effect::{Answer, FetchContext, Fetcher};
use yew_clerk::engine::entry::{FetchStatus, QueryState, Status};
use yew_clerk::engine::erased::{Data, Failure};
use yew_clerk::engine::event::{Event, Owner};
use yew_clerk::engine::key::{IntoKey, Key};
use yew_clerk::engine::observer::{Fields, Snapshot};
use yew_clerk::engine::observing::Watch;
use yew_clerk::engine::options::ObserverOptions;
use yew_clerk::engine::signal::Signal;
use yew_clerk::engine::sim::Sim;
use yew_clerk::engine::time::Time;

pub type Text = &'static str;
pub type Swr = SwrOptions<i32, Text>;
pub type SwrOptionsOf = SwrOptions<Text, Text>;
pub type SwrOptionsFor<T> = SwrOptions<T, Text>;
pub type Query = QueryOptions<i32, Text>;

pub const NEVER: Duration = Duration::MAX;

/// What a query shows of itself and of its fetch.
pub type States = (Status, FetchStatus);

pub const LOADING: States = (Status::Pending, FetchStatus::Fetching);
pub const UNTOUCHED: States = (Status::Pending, FetchStatus::Idle);
pub const WAITING: States = (Status::Pending, FetchStatus::Paused);
pub const DONE: States = (Status::Success, FetchStatus::Idle);
pub const REFETCHING: States = (Status::Success, FetchStatus::Fetching);
pub const HELD_BACK: States = (Status::Success, FetchStatus::Paused);
pub const FAILED: States = (Status::Error, FetchStatus::Idle);

pub fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub fn key(of: impl IntoKey) -> Key {
    of.to_key().expect("a key that can be encoded").expect("a key")
}

pub fn alice() -> Owner {
    Owner::Identity("alice".into())
}

pub fn bob() -> Owner {
    Owner::Identity("bob".into())
}

/// A client and its world.
pub struct Lab {
    pub sim: Sim,
    pub client: QueryClient,
}

impl Lab {
    pub fn new() -> Self {
        let sim = Sim::new();
        let client = QueryClient::new(Rc::new(sim.clone()));
        Self { sim, client }
    }

    pub fn advance(&self, millis: u64) {
        self.sim.advance_ms(millis);
    }

    pub fn flush(&self) {
        self.sim.flush();
    }

    pub fn send(&self, event: Event) {
        self.client.dispatch(event);
        self.flush();
    }

    /// What the browser says when the user comes back to the page.
    pub fn focus(&self) {
        self.send(Event::Focus);
    }

    pub fn hide(&self) {
        self.send(Event::Visible(false));
    }

    pub fn show(&self) {
        self.send(Event::Visible(true));
        self.focus();
    }

    pub fn online(&self, online: bool) {
        self.send(Event::Online(online));
    }

    pub fn own(&self, owner: Owner) {
        self.client.set_owner(owner);
        self.flush();
    }

    /// A server that answers `value(n)` to request number `n` (from 0) after `delay`.
    pub fn server<T: PartialEq + 'static>(
        &self,
        delay: u64,
        value: impl Fn(u32) -> Result<T, Text> + 'static,
    ) -> Server<T> {
        Server {
            sim: self.sim.clone(),
            calls: Rc::default(),
            delay: Rc::new(Cell::new(delay)),
            signals: Rc::default(),
            consumes: Rc::default(),
            value: Rc::new(value),
        }
    }

    /// A server that counts its requests, and answers with the count, from 0.
    pub fn counter(&self, delay: u64) -> Server<i32> {
        self.server(delay, |n| Ok(i32::try_from(n).unwrap_or(i32::MAX)))
    }

    /// A server that always fails: "error 0", "error 1" and so on.
    pub fn broken(&self, delay: u64) -> Server<i32> {
        const ERRORS: [Text; 4] = ["error 0", "error 1", "error 2", "error 3"];
        self.server(delay, |n| Err(ERRORS.get(n as usize).copied().unwrap_or("error n")))
    }

    pub fn watch(&self, watch: Watch) -> Observer {
        Observer::new(&self.client, watch, Fields::NONE)
    }

    /// A component with `use_swr` that reads all fields.
    pub fn swr<T, E>(
        &self,
        key: impl IntoKey,
        server: &Server<T>,
        options: &SwrOptions<T, E>,
    ) -> Observer
    where
        T: PartialEq + 'static,
        E: 'static,
    {
        Observer::new(&self.client, swr_watch(key, server, options), Fields::ALL)
    }

    /// A component with `use_query` that reads all fields.
    pub fn query<T, U>(&self, query: &QueryOptions<T, Text, U>) -> Observer
    where
        T: PartialEq + 'static,
        U: 'static,
    {
        Observer::new(&self.client, self.query_watch(query), Fields::ALL)
    }

    pub fn query_watch<T, U>(&self, query: &QueryOptions<T, Text, U>) -> Watch
    where
        T: PartialEq + 'static,
        U: 'static,
    {
        query.watch(&self.client).expect("a key that can be encoded")
    }

    pub fn state(&self, key: impl IntoKey) -> Option<QueryState> {
        self.client.get_query_state(key)
    }

    pub fn data<T: Clone + 'static>(&self, key: impl IntoKey) -> Option<T> {
        let data = self.client.get_query_data::<T>(key).expect("the right type");
        data.map(|data| (*data).clone())
    }

    pub fn entries(&self) -> usize {
        self.client.engine().expect("an idle engine").entry_count()
    }

    pub fn fetching(&self) -> u32 {
        self.client.engine().expect("an idle engine").fetching_count()
    }

    /// Runs a future and gives a place for its result.
    pub fn run<T: 'static>(
        &self,
        future: impl Future<Output = T> + 'static,
    ) -> yew_clerk::engine::sim::Outcome<T> {
        self.sim.run(future)
    }
}

pub fn swr_watch<T, E>(key: impl IntoKey, server: &Server<T>, options: &SwrOptions<T, E>) -> Watch
where
    T: PartialEq + 'static,
    E: 'static,
{
    Watch {
        key: key.to_key().expect("a key that can be encoded"),
        options: options.resolved(),
        fetcher: Some(server.fetcher()),
    }
}

/// A scripted server.
pub struct Server<T> {
    sim: Sim,
    calls: Rc<Cell<u32>>,
    pub delay: Rc<Cell<u64>>,
    signals: Rc<RefCell<Vec<Signal>>>,
    consumes: Rc<Cell<bool>>,
    value: Rc<dyn Fn(u32) -> Result<T, Text>>,
}

impl<T> Clone for Server<T> {
    fn clone(&self) -> Self {
        Self {
            sim: self.sim.clone(),
            calls: self.calls.clone(),
            delay: self.delay.clone(),
            signals: self.signals.clone(),
            consumes: self.consumes.clone(),
            value: self.value.clone(),
        }
    }
}

impl<T: PartialEq + 'static> Server<T> {
    /// How many requests there were.
    pub fn calls(&self) -> u32 {
        self.calls.get()
    }

    /// The signal of request number `n`.
    pub fn signal(&self, n: usize) -> Signal {
        self.signals.borrow().get(n).cloned().expect("a request with this number")
    }

    /// From now on the query function asks for its signal.
    pub fn abortable(self) -> Self {
        self.consumes.set(true);
        self
    }

    fn answer(&self, signal: Signal) -> impl Future<Output = Result<T, Text>> + use<T> {
        let n = self.calls.get();
        self.calls.set(n + 1);
        if self.consumes.get() {
            signal.consume();
        }
        self.signals.borrow_mut().push(signal);
        let (value, delay) = (self.value.clone(), self.delay.get());
        let wait = (delay > 0).then(|| self.sim.sleep(ms(delay)));
        async move {
            if let Some(wait) = wait {
                wait.await;
            }
            value(n)
        }
    }

    /// A request that no signal stops.
    pub fn request(&self) -> impl Future<Output = Result<T, Text>> + use<T> {
        self.answer(Signal::new())
    }

    pub fn fetcher(&self) -> Fetcher {
        let server = self.clone();
        erase_fetcher(move |context: FetchContext| server.answer(context.signal))
    }

    /// A query of this server.
    pub fn query(&self, key: impl IntoKey) -> QueryOptions<T, Text> {
        let server = self.clone();
        let consumes = self.consumes.clone();
        query_options(key, move |context: QueryContext| {
            let signal = if consumes.get() { context.signal() } else { Signal::new() };
            server.answer(signal)
        })
    }
}

/// An observer that counts how often it was told, and renders at once when it is: it reads the fields that its
/// component reads.
pub struct Observer {
    inner: QueryObserver,
    told: Rc<Cell<u32>>,
}

impl Observer {
    pub fn new(client: &QueryClient, watch: Watch, reads: Fields) -> Self {
        let told = Rc::<Cell<u32>>::default();
        let count = told.clone();
        let inner = client.observe(watch, Rc::new(move || count.set(count.get() + 1)));
        inner.view().read(reads, |_| ());
        Self { inner, told }
    }

    /// How often its component was told to render again.
    pub fn told(&self) -> u32 {
        self.told.get()
    }

    /// The counter behind [`Observer::told`], which outlives the observer.
    pub fn told_cell(&self) -> Rc<Cell<u32>> {
        self.told.clone()
    }

    pub fn observer(&self) -> &QueryObserver {
        &self.inner
    }

    pub fn update(&self, watch: Watch) {
        self.inner.update(watch);
    }

    pub fn refetch(&self) -> Started<Answer> {
        self.inner.refetch(true)
    }

    pub fn see<R>(&self, read: impl FnOnce(&Snapshot) -> R) -> R {
        self.inner.view().read(Fields::NONE, read)
    }

    pub fn data<T: Clone + 'static>(&self) -> Option<T> {
        self.see(|shown| shown.data.as_ref().and_then(Data::get::<T>).map(|data| (*data).clone()))
    }

    /// The data as the number that most tests use.
    pub fn number(&self) -> Option<i32> {
        self.data()
    }

    pub fn error(&self) -> Option<Text> {
        self.see(|shown| shown.error.as_ref().and_then(Failure::get::<Text>).map(|error| *error))
    }

    pub fn status(&self) -> Status {
        self.see(|shown| shown.status)
    }

    pub fn fetch_status(&self) -> FetchStatus {
        self.see(|shown| shown.fetch_status)
    }

    /// Status and fetch status.
    pub fn states(&self) -> (Status, FetchStatus) {
        (self.status(), self.fetch_status())
    }

    pub fn is_loading(&self) -> bool {
        self.see(|shown| shown.is_loading)
    }

    /// SWR's `isValidating`.
    pub fn is_validating(&self) -> bool {
        self.fetch_status() != FetchStatus::Idle
    }

    pub fn is_stale(&self) -> bool {
        self.see(|shown| shown.is_stale)
    }

    pub fn is_placeholder(&self) -> bool {
        self.see(|shown| shown.is_placeholder_data)
    }

    pub fn failures(&self) -> u32 {
        self.see(|shown| shown.failure_count)
    }

    pub fn updated_at(&self) -> Time {
        self.see(|shown| shown.data_updated_at)
    }
}

/// The options of a SWR hook below no `SwrConfig`.
pub fn swr_defaults() -> Rc<ObserverOptions> {
    Rc::new(ObserverOptions::swr())
}
