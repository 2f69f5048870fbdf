use super::{Pairs, Partition, Setting};

/// Merges each group of fewer than `min_child` cases with the most similar group it may be merged with: the
/// smallest first, of equal ones the first. Ends with one group where the predictor cannot be split so. IBM
/// SPSS Statistics Algorithms, chapter TREE-CHAID, step 7 of merging.
pub(super) fn merge(setting: Setting<'_>, mut partition: Partition) -> Partition {
    let mut pairs = Pairs::new(setting);
    loop {
        let sizes = partition.groups.iter().map(|group| group.outcome.n()).enumerate();
        let below = sizes.filter(|(_, n)| *n < setting.options.min_child);
        let Some((small, _)) = below.min_by_key(|(position, n)| (*n, *position)) else { return partition };
        let wanted = |a: usize, b: usize| a == small || b == small;
        let Some(pair) = pairs.most_similar(setting, &partition.groups, wanted) else { return partition };
        partition.tie |= pair.tie;
        for position in [pair.first, pair.second] {
            pairs.forget(partition.groups[position].members[0]);
        }
        partition.join(pair.first, pair.second);
    }
}
