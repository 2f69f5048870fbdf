//! The decisions of a rule as a CSV file.

use super::filter::{Filter, Rest};
use crate::fault::Fault;
use crate::rows::Rows;
use crate::sheet;
use crate::visit::Visit;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use datafusion::prelude::DataFrame;
use futures::{Stream, StreamExt};

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
    let whole = parts(desk, frame).await?;
    let name = file_name(&[round, rule], run.run);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(whole)).into_response())
}

/// The file in parts, each made when the one before it was taken. What `reading` is stays until the last one was, so that nothing
/// of the run is removed before.
async fn parts(
    reading: impl Send + Sync + 'static,
    frame: DataFrame,
) -> Result<impl Stream<Item = std::io::Result<Bytes>> + Send + 'static, Fault> {
    let columns: Vec<String> = frame.schema().fields().iter().map(|field| field.name().clone()).collect();
    let head = report::csv_records([columns.iter().map(String::as_str)])?;
    let rows = frame.execute_stream().await.map_err(Fault::inside)?;
    let rows = rows.map(move |batch| {
        let _reading = &reading;
        // An error ends the connection, so the file is seen to be cut off.
        Rows::csv(&batch.map_err(std::io::Error::other)?).map_err(|_| cut_off())
    });
    Ok(futures::stream::once(async { Ok(Bytes::from(head)) }).chain(rows))
}

/// The end of a file that cannot be made whole; the log says why.
pub(crate) fn cut_off() -> std::io::Error {
    std::io::Error::other("a value has no text")
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
    use arrow::array::{ArrayRef, RecordBatch, StringArray};
    use std::sync::Arc;

    #[test]
    fn a_name_of_a_file_cannot_be_anything_else() {
        assert_eq!(file_name(&["round_1", "same-card"], 3), "decisions_round_1_same-card_run_3.csv");
        assert_eq!(file_name(&["a\"; x=\r\n", "../b"], 1), "decisions_a___x_______b_run_1.csv");
    }

    /// The list would take days: its beginning is there at once, and what nobody takes is not made.
    #[tokio::test]
    async fn a_file_is_sent_while_it_is_made() {
        let context = datafusion::prelude::SessionContext::new();
        let frame = context.sql("select value as n from generate_series(1, 1000000000000)").await.unwrap();
        let mut parts = Box::pin(parts((), frame).await.unwrap());
        assert_eq!(parts.next().await.unwrap().unwrap(), "n\n");
        assert!(parts.next().await.unwrap().unwrap().starts_with(b"1\n2\n3\n"));
    }

    #[test]
    fn what_a_spreadsheet_would_calculate_is_made_harmless() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("=1+1"), None, Some("a,\"b\"")]));
        let batch = RecordBatch::try_from_iter([("reason", texts.clone()), ("row_id", texts)]).unwrap();
        assert_eq!(Rows::csv(&batch).unwrap(), "'=1+1,'=1+1\n,\n\"a,\"\"b\"\"\",\"a,\"\"b\"\"\"\n");
    }
}
