//! A warehouse with a flipped bit in each object: whatever command needs one refuses it, and says which.

use crate::fixture::Place;
use std::path::{Path, PathBuf};

/// A place whose two runs differ.
fn two_runs() -> Place {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    place.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    assert_eq!(place.herkomst(&["run"]).code, 0);
    place
}

fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let at = bytes.len() * 2 / 3;
    bytes[at] ^= 4;
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn objects(place: &Place) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(place.folder.join("warehouse/objects")).unwrap();
    let files = folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap());
    files.map(|file| file.unwrap().path()).collect()
}

fn refused(place: &Place, arguments: &[&str]) {
    let said = place.herkomst(arguments);
    assert_eq!(said.code, 9, "{arguments:?}: {}{}", said.out, said.err);
    let told = format!("{}{}", said.err, said.out);
    assert!(told.contains("objects/") && told.contains(".parquet"), "{arguments:?}: {told}");
    assert!(!told.contains("panicked"), "{told}");
}

#[test]
fn every_command_that_reads_an_object_refuses_a_damaged_one() {
    let place = two_runs();
    objects(&place).iter().for_each(|object| flip(object));
    let out = place.folder.join("out");
    let out = out.to_str().unwrap();
    for arguments in [
        &["verify"][..],
        &["report", "--out", out],
        &["sql", "-c", "select * from appendix.table_1"],
        &["sql", "-c", "select * from audit.decisions"],
        &["sql", "-c", "select * from audit.lineage"],
        &["why", "table_1", "--row", "North"],
        &["why", "--sql", "select branch from appendix.table_1", "--row", "1"],
        &["why-not", "table_1", "--record", "members/north.csv:2"],
        &["trace", "members/north.csv:2"],
        &["diff", "1", "2"],
        &["export", "openlineage"],
        &["export", "ro-crate", "--out", out],
        &["runs", "--verify"],
    ] {
        refused(&place, arguments);
    }
    // A run makes again what it cannot take over, and publishes a night that is whole.
    assert_eq!(place.herkomst(&["run", "--all"]).code, 0);
    assert_eq!(
        place.herkomst(&["verify"]).code,
        6,
        "a printed number differs, for a loan was changed; nothing is damaged"
    );
}

/// What stands behind the rows is an object of its own.
#[test]
fn damaged_lineage_is_not_followed() {
    let place = two_runs();
    let manifest = std::fs::read_to_string(place.folder.join("warehouse/runs/000002/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let tables =
        manifest["nodes"].as_array().unwrap().iter().flat_map(|node| node["tables"].as_array().unwrap());
    let lineages: Vec<String> =
        tables.filter_map(|table| table["lineage"]["object"].as_str().map(str::to_owned)).collect();
    assert!(lineages.len() >= 2, "{manifest}");
    for lineage in lineages {
        flip(
            &place
                .folder
                .join("warehouse/objects")
                .join(&lineage[..2])
                .join(format!("{}.parquet", &lineage[2..])),
        );
    }
    refused(&place, &["why", "table_1", "--row", "North"]);
    refused(&place, &["trace", "members/north.csv:2"]);
    assert_eq!(
        place.herkomst(&["sql", "-c", "select * from appendix.table_1"]).code,
        0,
        "the tables are whole"
    );
}
