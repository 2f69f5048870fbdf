//! The run, its steps and its checks as jobs.

use super::dataset::{Detail, checked, file, input, output};
use super::facet::{
    ASSERTIONS, DOCUMENTATION, ENGINE, ERROR, JOB_TYPE, PARAMETERS, PARENT, RUN_TAGS, SOURCE_CODE, SQL, tags,
};
use super::{NAMESPACE, Told, Transition};
use crate::described::{Definition, Described, Ran};
use crate::uuid::uuid;
use serde_json::{Map, Value, json};
use study::SqlFile;
use terms::{CheckOutcome, CheckRecord, Severity, TableName};

/// The parent of all others.
pub(super) fn run_started(described: &Described<'_>) -> Value {
    let facets = run_facets(described);
    let files = described.run.inputs.iter().map(|input| file(described, input)).collect();
    run_event(described, Transition::Start, &described.run.started, facets).with(files, Vec::new())
}

/// Ended as published or not; its outputs are the printed tables.
pub(super) fn run_ended(described: &Described<'_>) -> Value {
    let mut facets = run_facets(described);
    let transition = if described.run.published { Transition::Complete } else { Transition::Fail };
    if !described.run.published {
        let violated = described
            .run
            .checks
            .iter()
            .filter(|check| check.severity == Severity::Error && check.outcome == CheckOutcome::Violated);
        let names: Vec<&str> = violated.map(|check| check.check.as_str()).collect();
        let message = format!("not published: violated checks {}", names.join(", "));
        let error = ERROR.of(json!({"message": message, "programmingLanguage": "SQL"}));
        facets.insert("errorMessage".to_owned(), error);
    }
    let printed = described.run.tables().filter(|record| record.table.schema() == "appendix");
    let printed = printed.map(|record| output(described, record, Detail::Name)).collect();
    let files = described.run.inputs.iter().map(|input| file(described, input)).collect();
    run_event(described, transition, &described.run.finished, facets).with(files, printed)
}

/// START and COMPLETE of a step. Only the last tells columns, versions and lineage.
pub(super) fn step(described: &Described<'_>, step: &Ran<'_>) -> [Value; 2] {
    let node = step.node;
    let outcome = node.outcome.as_str().to_owned();
    let tags = tags([("outcome", outcome), ("fingerprint", node.fingerprint.as_str().to_owned())]);
    let facets =
        Map::from_iter([("parent".to_owned(), parent(described)), ("tags".to_owned(), RUN_TAGS.of(tags))]);
    let job = job(described, &step.name, step.definition);
    let told = |transition, time: &String| Told {
        transition,
        time: time.clone(),
        run: json!({"runId": uuid(described.manifest, &step.name), "facets": facets}),
        job: job.clone(),
    };
    let inputs = |detail| -> Vec<Value> {
        let tables = step.reads.iter().map(|table| input(described, table, detail));
        let files = described.run.inputs.iter().filter(|input| match step.definition {
            Definition::Source(source) => source.contract.name == input.source,
            _ => false,
        });
        tables.chain(files.map(|input| file(described, input))).collect()
    };
    let outputs = |detail| node.tables.iter().map(|record| output(described, record, detail)).collect();
    [
        (Transition::Start, &step.times.0, Detail::Name),
        (Transition::Complete, &step.times.1, Detail::Contents),
    ]
    .map(|(transition, time, detail)| told(transition, time).with(inputs(detail), outputs(detail)))
}

