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
    assert_eq!(check, json!({"study": "library", "sources": 4, "steps": 10, "queries": 9, "examples": 4}));
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
    for file in ["pipeline", "source", "appendix", "misprints"] {
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
    assert_eq!(report, json!({"files": ["book/csv/table_1.csv", "book/book.html"]}));
    let book = std::fs::read_to_string(place.folder.join("book/book.html")).unwrap();
    assert!(book.contains("Members of two library branches"));
    assert!(!book.contains("src=\"http") && !book.contains("href=\"http"), "the book is one file");
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
