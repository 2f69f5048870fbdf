//! All comparisons of a study together.

use super::known::stale_unreached;
use super::{Comparison, Known, KnownList, ReachCounts, StaleEntry, StaleReason};
use serde::Serialize;
use std::collections::BTreeSet;

mod text;

/// The comparisons of all appendices, for people ([`Summary::text`]) and for programs (serde).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Printed cells that were compared.
    pub cells: u64,
    /// Cells that are produced exactly as printed.
    pub equal: u64,
    /// Number of explained differences.
    pub misprints: u64,
    /// Number of differences that are left because the data is invented.
    pub unreached: u64,
    /// Number of unexplained differences.
    pub differences: u64,
    /// Number of explanations without a difference.
    pub stale: u64,
    /// Number of printed p-values that contradict what is printed beside them.
    pub contradictions: u64,
    /// Counts over all tables of statistical tests; none if there is no such table.
    pub reached: Option<ReachCounts>,
    /// The comparisons, in the order given.
    pub appendices: Vec<Comparison>,
    /// Explanations that name an appendix which was not compared.
    pub unknown_appendix: Vec<StaleEntry>,
}

impl Summary {
    /// Adds up comparisons; `known` is all that the study declares.
    pub fn new(comparisons: Vec<Comparison>, known: &Known<'_>) -> Self {
        let compared: BTreeSet<&str> = comparisons.iter().map(|c| c.appendix.as_str()).collect();
        let misprints = known.misprints.iter().filter(|entry| !compared.contains(entry.appendix.as_str()));
        let unreached = known.unreached.iter().filter(|entry| !compared.contains(entry.appendix.as_str()));
        let misprints = misprints.map(|entry| StaleEntry {
            list: KnownList::Misprints,
            appendix: entry.appendix.clone(),
            row: entry.row.clone(),
            column: entry.column.clone(),
            line: entry.line,
            reason: StaleReason::NoSuchAppendix,
        });
        let unreached = unreached.map(|entry| stale_unreached(entry, StaleReason::NoSuchAppendix));
        let unknown_appendix: Vec<StaleEntry> = misprints.chain(unreached).collect();
        let mut reached: Option<ReachCounts> = None;
        for table in comparisons.iter().filter_map(|comparison| comparison.reached.as_ref()) {
            reached.get_or_insert_default().add(&table.counts);
        }
        let sum = |count: fn(&Comparison) -> u64| comparisons.iter().map(count).sum();
        let stale: u64 = sum(|c| c.stale.len() as u64);
        Self {
            cells: sum(|c| c.cells),
            equal: sum(|c| c.equal),
            misprints: sum(|c| c.misprints.len() as u64),
            unreached: sum(|c| c.unreached.len() as u64),
            differences: sum(|c| c.differences.len() as u64),
            stale: stale + unknown_appendix.len() as u64,
            contradictions: sum(Comparison::contradictions),
            reached,
            unknown_appendix,
            appendices: comparisons,
        }
    }

    /// Nothing unexplained and nothing stale, and the print does not contradict itself: the tables are the printed
    /// ones, as far as the data reaches.
    pub fn is_clean(&self) -> bool {
        self.differences == 0 && self.stale == 0 && self.contradictions == 0
    }

    /// Every stale entry of the lists of known differences, by appendix, those of unknown appendices last.
    pub fn stale_entries(&self) -> impl Iterator<Item = &StaleEntry> {
        self.appendices.iter().flat_map(|c| &c.stale).chain(&self.unknown_appendix)
    }
}
