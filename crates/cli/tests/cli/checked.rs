//! `check --unit` and `check --list`.

use crate::fixture::Place;
use insta::assert_snapshot;
use serde_json::{Value, json};

#[test]
fn unit_tests_hold() {
    assert_snapshot!(Place::shared().herkomst(&["check", "--unit"]).all(), @"
    exit 0
    study library is sound: 4 sources, 10 steps, 23 queries planned, 4 examples of rules hold
    6 unit tests hold
    ");
}

#[test]
fn three_is_a_unit_test_that_does_not_hold() {
    let place = Place::new();
    place.edit("features/member.sql", "coalesce(l.books, 0)", "coalesce(l.books, 1)");
    assert_snapshot!(place.herkomst(&["check", "--unit"]).all(), @"
    exit 3
    features/member.test.yaml:2:9: the query returns other rows: 2 expected and missing, 2 not expected: `books of one card are added up, and who lent nothing has non…`
      help: - expected, + returned
          row_id | books
          a      | 7
        - b      | 0
        - c      | 0
        + b      | 1
        + c      | 1
    study library is sound: 4 sources, 10 steps, 23 queries planned, 4 examples of rules hold
    5 of 6 unit tests hold
    ");
    assert_eq!(place.herkomst(&["check"]).code, 0, "without --unit the study is only planned");
    let said = place.herkomst(&["--json", "check", "--unit"]);
    assert_eq!(said.code, 3);
    let told: Value = serde_json::from_str(&said.out).unwrap();
    let tests = told["unit"]["tests"].as_array().unwrap();
    let failed: Vec<&Value> = tests.iter().filter(|test| !test["difference"].is_null()).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(
        (&failed[0]["file"], &failed[0]["line"], &failed[0]["query"]),
        (&json!("features/member.test.yaml"), &json!(2), &json!("features/member.sql"))
    );
    assert_eq!(failed[0]["difference"]["rows"][1], json!({"is": "missing", "cells": ["b", "0"]}));
}

#[test]
fn a_study_without_tests_says_how_to_write_one() {
    let place = Place::new();
    for file in ["features/member", "appendices/table_1", "matching/card", "checks/loans_without_member"] {
        std::fs::remove_file(place.folder.join(format!("study/{file}.test.yaml"))).unwrap();
    }
    let said = place.herkomst(&["check", "--unit"]).all();
    assert!(said.ends_with("no unit tests: write NAME.test.yaml beside NAME.sql"), "{said}");
}

#[test]
fn checks_are_listed_with_their_queries() {
    let said = Place::shared().herkomst(&["check", "--list"]);
    assert_eq!(said.code, 0);
    let first: Vec<&str> = said.out.split("\n\n").collect();
    assert_snapshot!(first[3], @"
    -- loans_range_books (warn), sources/loans.yaml:9
    -- books of staging.loans is at least 1 and at most 50
    select t.*
    from staging.loans as t
    where t.books < 1
       or t.books > 50
    ");
    let listed: Value =
        serde_json::from_str(&Place::shared().herkomst(&["--json", "check", "--list"]).out).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), first.len());
    assert_eq!(listed[0]["check"], "loans_without_member");
    assert_eq!((&listed[0]["line"], &listed[0]["claim"]), (&Value::Null, &Value::Null));
    assert!(listed[3]["line"].is_number() && listed[3]["claim"].is_string());
}
