//! A small table with everything: spanning header, heading rows, markers, notes, missing values.

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use report::PrintedTable;
use std::collections::BTreeMap;
use std::sync::Arc;
use study::{
    ColumnPresentation, Marker, Misprint, NumberFormat, Presentation, PublishedTable, Separator, Spanning,
};

/// A number format with a decimal point.
pub(crate) fn format(decimals: u32, suffix: &str) -> NumberFormat {
    NumberFormat {
        decimals,
        significant: None,
        separator: Separator::Point,
        leading_zero: false,
        suffix: suffix.into(),
        thousands: None,
        below: None,
    }
}

/// A shown column.
pub(crate) fn column(name: &str, label: &str, format: Option<NumberFormat>) -> ColumnPresentation {
    ColumnPresentation { name: name.into(), label: label.into(), format, printed: true }
}

/// How the table is printed.
pub(crate) fn presentation() -> Presentation {
    Presentation {
        number: 3,
        title: "Tabel 3 Vruchten naar kleur".into(),
        columns: vec![
            column("vrucht", "Vrucht", None),
            column("rood", "Rood", None),
            column("groen", "Groen", None),
            column("pct_rood", "% rood", Some(format(1, "%"))),
        ],
        spanning: vec![Spanning { label: "Kleur".into(), from: "rood".into(), to: "groen".into() }],
        row_headings: Some("soort".into()),
        notes: vec!["* Inclusief gevallen vruchten.".into()],
        markers: vec![Marker { row: "2".into(), column: "rood".into(), text: " *".into() }],
        published: Some(PublishedTable {
            file: "tabel_03.csv".into(),
            key: "nr".into(),
            columns: BTreeMap::from([("naam".into(), "vrucht".into())]),
            ignore: BTreeMap::from([("nr".into(), "niet gedrukt".into())]),
            reach: None,
            recompute: None,
        }),
        drawing: None,
    }
}

/// The query's result.
pub(crate) fn batch() -> RecordBatch {
    let columns: [(&str, ArrayRef); 6] = [
        ("nr", Arc::new(Int64Array::from(vec![1, 2, 3]))),
        ("soort", Arc::new(StringArray::from(vec!["Pitvruchten", "Pitvruchten", "Steenvruchten"]))),
        ("vrucht", Arc::new(StringArray::from(vec!["Appel", "Peer", "Pruim"]))),
        ("rood", Arc::new(Int64Array::from(vec![Some(10), Some(0), None]))),
        ("groen", Arc::new(Int64Array::from(vec![6, 1234, 0]))),
        ("pct_rood", Arc::new(Float64Array::from(vec![Some(62.5), Some(0.05), None]))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// The printed table.
pub(crate) fn table() -> PrintedTable {
    PrintedTable::new(&presentation(), &[batch()]).unwrap()
}

/// The table as published, without any misprint.
pub(crate) const PUBLISHED: &str = "nr,naam,soort,rood,groen,pct_rood,seed_lines
1,Appel,Pitvruchten,10,6,62.5%,1
2,Peer,Pitvruchten,0  *,1234,.1%,2
3,Pruim,Steenvruchten,,0,,3
";

/// A known misprint of the table.
pub(crate) fn misprint(row: &str, column: &str, printed: &str, produced: &str) -> Misprint {
    Misprint {
        appendix: "tabel_03".into(),
        row: row.into(),
        column: column.into(),
        printed: printed.into(),
        produced: produced.into(),
        kind: "zetfout".into(),
        explanation: "Het cijfer past niet bij de som.".into(),
        line: 7,
    }
}

/// The document without its style sheets and their hashes, which are looked at and not compared.
pub(crate) fn without_style(html: &str) -> String {
    without(&without(html, "<style>", "</style>"), "&#39;sha256-", "&#39;")
}

fn without(text: &str, begin: &str, end: &str) -> String {
    let mut parts = text.split(begin);
    let first = parts.next().unwrap_or_default().to_owned();
    first + &parts.filter_map(|part| part.split_once(end)).map(|(_, rest)| rest).collect::<String>()
}
