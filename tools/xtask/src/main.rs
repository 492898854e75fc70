//! The workspace's own commands: `cargo xtask <command>`.
//!
//! Everything that the project needs besides cargo is found or installed here, so that a fresh
//! clone needs no reading before `cargo xtask serve` works.

mod apt;
mod bench;
mod browsers;
mod bundle;
mod check;
mod clerk;
mod counts;
mod debian;
mod error;
mod example;
mod instance;
mod npm;
mod own_std;
mod process;
mod serve;
mod setup;
mod shrink;
mod sizes;
mod test;
mod toolchain;
mod tools;
mod versions;
mod wasm;
mod workspace;

use error::{Error, Result};
use std::process::ExitCode;
use workspace::Workspace;

const USAGE: &str = "\
Usage: cargo xtask <command>

  setup                        install what is missing: the wasm32 target, trunk, wasm-bindgen,
                               wasm-opt, esbuild and a browser with its driver
  serve [--port N] [--api-port N] [--open] [--clerk]
                               the app at http://localhost:8080, rebuilt on change, with its API
                               and a Clerk to sign in at, or your own: CLERK_PUBLISHABLE_KEY;
                               --clerk is the example of Clerk's hooks, instead of the app
  build [--no-budget]          the release bundle in dist/, and its sizes
  bench [--harness FOLDER] [-- ARGS]
                               the pages that are timed beside React's in target/bench/; with the
                               harness's folder, a run of it
  check                        formatting, lints for host and wasm32, documentation
  test [--host] [--browser] [--e2e]
                               all tests, or the named parts
  env                          the environment for trunk and wasm tests by hand:
                               eval \"$(cargo xtask env)\"";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Summed) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\nerror: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let Some((command, options)) = args.split_first() else {
        return Err(Error::Usage(format!("no command given\n\n{USAGE}")));
    };
    let workspace = Workspace::find();
    match command.as_str() {
        "setup" => {
            no_options(options)?;
            setup::run(&workspace)
        }
        "serve" => serve::run(&workspace, &serve::Options::parse(options)?),
        "build" => bundle::run(&workspace, &bundle::Options::parse(options)?),
        "bench" => bench::run(&workspace, &bench::Options::parse(options)?),
        "check" => {
            no_options(options)?;
            check::run(&workspace)
        }
        "test" => test::run(&workspace, &test::Parts::parse(options)?),
        "env" => {
            no_options(options)?;
            setup::print_environment(&workspace)
        }
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(Error::Usage(format!("unknown command `{other}`\n\n{USAGE}"))),
    }
}

fn no_options(options: &[String]) -> Result<()> {
    match options.first() {
        None => Ok(()),
        Some(option) => Err(Error::unknown_option(option)),
    }
}
