//! Workbooks that are damaged, hostile, or filled in wrongly.

use super::Entry;
use super::parts::{SHEET, changed, with, without, zipped};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

const NOORD: &str = "noord.xlsx";
const HEADERS: [&str; 6] = ["Card number", "Title", "Date borrowed", "Copies", "Fine", "Returned"];

type Faults = &'static [(u64, &'static str, &'static str)];

/// A workbook of one sheet with the agreed header, which `fill` fills.
fn book(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, HEADERS).unwrap();
    fill(sheet);
    book.save_to_buffer().unwrap()
}

/// A workbook with nothing wrong: two records, in rows 2 and 3.
pub(super) fn whole() -> Vec<u8> {
    book(|sheet| {
        sheet.write(1, 1, "A").unwrap().write(2, 1, "B").unwrap();
    })
}

fn kept(what: &'static str, bytes: Vec<u8>, staged: &'static [u64], faults: Faults) -> Entry {
    Entry::kept(what, NOORD, bytes, staged, faults)
}

fn refused(what: &'static str, bytes: impl AsRef<[u8]>, code: &'static str, message: &'static str) -> Entry {
    Entry::refused(what, NOORD, bytes.as_ref(), code, message)
}

fn damaged(what: &'static str, bytes: impl AsRef<[u8]>) -> Entry {
    refused(what, bytes, "damaged_workbook", "loans/noord.xlsx: the XLSX file is damaged or was cut off")
}

/// A workbook with a title in row 2 and this in its row, written by the test.
fn cell(
    what: &'static str,
    fill: impl FnOnce(&mut Worksheet),
    staged: &'static [u64],
    faults: Faults,
) -> Entry {
    let bytes = book(|sheet| {
        sheet.write(1, 1, "A").unwrap();
        fill(sheet);
    });
    kept(what, bytes, staged, faults)
}

pub(super) fn entries() -> Vec<Entry> {
    [packages(), hostile(), contradictions(), layouts(), cells()].into_iter().flatten().collect()
}

fn packages() -> Vec<Entry> {
    let whole = whole();
    let mut flipped = whole.clone();
    flipped[whole.len() / 3] ^= 0x10;
    vec![
        refused("a workbook without bytes", "", "empty", "loans/noord.xlsx: the file is empty (zero bytes)"),
        refused(
            "text under the name of a workbook",
            "Card;Title\n;A\n",
            "other_format",
            "loans/noord.xlsx: not an XLSX file",
        ),
        refused(
            "a page under the name of a workbook",
            "<html><table/></html>",
            "web_page",
            "loans/noord.xlsx: this is a web page",
        ),
        refused(
            "an old or encrypted workbook",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest",
            "old_or_encrypted",
            "loans/noord.xlsx: the file is encrypted",
        ),
        damaged("a workbook cut in half", &whole[..whole.len() / 2]),
        damaged("a workbook without its last bytes", &whole[..whole.len() - 9]),
        damaged("a workbook with one flipped bit", flipped),
        refused(
            "a zip file of something else",
            zipped("letter.txt", b"Dear reader"),
            "other_format",
            "loans/noord.xlsx: a zip file without a workbook",
        ),
        damaged("a workbook without its sheet", without(&whole, SHEET)),
        damaged("a workbook without its relations", without(&whole, "xl/_rels/workbook.xml.rels")),
        refused(
            "a workbook without its texts",
            without(&whole, "xl/sharedStrings.xml"),
            "damaged_workbook",
            "loans/noord.xlsx",
        ),
        damaged("a sheet that was cut off", changed(&whole, SHEET, |text| text[..text.len() / 2].to_owned())),
    ]
}

