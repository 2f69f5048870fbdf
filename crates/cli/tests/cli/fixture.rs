//! A copy of the library study with a warehouse beside it, and the command run in that folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

/// A folder with `study/`, and `warehouse/` once the study was run.
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    _temporary: Option<TempDir>,
}

/// What a command wrote, and its exit code.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Exit code, standard error and standard output in one text.
    pub(crate) fn all(&self) -> String {
        let parts = [format!("exit {}", self.code), self.err.clone(), self.out.clone()];
        let parts: Vec<&str> =
            parts.iter().map(|part| part.trim_end()).filter(|part| !part.is_empty()).collect();
        masked(&parts.join("\n"))
    }
}

impl Place {
    /// A place that a test may change.
    pub(crate) fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let place = Self { folder: temporary.path().to_owned(), _temporary: Some(temporary) };
        copy(&library(), &place.folder.join("study"));
        place
    }

    /// A place in memory, where there is such a place, for tests with many runs: flushing takes its time.
    pub(crate) fn quick() -> Self {
        let temporary = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let place = Self { folder: temporary.path().to_owned(), _temporary: Some(temporary) };
        copy(&library(), &place.folder.join("study"));
        place
    }

    /// One place for all tests that only read, where the study was run.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<Place> = LazyLock::new(|| {
            let place = Place::fixed("cli");
            assert_eq!(place.herkomst(&["run"]).code, 0);
            place
        });
        &SHARED
    }

    /// A place for a static: what is static is never dropped, so the folder has a fixed name and is cleared before use.
    pub(crate) fn fixed(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        copy(&library(), &folder.join("study"));
        Place { folder, _temporary: None }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_herkomst"));
        command.args(arguments).current_dir(&self.folder);
        let ours = std::env::vars_os().map(|(name, _)| name);
        for variable in ours.filter(|name| name.to_string_lossy().starts_with("HERKOMST_")) {
            command.env_remove(variable);
        }
        for variable in ["OPENLINEAGE_API_KEY", "COLUMNS", "RUST_LOG"] {
            command.env_remove(variable);
        }
        command.env("HERKOMST_STUDY", "study").env("HERKOMST_WAREHOUSE", "warehouse").env("NO_COLOR", "1");
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn herkomst(&self, arguments: &[&str]) -> Said {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        Said {
            code: status.code().unwrap(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.join("study").join(file)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.folder.join("study").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    /// Replaces a text that must occur once in a file of the study.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) -> &Self {
        let text = self.read(file);
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}");
        self.write(file, text.replacen(from, to, 1))
    }

    /// Flips a bit in the middle of the object of a table of the last run.
    pub(crate) fn damage(&self, table: &str) {
        let query = format!("select object from audit.steps where \"table\" = '{table}' order by run");
        let said = self.herkomst(&["sql", "--format", "csv", "-c", &query]).out;
        let (folder, file) = said.lines().last().unwrap().split_at(2);
        let path = self.folder.join("warehouse/objects").join(folder).join(format!("{file}.parquet"));
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::remove_file(&path).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// A file of the workspace.
pub(crate) fn workspace(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)
}

/// How often something is tried: as often as the variable says, or so many times.
pub(crate) fn times(variable: &str, usually: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usually)
}

fn library() -> PathBuf {
    workspace("tests/studies/library")
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(source).unwrap(), target).unwrap();
        } else if source.is_dir() {
            copy(&source, &target);
        } else {
            std::fs::copy(source, target).unwrap();
        }
    }
}

/// The text with times as `TIME` and hashes as `HASH`, each as wide as before.
pub(crate) fn masked(text: &str) -> String {
    let mut masked = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() || c == '-' || c == ':' {
            word.push(c);
        } else {
            masked.push_str(&mask(&std::mem::take(&mut word)));
            masked.push(c);
        }
    }
    let mut parts = masked.trim_end().split("objects/");
    // The first two digits of an object's hash are a folder.
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(&format!("objects/XX{}", &part[2..]));
    }
    text
}

fn mask(word: &str) -> String {
    let is_hash = [62, 64].contains(&word.len()) && word.bytes().all(|b| b.is_ascii_hexdigit());
    match word {
        time if time.len() == 20 && time.ends_with('Z') && time.as_bytes()[10] == b'T' => {
            format!("{:20}", "TIME")
        }
        _ if is_hash => "HASH".to_owned(),
        other => other.to_owned(),
    }
}
