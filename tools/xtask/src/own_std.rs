//! The release bundle brings its own standard library, compiled with the app.
//!
//! The one that comes with the compiler formats a text for each panic, and is optimised for speed.
//! Compiled here, for size, and with panics that stop at once, it makes the bundle 8 % smaller.
//! Cargo has no stable name for this yet; `RUSTC_BOOTSTRAP` opens it on a stable compiler.

use crate::error::{Error, Result};
use crate::process;
use crate::toolchain::{self, TARGET, WasmToolchain};
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// rustup's name for the sources.
const COMPONENT: &str = "rust-src";

/// Long enough for a few megabytes, short enough to go on without them.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(120);

/// Makes cargo, also below trunk, compile std for the browser.
pub fn add_to(command: &mut Command) {
    let target = TARGET.to_uppercase().replace('-', "_");
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
        .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size")
        .env(
            format!("CARGO_TARGET_{target}_RUSTFLAGS"),
            "-Zunstable-options -Cpanic=immediate-abort",
        );
}

/// Where the sources are, in words.
pub fn find(workspace: &Workspace) -> Option<String> {
    let toolchain = toolchain::find(workspace)?;
    let sources = sysroot(workspace, toolchain)?.join("lib/rustlib/src/rust");
    sources.join("library/std/Cargo.toml").is_file().then(|| sources.display().to_string())
}

/// Gets the sources from where the compiler came from.
pub fn install(workspace: &Workspace) -> Result<()> {
    match toolchain::find(workspace) {
        Some(WasmToolchain::Active) if workspace.which("rustup").is_some() => {
            let mut rustup = workspace.command("rustup");
            rustup.args(["component", "add", COMPONENT]);
            let log = workspace.logs().join("rust-src.log");
            process::with_progress(&mut rustup, &log, Some(DOWNLOAD_LIMIT))
        }
        // The linked toolchain is put together without them.
        _ => Err(Error::Missing {
            what: "the source of Rust's standard library".to_owned(),
            why: "this compiler was not installed by rustup, which has it".to_owned(),
            fix: format!("rustup component add {COMPONENT}"),
        }),
    }
}

fn sysroot(workspace: &Workspace, toolchain: WasmToolchain) -> Option<PathBuf> {
    let mut rustc = workspace.wasm_command("rustc", toolchain, &["--print", "sysroot"]);
    process::output(&mut rustc).map(|path| Path::new(path.trim()).to_path_buf())
}
