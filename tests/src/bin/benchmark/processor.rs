//! Processor time of this process.

/// Time in which this process kept a core busy, its kernel's work included; in ticks, which are good for comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ProcessorTime(u64);

impl ProcessorTime {
    /// What was spent since the start; `None` where the system does not tell in the way of Linux.
    pub(crate) fn spent() -> Option<Self> {
        Self::read(&std::fs::read_to_string("/proc/self/stat").ok()?)
    }

    /// What was spent between two readings.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    pub(crate) fn ticks(self) -> f64 {
        self.0 as f64
    }

    /// Fields 14 and 15 of the line. The second, the program's name, is in parentheses and may hold blanks.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let (_, after_name) = line.rsplit_once(')')?;
        let mut fields = after_name.split_whitespace().skip(11);
        let mut next = || fields.next()?.parse::<u64>().ok();
        Some(Self(next()? + next()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_system_time_are_added() {
        let line = "7 (a) b) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 3 0 1000 9999";
        assert_eq!(ProcessorTime::read(line), Some(ProcessorTime(300)));
        assert_eq!(ProcessorTime::read("7 (a) S 1"), None);
    }
}
