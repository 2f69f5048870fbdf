//! What the catalogue tells clients of tables.

use super::Server;
use super::client::Client;
use crate::fixture::Place;
use std::collections::BTreeMap;

/// Numbers of tables and schemas by their names.
fn numbers(client: &mut Client) -> BTreeMap<String, String> {
    let sql = "select n.nspname || '.' || c.relname, c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace \
               union all select nspname, oid from pg_namespace";
    let rows = client.rows(sql);
    rows.into_iter().map(|row| (row[0].clone().unwrap(), row[1].clone().unwrap())).collect()
}

#[test]
fn a_table_keeps_its_number_whatever_else_there_is() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let (all, printed) = (Server::trusting(&place, "auditor", &[]), Server::trusting(&place, "public", &[]));
    let before = numbers(&mut all.client());
    let fewer = numbers(&mut printed.client());
    assert!(fewer.len() < before.len() && fewer.contains_key("appendix.table_1"), "{fewer:?}");
    assert!(fewer.iter().all(|(name, number)| before[name] == *number), "{fewer:?} {before:?}");
    let mut seen: Vec<&String> = before.values().collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), before.len(), "no two have one number");
    assert_eq!(before["pg_catalog"], "11");
    // Columns are found by the number of their table, and a name is that number.
    let number = &before["appendix.table_1"];
    let columns = format!("select attname from pg_attribute where attrelid = {number} order by attnum");
    let names: Vec<_> = all.client().rows(&columns).into_iter().map(|row| row[0].clone().unwrap()).collect();
    assert_eq!(names, ["branch", "members", "books", "share"]);
    assert_eq!(all.client().value("select 'appendix.table_1'::regclass::oid"), *number);
    // Another run, with a table more.
    assert_eq!(place.herkomst(&["run", "--set", "adult_age=21"]).code, 0);
    let now = numbers(&mut all.client());
    assert!(before.iter().all(|(name, number)| now[name] == *number));
    let mut first = Client::new(&all.address, "anna", "run_1", "").unwrap();
    assert_eq!(numbers(&mut first), before);
}

#[test]
fn columns_are_counted_from_one() {
    let server = Server::trusting(Place::shared(), "analyst", &[]);
    let mut client = server.client();
    let told = |client: &mut Client, which: &str| -> Vec<String> {
        let sql = format!(
            "select ordinal_position, column_name from information_schema.columns \
             where table_schema = 'appendix' and table_name = 'table_1' {which} order by ordinal_position"
        );
        let row = |row: Vec<Option<String>>| row.into_iter().flatten().collect::<Vec<_>>().join(" ");
        client.rows(&sql).into_iter().map(row).collect()
    };
    let all = ["1 branch", "2 members", "3 books", "4 share"];
    assert_eq!(told(&mut client, ""), all);
    assert_eq!(told(&mut client, "and ordinal_position = 2"), ["2 members"]);
    let sum =
        "select sum(c.ordinal_position) from information_schema.columns as c where c.table_name = 'table_1'";
    assert_eq!(client.value(sum), "10");
}

#[test]
fn settings_are_there_and_functions_of_users_are_not() {
    let server = Server::trusting(Place::shared(), "public", &[]);
    let mut client = server.client();
    assert_eq!(client.value("select setting from pg_settings where name = 'max_index_keys'"), "32");
    assert_eq!(client.value("select count(*) from pg_proc"), "0");
    assert_eq!(client.value("select count(*) from pg_class where relacl is not null"), "0");
}
