//! Whether the page is looked at, and whether there is a network: what a client believes, and who may say so.

use std::any::Any;
use std::rc::Rc;

use super::driver::{Kept, QueryClient};
use crate::auth::Subscription;
use crate::engine::events::{Interest, Told};

/// What a source of focus calls: with whether the page is looked at, or with `None` when the user has returned to it.
pub type SetFocused = Rc<dyn Fn(Option<bool>)>;

/// What a source of the network's state calls.
pub type SetOnline = Rc<dyn Fn(bool)>;

/// Whether the page is looked at: what decides when data is fetched anew, and whether retries and polling wait. Same as
/// TanStack Query's `focusManager`.
///
/// Differs from TanStack Query: each client has its own; listeners are told only of changes; and besides its
/// `visibilitychange` the page's `focus` counts as a return, as in SWR.
///
/// What SWR's option `isVisible` answers when it is asked, [`FocusManager::set_focused`] says beforehand. SWR's
/// `initFocus` is the property `init_focus` of `SwrConfig`, or [`FocusManager::set_event_listener`].
///
/// ```
/// use std::rc::Rc;
/// use yew_clerk::client::QueryClient;
/// use yew_clerk::engine::sim::Sim;
///
/// let client = QueryClient::new(Rc::new(Sim::new()));
/// let focus = client.focus_manager();
/// focus.set_focused(Some(false)); // a presentation on another screen: nothing is fetched for it
/// assert!(!focus.is_focused());
/// focus.set_focused(None); // the page has the say again
/// assert!(focus.is_focused());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FocusManager {
    client: QueryClient,
}

/// Whether there is a network: what decides whether fetches and mutations wait. Same as TanStack Query's `onlineManager`.
///
/// True until somebody says otherwise: browsers report `navigator.onLine` wrongly. Differs from TanStack Query: each
/// client has its own.
///
/// What SWR's option `isOnline` answers when it is asked, a source says beforehand, by
/// [`OnlineManager::set_event_listener`]. SWR's `initReconnect` is the property `init_reconnect` of `SwrConfig`, or the
/// same.
///
/// ```
/// use yew_clerk::auth::Subscription;
/// use yew_clerk::client::QueryClient;
/// # mod heartbeat { pub fn start(_: impl Fn(bool) + 'static) -> u32 { 0 } pub fn stop(_: u32) {} }
///
/// /// Asks the server whether it is there, whatever the browser thinks of the network.
/// fn ask_the_server(client: &QueryClient) {
///     client.online_manager().set_event_listener(|set_online| {
///         let beat = heartbeat::start(move |answers| set_online(answers));
///         Subscription::new(move || heartbeat::stop(beat))
///     });
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct OnlineManager {
    client: QueryClient,
}

impl QueryClient {
    /// What decides whether the page is looked at.
    #[must_use]
    pub fn focus_manager(&self) -> FocusManager {
        FocusManager { client: self.clone() }
    }

    /// What decides whether there is a network.
    #[must_use]
    pub fn online_manager(&self) -> OnlineManager {
        OnlineManager { client: self.clone() }
    }
}

impl FocusManager {
    /// Sets whether the page is looked at, whatever the page or a listener says, until it is set to `None`. To gain the
    /// focus by this is a return like any other: it fetches what is to be fetched on focus, and what was paused goes on.
    /// To lose it pauses retries and polling, as on a hidden page. Same as TanStack Query's `focusManager.setFocused`.
    pub fn set_focused(&self, focused: Option<bool>) {
        self.client.run(move |engine, now| engine.set_focused(focused, now));
    }

    /// Whether the page is looked at. Same as TanStack Query's `focusManager.isFocused`.
    #[must_use]
    pub fn is_focused(&self) -> bool {
        self.client.engine().is_none_or(|engine| engine.is_focused())
    }

    /// Calls the listener when the page is looked at or not any more, until the guard is dropped. It may use the client.
    /// Same as TanStack Query's `focusManager.subscribe`.
    pub fn subscribe(&self, listener: impl Fn(bool) + 'static) -> Subscription {
        let call = move |told: &Told| {
            if let Told::Focused(focused) = told {
                listener(*focused);
            }
        };
        self.client.listen(Interest::Focus, Box::new(call))
    }

