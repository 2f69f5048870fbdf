use std::collections::BTreeMap;
use study::{Matching, Model, Round, Source, SqlFile, Step, StepKind, Study};
use terms::{ColumnEdge, Manifest, NodeRecord, ObjectHash, TableName};

/// Everything about a run that others are told: never a value of a row.
pub struct Described<'a> {
    /// What the run was.
    pub run: &'a Manifest,
    /// SHA-256 of its manifest file: all identifiers of the run are derived from it.
    pub manifest: &'a ObjectHash,
    /// The study that it ran, the same but for comments and layout, with the values that its parameters had in the run.
    pub study: &'a Study,
    /// Columns of its stored tables, in order.
    pub columns: BTreeMap<TableName, Vec<TableColumn>>,
    /// From which columns each column is made, in order.
    pub lineage: Vec<ColumnEdge>,
}

/// A column of a stored table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// Its type, as the reader of the table names it.
    pub kind: String,
}

/// What a step of a study is, with its definition.
#[derive(Clone, Copy)]
pub(crate) enum Definition<'a> {
    Source(&'a Source),
    Round(&'a Round),
    Matching(&'a Matching),
    Audit,
    Model(&'a Model),
    Appendix(&'a study::Appendix),
    /// The last step of a run: the column lineage of all others.
    ColumnLineage,
}

impl<'a> Definition<'a> {
    /// The kind of step, in one word.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Definition::Source(_) => "source",
            Definition::Round(_) => "round",
            Definition::Matching(_) => "matching",
            Definition::Audit | Definition::ColumnLineage => "audit",
            Definition::Model(_) => "model",
            Definition::Appendix(_) => "appendix",
        }
    }

    /// The step's first table, or `audit`.
    fn name(self, step: &str) -> String {
        match self {
            Definition::Source(_) => format!("staging.{step}"),
            Definition::Round(_) => format!("cleaning.{step}"),
            Definition::Matching(_) => format!("linkage.{step}"),
            Definition::Audit
            | Definition::Model(_)
            | Definition::Appendix(_)
            | Definition::ColumnLineage => step.to_owned(),
        }
    }

    /// What people call it, if the study says so.
    pub(crate) fn title(self) -> Option<&'a str> {
        match self {
            Definition::Source(source) => Some(&source.title),
            Definition::Round(round) => Some(&round.title),
            Definition::Appendix(appendix) => Some(&appendix.presentation.title),
            Definition::Matching(_)
            | Definition::Audit
            | Definition::Model(_)
            | Definition::ColumnLineage => None,
        }
    }

    /// Its queries, in the order in which they are asked.
    pub(crate) fn queries(self) -> Vec<&'a SqlFile> {
        match self {
            Definition::Source(_) | Definition::Audit | Definition::ColumnLineage => Vec::new(),
            Definition::Round(round) => round.rules.iter().map(|rule| &rule.sql).collect(),
            Definition::Matching(matching) => matching.passes.iter().map(|pass| &pass.sql).collect(),
            Definition::Model(model) => vec![&model.sql],
            Definition::Appendix(appendix) => vec![&appendix.model.sql],
        }
    }
}

/// A step as it was run.
pub(crate) struct Ran<'a> {
    /// What tells it from all other steps: its table, the first of a step with several. Names of steps alone do not, as a
    /// source and a matching may have the same.
    pub(crate) name: String,
    pub(crate) node: &'a NodeRecord,
    pub(crate) definition: Definition<'a>,
    /// Tables of other steps that it reads.
    pub(crate) reads: &'a [TableName],
    /// Start and end, UTC, RFC 3339.
    pub(crate) times: (String, String),
}

impl<'a> Described<'a> {
    /// The steps of the run in their order, each with its definition.
    pub(crate) fn steps(&self) -> Vec<Ran<'a>> {
        let (study, run) = (self.study, self.run);
        let of = |node: &NodeRecord| {
            study.steps().iter().find(|step| {
                step.name == node.node && node.tables.iter().any(|table| step.writes.contains(&table.table))
            })
        };
        let times = crate::times::of_steps(run);
        let ran = run.nodes.iter().zip(times).map(|(node, times)| {
            let step = of(node);
            let definition = step.map_or(Definition::ColumnLineage, |step| definition(study, step));
            let reads = step.map_or(&[][..], |step| &step.reads);
            Ran { name: definition.name(&node.node), node, definition, reads, times }
        });
        ran.collect()
    }
}

fn definition<'a>(study: &'a Study, step: &Step) -> Definition<'a> {
    match step.kind {
        StepKind::Source(i) => Definition::Source(&study.sources[i]),
        StepKind::Round(i) => Definition::Round(&study.rounds[i]),
        StepKind::Matching(i) => Definition::Matching(&study.matchings[i]),
        StepKind::Audit => Definition::Audit,
        StepKind::Model(i) => Definition::Model(&study.models[i]),
        StepKind::Appendix(i) => Definition::Appendix(&study.appendices[i]),
    }
}
