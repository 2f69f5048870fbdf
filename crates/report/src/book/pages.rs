//! The pages around the tables: data, cleaning, differences from print, reproducibility.

use super::tables::{Plain, plain};
use crate::markup::Markup;
use crate::verify::{Difference, DifferenceKind, StaleReason};
use crate::{CellKind, ReachCounts, Summary, labels};
use terms::WaterfallRow;

/// Anchors and titles of the pages before the tables.
pub(super) const BEFORE_TABLES: [(&str, &str); 2] =
    [("gegevens", labels::ABOUT), ("opschoning", labels::CLEANING)];
/// Anchors and titles of the pages after the tables.
pub(super) const AFTER_TABLES: [(&str, &str); 2] =
    [("verschillen", labels::DIFFERENCES), ("herhaalbaarheid", labels::REPRODUCIBILITY)];

const TEXT: CellKind = CellKind::Text;
const NUMBER: CellKind = CellKind::Number;

pub(super) fn about(html: &mut Markup, paragraphs: &[String]) {
    page(html, BEFORE_TABLES[0], |html| {
        for paragraph in paragraphs {
            html.element("p", &[], paragraph).line();
        }
    });
}

pub(super) fn cleaning(html: &mut Markup, rows: &[WaterfallRow]) {
    page(html, BEFORE_TABLES[1], |html| {
        if rows.is_empty() {
            html.element("p", &[], labels::NO_CLEANING).line();
            return;
        }
        html.element("p", &[], labels::CLEANING_TEXT).line();
        let mut header = vec![(labels::ROUND, TEXT), (labels::RULE, TEXT), (labels::POPULATION, TEXT)];
        header.extend(labels::COUNTS.map(|label| (label, NUMBER)));
        let rows: Vec<_> = rows.iter().map(waterfall_texts).collect();
        plain(html, &Plain { caption: labels::CLEANING, header: &header, rows: &rows, total: None });
    });
}

pub(super) fn differences(html: &mut Markup, summary: Option<&Summary>) {
    page(html, AFTER_TABLES[0], |html| {
        let Some(summary) = summary else {
            html.element("p", &[], labels::NOT_COMPARED).line();
            return;
        };
        html.element("p", &[], labels::DIFFERENCES_TEXT).line();
        counts(html, summary);
        tests(html, summary);
        unexplained(html, summary);
        misprints(html, summary);
        unreached(html, summary);
        stale(html, summary);
        ignored(html, summary);
    });
}

pub(super) fn reproducibility(html: &mut Markup, facts: &[(String, String)]) {
    page(html, AFTER_TABLES[1], |html| {
        let rows: Vec<_> = facts.iter().map(|(name, value)| vec![name.clone(), value.clone()]).collect();
        let header = [(labels::FACT, TEXT), (labels::VALUE, TEXT)];
        plain(html, &Plain { caption: labels::REPRODUCIBILITY, header: &header, rows: &rows, total: None });
    });
}

