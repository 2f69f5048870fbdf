//! Delimited text that is wrong as text: encodings, line ends, quotation marks, headers, sizes.

use super::super::fixture::{HEADER, csv};
use super::Entry;

const NOORD: &str = "noord.csv";

/// A file that is kept: the agreed header and these lines.
fn lines(
    what: &'static str,
    lines: &str,
    staged: &'static [u64],
    faults: &'static [(u64, &'static str, &'static str)],
) -> Entry {
    Entry::kept(what, NOORD, csv(lines), staged, faults)
}

fn bytes(
    what: &'static str,
    parts: &[&[u8]],
    staged: &'static [u64],
    faults: &'static [(u64, &'static str, &'static str)],
) -> Entry {
    Entry::kept(what, NOORD, parts.concat(), staged, faults)
}

fn refused(what: &'static str, bytes: impl AsRef<[u8]>, code: &'static str, message: &'static str) -> Entry {
    Entry::refused(what, NOORD, bytes.as_ref(), code, message)
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

pub(super) fn entries() -> Vec<Entry> {
    [encodings(), headers(), lines_and_quotes(), other_formats(), sizes()].into_iter().flatten().collect()
}

fn encodings() -> Vec<Entry> {
    let text = csv(";Café;;;;\n;B;;;;\n");
    let marked = format!("\u{feff}{text}");
    let head = HEADER.as_bytes();
    let lone: Vec<u16> = marked.encode_utf16().map(|unit| if unit == 0xe9 { 0xd800 } else { unit }).collect();
    let lone: Vec<u8> = lone.into_iter().flat_map(u16::to_le_bytes).collect();
    vec![
        bytes("UTF-16 LE with a mark", &[&utf16(&marked, u16::to_le_bytes)], &[2, 3], &[]),
        bytes("UTF-16 BE with a mark", &[&utf16(&marked, u16::to_be_bytes)], &[2, 3], &[]),
        refused(
            "UTF-16 LE without a mark",
            utf16(&text, u16::to_le_bytes),
            "utf16_without_mark",
            "loans/noord.csv: the text looks like UTF-16",
        ),
        refused(
            "UTF-16 BE without a mark",
            utf16(&text, u16::to_be_bytes),
            "utf16_without_mark",
            "loans/noord.csv: the text looks like UTF-16",
        ),
        refused(
            "UTF-16 cut in half a character",
            &utf16(&marked, u16::to_le_bytes)[..61],
            "cut_off",
            "loans/noord.csv: the file ends in half a character",
        ),
        bytes("UTF-16 with half a pair", &[&lone], &[3], &[(2, "", "bad_encoding")]),
        bytes("UTF-8 with two marks", &[b"\xef\xbb\xbf\xef\xbb\xbf", text.as_bytes()], &[2, 3], &[]),
        lines("a mark in the middle of the file", "\u{feff};A;;;;\n;B;;;;\n", &[2, 3], &[]),
        bytes(
            "one broken byte in UTF-8",
            &[head, ";é;;;;\n;ë;;;;\n;".as_bytes(), b"\xe9;;;;\n"],
            &[2, 3],
            &[(4, "", "bad_encoding")],
        ),
        bytes(
            "overlong UTF-8",
            &[head, ";é;;;;\n;ëëë;;;;\n;".as_bytes(), b"\xc0\xaf;;;;\n"],
            &[2, 3],
            &[(4, "", "bad_encoding")],
        ),
        bytes(
            "a surrogate in UTF-8",
            &[head, ";éé;;;;\n;ëëë;;;;\n;".as_bytes(), b"\xed\xa0\x80;;;;\n"],
            &[2, 3],
            &[(4, "", "bad_encoding")],
        ),
        bytes(
            "UTF-8 cut in half a character",
            &[head, ";é;;;;\n;ë;;;;\n;B;;;;".as_bytes(), b"\xc3"],
            &[2, 3],
            &[(4, "", "bad_encoding")],
        ),
        bytes(
            "a replacement character",
            &[head, ";\u{fffd};;;;\n;B;;;;\n".as_bytes()],
            &[3],
            &[(2, "", "bad_encoding")],
        ),
        bytes("windows-1252", &[head, b";Caf\xe9;;;;\n;\x93B\x94;;;;\n"], &[2, 3], &[]),
        bytes(
            "windows-1252 with a byte that it has not",
            &[head, b";Caf\xe9;;;;\n;Ren\xe9\x81;;;;\n"],
            &[2],
            &[(3, "", "bad_encoding")],
        ),
        bytes(
            "UTF-8 among windows-1252",
            &[head, b";Caf\xe9;;;;\n;Ren\xe9;;;;\n;Zo\xc3\xab;;;;\n"],
            &[2, 3],
            &[(4, "", "bad_encoding")],
        ),
        refused(
            "windows-1251",
            [head, &encoding_rs::WINDOWS_1251.encode(";Война и мир, Преступление и наказание;;;;\n").0]
                .concat(),
            "unknown_encoding",
            "loans/noord.csv: the text is neither UTF-8 nor windows-1252",
        ),
    ]
}

fn headers() -> Vec<Entry> {
    let header = |header: &str| format!("{header}\n;A;;;;\n");
    vec![
        refused("no bytes", "", "empty", "loans/noord.csv: the file is empty (zero bytes)"),
        refused(
            "blank lines only",
            "\r\n \n;;;\n",
            "blank",
            "loans/noord.csv: the file holds only blank lines",
        ),
        lines("a header only", "", &[], &[]),
        refused(
            "no header",
            ";A;31-12-1989;1;;ja\n;B;;;;\n",
            "header",
            "loans/noord.csv, line 1: no header row",
        ),
        refused(
            "a header twice",
            header("Card;Title;Title;Date borrowed;Copies;Returned"),
            "header",
            "loans/noord.csv, line 1: column `title` is headed more than once, in columns 2 and 3",
        ),
        refused(
            "a renamed header",
            header("Card;Titel;Date borrowed;Copies;Fine;Returned"),
            "header",
            "loans/noord.csv, line 1: `Titel` (column 2) is not in the contract (nearest: `Title`)",
        ),
        Entry::kept(
            "headers in another order",
            NOORD,
            "Title;Card;Returned;Date borrowed;Copies\nA;;ja;;1\n",
            &[2],
            &[],
        ),
        Entry::kept(
            "values under the wrong header",
            NOORD,
            "Title;Card;Returned;Date borrowed;Copies\n0612345678;A;31-12-1989;ja;1\n",
            &[],
            &[
                (2, "card", "pattern_mismatch"),
                (2, "borrowed", "not_a_date"),
                (2, "returned", "not_a_boolean"),
            ],
        ),
        Entry::kept(
            "blanks behind headers",
            NOORD,
            "Card number  ; Title\u{a0};Date borrowed ;Copies\t;Returned  \n;A;;;\n",
            &[2],
            &[],
        ),
        refused(
            "a missing column",
            header("Card;Date borrowed;Copies;Fine;Returned"),
            "header",
            "loans/noord.csv, line 1: header `Title` of column `title` is missing",
        ),
        refused(
            "a column too many",
            header("Card;Title;Date borrowed;Copies;Fine;Returned;Note"),
            "header",
            "loans/noord.csv, line 1: `Note` (column 7) is not in the contract",
        ),
        refused(
            "a column without a header",
            header("Card;Title;;Date borrowed;Copies;Returned"),
            "header",
            "loans/noord.csv, line 1: column 3 has no header",
        ),
        refused(
            "a header that was cut off",
            "Card number;Tit",
            "header",
            "loans/noord.csv, line 1: `Tit` (column 2) is not in the contract",
        ),
        refused(
            "a comment before the header",
            format!("# list of loans\n{HEADER};A;;;;\n"),
            "header",
            "loans/noord.csv, line 1: no header row",
        ),
        refused(
            "another delimiter",
            csv("|A||||\n").replace(';', "|"),
            "header",
            "loans/noord.csv, line 1: no header row",
        ),
        Entry::kept(
            "a line that declares the delimiter",
            NOORD,
            format!("sep=;\r\n{HEADER};A;;;;\n"),
            &[3],
            &[],
        ),
        refused(
            "a line that declares another delimiter",
            format!("sep=|\n{HEADER};A;;;;\n"),
            "header",
            "loans/noord.csv, line 1: no header row",
        ),
        refused(
            "an open quotation mark in the header",
            "Card;\"Title;Date borrowed;Copies;Returned\n;A;;;\n",
            "header",
            "loans/noord.csv, line 1: the header row: a quotation mark opens",
        ),
        Entry::refused(
            "a name that is no branch",
            "oost.csv",
            csv(";A;;;;\n"),
            "file_name",
            "loans/oost.csv: the file's name is no value of column `branch`",
        ),
    ]
}

fn lines_and_quotes() -> Vec<Entry> {
    vec![
        lines("an open quotation mark", ";\"A;;;;\n;B;;;;\n", &[3], &[(2, "", "open_quote")]),
        lines("text behind a quotation mark", ";\"A\" b;;;;\n;B;;;;\n", &[3], &[(2, "", "stray_quote")]),
        lines(
            "a quotation mark that swallows records",
            ";\"A;;;;\n;B;;;;\n;C\";;;;\n;D;;;;\n",
            &[5],
            &[(2, "", "swallowed_line")],
        ),
        refused(
            "a thousand open quotation marks",
            csv(&";\"A;;;;\n;\"B\";;;;\n".repeat(1_002)),
            "open_quotes",
            "loans/noord.csv: line ",
        ),
        bytes(
            "carriage returns only",
            &[csv(";A;;;;\n;B;;;;\n").replace('\n', "\r").as_bytes()],
            &[2, 3],
            &[],
        ),
        lines("line ends of all kinds", ";A;;;;\r\n;B;;;;\r;C;;;;\n\r\n;D;;;;", &[2, 3, 4, 6], &[]),
        lines("empty lines", "\n\n;A;;;;\n;;;;;\n  \n;B;;;;\n\n", &[4, 7], &[]),
        lines("comment lines", "# north\n;A;;;;\n", &[3], &[(2, "", "ragged_row")]),
        lines("too few fields", ";A;;;\n;B;;;;\n", &[3], &[(2, "", "ragged_row")]),
        lines("too many fields", ";A;;;;;\n;B;;;;\n", &[3], &[(2, "", "ragged_row")]),
        lines("a last record that was cut off", ";A;;;;\n;B;31-12", &[2], &[(3, "", "ragged_row")]),
        lines("a NUL byte", ";A\0;;;;\n;B;;;;\n", &[3], &[(2, "", "nul_byte")]),
        refused("NUL bytes throughout", [0_u8; 512], "utf16_without_mark", "loans/noord.csv: "),
        refused(
            "bytes of a program",
            [&b"\x7fELF\x02\x01\x01"[..], &[1, 2, 3, 4, 5, 250, 251, 252]].concat(),
            "binary",
            "loans/noord.csv: this is a binary file",
        ),
        lines("a bell", ";A\u{7}b;;;;\n;B;;;;\n", &[3], &[(2, "title", "control_character")]),
        lines(
            "a sequence that clears the screen",
            ";A\u{1b}[2J;;;;\n;B;;;;\n",
            &[3],
            &[(2, "title", "control_character")],
        ),
        lines(
            "a control character of the second kind",
            ";A\u{9b}2J;;;;\n;B;;;;\n",
            &[3],
            &[(2, "title", "control_character")],
        ),
        lines("a deleted character", ";A\u{7f};;;;\n;B;;;;\n", &[3], &[(2, "title", "control_character")]),
        lines("a record twice", ";A;;;;\n;A;;;;\n", &[2, 3], &[]),
        lines("blank records of quoted nothings", "\"\";\"\";\"\";\"\";\"\";\"\"\n;A;;;;\n", &[3], &[]),
    ]
}

fn other_formats() -> Vec<Entry> {
    let xlsx = super::sheets::whole();
    vec![
        refused(
            "a log-in page",
            "<!DOCTYPE html>\n<html><body>Log in</body></html>\n",
            "web_page",
            "loans/noord.csv: this is a web page",
        ),
        refused(
            "a table saved as a page",
            "\u{feff}\r\n<table><tr><td>Card</td></tr></table>",
            "web_page",
            "loans/noord.csv: this is a web page",
        ),
        refused("XML", "<?xml version=\"1.0\"?><loans/>", "web_page", "loans/noord.csv: this is a web page"),
        refused(
            "a workbook under the name of a text",
            &xlsx,
            "other_format",
            "loans/noord.csv: this is an XLSX or zip file",
        ),
        refused(
            "an old workbook under the name of a text",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "old_or_encrypted",
            "loans/noord.csv: this is an old or encrypted Excel file",
        ),
        refused("a PDF", "%PDF-1.7\n1 0 obj\n", "other_format", "loans/noord.csv: this is a PDF"),
        refused(
            "a packed file",
            b"\x1f\x8b\x08\0rest",
            "other_format",
            "loans/noord.csv: this is a gzip file",
        ),
        refused(
            "JSON",
            "[{\"Card\": \"0612345678\", \"Title\": \"A\"}]\n",
            "header",
            "loans/noord.csv, line 1: ",
        ),
        Entry::refused(
            "a format that is not read",
            "noord.ods",
            "PK",
            "unknown_format",
            "loans/noord.ods: neither .csv nor .xlsx",
        ),
    ]
}

fn sizes() -> Vec<Entry> {
    let ten = 10 << 20;
    vec![
        lines(
            "a cell of 10 MB",
            &format!(";{};;;;\n;B;;;;\n", "x".repeat(ten)),
            &[3],
            &[(2, "", "record_too_long")],
        ),
        lines(
            "a quoted cell of 10 MB",
            &format!(";\"{}\";;;;\n;B;;;;\n", "x".repeat(ten)),
            &[3],
            &[(2, "", "record_too_long")],
        ),
        lines(
            "a cell above the limit",
            &format!(";{};;;;\n;B;;;;\n", "x".repeat(65_537)),
            &[3],
            &[(2, "title", "field_too_long")],
        ),
        refused(
            "a header of 10 MB",
            format!("{};Title\n;A\n", "x".repeat(ten)),
            "header",
            "loans/noord.csv, line 1: the header row: the record is longer",
        ),
        refused("10 MB without a line end", "x".repeat(ten), "header", "loans/noord.csv, line 1: "),
        refused(
            "100,000 columns",
            format!("Card;Title;Date borrowed;Copies;Returned{}\n", ";x".repeat(100_000)),
            "header",
            "loans/noord.csv, line 1: more than 512 columns",
        ),
        lines(
            "a record of 100,000 fields",
            &format!("{}x\n;B;;;;\n", ";".repeat(100_000)),
            &[3],
            &[(2, "", "ragged_row")],
        ),
        lines("100,000 delimiters and no value", &format!("{}\n;B;;;;\n", ";".repeat(100_000)), &[3], &[]),
        lines("a million line ends", &format!("{};B;;;;\n", "\n".repeat(1_000_000)), &[1_000_002], &[]),
    ]
}
