//! What the print says about each characteristic: the aim of the search.

use super::split::Split;
use super::tables;
use crate::error::SynthError;
use std::collections::BTreeMap;
use std::path::Path;

/// Number of the first table.
const FIRST: usize = 14;
/// Tables: Bijlagen 14 to 17 over all persons, 18 to 20 over those who left.
pub(super) const TABLES: usize = 7;
/// The way of leaving that each table sets against the others (guidance is 0), and whether it is of leavers only.
pub(super) const OUTCOMES: [(usize, Population); TABLES] = [
    (1, Population::All),
    (2, Population::All),
    (3, Population::All),
    (0, Population::All),
    (1, Population::Left),
    (2, Population::Left),
    (3, Population::Left),
];

/// Who is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Population {
    /// All persons.
    All,
    /// Leavers.
    Left,
}

/// What is printed in one row of one table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Target {
    /// Nee.
    No,
    /// Ja, with nothing printed beside it.
    Yes,
    /// Ja, with χ² to one decimal and degrees of freedom.
    Test {
        /// Printed χ².
        chi: f64,
        /// Printed degrees of freedom.
        df: usize,
        /// Bounds of the multiplier that the printed p leaves.
        multiplier: (f64, f64),
    },
}

impl Target {
    /// Whether the verdict is the printed one.
    pub(super) fn agrees(self, split: &Split) -> bool {
        split.significant == (self != Self::No)
    }

    /// Whether verdict and degrees of freedom are the printed ones.
    pub(super) fn has_degrees(self, split: &Split) -> bool {
        self.agrees(split) && matches!(self, Self::Test { df, .. } if split.groups == df + 1)
    }

    /// Whether all that is printed is met, χ² to its last digit.
    pub(super) fn is_met(self, split: &Split) -> bool {
        match self {
            Self::No | Self::Yes => self.agrees(split),
            Self::Test { chi, .. } => {
                self.has_degrees(split) && format!("{:.1}", split.chi) == format!("{chi:.1}")
            }
        }
    }

    /// A line on a test in the table at place `table`; empty where all is met.
    pub(super) fn line(self, table: usize, name: &str, split: &Split) -> String {
        if self.is_met(split) {
            return String::new();
        }
        format!(
            "  {} {name}: χ² {:.2} (critical {:.2}), df {}, {} categories; {self}{}\n",
            FIRST + table,
            split.chi,
            split.critical,
            split.groups.saturating_sub(1),
            split.categories,
            if self.agrees(split) { "" } else { " other verdict" }
        )
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::No => f.write_str("printed Nee"),
            Self::Yes => f.write_str("printed Ja"),
            Self::Test { chi, df, .. } => write!(f, "printed χ² {chi}, df {df}"),
        }
    }
}

/// Targets of each characteristic, by its printed name in small letters.
pub(super) type Targets = BTreeMap<String, [Target; TABLES]>;

/// Reads the seven published tables.
pub(super) fn read(folder: &Path) -> Result<Targets, SynthError> {
    let mut targets: Targets = BTreeMap::new();
    for table in 0..TABLES {
        for row in tables::read(&folder.join(format!("bijlage_{}.csv", FIRST + table)))? {
            let field =
                |name: &str| row.get(name).map(|text| text.trim().replace(',', ".")).unwrap_or_default();
            let name = row.get("kenmerk").cloned().unwrap_or_default().to_lowercase();
            let target = match (field("samenhang").as_str(), field("chi").parse(), field("df").parse()) {
                ("Ja", Ok(chi), Ok(df)) => Target::Test { chi, df, multiplier: bounds(chi, df, &field("p")) },
                ("Ja", ..) => Target::Yes,
                _ => Target::No,
            };
            targets.entry(name).or_insert([Target::No; TABLES])[table] = target;
        }
    }
    Ok(targets)
}

/// The multipliers for which p · multiplier would be printed as it is, over the rounding of χ².
fn bounds(chi: f64, df: usize, p: &str) -> (f64, f64) {
    let tail = |chi: f64| chaid::ln_chi2_sf(chi, df as u64).exp();
    match p.parse::<f64>() {
        Ok(printed) => {
            let half = if printed < 0.01 { 0.0005 } else { 0.005 };
            ((printed - half) / tail(chi - 0.05), (printed + half) / tail(chi + 0.05))
        }
        Err(_) => (0.0, 0.005 / tail(chi)),
    }
}
