//! The options of `use_swr_infinite` that `use_swr` has no use for.

use std::rc::Rc;

use super::mutator_options::MutatorOptions;
use super::swr_options::SwrOptions;
use crate::engine::erased::Data;
use crate::engine::key::Key;

/// The options of `use_swr_infinite`: those of `use_swr`, for a list of pages, and some for its pages.
///
/// ```
/// use yew_clerk::client::SwrInfiniteOptions;
/// use yew_clerk::fetch::FetchError;
///
/// let options = SwrInfiniteOptions::<Vec<String>, FetchError>::new()
///     .initial_size(2)
///     .revalidate_on_set_size(false)
///     .revalidate_on_focus(false);
/// ```
pub type SwrInfiniteOptions<T, E> = SwrOptions<Vec<Rc<T>>, E>;

/// For lists of pages (`use_swr_infinite`). A `SwrConfig` may set them too.
impl<T: 'static, E: 'static> SwrOptions<T, E> {
    /// How many pages are loaded at first. Default: 1. Same as SWR's `initialSize`.
    #[must_use]
    pub fn initial_size(self, size: usize) -> Self {
        self.set(move |o| o.pages.initial_size = size)
    }

    /// Whether each revalidation fetches all pages. Default: false. Same as SWR's `revalidateAll`.
    #[must_use]
    pub fn revalidate_all(self, revalidate: bool) -> Self {
        self.set(move |o| o.pages.revalidate_all = revalidate)
    }

    /// Whether each revalidation fetches the first page, whose change tells that others may have changed. Default:
    /// true. Same as SWR's `revalidateFirstPage`.
    #[must_use]
    pub fn revalidate_first_page(self, revalidate: bool) -> Self {
        self.set(move |o| o.pages.revalidate_first_page = revalidate)
    }

    /// Whether a change of the size revalidates as everything else does. Default: true, as in SWR, which has no such
    /// option. With `false`, 'load more' fetches the new pages and nothing else; focus, polling and the rest go on to
    /// look at the first page.
    #[must_use]
    pub fn revalidate_on_set_size(self, revalidate: bool) -> Self {
        self.set(move |o| o.pages.revalidate_on_set_size = revalidate)
    }

    /// Whether the list keeps its size when the key of its first page changes. Default: false: it has the size that
    /// it had last with the new key, else the initial one. Same as SWR's `persistSize`.
    #[must_use]
    pub fn persist_size(self, persist: bool) -> Self {
        self.set(move |o| o.pages.persist_size = persist)
    }

    /// Whether pages are fetched side by side. Default: false. The key function gets no previous page then. Same as
    /// SWR's `parallel`.
    #[must_use]
    pub fn parallel(self, parallel: bool) -> Self {
        self.set(move |o| o.pages.parallel = parallel)
    }
}

impl<T: PartialEq + 'static> MutatorOptions<Vec<Rc<T>>> {
    /// Which pages of the list to fetch in the end, by their data and key. What is missing is fetched in any case.
    /// Default: the first page, and those that the mutation has changed. Same as SWR's `revalidate` with a function.
    #[must_use]
    pub fn revalidate_pages(mut self, rule: impl Fn(&T, &Key) -> bool + 'static) -> Self {
        self.pages = Some(Rc::new(move |page: &Data, key: &Key| {
            page.get().is_some_and(|page| rule(&page, key))
        }));
        self
    }
}
