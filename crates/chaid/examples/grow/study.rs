//! A study as text: columns with their levels in, options as `key=value`, a tree as lines out.
//!
//! The first line names the columns: `outcome:LEVEL` first, then predictors as `NAME:LEVEL`, and `frequency` and
//! `weight` where there are. LEVEL is `nominal`, `ordinal` or `scale`. Nominal and ordinal cells are codes from 0, scale
//! cells are numbers, and an empty cell is missing.

use chaid::{
    Adjustment, Binning, ChiSquare, Codes, Data, Finding, Group, Intervals, Level, Method, Missing, Node,
    Options, Outcome, OutcomeColumn, Predictor, SmallGroups, Tree, tree,
};
use std::fmt::Write;

/// What can go wrong, in words.
pub(crate) type Said<T> = Result<T, String>;

/// Columns as they were read.
pub(crate) struct Study {
    outcome: Column,
    predictors: Vec<Column>,
    frequency: Option<Vec<u32>>,
    weight: Option<Vec<f64>>,
}

struct Column {
    name: String,
    level: Level,
    /// NaN is missing.
    values: Vec<f64>,
}

/// How to look at a study: the options of the crate, and what comes before them.
pub(crate) struct Plan {
    pub(crate) options: Options,
    /// How a scale predictor is cut.
    pub(crate) binning: Binning,
    /// The only predictor; `None` for all.
    pub(crate) only: Option<String>,
}

/// Header of [`lines`].
pub(crate) const HEADER: &str = "node,parent,n,stop,predictor,split,groups,value,df,df_within,ln_p,multiplier,ln_p_adjusted,status,tie,tied";

impl Study {
    pub(crate) fn read(csv: &str) -> Said<Study> {
        let mut lines = csv.lines();
        let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let mut values: Vec<Vec<f64>> = vec![Vec::new(); header.len()];
        for (row, line) in lines.enumerate() {
            let cells: Vec<&str> = line.split(',').collect();
            if cells.len() != header.len() {
                return Err(format!(
                    "row {row} has {} cells where the header has {}",
                    cells.len(),
                    header.len()
                ));
            }
            for (column, cell) in values.iter_mut().zip(cells) {
                column.push(if cell.is_empty() { f64::NAN } else { number(cell)? });
            }
        }
        let (mut columns, mut frequency, mut weight) = (Vec::new(), None, None);
        for (name, values) in header.into_iter().zip(values) {
            match name.split_once(':') {
                None if name == "frequency" => frequency = Some(values.iter().map(|n| *n as u32).collect()),
                None if name == "weight" => weight = Some(values),
                None => {
                    return Err(format!(
                        "column {name} has no level: write {name}:nominal, :ordinal or :scale"
                    ));
                }
                Some((name, level)) => {
                    columns.push(Column { name: name.to_owned(), level: self::level(level)?, values })
                }
            }
        }
        if columns.is_empty() {
            return Err("the first column must be the outcome".to_owned());
        }
        Ok(Study { outcome: columns.remove(0), predictors: columns, frequency, weight })
    }

    pub(crate) fn grow(&self, plan: &Plan) -> Said<Tree> {
        let wanted = |column: &&Column| plan.only.as_ref().is_none_or(|only| *only == column.name);
        let coded: Said<Vec<(&Column, Vec<u8>)>> = self
            .predictors
            .iter()
            .filter(wanted)
            .map(|column| Ok((column, self.codes(column, plan.binning)?)))
            .collect();
        let coded = coded?;
        let predictors: Vec<Predictor<'_>> = coded
            .iter()
            .map(|(column, codes)| Predictor {
                name: column.name.clone(),
                level: column.level,
                categories: categories(codes),
                codes: Codes::U8(codes),
            })
            .collect();
        let classes = byte_codes(&self.outcome.values);
        let of_classes = |outcome| OutcomeColumn::Classes {
            outcome,
            classes: categories(&classes),
            codes: Codes::U8(&classes),
        };
        let outcome = match self.outcome.level {
            Level::Nominal => of_classes(Outcome::Nominal),
            Level::Ordinal => of_classes(Outcome::Ordinal { scores: None }),
            Level::Scale => OutcomeColumn::Scale(&self.outcome.values),
        };
        let (frequency, weight) = (self.frequency.as_deref(), self.weight.as_deref());
        let data = Data { outcome, predictors: &predictors, frequency, weight };
        tree(&data, &plan.options).map_err(|error| error.to_string())
    }

    fn codes(&self, column: &Column, binning: Binning) -> Said<Vec<u8>> {
        if column.level != Level::Scale {
            return Ok(byte_codes(&column.values));
        }
        let intervals = Intervals::of(&column.name, &column.values, self.frequency.as_deref(), binning);
        intervals.map(|intervals| intervals.codes(&column.values)).map_err(|error| error.to_string())
    }
}

