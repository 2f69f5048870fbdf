//! Bad deliveries: one more file, `members/west`, in a copy of the library study.
//!
//! A whole file at fault stops the run with exit code 4 and publishes nothing; a record at fault is in quarantine
//! and the run goes on. In both cases nothing that was delivered is lost.

use crate::fixture::{Place, workspace};
use insta::assert_snapshot;

const HEADER: &str = "Card;Name;Born;Joined;Fee\n";
const GOOD: &str = "3001;Visser;02-03-1981;01-01-2019;10\n";

/// The study with this file among the deliveries of members, before it is run.
fn delivered(file: &str, bytes: &[u8]) -> Place {
    let place = Place::new();
    place.edit("codes/branches.csv", "south,South", "south,South\nwest,West");
    place.edit("sources/members.yaml", "members/*.csv", "members/*.{csv,xlsx}");
    place.write(&format!("data/members/{file}"), bytes);
    place
}

/// What the run says to a file that is at fault as a whole.
fn refused(file: &str, bytes: impl AsRef<[u8]>) -> String {
    let place = delivered(file, bytes.as_ref());
    let said = place.herkomst(&["run"]);
    assert_eq!((said.code, said.out.as_str()), (4, ""), "{}", said.err);
    assert_eq!(place.herkomst(&["runs"]).out, "", "nothing is published");
    said.err.trim_end().to_owned()
}

