//! The result rows of screens.

use super::columns::Columns;
use super::words::{grouping, level_word, statistic_word};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use chaid::{Finding, Screen};
use datafusion::error::Result;

/// All predictors against one outcome.
pub(super) struct Screened<'a> {
    /// The outcome's column.
    pub(super) outcome: &'a str,
    pub(super) screen: Screen,
    /// Names of the categories of each predictor.
    pub(super) labels: &'a [Vec<String>],
}

/// Columns of the result: one row for each outcome and predictor.
pub(super) fn schema() -> SchemaRef {
    columns(&[]).schema()
}

/// One row for each outcome and predictor, in the order of the call.
pub(super) fn rows(screens: &[Screened<'_>]) -> Result<RecordBatch> {
    columns(screens).batch()
}

fn columns(screens: &[Screened<'_>]) -> Columns {
    type Row<'a> = (&'a Screened<'a>, &'a Finding);
    let rows: Vec<Row<'_>> = screens
        .iter()
        .flat_map(|screened| screened.screen.findings.iter().map(move |finding| (screened, finding)))
        .collect();
    let findings = || rows.iter().map(|(_, finding)| *finding);
    // Of a predictor that was not tested there is no statistic and no p.
    let tested = |of: fn(&Finding) -> f64| findings().map(move |f| f.tested().then(|| of(f)));
    let adjusted = |of: fn(&Screen) -> &[f64]| {
        rows.iter().map(move |(screened, f)| {
            of(&screened.screen).get(f.predictor).filter(|_| f.tested()).map(|ln_p| ln_p.exp())
        })
    };
    let mut columns = Columns::default();
    columns.text("outcome", rows.iter().map(|(screened, _)| Some(screened.outcome)));
    columns.number("place", findings().map(|f| Some(f.predictor as u64 + 1)));
    columns.text("predictor", findings().map(|f| Some(&f.name)));
    columns.text("level", findings().map(|f| Some(level_word(f.level))));
    columns.number("n", findings().map(|f| Some(f.n)));
    columns.number("missing", findings().map(|f| Some(f.missing)));
    columns.number("categories", findings().map(|f| Some(f.categories as u64)));
    columns.number("groups", findings().map(|f| Some(f.r() as u64)));
    columns.text(
        "grouping",
        rows.iter().map(|(screened, f)| {
            Some(grouping(&f.groups, screened.labels.get(f.predictor).map_or(&[], Vec::as_slice)))
        }),
    );
    columns.text("statistic", findings().map(|f| Some(statistic_word(f.test.statistic))));
    columns.real("chi", tested(|f| f.test.value));
    columns.number("df", findings().map(|f| Some(f.test.df)));
    columns.number("df_within", findings().map(|f| f.test.df_within));
    columns.real("p_raw", tested(|f| f.test.p()));
    columns.real("ln_p_raw", tested(|f| f.test.ln_p));
    columns.real("multiplier", tested(|f| f.multiplier));
    columns.real("p", tested(Finding::p_adjusted));
    columns.real("ln_p", tested(|f| f.ln_p_adjusted));
    columns.flag("significant", findings().map(|f| Some(f.significant())));
    columns.text("status", findings().map(|f| Some(f.status.words())));
    columns.flag("tie", findings().map(|f| Some(f.tie)));
    columns.flag("converged", findings().map(|f| Some(f.test.converged)));
    columns.number("tests", rows.iter().map(|(screened, _)| Some(screened.screen.tests as u64)));
    columns.real("p_holm", adjusted(|screen| &screen.ln_p_holm));
    columns.real("p_benjamini_hochberg", adjusted(|screen| &screen.ln_p_benjamini_hochberg));
    columns
}
