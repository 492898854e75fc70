//! The cache against a model of it: random stories in which both have to agree after every step.
//!
//! The model is written from the rules and not from the engine: see `support/model_rules.rs` for what it covers.

#[path = "support/chance.rs"]
mod chance;
#[path = "support/model_commands.rs"]
mod model_commands;
#[path = "support/model_compare.rs"]
mod model_compare;
#[path = "support/model_fetches.rs"]
mod model_fetches;
#[path = "support/model_real.rs"]
mod model_real;
#[path = "support/model_rules.rs"]
mod model_rules;
#[path = "support/model_story.rs"]
mod model_story;
#[path = "support/model_time.rs"]
mod model_time;
#[path = "support/model_words.rs"]
mod model_words;

use std::collections::BTreeMap;

use model_compare::{Before, compare, compare_end, compare_filter};
use model_real::Real;
use model_rules::Model;
use model_story::{fitted, shortest, story};
use model_words::{Step, Who};

const STORIES: u64 = 700;
const STEPS: usize = 220;

/// How many kinds of things the model counts, and how often each of them happens at least, in all stories together.
const KINDS: usize = 23;
const RARE: u32 = 20;

/// What each step is counted as.
const STEP: &str = "steps";

type Tally = BTreeMap<&'static str, u32>;

/// Plays a story in the cache and in the model; gives what has happened, or the first disagreement.
fn play(seed: u64, steps: &[Step]) -> Result<Tally, String> {
    let mut real = Real::new(seed);
    let mut model = Model::new(seed, real.sim.now().as_millis());
    let mut before = Before::default();
    let mut function = 0;
    let mut take = |real: &mut Real, model: &mut Model, step: Step| {
        function += 1;
        let Some(step) = fitted(step, model) else { return Ok(()) };
        model.note(STEP);
        let told = |what| format!("after step {function}, {step:?}: {what}");
        compare_filter(real, model, &step).map_err(told)?;
        before.note(model);
        let waiters = model.apply(&step, function);
        let unheard = real.apply(&step, function, waiters);
        unheard.into_iter().for_each(|waiter| model.waiters[waiter].is_heard = false);
        compare(real, model, &mut before, &step).map_err(told)
    };
    for step in steps {
        take(&mut real, &mut model, *step)?;
    }
    // Everybody leaves, and everything runs out.
    while !model.observers.is_empty() {
        take(&mut real, &mut model, Step::Unmount(0))?;
    }
    for step in [Step::Owner(Who::Alice), Step::Visible(true), Step::Online(true)] {
        take(&mut real, &mut model, step)?;
    }
    real.look_at_all();
    take(&mut real, &mut model, Step::Advance(5_000_000))?;
    compare_end(&real, &model).map(|()| model.tally)
}

/// Plays a story; a panic is a disagreement as well.
fn verdict(seed: u64, steps: &[Step]) -> Result<Tally, String> {
    std::panic::catch_unwind(|| play(seed, steps)).unwrap_or_else(|_| Err("a panic".to_owned()))
}

#[test]
fn the_cache_does_what_a_model_of_it_says() {
    let mut all = Tally::new();
    for seed in 0..STORIES {
        let steps = story(seed, STEPS);
        match verdict(seed, &steps) {
            Ok(tally) => tally.into_iter().for_each(|(what, n)| *all.entry(what).or_default() += n),
            Err(what) => panic!("story {seed}: {what}\nin short:\n{}", in_short(seed, steps)),
        }
    }
    assert!(all[STEP] >= 100_000, "only {} steps", all[STEP]);
    let rare: Vec<_> = all.iter().filter(|(_, n)| **n < RARE).collect();
    assert!(rare.is_empty() && all.len() >= KINDS, "too little happens: {rare:?} of {all:?}");
}

/// The shortest part of a story that goes wrong, and how.
fn in_short(seed: u64, steps: Vec<Step>) -> String {
    let short = shortest(steps, |steps| verdict(seed, steps).is_err());
    let lines: Vec<_> = short.iter().map(|step| format!("  {step:?}\n")).collect();
    let what = verdict(seed, &short).err().unwrap_or_default();
    lines.concat() + &what
}
