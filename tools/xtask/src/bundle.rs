//! `cargo xtask build`: the release bundle and its sizes.

use crate::error::{Error, Result};
use crate::setup::{self, Need};
use crate::workspace::Workspace;
use crate::{instance, own_std, process, shrink, sizes};

/// The most that html, JavaScript, WebAssembly and CSS may weigh together after brotli. One place,
/// so that raising it is a decision and shows in review. About 17 kB of it are the binding to Clerk,
/// by which the app signs in; about 2 kB are what the rules of all of TanStack Query's options cost an app
/// that uses few of them.
const BUDGET: usize = 157_000;

/// What the compiler's own standard library adds, where the app's own cannot be compiled.
const FOREIGN_STD: usize = 15_000;

/// Static hosts answer unknown paths with this page, so it has to be the app.
const FALLBACK: &str = "404.html";

/// The command's options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Build whatever the size.
    pub no_budget: bool,
    /// Whatever the environment says, sign in at the Clerk that the dev server plays.
    pub local_clerk: bool,
}

impl Options {
    /// Reads the command line.
    pub fn parse(args: &[String]) -> Result<Self> {
        let mut options = Self::default();
        for arg in args {
            match arg.as_str() {
                "--no-budget" => options.no_budget = true,
                other => return Err(Error::unknown_option(other)),
            }
        }
        Ok(options)
    }
}

/// Builds into `dist/`.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let needs = [Need::Target, Need::Shrinkers, Need::WasmBindgen, Need::Trunk];
    let toolchain = setup::ensure(workspace, &needs)?;
    let mut trunk = workspace.wasm_command("trunk", toolchain, &["build", "--release", "--dist"]);
    match setup::ensure(workspace, &[Need::StdSource]) {
        Ok(_) => own_std::add_to(&mut trunk),
        // The app is the same, only larger.
        Err(reason) => eprintln!("the bundle is built with the compiler's own std: {reason}"),
    }
    if options.local_clerk {
        instance::forget(&mut trunk);
    }
    process::visible(trunk.arg(workspace.dist()))?;

    let dist = workspace.dist();
    shrink::run(workspace, &dist)?;
    std::fs::copy(dist.join("index.html"), dist.join(FALLBACK))
        .map_err(Error::io(format!("write dist/{FALLBACK}")))?;
    weigh(workspace, options.no_budget)
}

/// Prints the sizes of the bundle in `dist/`, and fails when it is above the budget.
pub fn weigh(workspace: &Workspace, no_budget: bool) -> Result<()> {
    // The same bytes as index.html, and never loaded as well as it.
    let sizes = sizes::measure(&workspace.dist(), &[FALLBACK])?;
    println!("\n{}", sizes::table(&sizes));
    let foreign = if own_std::find(workspace).is_some() { 0 } else { FOREIGN_STD };
    within(sizes::total(&sizes).brotli, BUDGET + foreign, no_budget)
}

fn within(total: usize, budget: usize, ignore: bool) -> Result<()> {
    if total <= budget {
        println!("{} bytes below the budget of {budget}", budget - total);
        return Ok(());
    }
    if ignore {
        println!("{} bytes above the budget of {budget}", total - budget);
        return Ok(());
    }
    Err(Error::OverBudget { total, budget })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_above_the_budget_fails_unless_that_is_allowed() {
        assert!(within(100, 100, false).is_ok());
        let error = within(101, 100, false).unwrap_err();
        assert!(error.to_string().contains("1 more than the budget of 100"), "{error}");
        assert!(within(101, 100, true).is_ok());
    }
}
