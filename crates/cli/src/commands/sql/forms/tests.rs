use super::{Facts, writer};
use crate::args::Form;
use crate::failure::Failure;
use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use calamine::{Data, Reader, Xlsx};
use insta::assert_snapshot;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::sync::Arc;

fn rows() -> RecordBatch {
    let columns: [(&str, ArrayRef); 7] = [
        ("name", Arc::new(StringArray::from(vec![Some("a|b"), None, Some("=1+1\n\u{1b}[31m日本")]))),
        ("row_id", Arc::new(Int64Array::from(vec![Some(1), Some(-20), Some(9_007_199_254_740_993)]))),
        ("share", Arc::new(Float64Array::from(vec![Some(0.1 + 0.2), Some(f64::NAN), Some(1e300)]))),
        (
            "fee",
            Arc::new(
                Decimal128Array::from(vec![Some(7_500_000), Some(-1), None])
                    .with_precision_and_scale(18, 6)
                    .unwrap(),
            ),
        ),
        ("day", Arc::new(Date32Array::from(vec![Some(14_610), Some(-30_000), None]))),
        (
            "at",
            Arc::new(TimestampMicrosecondArray::from(vec![
                Some(1_262_304_000_000_000),
                Some(1_262_304_000_000_001),
                None,
            ])),
        ),
        ("is", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, values)| (name, values, true))).unwrap()
}

/// Two results: all rows, a row at a time, and none.
fn written(form: Form) -> Result<Vec<u8>, Failure> {
    let facts = Facts { texts: report::harmless, started: "2010-11-01T02:00:00Z" };
    let mut writer = writer(form, &facts);
    let (mut bytes, rows) = (Vec::new(), rows());
    writer.begin(&rows.schema(), &mut bytes)?;
    for row in 0..rows.num_rows() {
        writer.rows(&rows.slice(row, 1), &mut bytes)?;
    }
    writer.end(&mut bytes)?;
    if form != Form::Parquet {
        writer.begin(&rows.schema(), &mut bytes)?;
        writer.end(&mut bytes)?;
    }
    writer.finish(&mut bytes)?;
    Ok(bytes)
}

fn text(form: Form) -> String {
    let Ok(bytes) = written(form) else { panic!("{form:?}") };
    String::from_utf8(bytes).unwrap()
}

