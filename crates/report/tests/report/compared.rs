//! Produced tables against published ones.

use crate::fixture::{PUBLISHED, misprint, presentation, table};
use report::{Comparison, DifferenceKind, Known, ReportError, StaleReason, Summary, compare};
use study::Misprint;

fn compared(published: &str, misprints: &[Misprint]) -> Comparison {
    let known = Known { misprints, unreached: &[] };
    compare("tabel_03", &presentation(), &table(), published.as_bytes(), &known).unwrap()
}

/// Differences as `row/column: printed → produced (kind)`.
fn differences(comparison: &Comparison) -> Vec<String> {
    let line = |d: &report::Difference| {
        format!("{}/{}: {} → {} ({})", d.row, d.column, d.printed, d.produced, d.kind.as_str())
    };
    comparison.differences.iter().map(line).collect()
}

#[test]
fn an_equal_table_has_no_differences() {
    let comparison = compared(PUBLISHED, &[]);
    assert_eq!((comparison.cells, comparison.equal), (15, 15));
    assert!(comparison.is_clean(), "{comparison:?}");
    assert_eq!(compared(&format!("\u{feff}{PUBLISHED}"), &[]), comparison);
}

#[test]
fn every_kind_of_difference_is_told() {
    let published = "nr,naam,soort,rood,groen,pct_rood,geel,seed_lines
4,Kers,Steenvruchten,1,1,1,1,0
2,Peer,Pitvruchten,0,1235,.1%,1,2
1,Appel,Pitvruchten,10,6,\"62,5%\",1,1
";
    let comparison = compared(published, &[]);
    assert_eq!(
        differences(&comparison),
        [
            "/geel: geel →  (missing column)",
            "4/: 4 →  (missing row)",
            "2/rood: 0 → 0 * (format)",
            "2/groen: 1235 → 1234 (value)",
            "1/pct_rood: 62,5% → 62.5% (format)",
            "3/:  → 3 (extra row)",
            "2/nr: 1 → 2 (row order)",
            "1/nr: 2 → 1 (row order)",
        ]
    );
    // Three rows of six columns; the missing row and column count, nothing in them is equal.
    assert_eq!((comparison.cells, comparison.equal), (18, 7));
    assert!(!comparison.is_clean());
}

#[test]
fn a_misprint_explains_exactly_its_difference() {
    let published = PUBLISHED.replace(",10,", ",11,");
    let comparison = compared(&published, &[misprint("1", "rood", "11", "10")]);
    assert!(comparison.is_clean());
    assert_eq!(comparison.equal, 14);
    assert_eq!(comparison.misprints[0].explanation, "Het cijfer past niet bij de som.");
    assert_eq!(comparison.misprints[0].difference.kind, DifferenceKind::Value);

    let comparison = compared(&published, &[misprint("1", "rood", "11", "9")]);
    assert_eq!(differences(&comparison), ["1/rood: 11 → 10 (value)"]);
    let found = StaleReason::OtherTexts { printed: "11".into(), produced: "10".into() };
    assert_eq!(comparison.stale[0].reason, found);
}

#[test]
fn an_explanation_without_difference_is_stale() {
    let other = Misprint { appendix: "tabel_04".into(), ..misprint("1", "rood", "1", "2") };
    let entries = [
        misprint("1", "rood", "11", "10"),
        misprint("7", "rood", "1", "2"),
        misprint("1", "geel", "1", "2"),
        other.clone(),
    ];
    let comparison = compared(PUBLISHED, &entries);
    let reasons: Vec<&StaleReason> = comparison.stale.iter().map(|stale| &stale.reason).collect();
    assert_eq!(
        reasons,
        [
            &StaleReason::NoDifference { text: "10".into() },
            &StaleReason::NoSuchRow,
            &StaleReason::NoSuchColumn,
        ]
    );
    let summary =
        Summary::new(vec![compared(PUBLISHED, &[])], &Known { misprints: &[other], unreached: &[] });
    assert_eq!(summary.stale, 1);
    assert!(!summary.is_clean());
}

