//! The book as PDF: what any table does to its pages. What is on them is read back by `tests/oracle/book.py`.

use crate::fixture::{batch, presentation, table};
use proptest::prelude::*;
use report::{Book, BookTable, PrintedTable, pdf};

fn book<'a>(tables: &'a [BookTable<'a>], title: &'a str) -> Book<'a> {
    Book {
        title,
        synthetic: true,
        about: &[],
        sources: &[],
        tables,
        waterfall: &[],
        verification: None,
        facts: &[],
        inputs: &[],
    }
}

fn written(table: &PrintedTable) -> Vec<u8> {
    let tables = [BookTable { name: "tabel_03", table, drawings: None }];
    pdf(&book(&tables, "Vruchten")).unwrap()
}

fn pages(file: &[u8]) -> usize {
    String::from_utf8_lossy(file).matches("/Type /Page\n").count()
}

#[test]
fn equal_books_are_equal_files() {
    assert_eq!(written(&table()), written(&table()));
    // Contents with the title, two pages before the table, the table, two after it.
    assert_eq!(pages(&written(&table())), 6);
}

#[test]
fn a_row_that_fits_on_no_page_goes_on_over_several() {
    let mut table = table();
    table.rows[0].cells[0].text = "woord ".repeat(20_000);
    let many = pages(&written(&table));
    assert!(many > 12, "{many}");
}

#[test]
fn a_header_that_fills_a_page_ends() {
    let mut presentation = presentation();
    presentation.columns[0].label = "een heel lang opschrift ".repeat(2_000);
    let table = PrintedTable::new(&presentation, &[batch()]).unwrap();
    assert!(pages(&written(&table)) < 40);
}

#[test]
fn what_readers_are_led_to_is_in_the_book() {
    let file = written(&table());
    let text = String::from_utf8_lossy(&file);
    for word in ["/URI", "/JavaScript", "/JS", "/Launch", "/EmbeddedFile"] {
        assert!(!text.contains(word), "{word}");
    }
    for word in
        ["/Lang (nl-NL)", "/Marked true", "/DisplayDocTitle true", "/S /Table", "/S /TH", "/StructTreeRoot"]
    {
        assert!(text.contains(word), "{word}");
    }
    assert_eq!(text.matches("/Subtype /Link").count(), 5, "an entry of the contents for each heading");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_texts_are_set(texts in prop::collection::vec("\\PC{0,60}|[ -~]{0,400}", 12), label in "\\PC{0,80}") {
        let mut presentation = presentation();
        presentation.columns[1].label = label;
        let mut table = PrintedTable::new(&presentation, &[batch()]).unwrap();
        let cells = table.rows.iter_mut().flat_map(|row| &mut row.cells);
        cells.zip(texts).for_each(|(cell, text)| cell.text = text);
        let file = written(&table);
        prop_assert!(pages(&file) >= 6);
        prop_assert!(file.starts_with(b"%PDF-1.7") && file.ends_with(b"%%EOF"));
    }
}
