//! What was found, in words.

use std::fmt;

use super::accounts::Accounts;
use super::database::Tables;
use super::settings::Settings;

/// Accounts that are named; of the others, the number is told.
const MOST_NAMES: usize = 20;

/// Findings in the order in which they are told.
#[derive(Debug, Default)]
pub(crate) struct Report {
    findings: Vec<Finding>,
}

#[derive(Debug)]
struct Finding {
    weight: Weight,
    text: String,
}

/// What a finding means for the move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    Heading,
    Fine,
    Migration,
    Obstacle,
}

impl Report {
    /// Whether nothing stands in the way.
    pub(crate) fn is_clear(&self) -> bool {
        self.findings.iter().all(|finding| finding.weight != Weight::Obstacle)
    }

    pub(super) fn settings(&mut self, settings: &Settings) {
        self.add(Weight::Heading, "Settings");
        self.add(Weight::Fine, format!("{} settings are understood", settings.understood));
        for problem in &settings.problems {
            self.add(Weight::Obstacle, problem.clone());
        }
    }

    pub(super) fn tables(&mut self, tables: &Tables) {
        self.add(Weight::Heading, "Tables");
        match tables.missing.as_slice() {
            [] => self.add(Weight::Fine, "user, role and roles_users are there"),
            missing => self.add(Weight::Obstacle, format!("there is no table {}", missing.join(", "))),
        }
        if tables.hold_accounts() {
            for column in ["id", "email", "active", "fs_uniquifier"] {
                if !tables.have(column) {
                    self.add(Weight::Obstacle, format!("the table user has no column {column}"));
                }
            }
        }
        match &tables.migration {
            Ok(statements) if statements.is_empty() => self.add(Weight::Fine, "nothing has to be added"),
            Ok(statements) => {
                for statement in statements {
                    self.add(Weight::Migration, one_line(statement));
                }
            }
            Err(problem) => self.add(Weight::Obstacle, format!("they cannot be migrated: {problem}")),
        }
    }

    pub(super) fn accounts(&mut self, accounts: &Accounts, passkeys: i64, settings: &Settings) {
        self.add(Weight::Heading, "Accounts");
        self.add(Weight::Fine, format!("{} accounts", accounts.count));
        match (passkeys, settings.asks_for_passkeys) {
            (0, _) => {}
            (_, true) => self.add(Weight::Fine, format!("{passkeys} passkeys")),
            (_, false) => {
                self.add(
                    Weight::Obstacle,
                    format!("{passkeys} passkeys, which SECURITY_WEBAUTHN does not ask for"),
                );
            }
        }
        for (scheme, count) in &accounts.readable {
            self.add(Weight::Fine, format!("{count} with a password hash of {scheme}, which is read"));
        }
        if accounts.without_password > 0 {
            self.add(Weight::Fine, format!("{} without a password", accounts.without_password));
        }
        for (scheme, names) in &accounts.not_listed {
            let advice = "which SECURITY_PASSWORD_SCHEMES does not list";
            self.name(names, &format!("with a password hash of {scheme}, {advice}"));
        }
        self.name(&accounts.damaged, "with a damaged password hash");
        let advice = "with a password of no known form; if it is plain text, list plaintext";
        self.name(&accounts.foreign, advice);
        self.name(&accounts.without_uniquifier, "without fs_uniquifier, who can hold no session");
        self.name(&accounts.ambiguous, "with the address of another account in other letters");
        if accounts.with_factors > 0 {
            let count = accounts.with_factors;
            self.add(Weight::Fine, format!("{count} with one-time secrets or recovery codes"));
        }
        let advice = "with a second factor, which SECURITY_TWO_FACTOR does not ask for";
        self.name(&accounts.without_their_factor, advice);
        let advice = "with a secret that no key of SECURITY_TOTP_SECRETS opens";
        self.name(&accounts.unreadable_secrets, advice);
    }

    /// Accounts whose owners will not get in.
    fn name(&mut self, names: &[String], what: &str) {
        if names.is_empty() {
            return;
        }
        let mut named = names.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
        if names.len() > MOST_NAMES {
            named = format!("{named} and {} more", names.len() - MOST_NAMES);
        }
        self.add(Weight::Obstacle, format!("{} {what}: {named}", names.len()));
    }

    fn add(&mut self, weight: Weight, text: impl Into<String>) {
        self.findings.push(Finding { weight, text: text.into() });
    }
}

fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Finding { weight, text } in &self.findings {
            match weight {
                Weight::Heading => writeln!(f, "{text}")?,
                Weight::Fine => writeln!(f, "  ok         {text}")?,
                Weight::Migration => writeln!(f, "  migration  {text}")?,
                Weight::Obstacle => writeln!(f, "  OBSTACLE   {text}")?,
            }
        }
        f.write_str(if self.is_clear() {
            "Nothing stands in the way."
        } else {
            "Something stands in the way: see each OBSTACLE."
        })
    }
}
