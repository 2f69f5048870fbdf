//! What the README shows of the flagship study is what its shipped data gives.

use crate::fixture::{Flagship, flagship, root, wait};
use engine::{Asked, AskedMissing, Auditor, End, Resources};
use terms::TableName;

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// The text between two others.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let text = text.split_once(before).unwrap_or_else(|| panic!("README.md says no {before:?}")).1;
    text.split_once(after).unwrap().0
}

#[test]
fn it_counts_what_a_run_reads() {
    let Flagship { run, .. } = flagship();
    let records: u64 = run.inputs.iter().map(|input| input.records).sum();
    let quarantined: u64 = run.inputs.iter().map(|input| input.quarantined).sum();
    let expected =
        format!("{records} records read from {} files, {quarantined} quarantined; ", run.inputs.len());
    assert_eq!(between(&readme(), "run 1 published: ", "84 steps"), expected);
}

#[test]
fn the_line_that_it_has_changed_is_of_that_country() {
    let readme = readme();
    let (number, rest) = between(&readme, "sed -i '", "\n").split_once('s').unwrap();
    let (country, file) = (rest.split('/').nth(1).unwrap(), rest.split_once("' ").unwrap().1);
    let bytes = std::fs::read(root().join(file)).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let line = text.lines().nth(number.parse::<usize>().unwrap() - 1).unwrap();
    assert!(line.contains(country), "{line}");
}

#[test]
fn its_answers_are_those_of_the_run() {
    let night = flagship();
    let auditor =
        Auditor::of(&night.study, &night.store.warehouse, &night.run, Resources::default()).unwrap();
    let table = TableName::parse("appendix.bijlage_03").unwrap();
    let readme = readme();
    let shown = between(&readme, "$ herkomst why bijlage_03 ", "\n\n$");
    let row = night.store.rows(
        &night.run,
        "select place || ' ' || vrouw_n from places('appendix.bijlage_03') where land_groep = 'Angola'",
    );
    let (row, count) = row.split_once(' ').unwrap();
    assert!(shown.contains(&format!("column vrouw_n: {count}\n")), "{shown}");
    let asked =
        Asked { table: &table, row: row.parse().unwrap(), column: Some("vrouw_n"), told: engine::Told::All };
    let why = wait(|| auditor.why(&asked)).unwrap();
    assert!(shown.contains(&format!("made from {} delivered records of ", why.records.len())), "{shown}");
    assert!(shown.contains(&why.records[0].origin.row_id), "{shown}");

    let record = between(&readme, "$ herkomst why-not bijlage_03 --record ", "\n");
    let asked = AskedMissing { record, table: &table, row: None, column: None };
    let missing = wait(|| auditor.why_missing(&asked)).unwrap();
    let shown = between(&readme, &format!("--record {record}\n"), "```");
    assert!(
        matches!(missing.end, End::Lost { .. }) && shown.contains(&missing.decisions[0].reason),
        "{shown}"
    );
    assert!(shown.contains(&missing.record.unwrap().row_id), "{shown}");
}
