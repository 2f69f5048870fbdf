use super::fixture::{loans, quarantined, read, read_with, refused, rows, shown, staged};
use crate::Limits;
use insta::assert_snapshot;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use std::io::{Cursor, Read, Write};

const HEADERS: [&str; 6] = ["Card number", "Title", "Date borrowed", "Copies", "Fine", "Returned"];

/// A workbook of one sheet with the agreed header, which `fill` fills.
fn book(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, HEADERS).unwrap();
    fill(sheet);
    book.save_to_buffer().unwrap()
}

/// The account of a workbook with these cells in its second row.
fn check(fill: impl FnOnce(&mut Worksheet), expected: &str) {
    let text = shown("noord.xlsx", book(fill));
    let got: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(got.join("\n"), expected);
}

fn day(sheet: &mut Worksheet, date: &str) {
    let format = Format::new().set_num_format("dd-mm-yyyy");
    sheet.write_with_format(1, 2, ExcelDateTime::parse_from_str(date).unwrap(), &format).unwrap();
}

/// The same package with one part changed.
fn changed(bytes: &[u8], part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..old.len() {
        let mut entry = old.by_index(at).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        let text = if entry.name().unwrap() == part { change(text) } else { text };
        new.start_file(entry.name().unwrap(), zip::write::SimpleFileOptions::default()).unwrap();
        new.write_all(text.as_bytes()).unwrap();
    }
    new.finish().unwrap().into_inner()
}

