//! `cargo xtask test`: every test of the project, counted.

use crate::browsers::{self, Browser};
use crate::bundle;
use crate::clerk;
use crate::counts::Counts;
use crate::error::{Error, Result};
use crate::example;
use crate::process;
use crate::setup::{self, Need};
use crate::toolchain::TARGET;
use crate::workspace::Workspace;
use std::process::Command;
use std::time::{Duration, Instant};

/// Which parts to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    host: bool,
    browser: bool,
    e2e: bool,
}

impl Parts {
    /// Reads the command line; nothing named means everything.
    pub fn parse(args: &[String]) -> Result<Self> {
        let mut parts = Self { host: false, browser: false, e2e: false };
        for arg in args {
            match arg.as_str() {
                "--host" => parts.host = true,
                "--browser" => parts.browser = true,
                "--e2e" => parts.e2e = true,
                other => return Err(Error::unknown_option(other)),
            }
        }
        if args.is_empty() {
            parts = Self { host: true, browser: true, e2e: true };
        }
        Ok(parts)
    }
}

/// How one part ended.
struct Outcome {
    name: &'static str,
    counts: Counts,
    time: Duration,
    /// Why it failed, if it did.
    problem: Option<String>,
}

/// Runs the parts, all of them even if one fails, and sums up.
pub fn run(workspace: &Workspace, parts: &Parts) -> Result<()> {
    let mut outcomes = Vec::new();
    if parts.host {
        // With the binding to clerk-js, which leaves everything else as it is; `check` looks at both.
        let library = ["test", "--no-fail-fast", "--features", "clerk"];
        outcomes.push(part("library", || Ok(workspace.cargo(&library))));
        outcomes.push(part("tools", || {
            let packages = ["-p", "dev-server", "-p", "xtask"];
            let mut cargo = workspace.cargo(&["test", "--no-fail-fast"]);
            cargo.args(packages);
            Ok(cargo)
        }));
    }
    if parts.browser {
        outcomes.push(part("browser", || browser_tests(workspace)));
    }
    if parts.e2e {
        outcomes.push(part("end to end", || e2e_tests(workspace)));
        outcomes.push(size(workspace));
    }
    sum_up(&outcomes)
}

/// Prepares and runs one part. What goes wrong is kept, so that the other parts still run.
fn part(name: &'static str, prepare: impl FnOnce() -> Result<Command>) -> Outcome {
    println!("\n== {name}");
    let started = Instant::now();
    let ran = prepare().and_then(|mut command| {
        println!("{}", process::shown(&command));
        process::counted(&mut command)
    });
    let (counts, problem) = match ran {
        Err(error) => (Counts::default(), Some(error.to_string())),
        Ok((counts, status)) => (counts, problem(counts, status.success(), &status.to_string())),
    };
    if let Some(problem) = &problem {
        eprintln!("{name}: {problem}");
    }
    Outcome { name, counts, time: started.elapsed(), problem }
}

/// The bundle's size, as a test of its own.
fn size(workspace: &Workspace) -> Outcome {
    println!("\n== size");
    let started = Instant::now();
    let problem = bundle::weigh(workspace, false).err().map(|error| error.to_string());
    let failed = usize::from(problem.is_some());
    Outcome {
        name: "size",
        counts: Counts { passed: 1 - failed, failed, ignored: 0 },
        time: started.elapsed(),
        problem,
    }
}

/// A run without a test proves nothing, however well it ended.
fn problem(counts: Counts, success: bool, status: &str) -> Option<String> {
    if counts.failed > 0 {
        Some(format!("{} failed", counts.failed))
    } else if !success {
        Some(format!("stopped without a failed test ({status})"))
    } else if counts.ran() == 0 {
        Some("no test was run".to_owned())
    } else {
        None
    }
}

fn browser_tests(workspace: &Workspace) -> Result<Command> {
    let needs = [Need::Target, Need::WasmBindgen, Need::Browser];
    let toolchain = setup::ensure(workspace, &needs)?;
    let args =
        ["test", "--no-fail-fast", "--target", TARGET, "--features", "clerk", "--test", "web_*"];
    let mut cargo = workspace.wasm_command("cargo", toolchain, &args);
    with_browser(&mut cargo, &browsers::find(workspace)?);
    Ok(cargo)
}

