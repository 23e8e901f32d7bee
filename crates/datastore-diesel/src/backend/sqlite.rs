//! SQLite: a pool of connections, and one writer at a time.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::{DefaultLoadingMode, SimpleConnection as _};
use diesel::query_dsl::LoadQuery;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Error as R2d2Error, Pool, PooledConnection};
use diesel::result::Error as DieselError;
use diesel::{Connection as _, RunQueryDsl, SqliteConnection};
use futures_util::FutureExt as _;
use security_core::account::User;
use security_core::datastore::DatastoreError;
use tokio::sync::Mutex;
use tokio::time::timeout;
use tracing::warn;

use crate::DieselOptions;
use crate::error::Failure;
use crate::job::{Job, Mode};
use crate::rows::{UserRow, Users};
use crate::session::{Family, Session as _, session};
use crate::statement::Statement;

/// A pool of connections to a SQLite database.
pub type SqlitePool = Pool<ConnectionManager<SqliteConnection>>;

/// How often to try to change the journal of a file that others are using.
const WAL_ATTEMPTS: usize = 20;

session!(SqliteSession, SqliteConnection, Family::Sqlite, []);

/// Makes jobs on a SQLite database.
#[derive(Clone)]
pub(crate) struct SqliteBackend {
    pub(crate) pool: SqlitePool,
    /// Held while writing: SQLite takes one writer at a time, and a queue in memory is fair and quick where the
    /// file's lock is polled.
    turn: Arc<Mutex<()>>,
    patience: Duration,
}

impl SqliteBackend {
    pub(crate) fn new(pool: SqlitePool, options: &DieselOptions) -> Self {
        Self { pool, turn: Arc::new(Mutex::new(())), patience: options.acquire_timeout }
    }

    pub(crate) async fn connect(url: &str, options: &DieselOptions) -> Result<Self, DatastoreError> {
        let address = Address::read(url);
        let options = options.clone();
        let opened = tokio::task::spawn_blocking(move || open(&address, &options)).await;
        opened.map_err(DatastoreError::unavailable)?
    }

    /// Finds users on the thread that asks; `None` when no connection is free.
    pub(crate) fn users_at_once<'q, Q>(&self, query: Q) -> Option<Result<Vec<User>, Failure>>
    where
        Q: LoadQuery<'q, SqliteConnection, UserRow> + RunQueryDsl<SqliteConnection> + 'q,
    {
        let mut connection = self.pool.try_get()?;
        let find = || {
            let mut users = Users::default();
            for row in RunQueryDsl::load_iter::<UserRow, DefaultLoadingMode>(query, &mut *connection)? {
                users.add(row?);
            }
            Ok::<_, DieselError>(users.joined())
        };
        Some(find().map_err(Failure::from))
    }

    pub(crate) async fn run<J: Job>(&self, job: J) -> Result<J::Answer, Failure> {
        let mode = job.mode();
        if mode == Mode::QuickRead
            && let Some(mut connection) = self.pool.try_get()
        {
            return now(job.run(&mut SqliteSession(&mut connection)));
        }
        let turn = match mode {
            Mode::QuickRead | Mode::Read => None,
            Mode::Write | Mode::Transaction | Mode::Schema => {
                let turn = timeout(self.patience, Arc::clone(&self.turn).lock_owned()).await;
                Some(turn.map_err(DatastoreError::unavailable)?)
            }
        };
        let (pool, patience) = (self.pool.clone(), self.patience);
        let work = move || {
            // The turn ends with the work, also when nobody waits for it any more.
            let _turn = turn;
            let connection = pool.get_timeout(patience).map_err(DatastoreError::unavailable)?;
            run_on(connection, &job, mode)
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(stopped) => match stopped.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(stopped) => Err(DatastoreError::unavailable(stopped).into()),
            },
        }
    }
}

/// Takes the result of work on a SQLite connection, which never waits for anything else.
pub(crate) fn now<T>(work: impl Future<Output = T>) -> T {
    work.now_or_never().expect("a session with SQLite answers at once")
}

fn run_on<J: Job>(
    mut connection: PooledConnection<ConnectionManager<SqliteConnection>>,
    job: &J,
    mode: Mode,
) -> Result<J::Answer, Failure> {
    match mode {
        Mode::QuickRead | Mode::Read | Mode::Write => now(job.run(&mut SqliteSession(&mut connection))),
        Mode::Transaction | Mode::Schema => {
            // With the write lock from its start, so that it never has to give up half-way.
            connection.immediate_transaction(|connection| now(job.run(&mut SqliteSession(connection))))
        }
    }
}

