//! Readers given anything: bytes of real files with some changed, and workbooks whose parts hold any XML. They refuse, or the
//! account is balanced; they never panic, and never contradict themselves.

use super::fixture::{HEADER, loans, read_with};
use crate::{IngestError, Limits};
use proptest::prelude::*;
use std::io::{Cursor, Write};

/// Some bytes of a file changed, taken out, doubled, or put in.
fn damage() -> impl Strategy<Value = Vec<(usize, u8, u8)>> {
    prop::collection::vec((any::<usize>(), any::<u8>(), 0..4_u8), 1..8)
}

fn damaged(whole: &[u8], damage: &[(usize, u8, u8)]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for (place, byte, how) in damage {
        let at = place % bytes.len().max(1);
        match how {
            0 if !bytes.is_empty() => bytes[at] ^= byte,
            1 if !bytes.is_empty() => drop(bytes.remove(at)),
            2 => bytes.truncate(at),
            _ => bytes.insert(at, *byte),
        }
    }
    bytes
}

fn refused_or_balanced(name: &str, bytes: &[u8]) -> Result<(), TestCaseError> {
    let limits = Limits { chunk_records: 3, field_bytes: 64, ..Limits::default() };
    match read_with(&loans(), &limits, name, bytes) {
        // `read_with` compares the counts.
        Ok(_) => Ok(()),
        Err(error) => {
            prop_assert!(!matches!(error, IngestError::Bug { .. } | IngestError::Contract { .. }), "{error}");
            Ok(())
        }
    }
}

/// What may stand in a sheet, in any order.
fn fragment() -> impl Strategy<Value = String> {
    let reference = "[A-Z]{0,4}[0-9]{0,8}";
    prop_oneof![
        4 => (reference, "(s|n|b|e|str|inlineStr|d|)", "[0-9a-zA-Z.:#/ -]{0,12}")
            .prop_map(|(at, kind, value)| format!("<c r=\"{at}\" t=\"{kind}\"><v>{value}</v></c>")),
        2 => (1..9_u8, "[a-zA-Z ]{0,6}").prop_map(|(row, text)| {
            format!("<row r=\"{row}\"><c r=\"B{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c></row>")
        }),
        1 => "[0-9]{0,9}".prop_map(|row| format!("<row r=\"{row}\">")),
        1 => Just("</row>".to_owned()),
        1 => reference.prop_map(|at| format!("<mergeCell ref=\"{at}:{at}\"/>")),
        1 => "[<>/a-z\"=& ]{0,12}",
    ]
}

/// A workbook with this in its sheet, and this among its texts.
fn workbook(sheet: &str, texts: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let headers: String = (b'A'..)
        .zip(HEADER.trim().split(';'))
        .map(|(column, header)| {
            format!("<c r=\"{}1\" t=\"inlineStr\"><is><t>{header}</t></is></c>", char::from(column))
        })
        .collect();
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let parts = [
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        ("xl/sharedStrings.xml", format!("<sst xmlns=\"{main}\">{texts}</sst>")),
        (
            "xl/worksheets/sheet1.xml",
            format!(
                "<worksheet xmlns=\"{main}\"><sheetData><row r=\"1\">{headers}</row>{sheet}</sheetData></worksheet>"
            ),
        ),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn the_workbook_that_is_made_here_is_sound() {
    let bytes = workbook("<row r=\"2\"><c r=\"B2\" t=\"s\"><v>0</v></c></row>", "<si><t>A</t></si>");
    let outcome = read_with(&loans(), &Limits::default(), "noord.xlsx", &bytes).unwrap();
    assert_eq!(super::fixture::staged(&outcome, "title"), ["A"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn text_with_damage(damage in damage()) {
        let whole = format!("{HEADER}0612345678;Café;31-12-1989;1;2,5;ja\n;\"two\nlines\";;;;\n;B;;;;\n");
        refused_or_balanced("noord.csv", &damaged(whole.as_bytes(), &damage))?;
        let wide: Vec<u8> = std::iter::once(0xfeff).chain(whole.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        refused_or_balanced("noord.csv", &damaged(&wide, &damage))?;
    }

    #[test]
    fn workbooks_with_damage(damage in damage()) {
        let whole = workbook("<row r=\"2\"><c r=\"B2\" t=\"s\"><v>0</v></c></row>", "<si><t>A</t></si>");
        refused_or_balanced("noord.xlsx", &damaged(&whole, &damage))?;
    }

    #[test]
    fn sheets_of_anything(sheet in prop::collection::vec(fragment(), 0..12), texts in "(<si><t>[a-z]{0,4}</t></si>){0,3}[<>/a-z]{0,5}") {
        refused_or_balanced("noord.xlsx", &workbook(&sheet.concat(), &texts))?;
    }
}
