use super::*;
use crate::cell::{Epoch, moment};
use terms::{Code, Sensitivity};

fn column(kind: ColumnType) -> Column {
    Column {
        name: "c".into(),
        headers: vec!["C".into()],
        kind,
        required: false,
        optional_header: false,
        pattern: None,
        missing: vec!["-".into(), "onbekend".into()],
        normalise: Normalise::Blanks,
        sensitivity: Sensitivity::Public,
        pseudonym: None,
    }
}

fn genres() -> ColumnType {
    let code = |spelling: &str, code: &str| Code { spelling: spelling.into(), code: code.into() };
    ColumnType::Code(vec![
        code("Poëzie", "poetry"),
        code("1", "poetry"),
        code("Roman", "novel"),
        code("onbekend", "unknown"),
        code("true", "yes"),
    ])
}

fn check(column: &Column, cell: Cell, expected: Result<Option<&str>, ReasonCode>) {
    let got = ColumnReader::new("loans", column).unwrap().read(&cell);
    let got = got.map(|value| value.map(|value| value.canonical())).map_err(|complaint| complaint.code);
    assert_eq!(
        got.as_ref().map(Option::as_deref).map_err(|code| *code),
        expected,
        "{cell:?} as {:?}",
        column.kind
    );
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

#[test]
fn texts_are_cleaned_and_missing_ones_are_missing() {
    let mut c = column(ColumnType::Text);
    check(&c, text("  Max \n Havelaar "), Ok(Some("Max Havelaar")));
    check(&c, text("e\u{301}"), Ok(Some("é")));
    check(&c, text("=1+1"), Ok(Some("=1+1")));
    check(&c, text(" ONBEKEND "), Ok(None));
    check(&c, text("-"), Ok(None));
    check(&c, Cell::Empty, Ok(None));
    c.required = true;
    check(&c, text("-"), Err(ReasonCode::MissingRequired));
    check(&c, Cell::Empty, Err(ReasonCode::MissingRequired));
    c.normalise = Normalise::Alphanumeric;
    check(&c, text("v-1234.567 89"), Ok(Some("V123456789")));
    check(&c, text("?!"), Err(ReasonCode::EmptyAfterCleaning));
    c.normalise = Normalise::Digits;
    check(&c, text("nr 12-34"), Ok(Some("1234")));
    check(&c, text("geen"), Err(ReasonCode::EmptyAfterCleaning));
}

#[test]
fn a_pattern_must_match_the_whole_text() {
    let mut c = column(ColumnType::Text);
    c.pattern = Some("[0-9]{10}|x".into());
    check(&c, text("0612345678"), Ok(Some("0612345678")));
    check(&c, text("06123456789"), Err(ReasonCode::PatternMismatch));
    check(&c, text("a0612345678"), Err(ReasonCode::PatternMismatch));
    check(&c, Cell::Number(1_234_567_890.0), Ok(Some("1234567890")));
    check(&c, Cell::Number(612_345_678.0), Err(ReasonCode::PatternMismatch));
    c.pattern = Some("(".into());
    assert!(ColumnReader::new("loans", &c).is_err());
}

#[test]
fn code_lists() {
    let c = column(genres());
    check(&c, text(" POEZIE"), Ok(Some("poetry")));
    check(&c, text("onbekend"), Ok(Some("unknown")));
    check(&c, text("-"), Ok(None));
    check(&c, text("Romam"), Err(ReasonCode::UnknownCode));
    check(&c, Cell::Number(1.0), Ok(Some("poetry")));
    check(&c, Cell::Boolean(true), Ok(Some("yes")));
    check(&c, Cell::Boolean(false), Err(ReasonCode::UnknownCode));
    let reader = ColumnReader::new("loans", &c).unwrap();
    insta::assert_snapshot!(reader.read(&text("Romam")).unwrap_err().reason,
        @"the text is not in the code list (nearest: `Roman`); correct it, or add the spelling to the list");
    let two = |spelling: &str, code: &str| Code { spelling: spelling.into(), code: code.into() };
    let c = column(ColumnType::Code(vec![two("A", "1"), two("a", "2")]));
    insta::assert_snapshot!(ColumnReader::new("loans", &c).unwrap_err(),
        @"source loans: the code list of column `c` gives spelling `a` two codes; keep one of them");
}

#[test]
fn booleans() {
    let c = column(ColumnType::Boolean);
    for yes in ["ja", "J", "true", "1", "WAAR"] {
        check(&c, text(yes), Ok(Some("true")));
    }
    for no in ["nee", "N", "False", "0"] {
        check(&c, text(no), Ok(Some("false")));
    }
    check(&c, text("Onbekend"), Ok(None));
    check(&c, text("misschien"), Err(ReasonCode::NotABoolean));
    check(&c, Cell::Boolean(true), Ok(Some("true")));
    check(&c, Cell::Number(0.0), Ok(Some("false")));
    check(&c, Cell::Number(2.0), Err(ReasonCode::NotABoolean));
    let mut bare = column(ColumnType::Boolean);
    bare.missing.clear();
    check(&bare, text("onbekend"), Ok(None));
}

#[test]
fn missing_numbers_and_dates_are_missing_in_every_notation() {
    let mut c = column(ColumnType::Integer);
    c.missing = vec!["9.999".into(), "01-01-1900".into(), "-".into()];
    check(&c, text("9999"), Ok(None));
    check(&c, Cell::Number(9_999.0), Ok(None));
    check(&c, Cell::Number(9.0), Ok(Some("9")));
    c.kind = ColumnType::Date;
    check(&c, text("1 jan 1900"), Ok(None));
    check(&c, Cell::Moment(moment(1.0, Epoch::Y1900)), Ok(None));
    c.kind = ColumnType::Text;
    c.missing = vec!["99".into()];
    check(&c, Cell::Number(99.0), Ok(None));
}

#[test]
fn spreadsheet_cells() {
    let day = |serial| Cell::Moment(moment(serial, Epoch::Y1900));
    check(&column(ColumnType::Date), day(32_873.0), Ok(Some("1989-12-31")));
    check(&column(ColumnType::Date), day(32_873.25), Err(ReasonCode::TimeOfDay));
    check(&column(ColumnType::Date), day(60.0), Err(ReasonCode::NoSuchDate));
    check(&column(ColumnType::Date), day(2_000_000.0), Err(ReasonCode::YearOutOfRange));
    check(&column(ColumnType::Date), Cell::Number(32_873.0), Err(ReasonCode::WrongCellType));
    check(&column(ColumnType::Date), text("31-12-1989"), Ok(Some("1989-12-31")));
    check(&column(ColumnType::Text), day(32_873.0), Err(ReasonCode::WrongCellType));
    check(&column(ColumnType::Text), Cell::Number(0.1 + 0.2), Ok(Some("0.3")));
    check(&column(ColumnType::Text), Cell::Number(1e15), Err(ReasonCode::ImpreciseNumber));
    check(&column(ColumnType::Text), Cell::Boolean(true), Ok(Some("true")));
    check(&column(ColumnType::Text), Cell::Duration, Err(ReasonCode::WrongCellType));
    check(&column(ColumnType::Integer), Cell::Number(3.0), Ok(Some("3")));
    check(&column(ColumnType::Integer), Cell::Number(3.5), Err(ReasonCode::NotWhole));
    check(&column(ColumnType::Integer), Cell::Boolean(true), Err(ReasonCode::WrongCellType));
    check(&column(ColumnType::Integer), Cell::Error("#N/A".into()), Err(ReasonCode::ErrorCell));
    check(&column(ColumnType::Decimal), Cell::Number(2.5), Ok(Some("2.500000")));
    check(&column(ColumnType::Decimal), text("1.234,5"), Ok(Some("1234.500000")));
}
