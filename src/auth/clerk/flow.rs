//! Signing in and up with forms of one's own, step by step.

use std::rc::Rc;

use super::driver::{ClerkCall, Flow, SetActive};
use super::error::ClerkError;
use super::handle::Clerk;
use super::json::ClerkJson;
use crate::client::Started;

/// What a step of signing in or up gives: the attempt as it stands, or what Clerk objects to, with the field of the
/// form. Starts at once, awaited or not.
pub type Step<A> = Started<Result<A, ClerkError>>;

/// An attempt to sign in. Same as Clerk's `SignIn`, as far as it is data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInAttempt {
    /// Its id, `None` before the first step.
    pub id: Option<Rc<str>>,
    /// What is next: `needs_identifier`, `needs_first_factor`, `needs_second_factor`, `needs_new_password`,
    /// `needs_client_trust` or `complete`.
    pub status: Option<Rc<str>>,
    /// Who wants to sign in.
    pub identifier: Option<Rc<str>>,
    /// How they can prove it.
    pub supported_first_factors: Option<Vec<FactorOffer>>,
    /// How they can prove it a second time.
    pub supported_second_factors: Option<Vec<FactorOffer>>,
    /// The session, once complete: for [`SignInFlow::finish`].
    pub created_session_id: Option<Rc<str>>,
}

/// A way to prove who one is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactorOffer {
    /// `password`, `email_code`, `phone_code`, `totp` and so on.
    pub strategy: Rc<str>,
    /// The address or number, made unreadable in part.
    pub safe_identifier: Option<Rc<str>>,
    /// For [`SignInFlow::prepare_email_code`].
    pub email_address_id: Option<Rc<str>>,
    /// For [`SignInFlow::prepare_phone_code`].
    pub phone_number_id: Option<Rc<str>>,
}

/// An attempt to sign up. Same as Clerk's `SignUp`, as far as it is data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignUpAttempt {
    /// Its id, `None` before the first step.
    pub id: Option<Rc<str>>,
    /// What is next: `missing_requirements`, `complete` or `abandoned`.
    pub status: Option<Rc<str>>,
    /// The fields that are still to be filled in.
    pub missing_fields: Option<Vec<Rc<str>>>,
    /// The fields that are still to be proved.
    pub unverified_fields: Option<Vec<Rc<str>>>,
    /// The e-mail address.
    pub email_address: Option<Rc<str>>,
    /// The user, once complete.
    pub created_user_id: Option<Rc<str>>,
    /// The session, once complete: for [`SignUpFlow::finish`].
    pub created_session_id: Option<Rc<str>>,
}

/// An attempt of one of the two flows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// To sign in.
    SignIn(SignInAttempt),
    /// To sign up.
    SignUp(SignUpAttempt),
}

/// Signs users in with a form of your own. Clones are one. Same as Clerk's `signIn`.
#[derive(Clone, Debug, PartialEq)]
pub struct SignInFlow {
    clerk: Clerk,
}

/// Signs users up with a form of your own. Clones are one. Same as Clerk's `signUp`.
#[derive(Clone, Debug, PartialEq)]
pub struct SignUpFlow {
    clerk: Clerk,
}

impl Clerk {
    /// Signs users in with a form of your own.
    #[must_use]
    pub fn sign_in(&self) -> SignInFlow {
        SignInFlow { clerk: self.clone() }
    }

    /// Signs users up with a form of your own.
    #[must_use]
    pub fn sign_up(&self) -> SignUpFlow {
        SignUpFlow { clerk: self.clone() }
    }

