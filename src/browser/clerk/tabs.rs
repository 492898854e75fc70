//! What other tabs do.

use std::rc::Rc;

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{BroadcastChannel, MessageEvent};

use super::js::get;
use crate::auth::Subscription;
use crate::auth::clerk::Return;
use crate::browser::page::is_visible;

const CHANNEL: &str = "yew-clerk";
const SIGNED_IN: &str = "signed-in";

/// A channel to the other tabs, closed when it is dropped.
pub struct Tabs(BroadcastChannel);

impl Drop for Tabs {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Tabs {
    /// `None` where the browser has no such channels.
    pub fn open() -> Option<Self> {
        BroadcastChannel::new(CHANNEL).ok().map(Self)
    }

    pub fn announce(&self) {
        // It fails for closed channels alone.
        drop(self.0.post_message(&SIGNED_IN.into()));
    }
}

/// Calls `listener` when the user comes back to the page, and when another tab says that somebody signed in.
pub fn on_return(channel: Option<&Tabs>, listener: &Rc<dyn Fn(Return)>) -> Subscription {
    let Some(window) = web_sys::window() else { return Subscription::none() };
    let heard = listener.clone();
    let mut held = vec![EventListener::new(&window, "focus", move |_| heard(Return::Focus))];
    if let Some(document) = window.document() {
        let heard = listener.clone();
        held.push(EventListener::new(&document, "visibilitychange", move |_| {
            if is_visible() {
                heard(Return::Focus);
            }
        }));
    }
    if let Some(Tabs(channel)) = channel {
        let heard = listener.clone();
        held.push(EventListener::new(channel, "message", move |event| {
            let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
            if data.and_then(|data| data.as_string()).as_deref() == Some(SIGNED_IN) {
                heard(Return::SignedInElsewhere);
            }
        }));
    }
    Subscription::new(move || drop(held))
}

/// The cookies that change when somebody signs in or out. They name nobody.
pub fn client_uat() -> Option<Rc<str>> {
    let document = web_sys::window()?.document()?;
    let cookies = get(&document, "cookie").as_string()?;
    let all = cookies.split(';').map(str::trim);
    let found: Vec<&str> = all.filter(|cookie| cookie.starts_with("__client_uat")).collect();
    (!found.is_empty()).then(|| found.join(";").into())
}
