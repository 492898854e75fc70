//! Listeners that write down what they hear.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::cell::RefCell;
use std::rc::Rc;

use yew_clerk::auth::Subscription;
use yew_clerk::client::QueryClient;
use yew_clerk::engine::events::{
    MutationAction, MutationCacheEvent, MutationEventKind, QueryAction, QueryCacheEvent,
    QueryEventKind,
};

use super::lab::{Lab, Text};

/// What was heard, in order.
#[derive(Clone, Default)]
pub struct Heard(Rc<RefCell<Vec<String>>>);

impl Heard {
    pub fn add(&self, text: impl ToString) {
        self.0.borrow_mut().push(text.to_string());
    }

    /// What was heard since the last look.
    pub fn take(&self) -> Vec<String> {
        self.0.take()
    }

    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }
}

fn query_action(action: QueryAction) -> Text {
    match action {
        QueryAction::Fetch => "fetch",
        QueryAction::Success { manual: false } => "success",
        QueryAction::Success { manual: true } => "manual success",
        QueryAction::Error => "error",
        QueryAction::Failed => "failed",
        QueryAction::Pause => "pause",
        QueryAction::Continue => "continue",
        QueryAction::Invalidate => "invalidate",
        QueryAction::SetState => "setState",
        _ => "?",
    }
}

/// An event in TanStack Query's words, with the actions of updates in their place.
pub fn query_text(event: &QueryCacheEvent) -> String {
    let kind = match event.kind {
        QueryEventKind::Added => "added",
        QueryEventKind::Removed => "removed",
        QueryEventKind::Updated(action) => query_action(action),
        QueryEventKind::ObserverAdded => "observerAdded",
        QueryEventKind::ObserverRemoved => "observerRemoved",
        QueryEventKind::ObserverResultsUpdated => "results",
        QueryEventKind::ObserverOptionsUpdated => "options",
        _ => "?",
    };
    match event.key.as_str() {
        Some("k") => kind.to_owned(),
        Some(key) => format!("{key} {kind}"),
        None => format!("{} {kind}", event.key),
    }
}

pub fn mutation_text(event: &MutationCacheEvent) -> Text {
    match event.kind {
        MutationEventKind::Added => "added",
        MutationEventKind::Removed => "removed",
        MutationEventKind::Updated(action) => match action {
            MutationAction::Pending => "pending",
            MutationAction::Success => "success",
            MutationAction::Error => "error",
            MutationAction::Failed => "failed",
            MutationAction::Pause => "pause",
            MutationAction::Continue => "continue",
            _ => "?",
        },
        MutationEventKind::ObserverAdded => "observerAdded",
        MutationEventKind::ObserverRemoved => "observerRemoved",
        MutationEventKind::ObserverOptionsUpdated => "options",
        _ => "?",
    }
}

/// A laboratory, and what is heard of its queries; the key "k" is left out.
pub fn listening() -> (Lab, Heard, Subscription) {
    let lab = Lab::new();
    let (heard, subscription) = hear_queries(&lab.client);
    (lab, heard, subscription)
}

pub fn hear_queries(client: &QueryClient) -> (Heard, Subscription) {
    let heard = Heard::default();
    let log = heard.clone();
    let subscription = client.query_cache().subscribe(move |event| log.add(query_text(event)));
    (heard, subscription)
}

pub fn hear_mutations(client: &QueryClient) -> (Heard, Subscription) {
    let heard = Heard::default();
    let log = heard.clone();
    let subscription =
        client.mutation_cache().subscribe(move |event| log.add(mutation_text(event)));
    (heard, subscription)
}
