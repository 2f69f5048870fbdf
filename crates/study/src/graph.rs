use crate::StudyError;
use crate::tables::Maker;
use crate::text::Place;
use std::collections::{BTreeMap, BTreeSet};
use terms::TableName;

/// Something that is made: from the tables that it reads, the tables that it writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Name: of the source, the round, the matching, `audit`, or the model's table.
    pub name: String,
    /// What it is.
    pub kind: StepKind,
    /// Tables of other steps that it reads, by name, each once.
    pub reads: Vec<TableName>,
    /// Tables that it makes.
    pub writes: Vec<TableName>,
}

/// What a step is; the number is its place in the study's list of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A source: `staging.<name>`, `origin.<name>` and, if it identifies persons, `identity.<name>`.
    Source(usize),
    /// A round: `cleaning.<name>`, `identity.<name>`.
    Round(usize),
    /// A matching: `linkage.<name>`, `linkage.<name>_candidates`, `linkage.<name>_unmatched`.
    Matching(usize),
    /// The tables `audit.decisions`, `audit.waterfall`, `audit.quarantine`, `audit.files`.
    Audit,
    /// A model.
    Model(usize),
    /// An appendix.
    Appendix(usize),
}

/// The steps in the order of [`Study::steps`](crate::Study::steps); `tables` are what each maker reads.
pub(crate) fn order(
    makers: &[Maker],
    writers: &BTreeMap<TableName, usize>,
    tables: &[BTreeMap<TableName, Place>],
    faults: &mut Vec<StudyError>,
) -> Vec<Step> {
    let needs: Vec<BTreeSet<usize>> = tables
        .iter()
        .map(|read| read.keys().filter_map(|table| writers.get(table).copied()).collect())
        .collect();
    let mut waiting: BTreeSet<usize> = (0..makers.len()).collect();
    let mut steps = Vec::new();
    while let Some(first) = waiting.first().copied() {
        let ready = waiting.iter().copied().find(|index| needs[*index].is_disjoint(&waiting));
        if let Some(index) = ready {
            waiting.remove(&index);
            steps.extend(step(&makers[index], &tables[index]));
        } else {
            let circle = circle(first, &needs, &waiting);
            faults.push(explain(&circle, makers, writers, tables));
            circle.iter().for_each(|index| _ = waiting.remove(index));
        }
    }
    steps
}

fn step(maker: &Maker, tables: &BTreeMap<TableName, Place>) -> Option<Step> {
    Some(Step {
        name: maker.name.clone(),
        kind: maker.kind?,
        reads: tables.keys().cloned().collect(),
        writes: maker.writes.clone(),
    })
}

/// Makers of which each needs the next and the last needs the first, beginning with the one declared first.
/// Everything that waits needs something that waits.
fn circle(first: usize, needs: &[BTreeSet<usize>], waiting: &BTreeSet<usize>) -> Vec<usize> {
    let mut path = vec![first];
    while let Some(next) = path.last().and_then(|last| needs[*last].intersection(waiting).next()) {
        if let Some(start) = path.iter().position(|index| index == next) {
            path.drain(..start);
            break;
        }
        path.push(*next);
    }
    let least = path.iter().enumerate().min_by_key(|(_, index)| **index).map_or(0, |(position, _)| position);
    path.rotate_left(least);
    path
}

fn explain(
    circle: &[usize],
    makers: &[Maker],
    writers: &BTreeMap<TableName, usize>,
    tables: &[BTreeMap<TableName, Place>],
) -> StudyError {
    let nexts = circle.iter().cycle().skip(1);
    let reads = circle.iter().zip(nexts).map(|(index, next)| {
        let read = tables[*index].iter().find(|(table, _)| writers.get(*table) == Some(next));
        (&makers[*index], read)
    });
    let mut chain = String::new();
    let mut place = makers[circle[0]].place.clone();
    for (position, (maker, read)) in reads.enumerate() {
        let Some((table, at)) = read else { continue };
        if position == 0 {
            place = at.clone();
            chain.push_str(&maker.name);
        } else {
            chain.push_str(", which");
        }
        chain.push_str(&format!(" reads {table} ({})", at.short()));
    }
    StudyError::Table(
        place.fault(
            format!("a table is made from itself: {chain}"),
            "break the circle at one of these places",
        ),
    )
}
