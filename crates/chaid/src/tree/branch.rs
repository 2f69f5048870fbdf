use super::{Node, Stop, Tree};
use crate::finding::{examine, examine_at_split};
use crate::merge::same;
use crate::statistic::Comparison;
use crate::{Data, Finding, Options, SmallGroups, Status, Table};

/// Examines each predictor in a node and decides whether, and on which, it is split.
pub(super) fn choose(node: &mut Node, tables: &[Table], comparison: &Comparison, options: &Options) {
    let examined = tables.iter().enumerate();
    node.candidates =
        examined.map(|(predictor, table)| examine(predictor, table, comparison, options)).collect();
    let tested = || node.candidates.iter().enumerate().filter(|(_, finding)| finding.tested());
    let lowest = tested().map(|(_, finding)| finding.ln_p_adjusted).fold(f64::INFINITY, f64::min);
    let mut equal =
        tested().filter(|(_, finding)| same(finding.ln_p_adjusted, lowest)).map(|(position, _)| position);
    let Some(best) = equal.next() else {
        let small = node.candidates.iter().any(|finding| finding.status == Status::SmallGroups);
        node.stop = Some(if small { Stop::MinChild } else { Stop::NoPredictor });
        return;
    };
    node.tied = equal.collect();
    node.best = Some(best);
    if node.candidates[best].significant() && options.small == SmallGroups::AtSplit {
        node.candidates[best] = examine_at_split(best, &tables[best], comparison, options);
    }
    node.stop = stop(&node.candidates[best]);
}

fn stop(finding: &Finding) -> Option<Stop> {
    match finding.status {
        Status::Significant => None,
        Status::SmallGroups => Some(Stop::MinChild),
        _ => Some(Stop::NotSignificant),
    }
}

/// Moves each row of a node that was split to the child whose group has its category. A row whose category is
/// missing stays where no group took the missing category.
pub(super) fn send_rows(data: &Data<'_>, nodes: &[Node], first_child: usize, node_of_row: &mut [u32]) {
    let routes: Vec<Option<Route>> =
        nodes[..first_child].iter().map(|node| route(data, nodes, node, first_child)).collect();
    if routes.iter().all(Option::is_none) {
        return;
    }
    for (row, node) in node_of_row.iter_mut().enumerate().filter(|(_, node)| **node != Tree::NOWHERE) {
        let Some(Some(route)) = routes.get(*node as usize) else { continue };
        let code = data.predictors[route.predictor]
            .codes
            .get(row)
            .map_or(route.children.len() - 1, |code| code as usize);
        *node = route.children[code].unwrap_or(*node);
    }
}

/// Where the rows of a node go.
struct Route {
    predictor: usize,
    /// Child of each category, the missing one last.
    children: Vec<Option<u32>>,
}

fn route(data: &Data<'_>, nodes: &[Node], node: &Node, first_child: usize) -> Option<Route> {
    let split = node.split().filter(|_| node.children.first().is_some_and(|child| *child >= first_child))?;
    let categories = data.predictors[split.predictor].categories;
    let mut children = vec![None; categories + 1];
    for child in node.children.iter().filter_map(|child| nodes.get(*child)) {
        let Some(group) = &child.group else { continue };
        let missing = group.missing.then_some(categories);
        for category in group.categories.iter().copied().chain(missing) {
            children[category] = Some(child.id as u32);
        }
    }
    Some(Route { predictor: split.predictor, children })
}
