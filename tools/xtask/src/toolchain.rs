//! The compiler for wasm32: rustup's target where rustup can fetch it, else Debian's packages.

use crate::debian;
use crate::error::{Error, Result};
use crate::process;
use crate::workspace::Workspace;
use std::path::Path;
use std::time::Duration;

/// The target that browsers run.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// A server that cannot be reached must not hold up the other way for long.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(180);

/// How cargo has to be called to compile for wasm32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WasmToolchain {
    /// As always: the active toolchain has the target.
    Active,
    /// With the toolchain that we linked into rustup.
    Linked,
}

/// The toolchain that can compile for wasm32 right now.
pub fn find(workspace: &Workspace) -> Option<WasmToolchain> {
    if has_target(workspace, None) {
        return Some(WasmToolchain::Active);
    }
    let linked = debian::is_current(workspace) && has_target(workspace, Some(debian::TOOLCHAIN));
    linked.then_some(WasmToolchain::Linked)
}

/// Gets the target, from rustup or else from Debian.
pub fn install(workspace: &Workspace) -> Result<()> {
    match install_with_rustup(workspace) {
        Ok(()) => Ok(()),
        Err(reason) if debian::is_possible(workspace) => {
            println!("    rustup could not get it; building it from Debian's packages instead");
            debian::install(workspace).inspect_err(|_| {
                // The first way's reason is in its log; the second one is what stopped us.
                println!("    (rustup said: {})", first_line(&reason));
            })
        }
        Err(reason) => Err(Error::Missing {
            what: format!("the Rust target {TARGET}"),
            why: first_line(&reason),
            fix: format!(
                "rustup target add {TARGET}   (or as root on Debian or Ubuntu, this command \
                 again: it then builds the target from apt's rustc-web)"
            ),
        }),
    }
}

/// A line for people.
pub fn describe(workspace: &Workspace, toolchain: WasmToolchain) -> String {
    let mut rustc = workspace.command("rustc");
    if toolchain == WasmToolchain::Linked {
        rustc.env("RUSTUP_TOOLCHAIN", debian::TOOLCHAIN).env_remove("LD_LIBRARY_PATH");
    }
    let version = process::output(rustc.arg("--version")).unwrap_or_default();
    let from = match toolchain {
        WasmToolchain::Active => "rustup's target",
        WasmToolchain::Linked => "linked toolchain `wasm`",
    };
    format!("{}, {from}", version.trim())
}

fn install_with_rustup(workspace: &Workspace) -> Result<()> {
    if workspace.which("rustup").is_none() {
        return Err(Error::Missing {
            what: "rustup".to_owned(),
            why: "this cargo was installed without it".to_owned(),
            fix: "see rustup.rs".to_owned(),
        });
    }
    let mut rustup = workspace.command("rustup");
    rustup.args(["target", "add", TARGET]);
    let log = workspace.logs().join("rustup.log");
    process::with_progress(&mut rustup, &log, Some(DOWNLOAD_LIMIT))
}

/// Asks the compiler itself, and then looks whether the standard library is really there.
fn has_target(workspace: &Workspace, toolchain: Option<&str>) -> bool {
    let mut rustc = workspace.command("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    if let Some(toolchain) = toolchain {
        rustc.env("RUSTUP_TOOLCHAIN", toolchain).env_remove("LD_LIBRARY_PATH");
    }
    process::output(&mut rustc).is_some_and(|folder| has_std(Path::new(folder.trim())))
}

fn has_std(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

fn first_line(error: &Error) -> String {
    let text = error.to_string();
    let wanted = |line: &&str| line.contains("error:") || line.contains("could not");
    let line = text.lines().find(wanted).or_else(|| text.lines().next()).unwrap_or_default();
    line.trim_start_matches([' ', '|']).to_owned()
}
