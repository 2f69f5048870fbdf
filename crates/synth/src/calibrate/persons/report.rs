//! What the persons reach, in words.

use super::fit::{Feature, splits};
use super::slot::Slot;
use crate::calibrate::target::{TABLES, Target, Targets};

/// Each row of the characteristics that is not met to its last digit.
pub(super) fn report(slots: &[Slot], features: &[Feature], targets: &Targets) -> String {
    let mut lines = String::new();
    for feature in features {
        let targets = targets.get(feature.label).copied().unwrap_or([Target::No; TABLES]);
        for (t, (split, target)) in splits(feature, slots).iter().zip(targets).enumerate() {
            lines += &target.line(t, feature.label, split);
        }
    }
    lines
}
