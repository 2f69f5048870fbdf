use crate::json_schemas;

#[test]
fn there_is_a_schema_for_each_kind_of_file() {
    let schemas = json_schemas();
    assert_eq!(
        schemas.keys().copied().collect::<Vec<_>>(),
        ["appendix", "misprints", "model", "pipeline", "source", "test"]
    );
    insta::assert_snapshot!(serde_json::to_string_pretty(&schemas["misprints"]).unwrap(), @r##"
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "misprints",
      "description": "Known differences between print and product.",
      "type": "array",
      "items": {
        "$ref": "#/$defs/misprint"
      },
      "$defs": {
        "misprint": {
          "description": "One known difference between a printed and a produced cell.",
          "type": "object",
          "properties": {
            "appendix": {
              "description": "Appendix: its table without the schema.",
              "type": "string"
            },
            "column": {
              "description": "Column of the appendix.",
              "type": "string"
            },
            "explanation": {
              "description": "Why it is not the data that is wrong.",
              "type": "string"
            },
            "kind": {
              "description": "Kind of the difference, in one word.",
              "type": "string"
            },
            "printed": {
              "description": "What is printed.",
              "type": "string"
            },
            "produced": {
              "description": "What is produced.",
              "type": "string"
            },
            "row": {
              "description": "Text of the row's key.",
              "type": "string"
            }
          },
          "additionalProperties": false,
          "required": [
            "appendix",
            "row",
            "column",
            "printed",
            "produced",
            "kind",
            "explanation"
          ]
        }
      }
    }
    "##);
}

#[test]
fn schemas_know_the_keys_and_refuse_others() {
    let pipeline = serde_json::to_value(&json_schemas()["pipeline"]).unwrap();
    assert_eq!(pipeline["additionalProperties"], false);
    assert_eq!(pipeline["required"], serde_json::json!(["study", "title", "data", "sources"]));
    assert_eq!(pipeline["properties"]["study"]["type"], "string");
    let source = serde_json::to_value(&json_schemas()["source"]).unwrap();
    let column = &source["$defs"]["column"];
    assert_eq!(column["additionalProperties"], false);
    assert_eq!(column["properties"]["header"]["anyOf"][0]["type"], "string");
    assert_eq!(source["properties"]["root"]["default"], "data");
    let appendix = serde_json::to_value(&json_schemas()["appendix"]).unwrap();
    let tree = &appendix["$defs"]["tree"];
    assert_eq!(tree["additionalProperties"], false);
    assert_eq!(tree["properties"]["classes"]["items"]["$ref"], "#/$defs/presented");
}

#[test]
fn a_check_is_the_same_wherever_it_stands() {
    let schemas = json_schemas();
    let check = |file: &str| serde_json::to_value(&schemas[file]).unwrap()["$defs"]["check"].clone();
    let model = check("model");
    assert_eq!(model["additionalProperties"], false);
    for kind in ["unique", "not_null", "accepted_values", "relation", "range", "rows", "freshness", "check"] {
        assert!(model["properties"][kind].is_object(), "{kind}");
    }
    for file in ["pipeline", "source", "appendix"] {
        assert_eq!(check(file), model, "{file}");
    }
    let test = serde_json::to_value(&schemas["test"]).unwrap();
    assert_eq!(test["$defs"]["unit_test"]["required"], serde_json::json!(["name", "expect"]));
}
