//! A pipeline computes its figures; only `verify` may know the printed ones.

use super::{ends_with, texts};
use std::collections::BTreeMap;

/// Numbers that stand in queries or contracts for a reason of their own, though they are also printed somewhere.
const ALLOWED: [(&str, &str); 5] = [
    ("0.001", "limit below which a p-value of a tree is not written out"),
    ("0.005", "limit below which a p-value is not written out"),
    ("100", "per cent"),
    ("2009", "year of the start of the experiment, and of questions printed in a contract"),
    ("2010", "year of the reference date, and of questions printed in a contract"),
];

/// Numbers of a text, a decimal comma as a point.
fn numbers(text: &str) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut number = String::new();
    let mut chars = text.chars().chain([' ']).peekable();
    while let Some(c) = chars.next() {
        let next_is_digit = chars.peek().is_some_and(char::is_ascii_digit);
        if c.is_ascii_digit() {
            number.push(c);
        } else if matches!(c, '.' | ',') && next_is_digit && !number.contains('.') {
            number.push('.');
        } else if !number.is_empty() {
            numbers.push(std::mem::take(&mut number));
        }
    }
    numbers
}

/// Three digits or more, or decimals: too long to be there by chance.
fn is_distinctive(number: &str) -> bool {
    number.contains('.') || number.len() >= 3
}

/// Every distinctive number of the printed tables, and where it is printed first.
fn published(texts: &[(String, String)]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (name, text) in
        texts.iter().filter(|(name, _)| name.contains("/published/") && name.ends_with(".csv"))
    {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headers = reader.headers().unwrap().clone();
        for record in reader.records().map(Result::unwrap) {
            for (header, cell) in headers.iter().zip(&record) {
                // Line numbers of the transcription are not printed.
                if !header.ends_with("seed_lines") {
                    for number in numbers(cell).into_iter().filter(|number| is_distinctive(number)) {
                        found.entry(number).or_insert_with(|| format!("{name}, {header}"));
                    }
                }
            }
        }
    }
    found
}

fn known(texts: &[(String, String)], published: &BTreeMap<String, String>) -> Vec<String> {
    let mut known = Vec::new();
    for (name, text) in texts {
        for (line, text) in (1..).zip(text.lines()) {
            for number in numbers(text) {
                if let Some(place) =
                    published.get(&number).filter(|_| !ALLOWED.iter().any(|(n, _)| *n == number))
                {
                    known.push(format!("{name}:{line}: {number} is printed in {place}"));
                }
            }
        }
    }
    known
}

#[test]
fn no_query_and_no_declaration_knows_a_printed_figure() {
    let texts = texts();
    let published = published(&texts);
    assert!(published.len() > 100, "{published:?}");
    let mut read = texts;
    read.retain(|(name, _)| name.starts_with("pipelines/") && ends_with(name, &[".sql", ".yaml"]));
    read.retain(|(name, _)| !name.contains("/published/") && !name.ends_with("/misprints.yaml"));
    assert!(read.len() > 100);
    assert_eq!(known(&read, &published), Vec::<String>::new());
}

#[test]
fn the_search_finds_figures_however_they_are_written() {
    assert_eq!(
        numbers("599 *, 16,9 .0% 81.05; v11a '733' -12"),
        ["599", "16.9", ".0", "81.05", "11", "733", "12"]
    );
    let published = published(&texts());
    let text = |text: &str| vec![("a.sql".to_owned(), text.to_owned())];
    for figure in ["select 733", "where n = 154", "81,05", "30.246", "-- 599 of them"] {
        assert_eq!(known(&text(figure), &published).len(), 1, "{figure}");
    }
    assert_eq!(
        known(&text("100 * n, date '2010-11-01', cast(x as decimal(18, 6))"), &published),
        Vec::<String>::new()
    );
}
