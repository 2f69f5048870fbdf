//! What SPSS printed from known whole numbers must be printed from them here, digit for digit.

use arrow::array::{ArrayRef, Float64Array, RecordBatch};
use report::PrintedTable;
use std::sync::Arc;
use study::{ColumnPresentation, NumberFormat, Presentation, Separator};

fn records(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(csv.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The printed texts of a column of floats, as a query returns them.
fn printed(values: Vec<f64>, decimals: u32, suffix: &str) -> Vec<String> {
    let format = NumberFormat {
        decimals,
        significant: None,
        separator: Separator::Point,
        leading_zero: false,
        suffix: suffix.into(),
        thousands: None,
        below: None,
    };
    let presentation = Presentation {
        number: 1,
        title: "oracle".into(),
        columns: vec![ColumnPresentation {
            name: "x".into(),
            label: "x".into(),
            format: Some(format),
            printed: true,
        }],
        spanning: vec![],
        row_headings: None,
        notes: vec![],
        markers: vec![],
        published: None,
        drawing: None,
    };
    let values: ArrayRef = Arc::new(Float64Array::from(values));
    let batch = RecordBatch::try_from_iter([("x", values)]).unwrap();
    let table = PrintedTable::new(&presentation, &[batch]).unwrap();
    table.rows.iter().map(|row| row.cells[0].text.clone()).collect()
}

fn column(records: &[Vec<String>], at: usize) -> Vec<String> {
    records.iter().map(|record| record[at].clone()).collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

#[test]
fn means_and_standard_deviations_are_printed_as_spss_does() {
    let records = records(include_str!("oracle/spss_means.csv"));
    assert!(records.len() > 15);
    let means = records.iter().map(|r| number(&r[1]) / number(&r[0])).collect();
    assert_eq!(printed(means, 2, ""), column(&records, 3));
    let deviation = |r: &Vec<String>| {
        let (n, sum, squares) = (number(&r[0]), number(&r[1]), number(&r[2]));
        ((squares - sum * sum / n) / (n - 1.0)).sqrt()
    };
    assert_eq!(printed(records.iter().map(deviation).collect(), 3, ""), column(&records, 4));
}

#[test]
fn shares_are_printed_as_spss_does() {
    let records = records(include_str!("oracle/spss_shares.csv"));
    assert!(records.len() > 60);
    let shares = records.iter().map(|r| 100.0 * number(&r[0]) / number(&r[1])).collect();
    assert_eq!(printed(shares, 1, "%"), column(&records, 2));
}
