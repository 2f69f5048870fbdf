//! The way from the delivered rows to the published ones, round by round, as text.

use std::fmt::Write as _;

use crate::grid::places;
use terms::WaterfallRow;

/// The rows of one round, kept in the order in which the round first appears.
struct Round<'a> {
    name: &'a str,
    populations: Vec<Population<'a>>,
}

struct Population<'a> {
    name: &'a str,
    steps: Vec<&'a WaterfallRow>,
}

/// The waterfall for a terminal: the total after each round, then every population, then every rule
/// that touched it. Rules that touched nothing are named on a line of their own, so none is missing.
///
/// A rule whose counts do not add up is marked `NOT BALANCED`; such a run is never published.
pub fn waterfall_text(rows: &[WaterfallRow]) -> String {
    let rounds = group(rows);
    let mut out = String::new();
    if rounds.is_empty() {
        return "no rounds\n".into();
    }
    let totals = totals(&rounds);
    push(&mut out, &arrows(&totals));
    for round in &rounds {
        push_round(&mut out, round);
    }
    out
}

/// All rows before the first round and after each one, such as `92 → 90`; empty without rounds.
pub fn totals_text(rows: &[WaterfallRow]) -> String {
    arrows(&totals(&group(rows)))
}

fn push_round(out: &mut String, round: &Round) {
    push(out, "");
    push(out, &format!("{}  {}", round.name, chain([round.rows_in(), round.rows_out()].into_iter())));
    let touching = || round.populations.iter().flat_map(|p| &p.steps).filter(|step| touched(step));
    let width = touching().map(|step| places(&step.rule)).max().unwrap_or(0);
    for population in &round.populations {
        let counts = population.steps.iter().flat_map(|step| [step.rows_in, step.rows_out]);
        push(out, &format!("  {}  {}", population.name, chain(counts)));
        for step in population.steps.iter().filter(|step| touched(step)) {
            let balance = match step.expected_rows_out() {
                expected if expected == step.rows_out => String::new(),
                expected => format!("   NOT BALANCED: {expected} expected"),
            };
            let line = format!(
                "    {:>2} {:<width$}  {:>6} → {:<6} {}{balance}",
                step.step,
                step.rule,
                step.rows_in,
                step.rows_out,
                effects(step)
            );
            push(out, &line);
        }
    }
    let idle = idle_rules(round);
    if !idle.is_empty() {
        push(out, &format!("  no effect: {}", idle.join(", ")));
    }
}

impl Round<'_> {
    fn rows_in(&self) -> i64 {
        self.populations.iter().filter_map(|p| p.steps.first()).map(|step| step.rows_in).sum()
    }

    fn rows_out(&self) -> i64 {
        self.populations.iter().filter_map(|p| p.steps.last()).map(|step| step.rows_out).sum()
    }
}

fn group(rows: &[WaterfallRow]) -> Vec<Round<'_>> {
    let mut rounds: Vec<Round> = Vec::new();
    for row in rows {
        let round = find_or_push(
            &mut rounds,
            |r| r.name == row.round,
            || Round { name: &row.round, populations: vec![] },
        );
        let populations = &mut round.populations;
        let population = find_or_push(
            populations,
            |p| p.name == row.population,
            || Population { name: &row.population, steps: vec![] },
        );
        population.steps.push(row);
    }
    for population in rounds.iter_mut().flat_map(|round| &mut round.populations) {
        population.steps.sort_by_key(|step| step.step);
    }
    rounds
}

fn find_or_push<T>(items: &mut Vec<T>, is: impl Fn(&T) -> bool, new: impl Fn() -> T) -> &mut T {
    let at = items.iter().position(is).unwrap_or(items.len());
    if at == items.len() {
        items.push(new());
    }
    &mut items[at]
}

fn touched(step: &WaterfallRow) -> bool {
    effects_of(step).iter().any(|(_, _, count)| *count != 0) || step.rows_in != step.rows_out
}

