//! Tables of statistical tests: how near they come to the print, what is left because the data is invented, and whether
//! printed p-values follow.

use crate::fixture::{column, format};
use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use report::{
    Book, BookTable, Comparison, Finding, Known, KnownList, PrintedTable, RowStatus, StaleReason, Summary,
    compare, unreached, unreached_csv,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use study::{
    Below, Misprint, NumberFormat, Presentation, PublishedTable, Reach, Recompute, Separator, Unreached,
};

fn number(decimals: u32) -> NumberFormat {
    NumberFormat { leading_zero: true, separator: Separator::Comma, ..format(decimals, "") }
}

fn presentation() -> Presentation {
    let below = Some(Below { limit: "0.005".into(), text: "< 0,005".into() });
    Presentation {
        number: 4,
        title: "Tabel 4 Rijp of niet".into(),
        columns: vec![
            column("kenmerk", "Kenmerk", None),
            column("samenhang", "Samenhang", None),
            column("p", "p", Some(NumberFormat { below, ..number(2) })),
            column("chi", "Chi", Some(number(1))),
            column("df", "Df", None),
        ],
        spanning: vec![],
        row_headings: None,
        notes: vec![],
        markers: vec![],
        published: Some(PublishedTable {
            file: "tabel_04.csv".into(),
            key: "kenmerk".into(),
            columns: BTreeMap::new(),
            ignore: BTreeMap::new(),
            reach: Some(Reach {
                verdict: "samenhang".into(),
                statistic: Some("chi".into()),
                df: Some("df".into()),
                p: Some("p".into()),
                reason: "Andere verdeling.".into(),
            }),
            recompute: Some(Recompute {
                statistic: "chi".into(),
                df: "df".into(),
                p: "p".into(),
                level: "niveau".into(),
                categories: "aantal".into(),
            }),
        }),
        drawing: None,
    }
}

/// Row, p, chi, df (none of them: no verdict), level, categories.
type Row = (&'static str, Option<(f64, f64, i64)>, &'static str, i64);

const ROWS: [Row; 7] = [
    ("kleur", Some((0.020, 9.9, 2)), "ordinal", 4),
    ("vorm", Some((0.000_03, 18.2, 1)), "ordinal", 6),
    ("geur", Some((0.037, 4.36, 1)), "nominal", 2),
    ("smaak", Some((0.0057, 7.6, 1)), "nominal", 2),
    ("maat", Some((0.004, 12.4, 2)), "scale", 6),
    ("boom", None, "scale", 9),
    ("jaar", None, "nominal", 3),
];

fn table() -> PrintedTable {
    let tests = ROWS.map(|(_, test, ..)| test);
    let columns: [(&str, ArrayRef); 7] = [
        ("kenmerk", Arc::new(StringArray::from_iter_values(ROWS.map(|row| row.0)))),
        ("samenhang", Arc::new(BooleanArray::from_iter(tests.map(|test| Some(test.is_some()))))),
        ("p", Arc::new(Float64Array::from_iter(tests.map(|test| test.map(|t| t.0))))),
        ("chi", Arc::new(Float64Array::from_iter(tests.map(|test| test.map(|t| t.1))))),
        ("df", Arc::new(Int64Array::from_iter(tests.map(|test| test.map(|t| t.2))))),
        ("niveau", Arc::new(StringArray::from_iter_values(ROWS.map(|row| row.2)))),
        ("aantal", Arc::new(Int64Array::from_iter_values(ROWS.map(|row| row.3)))),
    ];
    PrintedTable::new(&presentation(), &[RecordBatch::try_from_iter(columns).unwrap()]).unwrap()
}

/// `kleur` is exact, `vorm` but for a misprint; the others are ever farther away.
const PUBLISHED: &str = "kenmerk,samenhang,p,chi,df,seed_lines
kleur,Ja,\"0,02\",\"9,9\",2,1
vorm,Ja,\"<0,005\",\"18,2\",1,2
geur,Ja,\"0,04\",\"4,3\",1,3
smaak,Ja,\"0,01\",\"5,8\",1,4
maat,Ja,\"0,02\",\"12,5\",3,5
boom,Ja,\"0,03\",\"7,5\",1,6
jaar,Nee,,,,7
";

fn misprint(row: &str, column: &str, printed: &str, produced: &str) -> Misprint {
    Misprint { appendix: "tabel_04".into(), ..crate::fixture::misprint(row, column, printed, produced) }
}

fn misprints() -> [Misprint; 2] {
    [misprint("vorm", "p", "<0,005", "< 0,005"), misprint("smaak", "p", "0,01", "0,02")]
}

fn compared(published: &str, misprints: &[Misprint], unreached: &[Unreached]) -> Comparison {
    let known = Known { misprints, unreached };
    compare("tabel_04", &presentation(), &table(), published.as_bytes(), &known).unwrap()
}

/// The list as the command writes it.
fn accepted(published: &str, earlier: &[Unreached]) -> Vec<Unreached> {
    unreached(&presentation(), &compared(published, &misprints(), earlier), earlier)
}

#[test]
fn rows_have_a_status_and_tables_have_counts() {
    let reached = compared(PUBLISHED, &misprints(), &[]).reached.unwrap();
    let rows: Vec<_> =
        reached.rows.iter().map(|row| (row.row.as_str(), row.status, row.distance.as_deref())).collect();
    assert_eq!(
        rows,
        [
            ("kleur", RowStatus::Exact, Some("+0.0%")),
            ("vorm", RowStatus::KnownMisprint, Some("+0.0%")),
            ("geur", RowStatus::Rounding, Some("+2.3%")),
            ("smaak", RowStatus::VerdictAndDf, Some("+31.0%")),
            ("maat", RowStatus::Verdict, Some("-0.8%")),
            ("boom", RowStatus::Differs, None),
            ("jaar", RowStatus::Exact, None),
        ]
    );
    let c = reached.counts;
    assert_eq!((c.printed_rows, c.verdicts, c.statistics, c.df), (7, 6, 6, 4));
    assert_eq!((c.as_printed, c.within_1_percent, c.within_5_percent), (2, 3, 4));
    assert_eq!(c.statuses, [2, 1, 1, 1, 1, 1]);
    assert_eq!(c.of(RowStatus::Exact), 2);
}

#[test]
fn without_its_misprint_a_row_is_not_as_printed() {
    let reached = compared(PUBLISHED, &[], &[]).reached.unwrap();
    assert_eq!(reached.rows[1].status, RowStatus::Rounding);
    // A row that is not produced is one that differs.
    let more = PUBLISHED.to_owned() + "wortel,Ja,\"0,03\",\"7,5\",1,8\n";
    let reached = compared(&more, &[], &[]).reached.unwrap();
    assert_eq!((reached.rows[7].status, reached.counts.statistics), (RowStatus::Differs, 7));
}

#[test]
fn what_is_accepted_is_no_difference_and_keeps_its_reason() {
    let first = accepted(PUBLISHED, &[]);
    insta::assert_snapshot!(String::from_utf8(unreached_csv(&first).unwrap()).unwrap(), @r#"
    appendix,row,column,printed,produced,distance,reason
    tabel_04,geur,chi,"4,3","4,4",+0.1,
    tabel_04,smaak,chi,"5,8","7,6",+1.8,
    tabel_04,maat,chi,"12,5","12,4",-0.1,
    tabel_04,maat,df,3,2,-1,
    tabel_04,maat,p,"0,02","< 0,005",,
    tabel_04,boom,samenhang,Ja,Nee,,
    tabel_04,boom,chi,"7,5",,,
    tabel_04,boom,df,1,,,
    tabel_04,boom,p,"0,03",,,
    "#);
    let comparison = compared(PUBLISHED, &misprints(), &first);
    assert!(comparison.is_clean(), "{comparison:?}");
    assert_eq!((comparison.unreached.len(), comparison.misprints.len()), (first.len(), 1));
    assert_eq!(comparison.unreached[0].reason, "Andere verdeling.");

    // What was listed and what is new stand together in print order.
    assert_eq!(accepted(PUBLISHED, &first[3..]), first);
    let mut reasoned = first.clone();
    reasoned[0].reason = "Te weinig geuren.".into();
    assert_eq!(accepted(PUBLISHED, &reasoned), reasoned);
    assert_eq!(compared(PUBLISHED, &misprints(), &reasoned).unreached[0].reason, "Te weinig geuren.");
}

#[test]
fn only_values_of_the_declared_columns_can_be_accepted() {
    // Another row, another order, another way of writing a number, another name: none of them is the data's.
    let published = PUBLISHED
        .replace("kleur,Ja,\"0,02\",\"9,9\"", "steel,Nee,,")
        .replace("vorm,Ja,\"<0,005\",\"18,2\"", "vorm,Ja,\"< 0,005\",18.2");
    let list = accepted(&published, &[]);
    assert!(
        list.iter().all(|entry| entry.row != "kleur" && entry.row != "steel" && entry.row != "vorm"),
        "{list:?}"
    );
    let comparison = compared(&published, &misprints(), &list);
    let left: Vec<_> = comparison
        .differences
        .iter()
        .map(|d| format!("{}/{} {}", d.row, d.column, d.kind.as_str()))
        .collect();
    assert_eq!(left, ["steel/ missing row", "vorm/chi format", "kleur/ extra row"]);

    let mut presentation = presentation();
    presentation.published.as_mut().unwrap().reach = None;
    let known = Known { misprints: &misprints(), unreached: &accepted(PUBLISHED, &[]) };
    let comparison = compare("tabel_04", &presentation, &table(), PUBLISHED.as_bytes(), &known).unwrap();
    assert!(comparison.unreached.is_empty() && comparison.reached.is_none());
    assert_eq!(unreached(&presentation, &comparison, &[]), []);
}

#[test]
fn an_entry_that_does_not_hold_is_stale() {
    let mut list = accepted(PUBLISHED, &[]);
    list[0].produced = "4,5".into();
    list[1].distance = "+9".into();
    let gone =
        |row: &str, column: &str| Unreached { row: row.into(), column: column.into(), ..list[2].clone() };
    list.extend([gone("kleur", "chi"), gone("steel", "chi"), gone("kleur", "gewicht")]);
    list.push(Unreached { appendix: "tabel_05".into(), ..list[2].clone() });
    let comparison = compared(PUBLISHED, &misprints(), &list);
    let reasons: Vec<&StaleReason> = comparison.stale.iter().map(|stale| &stale.reason).collect();
    assert_eq!(
        reasons,
        [
            &StaleReason::OtherTexts { printed: "4,3".into(), produced: "4,4".into() },
            &StaleReason::OtherDistance { distance: "+1,8".replace(',', ".") },
            &StaleReason::NoDifference { text: "9,9".into() },
            &StaleReason::NoSuchRow,
            &StaleReason::NoSuchColumn,
        ]
    );
    assert_eq!(comparison.differences.len(), 1);
    let summary = Summary::new(vec![comparison], &Known { misprints: &[], unreached: &list });
    assert_eq!((summary.stale, summary.unknown_appendix[0].list), (6, KnownList::Unreached));
}

#[test]
fn a_misprint_holds_where_the_data_does_not_reach_the_print() {
    // `smaak`: printed 0,01, should have been 0,02, and the data gives another p altogether.
    let published = PUBLISHED.replace("smaak,Ja,\"0,01\"", "smaak,Ja,\"0,03\"");
    let entry = misprint("smaak", "p", "0,03", "0,02");
    let comparison = compared(&published, &[misprints()[0].clone(), entry], &[]);
    assert!(comparison.stale.is_empty(), "{:?}", comparison.stale);
    assert!(
        comparison
            .differences
            .iter()
            .any(|d| d.row == "smaak" && d.printed == "0,03" && d.produced == "0,01")
    );
    // It does not hold where the print is another.
    let comparison = compared(PUBLISHED, &[misprint("smaak", "chi", "5,9", "6,8")], &[]);
    assert_eq!(
        comparison.stale[0].reason,
        StaleReason::OtherTexts { printed: "5,8".into(), produced: "7,6".into() }
    );
}

#[test]
fn printed_p_values_are_computed_again() {
    let recomputed = compared(PUBLISHED, &misprints(), &[]).recomputed.unwrap();
    assert_eq!((recomputed.printed, recomputed.follows, recomputed.misprints), (6, 3, 1));
    assert_eq!((recomputed.other_categories, recomputed.contradicts), (2, 0));
    let findings: Vec<_> = recomputed.rows.iter().map(|row| (row.row.as_str(), row.finding)).collect();
    assert_eq!(
        findings,
        [
            ("smaak", Finding::Misprint),
            ("maat", Finding::OtherCategories { fewest: 5, most: 5 }),
            ("boom", Finding::OtherCategories { fewest: 5, most: 6 }),
        ]
    );
    // A p that nothing gives is a fault by itself.
    let [of_format, _] = misprints();
    let comparison = compared(PUBLISHED, &[of_format], &accepted(PUBLISHED, &[]));
    assert_eq!((comparison.differences.len(), comparison.stale.len()), (0, 0), "{comparison:?}");
    assert_eq!(comparison.contradictions(), 1);
    assert!(!comparison.is_clean());
    assert!(!Summary::new(vec![comparison], &Known::default()).is_clean());
}

#[test]
fn columns_to_compute_from_must_be_there() {
    let mut presentation = presentation();
    presentation.published.as_mut().unwrap().recompute.as_mut().unwrap().level = "meetniveau".into();
    let error =
        compare("tabel_04", &presentation, &table(), PUBLISHED.as_bytes(), &Known::default()).unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"table 4 (Tabel 4 Rijp of niet): published.recompute names column `meetniveau`, which the query does not return; it returns kenmerk, samenhang, p, chi, df, niveau, aantal. Correct the presentation or the SELECT");
    let published = PUBLISHED.replace("\"9,9\"", "veel");
    let error = compare("tabel_04", &self::presentation(), &table(), published.as_bytes(), &Known::default())
        .unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"tabel_04: row kleur: the statistic is `veel`; correct `published.recompute` of the presentation or the text itself");
}