fn hostile() -> Vec<Entry> {
    let whole = whole();
    let bomb = zipped("xl/worksheets/sheet1.xml", &vec![b' '; 64 << 20]);
    let entity = |declared: &str| {
        changed(&whole, "xl/sharedStrings.xml", |text| {
            let (head, rest) = text.split_once("?>").unwrap();
            format!("{head}?><!DOCTYPE sst [{declared}]>{}", rest.replacen("<t>A</t>", "<t>&x;</t>", 1))
        })
    };
    let laughs: String =
        (1..20).map(|n| format!("<!ENTITY l{n} \"&l{0};&l{0};&l{0};&l{0};\">", n - 1)).collect();
    vec![
        refused(
            "a part that unpacks a thousandfold",
            with(&whole, "xl/media/image1.xml", &vec![b' '; 64 << 20]),
            "zip_bomb",
            "loans/noord.xlsx: a part of the XLSX file unpacks to more than 250 times its size",
        ),
        kept("a bomb inside a part", with(&whole, "xl/embeddings/book.xlsx", &bomb), &[2, 3], &[]),
        damaged("a text from another file", entity("<!ENTITY x SYSTEM \"file:///etc/passwd\">")),
        damaged(
            "a text that doubles twenty times",
            entity(&format!("<!ENTITY l0 \"ha\">{laughs}<!ENTITY x \"&l19;\">")),
        ),
        kept(
            "a sheet that says it has all cells there are",
            changed(&whole, SHEET, |text| {
                text.replacen("<dimension ref=\"A1:F3\"/>", "<dimension ref=\"A1:XFD1048576\"/>", 1)
            }),
            &[2, 3],
            &[],
        ),
        kept(
            "a record in the last row there is",
            changed(&whole, SHEET, |text| {
                text.replace("r=\"3\"", "r=\"1048576\"").replace("r=\"B3\"", "r=\"B1048576\"")
            }),
            &[2, 1_048_576],
            &[],
        ),
        kept(
            "a value in the last column there is",
            changed(&whole, SHEET, |text| text.replace("r=\"B3\"", "r=\"XFD3\"")),
            &[2],
            &[(3, "", "ragged_row")],
        ),
        refused(
            "more parts than a workbook has",
            parts_galore(),
            "too_large",
            "loans/noord.xlsx: the XLSX file has more than 4096 parts",
        ),
    ]
}

