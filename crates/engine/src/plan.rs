//! A study planned without data: every query against the columns that it will meet.

use crate::error::EngineError;
use crate::examples;
use crate::session::{Resources, register, register_local, session};
use crate::sql;
use crate::steps::verdicts::SET;
use crate::steps::{audit, check, matching};
use crate::unit::{self, UnitResult};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::datasource::empty::EmptyTable;
use datafusion::prelude::{DataFrame, SessionContext};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use study::{Check, Matching, Model, Round, Source, SqlFile, StepKind, Study, StudyError};
use terms::{Sensitivity, TableName};

/// What was planned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Planned {
    /// Queries that were planned.
    pub queries: usize,
    /// Examples of rule documents that were run.
    pub examples: usize,
}

/// Plans every query of a study and runs the examples of its rule documents, without reading any data.
///
/// # Errors
/// All faults of the study's SQL and documents that were found, each at its place.
pub async fn plan(study: &Study) -> Result<Planned, EngineError> {
    let mut planner = Planner::new(study)?;
    planner.all().await?;
    if planner.faults.is_empty() { Ok(planner.planned) } else { Err(EngineError::Study(planner.faults)) }
}

pub(crate) struct Planner<'a> {
    pub(crate) study: &'a Study,
    pub(crate) context: SessionContext,
    pub(crate) schemas: BTreeMap<String, SchemaRef>,
    pub(crate) faults: Vec<StudyError>,
    /// What unit tests gave, where they are run.
    pub(crate) units: Option<Vec<UnitResult>>,
    faulty: BTreeSet<String>,
    pub(crate) planned: Planned,
}

impl<'a> Planner<'a> {
    /// A planner that knows no tables yet.
    pub(crate) fn new(study: &'a Study) -> Result<Self, EngineError> {
        Ok(Self {
            study,
            context: session(Resources::default(), &std::env::temp_dir())?,
            schemas: BTreeMap::new(),
            faults: Vec::new(),
            units: None,
            faulty: BTreeSet::new(),
            planned: Planned::default(),
        })
    }

    /// Plans everything of the study, in the order in which it is made.
    pub(crate) async fn all(&mut self) -> Result<(), EngineError> {
        let study = self.study;
        for step in study.steps() {
            match step.kind {
                StepKind::Source(i) => self.source(&study.sources[i])?,
                StepKind::Round(i) => self.round(&study.rounds[i]).await?,
                StepKind::Matching(i) => self.matching(&study.matchings[i]).await?,
                StepKind::Audit => self.audit()?,
                StepKind::Model(i) => self.model(&study.models[i]).await?,
                StepKind::Appendix(i) => {
                    let appendix = &study.appendices[i];
                    self.model(&appendix.model).await?;
                    self.presentation(appendix);
                }
            }
        }
        for (name, schema) in check::local_schemas() {
            self.know_local(name, &schema)?;
        }
        for check in &study.checks {
            self.check(check).await?;
        }
        Ok(())
    }

    fn know(&mut self, name: TableName, schema: SchemaRef) -> Result<(), EngineError> {
        register(&self.context, &name, empty(&schema))?;
        self.schemas.insert(name.to_string(), schema);
        Ok(())
    }

    fn know_local(&mut self, name: &str, schema: &SchemaRef) -> Result<(), EngineError> {
        register_local(&self.context, name, empty(schema))?;
        self.schemas.insert(name.to_owned(), schema.clone());
        Ok(())
    }

    /// Columns of a table that is known; none of one that is not.
    pub(crate) fn schema(&self, name: &TableName) -> SchemaRef {
        self.schemas.get(&name.to_string()).cloned().unwrap_or_else(|| Arc::new(Schema::empty()))
    }

    /// A query over the tables that are known.
    pub(crate) async fn query_plan(&self, sql: &SqlFile) -> Result<DataFrame, EngineError> {
        sql::query(&self.context, sql, &self.study.parameters).await
    }

    /// Plans a query; its output columns, or none if it has faults, which are kept.
    async fn query(&mut self, sql: &SqlFile) -> Result<Option<DataFrame>, EngineError> {
        if sql.reads.iter().any(|read| self.faulty.contains(&read.table)) {
            return Ok(None);
        }
        self.planned.queries += 1;
        let planned = self.sound(sql).await;
        let planned = self.keep(planned)?;
        if planned.is_some() && self.units.is_some() {
            unit::run(self, sql).await?;
        }
        Ok(planned)
    }

