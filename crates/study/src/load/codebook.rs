use super::Reading;
use crate::yaml::{At, RawCodebook};
use crate::{AnswerList, Codebook, Dictionary, QuestionList, Root, Source, nearest};

/// The codebook, its lists and columns found among the sources.
pub(crate) fn read(
    reading: &mut Reading<'_>,
    raw: Option<&RawCodebook>,
    sources: &[Source],
) -> Option<Codebook> {
    let raw = raw?;
    for list in &raw.lists {
        let QuestionList { source, code, text, section, options } = &list.value;
        let columns = [Some(code), Some(text), section.as_ref(), options.as_ref()];
        columns_of(reading, list, source, &columns, sources);
    }
    if let Some(answers) = &raw.answers {
        let AnswerList { source, question, code, label, .. } = &answers.value;
        columns_of(reading, answers, source, &[Some(question), Some(code), Some(label)], sources);
    }
    if let Some(dictionary) = &raw.dictionary {
        let Dictionary { source, name, label, definition, unit, level, group, origin } = &dictionary.value;
        let mut columns = vec![Some(name), Some(label)];
        columns.extend([definition, unit, level, group, origin].map(Option::as_ref));
        columns_of(reading, dictionary, source, &columns, sources);
    }
    Some(Codebook {
        lists: raw.lists.iter().map(|list| list.value.clone()).collect(),
        answers: raw.answers.as_ref().map(|answers| answers.value.clone()),
        dictionary: raw.dictionary.as_ref().map(|dictionary| dictionary.value.clone()),
    })
}

/// Notes a source that is no list of the study, and columns that it does not have.
fn columns_of<T>(
    reading: &mut Reading<'_>,
    at: &At<T>,
    source: &str,
    columns: &[Option<&String>],
    sources: &[Source],
) {
    let text = reading.pipeline.clone();
    if reading.incomplete.contains("staging") {
        return;
    }
    let own: Vec<&Source> = sources.iter().filter(|source| source.root == Root::Study).collect();
    let place = at.place(&text);
    let Some(found) = own.iter().find(|found| found.contract.name == source) else {
        let names = own.iter().map(|found| found.contract.name.as_str());
        let help = nearest(source, names, "sources with `root: study` are");
        reading.yaml(&place, format!("`{source}` is no source with `root: study`"), help);
        return;
    };
    let names = || found.contract.columns.iter().map(|column| column.name.as_str());
    for column in columns.iter().flatten().filter(|column| !names().any(|name| name == **column)) {
        let help = nearest(column, names(), "its columns are");
        reading.yaml(&place, format!("source {source} has no column `{column}`"), help);
    }
}
