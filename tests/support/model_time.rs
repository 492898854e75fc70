//! The model, fourth part: what happens by itself as time passes.

use super::model_fetches::{Fetch, Phase};
use super::model_rules::Model;
use super::model_words::{INTERVALS, KEYS, Ms};

impl Model {
    pub fn advance(&mut self, span: Ms) {
        let end = self.now + span;
        loop {
            self.run_all_due();
            let next = self.next_due().filter(|at| *at <= end);
            self.now = next.unwrap_or(end);
            if next.is_none() {
                return;
            }
        }
    }

    /// When something happens next by itself.
    pub fn next_due(&self) -> Option<Ms> {
        let mut due: Vec<Ms> = self.answers.iter().map(|answer| answer.at).collect();
        for (key, every) in INTERVALS.into_iter().enumerate() {
            let Some(entry) = &self.entries[key] else { continue };
            due.extend(entry.gc_at);
            match &entry.fetch {
                Some(Fetch { phase: Phase::Resting(until), .. }) => due.push(*until),
                None if !self.pollers(key).is_empty() => {
                    let rounds = (self.now - entry.poll_from) / every + 1;
                    due.push(entry.poll_from + rounds * every);
                }
                _ => {}
            }
        }
        due.extend(self.observers.iter().filter_map(|observer| observer.polls_at));
        due.into_iter().min()
    }

    /// Does what is due now, until nothing is: calls what is queued, hears answers, tries again, polls, forgets.
    pub fn run_all_due(&mut self) {
        let mut goes_on = true;
        while goes_on {
            goes_on = false;
            for key in 0..KEYS {
                goes_on |= self.run_due(key);
            }
            let now = self.now;
            for at in 0..self.observers.len() {
                if self.observers[at].polls_at.is_some_and(|due| due <= now) {
                    self.poll_removed(at);
                    goes_on = true;
                }
            }
            while let Some(at) = self.answers.iter().position(|answer| answer.at <= now) {
                let answer = self.answers.remove(at);
                self.settle(&answer);
                goes_on = true;
            }
        }
    }

    pub fn run_due(&mut self, key: usize) -> bool {
        let (now, every) = (self.now, INTERVALS[key]);
        let polls = !self.pollers(key).is_empty();
        let Some(entry) = &mut self.entries[key] else { return false };
        match &entry.fetch {
            Some(fetch) if fetch.phase == Phase::Queued => self.begin(key),
            Some(Fetch { phase: Phase::Resting(until), .. }) if *until <= now => self.go_on(key),
            None if entry.gc_at.is_some_and(|at| at <= now) => {
                self.note("forgotten");
                self.remove(key);
            }
            None if polls && entry.polled_at != now && is_tick(now, entry.poll_from, every) => {
                entry.polled_at = now;
                self.poll(key);
            }
            _ => return false,
        }
        true
    }

    /// Who fetches at intervals.
    pub fn pollers(&self, key: usize) -> Vec<usize> {
        let polls = |at: &usize| {
            let options = &self.observers[*at].options;
            options.enabled && options.polls
        };
        self.watching(key).into_iter().filter(polls).collect()
    }

    /// When a component that polls does so next.
    pub fn next_poll(&self, key: usize) -> Ms {
        let from = self.entries[key].as_ref().map_or(self.now, |entry| entry.poll_from);
        let end = from + INTERVALS[key];
        if end > self.now { end } else { self.now + INTERVALS[key] }
    }

    /// The interval of a component is over whose entry was removed: it makes another one.
    pub fn poll_removed(&mut self, at: usize) {
        let observer = &mut self.observers[at];
        let (key, polls) = (observer.key, self.is_visible || observer.options.polls_hidden);
        match key {
            Some(key) if polls => {
                self.note("polled after a removal");
                self.join(at, key);
                // In the middle of a step: its interval counts from here.
                self.entry(key).had_poller = true;
                self.fetch_by_itself(key, at);
            }
            _ => observer.polls_at = key.map(|key| self.now + INTERVALS[key]),
        }
    }

    /// A tick in a hidden page is for those who said so.
    pub fn poll(&mut self, key: usize) {
        let visible = self.is_visible;
        let may = |at: &usize| visible || self.observers[*at].options.polls_hidden;
        if let Some(first) = self.pollers(key).into_iter().find(may) {
            self.note("polled");
            self.fetch_by_itself(key, first);
        }
    }
}

fn is_tick(now: Ms, from: Ms, every: Ms) -> bool {
    now > from && (now - from).is_multiple_of(every)
}
