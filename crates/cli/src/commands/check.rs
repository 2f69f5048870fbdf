use crate::commands::run::runtime;
use crate::failure::Failure;
use crate::output;
use crate::place::Place;
use serde::Serialize;

#[derive(Serialize)]
struct Checked<'a> {
    study: &'a str,
    sources: usize,
    steps: usize,
    queries: usize,
    examples: usize,
}

pub(crate) fn check(place: &Place, json: bool) -> Result<(), Failure> {
    let study = place.study()?;
    let planned = runtime()?.block_on(engine::plan(&study))?;
    let checked = Checked {
        study: &study.name,
        sources: study.sources.len(),
        steps: study.steps().len(),
        queries: planned.queries,
        examples: planned.examples,
    };
    if json {
        output::json(&checked)
    } else {
        output::text(&format!(
            "study {} is sound: {} sources, {} steps, {} queries planned, {} examples of rules hold\n",
            checked.study, checked.sources, checked.steps, checked.queries, checked.examples
        ))
    }
}
