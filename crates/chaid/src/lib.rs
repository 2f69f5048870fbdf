//! CHAID and Exhaustive CHAID as in SPSS, from contingency tables or from columns of codes.
//!
//! CHAID (chi-squared automatic interaction detection) explains an outcome by splitting cases into groups that
//! differ in it. For each predictor it merges the categories that do not differ, tests the groups that are left
//! and multiplies p by the number of ways of merging; a node is split on the predictor with the smallest
//! adjusted p, and its children are treated in the same way.
//!
//! ```
//! use chaid::{screen, Level, Options, Outcome, Table};
//!
//! // Answered yes or no, by region: 4 categories × 2 classes, as a GROUP BY counts them.
//! let region = Table::of_counts("region", Level::Nominal, 2, &[61, 39, 58, 42, 30, 70, 27, 73])?;
//! let weeks = Table::of_counts("weeks", Level::Ordinal, 2, &[50, 50, 44, 56, 39, 61, 43, 57])?;
//! let found = screen(&Outcome::Nominal, &[region, weeks], &Options::default())?;
//!
//! let region = &found.findings[0];
//! let groups: Vec<_> = region.groups.iter().map(|group| group.categories.clone()).collect();
//! assert_eq!(groups, [vec![0, 1], vec![2, 3]]);
//! assert_eq!((region.categories, region.r(), region.test.df, region.multiplier), (4, 2, 1, 7.0));
//! assert!(region.significant() && region.p_adjusted() < 1e-8);
//! assert!(!found.findings[1].significant());
//! # Ok::<(), chaid::Error>(())
//! ```
//!
//! # What is here
//!
//! * [`screen`]: one predictor each against the outcome, from a [`Table`] per predictor. [`Finding`] is the type
//!   that matters: I, r, groups, statistic, df, ln p, multiplier, adjusted p, and why. [`finding`]: one alone.
//! * [`tree`]: the whole tree, from columns of codes ([`Data`]); [`Tree`], [`Node`], and [`Stop`] for why growth
//!   ended.
//! * [`tables`]: the counting step alone; `screen(tables(data))` is the root of `tree(data)`.
//! * [`Intervals`]: a scale predictor in ordered intervals. [`test()`]: groups as they are. [`holm`] and
//!   [`benjamini_hochberg`]: many predictors at once. [`ln_chi2_sf`] and [`ln_f_sf`]: the tails.
//!
//! | | covered |
//! |---|---|
//! | method | CHAID (Kass 1980), Exhaustive CHAID (Biggs, de Ville & Suen 1991); re-splitting of merged categories |
//! | predictors | nominal, ordinal, scale; missing floating, dropped, or a category |
//! | outcome | nominal (Pearson or likelihood ratio), ordinal (row effects model, Goodman 1979), scale (F) |
//! | weights | frequency weights (whole numbers), case weights |
//! | stopping | depth, cases in parent and child, α; SPSS's defaults |
//! | adjustment | Bonferroni within a predictor; Holm, Benjamini–Hochberg between predictors |
//!
//! Not here: surrogates, pruning, costs and priors, validation by splitting the sample or folding, trees forced
//! by hand, drawings. CHAID needs none of the first two; the others are the caller's.
//!
//! # Why it is so
//!
//! * **Counts first.** Merging looks at tables of counts, never at cases. Whoever has a database lets it count.
//!   A tree passes over the columns once per level.
//! * **p is a logarithm.** Every p is ranked, multiplied and compared as ln p, taken from the tail itself. At
//!   χ² = 5,000 with one degree of freedom p is 0 as an `f64`, and ln p is −2504.48.
//! * **Choices are ruled and flagged.** Of equal p-values (to about eleven digits of ln p) the pair with the lowest
//!   categories is merged and the predictor declared first is taken; [`Finding::tie`] and [`Node::tied`] say so.
//! * **A result says why.** [`Status`] and [`Stop`] are closed lists with words for people.
//! * **Nothing from outside.** No files, clock, randomness or environment; equal input gives equal results,
//!   whatever the number of threads.
//!
//! # How it follows its sources
//!
//! The algorithm is that of IBM SPSS Statistics Algorithms, chapter TREE-CHAID ("CHAID and Exhaustive CHAID Algorithms");
//! steps are numbered as in its merging. It was compared split by split with the R package chaidr, which follows the same
//! chapter; `tests/peers/README.md` tells where the two differ, and of two other programs. Where the chapter leaves a
//! choice, this crate decides as follows.
//!
//! * Two categories are tested as they are: merging stops at two groups (step 2), unless `min_child` leaves one.
//! * Merging compares unadjusted p with `alpha_merge` and merges while p is above it; p equal to it ends merging, so that 1
//!   merges nothing. (SPSS's dialog help says that p is adjusted for merging, too; its algorithms adjust after it.)
//! * Small groups are merged while merging, so that predictors compete with splits that can be made; the other
//!   reading is [`SmallGroups::AtSplit`]. The smallest group goes first.
//! * The place of a floating missing category is decided by unadjusted p of all groups.
//! * Exhaustive CHAID with a nominal predictor multiplies by I(I² − 1)/6, the number of pairs compared, as Biggs, de
//!   Ville & Suen have it; [`Adjustment::BonferroniSpss`] has three times that.
//! * Re-splitting never returns to groups seen before, and tries at most 2¹⁵ − 1 splits of a nominal group.
//! * An empty cell has the mean case weight of its table.
//! * Fits are carried further than SPSS carries them; see [`Options::convergence`].
//!
//! # Limits
//!
//! [`MAX_CATEGORIES`] categories per predictor and classes per outcome, 2³² − 1 rows, 2⁵³ cases; case weights and values
//! of a scale outcome up to 1e70 in size. ln p of chi-square is right to 12 digits and that of F to 11, up to 10¹² cases,
//! both against mpmath. Merging takes the third power of the number of categories in time: a nominal predictor of 30
//! takes far less than a millisecond, one of 1,000 seconds.
//!
//! # Sources
//!
//! * G. V. Kass, "An exploratory technique for investigating large quantities of categorical data", *Applied
//!   Statistics* 29 (1980), 119–127.
//! * D. Biggs, B. de Ville and E. Suen, "A method of choosing multiway partitions for classification and decision
//!   trees", *Journal of Applied Statistics* 18 (1991), 49–62.
//! * L. A. Goodman, "Simple models for the analysis of association in cross-classifications having ordered
//!   categories", *Journal of the American Statistical Association* 74 (1979), 537–552.
//! * IBM, *SPSS Statistics Algorithms*, chapter TREE-CHAID; *SPSS Modeler Algorithms Guide*, chapter CHAID (the second rule
//!   of [`Binning`]).

mod adjust;
mod count;
mod data;
mod error;
mod finding;
mod grid;
mod intervals;
mod merge;
mod multiplier;
mod options;
mod screen;
mod statistic;
mod summary;
mod table;
mod tail;
mod tree;

pub use adjust::{benjamini_hochberg, holm};
pub use count::tables;
pub use data::{Codes, Data, MAX_CATEGORIES, OutcomeColumn, Predictor};
pub use error::{Error, Result};
pub use finding::{Finding, Group, Status};
pub use intervals::{Binning, Intervals, MAX_INTERVALS};
pub use multiplier::{Kind, ln_multiplier, multiplier};
pub use options::{Adjustment, ChiSquare, Method, Missing, Options, SmallGroups};
pub use screen::{Screen, finding, screen};
pub use statistic::{Outcome, Statistic, Test, test};
pub use summary::{Moments, Summary};
pub use table::{Level, Table};
pub use tail::{ln_chi2_sf, ln_f_sf};
pub use tree::{Node, Stop, Tree, tree};

/// The examples of README.md, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
