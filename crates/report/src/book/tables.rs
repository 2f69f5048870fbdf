//! Tables as HTML: the printed ones, and the plain ones of the pages around them.

use super::drawings::{drawings, links};
use super::pages::{Block, Page};
use super::{BookTable, Marks, has_remarks, synthetic_notice, table_anchor};
use crate::labels;
use crate::markup::Markup;
use crate::table::{PrintedCell, PrintedRow};
use crate::{CellKind, Comparison, PrintedTable};

/// One appendix: notice, table, notes, and a line about its comparison with the print.
pub(super) fn appendix(
    html: &mut Markup,
    entry: &BookTable,
    synthetic: bool,
    comparison: Option<&Comparison>,
) {
    let id = table_anchor(entry.name);
    let title = format!("{id}-titel");
    let marks = Marks::of(comparison);
    html.open("section", &[("class", "appendix"), ("id", &id), ("aria-labelledby", &title)]).line();
    html.element("h2", &[("id", &title)], &entry.table.title).line();
    if synthetic {
        synthetic_notice(html);
    }
    printed(html, &entry.table.for_the_eye(), |place, row, printed| Dress {
        link: if place.column == 0 { links(entry, row) } else { None },
        ..marked(&marks, printed)
    });
    notes(html, &entry.table.notes, &marks);
    if let Some(comparison) = comparison {
        remark(html, comparison);
    }
    drawings(html, entry);
    html.close().line();
}

/// One page that is no appendix.
pub(super) fn page(html: &mut Markup, page: &Page) {
    section(html, (page.id, &format!("{}-kop", page.id)), page.title, |html| {
        for block in &page.blocks {
            match block {
                Block::Heading(text) => _ = html.element("h3", &[], text).line(),
                Block::Paragraph(text) => _ = html.element("p", &[], text).line(),
                Block::List(list) => {
                    let (caption, total) = (list.caption.as_str(), list.total.as_deref());
                    plain(html, &Plain { caption, header: &list.header, rows: &list.rows, total });
                }
            }
        }
    });
}

/// A section with its heading, by their anchors.
pub(crate) fn section(
    html: &mut Markup,
    (id, heading): (&str, &str),
    title: &str,
    body: impl FnOnce(&mut Markup),
) {
    html.open("section", &[("class", "page"), ("id", id), ("aria-labelledby", heading)]).line();
    html.element("h2", &[("id", heading)], title).line();
    body(html);
    html.close().line();
}

/// A plain table: one header row, rows of texts, the first of which heads its row.
pub(crate) struct Plain<'a> {
    /// Caption for those who do not see the heading above it.
    pub(crate) caption: &'a str,
    /// Labels and kinds of the columns.
    pub(crate) header: &'a [(&'a str, CellKind)],
    /// The rows.
    pub(crate) rows: &'a [Vec<String>],
    /// A last row that adds up the others.
    pub(crate) total: Option<&'a [String]>,
}

/// Writes a plain table.
pub(crate) fn plain(html: &mut Markup, table: &Plain) {
    open_table(html, "plain", table.caption);
    html.open("thead", &[]).open("tr", &[]);
    for (text, kind) in table.header {
        html.element("th", &[("scope", "col"), ("class", class(*kind))], text);
    }
    html.close().close().line();
    html.open("tbody", &[]).line();
    table.rows.iter().for_each(|row| plain_row(html, table.header, row));
    html.close().line();
    if let Some(total) = table.total {
        html.open("tfoot", &[]).line();
        plain_row(html, table.header, total);
        html.close().line();
    }
    html.close().line().close().line();
}

fn plain_row(html: &mut Markup, header: &[(&str, CellKind)], row: &[String]) {
    html.open("tr", &[]);
    for (place, (text, (_, kind))) in row.iter().zip(header).enumerate() {
        let (tag, attributes) = cell_element(place, *kind);
        html.element(tag, &attributes, text);
    }
    html.close().line();
}

/// Begins a table that scrolls sideways where it is too wide, also with the keyboard. The heading above
/// shows its title; the caption repeats it for those who come to the table by itself.
fn open_table(html: &mut Markup, class: &'static str, caption: &str) {
    let region = [("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", caption)];
    html.open("div", &region).line();
    html.open("table", &[("class", class)]).line();
    html.element("caption", &[("class", "quiet")], caption).line();
}

/// Where a cell stands in a table that is written: row and column, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellPlace {
    /// Row of the table, in stored order.
    pub row: usize,
    /// Column among those that are written.
    pub column: usize,
}

/// What a cell has beside its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dress {
    /// Where the text leads to.
    pub link: Option<String>,
    /// A further class of the cell.
    pub class: Option<&'static str>,
    /// Signs behind the text.
    pub signs: Vec<Sign>,
}

/// A sign behind the text of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// The sign.
    pub sign: &'static str,
    /// Where it leads to.
    pub link: String,
    /// What it says in words, if not where it leads to.
    pub title: Option<String>,
}

