//! `cargo xtask bench`: our pages for the benchmark, and a run of it beside React's.

use crate::error::{Error, Result};
use crate::setup::{self, Need};
use crate::toolchain::WasmToolchain;
use crate::workspace::Workspace;
use crate::{own_std, process, shrink, sizes};
use std::path::{Path, PathBuf};

/// The dialects, each a contestant of its own.
const DIALECTS: [&str; 2] = ["swr", "query"];

/// The command's options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Where the harness is. Without it the pages are built, and nothing is timed.
    pub harness: Option<PathBuf>,
    /// What the harness is told besides.
    pub arguments: Vec<String>,
}

impl Options {
    /// Reads the command line: `--harness FOLDER`, and after `--` what is for the harness.
    pub fn parse(args: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--harness" => {
                    let folder = args.next().ok_or_else(|| {
                        Error::Usage("--harness wants the folder of the harness".to_owned())
                    })?;
                    options.harness = Some(PathBuf::from(folder));
                }
                "--" => options.arguments.extend(args.by_ref().cloned()),
                other => return Err(Error::unknown_option(other)),
            }
        }
        Ok(options)
    }
}

/// Builds the pages into `target/bench/`, and has them timed.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let needs = [Need::Target, Need::Shrinkers, Need::WasmBindgen, Need::Trunk];
    let toolchain = setup::ensure(workspace, &needs)?;
    for dialect in DIALECTS {
        build(workspace, toolchain, dialect)?;
    }
    match &options.harness {
        Some(harness) => measure(workspace, harness, &options.arguments),
        None => Ok(()),
    }
}

fn contestant(workspace: &Workspace, dialect: &str) -> PathBuf {
    folder(workspace).join(format!("yew-clerk-{dialect}"))
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join("target").join("bench")
}

/// Builds the page of a dialect, and its start-up page, as the app is built.
fn build(workspace: &Workspace, toolchain: WasmToolchain, dialect: &str) -> Result<()> {
    let pages = workspace.root.join("benches").join("page");
    let dist = contestant(workspace, dialect);
    // The page first: trunk empties the folder.
    for (page, dist) in [
        (format!("{dialect}/index.html"), dist.clone()),
        (format!("{dialect}/startup/index.html"), dist.join("startup")),
    ] {
        let args = ["build", "--release", "--public-url", "./", "--dist"];
        let mut trunk = workspace.wasm_command("trunk", toolchain, &args);
        trunk.arg(&dist).arg(page).current_dir(&pages);
        if setup::ensure(workspace, &[Need::StdSource]).is_ok() {
            own_std::add_to(&mut trunk);
        }
        process::visible(&mut trunk)?;
        shrink::run(workspace, &dist)?;
    }
    println!("\nyew-clerk-{dialect}, start-up page\n");
    println!("{}", sizes::table(&sizes::measure(&dist.join("startup"), &[])?));
    Ok(())
}

/// Runs the harness in a copy, since it writes beside itself.
fn measure(workspace: &Workspace, harness: &Path, arguments: &[String]) -> Result<()> {
    let copy = folder(workspace).join("harness");
    copy_tree(harness, &copy)?;
    if !copy.join("node_modules").is_dir() {
        process::visible(workspace.command("npm").arg("ci").current_dir(&copy))?;
    }
    let mut node = workspace.command("node");
    node.arg("run.mjs").args(arguments).current_dir(&copy);
    for dialect in DIALECTS {
        let added = contestant(workspace, dialect);
        node.arg("--add").arg(format!("yew-clerk-{dialect}={}", added.display()));
    }
    process::visible(&mut node)
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    let failed = || Error::io(format!("copy {} to {}", from.display(), to.display()));
    std::fs::create_dir_all(to).map_err(failed())?;
    for entry in std::fs::read_dir(from).map_err(failed())? {
        let entry = entry.map_err(failed())?;
        let target = to.join(entry.file_name());
        if entry.file_type().map_err(failed())?.is_dir() {
            if entry.file_name() != "node_modules" {
                copy_tree(&entry.path(), &target)?;
            }
        } else if !target.exists() {
            // Not `fs::copy`, which would keep a folder that may only be read just so.
            let bytes = std::fs::read(entry.path()).map_err(failed())?;
            std::fs::write(&target, bytes).map_err(failed())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Options> {
        Options::parse(&args.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn what_follows_two_dashes_is_for_the_harness() {
        let options = parse(&["--harness", "../bench", "--", "--rounds", "3"]).unwrap();
        assert_eq!(options.harness, Some(PathBuf::from("../bench")));
        assert_eq!(options.arguments, ["--rounds", "3"]);
        assert_eq!(parse(&[]).unwrap(), Options::default());
        assert!(parse(&["--rounds"]).is_err() && parse(&["--harness"]).is_err());
    }
}
