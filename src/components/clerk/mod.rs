//! Clerk's own components.

mod buttons;
mod gates;
mod provider;
mod redirects;
mod widgets;

pub use buttons::{
    ButtonMode, SignInButton, SignInButtonProps, SignOutButton, SignOutButtonProps, SignUpButton,
};
pub use gates::{
    ClerkDegraded, ClerkFailed, ClerkLoaded, ClerkLoading, Protect, Show, ShowProps, When,
};
pub use provider::{ClerkProvider, ClerkProviderProps};
pub use redirects::{
    AuthenticateWithRedirectCallback, MultisessionAppSupport, MultisessionProps, RedirectProps,
    RedirectToSignIn, RedirectToSignUp, RedirectToTasks,
};
pub use widgets::{
    CreateOrganization, OrganizationList, OrganizationProfile, OrganizationSwitcher, PricingTable,
    SignIn, SignUp, UserButton, UserProfile, Waitlist, WidgetProps,
};
