//! The book as a workbook and as a document: their parts, and that no text of a study becomes more than a text.

use crate::fixture::{batch, presentation, table};
use report::{Book, BookTable, PackagedFile, PrintedTable, csv, csv_package, docx, xlsx};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use study::{Marker, Presentation};

/// Texts that would be a formula, markup, a field, another text than they look, or no text at all.
const HOSTILE: [&str; 7] = [
    "=HYPERLINK(\"http://example.org\";\"x\")",
    "@SUM(A1)&'a",
    "]]></w:t><w:fldSimple w:instr=\"DDEAUTO cmd\"/>",
    "<f>1+1</f>",
    "\u{202e}gnp.exe\u{200f}",
    "\u{0}\u{8}\u{1b}[31m\u{ffff}",
    "regel\nregel\ttab",
];

fn parts(archive: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut parts = BTreeMap::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        parts.insert(file.name().unwrap().into_owned(), text);
    }
    parts
}

/// A book in which every text of the study is `word`, as workbook and as document.
fn written(word: &str) -> [BTreeMap<String, String>; 2] {
    let mut presentation = Presentation {
        title: word.into(),
        notes: vec![word.into()],
        markers: vec![Marker { row: "1".into(), column: "rood".into(), text: word.into() }],
        ..presentation()
    };
    presentation.columns.iter_mut().for_each(|column| column.label = word.into());
    presentation.spanning.iter_mut().for_each(|span| span.label = word.into());
    let mut table = PrintedTable::new(&presentation, &[batch()]).unwrap();
    for row in &mut table.rows {
        row.cells[0].text = word.into();
        row.heading = row.heading.as_ref().map(|_| word.into());
        row.under = word.into();
    }
    let pair = [(word.to_owned(), word.to_owned())];
    let book = Book {
        title: word,
        synthetic: true,
        about: &[word.into()],
        sources: &[],
        tables: &[BookTable { name: word, table: &table, drawings: None }],
        waterfall: &[],
        verification: None,
        facts: &pair,
        inputs: &pair,
    };
    assert_eq!(xlsx(&book).unwrap(), xlsx(&book).unwrap());
    assert_eq!(docx(&book).unwrap(), docx(&book).unwrap());
    [parts(&xlsx(&book).unwrap()), parts(&docx(&book).unwrap())]
}

