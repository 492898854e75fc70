//! Focus, visibility, network and page lifecycle: one set of listeners for each client.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use web_sys::{EventTarget, VisibilityState};

use crate::auth::Subscription;
use crate::client::{QueryClient, WeakQueryClient};
use crate::engine::event::Event;

/// Tells a client what happens to the page, until it is dropped.
pub struct PageEvents {
    _listeners: Vec<EventListener>,
    _sources: [Option<Subscription>; 2],
}

/// A source of events of the app's own: it is given what to call, and gives what ends it when it is dropped.
pub type EventSource = Rc<dyn Fn(Rc<dyn Fn()>) -> Subscription>;

/// What all listeners share.
struct Page {
    client: WeakQueryClient,
    /// The focus of this tick; a page that is shown also gets the focus, and both count as one.
    pending: RefCell<Option<Timeout>>,
    visible: Cell<bool>,
    /// Whether the page's own events count as a return of the user.
    focuses: bool,
}

impl PageEvents {
    /// Begins to listen. Off the browser it does nothing.
    #[must_use]
    pub fn new(client: &QueryClient) -> Self {
        Self { _listeners: events(client, true, true), _sources: [None, None] }
    }

    /// The same, with sources of the app's own in the place of the page's, where they are given. Same as SWR's `initFocus`
    /// and `initReconnect`.
    #[must_use]
    pub fn from_sources(
        client: &QueryClient,
        focus: Option<&EventSource>,
        reconnect: Option<&EventSource>,
    ) -> Self {
        let listeners = events(client, focus.is_none(), reconnect.is_none());
        let tell = |of: &'static [fn() -> Event]| {
            let client = client.downgrade();
            Rc::new(move || {
                if let Some(client) = client.upgrade() {
                    of.iter().for_each(|event| client.dispatch(event()));
                }
            })
        };
        let focus = focus.map(|source| source(tell(&[|| Event::Focus])));
        let reconnect = reconnect.map(|source| source(tell(&BACK)));
        Self { _listeners: listeners, _sources: [focus, reconnect] }
    }
}

/// It is back only for those who know that it was gone.
const BACK: [fn() -> Event; 2] = [|| Event::Online(false), || Event::Online(true)];

fn events(client: &QueryClient, focuses: bool, reconnects: bool) -> Vec<EventListener> {
    if !cfg!(target_arch = "wasm32") {
        return Vec::new();
    }
    let page = Rc::new(Page {
        client: client.downgrade(),
        pending: RefCell::new(None),
        visible: Cell::new(true),
        focuses,
    });
    // Said in any case: the client may have been left by earlier listeners on a hidden page.
    page.visible.set(is_visible());
    page.dispatch(Event::Visible(page.visible.get()));
    page.believe_online();
    listen(&page, reconnects)
}

type Handler = fn(&Rc<Page>, &web_sys::Event);

fn listen(page: &Rc<Page>, reconnects: bool) -> Vec<EventListener> {
    let Some(window) = web_sys::window() else {
        return Vec::new();
    };
    let on = |target: &EventTarget, name: &'static str, handle: Handler| {
        let page = page.clone();
        EventListener::new(target, name, move |event| handle(&page, event))
    };
    let mut listeners = vec![
        on(&window, "focus", |page, _| page.focus_soon()),
        on(&window, "pageshow", Page::on_show),
    ];
    if reconnects {
        listeners.push(on(&window, "online", |page, _| page.dispatch(Event::Online(true))));
        listeners.push(on(&window, "offline", |page, _| page.dispatch(Event::Online(false))));
    }
    if let Some(document) = window.document() {
        listeners.push(on(&document, "visibilitychange", |page, _| page.on_visibility()));
    }
    listeners
}

impl Page {
    fn dispatch(&self, event: Event) {
        if let Some(client) = self.client.upgrade() {
            client.dispatch(event);
        }
    }

    /// Tells the client whether the page is visible, if that has changed.
    fn look(&self) {
        let visible = is_visible();
        if self.visible.replace(visible) != visible {
            self.dispatch(Event::Visible(visible));
        }
    }

    fn on_visibility(self: &Rc<Self>) {
        let was_visible = self.visible.get();
        self.look();
        if self.visible.get() && !was_visible {
            self.focus_soon();
        }
    }

    /// A page that comes back from the back/forward cache has missed everything since, whatever it looks like.
    fn on_show(self: &Rc<Self>, event: &web_sys::Event) {
        self.look();
        let persisted = js_sys::Reflect::get(event, &"persisted".into());
        if persisted.is_ok_and(|persisted| persisted.is_truthy()) {
            self.believe_online();
            self.focus_soon();
        }
    }

    /// Offline is believed only when it happens, as browsers report it wrongly; online always.
    fn believe_online(&self) {
        if web_sys::window().is_some_and(|window| window.navigator().on_line()) {
            self.dispatch(Event::Online(true));
        }
    }

    /// Deferred by a turn, so that what the same click changes (a key, say) is changed before.
    fn focus_soon(self: &Rc<Self>) {
        self.look();
        if !self.focuses {
            return;
        }
        let page = Rc::downgrade(self);
        let timeout = Timeout::new(0, move || {
            if let Some(page) = page.upgrade() {
                drop(page.pending.take());
                page.dispatch(Event::Focus);
            }
        });
        // An earlier one of this turn is cancelled by being dropped.
        self.pending.replace(Some(timeout));
    }
}

/// Whether the page is visible; a page that cannot tell is.
#[must_use]
pub fn is_visible() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_none_or(|document| document.visibility_state() != VisibilityState::Hidden)
}
