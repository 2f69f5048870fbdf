//! A matching: passes from sure to unsure over the rows that are still open, one to one.

use crate::cells::{cell, json_objects, text, text_named};
use crate::error::EngineError;
use crate::fingerprint::Fingerprint;
use crate::lineage::Capture;
use crate::lineage::records::{Ids, of_pairs};
use crate::night::Night;
use crate::session::register_local;
use crate::so_far::SoFar;
use crate::spool::Spooled;
use crate::steps::pairs::{Candidate, Judged, Outcome, judge};
use crate::steps::review::{Review, Reviews};
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::SchemaRef;
use datafusion::common::JoinType;
use datafusion::prelude::DataFrame;
use futures::StreamExt;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use study::{Matching, Pass};
use terms::{ObjectHash, TableName, TableRecord};

/// What a pass returns.
const SHAPE: &str = "return left_id, right_id, reason, then evidence";
/// Columns of a pass's query that are no evidence.
pub(crate) const FIXED: [&str; 3] = ["left_id", "right_id", "reason"];
/// Suffix of the table of left rows without a partner.
pub(crate) const UNMATCHED: &str = "_unmatched";

/// Passes, parameters and the objects of all tables that are read decide a matching.
pub(crate) fn fingerprint(
    known: &SoFar<'_>,
    matching: &Matching,
    reads: &[TableName],
) -> Result<ObjectHash, EngineError> {
    let mut parts = Fingerprint::new("matching");
    parts.add("capture", known.capture.as_str());
    parts.add("matching", &format!("{} {} {}", matching.name, matching.left, matching.right));
    parts.add("review", &format!("{:?}", matching.review));
    for pass in &matching.passes {
        parts.add(&pass.name, &pass.sql.canonical);
        known.add_parameters(&mut parts, &pass.sql);
    }
    known.add_objects(&mut parts, reads)?;
    Ok(parts.finish())
}

/// Columns of the tables of a matching, by the suffix of their name.
pub(crate) fn schemas(matching: &Matching) -> Result<Vec<(&'static str, SchemaRef)>, EngineError> {
    let candidates = pair_batch(matching, std::iter::empty())?.schema();
    let pairs = candidates.project(&[0, 1, 2, 3, 5, 6, 7, 8, 9])?;
    Ok(vec![
        ("", Arc::new(pairs)),
        ("_candidates", candidates),
        (UNMATCHED, unmatched_batch(Vec::new(), &[], &[])?.schema()),
    ])
}

/// Tries the passes and stores the pairs, all candidates, and the left rows that stay alone.
pub(crate) async fn run(
    night: &mut Night<'_>,
    matching: &Matching,
    reads: &[TableName],
) -> Result<Vec<TableRecord>, EngineError> {
    night.open(reads)?;
    let (left, right) = (night.table(&matching.left).await?, night.table(&matching.right).await?);
    let mut open = (night.settle(left).await?, night.settle(right).await?);
    let reviews = Reviews::load(night, matching.review.as_ref()).await?;
    let mut judged = Vec::new();
    for (number, pass) in matching.passes.iter().enumerate() {
        register_local(&night.context, "open_left", open.0.table.clone())?;
        register_local(&night.context, "open_right", open.1.table.clone())?;
        let from = judged.len();
        let proposed = candidates(night, pass).await?;
        require_open(night, pass, "left_id", &open.0, proposed.iter().map(|c| c.left.as_str()).collect())
            .await?;
        require_open(night, pass, "right_id", &open.1, proposed.iter().map(|c| c.right.as_str()).collect())
            .await?;
        judged.extend(judge((number, &pass.name), proposed, &reviews)?);
        let matched = || judged[from..].iter().filter(|j: &&Judged| j.is_matched());
        let lefts: StringArray = matched().map(|j| Some(j.candidate.left.as_str())).collect();
        let rights: StringArray = matched().map(|j| Some(j.candidate.right.as_str())).collect();
        open = (without(night, &open.0, lefts).await?, without(night, &open.1, rights).await?);
    }
    // Where a rule or a pass was left out, the reviews of what hangs on it are left over.
    if matching.review.is_some() && night.study.left_out.is_empty() {
        reviews.pairs_answered(matching, &judged)?;
    }
    store(night, matching, judged, &open.0).await
}