#[test]
fn tables() {
    assert_snapshot!(text(Form::Table), @"
    +----------------+------------------+---------------------+-----------+------------+----------------------------+-------+
    | name           |           row_id |               share |       fee | day        | at                         | is    |
    +----------------+------------------+---------------------+-----------+------------+----------------------------+-------+
    | a|b            |                1 | 0.30000000000000004 |  7.500000 | 2010-01-01 | 2010-01-01T00:00:00        | true  |
    |                |              -20 |                 NaN | -0.000001 | 1887-11-12 | 2010-01-01T00:00:00.000001 | false |
    | =1+1⏎·[31m日本 | 9007199254740993 |               1e300 |           |            |                            |       |
    +----------------+------------------+---------------------+-----------+------------+----------------------------+-------+
    (3 rows)
    +------+--------+-------+-----+-----+----+----+
    | name | row_id | share | fee | day | at | is |
    +------+--------+-------+-----+-----+----+----+
    +------+--------+-------+-----+-----+----+----+
    (0 rows)
    ");
}

#[test]
fn expanded() {
    assert_snapshot!(text(Form::Expanded), @"
    -[ row 1 ]-
    name   | a|b
    row_id | 1
    share  | 0.30000000000000004
    fee    | 7.500000
    day    | 2010-01-01
    at     | 2010-01-01T00:00:00
    is     | true
    -[ row 2 ]-
    name   |
    row_id | -20
    share  | NaN
    fee    | -0.000001
    day    | 1887-11-12
    at     | 2010-01-01T00:00:00.000001
    is     | false
    -[ row 3 ]-
    name   | =1+1⏎·[31m日本
    row_id | 9007199254740993
    share  | 1e300
    fee    |
    day    |
    at     |
    is     |
    (3 rows)
    (0 rows)
    ");
}

#[test]
fn csv() {
    assert_snapshot!(text(Form::Csv), @r#"
    name,row_id,share,fee,day,at,is
    a|b,1,0.30000000000000004,7.500000,2010-01-01,2010-01-01T00:00:00,true
    ,-20,NaN,-0.000001,1887-11-12,2010-01-01T00:00:00.000001,false
    "'=1+1
    [31m日本",9007199254740993,1e300,,,,
    name,row_id,share,fee,day,at,is
    "#);
}

#[test]
fn json() {
    assert_snapshot!(text(Form::Json), @r#"
    [{"name":"a|b","row_id":1,"share":0.30000000000000004,"fee":7.500000,"day":"2010-01-01","at":"2010-01-01T00:00:00","is":true},{"row_id":-20,"share":null,"fee":-0.000001,"day":"1887-11-12","at":"2010-01-01T00:00:00.000001","is":false},{"name":"=1+1\n\u001b[31m日本","row_id":9007199254740993,"share":1.0e300}]
    []
    "#);
    assert_snapshot!(text(Form::Jsonl), @r#"
    {"name":"a|b","row_id":1,"share":0.30000000000000004,"fee":7.500000,"day":"2010-01-01","at":"2010-01-01T00:00:00","is":true}
    {"row_id":-20,"share":null,"fee":-0.000001,"day":"1887-11-12","at":"2010-01-01T00:00:00.000001","is":false}
    {"name":"=1+1\n\u001b[31m日本","row_id":9007199254740993,"share":1.0e300}
    "#);
}

#[test]
fn markdown() {
    assert_snapshot!(text(Form::Markdown), @r#"
    | name | row_id | share | fee | day | at | is |
    | --- | --: | --: | --: | --- | --- | --- |
    | a\|b | 1 | 0.30000000000000004 | 7.500000 | 2010-01-01 | 2010-01-01T00:00:00 | true |
    |  | -20 | NaN | -0.000001 | 1887-11-12 | 2010-01-01T00:00:00.000001 | false |
    | =1+1<br>·\[31m日本 | 9007199254740993 | 1e300 |  |  |  |  |
    | name | row_id | share | fee | day | at | is |
    | --- | --: | --: | --: | --- | --- | --- |
    "#);
}

#[test]
fn parquet_gives_the_rows_back() {
    let Ok(bytes) = written(Form::Parquet) else { panic!() };
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file.reopen().unwrap()).unwrap();
    let read: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
    // NaN is not itself; texts of rows compare it.
    assert_eq!(format!("{read:?}"), format!("{:?}", [rows()]));
}

#[test]
fn a_workbook_has_cells_of_their_kinds() {
    let Ok(bytes) = written(Form::Xlsx) else { panic!() };
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(&bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["result 1", "result 2"]);
    let sheet = book.worksheet_range("result 1").unwrap();
    let row = |row: u32| -> Vec<String> {
        let shown = |cell: &Data| match cell {
            Data::DateTime(time) => format!("time {}", time.as_f64()),
            other => format!("{other:?}"),
        };
        sheet.rows().nth(row as usize).unwrap().iter().map(shown).collect()
    };
    assert_snapshot!(row(0).join("\n"), @r#"
    String("name")
    String("row_id")
    String("share")
    String("fee")
    String("day")
    String("at")
    String("is")
    "#);
    assert_snapshot!(row(1).join("\n"), @r#"
    String("a|b")
    Float(1.0)
    Float(0.30000000000000004)
    Float(7.5)
    time 40179
    time 40179
    Bool(true)
    "#);
    // A day before 1900, a microsecond and a float that is no number are texts.
    assert_snapshot!(row(2).join("\n"), @r#"
    Empty
    Float(-20.0)
    String("NaN")
    Float(-1e-6)
    String("1887-11-12")
    String("2010-01-01T00:00:00.000001")
    Bool(false)
    "#);
    // A formula is text, and a number with more than 15 digits keeps them.
    assert_snapshot!(row(3).join("\n"), @r#"
    String("=1+1\n\u{1b}[31m日本")
    String("9007199254740993")
    Float(1e300)
    Empty
    Empty
    Empty
    Empty
    "#);
    assert_eq!(book.worksheet_range("result 2").unwrap().height(), 1);
    assert_eq!(Some(bytes), written(Form::Xlsx).ok(), "equal rows give an equal file");
}

#[test]
fn wide_rows_after_the_measured_ones_move_their_own_borders_only() {
    let facts = Facts { texts: report::harmless, started: "" };
    let mut writer = writer(Form::Table, &facts);
    let mut bytes = Vec::new();
    let batch = |texts: Vec<&str>| {
        let column: ArrayRef = Arc::new(StringArray::from(texts));
        RecordBatch::try_from_iter([("t", column)]).unwrap()
    };
    let Ok(()) = writer.begin(&batch(vec![]).schema(), &mut bytes) else { panic!() };
    let Ok(()) = writer.rows(&batch(vec!["ab"; 10_001]), &mut bytes) else { panic!() };
    assert!(bytes.len() > 60_000, "rows are not held once the widths are known");
    let Ok(()) = writer.rows(&batch(vec!["abcdef", "x"]), &mut bytes) else { panic!() };
    let Ok(()) = writer.end(&mut bytes) else { panic!() };
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(&lines[..4], ["+----+", "| t  |", "+----+", "| ab |"]);
    assert_eq!(&lines[10_003..], ["| ab |", "| abcdef |", "| x  |", "+----+", "(10003 rows)"]);
}

#[test]
fn columns_of_one_name_are_told_apart_where_they_must_be() {
    let column = |n: i64| -> ArrayRef { Arc::new(Int64Array::from(vec![n])) };
    let names = ["a", "a", "a_2", "a", "b"];
    let columns = names.iter().zip(1..).map(|(name, n)| (*name, column(n)));
    let rows = RecordBatch::try_from_iter(columns).unwrap();
    let written = |form| {
        let facts = Facts { texts: report::harmless, started: "2010-11-01T02:00:00Z" };
        let (mut writer, mut bytes) = (writer(form, &facts), Vec::new());
        let done = writer.begin(&rows.schema(), &mut bytes).and_then(|()| writer.rows(&rows, &mut bytes));
        assert!(done.and_then(|()| writer.end(&mut bytes)).is_ok());
        bytes
    };
    let json = r#"{"a":1,"a_3":2,"a_2":3,"a_4":4,"b":5}"#;
    assert_eq!(String::from_utf8(written(Form::Jsonl)).unwrap().trim_end(), json);
    assert_eq!(String::from_utf8(written(Form::Csv)).unwrap(), "a,a,a_2,a,b\n1,2,3,4,5\n");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), written(Form::Parquet)).unwrap();
    let parquet = ParquetRecordBatchReaderBuilder::try_new(file.reopen().unwrap()).unwrap();
    let found: Vec<_> = parquet.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(found, ["a", "a_3", "a_2", "a_4", "b"]);
}
