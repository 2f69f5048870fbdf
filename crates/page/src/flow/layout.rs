//! Where everything of the drawing stands: a pure function of what the rules did.
//!
//! Time goes from left to right. Every population has a lane in which the rows that stay are a straight band: what leaves turns
//! off at its lower edge, what enters joins at its upper one, and every effect has a slot of the axis for its ribbon and label,
//! so that no two of them can meet, however few rows they are. A move joins the edges of two lanes that face each other.

use super::effects::{Effect, Flow, Round, Rule};
use super::plan::{EMPTY, Plan};
use terms::Verb;

/// Width of the bars at the ends of rounds.
pub(super) const BAR: f64 = 12.0;
/// Between two lines of a label.
pub(super) const LINE: f64 = 13.0;

/// The drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) columns: Vec<Column>,
    /// From where to where each round goes.
    pub(super) rounds: Vec<(f64, f64)>,
    pub(super) bands: Vec<Band>,
    pub(super) ribbons: Vec<Ribbon>,
}

/// The rows before or after a round.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub(super) x: f64,
    pub(super) total: i64,
    pub(super) nodes: Vec<Node>,
}

/// The rows of one population in a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) population: usize,
    pub(super) rows: i64,
    pub(super) y: f64,
    pub(super) height: f64,
}

/// The rows of a population that are there during a round.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Band {
    pub(super) round: usize,
    pub(super) population: usize,
    pub(super) path: String,
}

/// What one rule did to one population, or between two.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ribbon {
    pub(super) round: usize,
    pub(super) rule: usize,
    pub(super) effect: Effect,
    pub(super) path: String,
    pub(super) label: Label,
}

/// Lines of text below each other.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label {
    /// Middle of the lines, or where they begin.
    pub(super) x: f64,
    /// Base of the first line.
    pub(super) y: f64,
    pub(super) is_centred: bool,
    pub(super) lines: Vec<String>,
}

/// The upper and lower edge of the band of each population, in rows from the top of its first column.
pub(super) type Edges = Vec<(i64, i64)>;

