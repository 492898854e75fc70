//! An observer of several queries, whose number may change.

use std::cell::Cell;
use std::rc::Rc;

use super::driver::QueryClient;
use super::observer::QueryObserver;
use crate::engine::effect::Listener;
use crate::engine::key::Key;
use crate::engine::observer::{Fields, View};
use crate::engine::observing::Watch;

struct Member {
    key: Option<Key>,
    observer: Rc<QueryObserver>,
}

/// Watches a list of keys for as long as it lives, each like a [`QueryObserver`].
///
/// A field that was read of one member counts as read of all. Same as TanStack Query's `QueriesObserver`, once
/// subscribed.
///
/// ```
/// use std::rc::Rc;
/// use yew_clerk::client::{QueryClient, QueryOptions, query_options};
/// use yew_clerk::engine::observer::Fields;
/// use yew_clerk::engine::sim::Sim;
///
/// fn user(id: u32) -> QueryOptions<u32, String> {
///     query_options(("user", id), move |_| async move { Ok(id) })
/// }
///
/// let client = QueryClient::new(Rc::new(Sim::new()));
/// let watches = [1, 2].map(|id| user(id).watch(&client).unwrap());
/// let users = client.observe_queries(watches.into(), Rc::new(|| {}));
/// assert!(users.observers().all(|user| user.view().peek(|shown| shown.is_loading)));
/// ```
pub struct QueriesObserver {
    client: QueryClient,
    listener: Listener,
    members: Vec<Member>,
    reads: Rc<Cell<Fields>>,
}

impl QueryClient {
    /// Watches several keys. The listener is called after each change of a field, of any of them, that was read through a
    /// view.
    #[must_use = "the watch ends when this is dropped"]
    pub fn observe_queries(&self, watches: Vec<Watch>, listener: Listener) -> QueriesObserver {
        let (members, reads) = (Vec::new(), Rc::default());
        let mut observer = QueriesObserver { client: self.clone(), listener, members, reads };
        observer.update(watches);
        observer
    }
}

impl QueriesObserver {
    /// The client that it belongs to.
    #[must_use]
    pub const fn client(&self) -> &QueryClient {
        &self.client
    }

    /// The observers, in the order of what they watch.
    pub fn observers(&self) -> impl ExactSizeIterator<Item = &Rc<QueryObserver>> {
        self.members.iter().map(|member| &member.observer)
    }

    /// Watches another list. The observer of a key that was there before goes on, wherever it is now; of equal keys, each
    /// has its own.
    pub fn update(&mut self, watches: Vec<Watch>) {
        let mut old: Vec<_> = self.members.drain(..).map(Some).collect();
        let mut next = 0;
        for watch in watches {
            let found = take(&mut old, next, watch.key.as_ref());
            next = found.as_ref().map_or(next, |(at, _)| at + 1);
            let key = watch.key.clone();
            let observer = match found {
                Some((_, Member { observer, .. })) => {
                    observer.update(watch);
                    observer
                }
                None => Rc::new(self.observe(watch)),
            };
            self.members.push(Member { key, observer });
        }
        // Only now: a key that another one watches as well is not left in between.
        drop(old);
    }

    fn observe(&self, watch: Watch) -> QueryObserver {
        let view = Rc::new(View::sharing(self.reads.clone()));
        self.client.observe_in(view, watch, self.listener.clone())
    }
}

/// Takes the member with a key out of a list, and says where it was. Looks from `from` on first, where it is as long as the
/// order stays.
fn take(list: &mut [Option<Member>], from: usize, key: Option<&Key>) -> Option<(usize, Member)> {
    let is_it =
        |member: &Option<Member>| member.as_ref().is_some_and(|member| member.key.as_ref() == key);
    let (before, after) = list.split_at(from.min(list.len()));
    let at = after.iter().position(is_it).map(|at| before.len() + at);
    let at = at.or_else(|| before.iter().position(is_it))?;
    Some((at, list.get_mut(at)?.take()?))
}

impl std::fmt::Debug for QueriesObserver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QueriesObserver").field("len", &self.members.len()).finish_non_exhaustive()
    }
}
