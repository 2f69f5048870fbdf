//! What clients do with a connection: settings, transactions, prepared statements, cursors, publications meanwhile.

use super::Server;
use super::client::Client;
use crate::fixture::Place;

#[test]
fn a_query_is_answered_with_names_types_and_nulls() {
    let server = Server::trusting(Place::shared(), "auditor", &[]);
    let mut client = server.client();
    let answer = client.ask("select branch, members, books, share from table_1 order by branch");
    assert_eq!(answer.names, ["branch", "members", "books", "share"]);
    assert_eq!(answer.types, [25, 20, 20, 701]);
    assert_eq!(answer.tags, ["SELECT 2"]);
    assert_eq!(answer.texts()[0][0].as_deref(), Some("North"));
    let kinds = "select cast(null as varchar), true, date '2020-02-29', timestamp '2020-02-29T01:02:03', \
                 cast(1.50 as decimal(10, 2)), 2.5, ['a', null, 'b,c'], cast(7 as int)";
    let row = client.rows(kinds).remove(0);
    let row: Vec<&str> = row.iter().map(|value| value.as_deref().unwrap_or("NULL")).collect();
    let expected =
        ["NULL", "t", "2020-02-29", "2020-02-29 01:02:03.000000", "1.50", "2.5", "{a,NULL,\"b,c\"}", "7"];
    assert_eq!(row, expected);
    let binary = client.prepared("select cast(7 as bigint), true, date '2000-01-02', 'a', null", &[], 1);
    assert_eq!(binary.fault, None);
    let bytes = |hex: &[u8]| Some(hex.to_vec());
    let expected =
        vec![bytes(&[0, 0, 0, 0, 0, 0, 0, 7]), bytes(&[1]), bytes(&[0, 0, 0, 1]), bytes(b"a"), None];
    assert_eq!(binary.rows, [expected]);
}

#[test]
fn parameters_are_typed_by_the_query() {
    let server = Server::trusting(Place::shared(), "auditor", &[]);
    let mut client = server.client();
    let sql = "select branch from appendix.table_1 where members >= $1 and branch <> $2 and $3 is null";
    let answer = client.prepared(sql, &[Some("1"), Some("South"), None], 0);
    assert_eq!(answer.fault, None);
    assert_eq!(answer.texts(), [[Some("North".to_owned())]]);
    assert_eq!(answer.letters, "12TDCZ");
    let dates = "select count(*) from staging.members where joined > $1";
    assert_eq!(client.prepared(dates, &[Some("2016-03-01")], 0).texts(), [[Some("3".to_owned())]]);
    for (values, code) in [(&[Some("many")][..], "22P02"), (&[], "08P01")] {
        let fault = client.prepared("select 1 from table_1 where members = $1", values, 0).fault.unwrap();
        assert_eq!(fault.code, code, "{}", fault.message);
    }
    assert_eq!(client.value("select 1"), "1");
}

#[test]
fn a_portal_is_read_in_parts() {
    let server = Server::trusting(Place::shared(), "auditor", &[]);
    let mut client = server.client();
    client.ask("begin");
    client.bind("select n from generate_series(1, 2500) as t(n)", &[], 0);
    let mut seen = 0;
    for (most, letter) in [(1_000, 's'), (1_000, 's'), (1_000, 'C'), (1_000, 'C')] {
        client.execute(most);
        client.send(b'H', b"");
        loop {
            let message = client.message().unwrap();
            match char::from(message.0) {
                'D' => seen += 1,
                end @ ('s' | 'C' | 'E') => {
                    assert_eq!(end, letter, "after {seen}");
                    break;
                }
                _ => {}
            }
        }
    }
    assert_eq!(seen, 2_500);
    client.send(b'S', b"");
    assert_eq!(client.answer().status, 'T');
    assert_eq!(client.ask("commit").tags, ["COMMIT"]);
}