#[test]
fn a_book_tells_what_is_not_reached_and_how_near_tests_come() {
    let list = accepted(PUBLISHED, &[]);
    let known = Known { misprints: &misprints(), unreached: &list };
    let summary = Summary::new(vec![compared(PUBLISHED, known.misprints, known.unreached)], &known);
    let table = table();
    let entry = [BookTable { name: "tabel_04", table: &table, drawings: None }];
    let (title, waterfall, verification) = ("Vruchten", &[], Some(&summary));
    let book = Book {
        title,
        synthetic: true,
        about: &[],
        sources: &[],
        tables: &entry,
        waterfall,
        verification,
        facts: &[],
        inputs: &[],
    };
    let html = report::html(&book);
    let cells = |texts: &[&str]| {
        let cells = texts.iter().map(|text| format!("<td class=\"number\">{text}</td>"));
        format!("tabel_04</th>{}</tr>", cells.collect::<String>())
    };
    assert!(html.contains(&cells(&["7", "6", "6", "4", "2", "3", "4"])), "{html}");
    assert!(html.contains("Niet bereikt met verzonnen gegevens: 9"), "{html}");
    assert!(html.contains("<td class=\"text\">+1.8</td><td class=\"text\">Andere verdeling.</td>"), "{html}");
}

#[test]
fn a_summary_for_people_and_one_for_programs() {
    let published = PUBLISHED.replace("jaar,Nee,,,", "jaar,Ja,\"0,01\",\"5,8\",1");
    let list = accepted(PUBLISHED, &[]);
    let known = Known { misprints: &misprints(), unreached: &list };
    let comparison = compared(&published, known.misprints, known.unreached);
    let summary = Summary::new(vec![comparison], &known);
    insta::assert_snapshot!(summary.text(80), @"
    appendix  cells  equal  misprints  unreached  differences  stale
    ────────────────────────────────────────────────────────────────
    tabel_04     35     21          1          9            4      0
    ────────────────────────────────────────────────────────────────
    total        35     21          1          9            4      0

    tests     rows  verdict  statistics  df  as printed  within 1%  within 5%
    ─────────────────────────────────────────────────────────────────────────
    tabel_04     7        5           7   4           2          3          4
    ─────────────────────────────────────────────────────────────────────────
    total        7        5           7   4           2          3          4

    row status  exact  known misprint  rounding  verdict and df  verdict  differs
    ─────────────────────────────────────────────────────────────────────────────
    tabel_04        1               1         1               1        1        2
    ─────────────────────────────────────────────────────────────────────────────
    total           1               1         1               1        1        2

    printed p  printed  follows  misprints  other categories  contradicts
    ─────────────────────────────────────────────────────────────────────
    tabel_04         7        3          1                 2            1
    ─────────────────────────────────────────────────────────────────────
    total            7        3          1                 2            1
    tabel_04: row smaak: printed p `0,01`: what is printed beside it gives 0.0156 to 0.0165 with 2 nominal categories; a known misprint for `0,02`
    tabel_04: row maat: printed p `0,02`: what is printed beside it gives 0.0572 to 0.0599 with 6 scale categories; not checked, for the print demands 5 categories
    tabel_04: row boom: printed p `0,03`: what is printed beside it gives 0.0480 to 0.0507 with 9 scale categories; not checked, for the print demands 5 to 6 categories
    tabel_04: row jaar: printed p `0,01`: what is printed beside it gives 0.0467 to 0.0495 with 3 nominal categories; no number of categories gives it
    tabel_04: row jaar, column samenhang: printed `Ja`, produced `Nee` (value)
    tabel_04: row jaar, column p: printed `0,01`, produced `` (value)
    tabel_04: row jaar, column chi: printed `5,8`, produced `` (value)
    tabel_04: row jaar, column df: printed `1`, produced `` (value)
    ");
    insta::assert_snapshot!(summary.rows_text(), @"
    tabel_04: row vorm: known misprint (+0.0%)
    tabel_04: row geur: rounding (+2.3%)
      chi: printed `4,3`, produced `4,4`: Andere verdeling.
    tabel_04: row smaak: verdict and df (+31.0%)
      chi: printed `5,8`, produced `7,6`: Andere verdeling.
    tabel_04: row maat: verdict (-0.8%)
      p: printed `0,02`, produced `< 0,005`: Andere verdeling.
      chi: printed `12,5`, produced `12,4`: Andere verdeling.
      df: printed `3`, produced `2`: Andere verdeling.
    tabel_04: row boom: differs
      samenhang: printed `Ja`, produced `Nee`: Andere verdeling.
      p: printed `0,03`, produced ``: Andere verdeling.
      chi: printed `7,5`, produced ``: Andere verdeling.
      df: printed `1`, produced ``: Andere verdeling.
    tabel_04: row jaar: differs
    ");
    let json = serde_json::to_value(&summary).unwrap();
    let table = &json["appendices"][0];
    insta::assert_snapshot!(serde_json::to_string_pretty(&json["reached"]).unwrap(), @r#"
    {
      "as_printed": 2,
      "df": 4,
      "printed_rows": 7,
      "statistics": 7,
      "statuses": {
        "differs": 2,
        "exact": 1,
        "known_misprint": 1,
        "rounding": 1,
        "verdict": 1,
        "verdict_and_df": 1
      },
      "verdicts": 5,
      "within_1_percent": 3,
      "within_5_percent": 4
    }
    "#);
    insta::assert_snapshot!(serde_json::to_string(&table["reached"]["rows"][2]).unwrap(), @r#"{"distance":"+2.3%","row":"geur","status":"rounding"}"#);
    insta::assert_snapshot!(serde_json::to_string(&table["unreached"][0]).unwrap(), @r#"{"appendix":"tabel_04","column":"chi","distance":"+0.1","kind":"value","printed":"4,3","produced":"4,4","reason":"Andere verdeling.","row":"geur"}"#);
    insta::assert_snapshot!(serde_json::to_string_pretty(&table["recomputed"]).unwrap(), @r#"
    {
      "contradicts": 1,
      "follows": 3,
      "misprints": 1,
      "other_categories": 2,
      "printed": 7,
      "rows": [
        {
          "categories": 2,
          "corrected": "0,02",
          "finding": "misprint",
          "highest": "0.0165",
          "level": "nominal",
          "lowest": "0.0156",
          "printed": "0,01",
          "row": "smaak"
        },
        {
          "categories": 6,
          "corrected": null,
          "fewest": 5,
          "finding": "other_categories",
          "highest": "0.0599",
          "level": "scale",
          "lowest": "0.0572",
          "most": 5,
          "printed": "0,02",
          "row": "maat"
        },
        {
          "categories": 9,
          "corrected": null,
          "fewest": 5,
          "finding": "other_categories",
          "highest": "0.0507",
          "level": "scale",
          "lowest": "0.0480",
          "most": 6,
          "printed": "0,03",
          "row": "boom"
        },
        {
          "categories": 3,
          "corrected": null,
          "finding": "contradicts",
          "highest": "0.0495",
          "level": "nominal",
          "lowest": "0.0467",
          "printed": "0,01",
          "row": "jaar"
        }
      ]
    }
    "#);
    assert_eq!((json["contradictions"].clone(), json["unreached"].clone()), (1.into(), list.len().into()));
}
