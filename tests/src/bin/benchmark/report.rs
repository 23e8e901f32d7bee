//! What came out.

use std::fmt;

use crate::load::{CONNECTIONS, Turn};
use crate::processor::ProcessorTime;
use crate::site::Variant;

/// What a route behind account security should at least serve of what the same route serves without it.
const GOAL: f64 = 0.85;

/// What was measured, by variant and round, and hashes in a second.
#[derive(Debug, Default)]
pub(crate) struct Report {
    turns: [Vec<Turn>; Variant::ALL.len()],
    /// Password hashes in a second.
    pub(crate) hashes: f64,
}

impl Report {
    /// Adds the next round of a variant.
    pub(crate) fn add(&mut self, variant: Variant, turn: Turn) {
        self.turns[variant as usize].push(turn);
    }

    fn rates(&self, variant: Variant) -> Vec<f64> {
        self.turns[variant as usize].iter().map(|turn| turn.rate).collect()
    }

    /// The median over rounds of this variant's share of the floor. Each round is compared with itself, since a machine
    /// is not equally busy all the time.
    fn share(&self, variant: Variant) -> f64 {
        let pairs = self.rates(variant).into_iter().zip(self.rates(Variant::Floor));
        median(pairs.map(|(rate, floor)| rate / floor).collect())
    }

    /// The same by processor time for a request, over all rounds: what other programs do matters less to it.
    fn processor_share(&self, variant: Variant) -> Option<f64> {
        let share = self.processor_time(Variant::Floor)? / self.processor_time(variant)?;
        share.is_finite().then_some(share)
    }

    /// Ticks for a request.
    fn processor_time(&self, variant: Variant) -> Option<f64> {
        let turns = &self.turns[variant as usize];
        let ticks: Option<f64> = turns.iter().map(|turn| turn.processor.map(ProcessorTime::ticks)).sum();
        Some(ticks? / turns.iter().map(|turn| turn.served).sum::<f64>())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        writeln!(
            f,
            "Requests in a second, {CONNECTIONS} connections. Client and server share {cores} cores, so the"
        )?;
        writeln!(f, "numbers are good for comparing the routes with each other, and for nothing else.\n")?;
        write!(f, "{:8}", "round")?;
        for variant in Variant::ALL {
            write!(f, "{:>10}", variant.name())?;
        }
        writeln!(f)?;
        for round in 0..self.rates(Variant::Floor).len() {
            write!(f, "{:<8}", round + 1)?;
            for variant in Variant::ALL {
                write!(f, "{:>10.0}", self.rates(variant)[round])?;
            }
            writeln!(f)?;
        }
        write!(f, "{:8}", "median")?;
        for variant in Variant::ALL {
            write!(f, "{:>10.0}", median(self.rates(variant)))?;
        }
        writeln!(f, "\n")?;
        for variant in [Variant::Session, Variant::Token] {
            let share = self.share(variant);
            let verdict = if share >= GOAL { "reached" } else { "missed" };
            write!(f, "{:8} serves {share:.2} of the floor (goal {GOAL}: {verdict})", variant.name())?;
            match self.processor_share(variant) {
                Some(share) => writeln!(f, "; by processor time {share:.2}")?,
                None => writeln!(f)?,
            }
        }
        write!(f, "\nPasswords hashed in a second: {:.0}", self.hashes)
    }
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
        Turn { rate, served: rate, processor: ProcessorTime::read(&line) }
    }

    #[test]
    fn each_round_is_compared_with_itself() {
        let mut report = Report::default();
        for (floor, session) in [(1000.0, 900.0), (100.0, 80.0), (500.0, 450.0)] {
            report.add(Variant::Floor, turn(floor, "100"));
            report.add(Variant::Session, turn(session, "100"));
        }
        assert!((report.share(Variant::Session) - 0.9).abs() < 1e-9);
        let share = report.processor_share(Variant::Session).unwrap();
        assert!((share - 1430.0 / 1600.0).abs() < 1e-9);
        assert_eq!(report.processor_share(Variant::Token), None);
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert!((median(vec![4.0, 1.0, 3.0, 2.0]) - 2.5).abs() < 1e-9);
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
    }
}
