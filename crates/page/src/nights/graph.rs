//! The steps of a run as a graph: each step right of those that it reads.

use crate::visit::Visit;
use report::Markup;
use std::collections::BTreeMap;
use terms::{Manifest, NodeRecord, StepOutcome, TableName};

/// Width and height of a box, and the room between boxes, in CSS pixels.
const BOX: (usize, usize) = (190, 34);
const ROOM: (usize, usize) = (70, 10);
/// Times that boxes are put in order of their neighbours.
const SWEEPS: usize = 6;

/// Where the steps stand, and which read which.
#[derive(Debug, PartialEq, Eq)]
struct Layout {
    /// Column and row of each step, in the order of the run.
    places: Vec<(usize, usize)>,
    /// Pairs of a step and one that reads it.
    edges: Vec<(usize, usize)>,
}

/// Writes the graph; a step leads to its place in the address of the page, so it can be pointed at.
pub(super) fn draw(html: &mut Markup, visit: &Visit, run: &Manifest) {
    let layout = layout(&run.nodes);
    let (columns, rows) =
        layout.places.iter().fold((0, 0), |(x, y), place| (x.max(place.0 + 1), y.max(place.1 + 1)));
    let width = columns * (BOX.0 + ROOM.0);
    let height = rows * (BOX.1 + ROOM.1) + ROOM.1;
    let label = visit.say(
        "Stappen als graaf: elke stap staat rechts van de stappen die hij leest. De tabel hieronder zegt hetzelfde.",
        "Steps as a graph: each step stands right of those that it reads. The table below says the same.",
    );
    html.open("div", &[("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", label)])
        .line();
    let (w, h) = (width.to_string(), height.to_string());
    let view = format!("0 0 {width} {height}");
    let svg = [("class", "graph"), ("width", &*w), ("height", &*h), ("viewBox", &*view), ("role", "img")];
    html.open("svg", &svg).element("title", &[], label).line();
    for (from, to) in &layout.edges {
        if let (Some(from), Some(to)) = (layout.places.get(*from), layout.places.get(*to)) {
            html.empty("path", &[("class", "edge"), ("d", &edge(*from, *to))]).line();
        }
    }
    for (node, place) in run.nodes.iter().zip(&layout.places) {
        step(html, visit, node, *place);
    }
    html.close().close().line();
}

/// Left and top of a box.
fn corner(place: (usize, usize)) -> (usize, usize) {
    (place.0 * (BOX.0 + ROOM.0) + ROOM.1, place.1 * (BOX.1 + ROOM.1) + ROOM.1)
}

fn edge(from: (usize, usize), to: (usize, usize)) -> String {
    let ((x, y), (to_x, to_y)) = (corner(from), corner(to));
    let (x, y, to_y) = (x + BOX.0, y + BOX.1 / 2, to_y + BOX.1 / 2);
    let bend = ROOM.0 / 2;
    format!("M{x} {y}C{} {y} {} {to_y} {to_x} {to_y}", x + bend, to_x.saturating_sub(bend))
}

fn step(html: &mut Markup, visit: &Visit, node: &NodeRecord, place: (usize, usize)) {
    let (x, y) = corner(place);
    let class = match node.outcome {
        StepOutcome::Executed => "step executed",
        StepOutcome::Reused => "step reused",
    };
    let told = match node.outcome {
        StepOutcome::Executed => format!("{} ms", visit.language.number(node.millis)),
        StepOutcome::Reused => visit.say("overgenomen", "reused").to_owned(),
    };
    let rows = visit.language.count(node.rows(), visit.say("rij", "row"), visit.say("rijen", "rows"));
    html.open("g", &[("class", class)]);
    html.element("title", &[], &format!("{}: {told}, {rows}", node.node));
    let [w, h] = [BOX.0, BOX.1].map(|size| size.to_string());
    let (left, top) = (x.to_string(), y.to_string());
    html.empty("rect", &[("x", &left), ("y", &top), ("width", &w), ("height", &h), ("rx", "4")]);
    let (text, upper, lower) = ((x + 8).to_string(), (y + 14).to_string(), (y + 27).to_string());
    html.element("text", &[("x", &text), ("y", &upper)], &short(&node.node));
    html.element("text", &[("x", &text), ("y", &lower), ("class", "small")], &format!("{told} · {rows}"));
    html.close().line();
}