#[test]
fn a_summary_for_people_and_one_for_programs() {
    let published =
        PUBLISHED.replace(",10,", ",11,").replace("62.5%", "\"62,5%\"").replace("Appel", "Abrikoos");
    let misprints = [misprint("1", "rood", "11", "10"), misprint("9", "rood", "1", "2")];
    let summary = Summary::new(
        vec![compared(&published, &misprints)],
        &Known { misprints: &misprints, unreached: &[] },
    );
    insta::assert_snapshot!(summary.text(80), @"
appendix  cells  equal  misprints  unreached  differences  stale
────────────────────────────────────────────────────────────────
tabel_03     15     12          1          0            2      1
────────────────────────────────────────────────────────────────
total        15     12          1          0            2      1
tabel_03: row 1, column vrucht: printed `Abrikoos`, produced `Appel` (value)
tabel_03: row 1, column pct_rood: printed `62,5%`, produced `62.5%` (format)
misprints, line 7: tabel_03, row 9, column rood: there is no such row: correct the entry or remove it
");
    insta::assert_snapshot!(serde_json::to_string_pretty(&summary).unwrap(), @r#"
{
  "cells": 15,
  "equal": 12,
  "misprints": 1,
  "unreached": 0,
  "differences": 2,
  "stale": 1,
  "contradictions": 0,
  "reached": null,
  "appendices": [
    {
      "appendix": "tabel_03",
      "cells": 15,
      "equal": 12,
      "misprints": [
        {
          "appendix": "tabel_03",
          "row": "1",
          "column": "rood",
          "printed": "11",
          "produced": "10",
          "kind": "value",
          "misprint": "zetfout",
          "explanation": "Het cijfer past niet bij de som."
        }
      ],
      "unreached": [],
      "differences": [
        {
          "appendix": "tabel_03",
          "row": "1",
          "column": "vrucht",
          "printed": "Abrikoos",
          "produced": "Appel",
          "kind": "value"
        },
        {
          "appendix": "tabel_03",
          "row": "1",
          "column": "pct_rood",
          "printed": "62,5%",
          "produced": "62.5%",
          "kind": "format"
        }
      ],
      "stale": [
        {
          "list": "misprints",
          "appendix": "tabel_03",
          "row": "9",
          "column": "rood",
          "line": 7,
          "reason": {
            "why": "no_such_row"
          }
        }
      ],
      "reached": null,
      "recomputed": null,
      "ignored": {
        "nr": "niet gedrukt"
      }
    }
  ],
  "unknown_appendix": []
}
"#);
}

#[test]
fn faults_name_file_line_and_way_out() {
    let message = |published: &str| {
        compare("tabel_03", &presentation(), &table(), published.as_bytes(), &Known::default())
            .unwrap_err()
            .to_string()
    };
    insta::assert_snapshot!(message("nr,naam,seed_lines\n1,a,1\n1,b,2\n"), @"tabel_03: tabel_03.csv, line 3, has two rows with key `1` in column `nr`; choose a key that tells the rows apart");
    insta::assert_snapshot!(message("nr,naam\n1,a\n2\n"), @"tabel_03: tabel_03.csv, line 3: CSV error: record 2 (line: 3, byte: 12): found record with 1 fields, but the previous record has 2 fields; the published table must be CSV in UTF-8 with as many fields in each row as in the first");
    insta::assert_snapshot!(message("nummer,naam\n1,a\n"), @"tabel_03: `published.ignore` names column `nr`, which is not in tabel_03.csv; it has nummer, naam");
    let mut twice = table();
    twice.rows[1].key = "1".into();
    let error =
        compare("tabel_03", &presentation(), &twice, PUBLISHED.as_bytes(), &Known::default()).unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"tabel_03: the query has two rows with key `1` in column `nr`; choose a key that tells the rows apart");
    let mut alone = presentation();
    alone.published = None;
    let error = compare("tabel_03", &alone, &table(), b"", &Known::default()).unwrap_err();
    assert!(matches!(error, ReportError::NotPublished { .. }), "{error}");
}
