//! The table that maps TanStack Query to this crate says the truth: nothing of TanStack Query is missing, what it names is
//! there, and so are the tests. And those rows that no other test is for.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/lab.rs"]
mod lab;
#[path = "support/sources.rs"]
mod sources;
#[path = "support/table.rs"]
mod table;

use std::time::Duration;

use lab::{Lab, Query};
use yew_clerk::client::{InfiniteData, infinite_query_options, query_options};
use yew_clerk::engine::defaults;
use yew_clerk::engine::options::{
    Interval, NetworkMode, ObserverOptions, Refetch, RetryDelay, StaleTime,
};

const TABLE: &str = include_str!("../src/hooks/tanstack.md");

/// What `@tanstack/react-query` exports, and the options, fields and methods of what it exports, in its words.
const TANSTACK: &str = "
    useQuery useInfiniteQuery useQueries combine useSuspenseQuery useSuspenseInfiniteQuery useSuspenseQueries
    usePrefetchQuery usePrefetchInfiniteQuery useMutation useMutationState useIsMutating useIsFetching useQueryClient
    QueryClientProvider QueryErrorResetBoundary useQueryErrorResetBoundary queryOptions infiniteQueryOptions
    mutationOptions streamedQuery QueryClient QueryCache MutationCache QueryObserver QueriesObserver
    InfiniteQueryObserver MutationObserver focusManager onlineManager notifyManager timeoutManager
    environmentManager isServer keepPreviousData skipToken hashKey partialMatchKey replaceEqualDeep matchQuery
    matchMutation CancelledError isCancelledError HydrationBoundary dehydrate hydrate IsRestoringProvider
    useIsRestoring persister broadcastQueryClient
    queryKey queryFn queryKeyHashFn enabled staleTime gcTime retry retryDelay retryOnMount networkMode refetchOnMount
    refetchOnWindowFocus refetchOnReconnect refetchInterval refetchIntervalInBackground notifyOnChangeProps select
    placeholderData initialData initialDataUpdatedAt structuralSharing throwOnError subscribed suspense meta
    initialPageParam getNextPageParam getPreviousPageParam maxPages pages defaultOptions
    client signal pageParam direction
    status fetchStatus data dataUpdatedAt error errorUpdatedAt errorUpdateCount failureCount failureReason isPending
    isSuccess isError isLoading isInitialLoading isFetching isRefetching isLoadingError isRefetchError isFetched
    isFetchedAfterMount isPaused isPlaceholderData isStale isEnabled refetch promise fetchNextPage fetchPreviousPage
    hasNextPage hasPreviousPage isFetchingNextPage isFetchingPreviousPage isFetchNextPageError
    isFetchPreviousPageError dataUpdateCount isInvalidated fetchMeta
    getQueryData getQueriesData setQueryData setQueriesData getQueryState fetchQuery query infiniteQuery prefetchQuery
    ensureQueryData revalidateIfStale fetchInfiniteQuery prefetchInfiniteQuery ensureInfiniteQueryData
    invalidateQueries refetchType cancelRefetch refetchQueries resetQueries removeQueries cancelQueries isMutating
    resumePausedMutations getDefaultOptions setDefaultOptions getQueryDefaults setQueryDefaults getMutationDefaults
    setMutationDefaults getQueryCache getMutationCache clear mount unmount
    exact type stale predicate mutationKey
    mutationFn onMutate onSuccess onError onSettled scope mutate mutateAsync reset variables context submittedAt isIdle
    streamFn refetchMode reducer initialValue setFocused isFocused setOnline isOnline setEventListener subscribe find
    findAll getAll added removed updated observerAdded observerRemoved observerResultsUpdated
    observerOptionsUpdated setScheduler setNotifyFunction";

#[test]
fn the_table_knows_everything_that_tanstack_query_has() {
    assert_eq!(table::missing(TABLE, TANSTACK), [""; 0]);
}

#[test]
fn no_row_is_empty_and_what_it_names_is_there() {
    table::check_names(TABLE);
}

#[test]
fn each_row_names_a_test_that_there_is() {
    table::check_tests(TABLE);
}

/// The scenarios that TanStack Query's own tests describe, by number; each is named above the test that plays it. Number 60
/// is about persistence.
const SCENARIOS: &str = "
    01 02 06 08 11 12 14 15 19 20 21 22 23 24 29 30 31 32 40 41 42 43 44 45 46 47 48 49 50 52 56 57 59";

#[test]
fn each_scenario_of_tanstack_query_is_played_by_a_test() {
    assert_eq!(table::not_played(SCENARIOS), [""; 0]);
}

#[test]
fn the_defaults_are_those_of_tanstack_query() {
    let options = ObserverOptions::query();
    assert!(options.enabled && options.retry_on_mount && !options.keep_previous_data);
    assert_eq!(options.stale_time, StaleTime::After(Duration::ZERO));
    assert_eq!((options.gc_time, defaults::GC_TIME), (Duration::from_secs(300), options.gc_time));
    assert!(options.retry.limit == Some(3) && options.retry.when.is_none());
    assert!(matches!(options.retry_delay, RetryDelay::Doubling));
    assert_eq!(options.network_mode, NetworkMode::Online);
    for rule in
        [&options.refetch_on_mount, &options.refetch_on_focus, &options.refetch_on_reconnect]
    {
        assert!(matches!(rule, Refetch::IfStale));
    }
    assert!(matches!(options.interval, Interval::Off) && !options.interval_when_hidden);
    assert!(options.select.is_none() && options.placeholder.is_none());
    assert!(options.initial_data.is_none() && options.extras().is_none());
    let always = Query::network_mode(query_options("k", |_| async { Ok(1) }), NetworkMode::Always);
    let watch = always.watch(&Lab::new().client).expect("a key");
    assert!(matches!(watch.options.refetch_on_reconnect, Refetch::Never));
}

#[test]
fn a_query_for_pages_gives_what_is_selected_of_them() {
    let lab = Lab::new();
    let pages = infinite_query_options(
        "pages",
        1,
        |ctx| async move { Ok::<_, &str>(ctx.page_param * 10) },
        |_, param, _| Some(param + 1),
    );
    let sum = |pages: &InfiniteData<i32, i32>| pages.pages.iter().map(|page| **page).sum::<i32>();
    let sum = lab.run(lab.client.query(pages.pages(3).select(sum)));
    lab.flush();
    assert_eq!(*sum.take().expect("an end").expect("data"), 60);
}
