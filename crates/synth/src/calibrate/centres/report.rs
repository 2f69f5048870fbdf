//! What a candidate reaches, in words.

use super::{Problem, State};
use crate::calibrate::target::{OUTCOMES, TABLES, Target};
use std::fmt::Write;

impl Problem {
    /// How many rows are met, and each row that is not met to its last digit.
    pub(in crate::calibrate) fn report(&self, state: &State) -> String {
        let mut lines = String::new();
        let (mut verdicts, mut tests, mut degrees, mut exact, mut near) = (0, 0, 0, 0, 0);
        for (k, characteristic) in self.characteristics.iter().enumerate() {
            for (t, split) in self.splits(k, &state.ways).iter().enumerate() {
                let target = characteristic.targets[t];
                let right = split.significant == (target != Target::No);
                verdicts += usize::from(right);
                let mut met = right;
                if let Target::Test { chi, df, .. } = target {
                    let ok = right && split.groups == df + 1;
                    met = ok && format!("{:.1}", split.chi) == format!("{chi:.1}");
                    tests += 1;
                    degrees += usize::from(ok);
                    exact += usize::from(met);
                    near += usize::from(ok && (split.chi - chi).abs() <= 0.05 * chi);
                }
                if !met {
                    let verdict = if right { "" } else { " other verdict" };
                    let place = 14 + t;
                    // Writing to a string cannot fail.
                    let _ = writeln!(
                        lines,
                        "  {place} {}: χ² {:.2} (critical {:.2}), df {}, {} categories; {target}{verdict}",
                        characteristic.name,
                        split.chi,
                        split.critical,
                        split.groups - 1,
                        split.categories
                    );
                }
            }
        }
        let rows = self.characteristics.len() * TABLES;
        format!(
            "ways of leaving {:?} (table 14 is of way {})\n\
             centres: {verdicts} of {rows} verdicts; of {tests} tests {degrees} df, {exact} χ² as printed, {near} within 5 %\n{lines}",
            state.totals(),
            OUTCOMES[0].0
        )
    }
}
