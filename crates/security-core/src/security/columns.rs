//! A feature that is on has the columns that it needs.

use std::fmt;

use crate::config::{IdentityAttribute, SecurityConfig};
use crate::datastore::UserTable;
use crate::feature::register::RegistrationField;

/// Columns that the table of users lacks, and what needs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingColumns {
    table: String,
    /// Who needs which column.
    missing: Vec<(String, &'static str)>,
}

impl MissingColumns {
    /// The name of the table.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The option, or the field of the registration form, and the column that it needs.
    pub fn missing(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.missing.iter().map(|(needed_by, column)| (needed_by.as_str(), *column))
    }
}

impl fmt::Display for MissingColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the table `{}` lacks columns; add them, or switch off what needs them:", self.table)?;
        self.missing().try_for_each(|(needed_by, column)| write!(f, "\n  - {needed_by} needs `{column}`"))
    }
}

impl std::error::Error for MissingColumns {}

/// An option, and the columns that it needs.
struct Need {
    option: &'static str,
    is_on: fn(&SecurityConfig) -> bool,
    columns: &'static [&'static str],
}

const NEEDS: [Need; 16] = [
    Need {
        option: "SECURITY_CONFIRMABLE",
        is_on: |config| config.features.confirmable,
        columns: &["confirmed_at"],
    },
    Need {
        option: "SECURITY_TRACKABLE",
        is_on: |config| config.features.trackable,
        columns: &["last_login_at", "current_login_at", "last_login_ip", "current_login_ip", "login_count"],
    },
    Need {
        option: "SECURITY_USERNAME_ENABLE",
        is_on: |config| config.identity.username_enable,
        columns: &["username"],
    },
    Need {
        option: "SECURITY_USER_IDENTITY_ATTRIBUTES",
        // With usernames enabled it has them of itself, and nobody needs to be told twice.
        is_on: |config| signs_in_by(config, IdentityAttribute::Username) && !config.identity.username_enable,
        columns: &["username"],
    },
    Need {
        option: "SECURITY_USER_IDENTITY_ATTRIBUTES",
        is_on: |config| signs_in_by(config, IdentityAttribute::UsPhoneNumber),
        columns: &["us_phone_number"],
    },
    Need {
        option: "SECURITY_REGISTERABLE",
        is_on: |config| config.features.registerable,
        columns: &["password"],
    },
    Need {
        option: "SECURITY_RECOVERABLE",
        is_on: |config| config.features.recoverable,
        columns: &["password"],
    },
    Need {
        option: "SECURITY_CHANGEABLE",
        is_on: |config| config.features.changeable,
        columns: &["password"],
    },
    Need {
        option: "SECURITY_CHANGE_EMAIL",
        is_on: |config| config.features.change_email,
        columns: &["confirmed_at"],
    },
    Need {
        option: "SECURITY_USERNAME_RECOVERY",
        is_on: |config| config.features.username_recovery,
        columns: &["username"],
    },
    Need {
        option: "SECURITY_TWO_FACTOR",
        is_on: |config| config.features.two_factor,
        columns: &["tf_primary_method", "tf_totp_secret"],
    },
    Need {
        option: "SECURITY_TWO_FACTOR_ENABLED_METHODS",
        is_on: |config| config.features.two_factor && has_sms(&config.two_factor.enabled_methods),
        columns: &["tf_phone_number"],
    },
    Need {
        option: "SECURITY_UNIFIED_SIGNIN",
        is_on: |config| config.features.unified_signin,
        columns: &["us_totp_secrets"],
    },
    Need {
        option: "SECURITY_US_ENABLED_METHODS",
        is_on: |config| config.features.unified_signin && has_sms(&config.unified_signin.enabled_methods),
        columns: &["us_phone_number"],
    },
    Need {
        option: "SECURITY_WEBAUTHN",
        is_on: |config| config.features.webauthn,
        columns: &["fs_webauthn_user_handle"],
    },
    Need {
        option: "SECURITY_MULTI_FACTOR_RECOVERY_CODES",
        is_on: |config| config.features.multi_factor_recovery_codes,
        columns: &["mf_recovery_codes"],
    },
];

