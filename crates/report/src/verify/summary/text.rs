//! The comparisons as text for a terminal.

use super::super::{Comparison, Difference, DifferenceKind, Finding, RecomputedRow, RowStatus};
use super::Summary;
use crate::grid::{Align, Line, lay_out};
use std::fmt::Write as _;

impl Summary {
    /// A table of counts; of statistical tests, how near they come to the print and what of the printed p-values does
    /// not follow; then every unexplained difference and every stale entry on its own line.
    pub fn text(&self, width: usize) -> String {
        let mut out = counts(self, width);
        if self.reached.is_some() {
            push(&mut out, "");
            out.push_str(&reached(self, width));
            push(&mut out, "");
            out.push_str(&statuses(self, width));
        }
        let recomputed = self.appendices.iter().filter(|c| c.recomputed.is_some()).collect::<Vec<_>>();
        if !recomputed.is_empty() {
            push(&mut out, "");
            out.push_str(&p_values(&recomputed, width));
        }
        for difference in self.appendices.iter().flat_map(|c| &c.differences) {
            push(&mut out, &line(difference));
        }
        for entry in self.stale_entries() {
            let (appendix, row, column) = (&entry.appendix, &entry.row, &entry.column);
            let (list, at) = (entry.list.as_str(), entry.line);
            let why = entry.reason.sentence();
            push(&mut out, &format!("{list}, line {at}: {appendix}, row {row}, column {column}: {why}"));
        }
        out
    }

    /// Every row of the tables of statistical tests that is not exactly as printed, with its status and the distance of
    /// its statistic, and below it what of its cells is not reached and why.
    pub fn rows_text(&self) -> String {
        let mut out = String::new();
        for comparison in &self.appendices {
            let rows = comparison.reached.iter().flat_map(|reached| &reached.rows);
            for row in rows.filter(|row| row.status != RowStatus::Exact) {
                let distance =
                    row.distance.as_ref().map_or(String::new(), |distance| format!(" ({distance})"));
                push(
                    &mut out,
                    &format!("{}: row {}: {}{distance}", comparison.appendix, row.row, row.status.as_str()),
                );
                for left in comparison.unreached.iter().filter(|left| left.difference.row == row.row) {
                    let d = &left.difference;
                    push(
                        &mut out,
                        &format!(
                            "  {}: printed `{}`, produced `{}`: {}",
                            d.column, d.printed, d.produced, left.reason
                        ),
                    );
                }
            }
        }
        out
    }
}

fn counts(summary: &Summary, width: usize) -> String {
    let s = summary;
    let rows = s.appendices.iter().map(|c| {
        let lists = [c.misprints.len(), c.unreached.len(), c.differences.len(), c.stale.len()];
        (c.appendix.as_str(), [vec![c.cells, c.equal], lists.map(|count| count as u64).to_vec()].concat())
    });
    let total = vec![s.cells, s.equal, s.misprints, s.unreached, s.differences, s.stale];
    let header = ["appendix", "cells", "equal", "misprints", "unreached", "differences", "stale"];
    table(&header, rows.collect(), total, width)
}

fn reached(summary: &Summary, width: usize) -> String {
    let numbers = |c: &crate::ReachCounts| {
        let near = [c.as_printed, c.within_1_percent, c.within_5_percent];
        [vec![c.printed_rows, c.verdicts, c.statistics, c.df], near.to_vec()].concat()
    };
    let header = ["tests", "rows", "verdict", "statistics", "df", "as printed", "within 1%", "within 5%"];
    let tables = summary
        .appendices
        .iter()
        .filter_map(|c| Some((c.appendix.as_str(), numbers(&c.reached.as_ref()?.counts))));
    table(&header, tables.collect(), summary.reached.as_ref().map(numbers).unwrap_or_default(), width)
}

