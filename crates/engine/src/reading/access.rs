//! Who may see which tables and columns.

use crate::columns::stored_columns;
use crate::error::EngineError;
use arrow::datatypes::Schema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use terms::{ColumnEdge, ColumnRole, Manifest, TableName};
use warehouse::Warehouse;

/// Schema of the columns that identify.
const IDENTITY: &str = "identity";
/// Schema of the printed tables.
const APPENDIX: &str = "appendix";
/// Schemas of deliveries as they were read, in which contracts leave no column that identifies.
const DELIVERED: [&str; 2] = ["staging", "origin"];

/// How much of a run a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Every table.
    Everything,
    /// No column that identifies, nor one that is computed from such a column; no text that may quote a delivery; no
    /// lineage of rows. Printed tables are there whole.
    WithoutIdentity,
    /// The printed tables.
    Printed,
}

/// Columns of audit tables in which neither a delivery's text nor a rule's words about a record can stand.
///
/// Not here: the evidence and the reason of decisions and of what is open for review, the value, the reason and the raw text in quarantine, which rules
/// and deliveries fill; `audit.lineage`; tables of single rounds, which the whole tables hold too.
const AUDIT: [(&str, &[&str]); 10] = [
    ("runs", &["*"]),
    ("steps", &["*"]),
    ("checks", &["*"]),
    ("waterfall", &["*"]),
    ("files", &["*"]),
    ("column_lineage", &["*"]),
    ("decisions", DECIDED),
    ("open_reviews", OPEN),
    ("quarantine", REFUSED),
    ("queries", &[]),
];

const DECIDED: &[&str] = &[
    "run",
    "round_no",
    "round",
    "step",
    "rule",
    "row_id",
    "verb",
    "survivor_id",
    "population_from",
    "population_to",
    "applied",
    "decided_by",
];

const OPEN: &[&str] = &[
    "run",
    "kind",
    "name",
    "step",
    "rule",
    "record",
    "record_table",
    "other",
    "other_table",
    "verb",
    "outcome",
];

const REFUSED: &[&str] = &["run", "source", "file", "sheet", "line", "column", "reason_code"];

/// What column lineage says of a run.
#[derive(Debug, Default)]
pub(super) struct Traced {
    /// Columns whose values are computed from a column of schema `identity`, in however many steps.
    identifying: BTreeSet<(TableName, String)>,
    /// Tables whose columns were followed.
    followed: BTreeSet<TableName>,
}

impl Traced {
    /// Reads the lineage that a run stored; without it nothing was followed.
    pub(super) fn of(warehouse: &Warehouse, run: &Manifest) -> Result<Self, EngineError> {
        Ok(stored_columns(warehouse, run)?.map(|edges| Self::from(&edges)).unwrap_or_default())
    }

    fn from(edges: &[ColumnEdge]) -> Self {
        let mut made_of = BTreeMap::<(&TableName, &str), Vec<(&TableName, &str)>>::new();
        for edge in edges.iter().filter(|edge| edge.role == ColumnRole::Value) {
            let made = made_of.entry((&edge.input_table, &edge.input_column)).or_default();
            made.push((&edge.output_table, &edge.output_column));
        }
        let mut identifying = BTreeSet::new();
        let mut open: Vec<(&TableName, &str)> =
            made_of.keys().filter(|(table, _)| table.schema() == IDENTITY).copied().collect();
        while let Some(column) = open.pop() {
            for made in made_of.get(&column).into_iter().flatten() {
                if identifying.insert((made.0.clone(), made.1.to_owned())) {
                    open.push(*made);
                }
            }
        }
        Self { identifying, followed: edges.iter().map(|edge| edge.output_table.clone()).collect() }
    }

    /// Whether the column may be shown without identity.
    fn clears(&self, table: &TableName, column: &str) -> bool {
        self.followed.contains(table) && !self.identifying.contains(&(table.clone(), column.to_owned()))
    }
}

impl Access {
    /// Whether there can be a readable column in a table of this schema.
    pub(super) fn enters(self, schema: &str) -> bool {
        match self {
            Access::Everything => true,
            Access::WithoutIdentity => schema != IDENTITY && schema != "checks",
            Access::Printed => schema == APPENDIX,
        }
    }

