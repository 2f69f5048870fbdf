//! Growing a tree: merging, splitting and stopping, from the root down.

mod branch;
mod grow;

use crate::{Data, Finding, Group, Options, Result, Summary};

/// A grown tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// The nodes level by level, the children of a node in the order of its groups; node 0 is the root.
    pub nodes: Vec<Node>,
    /// Rows that were left out: outcome missing, weight zero, or, with floating missing values, no predictor known.
    pub left_out: usize,
    /// Per row the last node that it reached; [`Tree::NOWHERE`] for rows left out.
    pub node_of_row: Vec<u32>,
}

/// A node of a tree: some cases, and what split them or why nothing did.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Position among the nodes.
    pub id: usize,
    /// The node it is part of; `None` for the root.
    pub parent: Option<usize>,
    /// Splits between the root and it.
    pub depth: u32,
    /// The group of the parent's split that it is; `None` for the root.
    pub group: Option<Group>,
    /// Its outcome: cases per class, or moments.
    pub outcome: Summary,
    /// Each predictor in this node, in the order of declaration; none where a rule stopped growth before.
    pub candidates: Vec<Finding>,
    /// The candidate with the smallest adjusted p of those that could be tested, whether or not it split the node.
    pub best: Option<usize>,
    /// Candidates with the same adjusted p as the best; it comes first in the order of declaration.
    pub tied: Vec<usize>,
    /// The nodes it was split into; none for a terminal node.
    pub children: Vec<usize>,
    /// Why it was not split; `None` where it was.
    pub stop: Option<Stop>,
}

/// Why a node is terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// All cases have the same outcome.
    Pure,
    /// The tree is as deep as `max_depth` allows.
    MaxDepth,
    /// It has fewer cases than `min_parent`.
    MinParent,
    /// No predictor varies in it.
    NoPredictor,
    /// Groups of at least `min_child` cases cannot be formed.
    MinChild,
    /// The smallest adjusted p is above `alpha_split`.
    NotSignificant,
}

impl Stop {
    /// The reason as a clause, for people.
    pub fn words(self) -> &'static str {
        match self {
            Stop::Pure => "all its cases have the same outcome",
            Stop::MaxDepth => "the tree is as deep as allowed",
            Stop::MinParent => "it has fewer cases than a node must have to be split",
            Stop::NoPredictor => "no predictor varies in it",
            Stop::MinChild => "no two groups of the minimum size can be formed",
            Stop::NotSignificant => "no predictor is significant in it",
        }
    }
}

impl Tree {
    /// The node of a row that was left out.
    pub const NOWHERE: u32 = u32::MAX;

    /// The nodes that were split, each with what it was split on.
    pub fn splits(&self) -> impl Iterator<Item = (&Node, &Finding)> {
        self.nodes.iter().filter_map(|node| node.split().map(|finding| (node, finding)))
    }
}

impl Node {
    /// What it was split on; `None` for a terminal node.
    pub fn split(&self) -> Option<&Finding> {
        self.best.filter(|_| !self.children.is_empty()).and_then(|best| self.candidates.get(best))
    }

    /// Cases (frequencies).
    pub fn n(&self) -> u64 {
        self.outcome.n()
    }
}

/// Grows a tree: each node is split on the predictor with the smallest adjusted p while that is at most
/// `alpha_split` and no stopping rule holds. IBM SPSS Statistics Algorithms, chapter TREE-CHAID; Kass 1980, steps
/// 4 and 5.
///
/// # Errors
/// Options outside their ranges; columns that do not fit together; [`Error::NoCases`](crate::Error::NoCases),
/// [`Error::OutcomeMissing`](crate::Error::OutcomeMissing) and
/// [`Error::OutcomeConstant`](crate::Error::OutcomeConstant).
///
/// ```
/// use chaid::{tree, Codes, Data, Level, Options, Outcome, OutcomeColumn, Predictor, Stop};
/// let answers: Vec<u8> = (0..400).map(|case| u8::from(case % 4 < 2 && case % 5 > 0)).collect();
/// let region: Vec<u8> = (0..400).map(|case| (case % 4) as u8).collect();
/// let predictors = [Predictor { name: "region".into(), level: Level::Nominal, categories: 4, codes: Codes::U8(&region) }];
/// let data = Data {
///     outcome: OutcomeColumn::Classes { outcome: Outcome::Nominal, classes: 2, codes: Codes::U8(&answers) },
///     predictors: &predictors,
///     frequency: None,
///     weight: None,
/// };
/// let grown = tree(&data, &Options::default())?;
/// assert_eq!(grown.nodes[1].group.as_ref().map(|group| &group.categories[..]), Some(&[0, 1][..]));
/// assert_eq!(grown.nodes[2].stop, Some(Stop::Pure));
/// # Ok::<(), chaid::Error>(())
/// ```
pub fn tree(data: &Data<'_>, options: &Options) -> Result<Tree> {
    grow::grow(data, options)
}