#[test]
fn a_good_row() {
    let bytes = book(|sheet| {
        sheet
            .write_row(1, 0, ["0612345678", "Max Havelaar", "31-12-1989", "1.234", "1.234,5", "ja"])
            .unwrap();
    });
    assert_snapshot!(shown("noord.xlsx", &bytes), @r#"
    xlsx: 1 records, 1 staged, 0 quarantined, 0 blank
    2 | · | · | 0612345678 | Max Havelaar | 1989-12-31 | 1234 | 1234.500000 | true
    "#);
    let outcome = read("noord.xlsx", &bytes).unwrap();
    assert_eq!(rows(&outcome.chunks[0].staged, &["sheet"]), ["Sheet1"]);
}

#[test]
fn one_record_has_one_identity_in_every_format() {
    let bytes = book(|sheet| {
        sheet.write(1, 0, 1_234_567_890_i64).unwrap().write(1, 1, "A").unwrap();
        sheet.write(1, 3, 3).unwrap().write(1, 4, 2.5).unwrap().write(1, 5, true).unwrap();
        day(sheet, "1989-12-31");
    });
    let sheet = read("noord.xlsx", bytes).unwrap();
    let text = read("noord.csv", super::fixture::csv("1234567890;A;31/12/89;3;2,50;J\n")).unwrap();
    assert_eq!(staged(&sheet, "content_id"), staged(&text, "content_id"));
    assert_eq!(staged(&sheet, "content_id").len(), 1);
}

#[test]
fn typed_cells() {
    let title = |sheet: &mut Worksheet| {
        sheet.write(1, 1, "A").unwrap();
    };
    check(
        |sheet| {
            title(sheet);
            day(sheet, "1989-12-31");
        },
        "2 | · | · | · | A | 1989-12-31 | · | · | ·",
    );
    check(
        |sheet| {
            title(sheet);
            day(sheet, "1900-02-28");
        },
        "2 | · | · | · | A | 1900-02-28 | · | · | ·",
    );
    check(
        |sheet| {
            title(sheet);
            day(sheet, "1989-12-31T10:00:00");
        },
        "2 | borrowed | 1989-12-31T10:00:00 | time_of_day | \tA\t1989-12-31T10:00:00",
    );
    check(
        |sheet| {
            title(sheet);
            sheet.write(1, 2, 32_873).unwrap();
        },
        "2 | borrowed | 32873 | wrong_cell_type | \tA\t32873",
    );
    check(
        |sheet| {
            title(sheet);
            sheet.write(1, 0, 1_234_567_890_i64).unwrap();
        },
        "2 | · | · | 1234567890 | A | · | · | · | ·",
    );
    check(
        |sheet| {
            title(sheet);
            sheet.write(1, 0, 612_345_678).unwrap();
        },
        "2 | card | 612345678 | pattern_mismatch | 612345678\tA",
    );
    check(
        |sheet| {
            title(sheet);
            sheet.write(1, 3, 2.5).unwrap();
        },
        "2 | copies | 2.5 | not_whole | \tA\t\t2.5",
    );
    check(
        |sheet| {
            sheet.write(1, 1, 12).unwrap();
        },
        "2 | · | · | · | 12 | · | · | · | ·",
    );
    check(
        |sheet| {
            sheet.write(1, 1, 2.5).unwrap();
        },
        "2 | · | · | · | 2.5 | · | · | · | ·",
    );
    check(
        |sheet| {
            title(sheet);
            sheet.write(1, 5, false).unwrap();
        },
        "2 | · | · | · | A | · | · | · | false",
    );
    check(
        |sheet| {
            title(sheet);
            sheet.write(1, 6, "x").unwrap();
        },
        "2 | · | · | ragged_row | \tA\t\t\t\t\tx",
    );
    check(
        |sheet| {
            title(sheet);
            sheet.write(1, 600, "x").unwrap();
        },
        "2 | · | · | ragged_row | \tA",
    );
}

#[test]
fn formulas_count_for_their_result() {
    let formula = |result: &str| Formula::new("=1+2").set_result(result);
    check(
        |sheet| {
            sheet.write(1, 1, formula("A")).unwrap().write(1, 3, formula("3")).unwrap();
        },
        "2 | · | · | · | A | · | 3 | · | ·",
    );
    check(
        |sheet| {
            sheet.write(1, 1, formula("A")).unwrap().write(1, 3, formula("#N/A")).unwrap();
        },
        "2 | copies | #N/A | error_cell | \tA\t\t#N/A",
    );
    check(
        |sheet| {
            sheet.write_string(1, 1, "=1+1").unwrap();
        },
        "2 | · | · | · | =1+1 | · | · | · | ·",
    );
}

#[test]
fn workbooks_that_count_from_1904() {
    let bytes = book(|sheet| {
        sheet.write(1, 1, "A").unwrap();
        day(sheet, "1985-12-30");
    });
    let bytes = changed(&bytes, "xl/workbook.xml", |text| {
        text.replace("<workbookPr ", "<workbookPr date1904=\"1\" ")
    });
    assert_eq!(staged(&read("noord.xlsx", bytes).unwrap(), "borrowed"), ["1989-12-31"]);
}

#[test]
fn blank_rows_are_counted() {
    let bytes = book(|sheet| {
        sheet.write(1, 1, "A").unwrap().write(2, 1, " ").unwrap().write(9, 1, "B").unwrap();
    });
    assert_snapshot!(shown("noord.xlsx", bytes), @r#"
    xlsx: 2 records, 2 staged, 0 quarantined, 7 blank
    2 | · | · | · | A | · | · | · | ·
    10 | · | · | · | B | · | · | · | ·
    "#);
}

#[test]
fn the_sheet_with_the_agreed_header_is_read() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Empty").unwrap();
    book.add_worksheet().set_name("Notes").unwrap().write(0, 0, "About this file").unwrap();
    let sheet = book.add_worksheet().set_name("Loans").unwrap();
    sheet.write_row(2, 0, HEADERS).unwrap().write(3, 1, "A").unwrap();
    assert_snapshot!(shown("noord.xlsx", book.save_to_buffer().unwrap()), @r#"
    xlsx: 1 records, 1 staged, 0 quarantined, 2 blank
    4 | · | · | · | A | · | · | · | ·
    note: sheet `Notes` was not read: its first row is not the agreed header
    "#);
    book.add_worksheet().set_name("More").unwrap().write_row(0, 0, HEADERS).unwrap();
    assert_snapshot!(refused("noord.xlsx", book.save_to_buffer().unwrap()), @"loans/noord.xlsx: sheets `Loans` and `More` have the agreed headers, and nothing says which one counts; deliver one of them");
}

#[test]
fn headers_that_do_not_fit() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(3, 0, ["Card number", "Titel", "Date borrowed", "Copies", "Returned"]).unwrap();
    assert_snapshot!(refused("noord.xlsx", book.save_to_buffer().unwrap()), @"loans/noord.xlsx, sheet `Sheet1`, row 4: `Titel` (column 2) is not in the contract (nearest: `Title`); header `Title` of column `title` is missing (nearest in the file: `Titel`); deliver the agreed headers, or change the contract");
    assert_snapshot!(refused("noord.xlsx", Workbook::new().save_to_buffer().unwrap()), @"loans/noord.xlsx: the workbook has only empty sheets; deliver it again, or take it away");
}

#[test]
fn what_is_no_workbook() {
    let bytes = book(|_| ());
    assert_snapshot!(refused("noord.xlsx", ""), @"loans/noord.xlsx: the file is empty (zero bytes); deliver it again, or take it away");
    assert_snapshot!(refused("noord.xlsx", "Card;Title\n"), @"loans/noord.xlsx: not an XLSX file, whatever its name says; save the table as .xlsx, or name it .csv if it is delimited text");
    assert_snapshot!(refused("noord.xlsx", "<html>Log in</html>"), @"loans/noord.xlsx: this is a web page, perhaps a log-in or error page that was saved in place of the file; download it again");
    assert_snapshot!(refused("noord.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), @"loans/noord.xlsx: the file is encrypted with a password, or an old Excel file; save it as .xlsx without a password");
    assert_snapshot!(refused("noord.xlsx", &bytes[..bytes.len() / 2]), @"loans/noord.xlsx: the XLSX file is damaged or was cut off (invalid Zip archive: Could not find EOCD); open it, save it again, and deliver it again");
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
    assert_snapshot!(refused("noord.xlsx", zip.finish().unwrap().into_inner()), @"loans/noord.xlsx: a zip file without a workbook in it; save the table as .xlsx");
    let broken = changed(&bytes, "xl/worksheets/sheet1.xml", |text| text[..text.len() / 2].to_owned());
    assert_snapshot!(refused("noord.xlsx", broken), @"loans/noord.xlsx: the XLSX file is damaged or was cut off (Xml error: syntax error: tag not closed: `>` not found before end of input); open it, save it again, and deliver it again");
}

#[test]
fn rows_out_of_order_are_damage() {
    let bytes = book(|sheet| {
        sheet.write(1, 1, "A").unwrap().write(2, 1, "B").unwrap();
    });
    let swapped = changed(&bytes, "xl/worksheets/sheet1.xml", |text| text.replace("r=\"B3\"", "r=\"C1\""));
    assert_snapshot!(refused("noord.xlsx", swapped), @"loans/noord.xlsx: the XLSX file is damaged or was cut off (row 1 is out of order, or a cell occurs twice); open it, save it again, and deliver it again");
    let twice = changed(&bytes, "xl/worksheets/sheet1.xml", |text| text.replace("r=\"B1\"", "r=\"A1\""));
    assert_snapshot!(refused("noord.xlsx", twice), @"loans/noord.xlsx: the XLSX file is damaged or was cut off (row 1 is out of order, or a cell occurs twice); open it, save it again, and deliver it again");
}

#[test]
fn what_unpacks_to_too_much() {
    let bytes = book(|sheet| {
        sheet.write(1, 1, "A").unwrap();
    });
    let refused = |limits: Limits, bytes: &[u8]| {
        read_with(&loans(), &limits, "noord.xlsx", bytes).err().unwrap().to_string()
    };
    let usual = Limits { unpacked_bytes: 1 << 20, ..Limits::default() };
    assert!(read_with(&loans(), &usual, "noord.xlsx", &bytes).is_ok());
    let bomb = changed(&bytes, &last_part(&bytes), |text| text + &" ".repeat(4 << 20));
    assert_snapshot!(refused(usual, &bomb), @"loans/noord.xlsx: the XLSX file unpacks to more than the limit of 1048576 bytes; split it, deliver CSV, or raise the limit");
    // The directory of the package says that the part is small.
    let lying = lower_declared_sizes(bomb, 4 << 20);
    assert_snapshot!(refused(usual, &lying), @"loans/noord.xlsx: the XLSX file is damaged or was cut off (File is larger than its declared uncompressed size); open it, save it again, and deliver it again");
    assert_snapshot!(refused(Limits { parts: 3, ..usual }, &bytes), @"loans/noord.xlsx: the XLSX file has more than 3 parts; save the table alone");
    assert_snapshot!(refused(Limits { cells: 6, ..usual }, &bytes), @"loans/noord.xlsx: the sheet has more than 6 cells; split it, or deliver CSV");
}

/// The part that is unpacked last, after which no other check can find it too large.
fn last_part(bytes: &[u8]) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    zip.by_index(zip.len() - 1).unwrap().name().unwrap().into_owned()
}

/// Replaces every declared size above `size` by 100.
fn lower_declared_sizes(mut bytes: Vec<u8>, size: u32) -> Vec<u8> {
    for at in 0..bytes.len() - 30 {
        let field = match &bytes[at..at + 4] {
            b"PK\x01\x02" => at + 24,
            b"PK\x03\x04" => at + 22,
            _ => continue,
        };
        let declared = u32::from_le_bytes(bytes[field..field + 4].try_into().unwrap());
        if declared >= size {
            bytes[field..field + 4].copy_from_slice(&100_u32.to_le_bytes());
        }
    }
    bytes
}

#[test]
fn many_rows_come_in_bounded_chunks() {
    let bytes = book(|sheet| {
        for row in 1..=1_000 {
            sheet.write(row, 1, format!("Title {row}")).unwrap();
        }
    });
    let limits = Limits { chunk_records: 100, ..Limits::default() };
    let outcome = read_with(&loans(), &limits, "noord.xlsx", &bytes).unwrap();
    assert_eq!((outcome.chunks.len(), outcome.summary.staged), (10, 1_000));
    assert_eq!(staged(&outcome, "line"), (2..=1_001).map(|line| line.to_string()).collect::<Vec<_>>());
    assert!(quarantined(&outcome, "line").is_empty());
}

/// A row of a sheet as it was delivered: its cells, dates as the calendar has them.
#[test]
fn delivered_rows_are_given_again() {
    let bytes = book(|sheet| {
        sheet.write_row(1, 0, ["0612345678", "Max Havelaar"]).unwrap();
        day(sheet, "1989-12-31");
        sheet.write(1, 3, 2).unwrap();
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noord.xlsx");
    std::fs::write(&path, bytes).unwrap();
    let file = crate::InputFile { name: "noord.xlsx".into(), path };
    let rows = crate::delivered(&loans(), &file, &[2, 3].into(), &Limits::default()).unwrap();
    assert_eq!(
        rows.into_iter().collect::<Vec<_>>(),
        [(2, "0612345678\tMax Havelaar\t1989-12-31\t2".to_owned())]
    );
}
