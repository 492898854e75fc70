//! Mutations that write down what happens.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::cell::RefCell;
use std::rc::Rc;

use yew_clerk::client::{MutateOptions, MutationObserver, MutationOptions, mutation_options};

use super::lab::{Lab, Text, ms};

pub type Options<C = ()> = MutationOptions<i32, String, Text, C>;

/// What has happened, in order.
#[derive(Clone, Default)]
pub struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    pub fn add(&self, text: impl ToString) {
        self.0.borrow_mut().push(text.to_string());
    }

    pub fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// A mutation that writes down its calls, and after 10 ms answers `x` and the number, or fails for negative ones.
pub fn working(lab: &Lab, log: &Log) -> Options {
    let (sim, log) = (lab.sim.clone(), log.clone());
    mutation_options(move |n: Rc<i32>| {
        log.add(format!("run {n}"));
        let wait = sim.sleep(ms(10));
        async move {
            wait.await;
            if *n < 0 { Err("no") } else { Ok(format!("x{n}")) }
        }
    })
}

/// The same with all callbacks.
pub fn telling(lab: &Lab, log: &Log) -> Options<i32> {
    let [begin, good, bad, end] = [(); 4].map(|()| log.clone());
    working(lab, log)
        .on_mutate(move |n| {
            begin.add(format!("mutate {n}"));
            n * 10
        })
        .on_success(move |data, n, c| good.add(format!("success {data} {n} {c}")))
        .on_error(move |error, n, c| bad.add(format!("error {error} {n} {c:?}")))
        .on_settled(move |result, n, c| end.add(format!("settled {result:?} {n} {c:?}")))
}

/// The callbacks of one call.
pub fn own<C: 'static>(log: &Log) -> MutateOptions<i32, String, Text, C> {
    let [good, bad, end] = [(); 3].map(|()| log.clone());
    MutateOptions::new()
        .on_success(move |data, _, _| good.add(format!("own success {data}")))
        .on_error(move |error, _, _| bad.add(format!("own error {error}")))
        .on_settled(move |result, _, _| end.add(format!("own settled {}", result.is_ok())))
}

pub fn watch<V, T, E, C>(
    lab: &Lab,
    options: MutationOptions<V, T, E, C>,
) -> MutationObserver<V, T, E, C> {
    lab.client.mutation(options, Rc::new(|| {}))
}
