use super::Fixture;
use crate::Parameter;

#[test]
fn a_parameter_gets_another_value_of_its_type() {
    let study = Fixture::new().load();
    let set = |name: &str, value: &str| study.with_parameter(name, value).unwrap().parameters[name].clone();
    assert_eq!(set("closing_day", "2024-02-29"), Parameter::Date { year: 2024, month: 2, day: 29 });
    assert_eq!(set("days", "-3"), Parameter::Integer(-3));
    assert_eq!(set("town", "2024-02-29"), Parameter::Text("2024-02-29".into()));
    let changed = study.with_parameter("days", "22").unwrap();
    assert_eq!(changed.parameters["closing_day"], study.parameters["closing_day"]);
    assert_eq!(changed.steps(), study.steps());
}

#[test]
fn what_is_no_value_of_a_parameter_is_refused() {
    let study = Fixture::new().load();
    let told = |name: &str, value: &str| study.with_parameter(name, value).unwrap_err().to_string();
    insta::assert_snapshot!(told("day", "3"), @"study library has no parameter day: did you mean `days`?");
    insta::assert_snapshot!(told("something", "3"), @"study library has no parameter something: there are closing_day, days, town");
    insta::assert_snapshot!(told("days", "3.5"), @r#"parameter days is a whole number, as 21 is; "3.5" is not: write digits only, with a minus if below 0"#);
    insta::assert_snapshot!(told("closing_day", "2023-02-29"), @r#"parameter closing_day is a date, as 2024-12-31 is; "2023-02-29" is not: write a date of the calendar as year-month-day"#);
    insta::assert_snapshot!(told("closing_day", "soon"), @r#"parameter closing_day is a date, as 2024-12-31 is; "soon" is not: write a date of the calendar as year-month-day"#);
}

#[test]
fn an_as_of_date_is_the_parameter_of_that_name_if_there_is_one() {
    let fixture = Fixture::new();
    let study = fixture.load().as_of_date("2024-02-29").unwrap();
    assert_eq!(study.as_of.as_deref(), Some("2024-02-29"));
    assert_eq!(study.parameters, fixture.load().parameters);
    insta::assert_snapshot!(fixture.load().as_of_date("29-02-2024").unwrap_err(), @r#""29-02-2024" is no day: write a date of the calendar as year-month-day, such as 2019-12-31"#);

    fixture.replace("pipeline.yaml", "  days: 21\n", "  days: 21\n  as_of: 2024-12-31\n");
    let study = fixture.load().as_of_date("2024-02-29").unwrap();
    assert_eq!(study.parameters["as_of"], Parameter::Date { year: 2024, month: 2, day: 29 });
}
