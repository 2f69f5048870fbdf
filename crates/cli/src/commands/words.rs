//! Records, decisions and pairs in words.

use engine::{Decided, Matched, Origin, Other};
use std::collections::BTreeMap;

/// Where a record stands: `file:line`, of a workbook with its sheet.
pub(crate) fn place(origin: &Origin) -> String {
    let sheet = origin.sheet.as_ref().map(|sheet| format!(" (sheet {sheet})")).unwrap_or_default();
    format!("{}:{}{sheet}", origin.file, origin.line)
}

/// Another record: where it stands, and its identity.
pub(crate) fn other(other: &Other) -> String {
    match (&other.file, other.line) {
        (Some(file), Some(line)) => format!("{file}:{line} ({})", other.row_id),
        _ => format!("({})", other.row_id),
    }
}

/// A decision about a record: what, by which rule, why, and what it saw; one line each.
pub(crate) fn decision(decided: &Decided) -> Vec<String> {
    let from = decided.population_from.as_deref().unwrap_or("none");
    let to = decided.population_to.as_deref().unwrap_or("none");
    let verb = match (decided.verb.as_str(), &decided.survivor) {
        ("merge", Some(survivor)) => format!("merged into {}", other(survivor)),
        ("remove", _) => "removed".to_owned(),
        ("move", _) => format!("moved from {from} to {to}"),
        ("add", _) => format!("added to {to}"),
        ("update", _) => "updated".to_owned(),
        (verb, _) => verb.to_owned(),
    };
    let verb = if decided.applied { verb } else { format!("NOT {verb}") };
    let mut lines = vec![format!("{}, rule {}: {verb}: {}", decided.round, decided.rule, decided.reason)];
    lines.extend(named("changes", " = ", &decided.changes));
    lines.extend(named("evidence", " ", &decided.evidence));
    lines.push(decided_by(decided));
    lines
}

fn decided_by(decided: &Decided) -> String {
    let why = decided.review_reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let who = decided.reviewer.as_deref().unwrap_or("unknown");
    match (decided.decided_by.as_str(), decided.applied) {
        ("reviewer", true) => format!("proposed by the rule, accepted by reviewer {who}{why}"),
        ("reviewer", false) => format!("proposed by the rule, rejected by reviewer {who}{why}"),
        _ => "decided by the rule".to_owned(),
    }
}

/// A pair that a pass proposed, seen from one of its records; one line each.
pub(crate) fn pair(pair: &Matched) -> Vec<String> {
    let verb = match pair.outcome.as_str() {
        "matched" => "matched with".to_owned(),
        outcome => format!("not matched, {outcome}, with"),
    };
    let Matched { matching, pass, partner, reason, .. } = pair;
    let mut lines = vec![format!("{matching}, pass {pass}: {verb} {}: {reason}", other(partner))];
    lines.extend(named("evidence", " ", &pair.evidence));
    if pair.decided_by == "reviewer" {
        let why = pair.review_reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let who = pair.reviewer.as_deref().unwrap_or("unknown");
        let word = if pair.outcome == "matched" { "confirmed" } else { "rejected" };
        lines.push(format!("proposed by the pass, {word} by reviewer {who}{why}"));
    }
    lines
}

fn named(title: &str, between: &str, values: &BTreeMap<String, String>) -> Option<String> {
    if values.is_empty() {
        return None;
    }
    let values: Vec<String> = values.iter().map(|(name, value)| format!("{name}{between}{value}")).collect();
    Some(format!("{title}: {}", values.join(", ")))
}

/// `1 row`, `2 rows`.
pub(crate) fn counted(number: u64, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// Bytes with a unit: `17 bytes`, `3.2 KiB`, `1.0 GiB`.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return counted(bytes, "byte");
    }
    // In tenths of the unit, so that no float is rounded.
    let mut tenths = u128::from(bytes) * 10 / 1024;
    let mut unit = 0;
    while tenths >= 10 * 1024 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// `run 3`, `runs 1 to 4, 7`; `no run` if there are none.
pub(crate) fn numbered(numbers: &[u64]) -> String {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, to)) if *to + 1 == *number => *to = *number,
            _ => ranges.push((*number, *number)),
        }
    }
    let range = |(from, to): (u64, u64)| match to - from {
        0 => from.to_string(),
        1 => format!("{from}, {to}"),
        _ => format!("{from} to {to}"),
    };
    let texts: Vec<String> = ranges.into_iter().map(range).collect();
    match numbers.len() {
        0 => "no run".to_owned(),
        1 => format!("run {}", texts.join(", ")),
        _ => format!("runs {}", texts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{numbered, pair, size};
    use engine::{Matched, Other};

    #[test]
    fn a_pair_says_who_judged_it() {
        let of = |outcome: &str, decided_by: &str| Matched {
            matching: "registry".into(),
            pass_no: 2,
            pass: "birth".into(),
            outcome: outcome.into(),
            partner: Other { row_id: "x".into(), file: Some("town.csv".into()), line: Some(5) },
            reason: "same birth date".into(),
            evidence: [("days".to_owned(), "0".to_owned())].into(),
            decided_by: decided_by.into(),
            reviewer: Some("Mees".into()),
            review_reason: Some("two houses".into()),
        };
        let first = |said: &str| format!("registry, pass birth: {said} town.csv:5 (x): same birth date");
        assert_eq!(
            pair(&of("superseded", "pass")),
            [first("not matched, superseded, with"), "evidence: days 0".into()]
        );
        let rejected = pair(&of("rejected", "reviewer"));
        assert_eq!(rejected[0], first("not matched, rejected, with"));
        assert_eq!(rejected[2], "proposed by the pass, rejected by reviewer Mees: two houses");
        let confirmed = pair(&of("matched", "reviewer"));
        assert_eq!(confirmed[0], first("matched with"));
        assert_eq!(confirmed[2], "proposed by the pass, confirmed by reviewer Mees: two houses");
    }

    #[test]
    fn runs_in_a_row_are_a_range() {
        assert_eq!(numbered(&[]), "no run");
        assert_eq!(numbered(&[3]), "run 3");
        assert_eq!(numbered(&[1, 2, 4, 5, 6, 7, 9]), "runs 1, 2, 4 to 7, 9");
    }

    #[test]
    fn sizes_have_the_unit_that_fits() {
        for (bytes, said) in [
            (1, "1 byte"),
            (1023, "1023 bytes"),
            (1024, "1.0 KiB"),
            (3 << 20, "3.0 MiB"),
            ((5 << 30) + (1 << 29), "5.5 GiB"),
        ] {
            assert_eq!(size(bytes), said);
        }
    }
}
