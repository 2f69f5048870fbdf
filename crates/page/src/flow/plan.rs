//! The drawing while it is laid out: what stands at which place of the axis.

use super::effects::{Effect, Flow, Round, Rule};
use super::layout::{
    BAR, Band, Column, Edges, LINE, Label, Layout, Node, Ribbon, apply, goes_down, label_lane, pixels,
    pixels_of, settle, start,
};
use super::ribbon;
use terms::Verb;

/// Pixels that the highest lanes have together for their rows.
const BODY: f64 = 300.0;
/// Pixels of a ribbon that would be narrower, and of a band.
const THIN: f64 = 6.0;
const HAIR: f64 = 2.0;
/// Width of a character of a label at most, as a mean over a word.
pub(super) const CHARACTER: f64 = 6.4;
/// Above all lanes: totals and titles of rounds.
const TOP: f64 = 52.0;
/// From a lane to the labels of what leaves it or enters it.
const LEADER: f64 = 22.0;
const AIR: f64 = 12.0;
/// A round without effects is so wide, and a gap between rounds that do not follow each other.
pub(super) const EMPTY: f64 = 90.0;

/// Where a lane stands.
#[derive(Clone, Copy, Debug)]
struct Lane {
    /// Place of row 0, and of labels above and below the lane.
    zero: f64,
    above: f64,
    below: f64,
}

/// The drawing so far.
pub(super) struct Plan<'p> {
    said: &'p dyn Fn(&Rule<'_>, &Effect) -> Vec<String>,
    named: f64,
    scale: f64,
    lanes: Vec<Lane>,
    /// Where the next thing stands.
    pub(super) x: f64,
    pub(super) edges: Edges,
    pub(super) layout: Layout,
}

