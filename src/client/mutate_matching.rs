//! SWR's `mutate` with a filter: the same change for every key that the filter selects.

use std::future::Future;
use std::rc::Rc;

use super::driver::QueryClient;
use super::erase::erase_future;
use super::mutate::{Shown, Update, Work};
use super::mutator_options::{MutatorOptions, Plan};
use super::outcome::{Ended, Outcome, Running, typed};
use super::query_key::KeyFilters;
use super::started::Started;
use crate::engine::erased::Data;
use crate::engine::key::{Key, KeyError};
use crate::engine::oneshot;

/// One result for each key.
type ShownList<T, E> = Vec<Shown<T, E>>;

fn started<T: 'static, E: 'static>(running: Vec<Running>) -> Started<ShownList<T, E>> {
    Started::new(async move {
        let mut results = Vec::new();
        for one in running {
            results.push(typed(one.await));
        }
        results
    })
}

/// What the keys are, or the one outcome if the filter has no keys.
type Keys = Result<Vec<Key>, KeyError>;

fn for_each(keys: Keys, start: impl FnMut(Key) -> Running) -> Vec<Running> {
    match keys {
        Ok(keys) => keys.into_iter().map(start).collect(),
        Err(error) => vec![Err(Ended::Key(error)).into()],
    }
}

impl QueryClient {
    fn matching(&self, filters: impl KeyFilters) -> Keys {
        let mut keys = self.keys(filters.to_filters()?);
        keys.retain(|key| !key.is_empty_string());
        Ok(keys)
    }

    /// Fetches every key that the filter selects, as [`QueryClient::mutate`] does one. Gives a result for each.
    /// Starts at once, awaited or not.
    ///
    /// A filter is a key, which stands for all keys that begin with it, or
    /// [`Filters`](crate::engine::filters::Filters), which a function of the key makes too. It sees the keys as
    /// components wrote them, and never the internal ones of lists and subscriptions.
    ///
    /// Same as SWR's `mutate(filter)`. Differs from SWR: the results are a list even if one is an error.
    ///
    /// ```
    /// use yew_clerk::client::QueryClient;
    /// use yew_clerk::engine::filters::Filters;
    /// use yew_clerk::fetch::FetchError;
    ///
    /// fn example(client: &QueryClient) {
    ///     client.mutate_matching::<String, FetchError>("notes");
    ///     let pages = Filters::matching(|key| {
    ///         key.decode::<(String, u32)>().is_ok_and(|(list, page)| list == "notes" && page > 1)
    ///     });
    ///     client.mutate_matching::<String, FetchError>(pages);
    /// }
    /// ```
    pub fn mutate_matching<T: 'static, E: 'static>(
        &self,
        filters: impl KeyFilters,
    ) -> Started<ShownList<T, E>> {
        started(for_each(self.matching(filters), |key| self.revalidate_key(key)))
    }

    /// Writes the same data under every key that the filter selects. Same as SWR's `mutate(filter, data, options)`.
    pub fn mutate_matching_data<T: PartialEq + 'static, E: 'static>(
        &self,
        filters: impl KeyFilters,
        data: T,
        options: MutatorOptions<T>,
    ) -> Started<ShownList<T, E>> {
        let data = Data::new(data);
        let update = || -> Update<'_> { Box::new(|_| Some(data.clone())) };
        started(self.update_matching(self.matching(filters), &options.plan, &update))
    }

    /// Computes new data for every key that the filter selects from what the server gave last; `None` writes
    /// nothing. The function must not use the client. Same as SWR's `mutate(filter, current => …, options)`.
    pub fn mutate_matching_with<T: PartialEq + 'static, E: 'static>(
        &self,
        filters: impl KeyFilters,
        update: impl Fn(Option<&T>) -> Option<T>,
        options: MutatorOptions<T>,
    ) -> Started<ShownList<T, E>> {
        let update = || -> Update<'_> {
            Box::new(|committed| {
                let committed = committed.and_then(Data::get);
                update(committed.as_deref()).map(Data::new)
            })
        };
        started(self.update_matching(self.matching(filters), &options.plan, &update))
    }

    fn update_matching<'a>(
        &self,
        keys: Keys,
        plan: &Plan,
        update: &dyn Fn() -> Update<'a>,
    ) -> Vec<Running> {
        for_each(keys, |key| self.update_now(Ok(Some(key)), update(), plan).into())
    }

    /// Runs `work` once, with the optimistic change under every key that the filter selects, and writes its
    /// result under each. Same as SWR's `mutate(filter, promise, options)`.
    pub fn mutate_matching_async<T: PartialEq + 'static, E: 'static>(
        &self,
        filters: impl KeyFilters,
        work: impl Future<Output = Result<T, E>> + 'static,
        options: MutatorOptions<T>,
    ) -> Started<ShownList<T, E>> {
        let work = erase_future(work);
        started(self.start_matching(self.matching(filters), work, options.plan))
    }

    /// [`QueryClient::mutate_async_with`] for every key that the filter selects: the function is called once for
    /// each. Same as SWR's `mutate(filter, async current => …, options)`.
    pub fn mutate_matching_async_with<T, E, Fut>(
        &self,
        filters: impl KeyFilters,
        work: impl Fn(Option<Rc<T>>) -> Fut,
        options: MutatorOptions<T>,
    ) -> Started<ShownList<T, E>>
    where
        T: PartialEq + 'static,
        E: 'static,
        Fut: Future<Output = Result<T, E>> + 'static,
    {
        started(for_each(self.matching(filters), |key| {
            let work = work(self.committed(&key).as_ref().and_then(Data::get));
            self.start_mutation(Ok(Some(key)), erase_future(work), options.plan.clone())
        }))
    }

    fn start_matching(&self, keys: Keys, work: Work, plan: Plan) -> Vec<Running> {
        let mut begun = Vec::new();
        let running = for_each(keys, |key| match self.begin_mutation(&key, &plan) {
            Ok(ticket) => {
                let (sender, receiver) = oneshot::channel::<Outcome>();
                begun.push((key, ticket, sender));
                Running::Mutation(receiver)
            }
            Err(ended) => Err(ended).into(),
        });
        let client = self.clone();
        self.spawn(Box::pin(async move {
            let result = work.await;
            for (key, ticket, sender) in begun {
                sender.send(client.finish_mutation(key, ticket, result.clone(), &plan));
            }
        }));
        running
    }
}
