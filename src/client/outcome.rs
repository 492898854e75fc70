//! How something that was started has ended, for code that is compiled once for all types.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::error::{QueryError, TypeMismatch};
use super::imperative::Barrier;
use crate::engine::effect::Answer;
use crate::engine::erased::{Data, Failure};
use crate::engine::key::{Key, KeyError};
use crate::engine::observer::View;
use crate::engine::oneshot::Receiver;
use crate::engine::select::Select;

/// The data, if there is any. With the key, which is for error texts.
pub(crate) type Outcome = Result<Option<(Data, Key)>, Ended>;

/// Why there is no data.
pub(crate) enum Ended {
    Failed(Failure, Key),
    Cancelled,
    NoKey,
    NoFunction,
    Key(KeyError),
}

/// What an outcome is waited for from.
pub(crate) enum Running {
    /// Nothing: it is known. `None` once it was told.
    Ready(Option<Outcome>),
    Fetch(Receiver<Answer>, Key),
    /// What a component shows of a fetch's data.
    Selected(Receiver<Answer>, Key, Rc<Select>, Rc<View>),
    Mutation(Receiver<Outcome>),
    /// Several fetches, whose answers do not matter.
    All(Rc<Barrier>),
}

impl From<Outcome> for Running {
    fn from(outcome: Outcome) -> Self {
        Self::Ready(Some(outcome))
    }
}

impl Future for Running {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let outcome = match self.get_mut() {
            Self::Ready(outcome) => return Poll::Ready(outcome.take().unwrap_or(Ok(None))),
            Self::All(barrier) => return barrier.poll(cx).map(|()| Ok(None)),
            Self::Mutation(receiver) => Pin::new(receiver).poll(cx),
            Self::Fetch(receiver, key) => {
                Pin::new(receiver).poll(cx).map(|answer| Some(outcome(answer, key)))
            }
            Self::Selected(receiver, key, select, view) => Pin::new(receiver)
                .poll(cx)
                .map(|answer| Some(outcome(answer.map(|answer| select.told(view, answer)), key))),
        };
        outcome.map(|outcome| outcome.unwrap_or(Err(Ended::Cancelled)))
    }
}

fn outcome(answer: Option<Answer>, key: &Key) -> Outcome {
    match answer {
        Some(Answer::Data(data)) => Ok(data.map(|data| (data, key.clone()))),
        Some(Answer::Failed(failure)) => Err(Ended::Failed(failure, key.clone())),
        Some(Answer::Cancelled) | None => Err(Ended::Cancelled),
    }
}

/// The same with the types of the caller.
pub(crate) fn typed<T: 'static, E: 'static>(
    outcome: Outcome,
) -> Result<Option<Rc<T>>, QueryError<E>> {
    match outcome {
        Ok(None) => Ok(None),
        Ok(Some((data, key))) => {
            typed_data(&data, &key).map(Some).map_err(QueryError::TypeMismatch)
        }
        Err(Ended::Failed(failure, key)) => Err(typed_failure(&failure, &key)),
        Err(Ended::Cancelled) => Err(QueryError::Cancelled),
        Err(Ended::NoKey) => Err(QueryError::NoKey),
        Err(Ended::NoFunction) => Err(QueryError::NoFunction),
        Err(Ended::Key(error)) => Err(QueryError::Key(error)),
    }
}

pub(crate) fn typed_data<T: 'static>(data: &Data, key: &Key) -> Result<Rc<T>, TypeMismatch> {
    data.get().ok_or_else(|| mismatch(key, std::any::type_name::<T>(), data.type_name()))
}

fn typed_failure<E: 'static>(failure: &Failure, key: &Key) -> QueryError<E> {
    match failure.get() {
        Some(error) => QueryError::Failed(error),
        None => {
            let expected = std::any::type_name::<E>();
            QueryError::TypeMismatch(mismatch(key, expected, failure.type_name()))
        }
    }
}

/// Apart from the above, so that it is compiled once for all types.
#[cold]
#[inline(never)]
fn mismatch(key: &Key, expected: &'static str, found: &'static str) -> TypeMismatch {
    TypeMismatch { key: key.to_json(), expected, found }
}
