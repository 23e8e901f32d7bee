//! The contract of the port on SQLite, in a file and in memory, and on the servers that `SECURITY_TEST_POSTGRES_URL` and
//! `SECURITY_TEST_MYSQL_URL` name; and what is particular to each.

#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod durability;
#[cfg(feature = "sqlite")]
mod on_sqlite;

#[cfg(any(feature = "postgres", feature = "mysql"))]
mod on_servers;
