//! What has to hold after each step: model and cache agree, and what holds in any cache whatever a model says.

use std::rc::Rc;

use yew_clerk::engine::key::Key;

use super::model_real::{Real, Told, filters, name, shown, state};
use super::model_rules::Model;
use super::model_words::{
    Datum, End, Filter, INITIAL, KEYS, NEVER, Reads, STEADY, Shown, Step, Who,
};

type Verdict = Result<(), String>;

/// Asks for two views of one thing to be the same.
macro_rules! agree {
    ($real:expr, $model:expr, $($what:tt)*) => {{
        let (real, model) = (&$real, &$model);
        if real != model {
            let what = format!($($what)*);
            return Err(format!("{what}:\n   cache {real:?}\n   model {model:?}"));
        }
    }};
}

macro_rules! claim {
    ($holds:expr, $($what:tt)*) => {
        if !$holds {
            return Err(format!($($what)*));
        }
    };
}

/// What was true before a step, to be compared with what is true after it.
#[derive(Default)]
pub struct Before {
    /// Of each key, the number of its value in the model, and the value itself.
    values: [Option<(u64, Rc<Datum>)>; KEYS],
    /// The last request of each key whose answer was seen.
    highest: [u32; KEYS],
    /// What each component showed, of which entry, and the number of its value.
    components: Vec<(Shown, Option<u64>, Option<u64>)>,
}

impl Before {
    /// Notes what has to be known before a step.
    pub fn note(&mut self, model: &Model) {
        let of = |at: usize| {
            let observer = &model.observers[at];
            let key = observer.key.filter(|_| observer.joined.is_some());
            let entry = key.and_then(|key| model.entries[key].as_ref());
            (model.shown(at), observer.joined, entry.map(|entry| entry.value))
        };
        self.components = (0..model.observers.len()).map(of).collect();
    }
}

/// The keys that a filter selects have to be the same before the command that uses it.
pub fn compare_filter(real: &Real, model: &Model, step: &Step) -> Verdict {
    let filter: Filter = match step {
        Step::WriteAll(filter)
        | Step::Invalidate(filter, ..)
        | Step::RefetchAll(filter, ..)
        | Step::Cancel(filter)
        | Step::Reset(filter, _)
        | Step::Remove(filter) => *filter,
        _ => return Ok(()),
    };
    let found = real.client.keys(filters(filter));
    let wanted = model.select(filter);
    let mut keys: Vec<usize> = found.iter().map(number_of).collect();
    keys.sort_unstable();
    agree!(keys, wanted, "the keys that are selected");
    Ok(())
}

fn number_of(key: &Key) -> usize {
    (0..KEYS).find(|number| name(*number) == *key).expect("a key of the story")
}

pub fn compare(real: &Real, model: &Model, before: &mut Before, step: &Step) -> Verdict {
    let has_run = matches!(step, Step::Flush | Step::Advance(_));
    compare_books(real, model)?;
    for key in 0..KEYS {
        compare_entry(real, model, before, key)?;
        if has_run {
            compare_aborts(real, model, key)?;
        }
    }
    for at in 0..model.observers.len() {
        compare_component(real, model, before, step, at)?;
    }
    for (told, count) in &real.gone {
        agree!(told.get(), *count, "how often somebody who is gone was told");
    }
    if has_run { compare_futures(real, model) } else { Ok(()) }
}

fn compare_books(real: &Real, model: &Model) -> Verdict {
    let engine = real.client.engine().expect("an idle engine");
    engine.check()?;
    agree!(real.sim.now().as_millis(), model.now, "the time");
    let entries = model.entries.iter().flatten().count();
    agree!(engine.entry_count(), entries, "the number of entries");
    agree!(engine.observer_count(), model.observers.len(), "the number of observers");
    let fetching = |key: &usize| {
        let state = model.state(*key);
        state.is_some_and(|state| {
            state.fetch_status == yew_clerk::engine::entry::FetchStatus::Fetching
        })
    };
    let fetching = (0..KEYS).filter(fetching).count();
    agree!(engine.fetching_count() as usize, fetching, "the number of fetches");
    let timers = 4 * entries + model.observers.len();
    claim!(engine.timer_count() <= 2 * timers + 64, "too many timers: {}", engine.timer_count());
    Ok(())
}