/// START and COMPLETE of a check, with its answer at each table that it reads. Checks are asked after all steps.
pub(super) fn check(described: &Described<'_>, check: &CheckRecord) -> [Value; 2] {
    let declared = described.study.checks.iter().find(|declared| declared.name == check.check);
    let name = format!("checks.{}", check.check);
    let severity = if check.severity == Severity::Error { "error" } else { "warn" };
    let assertion = json!({"assertions": [{
        "assertion": "no_rows",
        "name": check.check,
        "success": check.outcome == CheckOutcome::Passed,
        "severity": severity,
        "expected": "0",
        "actual": check.violations.to_string(),
    }]});
    let queries: Vec<&SqlFile> = declared.iter().map(|declared| &declared.sql).collect();
    let mut job_facets = Map::from_iter([("jobType".to_owned(), job_type("check"))]);
    job_facets.extend(code(&queries));
    let reads: std::collections::BTreeSet<TableName> = queries
        .iter()
        .flat_map(|sql| &sql.reads)
        .filter_map(|read| TableName::parse(&read.table).ok())
        .collect();
    let told = |transition| Told {
        transition,
        time: described.run.finished.clone(),
        run: json!({"runId": uuid(described.manifest, &name), "facets": {"parent": parent(described)}}),
        job: named(described, Some(&name), job_facets.clone()),
    };
    let names = reads.iter().map(|table| input(described, table, Detail::Name)).collect();
    let answers =
        reads.iter().map(|table| checked(described, table, ASSERTIONS.of(assertion.clone()))).collect();
    let violations = check.table.iter().map(|record| output(described, record, Detail::Contents)).collect();
    [told(Transition::Start).with(names, Vec::new()), told(Transition::Complete).with(answers, violations)]
}

fn run_event(
    described: &Described<'_>,
    transition: Transition,
    time: &str,
    facets: Map<String, Value>,
) -> Told {
    let title = DOCUMENTATION.of(json!({"description": described.study.title, "contentType": "text/plain"}));
    let job =
        Map::from_iter([("jobType".to_owned(), job_type("study")), ("documentation".to_owned(), title)]);
    Told {
        transition,
        time: time.to_owned(),
        run: json!({"runId": uuid(described.manifest, "run"), "facets": facets}),
        job: named(described, None, job),
    }
}

fn run_facets(described: &Described<'_>) -> Map<String, Value> {
    let run = described.run;
    let parameters: Vec<Value> =
        run.parameters.iter().map(|(name, value)| json!({"key": name, "value": value})).collect();
    let as_of = run.as_of.iter().map(|day| ("as_of", day.clone()));
    let facts = [
        ("run", run.run.to_string()),
        ("manifest", format!("sha256:{}", described.manifest)),
        ("synthetic", run.synthetic.to_string()),
        ("published", run.published.to_string()),
    ];
    let tags = tags(facts.into_iter().chain(as_of));
    Map::from_iter([
        ("processing_engine".to_owned(), ENGINE.of(json!({"name": "herkomst", "version": run.engine}))),
        ("executionParameters".to_owned(), PARAMETERS.of(json!({"parameters": parameters}))),
        ("tags".to_owned(), RUN_TAGS.of(tags)),
    ])
}

fn parent(described: &Described<'_>) -> Value {
    let run = json!({"runId": uuid(described.manifest, "run")});
    let job = json!({"namespace": NAMESPACE, "name": described.run.study});
    PARENT.of(json!({"run": run, "job": job, "root": {"run": run, "job": job}}))
}

fn job(described: &Described<'_>, name: &str, definition: Definition<'_>) -> Value {
    let mut facets = Map::from_iter([("jobType".to_owned(), job_type(definition.kind()))]);
    if let Some(title) = definition.title() {
        let title = DOCUMENTATION.of(json!({"description": title, "contentType": "text/plain"}));
        facets.insert("documentation".to_owned(), title);
    }
    facets.extend(code(&definition.queries()));
    named(described, Some(name), facets)
}

fn named(described: &Described<'_>, name: Option<&str>, facets: Map<String, Value>) -> Value {
    let study = &described.run.study;
    let name = name.map_or_else(|| study.clone(), |name| format!("{study}.{name}"));
    json!({"namespace": NAMESPACE, "name": name, "facets": facets})
}

fn job_type(kind: &str) -> Value {
    let kind = kind.to_uppercase();
    JOB_TYPE.of(json!({"processingType": "BATCH", "integration": "HERKOMST", "jobType": kind}))
}

/// One query is SQL that tools can read; several are source code, each under the name of its file.
fn code(queries: &[&SqlFile]) -> Option<(String, Value)> {
    match queries {
        [] => None,
        [one] => Some(("sql".to_owned(), SQL.of(json!({"query": one.text, "dialect": "datafusion"})))),
        several => {
            let parts = several.iter().map(|sql| format!("-- file: {}\n{}", sql.path.display(), sql.text));
            let code = parts.collect::<Vec<_>>().join("\n");
            Some(("sourceCode".to_owned(), SOURCE_CODE.of(json!({"language": "SQL", "sourceCode": code}))))
        }
    }
}
