//! What the persons reach, in words.

use super::fit::{Feature, splits};
use super::slot::Slot;
use crate::calibrate::target::{TABLES, Target, Targets};
use std::fmt::Write;

/// Each row of the characteristics that is not met to its last digit.
pub(super) fn report(slots: &[Slot], features: &[Feature], targets: &Targets) -> String {
    let mut lines = String::new();
    for feature in features {
        let targets = targets.get(feature.label).copied().unwrap_or([Target::No; TABLES]);
        for (t, (split, target)) in splits(feature, slots).iter().zip(targets).enumerate() {
            let right = split.significant == (target != Target::No);
            let met = match target {
                Target::Test { chi, df, .. } => {
                    right && split.groups == df + 1 && format!("{:.1}", split.chi) == format!("{chi:.1}")
                }
                Target::No | Target::Yes => right,
            };
            if !met {
                let place = 14 + t;
                // Writing to a string cannot fail.
                let _ = writeln!(
                    lines,
                    "  {place} {}: χ² {:.2} (critical {:.2}), df {}, {} categories; {target}",
                    feature.label,
                    split.chi,
                    split.critical,
                    split.groups.saturating_sub(1),
                    split.categories
                );
            }
        }
    }
    lines
}
