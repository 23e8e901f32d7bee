//! Configuration: typed sections, read from files, from the environment and from code, and checked as a whole.
//!
//! [`SecurityConfig::load`] is what most programs need. Options have the names of Flask-Security, so its
//! configuration can be taken over; `docs/manual/configuration.md` lists all of them.

mod account;
mod availability;
mod cookie;
mod csrf;
mod duration;
mod environment;
mod error;
mod factor;
mod features;
mod file;
mod general;
mod identity;
mod implied;
mod loader;
mod mail;
mod network;
mod password;
mod redirect;
mod reference;
mod registry;
mod replaced;
mod routes;
mod rules;
mod secrets;
mod section;
mod session;
mod templates;
mod throttle;
mod token;
mod value;

use std::collections::BTreeSet;

pub use self::cookie::{CookieAttributes, SameSite};
pub use account::{ChangeConfig, ConfirmConfig, RecoverConfig, RegisterConfig};
pub use csrf::CsrfConfig;
pub(crate) use duration::duration_parts;
pub use duration::spell_duration;
pub use environment::{Environment, ProcessEnvironment};
pub use error::{ConfigError, ConfigProblem, ConfigSource};
pub use factor::{
    OauthConfig, RecoveryCodesConfig, SmsConfig, TotpConfig, TwoFactorConfig, UnifiedSigninConfig,
    WebauthnConfig,
};
pub use features::FeaturesConfig;
pub use general::{GeneralConfig, TranslationConfig};
pub use identity::{IdentityAttribute, IdentityConfig, IdentityRule};
pub use loader::ConfigLoader;
pub use mail::{MailConfig, MailSubjects};
pub use network::{Network, UnknownNetwork};
pub use password::{BreachCheck, HashingConfig, PasswordConfig, SingleHash};
pub use redirect::RedirectConfig;
pub use reference::reference_markdown;
pub use registry::OptionInfo;
pub use routes::RoutesConfig;
pub use secrets::SecretsConfig;
pub use section::Standing;
pub use session::{RememberConfig, SessionConfig, SessionProtection};
pub use templates::TemplatesConfig;
pub use throttle::ThrottleConfig;
pub use token::{FreshnessConfig, RefreshConfig, TokenConfig};

use crate::message::Messages;

/// Everything that can be configured, read once at start-up and then fixed.
///
/// [`load`](Self::load) reads and checks it. The `Default` is every option at its default; it has no keys, so
/// [`validate`](Self::validate) refuses it. `Debug` shows no secret.
#[derive(Debug, Clone, Default)]
pub struct SecurityConfig {
    /// Where the product lives, and how it answers in general.
    pub general: GeneralConfig,
    /// Keys and namespaces of signatures.
    pub secrets: SecretsConfig,
    /// What users may be known by.
    pub identity: IdentityConfig,
    /// How passwords are hashed and judged.
    pub password: PasswordConfig,
    /// The threads that hash passwords.
    pub hashing: HashingConfig,
    /// Authentication tokens.
    pub token: TokenConfig,
    /// Refresh tokens.
    pub refresh: RefreshConfig,
    /// How often something may be tried.
    pub throttle: ThrottleConfig,
    /// How recent a proof of identity must be.
    pub freshness: FreshnessConfig,
    /// Protection against forged requests.
    pub csrf: CsrfConfig,
    /// The session and its cookie.
    pub session: SessionConfig,
    /// The remember-me cookie.
    pub remember: RememberConfig,
    /// Where visitors are sent next.
    pub redirect: RedirectConfig,
    /// Which features are on.
    pub features: FeaturesConfig,
    /// Opening an account.
    pub register: RegisterConfig,
    /// Confirming an address.
    pub confirm: ConfirmConfig,
    /// Recovering an account.
    pub recover: RecoverConfig,
    /// Changing an account.
    pub change: ChangeConfig,
    /// Mails.
    pub mail: MailConfig,
    /// Paths of pages and endpoints.
    pub routes: RoutesConfig,
    /// Template files.
    pub templates: TemplatesConfig,
    /// Text messages.
    pub sms: SmsConfig,
    /// Authenticator codes.
    pub totp: TotpConfig,
    /// The second factor.
    pub two_factor: TwoFactorConfig,
    /// Unified sign-in.
    pub unified_signin: UnifiedSigninConfig,
    /// Recovery codes.
    pub recovery_codes: RecoveryCodesConfig,
    /// Passkeys.
    pub webauthn: WebauthnConfig,
    /// Other providers.
    pub oauth: OauthConfig,
    /// Translations.
    pub translation: TranslationConfig,
    /// What the product says to people.
    pub messages: Messages,
    /// Full names of the options that were set, as opposed to left at their default.
    pub set_options: BTreeSet<String>,
}
