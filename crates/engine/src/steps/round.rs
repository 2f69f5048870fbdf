//! A round: its rules one after the other, each verdict applied and recorded, the balance kept.

mod stored;

use crate::cells::text;
use crate::error::EngineError;
use crate::fingerprint::Fingerprint;
use crate::lineage::records::Deeds;
use crate::night::Night;
use crate::session::register_local;
use crate::so_far::SoFar;
use crate::spool::Spooled;
use crate::steps::changes::Changes;
use crate::steps::decisions::{Imbalance, Ledger};
use crate::steps::judgement::{Ahead, Judgement, Query, Slot, with_queries};
use crate::steps::review::{Review, Reviews};
use crate::steps::verdicts::{Known, SET, Verdicts};
use arrow::array::RecordBatch;
use datafusion::common::{JoinType, ScalarValue};
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::logical_expr::{Expr, cast, lit};
use datafusion::prelude::{DataFrame, SessionContext, ident};
use futures::StreamExt;
use std::collections::{BTreeMap, BTreeSet};
use stored::Ended;
use study::{Round, Rule};
use terms::{ObjectHash, TableName, TableRecord, Verb};

/// Table names of a round.
pub(crate) struct RoundTables {
    pub(crate) cleaning: TableName,
    pub(crate) identity: TableName,
    pub(crate) decisions: TableName,
    pub(crate) waterfall: TableName,
}

impl RoundTables {
    pub(crate) fn of(round: &Round) -> Result<Self, EngineError> {
        Ok(Self {
            cleaning: TableName::new("cleaning", &round.name)?,
            identity: TableName::new("identity", &round.name)?,
            decisions: TableName::new("audit", &format!("decisions_{}", round.name))?,
            waterfall: TableName::new("audit", &format!("waterfall_{}", round.name))?,
        })
    }
}

/// Rules, populations, parameters and the objects of all tables that are read decide a round.
pub(crate) fn fingerprint(
    known: &SoFar<'_>,
    round: &Round,
    reads: &[TableName],
) -> Result<ObjectHash, EngineError> {
    let mut parts = Fingerprint::new("round");
    parts.add("capture", known.capture.as_str());
    parts.add("round", &format!("{} {:?} {}", round.name, round.population, round.base));
    for rule in &round.rules {
        parts.add(&rule.name, &rule.sql.canonical);
        parts.add("adds from", &format!("{:?}", rule.adds_from));
        known.add_parameters(&mut parts, &rule.sql);
    }
    known.add_objects(&mut parts, reads)?;
    Ok(parts.finish())
}

/// Applies the rules and stores the tables of the round.
pub(crate) async fn run(
    night: &mut Night<'_>,
    number: usize,
    round: &Round,
    reads: &[TableName],
) -> Result<Vec<TableRecord>, EngineError> {
    let tables = RoundTables::of(round)?;
    night.open(reads)?;
    let identities = identities(night, round).await?;
    if let Some(frame) = &identities {
        register_local(&night.context, "identities", frame.clone().into_view())?;
    }
    let reviews = Reviews::load(night, round.review.as_ref()).await?;
    let imbalance = if night.study.left_out.is_empty() { Imbalance::Stops } else { Imbalance::IsShown };
    let mut ledger = Ledger::new(number, round, imbalance);
    let mut deeds = Deeds::default();
    let base = start(round, night.table(&round.base).await?)?;
    let mut state = night.settle(base).await?;
    let mut counts = populations(night, round, &state).await?;
    let slot = Slot::new(state.table.schema());
    // Where records are not held, each query is planned over the table that they are in then.
    let ahead: &[Rule] = if state.held.is_some() { &round.rules } else { &[] };
    register_local(&night.context, "records", slot.table()?)?;
    let rules = with_queries(night, ahead, async |mut ahead| {
        for (step, rule) in (1..).zip(&round.rules) {
            let query = match (ahead.next(), &state.held) {
                (Some(query), Some(records)) => {
                    slot.put(records);
                    query?
                }
                _ => {
                    ahead = Ahead::nothing();
                    register_local(&night.context, "records", state.table.clone())?;
                    Query::plan(night, rule).await?
                }
            };
            let judgement = query.ask(night).await?;
            let next =
                apply(night, round, rule, &state, &reviews, (&mut ledger, &mut deeds), (step, judgement))
                    .await?;
            state = next.unwrap_or(state);
            let after = populations(night, round, &state).await?;
            ledger.balance(step, rule, &counts, &after)?;
            counts = after;
        }
        Ok::<_, EngineError>(state)
    });
    let state = rules.await?;
    let ended = Ended { tables, state, identities, lists: ledger.finish()?, deeds };
    stored::store(night, round, ended).await
}

