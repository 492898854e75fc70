//! The example that signs in with Clerk.

use crate::error::Result;
use crate::instance;
use crate::process;
use crate::toolchain::WasmToolchain;
use crate::workspace::Workspace;
use std::path::PathBuf;

/// Where it is built to for the end-to-end tests.
pub fn dist(workspace: &Workspace) -> PathBuf {
    workspace.root.join("target").join("clerk-example")
}

/// Where it is.
pub fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join("examples").join("clerk")
}

/// Builds it as `trunk build` in its folder does. Without optimisation: the tests are about what it does.
pub fn build(workspace: &Workspace, toolchain: WasmToolchain) -> Result<()> {
    let mut trunk = workspace.wasm_command("trunk", toolchain, &["build", "--dist"]);
    trunk.arg(dist(workspace)).current_dir(folder(workspace));
    instance::forget(&mut trunk);
    process::visible(&mut trunk)
}
