//! Sets of row identities, as runs of consecutive numbers.

use crate::error::ProvenanceError;
use std::fmt;
use std::ops::RangeInclusive;

/// A set of row identities.
///
/// Held and written as runs of consecutive numbers, so all rows of a table cost as much as one of them, and a set that
/// is written takes a byte or two for each gap. [`encode`](Self::encode) writes, for each run in ascending order, the
/// distance from the end of the run before (from 0 for the first) and, of runs longer than one, the length less two:
/// `leb128(distance · 2 + longer)`, then `leb128(length − 2)` if longer.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowSet {
    /// First and last of each run, ascending; between two runs at least one number is missing.
    runs: Vec<(i64, i64)>,
}

impl RowSet {
    /// The set without rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many rows.
    pub fn len(&self) -> u64 {
        self.runs.iter().map(|(first, last)| last.wrapping_sub(*first) as u64 + 1).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Whether the row is in the set.
    pub fn contains(&self, row: i64) -> bool {
        let after = self.runs.partition_point(|(first, _)| *first <= row);
        after > 0 && self.runs[after - 1].1 >= row
    }

    /// Whether a row from `first` to `last` is in the set.
    pub fn meets(&self, first: i64, last: i64) -> bool {
        let after = self.runs.partition_point(|(start, _)| *start <= last);
        after > 0 && self.runs[after - 1].1 >= first
    }

    /// The rows from `first` to `last`.
    pub fn within(&self, first: i64, last: i64) -> RowSet {
        let start = self.runs.partition_point(|(_, end)| *end < first);
        let met = self.runs[start..].iter().take_while(|(from, _)| *from <= last);
        Self { runs: met.map(|(from, to)| (*from.max(&first), *to.min(&last))).collect() }
    }

    /// The rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        self.runs.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// First and last row of each run, ascending.
    pub fn runs(&self) -> &[(i64, i64)] {
        &self.runs
    }

    /// Adds the rows of another set.
    pub fn union(&mut self, other: &RowSet) {
        if other.runs.is_empty() {
            return;
        }
        if self.runs.is_empty() {
            self.runs.clone_from(&other.runs);
            return;
        }
        let mut runs: Vec<(i64, i64)> = self.runs.iter().chain(&other.runs).copied().collect();
        *self = Self::of_runs(&mut runs);
    }

    /// The set of runs that come in any order and may overlap.
    pub(crate) fn of_runs(runs: &mut [(i64, i64)]) -> Self {
        // Stable, because runs mostly come as a few ascending sequences, which are merged in one pass.
        if !runs.is_sorted() {
            runs.sort();
        }
        let mut set = Self { runs: Vec::new() };
        for &(first, last) in runs.iter() {
            match set.runs.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => set.runs.push((first, last)),
            }
        }
        set
    }

    /// The set as bytes.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        let mut before = 0i64;
        for &(first, last) in &self.runs {
            let longer = last > first;
            let distance = u128::from(first.wrapping_sub(before) as u64);
            leb128(distance << 1 | u128::from(longer), bytes);
            if longer {
                leb128(u128::from(last.wrapping_sub(first) as u64 - 1), bytes);
            }
            before = last;
        }
    }

    /// The set that bytes hold.
    ///
    /// # Errors
    /// Bytes that no set is written as.
    pub fn decode(bytes: &[u8]) -> Result<Self, ProvenanceError> {
        let mut runs = Vec::new();
        each_run(bytes, |first, last| runs.push((first, last)))?;
        Ok(Self { runs })
    }
}

