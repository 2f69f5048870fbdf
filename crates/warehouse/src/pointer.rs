//! The pointer to the published run: a file with the path of its manifest.

use crate::{Error, Result, Warehouse, layout};

const NEXT: &str = "tmp/current";

impl Warehouse {
    /// The number of the published run; none before the first publication.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the pointer names no run of the chain.
    pub fn current(&self) -> Result<Option<u64>> {
        // The pointer is read before the chain: what it names is in the chain by then.
        let Some(number) = self.pointer()? else {
            return Ok(None);
        };
        let runs = self.chain()?.len();
        if number <= runs {
            return Ok(Some(number));
        }
        let what = format!("it names run {number}, but runs/chain ends at run {runs}");
        Err(Error::corrupt(self.at(layout::CURRENT), what, "put back a copy of runs/chain, or of this file"))
    }

    /// The number in `current`, whether or not there is such a run.
    pub(crate) fn pointer(&self) -> Result<Option<u64>> {
        let path = self.at(layout::CURRENT);
        let Some(bytes) = self.disk().read_if_there(&path)? else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(&bytes);
        let number = text.strip_suffix('\n').and_then(layout::manifest_number);
        number.map(Some).ok_or_else(|| {
            let repair = "delete it: the next run names the newest published run again";
            Error::corrupt(&path, format!("it holds {text:?}, not the path of a manifest"), repair)
        })
    }

    /// Writes the next pointer beside the present one.
    pub(crate) fn write_pointer(&self, number: u64) -> Result<()> {
        let next = self.at(NEXT);
        self.disk().remove_file(&next)?;
        self.disk().write_new(&next, format!("{}\n", layout::manifest(number)).as_bytes())
    }

    /// Puts the next pointer in the place of the present one; readers see the one or the other.
    pub(crate) fn swap_pointer(&self) -> Result<()> {
        let next = self.at(NEXT);
        self.disk().rename(&next, &self.at(layout::CURRENT), "rename to current")?;
        self.disk().sync_folder(self.root())
    }
}