/// Records read, staged and quarantined of the file, then each fault: line, column, value, code, reason.
fn kept(file: &str, bytes: impl AsRef<[u8]>) -> String {
    let place = delivered(file, bytes.as_ref());
    let said = place.herkomst(&["run"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let rows = |query: String| {
        let said = place.herkomst(&["sql", "--format", "csv", "-c", &query]);
        assert_eq!(said.code, 0, "{}", said.err);
        said.out.lines().skip(1).map(|line| format!("{line}\n")).collect::<String>()
    };
    let name = format!("file = 'members/{file}'");
    let counts = rows(format!("select records, staged, quarantined, format from audit.files where {name}"));
    let faults = rows(format!(
        "select line, \"column\", value, reason_code, reason from audit.quarantine where {name} order by 1, 2"
    ));
    let numbers: Vec<u64> = counts.split(',').take(3).map(|number| number.parse().unwrap()).collect();
    assert_eq!(numbers[0], numbers[1] + numbers[2], "nothing is lost");
    counts + &faults
}

fn lines(lines: &[&str]) -> String {
    format!("{HEADER}{GOOD}{}\n", lines.join("\n"))
}

#[test]
fn a_good_file_is_read() {
    assert_snapshot!(kept("west.csv", lines(&[])), @r#"1,1,0,"utf-8, ;""#);
}

#[test]
fn zero_bytes() {
    assert_snapshot!(refused("west.csv", ""), @"herkomst: members/west.csv: the file is empty (zero bytes); deliver it again, or take it away");
    assert_snapshot!(refused("west.xlsx", ""), @"herkomst: members/west.xlsx: the file is empty (zero bytes); deliver it again, or take it away");
}

#[test]
fn only_a_header() {
    assert_snapshot!(kept("west.csv", HEADER), @r#"0,0,0,"utf-8, ;""#);
}

#[test]
fn only_blank_lines() {
    assert_snapshot!(refused("west.csv", "\n\n  \n"), @"herkomst: members/west.csv: the file holds only blank lines; deliver it again, or take it away");
}

#[test]
fn a_wrong_header() {
    assert_snapshot!(refused("west.csv", lines(&[]).replace("Born", "Birthday")), @"herkomst: members/west.csv, line 1: `Birthday` (column 3) is not in the contract; header `Born` of column `birth_date` is missing; deliver the agreed headers, or change the contract");
    assert_snapshot!(refused("west.csv", lines(&[]).replace("Joined", "Name")), @"herkomst: members/west.csv, line 1: column `surname` is headed more than once, in columns 2 and 4; header `Joined` of column `joined` is missing; deliver the agreed headers, or change the contract");
    assert_snapshot!(refused("west.csv", GOOD), @"herkomst: members/west.csv, line 1: no header row: none of the agreed headers `Card` or `Name` or `Born` or `Joined` or `Fee` or `Remark` is on this line; put them on the first line");
}

#[test]
fn not_a_workbook() {
    assert_snapshot!(refused("west.xlsx", lines(&[])), @"herkomst: members/west.xlsx: not an XLSX file, whatever its name says; save the table as .xlsx, or name it .csv if it is delimited text");
}

#[test]
fn a_workbook_that_was_cut_off() {
    let whole = std::fs::read(workspace("data/perspectief/raw/round_1/alkmaar.xlsx")).unwrap();
    assert_snapshot!(refused("west.xlsx", &whole[..whole.len() / 2]), @"herkomst: members/west.xlsx: the XLSX file is damaged or was cut off (invalid Zip archive: Could not find EOCD); open it, save it again, and deliver it again");
    assert_snapshot!(refused("west.xlsx", &whole[..whole.len() - 10]), @"herkomst: members/west.xlsx: the XLSX file is damaged or was cut off (invalid Zip archive: Unexpected end of zip::format::blocks::Zip32CDEBlock); open it, save it again, and deliver it again");
}

#[test]
fn a_workbook_under_the_name_of_a_table() {
    let whole = std::fs::read(workspace("data/perspectief/raw/round_1/alkmaar.xlsx")).unwrap();
    assert_snapshot!(refused("west.csv", &whole), @"herkomst: members/west.csv: this is an XLSX or zip file under another name; rename it to .xlsx, or save it as CSV");
}

#[test]
fn a_workbook_of_another_delivery() {
    let whole = std::fs::read(workspace("data/perspectief/raw/round_1/alkmaar.xlsx")).unwrap();
    assert!(refused("west.xlsx", &whole).starts_with("herkomst: members/west.xlsx, sheet "));
}

#[test]
fn a_web_page() {
    let page = "<!DOCTYPE html>\n<html><head><title>Log in</title></head>\n<body>Your session has ended; log in.</body></html>\n";
    assert_snapshot!(refused("west.csv", page), @"herkomst: members/west.csv: this is a web page, perhaps a log-in or error page that was saved in place of the file; download it again");
}

#[test]
fn bytes_of_another_kind() {
    let utf16: Vec<u8> = "\u{feff}Card;Name\n1;x\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_snapshot!(refused("west.csv", utf16), @"herkomst: members/west.csv, line 1: header `Born` of column `birth_date` is missing; header `Joined` of column `joined` is missing; header `Fee` of column `fee` is missing; deliver the agreed headers, or change the contract");
    assert_snapshot!(refused("west.csv", b"%PDF-1.7\n1 0 obj\n<< >>\n"), @"herkomst: members/west.csv: this is a PDF; deliver the table as CSV or XLSX");
}

#[test]
fn an_unclosed_quote() {
    assert_snapshot!(kept("west.csv", lines(&["3002;\"Vos;03-03-1983;01-01-2019;10", "3003;Prins;04-04-1984;01-01-2019;10"])), @r#"
    3,2,1,"utf-8, ;"
    3,,,open_quote,"a quotation mark opens on this line and is never properly closed, so the lines after it were read on their own; close it, or double it if it belongs to the text"
    "#);
}

#[test]
fn text_behind_a_quote() {
    assert_snapshot!(kept("west.csv", lines(&["3002;\"Vos\" jr;03-03-1983;01-01-2019;10", "3003;Prins;04-04-1984;01-01-2019;10"])), @r#"
    3,2,1,"utf-8, ;"
    3,,,stray_quote,text follows a closing quotation mark; double quotation marks that belong to the text
    "#);
}

#[test]
fn ragged_rows() {
    let ragged = [
        "3002;Vos;03-03-1983;01-01-2019",
        "3003;Prins;04-04-1984;01-01-2019;10;20",
        "3004;Smit;05-05-1985;01-01-2019;10",
    ];
    assert_snapshot!(kept("west.csv", lines(&ragged)), @r#"
    4,2,2,"utf-8, ;"
    3,,,ragged_row,"the record has 4 fields and the header 5; put quotation marks around text that holds the delimiter, or add the missing fields"
    4,,,ragged_row,"the record has 6 fields and the header 5; put quotation marks around text that holds the delimiter, or add the missing fields"
    "#);
}

#[test]
fn dates_that_are_none() {
    let dates = ["31-02-1983", "12-31-1983", "soon", "01-01-0083", "1983-01-01 10:30"];
    let rows: Vec<String> = dates.iter().map(|date| format!("3002;Vos;{date};01-01-2019;10")).collect();
    assert_snapshot!(kept("west.csv", lines(&rows.iter().map(String::as_str).collect::<Vec<_>>())), @r#"
    6,1,5,"utf-8, ;"
    3,birth_date,31-02-1983,no_such_date,the calendar has no such day; correct the date at the source
    4,birth_date,12-31-1983,day_month_swapped,"the month is above 12 and the day is not, so day and month look swapped; deliver day-month-year"
    5,birth_date,soon,not_a_date,"not a date in a known notation; deliver day-month-year such as 31-12-1989, or 1989-12-31"
    6,birth_date,01-01-0083,year_out_of_range,the year lies before 1900 or after 2100; correct the date at the source
    7,birth_date,1983-01-01 10:30,time_of_day,"this column holds dates, and here is a time of day as well; deliver the date alone"
    "#);
}

#[test]
fn numbers_that_are_none() {
    let fees = ["ten", "1,234.5", "1.234,5678901", "999999999999999999"];
    let rows: Vec<String> = fees.iter().map(|fee| format!("3002;Vos;03-03-1983;01-01-2019;{fee}")).collect();
    assert_snapshot!(kept("west.csv", lines(&rows.iter().map(String::as_str).collect::<Vec<_>>())), @r#"
    5,1,4,"utf-8, ;"
    3,fee,ten,not_a_number,"not a number in Dutch notation; deliver digits such as 1234 or 1.234,5"
    4,fee,"1,234.5",not_a_number,"not a number in Dutch notation; deliver digits such as 1234 or 1.234,5"
    5,fee,"1.234,5678901",too_many_decimals,the number has more than 6 decimals; deliver it rounded
    6,fee,999999999999999999,number_out_of_range,the number does not fit a number of 12 digits before the comma; correct it at the source
    "#);
}

#[test]
fn what_is_required_and_missing() {
    assert_snapshot!(kept("west.csv", lines(&["3002;;;01-01-2019;10", ";Vos;03-03-1983;;"])), @r#"
    3,2,1,"utf-8, ;"
    3,birth_date,,missing_required,the value is missing and the contract requires it; deliver it
    3,surname,,missing_required,the value is missing and the contract requires it; deliver it
    "#);
}

#[test]
fn nul_and_broken_bytes() {
    let mut bytes = lines(&["3002;Vo\0s;03-03-1983;01-01-2019;10"]).into_bytes();
    bytes.extend(b"3003;P\xc3\xa9rez;04-04-1984;01-01-2019;10\n");
    assert_snapshot!(kept("west.csv", bytes), @r#"
    3,2,1,"utf-8, ;"
    3,,,nul_byte,"the record holds a NUL byte, so it was damaged on its way; deliver it again"
    "#);
}

#[test]
fn other_dialects_are_read() {
    let comma =
        "\u{feff}Card,Name,Born,Joined,Fee\r\n3001,\"Vis, van der\",1981-03-02,1 jan 2019,\"10,5\"\r\n";
    assert_snapshot!(kept("west.csv", comma), @r#"1,1,0,"utf-8, ,""#);
    assert_snapshot!(kept("west.csv", b"Card\tName\tBorn\tJoined\tFee\n3001\tP\xe9rez\t02-03-1981\t\t1.234,5\n"), @r#"1,1,0,"windows-1252, tab""#);
}

#[test]
fn a_file_of_an_unknown_branch() {
    assert_snapshot!(refused("east.csv", lines(&[])), @"herkomst: members/east.csv: the file's name is no value of column `branch`: the text is not in the code list (nearest: `west`); correct it, or add the spelling to the list");
}

#[test]
fn a_link_out_of_the_folder() {
    let place = delivered("west.csv", lines(&[]).as_bytes());
    let (inside, outside) =
        (place.folder.join("study/data/members/west.csv"), place.folder.join("outside.csv"));
    std::fs::rename(&inside, &outside).unwrap();
    std::os::unix::fs::symlink(&outside, &inside).unwrap();
    assert_snapshot!(place.herkomst(&["run"]).all(), @"
    exit 4
    herkomst: members/west.csv: a link that leaves the data folder; put the file itself there
    ");
}
