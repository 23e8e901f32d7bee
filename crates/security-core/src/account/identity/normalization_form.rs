//! The Unicode forms a text can be brought into.

use std::str::FromStr;

use unicode_normalization::UnicodeNormalization as _;

/// A Unicode normalisation form (Unicode Standard Annex 15).
///
/// ```
/// use security_core::account::identity::NormalizationForm;
///
/// assert_eq!(NormalizationForm::Nfkd.apply("ﬁ"), "fi");
/// assert_eq!("NFC".parse(), Ok(NormalizationForm::Nfc));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormalizationForm {
    /// Canonical composition.
    Nfc,
    /// Canonical decomposition.
    Nfd,
    /// Compatibility composition.
    Nfkc,
    /// Compatibility decomposition.
    Nfkd,
}

impl NormalizationForm {
    /// The text in this form.
    #[must_use]
    pub fn apply(self, text: &str) -> String {
        match self {
            Self::Nfc => text.nfc().collect(),
            Self::Nfd => text.nfd().collect(),
            Self::Nfkc => text.nfkc().collect(),
            Self::Nfkd => text.nfkd().collect(),
        }
    }
}

/// A name that is none of `NFC`, `NFD`, `NFKC` and `NFKD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a normalisation form: expected `NFC`, `NFD`, `NFKC` or `NFKD`")]
pub struct UnknownForm;

impl FromStr for NormalizationForm {
    type Err = UnknownForm;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "NFC" => Ok(Self::Nfc),
            "NFD" => Ok(Self::Nfd),
            "NFKC" => Ok(Self::Nfkc),
            "NFKD" => Ok(Self::Nfkd),
            _ => Err(UnknownForm),
        }
    }
}
