//! A render whenever something about the whole cache has changed.

use std::rc::Rc;

use yew::prelude::*;

use crate::client::QueryClient;
use crate::engine::Topic;

struct Watching {
    client: QueryClient,
    id: Option<u64>,
}

impl Watching {
    fn start(client: QueryClient, topic: Topic, listener: Rc<dyn Fn()>) -> Self {
        let id = client.with(|engine, _| engine.watch(topic, listener));
        Self { client, id }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.client.run(move |engine, _| engine.unwatch(id));
        }
    }
}

/// Calls `listener` after each change of `topic`, for as long as the component lives.
#[hook]
pub(crate) fn use_watched(client: &QueryClient, topic: Topic, listener: impl Fn() + 'static) {
    let watching = use_mut_ref(|| None::<Watching>);
    let mut watching = watching.borrow_mut();
    if watching.as_ref().is_none_or(|watching| watching.client != *client) {
        *watching = Some(Watching::start(client.clone(), topic, Rc::new(listener)));
    }
}
