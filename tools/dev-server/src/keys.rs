//! The RSA key that signs tokens: made once, kept in the data folder, published as a JWKS.

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::rand_core::OsRng;
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Size of a new key: the least that is still held to be sound, and the quickest to make.
const BITS: usize = 2048;
const FILE: &str = "signing-key.pem";

/// The signing key with what is derived from it.
pub struct SigningKeys {
    /// Signs.
    pub encoding: EncodingKey,
    /// Checks signatures.
    pub decoding: DecodingKey,
    /// The key's name: its thumbprint, so that another data folder has another name.
    pub kid: String,
    modulus: String,
    exponent: String,
}

/// Why there is no signing key.
#[derive(Debug)]
pub enum KeyError {
    /// The file could not be read or written.
    Io(std::io::Error),
    /// The file holds no RSA key, or none could be made.
    Unusable(String),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot read or write {FILE}: {error}"),
            Self::Unusable(reason) => write!(f, "{FILE} holds no usable RSA key: {reason}"),
        }
    }
}

impl std::error::Error for KeyError {}

impl From<std::io::Error> for KeyError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// One public key in a JWKS.
#[derive(Debug, Serialize)]
pub struct Jwk<'a> {
    kty: &'static str,
    alg: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    kid: &'a str,
    n: &'a str,
    e: &'a str,
}

impl SigningKeys {
    /// Reads the key in `folder`, or makes one there. Making one takes up to a second, or some seconds
    /// without optimisation; it happens once for each data folder.
    ///
    /// # Errors
    /// If the file cannot be read or written, or holds something else than a key.
    pub fn load_or_create(folder: &Path) -> Result<Self, KeyError> {
        let path = folder.join(FILE);
        let pem = match fs::read_to_string(&path) {
            Ok(pem) => pem,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let pem = generate()?;
                write_private(&path, &pem)?;
                pem
            }
            Err(error) => return Err(error.into()),
        };
        Self::from_pem(&pem)
    }

    /// Takes a private key in PKCS#8 PEM form.
    ///
    /// # Errors
    /// If the text is not such a key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let private = RsaPrivateKey::from_pkcs8_pem(pem).map_err(unusable)?;
        let public = RsaPublicKey::from(&private);
        let modulus = URL_SAFE_NO_PAD.encode(public.n().to_bytes_be());
        let exponent = URL_SAFE_NO_PAD.encode(public.e().to_bytes_be());
        Ok(Self {
            encoding: EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(unusable)?,
            decoding: DecodingKey::from_rsa_components(&modulus, &exponent).map_err(unusable)?,
            kid: kid(&modulus, &exponent),
            modulus,
            exponent,
        })
    }

    /// The public half, as it stands in a JWKS.
    #[must_use]
    pub fn jwk(&self) -> Jwk<'_> {
        Jwk {
            kty: "RSA",
            alg: "RS256",
            usage: "sig",
            kid: &self.kid,
            n: &self.modulus,
            e: &self.exponent,
        }
    }
}

/// The RFC 7638 thumbprint, with the prefix of Clerk's key names.
fn kid(modulus: &str, exponent: &str) -> String {
    let canonical = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
    format!("ins_{}", URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)))
}

fn generate() -> Result<String, KeyError> {
    let key = RsaPrivateKey::new(&mut OsRng, BITS).map_err(unusable)?;
    Ok(key.to_pkcs8_pem(LineEnding::LF).map_err(unusable)?.to_string())
}

/// Writes by way of a temporary file, so that an interrupted start leaves no half key behind.
fn write_private(path: &Path, pem: &str) -> Result<(), KeyError> {
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(&temporary)?;
    file.write_all(pem.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    Ok(())
}

fn unusable(error: impl fmt::Display) -> KeyError {
    KeyError::Unusable(error.to_string())
}
