//! Finds what a command needs and installs what is not there.

use crate::error::{Error, Result};
use crate::toolchain::{self, WasmToolchain};
use crate::workspace::{self, Workspace};
use crate::{browsers, clerk, npm, own_std, tools, versions};
use std::path::PathBuf;
use std::time::Instant;

/// Something that cargo alone does not bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Compiling for wasm32.
    Target,
    /// Bundling and serving.
    Trunk,
    /// JavaScript glue, and running tests in browsers.
    WasmBindgen,
    /// Small bundles: wasm-opt and esbuild.
    Shrinkers,
    /// Small bundles: what the standard library is compiled from.
    StdSource,
    /// A browser that tests can drive.
    Browser,
    /// Clerk's own scripts, for the dev server.
    Clerk,
}

/// Everything, in the order in which it is installed: what fails early comes first.
const ALL: &[Need] = &[
    Need::Target,
    Need::StdSource,
    Need::Shrinkers,
    Need::Clerk,
    Need::Browser,
    Need::WasmBindgen,
    Need::Trunk,
];

impl Need {
    fn name(self) -> &'static str {
        match self {
            Self::Target => "wasm32 target",
            Self::Trunk => "trunk",
            Self::WasmBindgen => "wasm-bindgen",
            Self::Shrinkers => "wasm-opt",
            Self::StdSource => "rust-src",
            Self::Browser => "chromium",
            Self::Clerk => "clerk-js",
        }
    }

    fn why(self) -> &'static str {
        match self {
            Self::Target => "compiles the app for the browser",
            Self::Trunk => "bundles the app and reloads it on change; about 3 minutes",
            Self::WasmBindgen => "connects Rust and JavaScript, runs browser tests; 2 minutes",
            Self::Shrinkers => "with esbuild: shrinks the release bundle",
            Self::StdSource => "the release bundle has a standard library of its own",
            Self::Clerk => "with its prebuilt forms: signs in, in the browser",
            Self::Browser => "browser tests and end-to-end tests run in it",
        }
    }

    /// What is there, in words; nothing if it is missing or does not fit.
    fn find(self, workspace: &Workspace) -> Option<String> {
        match self {
            Self::Target => {
                let toolchain = toolchain::find(workspace)?;
                Some(toolchain::describe(workspace, toolchain))
            }
            Self::Trunk => tools::find_trunk(workspace),
            Self::WasmBindgen => tools::find_wasm_bindgen(workspace),
            Self::Shrinkers => npm::find(workspace),
            Self::StdSource => own_std::find(workspace),
            Self::Clerk => clerk::find(workspace),
            Self::Browser => browsers::find(workspace).ok().map(|browser| browser.version),
        }
    }

    fn install(self, workspace: &Workspace) -> Result<()> {
        match self {
            Self::Target => toolchain::install(workspace),
            Self::Trunk => tools::install_trunk(workspace),
            Self::WasmBindgen => tools::install_wasm_bindgen(workspace),
            Self::Shrinkers => npm::install(workspace),
            Self::StdSource => own_std::install(workspace),
            Self::Browser => browsers::install(workspace),
            Self::Clerk => clerk::install(workspace),
        }
    }

    /// Whether all goes on without it: the bundle is larger, or pages cannot use Clerk's own scripts.
    fn is_optional(self) -> bool {
        matches!(self, Self::StdSource | Self::Clerk)
    }

    fn wanted_version(self, workspace: &Workspace) -> String {
        match self {
            Self::Trunk => versions::TRUNK.to_owned(),
            Self::Shrinkers => versions::WASM_OPT.to_owned(),
            Self::Clerk => versions::CLERK_JS.version.to_owned(),
            Self::WasmBindgen => versions::wasm_bindgen(workspace).unwrap_or_default(),
            Self::Target | Self::StdSource | Self::Browser => String::new(),
        }
    }
}

/// `cargo xtask setup`: everything, and all failures in the end instead of only the first.
pub fn run(workspace: &Workspace) -> Result<()> {
    let mut failed = Vec::new();
    for (need, found) in look_for(workspace, ALL) {
        match found {
            Some(found) => println!("  {:<14} {found}", need.name()),
            None => {
                if let Err(error) = install(workspace, need) {
                    eprintln!("  {:<14} {error}", need.name());
                    if !need.is_optional() {
                        failed.push(need.name().to_owned());
                    }
                }
            }
        }
    }
    if failed.is_empty() {
        println!("\nReady. Next: cargo xtask serve");
        return Ok(());
    }
    Err(Error::Parts(failed))
}

/// Makes sure that the needs are met, saying only what is new, and gives the wasm32 toolchain.
pub fn ensure(workspace: &Workspace, needs: &[Need]) -> Result<WasmToolchain> {
    for (need, found) in look_for(workspace, needs) {
        if found.is_none() {
            install(workspace, need)?;
        }
    }
    toolchain::find(workspace).ok_or_else(|| not_usable(Need::Target))
}

/// The folder of Clerk's scripts, fetched if they are not there; nothing if they cannot be had.
pub fn clerk_packages(workspace: &Workspace) -> Option<PathBuf> {
    if Need::Clerk.find(workspace).is_none()
        && let Err(error) = install(workspace, Need::Clerk)
    {
        eprintln!(
            "  {:<14} {error}\n  The app works without it, but nobody can sign in.",
            Need::Clerk.name()
        );
        return None;
    }
    Some(clerk::folder(workspace))
}

/// `cargo xtask env`: shell commands for those who call cargo and trunk themselves.
pub fn print_environment(workspace: &Workspace) -> Result<()> {
    let toolchain = toolchain::find(workspace).unwrap_or(WasmToolchain::Active);
    let [tools, npm] = workspace.tool_folders();
    println!("export PATH='{}':'{}':\"$PATH\"", tools.display(), npm.display());
    for (name, value) in workspace::wasm_environment(toolchain) {
        println!("export {name}={value}");
    }
    if let Ok(browser) = browsers::find(workspace) {
        println!("export CHROMEDRIVER='{}'", browser.driver.display());
        println!("export CHROMIUM='{}'", browser.chromium.display());
    }
    Ok(())
}

/// Looks for all at the same time: each only waits for programs that print their version.
fn look_for(workspace: &Workspace, needs: &[Need]) -> Vec<(Need, Option<String>)> {
    std::thread::scope(|scope| {
        let searches: Vec<_> =
            needs.iter().map(|need| (*need, scope.spawn(move || need.find(workspace)))).collect();
        searches.into_iter().map(|(need, search)| (need, search.join().unwrap_or(None))).collect()
    })
}

fn install(workspace: &Workspace, need: Need) -> Result<()> {
    let started = Instant::now();
    let what = format!("{} {}", need.name(), need.wanted_version(workspace));
    println!("  {:<14} installing {} ({})", need.name(), what.trim(), need.why());
    need.install(workspace)?;
    match need.find(workspace) {
        Some(found) => {
            println!("  {:<14} {found} ({} s)", need.name(), started.elapsed().as_secs());
            Ok(())
        }
        None => Err(not_usable(need)),
    }
}

fn not_usable(need: Need) -> Error {
    Error::Missing {
        what: need.name().to_owned(),
        why: "it was installed, but cannot be used".to_owned(),
        fix: "cargo xtask setup, and see target/tools/logs".to_owned(),
    }
}
