//! A notification to a program.

use super::notice::Notice;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The longest that the program may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether it has ended.
const INTERVAL: Duration = Duration::from_millis(20);

/// Starts the program, without a shell, gives it the facts, and waits for its end. Returns its name.
pub(super) fn run(program: &Path, arguments: &[String], notice: &Notice<'_>) -> Result<String, String> {
    let name = program.display().to_string();
    let number = |run: Option<u64>| run.map(|run| run.to_string()).unwrap_or_default();
    let mut child = Command::new(program)
        .args(arguments)
        .env("HERKOMST_EVENT", notice.event.as_str())
        .env("HERKOMST_EXIT_CODE", notice.exit_code.to_string())
        .env("HERKOMST_RUN", number(notice.run))
        .env("HERKOMST_STUDY", notice.study)
        .env("HERKOMST_SUMMARY", &notice.text)
        .env_remove("HERKOMST_NOTIFY_TOKEN")
        .stdin(Stdio::piped())
        // Standard output is for the facts of the run.
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| format!("{name}: {error}; name a program that this user may start"))?;
    give(&mut child, notice.json());
    match wait(&mut child, PATIENCE) {
        Ok(Some(status)) if status.success() => Ok(name),
        Ok(Some(status)) => Err(format!("{name} ended with {status}")),
        Ok(None) => Err(format!("{name} was ended after {} seconds", PATIENCE.as_secs())),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

/// Writes the facts from another thread: a program that does not read them must not hold up the run.
fn give(child: &mut Child, facts: String) {
    if let Some(mut stdin) = child.stdin.take() {
        std::thread::spawn(move || {
            // A program may end without reading.
            let _ = stdin.write_all(facts.as_bytes()).and_then(|()| stdin.write_all(b"\n"));
        });
    }
}

/// The end of a program; none if it had to be ended.
fn wait(child: &mut Child, patience: Duration) -> std::io::Result<Option<std::process::ExitStatus>> {
    let until = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= until {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(INTERVAL);
    }
}
