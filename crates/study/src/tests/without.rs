use super::Fixture;

fn names(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn a_rule_and_a_pass_are_left_out_by_stem_or_whole_name() {
    let study = Fixture::new().load();
    let side = study.without(&names(&["twice", "readers/card"])).unwrap();
    assert_eq!(side.left_out, ["clean/twice", "readers/card"]);
    assert!(side.rounds[0].rules.is_empty() && side.matchings[0].passes.is_empty());
    assert_eq!(side.steps(), study.steps());
    let again = side.without(&names(&[])).unwrap();
    assert_eq!(again, side);
}

#[test]
fn a_stem_means_every_rule_of_that_name_and_a_whole_name_one() {
    let fixture = Fixture::new();
    fixture.replace(
        "pipeline.yaml",
        "    rules: []",
        "    rules:\n      - {rule: clean/twice.sql, adds_from: staging.returns}",
    );
    let study = fixture.load();
    assert_eq!(study.without(&names(&["twice"])).unwrap().left_out, ["clean/twice", "final/twice"]);
    let side = study.without(&names(&["final/twice"])).unwrap();
    assert_eq!(side.left_out, ["final/twice"]);
    assert_eq!((side.rounds[0].rules.len(), side.rounds[1].rules.len()), (1, 0));
}

#[test]
fn a_name_of_nothing_is_answered_with_the_near_ones() {
    let study = Fixture::new().load();
    let told = |name: &str| study.without(&names(&[name])).unwrap_err().to_string();
    insta::assert_snapshot!(told("twise"), @"no rule of a round and no pass of a matching is named twise: did you mean `twice`?");
    insta::assert_snapshot!(told("clean/twise"), @"no rule of a round and no pass of a matching is named clean/twise: did you mean `clean/twice`?");
    insta::assert_snapshot!(told("something else"), @"no rule of a round and no pass of a matching is named something else: there are clean/twice, readers/card");
}
