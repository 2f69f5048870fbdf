use super::Reading;
use super::reading::{Sql, stem, twin};
use super::unit;
use crate::sql::Order;
use crate::tables::{Identity, Maker};
use crate::text::{Place, is_identifier};
use crate::yaml::{self, RawMatching, RawModel, RawModels};
use crate::{Matching, Model, Pass, StepKind};
use terms::TableName;

/// The matchings that could be read, and what all of them make.
pub(crate) fn read_matchings(reading: &mut Reading<'_>, raws: &[RawMatching]) -> (Vec<Matching>, Vec<Maker>) {
    let text = reading.pipeline.clone();
    let mut matchings = Vec::new();
    let mut makers = Vec::new();
    for (index, raw) in raws.iter().enumerate() {
        let (left, right) = (reading.table(&raw.left, &text), reading.table(&raw.right, &text));
        let review = raw.review.as_ref().and_then(|review| reading.table(review, &text));
        let mut reads: Vec<_> =
            left.iter().chain(&right).chain(&review).map(|(_, read)| read.clone()).collect();
        let mut passes: Vec<Pass> = Vec::new();
        for file in &raw.passes {
            let place = file.place(&text);
            let Some(sql) = reading.sql(&file.value, &place, Order::Free) else { continue };
            reads.extend(sql.reads());
            if passes.iter().any(|pass| pass.name == stem(&file.value)) {
                reading.yaml(
                    &place,
                    "a second pass of this name in the matching",
                    "rename the file: pairs name their pass",
                );
            }
            passes.push(Pass { name: stem(&file.value).to_owned(), sql: sql.file });
        }
        let Some(name) = reading.identifier(&raw.name, &text) else { continue };
        let tables = [name.clone(), format!("{name}_candidates"), format!("{name}_unmatched")];
        makers.push(Maker {
            name: name.clone(),
            kind: Some(StepKind::Matching(index)),
            place: raw.name.place(&text),
            writes: tables.iter().filter_map(|table| TableName::new("linkage", table).ok()).collect(),
            reads,
            implied: Vec::new(),
            identity: Identity::Allowed,
            locals: &["open_left", "open_right"],
        });
        reading.checks_beside(&text, TableName::new("linkage", &name).ok(), &raw.checks);
        if let (Some((left, _)), Some((right, _))) = (left, right) {
            let review = review.map(|(review, _)| review);
            matchings.push(Matching { name, left, right, review, passes });
        }
    }
    (matchings, makers)
}

/// Schemas whose tables the engine makes.
const OWN_SCHEMAS: [&str; 7] =
    ["staging", "identity", "origin", "cleaning", "audit", "appendix", "information_schema"];

/// The models that could be read, and what all of them make.
pub(crate) fn read_models(reading: &mut Reading<'_>, raws: &[RawModels]) -> (Vec<Model>, Vec<Maker>) {
    let text = reading.pipeline.clone();
    let mut models = Vec::new();
    let mut makers: Vec<Maker> = Vec::new();
    for raw in raws {
        let Some(schema) = reading.identifier(&raw.schema, &text) else { continue };
        if OWN_SCHEMAS.contains(&schema.as_str()) {
            let help = format!("choose another; {} are the engine's", OWN_SCHEMAS.join(", "));
            reading.yaml(&raw.schema.place(&text), "models cannot make tables in this schema", help);
            continue;
        }
        let files = reading.folder.list(&raw.folder.value, &raw.folder.place(&text));
        let Some(files) = reading.keep(files) else {
            reading.incomplete.insert(schema);
            continue;
        };
        lonely(reading, &files);
        for path in files.iter().filter(|path| path.ends_with(".sql")) {
            let by = raw.folder.place(&text);
            declared(reading, path, &files, &schema, &by);
            let identity = if raw.identity { Identity::Allowed } else { Identity::Forbidden };
            let Some((maker, model)) = model(reading, path, &schema, identity, &by) else { continue };
            makers.push(Maker { kind: Some(StepKind::Model(makers.len())), ..maker });
            models.extend(model);
        }
    }
    (models, makers)
}

/// Notes declarations without a query; those of tests are noted with the tests.
fn lonely(reading: &mut Reading<'_>, files: &[String]) {
    for path in files.iter().filter(|path| path.ends_with(".yaml") && !unit::is_tests(path)) {
        let sql = twin(path, "sql");
        if !files.contains(&sql) {
            let help = format!("name it as the query is named, or add `{sql}`");
            reading.faults.push(crate::folder::whole(path, "checks of a model that is not there", &help));
        }
    }
}

/// Takes note of what the file beside a model's query says of its table.
fn declared(reading: &mut Reading<'_>, sql: &str, files: &[String], schema: &str, by: &Place) {
    let path = twin(sql, "yaml");
    if !files.contains(&path) {
        return;
    }
    let text = reading.folder.read(&path, Some(by));
    let Some(text) = reading.keep(text) else { return };
    let raw: Result<RawModel, _> = yaml::parse(&text);
    let Some(raw) = reading.keep(raw) else { return };
    reading.checks_beside(&text, TableName::new(schema, stem(sql)).ok(), &raw.checks);
}

/// The model in the file `path`; only what it makes, if its query is at fault.
pub(crate) fn model(
    reading: &mut Reading<'_>,
    path: &str,
    schema: &str,
    identity: Identity,
    by: &Place,
) -> Option<(Maker, Option<Model>)> {
    let sql = reading.sql(path, by, Order::Required);
    if !is_identifier(stem(path)) {
        let help = "the file's name becomes the table's: use lower-case letters, digits and underscores, \
            beginning with a letter";
        reading.faults.push(crate::folder::whole(path, "not a name for a table", help));
        return None;
    }
    let table = TableName::new(schema, stem(path)).ok()?;
    let maker = Maker {
        name: table.to_string(),
        kind: None,
        place: sql.as_ref().map_or_else(|| by.clone(), |sql| sql.text.start()),
        writes: vec![table.clone()],
        reads: sql.as_ref().map(Sql::reads).unwrap_or_default(),
        implied: Vec::new(),
        identity,
        locals: &[],
    };
    let model = sql.map(|sql| Model { table, identity: identity == Identity::Allowed, sql: sql.file });
    Some((maker, model))
}
