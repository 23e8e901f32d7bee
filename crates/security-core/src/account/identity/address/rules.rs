//! What `SECURITY_EMAIL_VALIDATOR_ARGS` can say.

use serde_json::{Map, Value};

/// Which addresses are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one independent switch for each argument of the option")]
pub(crate) struct AddressRules {
    /// Local parts beyond ASCII.
    pub(super) allow_smtputf8: bool,
    /// Local parts in quotation marks.
    pub(super) allow_quoted_local: bool,
    /// IP addresses in brackets in place of a domain.
    pub(super) allow_domain_literal: bool,
    /// Whether a domain must look like one of the public DNS.
    pub(super) globally_deliverable: bool,
    /// Domains under `test`.
    pub(super) test_environment: bool,
    /// Whether local parts over 64 bytes are refused.
    pub(super) strict: bool,
}

impl Default for AddressRules {
    fn default() -> Self {
        Self {
            allow_smtputf8: true,
            allow_quoted_local: false,
            allow_domain_literal: false,
            globally_deliverable: true,
            test_environment: false,
            strict: false,
        }
    }
}

impl AddressRules {
    /// The rules these arguments ask for, and a sentence for each argument that cannot be followed.
    ///
    /// `null` stands for an argument that is not given.
    pub(crate) fn read(args: Option<&Map<String, Value>>) -> (Self, Vec<String>) {
        let (mut rules, mut problems) = (Self::default(), Vec::new());
        for (name, value) in args.into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            problems.extend(rules.set(name, value).err());
        }
        (rules, problems)
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let switch = match name {
            "allow_smtputf8" => &mut self.allow_smtputf8,
            "allow_quoted_local" => &mut self.allow_quoted_local,
            "allow_domain_literal" => &mut self.allow_domain_literal,
            "globally_deliverable" => &mut self.globally_deliverable,
            "test_environment" => &mut self.test_environment,
            "strict" => &mut self.strict,
            "check_deliverability" if value.is_boolean() => return Ok(()),
            "timeout" if value.is_number() => return Ok(()),
            "check_deliverability" => return Err(format!("`{name}` must be true or false")),
            "timeout" => return Err(format!("`{name}` must be a number of seconds")),
            "allow_display_name" | "allow_empty_local" if *value == Value::Bool(false) => return Ok(()),
            "allow_display_name" | "allow_empty_local" => {
                return Err(format!("`{name}` must be false: such a text cannot identify an account"));
            }
            _ => return Err(format!("`{name}` is not an argument of the address check")),
        };
        *switch = value.as_bool().ok_or_else(|| format!("`{name}` must be true or false"))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(args: &Value) -> (AddressRules, Vec<String>) {
        AddressRules::read(args.as_object())
    }

    #[test]
    fn arguments_of_the_reference_are_followed_or_refused_by_name() {
        let (rules, problems) = read(&json!({
            "strict": true,
            "allow_smtputf8": null,
            "check_deliverability": false,
            "timeout": 5,
            "allow_display_name": false,
        }));
        assert_eq!(rules, AddressRules { strict: true, ..AddressRules::default() });
        assert!(problems.is_empty(), "{problems:?}");
        for args in [
            json!({"dns_resolver": "x"}),
            json!({"allow_empty_local": true}),
            json!({"allow_display_name": true}),
            json!({"strict": "yes"}),
            json!({"timeout": "long"}),
            json!({"check_deliverability": 1}),
        ] {
            let (rules, problems) = read(&args);
            assert_eq!(rules, AddressRules::default(), "{args}");
            let name = args.as_object().unwrap().keys().next().unwrap();
            assert!(matches!(&problems[..], [problem] if problem.contains(name)), "{args}: {problems:?}");
        }
    }
}
