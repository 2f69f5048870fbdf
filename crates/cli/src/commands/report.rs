use crate::args::ReportArgs;
use crate::commands::verify::{printed, summary};
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, chosen, table};
use ::report::{Book, BookTable, Drawings, PrintedTable, html};
use serde::Serialize;
use std::path::{Path, PathBuf};
use study::{Appendix, Study};
use terms::{Manifest, ObjectHash};
use warehouse::Warehouse;

#[derive(Serialize)]
struct Written {
    files: Vec<PathBuf>,
}

pub(crate) fn report(place: &Place, args: &ReportArgs, json: bool) -> Result<(), Failure> {
    let study = place.study()?;
    let (warehouse, _lease) = place.open_to_read()?;
    let manifest = chosen(&warehouse, &args.choice)?;
    let tables = printed(&study, &warehouse, &manifest)?;
    let verification = summary(&study, &tables)?;
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
    let mut files = Vec::new();
    for entry in &entries {
        files.extend(loose(entry, &args.out)?);
    }
    let book = html(&Book {
        title: &study.title,
        synthetic: study.synthetic,
        about: &about(&study, &manifest),
        tables: &entries,
        waterfall: &manifest.waterfall,
        verification: verification.as_ref(),
        facts: &facts(&manifest),
    });
    files.push(write(args.out.join("book.html"), book.as_bytes())?);
    if json {
        output::json(&Written { files })
    } else {
        let mut places = vec![args.out.join("book.html"), args.out.join("csv")];
        if drawings.iter().any(Option::is_some) {
            places.push(args.out.join("svg"));
        }
        let places: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
        output::text(&format!("{} written: {}\n", appendices(tables.len()), places.join(", ")))
    }
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

/// Writes a table, and what is drawn below it, as files of their own.
fn loose(entry: &BookTable<'_>, out: &Path) -> Result<Vec<PathBuf>, Failure> {
    let name = entry.name;
    let csv = folder(out.join("csv"))?;
    let mut files = vec![write(csv.join(format!("{name}.csv")), &::report::csv(entry.table)?)?];
    if let Some(drawings) = entry.drawings {
        files.push(write(csv.join(format!("{name}.nodes.csv")), &::report::csv(&drawings.nodes)?)?);
        let svg = folder(out.join("svg").join(name))?;
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

fn about(study: &Study, manifest: &Manifest) -> Vec<String> {
    let records: u64 = manifest.inputs.iter().map(|input| input.records).sum();
    let quarantined: u64 = manifest.inputs.iter().map(|input| input.quarantined).sum();
    vec![format!(
        "{} bronnen, {} bestanden: {} regels gelezen, waarvan {} in quarantaine.",
        study.sources.len(),
        manifest.inputs.len(),
        records,
        quarantined
    )]
}

/// What makes the book the same again; no time and no run number, so that equal results give equal books.
fn facts(manifest: &Manifest) -> Vec<(String, String)> {
    let inputs: String =
        manifest.inputs.iter().map(|input| format!("{} {}\n", input.sha256, input.file)).collect();
    let tables: String = manifest
        .nodes
        .iter()
        .flat_map(|node| &node.tables)
        .map(|table| format!("{} {}\n", table.object, table.table))
        .collect();
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut facts = vec![
        fact("Studie", manifest.study.clone()),
        fact("Engine", manifest.engine.clone()),
        fact("Invoer (SHA-256 over alle bestanden)", ObjectHash::of(inputs.as_bytes()).to_string()),
        fact("Tabellen (SHA-256 over alle objecten)", ObjectHash::of(tables.as_bytes()).to_string()),
    ];
    if manifest.is_side_run() {
        facts.push(fact("Weggelaten, dus geen uitkomst van de studie", manifest.without.join(", ")));
    }
    facts.extend(
        manifest.parameters.iter().map(|(name, value)| fact(&format!("Parameter {name}"), value.clone())),
    );
    facts
}
