//! The genuine clerk-js, by what it looks like: no class of it is named, and older versions will do.

mod js;
mod listening;
mod loading;
mod routing;
mod script;
mod shapes;
mod tabs;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use self::js::{call, get, global, json, plain, set, settled};
use self::listening::Listening;
use self::shapes::Marks;
use self::tabs::Tabs;
use crate::auth::clerk::{
    Attempt, Clerk, ClerkCall, ClerkDriver, ClerkError, ClerkJson, ClerkOptions, ClerkSnapshot,
    Flow, ListOwner, PublishableKey, Redirect, Return, SetActive, Widget,
};
use crate::auth::{Listeners, Subscription, Token, TokenOptions};
use crate::browser::{console_error, default_runtime};

/// Where clerk-js looks for its ready-made forms. Clerk's own instructions name it, in spite of its name.
const UI: &str = "__internal_ClerkUICtor";

impl Clerk {
    /// A handle on clerk-js in this page, for use outside of components. Off the browser it never loads.
    ///
    /// Make one for the page, and give it to `ClerkProvider`.
    ///
    /// ```
    /// use yew_clerk::auth::clerk::{Clerk, ClerkOptions};
    ///
    /// let clerk = Clerk::new(ClerkOptions::new("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k"));
    /// assert!(!clerk.is_loaded());
    /// ```
    #[must_use]
    pub fn new(options: ClerkOptions) -> Self {
        let clerk = Self::with_driver(options, Rc::new(BrowserClerk::new()), default_runtime());
        // Nothing would load, so nobody would be told later.
        if let Some(failure) = clerk.failure() {
            console_error(&["Clerk: ", &failure.message].concat());
        }
        clerk
    }
}

/// clerk-js in this page.
pub struct BrowserClerk {
    page: Rc<Page>,
}

/// What outlives the driver for as long as a load is under way.
#[derive(Default)]
struct Page {
    /// `window.Clerk`, once found, with our one listener on it.
    found: RefCell<Option<Listening>>,
    changes: Listeners<()>,
    /// What was read last; nothing after clerk-js told of a change.
    last: RefCell<Option<(Marks, Rc<ClerkSnapshot>)>>,
    tabs: Option<Tabs>,
    complained: Cell<bool>,
}

impl Default for BrowserClerk {
    fn default() -> Self {
        Self::new()
    }
}

impl BrowserClerk {
    /// Nothing is loaded yet.
    #[must_use]
    pub fn new() -> Self {
        let tabs = if cfg!(target_arch = "wasm32") { Tabs::open() } else { None };
        Self { page: Rc::new(Page { tabs, ..Page::default() }) }
    }
}

impl Page {
    /// `window.Clerk`; `None` before it was found, and never off the browser.
    fn clerk(&self) -> Option<JsValue> {
        self.found.borrow().as_ref().map(|found| found.clerk().clone())
    }

    /// Forgets what was read, and tells everyone.
    fn changed(&self) {
        self.last.take();
        self.changes.emit(&());
    }

    /// Reads everything.
    fn read(&self, clerk: &JsValue) -> ClerkSnapshot {
        let now = shapes::snapshot(clerk);
        if now.is_odd() && !self.complained.replace(true) {
            console_error("Clerk: this version keeps its data in a form unknown here");
        }
        now
    }

    /// Waits for a call, after which everything may be different.
    fn ended(self: &Rc<Self>, called: Result<JsValue, ClerkError>) -> ClerkCall<JsValue> {
        let (settled, page) = (settled(called), self.clone());
        Box::pin(async move {
            let outcome = settled.await;
            page.changed();
            outcome
        })
    }

    /// The same where only the end matters.
    fn done(self: &Rc<Self>, called: Result<JsValue, ClerkError>) -> ClerkCall<()> {
        let ended = self.ended(called);
        Box::pin(async move { ended.await.map(drop) })
    }

    fn call(&self, name: &str, args: &[&JsValue]) -> Result<JsValue, ClerkError> {
        call(&self.clerk().ok_or_else(ClerkError::not_loaded)?, name, args)
    }

    /// Calls one of the methods of the ready-made forms, which throw when they are not there.
    fn call_ui(&self, verb: &str, widget: Widget, args: &[&JsValue]) -> Result<(), ClerkError> {
        let called = self.call(&[verb, widget.name()].concat(), args);
        called.map(drop).map_err(|error| if has_ui() { error } else { ClerkError::no_ui() })
    }
}

/// Whether the script of the forms has run, or came with clerk-js.
fn has_ui() -> bool {
    global(UI).is_truthy()
}

impl ClerkDriver for BrowserClerk {
    fn load(&self, options: &Rc<ClerkOptions>, key: &PublishableKey) -> ClerkCall<()> {
        if !cfg!(target_arch = "wasm32") {
            let error = ClerkError::new("no_browser", "Clerk loads in a browser only");
            return Box::pin(std::future::ready(Err(error)));
        }
        Box::pin(loading::load(self.page.clone(), options.clone(), key.clone()))
    }

    fn snapshot(&self) -> Rc<ClerkSnapshot> {
        let Some(clerk) = self.page.clerk() else { return Rc::default() };
        // This is asked for around each request, and reading everything takes its time.
        let marks = shapes::marks(&clerk);
        if let Some((_, known)) = self.page.last.borrow().as_ref().filter(|last| last.0 == marks) {
            return known.clone();
        }
        let now = Rc::new(self.page.read(&clerk));
        self.page.last.replace(Some((marks, now.clone())));
        now
    }

