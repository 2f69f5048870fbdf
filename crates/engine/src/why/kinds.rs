//! Rows of a table by kind: those with equal values in some columns.

use crate::tables::Texts;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The kind of each row of a table.
pub(super) struct Kinds<const N: usize> {
    /// Values of each kind; NULL is empty.
    values: Vec<[String; N]>,
    /// Kind of each row.
    kinds: Vec<usize>,
}

impl<const N: usize> Kinds<N> {
    pub(super) fn of(columns: &[Arc<Texts>; N]) -> Self {
        let mut known = BTreeMap::<[&str; N], usize>::new();
        let mut all = columns.each_ref().map(|column| column.iter());
        let mut kinds = Vec::new();
        while let Some(first) = all[0].next() {
            let others = all[1..].iter_mut().map(|values| values.next().flatten());
            let values: Vec<&str> =
                std::iter::once(first).chain(others).map(Option::unwrap_or_default).collect();
            let next = known.len();
            kinds.push(*known.entry(std::array::from_fn(|column| values[column])).or_insert(next));
        }
        let mut values = vec![[(); N].map(|()| String::new()); known.len()];
        for (kind, number) in known {
            values[number] = kind.map(str::to_owned);
        }
        Self { values, kinds }
    }

    /// Bytes in memory, but for the few values.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.kinds.as_slice())
    }

    /// How many of these rows are of each kind; kinds without one are left out.
    pub(super) fn count(&self, rows: impl Iterator<Item = i64>) -> impl Iterator<Item = (&[String; N], u64)> {
        let mut counts = vec![0; self.values.len()];
        for row in rows {
            let kind = usize::try_from(row).ok().and_then(|row| self.kinds.get(row));
            kind.into_iter().for_each(|kind| counts[*kind] += 1);
        }
        self.values.iter().zip(counts).filter(|(_, count)| *count > 0)
    }
}
