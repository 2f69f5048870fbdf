//! What a data package says of its files: all that is needed to make their folder, and to check it.

use crate::layout;
use serde::Deserialize;
use std::collections::BTreeMap;
use terms::{ObjectHash, TableName};

#[derive(Deserialize)]
struct Package {
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    path: String,
    hash: String,
}

/// The files that a `datapackage.json` describes, by name of the table in their path, `schema/table.parquet`, with the
/// SHA-256 of their bytes; or what is wrong with it, as a clause.
pub(crate) fn files(bytes: &[u8]) -> Result<BTreeMap<TableName, ObjectHash>, String> {
    let package: Package = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let mut files = BTreeMap::new();
    for Resource { path, hash } in package.resources {
        let table = table(&path).ok_or_else(|| format!("{path:?} is not schema/table.parquet"))?;
        let object =
            hash.strip_prefix("sha256:").and_then(|digits| ObjectHash::try_from(digits.to_owned()).ok());
        let object =
            object.ok_or_else(|| format!("the hash {hash:?} of {path} is not sha256: and 64 digits"))?;
        if files.insert(table, object).is_some() {
            return Err(format!("{path} is in it twice"));
        }
    }
    Ok(files)
}

/// Path of a table's file in a view.
pub(crate) fn path(table: &TableName) -> String {
    format!("{}/{}{}", table.schema(), table.table(), layout::EXTENSION)
}

fn table(path: &str) -> Option<TableName> {
    let (schema, file) = path.split_once('/')?;
    TableName::new(schema, file.strip_suffix(layout::EXTENSION)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, hash: &str) -> String {
        files(format!(r#"{{"resources": [{{"path": "{path}", "hash": "{hash}"}}]}}"#).as_bytes()).unwrap_err()
    }

    #[test]
    fn a_file_is_named_by_its_table_and_lies_in_its_folder() {
        let hash = format!("sha256:{}", ObjectHash::of(b"rows"));
        for path in
            ["../a/b.parquet", "/a/b.parquet", "a/../b.parquet", "a/b.csv", "b.parquet", "a/b/c.parquet", ""]
        {
            assert!(said(path, &hash).contains("is not schema/table.parquet"), "{path}");
        }
        for hash in ["", "md5:00", "sha256:", &hash[7..]] {
            assert!(said("a/b.parquet", hash).contains("64 digits"), "{hash}");
        }
        let once = format!(r#"{{"path": "a/b.parquet", "hash": "{hash}"}}"#);
        let twice = files(format!(r#"{{"resources": [{once}, {once}]}}"#).as_bytes());
        assert_eq!(twice.unwrap_err(), "a/b.parquet is in it twice");
        let good = files(format!(r#"{{"resources": [{once}]}}"#).as_bytes()).unwrap();
        assert_eq!(
            good.into_iter().next().unwrap(),
            (TableName::parse("a.b").unwrap(), ObjectHash::of(b"rows"))
        );
    }
}
