//! Unguessable names, from the operating system's generator.

use rsa::rand_core::{OsRng, RngCore};

/// Bytes of randomness in an identifier: 128 bits cannot be guessed.
const ID_BYTES: usize = 16;
/// Bytes of randomness in a client secret.
const SECRET_BYTES: usize = 32;

/// `prefix` followed by 32 random hexadecimal digits, such as `sess_…`.
#[must_use]
pub fn id(prefix: &str) -> String {
    format!("{prefix}{}", hex(&bytes::<ID_BYTES>()))
}

/// 64 random hexadecimal digits.
#[must_use]
pub fn secret() -> String {
    hex(&bytes::<SECRET_BYTES>())
}

/// Lower-case hexadecimal digits of `bytes`.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.fill_bytes(&mut bytes);
    bytes
}
