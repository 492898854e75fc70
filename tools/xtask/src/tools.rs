//! The command line tools that cargo installs: trunk and wasm-bindgen.

use crate::error::{Error, Result};
use crate::process;
use crate::versions;
use crate::workspace::Workspace;

/// The version of the trunk that would run, if it fits.
pub fn find_trunk(workspace: &Workspace) -> Option<String> {
    let found = version(workspace, "trunk")?;
    versions::same_series(&found, versions::TRUNK).then_some(found)
}

/// Compiles trunk.
pub fn install_trunk(workspace: &Workspace) -> Result<()> {
    cargo_install(workspace, "trunk", versions::TRUNK, &["--locked"])
}

/// The version of wasm-bindgen's tools, if both are there and fit the library.
pub fn find_wasm_bindgen(workspace: &Workspace) -> Option<String> {
    let wanted = versions::wasm_bindgen(workspace).ok()?;
    let fits = |name| version(workspace, name).is_some_and(|found| found == wanted);
    (fits("wasm-bindgen") && fits("wasm-bindgen-test-runner")).then_some(wanted)
}

/// Compiles wasm-bindgen's tools. Not `--locked`: their lock file names a package that is not
/// available everywhere, and any compatible version of it does.
pub fn install_wasm_bindgen(workspace: &Workspace) -> Result<()> {
    let version = versions::wasm_bindgen(workspace)?;
    cargo_install(workspace, "wasm-bindgen-cli", &version, &[])
}

fn version(workspace: &Workspace, program: &str) -> Option<String> {
    let output = process::output(workspace.command(program).arg("--version"))?;
    versions::of_output(&output).map(str::to_owned)
}

fn cargo_install(workspace: &Workspace, package: &str, version: &str, more: &[&str]) -> Result<()> {
    // Kept until the installation has succeeded, so that an interrupted one goes on where it was.
    let build = workspace.tools().join("build");
    let mut cargo = workspace.cargo(&["install", package, "--version", version, "--force"]);
    cargo.args(more).arg("--root").arg(workspace.tools()).env("CARGO_TARGET_DIR", &build);
    // These tools wait for the compiler and the disk most of the time. What counts is that they
    // are there soon, so nothing is optimised; trunk's own profile even links with full LTO.
    for (setting, value) in
        [("OPT_LEVEL", "0"), ("DEBUG", "false"), ("LTO", "off"), ("CODEGEN_UNITS", "64")]
    {
        cargo.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
    }
    let log = workspace.logs().join(format!("{package}.log"));
    process::with_progress(&mut cargo, &log, None)?;
    match std::fs::remove_dir_all(&build) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(Error::Io { action: format!("remove {}", build.display()), source }),
    }
}