#[test]
fn cursors_go_forward() {
    let server = Server::trusting(Place::shared(), "auditor", &[]);
    let mut client = server.client();
    assert_eq!(client.code("declare c cursor for select 1"), "25P01");
    client.ask("begin");
    let declared =
        client.ask("declare \"C 1\" no scroll cursor for select n from generate_series(1, 5) as t(n)");
    assert_eq!(declared.tags, ["DECLARE CURSOR"]);
    let numbers = |client: &mut Client, sql: &str| -> Vec<String> {
        client.rows(sql).into_iter().map(|row| row[0].clone().unwrap()).collect()
    };
    assert_eq!(numbers(&mut client, "fetch forward 2 from \"C 1\""), ["1", "2"]);
    assert_eq!(numbers(&mut client, "fetch \"C 1\""), ["3"]);
    assert_eq!(client.ask("fetch all from \"C 1\"").tags, ["FETCH 2"]);
    assert!(numbers(&mut client, "fetch 9 from \"C 1\"").is_empty());
    assert_eq!(client.ask("close \"C 1\"").tags, ["CLOSE CURSOR"]);
    assert_eq!(client.code("fetch \"C 1\""), "34000");
    assert_eq!(client.code("select 1"), "25P02");
    assert_eq!(client.ask("commit").tags, ["ROLLBACK"]);
    assert_eq!(client.value("select 1"), "1");
}

#[test]
fn settings_and_transactions_are_as_clients_expect() {
    let server = Server::trusting(Place::shared(), "auditor", &[]);
    let mut client = server.client();
    for (sql, tags, status) in [
        ("begin isolation level repeatable read read only", &["BEGIN"][..], 'T'),
        (
            "savepoint a; select 1; release a; rollback to a",
            &["SAVEPOINT", "SELECT 1", "RELEASE", "ROLLBACK"],
            'T',
        ),
        ("rollback", &["ROLLBACK"], 'I'),
        ("set application_name = 'x'; set datestyle to 'ISO, DMY'", &["SET", "SET"], 'I'),
        ("set extra_float_digits = 3; set time zone 'UTC'; set client_encoding to 'utf8'", &["SET"; 3], 'I'),
        ("set session characteristics as transaction read only", &["SET"], 'I'),
        ("deallocate all; discard all; reset all", &["DEALLOCATE ALL", "DISCARD ALL", "RESET"], 'I'),
    ] {
        let answer = client.ask(sql);
        assert_eq!(
            (answer.fault, answer.tags, answer.status),
            (None, tags.iter().map(|t| (*t).to_owned()).collect(), status),
            "{sql}"
        );
    }
    client.ask("set application_name to 'a test'");
    assert_eq!(client.value("show application_name"), "a test");
    assert_eq!(client.value("show transaction isolation level"), "repeatable read");
    assert!(client.value("select version()").starts_with("PostgreSQL 15"));
    assert_eq!(client.value("select current_user"), "anna");
    assert_eq!(client.value("select current_database()"), "current");
    assert_eq!(client.ask("").letters, "IZ");
    assert_eq!(client.prepared("", &[], 0).letters, "12nIZ");
    client.ask("set search_path to derived, audit");
    assert_eq!(client.value("select count(*) from member"), "6");
}

#[test]
fn errors_have_the_codes_of_postgres() {
    let server = Server::trusting(Place::shared(), "auditor", &[]);
    let mut client = server.client();
    for (sql, code) in [
        ("selec 1", "42601"),
        ("select 1 +", "42601"),
        ("select nothing from table_1", "42703"),
        ("select * from nowhere", "42P01"),
        ("select no_function(1)", "42883"),
        ("select 1 / 0", "22012"),
        ("select cast('a' as int)", "22P02"),
        ("set work_mem = '1GB'", "42704"),
        ("select $1", "42P02"),
    ] {
        let fault = client.ask(sql).fault.unwrap_or_else(|| panic!("{sql} was answered"));
        assert_eq!(fault.code, code, "{sql}: {}", fault.message);
    }
}