fn parts_galore() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for part in 0..5_000 {
        zip.start_file(format!("xl/{part}.xml"), zip::write::SimpleFileOptions::default()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn contradictions() -> Vec<Entry> {
    let sheet = |from: &'static str, to: &'static str| {
        changed(&whole(), SHEET, |text| {
            assert!(text.contains(from), "{text}");
            text.replacen(from, to, 1)
        })
    };
    vec![
        damaged("a cell twice", sheet("r=\"B3\"", "r=\"B2\"")),
        damaged("rows out of order", sheet("r=\"B2\"", "r=\"B9\"")),
        damaged("a cell in the row nought", sheet("r=\"B3\"", "r=\"B0\"")),
        damaged("a cell without a column", sheet("r=\"B3\"", "r=\"3\"")),
        damaged("a text that is not among the texts", sheet("<v>6</v>", "<v>600</v>")),
        // It is read as the text that it is; a column of numbers refuses it.
        kept("a number that is none", sheet("t=\"s\"><v>6</v>", "><v>six</v>"), &[2, 3], &[]),
        damaged("a type of cell that there is not", sheet("r=\"B2\" t=\"s\"", "r=\"B2\" t=\"zz\"")),
    ]
}

fn layouts() -> Vec<Entry> {
    let mut two = Workbook::new();
    for name in ["Loans", "Loans (2)"] {
        two.add_worksheet()
            .set_name(name)
            .unwrap()
            .write_row(0, 0, HEADERS)
            .unwrap()
            .write(1, 1, "A")
            .unwrap();
    }
    let mut hidden = Workbook::new();
    hidden.add_worksheet().set_name("Front").unwrap().write(0, 0, "See the other sheet").unwrap();
    let sheet = hidden.add_worksheet().set_name("Old").unwrap().set_hidden(true);
    sheet.write_row(0, 0, HEADERS).unwrap().write(1, 1, "A").unwrap();
    let mut other = Workbook::new();
    other
        .add_worksheet()
        .set_name("Blad7")
        .unwrap()
        .write_row(0, 0, HEADERS)
        .unwrap()
        .write(1, 1, "A")
        .unwrap();
    let mut wrong = Workbook::new();
    wrong.add_worksheet().write_row(0, 0, ["Card number", "Titel"]).unwrap();
    let merge = |sheet: &mut Worksheet, first: (u32, u16), last: (u32, u16)| {
        sheet.merge_range(first.0, first.1, last.0, last.1, "A", &Format::new()).unwrap();
    };
    vec![
        refused(
            "two sheets with the agreed headers",
            two.save_to_buffer().unwrap(),
            "several_sheets",
            "loans/noord.xlsx: sheets `Loans` and `Loans (2)`",
        ),
        kept("a hidden sheet", hidden.save_to_buffer().unwrap(), &[2], &[]),
        kept("a sheet of another name", other.save_to_buffer().unwrap(), &[2], &[]),
        refused(
            "a sheet with other headers",
            wrong.save_to_buffer().unwrap(),
            "header",
            "loans/noord.xlsx, sheet `Sheet1`, row 1: `Titel` (column 2)",
        ),
        refused(
            "empty sheets only",
            Workbook::new().save_to_buffer().unwrap(),
            "blank",
            "loans/noord.xlsx: the workbook has only empty sheets",
        ),
        kept(
            "a cell merged over two records",
            book(|sheet| {
                merge(sheet, (1, 1), (2, 1));
                sheet.write(2, 3, 2).unwrap().write(3, 1, "C").unwrap();
            }),
            &[4],
            &[(2, "", "merged_cell"), (3, "", "merged_cell")],
        ),
        kept(
            "a cell merged over two columns",
            book(|sheet| merge(sheet, (1, 1), (1, 2))),
            &[],
            &[(2, "", "merged_cell")],
        ),
        kept(
            "a merged remark beside the table",
            book(|sheet| {
                sheet.write(1, 1, "A").unwrap();
                merge(sheet, (2, 8), (3, 9));
            }),
            &[2],
            &[(3, "", "ragged_row")],
        ),
    ]
}

fn cells() -> Vec<Entry> {
    let day = |date: &str| {
        (ExcelDateTime::parse_from_str(date).unwrap(), Format::new().set_num_format("dd-mm-yyyy"))
    };
    let dated = |sheet: &mut Worksheet, column: u16, date: &str| {
        let (date, format) = day(date);
        sheet.write_with_format(1, column, date, &format).unwrap();
    };
    let in_1904 = changed(
        &book(|sheet| {
            sheet.write(1, 1, "A").unwrap();
            dated(sheet, 2, "1985-12-30");
        }),
        "xl/workbook.xml",
        |text| text.replace("<workbookPr ", "<workbookPr date1904=\"1\" "),
    );
    let steering =
        changed(&whole(), "xl/sharedStrings.xml", |text| text.replacen("<t>A</t>", "<t>A&#27;[2J</t>", 1));
    vec![
        cell(
            "a formula with its result",
            |sheet| _ = sheet.write(1, 3, Formula::new("=1+2").set_result("3")).unwrap(),
            &[2],
            &[],
        ),
        cell(
            "a formula that failed",
            |sheet| _ = sheet.write(1, 3, Formula::new("=1/0").set_result("#DIV/0!")).unwrap(),
            &[],
            &[(2, "copies", "error_cell")],
        ),
        cell(
            "a text that looks like a formula",
            |sheet| _ = sheet.write_string(2, 1, "=1+2").unwrap(),
            &[2, 3],
            &[],
        ),
        kept("days counted from 1904", in_1904, &[2], &[]),
        cell(
            "a day without the form of a date",
            |sheet| _ = sheet.write(1, 2, 32_873).unwrap(),
            &[],
            &[(2, "borrowed", "wrong_cell_type")],
        ),
        cell(
            "a date in place of a number",
            |sheet| dated(sheet, 3, "1989-12-31"),
            &[],
            &[(2, "copies", "wrong_cell_type")],
        ),
        cell(
            "a date with a time of day",
            |sheet| dated(sheet, 2, "1989-12-31T10:30:00"),
            &[],
            &[(2, "borrowed", "time_of_day")],
        ),
        cell(
            "a card number as a number",
            |sheet| _ = sheet.write(1, 0, 612_345_678).unwrap(),
            &[],
            &[(2, "card", "pattern_mismatch")],
        ),
        cell(
            "a number of 17 digits",
            |sheet| _ = sheet.write(1, 3, 12_345_678_901_234_568_i64).unwrap(),
            &[],
            &[(2, "copies", "imprecise_number")],
        ),
        cell("half a copy", |sheet| _ = sheet.write(1, 3, 2.5).unwrap(), &[], &[(2, "copies", "not_whole")]),
        cell(
            "yes in place of a number",
            |sheet| _ = sheet.write(1, 3, true).unwrap(),
            &[],
            &[(2, "copies", "wrong_cell_type")],
        ),
        cell(
            "a cell of 30,000 characters",
            |sheet| _ = sheet.write(1, 1, "x".repeat(30_000)).unwrap(),
            &[2],
            &[],
        ),
        kept(
            "a text of 10 MB",
            changed(&whole(), "xl/sharedStrings.xml", |text| {
                text.replacen("<t>A</t>", &format!("<t>{}</t>", noise(10 << 20)), 1)
            }),
            &[3],
            &[(2, "title", "field_too_long")],
        ),
        kept(
            "a cell with a sequence that clears the screen",
            steering,
            &[3],
            &[(2, "title", "control_character")],
        ),
        cell(
            "a value outside the headed columns",
            |sheet| _ = sheet.write(1, 8, "x").unwrap(),
            &[],
            &[(2, "", "ragged_row")],
        ),
    ]
}

/// Letters that do not pack well, the same every time.
fn noise(size: usize) -> String {
    let next = |n: &u64| Some(n.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407));
    let letters = std::iter::successors(Some(1), next).map(|n| char::from(b'a' + ((n >> 33) % 26) as u8));
    letters.take(size).collect()
}
