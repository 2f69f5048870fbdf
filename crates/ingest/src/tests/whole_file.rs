use super::fixture::{csv, loans, read, read_with, refused, staged};
use crate::{InputFile, Limits, open};
use insta::assert_snapshot;
use terms::IdentityKey;

#[test]
fn what_is_no_delimited_text() {
    assert_snapshot!(refused("noord.csv", ""), @"loans/noord.csv: the file is empty (zero bytes); deliver it again, or take it away");
    assert_snapshot!(refused("noord.csv", "\n \r\n"), @"loans/noord.csv: the file holds only blank lines; deliver it again, or take it away");
    assert_snapshot!(refused("noord.csv", "\u{feff} <!DOCTYPE html><html><body>Log in</body></html>"), @"loans/noord.csv: this is a web page, perhaps a log-in or error page that was saved in place of the file; download it again");
    assert_snapshot!(refused("noord.csv", b"PK\x03\x04rest"), @"loans/noord.csv: this is an XLSX or zip file under another name; rename it to .xlsx, or save it as CSV");
    assert_snapshot!(refused("noord.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), @"loans/noord.csv: this is an old or encrypted Excel file under another name; save it as CSV or as XLSX without a password");
    assert_snapshot!(refused("noord.csv", b"%PDF-1.7"), @"loans/noord.csv: this is a PDF; deliver the table as CSV or XLSX");
    assert_snapshot!(refused("noord.csv", [0, 1, 2, 3, 250, 251, 7, 8]), @"loans/noord.csv: this is a binary file, no text; deliver the table as CSV or XLSX");
    let bare: Vec<u8> = csv("").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_snapshot!(refused("noord.csv", bare), @"loans/noord.csv: the text looks like UTF-16 without a byte order mark; save it as UTF-8");
    assert_snapshot!(refused("noord.csv", b"\xff\xfeC"), @"loans/noord.csv: the file ends in half a character, so it was cut off; deliver it again");
    assert_snapshot!(refused("noord.ods", "x"), @"loans/noord.ods: neither .csv nor .xlsx; save the table in one of these");
    let russian =
        encoding_rs::WINDOWS_1251.encode(&csv(";Война и мир, Преступление и наказание;;;;\n")).0.into_owned();
    assert_snapshot!(refused("noord.csv", russian), @"loans/noord.csv: the text is neither UTF-8 nor windows-1252 but looks like windows-1251; save it as UTF-8");
}

#[test]
fn headers_that_do_not_fit() {
    assert_snapshot!(refused("noord.csv", "Card number;Titel;Date borrowed;Copies;Returned\n"), @"loans/noord.csv, line 1: `Titel` (column 2) is not in the contract (nearest: `Title`); header `Title` of column `title` is missing (nearest in the file: `Titel`); deliver the agreed headers, or change the contract");
    assert_snapshot!(refused("noord.csv", "Card;Title;Date borrowed;Copies;Returned;Shoe size\n"), @"loans/noord.csv, line 1: `Shoe size` (column 6) is not in the contract; deliver the agreed headers, or change the contract");
    assert_snapshot!(refused("noord.csv", "Card;Title;Date borrowed;Copies;Returned;card number\n"), @"loans/noord.csv, line 1: column `card` is headed more than once, in columns 1 and 6; deliver the agreed headers, or change the contract");
    assert_snapshot!(refused("noord.csv", "Card;;Title;Date borrowed;Copies;Returned\n"), @"loans/noord.csv, line 1: column 2 has no header; deliver the agreed headers, or change the contract");
    assert_snapshot!(refused("noord.csv", "Card;\"Title;Date borrowed;Copies;Returned\n;A;;;\n"), @"loans/noord.csv, line 1: the header row: a quotation mark opens on this line and is never properly closed, so the lines after it were read on their own; close it, or double it if it belongs to the text");
    assert_snapshot!(refused("noord.csv", format!("Title{}\n", ";x".repeat(512))), @"loans/noord.csv, line 1: more than 512 columns; take the superfluous ones out");
}

#[test]
fn a_person_in_place_of_the_header_is_not_repeated() {
    let message = refused("noord.csv", "0612345678;Multatuli;31-12-1989;1;;ja\n");
    assert!(!message.contains("Multatuli") && !message.contains("0612345678"), "{message}");
    assert_snapshot!(message, @"loans/noord.csv, line 1: no header row: none of the agreed headers `Card number` or `Title` or `Date borrowed` or `Copies` or `Fine` or `Returned` is on this line; put them on the first line");
}

#[test]
fn the_name_of_the_file_must_be_a_value_of_the_file_column() {
    assert_snapshot!(refused("noort.csv", csv("")), @"loans/noort.csv: the file's name is no value of column `branch`: the text is not in the code list (nearest: `Noord`); correct it, or add the spelling to the list");
}

#[test]
fn size_is_limited() {
    let limits = Limits { file_bytes: 10, ..Limits::default() };
    let error = read_with(&loans(), &limits, "noord.csv", csv("").as_bytes()).err().unwrap();
    assert_snapshot!(error, @"loans/noord.csv: the file is larger than the limit of 10 bytes; split it, or raise the limit");
}

#[test]
fn contracts_at_fault() {
    let mut contract = loans();
    contract.columns[1].headers.push("card".into());
    let error = read_with(&contract, &Limits::default(), "noord.csv", csv("").as_bytes()).err().unwrap();
    assert_snapshot!(error, @"source loans: columns `card` and `title` both accept header `card`; keep one");
}

#[test]
fn a_file_that_is_not_there() {
    let error = super::fixture::read_path(&loans(), &Limits::default(), "noord.csv", "absent".as_ref())
        .err()
        .unwrap();
    assert!(error.to_string().starts_with("loans/noord.csv: "), "{error}");
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noord.csv");
    std::fs::write(&path, csv(&";A;;;;\n".repeat(100_000))).unwrap();
    let file = InputFile { name: "loans/noord.csv".into(), path: path.clone() };
    let (contract, key) = (loans(), IdentityKey::demonstration());
    let mut reader = open(&contract, &key, &file, &Limits::default()).unwrap();
    std::fs::write(&path, csv(&";B;;;;\n".repeat(100_000))).unwrap();
    while let Some(Ok(_)) = reader.next() {}
    assert_snapshot!(reader.finish().unwrap_err(), @"loans/noord.csv: the file changed while it was read; run again when its delivery is complete");
}

#[test]
fn the_account_is_given_at_the_end_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noord.csv");
    std::fs::write(&path, csv(";A;;;;\n")).unwrap();
    let file = InputFile { name: "loans/noord.csv".into(), path };
    let (contract, key) = (loans(), IdentityKey::demonstration());
    let reader = open(&contract, &key, &file, &Limits::default()).unwrap();
    assert_snapshot!(reader.finish().unwrap_err(), @"loans/noord.csv: internal fault, nothing of this file was used: its account was asked for before its end; please report it");
    let hash = crate::fingerprint(&file, &Limits::default()).unwrap();
    let summary = read("noord.csv", csv(";A;;;;\n")).unwrap().summary;
    assert_eq!(hash, (summary.sha256, summary.bytes));
}

/// A record as it was delivered: decoded, whole, without line end.
#[test]
fn delivered_records_are_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let header = "Card number;Title;Date borrowed;Copies;Fine;Returned\r\n";
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(b"0612345678;\"Caf\xe9\r\nof bar\";31-12-1989;1;2;ja\r\n");
    bytes.extend(b"0612345679;Max;31-12-1989;1;2;ja\r\n");
    let path = folder.path().join("noord.csv");
    std::fs::write(&path, bytes).unwrap();
    let file = crate::InputFile { name: "noord.csv".into(), path };
    let lines = |lines: &[u64]| {
        let lines = lines.iter().copied().collect();
        crate::delivered(&super::fixture::loans(), &file, &lines, &crate::Limits::default()).unwrap()
    };
    let all = lines(&[2, 3, 4, 9]);
    assert_eq!(all.keys().copied().collect::<Vec<_>>(), [2, 4], "no record begins at line 3");
    assert_eq!(all[&2], "0612345678;\"Café\r\nof bar\";31-12-1989;1;2;ja");
    assert_eq!(all[&4], "0612345679;Max;31-12-1989;1;2;ja");
    assert!(lines(&[]).is_empty());
}

