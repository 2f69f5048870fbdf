//! The words of a drawing: labels of the study with numbers, in Dutch sentences.

use super::tree::{Node, Tree};
use crate::decimal::Decimal;
use crate::format::number_text;
use crate::labels;
use study::{ColumnPresentation, NumberFormat, TreePresentation};

/// What a study calls the parts of its trees.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub(super) node: String,
    pub(super) classes: Vec<String>,
    pub(super) statistics: Vec<String>,
    share: NumberFormat,
}

impl Words {
    pub(super) fn new(presentation: &TreePresentation) -> Self {
        let labels = |columns: &[ColumnPresentation]| columns.iter().map(|c| c.label.clone()).collect();
        Self {
            node: presentation.node.label.clone(),
            classes: labels(&presentation.classes),
            statistics: labels(&presentation.statistics),
            share: presentation.share.clone(),
        }
    }

    /// `Knoop 3`.
    pub(super) fn name(&self, node: &Node) -> String {
        format!("{} {}", self.node, node.name)
    }

    /// `n` as a percentage of `of`, rounded half away from zero; empty if there is nothing to divide by.
    pub(super) fn share(&self, n: u64, of: u64) -> String {
        self.share_value(n, of).map(|share| number_text(&share, &self.share)).unwrap_or_default()
    }

    /// `n` as a percentage of `of`, with the printed decimals; none if there is nothing to divide by.
    pub(super) fn share_value(&self, n: u64, of: u64) -> Option<Decimal> {
        if of == 0 {
            return None;
        }
        // Counts are 64-bit and integers here 128-bit, which leaves room for 15 decimals.
        let decimals = self.share.decimals.min(15);
        let unit = 100 * 10_i128.pow(decimals);
        let of = i128::from(of);
        let rounded = (i128::from(n) * unit * 2 + of) / (2 * of);
        Some(Decimal::from_scaled(rounded, i8::try_from(decimals).unwrap_or_default()))
    }

    /// What the drawing shows, for those who do not see it; the numbers are in the table.
    pub(super) fn description(&self, tree: &Tree) -> String {
        let terminal = tree.walk().filter(|node| node.is_terminal()).count();
        let mut text = format!("{} ", labels::tree_size(tree.nodes.len(), terminal));
        for node in tree.walk().filter(|node| !node.is_terminal()) {
            let below = node.children.iter().filter_map(|child| tree.nodes.get(*child));
            let below: Vec<String> = below
                .map(|child| match child.group.as_str() {
                    "" => self.name(child),
                    group => format!("{} ({group})", self.name(child)),
                })
                .collect();
            let (name, by) = (self.name(node), &node.predictor);
            text.push_str(&format!(
                "{name}: {} {by}{}: {}. ",
                labels::SPLIT_BY,
                self.tests(node),
                below.join(", ")
            ));
        }
        if let Some(root) = tree.root().filter(|root| root.is_terminal()) {
            text.push_str(&format!("{}: {}: {}. ", self.name(root), labels::NOT_SPLIT, root.stop));
        }
        text.push_str(labels::NUMBERS_IN_TABLE);
        text
    }

    /// ` (p < 0,001; df = 2)`, or nothing.
    fn tests(&self, node: &Node) -> String {
        let tests = self.statistics.iter().zip(&node.statistics).filter(|(_, value)| !value.is_empty());
        let tests: Vec<String> = tests.map(|(label, value)| condition(label, value)).collect();
        if tests.is_empty() { String::new() } else { format!(" ({})", tests.join("; ")) }
    }
}

/// `p = 0,012`, or `p < 0,001` where the value says that it is only a bound.
pub(super) fn condition(label: &str, value: &str) -> String {
    let bound = value.starts_with(['<', '>', '≤', '≥']);
    if bound { format!("{label} {value}") } else { format!("{label} = {value}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use study::Separator;

    fn words(decimals: u32) -> Words {
        let share = NumberFormat {
            decimals,
            significant: None,
            separator: Separator::Comma,
            leading_zero: true,
            suffix: "%".into(),
            thousands: None,
            below: None,
        };
        Words { node: "Knoop".into(), classes: vec![], statistics: vec![], share }
    }

    #[test]
    fn shares_are_exact_and_half_goes_up() {
        for (n, of, decimals, expected) in [
            (1, 3, 1, "33,3%"),
            (1, 8, 1, "12,5%"),
            (1, 16, 1, "6,3%"),
            (1, 200, 0, "1%"),
            (149, 733, 1, "20,3%"),
            (0, 5, 2, "0,00%"),
            (0, 0, 1, ""),
            (u64::MAX, u64::MAX, 15, "100,000000000000000%"),
        ] {
            assert_eq!(words(decimals).share(n, of), expected, "{n} of {of}");
        }
    }

    #[test]
    fn a_bound_needs_no_equals_sign() {
        assert_eq!(condition("p", "< 0,001"), "p < 0,001");
        assert_eq!(condition("df", "2"), "df = 2");
    }
}
