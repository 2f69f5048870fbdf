//! The text of the book, from the title to the last page.

use super::columns::{Wish, lies, wishes};
use super::font::{Fonts, Weight};
use super::sheet::{MARGIN, Role, Sheets, Text, room};
use super::table;
use crate::book::{Block, Marks, Page, SetTable, after, before};
use crate::{Book, BookTable, labels};

/// Size and distances of a kind of text.
struct Style {
    size: f32,
    weight: Weight,
    above: f32,
    below: f32,
    role: Role,
}

const TITLE: Style = Style { size: 19.0, weight: Weight::Bold, above: 0.0, below: 8.0, role: Role::Title };
const HEADING: Style =
    Style { size: 13.0, weight: Weight::Bold, above: 0.0, below: 5.0, role: Role::Heading };
const SUBHEADING: Style =
    Style { size: 10.0, weight: Weight::Bold, above: 10.0, below: 4.0, role: Role::Subheading };
const PLAIN: Style =
    Style { size: 9.0, weight: Weight::Regular, above: 0.0, below: 5.0, role: Role::Paragraph };
const NOTE: Style =
    Style { size: 8.0, weight: Weight::Regular, above: 0.0, below: 2.0, role: Role::Paragraph };
const CAPTION: Style =
    Style { size: 8.0, weight: Weight::Regular, above: 0.0, below: 3.0, role: Role::Caption };
const ENTRY: f32 = 9.0;
const ENTRY_LINE: f32 = 14.5;
/// What a heading needs below it on its page.
const COMPANY: f32 = 90.0;

/// All pages of the book.
pub(super) fn lay_out(book: &Book, fonts: &Fonts) -> Sheets {
    let (tables, before, after) = (book.in_order(), before(book), after(book));
    let titles = before.iter().map(|page| page.title).chain(tables.iter().map(|entry| &*entry.table.title));
    let titles: Vec<&str> = titles.chain(after.iter().map(|page| page.title)).collect();
    let mut setter = Setter { sheets: Sheets::new(), fonts, synthetic: book.synthetic };
    setter.sheets.turn(false);
    setter.write(&TITLE, book.title);
    setter.notice();
    let entries = setter.contents(&titles);
    before.iter().for_each(|page| setter.page(page));
    tables.iter().for_each(|entry| setter.appendix(entry, book));
    after.iter().for_each(|page| setter.page(page));
    setter.numbers(&entries);
    setter.feet();
    setter.sheets
}

struct Setter<'a> {
    sheets: Sheets,
    fonts: &'a Fonts,
    synthetic: bool,
}

/// A line of the contents: its page, height and part.
type Entry = (usize, f32, usize);

