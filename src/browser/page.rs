//! Focus, visibility, network and page lifecycle: one set of listeners for each client.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use web_sys::VisibilityState;

use crate::client::{QueryClient, WeakQueryClient};
use crate::engine::event::Event;

/// Tells a client what happens to the page, until it is dropped.
pub struct PageEvents {
    _listeners: Vec<EventListener>,
}

/// What all listeners share.
struct Page {
    client: WeakQueryClient,
    /// The focus of this tick; a page that is shown also gets the focus, and both count as one.
    pending: RefCell<Option<Timeout>>,
    visible: Cell<bool>,
}

impl PageEvents {
    /// Begins to listen. Off the browser it does nothing.
    #[must_use]
    pub fn new(client: &QueryClient) -> Self {
        if !cfg!(target_arch = "wasm32") {
            return Self { _listeners: Vec::new() };
        }
        let page = Rc::new(Page {
            client: client.downgrade(),
            pending: RefCell::new(None),
            visible: Cell::new(true),
        });
        page.look();
        // Offline is believed only when it happens, as browsers report it wrongly; online always.
        if web_sys::window().is_some_and(|window| window.navigator().on_line()) {
            page.dispatch(Event::Online(true));
        }
        Self { _listeners: listen(&page) }
    }
}

fn listen(page: &Rc<Page>) -> Vec<EventListener> {
    let Some(window) = web_sys::window() else { return Vec::new() };
    let on = |name: &'static str, handle: fn(&Rc<Page>)| {
        let page = page.clone();
        EventListener::new(&window, name, move |_| handle(&page))
    };
    // `visibilitychange` is fired at the document and bubbles up to here.
    vec![
        on("visibilitychange", Page::on_visibility),
        on("focus", Page::focus_soon),
        on("online", |page| page.dispatch(Event::Online(true))),
        on("offline", |page| page.dispatch(Event::Online(false))),
        // A page that comes back from the back/forward cache has missed everything since.
        on("pageshow", Page::on_visibility),
    ]
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

    /// Deferred by a turn, so that what the same click changes (a key, say) is changed before.
    fn focus_soon(self: &Rc<Self>) {
        self.look();
        let page = Rc::downgrade(self);
        let timeout = Timeout::new(0, move || {
            if let Some(page) = page.upgrade() {
                // Forgotten, not cancelled: it has fired.
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
