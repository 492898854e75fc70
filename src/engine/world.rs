//! What the world does to the cache: focus, network, time.

use super::entry::{Entry, EntryId};
use super::event::Event;
use super::events::Told;
use super::freshness;
use super::key::Key;
use super::mutations::Held;
use super::observer::{Observer, ObserverId};
use super::options::Dialect;
use super::state::Engine;
use super::time::Time;
use super::timers::TimerOwner;

type Wants = fn(&Entry, &Observer, Time) -> bool;

impl Engine {
    /// Takes in what has happened.
    pub fn handle(&mut self, event: Event, now: Time) {
        if !self.world.rulers.let_in(&event) {
            return;
        }
        match event {
            Event::Settled { entry, seq, outcome } => self.settle(entry, seq, outcome, now),
            Event::Visible(visible) => self.set_visible(visible, now),
            Event::Focus => self.revalidate_on_focus(now),
            Event::Online(online) => self.set_online(online, now),
            Event::Owner(owner) => self.set_owner(owner, now),
            // Deadlines are looked at only here, when the event loop comes round: an immediate retry of what
            // fails immediately must not keep the page busy.
            Event::Tick => self.ring(now),
            Event::RetryAgain { entry, retries, epoch } => {
                self.retry_again(entry, retries, epoch, now);
            }
        }
        self.finish(now);
    }

    pub(crate) fn set_visible(&mut self, visible: bool, now: Time) {
        if std::mem::replace(&mut self.world.visible, visible) != visible {
            self.say_of_world(Told::Focused(visible));
        }
        if visible {
            self.mutations.returned = self.resume_mutations();
            self.continue_all(now);
        }
    }

    /// The first observer of each entry that wants to fetch does; then what has waited goes on.
    pub(crate) fn revalidate_on_focus(&mut self, now: Time) {
        if !self.world.visible {
            return;
        }
        // Often the page was shown first, and what was paused runs already.
        let returned = std::mem::take(&mut self.mutations.returned);
        if self.resume_mutations() || returned {
            self.mutations.held.focus = true;
            return;
        }
        self.revalidate_after_focus(now);
    }

    fn revalidate_after_focus(&mut self, now: Time) {
        let mut at = 0;
        while let Some(id) = self.next_watched(&mut at) {
            let online = self.world.online;
            let wants = |entry: &Entry, observer: &Observer| {
                (online || observer.options.dialect == Dialect::Query)
                    && freshness::wants_on_focus(entry, observer, now)
            };
            if let Some(by) = self.first_by(id, wants) {
                self.throttle_focus(id, now);
                self.fetch_automatically(id, by, now);
            }
        }
        self.continue_all(now);
    }

    /// All observers of an entry wait together, or a second one would fetch where the first is held back.
    fn throttle_focus(&mut self, id: EntryId, now: Time) {
        let mut next = self.entries.get(id.0).and_then(|entry| entry.observers.head);
        while let Some(observer) = next.and_then(|id| self.observers.get_mut(id.0)) {
            observer.throttled_until = now.after(observer.options.focus_throttle);
            next = observer.next;
        }
    }

    pub(crate) fn set_online(&mut self, online: bool, now: Time) {
        if std::mem::replace(&mut self.world.online, online) == online {
            return;
        }
        self.say_of_world(Told::Online(online));
        if !online {
            return;
        }
        if self.resume_mutations() {
            self.mutations.held.reconnect = true;
            return;
        }
        self.revalidate_after_reconnect(now);
    }

    fn revalidate_after_reconnect(&mut self, now: Time) {
        let visible = self.world.visible;
        let mut at = 0;
        while let Some(id) = self.next_watched(&mut at) {
            let wants = |entry: &Entry, observer: &Observer| {
                (visible || observer.options.dialect == Dialect::Query)
                    && freshness::wants_on_reconnect(entry, observer, now)
            };
            if let Some(by) = self.first_by(id, wants) {
                self.fetch_automatically(id, by, now);
            }
        }
        self.continue_all(now);
    }

    /// Paused mutations go on. Whether the queries have to wait for them: what they show next shall contain the changes.
    fn resume_mutations(&mut self) -> bool {
        self.mutation_rules.is_some_and(|rules| (rules.resume)(self))
    }

    /// Forgets mutations that have ended.
    pub(crate) fn clear_mutations(&mut self, now: Time) {
        if let Some(rules) = self.mutation_rules {
            (rules.clear)(self, now);
        }
    }

    /// What the queries have waited with until the mutations were through.
    pub(crate) fn release(&mut self, held: Held, now: Time) {
        if held.reconnect && self.world.online {
            self.revalidate_after_reconnect(now);
        }
        if held.focus && self.world.visible {
            self.revalidate_after_focus(now);
        }
    }