    /// The plan of a query. Types are only settled by the analyzer, so it is optimised before it counts as sound.
    async fn sound(&self, sql: &SqlFile) -> Result<DataFrame, EngineError> {
        let frame = self.query_plan(sql).await?;
        frame.clone().into_optimized_plan().map_err(|error| sql::fault(sql, &error))?;
        Ok(frame)
    }

    /// Plans a check; faults of one that is declared are told at its declaration, not in the query that is made of it.
    async fn check(&mut self, check: &Check) -> Result<(), EngineError> {
        let Some(declared) = &check.declared else { return self.query(&check.sql).await.map(|_| ()) };
        if check.sql.reads.iter().any(|read| self.faulty.contains(&read.table)) {
            return Ok(());
        }
        self.planned.queries += 1;
        let faults = check::faults(declared, &|table| self.schema(table));
        if !faults.is_empty() {
            self.faults.extend(faults);
        } else if let Err(error) = self.sound(&check.sql).await {
            let EngineError::Study(faults) = error else { return Err(error) };
            let at_declaration = |fault: &StudyError| {
                let help = "the columns do not fit what is declared of them";
                StudyError::Yaml(declared.spot.fault(fault.fault().message.clone(), help))
            };
            self.faults.extend(faults.iter().map(at_declaration));
        }
        Ok(())
    }

    fn keep<T>(&mut self, result: Result<T, EngineError>) -> Result<Option<T>, EngineError> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(EngineError::Study(faults)) => {
                self.faults.extend(faults);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The tables of a source.
    pub(crate) fn source(&mut self, source: &Source) -> Result<(), EngineError> {
        let columns = ingest::column_schema(&source.contract);
        let name = &source.contract.name;
        let of = |identifying: bool| -> SchemaRef {
            let fields = columns.iter().filter(|(_, _, s)| (*s == Sensitivity::Identifying) == identifying);
            let fields = fields.map(|(name, kind, _)| Field::new(name, kind.clone(), true));
            Arc::new(Schema::new(std::iter::once(text("row_id")).chain(fields).collect::<Vec<_>>()))
        };
        self.know(table("staging", name)?, of(false))?;
        if source.has_identity() {
            self.know(table("identity", name)?, of(true))?;
        }
        let number = |name: &str| Field::new(name, DataType::Int64, true);
        let places = [number("line"), number("byte_offset"), number("byte_length")];
        let origin =
            [text("row_id"), text("file"), text("sheet")].into_iter().chain(places).collect::<Vec<_>>();
        self.know(table("origin", name)?, Arc::new(Schema::new(origin)))
    }

    /// The audit tables that models can read.
    pub(crate) fn audit(&mut self) -> Result<(), EngineError> {
        for (name, schema) in audit::schemas()? {
            self.know(table("audit", name)?, schema)?;
        }
        Ok(())
    }

    /// The local tables of a round's rules; the columns of its records.
    pub(crate) fn enter_round(&mut self, round: &Round) -> Result<SchemaRef, EngineError> {
        let mut fields: Vec<Field> =
            self.schema(&round.base).fields().iter().map(|f| f.as_ref().clone()).collect();
        if round.population.initial.is_some() {
            fields.push(text(&round.population.column));
        }
        let records: SchemaRef = Arc::new(Schema::new(fields));
        let identities = self.schema(&table("identity", round.base.table())?);
        self.know_local("records", &records)?;
        if !identities.fields().is_empty() {
            self.know_local("identities", &identities)?;
        }
        Ok(records)
    }

    /// The tables that a round leaves; it was entered before.
    pub(crate) fn leave_round(&mut self, round: &Round, records: SchemaRef) -> Result<(), EngineError> {
        self.know(table("cleaning", &round.name)?, records)?;
        let identities = self.schema(&table("identity", round.base.table())?);
        if !identities.fields().is_empty() {
            self.know(table("identity", &round.name)?, identities)?;
        }
        Ok(())
    }

    async fn round(&mut self, round: &Round) -> Result<(), EngineError> {
        let records = self.enter_round(round)?;
        for rule in &round.rules {
            if let Some(frame) = self.query(&rule.sql).await? {
                let columns = frame.schema().as_arrow().clone();
                let shape = verdict_shape(&rule.sql, &columns, &records);
                if self.keep(shape)?.is_some() {
                    self.planned.examples += rule.document.examples.len();
                    examples::run(self, rule).await?;
                }
            }
        }
        self.leave_round(round, records)
    }

    /// The local tables of a matching's passes.
    pub(crate) fn enter_matching(&mut self, matching: &Matching) -> Result<(), EngineError> {
        let (left, right) = (self.schema(&matching.left), self.schema(&matching.right));
        self.know_local("open_left", &left)?;
        self.know_local("open_right", &right)
    }

    /// The tables that a matching leaves.
    pub(crate) fn leave_matching(&mut self, matching: &Matching) -> Result<(), EngineError> {
        for (suffix, schema) in matching::schemas(matching)? {
            self.know(table("linkage", &format!("{}{suffix}", matching.name))?, schema)?;
        }
        Ok(())
    }

    async fn matching(&mut self, matching: &Matching) -> Result<(), EngineError> {
        self.enter_matching(matching)?;
        for pass in &matching.passes {
            if let Some(frame) = self.query(&pass.sql).await? {
                let shape =
                    has_columns(&pass.sql, frame.schema().as_arrow(), &["left_id", "right_id", "reason"]);
                self.keep(shape)?;
            }
        }
        self.leave_matching(matching)
    }

    async fn model(&mut self, model: &Model) -> Result<(), EngineError> {
        let Some(frame) = self.query(&model.sql).await? else {
            // Queries that read it would only repeat the fault.
            self.faulty.insert(model.table.to_string());
            return Ok(());
        };
        let order = sql::sorted_by(&model.sql, frame.logical_plan()).map(|_| ());
        self.keep(order)?;
        let types = sql::plain_types(&model.sql, frame.logical_plan());
        if self.keep(types)?.is_none() {
            self.faulty.insert(model.table.to_string());
        }
        self.made(&model.table, &frame)
    }

    /// The table that a query makes.
    pub(crate) fn made(&mut self, table: &TableName, frame: &DataFrame) -> Result<(), EngineError> {
        self.know(table.clone(), crate::encode::stored_schema(frame.schema().as_arrow()))
    }

    /// Columns that a presentation names must be columns of the query.
    fn presentation(&mut self, appendix: &study::Appendix) {
        let shown = appendix.presentation.columns.iter().map(|column| column.name.as_str());
        let missing = self.missing(&appendix.model.table, shown);
        if !missing.is_empty() {
            self.presentation_fault(
                appendix,
                format!("the presentation shows {missing}, which the query does not return"),
            );
        }
        if let Some(drawing) = &appendix.presentation.drawing {
            let missing = self.missing(drawing.from(), drawing.columns().into_iter());
            if !missing.is_empty() {
                let from = drawing.from();
                self.presentation_fault(
                    appendix,
                    format!("the drawing needs {missing}, which {from} does not have"),
                );
            }
        }
    }

    /// Those of the names that are no columns of a table; none of a table whose query has faults itself.
    fn missing<'n>(&self, table: &TableName, names: impl Iterator<Item = &'n str>) -> String {
        let schema = self.schema(table);
        let missing = names.filter(|name| !schema.fields().is_empty() && schema.index_of(name).is_err());
        missing.collect::<Vec<_>>().join(", ")
    }

