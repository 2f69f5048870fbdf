//! The pages around the tables: data, cleaning, differences from print, reproducibility.

use super::{Book, SourceCount};
use crate::verify::{Difference, DifferenceKind, StaleReason};
use crate::waterfall::totals_text;
use crate::{CellKind, ReachCounts, Summary, labels};
use terms::WaterfallRow;

const TEXT: CellKind = CellKind::Text;
const NUMBER: CellKind = CellKind::Number;

/// A page of the book that is no appendix. Each form writes the same pages, so they cannot tell different things.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// Anchor.
    pub(crate) id: &'static str,
    /// Title.
    pub(crate) title: &'static str,
    /// What stands on it.
    pub(crate) blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    /// A heading below the title.
    Heading(String),
    /// A paragraph.
    Paragraph(String),
    /// A table.
    List(List),
}

/// A table of texts: one header row, rows, the first cell of which heads its row.
#[derive(Clone, Debug)]
pub(crate) struct List {
    /// Its name, for those who come to the table by itself.
    pub(crate) caption: String,
    /// Labels and kinds of the columns.
    pub(crate) header: Vec<(&'static str, CellKind)>,
    /// The rows.
    pub(crate) rows: Vec<Vec<String>>,
    /// A last row that adds up the others.
    pub(crate) total: Option<Vec<String>>,
}

/// The pages before the appendices.
pub(crate) fn before(book: &Book) -> [Page; 2] {
    [about(book.about, book.sources), cleaning(book.waterfall)]
}

/// The pages after the appendices.
pub(crate) fn after(book: &Book) -> [Page; 2] {
    [differences(book.verification), reproducibility(book)]
}

fn about(paragraphs: &[String], sources: &[SourceCount]) -> Page {
    let mut blocks: Vec<Block> = paragraphs.iter().cloned().map(Block::Paragraph).collect();
    if !sources.is_empty() {
        let texts = |source: &SourceCount| {
            let counts = [source.files, source.records, source.quarantined].map(|count| count.to_string());
            std::iter::once(source.title.clone()).chain(counts).collect()
        };
        let sum = |count: fn(&SourceCount) -> u64| sources.iter().map(count).sum::<u64>().to_string();
        let total =
            vec![labels::TOTAL.to_owned(), sum(|s| s.files), sum(|s| s.records), sum(|s| s.quarantined)];
        let mut header = vec![(labels::SOURCE, TEXT)];
        header.extend(labels::SOURCE_COUNTS.map(|label| (label, NUMBER)));
        let rows = sources.iter().map(texts).collect();
        blocks.push(Block::List(List {
            caption: labels::ABOUT.to_owned(),
            header,
            rows,
            total: Some(total),
        }));
    }
    Page { id: "gegevens", title: labels::ABOUT, blocks }
}

fn cleaning(rows: &[WaterfallRow]) -> Page {
    let blocks = if rows.is_empty() {
        vec![paragraph(labels::NO_CLEANING)]
    } else {
        let mut header = vec![(labels::ROUND, TEXT), (labels::RULE, TEXT), (labels::POPULATION, TEXT)];
        header.extend(labels::COUNTS.map(|label| (label, NUMBER)));
        let texts = rows.iter().map(waterfall_texts).collect();
        let list = List { caption: labels::CLEANING.to_owned(), header, rows: texts, total: None };
        let totals = format!("{}: {}.", labels::TOTALS, totals_text(rows));
        vec![paragraph(labels::CLEANING_TEXT), paragraph(&totals), Block::List(list)]
    };
    Page { id: "opschoning", title: labels::CLEANING, blocks }
}

fn differences(summary: Option<&Summary>) -> Page {
    let mut blocks = Vec::new();
    match summary {
        None => blocks.push(paragraph(labels::NOT_COMPARED)),
        Some(summary) => {
            blocks.push(paragraph(labels::DIFFERENCES_TEXT));
            blocks.push(Block::List(counts(summary)));
            blocks.extend(tests(summary));
            blocks.extend(unexplained(summary));
            blocks.extend(misprints(summary));
            blocks.extend(unreached(summary));
            blocks.extend(stale(summary));
            blocks.extend(ignored(summary));
        }
    }
    Page { id: "verschillen", title: labels::DIFFERENCES, blocks }
}

fn reproducibility(book: &Book) -> Page {
    let pair = |(name, value): &(String, String)| vec![name.clone(), value.clone()];
    let list = |caption: &str, header: [&'static str; 2], pairs: &[(String, String)]| List {
        caption: caption.to_owned(),
        header: header.map(|label| (label, TEXT)).to_vec(),
        rows: pairs.iter().map(pair).collect(),
        total: None,
    };
    let facts = list(labels::REPRODUCIBILITY, [labels::FACT, labels::VALUE], book.facts);
    let mut blocks = vec![Block::List(facts)];
    if !book.inputs.is_empty() {
        blocks.push(Block::Heading(labels::INPUTS.to_owned()));
        blocks.push(paragraph(labels::INPUTS_TEXT));
        blocks.push(Block::List(list(labels::INPUTS, [labels::FILE, labels::SHA256], book.inputs)));
    }
    Page { id: "herhaalbaarheid", title: labels::REPRODUCIBILITY, blocks }
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph(text.to_owned())
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

fn counts(summary: &Summary) -> List {
    let header = vec![
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
    let rows = summary.appendices.iter().map(|c| {
        let lists = [c.misprints.len(), c.unreached.len(), c.differences.len(), c.stale.len()];
        let [misprints, unreached, differences, stale] = lists.map(|count| count as u64);
        texts(&c.appendix, [c.cells, c.equal, misprints, unreached, differences, stale])
    });
    let s = summary;
    let total = texts(labels::TOTAL, [s.cells, s.equal, s.misprints, s.unreached, s.differences, s.stale]);
    List { caption: labels::DIFFERENCES.to_owned(), header, rows: rows.collect(), total: Some(total) }
}

/// How near tables of statistical tests come to the print, if there are any.
fn tests(summary: &Summary) -> Vec<Block> {
    let Some(total) = &summary.reached else { return Vec::new() };
    let texts = |name: &str, c: &ReachCounts| {
        let near = [c.as_printed, c.within_1_percent, c.within_5_percent];
        let counts = [c.printed_rows, c.verdicts, c.statistics, c.df].into_iter().chain(near);
        std::iter::once(name.to_owned()).chain(counts.map(|count| count.to_string())).collect::<Vec<_>>()
    };
    let tables = summary.appendices.iter();
    let rows = tables.filter_map(|c| Some(texts(&c.appendix, &c.reached.as_ref()?.counts))).collect();
    let mut header = vec![(labels::TABLE, TEXT)];
    header.extend(labels::TEST_COUNTS.map(|label| (label, NUMBER)));
    let total = Some(texts(labels::TOTAL, total));
    let list = List { caption: labels::TESTS.to_owned(), header, rows, total };
    vec![Block::Heading(labels::TESTS.to_owned()), Block::List(list)]
}

fn unexplained(summary: &Summary) -> [Block; 2] {
    let header =
        [labels::TABLE, labels::ROW, labels::COLUMN, labels::PRINTED, labels::PRODUCED, labels::KIND];
    let rows = summary.appendices.iter().flat_map(|c| &c.differences).map(|difference| {
        let mut texts = place(difference);
        texts.push(kind(difference.kind).to_owned());
        texts
    });
    list(labels::UNEXPLAINED, &header, rows.collect())
}

fn misprints(summary: &Summary) -> [Block; 2] {
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
    list(labels::MISPRINTS, &header, rows.collect())
}

/// What the synthetic data does not reach, if there is any table that depends on it.
fn unreached(summary: &Summary) -> Vec<Block> {
    if summary.reached.is_none() {
        return Vec::new();
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
    list(labels::UNREACHED, &header, rows.collect()).into()
}

fn stale(summary: &Summary) -> [Block; 2] {
    let header = [labels::TABLE, labels::ROW, labels::COLUMN, labels::REASON];
    let rows = summary.stale_entries().map(|stale| {
        vec![stale.appendix.clone(), stale.row.clone(), stale.column.clone(), stale_reason(&stale.reason)]
    });
    list(labels::STALE, &header, rows.collect())
}

fn ignored(summary: &Summary) -> [Block; 2] {
    let header = [labels::TABLE, labels::COLUMN, labels::REASON];
    let columns = summary
        .appendices
        .iter()
        .flat_map(|c| c.ignored.iter().map(|(column, reason)| (&c.appendix, column, reason)));
    let rows =
        columns.map(|(appendix, column, reason)| vec![appendix.clone(), column.clone(), reason.clone()]);
    list(labels::NOT_IN_COMPARISON, &header, rows.collect())
}

/// A heading and a table of texts, or a word that there is nothing to list.
fn list(title: &str, header: &[&'static str], rows: Vec<Vec<String>>) -> [Block; 2] {
    let body = if rows.is_empty() {
        paragraph(labels::NONE)
    } else {
        let header = header.iter().map(|label| (*label, TEXT)).collect();
        Block::List(List { caption: title.to_owned(), header, rows, total: None })
    };
    [Block::Heading(title.to_owned()), body]
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
