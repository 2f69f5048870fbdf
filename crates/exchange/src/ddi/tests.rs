#![allow(clippy::unwrap_used)]

use super::*;
use crate::example::study;
use study::{AnswerList, Dictionary, QuestionList};

fn list(source: &str) -> QuestionList {
    QuestionList {
        source: source.into(),
        code: "code".into(),
        text: "text".into(),
        section: Some("part".into()),
        options: Some("options".into()),
    }
}

fn declared() -> Codebook {
    Codebook {
        lists: vec![list("questions")],
        answers: Some(AnswerList {
            source: "answers".into(),
            question: "question".into(),
            code: "code".into(),
            label: "label".into(),
            missing: vec!["99".into()],
        }),
        dictionary: Some(Dictionary {
            source: "made".into(),
            name: "name".into(),
            label: "label".into(),
            definition: None,
            unit: Some("unit".into()),
            level: Some("level".into()),
            group: None,
            origin: Some("origin".into()),
        }),
    }
}

fn row(cells: &[(&str, &str)]) -> ListRow {
    cells.iter().map(|(column, text)| ((*column).to_owned(), (*text).to_owned())).collect()
}

fn lists(text: &str) -> BTreeMap<String, Vec<ListRow>> {
    BTreeMap::from([
        (
            "questions".to_owned(),
            vec![
                row(&[("code", "q1"), ("text", text), ("part", "A"), ("options", "1 = yes")]),
                row(&[("code", "q1"), ("text", "again"), ("part", "B")]),
                row(&[("code", "q2"), ("text", "open")]),
            ],
        ),
        (
            "answers".to_owned(),
            vec![
                row(&[("question", "q1"), ("code", "1"), ("label", "Yes")]),
                row(&[("question", "q1"), ("code", "99"), ("label", "Not asked")]),
            ],
        ),
        (
            "made".to_owned(),
            vec![row(&[
                ("name", "age"),
                ("label", "Age"),
                ("unit", "years"),
                ("level", "scale"),
                ("origin", "q2"),
            ])],
        ),
    ])
}

fn told(lists: &BTreeMap<String, Vec<ListRow>>) -> Result<String, ExchangeError> {
    let (study, declared) = (study(), declared());
    let manifest = ObjectHash::of(b"manifest");
    let of = CodebookOf { study: &study, codebook: &declared, lists, manifest: &manifest };
    Ok(String::from_utf8(codebook(&of)?).unwrap())
}

#[test]
fn questions_answers_and_variables() {
    let text = told(&lists("Do you read?")).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let text = lines.join("\n");
    for part in [
        "<varGrp ID=\"G1\" type=\"section\" var=\"Q1_3\" varGrp=\"G1_1 G1_2\">",
        "<varGrp ID=\"G1_2\" type=\"section\" var=\"Q1_2\">\n<labl>B</labl>",
        "<var ID=\"Q1_1\" name=\"q1\" intrvl=\"discrete\">\n<qstn seqNo=\"q1\" responseDomainType=\"category\">\n\
         <qstnLit>Do you read?</qstnLit>\n<ivuInstr>1 = yes</ivuInstr>\n</qstn>\n\
         <catgry missing=\"N\">\n<catValu>1</catValu>\n<labl>Yes</labl>\n</catgry>\n\
         <catgry missing=\"Y\">\n<catValu>99</catValu>\n<labl>Not asked</labl>\n</catgry>\n</var>",
        "<qstn seqNo=\"q2\" responseDomainType=\"text\">",
        "<security>identifying</security>",
        "<var ID=\"D1\" name=\"age\" intrvl=\"contin\" measUnit=\"years\">\n<labl>Age</labl>\n<derivation>\n\
         <drvdesc>q2</drvdesc>",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn hostile_words_are_texts() {
    let calm = told(&lists("calm")).unwrap();
    for hostile in ["</qstnLit><x/>", "]]>&amp;<![CDATA[", "\u{0}\u{b}\u{ffff}", "\"'<!DOCTYPE x>"] {
        let text = told(&lists(hostile)).unwrap();
        assert_eq!(text.matches('<').count(), calm.matches('<').count(), "{hostile:?}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{hostile:?}");
    }
}

#[test]
fn an_answer_to_no_question_is_refused() {
    let mut lists = lists("Do you read?");
    lists.get_mut("answers").unwrap().push(row(&[("question", "q9"), ("code", "1")]));
    let error = told(&lists).unwrap_err().to_string();
    assert!(error.contains("source answers has an answer to question `q9`"), "{error}");
}
