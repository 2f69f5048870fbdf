use super::{Merged, Partition, Setting, same};

/// Gives the missing category of an ordered predictor its place: with the group it resembles most, or alone,
/// whichever makes p of all groups smaller; of equal ones with the group. IBM SPSS Statistics Algorithms,
/// chapter TREE-CHAID.
///
/// Where one other group is all there is, the missing category stays alone.
pub(super) fn place_missing(setting: Setting<'_>, partition: Partition) -> Partition {
    let Some(missing) = setting.missing().and_then(|missing| setting.group(vec![missing])) else {
        return partition;
    };
    let Some((position, tie)) = most_similar(setting, &partition.groups, &missing) else {
        return Partition { groups: vec![missing], ..partition };
    };
    let mut alone = partition;
    alone.groups.push(missing);
    if alone.groups.len() <= 2 {
        return alone;
    }
    let mut joined = alone.clone();
    joined.join(position, alone.groups.len() - 1);
    joined.tie |= tie;
    let (ln_p_joined, ln_p_alone) = (setting.ln_p(&joined.groups), setting.ln_p(&alone.groups));
    if same(ln_p_joined, ln_p_alone) {
        Partition { tie: true, ..joined }
    } else if ln_p_joined < ln_p_alone {
        joined
    } else {
        alone
    }
}

/// Position of the group with the largest p against the missing category, the first of equal ones, and whether
/// there were equal ones.
fn most_similar(setting: Setting<'_>, groups: &[Merged], missing: &Merged) -> Option<(usize, bool)> {
    let ln_p: Vec<f64> = groups.iter().map(|group| setting.pair(group, missing)).collect();
    let highest = ln_p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut equal = ln_p.iter().enumerate().filter(|(_, ln_p)| same(**ln_p, highest));
    let (position, _) = equal.next()?;
    Some((position, equal.next().is_some()))
}