/// The end-to-end tests use what a user gets: the release bundle, and the dev server behind it.
fn e2e_tests(workspace: &Workspace) -> Result<Command> {
    let needs = [Need::Target, Need::Clerk, Need::Browser];
    let toolchain = setup::ensure(workspace, &needs)?;
    // Its size is looked at on its own: it must not hide what the tests say.
    bundle::run(workspace, &bundle::Options { no_budget: true, local_clerk: true })?;
    example::build(workspace, toolchain)?;
    process::visible(&mut workspace.cargo(&["build", "-p", "dev-server"]))?;

    let mut cargo = workspace.cargo(&["test", "--no-fail-fast", "-p", "e2e"]);
    cargo
        .env("E2E_DIST", workspace.dist())
        .env("E2E_CLERK_DIST", example::dist(workspace))
        .env("E2E_CLERK_PACKAGES", clerk::folder(workspace))
        .env("E2E_DEV_SERVER", workspace.debug_binary("dev-server"));
    with_browser(&mut cargo, &browsers::find(workspace)?);
    Ok(cargo)
}

fn with_browser(command: &mut Command, browser: &Browser) {
    command.env("CHROMEDRIVER", &browser.driver).env("CHROMIUM", &browser.chromium);
}

/// A table of the parts, and the line that sums up everything.
fn sum_up(outcomes: &[Outcome]) -> Result<()> {
    println!("\n{:<12} {:>7} {:>7} {:>8} {:>8}", "part", "passed", "failed", "ignored", "time");
    for Outcome { name, counts, time, problem } in outcomes {
        let Counts { passed, failed, ignored } = counts;
        let problem = problem.as_deref().and_then(|text| text.lines().next()).unwrap_or("");
        let time = format!("{} s", time.as_secs());
        println!("{name:<12} {passed:>7} {failed:>7} {ignored:>8} {time:>8}  {problem}");
    }
    let failed: Vec<String> = outcomes
        .iter()
        .filter(|outcome| outcome.problem.is_some())
        .map(|outcome| outcome.name.to_owned())
        .collect();
    let total = total(outcomes);
    if !failed.is_empty() {
        // On the same stream as the last line, which has to stay the last one.
        println!("\nfailed: {}", failed.join(", "));
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if failed.is_empty() { Ok(()) } else { Err(Error::Summed) }
}

/// All tests together. A part that broke before a test could fail counts as one failure: the sum
/// must never look as if all was well.
fn total(outcomes: &[Outcome]) -> Counts {
    let mut total = Counts::default();
    for outcome in outcomes {
        total += outcome.counts;
        if outcome.problem.is_some() && outcome.counts.failed == 0 {
            total.failed += 1;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(passed: usize, failed: usize, problem: Option<&str>) -> Outcome {
        Outcome {
            name: "part",
            counts: Counts { passed, failed, ignored: 0 },
            time: Duration::ZERO,
            problem: problem.map(str::to_owned),
        }
    }

    #[test]
    fn without_options_all_parts_run_and_with_options_only_those() {
        let all = Parts { host: true, browser: true, e2e: true };
        assert_eq!(Parts::parse(&[]).unwrap(), all);
        let host = Parts { host: true, browser: false, e2e: false };
        assert_eq!(Parts::parse(&["--host".to_owned()]).unwrap(), host);
        assert!(Parts::parse(&["--hots".to_owned()]).is_err());
    }

    #[test]
    fn a_part_without_tests_is_a_problem_even_if_it_succeeds() {
        assert!(problem(Counts::default(), true, "").is_some());
        let only_ignored = Counts { ignored: 3, ..Counts::default() };
        assert!(problem(only_ignored, true, "").is_some());
        let passed = Counts { passed: 1, ..Counts::default() };
        assert!(problem(passed, true, "").is_none());
        assert!(problem(passed, false, "exit status: 101").is_some());
    }

    #[test]
    fn a_part_that_did_not_compile_counts_as_a_failure() {
        let outcomes = [outcome(5, 0, None), outcome(0, 0, Some("no")), outcome(2, 3, Some("3"))];
        let total = total(&outcomes);
        assert_eq!((total.passed, total.failed), (7, 4));
        assert!(sum_up(&outcomes).is_err());
        assert!(sum_up(&outcomes[..1]).is_ok());
    }
}
