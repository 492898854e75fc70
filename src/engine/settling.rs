//! The life of a fetch, second part: how it ends.

use super::callbacks::{Callbacks, News, OnErrorRetry};
use super::effect::{Answer, Effect, RetryCall, Waiter};
use super::entry::{EntryId, Fetch, FetchStatus, Phase, Status};
use super::erased::{Data, Failure};
use super::events::QueryAction;
use super::options::{Dialect, ObserverOptions, Refetch};
use super::retry;
use super::state::Engine;
use super::time::Time;
use super::timers::TimerOwner;
use super::trail::What;

impl Engine {
    /// A query function has ended.
    pub(crate) fn settle(
        &mut self,
        id: EntryId,
        seq: u64,
        outcome: Result<Data, Failure>,
        now: Time,
    ) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let is_swr = match &entry.fetch {
            Some(fetch) if fetch.seq == seq && fetch.phase == Phase::Running => {
                fetch.options.dialect == Dialect::Swr
            }
            _ => return,
        };
        if is_swr && entry.mutations_running > 0 {
            // The answer may be older than what the mutation does; its end fetches anew.
            return self.discard_fetch(id, now);
        }
        match outcome {
            Ok(data) => self.succeed(id, data, now),
            Err(_) if self.is_paused(id) => self.cancel_fetch(id, true, now),
            Err(failure) if failure.hint().cancelled => self.cancel_fetch(id, true, now),
            Err(failure) => self.fail(id, failure, now),
        }
    }

    /// Tells the observer that made a request what has become of it, and those that want to hear of every request.
    /// Who has gone, or watches another key, does not want to hear of it.
    pub(crate) fn tell(&mut self, id: EntryId, fetch: &Fetch, news: &News) {
        let mut next = self.entries.get(id.0).and_then(|entry| entry.observers.head);
        while let Some((at, observer)) = next.and_then(|at| Some((at, self.observer(at)?))) {
            next = observer.next;
            let calls = &observer.options.callbacks;
            if fetch.by == Some(at) || (calls.of_all_requests && news.is_some()) {
                let calls = calls.clone();
                self.tell_one(id, calls, news);
            }
        }
    }

    /// Whether whoever has started the running fetch does not want to hear of failures now.
    fn is_paused(&self, id: EntryId) -> bool {
        let fetch = self.entries.get(id.0).and_then(|entry| entry.fetch.as_ref());
        fetch.is_some_and(|fetch| match fetch.by.and_then(|by| self.observer(by)) {
            Some(observer) => observer.options.is_paused(),
            None => fetch.options.is_paused(),
        })
    }

    pub(crate) fn tell_one(&mut self, id: EntryId, calls: Callbacks, news: &News) {
        if let Some(entry) = self.entries.get(id.0).filter(|_| calls.is_interested(news)) {
            let (key, news) = (entry.key.clone(), news.clone());
            self.call(id, move || calls.tell(&news, &key));
        }
    }

    fn succeed(&mut self, id: EntryId, data: Data, now: Time) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let Some(fetch) = entry.fetch.take() else {
            return;
        };
        entry.patches.drop_finished();
        entry.write(data, Some(&fetch.options), now);
        entry.idle_failures();
        entry.end_retries();
        entry.deduped_until = now.after(fetch.options.deduping_interval);
        self.trail.push(now, &entry.key, What::Success);
        let news = entry.base.clone().map(Ok);
        self.tell(id, &fetch, &news);
        self.end_fetch(id, fetch.waiters, now);
    }

    fn fail(&mut self, id: EntryId, failure: Failure, now: Time) {
        let random = (self.random)();
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let Some(fetch) = &mut entry.fetch else {
            return;
        };
        let retries = fetch.options.dialect == Dialect::Query && !fetch.retries_stopped;
        let delay = if retries {
            retry::next_try(&fetch.options, fetch.failures, &failure, random)
        } else {
            None
        };
        fetch.failures = fetch.failures.saturating_add(1);
        entry.state.failure_count = fetch.failures;
        entry.state.failure_reason = Some(failure.clone());
        let Some(delay) = delay else {
            return self.fail_for_good(id, failure, random, now);
        };
        fetch.phase = Phase::Backoff;
        let at = now.after(delay);
        self.timers.set(&mut entry.retry, TimerOwner::Retry(id), at);
        self.trail.push(now, &entry.key, What::Retry);
        self.touch(id);
    }

    pub(crate) fn fail_for_good(&mut self, id: EntryId, failure: Failure, random: f64, now: Time) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let Some(fetch) = entry.fetch.take() else {
            return;
        };
        let state = &mut entry.state;
        state.error = Some(failure.clone());
        state.error_updated_at = now;
        state.error_update_count = state.error_update_count.saturating_add(1);
        state.status = Status::Error;
        state.is_invalidated = true;
        entry.deduped_until = Time::ZERO;
        entry.retry.clear();
        self.trail.push(now, &entry.key, What::Error);
        self.plan_swr_retry(id, &fetch.options, &failure, random, now);
        self.tell(id, &fetch, &Some(Err(failure.clone())));
        for waiter in fetch.waiters {
            self.effect(Effect::Answer(waiter, Answer::Failed(failure.clone())));
        }
        self.end_fetch(id, Vec::new(), now);
    }

    pub(crate) fn plan_swr_retry(
        &mut self,
        id: EntryId,
        options: &ObserverOptions,
        failure: &Failure,
        random: f64,
        now: Time,
    ) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        if options.dialect != Dialect::Swr || entry.observers.len == 0 {
            return entry.end_retries();
        }
        let own_rule = options.callbacks.on_error_retry.as_ref();
        if let Some(rule) = own_rule.and_then(|_| self.rule_for_retries(id)) {
            return self.ask_for_retry(id, options, rule, failure);
        }
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        match retry::next_try(options, entry.retries, failure, random) {
            Some(delay) => {
                entry.retries = entry.retries.saturating_add(1);
                let at = now.after(delay);
                self.timers.set(&mut entry.retry, TimerOwner::Retry(id), at);
            }
            None => entry.end_retries(),
        }
    }

    /// The rule of the first component that has one and shows the entry: another may have gone since it asked.
    fn rule_for_retries(&self, id: EntryId) -> Option<OnErrorRetry> {
        self.observers_of(id).find_map(|(_, o)| o.options.callbacks.on_error_retry.clone())
    }

    /// Lets a rule of the user's decide on the next try. Not in a page that nobody looks at, or offline, if the return
    /// fetches anyhow: the same as in SWR.
    fn ask_for_retry(
        &mut self,
        id: EntryId,
        options: &ObserverOptions,
        callback: OnErrorRetry,
        failure: &Failure,
    ) {
        let is_active = self.world.visible && self.world.online;
        let returns = !matches!(options.refetch_on_focus, Refetch::Never)
            && !matches!(options.refetch_on_reconnect, Refetch::Never);
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let retry_count = entry.retries.saturating_add(1);
        let key = entry.key.clone();
        entry.end_retries();
        let wanted = retry::wants_retry(&options.retry, retry_count - 1, failure);
        if wanted && (is_active || !returns) {
            let (failure, epoch) = (failure.clone(), self.epoch_of(id));
            let call = RetryCall { callback, failure, key, entry: id, retry_count, epoch };
            self.effect(Effect::Retry(call));
        }
    }

    /// A rule of the user's wants the next try: now, whether the page is looked at or not.
    pub(crate) fn retry_again(&mut self, id: EntryId, retries: u32, epoch: Option<u64>, now: Time) {
        let is_idle = self.entries.get(id.0).is_some_and(|entry| entry.fetch.is_none());
        let first = self.observers_of(id).find(|(_, o)| o.is_active()).map(|(id, _)| id);
        if let Some(first) = first.filter(|_| is_idle && epoch == self.epoch_of(id)) {
            self.fetch_automatically(id, first, now);
            if let Some(entry) = self.entries.get_mut(id.0) {
                entry.retries = retries;
            }
        }
    }

    /// Drops the running fetch because a mutation is newer. The state is as before the fetch, or as written;
    /// who waits is told when the mutation has ended.
    pub(crate) fn discard_fetch(&mut self, id: EntryId, now: Time) {
        let Some(fetch) = self.supersede(id, now) else {
            return;
        };
        if let Some(entry) = self.entries.get_mut(id.0) {
            entry.revert(fetch.revert);
            entry.overtaken.extend(fetch.waiters);
        }
        self.say_updated(id, QueryAction::SetState);
        self.end_fetch(id, Vec::new(), now);
    }

    /// Stops a fetch: the entry goes back to what it was before it. Gives those who wait for it.
    pub(crate) fn stop_fetch(&mut self, id: EntryId, now: Time) -> Vec<Waiter> {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return Vec::new();
        };
        let Some(fetch) = entry.fetch.take() else {
            return Vec::new();
        };
        entry.retry.clear();
        entry.revert(fetch.revert);
        self.trail.push(now, &entry.key, What::Cancelled);
        self.effect(Effect::Abort(fetch.signal));
        self.end_fetch(id, Vec::new(), now);
        fetch.waiters
    }

    /// Stops a fetch. Who waits gets the old data if there is any and it stays, else hears of the cancellation.
    pub(crate) fn cancel_fetch(&mut self, id: EntryId, keeps_data: bool, now: Time) {
        let waiters = self.stop_fetch(id, now);
        let data = self.entries.get(id.0).and_then(|entry| entry.state.data.clone());
        let data = data.filter(|_| keeps_data);
        for waiter in waiters {
            let answer = match &data {
                Some(data) => Answer::Data(Some(data.clone())),
                None => Answer::Cancelled,
            };
            self.effect(Effect::Answer(waiter, answer));
        }
    }

    fn end_fetch(&mut self, id: EntryId, waiters: Vec<Waiter>, now: Time) {
        self.set_fetch_status(id, FetchStatus::Idle);
        for waiter in waiters {
            self.answer_now(id, Some(waiter));
        }
        self.rearm_poll(id, now);
        self.schedule_gc(id, now);
    }

    /// The wait before a retry is over.
    pub(crate) fn retry_now(&mut self, id: EntryId, now: Time) {
        match self.entries.get(id.0).map(|entry| &entry.fetch) {
            Some(Some(fetch)) if fetch.phase == Phase::Backoff => self.go_on(id, now),
            Some(None) => self.swr_retry(id, now),
            _ => {}
        }
    }

    /// SWR's retry is a new request through the first observer that can make one. It belongs to the chain of
    /// the failed one, so that the count goes on.
    fn swr_retry(&mut self, id: EntryId, now: Time) {
        let ready = self.world.visible && self.world.online;
        let first = self.observers_of(id).find(|(_, o)| o.is_active()).map(|(id, _)| id);
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let Some(first) = first else {
            return entry.end_retries();
        };
        entry.retry_waits = !ready;
        if ready {
            let retries = entry.retries;
            self.fetch_automatically(id, first, now);
            if let Some(entry) = self.entries.get_mut(id.0).filter(|entry| entry.fetch.is_some()) {
                entry.retries = retries;
            }
        }
    }
}