/// The base and every delivery that a rule adds from, each once.
pub(crate) fn origins_of(round: &Round) -> Vec<&TableName> {
    let mut tables = vec![&round.base];
    for delivery in round.rules.iter().filter_map(|rule| rule.adds_from.as_ref()) {
        if !tables.contains(&delivery) {
            tables.push(delivery);
        }
    }
    tables
}

/// The base, with the population column if the base has none yet.
pub(crate) fn start(round: &Round, base: DataFrame) -> Result<DataFrame, EngineError> {
    match &round.population.initial {
        Some(initial) => Ok(base.with_column(&round.population.column, lit(initial.as_str()))?),
        None => Ok(base),
    }
}

/// Identifying columns of the base and of every delivery that a rule adds from; none if there are none.
async fn identities(night: &mut Night<'_>, round: &Round) -> Result<Option<DataFrame>, EngineError> {
    let mut all: Option<DataFrame> = None;
    for table in origins_of(round) {
        let identity = TableName::new("identity", table.table())?;
        if night.object(&identity).is_some() {
            let frame = night.table(&identity).await?;
            all = Some(match all {
                None => frame,
                Some(all) => all.union_by_name(frame)?,
            });
        }
    }
    Ok(all)
}

/// Applies the verdicts of a rule; none if it leaves the records as they are.
async fn apply(
    night: &Night<'_>,
    round: &Round,
    rule: &Rule,
    state: &Spooled,
    reviews: &Reviews,
    (ledger, deeds): (&mut Ledger<'_>, &mut Deeds),
    (step, judgement): (i64, Judgement),
) -> Result<Option<Spooled>, EngineError> {
    let verdicts = Verdicts::read(rule, &judgement.schema, &judgement.verdicts)?;
    let schema = state.table.schema();
    let columns: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let known = known(night, round, rule, state, &verdicts).await?;
    verdicts.validate(&known, &round.population, &columns)?;
    let rejected: BTreeSet<usize> = (0..verdicts.len())
        .filter(|&i| reviews.of(&rule.name, verdicts.row_id(i)).is_some_and(Review::rejects))
        .collect();
    ledger.record(step, rule, &verdicts, &known, reviews)?;

    for i in (0..verdicts.len()).filter(|i| !rejected.contains(i)) {
        deeds.note(verdicts.row_id(i), verdicts.survivor(i), &judgement.because);
    }
    let changes = verdicts.applied(|i| !rejected.contains(&i) && verdicts.verb(i) != Verb::Add)?;
    let additions = verdicts.applied(|i| !rejected.contains(&i) && verdicts.verb(i) == Verb::Add)?;
    let changes = Changes::of(&changes)?;
    let adds_from = rule.adds_from.as_ref().filter(|_| additions.num_rows() > 0);
    if changes.is_empty() && adds_from.is_none() {
        return Ok(None);
    }
    let added = match adds_from {
        None => None,
        Some(delivery) => {
            let delivered = night.opened_table(delivery).await?;
            let records = night.context.read_table(state.table.clone())?;
            Some(added(&night.context, &records, delivered, additions, &verdicts.set_columns())?)
        }
    };
    let mut rows = night.rows(state, None).await?;
    let mut next = night.spool(&rows.schema());
    while let Some(batch) = rows.next().await.transpose()? {
        next.push(&changes.apply(&batch)?)?;
    }
    if let Some(added) = added {
        next.drain(added.execute_stream().await?).await?;
    }
    Ok(Some(next.finish()?))
}

/// Records without the merged and removed ones, with new values where a verdict gives them.
pub(crate) fn changed(
    context: &SessionContext,
    records: DataFrame,
    changes: RecordBatch,
    set: &[String],
) -> Result<DataFrame, EngineError> {
    let columns: Vec<Expr> = records
        .schema()
        .fields()
        .iter()
        .map(|field| {
            let old = ident(field.name());
            if set.contains(field.name()) {
                coalesce(vec![cast(ident(format!("{SET}{}", field.name())), field.data_type().clone()), old])
                    .alias(field.name())
            } else {
                old
            }
        })
        .collect();
    let stays =
        ident("v_verb").is_null().or(ident("v_verb").in_list(vec![lit("move"), lit("update")], false));
    let changes = context.read_batch(changes)?;
    Ok(records
        .join(changes, JoinType::Left, &["row_id"], &["v_row_id"], None)?
        .filter(stays)?
        .select(columns)?)
}

/// The added rows of a delivery in the columns of the round.
pub(crate) fn added(
    context: &SessionContext,
    records: &DataFrame,
    delivered: DataFrame,
    additions: RecordBatch,
    set: &[String],
) -> Result<DataFrame, EngineError> {
    let additions = context.read_batch(additions)?;
    let columns: Vec<Expr> = records
        .schema()
        .fields()
        .iter()
        .map(|field| {
            let name = field.name();
            let kind = field.data_type().clone();
            let delivered = match delivered.schema().has_column_with_unqualified_name(name) {
                true => cast(ident(name), kind.clone()),
                false => cast(lit(ScalarValue::Null), kind.clone()),
            };
            if set.contains(name) {
                coalesce(vec![cast(ident(format!("{SET}{name}")), kind), delivered]).alias(name)
            } else {
                delivered.alias(name)
            }
        })
        .collect();
    Ok(delivered.join(additions, JoinType::Inner, &["row_id"], &["v_row_id"], None)?.select(columns)?)
}

/// What verdicts are held against: the named records with their population, and the named rows of the delivery.
///
/// The rows are gone through, not joined: a plan of a join takes longer than a round of a usual size has rows.
async fn known(
    night: &Night<'_>,
    round: &Round,
    rule: &Rule,
    state: &Spooled,
    verdicts: &Verdicts<'_>,
) -> Result<Known, EngineError> {
    let wanted = verdicts.named();
    let mut known = Known { population: BTreeMap::new(), delivered: BTreeSet::new() };
    let mut rows = night.rows(state, Some(&["row_id", &round.population.column])).await?;
    while let Some(batch) = rows.next().await.transpose()? {
        for (id, population) in text(&batch, 0)?.iter().zip(text(&batch, 1)?.iter()) {
            let named = id.filter(|id| wanted.contains(id));
            known.population.extend(named.zip(population).map(|(id, p)| (id.to_owned(), p.to_owned())));
        }
    }
    if let Some(delivery) = &rule.adds_from {
        let mut rows =
            night.opened_table(delivery).await?.select_columns(&["row_id"])?.execute_stream().await?;
        while let Some(batch) = rows.next().await.transpose()? {
            let ids = text(&batch, 0)?;
            let named = ids.iter().flatten().filter(|id| wanted.contains(id));
            known.delivered.extend(named.map(str::to_owned));
        }
    }
    Ok(known)
}

/// Number of rows by population; a population of another name than the declared ones is an error.
async fn populations(
    night: &Night<'_>,
    round: &Round,
    rows: &Spooled,
) -> Result<BTreeMap<String, i64>, EngineError> {
    let mut rows = night.rows(rows, Some(&[&round.population.column])).await?;
    let mut counts: BTreeMap<String, i64> =
        round.population.values.iter().map(|value| (value.clone(), 0)).collect();
    while let Some(batch) = rows.next().await.transpose()? {
        for population in &text(&batch, 0)? {
            let name = population.unwrap_or("NULL");
            let Some(count) = counts.get_mut(name) else {
                return Err(EngineError::Verdict {
                    path: format!("round {}", round.name),
                    message: format!("a row has population {name:?}"),
                    help: format!("populations are {}", round.population.values.join(", ")),
                });
            };
            *count += 1;
        }
    }
    Ok(counts)
}