fn page(html: &mut Markup, (id, title): (&str, &str), body: impl FnOnce(&mut Markup)) {
    section(html, (id, &format!("{id}-kop")), title, body);
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

/// The counts of a rule; what it did not do stays empty, so that what it did is seen.
pub(crate) fn waterfall_texts(row: &WaterfallRow) -> Vec<String> {
    let done = [row.merged, row.removed, row.added, row.moved_in, row.moved_out, row.updated];
    let mut texts =
        vec![row.round.clone(), row.rule.clone(), row.population.clone(), row.rows_in.to_string()];
    texts.extend(done.map(|count| if count == 0 { String::new() } else { count.to_string() }));
    texts.push(row.rows_out.to_string());
    texts
}

fn counts(html: &mut Markup, summary: &Summary) {
    let header = [
        (labels::TABLE, TEXT),
        (labels::CELLS, NUMBER),
        (labels::EQUAL, NUMBER),
        (labels::MISPRINTS, NUMBER),
        (labels::UNREACHED, NUMBER),
        (labels::UNEXPLAINED, NUMBER),
        (labels::STALE, NUMBER),
    ];
    let texts = |name: &str, counts: [u64; 6]| {
        std::iter::once(name.to_owned()).chain(counts.iter().map(u64::to_string)).collect::<Vec<_>>()
    };
    let rows: Vec<_> = summary
        .appendices
        .iter()
        .map(|c| {
            let lists = [c.misprints.len(), c.unreached.len(), c.differences.len(), c.stale.len()];
            let [misprints, unreached, differences, stale] = lists.map(|count| count as u64);
            texts(&c.appendix, [c.cells, c.equal, misprints, unreached, differences, stale])
        })
        .collect();
    let s = summary;
    let total = texts(labels::TOTAL, [s.cells, s.equal, s.misprints, s.unreached, s.differences, s.stale]);
    let caption = labels::DIFFERENCES;
    plain(html, &Plain { caption, header: &header, rows: &rows, total: Some(&total) });
}

/// How near tables of statistical tests come to the print, if there are any.
fn tests(html: &mut Markup, summary: &Summary) {
    let Some(total) = &summary.reached else { return };
    let texts = |name: &str, c: &ReachCounts| {
        let near = [c.as_printed, c.within_1_percent, c.within_5_percent];
        let counts = [c.printed_rows, c.verdicts, c.statistics, c.df].into_iter().chain(near);
        std::iter::once(name.to_owned()).chain(counts.map(|count| count.to_string())).collect::<Vec<_>>()
    };
    let tables = summary.appendices.iter();
    let rows: Vec<_> = tables.filter_map(|c| Some(texts(&c.appendix, &c.reached.as_ref()?.counts))).collect();
    let mut header = vec![(labels::TABLE, TEXT)];
    header.extend(labels::TEST_COUNTS.map(|label| (label, NUMBER)));
    html.element("h3", &[], labels::TESTS).line();
    let total = texts(labels::TOTAL, total);
    plain(html, &Plain { caption: labels::TESTS, header: &header, rows: &rows, total: Some(&total) });
}

fn unexplained(html: &mut Markup, summary: &Summary) {
    let header =
        [labels::TABLE, labels::ROW, labels::COLUMN, labels::PRINTED, labels::PRODUCED, labels::KIND];
    let rows = summary.appendices.iter().flat_map(|c| &c.differences).map(|difference| {
        let mut texts = place(difference);
        texts.push(kind(difference.kind).to_owned());
        texts
    });
    list(html, labels::UNEXPLAINED, &header, &rows.collect::<Vec<_>>());
}

fn misprints(html: &mut Markup, summary: &Summary) {
    let header = [
        labels::TABLE,
        labels::ROW,
        labels::COLUMN,
        labels::PRINTED,
        labels::PRODUCED,
        labels::KIND,
        labels::EXPLANATION,
    ];
    let rows = summary.appendices.iter().flat_map(|c| &c.misprints).map(|explained| {
        let mut texts = place(&explained.difference);
        texts.extend([explained.misprint.clone(), explained.explanation.clone()]);
        texts
    });
    list(html, labels::MISPRINTS, &header, &rows.collect::<Vec<_>>());
}

/// What the synthetic data does not reach, if there is any table that depends on it.
fn unreached(html: &mut Markup, summary: &Summary) {
    if summary.reached.is_none() {
        return;
    }
    let header = [
        labels::TABLE,
        labels::ROW,
        labels::COLUMN,
        labels::PRINTED,
        labels::PRODUCED,
        labels::DISTANCE,
        labels::REASON,
    ];
    let rows = summary.appendices.iter().flat_map(|c| &c.unreached).map(|left| {
        let mut texts = place(&left.difference);
        texts.extend([left.distance.clone(), left.reason.clone()]);
        texts
    });
    list(html, labels::UNREACHED, &header, &rows.collect::<Vec<_>>());
}

fn stale(html: &mut Markup, summary: &Summary) {
    let header = [labels::TABLE, labels::ROW, labels::COLUMN, labels::REASON];
    let rows = summary.stale_entries().map(|stale| {
        vec![stale.appendix.clone(), stale.row.clone(), stale.column.clone(), stale_reason(&stale.reason)]
    });
    list(html, labels::STALE, &header, &rows.collect::<Vec<_>>());
}

fn ignored(html: &mut Markup, summary: &Summary) {
    let header = [labels::TABLE, labels::COLUMN, labels::REASON];
    let columns = summary
        .appendices
        .iter()
        .flat_map(|c| c.ignored.iter().map(|(column, reason)| (&c.appendix, column, reason)));
    let rows =
        columns.map(|(appendix, column, reason)| vec![appendix.clone(), column.clone(), reason.clone()]);
    list(html, labels::NOT_IN_COMPARISON, &header, &rows.collect::<Vec<_>>());
}

/// A heading and a table of texts, or a word that there is nothing to list.
fn list(html: &mut Markup, title: &str, header: &[&str], rows: &[Vec<String>]) {
    html.element("h3", &[], title).line();
    if rows.is_empty() {
        html.element("p", &[], labels::NONE).line();
        return;
    }
    let header: Vec<_> = header.iter().map(|label| (*label, TEXT)).collect();
    plain(html, &Plain { caption: title, header: &header, rows, total: None });
}

fn place(difference: &Difference) -> Vec<String> {
    let d = difference;
    [&d.appendix, &d.row, &d.column, &d.printed, &d.produced].map(String::clone).to_vec()
}

fn kind(kind: DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::Value => labels::KIND_VALUE,
        DifferenceKind::Format => labels::KIND_FORMAT,
        DifferenceKind::MissingRow => labels::KIND_MISSING_ROW,
        DifferenceKind::ExtraRow => labels::KIND_EXTRA_ROW,
        DifferenceKind::MissingColumn => labels::KIND_MISSING_COLUMN,
        DifferenceKind::RowOrder => labels::KIND_ROW_ORDER,
    }
}

fn stale_reason(reason: &StaleReason) -> String {
    match reason {
        StaleReason::OtherTexts { printed, produced } => {
            format!("{}: {printed}; {}: {produced}", labels::PRINTED, labels::PRODUCED)
        }
        StaleReason::NoDifference { text } => format!("{}: {text}", labels::NO_DIFFERENCE),
        StaleReason::OtherDistance { distance } => format!("{}: {distance}", labels::DISTANCE),
        StaleReason::NoSuchRow => labels::NO_SUCH_ROW.to_owned(),
        StaleReason::NoSuchColumn => labels::NO_SUCH_COLUMN.to_owned(),
        StaleReason::NoSuchAppendix => labels::NO_SUCH_TABLE.to_owned(),
    }
}
