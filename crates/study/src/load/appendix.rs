use super::Reading;
use super::models;
use super::reading::{stem, twin};
use super::unit;
use crate::tables::{Identity, Maker, Read};
use crate::text::Place;
use crate::yaml::{self, RawAppendices, RawVerify};
use crate::{Appendix, StepKind, folder};
use terms::TableName;

mod drawing;
mod presentation;

/// The appendices that could be read, by number, and what all of them make.
pub(crate) fn read(
    reading: &mut Reading<'_>,
    raw: Option<&RawAppendices>,
    verify: Option<&RawVerify>,
) -> (Vec<Appendix>, Vec<Maker>) {
    let Some(raw) = raw else { return Default::default() };
    let by = raw.folder.place(&reading.pipeline);
    let files = reading.folder.list(&raw.folder.value, &by);
    let Some(files) = reading.keep(files) else {
        reading.incomplete.insert("appendix".into());
        return Default::default();
    };
    lonely(reading, &files);
    let mut found: Vec<(u32, Option<Appendix>, Maker)> = Vec::new();
    for path in files.iter().filter(|path| path.ends_with(".sql")) {
        let presented = files
            .contains(&twin(path, "yaml"))
            .then(|| presented(reading, path, verify, &by, &found))
            .flatten();
        let (presentation, drawn) = presented.unzip();
        let Some((mut maker, model)) = models::model(reading, path, "appendix", Identity::Forbidden, &by)
        else {
            continue;
        };
        maker.reads.extend(drawn.flatten());
        let number = presentation.as_ref().map_or(u32::MAX, |presentation| presentation.number);
        let appendix = model.zip(presentation).map(|(model, presentation)| Appendix { model, presentation });
        found.push((number, appendix, maker));
    }
    found.sort_by_key(|(number, ..)| *number);
    let numbered = found.into_iter().enumerate().map(|(index, (_, appendix, maker))| {
        (appendix, Maker { kind: Some(StepKind::Appendix(index)), ..maker })
    });
    let (appendices, makers): (Vec<_>, Vec<_>) = numbered.unzip();
    (appendices.into_iter().flatten().collect(), makers)
}

/// Notes queries without a presentation and presentations without a query.
fn lonely(reading: &mut Reading<'_>, files: &[String]) {
    for path in files.iter().filter(|path| !unit::is_tests(path)) {
        let (other, message) = match path.rsplit_once('.') {
            Some((_, "sql")) => (twin(path, "yaml"), "an appendix without its presentation"),
            Some((_, "yaml" | "yml")) => (twin(path, "sql"), "a presentation without its query"),
            _ => continue,
        };
        if !files.contains(&other) {
            reading.faults.push(folder::whole(path, message, &format!("add `{other}` beside it")));
        }
    }
}

fn presented(
    reading: &mut Reading<'_>,
    sql: &str,
    verify: Option<&RawVerify>,
    by: &Place,
    found: &[(u32, Option<Appendix>, Maker)],
) -> Option<(crate::Presentation, Option<Read>)> {
    let text = reading.folder.read(&twin(sql, "yaml"), Some(by));
    let text = reading.keep(text)?;
    let raw: Result<yaml::RawAppendix, _> = yaml::parse(&text);
    let raw = reading.keep(raw)?;
    if let Some((.., other)) = found.iter().find(|(number, ..)| *number == raw.number.value) {
        reading.yaml(
            &raw.number.place(&text),
            format!("{} has this number", other.name),
            "give each appendix its own number",
        );
    }
    reading.checks_beside(&text, TableName::new("appendix", stem(sql)).ok(), &raw.checks);
    Some(presentation::read(reading, &text, raw, verify))
}
