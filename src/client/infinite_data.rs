//! The data of an infinite query.

use std::any::Any;
use std::rc::Rc;

use super::page_walk::PageStore;
use crate::engine::erased::Data;
use crate::engine::paging::Direction;

/// The pages of an infinite query, and by which parameter each was fetched. Same as TanStack Query's `InfiniteData`.
///
/// The page and the parameter at one place belong together: who writes pages by hand keeps both.
///
/// ```
/// use yew_clerk::client::{InfiniteData, QueryClient, QueryError};
///
/// # fn example(client: &QueryClient) -> Result<(), QueryError<()>> {
/// // Only the first page stays.
/// client.update_query_data("notes", |notes: Option<&InfiniteData<Vec<String>, u32>>| {
///     let mut notes = notes?.clone();
///     notes.truncate(1);
///     Some(notes)
/// })
/// # }
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct InfiniteData<T, P> {
    /// The pages. One that has not changed stays the very same value.
    pub pages: Vec<Rc<T>>,
    /// The parameter of each.
    pub page_params: Vec<P>,
}

impl<T, P: Clone> Clone for InfiniteData<T, P> {
    fn clone(&self) -> Self {
        Self { pages: self.pages.clone(), page_params: self.page_params.clone() }
    }
}

impl<T, P> Default for InfiniteData<T, P> {
    fn default() -> Self {
        Self { pages: Vec::new(), page_params: Vec::new() }
    }
}

impl<T, P> FromIterator<(T, P)> for InfiniteData<T, P> {
    fn from_iter<I: IntoIterator<Item = (T, P)>>(pages: I) -> Self {
        let (pages, page_params) = pages.into_iter().map(|(page, p)| (Rc::new(page), p)).unzip();
        Self { pages, page_params }
    }
}

impl<T, P> InfiniteData<T, P> {
    /// Keeps the first `len` pages.
    pub fn truncate(&mut self, len: usize) {
        self.pages.truncate(len);
        self.page_params.truncate(len);
    }

    fn remove(&mut self, at: usize) {
        drop((at < self.pages.len()).then(|| self.pages.remove(at)));
        drop((at < self.page_params.len()).then(|| self.page_params.remove(at)));
    }
}

impl<T, P> PageStore for InfiniteData<T, P>
where
    T: PartialEq + 'static,
    P: Clone + PartialEq + 'static,
{
    fn len(&self) -> usize {
        self.pages.len()
    }

    fn page(&self, at: usize) -> Option<Data> {
        self.pages.get(at).cloned().map(Data::from_rc)
    }

    fn param(&self, at: usize) -> Option<Data> {
        // Written by hand, they may not belong together.
        let is_whole = self.pages.len() == self.page_params.len();
        self.page_params.get(at).filter(|_| is_whole).cloned().map(Data::new)
    }

    fn add(&mut self, end: Direction, page: &Data, param: &Data) {
        let (Some(page), Some(param)) = (page.get::<T>(), param.get::<P>()) else {
            return;
        };
        let param = Rc::unwrap_or_clone(param);
        match end {
            Direction::Forward => {
                self.pages.push(page);
                self.page_params.push(param);
            }
            Direction::Backward => {
                self.pages.insert(0, page);
                self.page_params.insert(0, param);
            }
        }
    }

    fn drop_at(&mut self, end: Direction) {
        match end {
            Direction::Forward => self.remove(self.pages.len().saturating_sub(1)),
            Direction::Backward => self.remove(0),
        }
    }

    fn to_data(&self) -> Data {
        Data::new(self.clone())
    }

    fn any(&self) -> &dyn Any {
        self
    }
}
