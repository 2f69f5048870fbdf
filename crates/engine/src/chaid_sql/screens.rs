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
    pub(super) labels: Vec<Vec<String>>,
}

impl Screened<'_> {
    fn labels(&self, predictor: usize) -> &[String] {
        self.labels.get(predictor).map_or(&[], Vec::as_slice)
    }
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
    tested(&mut columns, || rows.iter().map(|(screened, f)| Some((*f, screened.labels(f.predictor)))));
    columns.number("tests", rows.iter().map(|(screened, _)| Some(screened.screen.tests as u64)));
    columns.real("p_holm", adjusted(|screen| &screen.ln_p_holm));
    columns.real("p_benjamini_hochberg", adjusted(|screen| &screen.ln_p_benjamini_hochberg));
    columns
}

/// The columns of a test by itself, from each finding with the names of its categories. Of a predictor that could not
/// be tested there is no statistic and no p.
pub(super) fn tested<'a, I>(columns: &mut Columns, rows: impl Fn() -> I)
where
    I: Iterator<Item = Option<(&'a Finding, &'a [String])>>,
{
    let all = || rows().map(|row| row.map(|(finding, _)| finding));
    let count = |of: fn(&Finding) -> u64| all().map(move |f| f.map(of));
    let real = |of: fn(&Finding) -> f64| all().map(move |f| f.filter(|f| f.tested()).map(of));
    columns.number("n", count(|f| f.n));
    columns.number("missing", count(|f| f.missing));
    columns.number("categories", count(|f| f.categories as u64));
    columns.number("groups", count(|f| f.r() as u64));
    columns.text("grouping", rows().map(|row| row.map(|(f, labels)| grouping(&f.groups, labels))));
    columns.text("statistic", all().map(|f| f.map(|f| statistic_word(f.test.statistic))));
    columns.real("chi", real(|f| f.test.value));
    columns.number("df", count(|f| f.test.df));
    columns.number("df_within", all().map(|f| f.and_then(|f| f.test.df_within)));
    columns.real("p_raw", real(|f| f.test.p()));
    columns.real("ln_p_raw", real(|f| f.test.ln_p));
    columns.real("multiplier", real(|f| f.multiplier));
    columns.real("p", real(Finding::p_adjusted));
    columns.real("ln_p", real(|f| f.ln_p_adjusted));
    columns.flag("significant", all().map(|f| f.map(Finding::significant)));
    columns.text("status", all().map(|f| f.map(|f| f.status.words())));
    columns.flag("tie", all().map(|f| f.map(|f| f.tie)));
    columns.flag("converged", all().map(|f| f.map(|f| f.test.converged)));
}