/// Sign, word and number of each thing that a rule may do.
fn effects_of(step: &WaterfallRow) -> [(&'static str, &'static str, i64); 6] {
    [
        ("−", "merged", step.merged),
        ("−", "removed", step.removed),
        ("+", "added", step.added),
        ("+", "moved in", step.moved_in),
        ("−", "moved out", step.moved_out),
        ("", "updated", step.updated),
    ]
}

fn effects(step: &WaterfallRow) -> String {
    let parts = effects_of(step).into_iter().filter(|(_, _, count)| *count != 0);
    parts.map(|(sign, word, count)| format!("{sign}{count} {word}")).collect::<Vec<_>>().join(", ")
}

/// Rules that touched no population of the round, in the order of their steps.
fn idle_rules<'a>(round: &Round<'a>) -> Vec<&'a str> {
    let steps = || round.populations.iter().flat_map(|p| &p.steps);
    let mut idle: Vec<(u32, &str)> = steps()
        .filter(|step| !steps().any(|other| other.step == step.step && touched(other)))
        .map(|step| (step.step, step.rule.as_str()))
        .collect();
    idle.sort_unstable();
    idle.dedup();
    idle.into_iter().map(|(_, rule)| rule).collect()
}

/// All rows before the first round and after each one. Where a round does not begin with what the one
/// before it left, both counts stand, so that the gap is seen.
fn totals(rounds: &[Round]) -> Vec<i64> {
    let mut totals = Vec::new();
    for round in rounds {
        if totals.last() != Some(&round.rows_in()) {
            totals.push(round.rows_in());
        }
        totals.push(round.rows_out());
    }
    totals
}

/// `92 → 90 → 87`; a count that repeats its neighbour is written once, but both ends always stand.
fn chain(counts: impl Iterator<Item = i64>) -> String {
    let mut counts: Vec<i64> = counts.collect();
    counts.dedup();
    if let [only] = counts[..] {
        counts.push(only);
    }
    arrows(&counts)
}

fn arrows(counts: &[i64]) -> String {
    counts.iter().map(i64::to_string).collect::<Vec<_>>().join(" → ")
}

fn push(out: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}", line.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(
        round: &str,
        step: u32,
        rule: &str,
        population: &str,
        rows_in: i64,
        rows_out: i64,
    ) -> WaterfallRow {
        WaterfallRow {
            round: round.into(),
            step,
            rule: rule.into(),
            population: population.into(),
            rows_in,
            merged: 0,
            removed: 0,
            added: 0,
            moved_in: 0,
            moved_out: 0,
            updated: 0,
            rows_out,
        }
    }

    #[test]
    fn rounds_populations_and_rules_stand_under_each_other() {
        let rows = [
            WaterfallRow { merged: 8, ..row("first", 1, "twins", "here", 100, 92) },
            row("first", 2, "nothing_found", "here", 92, 92),
            WaterfallRow { removed: 2, updated: 5, ..row("second", 1, "strangers", "here", 92, 90) },
            row("second", 1, "strangers", "gone", 0, 0),
            WaterfallRow { moved_out: 3, ..row("second", 2, "leavers", "here", 90, 87) },
            WaterfallRow { moved_in: 3, added: 10, ..row("second", 2, "leavers", "gone", 0, 13) },
        ];
        insta::assert_snapshot!(waterfall_text(&rows), @r#"
100 → 92 → 100

first  100 → 92
  here  100 → 92
     1 twins     100 → 92     −8 merged
  no effect: nothing_found

second  92 → 100
  here  92 → 90 → 87
     1 strangers      92 → 90     −2 removed, 5 updated
     2 leavers        90 → 87     −3 moved out
  gone  0 → 13
     2 leavers         0 → 13     +10 added, +3 moved in
"#);
    }

    #[test]
    fn a_rule_that_loses_a_row_is_marked() {
        let text = waterfall_text(&[WaterfallRow { removed: 1, ..row("first", 1, "r", "here", 10, 8) }]);
        assert!(text.contains("NOT BALANCED: 9 expected"), "{text}");
    }

    #[test]
    fn a_run_without_rounds_says_so() {
        assert_eq!(waterfall_text(&[]), "no rounds\n");
    }
}
