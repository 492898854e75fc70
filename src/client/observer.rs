//! An observer outside a component: what the hooks are made of.

use std::cell::Cell;
use std::rc::Rc;

use super::driver::{QueryClient, WeakQueryClient};
use super::infinite_query::{Overlap, page_filter};
use super::started::Started;
use crate::engine::effect::{Answer, Listener, Waiter};
use crate::engine::observer::{ObserverId, View};
use crate::engine::observing::Watch;
use crate::engine::oneshot::Receiver;
use crate::engine::paging::{Direction, PageFilter};

/// Watches one key for as long as it lives: fetches by its options, and tells its listener of changes.
///
/// Hooks keep one in their state; code outside components may have its own. Dropping it ends the watch. Same
/// as TanStack Query's `QueryObserver`, once subscribed.
///
/// ```
/// use std::rc::Rc;
/// use yew_clerk::client::QueryClient;
/// use yew_clerk::engine::key::IntoKey;
/// use yew_clerk::engine::observer::Fields;
/// use yew_clerk::engine::observing::Watch;
/// use yew_clerk::engine::options::ObserverOptions;
/// use yew_clerk::engine::sim::Sim;
///
/// let client = QueryClient::new(Rc::new(Sim::new()));
/// let options = Rc::new(ObserverOptions::query());
/// let watch = Watch { key: "notes".to_key().unwrap(), options, fetcher: None };
/// let observer = client.observe(watch, Rc::new(|| {}));
/// assert!(observer.view().read(Fields::DATA, |shown| shown.data.is_none()));
/// ```
pub struct QueryObserver {
    client: QueryClient,
    /// Filled when the engine has taken the observer in: at once, unless a rule that the engine is asking
    /// made it.
    id: Rc<Cell<Option<ObserverId>>>,
    view: Rc<View>,
}

impl QueryClient {
    /// Watches a key. The listener is called after each change of a field that was read through the view; it
    /// may use the client, and may drop the observer. If a fetch starts, the view says so already.
    #[must_use = "the watch ends when this is dropped"]
    pub fn observe(&self, watch: Watch, listener: Listener) -> QueryObserver {
        self.observe_in(Rc::default(), watch, listener)
    }

    pub(crate) fn observe_in(
        &self,
        view: Rc<View>,
        watch: Watch,
        listener: Listener,
    ) -> QueryObserver {
        let id = Rc::<Cell<Option<ObserverId>>>::default();
        let (slot, shown) = (id.clone(), view.clone());
        // One listener may drop the observer of another that is about to be told.
        let alive = id.clone();
        let listener: Listener = Rc::new(move || {
            if alive.get().is_some() {
                listener();
            }
        });
        self.run(move |engine, now| slot.set(Some(engine.observe(watch, shown, listener, now))));
        QueryObserver { client: self.clone(), id, view }
    }
}

impl QueryObserver {
    /// What it shows. Outlives the observer.
    #[must_use]
    pub const fn view(&self) -> &Rc<View> {
        &self.view
    }

    /// The client that it belongs to.
    #[must_use]
    pub const fn client(&self) -> &QueryClient {
        &self.client
    }

    /// Gives it a new key, options or function. The view follows at once, without a call of the listener.
    pub fn update(&self, watch: Watch) {
        let id = self.id.clone();
        self.client.run(move |engine, now| {
            if let Some(id) = id.get() {
                engine.update(id, watch, now);
            }
        });
    }

    /// Fetches whatever the data's age, even if it is not enabled. Starts at once, awaited or not.
    ///
    /// With `cancel_refetch`, a running refetch is replaced, else joined. Without a key or a function, it
    /// answers with what is there. Same as TanStack Query's `refetch`.
    pub fn refetch(&self, cancel_refetch: bool) -> Started<Answer> {
        let receiver = self.start_refetch(cancel_refetch);
        Started::new(async move { receiver.await.unwrap_or(Answer::Cancelled) })
    }

