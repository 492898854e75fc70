//! Scripts of others, loaded once.

use std::cell::Cell;

use gloo_events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::{Document, Element};

use super::js::global;
use crate::auth::clerk::ClerkError;
use crate::engine::oneshot::{Receiver, channel};

/// Names our tags, so that a second handle waits for the first one's instead of adding another.
const MARK: &str = "data-yew-clerk";

/// What a script left at the page.
pub enum Left {
    /// It could not be fetched.
    NotFetched,
    /// It ran for nothing.
    Nothing,
    /// This.
    This(JsValue),
}

/// A script that is loading. If it fails, its tag is taken off the page: a dead one would stop the next attempt. If
/// nobody waits any longer, the tag stays, without our mark: clerk-js reads its key there, however late it comes.
pub struct Script {
    element: Element,
    is_ours: bool,
    has_ended: bool,
    has_worked: bool,
    outcome: Receiver<bool>,
    _listeners: [EventListener; 2],
}

impl Script {
    /// Puts the script on the page, or finds it there. Attributes first: clerk-js looks at them when it runs.
    ///
    /// # Errors
    /// When the page has no place for it.
    pub fn load(url: &str, attributes: &[(&str, Option<&str>)]) -> Result<Self, ClerkError> {
        let document =
            web_sys::window().and_then(|window| window.document()).ok_or_else(no_page)?;
        let found = find(&document, url);
        let is_ours = found.is_none();
        let element = match found {
            Some(element) => element,
            None => tag(&document, url, attributes).map_err(|_| no_page())?,
        };
        // Before the tag is on the page, so that no event is missed.
        let (sender, outcome) = channel();
        let sender = std::rc::Rc::new(Cell::new(Some(sender)));
        let listeners = [("load", true), ("error", false)].map(|(event, is_good)| {
            let sender = sender.clone();
            EventListener::once(&element, event, move |_| {
                if let Some(sender) = sender.take() {
                    sender.send(is_good);
                }
            })
        });
        if is_ours {
            let place = document.query_selector("head").ok().flatten();
            let place = place.or_else(|| document.document_element()).ok_or_else(no_page)?;
            place.append_child(&element).map_err(|_| no_page())?;
        }
        Ok(Self {
            element,
            is_ours,
            has_ended: false,
            has_worked: false,
            outcome,
            _listeners: listeners,
        })
    }

    /// Waits until the script has run, and gives what it left at the page under this name.
    pub async fn leaves(mut self, name: &str) -> Left {
        let is_fetched = (&mut self.outcome).await.unwrap_or(false);
        self.has_ended = true;
        if !is_fetched {
            return Left::NotFetched;
        }
        let left = global(name);
        // A script that ran for nothing has to run once more at the next attempt, so its tag goes as well.
        self.has_worked = left.is_truthy();
        if self.has_worked { Left::This(left) } else { Left::Nothing }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        if !self.is_ours || self.has_worked {
            return;
        }
        if self.has_ended {
            self.element.remove();
        } else {
            // It fails for names that are none.
            drop(self.element.remove_attribute(MARK));
        }
    }
}

fn find(document: &Document, url: &str) -> Option<Element> {
    let tags = document.get_elements_by_tag_name("script");
    let all = (0..tags.length()).filter_map(|at| tags.item(at));
    all.into_iter().find(|tag| tag.get_attribute(MARK).as_deref() == Some(url))
}

fn tag(
    document: &Document,
    url: &str,
    attributes: &[(&str, Option<&str>)],
) -> Result<Element, JsValue> {
    let tag = document.create_element("script")?;
    for (name, value) in attributes {
        if let Some(value) = value {
            tag.set_attribute(name, value)?;
        }
    }
    for (name, value) in [(MARK, url), ("crossorigin", "anonymous"), ("async", ""), ("src", url)] {
        tag.set_attribute(name, value)?;
    }
    Ok(tag)
}

fn no_page() -> ClerkError {
    ClerkError::new("failed_to_load_clerk_js", "there is no page to load Clerk's script into")
}