/// A book of tables and nothing else, whose data is not called invented.
fn book_of<'a>(tables: &'a [BookTable<'a>]) -> Book<'a> {
    Book {
        title: "Vruchten",
        synthetic: false,
        about: &[],
        sources: &[],
        tables,
        waterfall: &[],
        verification: None,
        facts: &[],
        inputs: &[],
    }
}

fn count(parts: &BTreeMap<String, String>, what: &str) -> usize {
    parts.values().map(|text| text.matches(what).count()).sum()
}

#[test]
fn hostile_texts_stay_texts() {
    let [calm_book, calm_document] = written("rustig");
    for hostile in HOSTILE {
        let [workbook, document] = written(hostile);
        assert_eq!(workbook.keys().collect::<Vec<_>>(), calm_book.keys().collect::<Vec<_>>(), "{hostile:?}");
        for (what, only) in [("<f>", 0), ("<f ", 0), ("externalLink", 0), ("<hyperlink ", 5)] {
            assert_eq!(count(&workbook, what), only, "{what} of {hostile:?}");
        }
        for what in ["<w:fldSimple", "<w:instrText", "<w:tbl>", "<w:tc>", "<w:hyperlink"] {
            assert_eq!(count(&document, what), count(&calm_document, what), "{what} of {hostile:?}");
        }
        for parts in [&workbook, &document] {
            let shown = |c: char| {
                matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{ffff}')
                    || c.is_control() && !matches!(c, '\n' | '\r' | '\t')
            };
            assert!(!parts.values().any(|text| text.contains(shown)), "{hostile:?}");
        }
    }
}

#[test]
fn a_workbook_has_numbers_frozen_headers_and_the_notice() {
    let table = table();
    let entries = [BookTable { name: "tabel_03", table: &table, drawings: None }];
    let book = Book { synthetic: true, ..book_of(&entries) };
    let workbook = parts(&xlsx(&book).unwrap());
    let sheet = &workbook["xl/worksheets/sheet4.xml"];
    // Title, notice, two header rows; the heading rows' column comes first; the marker belongs to the format.
    for part in [
        "state=\"frozen\"",
        "<pane ySplit=\"4\" topLeftCell=\"A5\"",
        "<v>62.5</v>",
        "<v>1234</v>",
        "Synthetische gegevens: berekend uit verzonnen registraties",
        "<mergeCell ref=\"C3:D3\"/>",
        "<mergeCell ref=\"B3:B4\"/>",
    ] {
        assert!(sheet.contains(part), "{part} in {sheet}");
    }
    for format in ["0&quot; *&quot;", "#.0&quot;%&quot;"] {
        assert!(workbook["xl/styles.xml"].contains(format), "{format}");
    }
    assert!(workbook["xl/workbook.xml"].contains("name=\"tabel_03\""));
}

#[test]
fn a_document_has_tables_with_repeated_headers() {
    let table = table();
    let entries = [BookTable { name: "tabel_03", table: &table, drawings: None }];
    let book = book_of(&entries);
    let document = parts(&docx(&book).unwrap());
    let body = &document["word/document.xml"];
    assert_eq!(body.matches("<w:tblHeader/>").count(), 3, "two rows of the table, one of the facts");
    for part in [
        "<w:gridSpan w:val=\"2\"/>",
        "<w:vMerge w:val=\"restart\"/>",
        "<w:vMerge/>",
        "<w:gridSpan w:val=\"4\"/>",
        "<w:pStyle w:val=\"TableNumber\"/>",
        "<w:tblCaption w:val=\"Tabel 3 Vruchten naar kleur\"/>",
    ] {
        assert!(body.contains(part), "{part}");
    }
    assert!(document["word/styles.xml"].contains("w:lang w:val=\"nl-NL\""));
    assert!(!document["word/footer1.xml"].contains("Synthetische"), "the data is not called invented");
}

#[test]
fn a_data_package_describes_the_files() {
    let table = table();
    let bytes = csv(&table).unwrap();
    let files = [PackagedFile { name: "tabel_03", table: &table, bytes: &bytes }];
    let package = csv_package(("vruchten", "Vruchten"), true, &files).unwrap();
    insta::assert_snapshot!(String::from_utf8(package).unwrap(), @r#"
{
  "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
  "name": "vruchten",
  "title": "Vruchten",
  "description": "Synthetische gegevens: Deze cijfers zijn berekend uit verzonnen registraties en zeggen niets over werkelijke personen of organisaties.",
  "synthetic": true,
  "resources": [
    {
      "name": "tabel_03",
      "path": "tabel_03.csv",
      "title": "Tabel 3 Vruchten naar kleur",
      "description": "* Inclusief gevallen vruchten.",
      "format": "csv",
      "mediatype": "text/csv",
      "encoding": "utf-8",
      "dialect": {
        "delimiter": ",",
        "lineTerminator": "\n",
        "quoteChar": "\"",
        "doubleQuote": true,
        "header": true
      },
      "bytes": 130,
      "hash": "sha256:b1dc302356bae8fd40bd3f9d955d42f9898bf1dd7adb0708007cd62fb45a056e",
      "rows": 3,
      "schema": {
        "fields": [
          {
            "name": "soort",
            "type": "string"
          },
          {
            "name": "Vrucht",
            "type": "string"
          },
          {
            "name": "Kleur / Rood",
            "type": "string"
          },
          {
            "name": "Kleur / Groen",
            "type": "number"
          },
          {
            "name": "% rood",
            "type": "number",
            "bareNumber": false
          }
        ],
        "missingValues": [
          ""
        ]
      }
    }
  ]
}
"#);
}

#[test]
fn columns_that_are_not_printed_are_in_files_only() {
    let mut presentation = presentation();
    presentation.columns[1].printed = false;
    let table = PrintedTable::new(&presentation, &[batch()]).unwrap();
    let entries = [BookTable { name: "tabel_03", table: &table, drawings: None }];
    let book = book_of(&entries);
    let page = report::html(&book);
    // The header that spans two columns spans one.
    assert!(
        page.contains("<th scope=\"col\" class=\"number\">Kleur</th>") && !page.contains(">Rood<"),
        "{page}"
    );
    assert!(
        page.contains("<th scope=\"row\" class=\"text\">Appel</th><td class=\"number\">6</td>"),
        "{page}"
    );
    assert!(!parts(&docx(&book).unwrap())["word/document.xml"].contains(">Rood<"));
    assert!(String::from_utf8(csv(&table).unwrap()).unwrap().contains("Kleur / Rood"));
    assert!(parts(&xlsx(&book).unwrap())["xl/sharedStrings.xml"].contains(">Rood<"));
}