/// Compares what is on with the table of users.
pub(super) fn check(
    config: &SecurityConfig,
    fields: &[RegistrationField],
    table: &UserTable,
) -> Result<(), MissingColumns> {
    let needs = NEEDS.iter().filter(|need| (need.is_on)(config));
    let of_options =
        needs.flat_map(|need| need.columns.iter().map(|column| (need.option.to_owned(), *column)));
    let of_fields =
        fields.iter().map(|field| (format!("the registration field `{}`", field.name()), "extra"));
    let missing: Vec<_> = of_options.chain(of_fields).filter(|(_, column)| !table.has(column)).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(MissingColumns { table: table.name().to_owned(), missing }),
    }
}

fn signs_in_by(config: &SecurityConfig, attribute: IdentityAttribute) -> bool {
    config.identity.rule(attribute).is_some()
}

fn has_sms(methods: &[String]) -> bool {
    methods.iter().any(|method| method == "sms")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::IdentityRule;

    /// Only what no account can do without.
    fn bare() -> UserTable {
        UserTable::with_columns("member", |_| false)
    }

    fn missing(
        switch_on: impl FnOnce(&mut SecurityConfig),
        table: &UserTable,
    ) -> Vec<(String, &'static str)> {
        let mut config = SecurityConfig::default();
        switch_on(&mut config);
        check(&config, &[], table).err().map(|error| error.missing).unwrap_or_default()
    }

    #[test]
    fn a_bare_table_will_do_when_every_feature_is_off() {
        assert_eq!(missing(|_| {}, &bare()), []);
    }

    #[test]
    fn a_complete_table_will_do_for_every_feature() {
        let mut config = SecurityConfig::default();
        let features = &mut config.features;
        for is_on in [
            &mut features.confirmable,
            &mut features.registerable,
            &mut features.recoverable,
            &mut features.trackable,
            &mut features.changeable,
            &mut features.change_email,
            &mut features.username_recovery,
            &mut features.two_factor,
            &mut features.unified_signin,
            &mut features.webauthn,
            &mut features.multi_factor_recovery_codes,
            &mut config.identity.username_enable,
        ] {
            *is_on = true;
        }
        let fields = [RegistrationField::text("nickname", "Nickname")];
        assert_eq!(check(&config, &fields, &UserTable::complete("user")), Ok(()));
    }

    #[test]
    fn one_missing_column_stops_only_what_needs_it() {
        let table = UserTable::with_columns("user", |column| column != "login_count");
        let needed = missing(|config| config.features.trackable = true, &table);
        assert_eq!(needed, [("SECURITY_TRACKABLE".to_owned(), "login_count")]);
        assert_eq!(missing(|config| config.features.confirmable = true, &table), []);
    }

    #[test]
    fn an_identity_to_sign_in_with_needs_its_column() {
        for (attribute, column) in
            [(IdentityAttribute::Username, "username"), (IdentityAttribute::UsPhoneNumber, "us_phone_number")]
        {
            let rule = IdentityRule { attribute, case_insensitive: true };
            let needed = missing(|config| config.identity.attributes.push(rule), &bare());
            assert_eq!(needed, [("SECURITY_USER_IDENTITY_ATTRIBUTES".to_owned(), column)]);
        }
    }

    #[test]
    fn a_phone_number_is_needed_where_text_messages_are_sent() {
        let columns = |methods: &[&str]| {
            let unified = |config: &mut SecurityConfig| {
                config.features.unified_signin = true;
                config.unified_signin.enabled_methods =
                    methods.iter().map(|method| (*method).to_owned()).collect();
            };
            missing(unified, &bare()).into_iter().map(|(_, column)| column).collect::<Vec<_>>()
        };
        assert_eq!(columns(&["email"]), ["us_totp_secrets"]);
        assert_eq!(columns(&["email", "sms"]), ["us_totp_secrets", "us_phone_number"]);
    }

    #[test]
    fn a_registration_field_needs_a_place_for_its_value() {
        let fields = [RegistrationField::text("nickname", "Nickname")];
        let error = check(&SecurityConfig::default(), &fields, &bare()).unwrap_err().to_string();
        assert!(error.contains("`member`") && error.contains("`nickname` needs `extra`"), "{error}");
    }

    #[test]
    fn the_error_names_option_column_and_table() {
        let mut config = SecurityConfig::default();
        config.features.confirmable = true;
        let error = check(&config, &[], &bare()).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("`member`") && text.contains("SECURITY_CONFIRMABLE needs `confirmed_at`"),
            "{text}"
        );
        assert_eq!(error.missing().collect::<Vec<_>>(), [("SECURITY_CONFIRMABLE", "confirmed_at")]);
    }
}
