use super::{Pairs, Partition, Setting, same};

/// Exhaustive CHAID: the most similar pair is merged until two groups are left, and of all steps, the start
/// included, the one whose p is smallest is kept; of equal ones the first, which has most groups (steps 2 to 7).
pub(super) fn merge(setting: Setting<'_>, mut partition: Partition) -> Partition {
    let mut pairs = Pairs::new(setting);
    let mut best = partition.clone();
    let mut best_ln_p = setting.ln_p(&partition.groups);
    while partition.groups.len() > 2 {
        let Some(pair) = pairs.most_similar(setting, &partition.groups, |_, _| true) else { break };
        partition.tie |= pair.tie;
        for position in [pair.first, pair.second] {
            pairs.forget(partition.groups[position].members[0]);
        }
        partition.join(pair.first, pair.second);
        let ln_p = setting.ln_p(&partition.groups);
        if same(ln_p, best_ln_p) {
            best.tie = true;
        } else if ln_p < best_ln_p {
            best = partition.clone();
            best_ln_p = ln_p;
        }
    }
    best
}
