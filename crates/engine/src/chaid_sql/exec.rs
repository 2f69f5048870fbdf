//! The physical node: each partition of its input is counted by a task of its own, then tests.

use super::cases::Cases;
use super::counts::Counts;
use super::grow::grow;
use super::node::{Analysis, ChaidNode, Spec};
use super::tables::screen;
use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::runtime::SpawnedTask;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{internal_err, plan_err};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::context::QueryPlanner;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{LogicalPlan, UserDefinedLogicalNode};
use datafusion::physical_expr::EquivalenceProperties;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PhysicalExpr,
    PlanProperties,
};
use datafusion::physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner};
use futures::StreamExt;
use std::fmt;
use std::sync::Arc;

/// DataFusion's planner, which also knows [`ChaidNode`].
#[derive(Debug)]
pub(super) struct Planner;

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(
        &self,
        plan: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let planner = DefaultPhysicalPlanner::with_extension_planners(vec![Arc::new(Planner)]);
        planner.create_physical_plan(plan, session).await
    }
}

#[async_trait]
impl ExtensionPlanner for Planner {
    async fn plan_extension(
        &self,
        _planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _logical_inputs: &[&LogicalPlan],
        physical_inputs: &[Arc<dyn ExecutionPlan>],
        _session: &dyn Session,
        _context: &datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        match (node.as_any().downcast_ref::<ChaidNode>(), physical_inputs) {
            (Some(node), [_]) if !node.spec().open.is_empty() => {
                let open: Vec<&str> = node.spec().open.iter().map(|(name, _)| name.as_str()).collect();
                plan_err!("chaid, option {}: its parameter has no value", open.join(", "))
            }
            (Some(node), [input]) => Ok(Some(Arc::new(ChaidExec::new(input.clone(), node.spec().clone())))),
            _ => Ok(None),
        }
    }
}

/// Analyses all partitions of its input and gives one.
#[derive(Debug)]
struct ChaidExec {
    input: Arc<dyn ExecutionPlan>,
    spec: Arc<Spec>,
    properties: Arc<PlanProperties>,
}

impl ChaidExec {
    fn new(input: Arc<dyn ExecutionPlan>, spec: Arc<Spec>) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(spec.analysis.schema()),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        Self { input, spec, properties: Arc::new(properties) }
    }
}

impl DisplayAs for ChaidExec {
    fn fmt_as(&self, _form: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChaidExec: {}", self.spec)
    }
}

impl ExecutionPlan for ChaidExec {
    fn name(&self) -> &'static str {
        "ChaidExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match children.pop() {
            Some(input) if children.is_empty() => Ok(Arc::new(Self::new(input, self.spec.clone()))),
            _ => internal_err!("ChaidExec has one input"),
        }
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        if partition > 0 {
            return internal_err!("ChaidExec gives one partition, not {partition}");
        }
        let (spec, threads) = (self.spec.clone(), context.session_config().target_partitions().max(1));
        let mut parts = Vec::new();
        for partition in 0..self.input.output_partitioning().partition_count() {
            let reserved =
                MemoryConsumer::new(format!("ChaidExec[{partition}]")).register(context.memory_pool());
            parts.push((self.input.execute(partition, context.clone())?, reserved));
        }
        let empty = Part::new(&spec, &self.input.schema())?;
        let schema: SchemaRef = spec.analysis.schema();
        let result = async move {
            let tasks = parts
                .into_iter()
                .map(|(rows, reserved)| SpawnedTask::spawn(part(rows, reserved, spec.clone())));
            let tasks: Vec<_> = tasks.collect();
            let (mut whole, mut reserved) = (empty, Vec::new());
            for task in tasks {
                let (part, memory) = task.join_unwind().await.map_err(failed)??;
                whole = whole.with(part, &spec)?;
                reserved.push(memory);
            }
            SpawnedTask::spawn_blocking(move || whole.analysed(&spec, threads))
                .join_unwind()
                .await
                .map_err(failed)?
        };
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, futures::stream::once(result))))
    }
}

fn failed(error: tokio::task::JoinError) -> DataFusionError {
    DataFusionError::ExecutionJoin(Box::new(error))
}

/// Takes in the rows of one partition.
async fn part(
    mut rows: SendableRecordBatchStream,
    reserved: MemoryReservation,
    spec: Arc<Spec>,
) -> Result<(Part, MemoryReservation)> {
    let mut part = Part::new(&spec, &rows.schema())?;
    while let Some(batch) = rows.next().await {
        part.add(&batch?, &spec)?;
        reserved.try_resize(part.size())?;
    }
    Ok((part, reserved))
}

/// What is kept of some of the rows.
enum Part {
    Counts(Counts),
    Cases(Cases),
}

impl Part {
    fn new(spec: &Spec, schema: &Schema) -> Result<Self> {
        Ok(match spec.analysis {
            Analysis::Screen => Part::Counts(Counts::new(spec, schema)?),
            Analysis::Tree => Part::Cases(Cases::new(spec, schema)?),
        })
    }

    fn add(&mut self, batch: &RecordBatch, spec: &Spec) -> Result<()> {
        match self {
            Part::Counts(counts) => counts.add(spec, batch),
            Part::Cases(cases) => cases.add(spec, batch),
        }
    }

    /// This part and another of the same analysis.
    fn with(mut self, other: Part, spec: &Spec) -> Result<Self> {
        match (&mut self, other) {
            (Part::Counts(counts), Part::Counts(other)) => counts.merge(spec, &other)?,
            (Part::Cases(cases), Part::Cases(other)) if cases.rows == 0 => *cases = other,
            (Part::Cases(cases), Part::Cases(other)) => cases.merge(spec, other)?,
            _ => return internal_err!("parts of different analyses"),
        }
        Ok(self)
    }

    fn size(&self) -> usize {
        match self {
            Part::Counts(counts) => counts.size(),
            Part::Cases(cases) => cases.size(),
        }
    }

    fn analysed(&self, spec: &Spec, threads: usize) -> Result<RecordBatch> {
        match self {
            Part::Counts(counts) => screen(counts, spec),
            Part::Cases(cases) => grow(cases, spec, threads),
        }
    }
}
