use super::Told;
use crate::args::RoCrateArgs;
use crate::commands::verify::printed;
use crate::failure::Failure;
use crate::output;
use crate::place::Place;
use exchange::ro_crate::{
    METADATA_FILE, Packed, PackedFile, README_FILE, RESULTS_FOLDER, WORKFLOW_FOLDER, metadata, readme,
};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use study::{Root, Study};
use terms::{Manifest, ObjectHash, TableName};

#[derive(Serialize)]
struct Written<'a> {
    folder: &'a Path,
    study_files: usize,
    printed_tables: usize,
    entities: usize,
}

pub(super) fn ro_crate(place: &Place, args: &RoCrateArgs, json: bool) -> Result<(), Failure> {
    let told = Told::of(place, &args.choice)?;
    let license = license(args, &told.run)?;
    refuse_what_is_there(&args.out)?;
    let mut study = Vec::new();
    for (name, path) in definition_files(&told.study, &told.run)? {
        let bytes = std::fs::read(&path).map_err(|error| Failure::io(&path, &error))?;
        study.push(pack(&args.out.join(WORKFLOW_FOLDER), name, &bytes)?);
    }
    let mut results: Vec<(TableName, PackedFile)> = Vec::new();
    for (appendix, table) in printed(&told.study, &told.warehouse, &told.run)? {
        let name = &appendix.model.table;
        let file = format!("{}.csv", name.table());
        results.push((name.clone(), pack(&args.out.join(RESULTS_FOLDER), file, &report::csv(&table)?)?));
    }
    let packed = Packed { study: &study, results: &results, license: &license };
    let metadata = metadata(&told.described(), &packed).map_err(Failure::Exchange)?;
    pack(&args.out, README_FILE.to_owned(), readme(&told.described()).as_bytes())?;
    // Written last: a folder without it is no crate.
    let path = args.out.join(METADATA_FILE);
    let text = format!("{metadata:#}\n");
    std::fs::write(&path, text).map_err(|error| Failure::io(&path, &error))?;
    let entities = metadata["@graph"].as_array().map_or(0, Vec::len);
    let written =
        Written { folder: &args.out, study_files: study.len(), printed_tables: results.len(), entities };
    if json {
        return output::json(&written);
    }
    output::text(&format!(
        "run {} described in {}: {} files of the study, {} printed tables, {} entities; deliveries and stored tables are named \
         by hash, not copied\n",
        told.run.run,
        path.display(),
        written.study_files,
        written.printed_tables,
        written.entities
    ))
}

fn license(args: &RoCrateArgs, run: &Manifest) -> Result<String, Failure> {
    match &args.license {
        Some(license) => Ok(license.clone()),
        None if run.synthetic => Ok(env!("CARGO_PKG_LICENSE").to_owned()),
        None => Err(Failure::Usage(
            "the data is not synthetic, so nobody but you knows the licence; name it with --license".into(),
        )),
    }
}

fn refuse_what_is_there(out: &Path) -> Result<(), Failure> {
    let mut entries = match std::fs::read_dir(out) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::io(out, &error)),
        Ok(entries) => entries,
    };
    match entries.next() {
        None => Ok(()),
        Some(_) => {
            Err(Failure::Usage(format!("{} is not empty; name a new folder, or empty it", out.display())))
        }
    }
}

fn pack(folder: &Path, name: String, bytes: &[u8]) -> Result<PackedFile, Failure> {
    let path = folder.join(&name);
    let parent = path.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent).map_err(|error| Failure::io(parent, &error))?;
    std::fs::write(&path, bytes).map_err(|error| Failure::io(&path, &error))?;
    Ok(PackedFile { name, sha256: ObjectHash::of(bytes), bytes: bytes.len() as u64 })
}

/// The files of the study folder by name: not its data, not what a source reads, which may identify persons, and nothing
/// hidden.
fn definition_files(study: &Study, run: &Manifest) -> Result<Vec<(String, PathBuf)>, Failure> {
    let real = |path: &Path| std::fs::canonicalize(path).map_err(|error| Failure::io(path, &error));
    let data = real(&study.data)?;
    if real(&study.folder)?.starts_with(&data) {
        return Err(Failure::Usage(format!(
            "the data folder {} holds the study, so its files cannot be told from deliveries, which must not be copied; keep \
             deliveries in a folder of their own",
            study.data.display()
        )));
    }
    let of_study = study.sources.iter().filter(|source| source.root == Root::Study);
    let read: BTreeSet<&str> = of_study.map(|source| source.contract.name.as_str()).collect();
    let delivered: BTreeSet<&str> = run
        .inputs
        .iter()
        .filter(|input| read.contains(input.source.as_str()))
        .map(|input| input.file.as_str())
        .collect();
    let mut files = Vec::new();
    let mut folders = vec![(String::new(), study.folder.clone())];
    while let Some((prefix, folder)) = folders.pop() {
        let failed = |error: std::io::Error| Failure::io(&folder, &error);
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let shown = entry.file_name().into_string().ok().filter(|name| !name.starts_with('.'));
            let Some(name) = shown.map(|name| format!("{prefix}{name}")) else { continue };
            if kind.is_dir() && real(&entry.path())? != data {
                folders.push((format!("{name}/"), entry.path()));
            } else if kind.is_file() && !delivered.contains(name.as_str()) {
                files.push((name, entry.path()));
            }
        }
    }
    files.sort();
    Ok(files)
}
