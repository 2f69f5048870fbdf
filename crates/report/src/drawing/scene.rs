//! A tree laid out on a plane: boxes, lines and texts with their places, in CSS pixels at 100 %.
//!
//! Levels lie below each other in bands: labels of edges, boxes, and what is written below boxes; between levels is a
//! band in which only the fork of an edge runs. Within a band [`tidy`](super::tidy) keeps nodes apart, so no two texts or
//! boxes can meet and no edge can run through one.

use super::block::{BAR, Block, BoxSize, COLUMN_GAP, NodeBlock, PAD, RULE_ROOM, Row, blocks};
use super::measure::Face;
use super::tidy::{Shape, middles};
use super::tree::{Node, Tree};
use super::words::Words;
use crate::labels;

/// Free room around the drawing.
const MARGIN: i32 = 8;
/// Between two nodes side by side.
const GAP: i32 = 16;
/// Length of a line between two things that stand below each other.
const STEM: i32 = 10;

/// Everything that is drawn.
#[derive(Clone, Debug, Default)]
pub(super) struct Scene {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) boxes: Vec<NodeBox>,
    pub(super) edges: Vec<Segment>,
    pub(super) texts: Vec<Text>,
}

/// The frame of a node, with what is in it and is no text.
#[derive(Clone, Debug)]
pub(super) struct NodeBox {
    pub(super) frame: Rect,
    pub(super) terminal: bool,
    /// The rule above the total.
    pub(super) rule: Segment,
    /// The bar of classes: its parts from left to right, those of no width left out, each with the place of its class.
    pub(super) bar: Vec<(usize, Rect)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A horizontal or vertical line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) from: (i32, i32),
    pub(super) to: (i32, i32),
}

/// One line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// Where `anchor` stands.
    pub(super) x: i32,
    /// Top of the line.
    pub(super) top: i32,
    pub(super) anchor: Anchor,
    pub(super) face: Face,
    pub(super) text: String,
}

/// Which part of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Lays out a tree.
pub(super) fn scene(tree: &Tree, words: &Words) -> Scene {
    let (blocks, size) = blocks(tree, words);
    let levels = levels(tree, &blocks, size);
    let shapes: Vec<Shape> =
        tree.nodes.iter().zip(&blocks).map(|(node, block)| shape(node, block, size)).collect();
    let middles: Vec<i32> =
        middles(&shapes, &tree.order, GAP).into_iter().map(|middle| middle + MARGIN).collect();
    let ends =
        shapes.iter().zip(&middles).map(|(shape, x)| x + shape.bands.iter().flatten().max().unwrap_or(&0));
    let mut scene = Scene {
        width: ends.max().unwrap_or_default() + MARGIN,
        height: levels.last().map_or(0, |level| level.end) + MARGIN,
        ..Scene::default()
    };
    for place in &tree.order {
        let (node, block, x) = (&tree.nodes[*place], &blocks[*place], middles[*place]);
        let level = &levels[node.depth];
        scene.node(node, block, size, x, level);
        if let (Some(first), Some(last)) = (node.children.first(), node.children.last()) {
            let below = level.below + block.below.height();
            scene.edge((x, level.boxes + size.height), (x, level.below));
            scene.edge((x, below), (x, level.fork));
            scene.edge((middles[*first], level.fork), (middles[*last], level.fork));
            for child in &node.children {
                let label = &blocks[*child].group;
                let next = &levels[node.depth + 1];
                let bottom = next.boxes - STEM;
                scene.edge((middles[*child], level.fork), (middles[*child], bottom - label.height()));
                scene.edge((middles[*child], bottom), (middles[*child], next.boxes));
            }
        }
    }
    scene
}

/// Where the bands of a level begin.
struct Level {
    boxes: i32,
    /// What is written below the boxes.
    below: i32,
    /// The line from which the edges to the next level hang.
    fork: i32,
    end: i32,
}

