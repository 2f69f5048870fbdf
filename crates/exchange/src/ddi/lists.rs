//! Questions and registered facts, with the codes of their answers.

use super::xml::Xml;
use super::{CodebookOf, ListRow, references};
use crate::ExchangeError;
use std::collections::BTreeSet;
use std::io;
use study::{AnswerList, QuestionList};

/// A row of a list.
pub(super) struct Question<'a> {
    id: String,
    /// Its list, from 0.
    list: usize,
    code: &'a str,
    text: &'a str,
    section: Option<&'a str>,
    options: Option<&'a str>,
}

/// Every question of every list, in order. A code may occur several times, so ids count.
pub(super) fn questions<'a>(of: &CodebookOf<'a>) -> Vec<Question<'a>> {
    let mut questions = Vec::new();
    for (list, declared) in of.codebook.lists.iter().enumerate() {
        for (place, row) in rows(of, &declared.source).iter().enumerate() {
            questions.push(question(list, place, declared, row));
        }
    }
    questions
}

fn question<'a>(list: usize, place: usize, declared: &'a QuestionList, row: &'a ListRow) -> Question<'a> {
    let cell = |column: &String| row.get(column).map(String::as_str);
    Question {
        id: format!("Q{}_{}", list + 1, place + 1),
        list,
        code: cell(&declared.code).unwrap_or_default(),
        text: cell(&declared.text).unwrap_or_default(),
        section: declared.section.as_ref().and_then(cell),
        options: declared.options.as_ref().and_then(cell),
    }
}

/// What answers mean must be what answers to a question mean.
pub(super) fn each_answer_has_a_question(
    of: &CodebookOf<'_>,
    questions: &[Question<'_>],
) -> Result<(), ExchangeError> {
    let Some(answers) = &of.codebook.answers else { return Ok(()) };
    let known: BTreeSet<&str> = questions.iter().map(|question| question.code).collect();
    for row in rows(of, &answers.source) {
        let asked = row.get(&answers.question).map(String::as_str).unwrap_or_default();
        if !known.contains(asked) {
            let (source, question) = (answers.source.clone(), asked.to_owned());
            return Err(ExchangeError::NoQuestion { source_name: source, question });
        }
    }
    Ok(())
}

/// A group for each list, and one for each of its sections.
pub(super) fn groups(xml: &mut Xml, of: &CodebookOf<'_>, questions: &[Question<'_>]) -> io::Result<()> {
    for (list, declared) in of.codebook.lists.iter().enumerate() {
        let own: Vec<&Question> = questions.iter().filter(|question| question.list == list).collect();
        let mut sections: Vec<&str> = Vec::new();
        for section in own.iter().filter_map(|question| question.section) {
            if !sections.contains(&section) {
                sections.push(section);
            }
        }
        let id = format!("G{}", list + 1);
        let parts: Vec<String> = (1..=sections.len()).map(|place| format!("{id}_{place}")).collect();
        let below = references(parts.iter().map(String::as_str));
        let direct = own.iter().filter(|question| question.section.is_none());
        let direct = references(direct.map(|question| question.id.as_str()));
        let whole = [("ID", &*id), ("type", "section"), ("var", &*direct), ("varGrp", &*below)];
        let title = title(of, &declared.source);
        xml.element("varGrp", &whole, |xml| xml.text("labl", &[], title))?;
        for (section, id) in sections.iter().zip(&parts) {
            let in_section = own.iter().filter(|question| question.section == Some(section));
            let ids = references(in_section.map(|question| question.id.as_str()));
            let attributes = [("ID", &**id), ("type", "section"), ("var", &*ids)];
            xml.element("varGrp", &attributes, |xml| xml.text("labl", &[], section))?;
        }
    }
    Ok(())
}

/// A variable for each question.
pub(super) fn write(xml: &mut Xml, of: &CodebookOf<'_>, questions: &[Question<'_>]) -> io::Result<()> {
    for question in questions {
        let answers: Vec<(&AnswerList, &ListRow)> = answers(of, question.code).collect();
        let domain = if answers.is_empty() { "text" } else { "category" };
        let attributes = [("ID", &*question.id), ("name", question.code), ("intrvl", "discrete")];
        xml.element("var", &attributes, |xml| {
            xml.element("qstn", &[("seqNo", question.code), ("responseDomainType", domain)], |xml| {
                xml.text("qstnLit", &[], question.text)?;
                question.options.map_or(Ok(()), |options| xml.text("ivuInstr", &[], options))
            })?;
            answers.iter().try_for_each(|(declared, row)| answer(xml, declared, row))
        })?;
    }
    Ok(())
}

fn answer(xml: &mut Xml, declared: &AnswerList, row: &ListRow) -> io::Result<()> {
    let cell = |column: &String| row.get(column).map(String::as_str).unwrap_or_default();
    let code = cell(&declared.code);
    let missing = if declared.missing.iter().any(|missing| missing == code) { "Y" } else { "N" };
    xml.element("catgry", &[("missing", missing)], |xml| {
        xml.text("catValu", &[], code)?;
        xml.text("labl", &[], cell(&declared.label))
    })
}

fn answers<'a>(of: &CodebookOf<'a>, code: &str) -> impl Iterator<Item = (&'a AnswerList, &'a ListRow)> {
    let declared = of.codebook.answers.as_ref();
    let all = declared
        .into_iter()
        .flat_map(|answers| rows(of, &answers.source).iter().map(move |row| (answers, row)));
    let is_asked = move |(answers, row): &(&AnswerList, &ListRow)| {
        row.get(&answers.question).is_some_and(|question| question == code)
    };
    all.filter(is_asked).collect::<Vec<_>>().into_iter()
}

/// The rows of a list.
pub(super) fn rows<'a>(of: &CodebookOf<'a>, source: &str) -> &'a [ListRow] {
    of.lists.get(source).map(Vec::as_slice).unwrap_or_default()
}

/// The title of a source.
pub(super) fn title<'a>(of: &CodebookOf<'a>, source: &'a str) -> &'a str {
    let found = of.study.sources.iter().find(|found| found.contract.name == source);
    found.map_or(source, |found| found.title.as_str())
}