#[test]
fn a_catalogue_tells_what_there_is() {
    let server = Server::trusting(Place::shared(), "analyst", &[]);
    let mut client = server.client();
    let tables = "select c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n \
                  on n.oid = c.relnamespace where n.nspname = 'appendix' and c.relkind in ('r', 'v')";
    assert_eq!(client.rows(tables), [[Some("table_1".to_owned())]]);
    let columns = "select column_name from information_schema.columns where table_schema = 'appendix' \
                   and table_name = 'table_1' order by ordinal_position";
    let names: Vec<_> = client.rows(columns).into_iter().map(|row| row[0].clone().unwrap()).collect();
    assert_eq!(names, ["branch", "members", "books", "share"]);
    // A number of a table is the same in the next query, whichever process answers it.
    let number = client.value("select oid from pg_catalog.pg_class where relname = 'table_1'");
    for _ in 0..3 {
        let name = format!("select relname from pg_catalog.pg_class where oid = {number}");
        assert_eq!(client.value(&name), "table_1");
    }
}

#[test]
fn a_publication_is_seen_by_the_next_query_and_not_by_one_that_runs() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let server = Server::trusting(&place, "auditor", &[]);
    let (mut steady, mut fresh) = (server.client(), server.client());
    let loans = "select count(*) from staging.loans";
    steady.ask("begin");
    assert_eq!(steady.value(loans), "5");
    let more = place.read("data/loans/2019.csv") + "1002,2019-05-06,2\n";
    place.write("data/loans/2019.csv", more);
    assert_eq!(place.herkomst(&["run"]).code, 0);
    assert_eq!(fresh.value(loans), "6");
    assert_eq!(steady.value(loans), "5", "a transaction stays with its run");
    steady.ask("commit");
    assert_eq!(steady.value(loans), "6");
    let mut earlier = Client::new(&server.address, "anna", "run_1", "").unwrap();
    assert_eq!(earlier.value(loans), "5");
    assert_eq!(earlier.value("select count(*) from run_2.staging.loans"), "6");
    let unknown = Client::new(&server.address, "anna", "run_9", "").err().unwrap();
    assert_eq!(unknown.code, "3D000");
}

#[test]
fn columns_of_one_name_are_answered_in_both_protocols() {
    let server = Server::trusting(Place::shared(), "analyst", &[]);
    let mut client = server.client();
    let joined = "select a.branch, b.branch, b.branch as branch from table_1 a join table_1 b on a.branch = b.branch \
                  order by a.branch limit 1";
    for (sql, names, row) in [
        ("select 1 as a, 2 as a", "a a", "1 2"),
        ("select count(*), count(*), 3 as \"N\" from table_1", "count(*) count(*) N", "2 2 3"),
        (joined, "branch branch branch", "North North North"),
    ] {
        for answer in [client.ask(sql), client.prepared(sql, &[], 0)] {
            assert_eq!(answer.fault, None, "{sql}");
            let texts = answer.texts();
            let values: Vec<&str> = texts[0].iter().map(|value| value.as_deref().unwrap()).collect();
            assert_eq!((answer.names.join(" ").as_str(), values.join(" ").as_str()), (names, row), "{sql}");
        }
    }
    assert_eq!(client.code("select 1 as a, 2 as a order by a"), "42601");
}

