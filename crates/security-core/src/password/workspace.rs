//! The memory in which argon2 works.

use argon2::Block;
use zeroize::Zeroize;

use super::scheme::SchemeError;

/// One thread's argon2 memory: allocated once, used for every hash, wiped after each.
///
/// # Security
///
/// Everything a hash wrote is overwritten with zeros before the next one starts, also when hashing panics. A stored
/// hash that needs more than `usual` blocks gets them for that one time only.
#[derive(Default)]
pub(super) struct Workspace {
    blocks: Vec<Block>,
    /// Blocks (KiB) kept between two hashes.
    usual: usize,
}

impl Workspace {
    /// A workspace that keeps the memory of this many blocks (KiB); it is allocated at first use.
    pub(super) fn new(usual: usize) -> Self {
        Self { blocks: Vec::new(), usual }
    }

    /// Lends `count` blocks (KiB) to `work`, and wipes them afterwards.
    ///
    /// # Errors
    ///
    /// [`SchemeError::OutOfMemory`] when the memory cannot be had.
    pub(super) fn with_blocks<T>(
        &mut self,
        count: usize,
        work: impl FnOnce(&mut [Block]) -> T,
    ) -> Result<T, SchemeError> {
        if count > self.blocks.len() {
            let missing = count - self.blocks.len();
            self.blocks.try_reserve_exact(missing).map_err(|_| SchemeError::OutOfMemory)?;
            self.blocks.resize(count, Block::new());
        }
        let lent = Lent { workspace: self, count };
        Ok(work(&mut lent.workspace.blocks[..count]))
    }
}

/// Wipes the lent blocks when it goes out of scope, so that a panic cannot leave them behind.
struct Lent<'a> {
    workspace: &'a mut Workspace,
    count: usize,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let Workspace { blocks, usual } = &mut *self.workspace;
        blocks[..self.count].iter_mut().for_each(Zeroize::zeroize);
        if blocks.len() > *usual {
            blocks.truncate(*usual);
            blocks.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_wiped_after_every_use_and_kept_up_to_the_usual_size() {
        let mut workspace = Workspace::new(4);
        workspace.with_blocks(4, |blocks| blocks[3].as_mut()[7] = 99).unwrap();
        assert_eq!(workspace.blocks.len(), 4);
        assert!(workspace.blocks.iter().all(|b| b.as_ref().iter().all(|word| *word == 0)));

        workspace.with_blocks(16, |blocks| assert_eq!(blocks.len(), 16)).unwrap();
        assert_eq!(workspace.blocks.len(), 4);
    }

    #[test]
    fn memory_is_wiped_even_when_hashing_panics() {
        let mut workspace = Workspace::new(2);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _ = workspace.with_blocks(2, |blocks| {
                blocks[0].as_mut()[0] = 1;
                panic!("for the test");
            });
        }));
        assert!(outcome.is_err());
        assert_eq!(workspace.blocks[0].as_ref()[0], 0);
    }
}
