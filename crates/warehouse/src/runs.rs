use crate::chain::{Chain, REPAIR};
use crate::object::Stamp;
use crate::{Error, Result, Warehouse, layout};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use terms::{Manifest, ObjectHash};

/// A run of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRef {
    /// Its number, from 1, without gaps.
    pub number: u64,
    /// Its manifest file.
    pub path: PathBuf,
    /// SHA-256 of the manifest file, as the chain says.
    pub hash: ObjectHash,
}

/// A manifest that was compared with the chain, and what its file looked like then.
#[derive(Debug)]
pub(crate) struct ReadManifest {
    hash: ObjectHash,
    stamp: Stamp,
    manifest: Arc<Manifest>,
}

impl Warehouse {
    /// All runs, published or not, the oldest first.
    ///
    /// # Errors
    /// [`Error::Corrupt`] with the line of the chain that is not one.
    pub fn runs(&self) -> Result<Vec<RunRef>> {
        let chain = self.chain()?;
        Ok((1..=chain.len()).filter_map(|number| self.run(&chain, number)).collect())
    }

    /// A run of the chain; none if it has no such run.
    pub(crate) fn run(&self, chain: &Chain, number: u64) -> Option<RunRef> {
        let hash = chain.hash(number)?.clone();
        Some(RunRef { number, path: self.at(&layout::manifest(number)), hash })
    }

    /// The manifest of the published run; none before the first publication.
    ///
    /// # Errors
    /// As [`current`](Warehouse::current) and [`manifest`](Warehouse::manifest).
    pub fn published(&self) -> Result<Option<Arc<Manifest>>> {
        self.current()?.map(|number| self.manifest(number)).transpose()
    }

    /// The manifest of a run, after its file has been compared with the chain.
    ///
    /// # Errors
    /// [`Error::NoRun`]; [`Error::Corrupt`] if the file is absent, differs or is no manifest.
    pub fn manifest(&self, number: u64) -> Result<Arc<Manifest>> {
        let run = self.run(&*self.chain()?, number);
        self.manifest_of(&run.ok_or_else(|| Error::NoRun { path: self.root().into(), run: number })?)
    }

    /// The manifest of the newest run, published or not; none before the first.
    ///
    /// # Errors
    /// As [`Warehouse::manifest`].
    pub fn last_manifest(&self) -> Result<Option<Arc<Manifest>>> {
        let chain = self.chain()?;
        self.run(&chain, chain.len()).map(|run| self.manifest_of(&run)).transpose()
    }

    /// The manifest of one of [`Warehouse::runs`], after its file has been compared with the chain; no other file is read.
    ///
    /// The two that were read last are remembered until their file's change time, size or inode differs.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the file is absent, differs or is no manifest.
    pub fn manifest_of(&self, run: &RunRef) -> Result<Arc<Manifest>> {
        let stamp = self.disk().look(&run.path)?.map(|meta| Stamp::of(&meta));
        let mut read = self.state().manifests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.iter().find(|read| read.hash == run.hash && Some(read.stamp) == stamp) {
            return Ok(known.manifest.clone());
        }
        let manifest = Arc::new(self.read_manifest(run)?);
        let now =
            stamp.map(|stamp| ReadManifest { hash: run.hash.clone(), stamp, manifest: manifest.clone() });
        *read = now.into_iter().chain(read.drain(..)).take(2).collect();
        Ok(manifest)
    }

    /// Remembers a manifest that was written just now, as if it had been read; if its file cannot be looked at, it is read by whoever
    /// asks for it.
    pub(crate) fn remember_manifest(&self, number: u64, hash: &ObjectHash, manifest: Arc<Manifest>) {
        if let Ok(Some(meta)) = self.disk().look(&self.at(&layout::manifest(number))) {
            let now = ReadManifest { hash: hash.clone(), stamp: Stamp::of(&meta), manifest };
            let mut read = self.state().manifests.lock().unwrap_or_else(PoisonError::into_inner);
            *read = std::iter::once(now).chain(read.drain(..)).take(2).collect();
        }
    }

    fn read_manifest(&self, run: &RunRef) -> Result<Manifest> {
        let bytes = self.disk().read_if_there(&run.path)?;
        let bytes = bytes.ok_or_else(|| Error::corrupt(&run.path, "the manifest is missing", REPAIR))?;
        let found = ObjectHash::of(&bytes);
        if found != run.hash {
            let what = format!("it has SHA-256 {found}, but runs/chain says {}", run.hash);
            return Err(Error::corrupt(&run.path, what, REPAIR));
        }
        serde_json::from_slice(&bytes).map_err(|error| {
            let repair = "use the version of the program that wrote it";
            Error::corrupt(
                &run.path,
                format!("it is not a manifest that this version reads: {error}"),
                repair,
            )
        })
    }
}