fn statuses(summary: &Summary, width: usize) -> String {
    let mut header = vec!["row status"];
    header.extend(RowStatus::ALL.map(RowStatus::as_str));
    let tables = summary
        .appendices
        .iter()
        .filter_map(|c| Some((c.appendix.as_str(), c.reached.as_ref()?.counts.statuses.to_vec())));
    let total = summary.reached.as_ref().map(|reached| reached.statuses.to_vec()).unwrap_or_default();
    table(&header, tables.collect(), total, width)
}

fn p_values(comparisons: &[&Comparison], width: usize) -> String {
    let numbers = |c: &&Comparison| {
        let r = c.recomputed.clone().unwrap_or_default();
        vec![r.printed, r.follows, r.misprints, r.other_categories, r.contradicts]
    };
    let mut total = vec![0; 5];
    for comparison in comparisons {
        total.iter_mut().zip(numbers(comparison)).for_each(|(sum, count)| *sum += count);
    }
    let header = ["printed p", "printed", "follows", "misprints", "other categories", "contradicts"];
    let rows = comparisons.iter().map(|c| (c.appendix.as_str(), numbers(c))).collect();
    let mut out = table(&header, rows, total, width);
    for comparison in comparisons {
        for row in comparison.recomputed.iter().flat_map(|recomputed| &recomputed.rows) {
            push(&mut out, &format!("{}: {}", comparison.appendix, p_value(row)));
        }
    }
    out
}

/// What is wrong with a printed p-value.
fn p_value(row: &RecomputedRow) -> String {
    let (level, categories) = (&row.level, row.categories);
    let range = match (&row.lowest, &row.highest) {
        (Some(lowest), Some(highest)) => {
            format!(
                "what is printed beside it gives {lowest} to {highest} with {categories} {level} categories"
            )
        }
        _ => format!("{categories} {level} categories cannot give the printed df"),
    };
    let finding = match (row.finding, &row.corrected) {
        (Finding::Misprint, Some(corrected)) => format!("a known misprint for `{corrected}`"),
        (Finding::Misprint, None) => "a known misprint".to_owned(),
        (Finding::OtherCategories { fewest, most }, _) if fewest == most => {
            format!("not checked, for the print demands {fewest} categories")
        }
        (Finding::OtherCategories { fewest, most }, _) => {
            format!("not checked, for the print demands {fewest} to {most} categories")
        }
        (Finding::Contradicts, _) => "no number of categories gives it".to_owned(),
    };
    format!("row {}: printed p `{}`: {range}; {finding}", row.row, row.printed)
}

fn line(difference: &Difference) -> String {
    let place = match (difference.row.as_str(), difference.column.as_str()) {
        (row, "") => format!("row {row}"),
        ("", column) => format!("column {column}"),
        (row, column) => format!("row {row}, column {column}"),
    };
    let found = match difference.kind {
        DifferenceKind::MissingRow | DifferenceKind::MissingColumn => "printed, not produced".to_owned(),
        DifferenceKind::ExtraRow => "produced, not printed".to_owned(),
        _ => format!("printed `{}`, produced `{}`", difference.printed, difference.produced),
    };
    format!("{}: {place}: {found} ({})", difference.appendix, difference.kind.as_str())
}

/// Counts by appendix, and their total.
fn table(header: &[&str], rows: Vec<(&str, Vec<u64>)>, total: Vec<u64>, width: usize) -> String {
    let mut aligns = vec![Align::Right; header.len()];
    aligns[0] = Align::Left;
    let cells = |(name, counts): (&str, Vec<u64>)| {
        Line::Cells(std::iter::once(name.to_owned()).chain(counts.iter().map(u64::to_string)).collect())
    };
    let mut lines = vec![Line::Cells(header.iter().map(|&label| label.to_owned()).collect()), Line::Rule];
    lines.extend(rows.into_iter().map(cells));
    lines.push(Line::Rule);
    lines.push(cells(("total", total)));
    lay_out(&aligns, &lines, width)
}

fn push(out: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{line}");
}
