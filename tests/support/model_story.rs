//! Random stories, and how a bad one is made short enough to read.

use yew_clerk::engine::entry::FetchStatus;
use yew_clerk::engine::options::NetworkMode;

use super::chance::Chance;
use super::model_rules::Model;
use super::model_words::{
    Access, Filter, Future, How, Initial, KEYS, Ms, NEVER, Opts, Reads, Refetch, Rule, Stale, Step,
    Which, Who, Write,
};

/// The most components that there are at once.
const CROWD: usize = 7;

/// A story of so many steps, the same for the same seed.
pub fn story(seed: u64, steps: usize) -> Vec<Step> {
    let mut chance = Chance::new(seed);
    // In some stories everybody looks at one or two keys.
    let keys = chance.pick(&[KEYS as u64, KEYS as u64, 2, 1]);
    let first = chance.below(KEYS as u64);
    let mut teller = Teller { chance, keys, first };
    (0..steps).map(|_| teller.step()).collect()
}

struct Teller {
    chance: Chance,
    keys: u64,
    first: u64,
}

impl Teller {
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.chance.below(n as u64)).unwrap_or(0)
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.chance.below(n) == 0
    }

    fn key(&mut self) -> usize {
        let key = (self.first + self.chance.below(self.keys)) as usize;
        key % KEYS
    }

    fn maybe_key(&mut self) -> Option<usize> {
        (!self.one_in(12)).then(|| self.key())
    }

    fn who(&mut self) -> usize {
        self.below(64)
    }

    fn rule(&mut self) -> Rule {
        self.chance.pick(&[Rule::IfStale, Rule::IfStale, Rule::IfStale, Rule::Always, Rule::Never])
    }

    fn opts(&mut self) -> Opts {
        Opts {
            enabled: !self.one_in(6),
            access: self.chance.pick(&[Access::Public, Access::Public, Access::Private]),
            stale: self.chance.pick(&[
                Stale::After(0),
                Stale::After(0),
                Stale::After(43),
                Stale::After(400),
                Stale::After(NEVER),
                Stale::Static,
            ]),
            gc: self.chance.pick(&[0, 13, 150, 150, 2_000, NEVER]),
            on_mount: self.rule(),
            on_focus: self.rule(),
            on_reconnect: if self.one_in(3) { Some(self.rule()) } else { None },
            retry_on_mount: !self.one_in(4),
            polls: self.one_in(4),
            polls_hidden: self.chance.yes(),
            retry: self.chance.pick(&[None, Some(0), Some(1), Some(2)]),
            retry_delay: self.chance.pick(&[1, 5, 23, 110]),
            network: self.chance.pick(&[
                NetworkMode::Online,
                NetworkMode::Online,
                NetworkMode::Always,
                NetworkMode::OfflineFirst,
            ]),
            keeps_previous: self.one_in(4),
            initial: match self.below(24) {
                0 => Some(Initial::Now),
                1 => Some(Initial::At(0)),
                2 => Some(Initial::At(1_000_000)),
                _ => None,
            },
        }
    }

    fn reads(&mut self) -> Reads {
        self.chance.pick(&[
            Reads::All,
            Reads::All,
            Reads::Data,
            Reads::DataAndStale,
            Reads::Fetching,
            Reads::Nothing,
        ])
    }

    fn filter(&mut self) -> Filter {
        let key = self.key();
        let exactly = Which::Exactly(key);
        let statuses = [FetchStatus::Idle, FetchStatus::Fetching, FetchStatus::Paused];
        Filter {
            which: self.chance.pick(&[exactly, exactly, exactly, Which::Beginning, Which::All]),
            active: if self.one_in(6) { Some(self.chance.yes()) } else { None },
            stale: if self.one_in(6) { Some(self.chance.yes()) } else { None },
            fetch_status: if self.one_in(8) { Some(self.chance.pick(&statuses)) } else { None },
        }
    }

    fn future(&mut self) -> Future {
        self.chance.pick(&[Future::Awaited, Future::Awaited, Future::Held, Future::Dropped])
    }

    fn step(&mut self) -> Step {
        match self.below(100) {
            0..=9 => Step::Mount(self.maybe_key(), self.opts(), self.reads()),
            10..=16 => Step::Unmount(self.who()),
            17..=20 => Step::Change(self.who(), self.maybe_key(), self.opts()),
            21..=24 => Step::Adapt(self.who(), self.opts()),
            25..=29 => Step::Refetch(self.who(), self.chance.yes(), self.future()),
            30..=34 => self.ask(),
            35..=38 => self.write(),
            39 => Step::WriteAll(self.filter()),
            40..=49 => self.command(),
            50..=59 => self.world(),
            60..=61 => Step::Held(self.who(), self.chance.yes()),
            62..=74 => Step::Flush,
            _ => Step::Advance(self.span()),
        }
    }

    fn span(&mut self) -> Ms {
        self.chance.pick(&[1, 2, 3, 7, 11, 12, 19, 29, 50, 83, 150, 400])
    }

    fn ask(&mut self) -> Step {
        let ways = [How::Fetch, How::Fetch, How::Prefetch, How::Ensure, How::EnsureRevalidated];
        Step::Ask(self.key(), self.chance.pick(&ways), self.opts(), self.future())
    }

    fn write(&mut self) -> Step {
        let key = self.key();
        let what = match self.below(8) {
            0..=2 => Write::New,
            3 => Write::Old(self.span()),
            4 => Write::Ancient,
            5 => Write::Steady,
            6 => Write::Next,
            _ => Write::Nothing,
        };
        Step::Write(key, what)
    }

    fn command(&mut self) -> Step {
        let (filter, future) = (self.filter(), self.future());
        let kinds =
            [Refetch::Active, Refetch::Active, Refetch::Inactive, Refetch::All, Refetch::None];
        match self.below(10) {
            0..=3 => Step::Invalidate(filter, self.chance.pick(&kinds), self.chance.yes(), future),
            4..=5 => Step::RefetchAll(filter, self.chance.yes(), future),
            6..=7 => Step::Cancel(filter),
            8 => Step::Reset(filter, future),
            _ => Step::Remove(filter),
        }
    }

    fn world(&mut self) -> Step {
        let anybody = [Who::Alice, Who::Alice, Who::Bob, Who::Nobody, Who::Unknown];
        match self.below(12) {
            0..=2 => Step::Focus,
            3 => Step::Visible(false),
            4..=5 => Step::Visible(true),
            6 => Step::Online(false),
            7..=8 => Step::Online(true),
            _ => Step::Owner(self.chance.pick(&anybody)),
        }
    }
}

