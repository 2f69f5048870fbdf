//! The decisions of a rule as a CSV file.

use super::filter::{Filter, Rest};
use crate::fault::Fault;
use crate::rows::Rows;
use crate::sheet;
use crate::visit::Visit;
use arrow::array::RecordBatch;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;

pub(super) async fn csv(visit: Visit, Path((round, rule)): Path<(String, String)>) -> Response {
    match file(&visit, &round, &rule).await {
        Ok(response) => response,
        Err(fault) => sheet::fault(&visit, &fault),
    }
}

/// The file, written while it is sent: however many decisions there are, few are in memory.
async fn file(visit: &Visit, round: &str, rule: &str) -> Result<Response, Fault> {
    visit.for_analysts()?;
    let run = visit.run()?;
    super::require(visit, &run, round, rule)?;
    let filter = Filter::of(visit, round, rule)?;
    let (desk, frame) = visit.asked(Some(run.run), Filter::sql(visit, Rest::All), &filter.values()).await?;
    let columns: Vec<String> = frame.schema().fields().iter().map(|field| field.name().clone()).collect();
    let head = report::csv_records([columns.iter().map(String::as_str)])?;
    let rows = frame.execute_stream().await.map_err(Fault::inside)?;
    let rows = rows.map(move |batch| {
        // Kept until the last row was sent, so that nothing of the run is removed before.
        let _reading = &desk;
        // An error ends the connection, so the file is seen to be cut off.
        records(&batch.map_err(std::io::Error::other)?).map_err(std::io::Error::other)
    });
    let whole = futures::stream::once(async { Ok(Bytes::from(head)) }).chain(rows);
    let name = file_name(&[round, rule], run.run);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(whole)).into_response())
}

fn records(batch: &RecordBatch) -> Result<Bytes, String> {
    let rows = Rows::of(std::slice::from_ref(batch)).map_err(|_| "a value has no text".to_owned())?;
    let texts = rows.values.iter().map(|row| row.iter().map(|value| value.as_deref().unwrap_or_default()));
    report::csv_records(texts).map(Bytes::from).map_err(|error| error.to_string())
}

/// `decisions_round_rule_run_7.csv`, of letters, digits, hyphens and underscores.
fn file_name(parts: &[&str], run: u64) -> String {
    let plain = |part: &&str| -> String {
        part.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(60).collect()
    };
    let parts: Vec<String> = parts.iter().map(plain).collect();
    format!("decisions_{}_run_{run}.csv", parts.join("_"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, StringArray};
    use std::sync::Arc;

    #[test]
    fn a_name_of_a_file_cannot_be_anything_else() {
        assert_eq!(file_name(&["round_1", "same-card"], 3), "decisions_round_1_same-card_run_3.csv");
        assert_eq!(file_name(&["a\"; x=\r\n", "../b"], 1), "decisions_a___x_______b_run_1.csv");
    }

    #[test]
    fn what_a_spreadsheet_would_calculate_is_made_harmless() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("=1+1"), None, Some("a,\"b\"")]));
        let batch = RecordBatch::try_from_iter([("reason", texts.clone()), ("row_id", texts)]).unwrap();
        assert_eq!(records(&batch).unwrap(), "'=1+1,'=1+1\n,\n\"a,\"\"b\"\"\",\"a,\"\"b\"\"\"\n");
    }
}
