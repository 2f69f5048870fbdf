//! All comparisons of a study together.

use super::{Comparison, DifferenceKind, StaleMisprint, StaleReason};
use crate::grid::{Align, Line, lay_out};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use study::Misprint;

/// The comparisons of all appendices, for people ([`Summary::text`]) and for programs (serde).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Printed cells that were compared.
    pub cells: u64,
    /// Cells that are produced exactly as printed.
    pub equal: u64,
    /// Number of explained differences.
    pub misprints: u64,
    /// Number of unexplained differences.
    pub differences: u64,
    /// Number of explanations without a difference.
    pub stale: u64,
    /// The comparisons, in the order given.
    pub appendices: Vec<Comparison>,
    /// Explanations that name an appendix which was not compared.
    pub unknown_appendix: Vec<StaleMisprint>,
}

impl Summary {
    /// Adds up comparisons; `misprints` are all that the study declares.
    pub fn new(comparisons: Vec<Comparison>, misprints: &[Misprint]) -> Self {
        let compared: BTreeSet<&str> = comparisons.iter().map(|c| c.appendix.as_str()).collect();
        let lost = misprints.iter().filter(|m| !compared.contains(m.appendix.as_str()));
        let unknown_appendix: Vec<StaleMisprint> = lost
            .map(|misprint| StaleMisprint {
                appendix: misprint.appendix.clone(),
                row: misprint.row.clone(),
                column: misprint.column.clone(),
                line: misprint.line,
                reason: StaleReason::NoSuchAppendix,
            })
            .collect();
        let sum = |count: fn(&Comparison) -> u64| comparisons.iter().map(count).sum();
        let stale: u64 = sum(|c| c.stale.len() as u64);
        Self {
            cells: sum(|c| c.cells),
            equal: sum(|c| c.equal),
            misprints: sum(|c| c.misprints.len() as u64),
            differences: sum(|c| c.differences.len() as u64),
            stale: stale + unknown_appendix.len() as u64,
            unknown_appendix,
            appendices: comparisons,
        }
    }

    /// Nothing unexplained and nothing stale: the tables are the printed ones.
    pub fn is_clean(&self) -> bool {
        self.differences == 0 && self.stale == 0
    }

    /// A table of counts, then every unexplained difference and every stale explanation on its own lines.
    pub fn text(&self, width: usize) -> String {
        let mut aligns = [Align::Right; 6];
        aligns[0] = Align::Left;
        let mut out = lay_out(&aligns, &self.lines(), width);
        for difference in self.appendices.iter().flat_map(|c| &c.differences) {
            let place = match (difference.row.as_str(), difference.column.as_str()) {
                (row, "") => format!("row {row}"),
                ("", column) => format!("column {column}"),
                (row, column) => format!("row {row}, column {column}"),
            };
            let found = match difference.kind {
                DifferenceKind::MissingRow | DifferenceKind::MissingColumn => {
                    "printed, not produced".to_owned()
                }
                DifferenceKind::ExtraRow => "produced, not printed".to_owned(),
                _ => format!("printed `{}`, produced `{}`", difference.printed, difference.produced),
            };
            push(
                &mut out,
                &format!("{}: {place}: {found} ({})", difference.appendix, difference.kind.as_str()),
            );
        }
        for stale in self.stale_misprints() {
            let (appendix, row, column, line) = (&stale.appendix, &stale.row, &stale.column, stale.line);
            push(
                &mut out,
                &format!(
                    "misprints, line {line}: {appendix}, row {row}, column {column}: {}",
                    stale.reason.sentence()
                ),
            );
        }
        out
    }

    /// Every stale explanation, by appendix, those of unknown appendices last.
    pub fn stale_misprints(&self) -> impl Iterator<Item = &StaleMisprint> {
        self.appendices.iter().flat_map(|c| &c.stale).chain(&self.unknown_appendix)
    }

    fn lines(&self) -> Vec<Line> {
        let cells = |name: &str, counts: [u64; 5]| {
            Line::Cells(std::iter::once(name.to_owned()).chain(counts.iter().map(u64::to_string)).collect())
        };
        let header = ["appendix", "cells", "equal", "misprints", "differences", "stale"];
        let mut lines = vec![Line::Cells(header.map(str::to_owned).to_vec()), Line::Rule];
        for c in &self.appendices {
            let counts = [
                c.cells,
                c.equal,
                c.misprints.len() as u64,
                c.differences.len() as u64,
                c.stale.len() as u64,
            ];
            lines.push(cells(&c.appendix, counts));
        }
        lines.push(Line::Rule);
        lines.push(cells("total", [self.cells, self.equal, self.misprints, self.differences, self.stale]));
        lines
    }
}

fn push(out: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{line}");
}