impl Setter<'_> {
    fn page(&mut self, page: &Page) {
        let tables: Vec<(SetTable, Vec<Wish>)> =
            page.blocks.iter().filter_map(list).map(|list| self.wished(list)).collect();
        self.sheets.turn(tables.iter().any(|(_, wishes)| lies(wishes)));
        self.heading(page.title);
        let mut tables = tables.iter();
        for block in &page.blocks {
            match block {
                Block::Heading(text) => {
                    self.sheets.need(COMPANY);
                    self.write(&SUBHEADING, text);
                }
                Block::Paragraph(text) => self.write(&PLAIN, text),
                Block::List(_) => {
                    tables.next().into_iter().for_each(|(table, wishes)| self.table(table, wishes))
                }
            }
        }
    }

    fn appendix(&mut self, entry: &BookTable, book: &Book) {
        let marks = Marks::of(book.comparison(entry.name));
        let shown = entry.table.for_the_eye();
        let (table, wishes) = self.wished(SetTable::printed(&shown, &marks));
        self.sheets.turn(lies(&wishes));
        self.heading(&entry.table.title);
        self.notice();
        self.table(&table, &wishes);
        entry.table.notes.iter().for_each(|note| self.write(&NOTE, note));
        for (sign, meaning) in &marks.legend {
            self.write(&NOTE, &format!("{sign} {meaning}"));
        }
        for tree in entry.drawings.iter().flat_map(|drawings| &drawings.trees) {
            let (table, wishes) = self.wished(SetTable::printed(&tree.twin, &Marks::default()));
            match lies(&wishes) {
                sideways if sideways != self.sheets.lies() => self.sheets.turn(sideways),
                _ => self.sheets.need(COMPANY),
            }
            self.write(&SUBHEADING, &tree.title);
            self.write(&CAPTION, &tree.twin.title);
            self.table(&table, &wishes);
        }
    }

    fn wished<'t>(&self, table: SetTable<'t>) -> (SetTable<'t>, Vec<Wish>) {
        let wishes = wishes(&table, self.fonts);
        (table, wishes)
    }

    fn table(&mut self, table: &SetTable, wishes: &[Wish]) {
        table::set(&mut self.sheets, self.fonts, table, wishes);
    }

    fn heading(&mut self, title: &str) {
        let page = self.sheets.sheets.len().saturating_sub(1);
        self.sheets.headings.push((title.to_owned(), page, self.sheets.y));
        self.write(&HEADING, title);
    }

    fn notice(&mut self) {
        if self.synthetic {
            self.write(&NOTE, &format!("{}: {}", labels::SYNTHETIC, labels::SYNTHETIC_TEXT));
            self.sheets.y -= 5.0;
        }
    }

    /// A text over the whole width, on as many pages as it needs.
    fn write(&mut self, style: &Style, text: &str) {
        let line = style.size * 1.3;
        self.sheets.y -= style.above;
        let element = Some(self.sheets.element(style.role, 0));
        let (size, weight) = (style.size, style.weight);
        for text in self.fonts.lines(text, weight, size, room(self.sheets.lies())) {
            self.sheets.need(line);
            let y = self.sheets.y - size;
            self.sheets.text(Text { x: MARGIN, y, size, weight, text, element });
            self.sheets.y -= line;
        }
        self.sheets.y -= style.below;
    }

    /// The list of contents, its numbers left open.
    fn contents(&mut self, titles: &[&str]) -> Vec<Entry> {
        self.write(&SUBHEADING, labels::CONTENTS);
        let contents = self.sheets.element(Role::Contents, 0);
        let mut entries = Vec::new();
        for (place, title) in titles.iter().enumerate() {
            let element = self.sheets.element(Role::Entry, contents);
            let lines = self.fonts.lines(title, Weight::Regular, ENTRY, room(false) - 40.0);
            for text in lines {
                self.sheets.need(ENTRY_LINE);
                let y = self.sheets.y - ENTRY;
                let line =
                    Text { x: MARGIN, y, size: ENTRY, weight: Weight::Regular, text, element: Some(element) };
                self.sheets.text(line);
                self.sheets.y -= ENTRY_LINE;
            }
            let (page, y) = (self.sheets.sheets.len().saturating_sub(1), self.sheets.y + ENTRY_LINE - ENTRY);
            if let Some(sheet) = self.sheets.sheets.last_mut() {
                sheet.links.push(([MARGIN, y - 3.0, MARGIN + room(false), y + ENTRY], place));
            }
            entries.push((page, y, element));
        }
        entries
    }

    /// The numbers of the pages that the contents lead to.
    fn numbers(&mut self, entries: &[Entry]) {
        let pages: Vec<usize> = self.sheets.headings.iter().map(|(_, page, _)| page + 1).collect();
        for ((page, y, element), number) in entries.iter().zip(pages) {
            let text = number.to_string();
            let x = MARGIN + room(false) - self.fonts.width(&text, Weight::Regular, ENTRY);
            let line = Text { x, y: *y, size: ENTRY, weight: Weight::Regular, text, element: Some(*element) };
            self.sheets.text_on(*page, line);
        }
    }

    /// The foot of each page.
    fn feet(&mut self) {
        let (count, size, weight) = (self.sheets.sheets.len(), 7.0, Weight::Regular);
        for page in 0..count {
            let right = self.sheets.sheets.get(page).map_or(0.0, |sheet| sheet.size().0) - MARGIN;
            let text = format!("{} {} {} {count}", labels::PAGE, page + 1, labels::OF);
            let x = right - self.fonts.width(&text, weight, size);
            self.sheets.text_on(page, Text { x, y: 34.0, size, weight, text, element: None });
            if self.synthetic {
                let text = labels::SYNTHETIC_LINE.to_owned();
                self.sheets.text_on(page, Text { x: MARGIN, y: 34.0, size, weight, text, element: None });
            }
        }
    }
}

fn list(block: &Block) -> Option<SetTable<'_>> {
    match block {
        Block::List(list) => Some(SetTable::list(list)),
        Block::Heading(_) | Block::Paragraph(_) => None,
    }
}
