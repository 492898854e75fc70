//! What the tests are told by whoever starts them.

use std::path::{Path, PathBuf};

/// Where the things under test and the browser are.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The folder of the release bundle.
    pub dist: PathBuf,
    /// The folder of the example that signs in with Clerk.
    pub clerk_dist: PathBuf,
    /// The folder of Clerk's own scripts.
    pub clerk_packages: PathBuf,
    /// The dev server's program.
    pub dev_server: PathBuf,
    /// The program that speaks WebDriver.
    pub chromedriver: PathBuf,
    /// The browser's program.
    pub chromium: PathBuf,
}

impl Environment {
    /// Reads the environment variables.
    ///
    /// # Panics
    /// If one is absent or names nothing that exists. The tests cannot make up for it, and to skip
    /// them would look like success.
    #[must_use]
    pub fn read() -> Self {
        Self {
            dist: existing("E2E_DIST", "the folder of the release bundle"),
            clerk_dist: existing("E2E_CLERK_DIST", "the folder of the example with Clerk"),
            clerk_packages: existing("E2E_CLERK_PACKAGES", "the folder of Clerk's scripts"),
            dev_server: existing("E2E_DEV_SERVER", "the dev server's program"),
            chromedriver: existing("CHROMEDRIVER", "the browser's driver"),
            chromium: existing("CHROMIUM", "the browser"),
        }
    }
}

fn existing(variable: &str, what: &str) -> PathBuf {
    let Some(path) = std::env::var_os(variable).map(PathBuf::from) else {
        panic!(
            "End-to-end tests are run by `cargo xtask test --e2e`, which builds the bundle and the \
             server first: {variable} ({what}) is not set."
        );
    };
    assert!(
        path.exists(),
        "There is no {}, which {variable} names as {what}. Run the end-to-end tests by `cargo xtask \
         test --e2e`.",
        path.display()
    );
    path
}

/// The folder for screenshots and for what all tests share.
#[must_use]
pub fn output() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    let folder = workspace.join("target/e2e");
    std::fs::create_dir_all(&folder).expect("the folder for screenshots can be made");
    folder
}