impl<'p> Plan<'p> {
    pub(super) fn new(
        flow: &Flow<'_>,
        named: usize,
        said: &'p dyn Fn(&Rule<'_>, &Effect) -> Vec<String>,
    ) -> Self {
        let mut reach: Edges = vec![(0, 0); flow.populations.len()];
        let mut labels = vec![(0, 0); flow.populations.len()];
        let mut edges = Edges::new();
        let mut widen = |edges: &Edges| {
            for (reach, edge) in reach.iter_mut().zip(edges) {
                *reach = (reach.0.min(edge.0), reach.1.max(edge.1));
            }
        };
        for (number, round) in flow.rounds.iter().enumerate() {
            if number == 0 || flow.rounds[number - 1].after != round.before {
                edges = start(round);
                widen(&edges);
            }
            for rule in &round.rules {
                for effect in &rule.effects {
                    apply(&mut edges, effect);
                    widen(&edges);
                    let lines = said(rule, effect).len();
                    match label_lane(effect) {
                        (lane, true) => labels[lane].0 = lines.max(labels[lane].0),
                        (lane, false) => labels[lane].1 = lines.max(labels[lane].1),
                    }
                }
                settle(&mut edges, rule);
                widen(&edges);
            }
        }
        let rows: i64 = reach.iter().map(|(top, bottom)| bottom - top).sum();
        let scale = BODY / pixels(rows.max(1));
        let mut y = TOP;
        let mut lanes = Vec::new();
        for ((top, bottom), (over, under)) in reach.into_iter().zip(labels) {
            let room = |lines: usize| if lines == 0 { 0.0 } else { LEADER + LINE * pixels_of(lines) };
            // The name and the count of a node stand above it.
            let upper = y + room(over).max(2.0 * LINE + AIR);
            let lower = upper + scale * pixels(bottom - top);
            lanes.push(Lane { zero: upper - scale * pixels(top), above: y, below: lower + LEADER });
            y = lower + room(under) + AIR;
        }
        let layout = Layout { height: y + AIR, ..Layout::default() };
        let named = (CHARACTER * pixels_of(named)).max(BAR) + AIR;
        Self { said, named, scale, lanes, x: AIR, edges: Edges::new(), layout }
    }

    /// Upper and lower edge of a band; one with rows is seen.
    fn band(&self, population: usize) -> (f64, f64) {
        let (top, bottom) = self.edges[population];
        let zero = self.lanes[population].zero;
        let upper = zero + self.scale * pixels(top);
        let height = self.scale * pixels(bottom - top);
        (upper, upper + if bottom > top { height.max(HAIR) } else { 0.0 })
    }

    /// Bars of the rows that are there now.
    pub(super) fn column(&mut self, rows: &[i64]) {
        let node = |(population, rows): (usize, &i64)| {
            let (y, lower) = self.band(population);
            Node { population, rows: *rows, y, height: lower - y }
        };
        let nodes = rows.iter().enumerate().map(node).collect();
        self.layout.columns.push(Column { x: self.x, total: rows.iter().sum(), nodes });
        self.x += BAR + self.named;
    }

    pub(super) fn round(&mut self, number: usize, round: &Round<'_>) {
        let from = self.x;
        let begin = from - self.named;
        let mut outlines: Vec<ribbon::Outline> = Vec::new();
        for population in 0..self.lanes.len() {
            outlines.push(ribbon::Outline::from(begin, self.band(population)));
        }
        for (place, rule) in round.rules.iter().enumerate() {
            for effect in &rule.effects {
                let (left, right, ribbon) = self.slot((number, place), rule, effect);
                apply(&mut self.edges, effect);
                if let Some(from) = effect.from {
                    outlines[from].turn(left, self.band(from));
                }
                if let Some(to) = effect.to {
                    outlines[to].turn(right, self.band(to));
                }
                self.layout.ribbons.push(ribbon);
                self.x = right;
            }
            settle(&mut self.edges, rule);
            let now = self.x;
            outlines.iter_mut().enumerate().for_each(|(place, outline)| outline.turn(now, self.band(place)));
        }
        self.x = self.x.max(from + EMPTY);
        for (population, outline) in outlines.into_iter().enumerate() {
            let band = |path| Band { round: number, population, path };
            self.layout.bands.extend(outline.path(self.x).map(band));
        }
        self.layout.rounds.push((begin, self.x));
    }

    /// The place of an effect on the axis, and its ribbon there.
    fn slot(&self, place: (usize, usize), rule: &Rule<'_>, effect: &Effect) -> (f64, f64, Ribbon) {
        let lines = (self.said)(rule, effect);
        let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
        let text = CHARACTER * pixels_of(longest);
        let thick = (self.scale * pixels(effect.rows)).max(THIN);
        let left = self.x;
        let (lane, is_above) = label_lane(effect);
        let lane = self.lanes[lane];
        let joins = |population: usize| {
            let mut after = self.edges.clone();
            apply(&mut after, effect);
            let zero = self.lanes[population].zero;
            (zero + self.scale * pixels(after[population].0), zero + self.scale * pixels(after[population].1))
        };
        let (right, x, path) = match (effect.verb, effect.from, effect.to) {
            (Verb::Move, Some(from), Some(to)) => {
                let middle = left + AIR + thick / 2.0;
                let right = middle + thick / 2.0 + AIR / 2.0 + text + AIR;
                let (leaves, joins) = match goes_down(effect) {
                    true => (self.band(from).1, joins(to).0),
                    false => (self.band(from).0, joins(to).1),
                };
                (
                    right,
                    middle + thick / 2.0 + AIR / 2.0,
                    ribbon::across((left, right), middle, (leaves, joins), thick),
                )
            }
            (Verb::Update, Some(at), _) => {
                let right = left + text.max(THIN) + AIR;
                let middle = (left + right) / 2.0;
                (right, middle, ribbon::marked((left, right), self.band(at).1, lane.below))
            }
            (_, Some(from), _) => {
                let right = left + text.max(thick + 2.0 * AIR) + AIR;
                let middle = (left + right) / 2.0;
                (right, middle, ribbon::leaving(left, middle, (self.band(from).1, lane.below), thick))
            }
            (_, None, to) => {
                let right = left + text.max(thick + 2.0 * AIR) + AIR;
                let middle = (left + right) / 2.0;
                let from = lane.above + LINE * pixels_of(lines.len()) + LINE / 2.0;
                let joined = to.map_or(lane.zero, |to| joins(to).0);
                (right, middle, ribbon::entering(right, middle, (from, joined), thick))
            }
        };
        let is_centred = effect.verb != Verb::Move || effect.from.is_none() || effect.to.is_none();
        let y = if is_above { lane.above + LINE } else { lane.below + LINE };
        let label = Label { x, y, is_centred, lines };
        (left, right, Ribbon { round: place.0, rule: place.1, effect: *effect, path, label })
    }
}