/// The distinct pairs of a pass, in order of both identities.
async fn candidates(night: &Night<'_>, pass: &Pass) -> Result<Vec<Candidate>, EngineError> {
    let mut rows = night.execute(night.physical_of(&night.plan(&pass.sql).await?).await?)?;
    let mut pairs = BTreeMap::new();
    while let Some(batch) = rows.next().await.transpose()? {
        let column = |name: &str| -> Result<StringArray, EngineError> {
            text_named(&batch, name)?
                .ok_or_else(|| fault(pass, format!("the query has no column {name}"), SHAPE))
        };
        let (lefts, rights, reasons) = (column("left_id")?, column("right_id")?, column("reason")?);
        let evidence = json_objects(&batch, |name| (!FIXED.contains(&name)).then(|| name.to_owned()))?;
        for (row, evidence) in evidence.into_iter().enumerate() {
            let (Some(left), Some(right)) = (cell(&lefts, row), cell(&rights, row)) else {
                return Err(fault(pass, "a pair lacks left_id or right_id".to_owned(), SHAPE));
            };
            let reason = cell(&reasons, row).unwrap_or_default().to_owned();
            pairs.entry((left.to_owned(), right.to_owned())).or_insert((reason, evidence));
        }
    }
    let candidate = |((left, right), (reason, evidence))| Candidate { left, right, reason, evidence };
    Ok(pairs.into_iter().map(candidate).collect())
}

/// Refuses pairs of rows that are not, or no longer, open.
async fn require_open(
    night: &Night<'_>,
    pass: &Pass,
    side: &str,
    open: &Spooled,
    ids: BTreeSet<&str>,
) -> Result<(), EngineError> {
    let ids: StringArray = ids.into_iter().map(Some).collect();
    let ids = night.context.read_batch(RecordBatch::try_from_iter([("id", Arc::new(ids) as ArrayRef)])?)?;
    let open = night.context.read_table(open.table.clone())?.select_columns(&["row_id"])?;
    let strangers = ids.join(open, JoinType::LeftAnti, &["id"], &["row_id"], None)?.limit(0, Some(1))?;
    for batch in strangers.collect().await? {
        if let Some(stranger) = text(&batch, 0)?.iter().flatten().next() {
            let message =
                format!("{side} {stranger} is not open: it does not exist, or an earlier pass matched it");
            return Err(fault(pass, message, "take the pairs from open_left and open_right"));
        }
    }
    Ok(())
}

async fn without(night: &Night<'_>, rows: &Spooled, matched: StringArray) -> Result<Spooled, EngineError> {
    let matched = night
        .context
        .read_batch(RecordBatch::try_from_iter([("matched_id", Arc::new(matched) as ArrayRef)])?)?;
    let rows = night.context.read_table(rows.table.clone())?;
    night.settle(rows.join(matched, JoinType::LeftAnti, &["row_id"], &["matched_id"], None)?).await
}

async fn store(
    night: &mut Night<'_>,
    matching: &Matching,
    judged: Vec<Judged>,
    open: &Spooled,
) -> Result<Vec<TableRecord>, EngineError> {
    let table = |suffix: &str| TableName::new("linkage", &format!("{}{suffix}", matching.name));
    let pairs = night.context.read_batch(pair_batch(matching, judged.iter().filter(|j| j.is_matched()))?)?;
    let pairs = pairs.drop_columns(&["outcome"])?;
    let candidates = night.context.read_batch(pair_batch(matching, judged.iter())?)?;
    let alone = unmatched(night, matching, &judged, open).await?;
    let mut stored = vec![
        night.store_sorted(table("")?, pairs, &["left_id"]).await?,
        night.store_sorted(table("_candidates")?, candidates, &["pass_no", "left_id", "right_id"]).await?,
        night.store_sorted(table(UNMATCHED)?, alone, &["left_id"]).await?,
    ];
    if night.capture() == Capture::Rows {
        store_lineage(night, matching, &mut stored)?;
    }
    Ok(stored)
}

