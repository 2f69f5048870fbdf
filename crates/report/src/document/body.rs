//! The text of the document, from the title to the last page.

use super::parts::NAMESPACES;
use super::table::Table;
use super::text::{bookmark, heading, open, paragraph, run};
use super::widths::{SIDEWAYS, UPRIGHT};
use crate::book::{Block, Marks, Page, SetTable, after, before};
use crate::markup::Markup;
use crate::{Book, BookTable, labels};

/// The document with its sections: pages that stand upright and pages that lie on their side.
struct Body {
    xml: Markup,
    sideways: bool,
    /// Headings so far.
    headings: usize,
}

/// The main part of the document.
pub(super) fn body(book: &Book) -> String {
    let (tables, before, after) = (book.in_order(), before(book), after(book));
    let titles = before.iter().map(|page| page.title).chain(tables.iter().map(|entry| &*entry.table.title));
    let titles: Vec<&str> = titles.chain(after.iter().map(|page| page.title)).collect();
    let mut body = Body { xml: Markup::default(), sideways: false, headings: 0 };
    body.xml.open("w:document", &NAMESPACES).open("w:body", &[]).line();
    paragraph(&mut body.xml, "Title", book.title);
    if book.synthetic {
        notice(&mut body.xml);
    }
    contents(&mut body.xml, &titles);
    before.iter().for_each(|page| body.page(page));
    for entry in tables {
        body.appendix(entry, book);
    }
    after.iter().for_each(|page| body.page(page));
    let Body { mut xml, sideways, .. } = body;
    section(&mut xml, sideways);
    xml.finish_xml()
}

impl Body {
    fn page(&mut self, page: &Page) {
        let tables: Vec<Table> = page.blocks.iter().filter_map(list).collect();
        self.turn(tables.iter().any(Table::lies));
        self.heading("Heading1", page.title);
        let mut tables = tables.iter();
        for block in &page.blocks {
            match block {
                Block::Heading(text) => paragraph(&mut self.xml, "Heading2", text),
                Block::Paragraph(text) => paragraph(&mut self.xml, "Normal", text),
                // Its caption is what the heading above it says.
                Block::List(_) => tables.next().into_iter().for_each(|table| self.table(table)),
            }
        }
    }

    fn appendix(&mut self, entry: &BookTable, book: &Book) {
        let marks = Marks::of(book.comparison(entry.name));
        let shown = entry.table.for_the_eye();
        let table = Table::new(SetTable::printed(&shown, &marks));
        self.turn(table.lies());
        self.heading("Heading1", &entry.table.title);
        if book.synthetic {
            notice(&mut self.xml);
        }
        self.table(&table);
        for note in &entry.table.notes {
            paragraph(&mut self.xml, "Note", note);
        }
        for (sign, meaning) in &marks.legend {
            paragraph(&mut self.xml, "Note", &format!("{sign} {meaning}"));
        }
        for tree in entry.drawings.iter().flat_map(|drawings| &drawings.trees) {
            paragraph(&mut self.xml, "Heading2", &tree.title);
            paragraph(&mut self.xml, "Caption", &tree.twin.title);
            self.table(&Table::new(SetTable::printed(&tree.twin, &Marks::default())));
        }
    }

    fn heading(&mut self, style: &'static str, text: &str) {
        heading(&mut self.xml, style, self.headings, text);
        self.headings += 1;
    }

    /// A table; a paragraph below it keeps it from growing together with the next one.
    fn table(&mut self, table: &Table) {
        table.write(&mut self.xml, self.sideways);
        paragraph(&mut self.xml, "Note", "");
    }

    /// Turns the pages from here on, if they are not that way round already.
    fn turn(&mut self, sideways: bool) {
        if self.sideways != sideways {
            self.xml.open("w:p", &[]).open("w:pPr", &[]).empty("w:pStyle", &[("w:val", "SectionEnd")]);
            section(&mut self.xml, self.sideways);
            self.xml.close().close().line();
            self.sideways = sideways;
        }
    }
}

fn list(block: &Block) -> Option<Table<'_>> {
    match block {
        Block::List(list) => Some(Table::new(SetTable::list(list))),
        Block::Heading(_) | Block::Paragraph(_) => None,
    }
}

fn notice(xml: &mut Markup) {
    open(xml, "Notice");
    xml.open("w:r", &[]).open("w:rPr", &[]).empty("w:b", &[]).close();
    xml.element("w:t", &[], labels::SYNTHETIC).close();
    run(xml, &format!(": {}", labels::SYNTHETIC_TEXT));
    xml.close().line();
}

/// The list of headings, as a field that a word processor can make anew with numbers of pages.
fn contents(xml: &mut Markup, titles: &[&str]) {
    let mark = |xml: &mut Markup, kind: &'static str| {
        xml.open("w:r", &[]).empty("w:fldChar", &[("w:fldCharType", kind)]).close();
    };
    paragraph(xml, "Subtitle", labels::CONTENTS);
    for (place, title) in titles.iter().enumerate() {
        open(xml, "TOC1");
        if place == 0 {
            mark(xml, "begin");
            xml.open("w:r", &[]);
            xml.element("w:instrText", &[("xml:space", "preserve")], " TOC \\o \"1-1\" \\h ").close();
            mark(xml, "separate");
        }
        xml.open("w:hyperlink", &[("w:anchor", &bookmark(place)), ("w:history", "1")]);
        run(xml, title);
        xml.close();
        if place + 1 == titles.len() {
            mark(xml, "end");
        }
        xml.close().line();
    }
}

/// What a section's pages are like: A4, 20 mm around.
fn section(xml: &mut Markup, sideways: bool) {
    let margin = "1134";
    xml.open("w:sectPr", &[]);
    let foot = if sideways { "rId4" } else { "rId3" };
    xml.empty("w:footerReference", &[("w:type", "default"), ("r:id", foot)]);
    xml.empty("w:type", &[("w:val", "nextPage")]);
    let sides = [(UPRIGHT + 2 * 1134).to_string(), (SIDEWAYS + 2 * 1134).to_string()];
    let (width, height) = if sideways { (&sides[1], &sides[0]) } else { (&sides[0], &sides[1]) };
    let orientation = if sideways { "landscape" } else { "portrait" };
    xml.empty("w:pgSz", &[("w:w", width), ("w:h", height), ("w:orient", orientation)]);
    xml.empty(
        "w:pgMar",
        &[
            ("w:top", margin),
            ("w:right", margin),
            ("w:bottom", margin),
            ("w:left", margin),
            ("w:header", "567"),
            ("w:footer", "567"),
            ("w:gutter", "0"),
        ],
    );
    xml.close();
}
