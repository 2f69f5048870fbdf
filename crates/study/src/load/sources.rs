mod columns;

use super::Reading;
use crate::Source;
use crate::StepKind;
use crate::folder::is_relative;
use crate::tables::{Identity, Maker};
use crate::text::Text;
use crate::yaml::{self, At, RawSource};
use std::collections::BTreeMap;
use std::path::PathBuf;
use terms::{Column, Contract, TableName};

/// The sources that could be read, and what they make.
pub(crate) fn read(reading: &mut Reading<'_>, files: &[At<String>]) -> (Vec<Source>, Vec<Maker>) {
    let raws: Vec<(Text, RawSource)> = files.iter().filter_map(|file| parse(reading, file)).collect();
    if raws.len() < files.len() {
        reading.incomplete.extend(["staging", "identity", "origin"].map(Into::into));
    }
    let own: BTreeMap<String, Vec<Column>> = raws
        .iter()
        .filter_map(|(text, raw)| {
            let columns = raw.columns.as_ref()?;
            Some((raw.source.value.clone(), columns::read(reading, text, columns, &raw.missing)))
        })
        .collect();
    let mut sources = Vec::new();
    let mut makers = Vec::new();
    for (text, raw) in raws {
        let before = reading.faults.len();
        let source = source(reading, &text, &raw, &own);
        if let Some(source) = source.filter(|_| reading.faults.len() == before) {
            makers.push(maker(&source, sources.len(), &text, &raw));
            reading.checks_beside(&text, TableName::new("staging", &source.contract.name).ok(), &raw.checks);
            sources.push(source);
        }
    }
    (sources, makers)
}

fn parse(reading: &mut Reading<'_>, file: &At<String>) -> Option<(Text, RawSource)> {
    let text = reading.folder.read(&file.value, Some(&file.place(&reading.pipeline)));
    let text = reading.keep(text)?;
    let raw = yaml::parse(&text);
    Some((text, reading.keep(raw)?))
}

fn source(
    reading: &mut Reading<'_>,
    text: &Text,
    raw: &RawSource,
    own: &BTreeMap<String, Vec<Column>>,
) -> Option<Source> {
    let name = reading.identifier(&raw.source, text);
    glob(reading, text, &raw.files);
    let file_column = raw.file_column.as_ref().and_then(|column| columns::file_column(reading, text, column));
    let columns = columns_of(reading, text, raw, own)?;
    columns::check_names(reading, text, raw, file_column.as_ref(), &columns);
    Some(Source {
        contract: Contract { name: name?, files: raw.files.value.clone(), file_column, columns },
        root: raw.root,
        gone_files: raw.gone_files,
        title: raw.title.clone(),
        file: PathBuf::from(&*text.path),
    })
}

/// The source's own columns, or those of the source that it names.
fn columns_of(
    reading: &mut Reading<'_>,
    text: &Text,
    raw: &RawSource,
    own: &BTreeMap<String, Vec<Column>>,
) -> Option<Vec<Column>> {
    let place = raw.source.place(text);
    match (&raw.columns, &raw.columns_from) {
        (Some(columns), None) if !columns.is_empty() => own.get(&raw.source.value).cloned(),
        (None, Some(from)) => {
            let known: Vec<&str> = own.keys().map(String::as_str).collect();
            // A source that could not be read has its own fault.
            if !reading.incomplete.contains("staging") {
                reading.among("source with columns of its own", from, text, &known);
            }
            own.get(&from.value).cloned()
        }
        (Some(_), Some(from)) => {
            reading.yaml(&from.place(text), "both `columns` and `columns_from`", "keep one of the two");
            None
        }
        _ => {
            reading.yaml(
                &place,
                "the source has no columns",
                "write `columns`, or `columns_from` with another source",
            );
            None
        }
    }
}

fn glob(reading: &mut Reading<'_>, text: &Text, files: &At<String>) {
    let place = files.place(text);
    if !is_relative(&files.value) {
        reading.yaml(
            &place,
            "the files lie outside the source's root",
            "write a glob relative to it, with `/` between parts",
        );
    } else if let Err(error) = globset::GlobBuilder::new(&files.value).literal_separator(true).build() {
        reading.yaml(
            &place,
            format!("not a glob: {}", error.kind()),
            "use `*`, `?`, `[…]`, `{a,b}` and `**`",
        );
    }
}

fn maker(source: &Source, index: usize, text: &Text, raw: &RawSource) -> Maker {
    let schemas = ["staging", "origin"].into_iter().chain(source.has_identity().then_some("identity"));
    Maker {
        name: source.contract.name.clone(),
        kind: Some(StepKind::Source(index)),
        place: raw.source.place(text),
        writes: schemas.filter_map(|schema| TableName::new(schema, &source.contract.name).ok()).collect(),
        reads: Vec::new(),
        implied: Vec::new(),
        identity: Identity::Forbidden,
        locals: &[],
    }
}
