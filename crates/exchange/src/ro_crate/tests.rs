use super::{Packed, PackedFile, metadata};
use crate::example::{described, run, study};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use terms::{ObjectHash, TableName};

fn packed(name: &str) -> PackedFile {
    PackedFile { name: name.into(), sha256: ObjectHash::of(name.as_bytes()), bytes: 10 }
}

const FILES: [&str; 11] = [
    "appendices/table_1.sql",
    "cleaning/gone.sql",
    "cleaning/leavers.sql",
    "cleaning/same_card.sql",
    "features/member.sql",
    "matching/birth.sql",
    "matching/card.sql",
    "pipeline.yaml",
    "sources/leavers.yaml",
    "sources/loans.yaml",
    "sources/members.yaml",
];

fn crate_of(files: &[&str]) -> Result<BTreeMap<String, Value>, String> {
    let (study, run, manifest) = (study(), run(), ObjectHash::of(b"manifest"));
    let files: Vec<PackedFile> = files.iter().map(|name| packed(name)).collect();
    let results = [(TableName::parse("appendix.table_1").unwrap(), packed("table_1.csv"))];
    let packed = Packed { study: &files, results: &results, license: "MIT OR Apache-2.0" };
    let metadata =
        metadata(&described(&study, &run, &manifest), &packed).map_err(|error| error.to_string())?;
    let entities = metadata["@graph"].as_array().unwrap();
    assert_eq!((&entities[0]["@id"], &entities[1]["@id"]), (&json!("ro-crate-metadata.json"), &json!("./")));
    Ok(entities.iter().map(|entity| (entity["@id"].as_str().unwrap().to_owned(), entity.clone())).collect())
}

fn whole() -> BTreeMap<String, Value> {
    crate_of(&[&FILES[..], &["sources/registry.yaml"]].concat()).unwrap()
}

fn linked(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| linked(value, found)),
        Value::Object(object) => {
            object.get("@id").and_then(Value::as_str).map(|id| found.insert(id.to_owned()));
            object.values().for_each(|value| linked(value, found));
        }
        _ => {}
    }
}

#[test]
fn every_link_leads_to_an_entity() {
    let entities = whole();
    let mut links = BTreeSet::new();
    entities.values().for_each(|entity| linked(entity, &mut links));
    let outside = ["https://w3id.org/ro/crate/1.1", "https://datafusion.apache.org/"];
    let nowhere: Vec<&String> =
        links.iter().filter(|id| !entities.contains_key(*id) && !outside.contains(&id.as_str())).collect();
    assert_eq!(nowhere, Vec::<&String>::new());
}

#[test]
fn a_step_is_what_used_generated_and_ran() {
    let entities = whole();
    let hash = |name: &str| format!("hash://sha256/{}", ObjectHash::of(name.as_bytes()));
    let action = &entities["#action/appendix.table_1"];
    assert_eq!(action["prov:used"], json!({"@id": hash("derived.member")}));
    assert_eq!(action["instrument"]["@id"], "workflow/appendices/table_1.sql");
    let object = &entities[&hash("appendix.table_1")];
    assert_eq!(object["prov:wasGeneratedBy"], json!({"@id": "#action/appendix.table_1"}));
    assert_eq!(object["prov:wasDerivedFrom"], json!({"@id": hash("derived.member")}));
    assert_eq!(
        entities["results/table_1.csv"]["prov:wasDerivedFrom"],
        json!({"@id": hash("appendix.table_1")})
    );
    let round = &entities["#tool/cleaning.merged"];
    assert_eq!(
        round["hasPart"],
        json!([{"@id": "workflow/cleaning/leavers.sql"}, {"@id": "workflow/cleaning/same_card.sql"}])
    );
    let delivered = &entities[&hash("members/north.csv")];
    assert_eq!((&delivered["name"], &delivered["contentSize"]), (&json!("members/north.csv"), &json!("300")));
    assert!(entities["./"]["description"].as_str().unwrap().contains("synthetic"));
    assert_eq!(entities["#run"]["object"].as_array().unwrap().len(), 3 + 2);
}

#[test]
fn tables_that_hold_the_same_are_one_object() {
    let (study, mut run, manifest) = (study(), run(), ObjectHash::of(b"manifest"));
    let object = run.nodes[0].tables[0].object.clone();
    run.nodes[0].tables[1].object = object.clone();
    let files: Vec<PackedFile> =
        FILES.iter().chain(&["sources/registry.yaml"]).map(|name| packed(name)).collect();
    let packed = Packed { study: &files, results: &[], license: "https://example.org/terms" };
    let metadata = metadata(&described(&study, &run, &manifest), &packed).unwrap();
    let id = format!("hash://sha256/{object}");
    let entities = metadata["@graph"].as_array().unwrap();
    let found: Vec<&Value> = entities.iter().filter(|entity| entity["@id"] == id.as_str()).collect();
    assert_eq!(found.len(), 1);
    let names: Vec<String> = run.nodes[0].tables[..2].iter().map(|table| table.table.to_string()).collect();
    assert_eq!(found[0]["name"], json!(names));
}

#[test]
fn a_step_whose_file_is_not_there_is_refused() {
    let fault = crate_of(&FILES).unwrap_err();
    assert!(fault.starts_with("sources/registry.yaml defines a step"), "{fault}");
}
