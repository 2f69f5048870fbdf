use super::fixture::{HEADER, csv, loans, quarantined, read, read_with, rows, shown, staged};
use crate::{Limits, ReasonCode};
use insta::assert_snapshot;

/// The reason codes of the faults of these lines, in order.
fn check(lines: &str, staged_lines: &[&str], codes: &[ReasonCode]) {
    let outcome = read("noord.csv", csv(lines)).unwrap_or_else(|error| panic!("{lines:?}: {error}"));
    assert_eq!(staged(&outcome, "line"), staged_lines, "staged lines of {lines:?}");
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    assert_eq!(quarantined(&outcome, "reason_code"), codes, "faults of {lines:?}");
}

#[test]
fn a_good_file() {
    assert_snapshot!(shown("noord.csv", csv("0612345678;Max Havelaar;31-12-1989;1.234;1.234,5;ja\n\n;=1+1;;;;\n")), @r#"
    utf-8, ;: 2 records, 2 staged, 0 quarantined, 1 blank
    2 | 53 | 52 | 0612345678 | Max Havelaar | 1989-12-31 | 1234 | 1234.500000 | true
    4 | 106 | 10 | · | =1+1 | · | · | · | ·
    "#);
}

#[test]
fn every_staged_row_names_its_source_place_and_pseudonym() {
    let outcome = read("noord.csv", csv("06-1234.5678;A;;;;\n-;B;;;;\n")).unwrap();
    let chunk = &outcome.chunks[0];
    assert_eq!(chunk.staged.schema(), crate::staged_schema(&loans()));
    assert_eq!(chunk.quarantine.schema(), crate::quarantine_schema());
    let key = terms::IdentityKey::demonstration();
    let id = terms::RowId::derive(&key, "loans", &["north", "0612345678", "A", "", "", "", ""]);
    assert_eq!(rows(&chunk.staged, &["card", "card_ref"])[1], "· | ·");
    assert_eq!(
        rows(&chunk.staged, &["content_id", "file", "sheet", "branch", "card", "card_ref"])[..1],
        [format!("{id} | loans/noord.csv | · | north | 0612345678 | {}", key.pseudonym("0612345678"))]
    );
}

#[test]
fn all_faults_of_a_record_are_rows_and_it_counts_once() {
    assert_snapshot!(shown("noord.csv", csv("123;;31-02-1988;1,234;1.5;misschien\n")), @r#"
    utf-8, ;: 1 records, 0 staged, 1 quarantined, 0 blank
    2 | card | 123 | pattern_mismatch | 123;;31-02-1988;1,234;1.5;misschien
    2 | title | · | missing_required | 123;;31-02-1988;1,234;1.5;misschien
    2 | borrowed | 31-02-1988 | no_such_date | 123;;31-02-1988;1,234;1.5;misschien
    2 | copies | 1,234 | ambiguous_number | 123;;31-02-1988;1,234;1.5;misschien
    2 | fine | 1.5 | not_a_number | 123;;31-02-1988;1,234;1.5;misschien
    2 | returned | misschien | not_a_boolean | 123;;31-02-1988;1,234;1.5;misschien
    "#);
}

#[test]
fn reasons_name_the_way_out() {
    let lines = "123;A;12/31/1989;1,5;;\nx;A;;;;\n1;2;3\n";
    let outcome = read("noord.csv", csv(lines)).unwrap();
    assert_snapshot!(quarantined(&outcome, "reason").join("\n"), @r#"
    the text does not have the agreed form `[0-9]{10}`; correct it at the source
    the month is above 12 and the day is not, so day and month look swapped; deliver day-month-year
    a whole number is expected and this one has decimals; deliver it without them
    the text does not have the agreed form `[0-9]{10}`; correct it at the source
    the record has 3 fields and the header 6; put quotation marks around text that holds the delimiter, or add the missing fields
    "#);
}

#[test]
fn dates_numbers_and_booleans_go_to_quarantine_with_their_reason() {
    use ReasonCode::*;
    check(";A;12/31/1989;;;\n", &[], &[DayMonthSwapped]);
    check(";A;31-02-1988;;;\n", &[], &[NoSuchDate]);
    check(";A;01-01-0000;;;\n", &[], &[YearOutOfRange]);
    check(";A;01-01-1850;;;\n", &[], &[YearOutOfRange]);
    check(";A;morgen;;;\n", &[], &[NotADate]);
    check(";A;;1,234;;\n", &[], &[AmbiguousNumber]);
    check(";A;;;;wellicht\n", &[], &[NotABoolean]);
    check(";;;1;;\n", &[], &[MissingRequired]);
    check("abc;A;;;;\n", &[], &[PatternMismatch]);
}

#[test]
fn quoted_fields_and_line_ends() {
    assert_snapshot!(shown("noord.csv", csv(";\"a \"\"b\"\"; c\";;;;\r\n;\"two\nlines\";;;;\r\n;last;;;;")), @r#"
    utf-8, ;: 3 records, 3 staged, 0 quarantined, 0 blank
    2 | 53 | 19 | · | a "b"; c | · | · | · | ·
    3 | 72 | 18 | · | two lines | · | · | · | ·
    5 | 90 | 9 | · | last | · | · | · | ·
    "#);
}

#[test]
fn ragged_rows() {
    use ReasonCode::RaggedRow;
    check(";A;;;\n;B;;;;\n;C;;;;;\n", &["3"], &[RaggedRow, RaggedRow]);
}

#[test]
fn unnamed_last_columns_are_let_through_while_blank() {
    let text = "Card;Title;Date borrowed;Copies;Returned;;\n;A;;;;;\n;B;;;;x;\n";
    assert_snapshot!(shown("noord.csv", text), @r#"
    utf-8, ;: 2 records, 1 staged, 1 quarantined, 0 blank
    2 | 43 | 8 | · | A | · | · | · | ·
    3 | · | · | ragged_row | ;B;;;;x;
    "#);
}

#[test]
fn an_open_quotation_mark_loses_no_line() {
    use ReasonCode::*;
    // To the end of the file.
    check(";\"A;;;;\n;B;;;;\n;C;;;;\n", &["3", "4"], &[OpenQuote]);
    // Up to the next quoted field.
    check(";\"A;;;;\n;B;;;;\n;\"C\";;;;\n", &["3", "4"], &[OpenQuote]);
    // On the last line.
    check(";A;;;;\n;\"B;;;;", &["2"], &[OpenQuote]);
    // Closed by another mark, so that the count of fields is right by accident.
    check(";\"A;;;;\n;B;;;;\n;C\";;;;\n", &[], &[SwallowedLine]);
    check(";\"A;;;;\n;C\";;;;\n", &[], &[SwallowedLine]);
    check(";\"A\"x;;;;\n;B;;;;\n", &["3"], &[StrayQuote]);
    // A mark inside a plain field is a character like any other.
    check(";12\" record;;;;\n", &["2"], &[]);
}

#[test]
fn too_many_open_quotation_marks_give_the_file_up() {
    let limits = Limits { open_quotes: 2, ..Limits::default() };
    let lines = csv(&";\"A;;;;\n;B;;;;\n;\"C\";;;;\n".repeat(3));
    let error = read_with(&loans(), &limits, "noord.csv", lines.as_bytes()).err().unwrap();
    assert_snapshot!(error, @"loans/noord.csv: line 8: a quotation mark opens here and is never closed, and so on more than 2 lines before; deliver the file with its quotation marks in pairs");
}

#[test]
fn long_fields_and_records() {
    use ReasonCode::*;
    let long = "x".repeat(65_537);
    check(&format!(";{long};;;;\n;B;;;;\n"), &["3"], &[FieldTooLong]);
    check(&format!(";\"{long}\n\";;;;\n;B;;;;\n"), &["4"], &[OpenQuote, OpenQuote]);
    let huge = "x".repeat(1 << 20);
    check(&format!(";{huge};;;;\n;B;;;;\n"), &["3"], &[RecordTooLong]);
    check(&format!("{}\n;B;;;;\n", ";".repeat(2_000)), &["3"], &[]);
    check(&format!("{}x\n;B;;;;\n", ";".repeat(2_000)), &["3"], &[RaggedRow]);
    let outcome = read("noord.csv", csv(&format!(";{huge};;;;\n"))).unwrap();
    assert!(quarantined(&outcome, "raw")[0].chars().count() <= 2_049);
}

#[test]
fn nul_bytes_and_broken_utf8_cost_their_own_record_only() {
    check(";A\0;;;;\n;B;;;;\n", &["3"], &[ReasonCode::NulByte]);
    let mut bytes = csv(";café;;;;\n;naïve;;;;\n;").into_bytes();
    bytes.extend_from_slice(b"caf\xe9;;;;\n;B;;;;\n");
    assert_snapshot!(shown("noord.csv", bytes), @r#"
    utf-8, ;: 4 records, 3 staged, 1 quarantined, 0 blank
    2 | 53 | 11 | · | café | · | · | · | ·
    3 | 64 | 12 | · | naïve | · | · | · | ·
    5 | 86 | 7 | · | B | · | · | · | ·
    4 | · | · | bad_encoding | ;caf�;;;;
    "#);
    check(";\u{fffd};;;;\n", &[], &[ReasonCode::BadEncoding]);
}

#[test]
fn encodings_give_the_same_rows() {
    let text = csv(";Café ’Één’;;;;\r\n;B;;;;\r\n");
    let utf16 = |big: bool| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect::<Vec<u8>>()
    };
    let windows = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
    let forms = [
        text.clone().into_bytes(),
        format!("\u{feff}{text}").into_bytes(),
        windows,
        utf16(false),
        utf16(true),
    ];
    let mut formats = Vec::new();
    for bytes in &forms {
        let outcome = read("noord.csv", bytes).unwrap();
        assert_eq!(staged(&outcome, "title"), ["Café ’Één’", "B"], "{}", outcome.summary.format);
        assert_eq!(staged(&outcome, "line"), ["2", "3"]);
        let places =
            outcome.chunks.iter().flat_map(|chunk| rows(&chunk.staged, &["byte_offset", "byte_length"]));
        let places: Vec<String> = places.collect();
        formats.push(format!("{}: {}", outcome.summary.format, places.join(", ")));
        // The place in the delivered file holds the record, whatever the encoding.
        let (offset, length) = places[1].split_once(" | ").unwrap();
        assert_eq!(offset.parse::<usize>().unwrap() + length.parse::<usize>().unwrap(), bytes.len());
    }
    assert_snapshot!(formats.join("\n"), @r#"
    utf-8, ;: 53 | 24, 77 | 8
    utf-8, ;: 56 | 24, 80 | 8
    windows-1252, ;: 53 | 17, 70 | 8
    utf-16le, ;: 108 | 34, 142 | 16
    utf-16be, ;: 108 | 34, 142 | 16
    "#);
}

#[test]
fn utf16_may_end_without_a_line_end() {
    let bytes: Vec<u8> =
        std::iter::once(0xfeff).chain(csv(";A;;;;").encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(staged(&read("noord.csv", bytes).unwrap(), "title"), ["A"]);
}

#[test]
fn a_byte_order_mark_inside_the_file_is_dropped_as_a_blank() {
    check("\u{feff};\u{feff}A;;;;\n", &["2"], &[]);
    check("\u{feff}\n", &[], &[ReasonCode::RaggedRow]);
    assert_eq!(staged(&read("noord.csv", csv("\u{feff};\u{feff}A;;;;\n")).unwrap(), "title"), ["A"]);
}

#[test]
fn delimiters_are_told_by_the_header() {
    for (delimiter, name) in [(";", ";"), (",", ","), ("\t", "tab")] {
        let text = csv(";A;;;;\n").replace(';', delimiter);
        let outcome = read("noord.csv", &text).unwrap();
        assert_eq!(outcome.summary.format, format!("utf-8, {name}"));
        assert_eq!(staged(&outcome, "title"), ["A"]);
    }
    let outcome = read("noord.csv", format!("sep=;\r\n\r\n;;\r\n{HEADER};A;;;;\n")).unwrap();
    assert_eq!((staged(&outcome, "line"), outcome.summary.blank), (vec!["5".to_owned()], 2));
}

#[test]
fn headers_are_compared_without_case_accents_and_blanks() {
    let outcome = read("noord.csv", " CARD ;Títle;\"Date\nborrowed\";copies;Returned\n;A;;;\n").unwrap();
    assert_eq!(staged(&outcome, "line"), ["3"]);
}

#[test]
fn a_file_with_a_header_only_is_noted() {
    assert_snapshot!(shown("noord.csv", HEADER), @r#"
    utf-8, ;: 0 records, 0 staged, 0 quarantined, 0 blank
    note: the file has a header and no records
    "#);
}
