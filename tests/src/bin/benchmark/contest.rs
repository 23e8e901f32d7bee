//! Lanes that do the same work in different ways, in turns.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::task::JoinSet;

use crate::Failure;
use crate::options::Options;
use crate::processor::ProcessorTime;

/// One way to do the work.
#[async_trait]
pub(crate) trait Lane: Sync {
    /// How it is called in the report.
    fn name(&self) -> &'static str;

    /// Does the work again and again, for this long.
    async fn run(&self, time: Duration) -> Result<Turn, Failure>;
}

/// What one lane did in one turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// How often the work was done in a second.
    pub(crate) rate: f64,
    /// How often it was done.
    pub(crate) done: f64,
    /// Processor time that this process spent meanwhile.
    pub(crate) processor: Option<ProcessorTime>,
}

/// Measures a turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch {
    start: Instant,
    time: Duration,
    before: Option<ProcessorTime>,
}

impl Stopwatch {
    /// Starts a turn of this length.
    pub(crate) fn start(time: Duration) -> Self {
        Self { before: ProcessorTime::spent(), start: Instant::now(), time }
    }

    /// Whether the turn still lasts.
    pub(crate) fn is_running(self) -> bool {
        self.start.elapsed() < self.time
    }

    /// Ends the turn, in which the work was done so often.
    pub(crate) fn stop(self, done: f64) -> Turn {
        let rate = done / self.start.elapsed().as_secs_f64();
        let processor = self.before.zip(ProcessorTime::spent()).map(|(before, after)| after.since(before));
        Turn { rate, done, processor }
    }
}

/// Which lane to compare with which.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comparison {
    /// The lane with account security in it.
    pub(crate) lane: &'static str,
    /// The lane without.
    pub(crate) floor: &'static str,
    /// What the first should at least do of what the second does.
    pub(crate) goal: f64,
}

/// What was measured, by lane and round.
#[derive(Debug)]
pub(crate) struct Contest {
    pub(crate) title: String,
    pub(crate) lanes: Vec<(&'static str, Vec<Turn>)>,
    pub(crate) comparisons: Vec<Comparison>,
}

impl Contest {
    /// Lets the lanes take turns.
    pub(crate) async fn hold(
        title: String,
        lanes: &[&dyn Lane],
        comparisons: Vec<Comparison>,
        options: &Options,
    ) -> Result<Self, Failure> {
        // What is compiled, cached or connected lazily is so before the first round.
        for lane in lanes {
            lane.run(options.warm_up()).await?;
        }
        let mut measured: Vec<_> = lanes.iter().map(|lane| (lane.name(), Vec::new())).collect();
        for round in 0..options.rounds {
            // Each round begins with another lane, so that none always follows the same one.
            for turn in 0..lanes.len() {
                let next = (round + turn) % lanes.len();
                measured[next].1.push(lanes[next].run(options.time).await?);
            }
        }
        Ok(Self { title, lanes: measured, comparisons })
    }
}

/// Adds up what tasks did.
pub(crate) async fn total(mut tasks: JoinSet<Result<u32, Failure>>) -> Result<f64, Failure> {
    let mut done = 0.0;
    while let Some(task) = tasks.join_next().await {
        done += f64::from(task??);
    }
    Ok(done)
}
