//! What a token may be used for.

use super::keys::Derivation;
use super::signer::TimedSigner;
use crate::config::SecretsConfig;

/// What a token may be used for. Each purpose signs with a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The link that confirms an address. Payload: uniquifier, digest of the address.
    ConfirmEmail,
    /// The link that lets somebody choose a new password. Payload: uniquifier, digest of the password hash or null.
    ResetPassword,
    /// The link that signs somebody in without a password. Payload: a list of the uniquifier.
    SignInLink,
    /// The token of an API client, see [`AuthToken`](super::AuthToken).
    Auth,
    /// The state of setting up a way to sign in.
    UnifiedSigninSetup,
    /// The state of setting up a second factor.
    TwoFactorSetup,
    /// The cookie that saves the second factor for a while. Payload: the uniquifier.
    TwoFactorValidity,
    /// The link that confirms a new address. Payload: uniquifier, digest of the old address, new address.
    ChangeEmail,
    /// The state of a passkey ceremony.
    Webauthn,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 9] = [
        Self::ConfirmEmail,
        Self::ResetPassword,
        Self::SignInLink,
        Self::Auth,
        Self::UnifiedSigninSetup,
        Self::TwoFactorSetup,
        Self::TwoFactorValidity,
        Self::ChangeEmail,
        Self::Webauthn,
    ];

    /// The namespace of the purpose's keys.
    fn salt(self, secrets: &SecretsConfig) -> &str {
        match self {
            Self::ConfirmEmail => &secrets.confirm_salt,
            Self::ResetPassword => &secrets.reset_salt,
            Self::SignInLink => &secrets.login_salt,
            Self::Auth => &secrets.remember_salt,
            Self::UnifiedSigninSetup => &secrets.us_setup_salt,
            Self::TwoFactorSetup => &secrets.two_factor_setup_salt,
            Self::TwoFactorValidity => &secrets.two_factor_validity_salt,
            Self::ChangeEmail => &secrets.change_email_salt,
            Self::Webauthn => &secrets.wan_salt,
        }
    }
}

/// The signers of every purpose.
///
/// Build it once: that is when keys are derived.
#[derive(Debug)]
pub struct Tokens {
    signers: [TimedSigner; Purpose::ALL.len()],
}

impl Tokens {
    /// Derives the keys of every purpose.
    #[must_use]
    pub fn new(secrets: &SecretsConfig) -> Self {
        let signer = |purpose: Purpose| {
            TimedSigner::new(
                Derivation::DjangoConcat,
                purpose.salt(secrets),
                &secrets.secret_key,
                &secrets.secret_key_fallbacks,
            )
        };
        Self { signers: Purpose::ALL.map(signer) }
    }

    /// The signer of one purpose.
    #[must_use]
    pub fn signer(&self, purpose: Purpose) -> &TimedSigner {
        &self.signers[purpose as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_purpose_finds_its_own_signer_and_shares_it_with_none() {
        let secrets = SecretsConfig { secret_key: "a secret key".into(), ..SecretsConfig::default() };
        let tokens = Tokens::new(&secrets);
        let now = chrono::DateTime::UNIX_EPOCH;
        let mut made = BTreeSet::new();
        for (place, purpose) in Purpose::ALL.into_iter().enumerate() {
            assert_eq!(purpose as usize, place, "{purpose:?}");
            assert!(made.insert(tokens.signer(purpose).sign(&1, now)), "{purpose:?}");
        }
    }
}
