//! The tests: groups of cases in, statistic, degrees of freedom and ln p out.

mod anova;
mod cells;
mod chi_square;
mod independence;
mod row_effects;

use crate::table::check_summaries;
use crate::{ChiSquare, Error, Options, Result, Summary};
use cells::Cells;

/// What is to be explained, and so which test compares groups.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Classes without order: chi-square by [`Options::statistic`].
    Nominal,
    /// Classes in order: likelihood ratio of the row effects model against independence (Goodman 1979).
    Ordinal {
        /// One score per class, finite and not all equal; `None` for 1, 2, 3, ….
        scores: Option<Vec<f64>>,
    },
    /// A number: analysis of variance.
    Scale,
}

/// Which statistic a test used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// Pearson's chi-square.
    Pearson,
    /// Likelihood-ratio chi-square.
    LikelihoodRatio,
    /// Likelihood ratio H² of the row effects model against independence.
    RowEffects,
    /// F of a one-way analysis of variance.
    F,
}

/// The result of one test of groups against the outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// Which statistic it is.
    pub statistic: Statistic,
    /// Its value, 0 or above; infinite for an F without variance inside the groups.
    pub value: f64,
    /// Degrees of freedom; for F those between groups. 0 when nothing could be compared.
    pub df: u64,
    /// Degrees of freedom within groups; F only.
    pub df_within: Option<u64>,
    /// Natural logarithm of p, at most 0.
    pub ln_p: f64,
    /// Whether the fit reached [`Options::convergence`]; true where no fit was needed.
    pub converged: bool,
}

impl Test {
    /// p; 0 where it is below what an `f64` holds, and then only `ln_p` tells.
    pub fn p(&self) -> f64 {
        self.ln_p.exp()
    }

    fn nothing(statistic: Statistic) -> Test {
        let df_within = (statistic == Statistic::F).then_some(0);
        Test { statistic, value: 0.0, df: 0, df_within, ln_p: 0.0, converged: true }
    }
}

/// Tests whether groups differ in their outcome, as they are: nothing is merged and nothing adjusted.
///
/// Groups without cases and classes that no group has are left out, with their degrees of freedom.
/// Fewer than two of either give p = 1 with `df` 0.
///
/// # Errors
/// Options outside their ranges; groups that describe another outcome than `outcome`, or that no count could have given.
///
/// ```
/// use chaid::{test, Options, Outcome, Summary};
/// let groups = [[12, 8], [5, 15]].map(|n| Summary::Counts { n: n.to_vec(), weight: None });
/// let found = test(&Outcome::Nominal, &groups, &Options::default())?;
/// assert_eq!((found.value * 1e3).round(), 5_013.0);
/// assert_eq!(found.df, 1);
/// # Ok::<(), chaid::Error>(())
/// ```
pub fn test(outcome: &Outcome, groups: &[Summary], options: &Options) -> Result<Test> {
    options.check()?;
    check_summaries("the groups", groups.iter())?;
    let classes = groups.first().map_or(0, |group| match group {
        Summary::Counts { n, .. } => n.len(),
        Summary::Moments(_) => 0,
    });
    let comparison = Comparison::new(outcome, classes, options)?;
    for (index, group) in groups.iter().enumerate() {
        comparison.fits(&format!("group {index}"), group)?;
    }
    Ok(comparison.test(&groups.iter().collect::<Vec<_>>()))
}

/// A test with its settings, ready to be applied to many groups.
#[derive(Debug)]
pub(crate) struct Comparison {
    statistic: Statistic,
    classes: usize,
    scores: Vec<f64>,
    convergence: f64,
    max_iterations: u32,
}

impl Comparison {
    pub(crate) fn new(outcome: &Outcome, classes: usize, options: &Options) -> Result<Comparison> {
        let (statistic, scores) = match outcome {
            Outcome::Nominal if options.statistic == ChiSquare::Pearson => (Statistic::Pearson, Vec::new()),
            Outcome::Nominal => (Statistic::LikelihoodRatio, Vec::new()),
            Outcome::Ordinal { scores } => (Statistic::RowEffects, check_scores(scores.as_deref(), classes)?),
            Outcome::Scale => (Statistic::F, Vec::new()),
        };
        let (convergence, max_iterations) = (options.convergence, options.max_iterations);
        Ok(Comparison { statistic, classes, scores, convergence, max_iterations })
    }

    /// Refuses a summary of another outcome.
    pub(crate) fn fits(&self, what: &str, summary: &Summary) -> Result<()> {
        let reason = match summary {
            Summary::Moments(_) if self.statistic == Statistic::F => return Ok(()),
            Summary::Counts { n, weight } if self.statistic != Statistic::F => {
                if n.len() == self.classes && weight.as_ref().is_none_or(|weight| weight.len() == n.len()) {
                    return Ok(());
                }
                "its number of classes differs from the others': give every class a column, also where it counts 0"
            }
            Summary::Moments(_) => "it holds moments, but the outcome has classes: give counts per class",
            Summary::Counts { .. } => {
                "it holds counts, but the outcome is a scale: give moments per category"
            }
        };
        Err(Error::Outcome { what: what.to_owned(), reason })
    }

    /// Tests the groups against each other; see [`test()`](crate::test).
    pub(crate) fn test(&self, groups: &[&Summary]) -> Test {
        if let ([Summary::Counts { n: a, weight: None }, Summary::Counts { n: b, weight: None }], true) =
            (groups, self.statistic == Statistic::Pearson)
        {
            return chi_square::pearson_of_two(a, b);
        }
        if self.statistic == Statistic::F {
            return anova::test(groups);
        }
        let Some(cells) = Cells::of(groups) else { return Test::nothing(self.statistic) };
        match self.statistic {
            Statistic::RowEffects => {
                row_effects::test(&cells, &self.scores, self.convergence, self.max_iterations)
            }
            _ => chi_square::test(self.statistic, &cells, self.convergence, self.max_iterations),
        }
    }
}

fn check_scores(scores: Option<&[f64]>, classes: usize) -> Result<Vec<f64>> {
    let Some(scores) = scores else { return Ok((1..=classes).map(|class| class as f64).collect()) };
    if scores.len() != classes {
        return Err(Error::Length {
            what: "the scores of the ordinal outcome".to_owned(),
            found: scores.len(),
            expected: classes,
            way_out: "give one score per class, or none for 1, 2, 3, …",
        });
    }
    let finite = scores.iter().all(|score| score.is_finite());
    if !finite || scores.windows(2).all(|pair| pair[0] == pair[1]) {
        return Err(Error::Option {
            name: "scores",
            value: format!("{scores:?}"),
            way_out: "scores are finite and not all equal, one per class",
        });
    }
    Ok(scores.to_vec())
}