    fn subscribe(&self, listener: Rc<dyn Fn()>) -> Subscription {
        self.page.changes.add(Rc::new(move |()| listener()))
    }

    fn get_token(&self, options: &TokenOptions) -> ClerkCall<Option<Token>> {
        // Read afresh: a session that was kept across a sign-out would ask the network for nothing.
        let clerk = self.page.clerk().unwrap_or_default();
        let session = get(&clerk, "session");
        if !session.is_object() {
            return Box::pin(std::future::ready(Ok(None)));
        }
        let wanted: JsValue = js_sys::Object::new().into();
        for (name, text) in
            [("template", &options.template), ("organizationId", &options.organization_id)]
        {
            if let Some(text) = text {
                set(&wanted, name, &(&**text).into());
            }
        }
        if options.skip_cache {
            set(&wanted, "skipCache", &true.into());
        }
        let answer = settled(call(&session, "getToken", &[&wanted]));
        Box::pin(async move { Ok(answer.await?.as_string().map(Token::from)) })
    }

    fn sign_out(&self, session_id: Option<&str>) -> ClerkCall<()> {
        // Without a callback clerk-js leaves the page. This one is JavaScript's own function that does nothing.
        let nothing = get(&global("Function"), "prototype");
        let options: JsValue = js_sys::Object::new().into();
        if let Some(id) = session_id {
            set(&options, "sessionId", &id.into());
        }
        self.page.done(self.page.call("signOut", &[&nothing, &options]))
    }

    fn set_active(&self, target: &SetActive) -> ClerkCall<()> {
        let wanted: JsValue = js_sys::Object::new().into();
        if let Some(id) = &target.session {
            set(&wanted, "session", &(&**id).into());
        }
        if let Some(organization) = &target.organization {
            let id = organization.as_ref().map_or(JsValue::NULL, |id| (&**id).into());
            set(&wanted, "organization", &id);
        }
        self.page.done(self.page.call("setActive", &[&wanted]))
    }

    fn reload_client(&self) -> ClerkCall<()> {
        let clerk = self.page.clerk().unwrap_or_default();
        self.page.done(call(&get(&clerk, "client"), "reload", &[]))
    }

    fn step(&self, flow: Flow, method: &'static str, params: &ClerkJson) -> ClerkCall<Attempt> {
        let called = plain(params).and_then(|params| call(&self.flow(flow), method, &[&params]));
        let answer = self.page.ended(called);
        Box::pin(async move { Ok(shapes::attempt(flow, &answer.await?)) })
    }

    fn list(
        &self,
        owner: ListOwner,
        method: &'static str,
        query: &ClerkJson,
        fields: &[&str],
    ) -> ClerkCall<ClerkJson> {
        let name = match owner {
            ListOwner::Organization => "organization",
            ListOwner::User => "user",
        };
        let owner = get(&self.page.clerk().unwrap_or_default(), name);
        let called = if owner.is_object() {
            plain(query).and_then(|query| call(&owner, method, &[&query]))
        } else {
            let text = ["there is no ", name, " to have this list"].concat();
            Err(ClerkError::new("list_owner_missing", text))
        };
        let fields: Array = fields.iter().map(|field| JsValue::from_str(field)).collect();
        let answer = settled(called);
        Box::pin(async move { Ok(json(&answer.await?, &fields)) })
    }

    fn open(&self, widget: Widget, props: &ClerkJson) -> Result<(), ClerkError> {
        self.page.call_ui("open", widget, &[&plain(props)?])
    }

    fn close(&self, widget: Widget) {
        // Nothing is open without the forms.
        drop(self.page.call_ui("close", widget, &[]));
    }

    fn mount(&self, widget: Widget, node: &dyn Any, props: &ClerkJson) -> Result<(), ClerkError> {
        let node = node.downcast_ref::<web_sys::Node>();
        let node = node.ok_or_else(|| ClerkError::new("no_node", "not a node of the page"))?;
        self.page.call_ui("mount", widget, &[node, &plain(props)?])
    }

    fn unmount(&self, widget: Widget, node: &dyn Any) {
        if let Some(node) = node.downcast_ref::<web_sys::Node>() {
            // Nothing is mounted without the forms.
            drop(self.page.call_ui("unmount", widget, &[node]));
        }
    }

    fn redirect(&self, to: Redirect, props: &ClerkJson) -> ClerkCall<()> {
        let called = plain(props).and_then(|props| self.page.call(to.method(), &[&props]));
        self.page.done(called)
    }

    fn is_online(&self) -> bool {
        !cfg!(target_arch = "wasm32") || !get(&global("navigator"), "onLine").is_falsy()
    }

    fn client_uat(&self) -> Option<Rc<str>> {
        if cfg!(target_arch = "wasm32") { tabs::client_uat() } else { None }
    }

    fn on_return(&self, listener: Rc<dyn Fn(Return)>) -> Subscription {
        if !cfg!(target_arch = "wasm32") {
            return Subscription::none();
        }
        tabs::on_return(self.page.tabs.as_ref(), &listener)
    }

    fn announce_sign_in(&self) {
        if let Some(tabs) = &self.page.tabs {
            tabs.announce();
        }
    }
}

impl BrowserClerk {
    fn flow(&self, flow: Flow) -> JsValue {
        let client = get(&self.page.clerk().unwrap_or_default(), "client");
        get(
            &client,
            match flow {
                Flow::SignIn => "signIn",
                Flow::SignUp => "signUp",
            },
        )
    }
}
