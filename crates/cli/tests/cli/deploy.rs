//! The examples in `deploy/` and the commands of `docs/operate.md`, as they stand there.

use crate::fixture::{Place, workspace};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn example(file: &str) -> String {
    std::fs::read_to_string(workspace("deploy").join(file)).unwrap()
}

/// Whether a tool is there; if not, says loudly what is not checked.
fn is_there(tool: &str, what: &str) -> bool {
    let there = Command::new(tool).arg("--version").output().is_ok();
    if !there {
        eprintln!("NOT CHECKED: {tool} is not installed, so {what}");
    }
    there
}

/// An example with its places in this folder, and the command that is tested.
fn moved(text: &str, place: &Place) -> String {
    let here = |folder: &str| place.folder.join(folder).display().to_string();
    text.replace("/usr/local/bin/herkomst", env!("CARGO_BIN_EXE_herkomst"))
        .replace("/etc/herkomst", &here("etc"))
        .replace("/srv/herkomst", &place.folder.display().to_string())
        .replace("/var/lib/herkomst", &here("lib"))
        .replace("/var/log/herkomst", &here("log"))
}

/// A place where the settings of the example are, and the folders that they name.
fn installed() -> Place {
    let place = Place::new();
    for folder in ["etc", "lib", "log"] {
        std::fs::create_dir(place.folder.join(folder)).unwrap();
    }
    std::fs::write(place.folder.join("etc/herkomst.env"), moved(&example("herkomst.env"), &place)).unwrap();
    place
}

/// Runs something in a place without the settings of a test, `herkomst` on its path.
fn outside(place: &Place, program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&place.folder).env_clear();
    let bin = Path::new(env!("CARGO_BIN_EXE_herkomst")).parent().unwrap();
    command.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display())).output().unwrap()
}

/// The values of a key of a unit.
fn values(unit: &str, key: &str) -> Vec<String> {
    let lines = unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    lines.map(str::to_owned).collect()
}

