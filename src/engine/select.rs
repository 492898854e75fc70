//! Selections: observers that show something made of the data, and not the data itself.

use std::any::TypeId;
use std::rc::Rc;

use super::effect::Answer;
use super::entry::{EntryId, Status};
use super::erased::{Data, Failure, Hint};
use super::observer::{Snapshot, View};
use super::time::Time;

/// Names a function that captures nothing: it is the same one wherever it comes from.
pub(crate) type Kind = Option<TypeId>;

pub(crate) fn kind_of<F: 'static>() -> Kind {
    (size_of::<F>() == 0).then(TypeId::of::<F>)
}

type Made = Result<Data, Failure>;

#[derive(Clone)]
struct Step {
    make: Rc<dyn Fn(&Data) -> Made>,
    kind: Kind,
}

impl Step {
    fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.make, &other.make) || (self.kind.is_some() && self.kind == other.kind)
    }
}

/// What an observer shows of the data: functions, each for what the one before gives.
#[derive(Clone)]
pub struct Select {
    steps: Vec<Step>,
    /// Pointers, so that an app that selects nothing carries no code for it.
    show: fn(&Rc<Self>, &View, Source, &mut Snapshot, Time),
    answer: fn(&Self, &View, &Data) -> Made,
}

/// Whose data is selected from: the entry's, by how often it has lost its owner. `None` for a stand-in.
pub(crate) type Source = Option<(EntryId, u32)>;

/// What was selected last, and of what.
pub(crate) struct Selection {
    select: Rc<Select>,
    source: Source,
    input: Data,
    failure: Option<(Failure, Time)>,
    /// The last that did not fail.
    good: Option<Data>,
}

/// The error of a selection from data of another type.
pub(crate) struct WrongInput {
    pub expected: &'static str,
    pub found: &'static str,
}

impl Select {
    /// `make` of what `before` selects. It is given whatever the cache holds, and refuses what it cannot use by
    /// [`Select::refuse`].
    pub(crate) fn then<F>(before: Option<&Self>, make: F, kind: Kind) -> Self
    where
        F: Fn(&Data) -> Made + 'static,
    {
        let mut steps = before.map_or_else(Vec::new, |before| before.steps.clone());
        steps.push(Step { make: Rc::new(make), kind });
        Self { steps, show, answer }
    }

    /// The error for data that is not what was expected.
    #[cold]
    pub(crate) fn refuse(data: &Data, expected: &'static str) -> Failure {
        let found = data.type_name();
        Failure::new(WrongInput { expected, found }, Hint::default())
    }

    pub(crate) fn show(
        self: &Rc<Self>,
        view: &View,
        source: Source,
        snapshot: &mut Snapshot,
        now: Time,
    ) {
        (self.show)(self, view, source, snapshot, now);
    }

    /// What a fetch has brought, selected: the selection that is shown, if it was made already.
    pub(crate) fn told(&self, view: &View, answer: Answer) -> Answer {
        match answer {
            Answer::Data(Some(data)) => match (self.answer)(self, view, &data) {
                Ok(data) => Answer::Data(Some(data)),
                Err(failure) => Answer::Failed(failure),
            },
            other => other,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let mut steps = self.steps.iter().zip(&other.steps);
        self.steps.len() == other.steps.len() && steps.all(|(this, other)| this.is_same(other))
    }

    fn make(&self, data: &Data) -> Made {
        self.steps.iter().try_fold(data.clone(), |data, step| (step.make)(&data))
    }
}

impl Selection {
    fn is_of(&self, select: &Select, data: &Data) -> bool {
        self.input.ptr_eq(data) && self.select.is_same(select)
    }
}

fn show(select: &Rc<Select>, view: &View, source: Source, snapshot: &mut Snapshot, now: Time) {
    let Some(input) = snapshot.data.take() else {
        // Nothing of what was there before a reset, or was another user's, comes back.
        return view.put_selection(None);
    };
    let mut last = view.take_selection();
    // The user's function runs while nothing is borrowed here.
    let selection = match last.take() {
        Some(last) if last.source == source && last.is_of(select, &input) => last,
        last => Box::new(select_anew(last, select, source, input, now)),
    };
    snapshot.data.clone_from(&selection.good);
    if let Some((failure, at)) = &selection.failure {
        snapshot.error = Some(failure.clone());
        snapshot.error_updated_at = *at;
        snapshot.status = Status::Error;
        snapshot.is_loading = false;
        snapshot.is_placeholder_data = false;
    }
    view.put_selection(Some(selection));
}

fn select_anew(
    last: Option<Box<Selection>>,
    select: &Rc<Select>,
    source: Source,
    input: Data,
    now: Time,
) -> Selection {
    let (good, failure) = match select.make(&input) {
        Ok(new) => {
            let old = last.and_then(|last| last.good).filter(|old| old.equals(&new));
            (Some(old.unwrap_or(new)), None)
        }
        Err(failure) => {
            let last = last.filter(|last| last.source == source);
            (last.and_then(|last| last.good), Some((failure, now)))
        }
    };
    Selection { select: select.clone(), source, input, failure, good }
}

fn answer(select: &Select, view: &View, data: &Data) -> Made {
    let shown = view.selection(|shown| match (&shown.failure, &shown.good) {
        _ if !shown.is_of(select, data) => None,
        (Some((failure, _)), _) => Some(Err(failure.clone())),
        (None, good) => good.clone().map(Ok),
    });
    shown.unwrap_or_else(|| select.make(data))
}
