//! Listening to a client: what it tells, as long as somebody wants to hear it; and batches, after which it tells.

use super::driver::QueryClient;
use crate::auth::Subscription;
use crate::engine::audience::Listening;
use crate::engine::events::{Interest, Told};

impl QueryClient {
    pub(crate) fn listen(&self, interest: Interest, call: Box<dyn Fn(&Told)>) -> Subscription {
        let listening = Listening::new(interest, call);
        let begins = listening.clone();
        self.run(move |engine, _| engine.listen(begins));
        let client = self.downgrade();
        Subscription::new(move || {
            listening.end();
            if let Some(client) = client.upgrade() {
                let ended = listening.clone();
                client.run(move |engine, _| engine.unlisten(&ended));
            }
        })
    }

    /// Does several things as one: all who watch are told once, in the end. Batches may be nested; the outermost one
    /// counts. What is written can be read at once, and fetches start after the batch.
    ///
    /// Same as TanStack Query's `notifyManager.batch`. What else the `notifyManager` has, its scheduler, is the
    /// [`Runtime`](super::runtime::Runtime) that the client was made with.
    ///
    /// ```
    /// # fn example(client: &yew_clerk::client::QueryClient) -> Result<(), yew_clerk::client::QueryError<()>> {
    /// client.batch(|client| {
    ///     client.set_query_data("name", "Ada".to_owned())?;
    ///     client.set_query_data("age", 36)
    /// })
    /// # }
    /// ```
    pub fn batch<R>(&self, work: impl FnOnce(&Self) -> R) -> R {
        self.run(|engine, _| engine.begin_batch());
        let _end = Batch(self);
        work(self)
    }
}

/// Ends a batch when it is dropped, so that it ends whatever happens in it.
struct Batch<'a>(&'a QueryClient);

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        self.0.run(|engine, now| engine.end_batch(now));
    }
}