/// As much of a name as fits into a box.
fn short(name: &str) -> String {
    const MOST: usize = 28;
    match name.chars().count() {
        count if count <= MOST => name.to_owned(),
        _ => name.chars().take(MOST - 1).chain(['…']).collect(),
    }
}

/// Each step one column right of the last that it reads; in a column, steps stand near those that they read.
fn layout(nodes: &[NodeRecord]) -> Layout {
    let makers: BTreeMap<&TableName, usize> = nodes
        .iter()
        .enumerate()
        .flat_map(|(at, node)| node.tables.iter().map(move |table| (&table.table, at)))
        .collect();
    let mut edges = Vec::new();
    let mut columns = vec![0; nodes.len()];
    for (at, node) in nodes.iter().enumerate() {
        let mut read: Vec<usize> = node
            .reads
            .iter()
            .filter_map(|table| makers.get(table))
            .copied()
            .filter(|from| *from < at)
            .collect();
        read.sort_unstable();
        read.dedup();
        columns[at] = read.iter().map(|from| columns[*from] + 1).max().unwrap_or_default();
        edges.extend(read.into_iter().map(|from| (from, at)));
    }
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); columns.iter().max().map_or(0, |most| most + 1)];
    columns.iter().enumerate().for_each(|(at, column)| order[*column].push(at));
    let mut rows = vec![0; nodes.len()];
    let place = |order: &[Vec<usize>], rows: &mut Vec<usize>| {
        order.iter().flat_map(|column| column.iter().enumerate()).for_each(|(row, at)| rows[*at] = row);
    };
    place(&order, &mut rows);
    for sweep in 0..SWEEPS {
        for column in &mut order {
            // Tenths of a row, so that the order of equals is that of the run, on any machine.
            let wanted = |at: usize| {
                let near = edges.iter().filter_map(|(from, to)| match sweep % 2 {
                    0 => (*to == at).then(|| rows[*from]),
                    _ => (*from == at).then(|| rows[*to]),
                });
                let (sum, count) = near.fold((0, 0), |(sum, count), row| (sum + 10 * row, count + 1));
                usize::checked_div(sum, count).unwrap_or(10 * rows[at])
            };
            column.sort_by_cached_key(|at| (wanted(*at), *at));
        }
        place(&order, &mut rows);
    }
    Layout { places: columns.into_iter().zip(rows).collect(), edges }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terms::{ObjectHash, TableRecord};

    fn node(name: &str, reads: &[&str]) -> NodeRecord {
        let table = |name: &str| TableName::parse(name).unwrap();
        let object = ObjectHash::of(b"");
        NodeRecord {
            node: name.to_owned(),
            fingerprint: object.clone(),
            definition: BTreeMap::new(),
            reads: reads.iter().map(|name| table(name)).collect(),
            outcome: StepOutcome::Executed,
            tables: vec![TableRecord { table: table(name), object, rows: 1, bytes: 1, lineage: None }],
            millis: 1,
        }
    }

    #[test]
    fn a_step_stands_right_of_what_it_reads() {
        let nodes = [
            node("s.a", &[]),
            node("s.b", &[]),
            node("m.of_b", &["s.b", "s.b"]),
            node("m.of_a", &["s.a"]),
            node("m.of_both", &["m.of_a", "s.b", "s.unknown"]),
        ];
        let layout = layout(&nodes);
        assert_eq!(layout.edges, [(1, 2), (0, 3), (1, 4), (3, 4)]);
        let columns: Vec<usize> = layout.places.iter().map(|place| place.0).collect();
        assert_eq!(columns, [0, 0, 1, 1, 2]);
        assert_eq!(layout.places[3].1, 0, "beside what it reads");
        let mut places = layout.places.clone();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), nodes.len(), "no two steps in one place");
    }
}
