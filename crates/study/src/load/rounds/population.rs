use super::super::Reading;
use crate::Population;
use crate::yaml::{At, RawPopulation, RawRound};

/// The round's population: its own, or that of the earlier round on which it is based.
pub(crate) fn read(
    reading: &mut Reading<'_>,
    raw: &RawRound,
    earlier: &[(String, Population)],
) -> Option<Population> {
    let text = reading.pipeline.clone();
    let place = raw.base.place(&text);
    let own = raw.population.as_ref().map(|population| check(reading, population));
    match raw.base.value.split_once('.') {
        Some(("staging", _)) => {
            let Some(own) = own else {
                reading.yaml(
                    &raw.name.place(&text),
                    "the round has no population",
                    "add `population` with column, values and initial",
                );
                return None;
            };
            if let Some(population) =
                raw.population.as_ref().filter(|population| population.value.initial.is_none())
            {
                let help = "a staged base has no population yet: add `initial`, one of the values";
                reading.yaml(&population.place(&text), "the population has no initial value", help);
            }
            Some(own)
        }
        Some(("cleaning", base)) => {
            let Some((_, inherited)) = earlier.iter().rev().find(|(name, _)| name == base) else {
                reading.yaml(
                    &place,
                    "not an earlier round",
                    "a round starts from `staging.SOURCE` or from a round declared above it",
                );
                return None;
            };
            let inherited = Population { initial: None, ..inherited.clone() };
            if own.is_some_and(|own| own != inherited) {
                let help = format!("remove `population`: it is that of {base}");
                reading.yaml(
                    &raw.name.place(&text),
                    "another population than that of the round it is based on",
                    help,
                );
            }
            Some(inherited)
        }
        _ => {
            reading.yaml(
                &place,
                "a round cannot start from this table",
                "a round starts from `staging.SOURCE` or `cleaning.ROUND`",
            );
            None
        }
    }
}

fn check(reading: &mut Reading<'_>, raw: &At<RawPopulation>) -> Population {
    let text = reading.pipeline.clone();
    let population = &raw.value;
    reading.identifier(&population.column, &text);
    let values: Vec<&str> = population.values.iter().map(|value| value.value.as_str()).collect();
    if values.is_empty() {
        reading.yaml(&raw.place(&text), "the population has no values", "list them all");
    }
    for (index, value) in population.values.iter().enumerate() {
        if values[..index].contains(&value.value.as_str()) {
            reading.yaml(&value.place(&text), "a value is listed twice", "remove one of the two");
        }
    }
    if let Some(initial) = population.initial.as_ref().filter(|_| !values.is_empty()) {
        reading.among("population", initial, &text, &values);
    }
    Population {
        column: population.column.value.clone(),
        values: values.into_iter().map(Into::into).collect(),
        initial: population.initial.as_ref().map(|initial| initial.value.clone()),
    }
}
