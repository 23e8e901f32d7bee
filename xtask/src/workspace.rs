//! The folder this program belongs to, and the files in it that count.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::rust_source::RustSource;

/// The Cargo workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

/// A text file, named by its path from the workspace root with forward slashes.
#[derive(Debug, Clone)]
pub(crate) struct TextFile {
    /// For example `crates/security-core/src/lib.rs`.
    pub(crate) path: String,
    /// Its whole content.
    pub(crate) text: String,
}

impl Workspace {
    /// The workspace that `cargo xtask` was called in; without cargo, the one this program was compiled in.
    pub(crate) fn of_this_program() -> Self {
        let compiled_in = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map_or(compiled_in.to_owned(), PathBuf::from);
        Self { root: manifest.parent().unwrap_or(&manifest).to_owned() }
    }

    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The names of the folders below `crates/`, sorted.
    pub(crate) fn crate_names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.root.join("crates")) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.path().join("Cargo.toml").is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }

    /// Every text file that git tracks or would add; without git, every one outside of build folders.
    ///
    /// # Errors
    ///
    /// When there are none: a check that sees no files must not pass.
    pub(crate) fn text_files(&self) -> Result<Vec<TextFile>, String> {
        let mut paths = self.paths_known_to_git().unwrap_or_else(|| self.paths_on_disk());
        paths.sort();
        paths.dedup();
        // A file that is not UTF-8 is no text; one that is tracked but deleted is on its way out.
        let files: Vec<TextFile> = paths
            .into_iter()
            .filter_map(|path| {
                fs::read_to_string(self.root.join(&path)).ok().map(|text| TextFile { path, text })
            })
            .collect();
        if files.is_empty() { Err("the workspace holds no files".to_owned()) } else { Ok(files) }
    }

    fn paths_known_to_git(&self) -> Option<Vec<String>> {
        let listing = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&self.root)
            .output()
            .ok()
            .filter(|output| output.status.success())?;
        let names = String::from_utf8_lossy(&listing.stdout);
        let paths: Vec<String> =
            names.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
        (!paths.is_empty()).then_some(paths)
    }

    fn paths_on_disk(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok) {
                let path = entry.path();
                let name = entry.file_name();
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && name != "target" && name != ".git" => folders.push(path),
                    Ok(kind) if kind.is_file() => {
                        let inner = path.strip_prefix(&self.root).unwrap_or(&path);
                        found.push(inner.to_string_lossy().replace('\\', "/"));
                    }
                    _ => {}
                }
            }
        }
        found
    }

    /// Every Rust file among [`Self::text_files`].
    ///
    /// # Errors
    ///
    /// As [`Self::text_files`].
    pub(crate) fn rust_files(&self) -> Result<Vec<RustSource>, String> {
        let files = self.text_files()?;
        Ok(files.into_iter().filter(|file| file.path.ends_with(".rs")).map(RustSource::new).collect())
    }

    /// Runs `cargo tree` for one package and returns the names in its normal dependency tree, itself left out.
    ///
    /// # Errors
    ///
    /// When cargo does not answer.
    pub(crate) fn dependencies(&self, package: &str, reach: Reach) -> Result<Vec<String>, String> {
        let mut command = Command::new(cargo());
        command.args([
            "tree",
            "--package",
            package,
            "--edges",
            "normal",
            "--target",
            "all",
            "--all-features",
        ]);
        command.args(["--prefix", "none", "--format", "{p}"]).current_dir(&self.root);
        match reach {
            Reach::Direct => command.args(["--depth", "1"]),
            Reach::TreeWithout(pruned) => {
                for name in pruned {
                    command.args(["--prune", name]);
                }
                &mut command
            }
        };
        let output = command.output().map_err(|error| format!("cargo tree cannot be run: {error}"))?;
        if !output.status.success() {
            return Err(format!("cargo tree: {}", String::from_utf8_lossy(&output.stderr).trim()));
        }
        let mut names: Vec<String> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != package)
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }
}

/// How far [`Workspace::dependencies`] looks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reach<'a> {
    /// What the package's own manifest names.
    Direct,
    /// Everything below it, except what hangs below these packages.
    TreeWithout(&'a [&'a str]),
}

/// The cargo that runs this program, so that a chosen toolchain stays chosen.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_git_the_same_rust_files_are_seen() {
        let workspace = Workspace::of_this_program();
        let ours = |path: &String| path.starts_with("xtask/src/") && path.ends_with(".rs");
        let on_disk: Vec<String> = workspace.paths_on_disk().into_iter().filter(ours).collect();
        assert!(on_disk.contains(&"xtask/src/workspace.rs".to_owned()), "{on_disk:?}");
        if let Some(known) = workspace.paths_known_to_git() {
            assert!(on_disk.iter().all(|path| known.contains(path)));
        }
    }
}