    fn step<A: 'static>(
        &self,
        flow: Flow,
        method: &'static str,
        params: &ClerkJson,
        take: fn(Attempt) -> Option<A>,
    ) -> Step<A> {
        let answer = self.call(|driver| driver.step(flow, method, params));
        Started::new(async move {
            let odd = || ClerkError::new("unknown", "Clerk's answer is not an attempt");
            take(answer.await?).ok_or_else(odd)
        })
    }

    fn finish(&self, session: Option<&Rc<str>>) -> ClerkCall<()> {
        match session {
            Some(id) => self.set_active(&SetActive::session(id.clone())),
            None => {
                let text = "the attempt is not complete: its `status` says what is missing";
                Box::pin(std::future::ready(Err(ClerkError::new("attempt_incomplete", text))))
            }
        }
    }
}

impl SignInFlow {
    /// Whether Clerk can be asked.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.clerk.is_loaded()
    }

    /// The attempt as it stands.
    #[must_use]
    pub fn attempt(&self) -> SignInAttempt {
        self.clerk.snapshot().sign_in.clone()
    }

    /// Takes a step that has no method here: a method of Clerk's `signIn` with its parameter.
    pub fn step(&self, method: &'static str, params: &ClerkJson) -> Step<SignInAttempt> {
        self.clerk.step(Flow::SignIn, method, params, |attempt| match attempt {
            Attempt::SignIn(attempt) => Some(attempt),
            Attempt::SignUp(_) => None,
        })
    }

    fn send(&self, method: &'static str, fields: &[(&str, &str)]) -> Step<SignInAttempt> {
        self.step(method, &ClerkJson::object(fields))
    }

    /// Begins with an e-mail address, a number or a name. Same as Clerk's `create({ identifier })`.
    pub fn create(&self, identifier: &str) -> Step<SignInAttempt> {
        self.send("create", &[("identifier", identifier)])
    }

    /// Signs in with a password, in one step. Same as Clerk's `create({ strategy: 'password', … })`.
    pub fn password(&self, identifier: &str, password: &str) -> Step<SignInAttempt> {
        self.send(
            "create",
            &[("strategy", "password"), ("identifier", identifier), ("password", password)],
        )
    }

    /// Signs in with a ticket from your server. Same as Clerk's `create({ strategy: 'ticket', … })`.
    pub fn ticket(&self, ticket: &str) -> Step<SignInAttempt> {
        self.send("create", &[("strategy", "ticket"), ("ticket", ticket)])
    }

    /// Has a code sent by e-mail. The id stands in [`SignInAttempt::supported_first_factors`].
    pub fn prepare_email_code(&self, email_address_id: &str) -> Step<SignInAttempt> {
        self.send(
            "prepareFirstFactor",
            &[("strategy", "email_code"), ("emailAddressId", email_address_id)],
        )
    }

    /// Has a code sent by phone. The id stands in [`SignInAttempt::supported_first_factors`].
    pub fn prepare_phone_code(&self, phone_number_id: &str) -> Step<SignInAttempt> {
        self.send(
            "prepareFirstFactor",
            &[("strategy", "phone_code"), ("phoneNumberId", phone_number_id)],
        )
    }

    /// Tries a password after [`SignInFlow::create`].
    pub fn attempt_password(&self, password: &str) -> Step<SignInAttempt> {
        self.send("attemptFirstFactor", &[("strategy", "password"), ("password", password)])
    }

    /// Tries a code; `strategy` is `email_code` or `phone_code`.
    pub fn attempt_code(&self, strategy: &str, code: &str) -> Step<SignInAttempt> {
        self.send("attemptFirstFactor", &[("strategy", strategy), ("code", code)])
    }

    /// Tries a second proof; `strategy` is `totp`, `phone_code` or `backup_code`.
    pub fn attempt_second_factor(&self, strategy: &str, code: &str) -> Step<SignInAttempt> {
        self.send("attemptSecondFactor", &[("strategy", strategy), ("code", code)])
    }

    /// Leaves for a provider that says who the user is: `strategy` is `oauth_google`, `oauth_github` and so on, or
    /// `enterprise_sso`. They come back to `redirect_url`, a page of yours with `AuthenticateWithRedirectCallback`, and
    /// end at `redirect_url_complete`. Same as Clerk's `authenticateWithRedirect`.
    ///
    /// The future fails when Clerk's server refuses it. Else the page is left.
    pub fn authenticate_with_redirect(
        &self,
        strategy: &str,
        redirect_url: &str,
        redirect_url_complete: &str,
    ) -> Step<()> {
        let params = provider(strategy, redirect_url, redirect_url_complete);
        leaving(self.step("authenticateWithRedirect", &params))
    }

    /// Makes the session of a complete attempt the active one: the user is signed in then.
    ///
    /// # Errors
    /// When the attempt is not complete, or Clerk's server refuses.
    #[must_use]
    pub fn finish(&self, attempt: &SignInAttempt) -> ClerkCall<()> {
        self.clerk.finish(attempt.created_session_id.as_ref())
    }
}

