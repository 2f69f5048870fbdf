//! Column lineage of a round: its base and deliveries, what rules set, and what they decide by.

use super::origin::{Locals, Origin, Sources, Stop, origins};
use crate::error::EngineError;
use crate::plan::Planner;
use crate::steps::review::OTHER;
use crate::steps::round::RoundTables;
use crate::steps::verdicts::SET;
use std::collections::BTreeMap;
use study::{Round, Rule};
use terms::{ColumnEdge, TableName};

/// The edges of `cleaning.<round>` and `identity.<round>`; the round's local tables are known to the session.
pub(super) async fn edges(planner: &Planner<'_>, round: &Round) -> Result<Vec<ColumnEdge>, Stop> {
    let tables = RoundTables::of(round)?;
    let identities = identities(planner, round)?;
    let mut records = Records::start(planner, round);
    for rule in &round.rules {
        let locals = Locals::from([("records", records.seen()), ("identities", identities.clone())]);
        let verdicts = origins(planner.query_plan(&rule.sql).await?.logical_plan(), &locals)?;
        records.judge(planner, rule, &verdicts.into_iter().collect());
        if let Some(review) = &round.review {
            // A verdict that a reviewer rejects is not applied; a review with an `other` is of no verdict.
            let has_other = planner.schema(review).index_of(OTHER).is_ok();
            let said = ["rule", "record", "verdict"].into_iter().chain(has_other.then_some(OTHER));
            records.decided.extend(said.map(|column| (review.clone(), column.to_owned())));
        }
    }
    let mut edges = Vec::new();
    for (name, origin) in &records.seen() {
        edges.extend(origin.edges(&tables.cleaning, name));
    }
    let kept: Sources = records.seen().get("row_id").into_iter().flat_map(Origin::all).collect();
    for (name, origin) in identities.iter() {
        let mut origin = origin.clone();
        origin.influences.extend(kept.iter().cloned());
        origin.influences.extend(identities.get("row_id").into_iter().flat_map(Origin::all));
        edges.extend(origin.edges(&tables.identity, name));
    }
    Ok(edges)
}

/// The records while rules are applied.
struct Records {
    columns: BTreeMap<String, Origin>,
    /// What decided which records there are, and which verdict they got.
    decided: Sources,
}

impl Records {
    /// The base; the population column that a base does not have yet comes from nowhere.
    fn start(planner: &Planner<'_>, round: &Round) -> Self {
        let base = planner.schema(&round.base);
        let own = |name: &String| (name.clone(), Origin::column(&round.base, name));
        let mut columns: BTreeMap<_, _> = base.fields().iter().map(|field| own(field.name())).collect();
        columns.entry(round.population.column.clone()).or_default();
        Self { columns, decided: Sources::new() }
    }

    /// The columns as a rule sees them.
    fn seen(&self) -> BTreeMap<String, Origin> {
        let mut columns = self.columns.clone();
        columns.values_mut().for_each(|origin| origin.influences.extend(self.decided.iter().cloned()));
        columns
    }

    /// Applies the verdicts of a rule, which come from these columns.
    fn judge(&mut self, planner: &Planner<'_>, rule: &Rule, verdicts: &BTreeMap<String, Origin>) {
        for (name, origin) in &mut self.columns {
            if let Some(set) = verdicts.get(&format!("{SET}{name}")) {
                origin.add(set);
            }
            if let Some(delivery) = &rule.adds_from
                && planner.schema(delivery).index_of(name).is_ok()
            {
                origin.add(&Origin::column(delivery, name));
            }
        }
        for deciding in ["row_id", "verb"] {
            self.decided.extend(verdicts.get(deciding).into_iter().flat_map(Origin::all));
        }
    }
}

/// The columns of `identities`: those of the base's identities, from the base and every delivery.
fn identities(planner: &Planner<'_>, round: &Round) -> Result<BTreeMap<String, Origin>, EngineError> {
    let mut columns = BTreeMap::<String, Origin>::new();
    let deliveries = round.rules.iter().filter_map(|rule| rule.adds_from.as_ref());
    let base = TableName::new("identity", round.base.table())?;
    for field in planner.schema(&base).fields() {
        columns.insert(field.name().clone(), Origin::column(&base, field.name()));
    }
    for delivery in deliveries {
        let identity = TableName::new("identity", delivery.table())?;
        let schema = planner.schema(&identity);
        for (name, origin) in columns.iter_mut().filter(|(name, _)| schema.index_of(name).is_ok()) {
            origin.add(&Origin::column(&identity, name));
        }
    }
    Ok(columns)
}
