use crate::args::ReportArgs;
use crate::commands::verify::{pairs, printed};
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, chosen, table};
use ::report::{Book, BookTable, Drawings, PackagedFile, PrintedTable, csv_package, docx, html, pdf, xlsx};
use serde::Serialize;
use std::path::{Path, PathBuf};
use study::{Appendix, Study};
use terms::Manifest;
use warehouse::Warehouse;

mod facts;

#[derive(Serialize)]
struct Written {
    files: Vec<PathBuf>,
}

pub(crate) fn report(place: &Place, args: &ReportArgs, json: bool) -> Result<(), Failure> {
    let study = place.study()?;
    let (warehouse, _lease) = place.open_to_read()?;
    let manifest = chosen(&warehouse, &args.choice)?;
    let tables = printed(&study, &warehouse, &manifest)?;
    let verification = ::report::verified(&study, pairs(&tables))?;
    let drawings = drawings(&tables, &warehouse, &manifest)?;
    let entries: Vec<BookTable<'_>> = tables
        .iter()
        .zip(&drawings)
        .map(|((appendix, table), drawings)| BookTable {
            name: appendix.model.table.table(),
            table,
            drawings: drawings.as_ref(),
        })
        .collect();
    let book = Book {
        title: &study.title,
        synthetic: study.synthetic,
        about: &facts::about(&study, &manifest),
        sources: &facts::sources(&study, &manifest),
        tables: &entries,
        waterfall: &manifest.waterfall,
        verification: verification.as_ref(),
        facts: &facts::facts(&warehouse, &manifest)?,
        inputs: &facts::inputs(&manifest),
    };
    let out = folder(args.out.clone())?;
    let mut files = csv_folder(&study, &entries, &out.join("csv"))?;
    files.extend(drawn(&entries, &out)?);
    let whole = [
        ("book.html", html(&book).into_bytes()),
        ("book.xlsx", xlsx(&book)?),
        ("book.docx", docx(&book)?),
        ("book.pdf", pdf(&book)?),
    ];
    let mut places = Vec::new();
    for (name, bytes) in whole {
        places.push(write(out.join(name), &bytes)?);
    }
    files.extend(places.iter().cloned());
    if json {
        return output::json(&Written { files });
    }
    places.push(out.join("csv"));
    if drawings.iter().any(Option::is_some) {
        places.push(out.join("svg"));
    }
    let places: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
    output::text(&format!("{} written: {}\n", appendices(tables.len()), places.join(", ")))
}

fn appendices(count: usize) -> String {
    format!("{count} {}", if count == 1 { "appendix" } else { "appendices" })
}

/// What is drawn below each table.
fn drawings(
    tables: &[(&Appendix, PrintedTable)],
    warehouse: &Warehouse,
    manifest: &Manifest,
) -> Result<Vec<Option<Drawings>>, Failure> {
    let drawn = tables.iter().map(|(appendix, _)| {
        let Some(drawing) = &appendix.presentation.drawing else { return Ok(None) };
        let batches = engine::read_table(warehouse, table(manifest, drawing.from())?)?;
        Ok(Drawings::new(&appendix.presentation, &batches)?)
    });
    drawn.collect()
}

/// Writes a CSV file for each table and for the nodes of what is drawn below it, and what describes them.
fn csv_folder(study: &Study, entries: &[BookTable<'_>], out: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut tables = Vec::new();
    for entry in entries {
        tables.push((entry.name.to_owned(), entry.table));
        let nodes = entry.drawings.map(|drawings| (format!("{}.nodes", entry.name), &drawings.nodes));
        tables.extend(nodes);
    }
    let texts: Vec<Vec<u8>> =
        tables.iter().map(|(_, table)| ::report::csv(table)).collect::<Result<_, _>>()?;
    let packaged =
        tables.iter().zip(&texts).map(|((name, table), bytes)| PackagedFile { name, table, bytes });
    let packaged: Vec<PackagedFile<'_>> = packaged.collect();
    let out = folder(out.to_owned())?;
    let mut files = Vec::new();
    for file in &packaged {
        files.push(write(out.join(format!("{}.csv", file.name)), file.bytes)?);
    }
    let package = csv_package((&study.name, &study.title), study.synthetic, &packaged)?;
    files.push(write(out.join("datapackage.json"), &package)?);
    Ok(files)
}

/// Writes what is drawn below tables, a file for each tree.
fn drawn(entries: &[BookTable<'_>], out: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for entry in entries {
        let Some(drawings) = entry.drawings else { continue };
        let svg = folder(out.join("svg").join(entry.name))?;
        for tree in &drawings.trees {
            files.push(write(svg.join(format!("{}.svg", tree.file_stem)), tree.svg().as_bytes())?);
        }
    }
    Ok(files)
}

/// Makes a folder if it is not there.
pub(crate) fn folder(path: PathBuf) -> Result<PathBuf, Failure> {
    std::fs::create_dir_all(&path).map_err(|error| Failure::io(&path, &error))?;
    Ok(path)
}

/// Writes a file wholly or not at all.
pub(crate) fn write(path: PathBuf, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let partial = partial_name(&path);
    std::fs::write(&partial, bytes).map_err(|error| Failure::io(&partial, &error))?;
    std::fs::rename(&partial, &path).map_err(|error| Failure::io(&path, &error))?;
    Ok(path)
}

fn partial_name(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    path.with_file_name(name)
}