/// Where a database is.
struct Address {
    /// As SQLite takes it: `:memory:` or a `file:` address.
    file: String,
    is_in_memory: bool,
}

impl Address {
    /// Reads `sqlite://app.db?mode=rwc` or `sqlite::memory:`. A file has to exist unless the mode says `rwc`.
    fn read(url: &str) -> Self {
        let rest = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
        let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        if path == ":memory:" {
            return Self { file: path.to_owned(), is_in_memory: true };
        }
        let has_mode = parameters.split('&').any(|parameter| parameter.starts_with("mode="));
        let mode = if has_mode { "" } else { "mode=rw" };
        let separator = if parameters.is_empty() || mode.is_empty() { "" } else { "&" };
        Self {
            file: format!("file:{path}?{parameters}{separator}{mode}"),
            is_in_memory: parameters.split('&').any(|parameter| parameter == "mode=memory"),
        }
    }
}

fn open(address: &Address, options: &DieselOptions) -> Result<SqliteBackend, DatastoreError> {
    // Before the pool, which would try again and again.
    let mut first = SqliteConnection::establish(&address.file).map_err(DatastoreError::unavailable)?;
    let settings = Settings { lock_timeout: options.lock_timeout };
    settings.apply(&mut first).and_then(|()| prefer_wal(&mut first)).map_err(into_error)?;
    drop(first);
    let builder = Pool::builder()
        .connection_timeout(options.acquire_timeout)
        .test_on_check_out(false) // there is no network in between that could have broken
        .connection_customizer(Box::new(settings))
        .min_idle(Some(1));
    let builder = match address.is_in_memory {
        // The database lives as long as its last connection.
        true => builder.max_size(1).idle_timeout(None).max_lifetime(None),
        false => builder.max_size(options.max_connections),
    };
    let pool = builder.build(ConnectionManager::new(&address.file)).map_err(DatastoreError::unavailable)?;
    Ok(SqliteBackend::new(pool, options))
}

fn into_error(error: DieselError) -> DatastoreError {
    Failure::from(error).into_error()
}

/// What every connection is told.
#[derive(Debug)]
struct Settings {
    lock_timeout: Duration,
}

impl Settings {
    fn apply(&self, connection: &mut SqliteConnection) -> Result<(), DieselError> {
        connection.batch_execute(&format!(
            "PRAGMA busy_timeout = {}; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL",
            self.lock_timeout.as_millis()
        ))
    }
}

impl CustomizeConnection<SqliteConnection, R2d2Error> for Settings {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), R2d2Error> {
        self.apply(connection).map_err(R2d2Error::QueryError)
    }
}

/// Keeps a database file in WAL mode from now on, so that readers and a writer do not wait for each other.
///
/// It is a matter of speed: a file that may only be read, or that is never free, stays as it is.
fn prefer_wal(connection: &mut SqliteConnection) -> Result<(), DieselError> {
    for _ in 0..WAL_ATTEMPTS {
        match connection.batch_execute("PRAGMA journal_mode = WAL") {
            Ok(()) => return Ok(()),
            // The change of mode does not queue for the lock; an empty transaction does.
            Err(error) if error.to_string().contains("locked") => {
                connection.batch_execute("BEGIN IMMEDIATE; COMMIT")?;
            }
            Err(error) => {
                // What is no database at all is told by the first statement.
                let looked =
                    now(SqliteSession(connection).texts(&Statement::new("SELECT name FROM sqlite_master")));
                return match looked {
                    Ok(_) => {
                        warn!(error = %error, "the database file is not in WAL mode");
                        Ok(())
                    }
                    Err(_) => Err(error),
                };
            }
        }
    }
    warn!("the database file is not in WAL mode: others are using it");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_file_that_is_there_unless_it_may_be_created() {
        for (url, file) in [
            ("sqlite://app.db?mode=rwc", "file:app.db?mode=rwc"),
            ("sqlite:///var/lib/app.db", "file:/var/lib/app.db?mode=rw"),
            ("sqlite:app.db?cache=private", "file:app.db?cache=private&mode=rw"),
            ("sqlite::memory:", ":memory:"),
        ] {
            assert_eq!(Address::read(url).file, file, "{url}");
        }
    }
}