/// Records read from their places alone are those that reading the whole file gives, however it is written.
#[test]
fn staged_records_are_read_from_their_places() {
    let text = csv(";Café ’Één’;;;;\r\n;\"Two\r\nlines\";;;;\r\n\r\n;B;;;;");
    let utf16 = |big: bool| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect::<Vec<u8>>()
    };
    let forms = [
        text.clone().into_bytes(),
        format!("\u{feff}{text}").into_bytes(),
        encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
        utf16(false),
        utf16(true),
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = InputFile { name: "noord.csv".into(), path: folder.path().join("noord.csv") };
    for bytes in forms {
        std::fs::write(&file.path, &bytes).unwrap();
        let outcome = read("noord.csv", &bytes).unwrap();
        let number = |column| staged(&outcome, column).into_iter().map(|text| text.parse().unwrap());
        let lines = number("line").collect();
        let whole = crate::delivered(&loans(), &file, &lines, &Limits::default()).unwrap();
        let places: Vec<(u64, u64)> = number("byte_offset").zip(number("byte_length")).collect();
        let read = crate::delivered_at(&file, &places).unwrap();
        assert_eq!(read, whole.into_values().collect::<Vec<_>>(), "{}", outcome.summary.format);
        assert_eq!(read[1], ";\"Two\r\nlines\";;;;");
    }
    assert!(crate::delivered_at(&file, &[(0, 9999)]).is_err(), "a record that the file does not hold");
}
