//! SWR's default fetcher: from keys to requests, for hooks that each read the answer into a type of their own.

use std::cell::RefCell;
use std::rc::Rc;

use super::erase::erase_failure;
use crate::engine::effect::Fetcher;
use crate::engine::erased::Data;
use crate::engine::key::Key;
use crate::fetch::{FetchError, Loaded, RequestBuilder};

/// An answer on its way from the fetcher to the hook's type. Never cached.
struct Raw(RefCell<Option<Loaded>>);

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// Reads an answer into the type of a hook.
pub(crate) type Decode = fn(Loaded) -> Result<Data, FetchError>;

/// A fetcher whose answers nobody has read yet.
pub(crate) fn requesting(request: impl Fn(&Key) -> RequestBuilder + 'static) -> Fetcher {
    Rc::new(move |context| {
        let loading = request(&context.key).signal(&context.signal).load();
        Box::pin(async move {
            let loaded = loading.await.map_err(erase_failure)?;
            Ok(Data::new(Raw(RefCell::new(Some(loaded)))))
        })
    })
}

/// The same fetcher with answers of one type.
pub(crate) fn reading(requesting: Fetcher, decode: Decode) -> Fetcher {
    Rc::new(move |context| {
        let loading = requesting(context);
        Box::pin(async move {
            let answer = loading.await?;
            let loaded = answer.get::<Raw>().and_then(|raw| raw.0.take());
            match loaded {
                Some(loaded) => decode(loaded).map_err(erase_failure),
                // Data of the right type already.
                None => Ok(answer),
            }
        })
    })
}
