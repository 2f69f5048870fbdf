use super::branch::{choose, send_rows};
use super::{Node, Stop, Tree};
use crate::count::{Cases, OUT, eligible, outcomes};
use crate::screen::constant;
use crate::statistic::Comparison;
use crate::{Data, Error, Group, Options, OutcomeColumn, Result, Summary, Table};

/// Grows the tree level by level, so that each level costs one pass over the columns.
pub(super) fn grow(data: &Data<'_>, options: &Options) -> Result<Tree> {
    options.check()?;
    data.check()?;
    let comparison = Comparison::new(&data.outcome(), data.classes(), options)?;
    let mut node_of_row = eligible(data, options.missing)?;
    let left_out = node_of_row.iter().filter(|node| **node == OUT).count();
    let outcome = outcomes(data, &node_of_row, 1).into_iter().next().ok_or(Error::NoCases)?;
    if outcome.pure() {
        return Err(Error::OutcomeConstant { what: constant(&outcome) });
    }
    if outcome.n() > 1 << 53 {
        return Err(Error::Overflow { what: "the frequency weight".to_owned() });
    }
    let mut nodes = vec![node(0, None, 0, None, outcome)];
    let mut level = 0..1;
    while !level.is_empty() {
        let open: Vec<usize> = level.clone().filter(|id| may_grow(&mut nodes[*id], options)).collect();
        for some in open.chunks(Cases::slots_at_once(data)) {
            for (id, tables) in some.iter().zip(count(data, &node_of_row, some, options.threads)) {
                choose(&mut nodes[*id], &tables, &comparison, options);
            }
        }
        let next = level.end;
        open.iter().for_each(|id| add_children(&mut nodes, *id));
        send_rows(data, &nodes, next, &mut node_of_row);
        level = next..nodes.len();
        if matches!(data.outcome, OutcomeColumn::Scale(_)) {
            sum_again(data, &mut nodes[level.clone()], &node_of_row);
        }
    }
    Ok(Tree { nodes, left_out, node_of_row })
}

/// Moments of new nodes, row by row instead of summed from groups: equal values then have no spread at all.
fn sum_again(data: &Data<'_>, nodes: &mut [Node], node_of_row: &[u32]) {
    let Some(first) = nodes.first().map(|node| node.id as u32) else { return };
    let slot: Vec<u32> = node_of_row
        .iter()
        .map(|id| if *id == OUT { OUT } else { id.checked_sub(first).unwrap_or(OUT) })
        .collect();
    let outcomes = outcomes(data, &slot, nodes.len());
    nodes.iter_mut().zip(outcomes).for_each(|(node, outcome)| node.outcome = outcome);
}

fn node(id: usize, parent: Option<usize>, depth: u32, group: Option<Group>, outcome: Summary) -> Node {
    let (candidates, tied, children) = (Vec::new(), Vec::new(), Vec::new());
    Node { id, parent, depth, group, outcome, candidates, best: None, tied, children, stop: None }
}

/// Applies the stopping rules that need no test.
fn may_grow(node: &mut Node, options: &Options) -> bool {
    node.stop = if node.outcome.pure() {
        Some(Stop::Pure)
    } else if node.depth >= options.max_depth {
        Some(Stop::MaxDepth)
    } else if node.n() < options.min_parent {
        Some(Stop::MinParent)
    } else {
        None
    };
    node.stop.is_none()
}

/// The tables of some nodes, each with one per predictor.
fn count(data: &Data<'_>, node_of_row: &[u32], nodes: &[usize], threads: usize) -> Vec<Vec<Table>> {
    let first = nodes.first().copied().unwrap_or_default();
    let last = nodes.last().copied().unwrap_or_default();
    let mut slot_of_node = vec![OUT; last + 1 - first];
    for (slot, id) in nodes.iter().enumerate() {
        slot_of_node[id - first] = slot as u32;
    }
    let slot = |id: &u32| {
        (*id as usize).checked_sub(first).and_then(|i| slot_of_node.get(i)).copied().unwrap_or(OUT)
    };
    let cases = Cases::new(data, node_of_row.iter().map(slot).collect(), nodes.len());
    let mut of_nodes: Vec<Vec<Table>> = vec![Vec::with_capacity(data.predictors.len()); nodes.len()];
    for of_predictor in cases.count(threads) {
        of_nodes.iter_mut().zip(of_predictor).for_each(|(node, table)| node.push(table));
    }
    of_nodes
}

fn add_children(nodes: &mut Vec<Node>, id: usize) {
    let Some(split) = nodes[id].best.filter(|_| nodes[id].stop.is_none()) else { return };
    let groups = nodes[id].candidates[split].groups.clone();
    for group in groups {
        let (child, depth) = (nodes.len(), nodes[id].depth + 1);
        nodes[id].children.push(child);
        let outcome = group.outcome.clone();
        nodes.push(node(child, Some(id), depth, Some(group), outcome));
    }
}
