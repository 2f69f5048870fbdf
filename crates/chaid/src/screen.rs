use crate::finding::examine;
use crate::statistic::Comparison;
use crate::{Error, Finding, Options, Outcome, Result, Summary, Table, benjamini_hochberg, holm};

/// Each predictor against the outcome by itself, at the root.
#[derive(Debug, Clone, PartialEq)]
pub struct Screen {
    /// One per table, in the order given.
    pub findings: Vec<Finding>,
    /// m: how many predictors could be tested; the others have no part in the next two.
    pub tests: usize,
    /// Natural logarithm of each adjusted p, adjusted once more for m tests after [`holm`]; 0 where not tested.
    pub ln_p_holm: Vec<f64>,
    /// The same after [`benjamini_hochberg`].
    pub ln_p_benjamini_hochberg: Vec<f64>,
}

/// Merges and tests each table by itself: one predictor each against the outcome, as the root of a tree with
/// that predictor alone would be.
///
/// The tables may be of different cases, as with [`Missing::Dropped`](crate::Missing). `min_parent` and
/// `min_child` apply as in a tree; set them to 0 for the test alone.
///
/// # Errors
/// Options outside their ranges; tables that describe different outcomes, or that no count could have given;
/// [`Error::NoCases`] without any case; [`Error::OutcomeConstant`] where no table shows two outcomes.
///
/// ```
/// use chaid::{screen, Level, Options, Outcome, Table};
/// let table = Table::of_counts("region", Level::Nominal, 2, &[60, 40, 58, 42, 30, 70])?;
/// let found = screen(&Outcome::Nominal, &[table], &Options::default())?;
/// let region = &found.findings[0];
/// assert_eq!(region.groups.len(), 2, "the first two regions do not differ");
/// assert_eq!((region.test.df, region.multiplier), (1, 3.0));
/// assert!(region.significant());
/// # Ok::<(), chaid::Error>(())
/// ```
pub fn screen(outcome: &Outcome, tables: &[Table], options: &Options) -> Result<Screen> {
    let comparison = check_tables(outcome, tables, options)?;
    let examined = tables.iter().enumerate();
    let findings: Vec<Finding> =
        examined.map(|(predictor, table)| examine(predictor, table, &comparison, options)).collect();
    let tested: Vec<usize> = findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| finding.tested())
        .map(|(position, _)| position)
        .collect();
    let ln_p: Vec<f64> = tested.iter().map(|position| findings[*position].ln_p_adjusted).collect();
    let spread = |adjusted: Vec<f64>| {
        let mut all = vec![0.0; findings.len()];
        tested.iter().zip(adjusted).for_each(|(position, ln_p)| all[*position] = ln_p);
        all
    };
    Ok(Screen {
        tests: tested.len(),
        ln_p_holm: spread(holm(&ln_p)),
        ln_p_benjamini_hochberg: spread(benjamini_hochberg(&ln_p)),
        findings,
    })
}

/// One predictor against the outcome by itself. Where no case is left or the outcome does not vary, which [`screen`]
/// refuses, the finding's [`Status`](crate::Status) says so.
///
/// # Errors
/// Options outside their ranges; a table that no count could have given.
///
/// ```
/// use chaid::{finding, Level, Options, Outcome, Status, Table};
/// let table = Table::of_counts("region", Level::Nominal, 2, &[60, 0, 30, 0])?;
/// assert_eq!(finding(&Outcome::Nominal, &table, &Options::default())?.status, Status::OneClass);
/// # Ok::<(), chaid::Error>(())
/// ```
pub fn finding(outcome: &Outcome, table: &Table, options: &Options) -> Result<Finding> {
    let comparison = comparison(outcome, std::slice::from_ref(table), options)?;
    Ok(examine(0, table, &comparison, options))
}

fn check_tables(outcome: &Outcome, tables: &[Table], options: &Options) -> Result<Comparison> {
    let comparison = comparison(outcome, tables, options)?;
    let totals: Vec<Summary> = tables.iter().filter_map(Table::total).filter(|total| total.n() > 0).collect();
    match totals.first() {
        None => Err(Error::NoCases),
        Some(first) if totals.iter().all(Summary::pure) => {
            Err(Error::OutcomeConstant { what: constant(first) })
        }
        Some(_) => Ok(comparison),
    }
}

fn comparison(outcome: &Outcome, tables: &[Table], options: &Options) -> Result<Comparison> {
    options.check()?;
    let rows = || tables.iter().flat_map(|table| table.categories.iter().chain(&table.missing));
    let classes = rows().next().map_or(0, |row| match row {
        Summary::Counts { n, .. } => n.len(),
        Summary::Moments(_) => 0,
    });
    for table in tables {
        table.check()?;
    }
    let comparison = Comparison::new(outcome, classes, options)?;
    for table in tables {
        for row in table.categories.iter().chain(&table.missing) {
            comparison.fits(&format!("table {}", table.name), row)?;
        }
    }
    Ok(comparison)
}

/// `class 3` or `the value 2.5`, of an outcome that does not vary.
pub(crate) fn constant(outcome: &Summary) -> String {
    match outcome {
        Summary::Counts { n, .. } => {
            format!("class {}", n.iter().position(|n| *n > 0).unwrap_or_default())
        }
        Summary::Moments(moments) => format!("the value {}", moments.mean),
    }
}
