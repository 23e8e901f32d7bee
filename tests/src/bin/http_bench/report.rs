//! What came out.

use std::fmt;

use crate::load::CONNECTIONS;
use crate::site::Variant;

/// What a route behind account security should at least serve of what the same route serves without it.
const GOAL: f64 = 0.85;

/// Requests in a second, by variant and round, and hashes in a second.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rates: [Vec<f64>; Variant::ALL.len()],
    /// Password hashes in a second.
    pub(crate) hashes: f64,
}

impl Report {
    /// Adds the rate of the next round.
    pub(crate) fn add(&mut self, variant: Variant, rate: f64) {
        self.rates[variant as usize].push(rate);
    }

    fn rates(&self, variant: Variant) -> &[f64] {
        &self.rates[variant as usize]
    }

    /// The median over rounds of this variant's share of the floor. Each round is compared with itself, since a machine
    /// is not equally busy all the time.
    fn share(&self, variant: Variant) -> f64 {
        let pairs = self.rates(variant).iter().zip(self.rates(Variant::Floor));
        median(pairs.map(|(rate, floor)| rate / floor).collect())
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
            write!(f, "{:>10.0}", median(self.rates(variant).to_vec()))?;
        }
        writeln!(f, "\n")?;
        for variant in [Variant::Session, Variant::Token] {
            let share = self.share(variant);
            let verdict = if share >= GOAL { "reached" } else { "missed" };
            writeln!(f, "{:8} serves {share:.2} of the floor (goal {GOAL}: {verdict})", variant.name())?;
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

    #[test]
    fn each_round_is_compared_with_itself() {
        let mut report = Report::default();
        for (floor, session) in [(1000.0, 900.0), (100.0, 80.0), (500.0, 450.0)] {
            report.add(Variant::Floor, floor);
            report.add(Variant::Session, session);
        }
        assert!((report.share(Variant::Session) - 0.9).abs() < 1e-9);
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert!((median(vec![4.0, 1.0, 3.0, 2.0]) - 2.5).abs() < 1e-9);
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
    }
}
