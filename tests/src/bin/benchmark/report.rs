//! What came out.

use std::fmt;

use crate::contest::{Comparison, Contest, Turn};
use crate::processor::ProcessorTime;

/// How all the numbers are to be taken.
pub(crate) fn preface() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "Who asks and who answers share {cores} cores, so the numbers are good for comparing the columns of one\n\
         table with each other, and for nothing else. A share is the median over rounds. Processor time is\n\
         that of this program, without the servers of databases.\n"
    )
}

impl Contest {
    fn turns(&self, lane: &str) -> &[Turn] {
        let found = self.lanes.iter().find(|(name, _)| *name == lane);
        found.map(|(_, turns)| turns.as_slice()).unwrap_or_default()
    }

    /// The median over rounds of the lane's share of its floor. Each round is compared with itself, since a machine is
    /// not equally busy all the time.
    fn share(&self, Comparison { lane, floor, .. }: &Comparison) -> f64 {
        let pairs = self.turns(lane).iter().zip(self.turns(floor));
        median(pairs.map(|(turn, floor)| turn.rate / floor.rate).collect())
    }

    /// The same by processor time for one piece of work, over all rounds: what other programs do matters less to it.
    fn processor_share(&self, Comparison { lane, floor, .. }: &Comparison) -> Option<f64> {
        let share = processor_time(self.turns(floor))? / processor_time(self.turns(lane))?;
        share.is_finite().then_some(share)
    }
}

impl fmt::Display for Contest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.title)?;
        write!(f, "{:8}", "round")?;
        for (name, _) in &self.lanes {
            write!(f, "{name:>12}")?;
        }
        writeln!(f)?;
        let rounds = self.lanes.first().map_or(0, |(_, turns)| turns.len());
        for round in 0..rounds {
            write!(f, "{:<8}", round + 1)?;
            for (_, turns) in &self.lanes {
                write!(f, "{:>12.0}", turns[round].rate)?;
            }
            writeln!(f)?;
        }
        write!(f, "{:8}", "median")?;
        for (_, turns) in &self.lanes {
            write!(f, "{:>12.0}", median(turns.iter().map(|turn| turn.rate).collect()))?;
        }
        writeln!(f, "\n")?;
        for comparison in &self.comparisons {
            let Comparison { lane, floor, goal } = comparison;
            let share = self.share(comparison);
            let verdict = if share >= *goal { "reached" } else { "missed" };
            write!(f, "{lane}: {share:.2} of {floor} (goal {goal}: {verdict})")?;
            match self.processor_share(comparison) {
                Some(share) => writeln!(f, "; by processor time {share:.2}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

/// Ticks for one piece of work.
fn processor_time(turns: &[Turn]) -> Option<f64> {
    let ticks: Option<f64> = turns.iter().map(|turn| turn.processor.map(ProcessorTime::ticks)).sum();
    Some(ticks? / turns.iter().map(|turn| turn.done).sum::<f64>())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(rate: f64, ticks: &str) -> Turn {
        let line = format!("1 (a) S 1 1 1 0 -1 0 0 0 0 0 {ticks} 0");
        Turn { rate, done: rate, processor: ProcessorTime::read(&line) }
    }

    #[test]
    fn each_round_is_compared_with_itself() {
        let turns = |rates: [f64; 3]| rates.map(|rate| turn(rate, "100")).to_vec();
        let session = Comparison { lane: "session", floor: "floor", goal: 0.85 };
        let token = Comparison { lane: "token", ..session };
        let contest = Contest {
            title: "requests in a second".to_owned(),
            lanes: vec![("floor", turns([1000.0, 100.0, 500.0])), ("session", turns([900.0, 80.0, 450.0]))],
            comparisons: vec![session],
        };
        assert!((contest.share(&session) - 0.9).abs() < 1e-9);
        assert!((contest.processor_share(&session).unwrap() - 1430.0 / 1600.0).abs() < 1e-9);
        assert_eq!(contest.processor_share(&token), None);
        let text = contest.to_string();
        assert!(
            text.contains("session: 0.90 of floor (goal 0.85: reached); by processor time 0.89"),
            "{text}"
        );
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert!((median(vec![4.0, 1.0, 3.0, 2.0]) - 2.5).abs() < 1e-9);
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
    }
}