impl SignUpFlow {
    /// Whether Clerk can be asked.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.clerk.is_loaded()
    }

    /// The attempt as it stands.
    #[must_use]
    pub fn attempt(&self) -> SignUpAttempt {
        self.clerk.snapshot().sign_up.clone()
    }

    /// Takes a step that has no method here: a method of Clerk's `signUp` with its parameter.
    pub fn step(&self, method: &'static str, params: &ClerkJson) -> Step<SignUpAttempt> {
        self.clerk.step(Flow::SignUp, method, params, |attempt| match attempt {
            Attempt::SignUp(attempt) => Some(attempt),
            Attempt::SignIn(_) => None,
        })
    }

    fn send(&self, method: &'static str, fields: &[(&str, &str)]) -> Step<SignUpAttempt> {
        self.step(method, &ClerkJson::object(fields))
    }

    /// Begins with an e-mail address and a password. Same as Clerk's `create({ emailAddress, password })`.
    pub fn password(&self, email_address: &str, password: &str) -> Step<SignUpAttempt> {
        self.send("create", &[("emailAddress", email_address), ("password", password)])
    }

    /// Signs up with a ticket: an invitation. Same as Clerk's `create({ strategy: 'ticket', ticket })`.
    pub fn ticket(&self, ticket: &str) -> Step<SignUpAttempt> {
        self.send("create", &[("strategy", "ticket"), ("ticket", ticket)])
    }

    /// Has a code sent to the e-mail address.
    pub fn prepare_email_code(&self) -> Step<SignUpAttempt> {
        self.send("prepareEmailAddressVerification", &[("strategy", "email_code")])
    }

    /// Tries the code from the e-mail.
    pub fn attempt_email_code(&self, code: &str) -> Step<SignUpAttempt> {
        self.send("attemptEmailAddressVerification", &[("code", code)])
    }

    /// Leaves for a provider that says who the user is. See [`SignInFlow::authenticate_with_redirect`].
    pub fn authenticate_with_redirect(
        &self,
        strategy: &str,
        redirect_url: &str,
        redirect_url_complete: &str,
    ) -> Step<()> {
        let params = provider(strategy, redirect_url, redirect_url_complete);
        leaving(self.step("authenticateWithRedirect", &params))
    }

    /// Makes the session of a complete attempt the active one: the user is signed in then.
    ///
    /// # Errors
    /// When the attempt is not complete, or Clerk's server refuses.
    #[must_use]
    pub fn finish(&self, attempt: &SignUpAttempt) -> ClerkCall<()> {
        self.clerk.finish(attempt.created_session_id.as_ref())
    }
}

fn provider(strategy: &str, redirect_url: &str, redirect_url_complete: &str) -> ClerkJson {
    ClerkJson::object(&[
        ("strategy", strategy),
        ("redirectUrl", redirect_url),
        ("redirectUrlComplete", redirect_url_complete),
    ])
}

/// A step that ends elsewhere: what is left of it here says nothing.
fn leaving<A: 'static>(step: Step<A>) -> Step<()> {
    Started::new(async move { step.await.map(drop) })
}
