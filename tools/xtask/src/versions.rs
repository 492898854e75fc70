//! Every version that the project pins, in one place.

use crate::error::{Error, Result};
use crate::workspace::Workspace;

/// Bundles, serves and reloads the app. The last series that compiles with the Rust we support.
pub const TRUNK: &str = "0.21.14";

/// Shrinks the release bundle (npm's `binaryen`). `npm/package.json` and `Trunk.toml` repeat it,
/// because npm and trunk read only their own files; a test holds the three together.
pub const WASM_OPT: &str = "132";

/// A package of npm's that is fetched without what it depends on.
pub struct NpmPackage {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What its archive's bytes must be; `npm view <name>@<version> dist.integrity` says it.
    pub integrity: &'static str,
    /// Where it goes, beside the others.
    pub folder: &'static str,
}

/// Clerk in the browser.
pub const CLERK_JS: NpmPackage = NpmPackage {
    name: "@clerk/clerk-js",
    version: "6.40.0",
    integrity: "sha512-2MnZ/ygvuCmeuqfXQmsxfQaLN/SSJvQbtT2cLXbgr5VKr3KmZFZBVvX977fG3eZ6pprl4J9pO+I2bbe6BvColg==",
    folder: "clerk-js",
};

/// Clerk's prebuilt forms.
const CLERK_UI: NpmPackage = NpmPackage {
    name: "@clerk/ui",
    version: "1.36.0",
    integrity: "sha512-uI96zYCh5jISLOt1mdpIPy/Y31P0kwFxjUFOxLUwFfTHFmGUcRjbqN6bbb+75tdI2Bz6ARGws3rhspDer+xIfQ==",
    folder: "ui",
};

/// All of Clerk that the dev server hands out.
pub const CLERK: [NpmPackage; 2] = [CLERK_JS, CLERK_UI];

/// The package that decides which `wasm-bindgen` command line fits.
const WASM_BINDGEN: &str = "wasm-bindgen";

/// The `wasm-bindgen` command line must be exactly the library's version.
pub fn wasm_bindgen(workspace: &Workspace) -> Result<String> {
    let path = workspace.root.join("Cargo.lock");
    let lock = std::fs::read_to_string(&path).map_err(Error::io("read Cargo.lock"))?;
    locked_version(&lock, WASM_BINDGEN).ok_or(Error::NotLocked(WASM_BINDGEN))
}

/// The version of a package in the text of a `Cargo.lock`.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let mut inside = false;
    for line in lock.lines() {
        if line == "[[package]]" {
            inside = false;
        } else if let Some(name) = quoted(line, "name") {
            inside = name == package;
        } else if let Some(version) = quoted(line, "version").filter(|_| inside) {
            return Some(version.to_owned());
        }
    }
    None
}

/// The value of a `key = "value"` line.
fn quoted<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')
}

/// The first word of a `--version` line that looks like a version.
pub fn of_output(output: &str) -> Option<&str> {
    output.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a later patch release of the same series may stand in for the pinned one.
pub fn same_series(found: &str, wanted: &str) -> bool {
    let parts = |version: &str| -> Option<(String, u32)> {
        let (series, patch) = version.rsplit_once('.')?;
        Some((series.to_owned(), patch.parse().ok()?))
    };
    match (parts(found), parts(wanted)) {
        (Some((series, patch)), Some((wanted_series, wanted_patch))) => {
            series == wanted_series && patch >= wanted_patch
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
version = 4

[[package]]
name = "wasm-bindgen-futures"
version = "0.4.80"
dependencies = [
 "wasm-bindgen",
]

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
source = "registry"
"#;

    #[test]
    fn the_locked_version_is_that_of_the_package_with_exactly_this_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(LOCK, "wasm-bindgen-futures").as_deref(), Some("0.4.80"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
    }

    #[test]
    fn the_workspace_locks_a_wasm_bindgen() {
        let version = wasm_bindgen(&Workspace::find()).unwrap();
        assert!(version.starts_with("0.2."), "{version}");
    }

    #[test]
    fn a_version_is_read_from_what_tools_print() {
        assert_eq!(of_output("trunk 0.21.14\n"), Some("0.21.14"));
        assert_eq!(of_output("wasm-opt version 132 (version_132)"), Some("132"));
        assert_eq!(of_output("ChromeDriver 156.0.8078.79 (a21ce95c)"), Some("156.0.8078.79"));
        assert_eq!(of_output("command not found"), None);
    }

    #[test]
    fn a_later_patch_fits_and_another_series_does_not() {
        assert!(same_series("0.21.14", "0.21.14"));
        assert!(same_series("0.21.15", "0.21.14"));
        assert!(!same_series("0.21.13", "0.21.14"));
        assert!(!same_series("0.22.1", "0.21.14"));
    }

    #[test]
    fn npm_and_trunk_name_the_same_wasm_opt() {
        let package = include_str!("../npm/package.json");
        assert!(package.contains(&format!("\"binaryen\": \"{WASM_OPT}.0.0\"")));
        let trunk = include_str!("../../../Trunk.toml");
        assert!(trunk.contains(&format!("wasm_opt = \"version_{WASM_OPT}\"")));
    }
}
