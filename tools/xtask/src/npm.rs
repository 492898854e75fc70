//! What shrinks the bundle, from npm: it has the pinned versions for every system.

use crate::error::{Error, Result};
use crate::process;
use crate::versions;
use crate::workspace::Workspace;
use std::fs;
use std::path::PathBuf;

const PACKAGE: &str = include_str!("../npm/package.json");
const LOCK: &str = include_str!("../npm/package-lock.json");

/// The programs that are called.
const PROGRAMS: &[&str] = &["wasm-opt", "esbuild"];

/// Whether the pinned programs are there. Asking them for their versions would load megabytes; the
/// lock file says what npm has installed.
pub fn find(workspace: &Workspace) -> Option<String> {
    let lock = fs::read_to_string(folder(workspace).join("package-lock.json"));
    let programs = folder(workspace).join("node_modules").join(".bin");
    let complete = PROGRAMS.iter().all(|program| programs.join(program).exists());
    (complete && lock.is_ok_and(|lock| lock == LOCK)).then(|| versions::WASM_OPT.to_owned())
}

/// Installs it below `target/`, exactly as locked.
pub fn install(workspace: &Workspace) -> Result<()> {
    if workspace.which("npm").is_none() {
        return Err(Error::Missing {
            what: format!("wasm-opt {}", versions::WASM_OPT),
            why: "it is installed with npm, which is not there".to_owned(),
            fix: "install Node.js with npm, and repeat".to_owned(),
        });
    }
    let folder = folder(workspace);
    fs::create_dir_all(&folder).map_err(Error::io("create the folder for npm"))?;
    fs::write(folder.join("package.json"), PACKAGE).map_err(Error::io("write package.json"))?;
    let lock = folder.join("package-lock.json");
    fs::write(&lock, LOCK).map_err(Error::io("write package-lock.json"))?;

    let mut npm = workspace.command("npm");
    npm.current_dir(&folder).args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    let done = process::with_progress(&mut npm, &workspace.logs().join("npm.log"), None);
    if done.is_err() {
        // Its presence would say that the installation is complete. Ignored: if it cannot be
        // removed, the missing program says the same.
        let _ = fs::remove_file(lock);
    }
    done
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.tools().join("npm")
}