    /// The next entry that somebody watches; `at` is where to look, as for [`Slots::next`](super::slots::Slots).
    pub(crate) fn next_watched(&self, at: &mut u32) -> Option<EntryId> {
        loop {
            let id = self.entries.next(at)?;
            if self.entries.get(id).is_some_and(|entry| entry.observers.len > 0) {
                return Some(EntryId(id));
            }
        }
    }

    pub(crate) fn first_that(&self, id: EntryId, wants: Wants, now: Time) -> Option<ObserverId> {
        self.first_by(id, |entry, observer| wants(entry, observer, now))
    }

    /// The first observer that wants to fetch, and may.
    fn first_by(
        &self,
        id: EntryId,
        wants: impl Fn(&Entry, &Observer) -> bool,
    ) -> Option<ObserverId> {
        let entry = self.entries.get(id.0)?;
        let fits =
            |observer: &Observer| self.may_fetch(&observer.options) && wants(entry, observer);
        self.observers_of(id).find(|(_, observer)| fits(observer)).map(|(id, _)| id)
    }

    pub(crate) fn continue_all(&mut self, now: Time) {
        let mut at = 0;
        while let Some(id) = self.entries.next(&mut at) {
            if self.entries.get(id).is_some_and(|entry| entry.retry_waits) {
                self.retry_now(EntryId(id), now);
            }
            self.continue_fetch(EntryId(id), now);
        }
    }

    /// Does what is due.
    fn ring(&mut self, now: Time) {
        while let Some(item) = self.timers.pop_due(now) {
            let alarm = match item.1 {
                TimerOwner::Retry(id) => self.entries.get_mut(id.0).map(|entry| &mut entry.retry),
                TimerOwner::Poll(id) => self.entries.get_mut(id.0).map(|entry| &mut entry.poll),
                TimerOwner::Slow(id) => {
                    let fetch = self.entries.get_mut(id.0).and_then(|entry| entry.fetch.as_mut());
                    fetch.map(|fetch| &mut fetch.slow)
                }
                TimerOwner::Gc(id) => self.entries.get_mut(id.0).map(|entry| &mut entry.gc),
                TimerOwner::Stale(id) => self.observers.get_mut(id.0).map(|o| &mut o.stale),
                TimerOwner::Mutations => Some(&mut self.mutations.alarm),
            };
            let Some(alarm) = alarm else { continue };
            if !self.timers.rings(alarm, item, now) {
                continue;
            }
            match item.1 {
                TimerOwner::Retry(id) => self.retry_now(id, now),
                TimerOwner::Poll(id) => self.poll(id, now),
                TimerOwner::Slow(id) => self.slow(id),
                TimerOwner::Gc(id) => self.collect(id, now),
                TimerOwner::Stale(id) => match self.removed_key(id) {
                    Some(key) => self.poll_removed(id, &key, now),
                    None => self.refresh(id, true, now),
                },
                TimerOwner::Mutations => {
                    if let Some(rules) = self.mutation_rules {
                        (rules.ring)(self, now);
                    }
                }
            }
        }
    }

    /// The key of an observer whose entry was removed.
    fn removed_key(&self, id: ObserverId) -> Option<Key> {
        self.observer(id).filter(|observer| observer.entry.is_none())?.key.clone()
    }

    fn collect(&mut self, id: EntryId, now: Time) {
        if self.entries.get(id.0).is_some_and(Entry::is_unused) {
            self.remove_entry(id, now);
        }
    }

    /// Drops queued deadlines that nobody waits for, once they are more than the useful ones can be.
    pub(crate) fn compact_timers(&mut self) {
        let useful = 4 * self.entries.len() + self.observers.len();
        if self.timers.len() <= 2 * useful + 64 {
            return;
        }
        self.timers.clear();
        self.timers.queue_again(&mut self.mutations.alarm, TimerOwner::Mutations);
        let mut at = 0;
        while let Some(id) = self.entries.next(&mut at).map(EntryId) {
            if let Some(entry) = self.entries.get_mut(id.0) {
                self.timers.queue_again(&mut entry.retry, TimerOwner::Retry(id));
                self.timers.queue_again(&mut entry.poll, TimerOwner::Poll(id));
                self.timers.queue_again(&mut entry.gc, TimerOwner::Gc(id));
                if let Some(fetch) = &mut entry.fetch {
                    self.timers.queue_again(&mut fetch.slow, TimerOwner::Slow(id));
                }
            }
        }
        let mut at = 0;
        while let Some(id) = self.observers.next(&mut at).map(ObserverId) {
            if let Some(observer) = self.observers.get_mut(id.0) {
                self.timers.queue_again(&mut observer.stale, TimerOwner::Stale(id));
            }
        }
    }
}
