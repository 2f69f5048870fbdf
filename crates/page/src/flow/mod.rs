//! Flow: how the delivered records became the printed ones, rule by rule, down to one decision with both records.

mod compared;
mod decision;
mod decisions;
mod draw;
mod effects;
mod export;
mod filter;
mod layout;
pub(crate) mod link;
mod plan;
mod prose;
mod ribbon;
mod words;

use crate::fault::Fault;
use crate::house::House;
use crate::sheet::{Answer, Cell, Sheet, respond};
use crate::visit::Visit;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
pub(crate) use compared::is_row_id;
pub(crate) use decision::side_by_side;
pub(crate) use decisions::members;
use draw::unsigned;
use effects::{Effect, Flow, Round, Rule};
pub(crate) use export::cut_off;
use report::CellKind::{Number, Text};
use std::sync::Arc;
use terms::{Manifest, Verb};
pub(crate) use words::done_by_name;

pub(crate) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/flow", get(flow))
        .route("/flow/{round}/{rule}", get(decisions::list))
        .route("/flow/{round}/{rule}/decisions.csv", get(export::csv))
        .route("/flow/{round}/{rule}/{row_id}", get(decision::one))
}

async fn flow(visit: Visit) -> Response {
    let answer = page(&visit);
    respond(&visit, answer)
}

fn page(visit: &Visit) -> Answer {
    visit.for_analysts()?;
    // Its manifest tells all, even where the tables of the run were collected.
    let run = visit.recorded(visit.chosen()?)?;
    let flow = Flow::of(&run.waterfall);
    let mut sheet = Sheet::new(visit.say("Doorstroom", "Flow"));
    if flow.rounds.is_empty() {
        sheet.paragraph(visit.say("Deze run heeft geen rondes.", "This run has no rounds."));
        return Ok(sheet);
    }
    sheet.html().element("p", &[("class", "totals")], &report::totals_text(&run.waterfall)).line();
    let said = visit.say(
        "registraties voor de eerste ronde en na elke ronde, run",
        "records before the first round and after each one, run",
    );
    sheet.paragraph(&format!("{said} {}", run.run));
    let titles: Vec<String> = flow.rounds.iter().map(|round| title(visit, round.name)).collect();
    draw::draw(sheet.html(), visit, &flow, &titles);
    sheet.heading("rules", visit.say("Alle regels", "All rules"));
    for (round, title) in flow.rounds.iter().zip(&titles) {
        rules(&mut sheet, visit, &flow, round, title);
    }
    Ok(sheet)
}

/// The title of a round in the study as it is known; a round that it has not any more goes by its name.
fn title(visit: &Visit, round: &str) -> String {
    let study = visit.house.study();
    let known = study.rounds.iter().find(|known| known.name == round);
    known.map_or_else(|| round.to_owned(), |known| known.title.clone())
}

/// What every rule of a round did to every population, those that did nothing too.
fn rules(sheet: &mut Sheet, visit: &Visit, flow: &Flow<'_>, round: &Round<'_>, title: &str) {
    let mut header = vec![
        (visit.say("regel", "rule"), Text),
        (visit.say("populatie", "population"), Text),
        (visit.say("rijen voor", "rows before"), Number),
    ];
    header.extend(SHOWN.iter().map(|(dutch, english, _)| (visit.say(dutch, english), Number)));
    header.push((visit.say("rijen na", "rows after"), Number));
    let mut rows = Vec::new();
    for rule in &round.rules {
        let is_there = |place: &usize| rule.before[*place] != 0 || rule.after[*place] != 0;
        let mut there: Vec<usize> = (0..flow.populations.len()).filter(is_there).collect();
        if there.is_empty() {
            there.push(0);
        }
        rows.extend(there.into_iter().map(|population| row(visit, flow, (round, rule), population)));
    }
    let before = visit.language.number(unsigned(round.before.iter().sum()));
    let after = visit.language.number(unsigned(round.after.iter().sum()));
    let caption = format!("{}: {title}, {before} → {after}", round.name);
    sheet.table(&caption, &header, &rows);
}

/// Counts of the table: Dutch and English name, and which effects count.
type Shown = (&'static str, &'static str, fn(&Effect, usize) -> bool);

const SHOWN: [Shown; 6] = [
    ("samengevoegd", "merged", |effect, _| effect.verb == Verb::Merge),
    ("verwijderd", "removed", |effect, _| effect.verb == Verb::Remove),
    ("toegevoegd", "added", |effect, _| effect.verb == Verb::Add),
    ("erbij uit andere", "moved in", |effect, here| effect.verb == Verb::Move && effect.to == Some(here)),
    ("weg naar andere", "moved out", |effect, here| effect.verb == Verb::Move && effect.from == Some(here)),
    ("bijgewerkt", "updated", |effect, _| effect.verb == Verb::Update),
];

fn row(
    visit: &Visit,
    flow: &Flow<'_>,
    (round, rule): (&Round<'_>, &Rule<'_>),
    population: usize,
) -> Vec<Cell> {
    let number = |rows: i64| visit.language.number(unsigned(rows));
    let name = format!("{}. {}", rule.step, rule.name);
    let mut cells = vec![
        Cell::Link(link::decisions(visit, round.name, rule.name, None), name),
        flow.populations[population].into(),
        number(rule.before[population]).into(),
    ];
    for (_, _, is_of) in SHOWN {
        let is_here = |effect: &&Effect| {
            (effect.from == Some(population) || effect.to == Some(population)) && is_of(effect, population)
        };
        let here: Vec<&Effect> = rule.effects.iter().filter(is_here).collect();
        let rows: i64 = here.iter().map(|effect| effect.rows).sum();
        cells.push(match here.first() {
            None => "".into(),
            Some(effect) => {
                Cell::Link(link::decisions(visit, round.name, rule.name, Some((flow, effect))), number(rows))
            }
        });
    }
    cells.push(number(rule.after[population]).into());
    cells
}

/// Whether a run has a rule.
fn require(visit: &Visit, run: &Manifest, round: &str, rule: &str) -> Result<(), Fault> {
    match run.waterfall.iter().any(|row| row.round == round && row.rule == rule) {
        true => Ok(()),
        false => Err(Fault::Missing(match visit.language {
            crate::words::Language::Dutch => {
                format!("Run {} heeft geen ronde {round:?} met een regel {rule:?}.", run.run)
            }
            crate::words::Language::English => {
                format!("Run {} has no round {round:?} with a rule {rule:?}.", run.run)
            }
        })),
    }
}