/// The step as it can be done now, by an observer that is there; `None` if it cannot, or if it leaves open what comes first.
pub fn fitted(step: Step, model: &Model) -> Option<Step> {
    let crowd = model.observers.len();
    let at = |at: usize| if crowd == 0 { None } else { Some(at % crowd) };
    Some(match step {
        Step::Mount(..) if crowd >= CROWD => return None,
        Step::Unmount(who) => Step::Unmount(at(who)?),
        Step::Change(who, key, options) => Step::Change(at(who)?, key, options),
        Step::Adapt(who, options) => {
            let at = at(who)?;
            Step::Change(at, model.observers[at].key, options)
        }
        Step::Refetch(who, cancel, future) => Step::Refetch(at(who)?, cancel, future),
        other if model.is_open(&other) => return None,
        other => other,
    })
}

/// A part of a bad story that is as bad, and has no step too many.
pub fn shortest(mut steps: Vec<Step>, is_bad: impl Fn(&[Step]) -> bool) -> Vec<Step> {
    let mut chunk = steps.len() / 2;
    while chunk > 0 {
        let mut at = 0;
        while at < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(at..(at + chunk).min(fewer.len()));
            if is_bad(&fewer) {
                steps = fewer;
            } else {
                at += chunk;
            }
        }
        chunk /= 2;
    }
    steps
}
