//! The one place where the process environment and configuration files are read.

use std::fmt::Debug;
use std::io;
use std::path::Path;

/// Environment variables, and files by their path.
///
/// [`ProcessEnvironment`] is the real one; a test brings its own.
pub trait Environment: Debug {
    /// All variables with their values.
    ///
    /// A value that is not Unicode has U+FFFD in the place of what cannot be shown; options refuse such
    /// values.
    fn variables(&self) -> Vec<(String, String)>;

    /// The text of a file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is not UTF-8.
    fn read(&self, path: &Path) -> io::Result<String>;
}

/// The environment of this process, and the files it can read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn variables(&self) -> Vec<(String, String)> {
        std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
            })
            .collect()
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        std::fs::read_to_string(path)
    }
}
