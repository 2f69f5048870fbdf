//! The book: every table and how it came about, in one HTML file.

mod drawings;
mod pages;
mod tables;

use crate::labels;
use crate::markup::{Markup, anchor};
use crate::{Comparison, Drawings, PrintedTable, Summary};
pub(crate) use pages::{section, waterfall_texts};
pub(crate) use tables::{Plain, plain};
use terms::WaterfallRow;

pub(crate) const STYLE: &str = concat!(include_str!("book/style.css"), include_str!("book/drawings.css"));
/// Nothing may be loaded and nothing may run; only the style sheet in the file itself counts.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// What a book is made of. It holds no clock and no path, so equal contents give equal bytes.
#[derive(Clone, Debug)]
pub struct Book<'a> {
    /// Title of the study.
    pub title: &'a str,
    /// The data is invented; every table then says so.
    pub synthetic: bool,
    /// Paragraphs about the data.
    pub about: &'a [String],
    /// The tables; they are set by their numbers, those without difference in the order given.
    pub tables: &'a [BookTable<'a>],
    /// The cleaning, in the order of rounds and rules. A caller that has titles for rounds or rules puts them here.
    pub waterfall: &'a [WaterfallRow],
    /// The comparison with the print; none if there was none.
    pub verification: Option<&'a Summary>,
    /// What a reader needs to make the same book again: names and values, such as versions and hashes.
    pub facts: &'a [(String, String)],
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

/// The book as one HTML document in UTF-8: no script, no external file, light and dark, set for print.
///
/// Every text of the caller is escaped.
pub fn html(book: &Book) -> String {
    let mut tables: Vec<&BookTable> = book.tables.iter().collect();
    tables.sort_by_key(|entry| entry.table.number);
    let mut html = Markup::default();
    html.open("html", &[("lang", "nl")]).line();
    head(&mut html, book.title, &[STYLE]);
    html.open("body", &[]).line();
    html.element("a", &[("class", "skip"), ("href", "#inhoud")], labels::TO_CONTENTS).line();
    front(&mut html, book);
    contents(&mut html, &tables);
    html.open("main", &[]).line();
    pages::about(&mut html, book.about);
    pages::cleaning(&mut html, book.waterfall);
    for entry in tables {
        let comparison = book
            .verification
            .and_then(|summary| summary.appendices.iter().find(|c| c.appendix == entry.name));
        tables::appendix(&mut html, entry, book.synthetic, comparison);
    }
    pages::differences(&mut html, book.verification);
    pages::reproducibility(&mut html, book.facts);
    html.close().line();
    html.finish()
}

/// The head of a document that loads and runs nothing.
pub(crate) fn head(html: &mut Markup, title: &str, styles: &[&'static str]) {
    html.open("head", &[]).line();
    html.void("meta", &[("charset", "utf-8")]).line();
    html.void("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)]).line();
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

fn contents(html: &mut Markup, tables: &[&BookTable]) {
    html.open("nav", &[("id", "inhoud"), ("aria-labelledby", "inhoud-kop")]).line();
    html.element("h2", &[("id", "inhoud-kop")], labels::CONTENTS).line();
    html.open("ul", &[("class", "pages")]).line();
    for (id, text) in pages::BEFORE_TABLES {
        contents_entry(html, id, text);
    }
    html.open("li", &[]).element("span", &[], labels::TABLES);
    html.open("ol", &[("class", "tables")]).line();
    for entry in tables {
        contents_entry(html, &table_anchor(entry.name), &entry.table.title);
    }
    html.close().close().line();
    for (id, text) in pages::AFTER_TABLES {
        contents_entry(html, id, text);
    }
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
