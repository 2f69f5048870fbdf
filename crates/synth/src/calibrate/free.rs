//! Answers of centres that are not printed per centre: chosen so that they test as printed.

use super::centres::{CENTRES, Ways};
use super::cost::cost;
use super::split::{Cell, Scale, Split, split};
use super::target::{OUTCOMES, Population, TABLES, Target, Targets};
use super::{accept, cooled};
use crate::calibration::Answer;
use crate::chance::Chance;

/// A question.
pub(super) struct Question {
    /// The printed label of its characteristic, in small letters.
    pub(super) label: &'static str,
    questionnaire: &'static str,
    question: &'static str,
    /// Codes of its answers.
    codes: &'static [&'static str],
}

/// The questions that are not printed per centre and stand in Bijlagen 14 to 20.
pub(super) const QUESTIONS: [Question; 5] = [
    Question {
        label: "wie bepaalt traject voor cliënt",
        questionnaire: "steunpunt",
        question: "Sw14",
        codes: &["1", "2", "3"],
    },
    Question {
        label: "externe organisatie verantwoordelijk voor juridische bijstand",
        questionnaire: "steunpunt",
        question: "Sp13",
        codes: &["0", "1"],
    },
    Question {
        label: "samenwerking tussen gemeente en dt&v",
        questionnaire: "gemeente",
        question: "Gd4",
        codes: &["1", "2", "3"],
    },
    Question {
        label: "gemeente: aard van samenwerking met de ind",
        questionnaire: "gemeente",
        question: "Gi4",
        codes: &["1", "2", "3"],
    },
    Question {
        label: "dt&v: regelmaat van samenwerking met het steunpunt",
        questionnaire: "dtv",
        question: "Sd4-DT&V",
        codes: &["1", "2", "3"],
    },
];

type Codes = [usize; CENTRES];

fn tests(codes: &Codes, ways: &Ways) -> [Split; TABLES] {
    OUTCOMES.map(|(way, population)| {
        let first = usize::from(population == Population::Left);
        let mut cells: [Cell; 4] = [[0; 2]; 4];
        for (centre, code) in ways.iter().zip(codes) {
            let all: u32 = centre[first..].iter().sum();
            cells[*code][0] += centre[way];
            cells[*code][1] += all - centre[way];
        }
        split(&cells, Scale::Nominal)
    })
}

fn judge(codes: &Codes, ways: &Ways, targets: &[Target; TABLES]) -> f64 {
    tests(codes, ways)
        .iter()
        .zip(targets)
        .map(|(split, target)| cost(*target, split, Scale::Nominal, 1.0))
        .sum()
}

/// Answers for each question, and the costs that are left, in words.
pub(super) fn answers(
    ways: &Ways,
    names: &[String],
    targets: &Targets,
    steps: u64,
    chance: &mut Chance,
) -> (Vec<Answer>, String) {
    let mut out = Vec::new();
    let mut said = String::new();
    for question in &QUESTIONS {
        let targets = targets.get(question.label).copied().unwrap_or([Target::No; TABLES]);
        let (cost, codes) = anneal(question.codes.len(), ways, &targets, steps, chance);
        said += &format!("{}: cost {cost:.3}\n", question.question);
        for (name, code) in names.iter().zip(codes) {
            out.push(Answer {
                questionnaire: question.questionnaire.to_owned(),
                centre: name.clone(),
                question: question.question.to_owned(),
                answer: question.codes[code].to_owned(),
            });
        }
    }
    (out, said)
}

fn anneal(
    answers: usize,
    ways: &Ways,
    targets: &[Target; TABLES],
    steps: u64,
    chance: &mut Chance,
) -> (f64, Codes) {
    let mut codes: Codes =
        std::array::from_fn(|place| if place < answers { place } else { chance.below(answers) });
    let mut now = judge(&codes, ways, targets);
    let mut best = (now, codes);
    for step in 0..steps {
        if best.0 <= 0.0 {
            break;
        }
        let temperature = cooled(1.0, 0.01, step, steps);
        let before = codes;
        codes[chance.below(CENTRES)] = chance.below(answers);
        if chance.percent(30) {
            codes.swap(chance.below(CENTRES), chance.below(CENTRES));
        }
        // Every answer is given somewhere, so that the number of categories stays.
        let complete = (0..answers).all(|code| codes.contains(&code));
        let next = if complete { judge(&codes, ways, targets) } else { f64::INFINITY };
        if next <= now + accept(temperature, chance) {
            now = next;
            if now < best.0 {
                best = (now, codes);
            }
        } else {
            codes = before;
        }
    }
    best
}
