//! The book: every table and how it came about, in one HTML file.

mod drawings;
mod marks;
mod pages;
mod policy;
mod set;
mod tables;

use crate::labels;
use crate::markup::{Markup, anchor};
use crate::{Comparison, Drawings, PrintedTable, Summary};
pub use marks::Marks;
pub(crate) use pages::{Block, List, Page, after, before, waterfall_texts};
pub(crate) use policy::Styles;
use policy::policy;
pub(crate) use set::{SetRow, SetTable};
pub use tables::{CellPlace, Dress, Sign, table_html};
pub(crate) use tables::{Plain, plain, section};
use terms::WaterfallRow;

/// The style of drawings, in the names of colours that the page around them has: `--paper`, `--ink`, `--soft`, `--link`,
/// `--band`, `--mark-line`, `--mark`.
pub const DRAWING_STYLE: &str = include_str!("book/drawings.css");
pub(crate) const STYLE: &str = concat!(include_str!("book/style.css"), include_str!("book/drawings.css"));
/// What printed pages of synthetic data have on top.
const SYNTHETIC_STYLE: &str = include_str!("book/synthetic.css");

/// What a book is made of. It holds no clock and no path, so equal contents give equal bytes.
#[derive(Clone, Debug)]
pub struct Book<'a> {
    /// Title of the study.
    pub title: &'a str,
    /// The data is invented; every table then says so.
    pub synthetic: bool,
    /// Paragraphs about the data.
    pub about: &'a [String],
    /// What was read, source by source.
    pub sources: &'a [SourceCount],
    /// The tables; they are set by their numbers, those without difference in the order given.
    pub tables: &'a [BookTable<'a>],
    /// The cleaning, in the order of rounds and rules. A caller that has titles for rounds or rules puts them here.
    pub waterfall: &'a [WaterfallRow],
    /// The comparison with the print; none if there was none.
    pub verification: Option<&'a Summary>,
    /// What a reader needs to make the same book again: names and values, such as versions and hashes.
    pub facts: &'a [(String, String)],
    /// Every file that was read, with its SHA-256.
    pub inputs: &'a [(String, String)],
}

/// What was read of one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceCount {
    /// Title of the source.
    pub title: String,
    /// Files.
    pub files: u64,
    /// Records in them.
    pub records: u64,
    /// Records that were put in quarantine.
    pub quarantined: u64,
}

/// One table of a book.
#[derive(Clone, Debug)]
pub struct BookTable<'a> {
    /// Name of the appendix, by which comparisons know it; it becomes the anchor.
    pub name: &'a str,
    /// The table.
    pub table: &'a PrintedTable,
    /// What is drawn below it, if anything.
    pub drawings: Option<&'a Drawings>,
}

impl<'a> Book<'a> {
    /// The tables in the order in which they are printed.
    pub(crate) fn in_order(&self) -> Vec<&'a BookTable<'a>> {
        let mut tables: Vec<&BookTable> = self.tables.iter().collect();
        tables.sort_by_key(|entry| entry.table.number);
        tables
    }

    /// What the comparison with the print found of a table, if there was one.
    pub(crate) fn comparison(&self, name: &str) -> Option<&'a Comparison> {
        self.verification?.appendices.iter().find(|comparison| comparison.appendix == name)
    }
}

/// The book as one HTML document in UTF-8: no script, no external file, light and dark, set for print.
///
/// Every text of the caller is escaped.
pub fn html(book: &Book) -> String {
    let tables = book.in_order();
    let mut html = Markup::default();
    html.open("html", &[("lang", "nl")]).line();
    let styles = if book.synthetic { &[STYLE, SYNTHETIC_STYLE][..] } else { &[STYLE] };
    head(&mut html, book.title, styles, Styles::Sheets);
    html.open("body", &[]).line();
    html.element("a", &[("class", "skip"), ("href", "#inhoud")], labels::TO_CONTENTS).line();
    front(&mut html, book);
    let (before, after) = (before(book), after(book));
    contents(&mut html, &tables, [&before, &after]);
    html.open("main", &[]).line();
    before.iter().for_each(|page| tables::page(&mut html, page));
    for entry in tables {
        tables::appendix(&mut html, entry, book.synthetic, book.comparison(entry.name));
    }
    after.iter().for_each(|page| tables::page(&mut html, page));
    html.close().line();
    html.finish()
}

/// The head of a document that loads and runs nothing.
pub(crate) fn head(html: &mut Markup, title: &str, styles: &[&'static str], allowed: Styles) {
    html.open("head", &[]).line();
    html.void("meta", &[("charset", "utf-8")]).line();
    html.void("meta", &[("http-equiv", "Content-Security-Policy"), ("content", &policy(allowed, styles))])
        .line();
    html.void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]).line();
    html.void("meta", &[("name", "color-scheme"), ("content", "light dark")]).line();
    html.element("title", &[], title).line();
    for css in styles {
        html.style(css).line();
    }
    html.close().line();
}

fn front(html: &mut Markup, book: &Book) {
    html.open("header", &[("class", "front")]).line();
    html.element("h1", &[], book.title).line();
    if book.synthetic {
        synthetic_notice(html);
    }
    html.close().line();
}

fn contents(html: &mut Markup, tables: &[&BookTable], [before, after]: [&[Page]; 2]) {
    html.open("nav", &[("id", "inhoud"), ("aria-labelledby", "inhoud-kop")]).line();
    html.element("h2", &[("id", "inhoud-kop")], labels::CONTENTS).line();
    html.open("ul", &[("class", "pages")]).line();
    before.iter().for_each(|page| contents_entry(html, page.id, page.title));
    html.open("li", &[]).element("span", &[], labels::TABLES);
    html.open("ol", &[("class", "tables")]).line();
    for entry in tables {
        contents_entry(html, &table_anchor(entry.name), &entry.table.title);
    }
    html.close().close().line();
    after.iter().for_each(|page| contents_entry(html, page.id, page.title));
    html.close().line().close().line();
}

fn contents_entry(html: &mut Markup, id: &str, text: &str) {
    html.open("li", &[]).element("a", &[("href", &format!("#{id}"))], text).close().line();
}

fn table_anchor(name: &str) -> String {
    anchor("t-", name)
}

fn synthetic_notice(html: &mut Markup) {
    html.open("p", &[("class", "synthetic"), ("role", "note")]);
    html.element("strong", &[], labels::SYNTHETIC).text(": ").text(labels::SYNTHETIC_TEXT);
    html.close().line();
}

/// Whether a comparison leaves something for the reader to look up.
fn has_remarks(comparison: &Comparison) -> bool {
    !(comparison.misprints.is_empty() && comparison.unreached.is_empty() && comparison.is_clean())
}
