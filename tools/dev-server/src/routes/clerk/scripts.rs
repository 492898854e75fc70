//! Clerk's own scripts, from a folder on this machine.

use std::path::Path as FolderPath;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::routes::spa;
use crate::state::AppState;

/// The packages that are served, by their names without the scope.
const PACKAGES: [&str; 2] = ["clerk-js", "ui"];

/// `GET /npm/@clerk/{package}@{version}/dist/{file}`. There is one version, whatever is asked for; so
/// browsers ask again each time whether it is still the same.
pub async fn serve(
    State(state): State<AppState>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let Some((package, name)) = path.ok().and_then(|Path((package, file))| named(&package, file))
    else {
        return ApiError::not_found("Clerk has no script of this name.").into_response();
    };
    let folder = state.clerk_packages().join(package).join("dist");
    if !folder.is_dir() {
        return missing(&folder).into_response();
    }
    let Ok(uri) = Uri::try_from(format!("/{name}")) else {
        return ApiError::not_found("Clerk has no script of this name.").into_response();
    };
    match spa::file(&folder, request.method(), &uri, request.headers()).await {
        Some(mut found) => {
            spa::set_caching(&mut found, spa::REVALIDATE);
            found
        }
        None => {
            ApiError::not_found(format!("There is no {name} in @clerk/{package}.")).into_response()
        }
    }
}

/// The package and the file, if they are what their names can be. A name consists of harmless characters
/// only, so it leads nowhere else.
fn named(package: &str, file: String) -> Option<(&'static str, String)> {
    let (name, version) = package.split_once('@')?;
    let package = PACKAGES.into_iter().find(|known| *known == name)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let script = file.ends_with(".js") && !file.starts_with('.') && file.chars().all(plain);
    (!version.is_empty() && script).then_some((package, file))
}

fn missing(folder: &FolderPath) -> ApiError {
    ApiError::not_found(format!(
        "Clerk's scripts are not here: there is no folder {}. `cargo xtask setup` fetches them into \
         target/tools/clerk; another folder is named with --clerk-packages.",
        folder.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn only_scripts_of_the_two_packages_have_names() {
        let found = |package, file: &str| named(package, file.to_owned()).is_some();
        assert!(found("clerk-js@6", "clerk.browser.js"));
        assert!(found("ui@1.36.0", "3736_ui_1124a2_1.36.0.js"));
        for (package, file) in [
            ("clerk-js", "clerk.browser.js"),
            ("clerk-js@", "clerk.browser.js"),
            ("other@1", "clerk.browser.js"),
            ("..@1", "clerk.browser.js"),
            ("ui@1", ".hidden.js"),
            ("ui@1", "../secret.js"),
            ("ui@1", "a/b.js"),
            ("ui@1", "a\\b.js"),
            ("ui@1", "package.json"),
        ] {
            assert!(!found(package, file), "{package} {file}");
        }
    }
}
