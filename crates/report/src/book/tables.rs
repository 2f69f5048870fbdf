//! Tables as HTML: the printed ones, and the plain ones of the pages around them.

use super::drawings::{drawings, links};
use super::{BookTable, has_remarks, synthetic_notice, table_anchor};
use crate::labels;
use crate::markup::Markup;
use crate::table::PrintedRow;
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
    html.open("section", &[("class", "appendix"), ("id", &id), ("aria-labelledby", &title)]).line();
    html.element("h2", &[("id", &title)], &entry.table.title).line();
    if synthetic {
        synthetic_notice(html);
    }
    printed(html, entry.table, |row| links(entry, row));
    notes(html, &entry.table.notes);
    if let Some(comparison) = comparison {
        remark(html, comparison);
    }
    drawings(html, entry);
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
        cell(html, place, text, *kind);
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
pub(super) fn printed(html: &mut Markup, table: &PrintedTable, link: impl Fn(&PrintedRow) -> Option<String>) {
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
        cells(html, row, link(row));
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

fn cells(html: &mut Markup, row: &PrintedRow, link: Option<String>) {
    html.open("tr", &[]);
    for (place, printed) in row.cells.iter().enumerate() {
        match link.as_deref().filter(|_| place == 0) {
            Some(link) => {
                html.open("th", &[("scope", "row"), ("class", class(printed.kind))]);
                html.element("a", &[("href", link)], &printed.text).close();
            }
            None => cell(html, place, &printed.text, printed.kind),
        }
    }
    html.close().line();
}

fn cell(html: &mut Markup, place: usize, text: &str, kind: CellKind) {
    if place == 0 {
        html.element("th", &[("scope", "row"), ("class", class(kind))], text);
    } else {
        html.element("td", &[("class", class(kind))], text);
    }
}

fn class(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Text => "text",
        CellKind::Number => "number",
    }
}

fn notes(html: &mut Markup, notes: &[String]) {
    if notes.is_empty() {
        return;
    }
    html.open("div", &[("class", "notes"), ("role", "note"), ("aria-label", labels::NOTES)]).line();
    for note in notes {
        html.element("p", &[], note).line();
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