    pub(crate) fn start_refetch(&self, cancel_refetch: bool) -> Receiver<Answer> {
        let (waiter, receiver) = Waiter::new();
        let id = self.id.clone();
        self.client.run(move |engine, now| {
            if let Some(id) = id.get() {
                engine.refetch(id, cancel_refetch, Some(waiter), now);
            }
        });
        receiver
    }
}

/// Of an infinite query.
impl QueryObserver {
    /// Fetches one more page. Starts at once, awaited or not; gives the pages that are there then. Before the first page is
    /// there, it waits for that. Same as TanStack Query's `fetchNextPage` and `fetchPreviousPage`.
    pub fn fetch_page(&self, direction: Direction, overlap: Overlap) -> Started<Answer> {
        let receiver = self.start_page(direction, overlap);
        Started::new(async move { receiver.await.unwrap_or(Answer::Cancelled) })
    }

    pub(crate) fn start_page(&self, direction: Direction, overlap: Overlap) -> Receiver<Answer> {
        let (waiter, receiver) = Waiter::new();
        let id = self.id.clone();
        if overlap == Overlap::Queue {
            let queued =
                Queued { client: self.client.downgrade(), id, direction, waiter: Some(waiter) };
            queued.start();
            return receiver;
        }
        let replace = overlap == Overlap::Replace;
        self.client.run(move |engine, now| {
            if let Some(id) = id.get() {
                engine.fetch_page(id, direction, replace, waiter, now);
            }
        });
        receiver
    }

    /// Fetches some of the pages that are there: those that `only` names by their data and place. A running fetch is
    /// replaced. Starts at once, awaited or not.
    pub fn refetch_pages<T: 'static>(
        &self,
        only: impl Fn(&T, usize) -> bool + 'static,
    ) -> Started<Answer> {
        let receiver = self.start_refetch_of(page_filter(only));
        Started::new(async move { receiver.await.unwrap_or(Answer::Cancelled) })
    }

    pub(crate) fn start_refetch_of(&self, only: PageFilter) -> Receiver<Answer> {
        let (waiter, receiver) = Waiter::new();
        let id = self.id.clone();
        self.client.run(move |engine, now| {
            if let Some(id) = id.get() {
                engine.refetch_pages(id, only, waiter, now);
            }
        });
        receiver
    }
}

/// A page that is fetched once nothing else runs for its key.
struct Queued {
    client: WeakQueryClient,
    id: Rc<Cell<Option<ObserverId>>>,
    direction: Direction,
    waiter: Option<Waiter>,
}

impl Queued {
    fn start(mut self) {
        if let (Some(running), Some(client)) = (self.try_now(), self.client.upgrade()) {
            client.spawn(Box::pin(self.wait(running)));
        }
    }

    /// What has to end before, if something runs.
    fn try_now(&mut self) -> Option<Receiver<Answer>> {
        let (client, id) = (self.client.upgrade()?, self.id.get()?);
        let (direction, waiter) = (self.direction, &mut self.waiter);
        client.with(|engine, now| engine.fetch_page_in_turn(id, direction, waiter, now)).flatten()
    }

    /// If what runs fails, so does this.
    async fn wait(mut self, mut running: Receiver<Answer>) {
        loop {
            match running.await {
                Some(Answer::Data(_)) => {}
                Some(ended) => {
                    return self.waiter.into_iter().for_each(|w| w.answer(ended.clone()));
                }
                None => return,
            }
            match self.try_now() {
                Some(next) => running = next,
                None => return,
            }
        }
    }
}

impl Drop for QueryObserver {
    fn drop(&mut self) {
        let id = self.id.clone();
        self.client.run(move |engine, now| {
            if let Some(id) = id.take() {
                engine.unobserve(id, now);
            }
        });
    }
}

impl std::fmt::Debug for QueryObserver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QueryObserver").field("id", &self.id.get()).finish_non_exhaustive()
    }
}
