//! Scheme settings in the `<scheme>__<option>` form of `PASSWORD_HASH_PASSLIB_OPTIONS`.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::error::HasherSetupError;
use super::scheme::{READ_ONLY_SCHEMES, SUPPORTED_SCHEMES};

/// The settings of one scheme. Every entry must be asked for before [`finish`](Self::finish), or it is an error.
pub(super) struct SchemeOptions<'a> {
    scheme: &'a str,
    /// Entries nobody has asked for yet: option name without the scheme, and value.
    open: RefCell<Vec<(&'a str, &'a Value)>>,
}

impl<'a> SchemeOptions<'a> {
    /// Picks the entries of one scheme.
    pub(super) fn of(scheme: &'a str, all: &'a Map<String, Value>) -> Self {
        let open = all
            .iter()
            .filter_map(|(key, value)| Some((key.split_once("__")?, value)))
            .filter(|((name, _), _)| *name == scheme)
            .map(|((_, option), value)| (option, value))
            .collect();
        Self { scheme, open: RefCell::new(open) }
    }

    /// The number set under any of these names, or `None` when none of them is set.
    ///
    /// # Errors
    ///
    /// When the value is not a whole number in the range.
    pub(super) fn number(
        &self,
        names: &[&str],
        range: RangeInclusive<u32>,
    ) -> Result<Option<u32>, HasherSetupError> {
        let mut found = None;
        let mut wrong = None;
        self.open.borrow_mut().retain(|(option, value)| {
            let asked = names.contains(option);
            if asked {
                found = value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| range.contains(n));
                if found.is_none() {
                    wrong = Some(*option);
                }
            }
            !asked
        });
        match wrong {
            Some(option) => Err(self
                .error(option, format!("must be a whole number from {} to {}", range.start(), range.end()))),
            None => Ok(found),
        }
    }

    /// Reports an entry nobody asked for.
    ///
    /// # Errors
    ///
    /// When there is one.
    pub(super) fn finish(self) -> Result<(), HasherSetupError> {
        match self.open.borrow().first() {
            Some((option, _)) => Err(self.error(option, "is not a known option of the scheme".to_owned())),
            None => Ok(()),
        }
    }

    /// An error about one entry of this scheme.
    pub(super) fn error(&self, option: &str, problem: String) -> HasherSetupError {
        HasherSetupError::Option { name: format!("{}__{option}", self.scheme), problem }
    }
}

/// Checks that every entry belongs to a supported scheme.
///
/// # Errors
///
/// When one does not.
pub(super) fn check_scheme_names(all: &Map<String, Value>) -> Result<(), HasherSetupError> {
    let is_known = |scheme: &str| SUPPORTED_SCHEMES.contains(&scheme) || READ_ONLY_SCHEMES.contains(&scheme);
    let foreign = |key: &&String| key.split_once("__").is_none_or(|(scheme, _)| !is_known(scheme));
    match all.keys().find(foreign) {
        None => Ok(()),
        Some(key) => Err(HasherSetupError::Option {
            name: key.clone(),
            problem: format!("does not start with a supported scheme ({})", SUPPORTED_SCHEMES.join(", ")),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn an_option_is_found_under_each_of_its_names() {
        let all = map(&json!({"argon2__rounds": 3, "bcrypt__rounds": 5}));
        let options = SchemeOptions::of("argon2", &all);
        assert_eq!(options.number(&["time_cost", "rounds"], 1..=9).unwrap(), Some(3));
        assert_eq!(options.number(&["memory_cost"], 1..=9).unwrap(), None);
        options.finish().unwrap();
    }

    #[test]
    fn an_unknown_option_or_scheme_stops_the_start() {
        let all = map(&json!({"argon2__rouns": 3}));
        assert!(
            SchemeOptions::of("argon2", &all).finish().unwrap_err().to_string().contains("argon2__rouns")
        );
        assert!(check_scheme_names(&map(&json!({"argon3__rounds": 3}))).is_err());
        assert!(check_scheme_names(&map(&json!({"rounds": 3}))).is_err());
        assert!(check_scheme_names(&all).is_ok());
    }

    #[test]
    fn an_option_out_of_range_or_of_another_type_stops_the_start() {
        for value in [json!(0), json!(10), json!("5"), json!(-1), json!(1.5), json!(true)] {
            let all = map(&json!({ "bcrypt__rounds": value }));
            assert!(SchemeOptions::of("bcrypt", &all).number(&["rounds"], 4..=9).is_err(), "{value}");
        }
    }
}