/// The drawing of a flow; `said` gives the lines of the label of an effect, `named` how wide names of populations are, in characters.
pub(super) fn layout(
    flow: &Flow<'_>,
    named: usize,
    said: &dyn Fn(&Rule<'_>, &Effect) -> Vec<String>,
) -> Layout {
    let mut plan = Plan::new(flow, named, said);
    for (number, round) in flow.rounds.iter().enumerate() {
        let follows = number > 0 && flow.rounds[number - 1].after == round.before;
        if !follows {
            plan.x += if number > 0 { EMPTY } else { 0.0 };
            plan.edges = start(round);
            plan.column(&round.before);
        }
        plan.round(number, round);
        plan.column(&round.after);
    }
    plan.layout.width = plan.x;
    plan.layout
}

/// The edges at a column from which a round begins anew.
pub(super) fn start(round: &Round<'_>) -> Edges {
    round.before.iter().map(|rows| (0, *rows)).collect()
}

/// Whether rows leave their lane downwards, and enter theirs from above.
pub(super) fn goes_down(effect: &Effect) -> bool {
    match (effect.from, effect.to) {
        (Some(from), Some(to)) => from <= to,
        _ => true,
    }
}

/// Moves the edges of the bands that an effect changes.
pub(super) fn apply(edges: &mut Edges, effect: &Effect) {
    if effect.verb == Verb::Update {
        return;
    }
    let down = goes_down(effect);
    if let Some(edge) = effect.from.and_then(|from| edges.get_mut(from)) {
        if down { edge.1 -= effect.rows } else { edge.0 += effect.rows }
    }
    if let Some(edge) = effect.to.and_then(|to| edges.get_mut(to)) {
        if down { edge.0 -= effect.rows } else { edge.1 += effect.rows }
    }
}

/// What is counted after a rule decides where its lower edges are, should its effects not add up to it.
pub(super) fn settle(edges: &mut Edges, rule: &Rule<'_>) {
    edges.iter_mut().zip(&rule.after).for_each(|(edge, rows)| edge.1 = edge.0 + rows);
}

/// The lane at which the label of an effect stands, and whether it stands above it.
pub(super) fn label_lane(effect: &Effect) -> (usize, bool) {
    match (effect.from, effect.to) {
        (Some(from), Some(to)) => (from.min(to), false),
        (Some(from), None) => (from, false),
        (None, Some(to)) => (to, true),
        (None, None) => (0, false),
    }
}

/// A count as a number of pixels to reckon with; beyond 2^52 nothing is drawn to the pixel.
#[allow(clippy::cast_precision_loss)]
pub(super) fn pixels(rows: i64) -> f64 {
    rows as f64
}

pub(super) fn pixels_of(count: usize) -> f64 {
    pixels(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::effects::tests::row;
    use super::super::plan::CHARACTER;
    use super::*;
    use terms::WaterfallRow;

    /// A box of the drawing: left, top, right, bottom, and what it is.
    type Placed = (f64, f64, f64, f64, String);

    fn said(rule: &Rule<'_>, effect: &Effect) -> Vec<String> {
        vec![effect.rows.to_string(), "samengevoegd".to_owned(), rule.name.to_owned()]
    }

    /// Where the texts are at most.
    fn texts(layout: &Layout, named: usize) -> Vec<Placed> {
        let label = |label: &Label| {
            let longest = label.lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
            let width = CHARACTER * pixels_of(longest);
            let left = if label.is_centred { label.x - width / 2.0 } else { label.x };
            let bottom = label.y + LINE * pixels_of(label.lines.len() - 1) + 2.0;
            (left, label.y - LINE + 3.0, left + width, bottom, label.lines.join(" "))
        };
        let mut texts: Vec<Placed> = layout.ribbons.iter().map(|ribbon| label(&ribbon.label)).collect();
        for column in &layout.columns {
            let right = column.x + CHARACTER * pixels_of(named);
            let node = |node: &Node| {
                (column.x, node.y - 2.0 * LINE, right, node.y - 2.0, node.population.to_string())
            };
            texts.extend(column.nodes.iter().map(node));
            texts.push((column.x, 0.0, right, 32.0, column.total.to_string()));
        }
        texts
    }

    fn check(rows: &[WaterfallRow]) -> Layout {
        let flow = Flow::of(rows);
        let named = 12;
        let layout = layout(&flow, named, &said);
        let texts = texts(&layout, named);
        for (at, a) in texts.iter().enumerate() {
            assert!(
                a.0 >= 0.0 && a.2 <= layout.width && a.1 >= 0.0 && a.3 <= layout.height,
                "{a:?} lies outside"
            );
            for b in &texts[at + 1..] {
                let meet = a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3;
                assert!(!meet, "{a:?} and {b:?} meet");
            }
        }
        let effects: usize =
            flow.rounds.iter().flat_map(|round| &round.rules).map(|rule| rule.effects.len()).sum();
        assert_eq!(layout.ribbons.len(), effects, "no effect vanishes");
        layout
    }

    fn three_rounds() -> Vec<WaterfallRow> {
        vec![
            WaterfallRow { merged: 8, rows_out: 591, ..row("one", 1, "twins", "here", 599) },
            row("one", 1, "twins", "gone", 0),
            row("two", 1, "idle", "here", 591),
            WaterfallRow { removed: 5, updated: 7, rows_out: 586, ..row("two", 2, "children", "here", 591) },
            WaterfallRow { added: 152, rows_out: 152, ..row("two", 2, "children", "gone", 0) },
            WaterfallRow { merged: 6, rows_out: 146, ..row("two", 3, "twins", "gone", 152) },
            row("two", 3, "twins", "here", 586),
            WaterfallRow {
                moved_out: 3,
                added: 3,
                rows_out: 586,
                ..row("three", 1, "late_leavers", "here", 586)
            },
            WaterfallRow { moved_in: 3, rows_out: 149, ..row("three", 1, "late_leavers", "gone", 146) },
            WaterfallRow { moved_in: 2, rows_out: 588, ..row("three", 2, "back", "here", 586) },
            WaterfallRow { moved_out: 2, rows_out: 147, ..row("three", 2, "back", "gone", 149) },
        ]
    }

    #[test]
    fn rounds_that_follow_each_other_share_a_column() {
        let layout = check(&three_rounds());
        let totals: Vec<i64> = layout.columns.iter().map(|column| column.total).collect();
        assert_eq!(totals, [599, 591, 732, 735]);
        let last = layout.columns.last().unwrap();
        let [here, gone] = last.nodes.as_slice() else { panic!("{last:?}") };
        // Heights are the counts.
        assert!((here.height / gone.height - 588.0 / 147.0).abs() < 1e-9, "{here:?} {gone:?}");
        let lower = layout.columns.iter().map(|column| column.nodes[0].y + column.nodes[0].height);
        assert!(lower.fold(f64::MIN, f64::max) < gone.y, "a lane lies above the next one");
    }

    #[test]
    fn few_rows_among_very_many_are_seen() {
        let many = 7_330_000;
        let rows = [
            WaterfallRow {
                merged: 1,
                removed: 1,
                updated: 1,
                rows_out: many - 2,
                ..row("one", 1, "few", "here", many)
            },
            WaterfallRow { added: 1, rows_out: 1, ..row("one", 1, "few", "gone", 0) },
            WaterfallRow {
                moved_out: 1,
                rows_out: many - 3,
                ..row("one", 2, "a_long_name_of_a_rule", "here", many - 2)
            },
            WaterfallRow { moved_in: 1, rows_out: 2, ..row("one", 2, "a_long_name_of_a_rule", "gone", 1) },
        ];
        let layout = check(&rows);
        let merged = &layout.ribbons[0];
        let edges = [-3.0, 3.0].map(|half| super::super::ribbon::number(merged.label.x + half));
        assert!(
            edges.iter().all(|edge| merged.path.contains(&format!("{edge} "))),
            "{} {edges:?}",
            merged.path
        );
        let node = layout.columns[1].nodes[1];
        assert!(node.height >= 2.0, "{node:?}");
        assert!(layout.bands.iter().any(|band| band.population == 1), "a band of one row is there");
    }

    #[test]
    fn a_round_that_begins_with_other_rows_has_a_column_of_its_own() {
        let rows =
            [row("one", 1, "r", "here", 10), row("two", 1, "r", "here", 7), row("two", 1, "r", "gone", 2)];
        let layout = check(&rows);
        let totals: Vec<i64> = layout.columns.iter().map(|column| column.total).collect();
        assert_eq!(totals, [10, 10, 9, 9]);
    }

    #[test]
    fn nothing_is_drawn_of_no_rows() {
        let layout = check(&[row("one", 1, "r", "here", 0)]);
        assert_eq!((layout.bands.len(), layout.ribbons.len(), layout.columns.len()), (0, 0, 2));
    }
}
