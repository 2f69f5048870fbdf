//! No row is lost: properties over made-up files.

use super::fixture::{HEADER, Outcome, csv, loans, quarantined, read, read_path, read_with, staged};
use crate::{IngestError, InputFile, Limits, open};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::io::Write;
use terms::IdentityKey;

/// Lines of all kinds: good, faulty, ragged, blank, and with quotation marks that open, close, or stray.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[0-9]{10};[A-Z][a-z]{0,8};[0-3]?[0-9]-[01]?[0-9]-19[0-9]{2};[0-9]{0,3};;(ja|nee|)",
        1 => "[a-z;\" ]{0,20}",
        1 => ";\"[a-z]{0,5}\";;;;",
        1 => ";\"[a-z]{0,5};;;;",
        1 => "[;]{0,7}",
    ]
}

/// A limit so low that some records and fields of the lines above break it.
fn small() -> Limits {
    Limits { chunk_records: 3, record_bytes: 64, field_bytes: 24, ..Limits::default() }
}

/// Lines on which records start, staged and quarantined; a record occurs once, whatever its number of faults.
fn starts(outcome: &Outcome) -> (Vec<u64>, BTreeSet<u64>) {
    let numbers = |lines: Vec<String>| lines.into_iter().map(|line| line.parse::<u64>().unwrap());
    (numbers(staged(outcome, "line")).collect(), numbers(quarantined(outcome, "line")).collect())
}

fn balanced(outcome: &Outcome) {
    let (good, bad) = starts(outcome);
    let summary = &outcome.summary;
    assert_eq!(good.len() as u64, summary.staged);
    assert_eq!(bad.len() as u64, summary.quarantined);
    assert_eq!(summary.records, summary.staged + summary.quarantined);
    let good_once: BTreeSet<u64> = good.iter().copied().collect();
    assert_eq!(good_once.len(), good.len(), "a line is staged twice");
    assert!(good_once.is_disjoint(&bad), "a line is staged and in quarantine");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn every_record_is_staged_or_in_quarantine(lines in prop::collection::vec(line(), 0..40), end in "\r?\n?") {
        let text = format!("{HEADER}{}{end}", lines.join("\n"));
        balanced(&read("noord.csv", &text).unwrap());
        balanced(&read_with(&loans(), &small(), "noord.csv", text.as_bytes()).unwrap());
    }

    #[test]
    fn without_quotation_marks_every_line_is_a_record_or_blank(lines in prop::collection::vec(line(), 0..40)) {
        let lines: Vec<String> = lines.iter().map(|line| line.replace('"', "")).collect();
        let outcome = read("noord.csv", csv(&lines.join("\n"))).unwrap();
        let (good, bad) = starts(&outcome);
        let got: BTreeSet<u64> = good.into_iter().chain(bad).collect();
        let expected = (2..).zip(&lines).filter(|(_, line)| line.chars().any(|c| c != ';' && c != ' '));
        prop_assert_eq!(got, expected.map(|(number, _)| number).collect::<BTreeSet<u64>>());
    }

    #[test]
    fn a_record_keeps_its_identity_wherever_it_stands(
        lines in prop::collection::vec(line(), 0..30).prop_map(|lines| {
            lines.into_iter().map(|line| line.replace('"', "")).collect::<Vec<_>>()
        }).prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle()))
    ) {
        let ids = |lines: &[String]| {
            let mut ids = staged(&read("noord.csv", csv(&lines.join("\n"))).unwrap(), "content_id");
            ids.sort();
            ids
        };
        prop_assert_eq!(ids(&lines.0), ids(&lines.1));
    }

    #[test]
    fn bytes_of_all_kinds_are_refused_or_balanced(bytes in prop::collection::vec(any::<u8>(), 0..400), start in 0_usize..4) {
        let header = [&b""[..], HEADER.as_bytes(), b"\xff\xfe", b"\xef\xbb\xbf"][start];
        for name in ["noord.csv", "noord.xlsx"] {
            let whole = [header, &bytes].concat();
            match read_with(&loans(), &small(), name, &whole) {
                Ok(outcome) => balanced(&outcome),
                Err(error) => prop_assert!(!matches!(error, IngestError::Bug { .. }), "{error}"),
            }
        }
    }

    #[test]
    fn text_of_hard_characters_is_refused_or_balanced(text in "[\"\"\"\";;;\r\n\r\n\u{0}\u{feff}\u{85}aé😀 ]{0,200}") {
        for encode in [false, true] {
            let text = format!("{HEADER}{text}");
            let bytes = if encode {
                std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
            } else {
                text.into_bytes()
            };
            match read_with(&loans(), &small(), "noord.csv", &bytes) {
                Ok(outcome) => balanced(&outcome),
                Err(error) => prop_assert!(!matches!(error, IngestError::Bug { .. }), "{error}"),
            }
        }
    }
}

#[test]
fn damaged_workbooks_are_refused_or_balanced() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, HEADER.trim().split(';')).unwrap().write(1, 1, "A").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    for at in (0..bytes.len()).step_by(37) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        match read("noord.xlsx", &damaged) {
            Ok(outcome) => balanced(&outcome),
            Err(error) => assert!(!matches!(error, IngestError::Bug { .. }), "{error}"),
        }
    }
}

#[test]
fn chunks_are_bounded_whatever_the_size_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noord.csv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    file.write_all(HEADER.as_bytes()).unwrap();
    for number in 0..20_000 {
        writeln!(file, "{number:010};Title {number};31-12-1989;1;;ja").unwrap();
    }
    file.into_inner().unwrap();
    let outcome = read_path(&loans(), &Limits::default(), "noord.csv", &path).unwrap();
    let sizes: Vec<usize> = outcome.chunks.iter().map(|chunk| chunk.staged.num_rows()).collect();
    assert_eq!(sizes, [8_192, 8_192, 3_616]);
    assert_eq!(outcome.summary.staged, 20_000);
}

#[test]
fn chunks_of_long_records_hold_fewer_of_them() {
    let lines = format!(";{};;;;\n", "x".repeat(60_000)).repeat(300);
    let outcome = read("noord.csv", csv(&lines)).unwrap();
    let sizes: Vec<usize> = outcome.chunks.iter().map(|chunk| chunk.staged.num_rows()).collect();
    assert_eq!(sizes, [140, 140, 20]);
}

#[test]
fn a_reader_may_be_dropped_half_way() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, HEADER.trim().split(';')).unwrap();
    for row in 1..5_000 {
        sheet.write(row, 1, "A").unwrap();
    }
    let path = folder.path().join("noord.xlsx");
    book.save(&path).unwrap();
    let file = InputFile { name: "loans/noord.xlsx".into(), path };
    let (contract, key) = (loans(), IdentityKey::demonstration());
    let limits = Limits { chunk_records: 10, ..Limits::default() };
    let mut reader = open(&contract, &key, &file, &limits).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().staged.num_rows(), 10);
}
