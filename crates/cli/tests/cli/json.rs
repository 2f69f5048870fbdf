//! `--json` on every command that prints facts.

use crate::fixture::Place;
use serde_json::{Value, json};

fn parsed(place: &Place, arguments: &[&str]) -> Value {
    let said = place.herkomst(&[&["--json"], arguments].concat());
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{}", said.out))
}

#[test]
fn a_run_is_its_manifest() {
    let run = parsed(&Place::new(), &["run"]);
    assert_eq!((&run["run"], &run["published"], &run["study"]), (&json!(1), &json!(true), &json!("library")));
    assert_eq!(run["inputs"].as_array().unwrap().len(), 5);
    assert_eq!(run["waterfall"][0]["rows_in"], 6);
}

#[test]
fn facts_are_json() {
    let place = Place::shared();
    let check = parsed(place, &["check"]);
    assert_eq!(check, json!({"study": "library", "sources": 4, "steps": 10, "queries": 23, "examples": 4}));
    assert_eq!(parsed(place, &["verify"])["misprints"], 1);
    assert_eq!(parsed(place, &["waterfall"]).as_array().unwrap().len(), 6);
    assert_eq!(parsed(place, &["runs"])[0]["run"], 1);
    assert_eq!(parsed(place, &["runs", "--verify"]), json!([]));
    let doctor = parsed(place, &["doctor"]);
    assert!(doctor.as_array().unwrap().iter().all(|finding| finding["fit"] == true), "{doctor}");
    let rows = parsed(place, &["sql", "-c", "select branch, members from appendix.table_1"]);
    assert_eq!(rows, json!([{"branch": "North", "members": 3}, {"branch": "South", "members": 3}]));
    assert_eq!(parsed(place, &["sql", "-c", "select branch from appendix.table_1 where false"]), json!([]));
    assert!(parsed(place, &["why", "table_1", "--row", "North"]).is_object());
    for file in ["pipeline", "source", "model", "appendix", "test", "misprints"] {
        assert!(parsed(place, &["schema", file])["$schema"].is_string(), "{file}");
    }
}

#[test]
fn a_report_names_its_files() {
    let place = Place::shared();
    let report = parsed(place, &["report", "--out", "book"]);
    for file in report["files"].as_array().unwrap() {
        assert!(place.folder.join(file.as_str().unwrap()).is_file(), "{file}");
    }
    let expected =
        ["csv/table_1.csv", "csv/datapackage.json", "book.html", "book.xlsx", "book.docx", "book.pdf"];
    assert_eq!(report, json!({"files": expected.map(|file| format!("book/{file}"))}));
    let book = std::fs::read_to_string(place.folder.join("book/book.html")).unwrap();
    assert!(book.contains("Members of two library branches"));
    assert!(!book.contains("src=\"http") && !book.contains("href=\"http"), "the book is one file");
}

/// Two trees of a made-up model: branch South is split, branch North is not.
const TREE: &str = "
-- what: trees
-- input: none
-- one row is: one node
-- source: none
select branch, node, above, part, lent, kept, why, case when why is null then 'age' end as by_what
from (values ('South', 0, null, null, 6, 2, null), ('South', 1, 0, 'old', 5, 0, 'pure'),
             ('South', 2, 0, 'young', 1, 2, 'small'), ('North', 0, null, null, 3, 3, 'nothing found'))
     as t(branch, node, above, part, lent, kept, why)
order by branch desc, node
";
const DRAWING: &str = "drawing:
  tree:
    from: derived.tree
    section: branch
    title: branch
    node: {name: node, label: Node}
    parent: {name: above, label: Under}
    group: {name: part, label: Part}
    classes: [{name: lent, label: Lent}, {name: kept, label: Kept}]
    share: {decimals: 0, separator: point, suffix: \"%\"}
    predictor: {name: by_what, label: By}
    stop: {name: why, label: Why not}
";

#[test]
fn a_report_draws_trees_as_files_and_in_the_book() {
    let place = Place::new();
    place.write("features/tree.sql", TREE);
    place.write("appendices/table_1.yaml", place.read("appendices/table_1.yaml") + DRAWING);
    let run = place.herkomst(&["run"]);
    assert_eq!(run.code, 0, "{run:?}");
    let report = parsed(&place, &["report", "--out", "book"]);
    let expected = [
        "csv/table_1.csv",
        "csv/table_1.nodes.csv",
        "csv/datapackage.json",
        "svg/table_1/south.svg",
        "svg/table_1/north.svg",
        "book.html",
        "book.xlsx",
        "book.docx",
        "book.pdf",
    ];
    assert_eq!(report, json!({"files": expected.map(|file| format!("book/{file}"))}));
    let read = |file: &str| std::fs::read_to_string(place.folder.join("book").join(file)).unwrap();
    assert!(read("svg/table_1/north.svg").contains("nothing found"));
    assert!(read("book.html").contains("<a href=\"#t-table-1--1\">South</a>"));
    assert_eq!(read("csv/table_1.nodes.csv").lines().nth(2), Some("South,1,0,old,5,100%,0,0%,5,,pure"));
    assert!(place.herkomst(&["report"]).out.ends_with("output/csv, output/svg\n"));
}

#[test]
fn a_failure_still_prints_its_facts() {
    let place = Place::new();
    place.edit("published/table_1.csv", "South,3,8", "South,4,8");
    place.herkomst(&["run"]);
    let said = place.herkomst(&["--json", "verify"]);
    assert_eq!(said.code, 6);
    assert_eq!(serde_json::from_str::<Value>(&said.out).unwrap()["differences"], 1);
}
