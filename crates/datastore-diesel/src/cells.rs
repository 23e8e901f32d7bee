//! Reads single values as each database sends them, whatever type the column has.

use std::error::Error as StdError;

use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use security_core::account::UserId;

/// What diesel's reading functions answer.
pub(crate) type Read<T> = Result<T, Box<dyn StdError + Send + Sync>>;

/// The values of a database.
pub(crate) trait Cells: Backend {
    /// A primary key: a number or a text.
    fn key(value: Self::RawValue<'_>) -> Read<UserId>;
    /// A whole number of any width.
    fn integer(value: Self::RawValue<'_>) -> Read<i64>;
    /// A text, also where the column holds JSON.
    fn text(value: Self::RawValue<'_>) -> Read<String>;
    /// A truth value.
    fn boolean(value: Self::RawValue<'_>) -> Read<bool>;
    /// A time in UTC.
    fn time(value: Self::RawValue<'_>) -> Read<DateTime<Utc>>;
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use diesel::deserialize::FromSql;
    use diesel::sql_types::{BigInt, Bool, Text};
    use diesel::sqlite::{Sqlite, SqliteType, SqliteValue};

    use super::{Cells, DateTime, Read, UserId, Utc};
    use crate::times;

    impl Cells for Sqlite {
        fn key(value: SqliteValue<'_, '_, '_>) -> Read<UserId> {
            match value.value_type() {
                Some(SqliteType::Text | SqliteType::Binary) => Self::text(value).map(UserId::Text),
                _ => Self::integer(value).map(UserId::Int),
            }
        }

        fn integer(value: SqliteValue<'_, '_, '_>) -> Read<i64> {
            <i64 as FromSql<BigInt, Self>>::from_sql(value)
        }

        fn text(mut value: SqliteValue<'_, '_, '_>) -> Read<String> {
            Ok(value.read_text().to_owned())
        }

        fn boolean(value: SqliteValue<'_, '_, '_>) -> Read<bool> {
            <bool as FromSql<Bool, Self>>::from_sql(value)
        }

        fn time(mut value: SqliteValue<'_, '_, '_>) -> Read<DateTime<Utc>> {
            times::from_text(value.read_text()).ok_or_else(|| "it is no time".into())
        }
    }

    // The type of the text is named so that a change of diesel's shows here.
    const _: fn(SqliteValue<'_, '_, '_>) -> Read<String> = <String as FromSql<Text, Sqlite>>::from_sql;
}

#[cfg(feature = "postgres")]
mod postgres {
    use chrono::NaiveDateTime;
    use diesel::deserialize::FromSql;
    use diesel::pg::{Pg, PgValue};
    use diesel::sql_types::{BigInt, Bool, Integer, SmallInt, Timestamp, Timestamptz};

    use super::{Cells, DateTime, Read, UserId, Utc};

    /// Object identifiers of PostgreSQL's own types.
    mod oid {
        pub(super) const INT8: u32 = 20;
        pub(super) const INT2: u32 = 21;
        pub(super) const INT4: u32 = 23;
        pub(super) const TIMESTAMPTZ: u32 = 1184;
        pub(super) const UUID: u32 = 2950;
        pub(super) const JSONB: u32 = 3802;
    }

    impl Cells for Pg {
        fn key(value: PgValue<'_>) -> Read<UserId> {
            match value.get_oid().get() {
                oid::INT2 | oid::INT4 | oid::INT8 => Self::integer(value).map(UserId::Int),
                _ => Self::text(value).map(UserId::Text),
            }
        }

        fn integer(value: PgValue<'_>) -> Read<i64> {
            match value.get_oid().get() {
                oid::INT2 => <i16 as FromSql<SmallInt, Self>>::from_sql(value).map(i64::from),
                oid::INT4 => <i32 as FromSql<Integer, Self>>::from_sql(value).map(i64::from),
                _ => <i64 as FromSql<BigInt, Self>>::from_sql(value),
            }
        }

        fn text(value: PgValue<'_>) -> Read<String> {
            let bytes = match value.get_oid().get() {
                oid::UUID => return Ok(uuid(value.as_bytes())),
                oid::JSONB => value.as_bytes().get(1..).unwrap_or_default(), // the first byte is a version
                _ => value.as_bytes(),
            };
            Ok(std::str::from_utf8(bytes)?.to_owned())
        }

        fn boolean(value: PgValue<'_>) -> Read<bool> {
            <bool as FromSql<Bool, Self>>::from_sql(value)
        }

        fn time(value: PgValue<'_>) -> Read<DateTime<Utc>> {
            match value.get_oid().get() {
                oid::TIMESTAMPTZ => <DateTime<Utc> as FromSql<Timestamptz, Self>>::from_sql(value),
                _ => Ok(<NaiveDateTime as FromSql<Timestamp, Self>>::from_sql(value)?.and_utc()),
            }
        }
    }

    /// Eight, four, four, four and twelve hexadecimal digits.
    fn uuid(bytes: &[u8]) -> String {
        let mut text = String::with_capacity(36);
        for (number, byte) in bytes.iter().enumerate() {
            if matches!(number, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            text.push_str(&format!("{byte:02x}"));
        }
        text
    }
}

#[cfg(feature = "mysql")]
mod mysql {
    use chrono::NaiveDateTime;
    use diesel::deserialize::FromSql;
    use diesel::mysql::{Mysql, MysqlType, MysqlValue};
    use diesel::sql_types::{BigInt, Bool, Timestamp};

    use super::{Cells, DateTime, Read, UserId, Utc};

    impl Cells for Mysql {
        fn key(value: MysqlValue<'_>) -> Read<UserId> {
            match value.value_type() {
                MysqlType::String | MysqlType::Blob => Self::text(value).map(UserId::Text),
                _ => Self::integer(value).map(UserId::Int),
            }
        }

        fn integer(value: MysqlValue<'_>) -> Read<i64> {
            match value.value_type() {
                MysqlType::UnsignedLongLong => {
                    let unsigned =
                        <u64 as FromSql<diesel::sql_types::Unsigned<BigInt>, Self>>::from_sql(value)?;
                    Ok(i64::try_from(unsigned)?)
                }
                _ => <i64 as FromSql<BigInt, Self>>::from_sql(value),
            }
        }

        fn text(value: MysqlValue<'_>) -> Read<String> {
            Ok(std::str::from_utf8(value.as_bytes())?.to_owned())
        }

        fn boolean(value: MysqlValue<'_>) -> Read<bool> {
            <bool as FromSql<Bool, Self>>::from_sql(value)
        }

        fn time(value: MysqlValue<'_>) -> Read<DateTime<Utc>> {
            Ok(<NaiveDateTime as FromSql<Timestamp, Self>>::from_sql(value)?.and_utc())
        }
    }
}
