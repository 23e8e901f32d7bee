//! The accounts of the site: whether their owners will get in.

use std::collections::BTreeMap;
use std::error::Error;

use security_core::password::StoredHash;
use serde_json::Value;

use super::database::{COLUMNS, Database, Tables};
use super::settings::Settings;

/// Rows that are read at once.
const PAGE: usize = 1000;

/// What was found in the table of accounts. Accounts are named by their addresses; nothing secret is kept.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// How many there are.
    pub(super) count: usize,
    /// Accounts by the scheme of their password, where it can be checked.
    pub(super) readable: BTreeMap<&'static str, usize>,
    /// Accounts without a password, or with a mark in its place that locks them.
    pub(super) without_password: usize,
    /// Accounts whose hash is of a scheme that is not listed, by the scheme.
    pub(super) not_listed: BTreeMap<&'static str, Vec<String>>,
    /// Accounts whose hash is damaged, or asks for more work than is done.
    pub(super) damaged: Vec<String>,
    /// Accounts with a text of no known form in place of a hash.
    pub(super) foreign: Vec<String>,
    /// Accounts without `fs_uniquifier`, who can hold no session.
    pub(super) without_uniquifier: Vec<String>,
    /// Accounts that share an address but for its case.
    pub(super) ambiguous: Vec<String>,
    /// Accounts with a second factor, codes or one-time secrets.
    pub(super) with_factors: usize,
    /// Accounts whose second factor these settings do not ask for.
    pub(super) without_their_factor: Vec<String>,
    /// Accounts with a secret that no key of `SECURITY_TOTP_SECRETS` opens.
    pub(super) unreadable_secrets: Vec<String>,
}

impl Accounts {
    /// Reads every account, a page at a time.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    pub(super) async fn read(
        database: &Database,
        tables: &Tables,
        settings: &Settings,
    ) -> Result<Self, Box<dyn Error>> {
        let mut accounts = Self::default();
        if !tables.have("id") || !tables.have("email") {
            return Ok(accounts); // the report says which column is missing
        }
        // A column that is missing reads as empty, as it will later.
        let selected = COLUMNS.map(|column| match tables.have(column) {
            true => database.as_text(column),
            false => "NULL".to_owned(),
        });
        let (table, id) = (database.quoted("user"), database.quoted("id"));
        let mut addresses: BTreeMap<String, String> = BTreeMap::new();
        loop {
            let sql = format!(
                "SELECT {} FROM {table} ORDER BY {id} LIMIT {PAGE} OFFSET {}",
                selected.join(", "),
                accounts.count
            );
            let rows = database.rows(sql).await?;
            for row in &rows {
                let mut account = Account::default();
                for (index, column) in COLUMNS.iter().enumerate() {
                    account.0.insert(column, row.try_get_by_index(index)?);
                }
                accounts.judge(&account, tables, settings);
                if addresses.insert(account.name().to_lowercase(), account.name()).is_some() {
                    accounts.ambiguous.push(account.name());
                }
            }
            if rows.len() < PAGE {
                return Ok(accounts);
            }
        }
    }

    fn judge(&mut self, account: &Account, tables: &Tables, settings: &Settings) {
        self.count += 1;
        if tables.have("fs_uniquifier") && account.text("fs_uniquifier").is_empty() {
            self.without_uniquifier.push(account.name());
        }
        self.judge_password(account, settings);
        let secrets = account.secrets();
        if !secrets.is_empty() || !account.text("mf_recovery_codes").is_empty() {
            self.with_factors += 1;
        }
        if !account.text("tf_totp_secret").is_empty() && !settings.asks_for_codes {
            self.without_their_factor.push(account.name());
        }
        if !secrets.iter().all(|secret| is_openable(secret, settings)) {
            self.unreadable_secrets.push(account.name());
        }
    }

    fn judge_password(&mut self, account: &Account, settings: &Settings) {
        let stored = account.text("password");
        if stored.trim_matches(['!', '*']).is_empty() {
            self.without_password += 1;
            return;
        }
        match StoredHash::of(stored, &settings.password_schemes) {
            StoredHash::Readable(scheme) => *self.readable.entry(scheme).or_default() += 1,
            StoredHash::NotListed(scheme) => self.not_listed.entry(scheme).or_default().push(account.name()),
            StoredHash::Damaged(_) => self.damaged.push(account.name()),
            StoredHash::Foreign => self.foreign.push(account.name()),
        }
    }
}

/// One row, by its columns.
#[derive(Default)]
struct Account(BTreeMap<&'static str, Option<String>>);

impl Account {
    fn text(&self, column: &str) -> &str {
        self.0.get(column).and_then(Option::as_deref).unwrap_or_default()
    }

    fn name(&self) -> String {
        self.text("email").to_owned()
    }

    /// The one-time secrets as they are stored.
    fn secrets(&self) -> Vec<String> {
        let by_method: Value = serde_json::from_str(self.text("us_totp_secrets")).unwrap_or_default();
        let unified = by_method.as_object().into_iter().flatten().filter_map(|(_, secret)| secret.as_str());
        let all = unified.chain([self.text("tf_totp_secret")]);
        all.filter(|secret| !secret.is_empty()).map(str::to_owned).collect()
    }
}

/// Whether a key of the settings is the one that a secret names. Whether it is the right one, only a code can tell.
fn is_openable(stored: &str, settings: &Settings) -> bool {
    if stored.starts_with("otpauth://") {
        return true;
    }
    let Ok(secret) = serde_json::from_str::<Value>(stored) else { return false };
    let tag = secret["enckey"]["t"].as_str();
    secret["key"].is_string() || tag.is_some_and(|tag| settings.totp_tags.contains(tag))
}
