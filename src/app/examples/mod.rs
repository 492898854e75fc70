//! The components that the pages show, code and all: one file each.

pub mod background;
pub mod query;
pub mod same_origin;
pub mod swr;
