//! What the rules of a run did, round by round, as things that can be drawn.

use terms::{Verb, WaterfallRow};

/// The rounds of a run, and the populations of all of them in the order of their first appearance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Flow<'r> {
    /// Names of the populations.
    pub(super) populations: Vec<&'r str>,
    /// The rounds, in the order in which they ran.
    pub(super) rounds: Vec<Round<'r>>,
}

/// A round: rows of each population before and after, and its rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Round<'r> {
    pub(super) name: &'r str,
    pub(super) before: Vec<i64>,
    pub(super) rules: Vec<Rule<'r>>,
    pub(super) after: Vec<i64>,
}

/// A rule, the rows of each population before and after it, and what it did; one that touched nothing did nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rule<'r> {
    pub(super) name: &'r str,
    pub(super) step: u32,
    pub(super) before: Vec<i64>,
    pub(super) after: Vec<i64>,
    pub(super) effects: Vec<Effect>,
}

/// Rows that a rule touched in one way; populations are places in [`Flow::populations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Effect {
    pub(super) verb: Verb,
    pub(super) rows: i64,
    /// The population that the rows were in; none of those that were added, nor where it cannot be told.
    pub(super) from: Option<usize>,
    /// The population that the rows are in now; none of those that are gone, nor where it cannot be told.
    pub(super) to: Option<usize>,
}

impl<'r> Flow<'r> {
    /// What the rows of a waterfall say.
    pub(super) fn of(rows: &'r [WaterfallRow]) -> Self {
        let mut flow = Self::default();
        for row in rows {
            if !flow.populations.contains(&row.population.as_str()) {
                flow.populations.push(&row.population);
            }
        }
        let mut names: Vec<&str> = Vec::new();
        for row in rows {
            if !names.contains(&row.round.as_str()) {
                names.push(&row.round);
            }
        }
        let of_round = |name| rows.iter().filter(move |row| row.round == name).collect::<Vec<_>>();
        flow.rounds = names.into_iter().map(|name| flow.round(name, &of_round(name))).collect();
        flow
    }

    fn round(&self, name: &'r str, rows: &[&'r WaterfallRow]) -> Round<'r> {
        let mut steps: Vec<(u32, &'r str)> = rows.iter().map(|row| (row.step, row.rule.as_str())).collect();
        steps.sort_unstable();
        steps.dedup();
        let rule = |(step, rule): (u32, &'r str)| {
            let here: Vec<&WaterfallRow> =
                rows.iter().filter(|row| row.step == step && row.rule == rule).copied().collect();
            self.rule(rule, step, &here)
        };
        let rules: Vec<Rule<'r>> = steps.into_iter().map(rule).collect();
        let before = rules.first().map(|rule| rule.before.clone()).unwrap_or_default();
        let after = rules.last().map(|rule| rule.after.clone()).unwrap_or_default();
        Round { name, before, rules, after }
    }

    fn rule(&self, name: &'r str, step: u32, rows: &[&WaterfallRow]) -> Rule<'r> {
        let of = |population: &str| rows.iter().find(|row| row.population == population);
        let count = |count: &dyn Fn(&WaterfallRow) -> i64| -> Vec<i64> {
            self.populations.iter().map(|name| of(name).map_or(0, |row| count(row))).collect()
        };
        let effect = |verb, place: usize, rows| {
            let (from, to) = match verb {
                Verb::Merge | Verb::Remove => (Some(place), None),
                Verb::Add => (None, Some(place)),
                Verb::Move | Verb::Update => (Some(place), Some(place)),
            };
            Effect { verb, rows, from, to }
        };
        let mut effects = Vec::new();
        for (verb, counts) in [
            (Verb::Merge, count(&|row| row.merged)),
            (Verb::Remove, count(&|row| row.removed)),
            (Verb::Add, count(&|row| row.added)),
            (Verb::Update, count(&|row| row.updated)),
        ] {
            let touched = counts.into_iter().enumerate().filter(|(_, rows)| *rows > 0);
            effects.extend(touched.map(|(place, rows)| effect(verb, place, rows)));
        }
        effects.extend(moves(&count(&|row| row.moved_out), &count(&|row| row.moved_in)));
        Rule { name, step, before: count(&|row| row.rows_in), after: count(&|row| row.rows_out), effects }
    }
}

/// Moves between populations. Where several lose rows and several get some, the counts do not say who went where.
fn moves(out: &[i64], into: &[i64]) -> Vec<Effect> {
    let some = |counts: &[i64]| -> Vec<(usize, i64)> {
        counts.iter().copied().enumerate().filter(|(_, rows)| *rows > 0).collect()
    };
    let moved = |from, to, rows| Effect { verb: Verb::Move, rows, from, to };
    let (out, into) = (some(out), some(into));
    match (out.as_slice(), into.as_slice()) {
        ([(from, _)], into) if !into.is_empty() => {
            into.iter().map(|(to, rows)| moved(Some(*from), Some(*to), *rows)).collect()
        }
        (out, [(to, _)]) => out.iter().map(|(from, rows)| moved(Some(*from), Some(*to), *rows)).collect(),
        (out, into) => {
            let leave = out.iter().map(|(from, rows)| moved(Some(*from), None, *rows));
            leave.chain(into.iter().map(|(to, rows)| moved(None, Some(*to), *rows))).collect()
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A row of a waterfall; what a rule did is added with the syntax of struct update.
    pub(in crate::flow) fn row(
        round: &str,
        step: u32,
        rule: &str,
        population: &str,
        rows_in: i64,
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
            rows_out: rows_in,
        }
    }

    #[test]
    fn what_a_rule_did_is_told_by_population() {
        let rows = [
            WaterfallRow { merged: 3, updated: 2, rows_out: 7, ..row("one", 1, "twins", "here", 10) },
            row("one", 1, "twins", "gone", 0),
            WaterfallRow { moved_out: 2, rows_out: 5, ..row("one", 2, "left", "here", 7) },
            WaterfallRow { moved_in: 2, added: 4, rows_out: 6, ..row("one", 2, "left", "gone", 0) },
        ];
        let flow = Flow::of(&rows);
        assert_eq!(flow.populations, ["here", "gone"]);
        let [round] = flow.rounds.as_slice() else { panic!("{flow:?}") };
        assert_eq!((&round.before, &round.after), (&vec![10, 0], &vec![5, 6]));
        let effect = |verb, rows, from, to| Effect { verb, rows, from, to };
        assert_eq!(
            round.rules[0].effects,
            [effect(Verb::Merge, 3, Some(0), None), effect(Verb::Update, 2, Some(0), Some(0))]
        );
        assert_eq!(
            round.rules[1].effects,
            [effect(Verb::Add, 4, None, Some(1)), effect(Verb::Move, 2, Some(0), Some(1))]
        );
    }

    #[test]
    fn who_went_where_is_not_guessed() {
        let told = |out: &[i64], into: &[i64]| -> Vec<_> {
            moves(out, into).into_iter().map(|effect| (effect.from, effect.to, effect.rows)).collect()
        };
        assert_eq!(told(&[5, 0, 0], &[0, 2, 3]), [(Some(0), Some(1), 2), (Some(0), Some(2), 3)]);
        assert_eq!(told(&[2, 3, 0], &[0, 0, 5]), [(Some(0), Some(2), 2), (Some(1), Some(2), 3)]);
        assert_eq!(
            told(&[2, 3], &[4, 1]),
            [(Some(0), None, 2), (Some(1), None, 3), (None, Some(0), 4), (None, Some(1), 1)]
        );
        assert_eq!(told(&[0, 0], &[0, 0]), []);
    }
}
