//! Canonical cache keys.
