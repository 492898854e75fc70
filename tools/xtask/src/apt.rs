//! Debian's package manager, used only where it is there and we are root.

use crate::error::Result;
use crate::process;
use crate::workspace::Workspace;
use std::path::Path;

/// Whether we may install packages. Never through `sudo`: that is the user's to decide.
pub fn is_usable(workspace: &Workspace) -> bool {
    workspace.which("apt-get").is_some() && is_root(workspace)
}

/// Whether this system has the package manager, root or not.
pub fn exists(workspace: &Workspace) -> bool {
    workspace.which("apt-get").is_some()
}

/// Installs packages; the caller has asked [`is_usable`].
pub fn install(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    println!("    apt-get install {}", packages.join(" "));
    // A fresh machine has no package lists, and old ones name files that are gone.
    run(workspace, &["update"], "apt-update.log")?;
    let mut args = vec!["install", "--yes", "--no-install-recommends"];
    args.extend(packages);
    run(workspace, &args, &format!("apt-{}.log", packages.first().unwrap_or(&"install")))
}

fn run(workspace: &Workspace, args: &[&str], log: &str) -> Result<()> {
    let mut apt = workspace.command("apt-get");
    // Another apt may be at work for a while, for example just after the machine has started.
    apt.args(["-o", "DPkg::Lock::Timeout=120"]).args(args);
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    process::with_progress(&mut apt, &workspace.logs().join(Path::new(log)), None)
}

fn is_root(workspace: &Workspace) -> bool {
    process::output(workspace.command("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}
