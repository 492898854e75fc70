//! A render whenever something about the whole cache has changed.

use std::rc::Rc;

use yew::prelude::*;

use crate::client::{QueryClient, Watching};
use crate::engine::Topic;

/// Calls `listener` after each change of `topic`, for as long as the component lives.
#[hook]
pub(crate) fn use_watched(client: &QueryClient, topic: Topic, listener: impl Fn() + 'static) {
    let watching = use_mut_ref(|| None::<Watching>);
    let mut watching = watching.borrow_mut();
    if watching.as_ref().is_none_or(|watching| watching.client() != client) {
        *watching = Some(Watching::start(client.clone(), topic, Rc::new(listener)));
    }
}
