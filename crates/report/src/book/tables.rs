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
    printed(html, &entry.table.for_the_eye(), &marks, |row| links(entry, row));
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

/// Writes a printed table; `link` says where the first cell of a row leads to, if anywhere.
pub(super) fn printed(
    html: &mut Markup,
    table: &PrintedTable,
    marks: &Marks,
    link: impl Fn(&PrintedRow) -> Option<String>,
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
        cells(html, row, marks, link(row));
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

fn cells(html: &mut Markup, row: &PrintedRow, marks: &Marks, link: Option<String>) {
    html.open("tr", &[]);
    for (place, printed) in row.cells.iter().enumerate() {
        cell(html, place, printed, marks, link.as_deref().filter(|_| place == 0));
    }
    html.close().line();
}

fn cell(html: &mut Markup, place: usize, printed: &PrintedCell, marks: &Marks, link: Option<&str>) {
    let (tag, attributes) = cell_element(place, printed.kind);
    html.open(tag, &attributes);
    match link {
        Some(link) => html.element("a", &[("href", link)], &printed.text),
        None => html.text(&printed.text),
    };
    if let Some(sign) = marks.at(printed) {
        html.open("sup", &[("class", "mark")]);
        html.element("a", &[("href", "#verschillen")], sign).close();
    }
    html.close();
}

fn cell_element(place: usize, kind: CellKind) -> (&'static str, Vec<(&'static str, &'static str)>) {
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
