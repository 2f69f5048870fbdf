//! What is written at a node, in lines, and how much room it takes.

use super::measure::{Face, NO_BREAK, width, wrap};
use super::tree::{Node, Tree};
use super::words::{Words, condition};
use crate::labels;

/// Between the edge of a box and what is written in it.
pub(super) const PAD: i32 = 8;
/// Between two columns of a class table.
pub(super) const COLUMN_GAP: i32 = 12;
/// Height of the bar at the foot of a box, with the room above it.
pub(super) const BAR: i32 = 6;
pub(super) const BAR_ROOM: i32 = 6;
/// Room for the rule above the total.
pub(super) const RULE_ROOM: i32 = 3;
/// The names of nodes and classes are broken into lines of this width.
const NAME_LIMIT: i32 = 150;
/// More lines than this on an edge, and the label may be wider.
const FEW_LINES: usize = 6;

/// Lines of text, centred above each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// The lines with their faces, from the top down.
    pub(super) lines: Vec<(String, Face)>,
}

impl Block {
    fn new(text: &str, face: Face, limit: i32) -> Self {
        Self { lines: wrap(text, face, limit).into_iter().map(|line| (line, face)).collect() }
    }

    pub(super) fn width(&self) -> i32 {
        self.lines.iter().map(|(line, face)| width(line, *face)).max().unwrap_or_default()
    }

    pub(super) fn height(&self) -> i32 {
        self.lines.iter().map(|(_, face)| face.line()).sum()
    }
}

/// A row of a class table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The class, in lines.
    pub(super) label: Block,
    pub(super) n: String,
    pub(super) share: String,
}

/// Everything that is written at one node.
#[derive(Clone, Debug)]
pub(super) struct NodeBlock {
    /// Which part of the node above it is: stands on the edge.
    pub(super) group: Block,
    pub(super) name: Block,
    /// One row for each class.
    pub(super) classes: Vec<Row>,
    pub(super) total: Row,
    /// Stands below the box: what it is split on with its test, or why a root is not split.
    pub(super) below: Block,
}

/// Sizes that all boxes of a tree share.
#[derive(Clone, Copy, Debug)]
pub(super) struct BoxSize {
    pub(super) width: i32,
    pub(super) height: i32,
    /// Widths of the columns of the class table.
    pub(super) columns: [i32; 3],
}

/// The blocks of all nodes, and the size of their boxes.
pub(super) fn blocks(tree: &Tree, words: &Words) -> (Vec<NodeBlock>, BoxSize) {
    let whole = tree.root().map_or(0, Node::n);
    let mut blocks: Vec<NodeBlock> = tree.nodes.iter().map(|node| in_box(node, words, whole)).collect();
    let size = box_size(&tree.nodes, &blocks);
    for (node, block) in tree.nodes.iter().zip(&mut blocks) {
        block.group = group(&node.group, size.width);
        block.below = below(node, words, size.width);
    }
    (blocks, size)
}

fn in_box(node: &Node, words: &Words, whole: u64) -> NodeBlock {
    let row = |label: &str, n: u64, of: u64| Row {
        label: Block::new(label, Face::Body, NAME_LIMIT),
        n: n.to_string(),
        share: words.share(n, of),
    };
    NodeBlock {
        group: Block::default(),
        name: Block::new(&words.name(node), Face::Head, NAME_LIMIT),
        classes: words.classes.iter().zip(&node.counts).map(|(class, n)| row(class, *n, node.n())).collect(),
        total: row(labels::TOTAL, node.n(), whole),
        below: Block::default(),
    }
}

fn box_size(nodes: &[Node], blocks: &[NodeBlock]) -> BoxSize {
    let rows = || blocks.iter().flat_map(|block| block.classes.iter().chain([&block.total]));
    let widest = |of: fn(&Row) -> i32| rows().map(of).max().unwrap_or_default();
    let columns = [
        widest(|row| row.label.width()),
        widest(|row| width(&row.n, Face::Body)),
        widest(|row| width(&row.share, Face::Body)),
    ];
    let table = columns.iter().sum::<i32>() + 2 * COLUMN_GAP;
    let head = nodes.iter().zip(blocks).map(|(node, block)| {
        let mark = if node.is_terminal() { COLUMN_GAP + width(labels::TERMINAL, Face::Small) } else { 0 };
        block.name.width() + mark
    });
    let head = head.max().unwrap_or_default();
    let height = blocks.iter().map(|block| {
        let rows = block.classes.iter().chain([&block.total]).map(Row::height).sum::<i32>();
        block.name.height() + rows
    });
    let height = height.max().unwrap_or_default() + RULE_ROOM + BAR_ROOM + BAR;
    // An even width, so that the middle lies on a whole pixel.
    let width = (table.max(head) + 1) / 2 * 2;
    BoxSize { width: width + 2 * PAD, height: height + 2 * PAD, columns }
}

impl Row {
    pub(super) fn height(&self) -> i32 {
        self.label.height().max(Face::Body.line())
    }
}

/// The label of an edge: as wide as the box, and half as wide again where that would take many lines.
fn group(text: &str, width: i32) -> Block {
    let block = Block::new(text, Face::Small, width);
    if block.lines.len() > FEW_LINES { Block::new(text, Face::Small, width * 3 / 2) } else { block }
}

fn below(node: &Node, words: &Words, width: i32) -> Block {
    if node.is_terminal() {
        let root = node.above.is_empty();
        let text = format!("{}: {}", labels::NOT_SPLIT, node.stop);
        return if root { Block::new(&text, Face::Small, width * 3 / 2) } else { Block::default() };
    }
    // There are children on both sides below it, so it may be wider than the box.
    let limit = width * 5 / 4;
    let mut block = Block::new(&node.predictor, Face::SmallBold, limit);
    let tests = words.statistics.iter().zip(&node.statistics).filter(|(_, value)| !value.is_empty());
    let tests: Vec<String> =
        tests.map(|(label, value)| condition(label, value).replace(' ', &NO_BREAK.to_string())).collect();
    block.lines.extend(Block::new(&tests.join("; "), Face::Small, limit).lines);
    block
}
