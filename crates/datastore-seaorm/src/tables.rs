//! The tables of a new database, in the SQL of each kind of database.

use crate::catalog::folded_column;
use crate::dialect::Dialect;
use crate::layout::TableNames;

/// What a column holds.
#[derive(Clone, Copy)]
enum Holds {
    /// A number that the database gives.
    Key,
    /// The key of a row of another table.
    KeyOf,
    /// Text of at most so many characters.
    Text(u16),
    /// Text without a limit.
    LongText,
    Flag,
    Number,
    Time,
    /// A time that is the current one unless given.
    TimeOrNow,
}

use Holds::{Flag, Key, KeyOf, LongText, Number, Text, Time, TimeOrNow};

/// Whether a column must have a value, and whether the value belongs to one row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Optional,
    Required,
    OptionalUnique,
    RequiredUnique,
}

use Rule::{Optional, OptionalUnique, Required, RequiredUnique};

/// Name, content and rule.
type Column = (&'static str, Holds, Rule);

const USER: [Column; 23] = [
    ("id", Key, Required),
    ("email", Text(255), RequiredUnique),
    ("username", Text(255), OptionalUnique),
    ("password", Text(255), Optional),
    ("active", Flag, Required),
    ("fs_uniquifier", Text(64), RequiredUnique),
    ("fs_token_uniquifier", Text(64), OptionalUnique),
    ("confirmed_at", Time, Optional),
    ("last_login_at", Time, Optional),
    ("current_login_at", Time, Optional),
    ("last_login_ip", Text(64), Optional),
    ("current_login_ip", Text(64), Optional),
    ("login_count", Number, Optional),
    ("tf_primary_method", Text(64), Optional),
    ("tf_totp_secret", Text(255), Optional),
    ("tf_phone_number", Text(128), Optional),
    ("us_totp_secrets", LongText, Optional),
    ("us_phone_number", Text(128), OptionalUnique),
    ("fs_webauthn_user_handle", Text(64), OptionalUnique),
    ("mf_recovery_codes", LongText, Optional),
    ("extra", LongText, Optional),
    ("create_datetime", TimeOrNow, Required),
    ("update_datetime", TimeOrNow, Required),
];

const ROLE: [Column; 5] = [
    ("id", Key, Required),
    ("name", Text(80), RequiredUnique),
    ("description", Text(255), Optional),
    ("permissions", LongText, Optional),
    ("update_datetime", TimeOrNow, Required),
];

const USES: [Column; 3] =
    [("mark", Text(64), RequiredUnique), ("count", Number, Required), ("expires_at", Time, Required)];

const ROLES_USERS: [Column; 2] = [("user_id", KeyOf, Optional), ("role_id", KeyOf, Optional)];

/// Name and SQL of each table, in the order in which they can be created.
///
/// MySQL compares texts as the collation says: `exact_collation` compares letter by letter.
pub(crate) fn all<'n>(
    dialect: Dialect,
    names: &'n TableNames,
    exact_collation: &str,
) -> [(&'n String, String); 4] {
    let end = match dialect {
        Dialect::MySql => format!(" ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE {exact_collation}"),
        Dialect::Sqlite | Dialect::Postgres => String::new(),
    };
    let computed = match dialect {
        Dialect::MySql => ["email", "username"].map(folded_column_definition).to_vec(),
        Dialect::Sqlite | Dialect::Postgres => Vec::new(),
    };
    let references = [("user_id", &names.user), ("role_id", &names.role)].map(|(column, table)| {
        let [column, table, id] = [column, table, "id"].map(|name| dialect.quoted(name));
        format!("FOREIGN KEY ({column}) REFERENCES {table} ({id})")
    });
    let create = |name: &str, columns: &[Column], others: Vec<String>| {
        let mut lines: Vec<String> = columns.iter().map(|column| definition(dialect, column)).collect();
        lines.extend(others);
        if columns.iter().any(|(_, holds, _)| matches!(holds, Key)) {
            lines.push(format!("PRIMARY KEY ({})", dialect.quoted("id")));
        }
        let unique = columns.iter().filter(|(.., rule)| matches!(rule, OptionalUnique | RequiredUnique));
        lines.extend(unique.map(|(column, ..)| format!("UNIQUE ({})", dialect.quoted(column))));
        format!("CREATE TABLE {} (\n    {}\n){end}", dialect.quoted(name), lines.join(",\n    "))
    };
    [
        (&names.user, create(&names.user, &USER, computed)),
        (&names.role, create(&names.role, &ROLE, Vec::new())),
        (&names.roles_users, create(&names.roles_users, &ROLES_USERS, references.to_vec())),
        (&names.uses, create(&names.uses, &USES, Vec::new())),
    ]
}

/// The column in which MySQL keeps the folded value of another. It costs no space in the table, only in its index, and
/// an application that selects all columns does not see it.
pub(crate) fn folded_column_definition(column: &str) -> String {
    let dialect = Dialect::MySql;
    format!(
        "{} VARBINARY(1020) GENERATED ALWAYS AS ({}) VIRTUAL INVISIBLE",
        dialect.quoted(&folded_column(column)),
        dialect.folded(&dialect.quoted(column)),
    )
}

fn definition(dialect: Dialect, (name, holds, rule): &Column) -> String {
    let kind = match (holds, dialect) {
        (Key, Dialect::Postgres) => "SERIAL".to_owned(),
        (Key | KeyOf | Number, _) => "INTEGER".to_owned(),
        (Text(length), _) => format!("VARCHAR({length})"),
        (LongText, Dialect::MySql) => "MEDIUMTEXT".to_owned(),
        (LongText, _) => "TEXT".to_owned(),
        (Flag, _) => "BOOLEAN".to_owned(),
        (Time | TimeOrNow, Dialect::Sqlite) => "DATETIME".to_owned(),
        (Time | TimeOrNow, Dialect::Postgres) => "TIMESTAMP WITHOUT TIME ZONE".to_owned(),
        (Time | TimeOrNow, Dialect::MySql) => "DATETIME(6)".to_owned(),
    };
    let default = match (holds, dialect) {
        (TimeOrNow, Dialect::Sqlite) => " DEFAULT CURRENT_TIMESTAMP",
        (TimeOrNow, Dialect::Postgres) => " DEFAULT (now() AT TIME ZONE 'utc')",
        (TimeOrNow, Dialect::MySql) => " DEFAULT CURRENT_TIMESTAMP(6)",
        _ => "",
    };
    let required = if matches!(rule, Required | RequiredUnique) { " NOT NULL" } else { "" };
    let counted = if matches!(holds, Key) && dialect == Dialect::MySql { " AUTO_INCREMENT" } else { "" };
    format!("{} {kind}{default}{required}{counted}", dialect.quoted(name))
}
