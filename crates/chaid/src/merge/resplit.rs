use super::{Merged, Setting, same};
use crate::Kind;

/// Above this many categories the 2ᵐ⁻¹ − 1 splits of a nominal group are not tried.
pub(crate) const MAX_RESPLIT: usize = 16;

/// A group in two.
pub(super) struct Split {
    pub(super) one: Merged,
    pub(super) other: Merged,
    pub(super) ln_p: f64,
    pub(super) tie: bool,
}

/// The split in two with the smallest p: at a cut of an ordered group, into any two parts of a nominal one. Of
/// equal ones the first in counting order. `None` where there are too many to try.
pub(super) fn best_split(setting: Setting<'_>, group: &Merged) -> Option<Split> {
    let m = group.members.len();
    if setting.kind == Kind::Nominal && m > MAX_RESPLIT {
        return None;
    }
    let part = |keep: &dyn Fn(usize) -> bool| {
        setting.group(group.members.iter().enumerate().filter(|(i, _)| keep(*i)).map(|(_, c)| *c).collect())
    };
    let split = |keep: &dyn Fn(usize) -> bool| {
        let (one, other) = (part(keep)?, part(&|i| !keep(i))?);
        let ln_p = setting.pair(&one, &other);
        Some(Split { one, other, ln_p, tie: false })
    };
    let ways: Box<dyn Iterator<Item = Option<Split>>> = if setting.kind == Kind::Nominal {
        // Bit i of a way: category i + 1 of the group leaves the first one's part.
        Box::new((1..1_u32 << (m - 1)).map(|way| split(&|i| i == 0 || way >> (i - 1) & 1 == 0)))
    } else {
        Box::new((1..m).map(|cut| split(&|i| i < cut)))
    };
    ways.flatten().reduce(|best, next| {
        if same(next.ln_p, best.ln_p) {
            Split { tie: true, ..best }
        } else if next.ln_p < best.ln_p {
            next
        } else {
            best
        }
    })
}
