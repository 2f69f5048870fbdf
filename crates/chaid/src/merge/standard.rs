use super::resplit::best_split;
use super::{Pairs, Partition, Setting};
use std::collections::BTreeSet;

/// CHAID: while more than two groups are left and the most similar pair has p above `alpha_merge`, it is merged;
/// a merged group of three or more categories is split again where that is significant (steps 2 to 6).
pub(super) fn merge(setting: Setting<'_>, mut partition: Partition) -> Partition {
    let alpha = setting.options.alpha_merge.ln();
    let mut pairs = Pairs::new(setting);
    let mut seen = BTreeSet::new();
    while partition.groups.len() > 2 {
        let Some(pair) = pairs.most_similar(setting, &partition.groups, |_, _| true) else { break };
        if pair.ln_p <= alpha {
            break;
        }
        partition.tie |= pair.tie;
        for position in [pair.first, pair.second] {
            pairs.forget(partition.groups[position].members[0]);
        }
        partition.join(pair.first, pair.second);
        if setting.options.resplit.is_some() {
            seen.insert(members(&partition));
            split_again(setting, &mut partition, &mut seen, pair.first);
        }
    }
    partition
}

/// Splits the group just merged, at `position`, where its best split is significant and leads to groups not seen before, so
/// that merging and splitting cannot go round in a circle. What was known of pairs of its parts was forgotten when
/// they were merged.
fn split_again(
    setting: Setting<'_>,
    partition: &mut Partition,
    seen: &mut BTreeSet<Vec<Vec<usize>>>,
    position: usize,
) {
    let Some(alpha) = setting.options.resplit else { return };
    let group = &partition.groups[position];
    if group.members.len() < 3 {
        return;
    }
    let Some(split) = best_split(setting, group) else {
        partition.resplit_limit = true;
        return;
    };
    if split.ln_p > alpha.ln() {
        return;
    }
    let mut apart = partition.clone();
    apart.tie |= split.tie;
    apart.groups.remove(position);
    apart.groups.extend([split.one, split.other]);
    apart.groups.sort_by_key(|group| group.members[0]);
    if seen.insert(members(&apart)) {
        *partition = apart;
    }
}

fn members(partition: &Partition) -> Vec<Vec<usize>> {
    partition.groups.iter().map(|group| group.members.clone()).collect()
}
