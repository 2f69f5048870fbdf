//! The entities of a crate, each once.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Entities by identifier.
#[derive(Default)]
pub(super) struct Graph(BTreeMap<String, Map<String, Value>>);

/// The types and the properties that make an entity a file or a folder of the crate.
const DATA: [&str; 2] = ["File", "Dataset"];

impl Graph {
    /// Adds an entity. One that is there already, such as two tables that hold the same, keeps what it has: links and
    /// names of the second are added to its own.
    pub(super) fn add(&mut self, id: &str, types: &[&str], properties: Value) {
        let entity = self.0.entry(id.to_owned()).or_insert_with(|| {
            let types = if let [one] = types { json!(one) } else { json!(types) };
            Map::from_iter([("@id".to_owned(), json!(id)), ("@type".to_owned(), types)])
        });
        let Value::Object(properties) = properties else { return };
        for (name, value) in properties.into_iter().filter(|(_, value)| *value != json!([])) {
            match entity.get_mut(&name) {
                None => _ = entity.insert(name, value),
                Some(there) if *there == value => {}
                Some(there) => merge(there, value),
            }
        }
    }

    /// Identifiers of files and folders, but for the crate itself.
    pub(super) fn data_entities(&self) -> Vec<String> {
        let is_data = |entity: &Map<String, Value>| {
            let types = &entity["@type"];
            DATA.iter()
                .any(|data| types == data || types.as_array().is_some_and(|all| all.contains(&json!(data))))
        };
        self.0.iter().filter(|(_, entity)| is_data(entity)).map(|(id, _)| id.clone()).collect()
    }

    /// All entities: the descriptor, the crate, then the others in order of their identifiers.
    pub(super) fn entities(mut self) -> Vec<Value> {
        let first = [super::METADATA_FILE, "./"].map(|id| self.0.remove(id));
        first.into_iter().flatten().chain(self.0.into_values()).map(Value::Object).collect()
    }
}

/// Both values as one list, each once.
fn merge(there: &mut Value, value: Value) {
    let listed = |value: Value| match value {
        Value::Array(values) => values,
        one => vec![one],
    };
    let mut all = listed(there.take());
    for one in listed(value) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    *there = json!(all);
}

/// A link to an entity.
pub(super) fn link(id: &str) -> Value {
    json!({"@id": id})
}

/// Links to entities; a list only of several, as compact JSON-LD has it.
pub(super) fn links<'i>(ids: impl IntoIterator<Item = &'i str>) -> Value {
    let mut links: Vec<Value> = ids.into_iter().map(link).collect();
    match links.pop() {
        Some(only) if links.is_empty() => only,
        last => {
            links.extend(last);
            json!(links)
        }
    }
}

/// The identifier of what is named by its hash.
pub(super) fn by_hash(hash: &terms::ObjectHash) -> String {
    format!("hash://sha256/{hash}")
}

/// A name as a part of an identifier: of a step or a parameter.
pub(super) fn local(kind: &str, name: &str) -> String {
    format!("#{kind}/{name}")
}
