//! A tree as read from the rows of a table.

use crate::decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// One tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tree {
    /// What tells it from the other trees.
    pub(super) section: String,
    /// Its title.
    pub(super) title: String,
    /// Its nodes, in the order of the table.
    pub(super) nodes: Vec<Node>,
    /// Places of the nodes level by level, the root first, children in the order of the table.
    pub(super) order: Vec<usize>,
}

/// One node; every text is as printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) name: String,
    /// Name of the node above it; empty for the root.
    pub(super) above: String,
    /// Which part of the node above it is; empty for the root.
    pub(super) group: String,
    /// Cases of each class.
    pub(super) counts: Vec<u64>,
    /// What it is split on.
    pub(super) predictor: String,
    /// Test values, in the order in which they are declared.
    pub(super) statistics: Vec<String>,
    /// The numbers behind them.
    pub(super) numbers: Vec<Option<Decimal>>,
    /// Why it is not split; empty where it is.
    pub(super) stop: String,
    /// Places of the nodes below it.
    pub(super) children: Vec<usize>,
    /// Splits between the root and it.
    pub(super) depth: usize,
}

impl Node {
    /// Cases.
    pub(super) fn n(&self) -> u64 {
        self.counts.iter().fold(0, |sum, n| sum.saturating_add(*n))
    }

    pub(super) fn is_terminal(&self) -> bool {
        self.children.is_empty()
    }
}

impl Tree {
    /// Joins nodes to a tree.
    ///
    /// Errors: what keeps the rows from being one tree, and the way out.
    pub(super) fn new(section: String, title: String, mut nodes: Vec<Node>) -> Result<Self, String> {
        let mut places = BTreeMap::new();
        for (place, node) in nodes.iter().enumerate() {
            if places.insert(node.name.clone(), place).is_some() {
                return Err(format!("there are two nodes `{}`; return one row for each node", node.name));
            }
        }
        let mut roots = Vec::new();
        let mut links = Vec::new();
        for (place, node) in nodes.iter().enumerate() {
            match places.get(&node.above) {
                _ if node.above.is_empty() => roots.push(place),
                Some(above) => links.push((*above, place)),
                None => {
                    return Err(format!(
                        "node `{}` stands under `{}`, which is no node of this tree; return that node too, or correct the column of the node above",
                        node.name, node.above
                    ));
                }
            }
        }
        let [root] = roots[..] else {
            return Err(format!(
                "{} nodes have no node above them; exactly one must be the root",
                roots.len()
            ));
        };
        for (above, place) in links {
            nodes[above].children.push(place);
        }
        let order = level_by_level(&mut nodes, root);
        let reached: BTreeSet<usize> = order.iter().copied().collect();
        match nodes.iter().enumerate().find(|(place, _)| !reached.contains(place)) {
            Some((_, lost)) => Err(format!(
                "node `{}` stands under itself, not under the root; correct the column of the node above",
                lost.name
            )),
            None => Ok(Self { section, title, nodes, order }),
        }
    }

    /// The nodes level by level.
    pub(super) fn walk(&self) -> impl Iterator<Item = &Node> {
        self.order.iter().filter_map(|place| self.nodes.get(*place))
    }

    pub(super) fn root(&self) -> Option<&Node> {
        self.walk().next()
    }
}

fn level_by_level(nodes: &mut [Node], root: usize) -> Vec<usize> {
    let mut order = vec![root];
    let mut next = 0;
    while let Some(place) = order.get(next).copied() {
        let depth = nodes[place].depth + 1;
        for child in nodes[place].children.clone() {
            nodes[child].depth = depth;
            order.push(child);
        }
        next += 1;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(links: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let node = |(name, above): &(&str, &str)| Node {
            name: (*name).into(),
            above: (*above).into(),
            ..Node::default()
        };
        let tree = Tree::new(String::new(), String::new(), links.iter().map(node).collect())?;
        Ok(tree.walk().map(|node| format!("{}{}", node.depth, node.name)).collect())
    }

    #[test]
    fn rows_in_any_order_make_a_tree() {
        let rows = [("c", "b"), ("b", "a"), ("d", "a"), ("a", "")];
        assert_eq!(tree(&rows).as_deref(), Ok(&["0a", "1b", "1d", "2c"].map(String::from)[..]));
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        for (rows, message) in [
            (&[][..], "0 nodes have no node above them"),
            (&[("a", ""), ("b", "")][..], "2 nodes have no node above them"),
            (&[("a", ""), ("a", "a")][..], "two nodes `a`"),
            (&[("a", ""), ("b", "c")][..], "node `b` stands under `c`, which is no node"),
            (&[("a", ""), ("b", "c"), ("c", "b")][..], "node `b` stands under itself"),
        ] {
            let fault = tree(rows).unwrap_err();
            assert!(fault.contains(message), "{fault}");
        }
    }
}