fn compare_entry(real: &Real, model: &Model, before: &mut Before, key: usize) -> Verdict {
    let known = real.client.get_query_state(name(key));
    agree!(known.as_ref().map(state), model.state(key), "the state of key {key}");
    let requests = real.server.requests.borrow();
    agree!(requests[key], model.requests[key], "the requests for key {key}");
    let data = real.client.get_query_data::<Datum>(name(key)).expect("a datum");
    let value = model.entries[key].as_ref().map(|entry| entry.value);
    // Equal data is the very same, other data is not.
    if let (Some(data), Some(value), Some((old, before))) = (&data, value, &before.values[key]) {
        // What a query begins with is one value, and may come back.
        if data.number != INITIAL || old == &value {
            agree!(Rc::ptr_eq(data, before), old == &value, "whether key {key} has the same data");
        }
    }
    before.values[key] = value.zip(data.clone());
    if let Some(data) = data.filter(|data| data.number < STEADY) {
        // The request that was made last wins, and never one that was made before it.
        let highest = &mut before.highest[key];
        claim!(data.number >= *highest, "key {key} went back from {highest} to {}", data.number);
        *highest = data.number;
        claim!(!was_aborted(real, &data), "key {key} has the answer of an aborted request");
    }
    Ok(())
}

fn was_aborted(real: &Real, data: &Datum) -> bool {
    let signals = real.server.signals.borrow();
    let signal = signals[data.key].get(data.number as usize);
    signal.and_then(Option::as_ref).is_some_and(|signal| signal.is_aborted())
}

fn compare_aborts(real: &Real, model: &Model, key: usize) -> Verdict {
    let signals = real.server.signals.borrow();
    for (request, (signal, aborted)) in signals[key].iter().zip(&model.aborted[key]).enumerate() {
        if let Some(signal) = signal {
            agree!(signal.is_aborted(), *aborted, "whether request {request} of {key} is aborted");
        }
    }
    Ok(())
}

fn compare_component(
    real: &Real,
    model: &Model,
    before: &Before,
    step: &Step,
    at: usize,
) -> Verdict {
    let (component, observer) = (&real.components[at], &model.observers[at]);
    let view = component.observer.view();
    let shows = view.peek(shown);
    agree!(shows, model.shown(at), "what component {at} shows of key {:?}", observer.key);
    // What is private belongs to who is signed in now, or was written while that was not known.
    if let Some(data) = shows.data.filter(|data| matches!(data.key, 0 | 1 | 4)) {
        let is_own = data.owner == model.owner || data.owner == Who::Unknown;
        claim!(is_own, "{:?} is shown {data:?}", model.owner);
    }
    // No news are lost: it has rendered since what it reads changed.
    let (reads, seen) = (component.reads, component.seen.get());
    agree!(seen.seen_by(reads), shows.seen_by(reads), "what component {at} has rendered");
    let told = component.told.get() - component.before.0;
    let changes = view.revision() - component.before.1;
    claim!(told <= changes, "component {at} was told {told} times of {changes} changes");
    // A component that changes its own key or options is rendering, and need not be told of what it sees then.
    if matches!(step, Step::Change(who, ..) if *who == at) {
        claim!(
            told == 0 && changes <= 1,
            "component {at} was told of {changes} changes of its own"
        );
    } else if matches!(reads, Reads::All | Reads::Nothing) {
        claim!(told == changes, "component {at} was told {told} times of {changes} changes");
    }
    let Some((showed, joined, value)) = before.components.get(at) else { return Ok(()) };
    let now = observer.key.and_then(|key| model.entries[key].as_ref()).map(|entry| entry.value);
    let same = observer.joined == *joined && joined.is_some() && now == *value;
    // A placeholder may have come and gone meanwhile.
    let is_plain = !observer.options.keeps_previous;
    if same && is_plain && reads == Reads::Data && showed.data == shows.data {
        claim!(told == 0, "component {at} was told of data that is the same");
    }
    Ok(())
}

/// Each future has ended if those have whom it waits for, and with what they were told.
fn compare_futures(real: &Real, model: &Model) -> Verdict {
    for (at, awaited) in real.awaited.iter().enumerate() {
        let ends: Option<Vec<End>> =
            awaited.waiters.iter().map(|waiter| model.waiters[*waiter].end).collect();
        let wanted = ends.map(|ends| match ends.first() {
            Some(End::Data(None)) if awaited.is_typed => Told::End(End::Cancelled),
            Some(end) if awaited.gives => Told::End(*end),
            _ => Told::Done,
        });
        agree!(awaited.told.get(), wanted, "how future {at} has ended");
    }
    Ok(())
}

/// When everybody has left and all time has passed, nothing is left.
pub fn compare_end(real: &Real, model: &Model) -> Verdict {
    let unanswered = real.awaited.iter().filter(|awaited| awaited.told.get().is_none()).count();
    agree!(unanswered, 0, "futures that have not ended");
    let kept = model.entries.iter().flatten().filter(|entry| entry.gc == NEVER).count();
    let engine = real.client.engine().expect("an idle engine");
    let left = (
        engine.entry_count(),
        engine.observer_count(),
        engine.fetching_count(),
        engine.timer_count(),
    );
    agree!(left, (kept, 0, 0, 0), "entries, observers, fetches and timers that are left");
    agree!(real.sim.task_count(), 0, "tasks that are left");
    agree!(real.sim.timer_count(), 0, "timers of the world that are left");
    Ok(())
}
