//! A bounded pool of threads for work that would block an async runtime.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::error::HashError;
use super::workspace::Workspace;

/// Threads that serve a bounded queue, first come first served.
///
/// - A full queue refuses at once; places of callers that have gone away are given up first.
/// - A job that waited longer than the deadline is refused without work.
/// - A job whose caller has gone away is skipped.
/// - A job that panics fails alone.
///
/// When the pool is dropped its threads end, each after the job in hand.
pub(super) struct WorkerPool {
    shared: Arc<Shared>,
}

/// Size and patience of a pool.
#[derive(Debug, Clone, Copy)]
pub(super) struct PoolSettings {
    /// Number of threads; 0 means one for each core.
    pub(super) threads: usize,
    /// Jobs that may wait, besides those being worked on; at least one.
    pub(super) queue: usize,
    /// How long a job may wait.
    pub(super) deadline: Duration,
    /// Memory each thread keeps between two jobs, in KiB.
    pub(super) memory_kib: usize,
}

/// What the hashing threads have done since the start, and what waits now. For metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct HashingLoad {
    /// Jobs waiting for a thread now.
    pub waiting: u64,
    /// Jobs done.
    pub finished: u64,
    /// Jobs refused because the queue was full.
    pub refused: u64,
    /// Jobs refused because they had waited too long.
    pub expired: u64,
    /// Jobs skipped because the caller had gone away.
    pub abandoned: u64,
    /// Password hashes computed, real ones and decoys.
    pub hashes: u64,
}

/// How soon a caller may try again when the queue is full: a queue usually drains within a second.
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl WorkerPool {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// When the operating system gives no thread.
    pub(super) fn start(settings: PoolSettings) -> std::io::Result<Self> {
        let threads = match settings.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let settings = PoolSettings { queue: settings.queue.max(1), ..settings };
        let pool = Self {
            shared: Arc::new(Shared {
                queue: Mutex::default(),
                changed: Condvar::new(),
                settings,
                counters: Counters::default(),
            }),
        };
        for number in 0..threads {
            let shared = Arc::clone(&pool.shared);
            std::thread::Builder::new()
                .name(format!("password-hasher-{number}"))
                .spawn(move || shared.serve())?;
        }
        Ok(pool)
    }

    /// Has one of the threads do some work, and waits for the outcome.
    ///
    /// # Errors
    ///
    /// [`HashError::Busy`] when the queue is full or the deadline passed, [`HashError::Failed`] when the work
    /// panicked.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, HashError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Workspace) -> T + Send + 'static,
    {
        let (answer, outcome) = oneshot::channel();
        self.shared.admit(Box::new(Task { work, answer }))?;
        outcome.await.unwrap_or(Err(HashError::Failed))
    }

    /// Counts for metrics; `hashes` is left at zero.
    pub(super) fn load(&self) -> HashingLoad {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = &self.shared.counters;
        HashingLoad {
            waiting: self.shared.lock().jobs.len() as u64,
            finished: read(&counters.finished),
            refused: read(&counters.refused),
            expired: read(&counters.expired),
            abandoned: read(&counters.abandoned),
            hashes: 0,
        }
    }
}

impl Drop for WorkerPool {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

impl fmt::Debug for WorkerPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerPool").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}

/// What the pool's handle and its threads have in common.
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    settings: PoolSettings,
    counters: Counters,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Waiting>,
    closed: bool,
}

struct Waiting {
    job: Box<dyn Job>,
    since: Instant,
}

#[derive(Default)]
struct Counters {
    finished: AtomicU64,
    refused: AtomicU64,
    expired: AtomicU64,
    abandoned: AtomicU64,
}

fn count(counter: &AtomicU64, by: usize) {
    counter.fetch_add(by as u64, Ordering::Relaxed);
}

impl Shared {
    /// The queue. A panic while it was locked cannot have left it half-changed.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn admit(&self, job: Box<dyn Job>) -> Result<(), HashError> {
        let mut queue = self.lock();
        if queue.jobs.len() >= self.settings.queue {
            let before = queue.jobs.len();
            queue.jobs.retain(|waiting| !waiting.job.is_abandoned());
            count(&self.counters.abandoned, before - queue.jobs.len());
        }
        if queue.jobs.len() >= self.settings.queue {
            drop(queue);
            count(&self.counters.refused, 1);
            return Err(HashError::Busy { retry_after: RETRY_AFTER });
        }
        queue.jobs.push_back(Waiting { job, since: Instant::now() });
        drop(queue);
        self.changed.notify_one();
        Ok(())
    }

    /// The life of one thread.
    fn serve(&self) {
        let mut workspace = Workspace::new(self.settings.memory_kib);
        while let Some(Waiting { job, since }) = self.next() {
            if job.is_abandoned() {
                count(&self.counters.abandoned, 1);
            } else if since.elapsed() >= self.settings.deadline {
                count(&self.counters.expired, 1);
                job.refuse(self.settings.deadline.max(RETRY_AFTER));
            } else {
                count(&self.counters.finished, 1);
                if catch_unwind(AssertUnwindSafe(|| job.run(&mut workspace))).is_err() {
                    tracing::error!("a job of the password hashing threads panicked");
                }
            }
        }
    }

    /// Waits for the next job; `None` when the pool is closed and the queue is empty.
    fn next(&self) -> Option<Waiting> {
        let queue = self.lock();
        let mut queue = self
            .changed
            .wait_while(queue, |queue| queue.jobs.is_empty() && !queue.closed)
            .unwrap_or_else(PoisonError::into_inner);
        queue.jobs.pop_front()
    }
}