    /// Puts a source of the app's own in the place of the page's events: `setup` begins to listen and gives what ends
    /// it. It is ended when another takes its place, before that begins, or when the client goes. Same as TanStack
    /// Query's `focusManager.setEventListener`.
    ///
    /// Differs from TanStack Query: what the source says does not take the place of [`FocusManager::set_focused`], which
    /// has more to say.
    ///
    /// ```
    /// use yew_clerk::auth::Subscription;
    /// use yew_clerk::client::QueryClient;
    /// # mod shell { pub fn on_front(_: impl Fn(bool) + 'static) -> u32 { 0 } pub fn forget(_: u32) {} }
    ///
    /// /// In a desktop shell, which knows better than the page whether its window is in front.
    /// fn follow_the_window(client: &QueryClient) {
    ///     client.focus_manager().set_event_listener(|set_focused| {
    ///         let listener = shell::on_front(move |is_in_front| set_focused(Some(is_in_front)));
    ///         Subscription::new(move || shell::forget(listener))
    ///     });
    /// }
    /// ```
    pub fn set_event_listener(&self, setup: impl FnOnce(SetFocused) -> Subscription) {
        let place = Place::new(&self.client, Kept::Focus);
        self.client.run(|engine, _| engine.begin_focus_source());
        let heard = place.heard();
        place.fill(setup(Rc::new(move |focused| {
            if let Some(client) = heard() {
                client.run(move |engine, now| engine.focus_source_says(focused, now));
            }
        })));
    }
}

impl OnlineManager {
    /// Sets whether there is a network, until it is set again or the page says otherwise. When it is back, what was paused
    /// goes on, and what is to be fetched then is fetched. Same as TanStack Query's `onlineManager.setOnline`.
    pub fn set_online(&self, online: bool) {
        self.client.run(move |engine, now| engine.network_is(online, now));
    }

    /// Whether there is a network. Same as TanStack Query's `onlineManager.isOnline`.
    #[must_use]
    pub fn is_online(&self) -> bool {
        self.client.engine().is_none_or(|engine| engine.is_online())
    }

    /// Calls the listener when the network has come or gone, until the guard is dropped. It may use the client. Same as
    /// TanStack Query's `onlineManager.subscribe`.
    pub fn subscribe(&self, listener: impl Fn(bool) + 'static) -> Subscription {
        let call = move |told: &Told| {
            if let Told::Online(online) = told {
                listener(*online);
            }
        };
        self.client.listen(Interest::Network, Box::new(call))
    }

    /// Puts a source of the app's own in the place of the page's events, by the rules of
    /// [`FocusManager::set_event_listener`]. Same as TanStack Query's `onlineManager.setEventListener`.
    pub fn set_event_listener(&self, setup: impl FnOnce(SetOnline) -> Subscription) {
        let place = Place::new(&self.client, Kept::Network);
        self.client.run(|engine, _| engine.begin_network_source());
        let heard = place.heard();
        place.fill(setup(Rc::new(move |online| {
            if let Some(client) = heard() {
                client.run(move |engine, now| engine.network_is(online, now));
            }
        })));
    }
}

/// The place of a source. Who was there before has ended.
struct Place {
    client: QueryClient,
    kept: Kept,
    /// The source is heard as long as this is there.
    token: Rc<()>,
}

impl Place {
    fn new(client: &QueryClient, kept: Kept) -> Self {
        client.put_guard(kept, None);
        Self { client: client.clone(), kept, token: Rc::new(()) }
    }

    /// Gives the client, while the source has the say.
    fn heard(&self) -> impl Fn() -> Option<QueryClient> + use<> {
        let (client, token) = (self.client.downgrade(), Rc::downgrade(&self.token));
        move || client.upgrade().filter(|_| token.strong_count() > 0)
    }

    fn fill(self, subscription: Subscription) {
        let source: Box<dyn Any> = Box::new((self.token, subscription));
        self.client.put_guard(self.kept, Some(source));
    }
}
