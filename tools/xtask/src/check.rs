//! `cargo xtask check`: everything that is known without running the code.

use crate::error::{Error, Result};
use crate::process;
use crate::setup::{self, Need};
use crate::toolchain::{TARGET, WasmToolchain};
use crate::workspace::Workspace;
use std::process::Command;

/// Runs all checks, also after one has failed.
pub fn run(workspace: &Workspace) -> Result<()> {
    let toolchain = setup::ensure(workspace, &[Need::Target])?;
    let mut failed = Vec::new();
    for (name, mut command) in checks(workspace, toolchain) {
        println!("\n== {name}: {}", process::shown(&command));
        if let Err(error) = process::visible(&mut command) {
            eprintln!("{error}");
            failed.push(name.to_owned());
        }
    }
    if failed.is_empty() {
        println!("\nAll checks passed.");
        return Ok(());
    }
    Err(Error::Parts(failed))
}

fn checks(workspace: &Workspace, toolchain: WasmToolchain) -> Vec<(&'static str, Command)> {
    let host = |args: &[&str]| workspace.cargo(args);
    let wasm = |args: &[&str]| {
        let mut all = vec!["clippy", "--target", TARGET];
        all.extend(args);
        all.extend(["--", "-D", "warnings"]);
        workspace.wasm_command("cargo", toolchain, &all)
    };
    let mut documentation = host(&["doc", "--no-deps", "--workspace", "--features", "clerk"]);
    documentation.env("RUSTDOCFLAGS", "-D warnings");
    let with_clerk = ["clippy", "--all-targets", "--features", "clerk", "--", "-D", "warnings"];
    vec![
        ("format", host(&["fmt", "--all", "--check"])),
        ("host lints", host(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])),
        ("host lints, Clerk", host(&with_clerk)),
        // As users of the library compile it: without the app's features.
        ("wasm32 lints, library", wasm(&["--lib"])),
        ("wasm32 lints, Clerk", wasm(&["--lib", "--features", "clerk"])),
        // Only these tests: the others are for the host.
        ("wasm32 lints, app and tests", wasm(&["--bins", "--test", "web_*", "--all-features"])),
        ("documentation", documentation),
    ]
}