/// A piece of work in the queue.
trait Job: Send {
    /// Whether nobody waits for the outcome any more.
    fn is_abandoned(&self) -> bool;
    /// Answers that it was not done.
    fn refuse(self: Box<Self>, retry_after: Duration);
    /// Does it and answers. Dropping it instead, as a panic does, answers [`HashError::Failed`].
    fn run(self: Box<Self>, workspace: &mut Workspace);
}

struct Task<T, F> {
    work: F,
    answer: oneshot::Sender<Result<T, HashError>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&mut Workspace) -> T + Send,
{
    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    fn refuse(self: Box<Self>, retry_after: Duration) {
        // The caller may have gone away meanwhile; then nobody needs the answer.
        let _ = self.answer.send(Err(HashError::Busy { retry_after }));
    }

    fn run(self: Box<Self>, workspace: &mut Workspace) {
        let Self { work, answer } = *self;
        let outcome = work(workspace);
        let _ = answer.send(Ok(outcome));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::sync::mpsc;

    use super::*;

    fn pool(threads: usize, queue: usize, deadline: Duration) -> Arc<WorkerPool> {
        Arc::new(WorkerPool::start(PoolSettings { threads, queue, deadline, memory_kib: 0 }).unwrap())
    }

    const LONG: Duration = Duration::from_secs(3600);

    /// Occupies one thread until the returned sender is dropped.
    async fn occupy(pool: &Arc<WorkerPool>) -> (mpsc::Sender<()>, tokio::task::JoinHandle<()>) {
        let (release, gate) = mpsc::channel::<()>();
        let (started, running) = oneshot::channel();
        let pool = Arc::clone(pool);
        let handle = tokio::spawn(async move {
            pool.run(move |_| {
                started.send(()).unwrap();
                gate.recv().unwrap_err();
            })
            .await
            .unwrap();
        });
        running.await.unwrap();
        (release, handle)
    }

    async fn until(condition: impl Fn() -> bool) {
        let limit = Instant::now() + Duration::from_secs(20);
        while !condition() {
            assert!(Instant::now() < limit, "waited too long");
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_full_queue_refuses_at_once_and_loses_nothing() {
        let pool = pool(2, 64, LONG);
        let first = occupy(&pool).await;
        let second = occupy(&pool).await;
        let tasks: Vec<_> = (0..200_u64)
            .map(|number| {
                let pool = Arc::clone(&pool);
                tokio::spawn(async move { pool.run(move |_| number * 2).await })
            })
            .collect();
        until(|| pool.load().refused + pool.load().waiting == 200).await;
        assert_eq!((pool.load().waiting, pool.load().refused), (64, 136));
        drop((first.0, second.0));
        let mut done = 0;
        for (number, task) in (0_u64..).zip(tasks) {
            match task.await.unwrap() {
                Ok(answer) => {
                    assert_eq!(answer, number * 2);
                    done += 1;
                }
                Err(HashError::Busy { retry_after }) => assert!(retry_after >= Duration::from_secs(1)),
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(done, 64);
        first.1.await.unwrap();
        second.1.await.unwrap();
    }

    #[tokio::test]
    async fn a_job_past_its_deadline_is_refused_without_work() {
        let pool = pool(1, 8, Duration::ZERO);
        let worked = Arc::new(AtomicBool::new(false));
        let mark = Arc::clone(&worked);
        let outcome = pool.run(move |_| mark.store(true, Ordering::SeqCst)).await;
        assert!(matches!(outcome, Err(HashError::Busy { .. })));
        assert!(!worked.load(Ordering::SeqCst));
        assert_eq!(pool.load().expired, 1);
    }

    #[tokio::test]
    async fn jobs_are_served_in_the_order_they_came() {
        let pool = pool(1, 64, LONG);
        let (release, occupied) = occupy(&pool).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = Vec::new();
        for number in 0..32 {
            let (order, submitter) = (Arc::clone(&order), Arc::clone(&pool));
            tasks.push(tokio::spawn(async move {
                submitter.run(move |_| order.lock().unwrap().push(number)).await.unwrap();
            }));
            until(|| pool.load().waiting == number + 1).await;
        }
        drop(release);
        for task in tasks {
            task.await.unwrap();
        }
        occupied.await.unwrap();
        assert_eq!(*order.lock().unwrap(), (0..32).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn the_job_of_a_caller_who_went_away_is_skipped_and_gives_up_its_place() {
        let pool = pool(1, 1, LONG);
        let (release, occupied) = occupy(&pool).await;
        let worked = Arc::new(AtomicBool::new(false));
        let (mark, submitter) = (Arc::clone(&worked), Arc::clone(&pool));
        let gone =
            tokio::spawn(async move { submitter.run(move |_| mark.store(true, Ordering::SeqCst)).await });
        until(|| pool.load().waiting == 1).await;
        assert!(matches!(pool.run(|_| ()).await, Err(HashError::Busy { .. })));
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        let submitter = Arc::clone(&pool);
        let next = tokio::spawn(async move { submitter.run(|_| 7).await });
        until(|| pool.load().abandoned == 1).await;
        drop(release);
        assert_eq!(next.await.unwrap().unwrap(), 7);
        occupied.await.unwrap();
        assert!(!worked.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn a_panicking_job_fails_alone() {
        let pool = pool(1, 8, LONG);
        let outcome = pool.run(|_| panic!("for the test")).await;
        assert!(matches!(outcome, Err::<(), _>(HashError::Failed)));
        assert_eq!(pool.run(|_| 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn the_threads_end_with_the_pool() {
        let pool = pool(3, 8, LONG);
        assert_eq!(pool.run(|_| 7).await.unwrap(), 7);
        let shared = Arc::downgrade(&pool.shared);
        drop(pool);
        until(|| shared.upgrade().is_none()).await;
    }
}
