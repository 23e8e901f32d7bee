//! Phone numbers.

use std::fmt::Debug;

use rlibphonenumber::enums::Region;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

use crate::config::IdentityConfig;

/// Longest text that is looked at, in bytes.
const LONGEST: usize = 256;

/// Brings phone numbers into their normal form.
///
/// An application replaces it to admit the numbers of some countries only, or mobile numbers only.
pub trait PhoneUtil: Debug + Send + Sync {
    /// The number in E.164 form, such as `+16502530000`; nothing when the text is no valid number.
    fn canonical(&self, text: &str) -> Option<String>;
}

/// Reads phone numbers by the numbering plans of all countries.
///
/// A number without country code belongs to `SECURITY_PHONE_REGION_DEFAULT`. An extension is left out.
///
/// ```
/// use security_core::account::identity::{PhoneUtil, StandardPhoneUtil};
/// use security_core::config::IdentityConfig;
///
/// let phones = StandardPhoneUtil::new(&IdentityConfig::default());
/// assert_eq!(phones.canonical("(650) 253-0000").as_deref(), Some("+16502530000"));
/// assert_eq!(phones.canonical("+44 20 7031 3000").as_deref(), Some("+442070313000"));
/// assert_eq!(phones.canonical("911"), None);
/// ```
#[derive(Debug, Clone)]
pub struct StandardPhoneUtil {
    region: Option<Region>,
}

impl StandardPhoneUtil {
    /// Follows the configuration. A region that does not exist was refused when the configuration was loaded; here it
    /// leaves numbers without country code unreadable.
    #[must_use]
    pub fn new(config: &IdentityConfig) -> Self {
        Self { region: region(&config.phone_region_default) }
    }

    /// Whether there is a numbering plan for this two-letter code.
    pub(crate) fn knows_region(name: &str) -> bool {
        region(name).is_some()
    }
}

impl PhoneUtil for StandardPhoneUtil {
    fn canonical(&self, text: &str) -> Option<String> {
        if text.len() > LONGEST {
            return None;
        }
        let number = PHONE_NUMBER_UTIL.parse(text, self.region).ok()?;
        number.is_valid().then(|| number.format_as(PhoneNumberFormat::E164).into_owned())
    }
}

/// The region of this code, if there is a numbering plan for it: `GB`, but not `UK`.
fn region(name: &str) -> Option<Region> {
    let region = name.parse().ok()?;
    PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| region)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phones(region: &str) -> StandardPhoneUtil {
        let phone_region_default = region.to_owned();
        StandardPhoneUtil::new(&IdentityConfig { phone_region_default, ..IdentityConfig::default() })
    }

    #[test]
    fn two_spellings_of_one_number_have_one_normal_form() {
        let phones = phones("US");
        for text in [
            "6502530000",
            "+1 650 253 0000",
            "（６５０）２５３ー００００",
            "٦٥٠٢٥٣٠٠٠٠",
            "650-253-0000 ext. 7",
        ] {
            assert_eq!(phones.canonical(text).as_deref(), Some("+16502530000"), "{text}");
        }
        assert_eq!(phones.canonical(&"6".repeat(100_000)), None);
    }

    #[test]
    fn where_the_region_is_unknown_only_numbers_with_country_code_are_read() {
        let phones = phones("QQ");
        assert_eq!(phones.canonical("+16502530000").as_deref(), Some("+16502530000"));
        assert_eq!(phones.canonical("6502530000"), None);
    }
}
