//! What a candidate reaches, in words.

use super::{Problem, State};
use crate::calibrate::target::{OUTCOMES, TABLES, Target};

impl Problem {
    /// How many rows are met, and each row that is not met to its last digit.
    pub(in crate::calibrate) fn report(&self, state: &State) -> String {
        let mut lines = String::new();
        let (mut verdicts, mut tests, mut degrees, mut exact, mut near) = (0, 0, 0, 0, 0);
        for (k, characteristic) in self.characteristics.iter().enumerate() {
            for (t, split) in self.splits(k, &state.ways).iter().enumerate() {
                let target = characteristic.targets[t];
                verdicts += usize::from(target.agrees(split));
                if let Target::Test { chi, .. } = target {
                    let ok = target.has_degrees(split);
                    tests += 1;
                    degrees += usize::from(ok);
                    exact += usize::from(target.is_met(split));
                    near += usize::from(ok && (split.chi - chi).abs() <= 0.05 * chi);
                }
                lines += &target.line(t, &characteristic.name, split);
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
