//! Your own instance of Clerk, in the place of the one that the dev server plays.

use crate::error::{Error, Result};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::process::Command;

/// The key from Clerk's dashboard. The app reads it too, when it is compiled.
const PUBLISHABLE_KEY: &str = "CLERK_PUBLISHABLE_KEY";

/// Where the instance publishes the keys of its tokens, if not at its own address.
const JWKS_URL: &str = "CLERK_JWKS_URL";

/// The key of its tokens itself, in PEM form: Clerk's name for it.
const JWT_KEY: &str = "CLERK_JWT_KEY";

/// What the dev server has to know of an instance.
#[derive(Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its address.
    pub host: String,
    /// The option of the dev server that says by which key its tokens are checked, and the value.
    pub option: [String; 2],
}

impl Instance {
    /// Reads the environment; nothing if it names no instance.
    pub fn of_environment() -> Result<Option<Self>> {
        Self::read(|name| std::env::var(name).ok())
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>> {
        let filled = |name| variable(name).filter(|value| !value.trim().is_empty());
        let Some(key) = filled(PUBLISHABLE_KEY) else { return Ok(None) };
        let host = host_of(&key).ok_or_else(|| {
            let hint = "it begins with pk_test_ or pk_live_, and Clerk's dashboard has it";
            Error::Usage(format!("{PUBLISHABLE_KEY} is no publishable key: {hint}"))
        })?;
        let option = match (filled(JWT_KEY), filled(JWKS_URL)) {
            (Some(pem), _) => ["--clerk-jwt-key".to_owned(), pem],
            (None, Some(url)) => ["--clerk-jwks-url".to_owned(), url],
            (None, None) => {
                ["--clerk-jwks-url".to_owned(), format!("https://{host}/.well-known/jwks.json")]
            }
        };
        Ok(Some(Self { host, option }))
    }
}

/// Lets `command` build an app that signs in at the Clerk which the dev server plays.
pub fn forget(command: &mut Command) {
    command.env_remove(PUBLISHABLE_KEY);
}

/// The host that a publishable key stands for.
fn host_of(key: &str) -> Option<String> {
    let encoded = key.strip_prefix("pk_test_").or_else(|| key.strip_prefix("pk_live_"))?;
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decoded = GeneralPurpose::new(&STANDARD, config).decode(encoded).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let host = text.strip_suffix('$')?;
    let is_host = host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    (is_host && host.contains('.')).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k";

    fn read(variables: &[(&str, &str)]) -> Result<Option<Instance>> {
        Instance::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn without_a_key_the_dev_server_plays_clerk() {
        assert_eq!(read(&[]).unwrap(), None);
        assert_eq!(read(&[(PUBLISHABLE_KEY, " "), (JWKS_URL, "https://x.example")]).unwrap(), None);
    }

    #[test]
    fn the_address_of_the_keys_follows_from_the_publishable_key() {
        let instance = read(&[(PUBLISHABLE_KEY, KEY)]).unwrap().unwrap();
        assert_eq!(instance.host, "clerk.example.com");
        let url = "https://clerk.example.com/.well-known/jwks.json";
        assert_eq!(instance.option, ["--clerk-jwks-url", url]);
    }

    #[test]
    fn a_key_or_an_address_of_keys_comes_first() {
        let url = (JWKS_URL, "https://keys.example/jwks.json");
        let with_url = read(&[(PUBLISHABLE_KEY, KEY), url]).unwrap().unwrap();
        assert_eq!(with_url.option, ["--clerk-jwks-url", url.1]);
        let pem = (JWT_KEY, "-----BEGIN PUBLIC KEY-----");
        let with_key = read(&[(PUBLISHABLE_KEY, KEY), url, pem]).unwrap().unwrap();
        assert_eq!(with_key.option, ["--clerk-jwt-key", pem.1]);
    }

    #[test]
    fn padding_may_be_left_out_but_nothing_else() {
        assert_eq!(host_of("pk_live_Y2xlcmsuYS5jbyQ=").as_deref(), Some("clerk.a.co"));
        assert_eq!(host_of("pk_live_Y2xlcmsuYS5jbyQ").as_deref(), Some("clerk.a.co"));
        for wrong in
            ["", "pk_test_", "sk_test_Y2xlcmsuYS5jbyQ", "pk_test_Y2xlcmsuYS5jbw", "pk_test_%"]
        {
            assert_eq!(host_of(wrong), None, "{wrong}");
            assert!(wrong.is_empty() || read(&[(PUBLISHABLE_KEY, wrong)]).is_err());
        }
    }
}