    /// Places of the columns of a table that may be read; none: the table is not there.
    ///
    /// `stored` is the table, `name` the name under which a session would know it.
    pub(super) fn columns(
        self,
        traced: &Traced,
        stored: &TableName,
        name: &str,
        columns: &Schema,
    ) -> Option<Vec<usize>> {
        if !self.enters(stored.schema()) {
            return None;
        }
        let is_read = |column: &str| match (self, stored.schema()) {
            (Access::Everything, _) | (_, APPENDIX) => true,
            (_, schema) if DELIVERED.contains(&schema) => true,
            (_, "audit") => is_plain(name, column),
            _ => traced.clears(stored, column),
        };
        let read: Vec<usize> = columns
            .fields()
            .iter()
            .enumerate()
            .filter(|(_, field)| is_read(field.name()))
            .map(|(at, _)| at)
            .collect();
        (!read.is_empty()).then_some(read)
    }
}

/// Whether a column of an audit table is of those that say nothing of a record but its identity.
fn is_plain(table: &str, column: &str) -> bool {
    let table = table.strip_prefix("run_").unwrap_or(table);
    let plain = AUDIT.iter().find(|(name, _)| *name == table).map(|(_, columns)| *columns);
    plain.is_some_and(|columns| columns == ["*"] || columns.contains(&column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::datatypes::{DataType, Field};

    fn table(name: &str) -> TableName {
        TableName::parse(name).unwrap()
    }

    fn edge(output: &str, input: &str, role: ColumnRole) -> ColumnEdge {
        let parts = |text: &str| {
            let (name, column) = text.rsplit_once('.').unwrap();
            (table(name), column.to_owned())
        };
        let ((output_table, output_column), (input_table, input_column)) = (parts(output), parts(input));
        ColumnEdge { output_table, output_column, input_table, input_column, role }
    }

    fn traced() -> Traced {
        Traced::from(&[
            edge("derived.member.born", "identity.members.birth_date", ColumnRole::Value),
            edge("derived.member.branch", "staging.members.branch", ColumnRole::Value),
            edge("derived.member.branch", "identity.members.card", ColumnRole::Influence),
            edge("derived.older.age", "derived.member.born", ColumnRole::Value),
            edge("derived.older.branch", "derived.member.branch", ColumnRole::Value),
            edge("appendix.ages.mean", "derived.older.age", ColumnRole::Value),
        ])
    }

    fn columns(access: Access, name: &str, of: &[&str]) -> Option<Vec<String>> {
        let fields = of.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect::<Vec<_>>();
        let schema = Schema::new(fields);
        let stored = table(name);
        let read = access.columns(&traced(), &stored, stored.table(), &schema)?;
        Some(read.into_iter().map(|at| schema.field(at).name().clone()).collect())
    }

    #[test]
    fn what_is_computed_from_identity_is_hidden_in_however_many_steps() {
        let analyst = |name, of: &[&str]| columns(Access::WithoutIdentity, name, of);
        assert_eq!(analyst("derived.member", &["born", "branch"]).unwrap(), ["branch"]);
        assert_eq!(analyst("derived.older", &["age", "branch", "count"]).unwrap(), ["branch", "count"]);
        assert_eq!(analyst("identity.members", &["card"]), None);
        assert_eq!(analyst("derived.never_followed", &["branch"]), None);
        assert_eq!(analyst("checks.odd", &["branch"]), None);
        assert_eq!(analyst("appendix.ages", &["mean"]).unwrap(), ["mean"]);
        assert_eq!(analyst("staging.members", &["branch", "remark"]).unwrap(), ["branch", "remark"]);
    }

    #[test]
    fn audit_tables_are_read_without_quotations() {
        let analyst = |name, of: &[&str]| columns(Access::WithoutIdentity, name, of);
        let quarantine = analyst("audit.quarantine", &["file", "line", "value", "reason", "raw"]);
        assert_eq!(quarantine.unwrap(), ["file", "line"]);
        assert_eq!(analyst("audit.decisions", &["rule", "row_id", "evidence"]).unwrap(), ["rule", "row_id"]);
        let open = analyst("audit.open_reviews", &["record", "other", "outcome", "reason", "evidence"]);
        assert_eq!(open.unwrap(), ["record", "other", "outcome"]);
        for hidden in ["audit.queries", "audit.lineage", "audit.round_1_decisions", "audit.unheard_of"] {
            assert_eq!(analyst(hidden, &["text", "rule"]), None, "{hidden}");
        }
    }

    #[test]
    fn the_public_sees_printed_tables_and_the_auditor_all() {
        for (name, printed) in [("appendix.ages", true), ("derived.older", false), ("audit.runs", false)] {
            assert_eq!(columns(Access::Printed, name, &["branch"]).is_some(), printed, "{name}");
            assert!(columns(Access::Everything, name, &["branch"]).is_some());
        }
        assert!(columns(Access::Everything, "identity.members", &["card"]).is_some());
    }
}
