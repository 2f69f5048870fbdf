//! Column lineage of a matching: what its passes return, and what they join and filter by.

use super::origin::{Locals, Origin, Sources, Stop, origins};
use crate::plan::Planner;
use crate::steps::matching::{self, FIXED};
use crate::steps::review::OTHER;
use std::collections::BTreeMap;
use study::Matching;
use terms::{ColumnEdge, TableName};

/// The edges of the tables of a matching; its local tables are known to the session.
pub(super) async fn edges(planner: &Planner<'_>, matching: &Matching) -> Result<Vec<ColumnEdge>, Stop> {
    let mut returned = BTreeMap::<&str, Origin>::new();
    let mut decided = Sources::new();
    for pass in &matching.passes {
        let locals = Locals::from([
            ("open_left", open(planner, &matching.left, &decided)),
            ("open_right", open(planner, &matching.right, &decided)),
        ]);
        for (name, origin) in origins(planner.query_plan(&pass.sql).await?.logical_plan(), &locals)? {
            let stored = FIXED.into_iter().find(|fixed| *fixed == name).unwrap_or("evidence");
            returned.entry(stored).or_default().add(&origin);
        }
        // Which pairs there are decides which of them are alone, and which rows stay open.
        let pairs = ["left_id", "right_id"].iter().filter_map(|side| returned.get(side));
        decided.extend(pairs.flat_map(Origin::all));
        if let Some(review) = &matching.review {
            // A pair that a reviewer confirms or rejects is matched or not because of it.
            let said = ["rule", "record", OTHER, "verdict"];
            decided.extend(said.map(|column| (review.clone(), column.to_owned())));
        }
    }
    if let Some(review) = &matching.review {
        returned.insert("reviewer", Origin::column(review, "reviewer"));
        returned.insert("review_reason", Origin::column(review, "reason"));
    }
    let alone = BTreeMap::from([("left_id", Origin::column(&matching.left, "row_id"))]);
    let mut edges = Vec::new();
    for (suffix, schema) in matching::schemas(matching)? {
        let table = TableName::new("linkage", &format!("{}{suffix}", matching.name))?;
        let columns = if suffix == matching::UNMATCHED { &alone } else { &returned };
        for field in schema.fields() {
            let mut origin = columns.get(field.name().as_str()).cloned().unwrap_or_default();
            origin.influences.extend(decided.iter().cloned());
            edges.extend(origin.edges(&table, field.name()));
        }
    }
    Ok(edges)
}

/// The rows of a side that are still open.
fn open(planner: &Planner<'_>, side: &TableName, decided: &Sources) -> BTreeMap<String, Origin> {
    let column = |name: &String| Origin { influences: decided.clone(), ..Origin::column(side, name) };
    planner.schema(side).fields().iter().map(|field| (field.name().clone(), column(field.name()))).collect()
}
