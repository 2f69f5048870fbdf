use super::reading::{Sql, stem};
use super::{Reading, document};
use crate::sql::Order;
use crate::tables::{Identity, Maker, Read};
use crate::yaml::{RawRound, RawRule};
use crate::{Population, Round, Rule, StepKind};
use terms::TableName;

mod population;

/// The rounds that could be read, and what all of them make.
pub(crate) fn read(reading: &mut Reading<'_>, raws: &[RawRound]) -> (Vec<Round>, Vec<Maker>) {
    let mut rounds = Vec::new();
    let mut makers = Vec::new();
    let mut populations: Vec<(String, Population)> = Vec::new();
    for (index, raw) in raws.iter().enumerate() {
        let mut reads = Vec::new();
        let rules = raw.rules.iter().filter_map(|rule| read_rule(reading, rule, &mut reads)).collect();
        check_names(reading, &raw.rules);
        let population = population::read(reading, raw, &populations);
        populations.extend(population.clone().map(|population| (raw.name.value.clone(), population)));
        makers.extend(maker(reading, raw, index, reads));
        let text = reading.pipeline.clone();
        reading.checks_beside(&text, TableName::new("cleaning", &raw.name.value).ok(), &raw.checks);
        rounds.extend(round(raw, rules, population));
    }
    (rounds, makers)
}

fn round(raw: &RawRound, rules: Vec<Rule>, population: Option<Population>) -> Option<Round> {
    Some(Round {
        name: raw.name.value.clone(),
        title: raw.title.clone(),
        base: TableName::parse(&raw.base.value).ok()?,
        population: population?,
        review: raw.review.as_ref().and_then(|review| TableName::parse(&review.value).ok()),
        rules,
    })
}

/// The rule with its document; what it reads is added to `reads`.
fn read_rule(reading: &mut Reading<'_>, raw: &RawRule, reads: &mut Vec<Read>) -> Option<Rule> {
    let by = raw.rule.place(&reading.pipeline);
    let sql = reading.sql(&raw.rule.value, &by, Order::Free);
    reads.extend(sql.iter().flat_map(Sql::reads));
    let path = raw.rule.value.strip_suffix(".sql").map(|path| format!("{path}.md"))?;
    let text = reading.folder.read(&path, Some(&by));
    let text = reading.keep(text)?;
    let document = document::parse(&text).map_err(|faults| reading.faults.extend(faults)).ok();
    let adds_from = raw.adds_from.as_ref().and_then(|table| TableName::parse(&table.value).ok());
    let review = raw.review.as_ref().map(|review| review.value).unwrap_or_default();
    Some(Rule { name: stem(&path).to_owned(), sql: sql?.file, adds_from, review, document: document? })
}

fn check_names(reading: &mut Reading<'_>, rules: &[RawRule]) {
    for (index, rule) in rules.iter().enumerate() {
        if rules[..index].iter().any(|other| stem(&other.rule.value) == stem(&rule.rule.value)) {
            let place = rule.rule.place(&reading.pipeline);
            reading.yaml(
                &place,
                "a second rule of this name in the round",
                "rename the file: decisions name their rule",
            );
        }
    }
}

fn maker(reading: &mut Reading<'_>, raw: &RawRound, index: usize, mut reads: Vec<Read>) -> Option<Maker> {
    let pipeline = reading.pipeline.clone();
    let name = reading.identifier(&raw.name, &pipeline)?;
    let adds = raw.rules.iter().filter_map(|rule| rule.adds_from.as_ref());
    let tables = std::iter::once(&raw.base).chain(adds);
    let mut implied = Vec::new();
    for declared in tables {
        if let Some((table, read)) = reading.table(declared, &pipeline) {
            implied.extend(TableName::new("identity", table.table()));
            reads.push(read);
        }
    }
    reads.extend(
        raw.review.as_ref().and_then(|review| reading.table(review, &pipeline)).map(|(_, read)| read),
    );
    Some(Maker {
        place: raw.name.place(&pipeline),
        kind: Some(StepKind::Round(index)),
        writes: ["cleaning", "identity"]
            .iter()
            .filter_map(|schema| TableName::new(schema, &name).ok())
            .collect(),
        name,
        reads,
        implied,
        identity: Identity::Allowed,
        locals: &["records", "identities"],
    })
}
