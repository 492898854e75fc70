//! The pages' addresses, and links that need no reload.
//!
//! The address is the only state: a link or [`go`] changes it, and what shows the page looks it up.

use std::cell::Cell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, MouseEvent};
use yew::prelude::*;

/// A page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Route {
    /// What this is.
    Home,
    /// Part 1.
    SameOrigin,
    /// Part 2.
    Swr,
    /// Part 3.
    Query,
    /// Part 4.
    Background,
    /// All of it together.
    Notes,
    /// The way in.
    SignIn,
    /// Anything else.
    NotFound,
}

impl Route {
    /// The pages of the navigation, by their test names.
    pub const MENU: [(&'static str, Self); 5] = [
        ("nav-same-origin", Self::SameOrigin),
        ("nav-swr", Self::Swr),
        ("nav-query", Self::Query),
        ("nav-background", Self::Background),
        ("nav-notes", Self::Notes),
    ];

    const ALL: [Self; 8] = [
        Self::Home,
        Self::SameOrigin,
        Self::Swr,
        Self::Query,
        Self::Background,
        Self::Notes,
        Self::SignIn,
        Self::NotFound,
    ];

    /// The address.
    pub const fn path(self) -> &'static str {
        self.texts().0
    }

    /// The title, in the navigation and in the browser's tab.
    pub const fn title(self) -> &'static str {
        self.texts().1
    }

    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Home => ("/", "Overview"),
            Self::SameOrigin => ("/same-origin", "Same origin"),
            Self::Swr => ("/swr", "SWR"),
            Self::Query => ("/query", "Query"),
            Self::Background => ("/background", "Background"),
            Self::Notes => ("/notes", "Notes"),
            Self::SignIn => ("/sign-in", "Sign in"),
            Self::NotFound => ("/404", "Not found"),
        }
    }

    /// The page of an address.
    fn of(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|route| route.path() == path)
    }

    /// The page of the address bar, with or without a slash at its end.
    fn current() -> Self {
        let path = web_sys::window().and_then(|window| window.location().pathname().ok());
        let path = path.unwrap_or_default();
        let path = if path.len() > 1 { path.strip_suffix('/').unwrap_or(&path) } else { &path };
        Self::of(path).unwrap_or(Self::NotFound)
    }
}

/// Goes to a page, as a link to it does.
pub fn go(route: Route) {
    // To the page that is shown already: back to its beginning, and no further entry for 'back'.
    if Route::current() == route {
        return arrive(route);
    }
    visit(route.path(), false);
}

/// Goes to an address of this app, in a new entry of the history or in the place of the current one.
pub fn visit(address: &str, replace: bool) {
    let Some(window) = web_sys::window() else { return };
    let Ok(history) = window.history() else { return };
    let (state, title, url) = (&JsValue::NULL, "", Some(address));
    let moved = match replace {
        true => history.replace_state_with_url(state, title, url),
        false => history.push_state_with_url(state, title, url),
    };
    if moved.is_err() {
        return;
    }
    // The browser tells of 'back' and 'forward' alone.
    if let Ok(event) = Event::new("popstate") {
        let _not_cancelled = window.dispatch_event(&event);
    }
}

/// The page to be shown. Renders again when that is another, be it by a link, by [`go`], or by 'back' and 'forward'.
///
/// To be used once, by what is there as long as the app is: it follows every link with a known address.
#[hook]
pub fn use_route() -> Route {
    let render = use_force_update();
    let router = use_memo((), move |()| Router::new(move || render.force_update()));
    router.shown.get()
}

/// The page that is shown, and what notices when it shall be another.
struct Router {
    shown: Rc<Cell<Route>>,
    _listeners: Option<[EventListener; 2]>,
}

impl Router {
    fn new(render: impl Fn() + 'static) -> Self {
        let shown = Rc::new(Cell::new(Route::current()));
        let before = shown.clone();
        let listeners = listen(move || {
            let now = Route::current();
            // An address may also change in what stands behind its `#`.
            if before.replace(now) != now {
                arrive(now);
                render();
            }
        });
        Self { shown, _listeners: listeners }
    }
}

/// Listens as long as the answer is kept.
fn listen(on_move: impl Fn() + 'static) -> Option<[EventListener; 2]> {
    let window = web_sys::window()?;
    name_tab(Route::current());
    let moved = EventListener::new(&window, "popstate", move |_| on_move());
    let may_prevent = EventListenerOptions::enable_prevent_default();
    let clicked = EventListener::new_with_options(&window, "click", may_prevent, follow);
    Some([moved, clicked])
}

/// Takes a plain click on a link to a page. With a modifier key or another button it is the browser's, for a new tab
/// or window.
fn follow(event: &Event) {
    let click: &MouseEvent = event.unchecked_ref();
    let modified = click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key();
    if modified || click.button() != 0 || event.default_prevented() {
        return;
    }
    if let Some(route) = event.target().and_then(linked) {
        event.prevent_default();
        go(route);
    }
}

/// The page that a link is to, if the element is in one.
fn linked(target: web_sys::EventTarget) -> Option<Route> {
    let element: Element = target.dyn_into().ok()?;
    let link = element.closest("a:not([target])").ok()??;
    Route::of(&link.get_attribute("href")?)
}

/// After a link, begins at the top of the page, where the keyboard and a screen reader go on too.
fn arrive(route: Route) {
    name_tab(route);
    let Some(window) = web_sys::window() else { return };
    let main = window.document().and_then(|document| document.get_element_by_id("main"));
    if let Some(main) = main.and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Without the focus, the page is still there to be read.
        let _focused = main.focus();
    }
    window.scroll_to_with_x_and_y(0.0, 0.0);
}

/// Names the page in the browser's tab.
fn name_tab(route: Route) {
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        document.set_title(&[route.title(), " · yew-clerk"].concat());
    }
}
