//! Chromium and its driver, for browser tests and end-to-end tests.

use crate::apt;
use crate::error::{Error, Result};
use crate::process;
use crate::versions;
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};

const PACKAGES: &[&str] = &["chromium", "chromium-driver"];

/// The names that distributions and vendors give it.
const BROWSERS: &[&str] =
    &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// Where macOS keeps it, outside every search path.
const MAC_BROWSERS: &[&str] = &[
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// A browser with a driver of its own version.
pub struct Browser {
    /// The browser's program.
    pub chromium: PathBuf,
    /// The program that speaks WebDriver.
    pub driver: PathBuf,
    /// The browser's version.
    pub version: String,
}

/// The browser to test with. `CHROMIUM` and `CHROMEDRIVER` choose another one than the first.
pub fn find(workspace: &Workspace) -> Result<Browser> {
    let driver = chosen("CHROMEDRIVER").or_else(|| workspace.which("chromedriver"));
    let (Some(driver), Some(chromium)) = (driver, find_chromium(workspace)) else {
        return Err(missing(workspace, "no browser with a driver was found"));
    };
    // Both are slow to start.
    let (driver_version, version) = std::thread::scope(|scope| {
        let driver = scope.spawn(|| version(workspace, &driver));
        let browser = version(workspace, &chromium);
        (driver.join().unwrap_or_default(), browser)
    });
    match (driver_version, version) {
        (Some(for_version), Some(version)) if major(&for_version) == major(&version) => {
            Ok(Browser { chromium, driver, version })
        }
        (Some(for_version), Some(version)) => {
            let why = format!("chromedriver {for_version} cannot drive Chromium {version}");
            Err(missing(workspace, &why))
        }
        _ => Err(missing(workspace, "the browser or its driver does not start")),
    }
}

/// Installs both from the distribution's packages.
pub fn install(workspace: &Workspace) -> Result<()> {
    if apt::is_usable(workspace) {
        return apt::install(workspace, PACKAGES);
    }
    find(workspace).map(drop)
}

fn find_chromium(workspace: &Workspace) -> Option<PathBuf> {
    let on_path = || BROWSERS.iter().find_map(|name| workspace.which(name));
    let on_mac = || MAC_BROWSERS.iter().map(PathBuf::from).find(|path| path.is_file());
    chosen("CHROMIUM").or_else(on_path).or_else(on_mac)
}

fn chosen(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
}

fn version(workspace: &Workspace, program: &Path) -> Option<String> {
    let output = process::output(workspace.command(program).arg("--version"))?;
    versions::of_output(&output).map(str::to_owned)
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

fn missing(workspace: &Workspace, why: &str) -> Error {
    let fix = if apt::exists(workspace) {
        "sudo apt-get install chromium chromium-driver"
    } else if cfg!(target_os = "macos") {
        "brew install --cask google-chrome chromedriver"
    } else {
        "install Chromium or Chrome and the chromedriver of the same version with your system's \
         package manager, or name them in CHROMIUM and CHROMEDRIVER"
    };
    Error::Missing {
        what: "Chromium with chromedriver".to_owned(),
        why: why.to_owned(),
        fix: fix.to_owned(),
    }
}