fn units() -> Vec<(String, String)> {
    let mut units: Vec<(String, String)> = std::fs::read_dir(workspace("deploy/systemd"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| (name.clone(), example(&format!("systemd/{name}"))))
        .collect();
    // The night comes first: there is nothing to collect before it.
    units.sort_by_key(|(name, _)| (name != "herkomst.service", name.clone()));
    units
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    if !is_there("systemd-analyze", "the units of deploy/systemd are not verified") {
        return;
    }
    let place = Place::new();
    let folder = place.folder.join("units");
    std::fs::create_dir(&folder).unwrap();
    let mut paths: Vec<PathBuf> = Vec::new();
    for (name, unit) in units() {
        paths.push(folder.join(&name));
        // The folders of the example are not on this machine.
        std::fs::write(folder.join(name), moved(&unit, &place)).unwrap();
    }
    let said = Command::new("systemd-analyze").arg("verify").args(&paths).output().unwrap();
    let text = String::from_utf8(said.stderr).unwrap();
    let ours: Vec<&str> = text.lines().filter(|line| line.contains("herkomst")).collect();
    assert!(said.status.success() && ours.is_empty(), "{text}");

    for service in
        ["herkomst.service", "herkomst-gc.service", "herkomst-schedule.service", "herkomst-serve.service"]
    {
        let security = ["security", "--offline=true", "--no-pager", "--threshold=25"];
        let said = Command::new("systemd-analyze").args(security).arg(folder.join(service)).output().unwrap();
        assert!(said.status.success(), "{service} is exposed: {}", String::from_utf8_lossy(&said.stdout));
    }
    for (name, unit) in units() {
        for calendar in values(&unit, "OnCalendar") {
            let said = Command::new("systemd-analyze").args(["calendar", &calendar]).output().unwrap();
            assert!(said.status.success(), "{name}: {calendar}");
        }
    }
}

#[test]
fn the_services_run_what_they_say() {
    let place = installed();
    let environment = std::fs::read_to_string(place.folder.join("etc/herkomst.env")).unwrap();
    let mut started = 0;
    for (name, unit) in units() {
        for line in values(&moved(&unit, &place), "ExecStart") {
            if !line.starts_with(env!("CARGO_BIN_EXE_herkomst")) {
                continue;
            }
            // What a shell and systemd read alike; the schedule would not end.
            let script = match name.as_str() {
                "herkomst-schedule.service" => line.replace(" -- ", " --dry-run -- "),
                "herkomst-serve.service" => served(&line, &place),
                _ => line,
            };
            let script = format!("set -eu; set -a\n{environment}\nset +a\n{script}");
            let said = outside(&place, "sh", &["-c", &script]);
            assert!(said.status.success(), "{name}: {said:?}");
            started += 1;
        }
        for failure in values(&unit, "OnFailure") {
            let template = failure.split('@').next().unwrap();
            assert!(units().iter().any(|(name, _)| *name == format!("{template}@.service")), "{failure}");
        }
    }
    assert_eq!(started, 4);
    for file in ["lib/warehouse/current", "lib/reports/run-000001.html", "log/herkomst.log"] {
        assert!(place.folder.join(file).is_file(), "{file}");
    }
}

/// The server with a user, on a free port, told to end after it has begun.
fn served(line: &str, place: &Place) -> String {
    let users = place.folder.join("etc/users").display().to_string();
    let command = env!("CARGO_BIN_EXE_herkomst");
    let user = format!("echo 'a long secret' | {command} serve user anna --role analyst --users {users}");
    let line = line.replace("127.0.0.1:5433", "127.0.0.1:0");
    format!("{user}\ntimeout --preserve-status --signal TERM 3 {line} | grep '^listening on'")
}

#[test]
fn the_lines_of_cron_run_and_are_silent_when_all_is_well() {
    let place = installed();
    let lines: Vec<String> = moved(&example("cron/herkomst"), &place)
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect();
    assert_eq!(lines.len(), 2);
    let run = |line: &str| {
        let fields: Vec<&str> = line.splitn(7, ' ').collect();
        assert_eq!(fields[5], "herkomst", "the user");
        assert!(!fields[6].contains('%'), "cron would make a line end of it");
        let times = fields[..5].join(" ");
        let said = outside(&place, "herkomst", &["--study", "study", "schedule", &times, "--dry-run"]);
        assert!(said.status.success(), "{times}: {said:?}");
        outside(&place, "sh", &["-c", fields[6]])
    };
    for line in &lines {
        let said = run(line);
        assert!(
            said.status.success() && said.stdout.is_empty() && said.stderr.is_empty(),
            "{line}: {said:?}"
        );
    }
    std::fs::remove_file(place.folder.join("study/data/loans/2019.csv")).unwrap();
    let said = run(&lines[0]);
    assert_eq!(said.status.code(), Some(4));
    assert_eq!(
        String::from_utf8(said.stderr).unwrap().lines().count(),
        2,
        "cron mails what is lost and the way out"
    );
}

#[test]
fn the_settings_are_settings_of_the_command() {
    let help = ["--help", "run --help", "schedule --help"]
        .map(|arguments| Place::shared().herkomst(&arguments.split(' ').collect::<Vec<_>>()).out)
        .concat();
    let settings = example("herkomst.env");
    let names = settings.lines().filter_map(|line| line.trim_start_matches('#').split_once('='));
    let names: Vec<&str> = names.map(|(name, _)| name).filter(|name| name.starts_with("HERKOMST_")).collect();
    assert!(names.len() >= 8, "{names:?}");
    for name in names {
        assert!(help.contains(&format!("[env: {name}")), "{name}");
    }
}

#[test]
fn logrotate_reads_its_file() {
    if !is_there("/usr/sbin/logrotate", "deploy/logrotate is not read") {
        return;
    }
    let place = installed();
    std::fs::write(place.folder.join("log/herkomst.log"), "{}\n").unwrap();
    let rules = moved(&example("logrotate/herkomst"), &place).replace("herkomst herkomst", "root root");
    std::fs::write(place.folder.join("rules"), rules).unwrap();
    let said = outside(&place, "/usr/sbin/logrotate", &["--debug", "--state", "state", "rules"]);
    assert!(said.status.success(), "{said:?}");
}

#[test]
fn the_page_of_the_operator_says_what_happens() {
    let place = Place::new();
    let page = std::fs::read_to_string(workspace("docs/operate.md")).unwrap();
    let blocks: Vec<&str> =
        page.split("```bash\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 7, "{}", blocks.len());
    let settings = "export HERKOMST_STUDY=study HERKOMST_WAREHOUSE=warehouse";
    let script = format!("set -euo pipefail\n{settings}\n{}", blocks.concat());
    let said = outside(&place, "bash", &["-c", &script]);
    let (out, err) = (String::from_utf8(said.stdout).unwrap(), String::from_utf8(said.stderr).unwrap());
    assert!(said.status.success() && err.is_empty(), "{out}\n{err}");
    // The line that the page shows is the one that is printed.
    let shown = page.lines().find(|line| line.starts_with("run 1 published: ")).unwrap();
    assert!(out.lines().any(|line| line == shown), "{shown}\n{out}");
    for file in ["reports/run-000001.html", "herkomst.log", "told.json", "spans.jsonl", "backup/current"] {
        assert!(place.folder.join(file).is_file(), "{file}");
    }
}

#[test]
fn the_page_of_the_server_works_as_it_stands() {
    let place = Place::new();
    let page = std::fs::read_to_string(workspace("docs/serve.md")).unwrap();
    let blocks: Vec<&str> =
        page.split("```bash\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 2, "{}", blocks.len());
    let settings = "export HERKOMST_STUDY=study HERKOMST_WAREHOUSE=warehouse";
    let script = format!("set -euo pipefail\n{settings}\n{}", blocks.concat());
    let said = outside(&place, "bash", &["-c", &script]);
    assert!(said.status.success(), "{said:?}");
    let users = std::fs::read_to_string(place.folder.join("users")).unwrap();
    assert_eq!(users.lines().count(), 2, "{users}");
    // What the page says of an option is what the command has.
    let help = place.herkomst(&["serve", "--help"]).out;
    for (option, value) in [
        ("--query-time", "60"),
        ("--query-memory", "512MiB"),
        ("--query-rows", "1000000"),
        ("--connections", "100"),
        ("--workers", "4"),
        ("--listen", "127.0.0.1:5433"),
    ] {
        let text = help.split(option).nth(1).unwrap_or_else(|| panic!("{option}"));
        assert!(text.split("--").next().unwrap().contains(&format!("[default: {value}]")), "{option}");
        assert!(page.contains(option), "{option}");
    }
}

#[test]
fn the_page_of_the_operator_explains_every_exit_code() {
    let page = std::fs::read_to_string(workspace("docs/operate.md")).unwrap();
    for code in 0..=9 {
        assert_eq!(
            page.lines().filter(|line| line.starts_with(&format!("| {code} | "))).count(),
            1,
            "{code}"
        );
    }
}