/// Stores what stands behind pairs, candidates and those without partner: the rows that they name.
fn store_lineage(
    night: &mut Night<'_>,
    matching: &Matching,
    stored: &mut [TableRecord],
) -> Result<(), EngineError> {
    let ids = |table: &TableName| Ids::of(night.warehouse, &night.record(table)?);
    let (lefts, rights) = (ids(&matching.left)?, ids(&matching.right)?);
    let sides = [("left_id", &matching.left, &lefts), ("right_id", &matching.right, &rights)];
    for (table, sides) in stored.iter_mut().zip([&sides[..], &sides[..], &sides[..1]]) {
        table.lineage = Some(of_pairs(night.warehouse, table, sides)?);
    }
    night.know(stored);
    Ok(())
}

fn pair_batch<'j>(
    matching: &Matching,
    rows: impl Iterator<Item = &'j Judged> + Clone,
) -> Result<RecordBatch, EngineError> {
    let text = |of: &dyn Fn(&'j Judged) -> &'j str| -> ArrayRef {
        Arc::new(rows.clone().map(|j| Some(of(j))).collect::<StringArray>())
    };
    let of_review = |of: &dyn Fn(&'j Review) -> Option<&'j str>| -> ArrayRef {
        Arc::new(rows.clone().map(|j| j.review.as_ref().and_then(of)).collect::<StringArray>())
    };
    let passes: StringArray = rows.clone().map(|j| Some(matching.passes[j.pass].name.as_str())).collect();
    let numbers: Int64Array = rows.clone().map(|j| i64::try_from(j.pass + 1).ok()).collect();
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("left_id", text(&|j| &j.candidate.left), true),
        ("right_id", text(&|j| &j.candidate.right), true),
        ("pass_no", Arc::new(numbers) as ArrayRef, true),
        ("pass", Arc::new(passes), true),
        ("outcome", text(&|j| j.outcome.as_str()), true),
        ("reason", text(&|j| &j.candidate.reason), true),
        ("evidence", text(&|j| &j.candidate.evidence), true),
        ("decided_by", text(&|j| if j.review.is_some() { "reviewer" } else { "pass" }), true),
        ("reviewer", of_review(&|review| Some(&review.reviewer)), true),
        ("review_reason", of_review(&|review| review.reason.as_deref()), true),
    ])?)
}

/// Why a left row stays alone, from what most asks for somebody's eyes to what least does.
const ALONE: [Outcome; 3] = [Outcome::Ambiguous, Outcome::Superseded, Outcome::Rejected];

/// Left rows without a partner: the first of [`ALONE`] that is among the outcomes of its pairs, with the first pass in which
/// it is; or proposed by no pass.
async fn unmatched(
    night: &Night<'_>,
    matching: &Matching,
    judged: &[Judged],
    open: &Spooled,
) -> Result<DataFrame, EngineError> {
    let mut why = BTreeMap::<&str, (usize, usize)>::new();
    for j in judged {
        let Some(rank) = ALONE.iter().position(|outcome| *outcome == j.outcome) else { continue };
        let why = why.entry(j.candidate.left.as_str()).or_insert((rank, j.pass));
        *why = (*why).min((rank, j.pass));
    }
    let mut ids = Vec::new();
    for batch in night.context.read_table(open.table.clone())?.select_columns(&["row_id"])?.collect().await? {
        ids.extend(text(&batch, 0)?.iter().flatten().map(str::to_owned));
    }
    let why = |id: &String| why.get(id.as_str()).map(|&(rank, pass)| (ALONE[rank].as_str(), pass));
    let outcomes: Vec<&str> =
        ids.iter().map(|id| why(id).map_or("no_candidate", |(outcome, _)| outcome)).collect();
    let passes: Vec<Option<&str>> =
        ids.iter().map(|id| why(id).map(|(_, pass)| matching.passes[pass].name.as_str())).collect();
    Ok(night.context.read_batch(unmatched_batch(ids.clone(), &outcomes, &passes)?)?)
}

fn unmatched_batch(
    ids: Vec<String>,
    outcomes: &[&str],
    passes: &[Option<&str>],
) -> Result<RecordBatch, EngineError> {
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("left_id", Arc::new(StringArray::from(ids)) as ArrayRef, true),
        ("outcome", Arc::new(StringArray::from(outcomes.to_vec())), true),
        ("pass", Arc::new(StringArray::from(passes.to_vec())), true),
    ])?)
}

fn fault(pass: &Pass, message: String, help: &str) -> EngineError {
    EngineError::Verdict {
        path: pass.sql.path.to_string_lossy().into_owned(),
        message,
        help: help.to_owned(),
    }
}
