//! What `use_clerk_swr` takes as keys.

use std::rc::Rc;

use serde::Serialize;

use crate::engine::key::{IntoKey, Key, KeyError};
use crate::fetch::{Fetch, RequestBuilder};

/// An address that is its own key, with parameters or without; `None` and the empty address mean that there is nothing
/// to fetch yet.
///
/// Implemented for texts, for pairs of a text and the parameters of its query (a struct, a map or a list of pairs), and
/// for `Option`s of those.
pub trait UrlKey {
    /// The address; `None` when there is nothing to fetch yet.
    fn address(self) -> Option<Address>;
}

/// An address, and the parameters of its query.
pub struct Address {
    url: Rc<str>,
    /// In the form that the query is written from.
    parameters: Option<Result<Key, KeyError>>,
}

impl Address {
    fn new(url: Rc<str>) -> Option<Self> {
        (!url.is_empty()).then_some(Self { url, parameters: None })
    }

    /// The key: the address, or the pair of address and parameters.
    pub(super) fn to_key(&self) -> Result<Option<Key>, KeyError> {
        match &self.parameters {
            None => self.url.to_key(),
            Some(Ok(parameters)) => Key::of(&(&*self.url, parameters)).map(Some),
            Some(Err(error)) => Err(error.clone()),
        }
    }

    /// The request for it.
    pub(super) fn get(&self, fetch: &Fetch) -> RequestBuilder {
        let request = fetch.get(&self.url);
        match &self.parameters {
            None => request,
            Some(parameters) => request.append_query(parameters.clone()),
        }
    }
}

impl UrlKey for &str {
    fn address(self) -> Option<Address> {
        Address::new(self.into())
    }
}

impl UrlKey for String {
    fn address(self) -> Option<Address> {
        Address::new(self.into())
    }
}

impl UrlKey for &String {
    fn address(self) -> Option<Address> {
        Address::new(self.as_str().into())
    }
}

impl UrlKey for Rc<str> {
    fn address(self) -> Option<Address> {
        Address::new(self)
    }
}

impl UrlKey for yew::AttrValue {
    fn address(self) -> Option<Address> {
        Address::new(self.as_str().into())
    }
}

impl<U: UrlKey, P: Serialize> UrlKey for (U, P) {
    fn address(self) -> Option<Address> {
        let address = self.0.address()?;
        Some(Address { parameters: Some(Key::of(&self.1)), ..address })
    }
}

impl<U: UrlKey> UrlKey for Option<U> {
    fn address(self) -> Option<Address> {
        self.and_then(UrlKey::address)
    }
}
