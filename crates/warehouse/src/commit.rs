//! How a run becomes part of the store. The order of [`STEPS`] is the whole safety argument.

use crate::disk::side_by_side;
use crate::{Error, Lock, Result, Warehouse, chain, layout};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terms::{Manifest, ObjectHash, ViewRecord};

/// Whether a run becomes the published one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publish {
    /// Readers see it from now on.
    Yes,
    /// It is kept and can be asked for by number.
    No,
}

/// A run on its way into the store.
pub(crate) struct Draft<'a> {
    warehouse: &'a Warehouse,
    number: u64,
    manifest: Arc<Manifest>,
    bytes: Vec<u8>,
    hash: ObjectHash,
    /// Every object that the manifest names, with its size in bytes.
    objects: BTreeMap<ObjectHash, u64>,
    /// Objects of the newest run, whose names are durable.
    durable: BTreeSet<ObjectHash>,
    view: Option<ViewRecord>,
    publish: Publish,
}

/// One step of a commit. The process may die before, in or after each of them.
pub(crate) type Step = fn(&Draft<'_>) -> Result<()>;

/// The steps, in order. Up to `append_line` the run never happened; from there on it did.
pub(crate) const STEPS: [Step; 9] = [
    find_objects,
    create_run_folder,
    write_manifest,
    sync_all,
    append_line,
    sync_chain,
    swap_view,
    write_pointer,
    swap_pointer,
];

impl Warehouse {
    /// Writes a run into the store and returns its number.
    ///
    /// `run`, `previous`, `published` and `collected` of the manifest are filled in here; what they held does not matter.
    /// The manifest is written as indented JSON with a fixed order of fields, so that equal manifests are equal
    /// files. The order of events, from 4 on each durable before the next:
    ///
    /// 1. every object that the manifest names is there with the size that it gives;
    /// 2. the folder `runs/<number>` is created, exclusively; the number is one more than the chain has lines;
    /// 3. the manifest is written into it;
    /// 4. all of this is flushed: the objects and the manifest, their names and those of their folders;
    /// 5. its line is appended to the chain: **from here on the run exists**;
    /// 6. if it is to be published: `published` is made to lead to its [view](Warehouse::keep_view), which is there already;
    /// 7. then the pointer is written beside the old one and renamed over it.
    ///
    /// Killed before 5, the run never happened and the next lock removes its folder and any half line; killed
    /// between 5 and 7, the next lock completes the publication. Readers see the earlier publication until then.
    ///
    /// Unless it is a side run, the [journal](Warehouse::journal) of finished steps is removed at the end.
    ///
    /// # Errors
    /// [`Error::NotLocked`] if `lock` is not this warehouse's, [`Error::Corrupt`] if an object is missing or has
    /// another size, [`Error::Io`]; after each of them another commit can be tried.
    pub fn commit(&self, manifest: &Manifest, lock: &Lock, publish: Publish) -> Result<u64> {
        self.commit_steps(manifest, lock, publish, &STEPS)
    }

    pub(crate) fn commit_steps(
        &self,
        manifest: &Manifest,
        lock: &Lock,
        publish: Publish,
        steps: &[Step],
    ) -> Result<u64> {
        lock.guards(self)?;
        self.recover_runs()?;
        let draft = Draft::new(self, manifest, publish)?;
        steps.iter().try_for_each(|step| step(&draft))?;
        self.remember_manifest(draft.number, &draft.hash, draft.manifest.clone());
        if !manifest.is_side_run() {
            // The run is there whatever becomes of its journal, which says no more than the manifest does.
            let _: Result<()> = self.forget_journal();
        }
        Ok(draft.number)
    }
}

impl<'a> Draft<'a> {
    fn new(warehouse: &'a Warehouse, manifest: &Manifest, publish: Publish) -> Result<Self> {
        let chain = warehouse.chain()?;
        let number = chain.len() + 1;
        let published = publish == Publish::Yes;
        let previous = chain.hash(chain.len()).cloned();
        let last = warehouse.last_manifest()?;
        let collected = warehouse.seal_collected(last.as_deref())?;
        let durable = last.iter().flat_map(|last| last.objects()).map(|(object, _)| object.clone()).collect();
        let manifest = Manifest { run: number, previous, published, collected, ..manifest.clone() };
        let bytes = to_json(&manifest, &warehouse.at(&layout::manifest(number)))?;
        let objects = manifest.objects().map(|(object, bytes)| (object.clone(), bytes)).collect();
        let (hash, view) = (ObjectHash::of(&bytes), manifest.view.clone());
        let manifest = Arc::new(manifest);
        Ok(Self { warehouse, number, hash, manifest, bytes, objects, durable, view, publish })
    }
}

fn to_json(manifest: &Manifest, path: &Path) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(manifest).map_err(|e| Error::io("write", path)(e.into()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Every object is there with the size that the manifest gives, and so is the view.
fn find_objects(draft: &Draft<'_>) -> Result<()> {
    for (hash, bytes) in &draft.objects {
        let path = draft.warehouse.at(&layout::object(hash));
        let meta = draft.warehouse.disk().look(&path)?;
        let what = match meta.map(|meta| meta.len()) {
            Some(found) if found == *bytes => None,
            Some(found) => Some(format!("it has {found} bytes, but the manifest says {bytes}")),
            None => Some("the object is missing, but the manifest names it".to_string()),
        };
        if let Some(what) = what {
            return Err(Error::corrupt(
                path,
                what,
                "delete it and run again: the step that made it makes it again",
            ));
        }
    }
    if let Some(view) = &draft.view
        && !draft.warehouse.has_view(view)?
    {
        let path = draft.warehouse.at(&layout::view(&view.package));
        let what = "it is missing, but the manifest names it";
        return Err(Error::corrupt(path, what, "run again: it is made again"));
    }
    Ok(())
}

fn create_run_folder(draft: &Draft<'_>) -> Result<()> {
    let folder = layout::run_folder(draft.warehouse.root(), draft.number);
    draft.warehouse.disk().make_folder(&folder)
}

fn write_manifest(draft: &Draft<'_>) -> Result<()> {
    let path = draft.warehouse.at(&layout::manifest(draft.number));
    draft.warehouse.disk().create_new(&path)?.write_all(&draft.bytes).map_err(Error::io("write", &path))
}

/// The bytes of the manifest and of objects, their names and the names of their folders. Those of objects that the newest run names
/// were flushed by its commit, or when they were put back; all others are, also of objects that a killed run made.
///
/// None of this is anything before the run has its line, so that what comes first does not matter.
fn sync_all(draft: &Draft<'_>) -> Result<()> {
    let warehouse = draft.warehouse;
    let is_new = |hash: &&ObjectHash| !draft.durable.contains(*hash);
    let mut files: Vec<PathBuf> =
        draft.objects.keys().filter(is_new).map(|hash| warehouse.at(&layout::object(hash))).collect();
    let mut folders: BTreeSet<PathBuf> =
        files.iter().filter_map(|path| path.parent()).map(Path::to_path_buf).collect();
    folders.extend((!files.is_empty()).then(|| warehouse.at(layout::OBJECTS)));
    folders.extend([layout::run_folder(warehouse.root(), draft.number), warehouse.at(layout::RUNS)]);
    files.push(warehouse.at(&layout::manifest(draft.number)));
    let files = files.into_iter().map(|path| (path, false));
    let both: Vec<_> = files.chain(folders.into_iter().map(|path| (path, true))).collect();
    let disk = warehouse.disk();
    side_by_side(
        &both,
        |(path, is_folder)| if *is_folder { disk.sync_folder(path) } else { disk.sync_whole(path) },
    )
}

fn append_line(draft: &Draft<'_>) -> Result<()> {
    draft.warehouse.append_to_chain(&chain::line(draft.number, &draft.hash))
}

fn sync_chain(draft: &Draft<'_>) -> Result<()> {
    draft.warehouse.sync_chain()
}

fn swap_view(draft: &Draft<'_>) -> Result<()> {
    match draft.publish {
        Publish::Yes => draft.warehouse.swap_view(draft.number, draft.view.as_ref()),
        Publish::No => Ok(()),
    }
}

fn write_pointer(draft: &Draft<'_>) -> Result<()> {
    match draft.publish {
        Publish::Yes => draft.warehouse.write_pointer(draft.number),
        Publish::No => Ok(()),
    }
}

fn swap_pointer(draft: &Draft<'_>) -> Result<()> {
    match draft.publish {
        Publish::Yes => draft.warehouse.swap_pointer(),
        Publish::No => Ok(()),
    }
}
