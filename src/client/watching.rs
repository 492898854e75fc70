//! A listener for something about the whole cache, as long as somebody needs it.

use std::rc::Rc;

use super::driver::QueryClient;
use crate::engine::Topic;

/// Calls a listener after each change of a topic, until it is dropped.
pub(crate) struct Watching {
    client: QueryClient,
    id: Option<u64>,
}

impl Watching {
    pub fn start(client: QueryClient, topic: Topic, listener: Rc<dyn Fn()>) -> Self {
        let id = client.with(|engine, _| engine.watch(topic, listener));
        Self { client, id }
    }

    /// The client whose topic it is.
    pub const fn client(&self) -> &QueryClient {
        &self.client
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.client.run(move |engine, _| engine.unwatch(id));
        }
    }
}
