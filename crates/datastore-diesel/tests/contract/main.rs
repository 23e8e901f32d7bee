//! The contract of the port on SQLite, in a file and in memory, and on the servers that `SECURITY_TEST_POSTGRES_URL` and
//! `SECURITY_TEST_MYSQL_URL` name; and what is particular to each.

mod durability;
#[cfg(feature = "sqlite")]
mod on_sqlite;

#[cfg(feature = "server")]
mod on_servers;
