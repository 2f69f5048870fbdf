//! What rules do, in words.

use super::draw::unsigned;
use super::effects::{Effect, Flow};
use crate::visit::Visit;
use terms::Verb;

/// `merged`, in the visitor's language.
pub(super) fn done(visit: &Visit, verb: Verb) -> &'static str {
    match verb {
        Verb::Merge => visit.say("samengevoegd", "merged"),
        Verb::Remove => visit.say("verwijderd", "removed"),
        Verb::Move => visit.say("verplaatst", "moved"),
        Verb::Add => visit.say("toegevoegd", "added"),
        Verb::Update => visit.say("bijgewerkt", "updated"),
    }
}

/// `merge`, in the visitor's language: what a rule asked for, whether or not it was done.
pub(super) fn asked(visit: &Visit, verb: Verb) -> &'static str {
    match verb {
        Verb::Merge => visit.say("samenvoegen", "merge"),
        Verb::Remove => visit.say("verwijderen", "remove"),
        Verb::Move => visit.say("verplaatsen", "move"),
        Verb::Add => visit.say("toevoegen", "add"),
        Verb::Update => visit.say("bijwerken", "update"),
    }
}

/// What was asked for by a verb that is a text, such as that of a stored decision.
pub(super) fn asked_by_name<'v>(visit: &Visit, verb: &'v str) -> &'v str {
    named(verb).map_or(verb, |verb| asked(visit, verb))
}

/// What was done by a verb that is a text.
pub(crate) fn done_by_name<'v>(visit: &Visit, verb: &'v str) -> &'v str {
    named(verb).map_or(verb, |verb| done(visit, verb))
}

fn named(verb: &str) -> Option<Verb> {
    Verb::ALL.into_iter().find(|known| known.as_str() == verb)
}

/// The sign before a number of rows: whether they are more or fewer now.
pub(super) fn sign(effect: &Effect) -> &'static str {
    match effect.verb {
        Verb::Merge | Verb::Remove => "−",
        Verb::Add => "+",
        Verb::Move => "→ ",
        Verb::Update => "",
    }
}

/// `round_1, rule twins: 3 rows merged (active)`.
pub(super) fn sentence(
    visit: &Visit,
    flow: &Flow<'_>,
    (round, rule): (&str, &str),
    effect: &Effect,
) -> String {
    let rows = unsigned(effect.rows);
    let rows = visit.language.count(rows, visit.say("rij", "row"), visit.say("rijen", "rows"));
    let name = |place: Option<usize>| place.and_then(|place| flow.populations.get(place)).copied();
    let places = match (name(effect.from), name(effect.to)) {
        (Some(from), Some(to)) if from != to => format!("{from} → {to}"),
        (Some(name), _) | (None, Some(name)) => name.to_owned(),
        (None, None) => String::new(),
    };
    format!("{round}, {} {rule}: {rows} {} ({places})", visit.say("regel", "rule"), done(visit, effect.verb))
}