impl Plan {
    /// `min_child=20 small=at_split …`; what is not said stays as the crate has it.
    pub(crate) fn read<'a>(settings: impl IntoIterator<Item = &'a str>) -> Said<Plan> {
        let mut plan =
            Plan { options: Options::default(), binning: Binning::Spss { intervals: 10 }, only: None };
        for setting in settings {
            let (key, value) =
                setting.split_once('=').ok_or_else(|| format!("{setting} is not KEY=VALUE"))?;
            plan.set(key, value)?;
        }
        Ok(plan)
    }

    fn set(&mut self, key: &str, value: &str) -> Said<()> {
        let options = &mut self.options;
        let whole = || value.parse::<u32>().map_err(|_| format!("{key}={value} is no whole number"));
        match (key, value) {
            ("method", "chaid") => options.method = Method::Chaid,
            ("method", "exhaustive") => options.method = Method::Exhaustive,
            ("statistic", "pearson") => options.statistic = ChiSquare::Pearson,
            ("statistic", "lr") => options.statistic = ChiSquare::LikelihoodRatio,
            ("missing", "floating") => options.missing = Missing::Floating,
            ("missing", "dropped") => options.missing = Missing::Dropped,
            ("missing", "category") => options.missing = Missing::Category,
            ("adjustment", "none") => options.adjustment = Adjustment::None,
            ("adjustment", "bonferroni") => options.adjustment = Adjustment::Bonferroni,
            ("adjustment", "spss") => options.adjustment = Adjustment::BonferroniSpss,
            ("small", "while_merging") => options.small = SmallGroups::WhileMerging,
            ("small", "at_split") => options.small = SmallGroups::AtSplit,
            ("alpha_merge", _) => options.alpha_merge = number(value)?,
            ("alpha_split", _) => options.alpha_split = number(value)?,
            ("resplit", _) => options.resplit = Some(number(value)?),
            ("convergence", _) => options.convergence = number(value)?,
            ("max_iterations", _) => options.max_iterations = whole()?,
            ("max_depth", _) => options.max_depth = whole()?,
            ("min_parent", _) => options.min_parent = whole()?.into(),
            ("min_child", _) => options.min_child = whole()?.into(),
            ("threads", _) => options.threads = whole()? as usize,
            ("spss_intervals", _) => self.binning = Binning::Spss { intervals: whole()? },
            ("modeler_intervals", _) => self.binning = Binning::Modeler { intervals: whole()? },
            ("only", _) => self.only = Some(value.to_owned()),
            _ => return Err(format!("{key}={value} is no option")),
        }
        Ok(())
    }
}

/// One line per node and predictor examined in it, one without a predictor where none was; nodes are numbered from
/// the root down, a child and all below it before the next child.
pub(crate) fn lines(tree: &Tree) -> Vec<String> {
    let order = preorder(tree);
    let mut number = vec![0; tree.nodes.len()];
    order.iter().enumerate().for_each(|(place, id)| number[*id] = place);
    let mut lines = Vec::new();
    for node in order.into_iter().map(|id| &tree.nodes[id]) {
        let parent = node.parent.map(|parent| number[parent].to_string()).unwrap_or_default();
        let stop = node.stop.map(|stop| format!("{stop:?}")).unwrap_or_default();
        let start = format!("{},{parent},{},{stop}", number[node.id], node.n());
        if node.candidates.is_empty() {
            lines.push(format!("{start},{}", ",".repeat(11)));
        }
        let tied = node.tied.len();
        let of_finding = |finding: &Finding| format!("{start},{},{tied}", shown(node, finding));
        lines.extend(node.candidates.iter().map(of_finding));
    }
    lines
}

/// Nodes from the root down, a child and all below it before the next child.
pub(crate) fn preorder(tree: &Tree) -> Vec<usize> {
    let (mut order, mut open) = (Vec::new(), vec![0]);
    while let Some(id) = open.pop() {
        order.push(id);
        open.extend(tree.nodes[id].children.iter().rev());
    }
    order
}

fn shown(node: &Node, finding: &Finding) -> String {
    let split = u8::from(node.split().is_some_and(|split| split.predictor == finding.predictor));
    let (test, groups) = (&finding.test, groups(&finding.groups));
    let within = test.df_within.map(|df| df.to_string()).unwrap_or_default();
    format!(
        "{},{split},{groups},{:?},{},{within},{:?},{:?},{:?},{:?},{}",
        finding.name,
        test.value,
        test.df,
        test.ln_p,
        finding.multiplier,
        finding.ln_p_adjusted,
        finding.status,
        u8::from(finding.tie)
    )
}

/// `0 1|2 m`: groups of categories, `m` the missing one.
pub(crate) fn groups(groups: &[Group]) -> String {
    let mut text = String::new();
    for (place, group) in groups.iter().enumerate() {
        let members =
            group.categories.iter().map(ToString::to_string).chain(group.missing.then(|| "m".to_owned()));
        let bar = if place == 0 { "" } else { "|" };
        // Writing to a String cannot fail.
        let _ = write!(text, "{bar}{}", members.collect::<Vec<_>>().join(" "));
    }
    text
}

fn byte_codes(values: &[f64]) -> Vec<u8> {
    values.iter().map(|value| if value.is_nan() { u8::MAX } else { *value as u8 }).collect()
}

fn categories(codes: &[u8]) -> usize {
    codes.iter().filter(|code| **code != u8::MAX).max().map_or(0, |code| usize::from(*code) + 1)
}

fn level(text: &str) -> Said<Level> {
    match text {
        "nominal" => Ok(Level::Nominal),
        "ordinal" => Ok(Level::Ordinal),
        "scale" => Ok(Level::Scale),
        _ => Err(format!("{text} is no level: nominal, ordinal or scale")),
    }
}

fn number(text: &str) -> Said<f64> {
    text.parse().map_err(|_| format!("{text} is no number"))
}