/// First and last row of each run that bytes hold.
pub(crate) fn each_run(mut bytes: &[u8], mut run: impl FnMut(i64, i64)) -> Result<(), ProvenanceError> {
    let mut before: Option<i64> = None;
    let damaged = || ProvenanceError::OtherRows("bytes that are no set of rows".to_owned());
    while !bytes.is_empty() {
        let head = read_leb128(&mut bytes).ok_or_else(damaged)?;
        let distance = u64::try_from(head >> 1).map_err(|_| damaged())?;
        let first = before.unwrap_or(0).wrapping_add(distance as i64);
        let length = if head & 1 == 1 { read_leb128(&mut bytes).ok_or_else(damaged)? + 1 } else { 0 };
        let last =
            i64::try_from(length).ok().and_then(|length| first.checked_add(length)).ok_or_else(damaged)?;
        if before.is_some_and(|before| first <= before) {
            return Err(damaged());
        }
        run(first, last);
        before = Some(last);
    }
    Ok(())
}

fn leb128(mut value: u128, bytes: &mut Vec<u8>) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn read_leb128(bytes: &mut &[u8]) -> Option<u128> {
    let mut value = 0u128;
    for shift in (0..70).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u128::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

impl FromIterator<i64> for RowSet {
    fn from_iter<I: IntoIterator<Item = i64>>(rows: I) -> Self {
        let mut runs: Vec<(i64, i64)> = Vec::new();
        for row in rows {
            push_run(&mut runs, row, row);
        }
        Self::of_runs(&mut runs)
    }
}

impl FromIterator<RangeInclusive<i64>> for RowSet {
    /// The rows of runs that come in any order and may overlap.
    fn from_iter<I: IntoIterator<Item = RangeInclusive<i64>>>(runs: I) -> Self {
        let runs = runs.into_iter().filter(|run| !run.is_empty());
        Self::of_runs(&mut runs.map(|run| (*run.start(), *run.end())).collect::<Vec<_>>())
    }
}

/// Adds a run; to the last one, if it goes on there.
pub(crate) fn push_run(runs: &mut Vec<(i64, i64)>, first: i64, last: i64) {
    match runs.last_mut() {
        Some((_, end)) if end.checked_add(1) == Some(first) => *end = last,
        _ => runs.push((first, last)),
    }
}

impl fmt::Debug for RowSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut set = f.debug_set();
        for (first, last) in &self.runs {
            if first == last {
                set.entry(first)
            } else {
                set.entry(&(first..=last))
            };
        }
        set.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn rows() -> impl Strategy<Value = Vec<i64>> {
        prop_oneof![
            proptest::collection::vec(0i64..60, 0..40),
            proptest::collection::vec(any::<i64>(), 0..10),
            (0i64..1000, 0i64..500).prop_map(|(first, length)| (first..first + length).collect()),
        ]
    }

    proptest! {
        #[test]
        fn a_set_is_what_a_tree_of_its_rows_is(a in rows(), b in rows(), probe in 0i64..60) {
            let (of_a, of_b): (BTreeSet<i64>, BTreeSet<i64>) = (a.iter().copied().collect(), b.iter().copied().collect());
            let mut set: RowSet = a.into_iter().collect();
            prop_assert_eq!(set.len(), of_a.len() as u64);
            prop_assert_eq!(set.contains(probe), of_a.contains(&probe));
            prop_assert_eq!(set.meets(probe, probe + 3), of_a.range(probe..=probe + 3).next().is_some());
            let within: Vec<i64> = of_a.range(probe..=probe + 9).copied().collect();
            prop_assert_eq!(set.within(probe, probe + 9).iter().collect::<Vec<_>>(), within);
            set.union(&b.into_iter().collect());
            let both: Vec<i64> = of_a.union(&of_b).copied().collect();
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), both);
            let mut bytes = Vec::new();
            set.encode(&mut bytes);
            prop_assert_eq!(RowSet::decode(&bytes).unwrap(), set);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(set) = RowSet::decode(&bytes) {
                let again: RowSet = RowSet::of_runs(&mut set.runs().to_vec());
                let mut written = Vec::new();
                again.encode(&mut written);
                prop_assert_eq!(RowSet::decode(&written).unwrap(), again);
            }
        }
    }

    #[test]
    fn a_whole_table_is_a_few_bytes() {
        let mut bytes = Vec::new();
        RowSet::from_iter(0..1_000_000).encode(&mut bytes);
        assert_eq!(bytes.len(), 4);
    }
}