/// Writes a printed table as it stands in the book, each cell with what `dress` says of it.
pub fn table_html(
    html: &mut Markup,
    table: &PrintedTable,
    dress: impl Fn(CellPlace, &PrintedRow, &PrintedCell) -> Dress,
) {
    printed(html, &table.for_the_eye(), dress);
}

/// The dress of a cell with its sign, which leads to the page of differences.
fn marked(marks: &Marks<'_>, cell: &PrintedCell) -> Dress {
    let sign = |sign| Sign { sign, link: "#verschillen".to_owned(), title: None };
    Dress { signs: marks.at(cell).map(sign).into_iter().collect(), ..Dress::default() }
}

/// Writes a printed table that is for the eye.
pub(super) fn printed(
    html: &mut Markup,
    table: &PrintedTable,
    dress: impl Fn(CellPlace, &PrintedRow, &PrintedCell) -> Dress,
) {
    open_table(html, "printed", &table.title);
    header(html, table);
    html.open("tbody", &[]).line();
    for (place, row) in table.rows.iter().enumerate() {
        if let Some(heading) = &row.heading {
            if place > 0 {
                html.close().line().open("tbody", &[]).line();
            }
            let columns = table.columns.len().to_string();
            html.open("tr", &[("class", "heading")]);
            html.element("th", &[("scope", "rowgroup"), ("colspan", &columns)], heading);
            html.close().line();
        }
        html.open("tr", &[]);
        for (column, printed) in row.cells.iter().enumerate() {
            cell(html, column, printed, &dress(CellPlace { row: place, column }, row, printed));
        }
        html.close().line();
    }
    html.close().line().close().line().close().line();
}

fn header(html: &mut Markup, table: &PrintedTable) {
    html.open("thead", &[]).line();
    for row in &table.header {
        html.open("tr", &[]);
        for cell in row {
            let (columns, rows) = (cell.columns.to_string(), cell.rows.to_string());
            let kind = table.columns.get(cell.column).map_or(CellKind::Text, |column| column.kind);
            let (scope, class) = if cell.columns > 1 { ("colgroup", "span") } else { ("col", class(kind)) };
            let mut attributes = vec![("scope", scope), ("class", class)];
            if cell.columns > 1 {
                attributes.push(("colspan", &columns));
            }
            if cell.rows > 1 {
                attributes.push(("rowspan", &rows));
            }
            html.element("th", &attributes, &cell.text);
        }
        html.close().line();
    }
    html.close().line();
}

fn cell(html: &mut Markup, place: usize, printed: &PrintedCell, dress: &Dress) {
    let (tag, mut attributes) = cell_element(place, printed.kind);
    let class = dress.class.map(|further| format!("{} {further}", class(printed.kind)));
    if let (Some(class), Some(attribute)) =
        (&class, attributes.iter_mut().find(|attribute| attribute.0 == "class"))
    {
        attribute.1 = class;
    }
    html.open(tag, &attributes);
    match dress.link.as_deref() {
        Some(link) => html.element("a", &[("href", link)], &printed.text),
        None => html.text(&printed.text),
    };
    for Sign { sign, link, title } in &dress.signs {
        let mut attributes = vec![("href", link.as_str())];
        attributes.extend(title.iter().flat_map(|title| [("title", title.as_str()), ("aria-label", title)]));
        html.open("sup", &[("class", "mark")]);
        html.element("a", &attributes, sign).close();
    }
    html.close();
}

fn cell_element<'k>(place: usize, kind: CellKind) -> (&'static str, Vec<(&'static str, &'k str)>) {
    match place {
        0 => ("th", vec![("scope", "row"), ("class", class(kind))]),
        _ => ("td", vec![("class", class(kind))]),
    }
}

fn class(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Text => "text",
        CellKind::Number => "number",
    }
}

fn notes(html: &mut Markup, notes: &[String], marks: &Marks) {
    if notes.is_empty() && marks.legend.is_empty() {
        return;
    }
    html.open("div", &[("class", "notes"), ("role", "note"), ("aria-label", labels::NOTES)]).line();
    for note in notes {
        html.element("p", &[], note).line();
    }
    for (sign, meaning) in &marks.legend {
        html.open("p", &[]).element("sup", &[("class", "mark")], sign).text(" ").text(meaning);
        html.close().line();
    }
    html.close().line();
}

fn remark(html: &mut Markup, comparison: &Comparison) {
    if !has_remarks(comparison) {
        return;
    }
    let counts = [
        (labels::MISPRINTS, comparison.misprints.len()),
        (labels::UNREACHED, comparison.unreached.len()),
        (labels::UNEXPLAINED, comparison.differences.len()),
        (labels::STALE, comparison.stale.len()),
    ];
    let counts =
        counts.iter().filter(|(_, count)| *count > 0).map(|(label, count)| format!("{label}: {count}"));
    html.open("p", &[("class", "remark")]);
    html.element("a", &[("href", "#verschillen")], labels::DIFFERENCES).text(". ");
    html.text(&counts.collect::<Vec<_>>().join("; ")).text(".");
    html.close().line();
}
