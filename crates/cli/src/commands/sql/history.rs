//! Where the shell keeps what was asked: in the state of the user, never in the warehouse, for queries may name persons.

use std::ffi::OsStr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The file, if one is kept: the named one, none for `off`, else that of the user.
pub(super) fn file(asked: Option<&Path>) -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    chosen(asked, variable("XDG_STATE_HOME").as_deref(), variable("HOME").as_deref())
}

fn chosen(asked: Option<&Path>, state: Option<&OsStr>, home: Option<&OsStr>) -> Option<PathBuf> {
    match asked {
        Some(asked) if asked == Path::new("off") || asked.as_os_str().is_empty() => None,
        Some(asked) => Some(asked.to_owned()),
        None => {
            // A relative folder of state is none, says the XDG specification.
            let state = state.map(PathBuf::from).filter(|folder| folder.is_absolute());
            let state = state.or_else(|| Some(Path::new(home?).join(".local/state")))?;
            Some(state.join("herkomst/history"))
        }
    }
}

/// Makes the folder of the file, for its owner only; one that is there stays as it is.
pub(super) fn make_folder(file: &Path) -> std::io::Result<()> {
    match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::chosen;
    use std::ffi::OsStr;
    use std::path::{Path, PathBuf};

    #[test]
    fn a_history_is_kept_or_not() {
        for (asked, state, home, expected) in [
            (None, Some("/s"), Some("/h"), Some("/s/herkomst/history")),
            (None, None, Some("/h"), Some("/h/.local/state/herkomst/history")),
            (None, Some("relative"), Some("/h"), Some("/h/.local/state/herkomst/history")),
            (None, None, None, None),
            (Some("off"), Some("/s"), Some("/h"), None),
            (Some(""), Some("/s"), Some("/h"), None),
            (Some("mine"), Some("/s"), Some("/h"), Some("mine")),
        ] {
            let found = chosen(asked.map(Path::new), state.map(OsStr::new), home.map(OsStr::new));
            assert_eq!(found, expected.map(PathBuf::from), "{asked:?} {state:?} {home:?}");
        }
    }
}