fn levels(tree: &Tree, blocks: &[NodeBlock], size: BoxSize) -> Vec<Level> {
    let depth = tree.nodes.iter().map(|node| node.depth + 1).max().unwrap_or_default();
    let mut highest = vec![(0, 0); depth];
    for (node, block) in tree.nodes.iter().zip(blocks) {
        let (group, below) = &mut highest[node.depth];
        *group = block.group.height().max(*group);
        *below = block.below.height().max(*below);
    }
    let mut levels: Vec<Level> = Vec::new();
    for (group, below) in highest {
        let boxes = match levels.last() {
            Some(above) => above.fork + STEM + group + STEM,
            None => MARGIN,
        };
        let end = boxes + size.height;
        let below_top = if below > 0 { end + STEM } else { end };
        let end = below_top + below;
        levels.push(Level { boxes, below: below_top, fork: end + STEM, end });
    }
    levels
}

fn shape(node: &Node, block: &NodeBlock, size: BoxSize) -> Shape {
    let half = |block: &Block| (block.width() + 1) / 2;
    let has_edge = !node.above.is_empty();
    let has_below = !node.is_terminal() || !block.below.lines.is_empty();
    Shape {
        children: node.children.clone(),
        bands: [
            has_edge.then(|| half(&block.group)),
            Some(size.width / 2),
            has_below.then(|| half(&block.below)),
        ],
    }
}

impl Scene {
    fn edge(&mut self, from: (i32, i32), to: (i32, i32)) {
        if from != to {
            self.edges.push(Segment { from, to });
        }
    }

    fn node(&mut self, node: &Node, block: &NodeBlock, size: BoxSize, x: i32, level: &Level) {
        let frame = Rect { x: x - size.width / 2, y: level.boxes, width: size.width, height: size.height };
        self.block(&block.group, x, level.boxes - STEM - block.group.height());
        self.block(&block.below, x, level.below);
        let (left, right) = (frame.x + PAD, frame.x + frame.width - PAD);
        let mut top = frame.y + PAD;
        self.column(&block.name, left, top);
        if node.is_terminal() {
            self.text(labels::TERMINAL, Face::Small, Anchor::End, (right, top + 1));
        }
        top += block.name.height();
        for row in &block.classes {
            self.row(row, size, (left, right), top);
            top += row.height();
        }
        let rule = Segment { from: (left, top + 1), to: (right, top + 1) };
        top += RULE_ROOM;
        self.row(&block.total, size, (left, right), top);
        let foot = frame.y + frame.height - PAD - BAR;
        let bar = bar(&node.counts, Rect { x: left, y: foot, width: right - left, height: BAR });
        self.boxes.push(NodeBox { frame, terminal: node.is_terminal(), rule, bar });
    }

    fn row(&mut self, row: &Row, size: BoxSize, (left, right): (i32, i32), top: i32) {
        self.column(&row.label, left, top);
        let n = right - size.columns[2] - COLUMN_GAP;
        self.text(&row.n, Face::Body, Anchor::End, (n, top));
        self.text(&row.share, Face::Body, Anchor::End, (right, top));
    }

    /// Lines that begin at the same place.
    fn column(&mut self, block: &Block, left: i32, top: i32) {
        self.lines(block, Anchor::Start, (left, top));
    }

    /// Lines with the same middle.
    fn block(&mut self, block: &Block, middle: i32, top: i32) {
        self.lines(block, Anchor::Middle, (middle, top));
    }

    fn lines(&mut self, block: &Block, anchor: Anchor, (x, mut top): (i32, i32)) {
        for (line, face) in &block.lines {
            self.text(line, *face, anchor, (x, top));
            top += face.line();
        }
    }

    fn text(&mut self, text: &str, face: Face, anchor: Anchor, (x, top): (i32, i32)) {
        if !text.is_empty() {
            self.texts.push(Text { x, top, anchor, face, text: text.into() });
        }
    }
}

/// The parts of a bar, as wide as the shares of the classes.
fn bar(counts: &[u64], whole: Rect) -> Vec<(usize, Rect)> {
    let n: u128 = counts.iter().map(|count| u128::from(*count)).sum();
    let width = u128::try_from(whole.width).unwrap_or_default();
    let end = |sum: u128| i32::try_from((sum * width * 2 + n) / (2 * n)).unwrap_or_default();
    if n == 0 {
        return Vec::new();
    }
    let mut sum = 0;
    let parts = counts.iter().enumerate().map(|(class, count)| {
        let from = end(sum);
        sum += u128::from(*count);
        (class, Rect { x: whole.x + from, width: end(sum) - from, ..whole })
    });
    parts.filter(|(_, part)| part.width > 0).collect()
}

#[cfg(test)]
mod tests;
