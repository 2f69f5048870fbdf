//! Which decisions of a rule are shown: what the address says.

use crate::fault::Fault;
use crate::rows::Value;
use crate::sheet::Sheet;
use crate::visit::{Visit, segment};
use report::Markup;
use serve::Role;
use terms::{Manifest, Verb};

/// Characters of a text that is looked for.
const LONGEST: usize = 200;

/// Decisions of one rule, and which of them.
pub(super) struct Filter<'v> {
    pub(super) round: &'v str,
    pub(super) rule: &'v str,
    verb: Option<&'v str>,
    population: Option<&'v str>,
    applied: Option<&'v str>,
    by: Option<&'v str>,
    q: Option<&'v str>,
}

/// A field with a choice: name, label, and the values with their labels.
type Choice<'v> = (&'static str, &'static str, Vec<(&'v str, &'v str)>);

impl<'v> Filter<'v> {
    /// What the address of a visit says.
    ///
    /// # Errors
    /// A text that is too long to be looked for.
    pub(super) fn of(visit: &'v Visit, round: &'v str, rule: &'v str) -> Result<Self, Fault> {
        let q = visit.get("q");
        if q.is_some_and(|q| q.chars().count() > LONGEST) {
            let text = visit.say("De zoektekst is te lang.", "The text to search for is too long.");
            return Err(Fault::Asked(text.to_owned()));
        }
        let get = |name| visit.get(name);
        let (verb, population, applied, by) = (get("verb"), get("population"), get("applied"), get("by"));
        Ok(Self { round, rule, verb, population, applied, by, q })
    }

    /// The query that begins with the decisions that fit, as `decided`; who may not read reasons does not search them.
    pub(super) fn sql(visit: &Visit, rest: Rest) -> &'static str {
        macro_rules! with {
            ($rest:literal) => {
                match visit.role {
                    Role::Auditor => concat!(include_str!("decided.sql"), include_str!($rest)),
                    _ => concat!(include_str!("decided_plain.sql"), include_str!($rest)),
                }
            };
        }
        match rest {
            Rest::Count => with!("count.sql"),
            Rest::Page => with!("page.sql"),
            Rest::All => with!("all.sql"),
        }
    }

    /// The values for the query.
    pub(super) fn values(&self) -> Vec<(&'static str, Value<'v>)> {
        let given = |value: Option<&'v str>| value.map_or(Value::Nothing, Value::Text);
        vec![
            ("round", Value::Text(self.round)),
            ("rule", Value::Text(self.rule)),
            ("verb", given(self.verb)),
            ("population", given(self.population)),
            ("applied", given(self.applied)),
            ("by", given(self.by)),
            ("q", given(self.q)),
        ]
    }

    /// The address of the list as a file, of the same decisions.
    pub(super) fn file(&self, visit: &Visit) -> String {
        let path = format!("/flow/{}/{}/decisions.csv", segment(self.round), segment(self.rule));
        let asked = [
            ("verb", self.verb),
            ("population", self.population),
            ("applied", self.applied),
            ("by", self.by),
            ("q", self.q),
        ];
        let asked: Vec<(&str, &str)> =
            asked.iter().map(|(name, value)| (*name, value.unwrap_or_default())).collect();
        visit.link(&path, &asked)
    }

    /// The form that changes the address.
    pub(super) fn form(&self, sheet: &mut Sheet, visit: &Visit, run: &Manifest) {
        let html = sheet.html();
        html.open("form", &[("method", "get"), ("class", "filter"), ("role", "search")]).line();
        if let Some(run) = visit.get("run") {
            html.void("input", &[("type", "hidden"), ("name", "run"), ("value", run)]);
        }
        let chosen = [self.verb, self.population, self.applied, self.by];
        for (choice, chosen) in self.choices(visit, run).into_iter().zip(chosen) {
            select(html, visit, choice, chosen);
        }
        let label = match visit.role {
            Role::Auditor => {
                visit.say("Tekst in reden, bewijs of rij-id", "Text in reason, evidence or row id")
            }
            _ => visit.say("Tekst in rij-id", "Text in row id"),
        };
        html.open("p", &[]).element("label", &[("for", "q")], label).text(" ");
        let (most, value) = (LONGEST.to_string(), self.q.unwrap_or_default());
        let field = [("id", "q"), ("name", "q"), ("type", "search"), ("maxlength", &*most), ("value", value)];
        html.void("input", &field).close().line();
        html.open("p", &[])
            .element("button", &[("type", "submit")], visit.say("Filteren", "Filter"))
            .text(" ");
        let all = visit.link(&visit.path, &[]);
        html.element("a", &[("href", &all)], visit.say("alles tonen", "show all")).close().close().line();
    }

    /// The fields of the form, in the order of the values of the filter.
    fn choices<'r>(&self, visit: &Visit, run: &'r Manifest) -> [Choice<'r>; 4] {
        let mut populations: Vec<(&str, &str)> = Vec::new();
        for row in run.waterfall.iter().filter(|row| row.round == self.round) {
            let population = (row.population.as_str(), row.population.as_str());
            if !populations.contains(&population) {
                populations.push(population);
            }
        }
        let verbs = Verb::ALL.into_iter().map(|verb| (verb.as_str(), super::words::asked(visit, verb)));
        let yes_no = vec![("yes", visit.say("ja", "yes")), ("no", visit.say("nee", "no"))];
        let by = vec![
            ("rule", visit.say("de regel", "the rule")),
            ("reviewer", visit.say("een beoordelaar", "a reviewer")),
        ];
        [
            ("verb", visit.say("Wat", "What"), verbs.collect()),
            ("population", visit.say("Populatie", "Population"), populations),
            ("applied", visit.say("Toegepast", "Applied"), yes_no),
            ("by", visit.say("Beslist door", "Decided by"), by),
        ]
    }
}

/// A field with a choice, of which nothing may be chosen.
fn select(html: &mut Markup, visit: &Visit, (name, label, values): Choice<'_>, chosen: Option<&str>) {
    html.open("p", &[]).element("label", &[("for", name)], label).text(" ");
    html.open("select", &[("id", name), ("name", name)]);
    html.element("option", &[("value", "")], visit.say("alle", "all"));
    for (value, label) in values {
        let mut attributes = vec![("value", value)];
        attributes.extend((chosen == Some(value)).then_some(("selected", "")));
        html.element("option", &attributes, label);
    }
    html.close().close().line();
}

/// What follows the decisions that fit.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rest {
    /// How many.
    Count,
    /// A page of them.
    Page,
    /// All of them.
    All,
}
