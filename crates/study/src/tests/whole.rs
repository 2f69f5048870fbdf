use super::Fixture;
use crate::{Parameter, Root, StepKind, Study};
use terms::{ColumnType, Sensitivity, Severity};

#[test]
fn the_parts_are_read_as_written() {
    let fixture = Fixture::new();
    let study = fixture.load();
    assert_eq!((study.name.as_str(), study.synthetic), ("library", true));
    assert_eq!(study.data, fixture.folder().join("../deliveries"));
    assert_eq!(study.parameters["closing_day"], Parameter::Date { year: 2024, month: 12, day: 31 });
    assert_eq!(study.parameters["days"], Parameter::Integer(21));
    assert_eq!(study.parameters["town"], Parameter::Text("Delft".into()));
    assert_eq!(study.parameters["closing_day"].to_string(), "2024-12-31");
    assert_eq!(study.checks[0].severity, Severity::Warn);
    let verify = study.verify.as_ref().unwrap();
    assert_eq!((verify.misprints[0].row.as_str(), verify.misprints[0].line), ("12", 1));
}

#[test]
fn a_source_takes_the_columns_of_another() {
    let study = Fixture::new().load();
    let [borrowings, returns] = &study.sources[..] else { panic!("two sources") };
    assert_eq!((borrowings.root, returns.root), (Root::Data, Root::Study));
    assert_eq!(borrowings.contract.columns, returns.contract.columns);
    assert!(returns.contract.file_column.is_none());
    let card = &borrowings.contract.columns[0];
    assert_eq!((card.sensitivity, card.pseudonym.as_deref()), (Sensitivity::Identifying, Some("card_ref")));
    assert_eq!((card.headers.len(), &card.missing[..]), (2, &["-".to_owned()][..]));
    let branch = borrowings.contract.file_column.as_ref().unwrap();
    assert!(matches!(&branch.kind, ColumnType::Code(codes) if codes[2].spelling == "South, old"));
}

#[test]
fn a_later_round_inherits_the_population() {
    let study = Fixture::new().load();
    assert_eq!(study.rounds[0].population.initial.as_deref(), Some("out"));
    assert_eq!(study.rounds[1].population.initial, None);
    assert_eq!(study.rounds[1].population.values, ["out", "back"]);
}

#[test]
fn a_rule_document_is_prose_and_examples() {
    let study = Fixture::new().load();
    let document = &study.rounds[0].rules[0].document;
    assert_eq!(
        (document.title.as_str(), document.prose.as_str()),
        ("Typed twice", "Some borrowings were typed twice.")
    );
    let example = &document.examples[0];
    assert_eq!((example.name.as_str(), example.line), ("same book", 5));
    assert_eq!(example.inputs[0].rows[2], [Some("c".to_owned()), None]);
    assert_eq!(example.inputs[0].line_of_row(2), 11);
    assert_eq!((example.verdicts.line, example.verdicts.line_of_row(0)), (13, 16));
}

/// The names of the steps, in order.
fn order(study: &Study) -> Vec<&str> {
    study.steps().iter().map(|step| step.name.as_str()).collect()
}

#[test]
fn a_step_comes_after_what_it_reads_and_else_as_declared() {
    let study = Fixture::new().load();
    assert_eq!(
        order(&study),
        [
            "borrowings",
            "returns",
            "clean",
            "final",
            "audit",
            "readers",
            "linkage.age",
            "features.book",
            "features.a_summary",
            "appendix.table_1"
        ]
    );
    let summary = &study.steps()[8];
    assert_eq!(summary.kind, StepKind::Model(1));
    assert_eq!(study.models[1].table.to_string(), "features.a_summary");
    assert_eq!(summary.reads.iter().map(ToString::to_string).collect::<Vec<_>>(), ["features.book"]);
}

#[test]
fn a_round_reads_and_writes_identities() {
    let study = Fixture::new().load();
    let names =
        |tables: &[terms::TableName]| tables.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let clean = &study.steps()[2];
    assert_eq!(
        names(&clean.reads),
        "identity.borrowings identity.returns staging.borrowings staging.returns"
    );
    assert_eq!(names(&clean.writes), "cleaning.clean identity.clean");
    assert_eq!(names(&study.steps()[0].writes), "staging.borrowings origin.borrowings identity.borrowings");
    assert_eq!(
        names(&study.steps()[4].reads),
        "cleaning.clean cleaning.final staging.borrowings staging.returns",
        "audit waits for every source and round"
    );
}

#[test]
fn a_source_without_identifying_columns_has_no_identity_table() {
    let fixture = Fixture::new();
    fixture.replace(
        "sources/returns.yaml",
        "columns_from: borrowings",
        "columns: [{name: card_ref, header: Card, type: text}]",
    );
    let study = fixture.load();
    assert!(!study.sources[1].has_identity());
    assert!(
        study
            .steps()
            .iter()
            .all(|step| step.writes.iter().all(|table| table.to_string() != "identity.returns"))
    );
}

#[test]
fn appendices_are_ordered_by_number() {
    let fixture = Fixture::new();
    fixture.write("appendices/another.sql", "select 1 as a order by a");
    fixture.write("appendices/another.yaml", "number: 2\ntitle: T\ncolumns: [{name: a, label: A}]\n");
    let study = fixture.load();
    let numbers: Vec<u32> = study.appendices.iter().map(|appendix| appendix.presentation.number).collect();
    assert_eq!(numbers, [1, 2]);
    assert_eq!(study.steps().last().map(|step| step.kind), Some(StepKind::Appendix(1)));
}
