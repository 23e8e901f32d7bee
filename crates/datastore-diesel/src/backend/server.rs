//! PostgreSQL, MariaDB and MySQL: a pool of connections over the network, each of which may break at any time.

use std::time::Duration;

use deadpool::managed::{Hook, HookError, Manager, Object, Pool, PoolError, QueueMode};
use diesel::result::Error as DieselError;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError as ConnectionError, RecyclingMethod,
};
use diesel_async::{AsyncConnection, TransactionManager as _};
use security_core::datastore::DatastoreError;
use tokio::time::{sleep, timeout};

use crate::DieselOptions;
use crate::error::Failure;
use crate::job::{Job, Mode};
use crate::session::Session;

/// How often a transaction is made again that another one was preferred to.
const ATTEMPTS: u32 = 12;

/// How long a connection may lie unused before it is tested.
const TRUSTED_FOR: Duration = Duration::from_secs(5);

/// A connection over the network on which this crate can work: `AsyncPgConnection` or `AsyncMysqlConnection`, also as a
/// pool lends them.
///
/// An application does not implement it, only hands such connections in.
pub trait ServerConnection: AsyncConnection + Sessions + 'static {}

/// Makes sessions of connections.
pub trait Sessions {
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "only this crate makes sessions")]
    fn session(&mut self) -> Box<dyn Session + '_>;
}

/// Makes the connections of a pool.
type Connections<C> = AsyncDieselConnectionManager<C>;

/// Makes jobs on a database behind a network.
pub(crate) struct ServerBackend<C: ServerConnection>
where
    Connections<C>: Manager<Type = C, Error = ConnectionError>,
{
    pub(crate) pool: Pool<Connections<C>>,
    patience: Duration,
    query_timeout: Duration,
}

impl<C: ServerConnection> Clone for ServerBackend<C>
where
    Connections<C>: Manager<Type = C, Error = ConnectionError>,
{
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), ..*self }
    }
}

impl<C: ServerConnection> ServerBackend<C>
where
    Connections<C>: Manager<Type = C, Error = ConnectionError>,
{
    pub(crate) fn new(pool: Pool<Connections<C>>, options: &DieselOptions) -> Self {
        Self { pool, patience: options.acquire_timeout, query_timeout: options.query_timeout }
    }

    /// Opens a pool and one connection of it, so that a wrong address shows at once.
    pub(crate) async fn connect(
        url: &str,
        mut config: ManagerConfig<C>,
        options: &DieselOptions,
    ) -> Result<Self, DatastoreError> {
        config.recycling_method = RecyclingMethod::Fast;
        let test = Hook::async_fn(|connection: &mut C, metrics| {
            Box::pin(async move {
                if metrics.last_used() < TRUSTED_FOR {
                    return Ok(());
                }
                connection
                    .batch_execute("SELECT 1")
                    .await
                    .map_err(|_| HookError::message("the connection broke"))
            })
        });
        let pool = Pool::builder(AsyncDieselConnectionManager::new_with_config(url, config))
            .max_size(usize::try_from(options.max_connections).unwrap_or(usize::MAX).max(1))
            .queue_mode(QueueMode::Lifo)
            .pre_recycle(test)
            .build()
            .map_err(DatastoreError::backend)?;
        let backend = Self::new(pool, options);
        backend.lease().await?.give_back();
        Ok(backend)
    }

    pub(crate) async fn run<J: Job>(&self, job: J) -> Result<J::Answer, Failure> {
        let mode = job.mode();
        let mut attempt = 1;
        loop {
            let failure = match self.try_once(&job, mode).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            match failure {
                Failure::Conflict(_) if attempt < ATTEMPTS => {
                    sleep(Duration::from_millis(u64::from(attempt) * 3)).await;
                }
                // What broke one connection broke those that lie in the pool as well.
                Failure::Lost(_) if attempt == 1 && mode.only_reads() => self.forget_idle(),
                Failure::Lost(_) => {
                    self.forget_idle();
                    return Err(failure);
                }
                _ => return Err(failure),
            }
            attempt += 1;
        }
    }

    async fn try_once<J: Job>(&self, job: &J, mode: Mode) -> Result<J::Answer, Failure> {
        let mut lease = self.lease().await?;
        let work = run_on(lease.connection(), job, mode);
        let done = match mode {
            Mode::Schema => work.await,
            _ => timeout(self.query_timeout, work).await.map_err(DatastoreError::unavailable)?,
        };
        let done = match done {
            Err(Failure::Unsorted(error)) => Err(lease.sort(error, self.query_timeout).await),
            done => done,
        };
        if !matches!(done, Err(Failure::Lost(_))) {
            lease.give_back();
        }
        done
    }

    async fn lease(&self) -> Result<Lease<C>, DatastoreError> {
        match timeout(self.patience, self.pool.get()).await {
            Ok(Ok(object)) => Ok(Lease { object: Some(object) }),
            Ok(Err(PoolError::Backend(ConnectionError::ConnectionError(error)))) => Err(refused(error)),
            Ok(Err(error)) => Err(DatastoreError::unavailable(error)),
            Err(late) => Err(DatastoreError::unavailable(late)),
        }
    }

    fn forget_idle(&self) {
        self.pool.retain(|_, _| false);
    }
}

/// An address that cannot be read is no matter of waiting.
fn refused(error: diesel::ConnectionError) -> DatastoreError {
    match error {
        diesel::ConnectionError::InvalidConnectionUrl(_) => DatastoreError::backend(error),
        _ => DatastoreError::unavailable(error),
    }
}

async fn run_on<C: ServerConnection, J: Job>(
    connection: &mut C,
    job: &J,
    mode: Mode,
) -> Result<J::Answer, Failure> {
    if matches!(mode, Mode::QuickRead | Mode::Read | Mode::Write) {
        return job.run(&mut *connection.session()).await;
    }
    C::TransactionManager::begin_transaction(connection).await?;
    let done = job.run(&mut *connection.session()).await;
    match done {
        Ok(answer) => {
            C::TransactionManager::commit_transaction(connection).await?;
            Ok(answer)
        }
        Err(failure) => match C::TransactionManager::rollback_transaction(connection).await {
            Ok(()) | Err(DieselError::BrokenTransactionManager) => Err(failure),
            Err(_) if matches!(failure, Failure::Conflict(_)) => Err(failure),
            Err(error) => Err(Failure::Lost(error)),
        },
    }
}

/// A connection that leaves the pool unless it is given back: whoever stopped waiting may have left an answer on it.
struct Lease<C: ServerConnection>
where
    Connections<C>: Manager<Type = C, Error = ConnectionError>,
{
    object: Option<Object<Connections<C>>>,
}

impl<C: ServerConnection> Lease<C>
where
    Connections<C>: Manager<Type = C, Error = ConnectionError>,
{
    fn connection(&mut self) -> &mut C {
        self.object.as_deref_mut().expect("it is leased until it is given back")
    }

    fn give_back(mut self) {
        drop(self.object.take());
    }

    /// Finds out whether an error that the driver does not sort means that the connection is gone.
    async fn sort(&mut self, error: DieselError, patience: Duration) -> Failure {
        match timeout(patience, self.connection().batch_execute("SELECT 1")).await {
            Ok(Ok(())) => Failure::Unsorted(error),
            _ => Failure::Lost(error),
        }
    }
}

impl<C: ServerConnection> Drop for Lease<C>
where
    Connections<C>: Manager<Type = C, Error = ConnectionError>,
{
    fn drop(&mut self) {
        if let Some(object) = self.object.take() {
            drop(Object::take(object));
        }
    }
}