#[test]
fn sql_prepares_and_executes() {
    let server = Server::trusting(Place::shared(), "auditor", &[]);
    let mut client = server.client();
    let prepare =
        "prepare many (int) as select branch from table_1 where members >= $1 and branch <> $2 order by 1";
    let answer = client.ask(prepare);
    assert_eq!((answer.fault, answer.tags.as_slice()), (None, &["PREPARE".to_owned()][..]));
    assert_eq!(client.value("execute many (1, 'South')"), "North");
    assert_eq!(client.value("EXECUTE many ('1', upper('s') || 'outh')"), "North");
    let prepared = client.prepared("execute many (1, 'North')", &[], 0);
    assert_eq!((prepared.fault, prepared.rows[0][0].as_deref()), (None, Some(&b"South"[..])));
    for (sql, code) in [
        (prepare, "42P05"),
        ("execute many (1)", "42601"),
        ("execute many", "42601"),
        ("execute many (1, 'a', 2)", "42601"),
        ("execute many ('much', 'a')", "22P02"),
        ("execute many (branch, 'a')", "42703"),
        ("execute many ((select 1), 'a')", "0A000"),
        ("execute few (1)", "26000"),
        ("deallocate few", "26000"),
        ("prepare few as select nothing from table_1", "42703"),
        ("prepare few as drop table table_1", "25006"),
        ("execute few", "26000"),
    ] {
        let fault = client.ask(sql).fault.unwrap_or_else(|| panic!("{sql} was answered"));
        assert_eq!(fault.code, code, "{sql}: {}", fault.message);
    }
    assert_eq!(server.client().code("execute many (1, 'a')"), "26000", "it is of one connection");
    // Text and date, each declared and as the query has it; a list.
    for (prepare, execute, value) in [
        ("prepare a (date) as select $1 + interval '1 day'", "execute a ('2020-02-28')", "2020-02-29"),
        (
            "prepare b as select count(*) from staging.members where joined > $1",
            "execute b (date '2016-03-01')",
            "3",
        ),
        (
            "prepare c as select count(*) from staging.members where joined > $1",
            "execute c ('2016-03-01')",
            "3",
        ),
        ("prepare d (text[]) as select 'x' = any($1)", "execute d (['x', 'y'])", "t"),
        ("prepare e as select 7", "execute e", "7"),
    ] {
        assert_eq!(client.ask(prepare).fault, None, "{prepare}");
        assert_eq!(client.value(execute), value, "{execute}");
    }
    // Of SQL and of the protocol, names are the same ones.
    let parse = |name: &str, sql: &str| [name.as_bytes(), b"\0", sql.as_bytes(), b"\0\0\0"].concat();
    client.send(b'P', &parse("wired", "select $1 + 1"));
    client.send(b'S', b"");
    assert_eq!(client.answer().fault, None);
    assert_eq!(client.value("execute wired (6)"), "7");
    assert_eq!(client.code("prepare wired as select 1"), "42P05");
    client.send(b'P', &parse("many", "select 1"));
    client.send(b'S', b"");
    assert_eq!(client.answer().fault.unwrap().code, "42P05");
    client.send(b'B', b"\0many\0\0\0\0\x02\0\0\0\x011\0\0\0\x05South\0\0");
    client.send(b'E', b"\0\0\0\0\0");
    client.send(b'S', b"");
    assert_eq!(client.answer().texts(), [[Some("North".to_owned())]]);
    client.send(b'C', b"Swired\0");
    client.send(b'S', b"");
    assert_eq!(client.answer().fault, None);
    assert_eq!(client.code("execute wired (6)"), "26000");
    assert_eq!(client.ask("deallocate many; deallocate prepare all").tags, ["DEALLOCATE", "DEALLOCATE ALL"]);
    assert_eq!(client.code("execute many (1, 'South')"), "26000");
}

#[test]
fn so_many_statements_are_prepared_and_no_more() {
    let server = Server::trusting(Place::shared(), "analyst", &[]);
    let mut client = server.client();
    let all: String =
        (0..1_000).map(|n| format!("prepare s{n} as select {n};")).collect::<Vec<_>>().join(" ");
    for part in all.split_inclusive(';').collect::<Vec<_>>().chunks(100) {
        assert_eq!(client.ask(&part.concat()).fault, None);
    }
    assert_eq!(client.code("prepare one_more as select 1"), "53000");
    assert_eq!(client.value("deallocate s7; execute s999"), "999");
    assert_eq!(client.ask("prepare one_more as select 1").fault, None);
}
