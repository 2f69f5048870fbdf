//! What people open in a spreadsheet is calculated nowhere: every CSV that the command writes for them puts an apostrophe in
//! front of a text that looks like a formula, and leaves numbers alone.

use crate::fixture::Place;
use insta::assert_snapshot;

const FORMULA: &str = "=cmd|' /C calc'!A0";

/// A place where a member's remark, and the name of a printed row, are formulas.
fn place() -> Place {
    let place = Place::new();
    place.edit(
        "data/members/north.csv",
        "1003;Cohen;5 mei 1990;01-01-2017;7,5;",
        &format!("1003;Cohen;5 mei 1990;01-01-2017;7,5;{FORMULA}"),
    );
    place.edit(
        "appendices/table_1.sql",
        "select branch, count(*)",
        "select '+' || branch as branch, count(*)",
    );
    assert_eq!(place.herkomst(&["run"]).code, 0);
    place
}

const QUERY: &str = "select remark, -fee as fee, '-12,5%' as share, ['=1'] as list, '@x' as \"=1+1\" from staging.members \
                     where remark like '=%'";

#[test]
fn queries() {
    let place = place();
    assert_snapshot!(place.herkomst(&["sql", "--format", "csv", "-c", QUERY]).all(), @r#"
    exit 0
    remark,fee,share,list,'=1+1
    '=cmd|' /C calc'!A0,-7.500000,"-12,5%",[=1],'@x
    "#);
    assert_snapshot!(place.herkomst(&["sql", "--format", "csv", "--raw", "-c", QUERY]).all(), @r#"
    exit 0
    remark,fee,share,list,=1+1
    =cmd|' /C calc'!A0,-7.500000,"-12,5%",[=1],@x
    "#);
    // JSON is for programs.
    let json = place.herkomst(&["sql", "--format", "json", "-c", QUERY]).out;
    assert!(json.contains(&format!("\"{FORMULA}\"")), "{json}");
}

#[test]
fn records_behind_a_row() {
    let place = place();
    let why = |file: &str| {
        place.herkomst(&["why", "table_1", "--row", "+North", "--raw", "--limit", "0", "--out", file])
    };
    assert_eq!(why("records.csv").code, 0, "{}", why("records.csv").err);
    let csv = std::fs::read_to_string(place.folder.join("records.csv")).unwrap();
    for line in csv.lines() {
        assert!(!line.split(',').any(|cell| cell.trim_matches('"').starts_with(['=', '+', '@'])), "{line}");
    }
    assert!(csv.contains(FORMULA), "inside a line that begins otherwise it is no formula: {csv}");
}

#[test]
fn printed_tables() {
    let place = place();
    assert_eq!(place.herkomst(&["report", "--out", "out"]).code, 0);
    let printed = std::fs::read_to_string(place.folder.join("out/csv/table_1.csv")).unwrap();
    assert_snapshot!(printed, @r#"
    Branch,Members,Books lent,%
    '+North,3,1,"11,1%"
    '+South,3,8,"88,9%"
    "#);
    assert_eq!(place.herkomst(&["export", "ro-crate", "--out", "crate"]).code, 0);
    let crated = walk(&place.folder.join("crate")).into_iter().find(|path| path.ends_with("table_1.csv"));
    let crated = crated.map(|path| std::fs::read_to_string(path).unwrap());
    assert!(crated.is_some_and(|text| text.contains("'+North")));
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
