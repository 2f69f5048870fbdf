//! Results and presentations to texts.

use crate::fixture::{batch, column, format, presentation, table};
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampSecondArray};
use report::{PrintedTable, ReportError};
use std::sync::Arc;
use study::{Presentation, Spanning};

#[test]
fn a_table_for_the_terminal() {
    insta::assert_snapshot!(report::text(&table(), 80), @r#"
Tabel 3 Vruchten naar kleur

───────────────────────────
        Kleur
Vrucht  Rood  Groen  % rood
───────────────────────────
Pitvruchten
Appel     10      6   62.5%
Peer     0 *   1234     .1%
Steenvruchten
Pruim             0
───────────────────────────

* Inclusief gevallen vruchten.
"#);
}

#[test]
fn a_narrow_terminal_wraps_texts() {
    let mut presentation = presentation();
    presentation.columns[0].label = "Vrucht met een tamelijk lange omschrijving".into();
    let table = PrintedTable::new(&presentation, &[batch()]).unwrap();
    let text = report::text(&table, 40);
    assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
    insta::assert_snapshot!(text, @r#"
Tabel 3 Vruchten naar kleur

────────────────────────────────────────
                     Kleur
Vrucht met een       Rood  Groen  % rood
tamelijk lange
omschrijving
────────────────────────────────────────
Pitvruchten
Appel                  10      6   62.5%
Peer                  0 *   1234     .1%
Steenvruchten
Pruim                          0
────────────────────────────────────────

* Inclusief gevallen vruchten.
"#);
}

#[test]
fn a_table_for_a_spreadsheet() {
    insta::assert_snapshot!(String::from_utf8(report::csv(&table()).unwrap()).unwrap(), @r#"
soort,Vrucht,Kleur / Rood,Kleur / Groen,% rood
Pitvruchten,Appel,10,6,62.5%
Pitvruchten,Peer,0 *,1234,.1%
Steenvruchten,Pruim,,0,
"#);
}

#[test]
fn a_spreadsheet_calculates_no_text() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["=HYPERLINK(\"http://x\")", "-5", "a\"b,c\nd"]));
    let batch = RecordBatch::try_from_iter([("x", texts)]).unwrap();
    let presentation = Presentation { columns: vec![column("x", "@x", None)], ..plain() };
    let table = PrintedTable::new(&presentation, &[batch]).unwrap();
    let csv = String::from_utf8(report::csv(&table).unwrap()).unwrap();
    assert_eq!(csv, "'@x\n\"'=HYPERLINK(\"\"http://x\"\")\"\n-5\n\"a\"\"b,c\nd\"\n");
}

#[test]
fn hidden_columns_are_kept_with_their_row() {
    let table = table();
    assert_eq!(table.rows[2].key, "3");
    assert_eq!(table.rows[2].cell("soort").unwrap().text, "Steenvruchten");
    assert_eq!(table.rows[2].cell("pct_rood").unwrap().text, "");
    assert!(table.rows[2].cell("geel").is_none());
    assert!(table.unplaced_markers.is_empty());
}

#[test]
fn batches_follow_each_other() {
    let (all, split) = (batch(), [batch().slice(0, 1), batch().slice(1, 2)]);
    assert_eq!(
        PrintedTable::new(&presentation(), &[all]).unwrap(),
        PrintedTable::new(&presentation(), &split).unwrap()
    );
    let empty = PrintedTable::new(&presentation(), &[]).unwrap();
    assert_eq!(empty.rows, []);
    assert_eq!(empty.unplaced_markers.len(), 1, "the marker's row is not there");
}

#[test]
fn spanning_headers_stand_above_each_other() {
    let span = |label: &str, from: &str, to: &str| Spanning {
        label: label.into(),
        from: from.into(),
        to: to.into(),
    };
    let nested = Presentation {
        spanning: vec![span("binnen", "rood", "groen"), span("buiten", "rood", "pct_rood")],
        ..presentation()
    };
    let header = PrintedTable::new(&nested, &[batch()]).unwrap().header;
    let rows: Vec<Vec<(&str, usize, usize)>> = header
        .iter()
        .map(|row| row.iter().map(|cell| (cell.text.as_str(), cell.columns, cell.rows)).collect())
        .collect();
    assert_eq!(
        rows,
        [
            vec![("Vrucht", 1, 3), ("buiten", 3, 1)],
            vec![("binnen", 2, 1), ("% rood", 1, 2)],
            vec![("Rood", 1, 1), ("Groen", 1, 1)],
        ]
    );
    for wrong in [
        vec![span("om", "groen", "rood")],
        vec![span("weg", "rood", "geel")],
        vec![span("a", "vrucht", "groen"), span("b", "groen", "pct_rood")],
    ] {
        let presentation = Presentation { spanning: wrong, ..presentation() };
        assert!(matches!(PrintedTable::new(&presentation, &[batch()]), Err(ReportError::Spanning { .. })));
    }
}

#[test]
fn faults_name_table_place_and_way_out() {
    let unknown = Presentation { columns: vec![column("y", "Y", None)], ..plain() };
    let number = Presentation { columns: vec![column("x", "X", Some(format(1, "")))], ..plain() };
    let whole: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let nan: ArrayRef = Arc::new(Float64Array::from(vec![1.0, f64::NAN]));
    let time: ArrayRef = Arc::new(TimestampSecondArray::from(vec![0]));
    let message = |presentation: &Presentation, array: &ArrayRef| {
        let batch = RecordBatch::try_from_iter([("x", Arc::clone(array))]).unwrap();
        PrintedTable::new(presentation, &[batch]).unwrap_err().to_string()
    };
    insta::assert_snapshot!(message(&unknown, &whole), @"table 9 (Tabel 9): a shown column names column `y`, which the query does not return; it returns x. Correct the presentation or the SELECT");
    insta::assert_snapshot!(message(&number, &nan), @"table 9 (Tabel 9): column `x`, row 2 holds NaN, which is not a number; guard the division in the SELECT");
    insta::assert_snapshot!(message(&number, &time), @"table 9 (Tabel 9): column `x` is of type Timestamp(s), which has no printed form; cast it to text or a number in the SELECT");
}

/// A presentation without anything special.
fn plain() -> Presentation {
    Presentation {
        number: 9,
        title: "Tabel 9".into(),
        columns: vec![],
        spanning: vec![],
        row_headings: None,
        notes: vec![],
        markers: vec![],
        published: None,
        drawing: None,
    }
}
