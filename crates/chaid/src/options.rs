use crate::{Error, Result};

/// How a tree grows or a screen tests; the default is what SPSS's dialog starts with.
///
/// ```
/// use chaid::{Missing, Options};
/// // One test per predictor at the root, whatever the sizes of the groups.
/// let options = Options { missing: Missing::Dropped, min_parent: 0, min_child: 0, ..Options::default() };
/// assert_eq!(options.alpha_merge, 0.05);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// How categories are merged.
    pub method: Method,
    /// The test statistic of a nominal outcome; an ordinal and a scale outcome have their own.
    pub statistic: ChiSquare,
    /// What a missing predictor value is.
    pub missing: Missing,
    /// Two groups are merged while their p is above this; 1 merges nothing. In (0, 1]; 0.05.
    pub alpha_merge: f64,
    /// A node is split when the adjusted p is at most this. In (0, 1]; 0.05.
    pub alpha_split: f64,
    /// A newly merged group of three or more categories is split again where the best split in two has p at
    /// most this; `None`, the default, never. Only with [`Method::Chaid`].
    pub resplit: Option<f64>,
    /// Whether p is multiplied for the many ways of merging.
    pub adjustment: Adjustment,
    /// The depth at which growth stops; the root has depth 0. 3.
    pub max_depth: u32,
    /// A node of fewer cases is not split. 100.
    pub min_parent: u64,
    /// A group of fewer cases is merged with the most similar one it may be merged with. 50.
    pub min_child: u64,
    /// When groups of fewer than `min_child` cases are merged.
    pub small: SmallGroups,
    /// Iterative fits (ordinal outcome, case weights) stop when no expected count moves by more than this.
    /// 1e-6; SPSS's dialog says 0.05, its algorithms document 0.001.
    pub convergence: f64,
    /// Iterative fits stop after this many rounds, and the result is flagged. 1,000; SPSS's dialog says 100.
    pub max_iterations: u32,
    /// Threads that count columns, 1 or more; 1. Results do not depend on it.
    pub threads: usize,
}

/// How categories are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Merge while the most similar pair is not significantly different (Kass 1980).
    Chaid,
    /// Merge down to two groups and keep the step whose p is smallest (Biggs, de Ville & Suen 1991);
    /// `alpha_merge` has no part in it.
    Exhaustive,
}

/// The test statistic of a nominal outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChiSquare {
    /// Σ (n − m)² / m.
    Pearson,
    /// 2 Σ n ln(n / m).
    LikelihoodRatio,
}

/// What a missing predictor value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// A category of its own that may join any group: for an ordinal or scale predictor, after the others were
    /// merged, it joins the most similar group or stays alone, whichever has the smaller p. For a nominal
    /// predictor it is one category among the others. What SPSS does.
    Floating,
    /// No case of this predictor's test. In a tree, cases that miss the predictor of a split stay in its node.
    Dropped,
    /// An ordinary category, the last in the order.
    Category,
}

/// Whether p is multiplied for the many ways of merging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjustment {
    /// p is not adjusted.
    None,
    /// Bonferroni's multiplier; see [`multiplier`](crate::multiplier).
    Bonferroni,
    /// The same, except for a nominal predictor in Exhaustive CHAID: I(I² − 1)/2, the form that replications of
    /// SPSS report from its algorithms document, thrice the number of pairs compared.
    BonferroniSpss,
}

/// When groups of fewer than `min_child` cases are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmallGroups {
    /// In the merging of each predictor (step 7 with `min_child` as its segment size), so that predictors compete
    /// with splits that can be made.
    WhileMerging,
    /// Only in the predictor chosen for the split (the last stopping rule): if one group is left, the node is not
    /// split, though another predictor might have split it.
    AtSplit,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            method: Method::Chaid,
            statistic: ChiSquare::Pearson,
            missing: Missing::Floating,
            alpha_merge: 0.05,
            alpha_split: 0.05,
            resplit: None,
            adjustment: Adjustment::Bonferroni,
            max_depth: 3,
            min_parent: 100,
            min_child: 50,
            small: SmallGroups::WhileMerging,
            convergence: 1e-6,
            max_iterations: 1_000,
            threads: 1,
        }
    }
}

impl Options {
    /// Refuses values outside their ranges; every entry point calls it.
    pub fn check(&self) -> Result<()> {
        let level = |name, alpha: f64| {
            let way_out = "it is a significance level above 0 and at most 1; 0.05 is usual";
            if alpha > 0.0 && alpha <= 1.0 { Ok(()) } else { refuse(name, alpha, way_out) }
        };
        level("alpha_merge", self.alpha_merge)?;
        level("alpha_split", self.alpha_split)?;
        if let Some(alpha) = self.resplit {
            level("resplit", alpha)?;
            if self.method == Method::Exhaustive {
                let way_out =
                    "Exhaustive CHAID compares the results of all merges, so it never splits again: say None";
                return refuse("resplit", alpha, way_out);
            }
        }
        if !(self.convergence > 0.0 && self.convergence.is_finite()) {
            return refuse("convergence", self.convergence, "it is a change of an expected count, above 0");
        }
        if self.max_iterations == 0 {
            return refuse("max_iterations", 0, "at least one round is needed");
        }
        if self.threads == 0 {
            return refuse("threads", 0, "at least one thread must count");
        }
        Ok(())
    }
}

fn refuse<T>(name: &'static str, value: impl ToString, way_out: &'static str) -> Result<T> {
    Err(Error::Option { name, value: value.to_string(), way_out })
}
