//! Authenticated data fetching for Yew.