    fn presentation_fault(&mut self, appendix: &study::Appendix, message: String) {
        let help = "return the column, or leave it out of the YAML";
        if let EngineError::Study(faults) = sql::shape_fault(&appendix.model.sql, message, help) {
            self.faults.extend(faults);
        }
    }
}

fn verdict_shape(sql: &SqlFile, columns: &Schema, records: &Schema) -> Result<(), EngineError> {
    has_columns(sql, columns, &["row_id", "verb", "survivor_id", "reason"])?;
    let set = columns.fields().iter().filter_map(|field| field.name().strip_prefix(SET));
    match set.into_iter().find(|column| records.index_of(column).is_err()) {
        None => Ok(()),
        Some(unknown) => {
            let known: Vec<&str> = records.fields().iter().map(|field| field.name().as_str()).collect();
            Err(sql::shape_fault(
                sql,
                format!("{SET}{unknown} sets no column of records"),
                &format!("columns are {}", known.join(", ")),
            ))
        }
    }
}

fn has_columns(sql: &SqlFile, columns: &Schema, wanted: &[&str]) -> Result<(), EngineError> {
    match wanted.iter().find(|name| columns.index_of(name).is_err()) {
        None => Ok(()),
        Some(missing) => {
            let help = format!("return the columns {}", wanted.join(", "));
            Err(sql::shape_fault(sql, format!("the query has no column {missing}"), &help))
        }
    }
}

fn empty(schema: &SchemaRef) -> Arc<dyn TableProvider> {
    Arc::new(EmptyTable::new(schema.clone()))
}

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn table(schema: &str, name: &str) -> Result<TableName, EngineError> {
    Ok(TableName::new(schema, name)?)
}
