//! What happens in other tabs.

use std::future::ready;
use std::rc::Rc;

use super::driver::{ClerkCall, Return, SetActive};
use super::handle::{Clerk, Inner};

impl Clerk {
    pub(super) fn returned(&self, why: Return) {
        let now = self.inner.driver.client_uat();
        let before = self.inner.client_uat.replace(now.clone());
        if why == Return::SignedInElsewhere || before != now {
            let (catching_up, clerk) = (self.catch_up(), self.clone());
            self.inner.runtime.spawn(Box::pin(async move {
                if catching_up.await.is_err() {
                    // So that the next return to the page tries again.
                    clerk.inner.client_uat.replace(before);
                }
            }));
        }
    }

    /// Takes over a sign-in that happened in another tab. Clerk itself notices only a sign-out. Done by itself when
    /// the user comes back to the page.
    ///
    /// # Errors
    /// When Clerk's server cannot be asked.
    #[must_use]
    pub fn catch_up(&self) -> ClerkCall<()> {
        if !self.snapshot().has_no_session() || self.inner.catching_up.replace(true) {
            return Box::pin(ready(Ok(())));
        }
        let clerk = self.clone();
        let done = CatchingUp(clerk.inner.clone());
        let reloading = self.inner.driver.reload_client();
        Box::pin(async move {
            let _done = done;
            reloading.await?;
            let now = clerk.snapshot();
            match &now.last_active_session_id {
                Some(id) if now.has_no_session() => {
                    clerk.inner.driver.set_active(&SetActive::session(id.clone())).await
                }
                _ => Ok(()),
            }
        })
    }
}

/// Ends with the future that holds it, whether that is awaited or not.
struct CatchingUp(Rc<Inner>);

impl Drop for CatchingUp {
    fn drop(&mut self) {
        self.0.catching_up.set(false);
    }
}
