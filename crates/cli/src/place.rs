//! Where a command works: the study folder and the warehouse.

use crate::args::{Args, RunChoice};
use crate::failpoint;
use crate::failure::Failure;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use study::Study;
use terms::{Manifest, TableRecord};
use warehouse::{Lease, Warehouse};

#[derive(Clone, Debug)]
pub(crate) struct Place {
    study: Option<PathBuf>,
    data: Option<PathBuf>,
    pub(crate) warehouse: PathBuf,
}

impl Place {
    pub(crate) fn of(args: &Args) -> Result<Self, Failure> {
        Ok(Self { study: args.study.clone(), data: args.data.clone(), warehouse: args.warehouse.clone() })
    }

    /// The study, read and validated.
    pub(crate) fn study(&self) -> Result<Study, Failure> {
        let folder = self.study_folder()?;
        let mut study = Study::load(&folder).map_err(Failure::Study)?;
        if let Some(data) = &self.data {
            study.data = data.clone();
        }
        Ok(study)
    }

    /// The named study folder, or the only one in `pipelines/`.
    pub(crate) fn study_folder(&self) -> Result<PathBuf, Failure> {
        if let Some(folder) = &self.study {
            return Ok(folder.clone());
        }
        let pipelines = Path::new("pipelines");
        let mut found: Vec<PathBuf> = std::fs::read_dir(pipelines)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.join("pipeline.yaml").is_file())
            .collect();
        found.sort();
        match found.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(Failure::Usage(
                "no study: there is no pipelines/<name>/pipeline.yaml here; name its folder with --study"
                    .into(),
            )),
            several => {
                let names: Vec<String> = several.iter().map(|path| path.display().to_string()).collect();
                Err(Failure::Usage(format!("several studies: {}; name one with --study", names.join(", "))))
            }
        }
    }

    /// Whether the folder of the warehouse is not there yet, or empty: the first run makes the warehouse.
    pub(crate) fn is_without_warehouse(&self) -> bool {
        let is_empty = std::fs::read_dir(&self.warehouse).is_ok_and(|mut names| names.next().is_none());
        is_empty || !self.warehouse.exists()
    }

    /// The warehouse, and what keeps collections from removing anything until the command has read what it wants.
    pub(crate) fn open_to_read(&self) -> Result<(Arc<Warehouse>, Lease), Failure> {
        let warehouse = self.open_warehouse()?;
        let lease = warehouse.reading()?;
        Ok((warehouse, lease))
    }

    pub(crate) fn open_warehouse(&self) -> Result<Arc<Warehouse>, Failure> {
        Ok(Arc::new(failpoint::open(&self.warehouse)?))
    }
}

/// The chosen run, its number or the published one, if its tables are still there.
pub(crate) fn chosen(warehouse: &Warehouse, choice: &RunChoice) -> Result<Arc<Manifest>, Failure> {
    let manifest = recorded(warehouse, choice)?;
    warehouse.require_kept(manifest.run)?;
    Ok(manifest)
}

/// The chosen run, whether or not its tables were collected.
pub(crate) fn recorded(warehouse: &Warehouse, choice: &RunChoice) -> Result<Arc<Manifest>, Failure> {
    let number = match choice.run {
        Some(number) => number,
        None => warehouse.current()?.ok_or_else(|| {
            Failure::Usage("no run is published yet; run the study with: herkomst run".into())
        })?,
    };
    Ok(warehouse.manifest(number)?)
}

/// The study as a run had it: without the rules and passes that were left out of a side run, with the values that its
/// parameters had.
pub(crate) fn as_run(study: &Study, run: &Manifest) -> Result<Study, Failure> {
    study.as_run(run).map_err(|unknown| {
        Failure::Usage(format!(
            "run {} left out a rule that the study does not have any more: {unknown}",
            run.run
        ))
    })
}

/// The manifests of all runs, in order.
pub(crate) fn manifests(warehouse: &Warehouse) -> Result<Vec<Arc<Manifest>>, Failure> {
    Ok(warehouse.runs()?.iter().map(|run| warehouse.manifest_of(run)).collect::<Result<_, _>>()?)
}

/// The record of a table in a run.
pub(crate) fn table<'m>(manifest: &'m Manifest, name: &terms::TableName) -> Result<&'m TableRecord, Failure> {
    manifest.nodes.iter().flat_map(|node| &node.tables).find(|record| &record.table == name).ok_or_else(
        || {
            Failure::Usage(format!(
                "run {} has no table {name}; the study has changed since: run it again",
                manifest.run
            ))
        },
    )
}
